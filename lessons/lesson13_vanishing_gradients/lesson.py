# %% [markdown]
# # 13 · Gradients that vanish and explode
#
# You will tell, before any training, how far back a recurrent network can
# learn - and then move that limit.
#
# | | |
# |---|---|
# | **Before this** | [12 · A recurrent network](12_rnn_from_scratch.ipynb) |
# | **Time** | 40 min on the road, 30 of exercises, 6 of quiz |
# | **Runs in** | 33 s (quick), about 8 CPU min (full) |
# | **Data** | none: random sequences you make here |
# | **Hardware** | any laptop |
# | **You should end with** | a curve: which cure reaches which time lag |
#
# ## In this lesson you will
# - write the Jacobian of a step, multiply many, and watch a gradient die or
#   grow on its way back;
# - bound that growth with one number, and estimate it with another;
# - drive a network to NaN, say where the first NaN comes from, and stop it;
# - clip one gradient by value, by norm and, with your own function, by global
#   norm;
# - start a network so that nothing shrinks: orthogonal and identity matrices;
# - measure what each cure does to the lag that can be learned.

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

profile = ck.start("13")

# %% [markdown]
# ## A hundred times almost one
#
# Make the network as small as it gets: one number that is passed on,
# $h_t = w\,h_{t-1}$. Change $h_0$ by a little. Each step multiplies that
# change by $w$, so after $t$ steps $w^t$ of it is left. Take $w = 0.9$ and
# then $w = 1.1$, and a hundred steps. Guess both numbers before you run:

# %%
print(f"0.9^100 = {0.9**100:.1e}   1.1^100 = {1.1**100:.1e}")
assert 0.9**100 < 1e-4 and 1.1**100 > 1e4

# %% [markdown]
# Two numbers that differ by 0.2, and a factor of half a billion between their
# hundredth powers. The first change has **vanished**, the second has
# **exploded**. A **half-life** says it better than a power. How many steps
# until half of the change is left?

# %%
import numpy as np

for w in (0.5, 0.9, 0.99):
    print(f"w = {w}: half is left after {np.log(0.5) / np.log(w):.1f} steps")

# %% [markdown]
# To remember a word for a hundred steps, $w$ has to lie within a per cent of
# one. Backwards it is the same: the gradient of a loss at step $t$, on its way
# to step 0, meets the same hundred factors.
#
# ## One step back, with many units
#
# The network of lesson 12: rows are examples, and
#
# $$h_t = \varphi(a_t), \qquad a_t = x_t U + h_{t-1} W + b .$$
#
# Now a change of $h_{t-1}$ is a vector, and what carries it on is a matrix,
# the **Jacobian**: how much unit $i$ of $h_t$ moves when unit $j$ of
# $h_{t-1}$ does. Unit $j$ reaches unit $i$ through $W_{ji}$, and then through
# the slope of unit $i$:
#
# $$J_t = \frac{\partial h_t}{\partial h_{t-1}}
#       = \operatorname{diag}\bigl(\varphi'(a_t)\bigr)\, W^\top .$$
#
# The slope belongs to the unit that *receives*: the diagonal stands left, and
# scales rows. By hand, with $W = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$
# and the slopes 1 and 0.5: unit 0 of the new state hears unit 1 of the old
# through $W_{10} = 3$, times its slope of 1. All four:
#
# $$J = \begin{pmatrix} 1 & 0 \\ 0 & 0.5 \end{pmatrix}
#       \begin{pmatrix} 1 & 3 \\ 2 & 4 \end{pmatrix}
#     = \begin{pmatrix} 1 & 3 \\ 1 & 2 \end{pmatrix} .$$
#
# **13.1 (core)** Write `one_step_jacobian(W, slope)`: $\partial h_t/\partial
# h_{t-1}$ from $W$, (units, units), and the slopes of the new state's units,
# (units,). Entry (i, j) says how unit i of $h_t$ follows unit j of $h_{t-1}$.


# %%
def one_step_jacobian(W, slope):
    """(units, units) and (units,) -> (units, units)."""
    ...  # your code here


# %%
ck.check("13.1", one_step_jacobian)

# %% [markdown]
# Stuck? `ck.hint("13.1")`. One good answer is folded into the next cell: try
# first, then compare. Run it in any case. The lesson goes on with your
# function if it is right, else with the good one, and says which.


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_one_step_jacobian(W, slope):
    return slope[:, np.newaxis] * W.T


one_step_jacobian = ck.yours_or_good(
    "13.1", one_step_jacobian, good_one_step_jacobian
)

# %% [markdown]
# Three activations; each slope is written with the output $h$:


# %%
def logistic(a):
    return 1 / (1 + np.exp(-a))


# name: function, slope as a function of the output, largest slope
activations = {
    "tanh": (np.tanh, lambda h: 1 - h**2, 1.0),
    "logistic": (logistic, lambda h: h * (1 - h), 0.25),
    "ReLU": (lambda a: np.maximum(a, 0), lambda h: (h > 0) * 1.0, 1.0),
}

