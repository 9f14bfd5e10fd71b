# %% [markdown]
# # 02 · Convolution by hand
#
# You will compute every number of a convolution layer with a pencil, code it
# three ways, differentiate it, and let it learn its own kernel.
#
# | | |
# |---|---|
# | **Before this** | [01 · Images are tensors](01_images_are_tensors.ipynb) |
# | **Time** | 58 min on the road, 45 of exercises, 5 of quiz |
# | **Runs in** | 12 s (quick and full) |
# | **Data** | two real photographs (bundled) |
# | **Hardware** | any laptop; a GPU brings nothing here |
# | **You should end with** | loops = NumPy = Keras, forward and backward |
#
# ## In this lesson you will
# - smooth a noisy sensor with seven weights, and meet the flip;
# - write the sliding sum in loops; NumPy and Keras give the same, exactly;
# - see what twelve hand-made kernels find in a photograph, and draw your own;
# - compute sizes and parameters with padding, stride and channels;
# - write a convolution as a matrix, and back-propagate through it;
# - let gradient descent find a Sobel kernel by itself.

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

profile = ck.start("02")

# %% [markdown]
# ## One axis first: a noisy sensor
#
# A robot measures its position twelve times. Each reading is a little off. You
# trust the newest reading most, and the older ones less and less: a weighted
# average of seven readings.

# %%
import numpy as np

w = np.array([0.01, 0.01, 0.02, 0.02, 0.04, 0.4, 0.5])  # oldest first
x = np.array(
    [1.00, 1.10, 1.20, 1.40, 1.70, 1.80, 1.90, 2.10, 2.20, 2.40, 2.50, 2.70]
)
print("the weights sum to", round(float(w.sum()), 2))

# %% [markdown]
# The first average, on paper: seven products, one sum.

# %%
print((w * x[:7]).round(3), "sum", round(float((w * x[:7]).sum()), 3))

# %% [markdown]
# Then move on by one reading, and again. How many averages do twelve readings
# give? Count before you run:

# %%
smooth = np.array([(w * x[i : i + 7]).sum() for i in range(12 - 7 + 1)])
print(smooth.round(3))
assert np.allclose(
    smooth, [1.811, 1.967, 2.112, 2.269, 2.413, 2.569], atol=5e-4
)

# %% [markdown]
# Slide, multiply, add: six places for seven weights on twelve numbers. This
# little sum is all there is to the lesson. The weights that slide are called a
# **kernel**.
#
# | often written | computed |
# |---|---|
# | 1.80, 1.96, 2.11, 2.16, 2.28, 2.42 | 1.811 1.967 2.112 2.269 2.413 2.569 |
#
# (Sums of seven products by hand go wrong easily: from the fourth on the usual
# board is off by a tenth and more.)

# %%
figures = profile.figures

figures.signals(
    {"measured": (range(12), x), "smoothed": (range(6, 12), smooth)},
    "reading",
    "position",
)

# %% [markdown]
# The smoothed line runs *below* the measured one. Is that noise? No: an
# average of older readings of a moving robot is late. How late, and how much
# quieter? Errors that know nothing of each other add up in squares:

# %%
age = np.arange(6, -1, -1)  # of the seven readings, in readings
print("average age", round(float((w * age).sum()), 2))
print("errors left", round(float(np.sqrt((w**2).sum())), 2))

# %% [markdown]
# About three quarters of a reading late, for two thirds of the noise. A kernel
# always trades one thing for another; here it is calm for speed.
#
# ## Convolution, or correlation?
#
# NumPy has two functions that slide, multiply and add. Which of the two gives
# your six numbers?

# %%
print("correlate", np.correlate(x, w, mode="valid").round(3))
print("convolve ", np.convolve(x, w, mode="valid").round(3))
assert np.allclose(np.correlate(x, w, mode="valid"), smooth)

# %% [markdown]
# `correlate` does (in full: **cross-correlation**). `convolve` **flips** the
# weights first, and then weighs the *oldest* reading most. In formulas:
#
# $$\text{correlation: } y_t = \sum_k x_{t+k}\, w_k \qquad
# \text{convolution: } y_t = \sum_k x_{t-k}\, w_k$$
#
# and for pictures
#
# $$\text{correlation: } Y_{ij} = \sum_{a,b} X_{i+a,\,j+b}\, W_{ab} \qquad
# \text{convolution: } Y_{ij} = \sum_{a,b} X_{i-a,\,j-b}\, W_{ab} .$$
#
# One is the other with the kernel turned round:

# %%
flipped = np.convolve(x, w[::-1], mode="valid")
print("flip, then convolve = correlate:", np.allclose(flipped, smooth))
assert np.allclose(flipped, smooth)

# %% [markdown]
# Why would anybody flip? Send in a single 1 and look at what comes out:

# %%
knock = np.array([0, 0, 1, 0, 0])
print("convolve ", np.convolve(knock, [1, 2, 3], mode="same"))
print("correlate", np.correlate(knock, [1, 2, 3], mode="same"))

# %% [markdown]
# A convolution answers one knock with the kernel itself; a correlation answers
# it backwards. Signal processing describes systems by their answer to a knock,
# so it flips.
#
# **What deep-learning libraries call convolution is correlation.** It makes no
# difference to a network: it *learns* the weights, and would learn them
# flipped. It does make a difference when you put in weights by hand. From here
# on this course says convolution, as everybody does, and slides without a
# flip.
#
# ## Two axes: slide over a picture
#
# A 5 x 5 picture of zeros and ones, and a 3 x 3 kernel with five ones, like
# the five of a die. At each place, count the ones of the picture that lie
# under the ones of the kernel:

# %%
binary = np.array(
    [
        [1, 1, 1, 0, 0],
        [0, 1, 1, 1, 0],
        [0, 0, 1, 1, 1],
        [0, 0, 1, 1, 0],
        [0, 1, 1, 0, 0],
    ]
)
cross = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
window = binary[0:3, 0:3]
print(window * cross)
print("sum", (window * cross).sum())

# %% [markdown]
# That was the first place. Here is the fifth, the middle of the picture. What
# will the remaining four numbers be?

# %%
figures.sliding_window(binary, cross, step=4)

# %% [markdown]
# Now all nine, as a film. (Where films do not play you see the finished map.)

# %%
figures.SlidingWindowFilm(binary, cross)

# %% [markdown]
# The result is called a **feature map**: it says *where* the picture looks
# like the kernel. Now as code. A picture of $h \times w$ and a kernel of
# $f \times g$ give a map with $h - f + 1$ rows and $w - g + 1$ columns. With
# $i, j, a, b$ counted from 0:
#
# $$Y_{ij} = \sum_{a=0}^{f-1} \sum_{b=0}^{g-1} X_{i+a,\,j+b}\, W_{ab}$$
#
# **02.1 (core)** Write `correlate_loops`: two loops over the places, two over
# the kernel. Pictures and kernels need not be square, and nothing is flipped.


# %%
def correlate_loops(image, kernel):
    """(h, w) and (f, g) -> (h - f + 1, w - g + 1), one product at a time."""
    ...  # your code here


# %%
ck.check("02.1", correlate_loops)

# %% [markdown]
# Stuck? `ck.hint("02.1")`. One good answer is folded into the next cell: try
# first, then compare. Run it in any case. The lesson goes on with your loops
# if they are right, else with the good ones, and says which.


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_correlate_loops(image, kernel):
    f, g = kernel.shape
    height, width = image.shape[0] - f + 1, image.shape[1] - g + 1
    result = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            for a in range(f):
                for b in range(g):
                    result[i, j] += image[i + a, j + b] * kernel[a, b]
    return result


correlate_loops = ck.yours_or_good(
    "02.1", correlate_loops, good_correlate_loops
)

