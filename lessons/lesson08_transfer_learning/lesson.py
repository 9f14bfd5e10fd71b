# %% [markdown]
# # 08 · Transfer learning
#
# You will teach a network twenty things it has never seen, from five pictures
# of each, because it already knows eighty others.
#
# | | |
# |---|---|
# | **Before this** | [05 · Training well](05_training_well.ipynb) |
# | **Time** | 45 min on the road, 35 of exercises, 6 of quiz |
# | **Runs in** | 60 s (quick), 20 CPU min (full) |
# | **Data** | objects100, drawn; digits, real; photographs of flowers (full) |
# | **Hardware** | any laptop |
# | **You should end with** | twice the accuracy of a network from scratch |
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
# One of the five of each kind. A network of five convolutions is to learn the
# twenty from a hundred such pictures. How many of 400 new ones will it get
# right? Guessing gives one in twenty, 0.05. Write down your estimate, for a
# network from scratch and for one that knows the other eighty kinds.

# %%
import keras
from keras import layers

from coursekit.transfer import encoders

loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def compiled(model, rate):
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    return model


# %%
def accuracy(model, x, y, size=400):
    """Share of pictures that the largest logit names rightly."""
    pieces = [model(x[k : k + size]) for k in range(0, len(x), size)]
    pieces = [keras.ops.convert_to_numpy(piece) for piece in pieces]
    return (np.concatenate(pieces).argmax(axis=1) == y).mean()


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
print(f"from scratch, {dataset.test.name}: {alone:.2f} of 400, chance 0.05")

# %% [markdown]
# It has learned something, and not much. (Batch normalisation, as in lesson
# 05; a rate that suits it.) Now the other way.
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
# This is a short beginning, one pass over about half of them:

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

# %% tags=["nbval-approx-1e-2"]
head_weights, encoder_weights = encoders.stored_objects()
source.get_layer("old_head").set_weights(head_weights)
encoder.set_weights(encoder_weights)
knows = accuracy(source, *old["test"])
print(f"80 old kinds, {dataset.test.name}: {knows:.3f}, chance {1 / 80:.3f}")
assert knows > 0.8

# %% [markdown]
# **Step 2: take the small set.** You have it: `x_few`, `y_few`, five of each.
# The head for eighty kinds has no word for them:

# %%
for k in (0, 5, 10):
    said = source(x_few[k : k + 1])
    kind = int(keras.ops.convert_to_numpy(said).argmax())
    print(names[y_few[k]], "is called", dataset.class_names[kind // 4 * 5 + kind % 4])

# %% [markdown]
# **Step 3: cut the head off.** What is left ends in 112 numbers a picture, its
# **features**:

# %%
encoder = keras.Model(source.input, source.layers[-2].output, name="encoder")
print(source.output_shape, "->", encoder.output_shape)

# %% [markdown]
# **Step 4: put a new head on.** Random weights, twenty outputs:

# %%
image = layers.Input((32, 32, 3), name="image")
logits = layers.Dense(20, name="new_head")(encoder(image))
model = keras.Model(image, logits, name="target")

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
print(f"frozen encoder, {dataset.test.name}: {frozen:.2f}, scratch {alone:.2f}")
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
encoder.trainable = True
for layer in encoder.layers:
    if isinstance(layer, layers.BatchNormalization):
        layer.trainable = False
compiled(model, profile.small_rate)
epochs = profile.tune_updates * 32 // len(x_few)
model.fit(x_few, y_few, batch_size=32, epochs=epochs, verbose=0)
tuned = accuracy(model, x_test, y_test)
print(f"{count(model.trainable_weights):,} weights learn")
print(f"fine-tuned, {dataset.test.name}: {tuned:.2f}")

# %% [markdown]
# ## Written by you
#
# Steps 3 to 5 are always the same. **08.1 (core)** Write `transfer(source,
# classes)`: of a trained `source`, a model whose last layer is its head, make
# a new model: everything below that head, frozen, and a new layer `Dense` with
# `classes` logits, which learns. Do not freeze the new head.


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
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    return model


fine_tune = ck.yours_or_good("08.2", fine_tune, good_fine_tune)

# %% [markdown]
# Why compile again? Because `fit` notes down what learns when it is compiled.
# See [Common mistakes](#Common-mistakes).
#
# ## What is it worth?
#
# Four ways to learn twenty kinds, from 5 and from 20 pictures of each. The two
# options, from scratch, and a **shallow learner** on the pixels: softmax
# regression, as in lesson 01. (A head on a frozen encoder *is* softmax
# regression, on features. So compute the features once, and train on those: no
# picture goes through the encoder twice.)


# %%
def source_network():
    """The trained network with its old head, as it was kept."""
    encoder = encoders.load("objects80")
    logits = layers.Dense(80, name="old_head")(encoder.output)
    model = keras.Model(encoder.input, logits)
    model.get_layer("old_head").set_weights(head_weights)
    return model


# %%
def features_of(model, x, size=400):
    """What the layer below the head gives for pictures."""
    below = keras.Model(model.input, model.layers[-2].output)
    pieces = [below(x[k : k + size]) for k in range(0, len(x), size)]
    return np.concatenate([keras.ops.convert_to_numpy(p) for p in pieces])


# %%
def shallow(x, y, rate=1e-2, classes=20, seed=profile.seed):
    """Softmax regression on vectors (n, d)."""
    keras.utils.set_random_seed(seed)
    inputs = layers.Input(x.shape[1:])
    model = compiled(keras.Model(inputs, layers.Dense(classes)(inputs)), rate)
    epochs = max(10, profile.head_updates * 32 // len(x))
    model.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return model


# %%
def pixels(x):
    return x.reshape(len(x), -1).astype("float32") / 127.5 - 1


features = {s: features_of(source_network(), new[s][0]) for s in splits}
print(features["train"].shape, "features, stored once")


# %%
def two_options(x, y, z, seed=profile.seed):
    """Option 1 on stored features z, then option 2 from there."""
    head = shallow(z, y, seed=seed)
    model = transfer(source_network(), 20)
    model.layers[-1].set_weights(head.get_weights())
    option_1 = accuracy(head, features["test"], new["test"][1])
    fine_tune(model, profile.small_rate)
    epochs = profile.tune_updates * 32 // len(x)
    model.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return option_1, accuracy(model, *new["test"])


# %%
table = {}
for examples in profile.examples:
    places = few(new["train"][1], examples)
    x, y = (values[places] for values in new["train"])
    first, second = two_options(x, y, features["train"][places])
    simple = shallow(pixels(x), y, rate=1e-3)
    table[f"{examples} a kind"] = {
        "fine-tuned": second,
        "frozen": first,
        "from scratch": accuracy(from_scratch(x, y), *new["test"]),
        "pixels": accuracy(simple, pixels(new["test"][0]), new["test"][1]),
    }

# %% tags=["nbval-approx-8e-2"]
figures.bars(table, f"accuracy, {dataset.test.name}", chance=0.05)
