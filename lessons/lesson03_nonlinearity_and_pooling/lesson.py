# %% [markdown]
# # 03 · Non-linearity and pooling
#
# You will say what an activation does to a signal and to its gradient, and
# what pooling keeps, throws away and forgives.
#
# | | |
# |---|---|
# | **Before this** | [02 · By hand](02_convolution_by_hand.ipynb) |
# | **Time** | 53 min on the road, 40 of exercises, 8 of quiz |
# | **Runs in** | 22 s (quick), 1 min (full) |
# | **Data** | 1,797 real digits (quick), MNIST (full) |
# | **Hardware** | any laptop |
# | **You should end with** | a measured limit of pooling's forgiveness |
#
# ## In this lesson you will
# - prove that layers without activations collapse into one;
# - compute six activations with their slopes, and see where they saturate;
# - kill units with one step, and measure what gradient passes many layers;
# - write pooling: max, average, sum, min and global, and what lies between;
# - write the way of a gradient back through a maximum;
# - measure how much shift, rotation and scale pooling forgives, and its price.

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
# Nothing. A product of matrices is a matrix: a hundred such layers are one.
# (Biases change nothing about it: $(xA + b)B + c = x\,AB + (bB + c)$, one
# matrix and one bias.) And a convolution is a matrix, as you saw in lesson 02.
# So two kernels of 3 x 3 in a row should be one of 5 x 5. Which one? The
# second kernel, spread by the first:


# %%
def correlate(image, kernel):
    """The convolution of lesson 02: (h, w), (f, g) -> smaller by f-1, g-1."""
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijab,ab->ij", windows, kernel)


image = rng.integers(0, 10, (9, 9))
one, two = rng.integers(-2, 3, (2, 3, 3))
both = correlate(np.pad(one, 2), two[::-1, ::-1])  # (5, 5)
in_a_row = correlate(correlate(image, one), two)
print(both.shape, "equal:", np.array_equal(in_a_row, correlate(image, both)))
assert np.array_equal(in_a_row, correlate(image, both))

# %% [markdown]
# It is the **bend** between the layers that makes depth worth something. Put
# one in, and no 5 x 5 kernel answers like the pair any more: doubling the
# picture still doubles the answer, but the answer to a *negative* picture is
# no longer the negative answer, as it is for every kernel.


# %%
def relu(x):
    return np.maximum(x, 0)


bent = correlate(relu(correlate(image, one)), two)
bent_of_negative = correlate(relu(correlate(-image, one)), two)
print("without a bend:", np.array_equal(-in_a_row, correlate(-image, both)))
print("with one:      ", np.array_equal(-bent, bent_of_negative))
assert not np.array_equal(-bent, bent_of_negative)

# %% [markdown]
# With one kink, two units already compute what no single layer can, the
# exclusive or. Follow the second pair, (0, 1), with a pencil: the two units
# receive 1 and 1 - 1 = 0, so the output is 1 x 1 - 2 x 0 = 1.

# %%
pairs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
hidden = relu(pairs @ np.array([[1, 1], [1, 1]]) + np.array([0, -1]))
print(hidden @ np.array([1, -2]))  # 0 xor 0, 0 xor 1, 1 xor 0, 1 xor 1
assert (hidden @ np.array([1, -2])).tolist() == [0, 1, 1, 0]

# %% [markdown]
# How wrong is the best straight answer? Least squares finds it:

# %%
with_one = np.column_stack([pairs, np.ones(4)])
best = np.linalg.lstsq(with_one, np.array([0, 1, 1, 0]), rcond=None)[0]
print((with_one @ best).round(6))
assert np.allclose(with_one @ best, 0.5)

# %% [markdown]
# One half for every question: it has learned nothing.
#
# ## Six bends
#
# Each activation is a function of one number. What matters as much as its
# value is its **slope**, since the gradient is multiplied by it on the way
# back. The first five:
#
# | | value | slope |
# |---|---|---|
# | sigmoid | $\sigma(x) = 1 / (1 + e^{-x})$ | $\sigma(x)\,(1 - \sigma(x))$ |
# | tanh | $\tanh x = 2\,\sigma(2x) - 1$ | $1 - \tanh^2 x$ |
# | ReLU | $\max(x, 0)$ | 1 right of 0, else 0 |
# | leaky ReLU | $x$ right of 0, else $a x$ | 1 right of 0, else $a$ |
# | ELU | $x$ right of 0, else $e^x - 1$ | 1 right of 0, else $e^x$ |


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
# Where does the sigmoid's slope come from? With $u = 1 + e^{-x}$ the value is
# $1/u$, so the slope is $e^{-x}/u^2 = \frac{1}{u}\cdot\frac{u - 1}{u}$: the
# value times what is missing to 1. **From the value alone** you get the slope,
# which is why nobody keeps $x$ for the way back. Predict: which slope never
# exceeds a quarter?

# %%
figures = profile.figures

figures.curves_and_slopes(functions)

# %% [markdown]
# The sigmoid's: at 0 it is 0.5 x 0.5. At 5 it is almost nothing; the unit is
# **saturated**, and a saturated unit hardly learns:

# %%
for name, (_, slope) in functions.items():
    low, middle, high = slope(np.array([-5.0, 1e-9, 5.0]))
    print(f"{name:<11} slope at -5, 0, 5: {low:.4f} {middle:.4f} {high:.4f}")
assert np.isclose(functions["sigmoid"][1](0.0), 0.25)

# %% [markdown]
# (The table shows the slope just above 0.) Where exactly does each saturate?
# Call a unit saturated where less than a hundredth of the gradient gets
# through, and walk along the axis:

# %%
axis = np.linspace(-10, 10, 2001)
for name, (_, slope) in functions.items():
    flat = slope(axis) < 0.01
    left, right = axis[flat & (axis <= 0)], axis[flat & (axis > 0)]
    below = f"below {left.max():.1f}" if left.size else "nowhere"
    above = f"above {right.min():.1f}" if right.size else "nowhere"
    print(f"{name:<11} saturates on the left {below:<11} right {above}")
    assert bool(right.size) == (name in ("sigmoid", "tanh"))