# %%
counted = correlate_loops(binary, cross)
print(counted.astype(int))
assert counted.tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]

# %% [markdown]
# ## Edges
#
# A kernel whose left column is +1 and whose right column is -1 compares left
# with right. What does it answer where both sides are equally bright?

# %%
vertical = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])
half = np.array([[10, 10, 10, 0, 0, 0]] * 6)  # bright left, dark right
print(correlate_loops(half, vertical).astype(int))
assert correlate_loops(half, vertical).tolist() == [[0, 30, 30, 0]] * 4

# %% [markdown]
# Zero where nothing changes, 30 at the edge. (Two columns of 30, because a
# window of three straddles the edge at two places.) Now a picture without a
# plan:

# %%
six = np.array(
    [
        [3, 0, 1, 2, 7, 4],
        [1, 5, 8, 9, 3, 1],
        [2, 7, 2, 5, 1, 3],
        [0, 1, 3, 1, 7, 8],
        [4, 2, 1, 6, 2, 8],
        [2, 4, 5, 2, 3, 9],
    ]
)
edges = correlate_loops(six, vertical).astype(int)
print(edges)
assert edges[0].tolist() == [-5, -4, 0, 8]

# %% [markdown]
# First number by hand: left column 3 + 1 + 2, right column 1 + 8 + 2, so
# 6 - 11 = -5. Two more for practice: `five` with the kernel `vertical`, and
# `other` with the kernel `third`. Compute the first output of each on paper
# before you run the cell after the numbers:

# %%
five = np.array(
    [
        [7, 2, 3, 3, 8],
        [4, 5, 3, 8, 4],
        [3, 3, 2, 8, 4],
        [2, 8, 7, 2, 7],
        [5, 4, 4, 5, 4],
    ]
)
other = np.array(
    [
        [5, 2, 3, 1, 2, 4],
        [2, 4, 1, 0, 3, 1],
        [5, 1, 0, 2, 8, 3],
        [0, 2, 1, 5, 2, 4],
        [2, 7, 0, 0, 2, 1],
        [1, 3, 2, 8, 7, 0],
    ]
)
third = np.array([[1, 2, -1], [0, 1, 2], [-2, 1, 0]])

# %%
print("5 x 5, vertical edges:", int(correlate_loops(five, vertical)[0, 0]))
print("6 x 6, third kernel:  ", int(correlate_loops(other, third)[0, 0]))
assert correlate_loops(five, vertical)[0, 0] == 6
assert correlate_loops(other, third)[0, 0] == 3

# %% [markdown]
# And one with a **bias**: a number that is added at every place, whatever the
# window holds. Kernels may be 2 x 2, too:

# %%
small = np.array([[2, 2, 1], [3, 1, -1], [4, 3, 2]])
corner = np.array([[1, -1], [-1, 0]])
with_bias = correlate_loops(small, corner).astype(int) + 2
print("3 x 3, bias 2:", with_bias.tolist())
assert with_bias.tolist() == [[-1, 2], [0, 1]]

# %% [markdown]
# ## Three ways, one result
#
# Loops are clear and slow. NumPy can lay out all windows at once, without
# copying anything, and multiply them in one go:


# %%
def correlate(image, kernel):
    """The same as correlate_loops, with all windows at once."""
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijab,ab->ij", windows, kernel)


# %% [markdown]
# (`einsum` reads: for every place `ij`, multiply over `ab` and add.) And Keras
# has a layer. It wants a batch axis and channels, and its kernel has the shape
# (height, width, channels, filters):

# %%
from keras import layers


def correlate_keras(image, kernel):
    """The same with a Conv2D layer, whose weights are set by hand."""
    layer = layers.Conv2D(1, kernel.shape, use_bias=False)
    layer.build((None, *image.shape, 1))
    layer.set_weights([kernel[:, :, np.newaxis, np.newaxis]])
    batch = image[np.newaxis, :, :, np.newaxis].astype("float32")
    return np.array(layer(batch))[0, :, :, 0]


# %% [markdown]
# Are they the same? First on the small examples, where equal means equal:

# %%
ways = (correlate_loops, correlate, correlate_keras)
for image, kernel in ((binary, cross), (six, vertical), (other, third)):
    results = [way(image, kernel) for way in ways]
    assert all((result == results[0]).all() for result in results)
print("loops = NumPy = Keras, exactly")

# %% [markdown]
# Then on a photograph. Red, green and blue added up make whole numbers from 0
# to 765, and whole numbers this small are exact in single precision. So there
# is no excuse for a difference, at any of the places:

# %%
photo = ck.data.load("photos").images["china"]
whole = photo.astype(int).sum(axis=2)  # (213, 320), 0 to 765
sobel = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
by_loops, by_numpy, by_keras = (way(whole, sobel) for way in ways)
equal = (by_loops == by_numpy) & (by_numpy == by_keras)
print(f"equal at {equal.sum():,} of {equal.size:,} places")
assert equal.all()

# %% [markdown]
# With fractions, sums are rounded, and each way adds in its own order. How far
# apart may they be? Nine products with a relative error of at most
# $\varepsilon = 2^{-23}$ each:

# %%
grey = whole / 765  # 0 black to 1 white
difference = np.abs(correlate(grey, sobel) - correlate_keras(grey, sobel))
epsilon = np.finfo("float32").eps
allowed = 9 * epsilon * correlate(grey, np.abs(sobel))
print("within the rounding of float32:", bool((difference <= allowed).all()))
assert (difference <= allowed).all()

# %% [markdown]
# Equal as far as numbers in a machine can be. (How much faster the other two
# are, and the same sliding along one axis and along three, is in the
# [Reference](#Reference).)
#
# ## What kernels find in a photograph
#
# Edges in four directions; Sobel and Scharr, which weigh the middle row more;
# a Laplacian (centre -8: does a pixel differ from its eight neighbours?):

# %%
oblique = np.array([[0, 1, 2], [-1, 0, 1], [-2, -1, 0]])
edge_kernels = {
    "vertical edges": vertical,
    "horizontal edges": vertical.T,
    "oblique /": oblique[:, ::-1],
    "oblique \\": oblique,
    "Sobel": sobel,
    "Scharr": np.array([[3, 0, -3], [10, 0, -10], [3, 0, -3]]),
    "Laplacian": np.array([[1, 1, 1], [1, -8, 1], [1, 1, 1]]),
}

# %% [markdown]
# And kernels that give back a picture: the one that does nothing, two blurs, a
# sharpener, and one that makes a relief (as if what is dark stood out, and the
# light came from the upper left):

# %%
bell = np.array([1, 4, 6, 4, 1]) / 16
picture_kernels = {
    "identity": np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    "box blur": np.full((5, 5), 1 / 25),
    "Gaussian blur": np.outer(bell, bell),
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "emboss": np.array([[2, 1, 0], [1, 1, -1], [0, -1, -2]]),
}
kernels = picture_kernels | edge_kernels
tower = grey[10:130, 25:185]
figures.kernel_gallery(
    {name: correlate(tower, kernel) for name, kernel in kernels.items()}
)

# %% [markdown]
# Blue is a positive answer, red a negative one. Find a left edge of the tower
# (sky to the left, so bright to dark): blue. A right edge: red. And find the
# roof's rim, which "vertical edges" overlooks and "horizontal edges" does not.
#
# What tells the two groups of kernels apart? Look at their sums:

# %%
for name, kernel in kernels.items():
    print(f"{name:<17} sum {round(float(kernel.sum()), 6):g}")
assert all(kernel.sum() == 0 for kernel in edge_kernels.values())

