# %% [markdown]
# # 24 · Where to go next
#
# You will train one network on four devices at once, build a captioner that
# has no recurrence, and put networks into files that run without Keras, with
# eight bits a number.
#
# | | |
# |---|---|
# | **Before this** | [22](22_show_attend_tell.ipynb), lesson 20 |
# | **Time** | 48 min on the road, 30 of exercises, 5 of quiz |
# | **Runs in** | 47 s (quick), 2 CPU min (full) |
# | **Data** | digits (real) and scenes: 5,500 drawn pictures with captions |
# | **Hardware** | any laptop |
# | **You should end with** | a CNN in less than half the bytes, as good |
#
# ## In this lesson you will
# - bring the gradients of several devices together, and get one device's step;
# - compute what speed-up to expect, and see why two cores give none;
# - see what two computers need, and what happens when one of them dies;
# - build a captioner from a transformer's parts, and test where it looks;
# - export networks to three formats, with equal answers;
# - turn weights into eight bits, and measure what that costs.

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

# %%
import coursekit as ck

profile = ck.start("24")

# %% [markdown]
# ## Four devices out of one
#
# You have learned on one processor, perhaps with one GPU. Large networks are
# trained on many. TensorFlow can treat your processor as if it were several
# devices; that makes nothing faster, but every line of code is the one that
# you would write for four GPUs. It has to be said before the first
# computation, so it comes first. (Should it complain that the devices are
# there already, restart the kernel.)

# %%
import tensorflow as tf

tf.get_logger().setLevel("ERROR")  # no note for each device and file
processor = tf.config.list_physical_devices("CPU")[0]
if not tf.config.get_logical_device_configuration(processor):
    part = tf.config.LogicalDeviceConfiguration()
    parts = [part] * profile.devices
    tf.config.set_logical_device_configuration(processor, parts)
print([device.name for device in tf.config.list_logical_devices("CPU")])

# %% [markdown]
# (This lesson is about TensorFlow. With JAX it is `keras.distribution`: see
# the Reference at the end.)
#
# The network to take along is a small CNN for the handwritten digits of lesson
# [04](04_first_cnn.ipynb):

# %%
import keras
import numpy as np
from keras import layers, ops

digits = ck.data.load(profile.digits)
print(digits.provenance)
names = ("train", "validation", "test")
x = {n: getattr(digits, n).x.astype("float32") / 255 for n in names}
y = {n: getattr(digits, n).y for n in names}
ck.data.assert_disjoint(*x.values())
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


# %%
def cnn(*more):
    """Two convolutions; ``more`` layers behind the first."""
    keras.utils.set_random_seed(profile.seed)
    first = layers.Conv2D(16, 3, activation="relu")
    second = layers.Conv2D(32, 3, activation="relu")
    rest = [layers.MaxPooling2D(), second, layers.Flatten(), layers.Dense(10)]
    start = [keras.Input((8, 8, 1)), first, *more]
    return keras.Sequential([*start, *rest], name="cnn")


# %% tags=["nbval-approx-4-of-360"]
def teach(model, epochs):
    model.compile(keras.optimizers.Adam(profile.digit_rate), loss)
    model.fit(x["train"], y["train"], 64, epochs, verbose=0)


def right(answers, part):
    """Share of a split's digits that logits (n, 10) get right."""
    return (answers.argmax(axis=1) == y[part]).mean()


networks = {"cnn": cnn()}
teach(networks["cnn"], profile.digit_epochs)
answers = networks["cnn"].predict(x["validation"], verbose=0)
print(f"{right(answers, 'validation'):.3f} of {digits.validation.name}")
assert right(answers, "validation") > 0.94

# %% [markdown]
# ## One batch, four shares
#
# Every device gets a copy of the network, a **replica**. A batch is cut into
# shares, one for each. Every device computes the gradient of its share; the
# gradients are brought together (**all-reduce**); all copies take the same
# step, so that they stay equal. This is **data parallelism**, and because each
# step waits for all devices it is **synchronous**. Follow one share from left
# to right:

# %%
figures = profile.figures

figures.data_parallel()

# %% [markdown]
# Brought together how? Say that one device had 3 examples, with a mean
# gradient of 2, and another had 1, with 4. What is the mean over all four?

# %%
means = np.array([2.0, 4.0])  # of 3 examples, of 1
print("all four examples:", (2 + 2 + 2 + 4) / 4)
print("mean of the means:", means.mean())
assert means.mean() != (2 + 2 + 2 + 4) / 4

# %% [markdown]
# **24.1 (core)** Write `averaged(gradients, sizes)`: from each device's mean
# gradient the mean gradient of the whole batch.


# %%
def averaged(gradients, sizes):
    """(devices, numbers) and (devices,) -> (numbers,)."""
    ...  # your code here


# %%
ck.check("24.1", averaged)

# %% [markdown]
# Stuck? `ck.hint("24.1")`. One good answer is folded into the next cell: try
# first, then compare. Run it in any case. The lesson goes on with yours if it
# is right, else with the good one, and says which.


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_averaged(gradients, sizes):
    return sizes @ gradients / sizes.sum()


averaged = ck.yours_or_good("24.1", averaged, good_averaged)

# %% [markdown]
# Now with the network's own gradient, all its numbers in a row. 61 digits,
# four shares, the last one smaller. Your function should bring them together
# to the gradient of all 61; the plain mean should not:


# %%
def gradient(model, x, y):
    """The gradient of the mean loss, as one row."""
    with tf.GradientTape() as tape:
        cost = loss(y, model(x))
    rows = tape.gradient(cost, model.trainable_variables)
    return np.concatenate([np.array(row).ravel() for row in rows])


# %% tags=["nbval-approx"]
fresh, some = cnn(), slice(0, 61)
whole = gradient(fresh, x["train"][some], y["train"][some])
cuts = [slice(0, 16), slice(16, 32), slice(32, 48), slice(48, 61)]
shares = [gradient(fresh, x["train"][c], y["train"][c]) for c in cuts]
together = averaged(np.array(shares), np.array([16, 16, 16, 13]))
off = np.abs(together - whole).max()
print(f"61 digits, {len(whole):,} numbers: largest difference {off:.0e}")
wrong = np.abs(np.mean(shares, axis=0) - whole).max()
print(f"the mean of the means is off by {wrong:.0e}")
assert off < 1e-6 < wrong