# %% [markdown]
# The sigmoid and tanh saturate on both sides, ReLU and ELU on one (ReLU at
# once, ELU slowly), the leaky one nowhere. Tanh is a sigmoid stretched and
# moved, with four times the slope in the middle. Are the formulas right?
# Nudge, as always, and compare with Keras:

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
assert np.allclose(np.tanh(points), 2 * sigmoid(2 * points) - 1)
print("five slopes checked by nudging, five values equal to Keras")

# %% [markdown]
# And at exactly 0, where ReLU has a kink and no slope? Ask the library:

# %%
import tensorflow as tf

zero = tf.constant([0.0, 0.0, 0.0])
with tf.GradientTape() as tape:
    tape.watch(zero)
    values = ops.stack(
        [ops.relu(zero[0]), ops.leaky_relu(zero[1], 0.1), ops.elu(zero[2])]
    )
slopes = tape.gradient(values, zero).numpy()
print("ReLU, leaky ReLU, ELU at 0:", slopes.round(1))
assert slopes[0] == 0 and np.isclose(slopes[1], 0.1)

# %% [markdown]
# It takes the left one for a ReLU, and so do you. It hardly matters: a sum of
# many products is seldom exactly 0.
#
# ### One more reason against the sigmoid
#
# Its values are all positive. Then a unit of the next layer sees positive
# inputs $h_i$ only, and its gradients $\delta h_i$ all have the sign of
# $\delta$: in one step all its weights go up, or all go down.

# %%
signals = rng.standard_normal((1000, 20))
for name in ("sigmoid", "tanh"):
    values = functions[name][0](signals)
    alike = (values > 0).all(axis=1) | (values < 0).all(axis=1)
    print(f"{name:<8} all gradients of one sign: {alike.mean():.0%}")
    assert alike.mean() == float(name == "sigmoid")

# %% [markdown]
# To raise one weight and lower another takes two steps, in a zigzag. Tanh is
# centred on 0 and free of that. (A batch of many examples helps as well, since
# its errors $\delta$ have both signs.)
#
# ### Maxout
#
# **Maxout** is the sixth, and different: it has weights. A maxout unit
# computes several straight lines and returns the largest. With two lines it
# can be ReLU, or the absolute value; with more it comes close to any convex
# curve:


# %%
def maxout(x, weights, biases):
    """Largest of k lines: x (n,), weights (k,), biases (k,) -> (n,)."""
    return (x[:, np.newaxis] * weights + biases).max(axis=1)


line = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
print("as ReLU          ", maxout(line, np.array([0, 1]), np.zeros(2)))
print("as absolute value", maxout(line, np.array([-1, 1]), np.zeros(2)))
assert np.array_equal(maxout(line, np.array([0, 1]), np.zeros(2)), relu(line))

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
# Can a network find such lines by itself? Keras has no maxout layer, but you
# can build one of parts: a dense layer computes `units` x `lines` numbers, a
# reshape sorts them, and the largest of each group goes on.

# %%
from keras import layers


def maxout_model(units, lines):
    """One number in, `units` maxout units of `lines` lines each out."""
    x = layers.Input((1,), name="x")
    all_lines = layers.Dense(units * lines, name="lines")(x)
    sorted_lines = layers.Reshape((lines, units), name="sorted")(all_lines)
    largest = layers.GlobalMaxPooling1D(name="largest")(sorted_lines)
    return keras.Model(x, largest, name="maxout")


student = maxout_model(units=1, lines=4)
weights, biases = student.get_weights()
ours = maxout(line, weights[0], biases)
theirs = student.predict(line[:, np.newaxis], verbose=0)[:, 0]
print("own maxout = Keras:", np.allclose(ours, theirs, atol=1e-6))
assert np.allclose(ours, theirs, atol=1e-6)

# %% [markdown]
# (The last layer is a pooling layer; you meet it again below. A maximum is a
# maximum.) Now show it the parabola. The best that *one* straight line can do
# is the baseline:

# %%
student.compile(
    keras.optimizers.Adam(0.05),
    "mse",
    steps_per_execution=20,
    jit_compile=False,
)
seen, held_out = fine[::2, np.newaxis], fine[1::2, np.newaxis]
student.fit(seen, seen**2, batch_size=10, epochs=20, verbose=0)
error = np.mean((student.predict(held_out, verbose=0) - held_out**2) ** 2)
print("a tenth of a straight line's error:", error < 0.1 * np.var(held_out**2))
assert error < 0.1 * np.var(held_out**2)

# %% [markdown]
# Four lines and no other bend. The price: k times as many weights, here 8
# numbers for one unit:

# %%
print("parameters:", student.count_params(), "against", 2, "of one line")
assert student.count_params() == 8

# %% [markdown]
# ## Dead units
#
# A ReLU whose input is negative for *every* example has slope 0 everywhere. No
# gradient, no change, for ever: the unit is **dead**. How does that happen? By
# one step that is too large. Take 100 ReLU units that look at small digits,
# one output that should say the digit (0 to 9), and one step of gradient
# descent on half the squared error:

# %%
bundled = ck.data.load("digits", size=28).train
small = bundled.x[:300, 2::4, 2::4, 0].reshape(300, 49) / 255
wish = bundled.y[:300] * 1.0


def one_step(weights, biases, outgoing, rate, leak=0.0):
    """New weights and biases of the hidden layer; leak 0 is a ReLU."""
    z = small @ weights + biases  # (300, 100)
    error = np.where(z > 0, z, leak * z) @ outgoing - wish
    back = np.outer(error, outgoing) * np.where(z > 0, 1, leak) / len(z)
    return weights - rate * small.T @ back, biases - rate * back.sum(axis=0)


def alive(weights, biases):
    """Number of units that fire for at least one example."""
    return int((small @ weights + biases > 0).any(axis=0).sum())


