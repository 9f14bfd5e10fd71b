# %% [markdown]
# # 08 · Transfer learning
#
# You will teach a network twenty things it has never seen, from five pictures
# of each, because it already knows eighty others.
#
# | | |
# |---|---|
# | **Before this** | [05 · Training well](05_training_well.ipynb) |
# | **Time** | 47 min on the road, 40 of exercises, 6 of quiz |
# | **Runs in** | 52 s (quick), 2 CPU min (full) |
# | **Data** | objects100, drawn; digits, real; photographs of flowers (full) |
# | **Hardware** | any laptop |
# | **You should end with** | four times the accuracy of one from scratch |
#
# ## In this lesson you will
# - take the six steps of transfer, one cell each, and then fine-tune;
# - write `transfer` and `fine_tune`, and find out what "frozen" really means;
# - measure what the borrowed network saves: pictures, steps, accuracy;
# - probe each layer: which ones are of use for another task?
# - see transfer fail, where the input is of another kind;
# - turn a folder of your own pictures into a classifier, in one call.

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

profile = ck.start("08")

# %% [markdown]
# ## Two tasks
#
# The data: a hundred kinds of things as small drawn pictures, five kinds to a
# family. Keep the fifth kind of each family apart. The other eighty are the
# **source task**: what somebody else's network was trained on, with plenty of
# pictures. The twenty kept apart are the **target task**: yours.

# %%
import numpy as np

dataset = ck.data.load(profile.dataset)
print(dataset.provenance)


def part_of(split, new):
    """Pictures and labels of the twenty new kinds, or of the eighty old."""
    chosen = (split.y % 5 == 4) == new
    labels = split.y // 5 if new else split.y // 5 * 4 + split.y % 5
    return split.x[chosen], labels[chosen]


# %%
splits = ("train", "validation", "test")
old = {name: part_of(getattr(dataset, name), False) for name in splits}
new = {name: part_of(getattr(dataset, name), True) for name in splits}
pictures = [old["train"][0], *(new[name][0] for name in splits)]
ck.data.assert_disjoint(*pictures)
for title, task in {"old": old, "new": new}.items():
    counts = {name: len(task[name][1]) for name in splits}
    print(title, len(np.unique(task["train"][1])), "kinds,", counts)

# %% [markdown]
# Of the new kinds there are 80 pictures each to train with. But who has
# labelled 80? Take **five** of each, a hundred pictures in all:


# %%
def few(labels, count, seed=profile.seed):
    """Places of ``count`` examples of each kind, drawn at random."""
    rng = np.random.default_rng(seed)
    kinds = [np.flatnonzero(labels == kind) for kind in np.unique(labels)]
    return np.concatenate([rng.permutation(k)[:count] for k in kinds])


x_few, y_few = (values[few(new["train"][1], 5)] for values in new["train"])
print(x_few.shape, y_few[:12])

# %%
from coursekit.figures import images

names = [dataset.class_names[5 * family + 4] for family in range(20)]
images.image_grid(x_few[::5], names, columns=10)

# %% [markdown]
# One of the five of each kind. Somebody has drawn them, but they are as unlike
# each other as photographs: turned, lit, textured, half of them on a backdrop
# that is not theirs. A network of five convolutions (each with batch
# normalisation and a ReLU; at the end the mean of each map) is to learn the
# twenty from a hundred such pictures. How many of 400 new ones will it get
# right? Guessing gives one in twenty, 0.05. Write down your estimate, for a
# network from scratch and for one that knows the other eighty kinds.

# %%
import keras
from keras import layers

from coursekit.transfer import encoders

loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def compiled(model, rate):
    model.compile(keras.optimizers.Adam(rate), loss)
    return model


# %%
def outputs(model, x, size=400):
    """What a model gives for pictures, so many at a time."""
    pieces = [model(x[k : k + size]) for k in range(0, len(x), size)]
    return np.concatenate([keras.ops.convert_to_numpy(p) for p in pieces])


def accuracy(model, x, y):
    """Share of examples that the largest logit names rightly."""
    return (outputs(model, x).argmax(axis=1) == y).mean()


# %%
def from_scratch(x, y, seed=profile.seed):
    """The same network with random weights, trained on these alone."""
    keras.utils.set_random_seed(seed)
    encoder = encoders.build_objects()
    logits = layers.Dense(20, name="head")(encoder.output)
    model = compiled(keras.Model(encoder.input, logits), 3e-3)
    epochs = profile.scratch_updates * 32 // len(x)
    model.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return model


# %% tags=["nbval-approx-8e-2"]
x_test, y_test = new["test"]
alone = accuracy(from_scratch(x_few, y_few), x_test, y_test)
print(f"from scratch, {dataset.test.name}: {alone:.2f}, chance 0.05")
assert alone > 0.08

# %% [markdown]
# It has learned something, and not much: three times as good as guessing. A
# hundred pictures are too few to find out what an edge is, and a wing, and a
# kettle. Now the other way.
#
# ## Six steps

# %%
figures = profile.figures

figures.six_steps(old=80, new=20, features=112)

# %% [markdown]
# The arrows are what flows; the arrow down says that both rows share one set
# of weights. The part that is kept is called the **encoder** (or **backbone**,
# or base); what is cut off, and replaced, is the **head**. One step a cell:
#
# **Step 1: train big.** An encoder, a head for the old kinds, many pictures.
# This is a short beginning, one pass over a part of them:

# %% tags=["nbval-approx-3e-1"]
encoder = encoders.build_objects()
logits = layers.Dense(80, name="old_head")(encoder.output)
source = compiled(keras.Model(encoder.input, logits, name="source"), 6e-3)
some = few(old["train"][1], profile.source_examples)
x_old, y_old = (values[some] for values in old["train"])
history = source.fit(x_old, y_old, batch_size=64, verbose=0).history
print(f"loss {history['loss'][0]:.2f}, knowing nothing {np.log(80):.2f}")
assert history["loss"][0] < np.log(80)

