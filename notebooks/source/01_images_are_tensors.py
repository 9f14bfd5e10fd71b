# %% [markdown]
# # 01 · Images are tensors, and why a dense layer is the wrong tool
#
# You will turn pictures into numbers, train a classifier on them with nothing
# but NumPy, and then break it by moving a picture three pixels.
#
# | | |
# |---|---|
# | **Before this** | [00 · Start here](00_start_here.ipynb) |
# | **Time** | 40 min to read, 30 s to run (quick), 1 min on a GPU (full) |
# | **Data** | 1,797 real handwritten digits (quick), MNIST (full) |
# | **Hardware** | any laptop; a GPU brings nothing here |
# | **You should end with** | about 96 % of unseen digits right (full: 92 %) |
#
# ## In this lesson you will
# - read a picture as an array of numbers, grey and in colour;
# - turn labels into one-hot vectors and scores into probabilities;
# - train softmax regression by hand, and prove that Keras computes the same
#   gradient;
# - look at what the classifier has learned, as a picture;
# - count the weights that a dense layer needs for a photograph;
# - shift the digits and watch the accuracy fall.

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

profile = ck.start("01")

# %% [markdown]
# ## A picture is a table of numbers
#
# Here is one of the digits that you will classify. What would a program have
# to look at to tell that it is a zero?

# %%
from coursekit.figures import images

small = ck.data.load("digits", size=8)
zero = small.train.x[small.train.y == 0][2, :, :, 0]
images.pixel_values(zero, "a handwritten 0")

# %% [markdown]
# On the right is everything the program gets: 64 whole numbers. Each number
# is a **pixel**. By the usual convention 0 is black and 255 is white.

# %%
zero.shape, zero.dtype, zero.min(), zero.max()

# %% [markdown]
# Why 255? One byte has eight bits, so it holds one of this many values:

# %%
2**8

# %% [markdown]
# | often said | what the array says |
# |---|---|
# | "0 is white and 255 is black ink" | 0 is **black**, 255 is **white** |
# | "so the ink of a scan is dark" | here and in MNIST ink is **bright** |
#
# Check it rather than trust it: in the array above the strokes are the large
# numbers. The four corners are paper:

# %%
corners = zero[[0, 0, -1, -1], [0, -1, 0, -1]]
print(corners, "paper is dark here:", bool(corners.max() < 50))

# %% [markdown]
# A network does not like numbers in the hundreds (you will see why under
# *Common mistakes*). So you scale them to the range from 0 to 1:

# %%
scaled = zero / 255
scaled.min(), scaled.max()

# %% [markdown]
# ## Colour is three tables
#
# A colour picture stores three numbers a pixel: how much red, green and blue.
# Look at a photograph and its three **channels**. Where will the blue channel
# be bright?

# %%
photos = ck.data.load("photos")
flower = photos.images["flower"][20:190, 60:240]
images.channels(flower, "flower")

# %% [markdown]
# The petals are bright in red, half bright in green and dark in blue: that is
# what orange is. The array has three axes:

# %%
flower.shape  # (height, width, channels)

# %%
flower[40, 60]  # one petal pixel: much red, less green, little blue

# %% [markdown]
# Keras expects the channels **last**, and a **batch** axis in front: a network
# is always given several pictures at once, even if "several" is one.

# %%
import numpy as np

batch = np.stack([flower, flower[:, ::-1]])  # the photo and its mirror image
batch.shape  # (batch, height, width, channels)

# %% [markdown]
# A grey picture has one channel, and that axis stays:

# %%
small.train.x.shape

# %% [markdown]
# ## Labels become vectors
#
# Suppose you sort pictures by colour: red, green, blue. You could number them
# 0, 1, 2. But then "blue" is twice "green", and green lies *between* red and
# blue. Nothing of the sort is true. A **one-hot** vector says only which one
# it is:

# %%
colours = ("red", "green", "blue")
for colour, row in zip(colours, np.eye(3, dtype=int)):
    print(f"{colour:<6}", row)

