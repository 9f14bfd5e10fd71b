# %% [markdown]
# # 00 · Start here
#
# You will know in a minute whether your machine can run the whole course, and
# in half an hour how to work through it.
#
# | | |
# |---|---|
# | **Before this** | a little Python: functions, loops, lists |
# | **Time** | 21 min on the road, 20 of exercises, 6 of quiz |
# | **Runs in** | 6 s (quick and full) |
# | **Data** | 1,797 real handwritten digits, bundled |
# | **Hardware** | any laptop |
# | **You should end with** | 0 problems, and 353 of 360 digits right |
#
# ## In this lesson you will
# - check your machine, and take one training step on it;
# - tell the two profiles, quick and full, apart;
# - do an exercise, take a quiz, and reset a notebook;
# - say when deep learning pays, and measure a case where it need not;
# - refresh array shapes, broadcasting, and the chain rule.

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

profile = ck.start("00")

# %% [markdown]
# In your own session two more lines name your device and the backend. If they
# say CPU, all is well: every quick run is made for two processor cores.
#
# ## Is everything there?
#
# A check of Python, the packages, the data, the disk and the device. What you
# want to see is a zero:

# %%
from coursekit.cli import doctor

problems = [check for check in doctor.iterate() if check.state == "FAIL"]
print(len(problems), "problems")
for check in problems:
    print(f"{check.name}: {check.found}. Remedy: {check.fix}")

# %% [markdown]
# (*File > New > Terminal* opens a terminal. Type `coursekit doctor` there, and
# you get every line of it.) Now one operation, on whatever device you have.
# Two matrices full of ones are multiplied. Which number will be in every place
# of the result?

# %%
from keras import ops

product = ops.matmul(ops.ones((2, 3)), ops.ones((3, 4)))
print(ops.convert_to_numpy(product))
assert tuple(product.shape) == (2, 4) and float(product[0, 0]) == 3

# %% [markdown]
# Each entry is a row of three ones times a column of three ones. If the 3, or
# the shape, surprised you: the *shape clinic* below is for you.
#
# ## One training step
#
# The smallest model that can learn has one weight: $y = w x$. It starts at
# $w = 0$ and sees one example: 1 belongs to 2. What should it do?

# %%
import keras
from keras import layers

inputs = layers.Input((1,), name="x")
layer = layers.Dense(1, use_bias=False, kernel_initializer="zeros")
model = keras.Model(inputs, layer(inputs), name="one_weight")

# %% [markdown]
# Work it out before Keras does. The model says 0, so the squared error is
# $(w - 2)^2 = 4$. Its slope is $2(w - 2) = -4$: downhill is to the right. A
# step of 0.25 times the slope goes from 0 to ... (Keras calls this rule `SGD`,
# **stochastic gradient descent**.)

# %%
import numpy as np

model.compile(keras.optimizers.SGD(0.25), loss="mean_squared_error")
loss = model.train_on_batch(np.array([[1.0]]), np.array([[2.0]]))
weight = layer.get_weights()[0].item()
print("loss before the step", float(loss), " weight after it", weight)
assert float(loss) == 4 and weight == 1

# %% [markdown]
# ... 1, half the way. Your machine can learn. The rest of the course has more
# weights and the same step.
#
# ## Two profiles
#
# | | quick | full |
# |---|---|---|
# | made for | a laptop, and for tests | the real data set, often a GPU |
# | data | bundled, no network | downloaded once, then kept |
# | a lesson takes | about a minute | minutes to an hour |
# | you choose it by | doing nothing: the default | `COURSEKIT_PROFILE=full` |
#
# The cells are the same in both. What differs are a few numbers, read from
# `profile`. Here are those that lesson 01 will use for its data:

# %%
from coursekit import settings

for name in ("quick", "full"):
    lesson_01 = settings.load_settings("01", name)
    print(f"{name:<6}", lesson_01.dataset, "at", lesson_01.size, "pixels")

