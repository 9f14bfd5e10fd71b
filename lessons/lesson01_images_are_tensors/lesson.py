# %% [markdown]
# # 01 · Images are tensors, and why a dense layer is the wrong tool
#
# You will turn pictures into numbers, train a classifier on them with nothing
# but NumPy, and then break it by moving a picture four pixels.
#
# | | |
# |---|---|
# | **Before this** | [00 · Start here](00_start_here.ipynb) |
# | **Time** | 50 min on the road, 35 of exercises, 6 of quiz |
# | **Runs in** | 28 s (quick), 2 min (full) |
# | **Data** | 1,797 real handwritten digits (quick), MNIST (full) |
# | **Hardware** | any laptop; a GPU brings nothing here |
# | **You should end with** | 96-97 % of unseen digits right (full: 92 %) |
#
# ## In this lesson you will
# - read a picture as an array of numbers, grey and in colour;
# - turn labels into one-hot vectors, and evidence into probabilities;
# - train softmax regression by hand, and prove that Keras computes the same
#   gradient;
# - look at what the classifier has learned, as pictures;
# - count the weights that a dense layer needs for a photograph;
# - shift the digits, and watch the accuracy fall.

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
# Here is one of the digits that you will classify. You see a zero. What would
# a program have to look at, to see one too?

# %%
figures = profile.figures

small = ck.data.load("digits", size=8)
zero = small.train.x[small.train.y == 0][2, :, :, 0]
figures.pixel_values(zero, "A handwritten 0")

# %% [markdown]
# The right half is everything that the program gets: 64 whole numbers. Each
# one is a **pixel**:

# %%
print(zero.shape, zero.dtype, "from", zero.min(), "to", zero.max())

# %% [markdown]
# Why 255? A pixel is stored in one byte (`uint8`: eight bits, no sign). One
# byte tells apart this many values, 0 to 255:

# %%
2**8

# %% [markdown]
# Which end is black? Here a wrong sentence is often repeated:
#
# | often written | what the array says |
# |---|---|
# | "255 is black: the more ink, the higher the number" | 255 is **white** |
# | "so paper is bright, in every data set of digits" | paper is **0** here |
#
# By convention 0 is black and 255 is white, so a scan of black ink on white
# paper has its *low* numbers where the ink is. These digits, and MNIST, are
# the other way round: ink is stored as bright. So do not trust a convention,
# look at a place that you know. The four corners are paper, and here is a
# pixel in the middle of the stroke:

# %%
corners = zero[[0, 0, -1, -1], [0, -1, 0, -1]]
print("corners", corners, " ink", zero[3, 2])
assert corners.max() == 0 and zero[3, 2] == 255

# %% [markdown]
# Networks learn badly from numbers in the hundreds (you will see why under
# *Common mistakes*). So the pixels are scaled to the range 0 to 1:

# %%
scaled = zero / 255
print(scaled.dtype, "from", scaled.min(), "to", scaled.max())

# %% [markdown]
# ## Colour is three tables
#
# A colour picture stores three numbers a pixel: how much red, how much green,
# how much blue. Each of the three tables is a **channel**. Below is a
# photograph and its channels, each drawn as a grey picture. Guess before you
# look: in which channel is an orange flower brightest, in which darkest?

# %%
photos = ck.data.load("photos")
flower = photos.images["flower"][20:190, 60:240]
figures.channels(flower, "The flower")

# %% [markdown]
# Much red, less green, little blue: that *is* orange. The array has
# three axes, and the channels are the last one:

# %%
print(flower.shape, "height, width, channels")
print(flower[40, 60], "red, green, blue of one petal pixel")

# %% [markdown]
# Rows come first: `flower[40, 60]` is row 40 from the *top*, column 60 from
# the left. And the order of the channels is an agreement, too. Some libraries
# store blue first. What happens if you read the one as the other?

# %%
from coursekit.figures import images

import numpy as np

images.image_grid(
    np.stack([flower, flower[..., ::-1]]),
    titles=["red first", "blue first"],
    summary="The flower, orange, and blue when the order is reversed",
    columns=2,
    size=2.2,
)

# %% [markdown]
# No error, no warning, a beautiful wrong flower. When oranges turn blue, you
# know where to look.
#
# A network is never given one picture, but a **batch** of them. That is one
# more axis, in front, even if the batch holds one picture:

# %%
batch = np.stack([flower, flower[:, ::-1]])  # the photo, and mirrored
batch.shape  # (batch, height, width, channels)

# %% [markdown]
# An array with any number of axes is called a **tensor**. Networks take images
# in batches: tensors with four axes, in this order, grey ones too (their last
# axis has length 1):

# %%
tensors = {
    "one pixel": zero[0, 0],
    "one row": zero[0],
    "a grey picture": zero,
    "a colour picture": flower,
    "a batch of two": batch,
    "the training digits": small.train.x,
}
for name, tensor in tensors.items():
    print(f"{name:<19} {tensor.ndim} axes  {tensor.shape}")