# %%
start = rng.standard_normal((49, 100)) * np.sqrt(2 / 49), np.zeros(100)
outgoing = rng.standard_normal(100) / 10
print("at the start:", alive(*start), "of 100 alive")
after = {}
for rate in (0.01, 0.1, 1, 3):
    after[rate] = alive(*one_step(*start, outgoing, rate))
    print(f"one step of {rate:<4}", after[rate], "alive")
assert after[0.01] == alive(*start) and after[3] < 0.7 * alive(*start)

# %% [markdown]
# Pixels are never negative. So a step that lowers all weights of a unit lowers
# its sum for *every* picture, and too long a step lowers it below 0 for good.
# (A few units were dead at birth, by bad luck.) Do the dead ever come back?
# Take the step of 1, then 50 small ones, and do the same with leaky units:


# %%
def later(leak):
    """Of those silent after a step of 1: how many, moved, awake at last."""
    layer = one_step(*start, outgoing, 1, leak)
    before, _ = layer
    silent = (small @ layer[0] + layer[1] <= 0).all(axis=0)
    for _ in range(50):
        layer = one_step(*layer, outgoing, 0.05, leak)
    awake = (small @ layer[0] + layer[1] > 0).any(axis=0)
    moved = (layer[0] != before).any(axis=0)
    return [int(x.sum()) for x in (silent, silent & moved, silent & awake)]


for name, leak in (("ReLU", 0.0), ("leaky ReLU", 0.1)):
    silent, moved, awake = later(leak)
    print(f"{name:<11}{silent} silent, {moved} of them move, {awake} wake up")
    assert (moved, awake) == (0, 0) if leak == 0 else 0 < awake < moved

# %% [markdown]
# The dead ReLUs have not moved by a single bit. Leaky units fall silent, too,
# but their slope on the left is not zero: all walk on, and some wake up. So do
# ELUs, as long as they are not so far out to the left that they saturate.
#
# ## Many layers deep
#
# On the way back the gradient goes through every layer: times the slopes,
# times the weights. What share of its length is left after 5, 10, 20, 30
# layers? Do it in the open, with 64 units a layer. The weights start so that
# signals neither grow nor shrink by themselves: with variance 1/64 (Glorot),
# or 2/64 (He) for the family of ReLU, which cuts off half of each signal.


# %%
def passed(name, depth, variance):
    """Length of the gradient at the input over that at the output."""
    function, slope = functions[name]
    values, matrices, slopes = rng.standard_normal((32, 64)), [], []
    for _ in range(depth):
        matrices.append(rng.standard_normal((64, 64)) * np.sqrt(variance / 64))
        z = values @ matrices[-1]
        values, slopes = function(z), [*slopes, slope(z)]
    gradient = first = rng.standard_normal((32, 64))
    for matrix, steep in zip(matrices[::-1], slopes[::-1]):
        gradient = (gradient * steep) @ matrix.T  # the chain rule, a layer
    return np.linalg.norm(gradient) / np.linalg.norm(first)


# %% [markdown]
# Guess the line of the sigmoid. And what will happen to ReLUs if you forget
# the 2?

# %%
starts = {
    name: (name, 1 if name in ("sigmoid", "tanh") else 2) for name in functions
}
starts["ReLU, without the 2"] = ("ReLU", 1)
depths = (1, 5, 10, 20, 30)
shares = {
    label: [passed(name, depth, variance) for depth in depths]
    for label, (name, variance) in starts.items()
}

# %% tags=["nbval-approx"]
figures.gradient_through_depth(depths, shares)

# %%
for label, values in shares.items():
    print(f"{label:<20} keeps {values[-1] ** (1 / 30):.2f} of it a layer")
assert max(shares["sigmoid"]) <= 0.26 and shares["sigmoid"][-1] < 0.25**29
assert shares["ReLU"][-1] > 100 * shares["ReLU, without the 2"][-1]

# %% [markdown]
# The sigmoid keeps a quarter a layer: twenty layers, and less than a millionth
# of a millionth is left. Tanh saturates a little and loses a little. The ReLU
# family keeps its length if it starts right (for ELU, whose left side is not
# flat, 2 is a bit much). Without the 2 each ReLU layer keeps
# $\sqrt{1/2} = 0.71$, since half of the slopes are 0: not the activation alone
# decides, but the activation *and* the start.
#
# The same in Keras, on real pictures. Here are the gradients of the weights,
# layer by layer:

# %%
initial = {
    "sigmoid": "glorot_uniform",
    "tanh": "glorot_uniform",
    "relu": "he_uniform",
}


def deep_network(activation, depth):
    """A classifier of 784 pixels with `depth` hidden layers of 64 units."""
    x = image = layers.Input((784,), name="image")
    for number in range(1, depth + 1):
        x = layers.Dense(
            64,
            activation=activation,
            kernel_initializer=initial[activation],
            name=f"hidden_{number}",
        )(x)
    logits = layers.Dense(10, name="logits")(x)
    return keras.Model(image, logits, name=f"{activation}_{depth}")


# %%
dataset = ck.data.load(profile.dataset, size=profile.size)
pixels = dataset.train.x / 255.0
mean, std = pixels.mean(), pixels.std()


def prepare(split):
    """Pictures as rows of 784 numbers around 0, and labels."""
    rows = split.x.reshape(len(split), -1) / 255.0
    return (rows - mean) / std, split.y


x_train, y_train = prepare(dataset.train)
loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def gradient_norms(model):
    """Norm of each hidden kernel's gradient, first layer first."""
    with tf.GradientTape() as tape:
        loss = loss_function(y_train[:256], model(x_train[:256]))
    kernels = [layer.kernel for layer in model.layers[1:-1]]
    return [float(ops.norm(g)) for g in tape.gradient(loss, kernels)]


norms = {
    name: gradient_norms(deep_network(name, profile.depth)) for name in initial
}

# %% tags=["nbval-approx"]
figures.gradient_by_depth(norms)

# %%
ratio = {name: values[0] / values[-1] for name, values in norms.items()}
print("first over last layer, sigmoid below 1e-8:", ratio["sigmoid"] < 1e-8)
print("tanh and ReLU above 1e-2:", min(ratio["tanh"], ratio["relu"]) > 1e-2)
assert ratio["sigmoid"] < 1e-8
assert min(ratio["tanh"], ratio["relu"]) > 1e-2