# %% [markdown]
# Every two of them are equally far apart. That is the point:

# %%
one_hot = np.eye(3)
distances = [
    np.linalg.norm(one_hot[i] - one_hot[j])
    for i, j in ((0, 1), (0, 2), (1, 2))
]
print(np.round(distances, 3))
assert np.allclose(distances, np.sqrt(2))

# %% [markdown]
# Indexing the identity matrix with the labels makes a whole batch at once:

# %%
labels = np.array([2, 0, 1, 2])
np.eye(3, dtype=int)[labels]

# %% [markdown]
# ## From evidence to probability
#
# The simplest classifier weighs every pixel. For each class it adds up
# **evidence**: pixels that speak for the class count positive, pixels that
# speak against it count negative.
#
# $$\text{evidence} = W x + b$$
#
# Take a "picture" of two pixels, and three classes. Do it on paper first:

# %%
x = np.array([1.0, 2.0])  # two pixels
W = np.array([[2.0, 0.0], [-1.0, 1.0], [0.0, 0.0]])  # (classes, pixels)
b = np.array([0.0, 0.0, 0.0])
evidence = W @ x + b
print(evidence)

# %% [markdown]
# Evidence can be any number. A probability must lie between 0 and 1, and the
# probabilities of all classes must add up to 1. The **softmax** does both:
#
# $$\text{softmax}(z)_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$$
#
# It makes everything positive, then shares out one whole. Which class gets
# most? And does the class with evidence 0 get nothing?


# %%
def softmax(z):
    """Probabilities along the last axis; any shape (..., classes)."""
    z = z - z.max(axis=-1, keepdims=True)  # changes nothing but overflow
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


probability = softmax(evidence)
print(np.round(probability, 3), "sum", round(float(probability.sum()), 6))
assert np.isclose(probability.sum(), 1)

# %% [markdown]
# Evidence 0 is not "no chance": it is one share out of $e^2 + e^1 + e^0$.
# Only *differences* of evidence count, so you may subtract the largest one
# first. Without that line a large evidence ends in an overflow:

# %%
with np.errstate(over="ignore", invalid="ignore"):
    print(np.exp(1000.0) / np.exp(1000.0))
print(softmax(np.array([1000.0, 0.0])))

# %% [markdown]
# ## How wrong is a prediction?
#
# The right class had probability $p$. The **cross-entropy** loss is $-\log p$:
# nothing to pay for certainty that is justified, more and more for certainty
# that is not.

# %%
for p in (1.0, 0.5, 0.1, 0.01):
    print(f"p = {p:<5} loss {-np.log(p) + 0:.3f}")

# %% [markdown]
# Ten classes and no idea: $p = 1/10$ each. Remember this number. A fresh
# ten-class network should start near it:

# %%
print(f"{-np.log(1 / 10):.3f}")

# %% [markdown]
# ## Which way is down?
#
# Training means: change $W$ and $b$ so that the loss falls. For softmax with
# cross-entropy the derivative is as simple as it could be. With $p$ the
# predicted probabilities and $y$ the one-hot label,
#
# $$\frac{\partial L}{\partial z} = p - y, \qquad
# \frac{\partial L}{\partial W} = (p - y)\,x^\top, \qquad
# \frac{\partial L}{\partial b} = p - y .$$
#
# Predicted minus wanted, times the input. Do not believe it: nudge one weight
# and see. For the two-pixel picture, let the right class be class 1:

# %%
y = np.array([0.0, 1.0, 0.0])
gradient = np.outer(softmax(W @ x + b) - y, x)  # (classes, pixels)
print(np.round(gradient, 4))


# %%
def loss(W):
    return -np.log(softmax(W @ x + b) @ y)


nudge = 1e-6
measured = np.zeros_like(W)
for i, j in np.ndindex(W.shape):
    step = np.zeros_like(W)
    step[i, j] = nudge
    measured[i, j] = (loss(W + step) - loss(W - step)) / (2 * nudge)
