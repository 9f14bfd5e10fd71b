# %% [markdown]
# # 03 · Non-linearity and pooling
#
# You will say what an activation does to a signal and to its gradient, and
# what
# pooling keeps, throws away and forgives.
#
# | | |
# |---|---|
# | **Before this** | [01](01_images_are_tensors.ipynb) and 02 |
# | **Time** | 45 min to read, 25 s to run (quick), 2 min on a GPU (full) |
# | **Data** | 1,797 real digits (quick), MNIST (full) |
# | **Hardware** | any laptop |
# | **You should end with** | a measured limit of pooling's forgiveness |
#
# ## In this lesson you will
# - prove that layers without activations collapse into one;
# - compute six activations with their slopes, and see where they saturate;
# - measure the gradient that reaches the first of many layers;
# - pool by hand: max, average, sum, min and global;
# - follow a gradient through a maximum;
# - measure how much shift, rotation and scale pooling forgives.

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
# That cell looks for the course's files. It is the first of every lesson, and
# you never have to read it. The second one starts the lesson: it fixes the
# random numbers, so that you see what is printed here, and says what it uses.

# %%
import coursekit as ck

profile = ck.start("03")

# %% [markdown]
# ## Why anything but a straight line?
#
# Two dense layers, one after the other, without activation. What can they do
# that one cannot?

# %%
import numpy as np

rng = np.random.default_rng(profile.seed)
x = rng.standard_normal((5, 3))
first, second = rng.standard_normal((3, 4)), rng.standard_normal((4, 2))
two_layers = (x @ first) @ second
one_layer = x @ (first @ second)
print(np.allclose(two_layers, one_layer), (first @ second).shape)
assert np.allclose(two_layers, one_layer)

# %% [markdown]
# Nothing. A product of matrices is a matrix: a hundred such layers are one. It
# is the bend between the layers that makes depth worth something. With one
# kink, two units already compute what no single layer can, the exclusive or:


# %%
def relu(x):
    return np.maximum(x, 0)


pairs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
hidden = relu(pairs @ np.array([[1, 1], [1, 1]]) + np.array([0, -1]))
print(hidden @ np.array([1, -2]))  # 0 xor 0, 0 xor 1, 1 xor 0, 1 xor 1

# %% [markdown]
# ## Six bends
#
# Each activation is a function of one number. What matters as much as its
# value is its **slope**, since the gradient is multiplied by it on the way
# back. Write both down:


# %%
def sigmoid(x):
    return 1 / (1 + np.exp(-x))


functions = {
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x))),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "ReLU": (relu, lambda x: (x > 0) * 1.0),
    "leaky ReLU": (
        lambda x: np.where(x > 0, x, 0.1 * x),
        lambda x: np.where(x > 0, 1.0, 0.1),
    ),
    "ELU": (
        lambda x: np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1),
        lambda x: np.where(x > 0, 1.0, np.exp(np.minimum(x, 0))),
    ),
}

# %% [markdown]
# Predict: which slope never exceeds a quarter?

# %%
from coursekit.figures import activations

activations.curves_and_slopes(functions)

# %% [markdown]
# The sigmoid's: at 0 it is 0.5 x 0.5. At 5 it is almost nothing; the unit is
# **saturated**, and a saturated unit hardly learns:

# %%
for name, (_, slope) in functions.items():
    low, middle, high = slope(np.array([-5.0, 1e-9, 5.0]))
    print(f"{name:<11} slope at -5, 0, 5: {low:.4f} {middle:.4f} {high:.4f}")
assert np.isclose(functions["sigmoid"][1](0.0), 0.25)

# %% [markdown]
# (At exactly 0 ReLU has no slope; libraries take 0. The table shows the slope
# just above.) Are the formulas right? Nudge, as always, and compare with
# Keras:

# %%
import keras
from keras import ops