# %% [markdown]
# This is why the sigmoid has gone from hidden layers. (It stays where a number
# between 0 and 1 is meant: gates and probabilities.)
#
# Does it matter for learning? Train two for a moment. The third run is the
# control: is it the sigmoid, or the sigmoid *many layers deep*?
#
# They are judged by digits that they were not trained with. If a digit were in
# both sets, the next cell would stop with an error:

# %%
unseen = dataset.validation
x_new, y_new = prepare(unseen)
ck.data.assert_disjoint(x_train, x_new)

# %%
runs = {
    "sigmoid": ("sigmoid", profile.depth),
    "relu": ("relu", profile.depth),
    "sigmoid, 2 layers": ("sigmoid", 2),
}
losses, reached = {}, {}
for label, (activation, depth) in runs.items():
    model = deep_network(activation, depth)
    model.compile(
        keras.optimizers.Adam(profile.learning_rate),
        loss_function,
        steps_per_execution=16,
        jit_compile=False,
    )
    losses[label] = model.fit(
        x_train,
        y_train,
        batch_size=profile.batch_size,
        epochs=profile.epochs,
        verbose=0,
    ).history["loss"]
    answers = np.argmax(model(x_new), axis=1)
    reached[label] = np.mean(answers == y_new)

# %%
print(f"right among the {unseen.name} digits:")
for label, accuracy in reached.items():
    deep = label == "sigmoid"
    print(f"{label:<18}", "under 20 %:" if deep else "over 80 %:", end=" ")
    print(bool(accuracy < 0.2 if deep else accuracy > 0.8))
assert reached.pop("sigmoid") < 0.2 < 0.8 < min(reached.values())

# %% [markdown]
# (Shares of the validation set; guessing among ten gives 10 %.) Two sigmoid
# layers learn, many do not; as many layers of ReLU do. (Batch normalisation,
# lesson 05, and shortcuts, lesson 06, are other ways out.)
#
# ## Pooling, by hand
#
# After a convolution each map says *where* a feature is. Pooling keeps the
# strongest answer of each neighbourhood and forgets exactly where in it. Take
# the largest of each 2 x 2 block, first on paper:

# %%
a = np.array([[1, 2, 5, 3], [3, 0, 1, 2], [2, 1, 3, 4], [1, 1, 2, 0]])
print(a)

# %% [markdown]
# Its upper left block holds 1, 2, 3 and 0, so the first number is 3. In
# general a window of $f \times f$ moves by a stride $s$, and a rule makes one
# number of it. A window that would stick out is not placed: along a side of
# $n$ there are $\lfloor (n - f)/s \rfloor + 1$ places, as for a convolution
# without padding.
#
# **03.1 (core)** Write `pool`. The rule comes as a function, `reduce`:
# `np.max`, for instance, or `np.mean`. Both take an array and, if you like,
# its axes.


# %%
def pool(image, size, stride, reduce):
    """Slide a size x size window by stride; reduce each to one number."""
    ...  # your code here


# %%
ck.check("03.1", pool)

# %% [markdown]
# Stuck? `ck.hint("03.1")`. One good answer is folded into the next cell: try
# first, then compare. Run it in any case. The lesson goes on with yours if it
# is right, else with the good one, and says which.


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_pool(image, size, stride, reduce):
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))
    return reduce(windows[::stride, ::stride], axis=(2, 3))


pool = ck.yours_or_good("03.1", pool, good_pool)

# %%
print(pool(a, 2, 2, np.max))
assert pool(a, 2, 2, np.max).tolist() == [[3, 5], [2, 4]]

# %% [markdown]
# The same window with other rules. Here the lecturer's board is often wrong in
# one place. Compute the lower left average yourself before you look:

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
# | "2 x 2, stride 1" halving the map | stride 2 | stride 1 takes away 1 |
# | "stride 0" | does not exist | the window would never move |

# %%
c = np.array([[1, 4, 2, 1], [5, 8, 3, 4], [7, 6, 4, 5], [1, 3, 1, 2]])
print("stride 2:", pool(c, 2, 2, np.max).tolist())
print("stride 1:", pool(c, 2, 1, np.max).shape)
assert pool(c, 2, 2, np.max).tolist() == [[8, 4], [7, 5]]
assert pool(c, 2, 1, np.max).shape == (3, 3)

# %% [markdown]
# AlexNet pools with overlap, windows of 3 with stride 2. By the formula of the
# places, $\lfloor (n - f)/s \rfloor + 1$, what is left of 55? (Boards
# sometimes write (55 - 3) + 1 = 26/2 + 1; the division comes before the + 1.)


# %%
def pooled_size(n, f, s):
    return (n - f) // s + 1


once = pooled_size(55, 3, 2)
print(55, "->", once, "->", pooled_size(once, 3, 2))
assert once == 27 and pooled_size(once, 3, 2) == 13

# %% [markdown]
# ### One family
#
# Is there anything between average and maximum? Take the mean of the $p$-th
# powers, then the $p$-th root:


# %%
def power_mean(p):
    def reduce(windows, axis=None):
        return (windows.astype(float) ** p).mean(axis=axis) ** (1 / p)

    return reduce


for p in (-200, 1, 2, 8, 200):
    print(f"p = {p:>4}", pool(b, 2, 2, power_mean(p)).round(1).tolist())
assert np.allclose(pool(b, 2, 2, power_mean(1)), pool(b, 2, 2, np.mean))
assert np.allclose(
    pool(b, 2, 2, power_mean(200)), pool(b, 2, 2, np.max), atol=0.1
)

# %% [markdown]
# With $p = 1$ it is the average, with a large $p$ the largest number wins, and
# with a large negative one the smallest. Average pooling is a convolution, by
# the way, with four weights of 1/4 and stride 2. Max pooling is none: it is a
# bend, as ReLU is.

