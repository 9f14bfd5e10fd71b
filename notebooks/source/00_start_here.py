# %% [markdown]
# # 00 · Start here
#
# You will know within a minute whether your machine can run the whole course,
# and how to work through a lesson.
#
# | | |
# |---|---|
# | **Before this** | a little Python: functions, loops, lists |
# | **Time** | 20 min to read, 10 s to run (quick and full) |
# | **Data** | 1,797 real handwritten digits, bundled |
# | **Hardware** | any laptop |
# | **You should end with** | a green light |
#
# ## In this lesson you will
# - run one tensor operation and one training step on your machine;
# - tell the two profiles, quick and full, apart;
# - do an exercise, take a quiz and reset a notebook;
# - refresh array shapes, broadcasting and the chain rule;
# - decide when deep learning is the right tool, and when it is not.

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
# That cell looks for the course's files. It is the first cell of every lesson
# and you never have to read it. The second one starts the lesson: it fixes the
# random numbers, so that you see what is printed here, and says what it uses.

# %%
import coursekit as ck

profile = ck.start("00")

# %% [markdown]
# In your own session two more lines name your device and backend. If they say
# CPU, all is well: every lesson's quick run is made for two processor cores.
#
# ## Is everything there?
#
# One operation on a tensor, on whatever device you have:

# %%
from keras import ops

product = ops.matmul(ops.ones((2, 3)), ops.ones((3, 4)))
print(tuple(product.shape), float(product[0, 0]))
assert tuple(product.shape) == (2, 4) and float(product[0, 0]) == 3

# %% [markdown]
# Why 3? Each entry is a row of three ones times a column of three ones. If
# that
# was not obvious, the *shape clinic* below is for you.
#
# Now the smallest possible training: one model with one weight, one step. The
# model says $y = w x$ with $w = 0$; the data say that 1 belongs to 2. Which
# way will $w$ move?

# %%
import keras
import numpy as np
from keras import layers

inputs = layers.Input((1,), name="x")
outputs = layers.Dense(
    1, use_bias=False, kernel_initializer="zeros", name="w"
)(inputs)
model = keras.Model(inputs, outputs, name="one_weight")
model.compile(keras.optimizers.SGD(0.25), loss="mean_squared_error")
history = model.fit(np.array([[1.0]]), np.array([[2.0]]), verbose=0)

# %%
weight = float(model.get_weights()[0][0, 0])
print("loss before the step", history.history["loss"][0])
print("weight after it     ", weight)
assert weight == 1.0

# %% [markdown]
# By hand: the loss is $(w - 2)^2 = 4$, its slope is $2(w - 2) = -4$, and the
# step is $-0.25 \times (-4) = 1$. Your machine can learn. Everything else is
# more of the same.
#
# Something is red instead? In a terminal, `coursekit doctor` checks the whole
# set-up and names the fix for each problem.
#
# ## Two profiles
#
# | | quick | full |
# |---|---|---|
# | for | learning on a laptop, tests | the real data set, on a GPU |
# | data | bundled, no network | downloaded once |
# | a lesson takes | about a minute | minutes to an hour |
# | switch | (default) | `COURSEKIT_PROFILE=full` |
#
# The cells are the same in both. Numbers that differ are in `profile`:

# %%
print(profile.name, "->", profile.dataset, "at", profile.size, "pixels")

# %% [markdown]
# ## How to work through a lesson
#
# 1. Run the cells from top to bottom with Shift + Enter.
# 2. When the text asks a question, **answer it before you run the cell**. A
#    wrong guess teaches more than a right reading.
# 3. Change numbers and run again. You cannot break anything: `coursekit reset
#    00` in a terminal brings a clean copy and keeps yours.
# 4. Do the exercises. They are checked at once.
#
# ## How an exercise works
#
# You get a stub with `...` in it, and a check below it. This is the check of a
# stub that nobody touched:


# %%
def double(x):
    """Twice x."""
    ...  # your code here


# %%
ck.check("00.1", double)

# %% [markdown]
# And this is what a wrong answer looks like. The check shows the smallest
# input
# on which it differs, and if it knows the mistake, it says so:


# %%
def squared_instead(x):
    return x**2


ck.check("00.1", squared_instead)

# %% [markdown]
# A hint costs nothing. There are three, each says more than the one before:

# %%
ck.hint("00.1")


# %%
def double(x):
    return 2 * x


ck.check("00.1", double)

# %% [markdown]
# `ck.solution("00.1")` shows one good answer, and `ck.progress()` how far you
# are. Your progress is in one small file, `progress.json` in the folder
# `work`.
# Delete it to start afresh.
#
# ## The map
#
# The course goes from one pixel to a sentence about a picture:

# %%
from coursekit.figures import course

course.course_map()

# %% [markdown]
# Pictures first (01 to 10), then sequences (11 to 20), then both at once (21
# to 24). Each lesson names the ones it builds on. Some are still being
# written:
# the README's table lists those that are there.
#
# ## When deep learning pays
#
# Deep learning is one tool. It pays when
#
# - **there are many examples**: thousands at least, for a network trained from
#   nothing (lesson 08 shows how to get by with fewer);
# - **nobody can write down the features**: what makes a picture a cat, what
#   makes a review ironic;
# - **there is computing power** to train it, and patience to try variants;
# - **a right answer matters more than a reason for it**.
#
# It does not pay when a table with twenty columns says it all: there,
# gradient-boosted trees are usually as good or better, train in seconds and
# tell you which column mattered. Nor when a rule is known (a tax, a physical
# law), when there are fifty examples, or when every decision must be explained
# to the person it is about.
#
# Try the question on the digits. How far does a method without any training
# get, one that answers with the label of the most similar known picture?

