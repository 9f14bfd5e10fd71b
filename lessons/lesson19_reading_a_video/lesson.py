# %% [markdown]
# # 19 · Reading a video
#
# You will tell a sun salutation from other movements, and find out whether a
# network that does so has looked at the order of the pictures at all.
#
# | | |
# |---|---|
# | **Before this** | [14 · LSTM and GRU](14_lstm_and_gru.ipynb) |
# | **Time** | 45 min on the road, 35 of exercises, 5 of quiz |
# | **Runs in** | 48 s (quick), 2 CPU min (full) |
# | **Data** | films of stick figures (synthetic), and films that you bring |
# | **Hardware** | any laptop |
# | **You should end with** | 90 of 100 films right: forwards, or backwards? |
#
# ## In this lesson you will
# - read films of unequal length with a bag of frames, within minutes;
# - shuffle the frames, to see whether their order was needed;
# - count the network of the white board, and watch it learn films by heart;
# - split by performer, and see what a split by film would have told you;
# - give a network eyes and a memory, and ask it after every frame;
# - find the frames that decided, and score that against the truth.

# %%
# Finds the kit: installed, in a folder above this one, or (on Colab and
# Kaggle) fetched from its repository.
import importlib.util
import os
import pathlib
import subprocess
import sys

if importlib.util.find_spec("coursekit") is None:
    here = pathlib.Path.cwd()
    found = [p / "lib" for p in (here, *here.parents) if (p / "lib").is_dir()]
    kits = [path for path in found if (path / "coursekit").is_dir()]
    if not kits and {"COLAB_RELEASE_TAG", "KAGGLE_URL_BASE"} & set(os.environ):
        url = "https://github.com/coursekit/coursekit"
        clone = ["git", "clone", "--quiet", "--depth=1", url, "coursekit-kit"]
        subprocess.run(clone, check=True)
        kits = [here / "coursekit-kit" / "lib"]
    sys.path[:0] = map(str, kits)

# %% [markdown]
# That cell looks for the course's files; you never have to read it. The second
# one starts the lesson: it fixes the random numbers and says what it uses.

# %%
import coursekit as ck

profile = ck.start("19")

# %% [markdown]
# ## A film is a stack of pictures
#
# A film is an array with one axis more than a picture: the first counts its
# **frames**. Here people do yoga, drawn as stick figures of 28 x 28 pixels.
# One movement is a *sun salutation* (surya namaskar, a row of twelve poses).
# The question to each film: is it one, or another movement? It is, with frames
# of this size, from M. M. Khapra's lectures (CS7015, IIT Madras).

# %%
poses = ck.data.load(profile.dataset, movements=profile.poses_pair)
print(poses.provenance)
for k in (0, 1, 2):
    film, name = poses.train.x[k], poses.class_names[poses.train.y[k]]
    print(film.shape, film.dtype, name)

# %%
import numpy as np

figures = profile.figures


def first_of(split, label):
    """The first film of a class, and the pose in each frame."""
    k = int(np.argmax(split.y == label))
    return split.x[k], split.extra["poses"][k]


shown = {n: first_of(poses.train, k) for k, n in enumerate(poses.class_names)}
figures.strips(shown, poses.poses)

# %% [markdown]
# Both begin and end alike. In the middle the standing series has four poses of
# its own: warrior, chair, triangle, tree. The sun salutation has four others.
# Each performer has a body, habits and a room, and filmed each movement ten
# times. Nobody is in two splits: you will see why.
#
# Films have unequal lengths, arrays do not. So the short ones are **padded**
# with black frames at the end, and the real ones marked, as words were in
# lesson [16](16_words_to_vectors.ipynb). A camera's noise is never all black,
# so a frame is real if any of its pixels is not 0:


# %%
def padded(films, length):
    """Films -> (n, length, 28, 28, 1), 0 to 1, black behind the end."""
    out = np.zeros((len(films), length, *films[0].shape[1:]), "float32")
    for row, film in zip(out, films):
        row[: len(film)] = film / 255
    return out


def real(films):
    """True for frames, False for padding: (n, length)."""
    return (films != 0).any(axis=(2, 3, 4))


# %%
length = profile.frames
parts = ("train", "validation", "test")


def arrays(dataset):
    """Padded films and labels of each split."""
    splits = {name: getattr(dataset, name) for name in parts}
    ck.data.assert_disjoint(*splits.values())
    return {n: (padded(s.x, length), s.y) for n, s in splits.items()}


data = {"poses": arrays(poses)}
x, y = data["poses"]["train"]
assert (real(x).sum(axis=1) == poses.train.extra["lengths"]).all()
print(x.shape, "real frames:", real(x).sum(axis=1)[:8], "...")

# %% [markdown]
# ## A bag of frames
#
# The simplest reader looks at each frame alone and takes the **mean** of what
# it saw: a bag of frames, as there was a bag of words. Each frame becomes a
# short vector. By hand, three frames of two numbers; the third is padding:

# %%
states = np.array([[1.0, 2.0], [3.0, 6.0], [0.0, 0.0]])
print("mean of three rows:", states.mean(axis=0).round(2))
print("mean of two frames:", states[:2].mean(axis=0))