# %%
by_kernel = correlate(b, np.full((2, 2), 1 / 4))[::2, ::2]
print(
    "average = convolution:", np.array_equal(by_kernel, pool(b, 2, 2, np.mean))
)
print("max of the negative: ", pool(-b, 2, 2, np.max).tolist())
assert np.array_equal(by_kernel, pool(b, 2, 2, np.mean))
assert not np.array_equal(pool(-b, 2, 2, np.max), -pool(b, 2, 2, np.max))

# %% [markdown]
# ### In Keras
#
# Each is a line. They agree with your function, and none of them has a single
# parameter:

# %%
batch = b[np.newaxis, :, :, np.newaxis].astype("float32")
for layer, size, stride, rule in (
    (layers.MaxPooling2D(2), 2, 2, np.max),
    (layers.AveragePooling2D(2), 2, 2, np.mean),
    (layers.MaxPooling2D(3, strides=1), 3, 1, np.max),
):
    theirs = np.array(layer(batch))[0, :, :, 0]
    assert np.allclose(theirs, pool(b, size, stride, rule))
    assert layer.count_params() == 0
print("equal to Keras, 0 parameters")

# %% [markdown]
# Keras has no min pooling. It needs none: turn the sign round, twice.

# %%
minimum = -np.array(layers.MaxPooling2D(2)(-batch))[0, :, :, 0]
print(minimum.tolist())
assert (minimum == pool(b, 2, 2, np.min)).all()

# %% [markdown]
# With `padding="same"` the last window may hang over the edge. What does Keras
# put there? Pool a map of ones and a map of minus ones, 3 x 3 each:

# %%
ones = np.ones((1, 3, 3, 1), dtype="float32")
average = layers.AveragePooling2D(2, padding="same")(ones)
largest = layers.MaxPooling2D(2, padding="same")(-ones)
print("average of ones:", np.array(average)[0, :, :, 0].tolist())
print("max of -1:      ", np.array(largest)[0, :, :, 0].tolist())
assert np.all(average == 1) and np.all(largest == -1)

# %% [markdown]
# Nothing: what is outside does not take part, neither in the mean nor in the
# maximum. (A convolution would see zeros there.)
#
# **Global pooling** takes the whole map as its window: one number a map,
# whatever its size. Two sizes, one shape:

# %%
for height, width in ((7, 5), (20, 30)):
    maps = rng.random((1, height, width, 3)).astype("float32")
    average = np.array(layers.GlobalAveragePooling2D()(maps))
    largest = np.array(layers.GlobalMaxPooling2D()(maps))
    print(maps.shape, "->", average.shape, largest.shape)
    assert np.allclose(average, maps.mean(axis=(1, 2)), atol=1e-6)
    assert np.array_equal(largest, maps.max(axis=(1, 2)))

# %% [markdown]
# ### Which parameters does pooling save?
#
# It has none itself. Does it make the convolutions smaller? Count a small
# network with and without it:


# %%
def counted(*between):
    """Parameters of conv - (pooling) - conv - flatten - dense, by layer."""
    x = image = layers.Input((28, 28, 1), name="image")
    for layer in (
        layers.Conv2D(8, 3, name="conv_1"),
        *between,
        layers.Conv2D(16, 3, name="conv_2"),
        layers.Flatten(name="flatten"),
        layers.Dense(10, name="dense"),
    ):
        x = layer(x)
    model = keras.Model(image, x, name="counted")
    counts = {layer.name: layer.count_params() for layer in model.layers}
    return {name: count for name, count in counts.items() if count}


without, pooled = counted(), counted(layers.MaxPooling2D(2))
print("without", without)
print("with   ", pooled)

# %%
assert without["dense"] == (24 * 24 * 16 + 1) * 10 == 92_170
assert pooled["dense"] == (11 * 11 * 16 + 1) * 10 == 19_370
assert without["conv_2"] == pooled["conv_2"] == (3 * 3 * 8 + 1) * 16

# %% [markdown]
# The convolutions are what they were: their weights do not know the size of
# the map. The dense layer behind them is a fifth. (What pooling does save in
# the second convolution is *work*: 11 x 11 places instead of 24 x 24.)
#
# ## Which pooling for which background?
#
# "Max pooling picks the bright pixels" is half a truth: it picks the *large
# numbers*. Whether those are ink depends on how the picture is stored. Take a
# digit, and its negative:

# %%
digit = dataset.test.x[0, :, :, 0] / 255
treated = {
    name: {
        "picture": image,
        "max 4 x 4": pool(image, 4, 4, np.max),
        "average": pool(image, 4, 4, np.mean),
        "min": pool(image, 4, 4, np.min),
    }
    for name, image in (("ink bright", digit), ("ink dark", 1 - digit))
}
figures.pooled_pictures(treated)

# %% [markdown]
# How much ink is left? Count the places of 49 that are more ink than paper:

# %%
left = {}
for name, pictures in treated.items():
    for rule, image in list(pictures.items())[1:]:
        ink = image if name == "ink bright" else 1 - image
        left[name, rule] = int((ink > 0.5).sum())
print(left)
assert left["ink bright", "max 4 x 4"] == left["ink dark", "min"]
assert left["ink bright", "min"] == left["ink dark", "max 4 x 4"]

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
# That is why max pooling is the usual choice there, whatever the background.
#
# ## The gradient through a maximum
#
# Only the largest number of a window reaches the output, and a nudge of it
# passes with slope 1. So only it is to blame: the whole gradient goes to that
# place, and the others get none. If 10 arrives at the upper left block of `a`,
# the 3 gets all of it:
#
# $$\begin{pmatrix} 1 & 2 \\ 3 & 0 \end{pmatrix} \quad\text{gets}\quad
# \begin{pmatrix} 0 & 0 \\ 10 & 0 \end{pmatrix}$$
#
# **03.2 (core)** Write `max_pool_backward` for windows of 2 x 2 with stride 2.
# `gradient` has half the sides of `image`: one number for each window. No
# window holds a tie.


# %%
def max_pool_backward(image, gradient):
    """(2h, 2w) and (h, w) -> (2h, 2w)."""
    ...  # your code here