print(
    "largest difference below 1e-8:",
    bool(np.abs(measured - gradient).max() < 1e-8),
)
assert np.allclose(measured, gradient, atol=1e-8)

# %% [markdown]
# The formula and the nudges agree. That is how you will check every gradient
# in this course: **derive, nudge, compare**.
#
# ## Training by hand
#
# Now the real digits. One line says what you are working with:

# %%
dataset = ck.data.load(profile.dataset, size=profile.size)
print(dataset.provenance)

# %%
images.image_grid(
    np.concatenate(
        [dataset.train.x[dataset.train.y == d][:2] for d in range(10)]
    ),
    titles=[str(d) for d in range(10) for _ in range(2)],
    columns=10,
)

# %% [markdown]
# A dense classifier wants a vector, so each picture is unrolled row by row.
# How long is the vector of a 28 x 28 picture?

# %%
28 * 28


# %%
def prepare(split):
    """Images (n, 28, 28, 1) of 0..255 -> vectors (n, 784) of 0..1."""
    return split.x.reshape(len(split), -1).astype("float32") / 255


x_train, y_train = prepare(dataset.train), dataset.train.y
x_test, y_test = prepare(dataset.test), dataset.test.y
print(x_train.shape[1])

# %% [markdown]
# The same three formulas, for all pictures at once. In a batch each picture is
# a *row*, so the product is written $XW$ and $W$ has shape (784, 10). The loss
# is the mean over the pictures:


# %%
def forward(W, b, x):
    return softmax(x @ W + b)  # (n, 10)


def gradients(W, b, x, y):
    """Of the mean cross-entropy; y is one-hot, (n, 10)."""
    difference = (forward(W, b, x) - y) / len(x)
    return x.T @ difference, difference.sum(axis=0)


# %% [markdown]
# Start from zero weights. All classes are then equally likely, so you know
# the first loss before the cell runs:

# %%
W, b = np.zeros((784, 10)), np.zeros(10)
one_hot_train = np.eye(10)[y_train]
history = []
for _ in range(profile.steps):
    p = forward(W, b, x_train)
    history.append(-np.log(p[np.arange(len(p)), y_train]).mean())
    slope_W, slope_b = gradients(W, b, x_train, one_hot_train)
    W -= profile.step_size * slope_W  # against the slope: downhill
    b -= profile.step_size * slope_b
print(f"first loss {history[0]:.3f}")
print("fell at every step:", bool((np.diff(history) < 0).all()))
assert (np.diff(history) < 0).all() and history[-1] < history[0] / 3

# %% tags=["nbval-approx"]
from coursekit.figures import training

training.losses({"softmax regression": history}, ylabel="training loss")

# %% [markdown]
# The curve falls at every step. Is that luck? Half of it is not: this loss is
# convex in $W$ and $b$, a single valley, so every start leads to the same
# bottom. The other half is the size of the step. Five times as large, and it
# would leap across the valley and back at first: try it. Networks with hidden
# layers do not even have the single valley.
#
# How good is it on digits it has never seen?


# %%
def accuracy(W, b, x, y):
    return float((forward(W, b, x).argmax(axis=1) == y).mean())


majority = np.bincount(y_test).max() / len(y_test)
by_hand = accuracy(W, b, x_test, y_test)
print(f"always the commonest digit: {majority:.2f}")
print("softmax regression above 0.85:", by_hand > 0.85)
assert by_hand > 0.85

# %% [markdown]
# You trained a classifier in twelve lines. Now let Keras do the same thing.
#
# ## The same in Keras
#
# One `Dense` layer with ten units *is* $xW + b$. It returns the evidence,
# which Keras calls **logits**; the loss applies the softmax itself
# (`from_logits=True`), which is numerically safer.

# %%
import keras
from keras import layers

inputs = layers.Input((784,), name="pixels")
logits = layers.Dense(10, name="evidence")(inputs)
model = keras.Model(inputs, logits, name="softmax_regression")
model.count_params()  # 784 * 10 weights + 10 biases

# %%
assert model.count_params() == 784 * 10 + 10