# %% [markdown]
# A sequence, the states, and the Jacobian of each step:

# %%
units, steps = 32, 40
rng = np.random.default_rng(profile.seed)
x = rng.standard_normal((steps, 1))
U = 0.3 * rng.standard_normal((1, units))
start = np.full(units, 0.5)


def states_of(W, activation):
    """States of one sequence, with the start: (steps + 1, units)."""
    function = activations[activation][0]
    states = [start]
    for x_t in x:
        states.append(function(x_t @ U + states[-1] @ W))
    return np.array(states)


def jacobians(W, activation):
    """dh_t/dh_{t-1} for each step: (steps, units, units)."""
    slopes = activations[activation][1](states_of(W, activation)[1:])
    return np.array([one_step_jacobian(W, slope) for slope in slopes])


# %% [markdown]
# Is the formula right? Nudge one unit of $h_0$, as in lesson 12, and look at
# $h_1$. For comparison, the diagonal on the other side:

# %%
W = rng.standard_normal((units, units)) / np.sqrt(units)
first = jacobians(W, "tanh")[0]
nudged = []
for unit in range(units):
    nudge = 1e-6 * np.eye(units)[unit]
    up, down = (np.tanh(x[0] @ U + (start + d) @ W) for d in (nudge, -nudge))
    nudged.append((up - down) / 2e-6)
nudged = np.array(nudged).T  # (unit of h_1, unit of h_0)
slope = 1 - states_of(W, "tanh")[1] ** 2
print("diagonal left: ", np.allclose(first, nudged, atol=1e-8))
print("diagonal right:", np.allclose(W.T * slope, nudged, atol=1e-8))
assert np.allclose(first, nudged, atol=1e-8)

# %% [markdown]
# ## Forty steps back
#
# Over many steps the chain rule multiplies:
# $\partial h_t/\partial h_0 = J_t J_{t-1} \cdots J_1$. The newest matrix
# stands left.


# %%
def products(factors):
    """dh_t/dh_0 for t = 1, 2, ...: the running product, (steps, n, n)."""
    found = [factors[0]]
    for factor in factors[1:]:
        found.append(factor @ found[-1])
    return np.array(found)


whole = products(jacobians(W, "tanh"))
print(whole.shape)

# %% [markdown]
# TensorFlow can differentiate the whole Keras layer at once. It must find the
# same matrix:

# %%
import keras
import tensorflow as tf
from keras import layers

layer = layers.SimpleRNN(units)
layer.build((1, steps, 1))
layer.set_weights([U, W, np.zeros(units)])
sequence = tf.constant(x[np.newaxis], "float32")
h_0 = tf.constant(start[np.newaxis], "float32")
with tf.GradientTape() as tape:
    tape.watch(h_0)
    h_last = layer(sequence, initial_state=h_0)
by_autodiff = tape.jacobian(h_last, h_0)[0, :, 0]
difference = np.abs(by_autodiff - whole[-1]).max()
print("largest difference below 1e-6:", bool(difference < 1e-6))
assert difference < 1e-6

# %% [markdown]
# ## One number for a matrix
#
# A matrix stretches some directions more than others; the factors are its
# **singular values**. The largest is the most it can stretch any vector, its
# **spectral norm**: `np.linalg.norm(J, 2)`. Two rules follow from "the most":
# the norm of a product is at most the product of the norms, and multiplying
# by slopes of at most $\gamma$ stretches by at most $\gamma$. With $\lambda$
# the norm of $W$:
#
# $$\left\lVert \frac{\partial h_t}{\partial h_k} \right\rVert
#   \le (\gamma \lambda)^{t-k},
#   \qquad \gamma = 1 \text{ (tanh, ReLU)}, \quad
#   \gamma = \tfrac14 \text{ (logistic)} .$$
#
# Below $\gamma\lambda = 1$ the gradient *must* vanish. Above, it *may*
# explode. Does it? Take one random matrix and multiply it, so that its
# largest eigenvalue (in modulus), the **spectral radius**, is 0.5, 1, 2, 8.
# (In the direction of an eigenvector a matrix only multiplies: by the
# eigenvalue.)

# %%
base = rng.standard_normal((units, units))
base = base / np.abs(np.linalg.eigvals(base)).max()  # spectral radius 1


def norms(factors):
    """Spectral norm of the product over 1, 2, ... steps: (steps,)."""
    return np.linalg.norm(products(factors), 2, axis=(1, 2))


distance = np.arange(1, steps + 1)
panels = {}
for name, (_, _, gamma) in activations.items():
    panels[name] = {
        f"radius {radius}": (
            norms(jacobians(radius * base, name)),
            (gamma * np.linalg.norm(radius * base, 2)) ** distance,
        )
        for radius in (0.5, 1, 2, 8)
    }

# %%
figures = profile.figures