# %% [markdown]
# A kernel whose weights sum to 0 answers nothing on an even surface: it sees
# differences only. One whose weights sum to 1 keeps the brightness.
#
# ### Draw your own kernel
#
# In your own session the next cell shows nine boxes, and the answer follows
# what you type. Elsewhere you see one kernel and its answer. Three riddles:
# which kernel moves the picture by one pixel? Which one turns it into its
# negative? Which answers an upright bright line, one pixel wide, twice as
# strongly as an upright edge?

# %%
mine = np.array([[1, 1, 0], [1, 0, -1], [0, -1, -1]])
figures.KernelWorkbench(tower, mine, correlate)

# %% [markdown]
# <details><summary>Answers to the three riddles, when you have yours</summary>
#
# - **Moved:** a 1 beside the middle, everything else 0. With the 1 on the
#   right each place takes the value of its right neighbour: the picture moves
#   to the left.
# - **Negative:** -1 in the middle, everything else 0. White becomes -1 and
#   black 0, so what was brightest is now darkest. (A negative in a
#   photographer's sense is 1 - x: the same with a bias of 1.)
# - **Lines:** three rows of -1, 2, -1. A line in the middle gives 2 a row, an
#   edge -1 on its dark side and 1 on its bright side. None answers lines and
#   leaves edges alone: a line is two edges side by side.
#
# </details>
#
# ## Depth: one kernel per channel, one sum
#
# A colour picture has three channels. The **filter** then has three layers, a
# kernel for each channel, each looks at its own, and the three sums are
# **added up**, with one bias. One place, by hand:

# %%
patch = np.array(
    [
        [[0, 0, 0], [0, 156, 155], [0, 153, 154]],
        [[0, 0, 0], [0, 167, 166], [0, 164, 165]],
        [[0, 0, 0], [0, 163, 162], [0, 160, 161]],
    ]
)  # R, G, B
weights = np.array(
    [
        [[-1, -1, 1], [0, 1, -1], [0, 1, 1]],
        [[1, 0, 0], [1, -1, -1], [1, 0, -1]],
        [[0, 1, 1], [0, 1, 0], [1, -1, 1]],
    ]
)

# %%
red, green, blue = (patch * weights).sum(axis=(1, 2))
print(f"{red} + ({green}) + {blue} + 1 = {red + green + blue + 1}")
assert (red, green, blue, red + green + blue + 1) == (308, -498, 164, -25)

# %% [markdown]
# Three channels in, **one** number out. A second filter gives a second map: as
# many maps as filters, whatever the number of channels. With $C$ channels and
# filters $k = 1 \dots K$,
#
# $$Y_{ijk} = b_k + \sum_{a,b,c} X_{i+a,\,j+b,\,c}\; W_{abck} .$$
#
# That is the whole forward pass of a convolution layer, and in code it is
# hardly longer than before:


# %%
def layer_forward(pictures, kernels, bias):
    """(n, h, w, c), (f, g, c, k), (k,) -> (n, h - f + 1, w - g + 1, k)."""
    windows = np.lib.stride_tricks.sliding_window_view(
        pictures, kernels.shape[:2], axis=(1, 2)
    )  # (n, i, j, c, f, g)
    return np.einsum("nijcab,abck->nijk", windows, kernels) + bias


# %% [markdown]
# Two filters of 3 x 3 x 3 on a 6 x 6 x 3 picture. What shape comes out? Then
# the same with Keras' layer, and the comparison:

# %%
rng = np.random.default_rng(profile.seed)
picture = rng.integers(0, 256, (1, 6, 6, 3)).astype("float32")
filters = rng.integers(-2, 3, (3, 3, 3, 2))
bias = np.array([1, -1])
layer = layers.Conv2D(2, 3)
layer.build((None, 6, 6, 3))
layer.set_weights([filters, bias])
ours, theirs = layer_forward(picture, filters, bias), np.array(layer(picture))
print(ours.shape[1:], "own layer = Keras:", bool((ours == theirs).all()))
assert ours.shape[1:] == (4, 4, 2) and (ours == theirs).all()

# %% [markdown]
# What do several filters see in colour? Four on the flower: an edge in all
# channels, *how orange is it* (red minus blue, a kernel of one pixel), the
# same blurred, and *where does orange begin*:

# %%
flower = ck.data.load("photos").images["flower"][30:190, 70:230] / 255
orange = np.array([1, 0, -1])  # red minus blue
four = np.zeros((5, 5, 3, 4))  # (height, width, channels, filters)
four[1:4, 1:4, :, 0] = sobel[:, :, np.newaxis] / 3
four[2, 2, :, 1] = orange
four[:, :, :, 2] = np.full((5, 5, 1), 1 / 25) * orange
four[1:4, 1:4, :, 3] = sobel[:, :, np.newaxis] * orange
maps = layer_forward(flower[np.newaxis], four, 0)[0]
names = ("edge", "orange", "orange, blurred", "orange begins")
figures.kernel_gallery(
    {"picture": flower} | dict(zip(names, maps.transpose(2, 0, 1))), columns=5
)

# %% [markdown]
# The second filter is zero but for its middle: a **1 x 1 convolution**. It
# looks at one pixel and only mixes channels. You know another one: with three
# weights of 1/3 it turns colour to grey.
#
# ## Padding
#
# Each convolution eats the border: 8 x 8 becomes 6 x 6 with a 3 x 3 kernel.
# And it cheats the corners: how often does each pixel take part? Let the
# window walk, and count its visits, also with a border of zeros around the
# picture:


# %%
def visits(side, size, border):
    """How often each pixel lies under the window: (side, side)."""
    places = side + 2 * border - size + 1
    seen = np.zeros((side + 2 * border,) * 2)
    for i in range(places):
        for j in range(places):
            seen[i : i + size, j : j + size] += 1
    return seen[border : border + side, border : border + side]


counts = {
    "valid: no border": visits(8, 3, 0),
    "same: border of 1": visits(8, 3, 1),
    "full: border of 2": visits(8, 3, 2),
}
figures.visit_counts(counts)

# %%
narrow = counts["valid: no border"]
print("corner", int(narrow[0, 0]), " centre", int(narrow[4, 4]))
assert narrow[0, 0] == 1 and narrow[4, 4] == 9

# %% [markdown]
# Without a border a corner counts once, the centre nine times. What lies in
# the corners of your pictures is almost ignored, and after each further layer
# more so. The three borders have names:
#
# - **valid** (narrow): none. The map shrinks by $f - 1$.
# - **same**: $p = (f - 1)/2$ on each side, for an odd kernel size $f$. The map
#   keeps the size.
# - **full** (wide): $p = f - 1$. Every pixel is seen $f \times f$ times, and
#   the map grows by $f - 1$.

# %%
shapes = profile.module("shapes")

for name, p in (("valid", 0), ("same", 1), ("full", 2)):
    side = shapes.output_size(8, kernel_size=3, padding=p)
    print(f"{name:<6} p = {p}: 8 x 8 -> {side} x {side}")
assert shapes.output_size(8, 3) == 6 and shapes.output_size(8, 3, 1, 1) == 8
assert shapes.padding_for_same(3) == 1

# %% [markdown]
# Mind the words: "padding set to zero" is $p = 0$, the first line, and adds
# nothing. **Zero padding** is a border *of zeros*, the other two.
#
# The sensor again, with its seven weights on twelve readings. `np.correlate`
# knows the same three words:

# %%
for mode in ("valid", "same", "full"):
    print(f"{mode:<6}{len(np.correlate(x, w, mode)):>3} numbers")

# %% [markdown]
# An example to follow with a pencil: five rows of grey values, padded with
# zeros, and the sharpen kernel. The first output: 5 x 105 - 102 - 103.

