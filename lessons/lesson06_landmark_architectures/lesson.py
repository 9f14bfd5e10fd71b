# %% [markdown]
# # 06 · Landmark architectures, counted layer by layer
#
# You will see a deep network do worse than a shallow one, and then count, and
# build, the networks that changed that.
#
# | | |
# |---|---|
# | **Before this** | [05 · Training well](05_training_well.ipynb) |
# | **Time** | 46 min on the road, 30 of exercises, 5 of quiz |
# | **Runs in** | 46 s (quick), 3 CPU min (full) |
# | **Data** | 1,797 real digits; objects100, drawn |
# | **Hardware** | any laptop |
# | **You should end with** | five networks, every row equal three ways |
#
# ## In this lesson you will
# - train stacks of 8 and of 26 layers, and see which one fails, and where;
# - count LeNet-5, AlexNet, VGG-16, GoogLeNet and ResNet-50, row by row, by
#   formula, weight by weight, and as Keras does;
# - say where the weights of a network sit, and where its time goes;
# - write the inception module and the residual block, checked;
# - tell 2012's numbers apart: one network, five, or seven.

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

profile = ck.start("06")

# %% [markdown]
# ## Deeper, and worse
#
# Lesson 04's network had five layers with weights. If five are good, are 26
# better? Try it on 8 x 8 digits, with what lesson 05 taught: batch
# normalisation after every convolution, momentum, a rate that falls.

# %%
dataset = ck.data.load(profile.dataset)
print(dataset.provenance)


def scaled(split):
    return split.x.astype("float32") / 255, split.y


x_train, y_train = scaled(dataset.train)
validation = dataset.validation
x_validation, y_validation = scaled(validation)
ck.data.assert_disjoint(x_train, x_validation)
print(len(x_train), "to train,", len(x_validation), "for", validation.name)

# %% [markdown]
# Two small parts that you will use all the way. `conv_bn` puts `p` pixels of
# zeros on each side, convolves with filters of `f` x `f` in steps of `s`, and
# normalises:

# %%
import keras
from keras import layers


def conv_bn(x, filters, f, s=1, p=0):
    if p:
        x = layers.ZeroPadding2D(p)(x)
    x = layers.Conv2D(filters, f, s)(x)
    return layers.BatchNormalization(momentum=0.9)(x)


def relu(x):
    return layers.Activation("relu")(x)


# %% [markdown]
# A stack of any depth: one convolution that makes 4 x 4 maps, pairs of 3 x 3
# convolutions, the mean of each map, a dense layer. Everything stays the same
# but the number of pairs. (Ignore the second input, `on`, for a minute: it is
# 0, so `x` times it adds nothing.)