figures.norms_against_bound(panels)

# %%
for lines in panels.values():
    for measured, bound in lines.values():
        assert (measured <= bound * (1 + 1e-9)).all()
largest = np.linalg.norm(base, 2)
print(f"radius 1 has a norm of {largest:.2f}; no line crosses its bound")

# %% [markdown]
# Read one panel at a time.
#
# - **tanh**, radius 0.5: bound and gradient both vanish. Radius 1: the bound
#   says that it may explode, and it vanishes slowly. Radius 2 hardly grows,
#   radius 8 explodes, and both stay far below the bound.
# - **logistic**: at most a quarter passes each step. Even radius 8, with a
#   bound that explodes, leaves a millionth.
# - **ReLU**: half of the units are off, and what passes is not squeezed.
#   With radius 8 nothing holds it.
#
# So the bound is a safe promise in one direction only. When it falls, believe
# it. When it rises, measure.
#
# ## Why the bound is so far off
#
# A matrix stretches most in *one* direction. The next step would have to
# stretch most in the direction where the first one has sent the vector, and a
# random matrix does not. What counts over many steps is the spectral radius
# $\rho$. Without activation, where all slopes are 1, look at the factor per
# step between step 100 and step 200:

# %%
powers = [np.linalg.matrix_power(base, k) for k in (100, 200)]
near, far = (np.linalg.norm(power, 2) for power in powers)
rate = (far / near) ** (1 / 100)
print(f"factor per step {rate:.2f}, radius 1.00, norm {largest:.2f}")
assert abs(rate - 1) < 0.02

# %% [markdown]
# With an activation each step also multiplies by slopes. A rule of thumb for
# random weights: factor per step $\approx$ radius x mean slope.

# %%
for name, (_, slope_of, _) in activations.items():
    for radius in (1, 2):
        line = panels[name][f"radius {radius}"][0]
        rate = (line[-1] / line[9]) ** (1 / 30)  # from step 10 to step 40
        slope = slope_of(states_of(radius * base, name)[1:]).mean()
        print(
            f"{name:<8} radius {radius}: {rate:.2f} a step, "
            f"radius x slope {radius * slope:.2f}"
        )
        assert 0.7 < rate / (radius * slope) < 1.4

# %% [markdown]
# Good to about a third here: a first guess before you train, no more.
#
# Is the eigenvalue then all you need? No. Here is a matrix with both
# eigenvalues 0.5. By hand: $\begin{pmatrix} 0.5 & 10 \\ 0 & 0.5
# \end{pmatrix}^2 = \begin{pmatrix} 0.25 & 10 \\ 0 & 0.25 \end{pmatrix}$.

# %%
sheared = np.array([[0.5, 10.0], [0.0, 0.5]])
for k in (1, 2, 4, 8, 16):
    power = np.linalg.matrix_power(sheared, k)
    print(f"{k:2d} steps: norm {np.linalg.norm(power, 2):6.2f}")
assert np.linalg.norm(np.linalg.matrix_power(sheared, 4), 2) > 1

# %% [markdown]
# It grows tenfold first and dies later. The eigenvalue tells the end of the
# story, the norm its beginning.
#
# | often said | measured |
# |---|---|
# | "a norm above 1 explodes" | it may: radius 1 has norm 1.60, and vanishes |
# | "eigenvalues below 1 vanish at once" | 0.5 can grow tenfold before |
# | "$\gamma$ is 1" for every activation | 1/4 for the logistic function |
#
# ## Where does the gradient of W come from?
#
# $W$ is used in every step, so its gradient is a sum over steps (lesson 12).
# It does not vanish: the last steps keep it large. What vanishes is the part
# that comes from far away. Let the loss depend on $h_T$ only, and measure the
# length of each step's contribution, as a share of all lengths together:


# %%
def contributions(W, activation):
    """Norm of each step's part of dL/dW, the last step first: (steps,)."""
    states = states_of(W, activation)
    slope = activations[activation][1](states[1:])
    g = np.ones(units) / np.sqrt(units)  # dL/dh_T, length 1
    found = []
    for t in reversed(range(steps)):
        delta = g * slope[t]  # dL/da
        found.append(np.linalg.norm(np.outer(states[t], delta)))
        g = delta @ W.T  # dL/dh of the step before
    return np.array(found)


# %%
from coursekit.figures import gradients

shares = {}
for name, radius in (("logistic", 1), ("tanh", 0.5), ("tanh", 1)):
    lengths = contributions(radius * base, name)
    shares[f"{name}, radius {radius}"] = lengths / lengths.sum()
gradients.flow(shares, "share of the gradient of W")

# %%
for name, share in shares.items():
    enough = int(np.argmax(np.cumsum(share) > 0.99)) + 1
    print(f"{name}: the last {enough} steps hold 99 % of all lengths")
assert shares["logistic, radius 1"][:5].sum() > 0.99

