# %% [markdown]
# # 02 · Convolution by hand
#
# You will compute every number of a convolution layer with a pencil, code it
# three ways, differentiate it, and let it learn its own kernel.
#
# | | |
# |---|---|
# | **Before this** | [01 · Images are tensors](01_images_are_tensors.ipynb) |
# | **Time** | 60 min to read, 25 s to run (quick and full) |
# | **Data** | a real photograph (bundled) |
# | **Hardware** | any laptop |
# | **You should end with** | loops = NumPy = Keras, forward and backward |
#
# ## In this lesson you will
# - smooth a noisy sensor with seven weights, and meet the flip;
# - slide a kernel over a picture: loops, then NumPy, then Keras, all equal;
# - see what twelve hand-made kernels find in a photograph;
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
# The first average, on paper: seven products, one sum. How many averages do
# twelve readings give?

# %%
print((w * x[:7]).round(3), "sum", round(float((w * x[:7]).sum()), 3))

# %%
smooth = np.array([(w * x[i : i + 7]).sum() for i in range(12 - 7 + 1)])
print(smooth.round(3))
assert np.allclose(
    smooth, [1.811, 1.967, 2.112, 2.269, 2.413, 2.569], atol=5e-4
)

# %% [markdown]
# Slide, multiply, add: six places for seven weights on twelve numbers. This
# little sum is all there is to the lesson.
#
# | often written | computed |
# |---|---|
# | 1.80, 1.96, 2.11, 2.16, 2.28, 2.42 | 1.811 1.967 2.112 2.269 2.413 2.569 |
#
# (Sums of seven products by hand go wrong easily: from the fourth on the usual
# board is off by a tenth and more.)

# %%
from coursekit.figures import convolution

convolution.signals(
    {"measured": (range(12), x), "smoothed": (range(6, 12), smooth)},
    "reading",
    "position",
)

# %% [markdown]
# ## Convolution, or correlation?
#
# NumPy has two functions that slide, multiply and add. Which of the two gives
# your six numbers?

# %%
print("correlate", np.correlate(x, w, mode="valid").round(3))
print("convolve ", np.convolve(x, w, mode="valid").round(3))

# %% [markdown]
# `correlate` does. `convolve` **flips** the weights first, and then weighs the
# *oldest* reading most. In formulas:
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
print(np.allclose(flipped, smooth))
assert np.allclose(flipped, smooth)

# %% [markdown]
# **What deep-learning libraries call convolution is correlation.** It makes no
# difference to a network: it *learns* the weights, and would learn them
# flipped.
# It does make a difference when you put in weights by hand.
#
# ## Two axes: slide over a picture
#
# A 5 x 5 picture of zeros and ones, and a 3 x 3 kernel that is a cross of
# ones.
# At each place count the ones under the cross:

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
# That was the first place. Here are all nine, as a film (where films do not
# play you see its end):

# %%
convolution.SlidingWindowFilm(binary, cross)

# %% [markdown]
# Now as code. Two loops over the places, and the sum of products at each:


# %%
def correlate_loops(image, kernel):
    """(h, w) and (f, g) -> (h - f + 1, w - g + 1), one place at a time."""
    f, g = kernel.shape
    height, width = image.shape[0] - f + 1, image.shape[1] - g + 1
    result = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            for a in range(f):
                for b in range(g):
                    result[i, j] += image[i + a, j + b] * kernel[a, b]
    return result


print(correlate_loops(binary, cross).astype(int))
assert correlate_loops(binary, cross).tolist() == [
    [4, 3, 4],
    [2, 4, 3],
    [2, 3, 4],
]

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
# Zero where nothing changes, 30 at the edge. The classical exercise:

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
# 6 - 11 = -5. Three more for practice. Cover the output, compute the first
# number of each:

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
small = np.array([[2, 2, 1], [3, 1, -1], [4, 3, 2]])
corner = np.array([[1, -1], [-1, 0]])

# %%
print("5 x 5, vertical edges:", int(correlate_loops(five, vertical)[0, 0]))
print("6 x 6, third kernel:  ", int(correlate_loops(other, third)[0, 0]))
with_bias = correlate_loops(small, corner).astype(int) + 2
print("3 x 3, bias 2:        ", with_bias.tolist())
assert correlate_loops(five, vertical)[0, 0] == 6
assert correlate_loops(other, third)[0, 0] == 3
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
# And Keras has a layer. It wants a batch axis and channels, and its kernel has
# the shape (height, width, channels, filters):