# %% [markdown]
# ## The same by TensorFlow
#
# `MirroredStrategy` keeps the copies equal. What is made in its `scope` is
# mirrored on all devices. `run` calls a function (`on_one`) on each device
# with its share. There every device divides the sum of its losses by the size
# of the **whole** batch; then the gradients only have to be added, which the
# optimiser's `apply` does before it takes the step. `tf.function` turns the
# whole into one graph; `ReductionToOneDevice` names a plain way to add up that
# works on CPUs, too. `cut` hands each device its share (of a `tf.data`
# pipeline `experimental_distribute_dataset` does it). `costs_of` gives a loss
# for each digit (`True`: from logits); `of_share` makes one number of them, so
# that you can make it wrong later:

# %%
from keras.losses import sparse_categorical_crossentropy as costs_of


def devices(count):
    names = [f"CPU:{k}" for k in range(count)]
    together = tf.distribute.ReductionToOneDevice()
    return tf.distribute.MirroredStrategy(names, together)


def new_step(strategy, of_share, *more):
    """A model on all devices, and a function that takes one step."""
    with strategy.scope():
        model, optimizer = cnn(*more), keras.optimizers.SGD(0.1)
        optimizer.build(model.trainable_variables)

    def on_one(x, y):
        with tf.GradientTape() as tape:
            cost = of_share(costs_of(y, model(x, training=True), True))
        rows = tape.gradient(cost, model.trainable_variables)
        optimizer.apply(rows, model.trainable_variables)

    return model, tf.function(lambda share: strategy.run(on_one, share))


# %%
def in_a_row(model):
    return np.concatenate([w.ravel() for w in model.get_weights()])


def cut(strategy, x, y):
    """A batch in equal shares, one on each device."""
    count = strategy.num_replicas_in_sync
    shares = list(zip(tf.split(x, count), tf.split(y, count), strict=True))
    return strategy.experimental_distribute_values_from_function(
        lambda device: shares[device.replica_id_in_sync_group]
    )


def one_step(count, of_share, *more):
    """The weights after one step on 64 digits."""
    strategy = devices(count)
    model, step = new_step(strategy, of_share, *more)
    step(cut(strategy, x["train"][:64], y["train"][:64]))
    return in_a_row(model)


def by_whole_batch(costs):
    return tf.reduce_sum(costs) / 64


# %% tags=["nbval-approx"]
start = in_a_row(cnn())
one, four = (one_step(n, by_whole_batch) for n in (1, profile.devices))
off, moved = np.abs(four - one).max(), np.abs(one - start).max()
print(f"four devices differ from one by {off:.0e}; it moved by {moved:.2f}")
assert off < 1e-6 < moved

# %% [markdown]
# One step on four devices is the step on one. Four devices do not learn
# something else, they learn the same.
#
# On one computer `fit` does all that by itself. Make the model in the scope,
# and train it as always, here for an epoch in batches of 64. `keep` notes the
# weights after each batch:


# %%
def fitted(strategy):
    """The weights after each batch of an epoch, (batches, numbers)."""
    with strategy.scope():
        model = cnn()
        model.compile("sgd", loss)
    after = []
    keep = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda _, logs: after.append(in_a_row(model))
    )
    pair = x["train"], y["train"]
    model.fit(*pair, 64, verbose=0, shuffle=False, callbacks=[keep])
    return np.array(after)


# %% tags=["nbval-approx"]
pair = [fitted(devices(n)) for n in (1, profile.devices)]
offs = np.abs(pair[0] - pair[1]).max(axis=1)
whole, left = divmod(len(x["train"]), 64)
print(f"after {whole} whole batches: {offs[whole - 1]:.0e}")
print(f"after {left} digits more: {offs[whole]:.0e}")
assert offs[whole - 1] < 1e-6 < offs[whole] < 1e-3

# %% [markdown]
# After whole batches nothing differs but the last digit. The 53 are cut into
# 14, 14, 14 and 11, and there `fit` does take the mean of the means: the
# mistake of above, small enough here not to matter. (`drop_remainder=True` in
# a `tf.data` pipeline leaves such a batch out.)
#
# ## How much faster?
#
# Say a step takes 90 ms to compute, and 10 ms that no device can share (the
# data, the start of everything). Sending all gradients once takes 4 ms. On
# four devices the 90 become 22.5; the 10 stay; and the gradients travel. In a
# **ring** each device sends to its neighbour only, one n-th of the gradients
# at a time: n - 1 times to add up, n - 1 times to hand out the sums. All send
# at once, so that only what one device sends counts: $2 (n-1)/n$ times all
# gradients, 1.5 times for four devices: 6 ms.

# %%
alone, sent = 90 + 10, 2 * (4 - 1) / 4
together = 90 / 4 + 10 + 4 * sent
print(f"{90 / 4} ms + 10 ms + {4 * sent:.0f} ms (sent {sent} times)")
print(f"{alone} ms against {together} ms: {alone / together:.2f} times")
assert together == 38.5

# %% [markdown]
# **24.2 (warm-up)** Write `speed_up(devices, compute, fixed, exchange)`: how
# many times as fast are so many devices as one? The last three are times:
# what is shared, what is not, and sending all gradients once.


# %%
def speed_up(devices, compute, fixed, exchange):
    """-> a number, 1 for one device."""
    ...  # your code here


# %%
ck.check("24.2", speed_up)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_speed_up(devices, compute, fixed, exchange):
    sent = 2 * exchange * (devices - 1) / devices
    return (compute + fixed) / (compute / devices + fixed + sent)


speed_up = ck.yours_or_good("24.2", speed_up, good_speed_up)