# %% [markdown]
# ## Labels become vectors
#
# Suppose you sort pictures by colour: red, green, blue. You could number them
# 0, 1, 2. But then green lies *between* red and blue, and blue is *twice*
# green. Nothing of the sort is true. A **one-hot** vector only says which one
# it is:

# %%
colours = ("red", "green", "blue")
for colour, row in zip(colours, np.eye(3, dtype=int)):
    print(f"{colour:<6}", row)

# %% [markdown]
# How far apart are two of them? Every two are equally far, $\sqrt2$, and no
# colour lies between two others. That is the point:

# %%
red, green, blue = np.eye(3)
print(
    f"red-green {np.linalg.norm(red - green):.3f}",
    f"green-blue {np.linalg.norm(green - blue):.3f}",
    f"red-blue {np.linalg.norm(red - blue):.3f}",
)

# %% [markdown]
# Those vectors are the rows of the identity matrix. So indexing the identity
# matrix with labels makes a whole batch at once:

# %%
labels = np.array([2, 0, 1, 2])
np.eye(3, dtype=int)[labels]

# %% [markdown]
# ## From evidence to probability
#
# The simplest classifier weighs every pixel. For each class it adds up
# **evidence**: a pixel that speaks for the class has a positive weight, a
# pixel that speaks against it a negative one. In one line,
#
# $$z = W x + b ,$$
#
# with one row of $W$ and one number of $b$ for each class. Take a "picture" of
# two pixels, and three classes. Do it on paper first:

# %%
x = np.array([1.0, 2.0])  # two pixels
W = np.array([[2.0, 0.0], [-1.0, 1.0], [0.0, 0.0]])  # (classes, pixels)
b = np.zeros(3)
evidence = W @ x + b
print(evidence)

# %% [markdown]
# Evidence may be any number. Probabilities lie between 0 and 1, and together
# they make 1. The **softmax** turns the one into the other:
#
# $$\text{softmax}(z)_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$$
#
# The exponential makes everything positive, the division shares out one whole.
# By hand, two classes with the evidence 1 and 0: $e^1 = 2.718$ and $e^0 = 1$,
# so $2.718 / 3.718 = 0.731$ and $1 / 3.718 = 0.269$.
#
# One thing to take care of: $e^{1000}$ is too large for any computer. But take
# the largest number away from all of them first: numerator and denominator are
# divided by the same factor, and the shares stay as they are.
#
# **01.1 (core)** Write `softmax(z)`, for one row of evidence or for many. It
# must survive evidence in the thousands. Replace the `...`, and run the two
# cells.


# %%
def softmax(z):
    """Probabilities along the last axis of z, (..., classes)."""
    ...  # your code here


# %%
ck.check("01.1", softmax)

# %% [markdown]
# Stuck? `ck.hint("01.1")` gives a nudge, and a bigger one each time. One good
# answer is folded into the next cell: try first, then compare. Run it in any
# case. The lesson goes on with your function if it is right, else with the
# good one, and says which.


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_softmax(z):
    z = z - z.max(axis=-1, keepdims=True)  # prevents overflow
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


softmax = ck.yours_or_good("01.1", softmax, good_softmax)

# %% [markdown]
# Back to the three classes. Which one gets most? And does the class with
# evidence 0 get nothing?

# %%
probability = softmax(evidence)
print(np.round(probability, 3), "sum", round(float(probability.sum()), 6))
assert np.isclose(probability.sum(), 1)

# %% [markdown]
# Evidence 0 is not "no chance". It is one share out of $e^2 + e^1 + e^0$: only
# the *differences* of evidence count. That is why the function may subtract
# the largest one first. Here is what happens if one does not:

# %%
with np.errstate(over="ignore", invalid="ignore"):
    large = np.exp(np.array([1000.0, 0.0]))
    print("as written:      ", large / large.sum())
print("largest subtracted:", softmax(np.array([1000.0, 0.0])))

# %% [markdown]
# `nan` means "not a number": infinity divided by infinity. Remember the word.
# It is how a training run says that something became too large.
#
# ## How wrong is a prediction?
#
# Let the right class have probability $p$. The **cross-entropy** loss is
# $-\log p$: nothing to pay for justified certainty, more and more for
# misplaced certainty. (`log` is the **natural** logarithm, the one to the base
# $e$, in the whole course as in NumPy and Keras.)

# %%
for p in (0.99, 0.5, 0.1, 0.01):
    print(f"probability {p:<4} of the right class: loss {-np.log(p):.3f}")