# %%
from keras import layers


def correlate_keras(image, kernel):
    layer = layers.Conv2D(1, kernel.shape, use_bias=False)
    layer.build((None, *image.shape, 1))
    layer.set_weights([kernel[:, :, np.newaxis, np.newaxis]])
    batch = image[np.newaxis, :, :, np.newaxis].astype("float32")
    return np.array(layer(batch))[0, :, :, 0]


# %% [markdown]
# Whole numbers first, where equal means equal:

# %%
ways = (correlate_loops, correlate, correlate_keras)
for image, kernel in ((binary, cross), (six, vertical), (other, third)):
    results = [way(image, kernel) for way in ways]
    assert all((result == results[0]).all() for result in results)
print("loops = NumPy = Keras, exactly")

# %% [markdown]
# On a photograph with fractions the sums are rounded, in another order. How
# far
# apart may they be? Single precision keeps about seven digits:

# %%
photo = ck.data.load("photos").images["china"]
grey = photo.mean(axis=2) / 255  # (213, 320), 0 black to 1 white
sobel = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
by_numpy = correlate(grey, sobel)
by_keras = correlate_keras(grey, sobel)
print(
    "largest difference below 1e-5:",
    bool(np.abs(by_numpy - by_keras).max() < 1e-5),
)
assert np.abs(by_numpy - by_keras).max() < 1e-5

# %% [markdown]
# How much slower are the loops? Guess a factor, then look at the picture (your
# machine's times, so they are not in the text):

# %%
import time


def seconds(way, repeats):
    start = time.perf_counter()
    for _ in range(repeats):
        way(grey, sobel)
    return (time.perf_counter() - start) / repeats


took = {
    "four loops": seconds(correlate_loops, 1),
    "NumPy windows": seconds(correlate, 5),
    "Keras layer": seconds(correlate_keras, 3),
}
assert np.allclose(correlate_loops(grey, sobel), by_numpy)
assert took["four loops"] > 3 * took["NumPy windows"]
convolution.timings(took)

# %% [markdown]
# ## What kernels find in a photograph
#
# Edges in four directions, Sobel and Scharr (which weigh the middle row more),
# blur, sharpen, and a Laplacian (centre -8: it asks whether a pixel differs
# from
# its eight neighbours):

# %%
scharr = np.array([[3, 0, -3], [10, 0, -10], [3, 0, -3]])
oblique = np.array([[0, 1, 2], [-1, 0, 1], [-2, -1, 0]])
kernels = {
    "vertical edges": vertical,
    "horizontal edges": vertical.T,
    "oblique /": oblique[:, ::-1],
    "oblique \\": oblique,
    "Sobel": sobel,
    "Scharr": scharr,
    "blur 5 x 5": np.full((5, 5), 1 / 25),
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "Laplacian": np.array([[1, 1, 1], [1, -8, 1], [1, 1, 1]]),
}
cut = grey[10:150, 20:200]
found = {name: correlate(cut, kernel) for name, kernel in kernels.items()}
convolution.kernel_gallery(cut, found, columns=5)

# %% [markdown]
# Blue is a positive answer, red a negative one. A kernel whose weights sum to
# 0
# answers nothing on an even surface; blur and sharpen sum to 1 and keep the
# brightness:

# %%
for name, kernel in kernels.items():
    print(f"{name:<17} sum {round(float(kernel.sum()), 6):g}")

# %% [markdown]
# ### Draw your own kernel
#
# In your own session the next cell shows nine sliders, and the picture answers
# as you move them. Elsewhere it shows one kernel's answer:

# %%
mine = np.array([[1, 1, 0], [1, 0, -1], [0, -1, -1]])


def answer_of(kernel):
    return convolution.kernel_gallery(
        cut, {"your kernel": correlate(cut, kernel)}, columns=2
    )