# %% [markdown]
# First the proof. Put the hand-trained $W$ and $b$ into the layer, let
# TensorFlow differentiate, and compare with your own formula:

# %%
import tensorflow as tf

model.get_layer("evidence").set_weights([W, b])
loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
with tf.GradientTape() as tape:
    value = loss_function(y_train, model(x_train))
theirs = tape.gradient(value, model.trainable_variables)
mine = gradients(W, b, x_train, one_hot_train)

# %%
for name, a, t in zip(("W", "b"), mine, theirs):
    difference = np.abs(a - t.numpy()).max()
    print(
        f"dL/d{name}: largest difference below 1e-7:", bool(difference < 1e-7)
    )
    assert difference < 1e-7

# %% [markdown]
# Nothing is hidden in the library: it computes what you computed. Now train
# from fresh weights with `fit`, on small batches, and watch the *validation*
# digits, which take no part in training:

# %% tags=["nbval-approx-3e-2"]
inputs = layers.Input((784,), name="pixels")
logits = layers.Dense(10, name="evidence")(inputs)
model = keras.Model(inputs, logits, name="softmax_regression")
model.compile(
    optimizer=keras.optimizers.Adam(profile.learning_rate),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
    jit_compile=False,
)
fitted = model.fit(
    x_train,
    y_train,
    validation_data=(prepare(dataset.validation), dataset.validation.y),
    batch_size=profile.batch_size,
    epochs=profile.epochs,
    verbose=0,
    callbacks=[ck.EpochProgress(every=5)],
)

# %% tags=["nbval-approx-3e-2"]
training.training_curves(fitted.history)

# %% tags=["nbval-approx-3e-2"]
test_loss, test_accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"{dataset.name}, {len(y_test):,} test digits: {test_accuracy:.3f}")

# %% [markdown]
# How far can you trust that number? Each test digit is right or wrong, like a
# coin with a strong bias. The standard deviation of the fraction right among
# $n$ tries is $\sqrt{p(1-p)/n}$:

# %%
spread = (0.96 * 0.04 / 360) ** 0.5
print(f"{100 * spread:.1f} percentage points with 360 test digits")
print(f"{100 * (0.92 * 0.08 / 10_000) ** 0.5:.1f} with MNIST's 10,000")

# %% [markdown]
# So 96 % on 360 digits means "somewhere between 94 and 98 %", and a model that
# is half a point better is not better. (On the full MNIST, whose digits vary
# more, the same model reaches about 92 %.)

# %%
assert test_accuracy > majority + 0.7
print("beats the commonest digit by more than 70 points: True")

# %% [markdown]
# ## What has it learned?
#
# Each class has one weight per pixel, so the weights of a class form a
# picture. Blue pixels are evidence *for* the digit, red ones *against* it.
# What should the middle of the zero look like?

# %%
kernel = model.get_layer("evidence").get_weights()[0]
weight_maps = kernel.reshape(28, 28, 10)
images.weight_images(weight_maps, dataset.class_names)

# %% [markdown]
# The strong pixels at the very edge are a warning: hardly any digit has ink
# there, so one or two examples decided them.
#
# Ink in the hole of the zero is evidence against a zero. Check it in numbers:
# the mean weight of the 6 x 6 pixels in the middle.

# %%
middle = weight_maps[11:17, 11:17].mean(axis=(0, 1))  # (10,)
print("the zero has the lowest middle of all digits:", middle.argmin() == 0)
assert middle[0] < 0

# %% [markdown]
# The model is a set of ten templates, one per class, laid over the picture.
# That explains what it can do, and what it cannot.
#
# ## Why this does not scale
#
# One unit of a dense layer has one weight for every input number. For a small
# colour picture of 32 x 32 pixels:

# %%
print(f"{32 * 32 * 3:,}")

# %% [markdown]
# And for a picture of 200 x 200?

# %%
print(f"{200 * 200 * 3:,}")

# %% [markdown]
# That is *one unit*. A frame of a small video, and a layer of 1,000 units:

# %%
inputs_hd = 1280 * 720 * 3
print(f"{inputs_hd:,} inputs x 1,000 units = {inputs_hd * 1_000:,} weights")

# %% [markdown]
# The usual input of photograph classifiers, 224 x 224 in colour, is an input
# vector this long:

# %%
print(f"{224 * 224 * 3:,}")

# %% [markdown]
# Take one megapixel in colour, and let the layer have as many units as inputs:

# %%
megapixel = 1_000_000 * 3
print(f"{megapixel:,} x {megapixel:,} = {megapixel**2:.0e} weights")
assert megapixel**2 == 9 * 10**12  # nine trillion

# %% [markdown]
# Is there a way out? Two ideas, and you can count what each saves. Take a grey
# picture of 1000 x 1000 pixels and a million units:
#
# 1. *Look locally.* A unit sees only a field of 10 x 10 pixels.
# 2. *Share.* The same 10 x 10 weights are used at every place. One such set is
#    a **filter**; take 100 of them.

# %%
pixels = units = 1000 * 1000
counts = {
    "dense": pixels * units,
    "locally connected": units * 10 * 10,
    "100 shared filters": 100 * 10 * 10,
}
for name, count in counts.items():
    print(f"{name:<19} {count:>17,}")
assert list(counts.values()) == [10**12, 10**8, 10**4]

# %% [markdown]
# From a trillion to ten thousand. That is a **convolution layer**, and it is
# the subject of the next lesson. But the size is not even the worst problem.
#
# ## Move the picture
#
# A three moved two pixels to the right is still a three, to you. What about
# the ten templates?


# %%
def shift_right(images, pixels):
    """Images (n, height, width, 1) moved right, zeros coming in."""
    moved = np.zeros_like(images)
    width = images.shape[2]
    moved[:, :, pixels:] = images[:, :, : width - pixels]
    return moved


images.image_grid(
    np.concatenate([shift_right(dataset.test.x[:1], s) for s in range(7)]),
    titles=[f"{s} px" for s in range(7)],
    columns=7,
    summary="One test digit, shifted right by 0 to 6 pixels.",
)

# %%
shifts = range(0, 9, 2)
curve = []
for pixels in shifts:
    moved = shift_right(dataset.test.x, pixels).reshape(len(y_test), -1) / 255
    curve.append(model.evaluate(moved, y_test, verbose=0)[1])

# %% tags=["nbval-approx-5e-2"]
images.accuracy_against_shift(shifts, {"softmax regression": curve})

# %% [markdown]
# Four pixels, a seventh of the width, and it is mostly wrong. The model never
# learned "a stroke here, a hole there". It learned "ink at pixel 406". Move
# the ink, and every weight looks at the wrong pixel.

# %%
assert curve[0] > 0.85 and curve[-1] < 0.5
print("above 0.85 in place, below 0.5 when moved 8 pixels: True")

# %% [markdown]
# Keep this curve in mind. In [04 · The first CNN](04_first_cnn.ipynb) you draw
# it again, with a network that looks locally and shares.
#
# ## Common mistakes
#
# **Forgetting to scale.** The pixels go in as 0 to 255. The symptom: a first
# loss far from 2.303, and a loss that jumps. Compare the first losses of a
# fresh layer:

# %%
fresh = keras.Sequential([layers.Input((784,)), layers.Dense(10)])
first = {
    name: float(loss_function(y_train, fresh(x_train * factor)))
    for name, factor in (("scaled to 0..1", 1), ("as 0..255", 255))
}
print("scaled: between 2 and 3:", 2 < first["scaled to 0..1"] < 3)
print(
    "unscaled: more than 10 times as large:",
    first["as 0..255"] > 10 * first["scaled to 0..1"],
)
assert first["as 0..255"] > 10 * first["scaled to 0..1"]

# %% [markdown]
# **Whole-number labels for a loss that wants one-hot vectors.** Keras has two
# losses. `SparseCategoricalCrossentropy` takes 3, `CategoricalCrossentropy`
# takes `[0 0 0 1 0 0 0 0 0 0]`. The symptom of mixing them is a shape error:

# %%
wants_one_hot = keras.losses.CategoricalCrossentropy(from_logits=True)
with ck.expect_error(ValueError):
    wants_one_hot(y_train[:4], model(x_train[:4]))

# %% [markdown]
# **Softmax twice.** The layer ends in a softmax *and* the loss is told
# `from_logits=True`. Nothing crashes. The symptom is a loss that will not go
# down: probabilities lie within 0 and 1, so the second softmax can never be
# sure of anything. Even a perfect answer costs:

# %%
perfect = np.eye(10, dtype="float32")[:1]  # certain of class 0, and right
twice = float(loss_function(np.array([0]), perfect))
print(f"loss of a perfect answer, softmax applied twice: {twice:.3f}")
assert twice > 1.4

# %% [markdown]
# ## Quiz
#
# Click an option to see whether it is right, and why. Or call
# `ck.answer("01.1", "b")`.

# %%
ck.quiz("01")

# %% [markdown]
# ## Exercises
#
# Replace the `...` and run the cell below it. Stuck? `ck.hint("01.1")`.
#
# **01.1 (warm-up)** How many weights and biases has a dense layer of 50 units
# on a 64 x 64 colour picture? Set `answer` to the number.

# %%
answer = ...  # your number here

# %%
ck.check("01.1", answer)

# %% [markdown]
# **01.2 (core)** Write `one_hot(labels, classes)`: a float array of shape
# (n, classes) for whole-number labels of shape (n,).


# %%
def one_hot(labels, classes):
    """(n,) labels -> (n, classes) floats."""
    ...  # your code here


# %%
ck.check("01.2", one_hot)

# %% [markdown]
# **01.3 (core)** Write `mean_cross_entropy(logits, labels)` for logits (n,
# classes) and whole-number labels (n,). It must survive logits in the
# thousands.


# %%
def mean_cross_entropy(logits, labels):
    """Logits (n, classes), labels (n,) -> one number."""
    ...  # your code here


# %%
ck.check("01.3", mean_cross_entropy)

# %% [markdown]
# **01.4 (core)** Write `to_batch(photo)`: from a uint8 picture of shape
# (height, width, 3) to what a network expects, a float32 batch of one picture
# with values from 0 to 1.


# %%
def to_batch(photo):
    """(height, width, 3) -> (1, height, width, 3)."""
    ...  # your code here


# %%
ck.check("01.4", to_batch)

# %% [markdown]
# **01.5 (stretch)** Write `gradient_step(W, b, x, y, rate)`: one step of
# gradient descent for softmax regression, for x (n, pixels) and one-hot y (n,
# classes). Return the new `W` and `b`; leave the old ones unchanged.


# %%
def gradient_step(W, b, x, y, rate):
    """Returns the new W and the new b."""
    ...  # your code here


# %%
ck.check("01.5", gradient_step)

# %% [markdown]
# ## You can now
# - read a picture as an array: (height, width, channels), a batch in front, 0
#   for black and 255 for white, ink sometimes stored bright;
# - turn labels into one-hot vectors and evidence into probabilities that sum
#   to one;
# - train softmax regression by hand; Keras' gradient was the same to 1e-7;
# - see ten templates in its weights;
# - say why a dense layer is the wrong tool for photographs: trillions of
#   weights, and a shift of a few pixels breaks it.
#
# Next you build the layer that looks locally and shares its weights:
# [02 · Convolution by hand](02_convolution_by_hand.ipynb).
#
# **References.** Softmax regression and cross-entropy: C. Bishop, *Pattern
# Recognition and Machine Learning* (2006), section 4.3.4. Local fields and
# shared weights: Y. LeCun et al., *Backpropagation applied to handwritten zip
# code recognition*, Neural Computation 1 (1989). The digits: E. Alpaydin and
# C. Kaynak, UCI Machine Learning Repository (1998). MNIST: Y. LeCun et al.,
# *Gradient-based learning applied to document recognition*, Proc. IEEE 86
# (1998).