points = np.linspace(-4.05, 4.05, 82)  # 0, where ReLU bends, is not among them
theirs = {
    "sigmoid": ops.sigmoid,
    "tanh": ops.tanh,
    "ReLU": ops.relu,
    "leaky ReLU": lambda x: ops.leaky_relu(x, negative_slope=0.1),
    "ELU": ops.elu,
}
for name, (function, slope) in functions.items():
    nudged = (function(points + 1e-6) - function(points - 1e-6)) / 2e-6
    assert np.allclose(nudged, slope(points), atol=1e-6)
    same = np.array(theirs[name](points.astype("float32")))
    assert np.allclose(same, function(points), atol=1e-6)
print("five slopes checked by nudging, five values equal to Keras")

# %% [markdown]
# **Maxout** is the sixth, and different: it has weights. A maxout unit
# computes
# several straight lines and returns the largest. With two lines it can be
# ReLU,
# or the absolute value; with more, any convex curve:


# %%
def maxout(x, weights, biases):
    """Largest of k lines: x (n,), weights (k,), biases (k,) -> (n,)."""
    return (x[:, np.newaxis] * weights + biases).max(axis=1)


line = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
print("as ReLU          ", maxout(line, np.array([0, 1]), np.zeros(2)))
print("as absolute value", maxout(line, np.array([-1, 1]), np.zeros(2)))

# %% [markdown]
# How close can four lines come to a parabola? The lines that touch it at -1.5,
# -0.5, 0.5 and 1.5 lie below it everywhere:

# %%
touch = np.array([-1.5, -0.5, 0.5, 1.5])
fine = np.linspace(-2, 2, 401)
gap = fine**2 - maxout(fine, 2 * touch, -(touch**2))
print(
    f"never above: {bool((gap > -1e-12).all())}, at most {gap.max():.2f} off"
)
assert gap.max() <= 0.25 + 1e-12

# %% [markdown]
# The price: k times as many weights.
#
# ## Dead units
#
# A ReLU whose input is negative for *every* example has slope 0 everywhere. No
# gradient, no change, for ever: the unit is dead. A large step is enough to
# kill it. Here the bias is pushed down by 5:

# %%
inputs = rng.standard_normal((1000, 10))
weights = rng.standard_normal((10, 100)) / np.sqrt(10)


def alive(bias):
    """Share of 100 ReLU units that fire for at least one example."""
    return float(((inputs @ weights + bias) > 0).any(axis=0).mean())


print("bias 0:", alive(0.0), "  bias -5 mostly dead:", alive(-5.0) < 0.05)
assert alive(0.0) == 1.0 and alive(-5.0) < 0.05

# %% [markdown]
# Leaky ReLU and ELU never die: their slope is not zero on the left.
#
# ## Many layers deep
#
# Stack many dense layers and ask how much gradient reaches the first. The
# weights start so that signals neither grow nor shrink by themselves (Glorot
# for the first two, He for ReLU). What remains is the activation. Guess the
# ratio of first to last layer for the sigmoid:

# %%
import tensorflow as tf
from keras import layers

start = {
    "sigmoid": "glorot_uniform",
    "tanh": "glorot_uniform",
    "relu": "he_uniform",
}


def deep_network(activation):
    x = image = layers.Input((784,))
    for _ in range(profile.depth):
        x = layers.Dense(
            64, activation=activation, kernel_initializer=start[activation]
        )(x)
    return keras.Model(image, layers.Dense(10)(x))


# %%
dataset = ck.data.load(profile.dataset, size=profile.size)
some = dataset.train.x[:256].reshape(256, -1).astype("float32") / 255
some = (some - some.mean()) / some.std()
labels = dataset.train.y[:256]
loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def gradient_norms(model):
    """Norm of each hidden kernel's gradient, first layer first."""
    with tf.GradientTape() as tape:
        loss = loss_function(labels, model(some))
    kernels = [layer.kernel for layer in model.layers[1:-1]]
    return [float(ops.norm(g)) for g in tape.gradient(loss, kernels)]


norms = {name: gradient_norms(deep_network(name)) for name in start}

# %% tags=["nbval-approx"]
activations.gradient_by_depth(norms)