def sliders(kernel):
    """Nine sliders around answer_of; needs ipywidgets and a live kernel."""
    import ipywidgets

    boxes = {
        f"w{i}{j}": ipywidgets.FloatSlider(v, min=-3, max=3, step=0.5)
        for (i, j), v in np.ndenumerate(kernel * 1.0)
    }
    return ipywidgets.interactive(
        lambda **w: answer_of(np.array(list(w.values())).reshape(3, 3)),
        **boxes,
    )


# %%
live = os.environ.get("COURSEKIT_REPLAY") != "1" and "ipykernel" in sys.modules
sliders(mine) if live else answer_of(mine)

# %% [markdown]
# ## Depth: one kernel per channel, one sum
#
# A colour picture has three channels. The filter then has three layers; each
# looks at its own channel, and the three sums are **added up**, with one bias.
# One place, by hand:

# %%
patch = np.array(
    [
        [[0, 0, 0], [0, 156, 155], [0, 153, 154]],
        [[0, 0, 0], [0, 167, 166], [0, 164, 165]],
        [[0, 0, 0], [0, 163, 162], [0, 160, 161]],
    ]
)  # R, G, B
filters = np.array(
    [
        [[-1, -1, 1], [0, 1, -1], [0, 1, 1]],
        [[1, 0, 0], [1, -1, -1], [1, 0, -1]],
        [[0, 1, 1], [0, 1, 0], [1, -1, 1]],
    ]
)
red, green, blue = (patch * filters).sum(axis=(1, 2))
print(f"{red} + ({green}) + {blue} + 1 = {red + green + blue + 1}")
assert (red, green, blue, red + green + blue + 1) == (308, -498, 164, -25)

# %% [markdown]
# Three channels in, **one** number out. A second filter would give a second
# map: as many maps as filters, whatever the number of channels. Two filters of
# 3 x 3 x 3 on a 6 x 6 x 3 picture:


# %%
def map_shape(picture, filters, size, **options):
    layer = layers.Conv2D(filters, size, **options)
    return layer.compute_output_shape((None, *picture))[1:]


print(map_shape((6, 6, 3), 2, 3))
assert map_shape((6, 6, 3), 2, 3) == (4, 4, 2)

# %% [markdown]
# ## Padding
#
# Each convolution eats the border: 8 x 8 becomes 6 x 6 with a 3 x 3 kernel.
# And
# it cheats the corners: how often does each pixel take part?

# %%
ones = np.ones((6, 6))
visits = np.zeros((8, 8))
for i in range(6):
    for j in range(6):
        visits[i : i + 3, j : j + 3] += 1
convolution.matrix(visits, "visits to each pixel", numbers=True)

# %%
print("corner", int(visits[0, 0]), " centre", int(visits[4, 4]))
assert visits[0, 0] == 1 and visits[4, 4] == 9

# %% [markdown]
# A corner counts once, the centre nine times. A border of zeros of width
# $p = (f - 1)/2$ cures both, for an odd kernel size $f$: the map keeps the
# size. "valid" (narrow) means no padding, "same" means just enough; "full"
# (wide) pads $f - 1$, so that even the outermost pixel is seen $f \times f$
# times.

# %%
from coursekit import shapes

for name, p in (("valid", 0), ("same", 1), ("full", 2)):
    print(f"{name:<6} p = {p}: 8 x 8 -> {shapes.output_size(8, 3, 1, p)}")
assert shapes.output_size(8, 3) == 6 and shapes.output_size(8, 3, 1, 1) == 8

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
padded = np.pad(values, 1)
sharpened = correlate(padded, kernels["sharpen"])
print(sharpened)
assert sharpened[0, 0] == 320

# %% [markdown]
# ## Stride
#
# With stride 2 the window moves two pixels at a time. It computes every second
# row and column of the same map:

# %%
print(sharpened[::2, ::2])
assert sharpened[::2, ::2][0, 0] == 320
assert sharpened[::2, ::2].shape == (3, 3)

# %% [markdown]
# ## The one formula
#
# How many places are there? The padded row has $n + 2p$ pixels. The window's
# left edge can move over $n + 2p - f$ of them, in steps of $s$:
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
# | often written | computed |
# |---|---|
# | AlexNet: 224 gives 55 | 224 gives 54; only 227 gives 55 |
# | "stride 0: no overlap" | stride 0 never moves; stride f does not overlap |
#
# With K = 2 filters, F = 3, stride S = 2 and padding P = 1, a 5 x 5 x 3 input
# becomes 3 x 3 x 2. Bad values are told why:

# %%
print((output_size(5, 3, 2, 1), output_size(5, 3, 2, 1), 2))
with ck.expect_error(ValueError):
    shapes.output_size(5, 3, stride=0)
with ck.expect_error(ValueError):
    shapes.padding_for_same(4)
with ck.expect_error(ValueError):
    shapes.output_size(5, 7)

# %% [markdown]
# ## Counting parameters
#
# Each filter has f x f x channels weights and one bias. The size of the
# picture
# does not appear:

# %%
ten_filters = (3 * 3 * 3 + 1) * 10
weights = 3 * 3 * 256 * 256
print(f"10 filters of 3 x 3 x 3: {ten_filters}")
print(
    f"256 filters of 3 x 3 on 256 channels: {weights:,} weights and 256 biases"
)
assert ten_filters == shapes.convolution_parameters(3, 3, 10) == 280
assert weights == shapes.convolution_parameters(3, 256, 256, False) == 589_824

# %% [markdown]
# | often written | computed |
# |---|---|
# | 256 such filters: "about half a million" | 589,824 |
# | 6 filters of 5 x 5 on 32 x 32 x 3: 156 | 456; 156 is for one channel |

# %%
print((5 * 5 * 1 + 1) * 6, (5 * 5 * 3 + 1) * 6)
assert (5 * 5 * 3 + 1) * 6 == shapes.convolution_parameters(5, 3, 6) == 456

# %% [markdown]
# ## How far does a unit see?
#
# One 3 x 3 convolution sees 3 pixels. A second on top sees 5, a third 7. With
# stride the field grows faster. Test it without a formula: change one pixel
# after the other, and note which of them reach the unit in the middle:


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


for depth in (1, 2, 3):
    field = shapes.receptive_field([(3, 1)] * depth)
    print(depth, "layers:", pixels_seen(depth), "pixels, formula", field)
    assert pixels_seen(depth) == field

# %% [markdown]
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


toeplitz = as_matrix(np.arange(1, 10).reshape(3, 3), 4)
convolution.matrix(toeplitz, "3 x 3 on 4 x 4 as a matrix", numbers=True)

# %%
crop = six[:4, :4]
M = as_matrix(vertical, 4)
product = (M @ crop.ravel()).reshape(2, 2)
print(product.astype(int))
assert (product == correlate(crop, vertical)).all()
print("different numbers in it:", len(np.unique(toeplitz)) - 1)

# %% [markdown]
# So a convolution layer **is** a dense layer in which most weights are zero
# (it
# looks locally) and the others are the same nine numbers in every row (it
# shares). Lesson 01 counted what that saves.
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
# Look at the indices. The first is a **correlation** of the picture with $G$.
# The second has minus signs: a **convolution** of $G$, padded wide, with $W$.


# %%
def backward(image, kernel, G):
    """Gradients for kernel and image."""
    for_kernel = correlate(image, G)
    wide = np.pad(G, len(kernel) - 1)
    for_image = correlate(wide, kernel[::-1, ::-1])  # flipped: a convolution
    return for_kernel, for_image


# %% [markdown]
# Check it against TensorFlow, for a loss that is the sum of squares of the
# map:

# %%
import tensorflow as tf

X = tf.constant(six[np.newaxis, :, :, np.newaxis], dtype="float64")
W = tf.constant(third[:, :, np.newaxis, np.newaxis], dtype="float64")
with tf.GradientTape() as tape:
    tape.watch([X, W])
    loss = tf.reduce_sum(tf.nn.conv2d(X, W, 1, "VALID") ** 2)
auto_X, auto_W = tape.gradient(loss, [X, W])
G = 2 * correlate(six, third)
by_hand_W, by_hand_X = backward(six, third, G)

# %%
print(by_hand_W.astype(int))
print("kernel gradient equal:", np.allclose(by_hand_W, auto_W[:, :, 0, 0]))
print("image gradient equal: ", np.allclose(by_hand_X, auto_X[0, :, :, 0]))
assert np.allclose(by_hand_W, auto_W[:, :, 0, 0])
assert np.allclose(by_hand_X, auto_X[0, :, :, 0])