# %% [markdown]
# Padding is no frame: it must not be summed, and it must not be counted.
#
# **19.1 (core)** Write `masked_mean`: for each film, the mean of its real
# frames. `keep` is True for these; each film has one at least. What stands in
# the padding must not matter.


# %%
def masked_mean(states, keep):
    """(n, frames, d) and (n, frames) of True, False -> (n, d)."""
    ...  # your code here


# %%
ck.check("19.1", masked_mean)

# %% [markdown]
# Stuck? `ck.hint("19.1")`. One good answer is folded into the next cell: try
# first, then compare. Run it in any case. The lesson goes on with yours if it
# is right, else with the good one, and says which.


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_masked_mean(states, keep):
    kept = np.where(keep[..., np.newaxis], states, 0)
    return kept.sum(axis=1) / keep.sum(axis=1)[:, np.newaxis]


masked_mean = ck.yours_or_good("19.1", masked_mean, good_masked_mean)

# %% [markdown]
# What turns a frame into a vector? A small CNN of two convolutions, as in
# lesson 04. Call it the **eyes** (papers: **frame encoder**, backbone). Its
# last layer is new: **layer normalisation** brings the numbers of each vector
# to mean 0 and variance 1 (and learns a scale and a shift for them), so that a
# bright room and a dark one give vectors of one size.

# %%
import keras
from keras import layers, ops


def new_eyes(size=32):
    """One frame (28, 28, 1) -> a vector of ``size`` numbers."""
    conv = {"strides": 2, "padding": "same", "activation": "relu"}
    return keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Rescaling(4.0, -0.6),  # room below 0, figure above
            layers.Conv2D(8, 5, **conv),
            layers.Conv2D(16, 3, **conv),
            layers.Flatten(),
            layers.Dense(size),
            layers.LayerNormalization(),
        ],
        name="eyes",
    )


# %% [markdown]
# The same eyes look at each frame: weights are shared over time. Keras has a
# layer for it, `TimeDistributed`. It goes from frame to frame; quicker is to
# put all frames of all films into one long batch, and to fold it back:


# %%
def each_frame(network, films):
    """(n, frames, 28, 28, 1) -> (n, frames, size)."""
    frames, *picture = films.shape[1:]
    seen = network(ops.reshape(films, (-1, *picture)))
    return ops.reshape(seen, (-1, frames, seen.shape[-1]))


eyes = new_eyes()
slow = layers.TimeDistributed(eyes)(x[:2])
gap = ops.max(ops.abs(each_frame(eyes, x[:2]) - slow))
off = float(ops.convert_to_numpy(gap))
print(slow.shape, f"off by {off:.5f}", f"{eyes.count_params():,} parameters")
assert off < 1e-5

# %% [markdown]
# Eyes, the mean of exercise 19.1 (with Keras' operations, so that a gradient
# can pass), and a dense layer with an output for each movement. That they give
# the same is checked at once:


# %%
def marked(films):
    """``real`` with Keras' operations."""
    return ops.any(ops.not_equal(films, 0), axis=(2, 3, 4))


def mean_of(states, keep):
    keep = ops.cast(keep, "float32")[..., None]
    return ops.sum(states * keep, axis=1) / ops.sum(keep, axis=1)


def bag(eyes):
    """Films -> logits of two movements; their order is lost."""
    films = layers.Input((length, 28, 28, 1))
    seen = mean_of(each_frame(eyes, films), marked(films))
    return keras.Model(films, layers.Dense(2)(seen), name="bag")


tried = np.random.default_rng(0).normal(size=(2, 24, 3)).astype("float32")
mine = masked_mean(tried, real(x[:2]))
theirs = mean_of(ops.convert_to_tensor(tried), real(x[:2]))
assert np.abs(ops.convert_to_numpy(theirs) - mine).max() < 1e-5

# %%
import time

seconds = {}


def teach(model, examples, labels, epochs, rate, every=1):
    """Adam, a rate that falls to 0; returns the CPU seconds."""
    steps = epochs * -(-len(examples) // profile.batch_size)
    rates = keras.optimizers.schedules.CosineDecay(rate, steps)
    loss = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True,
        ignore_class=-1,  # needed later, for padding
    )
    optimizer = keras.optimizers.Adam(rates, global_clipnorm=1.0)
    optimizer.build(model.trainable_variables)  # else fit traces twice
    at_once = 1 if keras.config.backend() == "torch" else 6  # for speed
    model.compile(optimizer, loss, steps_per_execution=at_once)
    show, began = [ck.EpochProgress(every=every)], time.process_time()
    batch = profile.batch_size
    model.fit(examples, labels, batch, epochs, verbose=0, callbacks=show)
    return time.process_time() - began


# %% tags=["nbval-approx-5e-2"]
keras.utils.set_random_seed(profile.seed)
models = {("bag", "poses"): bag(new_eyes())}
seconds["bag"] = teach(
    models["bag", "poses"], *data["poses"]["train"], profile.bag_epochs, 5e-3
)


# %% tags=["nbval-approx-2-of-120"]
def answers(model, films):
    """Logits of films, 64 at a time, as a NumPy array."""
    starts = range(0, len(films), 64)
    said = [model(films[start : start + 64]) for start in starts]
    return ops.convert_to_numpy(ops.concatenate(said))