# %% [markdown]
# The third line is one to remember. Ten classes and no idea means $p = 1/10$
# for each of them, so **a fresh ten-class network starts near 2.303**. If it
# does not, look for the mistake before you train.
#
# ## Which way is down?
#
# Training means changing $W$ and $b$ so that the loss falls. For that you need
# its slope. Write the loss of the right class $k$ with the evidence $z$:
#
# $$L = -\log\frac{e^{z_k}}{\sum_j e^{z_j}} = \log\sum_j e^{z_j} - z_k .$$
#
# Now differentiate. The first term gives $e^{z_i}/\sum_j e^{z_j}$, the
# probability $p_i$. The second gives 1 for the right class and 0 for the
# others, which is the one-hot vector $y$:
#
# $$\frac{\partial L}{\partial z} = p - y, \qquad
# \frac{\partial L}{\partial W} = (p - y)\,x^\top, \qquad
# \frac{\partial L}{\partial b} = p - y .$$
#
# Predicted minus wanted, times the input. For the two-pixel picture, if the
# right class is class 1:

# %%
y = np.array([0.0, 1.0, 0.0])
gradient = np.outer(softmax(W @ x + b) - y, x)  # (classes, pixels)
print(np.round(gradient, 3))

# %% [markdown]
# Read it: only the row of the right class is negative, so only its weights
# will *grow* when you step against the slope. And the second column is twice
# the first, because the second pixel is twice as bright.
#
# Do not believe the formula, though. Nudge one weight at a time, and measure
# how much the loss changes:


# %%
def loss_of(W):
    return -np.log(softmax(W @ x + b) @ y)


def measured_slope(i, j, nudge=1e-6):
    step = np.zeros_like(W)
    step[i, j] = nudge
    return (loss_of(W + step) - loss_of(W - step)) / (2 * nudge)


measured = [[measured_slope(i, j) for j in range(2)] for i in range(3)]
print("nudged = derived:", np.allclose(measured, gradient, atol=1e-8))
assert np.allclose(measured, gradient, atol=1e-8)

# %% [markdown]
# **Derive, nudge, compare.** You will check every gradient of this course in
# this way, up to the LSTM.
#
# ## Training by hand
#
# Now the real digits. A line like the next one always says what you are
# working with:

# %%
dataset = ck.data.load(profile.dataset, size=profile.size)
print(dataset.provenance)

# %%
examples = [dataset.train.x[dataset.train.y == d][:2] for d in range(10)]
images.image_grid(
    np.concatenate(examples), titles=np.repeat(dataset.class_names, 2)
)

# %% [markdown]
# This classifier is, in Keras, a **dense layer**: every output has a weight
# for every input. It wants a vector, so each picture is unrolled, row after
# row. How long is the vector of a 28 x 28 picture? And where in it is the
# pixel in row 14, column 14, the middle?

# %%
print(28 * 28, "numbers; the middle one has the index", 14 * 28 + 14)


# %%
def flatten(pictures):
    """(n, 28, 28, 1) of 0..255 -> (n, 784) of 0..1."""
    return pictures.reshape(len(pictures), -1).astype("float32") / 255


test = dataset.test
x_train, y_train = flatten(dataset.train.x), dataset.train.y
x_test, y_test = flatten(test.x), test.y
print("one picture:", x_train.shape[1:])
assert x_train.shape[1] == 28 * 28 == 784

# %% [markdown]
# The same formulas, for all pictures at once. In a batch each picture is a
# *row*, so the product is written $XW$ and $W$ has shape (784, 10). The loss
# is the mean over the pictures, so the slopes are divided by their number.
# (All slopes together are the **gradient**; to step against it again and again
# is **gradient descent**.)
#
# By hand, two pictures of one pixel, 1 and 3, of the classes 0 and 1, all
# weights zero: every probability is $1/2$, so $p - y$ is $(-1/2, 1/2)$ and
# $(1/2, -1/2)$. The loss is $\ln 2 = 0.693$. The slopes of $W$ are
# $(-1/2 \cdot 1 + 1/2 \cdot 3) / 2 = 1/2$ and $-1/2$; those of $b$ are 0.
#
# **01.2 (core)** Write `loss_and_slopes(W, b, x, y)`, for any number of
# pictures, pixels and classes; `y` is one-hot. The slopes have the shapes of
# $W$ and $b$: which product of `x` and $p - y$ has that of $W$?


# %%
def loss_and_slopes(W, b, x, y):
    """x (n, pixels), y (n, classes) -> mean loss, slopes of W and of b."""
    ...  # your code here


# %%
ck.check("01.2", loss_and_slopes)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_loss_and_slopes(W, b, x, y):
    p = softmax(x @ W + b)  # (n, classes)
    loss = -np.log(p[y == 1]).mean()
    difference = (p - y) / len(x)
    return loss, x.T @ difference, difference.sum(axis=0)


loss_and_slopes = ck.yours_or_good(
    "01.2", loss_and_slopes, good_loss_and_slopes
)