# %% [markdown]
# With the matrix it is even shorter: the gradient for the picture is
# $M^\top G$. The matrix that went forward comes back transposed:

# %%
by_matrix = as_matrix(third, 6).T @ G.ravel()
print(np.allclose(by_matrix.reshape(6, 6), by_hand_X))
assert np.allclose(by_matrix.reshape(6, 6), by_hand_X)

# %% [markdown]
# ## A kernel can be learned
#
# Here is the idea behind everything that follows. Nobody tells the machine the
# kernel. It sees pictures and the answers it *should* give, starts from zeros,
# and goes downhill on nine numbers. Your own `backward` does the work:


# %%
def learn_kernel(target, image, steps):
    kernel = np.zeros((3, 3))
    wanted = correlate(image, target)
    step = 1 / np.linalg.norm(windows_of(image), 2) ** 2
    for _ in range(steps):
        error = correlate(image, kernel) - wanted
        kernel -= step * backward(image, kernel, error)[0]
    return kernel


def windows_of(image):
    """All 3 x 3 windows as rows: (places, 9)."""
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    return windows.reshape(-1, 9)


# %% [markdown]
# (The step is the largest that is safe: one over the steepest curvature.) Ask
# it for Sobel, and for edges at 22, 45 and 70 degrees. An edge at an angle is
# a mixture of Sobel and its transpose:


# %%
def edge_at(degrees):
    angle = np.deg2rad(degrees)
    return np.cos(angle) * sobel + np.sin(angle) * sobel.T


noise = np.random.default_rng(profile.seed).standard_normal((40, 40))
targets = {
    "Sobel": sobel,
    "22 degrees": edge_at(22),
    "45 degrees": edge_at(45),
    "70 degrees": edge_at(70),
}
learned = {
    name: (target, learn_kernel(target, noise, profile.steps))
    for name, target in targets.items()
}
convolution.learned_kernels(learned)

# %%
print(learned["Sobel"][1].round(2) + 0.0)
for target, kernel in learned.values():
    assert np.abs(target - kernel).max() < 0.01

# %% [markdown]
# It found Sobel's kernel from examples alone. Why noise and not a photograph?
# In a photograph neighbours are alike, so some directions of the kernel hardly
# matter, and downhill is a long flat valley:


# %%
def steepness(image):
    """Steepest over flattest curvature of the loss: 1 would be a bowl."""
    values = np.linalg.svd(windows_of(image), compute_uv=False)
    return (values[0] / values[-1]) ** 2


print("noise below 2:", steepness(noise) < 2)
print("photograph above 1,000:", steepness(cut[:40, :40]) > 1000)
assert steepness(noise) < 2 and steepness(cut[:40, :40]) > 1000

# %% [markdown]
# ## It moves with the picture
#
# Shift the picture, then convolve. Or convolve, then shift the map. Away from
# the border it is the same: a convolution is **equivariant** to translation.

# %%
shifted_first = correlate(np.roll(grey, 5, axis=1), sobel)
shifted_last = np.roll(by_numpy, 5, axis=1)
inside = np.s_[:, 8:-8]
gap = np.abs(shifted_first[inside] - shifted_last[inside]).max()
print("largest difference:", float(gap))
assert gap == 0

# %% [markdown]
# It is not *invariant*: the map moved too. And it is neither with rotation:

# %%
turned_first = correlate(np.rot90(grey), sobel)
turned_last = np.rot90(by_numpy)
print("equal after a quarter turn:", np.allclose(turned_first, turned_last))
assert not np.allclose(turned_first, turned_last)

# %% [markdown]
# ## One, two, three axes
#
# The same idea along other axes. What slides where?

# %%
one = layers.Conv1D(4, 3).compute_output_shape((None, 100, 8))
two = layers.Conv2D(4, 3).compute_output_shape((None, 28, 28, 3))
three = layers.Conv3D(4, 3).compute_output_shape((None, 10, 28, 28, 3))
print("1-D, along time:              ", one[1:])
print("2-D, along height and width:  ", two[1:])
print("3-D, also along video frames: ", three[1:])