def right(model, films, labels):
    """Share of films that get their movement."""
    return (answers(model, films).argmax(axis=-1) == labels).mean()


bag_poses = right(models["bag", "poses"], *data["poses"]["validation"])
print(f"{bag_poses:.3f} right of {poses.validation.name}")
assert bag_poses > 0.9

# %% [markdown]
# Nearly all films of six performers that it has never seen. After so little
# training: a good reader of videos?
#
# ## Was the order needed?
#
# A film is more than its frames: they come in an order. The bag cannot know
# it. So this task needs none. You can ask this of *any* reader: **shuffle the
# frames**, and see whether it minds. The number of frames and the padding stay
# as they are; only real frames change places.
#
# **19.2 (core)** Write `shuffled(films, keep, keys)`. Each frame has a key, a
# random number; real frames are put in the order of their keys, smallest
# first, and the padding stays behind them.


# %%
def shuffled(films, keep, keys):
    """(n, frames, ...), (n, frames), (n, frames) -> (n, frames, ...)."""
    ...  # your code here


# %%
ck.check("19.2", shuffled)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_shuffled(films, keep, keys):
    order = np.argsort(np.where(keep, keys, np.inf), axis=1)
    return films[np.arange(len(films))[:, np.newaxis], order]


shuffled = ck.yours_or_good("19.2", shuffled, good_shuffled)


# %% tags=["nbval-approx-2-of-120"]
def mixed(films, seed=0):
    """The same films, the frames of each in a random order."""
    keep = real(films)
    return shuffled(
        films, keep, np.random.default_rng(seed).random(keep.shape)
    )


x, y = data["poses"]["validation"]
in_order, out_of_order = (
    right(models["bag", "poses"], films, y) for films in (x, mixed(x))
)
print(f"in order {in_order:.3f}, shuffled {out_of_order:.3f}")
assert in_order == out_of_order

# %% [markdown]
# The same, as it must be. (Many real collections of films are like this: the
# swimming pool says *swimming*, in one frame.) So take a pair in which the
# order is all there is: a sun salutation, and the **same backwards**.

# %%
order = ck.data.load(profile.dataset, movements=profile.order_pair)
data["order"] = arrays(order)
shown = {n: first_of(order.train, k) for k, n in enumerate(order.class_names)}
figures.strips(shown, order.poses)

# %% [markdown]
# Look closely. The first four poses are the same, and so are the last four: a
# sun salutation goes back the way it came. Only the four in the middle, plank,
# eight limbs, cobra, downward dog, stand in another order. Which share will
# the bag get right? Write it down.

# %% tags=["nbval-approx-5e-2"]
keras.utils.set_random_seed(profile.seed)
models["bag", "order"] = bag(new_eyes())
teach(
    models["bag", "order"], *data["order"]["train"], profile.bag_epochs, 5e-3
)
bag_order = right(models["bag", "order"], *data["order"]["validation"])
print(f"{bag_order:.2f} right; a coin's loss is log 2 = {np.log(2):.3f}")
assert abs(bag_order - 0.5) < 0.12

# %% [markdown]
# A coin does as well. The loss says so, too: whoever gives each movement the
# probability one half pays $-\log \frac{1}{2} = \log 2$ a film, and the bag
# ends near it. This is no question of training: both classes have the same
# frames, so the mean tells nothing.
#
# ## The network of the white board
#
# To read frames in order takes a recurrent network. The one that the lecture
# puts on its board is that of lesson [12](12_rnn_from_scratch.ipynb): a frame
# is laid out as one row of $n = 28 \cdot 28$ numbers, the state has $d = 200$,
# and there are $k = 2$ answers. $U$ reads the frame, $W$ the state before, $V$
# gives the answers. How many weights?

# %%
n, d, k = 28 * 28, 200, 2
counts = {"U": n * d, "W": d * d, "V": d * k}
for name, count in counts.items():
    print(f"{name} {count:>8,}")
print(f"    {sum(counts.values()):,} weights,", d + k, "biases more:", end=" ")
print(f"{sum(counts.values()) + d + k:,}")
assert sum(counts.values()) == 197_200


# %%
def board():
    """Films -> logits: each frame a row of 784 pixels, a plain RNN."""
    films = layers.Input((length, 28, 28, 1))
    rows = layers.Reshape((length, n))(films)
    state = layers.SimpleRNN(d)(rows, mask=marked(films))
    return keras.Model(films, layers.Dense(k)(state), name="board")


print(f"{board().count_params():,} parameters, says Keras")
assert board().count_params() == 197_402

# %% tags=["nbval-approx-1e-1"]
for task, epochs in profile.board_epochs.items():
    keras.utils.set_random_seed(profile.seed)
    models["board", task] = model = board()
    seconds["board"] = teach(
        model, *data[task]["train"], epochs, 1e-3, every=epochs
    )
    for part in ("train", "validation"):
        share = right(models["board", task], *data[task][part])
        print(f"{task}: {share:.2f} right of {part}")