# %% [markdown]
# Start with all weights zero. Every class is then equally likely, so you know
# the first loss before the cell runs. What is it?

# %%
W, b = np.zeros((784, 10)), np.zeros(10)
one_hot_train = np.eye(10)[y_train]
losses, snapshots = [], {}
for step in range(1, profile.steps + 1):
    loss, slope_W, slope_b = loss_and_slopes(W, b, x_train, one_hot_train)
    W = W - profile.step_size * slope_W  # against the slope: downhill
    b = b - profile.step_size * slope_b
    losses.append(loss)
    if step in (1, 20, profile.steps):
        snapshots[f"step {step}"] = W.reshape(28, 28, 10)
print(f"first loss {losses[0]:.3f}")
assert np.isclose(losses[0], np.log(10)) and losses[-1] < losses[0] / 3

# %% tags=["nbval-approx"]
from coursekit.figures import training

training.losses({"softmax regression": losses}, ylabel="training loss")

# %%
print("the loss fell at every step:", bool((np.diff(losses) < 0).all()))
assert (np.diff(losses) < 0).all()

# %% [markdown]
# At *every* step. Is that luck? Half of it is mathematics: this loss is convex
# in $W$ and $b$, one single valley, so every start leads down to the same
# loss. (Networks with hidden layers lose this property.) The other half is the
# size of the step. (Its factor, `step_size`, is called the **learning rate**.)
# Write `5 * profile.step_size` in your own copy, and on the bundled digits the
# first steps leap across the valley: the loss climbs above 5 before it
# settles. (MNIST has less ink, and forgives such steps.)
#
# How good is it on digits that it has never seen? A number alone says little,
# so first ask what the laziest classifier would reach, the one that always
# names the commonest digit:

# %% tags=["nbval-approx"]
lazy = np.bincount(y_test).max() / len(y_test)
by_hand = float(((x_test @ W + b).argmax(axis=1) == y_test).mean())
print(f"lazy classifier: {lazy:.2f}")
print(f"softmax regression: {by_hand:.2f} of the {test.name} digits")
assert by_hand > 0.85 > lazy + 0.7

# %% [markdown]
# You have just trained a classifier, in NumPy, in a dozen lines.
#
# ## What do the weights look like?
#
# Each class has one weight per pixel, so the weights of a class form a
# picture. Blue pixels are evidence *for* the digit, red ones *against* it.
# What do you expect in the middle of the zero? And after the very first step,
# when the classifier has looked at the digits once?

# %%
figures.weight_images(snapshots, dataset.class_names)

# %% [markdown]
# After one step you can *read* most of them. That is no accident. With zero
# weights every prediction is 1/10, so the first slope is the mean of
# $(1/10 - y)\,x$. If each class has a tenth of the pictures, that is, up to a
# factor, **the average picture of the class minus the average of all
# pictures**. Check it, with the share that each class really has:

# %%
share = one_hot_train.mean(axis=0)  # of each class
class_means = one_hot_train.T @ x_train / one_hot_train.sum(0)[:, None]
first = share[:, None] * class_means - x_train.mean(axis=0) / 10
predicted = profile.step_size * first.T.reshape(28, 28, 10)
print("as predicted:", np.allclose(snapshots["step 1"], predicted, atol=1e-6))
assert np.allclose(snapshots["step 1"], predicted, atol=1e-6)

# %% [markdown]
# In the later steps the templates turn from *what a digit looks like* to *what
# tells it from the others*. The hole of the zero becomes strong evidence
# against it, because ink there means 8, 3 or 1. In numbers, the mean weight of
# the 6 x 6 pixels in the middle:

# %%
middle = W.reshape(28, 28, 10)[11:17, 11:17].mean(axis=(0, 1))  # (10,)
print("lowest of all digits: the", middle.argmin())
assert middle.argmin() == 0 and middle[0] < 0

# %% [markdown]
# So this model is a set of ten templates, laid over the picture. That explains
# what it can do - and, at the end of this lesson, what it cannot.
#
# ## Evidence, pixel by pixel
#
# Follow the whole calculation once. Picture times weights is the evidence of
# each pixel; all of it added up, plus the bias, decides. Here is a three,
# asked whether it is a 3 and whether it is an 8:

# %% tags=["nbval-approx-5e-2"]
three = dataset.test.x[dataset.test.y == 3][profile.example]
templates = W.reshape(28, 28, 10)
figures.evidence(
    three[..., 0] / 255, templates, b, (3, 8), dataset.class_names
)

# %% [markdown]
# The stroke runs down the blue channel of the 3 and stays clear of most of its
# red, where an 8 would close its loops on the left. For the 8, blue and red
# all but cancel. Nothing else happens in this model: no strokes, no holes, no
# curves, only 784 products and their sum.
#
# ## The same in Keras
#
# One `Dense` layer with ten units *is* $XW + b$. It returns the evidence;
# Keras calls that **logits**. The softmax is left to the loss
# (`from_logits=True`), because the two together never overflow.