# %% [markdown]
# Quick results come from small data, so they vary more. When a number may
# differ on your machine or with another seed, the lesson says by how much.
#
# ## How to read a lesson
#
# 1. Run the cells from top to bottom, with Shift + Enter. `[*]` means that a
#    cell is still at work.
# 2. When the text asks you something, **answer before you run the cell**. A
#    wrong guess teaches more than a right line that you only read.
# 3. Change numbers and run again. You work on a copy, in the folder `work`.
#    `coursekit reset 00` in a terminal brings a clean lesson 00 back and keeps
#    yours beside it, as a backup.
# 4. Do the exercises. Close the lesson and write one thing from memory.
#
# ## How an exercise works
#
# You get a stub with `...` in it, and a check below it. We do the first one
# together. **00.1 (warm-up)** Write `double(x)`, which returns twice `x`.


# %%
def double(x):
    """Twice x."""
    ...  # your code here


# %%
ck.check("00.1", double)

# %% [markdown]
# Nobody is told off for an empty stub. And a wrong answer? The check shows the
# smallest input where it goes wrong. If it knows the mistake, it says so:


# %%
def squared_instead(x):
    return x**2


ck.check("00.1", squared_instead)

# %% [markdown]
# You may ask for a hint. There are three, each says more than the last:

# %%
ck.hint("00.1")

# %% [markdown]
# Now right. (In other lessons you change the stub itself.)


# %%
def double_again(x):
    return 2 * x


ck.check("00.1", double_again)

# %% [markdown]
# `ck.solution("00.1")` shows one good answer, and `ck.progress()` how far you
# have come. Your progress is one small file, `work/progress.json`. It stays on
# your machine; delete it to start afresh.
#
# ## The map
#
# The course goes from one pixel to a sentence about a picture:

# %%
profile.figures.course_map()

# %% [markdown]
# You need not take every stop. Three shorter trips:
#
# | you want | take |
# |---|---|
# | pictures | 00 to 05, then what you like of 06 to 10 |
# | sequences and text | 00, 01, 11 to 14, then what you like of 15 to 20 |
# | captions, soon | 00 to 05, 08, 11 to 14, 20, then 21 to 23 |
#
# Lesson 24 says where to go from here.
#
# ## When deep learning pays
#
# Neural networks with several layers were trained in the 1980s, and read
# cheques in the 1990s. But hardly anyone used them before 2012. What changed?
#
# - **Data.** The ImageNet contest had 1.2 million labelled photographs, of
#   1,000 kinds of things.
# - **Computing power.** The network that won it in 2012 was trained for five
#   to six days, on two graphics cards made for games.
# - **Better ingredients**, each of them simple: ReLU, dropout, more careful
#   first weights. You will build them all.
#
# The idea was old; three conditions were new. They still tell you when the
# tool fits:
#
# | ask | for deep learning | against it |
# |---|---|---|
# | How many examples are there? | thousands | dozens |
# | Can anyone write down what counts? | no: pixels, sound | yes: columns |
# | Is there an exact rule? | no | yes: then use it |
# | Must every answer be explained? | no | yes |
# | Can you afford to train it many times? | yes | no |
#
# (With few examples there is one more way: start from a network that others
# have trained on many. That is lesson 08.) For tables of numbers and
# categories, boosted decision trees are usually as good or better, and train
# in seconds. And why train many times? Because the first try is never right.
# You try, measure, change *one* thing, and try again. Experience shortens that
# loop; it does not replace it.
#
# ## Measure it
#
# So start with the honest question: what does a simple method reach? Take the
# real digits, 8 x 8 pixels. The method has no training at all: it answers with
# the label of the most similar picture that it knows (the **nearest
# neighbour**). Guess how many of 360 it gets right:

# %%
digits = ck.data.load("digits", size=8)
known = digits.train.x.reshape(1077, 64).astype(int)


def nearest_label(pictures):
    """Label of the most similar training picture, for (n, 8, 8, 1)."""
    new = pictures.reshape(len(pictures), 1, 64).astype(int)
    distance = ((new - known) ** 2).sum(axis=2)  # (n, 1077)
    return digits.train.y[distance.argmin(axis=1)]