# %% [markdown]
# The pair with different poses: all right, or nearly. And the pair that
# differs in order, too: far better than a coin, so a recurrent network does
# what a bag cannot. But look at the two parts. It knows nearly every film that
# it was trained on, and fewer of the others (clearly fewer after the epochs of
# quick): 197,402 parameters can learn a few hundred films **by heart**. A pose
# looks different in pixels for each body, and a network that reads raw pixels
# has to learn each anew. (Trained longer it gets further, but less far than
# what follows: README, "Measured results".)
#
# ## A score that cannot be true
#
# The validation performers are not those of training. Does that matter so
# much? Suppose that each performer had filmed one movement only, as a patient
# has one diagnosis: those with an even number the movement backwards, label 0,
# the others the sun salutation, label 1.

# %%
performers = order.train.extra["performers"]
x, y = data["order"]["train"]
one_each = np.flatnonzero(performers % 2 == y)
for who in (0, 1, 2):
    rows = one_each[performers[one_each] == who]
    print("performer", who, "labels", y[rows])

# %% [markdown]
# The reader for this trial is the poorest of all: it sees the *mean picture*
# of a film, one blurred frame. It cannot know any order. So an honest score is
# a coin's, and any other score tells on the split. Hold out films in two ways.
#
# **19.3 (warm-up)** Write `by_performer(performers, held)`. `performers` says
# who is in each film, `held` is a list of the performers to hold out. Return
# the numbers of the films to train with, and those of the films held out.


# %%
def by_performer(performers, held):
    """(n,) and a list -> two arrays of film numbers."""
    ...  # your code here


# %%
ck.check("19.3", by_performer)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_by_performer(performers, held):
    out = np.isin(performers, held)
    return np.flatnonzero(~out), np.flatnonzero(out)


by_performer = ck.yours_or_good("19.3", by_performer, good_by_performer)

# %% [markdown]
# By film: a fifth of the films, drawn by chance. By performer: four people,
# and as the kit has both movements of each, ask about all their films.