# %%
digits = ck.data.load("digits", size=8)
known = digits.train.x.reshape(len(digits.train), -1).astype(float)
new = digits.test.x.reshape(len(digits.test), -1).astype(float)
distances = ((new[:, np.newaxis] - known) ** 2).sum(axis=2)  # (360, 1077)
guess = digits.train.y[distances.argmin(axis=1)]
right = int((guess == digits.test.y).sum())
print(right, "of", len(digits.test), "right")
assert right > 345

# %% [markdown]
# Four lines, no training, nearly everything right. On small clean pictures the
# classical method is hard to beat, and an honest comparison must name it. It
# stops working when pictures are large, cluttered or shifted. That is where
# this course begins.
#
# ## The shape clinic
#
# Skip this section if the cells hold no surprise.
#
# **Indexing.** An array has axes; `shape` counts along each. Predict the three
# shapes:

# %%
a = np.arange(12).reshape(3, 4)  # 3 rows, 4 columns
print(a)
print(a[1].shape, a[:, 1].shape, a[:, 1:2].shape)

# %% [markdown]
# A number as an index removes the axis, a slice keeps it. `a[:, 1]` has one
# axis, `a[:, 1:2]` has two.
#
# **Axis.** `sum(axis=0)` walks along axis 0 and makes it disappear:

# %%
print(a.sum(axis=0), "one sum per column")
print(a.sum(axis=1), "one sum per row")

# %% [markdown]
# **Broadcasting.** Shapes are compared from the right. An axis of length 1, or
# a missing one, is stretched:

# %%
row = np.array([0, 10, 20, 30])  # (4,) counts as (1, 4)
column = np.array([[100], [200], [300]])  # (3, 1)
print((a + row).shape, (a + column).shape, (row + column).shape)

# %% [markdown]
# Two lengths that differ, and neither is 1: that is an error, and its message
# names both shapes. You will see it often, so meet it now:

# %%
with ck.expect_error(ValueError):
    a + np.array([1, 2, 3])

# %% [markdown]
# **Matrix product.** (m, n) times (n, k) gives (m, k): the inner lengths must
# agree.

# %%
m = np.ones((3, 4)) @ np.ones((4, 2))
print(m.shape)
with ck.expect_error(ValueError):
    np.ones((3, 4)) @ np.ones((3, 4))

# %% [markdown]
# **The chain rule.** If $z = f(y)$ and $y = g(x)$, then
#
# $$\frac{dz}{dx} = \frac{dz}{dy} \cdot \frac{dy}{dx} .$$
#
# On two lines: $y = 3x$ and $z = y^2$. At $x = 2$: $y = 6$, $dz/dy = 2y = 12$,
# $dy/dx = 3$, so $dz/dx = 36$. Check it with a small nudge:


# %%
def z(x):
    y = 3 * x
    return y**2


nudge = 1e-6
slope = (z(2 + nudge) - z(2 - nudge)) / (2 * nudge)
print(round(slope, 3))
assert round(slope, 3) == 36

# %% [markdown]
# Training a network is this rule, applied to many lines.
#
# ## Common mistakes
#
# **Cells out of order.** You run a cell before the one that defines its names.
# The symptom:

# %%
with ck.expect_error(NameError):
    not_defined_yet + 1

# %% [markdown]
# The remedy is *Kernel > Restart and run all*.
#
# **A view, not a copy.** A slice of an array is a window on the same numbers.
# Change it and the original changes too:

# %%
original = np.zeros(3)
window = original[:2]
window[0] = 7
print(original)
assert original[0] == 7

# %% [markdown]
# Write `original[:2].copy()` when you want your own numbers.
#
# ## Quiz
#
# Click an option, or call `ck.answer("00.1", "a")`.

# %%
ck.quiz("00")

# %% [markdown]
# ## Exercises
#
# **00.1 (warm-up)** was `double`, above.
#
# **00.2 (core)** Write `centred(a)`: subtract from every *column* of a matrix
# its mean. Broadcasting does it in one line.


# %%
def centred(a):
    """(n, k) -> (n, k), each column with mean zero."""
    ...  # your code here


# %%
ck.check("00.2", centred)

# %% [markdown]
# **00.3 (stretch)** $y = wx$ and $L = (y - t)^2$. Write `slope(w, x, t)`, the
# derivative of $L$ with respect to $w$, with the chain rule.


# %%
def loss_slope(w, x, t):
    """One number: dL/dw."""
    ...  # your code here


# %%
ck.check("00.3", loss_slope)

# %% [markdown]
# ## You can now
# - say that your machine multiplies tensors and takes a training step;
# - switch between quick and full;
# - do exercises, take a quiz, reset a notebook;
# - predict array shapes and use the chain rule;
# - name cases for and against deep learning, and a baseline without training.
#
# Next: [01 · Images are tensors](01_images_are_tensors.ipynb).
#
# **References.** Broadcasting: the NumPy user guide, *Broadcasting*. Trees and
# tables: L. Grinsztajn, E. Oyallon and G. Varoquaux (2022), *Why do tree-based
# models still outperform deep learning on typical tabular data?*, NeurIPS.