# %% [markdown]
# A network with logistic units listens to its last three steps. It is not
# that it *cannot* represent a long memory: nothing tells its weights to build
# one.
#
# ## The other way: until nothing is a number
#
# Now upwards. A float32 ends at about $3.4 \cdot 10^{38}$. What lies above is
# `inf`, and arithmetic with `inf` has holes:

# %%
with np.errstate(all="ignore"):
    infinite = np.float32(3e38) * np.float32(10)
    print(infinite, infinite - infinite, np.float32(0) * infinite)
end = float(np.finfo("float32").max)
steps_to_overflow = np.log(end) / np.log([1.3, 2, 8])
print("steps until it overflows:", np.ceil(steps_to_overflow).astype(int))
assert np.float32(2) ** np.float32(127) < np.inf  # the 128th is too many

# %% [markdown]
# `nan`, not a number, comes from `inf - inf` or `0 * inf`, and it spreads:
# whatever touches it becomes `nan`. With a factor of 8 a gradient gets there
# in 43 steps.
#
# Now in training. The task is easy: add up fifty numbers between 0 and 1. A
# ReLU network that starts with the identity, $W = I$, nearly does it already:
# it carries everything on and adds what comes in.

# %%
numbers = rng.random((3200, 50, 1)).astype("float32")
totals = numbers.sum(axis=(1, 2))
baseline = totals.var()  # the squared error of always answering the mean


def adder(**clipping):
    """ReLU network that starts with the identity; plain SGD."""
    keras.utils.set_random_seed(profile.seed)
    inputs = layers.Input((50, 1))
    state = layers.SimpleRNN(
        32, activation="relu", recurrent_initializer="identity", name="memory"
    )(inputs)
    model = keras.Model(inputs, layers.Dense(1)(state), name="adder")
    optimizer = keras.optimizers.SGD(3e-3, **clipping)
    model.compile(optimizer, "mse", jit_compile=False)
    return model


# %% [markdown]
# One update with the first 32 sequences. What did it do to the identity?

# %% tags=["nbval-approx"]
model = adder()
loss = model.train_on_batch(numbers[:32], totals[:32])
U_1, W_1, b_1 = model.get_layer("memory").get_weights()
norm_1 = np.linalg.norm(W_1, 2)
print(f"loss {loss:.1f}; norm of W: 1 before, {norm_1:.1f} after")
assert norm_1 > 10

# %% [markdown]
# One single step did it. The gradient is a sum over 50 steps of ever larger
# numbers, and the step along it threw $W$ far away from the identity. Now send
# the next 32 sequences forward by hand, with an eye on the largest state:

# %% tags=["nbval-approx"]
largest_states = []
h = np.zeros((32, units), "float32")
with np.errstate(all="ignore"):
    for t in range(50):
        h = np.maximum(numbers[32:64, t] @ U_1 + h @ W_1 + b_1, 0)
        largest_states.append(h.max())
largest_states = np.array(largest_states)
factor = (largest_states[19] / largest_states[9]) ** (1 / 10)
print(f"each step multiplies by about {factor:.1f}")

# %%
first_inf = int(np.argmax(np.isinf(largest_states))) + 1
first_nan = int(np.argmax(np.isnan(largest_states))) + 1
print(f"first inf at step {first_inf}, first nan at step {first_nan}")
loss = model.train_on_batch(numbers[32:64], totals[32:64])
print("loss of the second batch:", loss)
assert first_nan == first_inf + 1 and np.isnan(loss)

# %% [markdown]
# With a factor of 29, $10^{38}$ is 26 steps away. There is the first `nan`: in
# the *forward* pass, one step after the first `inf`, which meets weights of
# both signs and is added up: `inf - inf`. From there on all is `nan`, the loss
# and its gradient too, and the update writes it into every weight.
#
# A run in that state goes on for hours. `TerminateOnNaN` ends it after the
# batch that shows the first `nan` or `inf`:

# %%
model = adder()
history = model.fit(
    numbers,
    totals,
    epochs=5,
    verbose=0,
    callbacks=[keras.callbacks.TerminateOnNaN()],
)
print("epochs begun:", len(history.history["loss"]), "of 5")

# %% [markdown]
# It ends the run, no more. What is in the model now?

# %%
spoiled = [w.path for w in model.weights if np.isnan(w.numpy()).any()]
print(len(spoiled), "of", len(model.weights), "weight arrays hold nan")
assert len(spoiled) == len(model.weights)

# %% [markdown]
# Everything is lost. Keep checkpoints (lesson 07), and cure the cause.
#
# ## Clipping: three ways to shorten a gradient
#
# It was the length of that first gradient that did the harm. So limit the
# length. There are three ways, and they are often mixed up. Take two weight
# arrays, with gradients $(3, 4)$ and $(0, 12)$, and the threshold 0.7. By
# hand first: the lengths are 5 and 12, and both together
# $\sqrt{5^2 + 12^2} = 13$.
#
# - **by value**: each component on its own is cut to $[-0.7, 0.7]$;
# - **by norm**: each array $g$ longer than the threshold becomes
#   $g \cdot 0.7 / \lVert g \rVert$;
# - **by global norm**: the same with all arrays taken as one long vector.