# %% [markdown]
# The rest, 24 passes, was done for you and its weights were kept
# (`tools/train_objects_encoder.py`). So it goes in practice, too: hardly
# anybody trains on ImageNet; you download what somebody trained. Put them in:

# %% tags=["nbval-approx"]
head_weights, encoder_weights = encoders.stored_objects()
source.get_layer("old_head").set_weights(head_weights)
encoder.set_weights(encoder_weights)
learned = accuracy(source, *old["test"])
print(f"80 old kinds, {dataset.test.name}: {learned:.3f}, chance {1 / 80:.3f}")
assert learned > 0.8

# %% [markdown]
# **Step 2: take the small set.** You have it: `x_few`, `y_few`, five of each.
# The head for eighty kinds has no word for them:

# %%
for k in (0, 5, 10):
    said = source(x_few[k : k + 1])
    kind = int(keras.ops.convert_to_numpy(said).argmax())
    print(
        names[y_few[k]],
        "is called",
        dataset.class_names[kind // 4 * 5 + kind % 4],
    )

# %% [markdown]
# **Step 3: cut the head off.** What is left ends in 112 numbers a picture, its
# **features**:

# %%
encoder = keras.Model(source.input, source.layers[-2].output, name="encoder")
print(source.output_shape, "->", encoder.output_shape)

# %% [markdown]
# **Step 4: put a new head on.** Random weights, twenty outputs:

# %%
logits = layers.Dense(20, name="new_head")(encoder.output)
model = keras.Model(encoder.input, logits, name="target")

# %% [markdown]
# **Step 5: freeze** the encoder. `trainable = False` goes for all its layers:


# %%
def count(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


encoder.trainable = False
print(f"{count(model.trainable_weights):,} of {model.count_params():,} learn")
assert count(model.trainable_weights) == 112 * 20 + 20

# %% [markdown]
# **Step 6: train.** Only the head moves:

# %% tags=["nbval-approx-8e-2"]
compiled(model, 1e-2)
model.fit(x_few, y_few, batch_size=32, epochs=profile.epochs, verbose=0)
frozen = accuracy(model, x_test, y_test)
print(
    f"frozen encoder, {dataset.test.name}: {frozen:.2f}, scratch {alone:.2f}"
)
assert frozen > alone + 0.1

# %% [markdown]
# The same hundred pictures, the same twenty kinds. This is **option 1**,
# **feature extraction**: the encoder is frozen, and only a head learns.
#
# **Option 2**, **fine-tuning**, goes on from here: unfreeze, and train all of
# it at a *small* rate (why small, and why the batch normalisation stays
# frozen: soon). Mind the words. Many texts call both fine-tuning; they are two
# options, with other costs and other dangers.

# %% tags=["nbval-approx-8e-2"]
for layer in encoder.layers:
    norm = isinstance(layer, layers.BatchNormalization)
    layer.trainable = not norm
compiled(model, profile.small_rate)
epochs = profile.tune_updates * 32 // len(x_few)
model.fit(x_few, y_few, batch_size=32, epochs=epochs, verbose=0)
tuned = accuracy(model, x_test, y_test)
print(f"{count(model.trainable_weights):,} weights learn")
print(f"fine-tuned, {dataset.test.name}: {tuned:.2f}")
assert tuned > alone + 0.1

# %% [markdown]
# Hardly more: with a hundred pictures, a good encoder and a near task there is
# little left to gain. So far one seed; the spread comes below.
#
# ## Written by you
#
# Steps 3 to 5 are always the same. **08.1 (core)** Write `transfer(source,
# classes)`: of a trained `source`, a model whose last layer is its head, make
# a new model: everything below that head, frozen, and a new layer `Dense` with
# `classes` logits, which learns. Go on from the layers that there are, as step
# 4 did, so that `model.layers` lists them all.


# %%
def transfer(source, classes):
    """A trained keras.Model -> a keras.Model with a new head."""
    ...  # your code here


# %%
ck.check("08.1", transfer)

# %% [markdown]
# Stuck? `ck.hint("08.1")`. One good answer is folded into the next cell: try
# first, then compare. Run it in any case. The lesson goes on with your
# function if it is right, else with the good one, and says which.


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_transfer(source, classes):
    below = source.layers[-2].output
    encoder = keras.Model(source.input, below, name="encoder")
    encoder.trainable = False
    logits = layers.Dense(classes, name="head")(encoder.output)
    return keras.Model(encoder.input, logits)


transfer = ck.yours_or_good("08.1", transfer, good_transfer)

# %% [markdown]
# **08.2 (core)** And option 2: `fine_tune(model, rate)`. All layers of the
# model learn, except those of the kind `layers.BatchNormalization`; then
# compile it again, with `keras.optimizers.Adam(rate)` and `loss`, and return
# it. (`model.layers` lists its layers.)


# %%
def fine_tune(model, rate):
    """A keras.Model and a rate -> the same model, to be trained whole."""
    ...  # your code here


# %%
ck.check("08.2", fine_tune)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_fine_tune(model, rate):
    for layer in model.layers:
        frozen = isinstance(layer, layers.BatchNormalization)
        layer.trainable = not frozen
    model.compile(keras.optimizers.Adam(rate), loss)
    return model


fine_tune = ck.yours_or_good("08.2", fine_tune, good_fine_tune)

# %% [markdown]
# (Why compile again? [Common mistakes](#Common-mistakes) shows what happens
# without. Why layer by layer? `model.trainable = True` does nothing here: the
# model was never frozen, only its layers, and on TensorFlow Keras passes over
# an attribute that already has its value.)
#
# ## What is it worth?
#
# Four ways to learn twenty kinds, from 5 and from 20 pictures of each. The two
# options, from scratch, and a **shallow learner** on the pixels: softmax
# regression, as in lesson 01. A head on a frozen encoder *is* softmax
# regression, on features. So compute the features once, and train on those: no
# picture goes through the encoder twice. Then a few lines of NumPy do it in a
# moment, the loop of lesson 01 with the Adam of lesson 05:


# %%
def softmax_regression(x, y, rate=1e-2):
    """Kernel (d, kinds) and biases; each step sees all examples."""
    x = np.hstack([x, np.ones((len(x), 1), "float32")])
    targets = np.eye(y.max() + 1, dtype="float32")[y]
    weights = np.zeros((x.shape[1], y.max() + 1), "float32")
    mean = square = np.zeros_like(weights)
    for step in range(1, profile.head_updates + 1):
        logits = x @ weights
        chances = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        slope = x.T @ (chances - targets) / len(x)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        spread = np.sqrt(square / (1 - 0.999**step)) + 1e-7
        weights -= rate * mean / (1 - 0.9**step) / spread
    return weights[:-1], weights[-1]


# %%
def source_network():
    """The trained network with its old head, as it was kept."""
    encoder = encoders.load("objects80")
    logits = layers.Dense(80, name="old_head")(encoder.output)
    model = keras.Model(encoder.input, logits)
    model.get_layer("old_head").set_weights(head_weights)
    return model


# %%
def features_of(model, x):
    """What the layer below the head gives for pictures."""
    return outputs(keras.Model(model.input, model.layers[-1].input), x)


# %%
def shallow(x, y, rate=1e-2):
    """Softmax regression on vectors (n, d), as a head for an encoder."""
    kernel, bias = softmax_regression(x, y, rate)
    inputs, dense = layers.Input(x.shape[1:]), layers.Dense(len(bias))
    model = keras.Model(inputs, dense(inputs))
    dense.set_weights([kernel, bias])
    return model


# %%
def pixels(x):
    return x.reshape(len(x), -1).astype("float32") / 127.5 - 1


stored = source_network()  # stays as it is; others are made to be changed
features = {s: features_of(stored, new[s][0]) for s in splits}
print(features["train"].shape, "features, stored once")


# %%
def option_2(head, x, y, rate=profile.small_rate):
    """A trained head on the whole network, then all of it fine-tuned."""
    model = transfer(source_network(), 20)
    model.layers[-1].set_weights(head.get_weights())
    fine_tune(model, rate)
    epochs = profile.tune_updates * 32 // len(x)
    model.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return model


# %%
places = few(new["train"][1], profile.more)
x_more, y_more = (values[places] for values in new["train"])
head = shallow(features["train"][places], y_more)
tuned_more = option_2(head, x_more, y_more)
scratch_more = from_scratch(x_more, y_more)
simple_few = shallow(pixels(x_few), y_few, rate=1e-3)
simple_more = shallow(pixels(x_more), y_more, rate=1e-3)

# %% tags=["nbval-approx-8e-2"]
table = {
    "5 a kind": {
        "fine-tuned": tuned,
        "frozen": frozen,
        "from scratch": alone,
        "pixels": accuracy(simple_few, pixels(x_test), y_test),
    },
    f"{profile.more} a kind": {
        "fine-tuned": accuracy(tuned_more, x_test, y_test),
        "frozen": accuracy(head, features["test"], y_test),
        "from scratch": accuracy(scratch_more, x_test, y_test),
        "pixels": accuracy(simple_more, pixels(x_test), y_test),
    },
}
figures.bars(table, f"accuracy, 400 {dataset.test.name} pictures", 0.05)

# %% [markdown]
# At both sizes the borrowed encoder is worth about four times the accuracy,
# and five pictures of each with it beat twenty without. With so few updates
# (100 in quick) from scratch is no better than softmax regression on pixels;
# the next figure has 600. Fine-tuning gains nothing that one seed could tell.
#
# Two sizes are no curve. From one picture of each kind to all eighty, with
# more updates (`python benchmarks/transfer.py --recipe objects` measures it
# again, with as many seeds as you like; a seed draws the pictures, too):

# %%
measured = profile.module("measured")

figures.accuracy_by_examples(measured.accuracies("objects"), chance=0.05)

# %% [markdown]
# *Less data:* with **one** picture of each kind the frozen encoder is as good
# as the network from scratch with all 80. *Better:* at 80 it is still far
# ahead. The two options differ by two hundredths or less, which 400 test
# pictures cannot tell apart. (From scratch: 600 updates at each size.
# With augmentation it would gain; here nothing was augmented, for none of the
# four.)
#
# *Faster:* the runs with 20 pictures of each, over CPU seconds, features
# computed included; each point is a tenth of the run (of fine-tuning an
# eighth, one epoch):

# %%
figures.cost(measured.curves("objects"))

# %% [markdown]
# The head on the frozen encoder is past 0.8 within a second; the network from
# scratch stays at 0.3 after twenty. (Fine-tuning goes on from that head, and
# so does its clock.)
#
# ## Which layers transfer?
#
# The whole encoder was borrowed, because it was easy. Which of its layers are
# of use? A **linear probe** reads one layer, and nothing else: softmax
# regression on what that layer gives. Three tasks, with 20 pictures of each
# kind: twenty kinds that the network was trained on, the twenty new ones, and
# one from far away: real handwritten digits (ten kinds).

# %%
digits = ck.data.load("digits", size=28)
print(digits.provenance)
ck.data.assert_disjoint(digits.train, digits.validation, digits.test)
scramble = np.random.default_rng(3).permutation(32 * 32)


def as_colour(split, scrambled=False):
    """Digits as (n, 32, 32, 3), their pixels in order or scrambled."""
    framed = np.pad(split.x, ((0, 0), (2, 2), (2, 2), (0, 0)))
    flat = np.repeat(framed.reshape(len(framed), -1, 1), 3, axis=-1)
    flat = flat[:, scramble] if scrambled else flat
    return flat.reshape(-1, 32, 32, 3)


# %%
own = {s: tuple(v[old[s][1] % 4 == 0] for v in old[s]) for s in splits}
own = {s: (x, y // 4) for s, (x, y) in own.items()}
far = {s: getattr(digits, s) for s in splits}
far = {s: (as_colour(part), part.y) for s, part in far.items()}
tasks = {"its own kinds": own, "new kinds": new, "real digits": far}


# %%
def all_layers(x, model, size=400):
    """Layer -> vectors (n, d): its maps, as means of 4 x 4 regions."""
    outputs = {"pixels": layers.AveragePooling2D(8)(model.input)}
    for name in ("relu1", "relu2", "relu3", "relu4", "relu5"):
        maps = model.get_layer(name).output
        outputs[name] = layers.AveragePooling2D(maps.shape[1] // 4)(maps)
    reader = keras.Model(model.input, outputs)
    pieces = [reader(x[k : k + size]) for k in range(0, len(x), size)]
    found = {}
    for name in outputs:
        whole = [keras.ops.convert_to_numpy(p[name]) for p in pieces]
        found[name] = np.concatenate(whole).reshape(len(x), -1)
    return found


# %% [markdown]
# Six layers are six probes. What each reads is standardised with the mean and
# the spread of what is learned from.


# %%
def probed_with(seen, y, asked, y_asked):
    """For each name of vectors (n, d): the accuracy of a probe of its own."""
    found = {}
    for name, x in seen.items():
        mean, spread = x.mean(axis=0), np.sqrt(x.var(axis=0) + 1e-2)
        z, z_asked = (x - mean) / spread, (asked[name] - mean) / spread
        kernel, bias = softmax_regression(z, y, profile.probe_rate)
        said = (z_asked @ kernel + bias).argmax(axis=1)
        found[name] = (said == y_asked).mean()
    return found


# %% [markdown]
# At which layer will each task be read best? Draw three curves before you run
# it: left the pixels (coarse: means of 4 x 4 regions, as for every layer),
# right the top.


# %%
def probe(task, model):
    """Layer -> accuracy of a probe that reads it, on a task."""
    places = few(task["train"][1], profile.more)
    x, y = (values[places] for values in task["train"])
    x_asked, y_asked = task["test"]
    seen, asked = all_layers(x, model), all_layers(x_asked, model)
    return probed_with(seen, y, asked, y_asked)


# %% tags=["nbval-approx-8e-2"]
probed = {name: probe(task, stored) for name, task in tasks.items()}
lines = {name: list(values.values()) for name, values in probed.items()}
figures.probes(list(probed["new kinds"]), lines, chance=0.05)

# %% tags=["nbval-approx-8e-2"]
for name, found in probed.items():
    gain = found["relu5"] - found["relu1"]
    print(f"{name:<14} from relu1 to relu5: {gain:+.2f}")
assert probed["new kinds"]["relu5"] > probed["new kinds"]["relu1"] + 0.2
assert probed["real digits"]["relu5"] < probed["real digits"]["relu1"] + 0.1

# %% [markdown]
# Its own kinds and the new ones climb to the top: what is near profits from
# every layer. The digits (chance 0.1 for them) jump at the first convolution,
# and the other four add next to nothing. Because edges are of use to anybody?
# That would be a nice story. Ask for a control: the same network with
# **random** weights. What do you expect of it?

# %% tags=["nbval-approx-8e-2"]
keras.utils.set_random_seed(profile.seed)
random, untrained = encoders.build_objects(), {}
for name in ("new kinds", "real digits"):
    untrained[name] = probe(tasks[name], random)
    for layer in ("relu1", "relu5"):
        was, drawn = probed[name][layer], untrained[name][layer]
        print(f"{name:<12} {layer}: trained {was:.2f}, random {drawn:.2f}")
assert untrained["new kinds"]["relu5"] < probed["new kinds"]["relu5"] - 0.3
assert untrained["real digits"]["relu1"] > 0.8

# %% [markdown]
# For the new kinds the training is everything. For the digits it is nothing:
# they gain from *a* convolution, a random one included, and not from what
# this one has learned. Without the control you would have believed the story.
#
# So upper layers answer what the source task asked, and the farther away a
# task is, the lower you may cut. J. Yosinski and colleagues measured it in
# 2014 on ImageNet, and named it: from bottom to top, layers go **from general
# to specific**. There, frozen upper layers cost accuracy, the more the
# farther apart the tasks; and even from far tasks learned layers could beat
# random ones. Here they do not: perhaps digits are too far, perhaps too easy.
# How far to trust it: one seed, 360 digits, and every layer seen at the same
# coarse 4 x 4.
#
# ## Another light, another hand
#
# Same kinds, other pictures: at night, as a pencil sketch, through a bad
# camera. The labels stay; the pixels do not come from where they came from.
# That is a **domain shift**. All three are computed from the pictures you
# have:


# %%
def night(x, rng):
    dark = x * np.array([0.35, 0.4, 0.6])
    return np.clip(dark + rng.normal(0, 6, x.shape), 0, 255).astype("uint8")


def sketch(x, rng):
    grey = x.astype("float32").mean(axis=-1)
    across = np.abs(np.diff(grey, axis=2, prepend=grey[:, :, :1]))
    down = np.abs(np.diff(grey, axis=1, prepend=grey[:, :1]))
    drawn = 255 - np.clip(3 * (across + down), 0, 255)
    return np.repeat(drawn[..., np.newaxis], 3, axis=-1).astype("uint8")


def noise(x, rng):
    return np.clip(x + rng.normal(0, 60, x.shape), 0, 255).astype("uint8")


domains = {"day": lambda x, rng: x, "night": night}
domains |= {"sketch": sketch, "noise": noise}

# %%
rng = np.random.default_rng(profile.seed)
shown = [change(x_few[3:43:8], rng) for change in domains.values()]
images.image_grid(
    np.concatenate(shown),
    [name for name in domains for _ in range(5)],
    columns=10,
    summary="Five pictures by day, at night, as a sketch and with noise",
    varies=("title",),
)

# %% [markdown]
# Three measurements a domain. The head that was trained by day, as it is; a
# new head for the domain, on the same frozen encoder, from 20 pictures of
# each; and a shallow learner on the domain's pixels.


# %%
def views(x):
    """What two shallow learners look at: features, and pixels."""
    return {"features": features_of(stored, x), "pixels": pixels(x)}


# %% tags=["nbval-approx-8e-2"]
shift = {}
for name, change in domains.items():
    seen, asked = views(change(x_more, rng)), views(change(x_test, rng))
    found = probed_with(seen, y_more, asked, y_test)
    shift[name] = {
        "head trained by day": accuracy(head, asked["features"], y_test),
        "new head": found["features"],
        "pixels": found["pixels"],
    }
figures.bars(shift, "accuracy on changed test pictures", chance=0.05)

# %% [markdown]
# The head that was trained by day fails everywhere else: at night it is right
# about one time in three, on sketches and in noise one in seven or fewer. A
# new head brings back a part of it, without a new encoder: most at night,
# where only the light is another. On pixels it hardly matters, since there was
# little to lose. (By day the two heads differ only in how they were trained,
# and that is how finely you may read these bars.)
#
# A new head can only weigh the old features anew. Option 2 may change them.
# What do you expect of it at night, from the same pictures?

# %% tags=["nbval-approx-8e-2"]
dark, dark_test = night(x_more, rng), night(x_test, rng)
head_night = shallow(features_of(stored, dark), y_more)
night_test = features_of(stored, dark_test)
option_1 = accuracy(head_night, night_test, y_test)
tuned_night = option_2(head_night, dark, y_more)
gained = accuracy(tuned_night, dark_test, y_test) - option_1
print(f"night: frozen {option_1:.2f}, fine-tuned {gained:+.2f}")
assert gained > 0.03

# %% [markdown]
# Here fine-tuning pays, where by day it gained nothing: it is worth its
# seconds where the features do not fit your pictures. Better still would be
# to train big on such pictures, too.
#
# ## When it makes sense, and when not
#
# Three conditions are often given (as by A. Ng, in his course): the input is
# of the same kind (pictures to pictures), the source task had far more data
# than yours, and what the low layers found is of use to both. A network of
# wild animals for pets: all three hold. One of cats and cars for X-rays: is
# that the same kind of input? Nobody knows before it is measured.
#
# Break the first condition on purpose. Digits are pictures, but of another
# world. And the same digits with their pixels *scrambled*, all in the same
# way, are no pictures any more, though nothing is lost: each pixel is still
# there.

# %% tags=["nbval-approx-8e-2"]
places = few(digits.train.y, profile.more)
sense = {}
for name, scrambled in {"digits": False, "scrambled digits": True}.items():
    seen = views(as_colour(digits.train, scrambled)[places])
    asked = views(as_colour(digits.test, scrambled))
    sense[name] = probed_with(
        seen, digits.train.y[places], asked, digits.test.y
    )
torn = sense["scrambled digits"]
assert torn["features"] < torn["pixels"] - 0.03
figures.bars(sense, f"accuracy, 360 real {digits.test.name} digits", 0.1)

# %% [markdown]
# Here the borrowed features are no better than plain pixels on the digits as
# they are (112 numbers say what there is, no longer where, and for strokes the
# where matters), and clearly *worse* on the scrambled ones. The pixels do not
# care: softmax regression never knew which pixel is beside which. But all
# that the encoder has learned is about neighbours, and there are none any
# more. So: always run the shallow learner on pixels, too. It costs seconds,
# and it tells you when nothing transfers.
#
# ## Frozen, and yet it moves
#
# A layer of batch normalisation has weights that learn (scale and shift), and
# two that do not: the moving mean and variance (lesson 05). Those follow the
# *data*, with no gradient at all. So show sketches to the network, thirty
# batches of 20, as `fit` would (`training=True`), with different parts frozen.
# No loss, no update of any weight. Then ask it for its old kinds, by day:

# %%
x_was, y_was = (values[::4] for values in old["test"])


def after_sketches(model, asked):
    """Accuracy on old kinds by day, after thirty batches of sketches."""
    rng = np.random.default_rng(profile.seed)
    for _ in range(30):
        drawn = sketch(x_few[rng.permutation(100)[:20]], rng)
        model(drawn, training=True)  # the forward pass of fit, and no more
    return accuracy(asked, x_was, y_was)


# %%
def freeze(model, batch_norm, others):
    """Freeze the layers of batch normalisation, or all others, or both."""
    for layer in model.layers:
        norm = isinstance(layer, layers.BatchNormalization)
        layer.trainable = not (batch_norm if norm else others)
    return model


# %% tags=["nbval-approx-8e-2"]
left = {}
for name, batch_norm, others in (
    ("all frozen", True, True),
    ("batch normalisation frozen", True, False),
    ("all but batch normalisation frozen", False, True),
    ("nothing frozen", False, False),
):
    model = freeze(source_network(), batch_norm, others)
    left[name] = after_sketches(model, model)
    print(f"{name:<35}{left[name]:.2f}")
assert left["batch normalisation frozen"] == left["all frozen"]
assert left["all but batch normalisation frozen"] < 0.5

# %% [markdown]
# From 0.92 to 0.19, though nothing was learned. Frozen kernels do not help; it
# is the statistics that have to stay. So Keras' rule is a good one:
# `trainable = False` on a layer of batch normalisation freezes its statistics,
# too, whatever `training` says. (PyTorch has another rule: there
# `requires_grad=False` does not stop them, `eval()` does.) That protects what
# the encoder knew. Where your pictures look quite different and you have some
# hundreds, statistics that follow them may serve the new task better: try
# both, and let validation pictures decide. The trap opens when
# you unfreeze. One way round it is written in many places, Keras' own guide
# among them: build the model with `encoder(image, training=False)`, and it
# stays in inference mode, unfrozen or not. Does it?

# %% tags=["nbval-approx-8e-2"]
inner = freeze(source_network(), batch_norm=False, others=False)
image = layers.Input((32, 32, 3))
outer = keras.Model(image, inner(image, training=False))
print(f"called with training=False: {after_sketches(outer, inner):.2f}")

# %% [markdown]
# It does not, in the version of Keras that you run: in a functional model,
# what `fit` says (`training=True`) goes before what you said when you built it
# (keras-team/keras, issue 20285). So freeze the layers themselves, as
# `fine_tune` does.
#
# ## Forgetting
#
# Fine-tuning moves weights that the old head relies on. How many of the old
# kinds does the encoder still know, after it has learned the new ones from 20
# pictures of each, at a small rate, and at one that suits a fresh network?


# %%
def remembers(model):
    """The old head on this model's features: accuracy on old kinds."""
    kernel, bias = head_weights
    said = (features_of(model, x_was) @ kernel + bias).argmax(axis=1)
    return (said == y_was).mean()


# %%
too_fast = option_2(head, x_more, y_more, rate=profile.large_rate)
still = transfer(source_network(), 20)
still.layers[-1].set_weights(head.get_weights())
models = {"frozen": still, "small rate": tuned_more, "large rate": too_fast}

# %% tags=["nbval-approx-1e-1"]
knows = {name: remembers(model) for name, model in models.items()}
for name, model in models.items():
    share = accuracy(model, x_test, y_test)
    print(f"{name:<11} old kinds {knows[name]:.2f}, new kinds {share:.2f}")
assert knows["large rate"] < 0.6 < knows["small rate"]

# %% [markdown]
# At the small rate nothing is lost. At the large one more than half of the old
# kinds is gone: **catastrophic forgetting**. You may not care about the old
# kinds. But look at the new ones, too: the large rate has cost a fifth or more
# of their accuracy. What was wiped out were the features, and a few hundred
# pictures do not bring them back. A random head sends large gradients down at
# first; that is why the head is trained first, and why the rate is small after
# that.
#
# ## With photographs
#
# Nothing above needs drawn pictures. In the full profile the cells below take
# networks that were trained on ImageNet (1.28 million photographs, a thousand
# classes), and five kinds of flowers; whichever weights are on your machine
# are used.


# %%
for wanted in profile.photograph_encoders:
    name = encoders.choose(wanted)
    photographs = ck.data.load("flowers", size=160)
    train, test = photographs.train, photographs.test
    parts = (train, photographs.validation, test)
    ck.data.assert_disjoint(*parts, strict=False)
    network, z = encoders.load(name), {}
    for part in parts:  # with a bar; what is done is kept for another time
        title = f"features, {part.name}"
        z[part.name] = encoders.run(network, part.x, title, 50, keep=True)
    for examples in profile.sizes:
        runs = []
        for seed in profile.seeds:
            places = few(train.y, examples, seed)
            seen, y = z["train"][places], train.y[places]
            head = shallow(seen, y)
            runs.append(accuracy(head, z["test"], test.y))
        spread = f"{min(runs):.3f} to {max(runs):.3f}"
        print(f"{name}, {examples} a kind, {test.name}: {spread}")

# %% [markdown]
# On 250 test photographs (160 x 160 pixels, 50 of each flower; chance 0.20),
# frozen encoders, the lowest and the highest of three draws of the training
# photographs, as the full profile printed them:
#
# | encoder | 1 | 5 | 20 | 80 |
# |---|---|---|---|---|
# | MobileNetV2-0.35 | 0.43, 0.54 | 0.56, 0.67 | 0.75, 0.80 | 0.81, 0.83 |
# | MobileNet-0.25 | 0.36, 0.50 | 0.54, 0.65 | 0.71, 0.72 | 0.74, 0.76 |
#
# Two of the smallest networks of `keras.applications`, with 1,280 and 256
# features, in half a minute. (One of the five flowers, the daisy, is among
# ImageNet's thousand classes.) With one or five photographs of each, the draws
# lie a tenth apart or more; with 20 or more within 0.06. Larger networks go
# the same way: `encoders.load("resnet50")`.
#
# ## Your own pictures
#
# Put your pictures into a folder, one folder for each class. Here ten of the
# new kinds stand for them, ten pictures each, with two things that happen:
# copies of six pictures, a bit lighter, under other names; and a file that is
# no picture.

# %%
import tempfile

from PIL import Image

folder = pathlib.Path(tempfile.mkdtemp()) / "my_pictures"
for kind in range(0, 20, 2):
    (folder / names[kind]).mkdir(parents=True)
    some = np.flatnonzero(new["train"][1] == kind)[:10]
    for number, picture in enumerate(new["train"][0][some]):
        file = folder / names[kind] / f"{number:02d}.png"
        Image.fromarray(picture).save(file)

# %%
(folder / names[0] / "broken.png").write_bytes(b"not a picture")
for number in range(6):
    first = np.array(Image.open(folder / names[0] / f"{number:02d}.png"))
    lighter = np.clip(first * 1.1 + 10, 0, 255).astype("uint8")
    Image.fromarray(lighter).save(folder / names[0] / f"copy{number}.png")

# %% tags=["nbval-ignore-output"]
# Which pictures it names rightly differs from processor to processor.
from coursekit.transfer import from_folder

report = from_folder(folder, encoder=profile.folder_encoder)
print(report)

# %% tags=["nbval-approx"]
report.pictures()

# %%
kind, chance = report.predict(folder / names[2] / "00.png")
print("one more file:", kind)

# %% [markdown]
# Read it from the top. How many pictures of each kind are in which part, which
# encoder was used, and how many numbers were trained. The accuracy has an
# interval; it is wide, since so few pictures cannot tell more. The notes say
# what you have to know before you believe it: a file that could not be read,
# test pictures that have a **near-duplicate** among those trained with (the
# accuracy without them stands beside), and validation pictures that have one,
# too. (Classes of very unequal size would have a note as well.) The pictures
# show a dozen answers, mistakes first.
#
# That is all there is to it: `from_folder("my_pictures")`. Folders `train`,
# `val` and `test` inside it are the parts, if you have them; else a fifth of
# all pictures is drawn to test, and a fifth of the rest to validate, each
# class in proportion, give or take one. It takes the best ImageNet network of
# which the weights are on your machine, and fetches MobileNetV2-0.35 (2 MB) if
# there is none; `encoder="resnet50"` names another. `fine_tune=True` adds
# option 2. Interrupt it, and the best epoch so far is kept. Features are
# stored as they are made: called again, it goes on behind them. `report.model`
# is a Keras model like any other, pixels in and logits out:
# `report.model.save("mine.keras")`.
#
# ## Common mistakes
#
# **The preprocessing of another network.** Each network wants its pixels as it
# was trained with: the kit's own from 0 to 255 (it scales them itself), other
# ones from -1 to 1, or blue first with means taken off. There is no error. The
# symptom: accuracy falls.

# %% tags=["nbval-approx-8e-2"]
head_few = shallow(features["train"][few(new["train"][1], 5)], y_few)
right = accuracy(head_few, features["test"], y_test)
scaled = features_of(stored, x_test / 127.5 - 1)
wrong = accuracy(head_few, scaled, y_test)
print(f"pixels 0 to 255: {right:.2f}, pixels -1 to 1: {wrong:.2f}")
assert wrong < right - 0.2

# %% [markdown]
# **Not compiled again.** What learns is noted down by the first `fit` after
# `compile` (`train_on_batch`, one step of it, does the same). Unfreeze later,
# and nothing happens. The symptom: the weights do not move. (With TensorFlow;
# on JAX and PyTorch Keras refuses the step.)

# %%
model = compiled(transfer(source_network(), 20), 1e-3)
model.train_on_batch(x_few[:32], y_few[:32])
before = model.get_layer("conv5").get_weights()[0]
for again in (False, True):
    for layer in model.layers:
        layer.trainable = True
    if again:
        compiled(model, 1e-3)
    if again or keras.config.backend() == "tensorflow":
        model.train_on_batch(x_few[:32], y_few[:32])
    after = model.get_layer("conv5").get_weights()[0]
    print("compiled again:", again, " conv5 moved:", (after != before).any())

# %% [markdown]
# **The test set as a guide.** One picture of each kind, drawn forty times;
# which draw is best? (No training: an asked picture gets the kind whose
# feature vector points most like its own.) Chosen by the test pictures, the
# best draw flatters; chosen by the validation pictures, it tells what to
# expect.


# %%
def nearest(z, y, asked):
    """The kind whose mean feature vector points most like the asked one."""
    means = np.stack([z[y == kind].mean(axis=0) for kind in np.unique(y)])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return (asked @ means.T).argmax(axis=1)


# %% tags=["nbval-approx-5e-2"]
draws = {"validation": [], "test": []}
for seed in range(40):
    places = few(new["train"][1], 1, seed)
    z, y = features["train"][places], new["train"][1][places]
    for s in draws:
        said = nearest(z, y, features[s])
        draws[s].append((said == new[s][1]).mean())
best = {s: int(np.argmax(draws[s])) for s in draws}
print(f"mean of the draws {np.mean(draws['test']):.3f}")
for s in best:
    print(f"chosen by {s}: {draws['test'][best[s]]:.3f} on the test pictures")

# %% [markdown]
# ## Quiz

# %%
ck.quiz("08")

# %% [markdown]
# ## Exercises
#
# Two of them, 08.1 and 08.2, stand on the road, above.
#
# **08.3 (warm-up)** Write `learned(encoder, statistics, features, classes,
# option)`: how many numbers are changed by gradients? The encoder has
# `encoder` parameters, among them `statistics` moving means and variances; its
# head is a dense layer from `features` to `classes`. `option` is 1 (frozen) or
# 2 (all of the encoder learns, its batch normalisation too).


# %%
def learned(encoder, statistics, features, classes, option):
    """Whole numbers -> a whole number."""
    ...  # your code here


# %%
ck.check("08.3", learned)

# %% [markdown]
# **08.4 (core)** Write `prepared(pixels, kind)`: pictures (n, height, width,
# 3), red first, 0 to 255, as a network wants them. `"tf"`: from -1 to 1
# (MobileNet). `"torch"`: from 0 to 1, then minus 0.485, 0.456, 0.406 and over
# 0.229, 0.224, 0.225 for red, green and blue (DenseNet).


# %%
def prepared(pixels, kind):
    """(n, height, width, 3), 0 to 255 -> the same shape."""
    ...  # your code here


# %%
ck.check("08.4", prepared)

# %% [markdown]
# **08.5 (core)** Write `chosen(tried)`: `tried` maps a name to a pair,
# accuracy on the validation and on the test pictures. Return the name you
# choose and the accuracy that you may report.


# %%
def chosen(tried):
    """{name: (validation, test)} -> name, accuracy."""
    ...  # your code here


# %%
ck.check("08.5", chosen)

# %% [markdown]
# **08.6 (core)** Write `standardise(train, test)`: both (n, d), each column
# minus its mean and over its standard deviation. A column that does not vary
# in the training features is divided by 1.


# %%
def standardise(train, test):
    """(n, d) and (m, d) -> two arrays of the same shapes."""
    ...  # your code here


# %%
ck.check("08.6", standardise)

# %% [markdown]
# **08.7 (stretch)** Write `nearest_mean(features, labels, asked)`: a
# classifier without any training. For each row of `asked` the label whose mean
# feature vector makes the smallest angle with it. Labels are whole numbers,
# not always 0, 1, 2.


# %%
def nearest_mean(features, labels, asked):
    """(n, d), (n,) and (m, d) -> labels (m,)."""
    ...  # your code here


# %%
ck.check("08.7", nearest_mean)

# %% [markdown]
# **08.8 (core)** `kinds` maps the name of each layer with weights, from below,
# to its kind: `{"conv1": "Conv2D", ..., "head": "Dense"}`. All are trained but
# the last, a new head. Write `plan(kinds, large, small)`: a list of two pairs,
# a rate and the names of the layers that learn at it. First the head, then
# option 2. Each rate is used once.


# %%
def plan(kinds, large, small):
    """{name: kind} and two rates -> [(rate, names), (rate, names)]."""
    ...  # your code here


# %%
ck.check("08.8", plan)

# %% [markdown]
# **To discuss.** Two questions without a check.
#
# *Explain.* A friend has 3,000 X-rays of two kinds, and a network that was
# trained on photographs of cats and other things. She freezes it, trains a
# head, gets 0.71, and concludes that transfer does not work for X-rays. What
# would you ask her before you agree?
#
# <details><summary>What a good answer contains</summary>
#
# What a baseline has: the commonest class, softmax regression on the pixels,
# the same network from scratch. Whether the grey pictures got the
# preprocessing of that network (three channels, its range). Lower layers as
# features, or fine-tuning: with 3,000 pictures there is something to fine-tune
# with, and the top of the encoder answers what was asked of photographs. How
# many test pictures, so what interval; whether pictures of one patient are in
# two parts.
#
# </details>
#
# *Investigate.* At how many examples of each kind does a network from scratch
# catch up with the frozen encoder here? Plan the experiment before you run it.
#
# <details><summary>What a good answer contains</summary>
#
# The curve goes to 80, and has not met there. More pictures need other kinds
# or a renderer: `coursekit.data.sets.objects100.render` draws as many as you
# like. Updates have to grow with the pictures, the rate is chosen on
# validation pictures for each arm, and three seeds or more give a spread. And
# what is compared is said: at equal examples, at equal CPU seconds, or at the
# best of each.
#
# </details>

# %% [markdown]
# ## You can now
# - take a trained network, cut its head, put a new one on, freeze and train;
# - tell feature extraction from fine-tuning, and write both;
# - say what a borrowed encoder saved, with seeds: pictures, seconds, accuracy;
# - probe a layer, and say which ones are of use for a task;
# - name what breaks transfer: another kind of input, another preprocessing, a
#   large rate, statistics that move;
# - turn a folder of pictures into a classifier, and read its report.
#
# The next lessons look inside such encoders, and take them apart. Lesson
# [23](23_real_photographs.ipynb) puts one under a network that writes
# captions.
#
# **References.** J. Yosinski, J. Clune, Y. Bengio and H. Lipson (2014), *How
# transferable are features in deep neural networks?*, NIPS 27: from general to
# specific, layer by layer; transferred weights help even after fine-tuning. G.
# Alain and Y. Bengio (2016), *Understanding intermediate layers using linear
# classifier probes*, arXiv:1610.01644. M. McCloskey and N. Cohen (1989),
# *Catastrophic interference in connectionist networks: the sequential learning
# problem*, Psychology of Learning and Motivation 24. M. Sandler et al. (2018),
# *MobileNetV2*, CVPR. F. Chollet, *Transfer learning & fine-tuning*, keras.io:
# the guide quoted above. A. Géron (2022), *Hands-On Machine Learning with
# Scikit-Learn, Keras, and TensorFlow*, chapter 11: reusing pretrained layers.
# G. James, D. Witten, T. Hastie, R. Tibshirani and J. Taylor (2023), *An
# Introduction to Statistical Learning with Applications in Python*, chapter
# 10: pretrained networks on one's own photographs. A. Ng (2017), *Deep
# Learning Specialization*, course 3: when transfer makes sense. E. B. Wilson
# (1927),
# *Probable inference*, Journal of the American Statistical Association 22: the
# interval.
#
# ## Reference
#
# You will come back for these; nothing above needs them.
#
# ### Which preprocessing belongs to which network
#
# Each module of `keras.applications` has its own `preprocess_input`. Put it
# into the model, as `encoders.load` does, and it cannot be forgotten. (Keras
# takes ResNet's three means off and divides by nothing, channels blue first.)

# %%
ends = np.array([[[[0.0, 0.0, 0.0]]], [[[255.0, 255.0, 255.0]]]])
for name in ("mobilenet_v2", "resnet", "densenet", "efficientnet"):
    module = getattr(keras.applications, name)
    black, white = module.preprocess_input(ends.copy()).reshape(2, 3)
    print(f"{name:<13} 0 -> {black.round(3)}, 255 -> {white.round(3)}")

# %% [markdown]
# ### Encoders that the kit knows
#
# With random weights nothing is fetched; so are they counted here:

# %%
for name in encoders.RECIPES:
    with keras.StatelessScope(initialize_variables=False):
        counted = encoders.load(name, weights="random")
    width = counted.output_shape[-1]
    print(
        f"{name:<18}{counted.count_params():>11,} parameters,",
        f"{width:,} features",
    )

# %% [markdown]
# ### Only the top
#
# Between the two options there is a third: unfreeze the upper layers only. The
# lower ones are the general ones, the upper ones have to change most. Here
# from the fourth convolution on:

# %%
model = transfer(source_network(), 20)
for layer in model.layers[model.layers.index(model.get_layer("conv4")) :]:
    layer.trainable = not isinstance(layer, layers.BatchNormalization)
learning = [v.path.split("/")[0] for v in model.trainable_variables]
print(f"{count(model.trainable_weights):,} weights learn, in", learning)

# %% [markdown]
# And a rate for each part: Keras has one rate for all weights; train the upper
# part first, then all at a tenth of the rate.