# %%
import keras
from keras import layers


def softmax_regression():
    inputs = layers.Input((784,), name="pixels")
    logits = layers.Dense(10, name="evidence")(inputs)
    return keras.Model(inputs, logits, name="softmax_regression")


model = softmax_regression()
print(f"{model.count_params():,} parameters: 784 x 10 weights + 10 biases")
assert model.count_params() == 784 * 10 + 10 == 7_850

# %% [markdown]
# Before you train it, the proof that nothing is hidden in the library. Give
# the layer your $W$ and $b$, let TensorFlow differentiate, and compare piece
# by piece with what you wrote:

# %%
import tensorflow as tf

model.get_layer("evidence").set_weights([W, b])
loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
with tf.GradientTape() as tape:
    logits = model(x_train)
    keras_loss = loss_function(y_train, logits)
keras_slopes = tape.gradient(keras_loss, model.trainable_variables)
my_loss, *my_slopes = loss_and_slopes(W, b, x_train, one_hot_train)

# %% tags=["nbval-approx"]
pairs = {
    "one-hot": (keras.utils.to_categorical(y_train), one_hot_train),
    "softmax": (keras.ops.softmax(logits), softmax(x_train @ W + b)),
    "loss": (keras_loss, my_loss),
    "dL/dW": (keras_slopes[0], my_slopes[0]),
    "dL/db": (keras_slopes[1], my_slopes[1]),
}
for name, (theirs, mine) in pairs.items():
    difference = np.abs(np.asarray(theirs) - mine).max()
    print(f"{name:<8} largest difference {difference:.1e}")
    assert difference < 1e-5

# %% [markdown]
# The differences are what 32-bit numbers leave over (Keras computes with
# those, NumPy with 64 bits). They are not exactly the same on every computer;
# that they stay below $10^{-5}$ is.
#
# Now let Keras train, from fresh random weights. `fit` takes small batches
# instead of all pictures at once, and a better rule for the step (Adam; lesson
# 05 opens it up). After each round, an **epoch**, it is measured on the
# *validation* digits, which take no part in training. If a digit were in two
# of the three sets, the next cell would stop with an error:

# %%
x_validation = flatten(dataset.validation.x)
parts = (x_train, x_validation, x_test)
ck.data.assert_disjoint(*parts)
validation = (x_validation, dataset.validation.y)


# %% tags=["nbval-approx-2-of-360"]
def train(model, x, y, epochs):
    model.compile(
        optimizer=keras.optimizers.Adam(profile.learning_rate),
        loss=loss_function,
        metrics=["accuracy"],
        jit_compile=False,  # compiling takes longer than this training
    )
    return model.fit(
        x,
        y,
        batch_size=profile.batch_size,
        epochs=epochs,
        validation_data=validation,
        verbose=0,
        callbacks=[ck.EpochProgress(every=5)],
    ).history


model = softmax_regression()
history = train(model, x_train, y_train, profile.epochs)

# %% tags=["nbval-approx-4-of-360"]
training.training_curves(history)

# %% [markdown]
# The two lines part: the model goes on improving on the digits it trains with,
# and no longer on others. That gap is called **over-fitting**, and lesson 05
# is about it. What counts is a third set, on which nothing is ever chosen:

# %% tags=["nbval-approx-2-of-360"]
test_loss, test_accuracy = model.evaluate(x_test, y_test, verbose=0)
print(
    f"{dataset.name}, {len(y_test):,} {test.name} digits:",
    f"{test_accuracy:.3f}",
)
assert test_accuracy > lazy + 0.7

# %% [markdown]
# How far can you trust that number? Each test digit is right or wrong, like a
# coin that mostly shows heads. Among $n$ tosses the fraction of heads has the
# standard deviation $\sqrt{p(1-p)/n}$:

# %%
spread = (0.96 * 0.04 / 360) ** 0.5
print(f"360 test digits: {100 * spread:.1f} percentage points")
print(f"MNIST's 10,000:  {100 * (0.92 * 0.08 / 10_000) ** 0.5:.1f}")

# %% [markdown]
# Not sure about the formula? Toss the coins. Ten thousand imaginary test sets
# of 360 digits, for a model that is right 96 times in 100:

# %%
rng = np.random.default_rng(profile.seed)
imagined = rng.binomial(360, 0.96, size=10_000) / 360
low, high = np.percentile(imagined, [2.5, 97.5])
print(f"95 in 100 test sets show {100 * low:.0f} to {100 * high:.0f} %")

# %% [markdown]
# So "96 %" on 360 digits means *somewhere between 94 and 98*. A model that
# scores half a point more need not be better: you may only have tossed again.
# (MNIST's digits vary more. There the same model reaches about 92 %, give or
# take 0.3.)
#
# Look at what it gets wrong, not only at how much. The eight test digits with
# the highest loss, most embarrassing first:

# %%
p_test = softmax(model.predict(x_test, verbose=0))
worst = p_test[np.arange(len(y_test)), y_test].argsort()[:8]
answers = p_test[worst].argmax(axis=1)
images.image_grid(
    dataset.test.x[worst],
    titles=[f"{y}, said {a}" for y, a in zip(y_test[worst], answers)],
    columns=8,
    summary="The 8 test digits with the highest loss",
)

# %% [markdown]
# Would you have got them all? Some of the errors are the writer's.
#
# ## Why this does not scale
#
# One unit of a dense layer has one weight for *every* input number. How many
# is that for a small colour picture of 32 x 32 pixels? And one of 200 x 200?

# %%
print(f"{32 * 32 * 3:,} and {200 * 200 * 3:,}")

# %% [markdown]
# That is one unit. A layer has many; say 1,000. In the last column is the
# memory for the weights alone, at four bytes each:

# %%
sizes = {
    "small picture": (32, 32, 3),
    "input of photo networks": (224, 224, 3),
    "video frame": (720, 1280, 3),
}
for name, (height, width, depth) in sizes.items():
    inputs = height * width * depth
    count = inputs * 1000
    print(f"{name:<24}{inputs:>10,} inputs{count:>15,} weights", end="")
    print(f"{count * 4 / 1e9:7.2f} GB")

# %% [markdown]
# One layer for a small video frame takes 11 GB, before it has learned a thing.
# And if a picture of one megapixel, in colour, goes to as many units as it has
# numbers?

# %%
megapixel = 1_000_000 * 3
print(f"{megapixel:,} x {megapixel:,} = {megapixel**2:,} weights")
assert megapixel**2 == 9 * 10**12

# %% [markdown]
# Nine trillion. Is there a way out? Two ideas, and you can count what each of
# them saves:
#
# 1. **Look locally.** A unit sees only a small field of the picture.
# 2. **Share.** The same few weights are used at every place.

# %%
figures.connections()

# %% [markdown]
# Now in earnest: a grey picture of 1000 x 1000 pixels, a million units, fields
# of 10 x 10. One shared set of 10 x 10 weights is called a **filter**; one
# filter finds one kind of thing, so take 100 of them:

# %%
image_pixels = units = 1000 * 1000
weights = {
    "dense": image_pixels * units,
    "locally connected": units * 10 * 10,
    "100 shared filters": 100 * 10 * 10,
}
for name, count in weights.items():
    print(f"{name:<19} {count:>17,}")
assert list(weights.values()) == [10**12, 10**8, 10**4]

# %% [markdown]
# From a trillion to ten thousand. (Each of the hundred filters makes a million
# outputs, so the *work* does not shrink as much as the *weights* do: here it
# is $10^{10}$ multiplications. Lesson 06 counts both.) That is a
# **convolution layer**, the subject of the next lesson.
#
# But the size is not even the worst problem.
#
# ## Move the picture
#
# A three moved two pixels to the right is still a three, to you. What about
# ten templates that lie still?


# %%
def shift_right(pictures, pixels):
    """(n, height, width, 1) moved; zeros come in. Left if negative."""
    moved = np.zeros_like(pictures)
    if pixels >= 0:
        moved[:, :, pixels:] = pictures[:, :, : pictures.shape[2] - pixels]
    else:
        moved[:, :, :pixels] = pictures[:, :, -pixels:]
    return moved


# %%
shifts = list(range(-6, 7))
moved = [shift_right(three[np.newaxis], s) for s in shifts[::2]]
moved = np.concatenate(moved)
p_moved = softmax(model.predict(flatten(moved), verbose=0))
figures.shifted_predictions(moved, p_moved, shifts[::2], right=3)

# %% [markdown]
# Right and sure in the middle. Further out it goes wrong, on one side first,
# and is just as sure. And for all test digits:


# %%
def accuracy_when_shifted(model):
    return [
        model.evaluate(
            flatten(shift_right(dataset.test.x, s)), y_test, verbose=0
        )[1]
        for s in shifts
    ]


in_place = accuracy_when_shifted(model)

# %% tags=["nbval-approx-4-of-360"]
images.accuracy_against_shift(shifts, {"softmax regression": in_place})

# %% [markdown]
# Four pixels, a seventh of the width, and most answers are wrong. The model
# never learned "a stroke here, a hole there". It learned "ink at index 406".
# Move the ink, and every weight looks at the wrong pixel.
#
# Or is it only that ink is pushed out of the picture? Ask before you conclude.
# How much of it is left, on average?

# %%
ink = dataset.test.x.sum(axis=(1, 2, 3), dtype="float64")
for s in (2, 4, 6):
    left = shift_right(dataset.test.x, s).sum(axis=(1, 2, 3)) / ink
    print(f"{s} pixels: {100 * left.mean():.1f} % of the ink is still there")