# %%
values = np.array(
    [
        [105, 102, 100, 97, 96],
        [103, 99, 103, 101, 102],
        [101, 98, 104, 102, 100],
        [99, 101, 106, 104, 99],
        [104, 104, 104, 100, 98],
    ]
)
sharpened = correlate(np.pad(values, 1), kernels["sharpen"])
print(sharpened)
assert sharpened[0].tolist() == [320, 206, 198, 188, 281]

# %% [markdown]
# Look at the rim: 320 and 281, where the inside is near 100. The kernel
# compares the rim with the zeros outside and finds an edge that is not in the
# picture. Padding is a small lie, and this is its price.
#
# ## Stride
#
# With stride 2 the window moves two pixels at a time. It computes every second
# row and column of the same map:

# %%
print(sharpened[::2, ::2])
assert sharpened[::2, ::2].shape == (3, 3)
assert sharpened[::2, ::2][0].tolist() == [320, 198, 281]

# %% [markdown]
# ## The one formula
#
# How many places are there? The padded row has $n + 2p$ pixels. The window's
# left edge can move over $n + 2p - f$ of them, in steps of $s$, and the place
# where it starts counts, too:
#
# $$\text{output} = \left\lfloor \frac{n + 2p - f}{s} \right\rfloor + 1$$
#
# Predict each, then run:


# %%
def output_size(n, f, s=1, p=0):
    return (n + 2 * p - f) // s + 1


cases = {
    "8 with f=3": output_size(8, 3),
    "8 with f=3, p=1": output_size(8, 3, p=1),
    "5 with f=3, s=2, p=1": output_size(5, 3, 2, 1),
    "227 with f=11, s=4": output_size(227, 11, 4),
    "224 with f=11, s=4": output_size(224, 11, 4),
    "32 with f=5": output_size(32, 5),
}
for name, size in cases.items():
    print(f"{name:<21} -> {size}")
assert list(cases.values()) == [6, 8, 3, 55, 54, 28]

# %% [markdown]
# The fourth and the fifth line: the first layer of AlexNet (lesson 06). Its
# input is often given as 224 pixels. Then the division leaves a rest:

# %%
print("places", *divmod(227 - 11, 4), " and", *divmod(224 - 11, 4))

# %% [markdown]
# With 227 it comes out even. With 224 one pixel at the edge is never looked
# at, because **a window that would stick out is not placed: round down**.
#
# Don't trust a formula because it looks right. Walk through all layers with 1
# to 20 pixels, kernels up to 7, strides up to 5 and borders up to 3, and count
# the places one by one:

# %%
checked = 0
for n, f, s, p in np.ndindex(21, 8, 6, 4):
    if n and f and s and f <= n + 2 * p:
        places = sum(1 for left in range(0, n + 2 * p - f + 1, s))
        assert output_size(n, f, s, p) == places
        checked += 1
print(f"{checked:,} layers, no exception")
assert checked == 2630

# %% [markdown]
# With K = 2 filters, F = 3, stride S = 2 and padding P = 1, a 5 x 5 x 3 input
# becomes this, by formula and by Keras (which pads in a layer of its own):

# %%
padded = layers.ZeroPadding2D(1).compute_output_shape((None, 5, 5, 3))
by_layer = layers.Conv2D(2, 3, strides=2).compute_output_shape(padded)
side = output_size(5, f=3, s=2, p=1)
print((side, side, 2), by_layer[1:])
assert by_layer[1:] == (side, side, 2) == (3, 3, 2)

# %% [markdown]
# The helper `shapes.output_size` computes the same
# ([Reference](#Reference)).
#
# "Stride 0" is sometimes written for windows that do not overlap. Those have
# stride $f$: three windows of three tile nine pixels.
#
# ## Counting parameters
#
# Each filter has f x f x channels weights and one bias. The size of the
# picture does not appear:

# %%
ten_filters = (3 * 3 * 3 + 1) * 10
many = 3 * 3 * 256 * 256
print(f"10 filters of 3 x 3 x 3: {ten_filters} parameters")
print(f"256 filters of 3 x 3 on 256 channels: {many:,} weights + 256 biases")
assert ten_filters == shapes.convolution_parameters(3, 3, 10) == 280
assert many == shapes.convolution_parameters(3, 256, 256, False) == 589_824

# %% [markdown]
# Does Keras count the same? And what about six filters of 5 x 5 on a colour
# picture, for which boards often show 26 x 6 = 156?


# %%
def keras_count(filters, size, channels):
    layer = layers.Conv2D(filters, size)
    layer.build((None, 32, 32, channels))
    return layer.count_params()


print(keras_count(10, 3, 3), f"{keras_count(256, 3, 256):,}")
print("grey", keras_count(6, 5, 1), " colour", keras_count(6, 5, 3))
assert keras_count(10, 3, 3) == 280
assert keras_count(256, 3, 256) == 589_824 + 256
assert keras_count(6, 5, 3) == (5 * 5 * 3 + 1) * 6 == 456

# %% [markdown]
# Few parameters do not mean little work, since each weight is used at every
# place. On maps of 13 x 13, the 589,824 weights make:

# %%
work = shapes.multiply_adds((13, 13, 256), kernel_size=3, channels=256)
print(f"{work:,} products, {work // many} for each weight")
assert work == many * 13 * 13

# %% [markdown]
# ## How far does a unit see?
#
# One 3 x 3 convolution sees 3 pixels. A second on top sees 5, a third 7: that
# is the **receptive field** of its units. Test it without a formula: put a 1
# at one pixel after the other, and note which of them reach the unit in the
# middle:


# %%
def pixels_seen(depth):
    """Side of the square of pixels that reach the centre of the top map."""
    side, reached = 15, []
    for j in range(side):
        image = np.zeros((side, side))
        image[side // 2, j] = 1
        for _ in range(depth):
            image = correlate(image, np.ones((3, 3)))
        middle = image.shape[0] // 2
        reached.append(image[middle, middle] > 0)
    return sum(reached)


# %%
for depth in (1, 2, 3):
    field = shapes.receptive_field([(3, 1)] * depth)
    print(depth, "layers:", pixels_seen(depth), "pixels, formula", field)
    assert pixels_seen(depth) == field

# %% [markdown]
# Each layer adds $f - 1$ pixels, and after a stride each added pixel stands
# for $s$ of the input's. Three layers at stride 2, and one large kernel for
# comparison of the weights (one channel):

# %%
print("stride 1, 3 layers:", shapes.receptive_field([(3, 1)] * 3), "pixels")
print("stride 2, 3 layers:", shapes.receptive_field([(3, 2)] * 3), "pixels")
print("weights: three 3 x 3", 3 * 9, " one 7 x 7", 49)

# %% [markdown]
# Three small kernels see as far as one of 7 x 7, with little more than half
# the weights, and (lesson 03) with a non-linearity after each.
#
# But does a unit see its whole field equally well? Count the paths through
# three layers from each pixel to the unit on top:

# %%
paths = np.zeros((13, 13))
paths[6, 6] = 1
for _ in range(3):
    paths = correlate(paths, np.ones((3, 3)))
figures.matrix(paths, "paths to one unit", numbers=True)

# %% [markdown]
# The centre has 49 times as many paths as a corner. The field of the formula
# is the *outermost* pixel that may have an influence, not the typical one.
#
# ## A convolution is a matrix
#
# Unroll the picture into a vector of 16 numbers. Each place of the window is a
# sum of products, so it is a *row of a matrix*, mostly zeros. For a 4 x 4
# picture and a 3 x 3 kernel there are four rows:


# %%
def as_matrix(kernel, side):
    """Matrix M with M @ image.ravel() = correlate(image, kernel).ravel()."""
    size = len(kernel)
    places = side - size + 1
    rows = []
    for i in range(places):
        for j in range(places):
            canvas = np.zeros((side, side))
            canvas[i : i + size, j : j + size] = kernel
            rows.append(canvas.ravel())
    return np.array(rows)  # (places * places, side * side)


one_to_nine = np.arange(1, 10).reshape(3, 3)
figures.matrix(
    as_matrix(one_to_nine, 4), "3 x 3 on 4 x 4 as a matrix", numbers=True
)

# %% [markdown]
# Follow the 9 from row to row: it is the same weight, moved. Multiply, and
# compare with the window that slides:

# %%
crop = six[:4, :4]
product = (as_matrix(vertical, 4) @ crop.ravel()).reshape(2, 2)
print(product.astype(int))
assert (product == correlate(crop, vertical)).all()

# %% [markdown]
# A larger one, to see the pattern: 8 x 8 pixels, 36 places.

# %%
figures.matrix(as_matrix(one_to_nine, 8), "3 x 3 on 8 x 8 as a matrix")

# %% [markdown]
# This is the weight matrix of a **dense layer**. So give it to one, and let a
# dense layer do the convolution:

# %%
eight = rng.integers(0, 10, (8, 8)).astype("float32")
dense = layers.Dense(36, use_bias=False)
dense.build((None, 64))
dense.set_weights([as_matrix(third, 8).T])
by_dense = np.array(dense(eight.reshape(1, 64))).reshape(6, 6)
print("Dense = Conv2D:", bool((by_dense == correlate(eight, third)).all()))
print(f"weights: {dense.count_params():,} against {third.size}")
assert (by_dense == correlate_keras(eight, third)).all()

# %% [markdown]
# A convolution layer **is** a dense layer in which most weights are zero (it
# looks locally) and the others are the same nine numbers in every row (it
# shares). Whatever it can compute, a dense layer could; it only has to find
# those zeros by itself, and 2,304 numbers instead of nine. Lesson 01 counted
# what that costs for a photograph.
#
# ## Backwards
#
# Training needs two gradients: for the kernel and for the picture. Take a loss
# $L$ whose gradient $G$ with respect to the map is known. Since
# $Y_{ij} = \sum_{ab} X_{i+a,j+b} W_{ab}$,
#
# $$\frac{\partial L}{\partial W_{ab}} = \sum_{ij} G_{ij}\, X_{i+a,\,j+b}
# \qquad
# \frac{\partial L}{\partial X_{mn}} = \sum_{ab} G_{m-a,\,n-b}\, W_{ab} .$$
#
# By hand: the picture has the rows 1 2 and 3 4, the kernel two weights, one
# above the other. So the map has two numbers; let 10 and 1 be their
# gradients. The upper weight met the pixels 1 and 2, and its gradient is
# $10 \cdot 1 + 1 \cdot 2 = 12$. The lower one met 3 and 4:
# $10 \cdot 3 + 1 \cdot 4 = 34$.
#
# **02.2 (core)** Write `kernel_gradient`, the first sum. Look at its indices
# before you write a loop: below, training calls it at every step.


# %%
def kernel_gradient(image, G):
    """(h, w) and (p, q) -> (h - p + 1, w - q + 1), as large as the kernel."""
    ...  # your code here


# %%
ck.check("02.2", kernel_gradient)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_kernel_gradient(image, G):
    return correlate(image, G)  # as if G were the kernel


kernel_gradient = ck.yours_or_good(
    "02.2", kernel_gradient, good_kernel_gradient
)

# %% [markdown]
# So the first is a **correlation** of the picture with $G$: a shared weight
# collects from every place that used it. The second has minus signs: a
# **convolution** of $G$, padded wide, with $W$. There is the flip again.


# %%
def backward(image, kernel, G):
    """Gradients for kernel and image."""
    for_kernel = kernel_gradient(image, G)
    f, g = kernel.shape
    wide = np.pad(G, ((f - 1, f - 1), (g - 1, g - 1)))
    for_image = correlate(wide, kernel[::-1, ::-1])  # flipped: a convolution
    return for_kernel, for_image


# %% [markdown]
# Take as loss half the sum of squares of the map, because then $G$ is the map
# itself. One number by hand, as in lesson 01: derive, nudge, compare.


# %%
def loss_of(kernel):
    return (correlate(six, kernel) ** 2).sum() / 2


by_hand_W, by_hand_X = backward(six, third, correlate(six, third))
nudge = np.zeros((3, 3))
nudge[0, 2] = 0.5  # the loss is a parabola, so no nudge is too large
rise = loss_of(third + nudge) - loss_of(third - nudge)
slope = rise / (2 * nudge[0, 2])
print("derived", by_hand_W[0, 2], " nudged", round(float(slope), 6))
assert np.isclose(slope, by_hand_W[0, 2])

# %% [markdown]
# And all numbers at once, against TensorFlow's automatic differentiation:

# %%
import tensorflow as tf

X = tf.constant(six[np.newaxis, :, :, np.newaxis], dtype="float64")
W = tf.constant(third[:, :, np.newaxis, np.newaxis], dtype="float64")
with tf.GradientTape() as tape:
    tape.watch([X, W])
    loss = tf.reduce_sum(tf.nn.conv2d(X, W, 1, "VALID") ** 2) / 2
auto_X, auto_W = (g.numpy().squeeze() for g in tape.gradient(loss, [X, W]))
print(by_hand_W)
print("kernel gradient equal:", bool((by_hand_W == auto_W).all()))
print("image gradient equal: ", bool((by_hand_X == auto_X).all()))
assert (by_hand_W == auto_W).all() and (by_hand_X == auto_X).all()

# %% [markdown]
# With the matrix it is even shorter: the gradient for the picture is
# $M^\top G$. The matrix that went forward comes back transposed:

# %%
by_matrix = as_matrix(third, 6).T @ correlate(six, third).ravel()
print("transposed matrix:", np.array_equal(by_matrix, by_hand_X.ravel()))
assert np.array_equal(by_matrix, by_hand_X.ravel())

# %% [markdown]
# Last, the whole layer: a batch, channels, filters and biases. (The way back
# through a stride is in the [Reference](#Reference).) The gradient for the
# pictures is again a *forward* pass, with the kernel turned round and channels
# and filters exchanged:


# %%
def layer_backward(pictures, kernels, G):
    """Gradients for pictures, kernels and biases; G is (n, i, j, k)."""
    f, g = kernels.shape[:2]
    windows = np.lib.stride_tricks.sliding_window_view(
        pictures, (f, g), axis=(1, 2)
    )
    for_kernels = np.einsum("nijcab,nijk->abck", windows, G)
    wide = np.pad(G, ((0, 0), (f - 1, f - 1), (g - 1, g - 1), (0, 0)))
    turned = kernels[::-1, ::-1].swapaxes(2, 3)  # channels <-> filters
    return layer_forward(wide, turned, 0), for_kernels, G.sum(axis=(0, 1, 2))


# %%
layer = layers.Conv2D(4, (3, 2), bias_initializer="ones", dtype="float64")
batch = tf.constant(rng.standard_normal((5, 7, 8, 3)))
with tf.GradientTape() as tape:
    tape.watch(batch)
    answers = layer(batch)
    loss = tf.reduce_sum(answers**2) / 2
auto = tape.gradient(loss, [batch, *layer.trainable_weights])
weights_now, bias_now = layer.get_weights()
forward = layer_forward(batch.numpy(), weights_now, bias_now)
ours = layer_backward(batch.numpy(), weights_now, forward)

# %%
assert np.allclose(forward, answers, atol=1e-12)
for name, mine, theirs in zip(("pictures", "kernels", "biases"), ours, auto):
    gap = np.abs(mine - theirs.numpy()).max()
    print(f"{name:<9}{mine.shape!s:<14}gap below 1e-10: {gap < 1e-10}")
    assert gap < 1e-10

# %% [markdown]
# You have just written the layer that this course is built on, forward and
# backward.
#
# ## A kernel can be learned
#
# Here is the idea behind everything that follows. Nobody tells the machine the
# kernel. It sees a picture and the answers it *should* give, starts from
# zeros, and goes downhill on nine numbers. Your own `backward` does the work:


# %%
def windows_of(image):
    """All 3 x 3 windows as rows: (places, 9)."""
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    return windows.reshape(-1, 9)


def learn_kernel(image, wanted, steps):
    """Gradient descent from zeros; the kernel after each step."""
    kernels = [np.zeros((3, 3))]
    steepest = np.linalg.norm(windows_of(image), 2) ** 2
    for _ in range(steps):
        error = correlate(image, kernels[-1]) - wanted
        slope, _ = backward(image, kernels[-1], error)
        kernels.append(kernels[-1] - 0.1 * slope / steepest)
    return kernels


# %% [markdown]
# (One over the steepest curvature is a safe step. This one is a tenth of it,
# so that you can watch.) The picture is noise: on a photograph it takes far
# longer, and the [Reference](#Reference) says why. The answers are those of
# Sobel's kernel:

# %%
noise = rng.standard_normal((40, 40))
history = learn_kernel(noise, correlate(noise, sobel), profile.steps)
figures.kernel_snapshots(
    {step: history[step] for step in (0, 3, 10, 30, profile.steps)}, sobel
)

# %%
print(history[-1].round(2) + 0.0)  # + 0.0 turns -0 into 0
assert np.abs(history[-1] - sobel).max() < 1e-6 < np.abs(sobel).max()

# %% [markdown]
# It found Sobel's kernel from examples alone. Any other would do as well. An
# edge that falls off at an angle is a mixture of Sobel's kernel and its
# transpose, at 22, 45, 67 or 70 degrees for instance:


# %%
def edge_at(degrees):
    """Answers most where brightness falls at this angle (0: rightwards)."""
    angle = np.deg2rad(degrees)
    return np.cos(angle) * sobel + np.sin(angle) * sobel.T


learned = {}
for degrees in (22, 45, 67, 70):
    target = edge_at(degrees)
    wanted = correlate(noise, target)
    found = learn_kernel(noise, wanted, profile.steps)[-1]
    learned[f"{degrees} degrees"] = (target, found)
    assert np.abs(target - found).max() < 1e-6

# %% [markdown]
# Do they know their angle? A bright disc has a rim of every direction. The
# learned kernel should answer most where the rim faces its own angle (counted
# from the right, downwards, as rows are):

# %%
down, right = np.mgrid[-32:33, -32:33]
disc = 1 / (1 + np.exp((np.hypot(down, right) - 22) / 2))
rims = {}
for name, (_, kernel) in learned.items():
    answer = correlate(disc, kernel)
    strong = np.clip(answer, 0, None)  # positive answers only
    y, z = (np.sum(strong * a[1:-1, 1:-1]) for a in (down, right))
    rims[name] = (answer, float(np.rad2deg(np.arctan2(y, z))))
    assert abs(rims[name][1] - float(name.split()[0])) < 0.5
figures.learned_kernels(learned, rims)

# %% [markdown]
# They do, to half a degree and better. And Keras finds the kernel in the same
# way. The model below is one convolution layer, `fit` is told nothing but
# pictures and answers:

# %%
import keras

pictures = rng.standard_normal((1600, 10, 10, 1)).astype("float32")
answers = layer_forward(pictures, sobel[:, :, np.newaxis, np.newaxis], 0)
image = layers.Input((None, None, 1), name="image")
kernel = layers.Conv2D(1, 3, use_bias=False, name="kernel")
student = keras.Model(image, kernel(image), name="student")
student.compile(keras.optimizers.SGD(0.2), "mse", jit_compile=False)
student.fit(pictures, answers, batch_size=16, verbose=0)
print(kernel.get_weights()[0][:, :, 0, 0].round(2) + 0.0)
assert np.abs(kernel.get_weights()[0][:, :, 0, 0] - sobel).max() < 1e-3

# %% [markdown]
# Was it a fair test? Look at pictures that it has never seen: a real
# photograph. The baseline always answers with the mean of the right answers:

# %%
right_answers = correlate(grey, sobel)
said = np.array(student(grey[np.newaxis, :, :, np.newaxis]))[0, :, :, 0]
error = np.mean((said - right_answers) ** 2)
print("a millionth of the baseline:", error < 1e-6 * right_answers.var())
assert error < 1e-6 * right_answers.var()

# %% [markdown]
# How far does this carry? One layer without non-linearity is a linear
# problem, with one bottom. A network of several has no equation to solve, and
# its loss has long, flat valleys, as a photograph's has here: lesson 05 is
# about optimisers that get through them.
#
# ## It moves with the picture
#
# Shift the picture, then convolve. Or convolve, then shift the map. Away from
# the border it is the same: a convolution is **equivariant** to translation.
# Measured, for several shifts, at stride 1 and at stride 2:


# %%
def gap(shift, stride):
    """Largest difference of the two orders, border left out."""
    moved = np.roll(whole, shift, axis=1)
    first = correlate(moved, sobel)[:, ::stride]
    last = np.roll(by_numpy[:, ::stride], shift // stride, axis=1)
    return np.abs(first - last)[:, 8:-8].max()


for shift in (1, 2, 3, 4):
    print(f"shift {shift}: gap {gap(shift, 1)}, at stride 2 {gap(shift, 2)}")
assert all(gap(shift, 1) == 0 for shift in range(1, 9))
assert gap(2, 2) == gap(4, 2) == 0 and gap(1, 2) > 0

# %% [markdown]
# Not a single grey value of difference at stride 1. At stride 2 an odd shift
# has no counterpart: half a pixel of the small map does not exist. That is a
# first crack in the saying that CNNs do not care where things are; lesson 03
# measures it for pooling.
#
# And what about turning the picture by 90 degrees, or halving its size? How
# alike are the two maps then (1: the same, 0: nothing in common)?


# %%
def likeness(first, last):
    return np.corrcoef(first.ravel(), last.ravel())[0, 1]


for name in ("Sobel", "Laplacian"):
    kernel = kernels[name]
    answer = correlate(whole, kernel)
    turned = likeness(correlate(np.rot90(whole), kernel), np.rot90(answer))
    halved = correlate(whole[::2, ::2], kernel)  # (105, 158)
    smaller = likeness(halved, answer[1::2, 1::2][:105, :158])
    print(f"{name:<10} turned {turned:.2f}  half the size {smaller:.2f}")
    assert smaller < 0.9

# %% [markdown]
# Sobel's map of the turned picture has nothing to do with the turned map: the
# kernel looks for *one* direction. The Laplacian does not mind a quarter turn,
# but that is its own symmetry, not a gift of convolution. And neither kernel
# finds the same at half the size.
#
# ## Often written
#
# The board and the cells of this lesson do not always agree. Here is the list,
# with what was computed above:

# %%
sensor = " ".join(f"{value:.3f}" for value in smooth[3:])
written = {
    "sensor, from the 4th: 2.16 2.28 2.42": sensor,
    "Conv2D flips its kernel": "it does not: loops without a flip are equal",
    "six 5 x 5 filters on colour: 156": f"{keras_count(6, 5, 3)}",
    "256 filters on 256: half a million": f"{many:,} weights",
    "224 pixels, f = 11, s = 4: 55": f"{output_size(224, 11, 4)}; 227 do",
    "no overlap: stride 0": f"stride f: {output_size(9, 3, 3)} tile 9 pixels",
    "translation invariant": f"equivariant: gap {gap(3, 1)} of moved maps",
    "invariant to rotation, scale": "neither: see the likeness above",
}
for board, computed in written.items():
    print(f"{board:<36} -> {computed}")
assert "2.269 2.413 2.569" in sensor and output_size(9, 3, 3) == 3

# %% [markdown]
# ## Common mistakes
#
# **Forgetting the flip.** You take a kernel from a signal-processing text and
# put it into `Conv2D`. The symptom: edges have the wrong sign.

# %%
flipped_kernel = vertical[::-1, ::-1]
print(correlate(half, flipped_kernel)[0], "instead of [ 0 30 30  0]")
assert (correlate(half, flipped_kernel) == -correlate(half, vertical)).all()

# %% [markdown]
# **Channels in the wrong place.** The symptom is an error, if you are lucky;
# read which axis it names:

# %%
with ck.expect_error(ValueError):
    fixed = layers.Conv2D(2, 3)
    fixed.build((None, 6, 6, 3))
    fixed(np.zeros((1, 3, 6, 6)))

# %% [markdown]
# **Overflow in bytes.** Pixels are stored as bytes from 0 to 255. There is no
# -30 in a byte, and NumPy wraps round silently. The symptom is a map that is
# never negative, with 226 where -30 should be:

# %%
mirrored = half[:, ::-1]  # dark left, bright right
wrapped = correlate(mirrored.astype("uint8"), vertical.astype("uint8"))
print(wrapped[0], "instead of", correlate(mirrored, vertical)[0])
assert wrapped.min() >= 0 and wrapped[0, 1] == 256 - 30

# %% [markdown]
# **"same" is not always one pixel on each side.** At stride 1 it is, for a 3 x
# 3 kernel. With a larger stride, Keras adds only as many zeros as the last
# window needs, and an odd one goes to the *right* and *bottom*. The symptom:
# weights brought over from another library give other numbers, without an
# error.

# %%
by_two = layers.Conv2D(1, 3, strides=2, padding="same", use_bias=False)
by_two.build((None, 6, 6, 1))
by_two.set_weights([np.ones((3, 3, 1, 1))])
batch = six[np.newaxis, :, :, np.newaxis].astype("float32")
keras_map = np.array(by_two(batch))[0, :, :, 0]
ones = np.ones((3, 3))
both_sides = correlate(np.pad(six, 1), ones)[::2, ::2]
right_only = correlate(np.pad(six, ((0, 1), (0, 1))), ones)[::2, ::2]
print("Keras     ", keras_map[0])
print("both sides", both_sides[0])
print("right only", right_only[0])
assert (keras_map == right_only).all() and (keras_map != both_sides).any()

# %% [markdown]
# The rule: the map gets $m = \lceil n / s \rceil$ places, which need
# $(m - 1)\,s + f - n$ zeros altogether (none, if that is negative). Half of
# them, rounded down, go to the left and top, the rest to the right and bottom.
# You will code it in exercise 02.8.
#
# ## Quiz

# %%
ck.quiz("02")

# %% [markdown]
# ## Exercises
#
# 02.1 and 02.2 stand on the road, above.
#
# **02.3 (warm-up)** A 64 x 64 picture with 3 channels, 16 filters of 5 x 5,
# stride 2, padding 2. Set `answer` to the tuple (height, width, maps).

# %%
answer = ...  # (height, width, maps)

# %%
ck.check("02.3", answer)

# %% [markdown]
# **02.4 (warm-up)** Write `parameters(size, channels, filters)`: how many
# numbers does a layer of `size` x `size` kernels learn, biases included?


# %%
def parameters(size, channels, filters):
    """Weights and biases of a convolution layer: a whole number."""
    ...  # your code here


# %%
ck.check("02.4", parameters)

# %% [markdown]
# **02.5 (core)** Write `convolve(image, kernel)`: a *true* convolution,
# without padding.


# %%
def convolve(image, kernel):
    """(h, w) and (f, g) -> (h - f + 1, w - g + 1), kernel flipped."""
    ...  # your code here


# %%
ck.check("02.5", convolve)

# %% [markdown]
# **02.6 (core)** Write `one_filter(image, kernels, bias)`: several channels,
# one filter, one map.


# %%
def one_filter(image, kernels, bias):
    """(h, w, c), (f, f, c), number -> (h - f + 1, w - f + 1)."""
    ...  # your code here


# %%
ck.check("02.6", one_filter)

# %% [markdown]
# **02.7 (core)** Write `strided(image, kernel, stride, padding)`: correlation
# with zero padding on all sides and a stride.


# %%
def strided(image, kernel, stride, padding):
    """(h, w), (f, g), numbers: zeros around, then every stride-th place."""
    ...  # your code here


# %%
ck.check("02.7", strided)

# %% [markdown]
# **02.8 (core)** Write `same_padding(n, f, s)`: how many zeros does Keras'
# "same" put before and after a row of `n` pixels? Return the two numbers.


# %%
def same_padding(n, f, s):
    """Row of n pixels, kernel f, stride s -> (before, after)."""
    ...  # your code here


# %%
ck.check("02.8", same_padding)

# %% [markdown]
# **02.9 (stretch)** From a small map to a large picture. Write
# `transposed(small, kernel, stride)`: each number of `small` lays down a copy
# of the kernel, times that number. The copies begin `stride` places apart and
# leave no gap between them; where they overlap, they add up.


# %%
def transposed(small, kernel, stride):
    """(p, q), (f, g), s -> ((p - 1) * s + f, (q - 1) * s + g)."""
    ...  # your code here


# %%
ck.check("02.9", transposed)

# %% [markdown]
# **To discuss.** Two questions without a check.
#
# *Derive.* The Gaussian kernel is a column times a row, $W_{ab} = u_a v_b$.
# Show that you may slide the row first, and the column over what comes out.
# What does it save? Which others of this lesson's twelve kernels can be taken
# apart like this?
#
# <details><summary>What a good answer contains</summary>
#
# $\sum_{a,b} X_{i+a,\,j+b}\, u_a v_b = \sum_a u_a \sum_b X_{i+a,\,j+b}\,
# v_b$: the inner sum is the row, slid, the outer one the column. A kernel of
# f x f then takes 2f products at each place, not f x f: 10, not 25. It works
# for kernels of rank 1 (`np.linalg.matrix_rank`), seven of the twelve: the
# identity, both blurs, vertical and horizontal edges, Sobel, Scharr. So Sobel
# is a blur along one axis and a difference along the other. The Laplacian,
# the sharpener and the two oblique ones have rank 2, a sum of two such pairs;
# the relief has rank 3.
#
# </details>
#
# *Investigate.* The map moves with the picture. Can a network of convolutions
# then know *where* in the picture it is? Send an even picture, all ones,
# through one, two, three layers of 3 x 3, without a border and with zeros.
#
# <details><summary>What a good answer contains</summary>
#
# Without a border every map stays even: nothing says where. With zeros around
# it, a kernel of ones answers 9 inside, 6 along the rim and 4 in the corners,
# and each further layer carries the rim one pixel further in. So the rule
# holds in the inside only, and the inside ends as far from the border as there
# are layers. A deep network with padding *can* know where it is (M. Islam, S.
# Jia and N. Bruce 2020, *How much position information do convolutional neural
# networks encode?*, ICLR); whether it uses that is another measurement. And
# other borders: `np.pad(..., mode="edge")` leaves an even picture even.
#
# </details>

# %% [markdown]
# ## You can now
# - compute 1.811 and -25 with a pencil, and say what a flip changes;
# - write a convolution in loops, in NumPy and in Keras, with equal results;
# - say what edge, blur, sharpen and Laplacian kernels answer, and why their
#   sums matter;
# - predict sizes and parameters with one formula each, and say what padding
#   costs;
# - write a convolution as a sparse matrix, and its two gradients as a
#   correlation and a convolution;
# - let nine numbers learn to be a Sobel kernel, from examples alone.
#
# Next: what comes between the convolutions,
# [03 · Non-linearity and pooling](03_nonlinearity_and_pooling.ipynb).
#
# **References.** V. Dumoulin and F. Visin (2016), *A guide to convolution
# arithmetic for deep learning*, arXiv:1603.07285. I. Goodfellow, Y. Bengio and
# A. Courville (2016), *Deep Learning*, chapter 9, deeplearningbook.org.
# W. Luo, Y. Li, R. Urtasun and R. Zemel (2016), *Understanding the effective
# receptive field in deep convolutional neural networks*, arXiv:1701.04128.
# Y. LeCun et al. (1989), *Backpropagation applied to handwritten zip code
# recognition*, Neural Computation 1:541-551.
#
# **The worked examples.** The sensor with seven weights is from M. M. Khapra's
# lectures, CS7015, the 6 x 6 pictures with the vertical-edge kernel from A.
# Ng's *Deep Learning Specialization*, the 5 x 5 picture of zeros and ones from
# Stanford's UFLDL tutorial, 227 and 55 from CS231n
# ([all sources](../docs/sources.md)).

# %% [markdown]
# ## Reference
#
# You will come back for these; nothing above needs them.

# %% [markdown]
# ### How much faster?
#
# How much slower than the other two are the loops? First count what there is
# to do, one product for each weight at each place:

# %%
products = shapes.multiply_adds((211, 318, 1), kernel_size=3, channels=1)
print(f"{products:,} products")
assert products == by_numpy.size * 9

# %% [markdown]
# Guess a factor, then look at the picture. (The times are those of the machine
# that made this page; run the cell for yours.)

# %%
import time


def seconds(way, repeats):
    """Shortest of several runs; the others were disturbed."""
    runs = []
    for _ in range(repeats):
        start = time.perf_counter()
        way(grey, sobel)
        runs.append(time.perf_counter() - start)
    return min(runs)


took = {
    "four loops": seconds(good_correlate_loops, 1),
    "NumPy windows": seconds(correlate, 5),
    "Keras layer": seconds(correlate_keras, 5),
}
assert took["four loops"] > 3 * took["NumPy windows"]
figures.timings(took)

# %% [markdown]
# NumPy is a hundred times as fast and more. (The Keras bar includes making the
# layer, and for one kernel on one picture that is most of it. The layer pays
# with many filters and many pictures.)
#
# ### One, two, three axes
#
# The same idea along other axes. One function for all of them, since NumPy
# does not mind how many axes a window has:


# %%
def correlate_any(signal, kernel):
    """Slides along all axes of both, however many there are."""
    windows = np.lib.stride_tricks.sliding_window_view(signal, kernel.shape)
    return (windows * kernel).sum(axis=tuple(range(-kernel.ndim, 0)))


video = np.zeros((4, 5, 6))  # (frames, height, width): a dot moves right
for frame in range(4):
    video[frame, 2, frame + 1] = 9
change = np.array([-1, 1]).reshape(2, 1, 1)  # later frame minus earlier
print("sensor ", correlate_any(x, w).round(3))
print("picture", correlate_any(six, vertical)[0])
print("video  ", correlate_any(video, change)[:, 2].astype(int).tolist())
assert np.allclose(correlate_any(x, w), smooth)
assert (correlate_any(six, vertical) == edges).all()

# %% [markdown]
# A kernel over *time* answers only to what changes: where the dot was (-9) and
# where it is now (9). It would not see a thing that stands still. Keras has a
# layer for each number of axes; the last one is always the channels, over
# which the kernel does not slide but adds up:

# %%
examples = {
    "1-D, along time": (layers.Conv1D(4, 3), (100, 8)),
    "2-D, along height, width": (layers.Conv2D(4, 3), (28, 28, 3)),
    "3-D, and along frames": (layers.Conv3D(4, 3), (10, 28, 28, 3)),
}
for name, (layer, shape) in examples.items():
    output = layer.compute_output_shape((None, *shape))[1:]
    layer.build((None, *shape))
    print(f"{name}: {shape} -> {output}, kernel {layer.kernel.shape}")

# %%
layer = layers.Conv3D(1, (2, 1, 1), use_bias=False)
layer.build((None, 4, 5, 6, 1))
layer.set_weights([change[..., np.newaxis, np.newaxis]])
by_layer = np.array(layer(video[np.newaxis, ..., np.newaxis]))[0, ..., 0]
print("own 3-D = Conv3D:", (by_layer == correlate_any(video, change)).all())
assert (by_layer == correlate_any(video, change)).all()

# %% [markdown]
# Nowhere does the size of the input enter the kernel. So the same layer, with
# the same weights, fits pictures of any size:

# %%
layer = layers.Conv2D(4, 3)
for side in (10, 28, 64):
    print(side, "->", layer(np.zeros((1, side, side, 1))).shape[1:])
print("parameters, each time:", layer.count_params())

# %% [markdown]
# ### Layers that do not exist
#
# `shapes.output_size` computes the one formula, and says why when there is no
# such layer:

# %%
with ck.expect_error(ValueError):
    shapes.output_size(5, kernel_size=3, stride=0)
with ck.expect_error(ValueError):
    shapes.padding_for_same(kernel_size=4)
with ck.expect_error(ValueError):
    shapes.output_size(5, kernel_size=7)

# %% [markdown]
# ### Why noise, and not the photograph?
#
# The kernel learned from noise. Here is what as many steps on the photograph
# give:

# %%
stuck = learn_kernel(tower, correlate(tower, sobel), profile.steps)[-1]
print(stuck.round(1) + 0.0)


# %%
def steepness(image):
    """Steepest over flattest curvature of the loss: 1 would be a bowl."""
    lengths = np.linalg.svd(windows_of(image), compute_uv=False)
    return (lengths[0] / lengths[-1]) ** 2


print("noise below 2:         ", bool(steepness(noise) < 2))
print("photograph above 1,000:", bool(steepness(tower) > 1000))
assert steepness(noise) < 2 and steepness(tower) > 1000

# %% [markdown]
# In a photograph neighbours are alike. So most changes of the kernel that
# leave its sum alone hardly change the answers: the loss is a long, flat
# valley, more than a thousand times as steep across as along, and a step that
# is safe across is tiny along. The way to the bottom exists; solved as an
# equation for nine unknowns, the photograph gives the kernel exactly:

# %%
solved = np.linalg.lstsq(
    windows_of(tower), correlate(tower, sobel).ravel(), rcond=None
)[0]
print(solved.reshape(3, 3).round(6) + 0.0)
assert np.allclose(solved, sobel.ravel(), atol=1e-8)

# %% [markdown]
# ### Backwards through a stride
#
# The places that a stride skipped have no gradient. So put zeros where they
# were, and go back as before:

# %%
G = correlate(six, third)[::2, ::2]  # (2, 2), of a map at stride 2
spread = np.zeros((4, 4))
spread[::2, ::2] = G
with tf.GradientTape() as tape:
    tape.watch([X, W])
    loss = tf.reduce_sum(tf.nn.conv2d(X, W, 2, "VALID") ** 2) / 2
auto_X, auto_W = (g.numpy().squeeze() for g in tape.gradient(loss, [X, W]))
strided_W, strided_X = backward(six, third, spread)
print("with stride 2:", np.array_equal(strided_W, auto_W))
assert np.array_equal(strided_W, auto_W) and np.array_equal(strided_X, auto_X)

# %% [markdown]
# (The way back from the small map to the large picture is a layer of its own:
# `Conv2DTranspose`, which draws pictures instead of reading them. You write it
# in exercise 02.9.)