# %%
ratio = {name: values[0] / values[-1] for name, values in norms.items()}
print("sigmoid loses more than 8 powers of ten:", ratio["sigmoid"] < 1e-8)
print(
    "tanh and ReLU lose less than 2:", min(ratio["tanh"], ratio["relu"]) > 1e-2
)
assert ratio["sigmoid"] < 1e-8
assert min(ratio["tanh"], ratio["relu"]) > 1e-2

# %% [markdown]
# A quarter at most per layer: twenty layers, and nothing is left. This is why
# the sigmoid has gone from hidden layers. (It stays where a number between 0
# and 1 is meant: gates and probabilities.)
#
# Does it matter for learning? Train each for a moment:

# %%
x_train = dataset.train.x.reshape(len(dataset.train), -1) / 255.0
mean, std = x_train.mean(), x_train.std()
x_test = dataset.test.x.reshape(len(dataset.test), -1) / 255.0
trained = {}
for name in start:
    model = deep_network(name)
    model.compile(
        keras.optimizers.Adam(1e-3),
        loss_function,
        metrics=["accuracy"],
        steps_per_execution=16,
        jit_compile=False,
    )
    model.fit(
        (x_train - mean) / std,
        dataset.train.y,
        profile.batch_size,
        profile.epochs,
        verbose=0,
    )
    score = model.evaluate((x_test - mean) / std, dataset.test.y, verbose=0)
    trained[name] = score[1]

# %%
print(
    "20 sigmoid layers learn nothing (under 20 %):", trained["sigmoid"] < 0.2
)
print("20 ReLU layers do (over 80 %):", trained["relu"] > 0.8)
assert trained["sigmoid"] < 0.2 and trained["relu"] > 0.8

# %% [markdown]
# ## Pooling, by hand
#
# After a convolution each map says *where* a feature is. Pooling keeps the
# strongest answer of each neighbourhood and forgets exactly where in it. Take
# the largest of each 2 x 2 block, first on paper:

# %%
a = np.array([[1, 2, 5, 3], [3, 0, 1, 2], [2, 1, 3, 4], [1, 1, 2, 0]])


def pool(image, size, stride, reduce):
    """Slide a size x size window by stride; reduce each to one number."""
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))
    return reduce(windows[::stride, ::stride], axis=(2, 3))


print(pool(a, 2, 2, np.max))
assert pool(a, 2, 2, np.max).tolist() == [[3, 5], [2, 4]]

# %% [markdown]
# The same window with another rule. Here the lecturer's board is often wrong
# in one place. Which?

# %%
b = np.array([[4, 3, 1, 5], [1, 3, 4, 8], [4, 5, 4, 3], [6, 5, 9, 4]])
for name, rule in (
    ("max", np.max),
    ("average", np.mean),
    ("min", np.min),
    ("sum", np.sum),
):
    print(f"{name:<8}", pool(b, 2, 2, rule).tolist())

# %%
assert pool(b, 2, 2, np.max).tolist() == [[4, 8], [6, 9]]
assert pool(b, 2, 2, np.mean).tolist() == [[2.75, 4.5], [5, 5]]

# %% [markdown]
# | often written | computed | why |
# |---|---|---|
# | average, lower left: 5.3 | 5.0 | (4 + 5 + 6 + 5) / 4 |
# | "2 x 2, stride 1" halving the map | stride 2 | 1 keeps the size |
# | "stride 0" | does not exist | the window would never move |

# %%
c = np.array([[1, 4, 2, 1], [5, 8, 3, 4], [7, 6, 4, 5], [1, 3, 1, 2]])
print("stride 2:", pool(c, 2, 2, np.max).tolist())
print("stride 1:", pool(c, 2, 1, np.max).shape)
assert pool(c, 2, 2, np.max).tolist() == [[8, 4], [7, 5]]
assert pool(c, 2, 1, np.max).shape == (3, 3)

# %% [markdown]
# The size follows the same formula as the convolution, without padding:
# $\lfloor (n - f)/s \rfloor + 1$. AlexNet pools with overlap, windows of 3
# with stride 2:


# %%
def pooled_size(n, f, s):
    return (n - f) // s + 1