# %%
ck.check("03.2", max_pool_backward)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_max_pool_backward(image, gradient):
    result = np.zeros(image.shape)
    for i, j in np.ndindex(gradient.shape):
        block = image[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        row, column = np.unravel_index(block.argmax(), (2, 2))
        result[2 * i + row, 2 * j + column] = gradient[i, j]
    return result


max_pool_backward = ck.yours_or_good(
    "03.2", max_pool_backward, good_max_pool_backward
)

# %% [markdown]
# What does TensorFlow do? Let the loss be the sum of all outputs, so that a
# gradient of 1 arrives at each. Beside the maximum stands the average, which
# shares it out equally. Predict both matrices for `a`:


# %%
def routed(layer, numbers, arriving=1.0):
    """Gradient for each input, given the one that arrives at the output."""
    image = tf.constant(np.array(numbers)[np.newaxis, :, :, np.newaxis] * 1.0)
    with tf.GradientTape() as tape:
        tape.watch(image)
        total = tf.reduce_sum(layer(image)[0, ..., 0] * arriving)
    return tape.gradient(total, image)[0, :, :, 0].numpy()


largest_of = layers.MaxPooling2D(2, dtype="float64")
print(routed(largest_of, a).astype(int))
print(routed(layers.AveragePooling2D(2, dtype="float64"), a)[0])

# %%
route = routed(largest_of, a)
largest = a == np.kron(pool(a, 2, 2, np.max), np.ones((2, 2)))
print("1 exactly where the maximum is:", bool((route == largest).all()))
assert (route == largest).all()

# %% [markdown]
# In a network the gradients that arrive differ. Each goes the way of its own
# window, in your function as in TensorFlow:

# %%
arriving = np.array([[10.0, 20.0], [30.0, -40.0]])
mine = max_pool_backward(a, arriving)
print(mine.astype(int))
assert np.array_equal(mine, routed(largest_of, a, arriving))

# %% [markdown]
# Two cases need a thought. Windows that **overlap** may have the same winner.
# Which number of `c` wins most windows at stride 1, and what does it get? And
# with a **tie**, who gets it?

# %%
overlapping = layers.MaxPooling2D(2, strides=1, dtype="float64")
print("overlap:", routed(overlapping, c).astype(int).tolist())
print("tie:    ", routed(largest_of, np.ones((2, 2))).astype(int).tolist())
assert routed(overlapping, c)[1, 1] == 4 and routed(overlapping, c).sum() == 9

# %% [markdown]
# The 8 wins four windows and collects four gradients: shared inputs add up, as
# shared weights do. With a tie TensorFlow sends all to the first of the equal
# places. Test the four by a nudge, as always:

# %%
nudged = c.astype(float)
nudged[1, 1] += 0.5
rise = pool(nudged, 2, 1, np.max).sum() - pool(c, 2, 1, np.max).sum()
print("the sum rises by", rise / 0.5, "times the nudge")
assert rise / 0.5 == 4

# %% [markdown]
# ## What pooling forgives
#
# Start with the smallest example: one dot on a row of eight, pooled by two.
# Let it walk:

# %%
for place in range(5):
    row = np.zeros((2, 8), dtype=int)
    row[0, place] = 1
    print("dot at", place, "->", pool(row, 2, 2, np.max)[0])

# %% [markdown]
# From 0 to 1 nothing changes: forgiven. From 1 to 2 *everything* changes: the
# dot has moved to the next window, as far as it can in one step. So it is luck
# that decides, and luck can be counted. A dot starts anywhere in a window of
# $f$; how often is it still inside after a shift by $d$?

# %%
for f in (2, 4):
    shares = [
        np.mean([(place + d) // f == 0 for place in range(f)])
        for d in range(5)
    ]
    print(f"window {f}, shift 0 to 4:", [f"{share:.0%}" for share in shares])
    assert np.allclose(shares, [max(f - d, 0) / f for d in range(5)])

# %% [markdown]
# $(f - d)/f$, and nothing from $d = f$ on. A shift by a whole window moves the
# pooled map by one place: pooling is *equivariant* on its coarse grid, and
# *invariant* only by luck below it. Is it so for real pictures? First some
# feature maps: edges in four directions, negative answers cut off by a ReLU.


# %%
sobel = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]) / 4


def edge_maps(pictures):
    """(n, 28, 28) -> (n, 4, 28, 28): left, right, upper, lower edges."""
    padded = np.pad(pictures, ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(
        padded, (3, 3), axis=(1, 2)
    )
    across = np.einsum("nijab,ab->nij", windows, sobel)
    down = np.einsum("nijab,ab->nij", windows, sobel.T)
    return relu(np.stack([across, -across, down, -down], axis=1))


def describe(maps, size):
    """Maps, max pooled by size x size: one vector of length 1 each."""
    n, places = len(maps), 28 // size
    blocks = maps.reshape(n, 4, places, size, places, size)
    vectors = blocks.max(axis=(3, 5)).reshape(n, -1)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


# %% [markdown]
# How alike are two descriptions? The cosine of the angle between them is 1 for
# identical ones. But what is a *low* cosine? Look at pairs of *different*
# digits, unpooled and pooled. (Global: one number for each of the four maps.)

# %%
sizes = {"no pooling": 1, "2 x 2": 2, "4 x 4": 4, "global": 28}
sample, kinds = dataset.test.x[:200, :, :, 0] / 255.0, dataset.test.y[:200]
i, j = np.triu_indices(200, 1)
different = kinds[i] != kinds[j]
other = {}
for name, size in sizes.items():
    vectors = describe(edge_maps(sample), size)
    other[name] = (vectors @ vectors.T)[i, j][different].mean()
    print(f"{name:<11} two different digits: cosine {other[name]:.2f}")
assert other["no pooling"] < other["2 x 2"] < other["4 x 4"] < other["global"]

# %% [markdown]
# There is the price. The more is forgiven, the more alike *everything*
# becomes: in four numbers all digits look the same. So measure on a fair
# scale: **likeness** 1 means unchanged, and 0 means as unlike as another
# digit. And ask a second question, the one that counts: is the changed digit
# still **recognised**, by the nearest of 600 unchanged ones?

# %%
known, names = dataset.train.x[:600, :, :, 0] / 255.0, dataset.train.y[:600]
ck.data.assert_disjoint(known, sample)
known_maps, sample_maps = edge_maps(known), edge_maps(sample)
memory = {name: describe(known_maps, size) for name, size in sizes.items()}
original = {name: describe(sample_maps, size) for name, size in sizes.items()}


def judge(changed):
    """Per pooling: likeness to the original, share recognised."""
    maps, result = edge_maps(changed), {}
    for name, size in sizes.items():
        now = describe(maps, size)
        cosine = (now * original[name]).sum(axis=1).mean()
        nearest = (now @ memory[name].T).argmax(axis=1)
        recognised = (names[nearest] == kinds).mean()
        like = (cosine - other[name]) / (1 - other[name])
        result[name] = like, recognised
    return result


# %% [markdown]
# Three kinds of change: shift, rotation, scale. The last two resample the
# picture around its centre; what comes in from outside is black:


# %%
from coursekit.figures import images


def shifted(pixels):
    return images.shift_right(sample[..., np.newaxis], pixels)[..., 0]


def resampled(degrees=0.0, scale=1.0):
    """Rotate and enlarge about the centre (nearest pixel)."""
    angle = np.deg2rad(degrees)
    rows, columns = (np.indices((28, 28)) - 13.5) / scale
    source_row = np.cos(angle) * rows - np.sin(angle) * columns
    source_column = np.sin(angle) * rows + np.cos(angle) * columns
    r = np.round(source_row + 13.5).astype(int)
    c = np.round(source_column + 13.5).astype(int)
    inside = (r >= 0) & (r < 28) & (c >= 0) & (c < 28)
    return sample[:, r.clip(0, 27), c.clip(0, 27)] * inside


# %% [markdown]
# Which of the three will pooling forgive? Draw your curves first:

# %%
changes = {
    "shift (pixels)": ((0, 1, 2, 3, 4, 6), shifted),
    "rotation (degrees)": ((0, 10, 20, 30, 45, 90), resampled),
    "scale (factor)": (
        (0.5, 0.7, 1.0, 1.25, 1.5, 2.0),
        lambda factor: resampled(scale=factor),
    ),
}
judged = {
    label: (amounts, [judge(change(amount)) for amount in amounts])
    for label, (amounts, change) in changes.items()
}


def panels(which, shown):
    """Curves for a figure: 0 is likeness, 1 the share recognised."""
    return {
        label: (amounts, {n: [r[n][which] for r in results] for n in shown})
        for label, (amounts, results) in judged.items()
    }


# %% tags=["nbval-approx"]
figures.change_curves(panels(0, list(sizes)[:3]), "likeness")

# %% tags=["nbval-approx"]
figures.change_curves(panels(1, sizes), "recognised")

# %% tags=["nbval-approx"]
for label, number in (("shift (pixels)", 3), ("scale (factor)", 4)):
    amounts, results = judged[label]
    print(label, amounts[number], end=": ")
    print({n: round(float(results[number][n][1]), 2) for n in sizes})

# %%
by_shift, by_turn = (
    judged["shift (pixels)"][1],
    judged["rotation (degrees)"][1],
)
for name in ("2 x 2", "4 x 4"):
    assert by_shift[1][name][0] > by_shift[1]["no pooling"][0]
assert by_shift[3]["4 x 4"][1] > by_shift[3]["no pooling"][1]
print("turned by 45 degrees, best of all:", end=" ")
print("under 40 %", max(best for _, best in by_turn[4].values()) < 0.4)
assert max(best for _, best in by_turn[4].values()) < 0.4

# %% [markdown]
# Read the curves.
#
# - **Shift.** A pixel or two is forgiven, with a larger window a little more:
#   **local translation invariance**. It ends where the dot said it would, at
#   the size of the window; at six pixels all lines are down. (Without pooling
#   one pixel is forgiven, too: strokes are wider than one.)
# - **Scale.** A factor of 1.25 or 1.5 moves most strokes by a few pixels, and
#   so it is forgiven for the same reason, and no further.
# - **Rotation.** Small turns move strokes by a pixel or two; beyond 20 degrees
#   no window helps. A turned edge is *another* edge for these kernels.
# - **Global.** Here is invariance to shifts: the line is flat. And it is of no
#   use, because four numbers that forget *where* cannot tell the digits apart.
#   (With more maps, and learned ones, it works: lesson 04.)
#
# Below zero, a changed four is less like itself than like another digit.
# Nothing here is invariant in earnest. How far can you trust the curves? They
# are for one kind of feature, 200 digits and a judge that only compares: the
# order of the lines is typical, the numbers are not. What a *trained* network
# makes of shifts is measured in lesson 04.
#
# | often said | measured |
# |---|---|
# | "pooling makes a CNN shift invariant" | only to shifts below the window |
# | "rotation and scale do not matter" | a few degrees, a factor near 1 |
# | "pooling reduces parameters" | it saves them in dense layers only |
#
# ## Common mistakes
#
# **An activation on the last layer of a regression.** The temperature is -3
# degrees and the output is a ReLU. Go downhill on the squared error and watch
# the sum $z$ before the ReLU:

# %%
z, seen = 0.5, []
for _ in range(4):
    seen.append((round(float(z), 2), float(relu(z))))
    z -= 0.1 * 2 * (relu(z) + 3) * (z > 0)  # rate x error x slope
print("z and output:", seen)
assert seen[-1] == (-0.2, 0.0)

# %% [markdown]
# The symptom: an output of 0 that no training changes. One step, and the unit
# is dead, with an error of 9 for ever. The last layer of a regression has no
# activation.
#
# **Sigmoid in every hidden layer.** The symptom: a loss that stays at
# $\ln 10 = 2.30$, which is guessing among ten. Look at the gradient norms
# before you change anything else.

# %%
for label in ("sigmoid", "relu"):
    stuck = abs(losses[label][-1] - np.log(10)) < 0.05
    print(f"{label:<8} still at 2.30 after the last epoch:", bool(stuck))
    assert stuck == (label == "sigmoid")

# %% [markdown]
# **Stride 0.** The symptom is an error that says so. (Not in every layer: a
# pooling layer can be made with it in this Keras, and fails later, when it
# divides by zero.)

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
# 03.1 and 03.2 stand on the road, above.
#
# **03.3 (warm-up)** A map of 64 x 64 goes through max pooling with windows of
# 3 and stride 2, without padding, twice. Set `answer` to the side of the
# result.

# %%
answer = ...  # your number here

# %%
ck.check("03.3", answer)

# %% [markdown]
# **03.4 (warm-up)** A picture of 32 x 32 x 3 goes through: 16 filters of
# 3 x 3, max pooling by 2, 32 filters of 3 x 3, max pooling by 2, flatten,
# dense with 10 units. No padding anywhere. Set `answer` to the number of
# parameters of the *dense* layer.

# %%
answer = ...  # your number here

# %%
ck.check("03.4", answer)

# %% [markdown]
# **03.5 (core)** Write `sigmoid_backward(y, gradient)`: the gradient of the
# loss with respect to the input of a sigmoid. You are given its *output* `y`,
# not its input.


# %%
def sigmoid_backward(y, gradient):
    """Both of one shape, y between 0 and 1."""
    ...  # your code here


# %%
ck.check("03.5", sigmoid_backward)

# %% [markdown]
# **03.6 (core)** Write `relu_backward(x, gradient)`: the gradient of the loss
# with respect to the input of a ReLU, given the one with respect to its
# output.


# %%
def relu_backward(x, gradient):
    """Both of one shape; at 0 the slope is 0."""
    ...  # your code here


# %%
ck.check("03.6", relu_backward)

# %% [markdown]
# **03.7 (core)** Write `maxout_layer(x, weights, biases)`: several maxout
# units with several inputs. Line `l` of unit `u` has the weights
# `weights[:, u, l]` and the bias `biases[u, l]`.


# %%
def maxout_layer(x, weights, biases):
    """(n, inputs), (inputs, units, lines), (units, lines) -> (n, units)."""
    ...  # your code here


# %%
ck.check("03.7", maxout_layer)

# %% [markdown]
# **03.8 (stretch)** Write `overlapping_backward(image, gradient, size,
# stride)`: the same for windows of any size and stride. Of equal numbers in a
# window the first gets the gradient: upper rows first, and in a row the left.


# %%
def overlapping_backward(image, gradient, size, stride):
    """(h, w), one number a window, two whole numbers -> (h, w)."""
    ...  # your code here


# %%
ck.check("03.8", overlapping_backward)

# %% [markdown]
# **To discuss.** Two questions without a check.
#
# *Derive.* Why does a ReLU network start with variance $2/n$, with $n$ inputs
# to a unit? Begin with $E[z^2]$ of one sum $z = \sum_i x_i w_i$. And which
# variance would a leaky ReLU with the slope $a$ want?
#
# <details><summary>What a good answer contains</summary>
#
# Weights of mean 0 and variance $v$, independent of each other and of the
# inputs: the mixed terms vanish, and $E[z^2] = n\,v\,E[x^2]$. If $z$ lies
# symmetrically around 0, a ReLU keeps half of that, $E[h^2] = E[z^2]/2$:
# nothing grows or shrinks when $n\,v/2 = 1$. A leaky ReLU keeps
# $(1 + a^2)/2$ of it, so $v = 2/(n\,(1 + a^2))$: for $a = 0.1$ one per cent
# less, which nobody sees. It says that this holds at the start, where weights
# know nothing of the inputs, and that on the way back $n$ counts the units
# that a unit feeds.
#
# </details>
#
# *Investigate.* The lesson measured what *max* pooling forgives. Does average
# pooling forgive more? Change one word of `describe`.
#
# <details><summary>What a good answer contains</summary>
#
# `max` becomes `mean`, and the baseline is measured anew: averaged by 4 x 4,
# two different digits are less alike (cosine 0.57, not 0.71). In the quick
# profile three pixels then leave a likeness of 0.21, not 0.31, and 0.68 of the
# digits are recognised, not 0.71: six of 200, nothing to build on. The border
# is the same, the window, and neither rule helps against a larger turn. It
# says that one kind of feature and one sample of digits were asked.
#
# </details>

# %% [markdown]
# ## You can now
# - prove why a network needs bends between its layers;
# - draw six activations with their slopes, and say which saturate where;
# - say how units die, and how much gradient passes many layers: that depends
#   on the activation and on the start;
# - write pooling, and say what stride and window do to size and parameters;
# - route a gradient through a maximum, with overlaps and ties;
# - say what pooling forgives (shifts below the window), and at what price.
#
# Next you put convolution, activation and pooling together:
# [04 · The first CNN](04_first_cnn.ipynb).
#
# **References.** X. Glorot and Y. Bengio (2010), *Understanding the difficulty
# of training deep feedforward neural networks*, AISTATS. K. He et al. (2015),
# *Delving deep into rectifiers*, ICCV. A. L. Maas, A. Y. Hannun and A. Y. Ng
# (2013), *Rectifier nonlinearities improve neural network acoustic models*,
# ICML workshop (the leaky ReLU). I. Goodfellow et al. (2013), *Maxout
# networks*, ICML. D.-A. Clevert, T. Unterthiner and S. Hochreiter (2016),
# *Fast and accurate deep network learning by exponential linear units*, ICLR.
# D. Scherer, A. Müller and S. Behnke (2010), *Evaluation of pooling operations
# in convolutional architectures for object recognition*, ICANN.
# A. Krizhevsky, I. Sutskever and G. Hinton (2012), *ImageNet classification
# with deep convolutional neural networks*, NeurIPS.
#
# **The worked example** that begins with 1 2 5 3 is from G. James et al.
# (2023), *An Introduction to Statistical Learning with Applications in
# Python*, chapter 10 ([all sources](../docs/sources.md)).