# %%
cases = {
    "all can be shared": (100, 0, 0),
    "10 % cannot": (90, 10, 0),
    "10 % cannot, exchange 4 ms": (90, 10, 4),
}
counts = [1, 2, 4, 8, 16, 32, 64]
figures.expected(
    {name: [speed_up(n, *c) for n in counts] for name, c in cases.items()}
)

# %% [markdown]
# Both axes go in doublings. The straight line is what one hopes for. The
# middle line never gets above 10, however many devices there are: what cannot
# be shared remains (**Amdahl's law**, 1967). The lowest line pays for the
# exchange, too. That cost hardly grows with the number of devices, since what
# each sends comes near to twice the gradients. (Each message has a delay as
# well, and there are more of them: not counted here.)
#
# So one gives every device as much work as it can hold. Then the batch grows
# with the devices, there are fewer steps, and the learning rate is raised in
# proportion, after a slow start (the **linear scaling rule** with warm-up: P.
# Goyal et al. 2017).
#
# And here? Guess first: one step on a batch of 1,024, on one, two and four of
# your devices.

# %%
import time

big = x["train"][:1024], y["train"][:1024]
milliseconds = {}
for count in (1, 2, 4):
    strategy = devices(count)
    _, step = new_step(strategy, lambda costs: tf.reduce_sum(costs) / 1024)
    share = cut(strategy, *big)
    step(share)  # traces it
    times = []
    for _ in range(9):
        began = time.perf_counter()
        step(share)
        times.append(1e3 * (time.perf_counter() - began))
    milliseconds[count] = min(times)  # the least disturbed

# %%
figures.measured(milliseconds)

# %% [markdown]
# A bar below 1 would be a gain. There is none worth having. The four devices
# share the cores that one device had to itself (it spreads a convolution over
# all cores already), and cutting, copying and adding come on top. The bars
# differ from machine to machine. Data parallelism pays where each device has
# arithmetic of its own. (A network that does not fit on one device is cut
# itself: **model parallelism**.)
#
# ## Two computers, and a plug that is pulled
#
# Several computers (**workers**) need two things more: addresses and
# checkpoints. Each computer starts the same program. The variable `TF_CONFIG`
# tells it who the others are and which one it is:
#
# ```python
# {"cluster": {"worker": ["10.0.0.5:2222", "10.0.0.6:2222"]},
#  "task": {"type": "worker", "index": 0}}
# ```
#
# `MultiWorkerMirroredStrategy` reads it. The rest of the code is that of
# above, `scope` and `run`. Two computers can be two processes on yours, which
# talk over the loopback network (the address 127.0.0.1, which never leaves the
# computer). The file `two_workers.py` beside this lesson does it. Worker 0
# keeps a checkpoint every 4 steps, on a disk that both can read:
#
# ```
# $ python lessons/lesson24_where_to_go_next/two_workers.py
# step 1: loss 2.3591
# step 10: loss 2.1958
# with the accident: [1, 9]
# worker 1 goes on after step 8
# worker 0 goes on after step 8
# step 10: loss 2.1958
# step 24: loss 1.9352
# started again:     [0, 0]
# ```
#
# Each line in brackets has the exit codes of worker 0 and worker 1. After step
# 10 worker 1 ends without a word (exit code 9), as if its plug had been
# pulled. Worker 0 waits for its gradients and ends with an error, 1. That is
# the rule of synchronous training: one is lost, all stop. So what counts is
# the way back: both start again, find the checkpoint of step 8, and take steps
# 9 and 10 a second time, with the same loss. A test compares the final weights
# with those of an undisturbed run, and with one device.
#
# With `fit` this does not work in Keras 3.15, though it does on one computer.
# What differs from replica to replica TensorFlow keeps as a `PerReplica`; here
# `fit` tries to make one tensor of it, and says (`--way fit`), after many
# lines of numbers:
#
# ```
# ... with an unsupported type (<class
# 'tensorflow.python.distribute.values.PerReplica'>) to a Tensor.
# ```
#
# **Many trainings instead of a large one** need no exchange at all. Which
# rate, which batch size? Let several processes try. `search.py` beside this
# lesson uses Optuna for it (`pip install -e ".[search]"`): the processes share
# one small data base, take a setting each, and write down what came of it.
# Each gives a sign of life now and then. When one is killed, its trial is
# marked as failed, its setting is put in line again, and another process takes
# it. That is tested, too, with a process that is really killed.
#
# ## From LSTM to transformer in one picture
#
# There is a limit that no number of devices moves: an LSTM's steps wait for
# each other. Self-attention (lesson [20](20_translating.ipynb)) has no such
# chain. Compare the way from the first word to the last: on the left from cell
# to cell, on the right one thick arrow:

# %%
figures.two_ways(["a", "red", "dog", "on", "a", "beach"])

# %% [markdown]
# All words are computed at once, as long as the true words are known: in
# training. The way from the first word to the last is one step, for a gradient
# too. That no word sees a later one is **causal** attention: without it the
# network would read the word that it has to guess. The price: each word looks
# at all before it, so that the work grows with the square of the length.
#
# You have all parts for **a captioner without recurrence**. Take the decoder
# block of lesson 20. Where it looked at the memory of a source sentence, let
# it look at the 64 places of a picture, as lesson
# [22](22_show_attend_tell.ipynb) did. The eye, the captions and the vocabulary
# are those of lesson 22:

# %%
from coursekit.captions import batches, scene_encoder
from coursekit.vocabulary import Vocabulary

scenes = ck.data.load(profile.dataset)
eye = scene_encoder.headless(scene_encoder.load())
places = {}
for name in ("train", "test", "held_out"):
    grid = eye.predict(getattr(scenes, name).x, 250, verbose=0)["grid"]
    places[name] = grid.reshape(-1, 64, 64)  # pictures, places, features
ck.data.assert_disjoint(*places.values(), strict=profile.quick)
vocabulary = Vocabulary.from_captions([c for f in scenes.train.y for c in f])
rows = vocabulary.encode(scenes.train.y, max_length=20)
print(places["train"].shape, rows.shape, len(vocabulary), "words")

# %%
from coursekit import lessons

positions = lessons.module("20", "networks").positions  # sines and cosines
size, heads, length = profile.size, profile.heads, 21