# %%
print("above 0.85 in place:", in_place[6] > 0.85)
print("below 0.6 when moved by 4 pixels:", in_place[10] < 0.6)
assert in_place[6] > 0.85 and in_place[10] < 0.6 and in_place[2] < 0.6

# %% [markdown]
# ## "Then train it on shifted digits"
#
# A fair objection. Give the dense model what it has missed: every training
# digit at several places, up to four pixels away. What will it cost?

# %% tags=["nbval-approx-2-of-360"]
shifted_train = [
    shift_right(dataset.train.x, s) for s in profile.training_shifts
]
x_shifted = flatten(np.concatenate(shifted_train))
y_shifted = np.tile(y_train, len(shifted_train))
shifted_model = softmax_regression()
fitted = train(shifted_model, x_shifted, y_shifted, profile.shifted_epochs)

# %%
taught = accuracy_when_shifted(shifted_model)

# %% tags=["nbval-approx-4-of-360"]
curves = {"trained in place": in_place, "trained on shifts": taught}
images.accuracy_against_shift(shifts, curves)

# %% [markdown]
# It helps a lot, and it has a price. The model needs several times the data.
# In place it is worse, by three or four points here and about seven on MNIST:
# ten templates must now fit every position at once, and blur. And beyond the
# four pixels that it was shown it falls again. It has learned *these
# positions*, not that position does not matter:

# %%
print("better at 4 pixels:", taught[10] > in_place[10] + 0.2)
print("worse in place:", taught[6] < in_place[6])
print("falls beyond what it was shown:", taught[12] < taught[10])
assert taught[10] > in_place[10] + 0.2 and taught[6] < in_place[6]
assert taught[12] < taught[10]

# %% [markdown]
# Keep this figure in mind. You draw it again in
# [04 · The first CNN in Keras](04_first_cnn.ipynb), for a network that looks
# locally and shares.
#
# ## Common mistakes
#
# **Calculating in bytes.** `uint8` has no 256: it starts again at 0. You want
# a brighter photograph, and the orange petals turn green, because their red
# wraps round. No error appears:

# %%
petal = flower[40, 60]
print("in bytes:   ", petal + np.uint8(60))
print("in decimals:", np.clip(petal + 60.0, 0, 255))

# %% [markdown]
# **Forgetting to scale.** The pixels go in as 0 to 255. The symptom is a first
# loss far away from 2.303:

# %%
fresh = softmax_regression()
first_scaled = float(loss_function(y_train, fresh(x_train)))
first_unscaled = float(loss_function(y_train, fresh(x_train * 255)))
print("scaled, between 2 and 3:", 2 < first_scaled < 3)
print("unscaled, over ten times that:", first_unscaled > 10 * first_scaled)
assert 2 < first_scaled < 3 and first_unscaled > 10 * first_scaled

# %% [markdown]
# And every slope is larger, so a learning rate that was right makes the
# training jump. With zero weights you can predict by how much:

# %%
zeros = np.zeros((784, 10)), np.zeros(10)
slope = loss_and_slopes(*zeros, x_train, one_hot_train)[1]
slope_unscaled = loss_and_slopes(*zeros, x_train * 255, one_hot_train)[1]
print(round(slope_unscaled.max() / slope.max()), "times as steep")
assert np.allclose(slope_unscaled, 255 * slope, atol=1e-5)

# %% [markdown]
# **Labels of one kind, a loss for the other.** Keras has two.
# `SparseCategoricalCrossentropy` takes 3; `CategoricalCrossentropy` takes
# `[0 0 0 1 0 0 0 0 0 0]`. The symptom of mixing them is a shape error:

# %%
wants_one_hot = keras.losses.CategoricalCrossentropy(from_logits=True)
with ck.expect_error(ValueError):
    wants_one_hot(y_train[:4], model(x_train[:4]))

# %% [markdown]
# **Softmax twice.** The layer ends in a softmax *and* the loss is told
# `from_logits=True`. Nothing crashes. The symptom is a loss that gets stuck,
# high up: after the first softmax all values lie within 0 and 1, so the second
# can never be sure of anything. Even a perfect answer costs this much:

# %%
perfect = np.eye(10, dtype="float32")[:1]  # certain of class 0, and right
twice = float(loss_function(np.array([0]), perfect))
print(f"{twice:.3f}")
assert np.isclose(twice, np.log(np.e + 9) - 1, atol=1e-5)

# %% [markdown]
# ## Quiz
#
# Click an option to see whether it is right, and why. Or call, for example,
# `ck.answer("01.1", "b")`.

# %%
ck.quiz("01")