print(
    55,
    "->",
    pooled_size(55, 3, 2),
    "->",
    pooled_size(pooled_size(55, 3, 2), 3, 2),
)
assert pooled_size(55, 3, 2) == 27 and pooled_size(27, 3, 2) == 13

# %% [markdown]
# In Keras each is a line. They agree with your function, and none of them has
# a single parameter:

# %%
batch = b[np.newaxis, :, :, np.newaxis].astype("float32")
for layer, rule in (
    (layers.MaxPooling2D(2), np.max),
    (layers.AveragePooling2D(2), np.mean),
):
    theirs = np.array(layer(batch))[0, :, :, 0]
    assert (theirs == pool(b, 2, 2, rule)).all()
    assert layer.count_params() == 0
print("equal to Keras, 0 parameters")

# %% [markdown]
# Keras has no min pooling. It needs none: turn the sign round, twice.

# %%
minimum = -np.array(layers.MaxPooling2D(2)(-batch))[0, :, :, 0]
print(minimum.tolist())
assert (minimum == pool(b, 2, 2, np.min)).all()

# %% [markdown]
# **Global pooling** takes the whole map as its window: one number a map,
# whatever its size.

# %%
maps = rng.random((1, 7, 5, 3)).astype("float32")
pooled = np.array(layers.GlobalAveragePooling2D()(maps))
print(pooled.shape, bool(np.allclose(pooled, maps.mean(axis=(1, 2)))))
assert np.allclose(pooled, maps.mean(axis=(1, 2)), atol=1e-6)

# %% [markdown]
# ## Which pooling for which background?
#
# "Max pooling picks the bright pixels" is half a truth: it picks the *large
# numbers*. Whether those are ink depends on how the picture is stored. Take a
# digit, and its negative:

# %%
digit = dataset.test.x[0, :, :, 0] / 255
activations.pooled_pictures(
    {
        name: {
            "picture": image,
            "max 4 x 4": pool(image, 4, 4, np.max),
            "average": pool(image, 4, 4, np.mean),
            "min": pool(image, 4, 4, np.min),
        }
        for name, image in (("ink bright", digit), ("ink dark", 1 - digit))
    }
)

# %% [markdown]
# Light strokes on dark: max keeps them and min wipes them out. Dark on light:
# the reverse. The two rows say the same thing, since

# %%
same = np.allclose(
    pool(1 - digit, 4, 4, np.max), 1 - pool(digit, 4, 4, np.min)
)
print("max of the negative = negative of the min:", same)
assert same

# %% [markdown]
# Inside a network the maps are activations, where large *means* "found it".
# That is why max pooling is the usual choice there.
#
# ## The gradient through a maximum
#
# Only the largest number of a window reaches the output. So only it is to
# blame: the whole gradient goes to that place, and the others get none. An
# average shares it out equally. Predict both matrices for `a`:

# %%
image = tf.constant(a[np.newaxis, :, :, np.newaxis], dtype="float32")


def routed(layer):
    """Gradient of the sum of all outputs, for each input: (4, 4)."""
    with tf.GradientTape() as tape:
        tape.watch(image)
        total = tf.reduce_sum(layer(image))
    return tape.gradient(total, image)[0, :, :, 0].numpy()


print(routed(layers.MaxPooling2D(2)).astype(int))
print(routed(layers.AveragePooling2D(2)))

# %%
route = routed(layers.MaxPooling2D(2))
largest = a == np.kron(pool(a, 2, 2, np.max), np.ones((2, 2)))
print("1 exactly where the maximum is:", bool((route == largest).all()))
assert (route == largest).all()
assert (routed(layers.AveragePooling2D(2)) == 0.25).all()

# %% [markdown]
# With a tie TensorFlow sends it all to the first of the equal places.
#
# ## What pooling forgives
#
# Move a picture by one pixel, and its feature maps move with it (that is
# *equivariance*). After pooling, how much of the description is still the
# same?
# First some feature maps: edges in four directions, negative answers cut off
# by
# a ReLU.


# %%
sobel = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]) / 4