def block(x, places):
    """Looks back, looks at the picture, thinks: the block of lesson 20."""
    back = layers.MultiHeadAttention(heads, size // heads)
    x = layers.LayerNormalization()(x + back(x, x, use_causal_mask=True))
    look = layers.MultiHeadAttention(heads, size // heads)
    seen, weights = look(x, places, return_attention_scores=True)
    x = layers.LayerNormalization()(x + seen)
    inner = layers.Dense(2 * size, activation="relu")(x)
    x = layers.LayerNormalization()(x + layers.Dense(size)(inner))
    return x, weights  # (n, words, size), (n, heads, words, places)


# %%
def captioner():
    """{"places", "tokens"} -> logits; and the same with its weights."""
    picture = layers.Input((None, size), name="places")
    tokens = layers.Input((length,), dtype="int32", name="tokens")
    x = layers.Embedding(len(vocabulary), size)(tokens) * np.sqrt(size)
    x, weights = block(x + positions(length, size), picture)
    logits = layers.Dense(len(vocabulary), name="next_word")(x)
    inputs = {"places": picture, "tokens": tokens}
    both = keras.Model(inputs, [logits, weights])
    return keras.Model(inputs, logits), both


# %% tags=["nbval-approx-2e-2"]
from coursekit.captions import training

keras.utils.set_random_seed(profile.seed)
model, looking = captioner()
history = training.fit(
    model,
    batches.caption_batches(places["train"], rows, profile.batch_size),
    profile.epochs,
    profile.learning_rate,
    callbacks=[ck.EpochProgress()],
)
assert history["loss"][-1] < 1.5

# %% [markdown]
# It speaks like the translator of lesson 20: all words so far go in, and the
# row of the newest word comes out. The state has four things: the words so
# far, how many there are, the picture's places, and where the heads looked
# last. `here` has a 1 at the place of the newest word; multiplied with it and
# summed (`einsum`), only that row remains:


# %%
def begin(picture):
    picture = ops.convert_to_tensor(picture)
    nothing = ops.zeros((ops.shape(picture)[0], length), "int32")
    looked = ops.tile(ops.zeros_like(picture[..., 0]), (1, heads))
    return nothing, nothing[:, 0], picture, looked


def step(words, state):
    so_far, number, picture, looked = state
    here = ops.one_hot(number, length, dtype="int32")
    so_far = so_far + words[:, None] * here
    logits, weights = looking({"places": picture, "tokens": so_far})
    now = ops.cast(here, "float32")
    weights = ops.einsum("nhtp,nt->nhp", weights, now)
    looked = ops.reshape(weights, ops.shape(looked))
    logits = ops.einsum("ntw,nt->nw", logits, now)
    return logits, (so_far, number + 1, picture, looked)


# %%
from coursekit.captions import decoding


def last_look(state):
    return state[-1]


def tell(part):
    """Captions, and where each head looked: (n, words, heads, 64)."""
    loop = decoding.greedy_search(begin, step, length, last_look)
    tokens, looked = loop(places[part])
    shape = (*tokens.shape, heads, 64)
    return vocabulary.decode(tokens), np.array(looked).reshape(shape)


told, looked = tell("test")
print(len(told), "captions,", looked.shape)

# %% [markdown]
# Does it look at what it says? The test of lesson 22, unchanged: the share of
# attention inside the box of each thing that is named, against chance and
# against the maps of other pictures. First for the mean of the heads:

# %%
faithful = profile.module("faithful")


def inside(looked):
    return faithful.masses(told, looked, scenes.test).mean(axis=0)


mass, chance = inside(looked.mean(axis=2))
shuffled, _ = inside(np.roll(looked.mean(axis=2), 1, axis=0))

# %% tags=["nbval-approx-5e-2"]
print(f"{scenes.test.name}: attention inside the box {mass:.2f}")
print(f"maps of other pictures {shuffled:.2f}, chance {chance:.2f}")
assert mass > 3 * chance and mass > 2 * shuffled

# %% [markdown]
# It does, far above both. And each head alone?

# %% tags=["nbval-approx-3e-1"]
by_head = [inside(looked[:, :, number])[0] for number in range(heads)]
for number, share in enumerate(by_head):
    print(f"head {number + 1}: {share:.2f}")

# %% [markdown]
# Read them beside the mean of all, and beside chance. Some heads look at the
# thing that is named, others mostly elsewhere. A mean over heads hides that.
# So look at one picture through the head that looks most at what it names:

# %%
from coursekit.figures import captioning

k, best = 11, np.argmax(by_head)
spoken = told[k].split()
maps = looked[k, : len(spoken), best].reshape(-1, 8, 8)
what = f"test picture {k} ({scenes.test.y[k][0]})"
captioning.attention_maps(scenes.test.x[k], spoken, maps, what)

# %% [markdown]
# Dark places are not looked at; the number is the share of the brightest one.
# Light falls on a thing when it is named, and is spread wider at small words.
# It is a picture where it goes well: change `k`, and find one where it looks
# at something else.
#
# ## Beside lesson 22
#
# Both captioners were trained three times, for the same two epochs on the same
# features, and told about the same test pictures, greedily
# (`benchmarks/where_next.py`; `measured` reads what it wrote down). All but
# BLEU-4 in per cent. The columns are those of lesson 22: *named* is the share
# of the kinds in the pictures that are named, *true* that of the named
# colours, *held out* the same where kind and colour were never together in
# training, *inside* the attention inside the box. `one-epoch` is the
# transformer after half the time, as in the quick run here; the last row is
# yours, a single seed. What do you expect: which one says more that is true?

# %% tags=["nbval-approx-3e0"]
from coursekit.captions import scoring

measured = profile.module("measured")
usual = scoring.truth(told, scenes.test)
new = scoring.truth(tell("held_out")[0], scenes.held_out)
mine = {
    "BLEU-4": scoring.bleu(told, scenes.test.y)[3],
    "named": 100 * usual.covered,
    "true": 100 * usual.attributes,
    "held out": 100 * new.attributes,
    "inside": 100 * mass,
}
table = {
    f"{recipe}, {pick.__name__}": {
        key: pick(measured.each(recipe, key)) for key in mine
    }
    for recipe in ("recurrent", "transformer", "one-epoch")
    for pick in (min, max)
}
print(f"{scenes.test.name:<17}" + "".join(f"{key:>9}" for key in mine))
for name, row in {**table, f"yours, epochs: {profile.epochs}": mine}.items():
    print(f"{name:<17}" + "".join(f"{row[key]:9.1f}" for key in mine))

# %%
for recipe in ("recurrent", "transformer"):
    count = f"{measured.parameters(recipe):,} parameters"
    spent = f"{measured.mean(recipe, 'seconds'):.0f} CPU s of training"
    print(f"{recipe:<11} {count}, {measured.epochs(recipe)} epochs, {spent}")
single = {key: measured.mean("one-head", key) for key in mine}
print(f"one head    true {single['true']:.1f}, inside {single['inside']:.1f}")
assert model.count_params() == measured.parameters("transformer")
least, most = table["transformer, min"], table["recurrent, max"]
for row in (least, table["one-epoch, min"], mine):
    assert row["true"] > most["true"] and row["held out"] > most["held out"]

# %%
figures.captioners(
    {
        recipe: {key: measured.mean(recipe, key) for key in mine}
        for recipe in ("recurrent", "transformer")
    }
)

# %% [markdown]
# The one without recurrence has about a third of the parameters, learns in
# less time, and says more that is true: each of its seeds lies above each
# of the other's, of usual pictures and, by far, of combinations never shown.
# Of BLEU that cannot be said, their ranges overlap. Its mean map has less
# inside the box, since some heads look elsewhere. With one head in place of
# four more than half is inside, and the captions are no truer: a map that
# looks better is no better captioner. Even after one epoch each seed says more
# that is true than the recurrent ones after two, and so does yours. How far
# can you trust all that? So few epochs suit the one that learns faster, and
# each had a learning rate of its own. (The places have no positions here
# either: it looks by content, as lesson 22's does.)
#
# ## One word more
#
# In training all words are there at once. In speaking they come one by one,
# and `step` above computes all words so far again for each new one. That is
# waste: no word sees a later one, so that the keys and values of the words
# before do not change. Keep them, in a **cache** (**KV cache**), and only the
# new word has to be computed.
#
# **24.3 (core)** Write `attend_cached(query, key, value, keys, values)` for
# one head and one sentence. The first three belong to the new word; `keys` and
# `values` are those of the words before (none, perhaps). The new word looks at
# itself, too. Return what it sees, and the longer cache.


# %%
def attend_cached(query, key, value, keys, values):
    """(d,), (d,), (m,), (t, d), (t, m) -> (m,), (t + 1, d), (t + 1, m)."""
    ...  # your code here


# %%
ck.check("24.3", attend_cached)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_attend_cached(query, key, value, keys, values):
    keys, values = np.vstack([keys, key]), np.vstack([values, value])
    scores = keys @ query / np.sqrt(len(query))
    e = np.exp(scores - scores.max())
    return e / e.sum() @ values, keys, values


attend_cached = ck.yours_or_good("24.3", attend_cached, good_attend_cached)

# %% [markdown]
# Word after word it must give what causal attention gives for the whole
# sentence at once:

# %% tags=["nbval-approx"]
rng = np.random.default_rng(profile.seed)
Q, K, V = rng.standard_normal((3, 6, 4))
scores = np.where(np.tri(6) > 0, Q @ K.T / np.sqrt(4), -1e9)
e = np.exp(scores - scores.max(axis=1, keepdims=True))
at_once = e / e.sum(axis=1, keepdims=True) @ V
keys, values, one_by_one = K[:0], V[:0], []
for t in range(6):
    seen, keys, values = attend_cached(Q[t], K[t], V[t], keys, values)
    one_by_one.append(seen)
off = np.abs(np.array(one_by_one) - at_once).max()
print(f"6 words, largest difference {off:.0e}")
assert off < 1e-12

# %% [markdown]
# So a transformer that speaks has a state after all, the cache, and it grows
# with each word. An LSTM's state keeps its size: that is what a recurrent
# network still has to offer.
#
# ## Into a file
#
# A trained network is wanted elsewhere: on a server, in a phone. Three formats
# that Keras writes are for that. **.keras** keeps all: layers, weights, the
# optimiser; it needs Keras. **SavedModel** is TensorFlow's graph: it needs
# TensorFlow, but no Keras and none of your code, so that servers take it (see
# the Reference). **LiteRT** (once TensorFlow Lite, `.tflite`) is for small
# devices, which have a small program for it, its **interpreter**. Take two
# networks: the CNN, and one that reads a digit row by row:

# %% tags=["nbval-approx-4-of-360"]
keras.utils.set_random_seed(profile.seed)
rows_of = [layers.Reshape((8, 8)), layers.LSTM(32), layers.Dense(10)]
networks["lstm"] = keras.Sequential([keras.Input((8, 8, 1)), *rows_of])
teach(networks["lstm"], 2 * profile.digit_epochs)
for name, network in networks.items():
    share = right(network.predict(x["test"], verbose=0), "test")
    print(f"{name}: {share:.3f} right of {digits.test.name}")
    assert share > 0.9

# %% [markdown]
# A phone looks at one picture at a time. So the **signature**, the shape of
# what goes in, says one for LiteRT:

# %%
import pathlib
import tempfile

from coursekit.backend import quiet_stderr

folder = pathlib.Path(tempfile.mkdtemp())
one_picture = [tf.TensorSpec((1, 8, 8, 1), "float32")]


def to_litert(network, path, **options):
    """Write a .tflite file, without the converter's notes; its path."""
    options |= {"verbose": False, "input_signature": one_picture}
    with quiet_stderr():
        network.export(path, "litert", **options)
    return path


def write(network, name):
    """The same network in three formats: name -> path."""
    files = {"keras": folder / f"{name}.keras", "SavedModel": folder / name}
    network.save(files["keras"])
    network.export(files["SavedModel"], verbose=False)
    return files | {"LiteRT": to_litert(network, folder / f"{name}.tflite")}


files = {name: write(network, name) for name, network in networks.items()}


# %% tags=["nbval-approx-5e-1"]
def kilobytes(path):
    """The size of a file, or of all files of a folder."""
    inside = path.rglob("*") if path.is_dir() else [path]
    return sum(p.stat().st_size for p in inside if p.is_file()) / 1000


for name, row in files.items():
    weights = networks[name].count_params()  # 4 bytes each
    kept = sum(np.size(v) for v in networks[name].optimizer.variables)
    print(f"{name}: {weights:,} weights, {kept:,} numbers of the optimiser")
    times = {k: kilobytes(p) / (weights * 4 / 1000) for k, p in row.items()}
    sizes = ", ".join(f"{k} {value:.1f}" for k, value in times.items())
    print(f"{weights * 4 / 1000:.1f} kB of weights; {sizes} times that")
    assert 1 < times["LiteRT"] < 1.5 and times["keras"] > 3

# %% [markdown]
# A weight has 4 bytes. `.keras` also has Adam's two averages for each weight,
# which nobody needs who does not train on, and a description of all layers;
# SavedModel has the graph. LiteRT has the least beside the weights. Do they
# answer alike? Each file is loaded without the network that it came from:

# %%
import warnings

warnings.filterwarnings("ignore", message=".*tf.lite.Interpreter")


def on_litert(path):
    """A function of one picture, from a .tflite file."""
    interpreter = tf.lite.Interpreter(str(path))
    with quiet_stderr():
        interpreter.allocate_tensors()
    given = interpreter.get_input_details()[0]["index"]
    answer = interpreter.get_output_details()[0]["index"]

    def run(picture):
        interpreter.set_tensor(given, picture[np.newaxis])
        interpreter.invoke()
        return interpreter.get_tensor(answer)[0]

    return run


# %% tags=["nbval-approx"]
for name, row in files.items():
    true = networks[name].predict(x["test"], verbose=0)
    run = on_litert(row["LiteRT"])
    kept = keras.saving.load_model(row["keras"])
    graph = tf.saved_model.load(row["SavedModel"])
    told_by = {
        "keras": kept.predict(x["test"], verbose=0),
        "SavedModel": graph.serve(x["test"]),
        "LiteRT": np.array([run(picture) for picture in x["test"]]),
    }
    for kind, answers in told_by.items():
        off = np.abs(np.array(answers) - true).max()
        print(f"{name:<4} {kind:<10} largest difference {off:.0e}")
        assert off < 1e-4

# %% [markdown]
# ## Eight bits
#
# Four bytes for a weight are more than it needs. **Quantised** to one byte
# there are 256 numbers, and 255 steps between them. Take the range from -1 to
# 3: a step, the **scale**, is 4/255. The lower end becomes -128, and 0 lies
# 1/scale steps above it; rounded to a whole number this is the **zero point**,
# -64. It is rounded so that 0 comes back as exactly 0: networks are full of
# zeros, from padding and ReLU. Back it is (number - zero point) times scale.
# What becomes of 1, and what comes back?

# %%
scale = (3 - -1) / 255
zero = round(-128 - -1 / scale)
number = round(1 / scale) + zero
print(f"scale {scale:.5f}, zero point {zero}")
print(f"1 becomes {number}, and comes back as {(number - zero) * scale:.3f}")
assert (zero, number) == (-64, 0)

# %% [markdown]
# With 16 numbers in place of 256 it can be seen. What comes back lies at most
# half a step from the dashed line, and 0 comes back as 0; beyond the dotted
# ends everything comes back as the first or the last of the numbers:

# %%
figures.staircase(-1, 3)

# %% [markdown]
# **24.4 (core)** Write `quantised(x, low, high)`: int8 numbers from -128 to
# 127, by the scale and the rounded zero point of above. What lies outside of
# the range becomes the nearest end.


# %%
def quantised(x, low, high):
    """Numbers of any shape -> int8 of the same shape."""
    ...  # your code here


# %%
ck.check("24.4", quantised)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_quantised(x, low, high):
    scale = (high - low) / 255
    zero = np.round(-128 - low / scale)
    numbers = np.round(x / scale) + zero
    return np.clip(numbers, -128, 127).astype("int8")


quantised = ck.yours_or_good("24.4", quantised, good_quantised)

# %%
kernel = networks["cnn"].layers[-1].kernel.numpy()  # of the last layer
low, high = kernel.min(), kernel.max()
scale = (high - low) / 255
zero = np.round(-128 - low / scale)
back = (quantised(kernel, low, high) - zero) * scale
worst = np.abs(back - kernel).max()
print(f"{kernel.nbytes:,} bytes, then {quantised(kernel, low, high).nbytes}")
print(f"largest error {worst / scale:.2f} of a scale")
assert worst <= scale / 2 + 1e-6

# %% [markdown]
# Each weight is off by half a scale at most. LiteRT does it in this way to
# what flows between the layers. Its weights have the zero point 0, and a scale
# for each filter or unit, **per channel** (exercise 24.6). All that happens
# after training: **post-training quantisation**. The range of the weights is
# known, they are there. The range of what flows between the layers has to be
# measured: on **representative data**, pictures of the training part. (Of the
# LSTM only the weights become bytes, **dynamic range quantisation**; see the
# Reference.)


# %%
def eight_bits(pictures):
    """Options of export; without pictures only weights become bytes."""
    options = {"optimizations": [tf.lite.Optimize.DEFAULT]}
    if pictures is not None:
        sample = [[picture[np.newaxis]] for picture in pictures]
        options["representative_dataset"] = lambda: iter(sample)
    return options


def small(name, pictures=None, suffix="8"):
    """A .tflite file of eight bits; its path."""
    path = folder / f"{name}{suffix}.tflite"
    return to_litert(networks[name], path, **eight_bits(pictures))


# %% tags=["nbval-approx-5-of-360"]
files["cnn"]["LiteRT, 8 bits"] = small("cnn", x["train"][:200])
files["lstm"]["LiteRT, 8 bits"] = small("lstm")  # weights only
for name, row in files.items():
    shares = []
    for kind in ("LiteRT", "LiteRT, 8 bits"):
        run = on_litert(row[kind])
        answers = np.array([run(picture) for picture in x["test"]])
        shares.append(right(answers, "test"))
        print(f"{name:<4} {kind:<14} {shares[-1]:.3f} of {digits.test.name}")
    assert abs(shares[0] - shares[1]) < 0.02

# %% tags=["nbval-approx-5e-1"]
for name, row in files.items():
    before, after = (kilobytes(p) for p in list(row.values())[-2:])
    print(f"{name}: {before:.1f} kB, with 8 bits {after:.1f} kB")
    assert after < {"cnn": 0.5, "lstm": 0.65}[name] * before

# %% [markdown]
# On the test the eight bits cost next to nothing. A file has more in it than
# weights, so that it shrinks by less than four: the smaller the network, the
# more the rest counts.
#
# And the time for one picture? The call of a Keras model, the same compiled
# (`tf.function`), and LiteRT. Each division of the axis is ten times the one
# before:


# %%
def milliseconds_of(function, repeats):
    """The median time of some calls, after two that do not count."""
    times = []
    for picture in x["test"][: repeats + 2]:
        began = time.perf_counter()
        function(picture)
        times.append(1e3 * (time.perf_counter() - began))
    return np.median(times[2:])


ratios = {}
for name, network in networks.items():
    compiled = tf.function(network, input_signature=one_picture)
    took = {
        "a call of the model": milliseconds_of(
            lambda p, network=network: network(p[np.newaxis]), 10
        ),
        "compiled": milliseconds_of(
            lambda p, compiled=compiled: compiled(p[np.newaxis]), 100
        ),
    }
    for kind in ("LiteRT", "LiteRT, 8 bits"):
        took[kind] = milliseconds_of(on_litert(files[name][kind]), 100)
    slowest = took["a call of the model"]
    ratios[name] = {kind: value / slowest for kind, value in took.items()}

# %%
figures.latency(ratios)

# %% [markdown]
# The arithmetic is much the same in all of them. What differs is the rest:
# Keras' call goes through Python layer by layer, LiteRT through a finished
# list of operations. For one small picture the rest is nearly all. Eight bits
# need not be faster here: the networks are small, and this processor is good
# at decimals.
#
# ## What a recurrent network costs
#
# Often one reads that recurrent networks run only in large data centres.
# Count: an LSTM has four matrices for the input and four for the state, each
# weight is used once a step (exercise 24.5 is this count in general). A
# processor multiplies a thousand million times a second and more:

# %% tags=["nbval-approx-5e-1"]
products = 8 * 4 * 32 * (8 + 32)  # steps, matrices, units, inputs and units
print(f"a digit: {products:,} multiplications")
print(f"10^9 in a second: {10**9 // products:,} digits a second")
size_now = kilobytes(files["lstm"]["LiteRT, 8 bits"])
print(f"the file: {size_now:.1f} kB")
assert products == 40_960 and size_now < 25

# %% [markdown]
# What fills data centres is training with billions of words, and answering
# millions of people. This network learned in seconds on your cores, and its
# file fits into the memory of a watch.
#
# ## Other roads
#
# This course had networks that learn from answers. **Reinforcement learning**
# learns from rewards that come later, as in a game: R. Sutton and A. Barto
# (2018) is the book to begin with. **Capsules** (S. Sabour, N. Frosst and G.
# Hinton 2017) keep the pose of each part, its place and direction, where
# pooling throws it away; they are an idea to know, and have not replaced CNNs.
# Keras' own examples, keras.io/examples, are the next place to read code; you
# know many of the layers in them.
#
# **You teach?** A class of 200 needs one server in place of 200 laptops:
# JupyterHub. Memory, cores and what to try the night before are in
# [docs/teaching.md](../docs/teaching.md), under "A class of 200".
#
# **Try the networks on a page.** One command opens a page on your own computer
# with three tabs: draw a digit, type a review, give a picture. Each shows what
# the network saw and what decided. The page needs packages of its own, so no
# cell runs it here. The first line below makes an environment for them, once,
# and opens the page; the second opens it from then on:
#
# ```
# make demo
# python -m coursekit demo
# ```
#
# ## Common mistakes
#
# **Each device takes the mean of its share, and the means are added.** No
# error, and the loss falls. The symptom: a step as many times too long as
# there are devices; what learned well on one explodes on eight.

# %% tags=["nbval-approx"]
added = one_step(profile.devices, tf.reduce_mean)
ratio = np.linalg.norm(added - start) / np.linalg.norm(one - start)
print(f"the step is {ratio:.2f} times as long")
assert abs(ratio - profile.devices) < 0.01

# %% [markdown]
# **Batch normalisation sees its share only.** Each of two devices normalises
# with the mean of 32 digits, not of 64. The step is no longer that of one
# device:

# %% tags=["nbval-approx"]
norm_one, norm_two = (
    one_step(n, by_whole_batch, layers.BatchNormalization()) for n in (1, 2)
)
off = np.abs(norm_two - norm_one).max()
print(f"{64 // 2} digits each: largest difference {off:.3f}")
assert off > 1e-3

# %% [markdown]
# (`BatchNormalization(synchronized=True)` asks all devices, and costs an
# exchange a layer. With JAX it sees the whole batch: see the Reference.)
#
# **Representative data that are not.** The network learned from pixels between
# 0 and 1. Somebody measures the ranges with pixels from 0 to 255. No error,
# the file looks the same:

# %% tags=["nbval-approx-3e-1"]
path = small("cnn", 255 * x["train"][:200], "raw")
run = on_litert(path)
answers = np.array([run(picture) for picture in x["test"]])
print(f"{right(answers, 'test'):.2f} right of {digits.test.name}")
assert right(answers, "test") < 0.7

# %% [markdown]
# The pixels' range is now 0 to 255, with a scale of 1: every pixel of the real
# pictures becomes 0 or 1. Measure with pictures that went through the same
# preparation as those to come.
#
# ## Quiz

# %%
ck.quiz("24")

# %% [markdown]
# ## Exercises
#
# 24.1 to 24.4 stand on the road, above.
#
# **24.5 (warm-up)** Write `lstm_products(steps, inputs, units)`: how many
# multiplications by weights does an LSTM do for one sequence? (Not those
# between gates and state.)


# %%
def lstm_products(steps, inputs, units):
    """-> an integer."""
    ...  # your code here


# %%
ck.check("24.5", lstm_products)

# %% [markdown]
# **24.6 (stretch)** Write `per_channel(W)`: each column of W becomes int8 with
# a scale of its own, without a zero point; its largest absolute value becomes
# 127 or -127. A column of zeros has the scale 1. Return numbers and scales.
# (In a Dense layer's kernel a column holds the weights of one unit.)


# %%
def per_channel(W):
    """(n, d) -> int8 (n, d), scales (d,)."""
    ...  # your code here


# %%
ck.check("24.6", per_channel)

# %% [markdown]
# **To discuss.** *Derive.* Compute is shared by $n$ devices; what is fixed
# takes $f$, the exchange $e$ for one sending, compute $c$. Below which $c$
# does it not pay to use a second device at all? And what is the best that
# endless devices can give?
#
# <details><summary>What a good answer contains</summary>
#
# Two devices: $c/2 + f + e$ against $c + f$, since $2 (2-1)/2 = 1$. It pays
# while $c/2 > e$: compute has to take more than two exchanges, whatever is
# fixed. Endless devices: $(c + f)/(f + 2 e)$. It says that a larger share for
# each device raises c and leaves e as it is, and that sending while computing
# hides e.
#
# </details>
#
# *Investigate.* Train the captioner with one head of 64 numbers in place of
# four of 16. What happens to the attention inside the boxes, and what to the
# captions?
#
# <details><summary>What a good answer contains</summary>
#
# `heads = 1` before `captioner()`, the same seed and two others; mass, chance
# and the measures of the table, with their spread. A mean over heads is
# diluted by heads that look elsewhere, so a larger mass need not mean a better
# captioner. (The recipe `one-head` of `benchmarks/where_next.py` does it with
# three seeds.)
#
# </details>

# %% [markdown]
# ## You can now
# - average gradients by the examples, and get one device's step;
# - say what speed-up n devices can give, and what limits it;
# - name what several computers need, and why checkpoints are among it;
# - build a captioner from attention alone, and test its maps head by head;
# - write a network in three formats, and prove that they answer alike;
# - turn numbers into bytes by scale and zero point, and measure the cost.
#
# This is the last lesson. From a pixel to a sentence, you have written each
# step yourself; whatever you read next is built of these.
#
# **References.** G. Amdahl (1967), *Validity of the single processor approach
# to achieving large scale computing capabilities*, AFIPS. P. Patarasuk and X.
# Yuan (2009), *Bandwidth optimal all-reduce algorithms for clusters of
# workstations*, Journal of Parallel and Distributed Computing: the ring. P.
# Goyal et al. (2017), *Accurate, large minibatch SGD: training ImageNet in 1
# hour*, arXiv:1706.02677. A. Vaswani et al. (2017), *Attention is all you
# need*, NIPS. B. Jacob et al. (2018), *Quantization and training of neural
# networks for efficient integer-arithmetic-only inference*, CVPR: scale and
# zero point. T. Akiba et al. (2019), *Optuna: a next-generation hyperparameter
# optimization framework*, KDD. R. Sutton and A. Barto (2018), *Reinforcement
# Learning: An Introduction*, MIT Press, 2nd edition. S. Sabour, N. Frosst and
# G. Hinton (2017), *Dynamic routing between capsules*, NIPS.
#
# ## Reference
#
# ### JAX
#
# With the JAX backend the strategy is Keras' own, and there is no scope:
#
# ```python
# devices = keras.distribution.list_devices()
# keras.distribution.set_distribution(
#     keras.distribution.DataParallel(devices=devices)
# )
# ```
#
# Models made after that are copied to all devices, and `fit` cuts the batches.
# JAX makes four devices out of one processor when the variable `XLA_FLAGS` is
# set to `--xla_force_host_platform_device_count=4` before the start. The file
# `jax_devices.py` beside this lesson does all that (it needs `pip install
# jax`), and compares the weights after an epoch with those of one device:
#
# ```
# $ python lessons/lesson24_where_to_go_next/jax_devices.py
# ['cpu:0', 'cpu:1', 'cpu:2', 'cpu:3']
# 16 batches: 7e-09
# with batch normalisation: 6e-08
# 53 left: IndivisibleError
# ```
#
# In two things it differs from above. You write the step for the whole batch,
# and JAX cuts it up afterwards, so that batch normalisation sees all examples.
# And a batch that the devices cannot share equally is refused.
#
# ### A server
#
# To **serve** a network is to answer the requests of others with it.
# `graph.serve` above is the function that a server calls. TensorFlow Serving
# reads the folder of a SavedModel as it is and answers over HTTP. A small web
# server of your own does as well, which loads the file once and calls it for
# each request; the page of `coursekit demo` is one, for one person.
#
# ### ONNX
#
# A fourth format, read by many other programs. It needs two packages to write
# and one to read, `pip install -e ".[onnx]"`:
#
# ```python
# network.export("cnn.onnx", format="onnx")
# session = onnxruntime.InferenceSession("cnn.onnx")
# (logits,) = session.run(None, {session.get_inputs()[0].name: pictures})
# ```
#
# ### LiteRT
#
# `tf.lite.Interpreter` is part of TensorFlow here. On a device that has no
# TensorFlow it is the package `ai-edge-litert`, with the same calls. The LSTM
# has to know its batch size (`one_picture`): its loop keeps a list of states,
# and LiteRT wants to know how large they are. And do not give representative
# data for an LSTM that is a loop: the converter of TensorFlow 2.21 ends the
# whole process then, without a word. With `layers.LSTM(32, unroll=True)` there
# is no loop, and it works; the file is larger.