# %% [markdown]
# ## Exercises
#
# Replace each `...` and run the cell below it. Stuck? `ck.hint("01.3")` gives
# a nudge, and a bigger one each time. `ck.solution("01.3")` shows how it can
# be done. 01.1 and 01.2 stand on the road, above.
#
# **01.3 (warm-up)** How many parameters, weights and biases, has a dense layer
# of 50 units on a 64 x 64 colour picture? Set `answer` to the number.

# %%
answer = ...  # your number here

# %%
ck.check("01.3", answer)

# %% [markdown]
# **01.4 (warm-up)** Write `to_batch(photo)`: from a uint8 picture of shape
# (height, width, 3) to what a network expects, a batch of one picture with
# values from 0 to 1.


# %%
def to_batch(photo):
    """(height, width, 3) -> (1, height, width, 3)."""
    ...  # your code here


# %%
ck.check("01.4", to_batch)

# %% [markdown]
# **01.5 (core)** Write `one_hot(labels, classes)`: whole-number labels of
# shape (n,) to an array of shape (n, classes).


# %%
def one_hot(labels, classes):
    """(n,) labels -> (n, classes)."""
    ...  # your code here


# %%
ck.check("01.5", one_hot)

# %% [markdown]
# **01.6 (core)** Write `shift_down(pictures, pixels)` for pictures (n, height,
# width, channels): the lowest rows leave the picture, rows of zeros come in at
# the top. `pixels` is 0 or more.


# %%
def shift_down(pictures, pixels):
    """The same shape, moved down."""
    ...  # your code here


# %%
ck.check("01.6", shift_down)

# %% [markdown]
# **01.7 (stretch)** Write `mean_cross_entropy(logits, labels)` for logits (n,
# classes) and whole-number labels (n,). It must survive logits in the
# thousands, of the right class or of a wrong one.


# %%
def mean_cross_entropy(logits, labels):
    """Logits (n, classes), labels (n,) -> one number."""
    ...  # your code here


# %%
ck.check("01.7", mean_cross_entropy)

# %% [markdown]
# **To discuss.** Two questions without a check.
#
# *Derive.* Add one and the same picture to all ten templates. What changes in
# the probabilities? How many of the 7,850 parameters are too many, then? And
# which sum do the ten templates of this lesson have?
#
# <details><summary>What a good answer contains</summary>
#
# Nothing changes: the evidence of all classes grows by the same number, and
# only differences count. So one template and one bias could be fixed at zero,
# and $9 \cdot 785 = 7065$ parameters would do; of two classes one template is
# left (logistic regression). For each picture $p - y$ sums to $1 - 1 = 0$ over
# the classes, and so do all slopes. Whoever starts at zero has templates with
# the sum zero at every step.
#
# </details>
#
# *Investigate.* Move each digit so that the centre of its ink is the centre of
# the picture, before the dense model sees it. Is the problem of this lesson
# solved?
#
# <details><summary>What a good answer contains</summary>
#
# The curve over shifts, with and without centring, trained and tested the same
# way; it is flat for as long as no ink leaves the picture, because a shifted
# digit is centred to the same pixels. (MNIST was made like that.) And what the
# rule costs: it must be known and written down by somebody, it helps against
# shifts only, not against size or slant, and it fails with two things in the
# picture, or with one blot beside the digit.
#
# </details>

# %% [markdown]
# ## You can now
# - read a picture as a tensor: batch, height, width, channels; 0 for black and
#   255 for white, unless a data set stores its ink as bright;
# - turn labels into one-hot vectors, and evidence into probabilities that sum
#   to one;
# - train softmax regression by hand - and you have seen that Keras computes
#   the same loss and the same gradient;
# - read its weights as ten templates, born as average digits;
# - count: 150,528 weights for one unit on a usual photograph, $10^{12}$ for a
#   dense layer on a megapixel, $10^4$ for a hundred shared filters;
# - say why a dense layer is the wrong tool for pictures: it learns positions.
#
# Next you build the layer that looks locally and shares its weights:
# [02 · Convolution by hand](02_convolution_by_hand.ipynb).
#
# **References**
# - C. Bishop, *Pattern Recognition and Machine Learning* (2006), section
#   4.3.4: softmax regression, its gradient, and why the loss is convex.
# - Y. LeCun et al., *Backpropagation applied to handwritten zip code
#   recognition*, Neural Computation 1 (1989): local fields, shared weights.
# - Y. LeCun et al., *Gradient-based learning applied to document recognition*,
#   Proceedings of the IEEE 86 (1998): MNIST.
# - E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI
#   Machine Learning Repository (1998): the small digits.
# - D. Kingma and J. Ba, *Adam: a method for stochastic optimization*, ICLR
#   (2015).
#
# The worked examples: "evidence" is from TensorFlow's first MNIST tutorial,
# the weights of one dense unit from Stanford's CS231n, the megapixel counted
# three ways from R. Fergus, M. Ranzato and Y. LeCun
# ([all sources](../docs/sources.md)).