# %%
rng = np.random.default_rng(profile.seed)
mean_pictures = masked_mean(x.reshape(len(x), length, n), real(x))
drawn = rng.permutation(one_each)
kept, held = by_performer(performers, profile.held_performers)
ways = {
    "by film": (drawn[len(drawn) // 5 :], drawn[: len(drawn) // 5]),
    "by performer": (np.intersect1d(kept, one_each), held),
}
for way, (kept, held) in ways.items():
    shared = len(set(performers[kept]) & set(performers[held]))
    print(f"{way}: {len(kept)} to train, {len(held)} held, {shared} in both")


# %%
def blurred(rows, kept):
    """A dense network on mean pictures, trained on some of them."""
    keras.utils.set_random_seed(profile.seed)
    scale = layers.Normalization()
    scale.adapt(rows[kept])
    hidden = [layers.Dense(64, activation="relu"), layers.Dense(2)]
    model = keras.Sequential([layers.Input((n,)), scale, *hidden])
    teach(model, rows[kept], y[kept], 20, 1e-3, every=20)
    return model


# %% tags=["nbval-approx-2e-1"]
leak = {}
for way, (kept, held) in ways.items():
    model = blurred(mean_pictures, kept)
    leak[way] = right(model, mean_pictures[held], y[held])
    print(f"{leak[way]:.2f} right of films held out {way}")
assert leak["by film"] > 0.85 and abs(leak["by performer"] - 0.5) < 0.15

# %% [markdown]
# By film it is nearly perfect, at what it *cannot* do: it knows the bodies and
# the rooms, and who did what. By performer it is where it belongs, at a coin's
# share: of a stranger it says the same, whichever movement it sees. (A split
# by **frame** is worse still: moments of the same film on both sides. See
# "Common mistakes".)
#
# So what belongs together stays together: films of a performer, pictures of a
# patient, measurements of a day. The field says **group split**. In the kit's
# films it is made already:

# %%
groups = [set(getattr(order, p).extra["performers"].tolist()) for p in parts]
print([len(group) for group in groups], "performers in", parts)
assert not groups[0] & groups[1] and not (groups[0] | groups[1]) & groups[2]

# %% [markdown]
# ## One label for each frame
#
# The board's network lacks eyes, as the bag had. What could teach them? So far
# a film has one label (**many-to-one**). But somebody may also have written
# down the *pose* in each frame: one label a frame (**many-to-many**, equal
# lengths, as tagging words in lesson [18](18_tagging_words.ipynb)). Eyes and a
# dense layer can answer that, frame by frame:


# %%
def tags_of(split):
    """Pose of each frame, -1 in the padding."""
    out = np.full((len(split), length), -1)
    for row, shown in zip(out, split.extra["poses"]):
        row[: len(shown)] = shown
    return out


# %% tags=["nbval-approx-5e-2"]
keras.utils.set_random_seed(profile.seed)
eyes = new_eyes()
films = layers.Input((length, 28, 28, 1))
named = layers.Dense(len(order.poses))(each_frame(eyes, films))
tagger = keras.Model(films, named, name="tagger")
x, tags = data["order"]["train"][0], tags_of(order.train)
seconds["eyes"] = teach(tagger, x, tags, profile.tag_epochs, 5e-3)

# %% tags=["nbval-approx-5e-2"]
x, y = data["order"]["validation"]
tags = tags_of(order.validation)
said = answers(tagger, x).argmax(axis=-1)
right_tags = (said == tags)[tags >= 0].mean()
print(f"{right_tags:.2f} of the frames of {order.validation.name}")
assert right_tags > 0.75

# %% [markdown]
# (Padding has the label -1, which the loss of `teach` leaves out: that is its
# `ignore_class`.) With
# the poses by name, a person can write the rule: it is a sun salutation if the
# plank comes before the downward dog.

# %% tags=["nbval-approx-1e-1"]
plank, dog = (order.poses.index(p) for p in ("plank", "downward dog"))


def mean_time(tag):
    """Mean number of the frames that were called so."""
    called = (said == tag) & real(x)
    times = (called * np.arange(length)).sum(axis=1)
    return times / np.maximum(called.sum(axis=1), 1)


ruled = ((mean_time(plank) < mean_time(dog)) == y).mean()
print(f"{ruled:.2f} of the films of {order.validation.name}, by the rule")
assert ruled > 0.85

# %%
per_film, per_frame = len(order.train), order.train.extra["lengths"].sum()
print(f"labels: {per_film:,} for films, {per_frame:,} for frames")

# %% [markdown]
# It can even say why. But somebody had to label every frame, and somebody had
# to know the rule. Can the rule be learned, from the labels of films?
#
# ## Eyes and a memory
#
# The CNN looks at each frame, a GRU (lesson 14) reads what it saw. Papers call
# such a pair a **CNN-LSTM**, or LRCN (J. Donahue et al. 2015, with an LSTM).
# Compared with the bag, one layer changes: the mean becomes a GRU. Follow the
# orange row from left to right; at the padding the state is passed on as it
# is.

# %%
figures.reader()

# %% [markdown]
# The eyes are those that can name poses. They are **frozen** (lesson
# [08](08_transfer_learning.ipynb)): only the GRU and the last layer learn, and
# they are never told a pose.


# %%
def memory(eyes, units=32):
    """(films -> logits), (films -> logits after each frame)."""
    films = layers.Input((length, 28, 28, 1))
    both = {"return_sequences": True, "return_state": True}
    # not cuDNN: it takes no mask with gaps, and one comes further down
    gru = layers.GRU(units, **both, use_cudnn=False, name="gru")
    states, last = gru(each_frame(eyes, films), mask=marked(films))
    answer = layers.Dense(2, name="answer")
    clip = keras.Model(films, answer(last), name="memory")
    return clip, keras.Model(films, answer(states), name="each_frame")


# %% tags=["nbval-approx-1e-1"]
eyes.trainable, follow = False, {}
for task, epochs in profile.memory_epochs.items():
    keras.utils.set_random_seed(profile.seed)
    model, follow[task] = memory(eyes)
    models["memory", task] = model
    seconds["memory"] = teach(
        model, *data[task]["train"], epochs, 1e-2, every=epochs
    )
    share = right(model, *data[task]["validation"])
    print(f"{task}: {share:.2f} right of {order.validation.name}")
print(f"{models['memory', 'order'].count_params():,} parameters")
assert share > 0.85

# %% [markdown]
# A sixth of the board's parameters, and it reads the order on people it never
# saw. (Can eyes that start blind learn to see from the labels of films alone?
# A film's label says little about each frame, so it takes more time:
# `benchmarks/videos.py` measures it.)
#
# Is the padding really left out? One film, padded and not:

# %% tags=["nbval-approx"]
gru = models["memory", "order"].get_layer("gru")
x = data["order"]["validation"][0]
film = x[[real(x).sum(axis=1).argmin()]]  # the shortest
short = film[:, : real(film).sum()]


def state_of(film, mask=None):
    """The GRU's last state of one film."""
    mask = None if mask is None else ops.convert_to_tensor(mask)
    return ops.convert_to_numpy(gru(each_frame(eyes, film), mask=mask)[1])


alone = state_of(short)
for name, mask in {"masked": real(film), "not masked": None}.items():
    off = np.abs(state_of(film, mask) - alone).max()
    print(f"{film.shape[1] - short.shape[1]} black frames {name}: {off:.5f}")
    assert (off < 1e-5) == (name == "masked")

# %% [markdown]
# ## The control
#
# Three readers, two tasks, each film in order and shuffled. Before you run it:
# in which of the twelve places do you expect a coin's share?


# %% tags=["nbval-approx-1e-1"]
def control(name, task, part):
    """Right in order, and right when the frames are shuffled."""
    x, y = data[task][part]
    model = models[name, task]
    return right(model, x, y), right(model, mixed(x), y)


print("        poses          order   (validation: in order -> shuffled)")
for name in ("bag", "board", "memory"):
    rows = [control(name, task, "validation") for task in data]
    cells = [f"{a:.2f} -> {b:.2f}" for a, b in rows]
    print(f"{name:<7} {'   '.join(cells)}")
assert abs(rows[1][1] - 0.5) < 0.15 and rows[1][0] - rows[1][1] > 0.3

# %% [markdown]
# Left, the pair with different poses: the bag and the memory mind little or
# not at all. (The board's network does: its answer hangs on the order, though
# it need not.) Right, the pair that differs in order: all are near a coin's
# share once the frames are shuffled, so it *was* the order that the memory and
# the board's network read.
#
# (A shuffled film is also an odd film, unlike all that the reader was trained
# with. The fair control trains on shuffled ones as well, as
# `benchmarks/videos.py` does.)
#
# ## A picture as memory
#
# The GRU's state is a row of numbers; where in the picture something was is
# mixed away. A **ConvLSTM** (X. Shi et al. 2015) keeps pictures: its state is
# a stack of feature maps, and each gate is a convolution of frame and state.
# The counting of lesson 14 goes on: three gates and the candidate, so four
# times, kernels of 3 x 3, for one channel of the frame and eight of the state.
# (In the paper the gates look at the cell state as well, the peepholes of
# lesson 14; Keras' layer has none. Its mask does not work on every backend.
# Instead the state at the last real frame is picked, which is the same:
# exercise 14.5.)

# %%
f, channels, units = 3, 1, 8
counted = 4 * (f * f * (channels + units) * units + units)
print(f"4 x ({f * f} x {channels + units} x {units} + {units}) = {counted:,}")


def conv_lstm(units):
    """Films, made half as large, through a ConvLSTM."""
    films = layers.Input((length, 28, 28, 1))
    small = ops.reshape(films, (-1, length, 14, 2, 14, 2))
    small = 4 * ops.mean(small, axis=(3, 5))[..., None] - 0.6
    layer = layers.ConvLSTM2D(
        units, f, strides=2, padding="same", return_sequences=True
    )
    states = layer(small)  # (n, frames, 7, 7, units)
    ends = ops.sum(ops.cast(marked(films), "int32"), axis=1) - 1
    state = ops.einsum("nt,nthwu->nhwu", ops.one_hot(ends, length), states)
    logits = layers.Dense(2)(layers.Flatten()(state))
    return layer, keras.Model(films, logits, name="conv_lstm")


# %% tags=["nbval-approx-1e-1"]
keras.utils.set_random_seed(profile.seed)
layer, model = conv_lstm(units)
print(f"{layer.count_params():,} parameters in the layer, says Keras")
assert layer.count_params() == counted
epochs = profile.conv_lstm_epochs
seconds["conv_lstm"] = teach(model, *data["poses"]["train"], epochs, 1e-2)
share = right(model, *data["poses"]["validation"])
print(f"{share:.2f} right of {poses.validation.name}")
assert share > 0.8

# %% [markdown]
# Far fewer parameters than the others, frames of 14 x 14, and two epochs are
# enough for the pair with different poses. (For the order it takes more of
# them.) But an epoch is dear: each of the four convolves frame and state, and
# each step must wait for the one before. Look at the lowest bar, and at
# how few epochs it stands for. (The seconds are your machine's; the first of
# each bar go into building the network's graph.)

# %%
epochs = {
    "bag": profile.bag_epochs,
    "board": profile.board_epochs["order"],
    "eyes": profile.tag_epochs,
    "memory": profile.memory_epochs["order"],
    "conv_lstm": profile.conv_lstm_epochs,
}
figures.cost(seconds, epochs)

# %% [markdown]
# ## An answer after every frame
#
# The reader answers once, at the end. But the GRU has a state at each frame,
# and the same dense layer can answer from each. When does it know? Sort the
# answers by the place in the movement, the first pose to the twelfth. Where
# will the curve rise?


# %%
def places_of(split):
    """Place of each frame's pose in the movement, -1 in the padding."""
    out = np.full((len(split), length), -1)
    for row, places in zip(out, split.extra["places"]):
        row[: len(places)] = places
    return out


# %% tags=["nbval-approx-2e-1"]
x, y = data["order"]["validation"]
place = places_of(order.validation)
after = answers(follow["order"], x).argmax(axis=-1)
hits = after == y[:, np.newaxis]
curve = [hits[place == p].mean() for p in range(12)]
print("poses 1 to 4: ", *(f"{share:.2f}" for share in curve[:4]))
print("poses 9 to 12:", *(f"{share:.2f}" for share in curve[8:]))
assert max(curve[:4]) < 0.65 and min(curve[9:]) > 0.8

# %% tags=["nbval-approx-2e-1"]
figures.by_place(curve, (4, 8))

# %% [markdown]
# At first it can only guess: nothing has happened yet that tells. At the end
# it knows. In between it can be worse than a coin, as in quick. It seems to go
# by the pose it saw last: the first of the four, the plank say, is the *last*
# of the four in the other movement. Only its answer at the end was ever
# trained; what it says on the way means what it happens to mean.
#
# ## Which frames decided?
#
# Leave some frames out, and see how much the answer moves: **occlusion**, in
# time. To leave out is easy here: a masked frame is one that never was. By
# hand, a score that depends on frame 2 most of all. Each row is a film with
# one frame left out:

# %%
by_hand = np.array([0.1, 0.0, 2.0, 0.1])
everything = np.ones((1, 4), bool)
without = ~np.eye(4, dtype=bool)
print(without.astype(int))
print("moved by", (everything @ by_hand - without @ by_hand).round(1))

# %% [markdown]
# A pose is held for two frames at times: leave out one, and its twin is still
# there. So a *window* is left out, and moved along.
#
# **19.4 (core)** Write `decided(score, keep, reach)` for one film. `keep`
# marks its real frames. `score(masks)` takes many masks, (m, frames), and
# returns for each what the reader says if it gets only those frames, (m,).
# (One mask alone is `keep[np.newaxis]`.) For each real frame t: how far,
# without sign, does the score move when the frames from t - reach to t + reach
# are left out? The padding gets 0.


# %%
def decided(score, keep, reach):
    """A function, (frames,) of True and False, a number -> (frames,)."""
    ...  # your code here


# %%
ck.check("19.4", decided)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_decided(score, keep, reach):
    t = np.arange(len(keep))
    window = abs(t[:, np.newaxis] - t) <= reach  # row t: what is left out
    moved = score(keep & ~window) - score(keep[np.newaxis])
    return np.where(keep, abs(moved), 0)


decided = ck.yours_or_good("19.4", decided, good_decided)

# %% [markdown]
# The eyes look once; then only the GRU runs again, for all masks together. Its
# score: how much more it says "sun salutation" than "backwards".

# %%
answer = models["memory", "order"].get_layer("answer")


def scorer(film):
    """score(masks) of one film (1, frames, 28, 28, 1)."""
    seen = each_frame(eyes, film)

    def score(masks):
        copies = ops.repeat(seen, len(masks), axis=0)
        state = gru(copies, mask=ops.convert_to_tensor(masks))[1]
        logits = ops.convert_to_numpy(answer(state))
        return logits[:, 1] - logits[:, 0]

    return score


# %%
few = np.arange(0, len(x), len(x) // profile.films_explained)
keep = real(x)
moves = [decided(scorer(x[[k]]), keep[k], reach=1) for k in few]

# %% tags=["nbval-approx-2e-1"]
middle = (place >= 4) & (place < 8)  # where the two movements differ
mass = [m[middle[i]].sum() / m.sum() for m, i in zip(moves, few)]
chance = (middle[few].sum(axis=1) / keep[few].sum(axis=1)).mean()
peak = np.mean([middle[k][m.argmax()] for m, k in zip(moves, few)])
print(f"share of all movement that lies in the middle: {np.mean(mass):.2f}")
print(f"share of the frames that lie there (chance):   {chance:.2f}")
print(f"films whose largest movement lies there:       {peak:.2f}")
assert np.mean(mass) > chance + 0.1

# %% [markdown]
# The first of these films. A bar says how far the answer moves without this
# frame and its neighbours; orange are the four poses in the middle:

# %% tags=["nbval-approx-2e-1"]
one = few[0]
figures.decided(x[one], moves[0], middle[one], order.poses, tags[one])

# %% [markdown]
# The maker of the films knows the truth: only the four poses in the middle
# tell the two movements apart. Clearly more of the movement lies there than
# chance would put there, and in most films the largest. Not all: what comes
# later can make the state forget, or sharpen it, and so it counts as well.
#
# ## The test
#
# The performers of the test, asked once:

# %% tags=["nbval-approx-1e-1"]
table = {}
for name in ("bag", "board", "memory"):
    rows = [control(name, task, "test") for task in data]
    table[name] = dict(zip(data, rows))
    cells = [f"{a:.2f} -> {b:.2f}" for a, b in rows]
    print(f"{name:<7} {'   '.join(cells)}")
print("in order -> shuffled; poses, then order; of", order.test.name)
assert table["memory"]["order"][0] > 0.85

# %% tags=["nbval-approx-1e-1"]
figures.controls(table)

# %% [markdown]
# Look at the right half: past the dotted line, a coin, only the two readers
# with a memory get clearly, and only in order (blue).
#
# One seed, and few people: ten films of one person prove less than one
# film each of ten people would. `benchmarks/videos.py` has three seeds.
#
# ## Common mistakes
#
# **An axis too many.** A film is not a picture: eyes take one frame. The
# message says where the shape does not fit.

# %%
with ck.expect_error(ValueError):
    eyes(x[:2])

# %% [markdown]
# **The axes folded in the wrong order.** `reshape` never fails if the count is
# right. Films laid with the time first, and folded as if the films came first:
# a row now mixes frames of two films.

# %%
two = np.array([[10, 11, 12], [20, 21, 22]])  # (films, frames)
print("wrong:", two.T.reshape(2, 3).tolist())
print("right:", two.T.swapaxes(0, 1).tolist())

# %% [markdown]
# **A split by frame.** Name a pose by the most similar frame that is known.
# First known: every other frame of the same films. Then: about as many frames
# of the training performers.

# %% tags=["nbval-approx-3e-2"]
frames = x[real(x)].reshape(-1, n)
truth = tags[real(x)]
xt, tags_t = data["order"]["train"][0], tags_of(order.train)
others = xt[real(xt)].reshape(-1, n)[:: profile.every_frame]
other_truth = tags_t[real(xt)][:: profile.every_frame]
asked = slice(1, None, 2)


def nearest(known, names):
    """Share of the asked frames whose nearest known one shows their pose."""
    squares = (known**2).sum(axis=1) - 2 * frames[asked] @ known.T
    return (names[squares.argmin(axis=1)] == truth[asked]).mean()


by_frame = nearest(frames[0::2], truth[0::2])
honest = nearest(others, other_truth)
print(f"by frame {by_frame:.2f}, by performer {honest:.2f}")
assert by_frame > honest + 0.03

# %% [markdown]
# The better number is no skill: a pose is often held for two frames, and then
# one asks for what the other has told.
#
# **The mask is forgotten.** Nothing fails; the state runs on through black
# frames, as measured above, and a film gets another answer when it is padded
# further, as in a batch with a longer one.
#
# ## Your own films
#
# A folder for each class, and in it films: GIF or animated PNG, a folder of
# pictures for each film, or MP4 (with `pip install av imageio`). If each
# class holds folders of performers (`yoga/tree/ann/1.gif`), the split is by
# performer. One call trains three readers, and asks the memory with shuffled
# frames, too. Here with films written by the kit; put the path of yours:

# %% tags=["nbval-approx-2e-1"]
import pathlib
import tempfile

own_films = profile.module("own_films")
with tempfile.TemporaryDirectory() as folder:
    films_at = pathlib.Path(folder) / "yoga"
    own_films.write_examples(films_at, poses, profile.own_performers)
    report = own_films.report(films_at, epochs=profile.own_epochs)

# %% [markdown]
# The bag is as good as any: these two movements need no order. With few films
# and epochs, as in the quick profile, the memory loses all the same when its
# frames are shuffled: nobody taught its eyes the poses, and it learned from
# films in order only. (With all performers, in full, it loses nothing.) So
# read the lines together before you say "my films need the order".
#
# ## Quiz

# %%
ck.quiz("19")

# %% [markdown]
# ## Exercises
#
# 19.1 to 19.4 stand on the road, above.
#
# **19.5 (core)** Write `conv_lstm_parameters(size, channels, units)`: how many
# has a ConvLSTM layer with kernels of `size` x `size`, biases included?


# %%
def conv_lstm_parameters(size, channels, units):
    """Three whole numbers -> a whole number."""
    ...  # your code here


# %%
ck.check("19.5", conv_lstm_parameters)

# %% [markdown]
# **19.6 (core)** Write `vote(answers, keep, classes)`: one answer a film, the
# one that most of its real frames give; of equally many, the lowest number.


# %%
def vote(answers, keep, classes):
    """(n, frames), (n, frames), a number -> (n,)."""
    ...  # your code here


# %%
ck.check("19.6", vote)

# %% [markdown]
# **19.7 (stretch)** A film of a minute has 1,500 frames, at 25 a second. Write
# `sampled(length, count)`: the film is cut into `count` equal parts, and the
# frame in the middle of each is taken. Parts need not be whole: cut into 24,
# each has 62.5 frames, and the first middle, 31.25 frames from the start,
# falls into frame 31. Return the numbers of these frames, counted from 0; if
# the film has at most `count`, all of them.


# %%
def sampled(length, count):
    """Two whole numbers -> a list of frame numbers."""
    ...  # your code here


# %%
ck.check("19.7", sampled)

# %% [markdown]
# **To discuss.** *Investigate.* A collection of films has 100 classes, and a
# network gets 80 % right. How do you find out how much of that needs the order
# of the frames, and how much needs more than one frame?
#
# <details><summary>What a good answer contains</summary>
#
# The same network, trained *and* tested on shuffled frames (only tested, it
# meets films unlike all it knows); one frame of each film; a bag of frames.
# Results for each class, since a few may need the order and most not. Pairs of
# classes that differ in order only (opening and closing a door), or films
# played backwards. A split by performer or place, or backgrounds answer first.
# It names the literature: D.-A. Huang et al. (2018), *What makes a video a
# video*, CVPR, and L. Sevilla-Lara et al. (2021), *Only time can tell*, WACV.
#
# </details>

# %% [markdown]
# ## You can now
# - read films with a bag of frames, with masks that leave the padding out;
# - say whether a reader needs the order: shuffle it, and compare;
# - count the board's network: 197,200 weights, 197,402 with biases;
# - split by performer, and tell a score that cannot be true;
# - build eyes and a memory, for one answer a film or one after each frame;
# - find the frames that decided, and score them against the truth.
#
# Lesson [20](20_translating.ipynb) reads a sequence and writes another.
#
# **References.** M. M. Khapra, CS7015 Deep Learning, IIT Madras: the yoga film
# and its network. J. Donahue et al. (2015), *Long-term recurrent convolutional
# networks for visual recognition and description*, CVPR: eyes and a memory. X.
# Shi et al. (2015), *Convolutional LSTM network*, NIPS. L. Wang et al. (2016),
# *Temporal segment networks*, ECCV: a frame of each part of a film. D.-A.
# Huang et al. (2018), *What makes a video a video*, CVPR: what a video network
# needs. L. Sevilla-Lara et al. (2021), *Only time can tell*, WACV: classes
# that cannot be told without order.
#
# ## Reference
#
# ### One kernel for both
#
# `TimeDistributed(Conv2D)` is a three-dimensional convolution whose kernel is
# one frame deep. With deeper kernels a `Conv3D` sees some frames at once and
# so some order, without a memory: the 3-D networks of video, whose reach in
# time is that of their kernels (lesson 02's receptive field).

# %% tags=["nbval-approx"]
flat = layers.Conv2D(4, 3)
deep = layers.Conv3D(4, (1, 3, 3))
seen = ops.convert_to_numpy(layers.TimeDistributed(flat)(x[:2]))
deep.build(x.shape)
deep.set_weights([flat.get_weights()[0][np.newaxis], flat.get_weights()[1]])
off = np.abs(ops.convert_to_numpy(deep(x[:2])) - seen).max()
print(seen.shape, f"off by {off:.5f}")
assert off < 1e-5