# %%
def clip_by_value(gradients, threshold):
    return [np.clip(g, -threshold, threshold) for g in gradients]


def clip_by_norm(gradients, threshold):
    """Each array has a length of its own."""
    lengths = [np.linalg.norm(g) for g in gradients]
    return [
        g * min(1, threshold / length) for g, length in zip(gradients, lengths)
    ]


# %% [markdown]
# **13.2 (core)** Write the third, `clip_by_global_norm(gradients, threshold)`:
# a list of arrays of any shapes becomes a list of arrays of the same shapes,
# all multiplied by *one* number, so that they are `threshold` long together.
# What is short enough stays as it is. The pair above: each of its four numbers
# times 0.7 / 13.


# %%
def clip_by_global_norm(gradients, threshold):
    """All arrays together have one length."""
    ...  # your code here


# %%
ck.check("13.2", clip_by_global_norm)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_clip_by_global_norm(gradients, threshold):
    length = np.sqrt(sum((g**2).sum() for g in gradients))
    return [g * min(1, threshold / length) for g in gradients]


clip_by_global_norm = ck.yours_or_good(
    "13.2", clip_by_global_norm, good_clip_by_global_norm
)

# %% [markdown]
# All three, on that pair:

# %%
pair = [np.array([3.0, 4.0]), np.array([0.0, 12.0])]
ways = {
    "by value": clip_by_value(pair, 0.7),
    "by norm": clip_by_norm(pair, 0.7),
    "by global norm": clip_by_global_norm(pair, 0.7),
}
for name, (first, second) in ways.items():
    print(f"{name:<15} {first.round(3)} {second.round(3)}")
assert np.allclose(ways["by norm"][0], [0.42, 0.56])

# %%
figures.clipped(pair[0], {n: w[0] for n, w in ways.items()}, 0.7)

# %% [markdown]
# Look at the first array. By value, $(3, 4)$ becomes $(0.7, 0.7)$: the
# direction has turned, from 53 to 45 degrees, and its length is 0.99, not
# 0.7. By norm it keeps its direction. But compare the arrays: the second was
# 2.4 times as long as the first, and after clipping by norm both are equally
# long. Only the global norm keeps the direction of the *whole* gradient:


# %%
def cosine(a, b):
    a, b = np.concatenate(a), np.concatenate(b)
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


for name, arrays in ways.items():
    length = np.linalg.norm(np.concatenate(arrays))
    print(
        f"{name:<15} whole length {length:.2f}, "
        f"cosine with the gradient {cosine(pair, arrays):.3f}"
    )
assert np.isclose(cosine(pair, ways["by global norm"]), 1)

# %% [markdown]
# In Keras each is an argument of the optimiser. With a learning rate of 1 and
# weights that start at 0, one step of SGD shows the clipped gradient (with a
# minus):

# %%
arguments = {
    "by value": {"clipvalue": 0.7},
    "by norm": {"clipnorm": 0.7},
    "by global norm": {"global_clipnorm": 0.7},
}
for name, argument in arguments.items():
    weights = [keras.Variable(np.zeros(2)) for _ in pair]
    keras.optimizers.SGD(1.0, **argument).apply(
        [keras.ops.convert_to_tensor(g, "float32") for g in pair], weights
    )
    ours = np.concatenate(ways[name])
    theirs = -np.concatenate([weight.numpy() for weight in weights])
    assert np.allclose(theirs, ours, atol=1e-6)
print("three ways equal to Keras")

# %% [markdown]
# Now the network that lost everything in one step, with one argument more:

# %%
model = adder(global_clipnorm=0.7)
history = model.fit(numbers, totals, epochs=3, verbose=0)
last = history.history["loss"][-1]
print("still numbers:", bool(np.isfinite(last)))
print("error below half of the baseline:", bool(last < 0.5 * baseline))
assert last < 0.5 * baseline

# %% [markdown]
# ## Truncation is a third thing
#
# **Truncated back-propagation** (lesson 12) is sometimes listed with
# clipping. It does not shorten a gradient, it cuts time: beyond a window,
# nothing is passed back at all. With a window of 10 steps:

# %%
window = 10
with tf.GradientTape() as tape:
    tape.watch(sequence)
    early = layer(sequence[:, :-window])  # the state after 30 steps
    late = sequence[:, -window:]
    h_last = layer(late, initial_state=tf.stop_gradient(early))
    total = tf.reduce_sum(h_last)
reach = np.abs(tape.gradient(total, sequence)[0, :, 0])
print("steps with a gradient:", np.count_nonzero(reach), "of", steps)
assert (reach[:-window] == 0).all() and (reach[-window:] > 0).all()