right = int((nearest_label(digits.test.x) == digits.test.y).sum())
print(right, "of", len(digits.test), "right")
assert right == 353

# %% [markdown]
# 98 %, with five lines and no training. Any network of this course that claims
# to be good on these digits has to face that number.
#
# Now move every test digit by *one* pixel to the right. To you nothing has
# changed. To a method that compares pixel with pixel?

# %%
moved = np.zeros_like(digits.test.x)
moved[:, :, 1:] = digits.test.x[:, :, :-1]
still_right = int((nearest_label(moved) == digits.test.y).sum())
print(still_right, "of", len(digits.test), "right")
assert still_right < 240

# %% [markdown]
# That is the gap. "The same thing, somewhere else" is what nobody can write
# down pixel by pixel, and what the networks of lessons 02 to 04 are built for.
#
# ## The ten-minute shape clinic
#
# You will meet many errors, and many of them will be about shapes. Predict
# each output below; skip the section if you are never wrong.
#
# **Indexing.** `shape` counts along each axis. A number as an index removes an
# axis, a slice keeps it:

# %%
a = np.arange(12).reshape(3, 4)  # 3 rows, 4 columns
print(a)
print(a[1].shape, a[:, 1].shape, a[:, 1:2].shape)

# %% [markdown]
# **Axis.** The axis that you name is the one that *disappears*:

# %%
print(a.sum(axis=0), "one sum per column: the 3 is gone")
print(a.sum(axis=1), "one sum per row: the 4 is gone")

# %% [markdown]
# **Broadcasting.** Shapes are compared from the right. An axis of length 1, or
# one that is missing, is stretched. No loop, and no copies in memory:

# %%
figures = profile.figures

column = np.array([[100], [200], [300]])
row = np.array([0, 10, 20, 30])
figures.broadcasting(column, row)

# %% [markdown]
# Two lengths that differ, and neither is 1: that is an error, and its message
# names both shapes. You will meet it often, so meet it now:

# %%
with ck.expect_error(ValueError):
    a + np.array([1, 2, 3])

# %% [markdown]
# **The matrix product.** A row times a column, added up. The inner lengths
# must agree and disappear: (2, **3**) times (**3**, 4) is (2, 4).

# %%
first = np.array([[1, 2, 3], [4, 5, 6]])
second = np.array([[1, 0, 2, 1], [0, 1, 1, 1], [2, 0, 0, 1]])
figures.matrix_product(first, second, row=1, column=2)

# %%
assert (first @ second)[1, 2] == 4 * 2 + 5 * 1 + 6 * 0 == 13
with ck.expect_error(ValueError):
    second @ first

# %% [markdown]
# The other way round the inner lengths are 4 and 2. In the message they are
# called the core dimension, and (size 2 is different from 4) is all you need.
#
# **The chain rule.** Two lines, one after the other: $y = 3x$, then $z = y^2$.
# Nudge $x$ by a little: $y$ moves three times as much, and $z$ moves $2y$
# times as much as $y$. So the effects multiply:
#
# $$\frac{dz}{dx} = \frac{dz}{dy} \cdot \frac{dy}{dx} = 2y \cdot 3 .$$
#
# At $x = 2$ that is $12 \cdot 3 = 36$. Believe it after the nudge:


# %%
def z(x):
    y = 3 * x
    return y**2


nudge = 1e-6
slope = (z(2 + nudge) - z(2 - nudge)) / (2 * nudge)
print(round(slope, 3))
assert round(slope, 3) == 36

# %% [markdown]
# A network is many such lines, and training is this rule applied to all of
# them. TensorFlow, JAX and PyTorch are machines that do this for you.
#
# ## Common mistakes
#
# **Cells out of order.** You run a cell before the one that makes its names.
# The symptom is an error about a name that you can see on the screen:

# %%
with ck.expect_error(NameError):
    not_defined_yet + 1

# %% [markdown]
# The remedy: *Kernel > Restart Kernel and Run All Cells*. If a notebook only
# works in a certain order, it does not work.
#
# **A view, not a copy.** A slice of an array is a window on the same numbers.
# The symptom: data change that you never touched.