# %%
def stack(depth):
    image = layers.Input((8, 8, 1))
    on = layers.Input((1, 1, 1))
    x = relu(conv_bn(image, profile.maps, 3, 2, 1))  # (4, 4, maps)
    for _ in range((depth - 2) // 2):
        y = relu(conv_bn(x, profile.maps, 3, 1, 1))
        y = conv_bn(y, profile.maps, 3, 1, 1)
        x = relu(layers.Add()([y, layers.Multiply()([x, on])]))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model([image, on], layers.Dense(10)(x))


# %% [markdown]
# Three seeds give three starts for each network. The rate falls from its peak
# to 0 along a cosine:

# %%
import numpy as np


def seeded(make, *numbers, adam=0):
    """A compiled model, and its first weights for each seed.

    The optimizer is momentum; with a rate for adam, Adam.
    """
    starts = []
    for seed in profile.seeds:
        keras.utils.set_random_seed(seed)
        model = make(*numbers)
        starts.append(model.get_weights())
    steps, optimizers = 16 * profile.epochs, keras.optimizers
    torch = keras.config.backend() == "torch"
    rates = optimizers.schedules.CosineDecay(adam or 0.1, steps)
    model.compile(
        optimizers.Adam(rates) if adam else optimizers.SGD(rates, 0.9),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=1 if torch else 16,
    )
    return model, starts


# %% [markdown]
# Training from each start, on 1,024 digits, 16 batches of 64. What counts is
# the error on these very digits:


# %%
def errors(model, x, y):
    """Percent of wrong answers."""
    said = keras.ops.convert_to_numpy(model(x)).argmax(axis=1)
    return 100 * (said != y).mean()


# %%
def trained_once(model, start, x, y, judges):
    """Losses of the epochs; error (%) on what judges."""
    model.set_weights(start)
    for variable in model.optimizer.variables:  # forget the last run
        variable.assign(keras.ops.zeros(variable.shape))
    history = model.fit(x, y, 64, epochs=profile.epochs, verbose=0)
    return history.history["loss"], errors(model, *judges)


# %%
digits, labels = x_train[:1024], y_train[:1024]
off = np.zeros((1024, 1, 1, 1), "float32")
stacks = {depth: seeded(stack, depth) for depth in profile.depths}
for depth, (model, _) in stacks.items():
    print(f"{depth} layers, {model.count_params():,} parameters")

# %% [markdown]
# One training for each start. (The full profile has many of them: there `Kept`
# says how much is left, and keeps what is finished. Stop the cells below, run
# them again, and they go on behind it.)

# %%
work = 2 * len(profile.seeds) * sum(len(m.layers) for m, _ in stacks.values())
once = profile.module("runs").Kept(trained_once, work, not profile.quick)


def trained(model, starts, x, y, judges=None):
    """Losses (seeds, epochs); errors (%) on what judges, or on x itself."""
    runs = [once(model, w, x, y, judges or (x, y)) for w in starts]
    losses, wrong = zip(*runs)
    return np.array(losses), np.array(wrong)


# %% [markdown]
# Which has the lower *training* error, 8 layers or 26, after six epochs (in
# full: 18, and two more depths)? Write down a guess for both, then run the
# cell:

# %% tags=["nbval-approx-2e1"]
plain, wrong = {}, {}
for depth, (model, starts) in stacks.items():
    losses, found = trained(model, starts, [digits, off], labels)
    plain[f"{depth} layers"], wrong[depth] = losses, found
    print(f"{depth} layers: training error {found.mean():.1f} %", end=", ")
    print(f"from {found.min():.1f} to {found.max():.1f} %")

# %% [markdown]
# After six epochs the deeper one is wrong on about half of the very digits
# that it was trained with (in full, after 18: 26 layers on under a tenth, 38
# on a third or more). So it has not learned too much, but too little.
# Over-fitting looks the other way round: few errors here, many on new digits.
# He et al. (2015) saw this with 20 and 56 layers, and called it
# **degradation**.
#
# It is odd. The deep network could do what the shallow one does, and let the
# other layers pass their input on unchanged. It is *able* to be as good;
# training does not find it. Eighteen layers that do nothing are hard to learn.
#
# So make "nothing" easy. Add what went into a pair of layers to what comes
# out of it: a **shortcut**, or skip connection. You have it in your code: set
# `on` to 1. The same network, the same three starts, the same digits, and not
# one parameter more:

# %% tags=["nbval-approx-5e0"]
short, right = {}, {}
for depth, (model, starts) in stacks.items():
    losses, found = trained(model, starts, [digits, off + 1], labels)
    short[f"{depth} layers"], right[depth] = losses, found
    print(f"{depth} layers: training error {found.mean():.1f} %", end=", ")
    print(f"from {found.min():.1f} to {found.max():.1f} %")

# %% tags=["nbval-approx-1e0"]
figures = profile.figures

figures.depths({"plain": plain, "with shortcuts": short})

# %%
shallow, deepest = profile.depths[0], profile.depths[-1]
assert wrong[deepest].min() > wrong[shallow].max() + 5  # every seed
assert right[26].mean() < 10 and right[26].max() < wrong[26].min()

# %% [markdown]
# Left: without shortcuts the line of the deep stack stays high. Right: with
# them both fall. The bands show the range of three seeds. How far to trust it?
# The digits are small and the training short, so part of the gap is slowness:
# with three times the training 26 plain layers come down to 7 %, on average,
# and with shortcuts to 0. But 38 plain ones stay at 31 %
# ([Reference](#Reference)).
#
# Keep the shortcut in mind: you will write the real block below. First the
# networks that came before it, and how to count them.
#
# ## One row, three ways
#
# LeNet-5 (LeCun et al. 1998) is the network of lesson 04. What does its second
# convolution make of 14 x 14 maps, six of them, with 16 filters of 5 x 5? The
# side: $(14 - 5)/1 + 1 = 10$. The parameters:
# $(5 \cdot 5 \cdot 6 + 1) \cdot 16 = 2416$. In general, for a side $n$,
# filters of $f \times f$ on depth $c$, stride $s$, padding $p$ and $k$
# filters:
#
# $$n' = \left\lfloor \frac{n + 2p - f}{s} \right\rfloor + 1, \qquad
# \text{parameters} = (f \cdot f \cdot c + 1)\, k$$
#
# Write down each kind of row as a formula, from a shape to a new shape and a
# count:

# %%
import math


def size(n, f, s=1, p=0):
    return (n + 2 * p - f) // s + 1


def conv_formula(shape, filters, f, s=1, p=0, groups=1):
    *sides, depth = shape
    sides = (size(n, f, s, p) for n in sides)
    return (*sides, filters), (f * f * depth // groups + 1) * filters


# %%
def pool_formula(shape, f=3, s=2, p=0):
    *sides, depth = shape
    return (*(size(n, f, s, p) for n in sides), depth), 0


def dense_formula(shape, units):
    return (units,), (math.prod(shape) + 1) * units


# %% [markdown]
# And the same as layers. (What bends the sums, ReLU here, has no parameters.
# Neither have dropout and AlexNet's normalisation: they are left out.)


# %%
def conv(x, filters, f, s=1, p=0, groups=1):
    if p:
        x = layers.ZeroPadding2D(p)(x)
    return layers.Conv2D(filters, f, s, activation="relu", groups=groups)(x)


def pool(x, f=3, s=2, p=0):
    if p:
        x = layers.ZeroPadding2D(p)(x)
    return layers.MaxPooling2D(f, s)(x)


def dense(x, units):
    x = layers.Flatten()(x) if len(x.shape) > 2 else x
    return layers.Dense(units)(x)


# %%
formulas = {"conv": conv_formula, "pool": pool_formula, "dense": dense_formula}
parts = {"conv": conv, "pool": pool, "dense": dense}

# %% [markdown]
# Now a function that goes through a network's rows and counts each three ways:
# by the formula; weight by weight, as the products of the shapes of what the
# layers hold; and as Keras' `count_params`. Where two differ, it stops.
#
# It builds the network without filling its weights: inside `StatelessScope`
# Keras writes down a weight's shape and allocates nothing. So a network of
# half a gigabyte can be counted on any laptop.
#
# A row has a name, a kind, and the numbers of that kind in the order of your
# functions: filters, $f$, $s$, $p$.


# %%
def held(weights, kind=None):
    """How many numbers there are in weights; in kernels only, or all."""
    return sum(math.prod(w.shape) for w in weights if kind in (None, w.name))


# %%
def counted(rows, shape, show=True):
    """Print the rows; by name: shape and parameters, kernels; the model."""
    found, kernels = {}, {}
    if show:
        print(f"{'row':<8}{'shape':<16}     formula      weights        Keras")
    with keras.StatelessScope(initialize_variables=False):
        start = x = layers.Input(shape)
        for name, kind, *numbers in rows:
            shape, formula = formulas[kind](shape, *numbers)
            before, x = x, parts[kind](x, *numbers)
            row = keras.Model(before, x)
            one_by_one = held(row.weights)
            assert x.shape[1:] == shape, name
            assert formula == one_by_one == row.count_params(), name
            found[name] = shape, formula
            kernels[name] = held(row.weights, "kernel")
            three = formula, one_by_one, row.count_params()
            if show:
                print(f"{name:<8}{' x '.join(map(str, shape)):<16}", end="")
                print(*(f"{count:>12,}" for count in three))
        model = keras.Model(start, x)
    total = sum(count for _, count in found.values())
    assert total == model.count_params()
    print(f"total {total:,}")
    return found, kernels, model


# %%
lenet5 = [
    ("conv1", "conv", 6, 5, 1, 2),
    ("pool1", "pool", 2, 2),
    ("conv2", "conv", 16, 5),
    ("pool2", "pool", 2, 2),
    ("dense3", "dense", 120),
    ("dense4", "dense", 84),
    ("dense5", "dense", 10),
]
lenet_rows, *_ = counted(lenet5, (28, 28, 1))

# %% [markdown]
# Three columns, always equal. 61,706: the number of lesson 04. From here on a
# network is a list of rows.
#
# ## 2012
#
# The **ImageNet** contest: 1.2 million photographs to learn from, 1,000
# classes. A network may name five classes; if the right one is not among them
# that is a **top-5 error**. In 2012 Krizhevsky, Sutskever and Hinton entered
# eight layers with weights, five convolutions and three dense layers. Here is
# **AlexNet** in full. What is the side after 11 x 11 filters in steps of 4?

# %%
alexnet = [
    ("conv1", "conv", 96, 11, 4),
    ("pool1", "pool"),
    ("conv2", "conv", 256, 5, 1, 2),
    ("pool2", "pool"),
    ("conv3", "conv", 384, 3, 1, 1),
    ("conv4", "conv", 384, 3, 1, 1),
    ("conv5", "conv", 256, 3, 1, 1),
    ("pool5", "pool"),
    ("dense6", "dense", 4096),
    ("dense7", "dense", 4096),
    ("dense8", "dense", 1000),
]
alexnet_rows, alexnet_kernels, _ = counted(alexnet, (227, 227, 3))
assert sum(count for _, count in alexnet_rows.values()) == 62_378_344

# %% [markdown]
# Numbers of this table that are often given otherwise:
#
# | often | here | why |
# |---|---|---|
# | the picture has 224 pixels (the paper) | 227 | 224 gives 54 |
# | (55 - 3) + 1 = 26 / 2 + 1 after the first pool (slides) | 27 | add 1 last |
# | 60 million parameters (the paper) | 62,378,344 | two GPUs, see below |
# | 61,100,840 parameters (torchvision) | 62,378,344 | a narrower one of 2014 |
# | the first filters are 11 x 11 | 11 x 11 x 3 | as deep as the input |

# %%
print([size(n, 11, 4) for n in (224, 227)], size(55, 3, 2))
print(f"into the first dense layer: 6 x 6 x 256 = {6 * 6 * 256:,}")

# %% [markdown]
# **Two GPUs.** One card of 2012 could not hold the network. So the maps were
# split in halves, and in the second, fourth and fifth convolution a filter
# sees only the half on its own card: `groups=2`. It has half as many weights:

# %%
halved = {"conv2", "conv4", "conv5"}
two_cards = [(*row, 2) if row[0] in halved else row for row in alexnet]
grouped_rows, *_ = counted(two_cards, (227, 227, 3), show=False)
saved = {n: alexnet_rows[n][1] - grouped_rows[n][1] for n in halved}
print(f"{sum(saved.values()):,} fewer")
assert 62_378_344 - sum(saved.values()) == 60_965_224

# %% [markdown]
# 60,965,224 is what the paper rounds to 60 million. And its "650,000 neurons"
# are about the numbers that the layers with weights hand on:

# %%
handed_on = {
    n: math.prod(s) for n, (s, count) in alexnet_rows.items() if count
}
maps = sum(n for name, n in handed_on.items() if "conv" in name)
print(f"{maps:,} in the maps, {sum(handed_on.values()):,} with dense units")
assert (maps, sum(handed_on.values())) == (650_080, 659_272)

# %% [markdown]
# (The paper's own list adds up to 622,312: it has 253,440 for the first layer,
# where 55 x 55 x 96 is 290,400.)
#
# What did it win by? One such network made 18.2 % top-5 errors (on validation
# pictures). Five of them, their answers averaged, 16.4 % (there and on the
# test pictures). With two more that had been trained on 15 million pictures
# before, 15.3 %: that was the winning entry. The second best made 26.2 %, with
# features made by hand. So "16.4" and "15.3" are an **ensemble**'s, not a
# network's.
#
# The chart takes for each year the best entry that learned from the contest's
# own pictures only, as reported (2010 to 2014 by Russakovsky et al. 2015; 2015
# by He et al.; 2016 on the contest's page; 2017 by Hu et al.). So for 2012 it
# shows the five, 16.4:

# %%
figures.contest(
    [
        (2010, "NEC", 28.2, False),
        (2011, "XRCE", 25.8, False),
        (2012, "AlexNet", 16.4, True),
        (2013, "Clarifai", 11.7, True),
        (2014, "GoogLeNet", 6.7, True),
        (2015, "ResNet", 3.6, True),
        (2016, "Trimps", 3.0, True),
        (2017, "SENet", 2.3, True),
    ]
)

# %% [markdown]
# All deep entries are ensembles. The dashed line is a person who had practised
# (Russakovsky et al. 2015); a second one made 12 %.
#
# ## Where the weights sit, where the time goes
#
# Look at AlexNet's table again: nearly all weights are in three rows. Does a
# computer spend its time there, too? A dense layer uses each weight once a
# picture. A convolution uses each of its weights at every place of its map. So
# count **multiplications**: weights in kernels, times places. (A
# multiplication and an addition go together; **FLOPs** count both, about twice
# as many. Papers differ: He et al. (2015) write FLOPs and count the pairs.)


# %%
def work(rows, kernels):
    """(row, parameters, multiplications, numbers handed on)."""
    found = []
    for name, (shape, count) in rows.items():
        places = math.prod(shape[:-1])  # 1 for a dense layer
        times = kernels[name] * places
        found.append((name, count, times, math.prod(shape)))
    return found


# %% [markdown]
# VGG-16 (Simonyan and Zisserman 2014) stacks small filters only, and pools
# after two or three of them. "16" counts its layers with weights:

# %%
vgg16 = []
for block, (filters, times) in enumerate(
    [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)], start=1
):
    for number in range(1, times + 1):
        vgg16.append((f"conv{block}{number}", "conv", filters, 3, 1, 1))
    vgg16.append((f"pool{block}", "pool", 2, 2))
vgg16 += [("dense6", "dense", 4096), ("dense7", "dense", 4096)]
vgg16 += [("dense8", "dense", 1000)]
vgg_rows, vgg_kernels, _ = counted(vgg16, (224, 224, 3))

# %%
with keras.StatelessScope(initialize_variables=False):
    theirs = keras.applications.VGG16(weights=None)
print(f"keras.applications: {theirs.count_params():,}")
assert theirs.count_params() == sum(count for _, count in vgg_rows.values())

# %%
worked = {
    "AlexNet": work(alexnet_rows, alexnet_kernels),
    "VGG-16": work(vgg_rows, vgg_kernels),
}
figures.costs(worked)

# %% [markdown]
# Dense layers are orange. Top row: the weights sit in them, most of all in the
# first, which reads flattened maps. Middle row: the work is in the
# convolutions, whose weights are used again at every place. (Work is not yet
# time: fetching the many weights of a dense layer takes time, too, most of all
# for one picture alone.) Bottom row: most numbers handed on, called
# **activations** like the bend they come from, are those of the early layers,
# where maps are large. Training has to keep them for the way back, for every
# picture of a batch:

# %%
kept = 4 * sum(numbers for *_, numbers in worked["VGG-16"])  # bytes
print(f"VGG-16 keeps {kept / 1e6:.0f} MB a picture", end=", ")
print(f"{64 * kept / 1e9:.1f} GB for a batch of 64")
weights = 4 * sum(count for _, count in vgg_rows.values())
print(f"and {weights / 1e9:.2f} GB of weights")

# %% [markdown]
# So three different questions have three different answers. A smaller file?
# Shrink the dense layers. A faster network? The convolutions. Out of memory in
# training? A smaller batch, or fewer maps early on. The networks after VGG
# drop the large dense layers: they take the mean of each map instead.
#
# ## Two small fields for a large one
#
# Why did VGG put several convolutions before one pooling? Send one bright
# pixel through two 3 x 3 filters of ones. How many pixels light up?

# %%
ones = layers.Conv2D(1, 3, padding="same", kernel_initializer="ones")
spot = np.zeros((1, 9, 9, 1), "float32")
spot[0, 4, 4, 0] = 1
lit = keras.ops.convert_to_numpy(ones(ones(spot)))[0, :, :, 0] > 0
print(lit.astype(int), lit.sum())
assert lit.sum() == 5 * 5

# %% [markdown]
# So two layers of 3 x 3 see 5 x 5 pixels (their **receptive field**, lesson
# 02), and three see 7 x 7. What do they cost, with 256 maps in and out?

# %%
maps = 256
for many, f in ((2, 5), (3, 7)):
    small = many * (3 * 3 * maps + 1) * maps
    large = (f * f * maps + 1) * maps
    print(f"{many} of 3 x 3: {small:,}  one {f} x {f}: {large:,}", end="  ")
    print(f"{small / large:.2f}")
    assert small < 0.75 * large

# %% [markdown]
# Fewer weights for the same field, and a bend after each. That is one reason
# to stack. The other: a later layer sees more of the picture and is built from
# what earlier ones found. Contrast, then edges, then an eye or a nose, then a
# face; read backwards, a face is what its parts say it is. Strides and
# pooling widen the field further (exercise 06.6).
#
# ## Four branches at once
#
# Which size should a filter have? GoogLeNet (Szegedy et al. 2014) does not
# choose. An **inception module** asks with several sizes and puts the answers
# behind each other:

# %%
figures.inception_in_steps()

# %% [markdown]
# Panel 2 is too expensive. Take the module called 3a: 28 x 28 maps, 192 deep,
# and 32 filters of 5 x 5. What does it save to make 16 maps of the 192 first,
# with **1 x 1 convolutions**, a weighted sum over the depth at each pixel?

# %%
direct = 5 * 5 * 192 * 32
reduced = 192 * 16 + 5 * 5 * 16 * 32
print(f"{direct:,} weights directly, {reduced:,} through 1 x 1", end=", ")
print(f"{direct / reduced:.1f} times fewer")

# %% [markdown]
# **06.1 (core)** Write `inception_module`, panel 3, with
# `conv(x, filters, f, s, p)`, which brings its ReLU, and `pool(x, f, s, p)`.
# `ones` filters of 1 x 1; `threes` is a pair, how many 1 x 1 before
# and how many 3 x 3; `fives` likewise; `pooled` filters of 1 x 1 after a 3 x 3
# pooling with stride 1. All sides stay. Order of the depths: as drawn.


# %%
def inception_module(x, ones, threes, fives, pooled):
    """Maps (side, side, depth) -> as large, ones + ... + pooled deep."""
    ...  # your code here


# %%
ck.check("06.1", inception_module)

# %% [markdown]
# Stuck? `ck.hint("06.1")`. One good answer is folded into the next cell: try
# first, then compare. Run it in any case. The lesson goes on with your module
# if it is right, else with the good one, and says which.


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_inception_module(x, ones, threes, fives, pooled):
    one = conv(x, ones, 1)
    three = conv(conv(x, threes[0], 1), threes[1], 3, 1, 1)
    five = conv(conv(x, fives[0], 1), fives[1], 5, 1, 2)
    pooling = conv(pool(x, 3, 1, 1), pooled, 1)
    return layers.Concatenate()([one, three, five, pooling])


inception_module = ck.yours_or_good(
    "06.1", inception_module, good_inception_module
)

# %% [markdown]
# Its formula is that of six convolutions. Nine modules make GoogLeNet:


# %%
def inception_formula(shape, ones, threes, fives, pooled):
    *sides, c = shape
    count = (c + 1) * (ones + threes[0] + fives[0] + pooled)
    count += (9 * threes[0] + 1) * threes[1]
    count += (25 * fives[0] + 1) * fives[1]
    return (*sides, ones + threes[1] + fives[1] + pooled), count


formulas |= {"inception": inception_formula, "mean": lambda s: (s[-1:], 0)}
parts |= {
    "inception": inception_module,
    "mean": lambda x: layers.GlobalAveragePooling2D()(x),
}

# %%
googlenet = [
    ("conv1", "conv", 64, 7, 2, 3),
    ("pool1", "pool", 3, 2, 1),
    ("conv2a", "conv", 64, 1),
    ("conv2b", "conv", 192, 3, 1, 1),
    ("pool2", "pool", 3, 2, 1),
    ("3a", "inception", 64, (96, 128), (16, 32), 32),
    ("3b", "inception", 128, (128, 192), (32, 96), 64),
    ("pool3", "pool", 3, 2, 1),
    ("4a", "inception", 192, (96, 208), (16, 48), 64),
    ("4b", "inception", 160, (112, 224), (24, 64), 64),
    ("4c", "inception", 128, (128, 256), (24, 64), 64),
    ("4d", "inception", 112, (144, 288), (32, 64), 64),
    ("4e", "inception", 256, (160, 320), (32, 128), 128),
    ("pool4", "pool", 3, 2, 1),
    ("5a", "inception", 256, (160, 320), (32, 128), 128),
    ("5b", "inception", 384, (192, 384), (48, 128), 128),
    ("mean", "mean"),
    ("dense", "dense", 1000),
]

# %%
googlenet_rows, googlenet_kernels, _ = counted(googlenet, (224, 224, 3))
total = sum(count for _, count in googlenet_rows.values())
print(f"a {62_378_344 / total:.0f}th of AlexNet's")
assert total < 7_000_000

# %% [markdown]
# Deeper than VGG (22 layers with weights, if a module counts as two), and a
# ninth of AlexNet's parameters ("12 times fewer" in the paper): no large dense
# layer. Two small classifiers that helped in training are left out here.
#
# Is a module worth its cost? A fair comparison gives both networks the same
# time. Two modules against two ordinary 3 x 3 convolutions, with as many
# filters as take the same CPU seconds to train: 64.


# %%
def two_blocks(block):
    image = layers.Input((8, 8, 1))
    x = pool(block(conv(image, 32, 3, 1, 1)), 2, 2)  # (4, 4, depth)
    x = layers.GlobalAveragePooling2D()(block(x))
    return keras.Model(image, layers.Dense(10)(x))


blocks = {
    "modules": lambda x: inception_module(x, 16, (16, 32), (8, 16), 16),
    "3 x 3": lambda x: conv(x, 64, 3, 1, 1),
}

# %% tags=["nbval-approx-1e1"]
judges, held_out = (x_validation, y_validation), {}
for name, block in blocks.items():
    model, starts = seeded(two_blocks, block, adam=0.005)
    starts = starts[: profile.module_seeds]
    _, held_out[name] = trained(model, starts, digits, labels, judges)
    print(f"{name}: {model.count_params():,} parameters", end=", ")
    print(f"{validation.name} error {held_out[name].mean():.1f} %")
assert max(held_out["modules"].mean(), held_out["3 x 3"].mean()) < 40

# %% [markdown]
# Guessing is wrong in 90 %. Both learn, and the modules do it with fewer than
# half of the parameters. One seed and six epochs, as in quick, tell no more,
# though. Twelve, with five seeds (`benchmarks/landmarks.py`): 4.8 % errors
# (from 3.6 to 5.6) with modules, 6.2 % (from 4.2 to 7.5) with 3 x 3 filters,
# for 2.27 and 2.20 CPU seconds of training. So at equal cost the modules are
# ahead by little, and the ranges overlap; what is certain is that they are
# smaller.
#
# ## A shortcut
#
# Back to the beginning. Depth helped up to GoogLeNet's 22 layers and VGG's 19,
# then degradation set in. The **residual block** (He et al. 2015):

# %%
figures.residual_in_steps()

# %% [markdown]
# Panel 2 is the pair of your stack. The layers learn what is to be *added* to
# $x$, the **residual** $F(x)$: $y = \text{relu}(x + F(x))$. Doing nothing
# means $F = 0$. Panel 3 is the block of the deep ones, a **bottleneck**: 1 x 1
# down to `filters` maps, 3 x 3, and 1 x 1 up to four times as many. Where the
# shape changes, $x$ does not fit the sum; then a 1 x 1 convolution brings it
# to that shape, the **projection**.
#
# **06.2 (core)** Write `residual_block`, panel 3, with `relu(x)` and, for each
# convolution, `conv_bn(x, filters, f, s, p)`. The first convolution and the
# projection have the stride. No ReLU before the sum, one after it. A
# projection only where the shapes differ.


# %%
def residual_block(x, filters, stride=1):
    """Maps (side, side, depth) -> (side / stride, ..., 4 * filters)."""
    ...  # your code here


# %%
ck.check("06.2", residual_block)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_residual_block(x, filters, stride=1):
    y = relu(conv_bn(x, filters, 1, stride))
    y = relu(conv_bn(y, filters, 3, 1, 1))
    y = conv_bn(y, 4 * filters, 1)
    if x.shape != y.shape:
        x = conv_bn(x, 4 * filters, 1, stride)
    return relu(layers.Add()([x, y]))


residual_block = ck.yours_or_good("06.2", residual_block, good_residual_block)

# %% [markdown]
# Is "nothing" really easy? Set the last scale of a fresh block, its $\gamma$,
# to zero:

# %%
start = layers.Input((4, 4, 8))
block = keras.Model(start, residual_block(start, 2))
scale = [w for w in block.weights if w.path.endswith("gamma")][-1]
scale.assign(np.zeros(scale.shape))
x = np.random.default_rng(profile.seed).random((2, 4, 4, 8), "float32")
difference = np.abs(keras.ops.convert_to_numpy(block(x)) - x).max()
print(f"{scale.shape[0]} zeros, and out comes what went in: {difference:.6f}")
assert difference == 0

# %% [markdown]
# One factor for each map does it. (For $x \ge 0$, as after a ReLU.) In a plain
# layer 3 x 3 x 8 x 8 weights would have to find just the right values.
#
# Sixteen such blocks make **ResNet-50**:


# %%
def conv_bn_formula(shape, filters, f, s=1, p=0):
    shape, count = conv_formula(shape, filters, f, s, p)
    return shape, count + 4 * filters  # gamma, beta, mean, variance


def residual_formula(shape, filters, stride=1):
    y, count = conv_bn_formula(shape, filters, 1, stride)
    count += conv_bn_formula(y, filters, 3)[1]
    y = *y[:2], 4 * filters
    count += conv_bn_formula((filters,), 4 * filters, 1)[1]
    if y != shape:
        count += conv_bn_formula(shape, 4 * filters, 1, stride)[1]
    return y, count


formulas |= {"conv_bn": conv_bn_formula, "residual": residual_formula}
parts |= {"conv_bn": conv_bn, "residual": residual_block}

# %%
resnet50 = [("conv1", "conv_bn", 64, 7, 2, 3), ("pool1", "pool", 3, 2, 1)]
for stage, (filters, times) in enumerate(
    [(64, 3), (128, 4), (256, 6), (512, 3)], start=2
):
    for number in range(times):
        stride = 2 if number == 0 and stage > 2 else 1
        name = f"{stage}{'abcdef'[number]}"
        resnet50.append((name, "residual", filters, stride))
resnet50 += [("mean", "mean"), ("dense", "dense", 1000)]
resnet_rows, resnet_kernels, resnet = counted(resnet50, (224, 224, 3))

# %%
with keras.StatelessScope(initialize_variables=False):
    theirs = keras.applications.ResNet50(weights=None)
print(f"keras.applications: {theirs.count_params():,}")
assert theirs.count_params() == resnet.count_params() == 25_636_712

# %% [markdown]
# Equal. But two things are worth knowing. The convolutions have biases here,
# as in `keras.applications`; before a batch norm they do nothing (lesson 05),
# and other libraries leave them out. PyTorch's 25,557,032 leaves out each
# map's moving mean and variance, too. And what does "50" count?

# %%
convolutions = [
    layer for layer in resnet.layers if isinstance(layer, layers.Conv2D)
]
biases = sum(layer.filters for layer in convolutions)
print(f"without biases before batch norm: {25_636_712 - biases:,}", end=", ")
print(f"{biases:,} fewer")
print(f"without moving statistics, too: {25_636_712 - 3 * biases:,}")
print(f"{len(convolutions)} convolutions, 4 of them projections")
assert biases == 26_560 and len(convolutions) == 49 + 4

# %% [markdown]
# 1 + 16 x 3 = 49 convolutions on the long road and one dense layer: 50. With
# the four projections there are 53.
#
# The five networks of this lesson, drawn from the rows you counted. A box is
# as high as the side of its maps and as wide as they are deep (both on log
# scales); a row that hands on no maps is a small box of one size, whatever its
# number below. Green rows have no parameters, orange ones are dense:

# %%
networks = {
    "LeNet-5": lenet_rows,
    "AlexNet": alexnet_rows,
    "VGG-16": vgg_rows,
    "GoogLeNet": googlenet_rows,
    "ResNet-50": resnet_rows,
}
figures.shapes(networks)

# %% [markdown]
# All five do the same: less *where*, more *what*, as in lesson 04. The number
# above a box is its side, the one below its depth. And the depth in layers
# with weights, with the parameters, in one table:

# %%
depths = [(1998, 5), (2012, 8), (2014, 16), (2014, 22), (2015, 50)]
totals = {}
for (year, depth), (name, rows) in zip(depths, networks.items()):
    totals[name] = sum(count for _, count in rows.values())
    print(f"{name:<11}{year}{depth:>4} layers{totals[name] / 1e6:>8.2f} M")
assert totals["ResNet-50"] < totals["AlexNet"] < totals["VGG-16"]

# %% [markdown]
# Depth went up tenfold. Parameters went up, and then down again: depth and
# size are different things. And where do weights and work sit in the last two?
# A bar is a row, so a whole module or block; of its maps only those that it
# hands on are counted:

# %%
newer = {
    "GoogLeNet": work(googlenet_rows, googlenet_kernels),
    "ResNet-50": work(resnet_rows, resnet_kernels),
}
figures.costs(newer)

# %%
for name, rows in (worked | newer).items():
    times = sum(times for _, _, times, _ in rows)
    print(f"{name:<10}{totals[name] / 1e6:7.1f} M parameters", end="")
    print(f"{times / 1e9:6.1f} thousand million multiplications")

# %% [markdown]
# Weights sit at the end, where maps are deep, activations at the beginning,
# where they are large. And the work of ResNet-50 is nearly the same in every
# block: where the side halves, the depth doubles. In all it multiplies about
# as often as its paper says (3.8 thousand million), a quarter of what VGG-16
# does, at three times its depth.
#
# ## Cheaper still: one filter a map
#
# The last step of this lesson splits the convolution itself. A 3 x 3 filter of
# depth $c$ does two things at once: it looks around, and it mixes maps. A
# **depthwise-separable convolution** does one after the other: one 3 x 3
# filter for each map, and then 1 x 1 to mix. From 32 to 64 maps:

# %%
full = (3 * 3 * 32 + 1) * 64
apart = (3 * 3 + 1) * 32 + (32 + 1) * 64
print(f"{full:,} against {apart:,}: {full / apart:.1f} times fewer")
start = layers.Input((8, 8, 32))
looks = layers.DepthwiseConv2D(3, padding="same")
separable = keras.Model(start, layers.Conv2D(64, 1)(looks(start)))
assert separable.count_params() == apart

# %% [markdown]
# MobileNetV2 (Sandler et al. 2018), made for telephones, is built of these, in
# residual blocks that are *wide* in the middle. Its parameters from one
# formula, $t$ the factor of the width:


# %%
def inverted_formula(c, t, filters):
    """Parameters of a block: 1 x 1 up, 3 x 3 depthwise, 1 x 1 down."""
    wide = t * c
    up = wide * c + 4 * wide if t > 1 else 0  # no biases, but batch norm
    return up + 9 * wide + 4 * wide + wide * filters + 4 * filters


# %%
c, ours = 32, 9 * 3 * 32 + 4 * 32
stages = [(1, 16, 1), (6, 24, 2), (6, 32, 3), (6, 64, 4)]
stages += [(6, 96, 3), (6, 160, 3), (6, 320, 1)]
for t, filters, times in stages:
    for _ in range(times):
        ours, c = ours + inverted_formula(c, t, filters), filters
ours += 320 * 1280 + 4 * 1280 + (1280 + 1) * 1000
with keras.StatelessScope(initialize_variables=False):
    theirs = keras.applications.MobileNetV2(weights=None)
print(f"formula {ours:,}, keras.applications {theirs.count_params():,}")
assert ours == theirs.count_params()

# %% [markdown]
# The whole network, 3.5 million parameters, from a few lines of algebra.
#
# ## Common mistakes
#
# **A shortcut without projection.** The stride halves the side of the long
# road, the depth changes, and the sum has no meaning. The symptom names both
# shapes:

# %%
with ck.expect_error(ValueError):
    start = layers.Input((8, 8, 16))
    layers.Add()([start, conv_bn(start, 32, 3, 2, 1)])

# %% [markdown]
# **Branches of unequal sides.** A 5 x 5 filter without padding takes two
# pixels off each side, and maps of 8 and of 4 pixels cannot stand behind each
# other:

# %%
with ck.expect_error(ValueError):
    layers.Concatenate()([conv(start, 4, 1), conv(start, 4, 5)])

# %% [markdown]
# **Another picture size before a dense layer.** Convolutions take any size;
# the first dense layer was built for one. AlexNet's, made for 6 x 6 x 256
# numbers, gets 5 x 5 x 256 from a picture of 224 pixels:

# %%
with (
    ck.expect_error(ValueError),
    keras.StatelessScope(initialize_variables=False),
):
    first_dense = layers.Dense(4096, name="dense6")
    first_dense(layers.Input((6 * 6 * 256,)))
    first_dense(layers.Input((5 * 5 * 256,)))

# %% [markdown]
# **Forgotten depth.** Count AlexNet's third convolution, 384 filters of 3 x 3,
# as $(3 \cdot 3 + 1) \cdot 384$. No error, but a number much too small:

# %%
print(f"without the depth {(3 * 3 + 1) * 384:,}", end=", ")
print(f"with it {(3 * 3 * 256 + 1) * 384:,}")
assert alexnet_rows["conv3"][1] == (3 * 3 * 256 + 1) * 384

# %% [markdown]
# ## Quiz

# %%
ck.quiz("06")

# %% [markdown]
# ## Exercises
#
# 06.1 (the module) and 06.2 (the block) stand on the road, above.
#
# **06.3 (warm-up)** Write `sides(n, rows)`: the side after each of the rows
# `(f, s, p)`, convolutions or poolings, for a picture with side `n`.


# %%
def sides(n, rows):
    """A side and a list of (f, s, p) -> a list of sides."""
    ...  # your code here


# %%
ck.check("06.3", sides)

# %% [markdown]
# **06.4 (core)** Somebody feeds AlexNet with 224 x 224 pixels, and no padding
# in the first convolution. How many parameters has `dense6` then?

# %%
answer = ...  # your number here
ck.check("06.4", answer)

# %% [markdown]
# **06.5 (core)** Write `separable(channels, filters, f)`: the parameters of a
# depthwise-separable convolution, with biases in both of its layers.


# %%
def separable(channels, filters, f):
    """Three whole numbers -> a whole number."""
    ...  # your code here


# %%
ck.check("06.5", separable)

# %% [markdown]
# **06.6 (stretch)** Write `receptive_field(rows)`: the side of the square of
# pixels that can reach one unit after the rows `(f, s)`. What does a unit of
# AlexNet's fifth convolution see?


# %%
def receptive_field(rows):
    """A list of (f, s), from the picture upwards -> a whole number."""
    ...  # your code here


# %%
ck.check("06.6", receptive_field)

# %% [markdown]
# **To discuss.** Two questions without a check.
#
# *Explain.* A friend says: "The deep plain stack fails because its gradient
# vanishes." Batch norm was in it. How would you find out?
#
# <details><summary>What a good answer contains</summary>
#
# A measurement: the length of the loss's gradient for each layer's weights, at
# the start and during training, for both stacks and several seeds, as in
# lesson 13. Batch norm keeps the *forward* numbers of usual size; He et al.
# (2015) report that backward ones do not vanish either. And an experiment that
# separates the explanations: a start at which the added pairs do nothing, or
# ten times as many steps.
#
# </details>
#
# *Derive.* Up to which number $r$ of 1 x 1 filters does the pair "1 x 1, then
# 5 x 5" cost less than 5 x 5 alone, from depth $c$ to $k$ maps?
#
# <details><summary>What a good answer contains</summary>
#
# $rc + 25rk < 25ck$, so $r < 25ck / (c + 25k)$. For large $k$ that is nearly
# $c$: any real reduction pays. And the price: $r$ maps must be enough to hold
# what the 5 x 5 filters need.
#
# </details>

# %% [markdown]
# ## You can now
# - show degradation, and say why it is not over-fitting;
# - count any row of a convolutional network, and check it two more ways;
# - say that weights sit in dense layers and time in convolutions, with
#   AlexNet's and VGG-16's numbers;
# - write an inception module and a residual block, with its projection;
# - say what 16.4, 18.2, 15.3 and 26.2 % are, and why 227 and not 224.
#
# Next: a residual network of your own, on a hundred classes (lesson 07), and
# then networks that others trained (lesson 08).
#
# **References.** Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998),
# *Gradient-based learning applied to document recognition*, Proceedings of the
# IEEE 86. J. Deng et al. (2009), *ImageNet: a large-scale hierarchical image
# database*, CVPR. A. Krizhevsky, I. Sutskever and G. Hinton (2012), *ImageNet
# classification with deep convolutional neural networks*, NIPS: 18.2, 16.4,
# 15.3 and 26.2 %. M. Zeiler and R. Fergus (2014), *Visualizing and
# understanding convolutional networks*, ECCV. K. Simonyan and A. Zisserman
# (2014), *Very deep convolutional networks for large-scale image recognition*,
# arXiv:1409.1556. C. Szegedy et al. (2014), *Going deeper with convolutions*,
# arXiv:1409.4842. K. He, X. Zhang, S. Ren and J. Sun (2015), *Deep residual
# learning for image recognition*, arXiv:1512.03385. O. Russakovsky et al.
# (2015), *ImageNet large scale visual recognition challenge*, IJCV 115: 2010
# to 2014, and people; 2016 from image-net.org. J. Hu, L. Shen and G. Sun
# (2017), *Squeeze-and-excitation networks*, arXiv:1709.01507: 2017. M. Sandler
# et al. (2018), *MobileNetV2: inverted residuals and linear bottlenecks*,
# arXiv:1801.04381. S. Sabour, N. Frosst and G. Hinton (2017), *Dynamic
# routing between capsules*, NIPS. The AlexNet table is often taught as
# learnopencv.com (2018) prints it.
#
# ## Reference
#
# You will come back for these; nothing above needs them.
#
# ### More depths, more training
#
# The stacks of the first section, trained three times as long, with two more
# depths (`benchmarks/landmarks.py`; the full profile trains them here):

# %%
measured = profile.module("measured")
figures.errors_by_depth(measured.DEPTHS, measured.TRAINING_ERRORS)

# %%
for name, rows in measured.TRAINING_ERRORS.items():
    means = [f"{np.mean(row):.1f}" for row in rows]
    print(f"{name}: {', '.join(means)} % at {measured.DEPTHS} layers")
assert np.all(np.diff(np.mean(measured.TRAINING_ERRORS["plain"], 1)) > 0)

# %% [markdown]
# The *training* error of the plain stacks rises from 14 layers on, and there
# the ranges of three seeds do not touch. With shortcuts it is 0 but for one of
# the three seeds at 38 layers, which ended at 10 %. The same three with other
# rounding (one core instead of two) ended at 0, 0.4 and 58.6 %: at a rate of
# 0.1 so deep a stack does not start safely, shortcuts or not. He et al. (2015)
# met that with 110 layers, and began with 0.01.
#
# It is a small copy of what they report for CIFAR-10. On ImageNet (18 and 34
# layers) they trained three times as long, and the gap stayed. What ours does
# not tell: whether ten times the training would bring the plain stacks down,
# too.
#
# ### What each level responds to
#
# "Contrast, then edges, then an eye": can one see it? M. Zeiler and R. Fergus
# (2014) looked for the pictures that excite a map most. Do the same with the
# kit's own encoder, five convolutions that were trained on eighty kinds of
# drawn things (lesson 08), and 1,000 pictures that it has not been trained
# with. A unit of its first layer sees 3 x 3 pixels, one of the third 9 x 9,
# one of the fifth 33 x 33 (exercise 06.6 counts it), so the whole picture:

# %%
from coursekit.transfer import encoders

fields = {"relu1": (1, 1, 3), "relu3": (4, 1, 9), "relu5": (8, 9, 33)}
encoder = encoders.load("objects80")
ends = [encoder.get_layer(name).output for name in fields]
reader = keras.Model(encoder.input, ends)
objects = ck.data.load("objects100").test
shown = objects.x[:1000]
halves = [reader(shown[k : k + 500]) for k in (0, 500)]
maps = [keras.ops.concatenate(pair) for pair in zip(*halves)]
maps = [keras.ops.convert_to_numpy(m) for m in maps]


# %%
def excites(maps, pictures, channel, field, count=6):
    """The patches (count, side, side, 3) that a map responds to most."""
    step, before, side = field  # a unit starts before pixels before step * k
    flat = maps[..., channel].reshape(len(maps), -1)
    best = np.argsort(-flat.max(axis=1))[:count]
    rows, columns = np.unravel_index(flat[best].argmax(1), maps.shape[1:3])
    edge = (side, side)
    framed = np.pad(
        pictures[best], ((0, 0), edge, edge, (0, 0)), constant_values=128
    )
    tops, lefts = (step * k - before + side for k in (rows, columns))
    return np.stack(
        [
            picture[top : top + side, left : left + side]
            for picture, top, left in zip(framed, tops, lefts)
        ]
    )


# %%
patches = {
    name: [excites(maps[k], shown, channel, field) for channel in range(6)]
    for k, (name, field) in enumerate(fields.items())
}
figures.responds(patches)

# %% [markdown]
# Each line is one map, the first six of each layer, not chosen; in it the six
# places that excite it most, each in another picture (grey is beyond its
# edge). At the first layer: edges and colours. At the third: corners, windows,
# an eye. At the fifth: tower blocks, vehicles, things with wheels. What such a
# picture cannot show is what else would excite a map, and that many maps have
# no name.
#
# ### The network that looked inside
#
# The network of Zeiler and Fergus begins with 7 x 7 filters and stride 2, on
# 224 pixels. Its drawing has 110 and 55; the formula without padding gives
# other numbers:

# %%
for p in (0, 1):
    first = size(224, 7, 2, p)
    print(f"padding {p}: {first}, after the pooling {size(first, 3, 2, p)}")
rows = [("conv1", "conv", 96, 7, 2, 1), ("pool1", "pool", 3, 2, 1)]
zeiler_rows, *_ = counted(rows, (224, 224, 3))
print(f"into its dense part: 6 x 6 x 256 = {6 * 6 * 256:,}")
assert zeiler_rows["pool1"][0] == (55, 55, 96)

# %% [markdown]
# With one pixel of padding the drawing is right: 110, and 55 x 55 x 96 after
# the pooling. Then contrast is normalised across maps: as in AlexNet, a number
# is divided by what its neighbours in depth amount to. (Batch norm took the
# place of that.) Its dense part reads 6 x 6 x 256 = 9,216 numbers, too.
#
# ### ImageNet, and LeNet against AlexNet
#
# ImageNet (Deng et al. 2009) holds about 14 million pictures of some 22,000
# kinds, named by paid crowd workers; the contest's part has 1.2 million and
# 1,000. What changed in the 14 years from one network to the other?

# %%
times = totals["AlexNet"] / totals["LeNet-5"]
print(f"parameters: {times:,.0f} times as many")
print(f"pictures: {1_200_000 / 60_000:.0f} times as many as MNIST's 60,000")

# %% [markdown]
# | | LeNet-5 | AlexNet |
# |---|---|---|
# | layers with weights | 5 (here); 7 with its poolings | 8; 7 are hidden |
# | pictures | 60,000 ("$10^3$" is often written) | 1.2 million, $10^6$ |
# | bends by | tanh | ReLU |
# | regularised by | little | dropout, shifted and mirrored copies |
# | computed on | a processor | two graphics cards ("50 times" a processor) |
#
# ### What none of them has
#
# A convolution finds a pattern wherever it is; pooling forgets a little of
# where. That an eye must sit *above* a mouth is nowhere written. **Capsule
# networks** (Sabour et al. 2017) hand on a vector for each thing found, its
# pose included, and let the parts vote. They are named here as a road that few
# took.