# %% [markdown]
# Older inputs still act, through the state that is passed on. But nothing
# tells the weights how to use them. It saves memory and time, and no gradient
# grows for more than ten steps; against vanishing it does nothing.
#
# ## A start that neither shrinks nor grows
#
# Clipping shortens what is too long. It cannot bring back what has vanished:
# a gradient of $10^{-14}$ passes every threshold. Against that the *start*
# helps. An **orthogonal** matrix turns vectors and never changes a length:
# all its singular values are 1, and so are those of all its powers. One comes
# out of the QR decomposition of a random matrix:


# %%
def orthogonal(size):
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return q * np.sign(np.diag(r))  # so that all are equally likely


Q = orthogonal(units)
hundred = np.linalg.matrix_power(Q, 100)
values = np.linalg.svd(hundred, compute_uv=False)
print(f"singular values of Q^100: {values.min():.3f} to {values.max():.3f}")
assert np.allclose(Q @ Q.T, np.eye(units)) and np.allclose(values, 1)

# %% [markdown]
# Keras starts every recurrent layer that way, unless told otherwise:

# %%
print(type(layers.SimpleRNN(4).cell.recurrent_initializer).__name__)
theirs = np.array(keras.initializers.Orthogonal(seed=1)((units, units)))
assert np.allclose(theirs @ theirs.T, np.eye(units), atol=1e-5)

# %% [markdown]
# The **identity** with ReLU is the other choice: as long as the units stay
# positive, the state is carried over unchanged, and the Jacobian *is* the
# identity. (Our states start at 0.5, so that units are on.) Compare four
# starts:

# %%
starts = {
    "logistic, random": ("logistic", base),
    "tanh, random, radius 0.5": ("tanh", 0.5 * base),
    "tanh, orthogonal": ("tanh", Q),
    "ReLU, identity": ("ReLU", np.eye(units)),
}
gradients.flow(
    {n: norms(jacobians(W, name)) for n, (name, W) in starts.items()}
)

# %% [markdown]
# With tanh the orthogonal start still loses a little at each step, because
# its slopes are below one.
#
# ## How far back can it learn?
#
# Enough of gradients: what can be *learned*? The simplest memory task there
# is. The first number of a sequence is $+1$ or $-1$. After it come `lag`
# numbers of noise. At the end, the network must say which it was.


# %%
def first_sign(count, lag, rng):
    """Sequences (count, lag + 1, 1) and whether they began with +1."""
    x = rng.uniform(-0.5, 0.5, (count, lag + 1, 1)).astype("float32")
    answer = rng.integers(0, 2, count)
    x[:, 0, 0] = 2 * answer - 1
    return x, answer


# %% [markdown]
# Each arm of the experiment changes one thing: the activation, the start,
# clipping, a window of 10 steps. *Small* means random with a spectral radius
# of about 0.5, *large* of about 2.


# %%
def random_start(radius):
    return keras.initializers.RandomNormal(stddev=radius / np.sqrt(units))


def parts():
    """Made anew for each seed: an initialiser fixes its numbers when made."""
    return {
        "logistic": {"activation": "sigmoid", "start": random_start(1)},
        "tanh": {"activation": "tanh"},
        "ReLU": {"activation": "relu"},
        "small": {"start": random_start(0.5)},
        "large": {"start": random_start(2)},
        "orthogonal": {"start": "orthogonal"},
        "identity": {"start": "identity"},
        "clipped": {"clip": 1.0},
        "truncated": {"window": 10},
    }


# %%
def network(activation, start, window=None):
    """Sequence of any length -> probability that it began with +1."""
    inputs = layers.Input((None, 1))
    memory = layers.SimpleRNN(
        units, activation=activation, recurrent_initializer=start
    )
    if window is None:
        state = memory(inputs)
    else:  # zeros in front: a short sequence, too, is longer than the window
        x = layers.ZeroPadding1D((window, 0))(inputs)
        early = layers.Lambda(keras.ops.stop_gradient)(memory(x[:, :-window]))
        state = memory(x[:, -window:], initial_state=early)
    return keras.Model(inputs, layers.Dense(1, "sigmoid")(state))


# %%
def compiled(model, clip=None):
    """Ready to train, the optimiser's variables included."""
    optimizer = keras.optimizers.Adam(3e-3, global_clipnorm=clip)
    model.compile(
        optimizer,
        "binary_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=25,
        jit_compile=False,
    )
    optimizer.build(model.trainable_variables)
    return model


# %% [markdown]
# One model an arm; before each lag it is put back to its start, optimiser
# included (that saves building it anew). The test sequences are new ones:


# %%
def accuracies(arm, seed):
    """Test accuracy after training at each lag, from the same start."""
    keras.utils.set_random_seed(seed)
    known, choices = parts(), {}
    for part in arm.split(", "):
        choices |= known[part]
    clip = choices.pop("clip", None)
    model = compiled(network(**choices), clip)
    variables = model.variables + model.optimizer.variables
    before = [v.numpy() for v in variables]
    found = []
    for lag in profile.lags:
        for variable, value in zip(variables, before):
            variable.assign(value)
        data = np.random.default_rng(1000 * seed + lag)
        seen = first_sign(32 * profile.updates, lag, data)
        new = first_sign(1000, lag, data)
        ck.data.assert_disjoint(seen[0], new[0])
        model.fit(*seen, 32, verbose=0)
        score = model.evaluate(*new, 500, verbose=0)
        found.append(score[1])
    return found


# %% [markdown]
# Before you run it: which arms will still know the sign after 20 steps? Which
# after 80? Does clipping help the small start?

# %%
results = {
    arm: np.array([accuracies(arm, seed) for seed in profile.seeds])
    for arm in profile.arms
}

# %% tags=["nbval-approx-20-of-1000"]
figures.success_panels(profile.lags, results, chance=0.5)

# %%
reached = {
    arm: [lag for lag, a in zip(profile.lags, values.mean(0)) if a > 0.9]
    for arm, values in results.items()
}
for arm, lags in reached.items():
    print(f"{arm:<26} learns at lags {lags or 'none'}")
assert 20 not in reached["logistic"]
assert 80 not in reached["tanh, small"] + reached["tanh, small, clipped"]
assert 80 in reached["tanh, orthogonal"]
assert 80 not in reached["ReLU, identity"]
assert 80 in reached["ReLU, identity, clipped"]

# %% [markdown]
# Read the lines of the quick profile as a doctor would:
#
# - **Logistic units** do not even learn five steps in 300 updates.
# - The **small start** learns 5 and not 20: the half-life of radius 0.5 is one
#   step. Clipping changes nothing. It is the wrong medicine.
# - The **orthogonal start** reaches all lags tried.
# - The **identity** has the best gradient at the start, and fails at 80 all
#   the same. With clipping it succeeds, which points to a gradient that grew
#   too large during training. There clipping *is* the medicine.
#
# How far to trust it? One seed, a task with a single bit to keep, 300 updates.
# The full profile, three seeds and 600 updates, each seed with a start of its
# own, gave these lags with a mean accuracy above 0.9 (of 5, 10, 20, 80 and
# 160; in brackets what only two of the three seeds learn):
#
# | arm | learns lags |
# |---|---|
# | logistic | none (5) |
# | tanh, small, clipped or not | 5, 10 (20) |
# | tanh, small, truncated to 10 steps | 5 |
# | tanh, large, clipped or not | all |
# | tanh, orthogonal, clipped or not | 5, 10, 20, 80 (160) |
# | tanh, orthogonal, truncated to 10 steps | 5, 10 |
# | ReLU, identity | 5, 10, 20 |
# | ReLU, identity, clipped | 5, 10, 20, 80 (160) |
#
# With more updates an arm gets further, but the order stays. A start that is
# too large did no harm here: one bit survives it. Ten is odd for a window of
# ten steps, which stops one short of the sign: probably the orthogonal start
# carries the sign that far untrained, and the output learns to read it.
#
# | often said | measured |
# |---|---|
# | "clipping cures vanishing gradients" | not one lag gained |
# | "cutting each component to 0.7 is clipping by norm" | it is by value |
# | "truncated BPTT is a kind of clipping" | it cuts time, not length |
# | "an RNN cannot remember 80 steps" | one bit, with the right start |
#
# What is left for a better cell? The state is still *rewritten* at each step:
# one bit survives, a shopping list does not. Lesson 14 adds gates.
#
# ## Common mistakes
#
# **Two kinds of clipping at once.** Keras refuses, and says which:

# %%
with ck.expect_error(ValueError):
    keras.optimizers.SGD(0.1, clipnorm=0.7, clipvalue=0.7)

# %% [markdown]
# **Looking for NaN with `==`.** The symptom: the check never fires, since
# `nan` is not equal to anything, itself included.

# %%
loss = float("nan")
print("loss == nan:", loss == float("nan"), "  isnan:", np.isnan(loss))

# %% [markdown]
# **Clipping what is broken already.** The norm of a gradient with one `nan`
# is `nan`, and so is everything divided by it. The symptom: clipping is on,
# and all weights are lost at once. Clipping has to act before the first
# overflow, while the loss is still finite.

# %%
broken = [np.array([3.0, np.nan]), np.array([0.0, 12.0])]
weights = [keras.Variable(np.zeros(2)) for _ in broken]
keras.optimizers.SGD(1.0, global_clipnorm=0.7).apply(
    [keras.ops.convert_to_tensor(g, "float32") for g in broken], weights
)
lost = [bool(np.isnan(weight.numpy()).all()) for weight in weights]
print("all of each array lost:", lost)
assert all(lost)

# %% [markdown]
# **Clipping the weights instead of the gradient.** The network cannot explode
# any more, and it cannot learn a weight above the threshold either:

# %%
target, weight = 3.0, 0.0
for _ in range(100):
    weight = np.clip(weight - 0.1 * (weight - target), -0.7, 0.7)
print("the best weight is 3.0, reached:", weight)

# %% [markdown]
# ## Quiz

# %%
ck.quiz("13")

# %% [markdown]
# ## Exercises
#
# 13.1 and 13.2 stand on the road, above.
#
# **13.3 (warm-up)** A logistic network has a recurrent matrix of spectral norm
# 2. After how many steps, at the latest, is less than a thousandth of the
# gradient left? Set `answer` to that number.

# %%
answer = ...  # your number here

# %%
ck.check("13.3", answer)

# %% [markdown]
# **13.4 (core)** Write `with_radius(matrix, radius)`: the matrix times a
# positive number, so that its spectral radius is `radius`.


# %%
def with_radius(matrix, radius):
    """(n, n) -> (n, n)."""
    ...  # your code here


# %%
ck.check("13.4", with_radius)

# %% [markdown]
# **13.5 (core)** Write `clipped_step(weights, gradient, rate, threshold)`: the
# new weights after one step of gradient descent, with the gradient clipped by
# norm. A gradient that is short enough is not changed.


# %%
def clipped_step(weights, gradient, rate, threshold):
    """Two arrays of one shape, two numbers -> new weights."""
    ...  # your code here


# %%
ck.check("13.5", clipped_step)

# %% [markdown]
# **13.6 (stretch)** Write `gradient_share(W, states, g, window)`, for a
# tanh network whose loss depends on the last state only. Each step's part of
# $\partial L/\partial W$ is the outer product of $h_{t-1}$ and
# $\partial L/\partial a_t$; its length is the root of the sum of its squares.
# Of the sum of all these lengths, which share do the last `window` steps
# hold? `states` holds $h_0$ to $h_T$, `g` is $\partial L/\partial h_T$.


# %%
def gradient_share(W, states, g, window):
    """(n, n), (steps + 1, n), (n,), whole number -> share from 0 to 1."""
    ...  # your code here


# %%
ck.check("13.6", gradient_share)

# %% [markdown]
# **To discuss.** Two questions without a check.
#
# *Derive.* By how much, at most, can clipping by value turn a gradient of n
# numbers? Does a small step against what is left still go downhill?
#
# <details><summary>What a good answer contains</summary>
#
# The worst case: one huge number, all others at the threshold. What is left
# are n equal numbers, and the cosine with the gradient goes to $1/\sqrt n$: 45
# degrees for two numbers, 84 for a hundred. Downhill all the same: each number
# keeps its sign, so the product with the gradient is positive. But it is a way
# down that has little to do with the steepest one.
#
# </details>
#
# *Investigate.* The large start did no harm, since one bit survives it. Would
# a number? Let the first number lie anywhere between -1 and 1, and ask for it
# at the end.
#
# <details><summary>What a good answer contains</summary>
#
# The changed task, an output without a sigmoid, squared error, and a score:
# one minus the error over the variance of the answer. The same updates and
# seeds for all starts. With a lag of 20, 600 updates and three seeds the
# orthogonal start has a score of 1.00 each time, the large one 0.94 to 0.97,
# the small one 0.00. So "a saturated network keeps bits, not numbers" is too
# strong: the number gets through, only less exactly. And it asks what happens
# at longer lags.
#
# </details>

# %% [markdown]
# ## You can now
# - write the Jacobian of a step, with the diagonal on the side where it
#   belongs, and multiply it back through time;
# - say when a gradient must vanish, when it may explode, and what it does;
# - explain how one step leads to `inf`, then to `nan`, and stop the run;
# - clip by value, by norm and by global norm, and say which turns a gradient;
# - start a network with an orthogonal matrix or the identity, and know why;
# - say which cure reaches which lag: clipping for what explodes, the start
#   (and the cell) for what vanishes.
#
# Next you build cells that decide themselves what to keep:
# [14 · LSTM and GRU](14_lstm_and_gru.ipynb).
#
# **References.** S. Hochreiter (1991), *Untersuchungen zu dynamischen
# neuronalen Netzen*, diploma thesis, TU Munich. Y. Bengio, P. Simard and P.
# Frasconi (1994), *Learning long-term dependencies with gradient descent is
# difficult*, IEEE Transactions on Neural Networks 5. R. Pascanu, T. Mikolov
# and Y. Bengio (2013), *On the difficulty of training recurrent neural
# networks*, ICML: the bound and clipping by norm. Q. V. Le, N. Jaitly and G.
# Hinton (2015), *A simple way to initialize recurrent networks of rectified
# linear units*, arXiv:1504.00941. A. Saxe, J. McClelland and S. Ganguli
# (2014), *Exact solutions to the nonlinear dynamics of learning in deep linear
# neural networks*, ICLR: orthogonal starts.