def edge_maps(pictures):
    """(n, 28, 28) -> (n, 4, 28, 28): left, right, upper, lower edges."""
    padded = np.pad(pictures, ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(
        padded, (3, 3), axis=(1, 2)
    )
    kernels = (sobel, -sobel, sobel.T, -sobel.T)
    maps = [relu((windows * kernel).sum(axis=(3, 4))) for kernel in kernels]
    return np.stack(maps, axis=1)


def describe(pictures, size):
    """Edge maps, max pooled with windows of size x size."""
    maps = edge_maps(pictures)
    windows = np.lib.stride_tricks.sliding_window_view(
        maps, (size, size), axis=(2, 3)
    )
    return windows[:, :, ::size, ::size].max(axis=(4, 5))


# %% [markdown]
# How alike are two descriptions? The cosine of the angle between them is 1 for
# identical ones. But what is a *low* cosine? Take as zero what pictures of two
# different digits have on average. So **likeness** 1 means unchanged, and 0
# means: as unlike as another digit.


# %%
def cosine(a, b):
    """Of each pair along the first axis: (n,)."""
    axes = tuple(range(1, a.ndim))
    dot = (a * b).sum(axis=axes)
    return dot / np.sqrt((a**2).sum(axis=axes) * (b**2).sum(axis=axes))


sample, kinds = dataset.test.x[:64, :, :, 0] / 255.0, dataset.test.y[:64]
i, j = np.triu_indices(64, 1)
different = kinds[i] != kinds[j]


def likeness(changed, size):
    before, after = describe(sample, size), describe(changed, size)
    other = cosine(before[i[different]], before[j[different]]).mean()
    return float((cosine(before, after).mean() - other) / (1 - other))


# %% [markdown]
# Three kinds of change: shift, rotation, scale. The last two resample the
# picture around its centre:


# %%
def shifted(pixels):
    return np.roll(sample, pixels, axis=2)


def resampled(degrees=0.0, scale=1.0):
    """Rotate and enlarge about the centre (nearest pixel)."""
    angle = np.deg2rad(degrees)
    rows, columns = (np.indices((28, 28)) - 13.5) / scale
    source_row = np.cos(angle) * rows - np.sin(angle) * columns
    source_column = np.sin(angle) * rows + np.cos(angle) * columns
    r = np.clip(np.round(source_row + 13.5), 0, 27).astype(int)
    c = np.clip(np.round(source_column + 13.5), 0, 27).astype(int)
    return sample[:, r, c]


# %% [markdown]
# Which of the three will pooling forgive? Draw your curves first:

# %%
changes = {
    "shift (pixels)": ([0, 1, 2, 3, 4], shifted),
    "rotation (degrees)": ([0, 10, 20, 30, 40], resampled),
    "scale (factor)": (
        [1.0, 1.1, 1.25, 1.5, 2.0],
        lambda factor: resampled(scale=factor),
    ),
}
panels = {
    label: (
        amounts,
        {
            name: [likeness(change(amount), size) for amount in amounts]
            for name, size in (("no pooling", 1), ("2 x 2", 2), ("4 x 4", 4))
        },
    )
    for label, (amounts, change) in changes.items()
}

# %% tags=["nbval-approx"]
activations.likeness_curves(panels)

# %%
by_shift = panels["shift (pixels)"][1]
for name, values in by_shift.items():
    print(f"{name:<11} shifted by 1: {values[1]:.2f}  by 2: {values[2]:.2f}")
assert by_shift["4 x 4"][1] > by_shift["2 x 2"][1] > by_shift["no pooling"][1]
assert by_shift["4 x 4"][2] > by_shift["no pooling"][2] + 0.1

# %% [markdown]
# Read the curves. Pooling forgives a shift of a pixel or two, a larger window
# a
# little more: **local translation invariance**, bought with a coarser picture.
# Small turns and sizes are forgiven for the same reason, since they move each
# stroke by a pixel or two. Then all curves dive through zero together:

# %%
for label, (amounts, lines) in panels.items():
    print(
        f"{label} {amounts[-1]}: below 0.1 for every pooling:",
        max(values[-1] for values in lines.values()) < 0.1,
    )
    assert max(values[-1] for values in lines.values()) < 0.1

# %% [markdown]
# Below zero a shifted four is less like itself than like another digit.
# Nothing
# here is invariant in earnest. How far can you trust the curves? They are for
# one kind of feature and 64 soft digits: the order of the curves is typical,
# the numbers are not.
#
# | often said | measured |
# |---|---|
# | "pooling makes a CNN shift invariant" | only to shifts below the window |
# | "rotation and scale do not matter" | neither is forgiven |
# | "pooling reduces parameters" | it saves them in dense layers only |
#
# ## Common mistakes
#
# **An activation on the last layer of a regression.** The temperature is -3
# degrees and the output is a ReLU. The symptom: it can never be reached.

# %%
print("the best a ReLU can do for -3:", float(ops.relu(-3.0)))

# %% [markdown]
# **Sigmoid in every hidden layer.** You have just seen the symptom: a loss
# that
# stays at 2.30, because nothing reaches the first layers. Look at the gradient
# norms before you change anything else.
#
# **Stride 0.** The symptom is an error that says so:

# %%
with ck.expect_error(ValueError):
    layers.Conv2D(filters=1, kernel_size=2, strides=0)

# %% [markdown]
# **Pooling until nothing is left.** 28 halves to 14, 7, 3 and 1. The fifth
# pooling has no window to slide:

# %%
with ck.expect_error(ValueError):
    x = layers.Input((28, 28, 1))
    for _ in range(5):
        x = layers.MaxPooling2D(2)(x)

# %% [markdown]
# ## Quiz

# %%
ck.quiz("03")

# %% [markdown]
# ## Exercises
#
# **03.1 (warm-up)** A map of 64 x 64 goes through max pooling with windows of
# 3
# and stride 2, without padding, twice. Set `answer` to the side of the result.

# %%
answer = ...  # your number here

# %%
ck.check("03.1", answer)

# %% [markdown]
# **03.2 (core)** Write `average_pool(image, size)`: mean over blocks that do
# not overlap. Rows and columns that do not fill a block are dropped.


# %%
def average_pool(image, size):
    """(height, width) -> (height // size, width // size)."""
    ...  # your code here


# %%
ck.check("03.2", average_pool)

# %% [markdown]
# **03.3 (core)** Write `relu_backward(x, gradient)`: the gradient of the loss
# with respect to the input of a ReLU, given the one with respect to its
# output.


# %%
def relu_backward(x, gradient):
    """Both of one shape; at 0 the slope is 0."""
    ...  # your code here


# %%
ck.check("03.3", relu_backward)

# %% [markdown]
# **03.4 (stretch)** Write `max_pool_backward(image, gradient)`: the same for a
# 2 x 2 max pooling with stride 2. `gradient` has half the sides of `image`. No
# window holds a tie.


# %%
def max_pool_backward(image, gradient):
    """(2h, 2w) and (h, w) -> (2h, 2w)."""
    ...  # your code here


# %%
ck.check("03.4", max_pool_backward)

# %% [markdown]
# ## You can now
# - prove why a network needs bends between its layers;
# - draw six activations with their slopes, and say which saturate;
# - measure how much gradient reaches the first layer: sigmoids lose it all;
# - pool by hand, and say what stride and window do to the size;
# - route a gradient through a maximum;
# - say what pooling forgives: small shifts, and neither turns nor sizes.
#
# Next you put convolution, activation and pooling together:
# [04 · The first CNN](04_first_cnn.ipynb).
#
# **References.** X. Glorot and Y. Bengio (2010), *Understanding the difficulty
# of training deep feedforward neural networks*, AISTATS. K. He et al. (2015),
# *Delving deep into rectifiers*, ICCV. I. Goodfellow et al. (2013), *Maxout
# networks*, ICML. D.-A. Clevert, T. Unterthiner and S. Hochreiter (2016),
# *Fast
# and accurate deep network learning by exponential linear units*, ICLR. A.
# Krizhevsky, I. Sutskever and G. Hinton (2012), *ImageNet classification with
# deep convolutional neural networks*, NeurIPS.