# %% [markdown]
# In each case the kernel covers *all channels* and slides along the rest. And
# since it slides, the same kernel fits any size of input:

# %%
layer = layers.Conv2D(4, 3)
for side in (10, 28, 64):
    print(side, "->", layer(np.zeros((1, side, side, 1))).shape[1:])
print("parameters, each time:", layer.count_params())

# %% [markdown]
# ## Common mistakes
#
# **Forgetting the flip.** You take a kernel from a signal-processing text and
# put it into `Conv2D`. The symptom: edges have the wrong sign.

# %%
flipped_kernel = vertical[::-1, ::-1]
print(correlate(half, flipped_kernel)[0])
assert (correlate(half, flipped_kernel) == -correlate(half, vertical)).all()

# %% [markdown]
# **Channels in the wrong place.** The symptom names the axis:

# %%
with ck.expect_error(ValueError):
    fixed = layers.Conv2D(2, 3)
    fixed.build((None, 6, 6, 3))
    fixed(np.zeros((1, 3, 6, 6)))

# %% [markdown]
# **Overflow in bytes.** Pixels are stored as bytes from 0 to 255. Products of
# bytes do not fit into a byte, and NumPy wraps them round silently. The
# symptom
# is a map that is never negative:

# %%
as_bytes = half.astype("uint8")
wrapped = correlate(as_bytes[:, ::-1], vertical.astype("uint8"))
print(wrapped[0], "instead of", correlate(half[:, ::-1], vertical)[0])
assert wrapped.min() >= 0

# %% [markdown]
# ## Quiz

# %%
ck.quiz("02")

# %% [markdown]
# ## Exercises
#
# **02.1 (warm-up)** A 64 x 64 picture with 3 channels, 16 filters of 5 x 5,
# stride 2, padding 2. Set `answer` to the tuple (height, width, maps).

# %%
answer = ...  # (height, width, maps)

# %%
ck.check("02.1", answer)

# %% [markdown]
# **02.2 (core)** Write `convolve(image, kernel)`: a *true* convolution,
# without
# padding.


# %%
def convolve(image, kernel):
    """(h, w) and (f, g) -> (h - f + 1, w - g + 1), kernel flipped."""
    ...  # your code here


# %%
ck.check("02.2", convolve)

# %% [markdown]
# **02.3 (core)** Write `layer(image, kernels, bias)`: several channels, one
# filter.


# %%
def one_filter(image, kernels, bias):
    """(h, w, c), (f, f, c), number -> (h - f + 1, w - f + 1)."""
    ...  # your code here


# %%
ck.check("02.3", one_filter)

# %% [markdown]
# **02.4 (core)** Write `strided(image, kernel, stride, padding)`: correlation
# with zero padding on all sides and a stride.


# %%
def strided(image, kernel, stride, padding):
    """Zero padding first, then every stride-th place."""
    ...  # your code here


# %%
ck.check("02.4", strided)

# %% [markdown]
# **02.5 (stretch)** Write `kernel_gradient(image, G)`: the gradient of the
# loss
# with respect to the kernel, given the one with respect to the map.


# %%
def kernel_gradient(image, G):
    """(h, w) and (p, q) -> (h - p + 1, w - q + 1)."""
    ...  # your code here


# %%
ck.check("02.5", kernel_gradient)

# %% [markdown]
# ## You can now
# - compute 1.811 and -25 with a pencil, and say what a flip changes;
# - write a convolution in loops, in NumPy and in Keras, with equal results;
# - say what edge, blur, sharpen and Laplacian kernels answer;
# - predict sizes and parameters with one formula each;
# - write a convolution as a sparse matrix, and its two gradients as a
#   correlation and a convolution;
# - let nine numbers learn to be a Sobel kernel.
#
# Next: what comes between the convolutions,
# [03 · Non-linearity and pooling](03_nonlinearity_and_pooling.ipynb).
#
# **References.** V. Dumoulin and F. Visin (2016), *A guide to convolution
# arithmetic for deep learning*, arXiv:1603.07285. I. Goodfellow, Y. Bengio and
# A. Courville (2016), *Deep Learning*, chapter 9. Y. LeCun et al. (1989),
# *Backpropagation applied to handwritten zip code recognition*, Neural
# Computation 1:541-551.