# %%
original = np.zeros(3)
window = original[:2]
window[0] = 7
print(original)
assert original[0] == 7

# %% [markdown]
# Write `original[:2].copy()` if you want numbers of your own.
#
# **(3,) is not (3, 1).** All predictions below are right, yet the mean error
# is not 0. Broadcasting made a table out of two lists. The symptom is a shape
# that has grown:

# %%
predicted = np.array([[1.0], [2.0], [3.0]])  # (3, 1), as a network gives it
wanted = np.array([1.0, 2.0, 3.0])  # (3,)
for errors in (predicted - wanted, predicted[:, 0] - wanted):
    print(errors.shape, "mean error", round(np.abs(errors).mean(), 3))
assert (predicted - wanted).shape == (3, 3)

# %% [markdown]
# ## Quiz
#
# Click an option to see whether it is right, and why:

# %%
ck.quiz("00")

# %% [markdown]
# Or answer in a cell. Suppose you take question 00.5 for an error:

# %%
ck.answer("00.5", "a")

# %% [markdown]
# ## Exercises
#
# 00.1 you have seen above. Three are left.
#
# **00.2 (warm-up)** `batch` has the shape (32, 28, 28, 3). Which shape has
# `batch[:, 14, :, 0]`? Set `answer` to a tuple.

# %%
answer = ...  # your tuple here

# %%
ck.check("00.2", answer)

# %% [markdown]
# **00.3 (core)** Write `centred(a)`: subtract from every *column* of a matrix
# its mean. Broadcasting does it in one line.


# %%
def centred(a):
    """(n, k) -> (n, k), each column with mean zero."""
    ...  # your code here


# %%
ck.check("00.3", centred)

# %% [markdown]
# **00.4 (stretch)** $y = wx$ and $L = (y - t)^2$. Write `loss_slope(w, x, t)`,
# the derivative of $L$ with respect to $w$, by the chain rule.


# %%
def loss_slope(w, x, t):
    """One number: dL/dw."""
    ...  # your code here


# %%
ck.check("00.4", loss_slope)

# %% [markdown]
# **To discuss.** A question without a check.
#
# *Investigate.* Move all test digits by one pixel, and the nearest neighbour
# fails. Repair it without touching its rule: what else would you let it know?
# How far does your repair carry, and what does it cost?
#
# <details><summary>What a good answer contains</summary>
#
# Let it know each training picture three times: as it is, moved one pixel to
# the left, and one to the right. Then 353 of the moved digits are right, as
# many as before. But moved *down* only 240 are, and moved by two pixels 216:
# it forgives what it has been shown, and nothing else. With nine copies, all
# directions, a diagonal step is forgiven as well (353). Memory and time grow
# with the copies, and the copies multiply: place, size, slant, width of the
# pen. The method knows many threes; it has not learned what moving is.
# (Training with changed copies is *augmentation*, lesson 05.)
#
# </details>
#
# ## You can now
# - say that your machine multiplies tensors and takes a training step, which
#   you worked out by hand: from 0 to 1;
# - choose between quick and full;
# - do exercises with hints, take a quiz, and reset a notebook;
# - say when deep learning pays; and name what it has to beat: 353 of 360, with
#   no training;
# - predict shapes, and multiply slopes along a chain.
#
# Next: [01 · Images are tensors, and why a dense layer is the wrong
# tool](01_images_are_tensors.ipynb). There you train your first classifier, by
# hand.
#
# **References**
# - A. Krizhevsky, I. Sutskever and G. Hinton, *ImageNet classification with
#   deep convolutional neural networks*, NeurIPS (2012): the turning point.
# - L. Grinsztajn, E. Oyallon and G. Varoquaux, *Why do tree-based models still
#   outperform deep learning on typical tabular data?*, NeurIPS (2022).
# - T. Cover and P. Hart, *Nearest neighbor pattern classification*, IEEE
#   Transactions on Information Theory 13 (1967).
# - The NumPy user guide (numpy.org), chapter *Broadcasting*.
