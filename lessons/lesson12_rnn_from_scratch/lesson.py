# %% [markdown]
# # 12 · A recurrent network from scratch
#
# You will build the recurrent layer with a pencil, differentiate it through
# time in two ways, and teach it to finish a word.
#
# | | |
# |---|---|
# | **Before this** | [11 · Sequences](11_sequences.ipynb) |
# | **Time** | 47 min on the road, 35 of exercises, 7 of quiz |
# | **Runs in** | 11 s (quick), 1 min (full) |
# | **Data** | one word: "deep" |
# | **Hardware** | any laptop |
# | **Backends** | TensorFlow (it opens the gradient) |
# | **You should end with** | gradients right to 1e-5, and d-e-e-p-stop |
#
# ## In this lesson you will
# - compute a recurrent network's states by hand, then write its step;
# - say the shapes of its weights, and prove it equal to Keras' `SimpleRNN`;
# - derive back-propagation through time, write it as a recursion, and let a
#   sum over paths, autodiff and finite differences check every number;
# - train it until it spells "deep", and look at what it remembers;
# - cut the gradient short, and measure what is lost;
# - measure what a step of time costs.

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

profile = ck.start("12")

# %% [markdown]
# ## One unit, by hand
#
# A network with a single unit. Its state $h$ starts at zero. At each step it
# becomes
#
# $$h_t = \tanh(u\,x_t + w\,h_{t-1}) .$$
#
# Let $u = 1$ and $w = 0.5$, and let it see 1, then only zeros. What does it do
# after the first step? Sketch the four states, then run the cell:

# %%
import numpy as np

u, w, h = 1.0, 0.5, 0.0
for x in (1, 0, 0, 0):
    h = np.tanh(u * x + w * h)
    print(round(float(h), 3))

# %% [markdown]
# An echo. The input is long gone, and the state still knows: $\tanh(1) =
# 0.762$, then $\tanh(0.381) = 0.363$, each about half of the one before. The
# weight $w$ says how long it remembers.
#
# ## Two units
#
# Now two units: $h$ is a row of two numbers, $u$ a row $U$, and $w$ a table
# $W$. The entry in row $i$ and column $j$ of $W$ says how much unit $i$
# contributes to unit $j$ *one step later*. Each unit also has a bias, one
# number of a row $b$. All units at once, a row times a table:
#
# $$h_t = \tanh(x_t U + h_{t-1} W + b) .$$
#
# By hand, with no input and no bias: the old state is $(0.3, 0.1)$, and $W =
# \begin{pmatrix} 0 & 1 \\ 0.5 & 0 \end{pmatrix}$. Unit 0 hears unit 1 times
# 0.5, so 0.05, and unit 1 hears unit 0 times 1, so 0.3. The new state is
# $(\tanh 0.05, \tanh 0.3) = (0.050, 0.291)$.
#
# **12.1 (core)** Write this step, `rnn_step(x, h, U, W, b)`, for $n$ inputs
# and $d$ units: `x` is (n,), `h` and `b` are (d,), `U` is (n, d), `W` is
# (d, d). The check begins with the state you see above, and goes on with more
# inputs and units.


# %%
def rnn_step(x, h, U, W, b):
    """The state after one more step, shape (d,)."""
    ...  # your code here


# %%
ck.check("12.1", rnn_step)

# %% [markdown]
# Stuck? `ck.hint("12.1")`. One good answer is folded into the next cell: try
# first, then compare. Run it in any case. The lesson goes on with your step if
# it is right, else with the good one, and says which.


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_rnn_step(x, h, U, W, b):
    return np.tanh(x @ U + h @ W + b)


rnn_step = ck.yours_or_good("12.1", rnn_step, good_rnn_step)

# %% [markdown]
# Now a $W$ with a single 1. What does the second unit do?

# %%
U = np.array([[1.0, 0.0]])  # the input goes to unit 0 only
W = np.array([[0.0, 1.0], [0.0, 0.0]])  # unit 0 goes to unit 1
h = no_bias = np.zeros(2)
for x in (0.1, 0.2, 0.3, 0.0):
    h = rnn_step(np.array([x]), h, U, W, no_bias)
    print(f"input {x}  state {h.round(2)}")

# %% [markdown]
# The second unit says what the first said a step before (small numbers pass
# through tanh almost unchanged). A memory of one step, by hand. With the 1 in
# the other corner, which is $W$ transposed, nothing would be remembered:

# %%
h = np.zeros(2)
for x in (0.1, 0.2, 0.3, 0.0):
    h = rnn_step(np.array([x]), h, U, W.T, no_bias)
print("W transposed, last state:", h.round(2))

# %% [markdown]
# No error appeared: a square matrix fits both ways. Remember that.
#
# ## The general form
#
# $n$ inputs, $d$ units, $k$ outputs. All vectors are rows:
#
# $$h_t = \tanh(x_t U + h_{t-1} W + b), \qquad
# y_t = \operatorname{softmax}(h_t V + c) .$$
#
# | what | shape | what it does |
# |---|---|---|
# | $x_t$ | $n$ | the input at step $t$ |
# | $h_t$ | $d$ | the state after step $t$; $h_0 = 0$ |
# | $y_t$ | $k$ | the probabilities at step $t$ |
# | $U$ | $n \times d$ | input to state |
# | $W$ | $d \times d$ | state to next state |
# | $V$ | $d \times k$ | state to output |
# | $b$, $c$ | $d$, $k$ | biases |
#
# The weights have no index $t$: they are **shared** by all steps. In code it
# is your step in a loop, with all weights in one dictionary:


# %%
def softmax(logits):
    """Along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def forward(x, weights):
    """x (T, n) -> states (T + 1, d) with h_0 first, outputs (T, k)."""
    U, W, V, b, c = weights.values()
    states = np.zeros((len(x) + 1, len(W)))
    for t in range(1, len(x) + 1):
        states[t] = rnn_step(x[t - 1], states[t - 1], U, W, b)
    return states, softmax(states[1:] @ V + c)


def draw_weights(n, d, k, seed, size=0.5):
    rng = np.random.default_rng(seed)
    shapes = {"U": (n, d), "W": (d, d), "V": (d, k), "b": d, "c": k}
    return {name: rng.normal(0, size, s) for name, s in shapes.items()}


# %% [markdown]
# Nothing in `forward` knows the length. The same weights read three steps or
# fifty:

# %%
weights = draw_weights(n=3, d=4, k=2, seed=0)
for steps in (3, 50):
    states, outputs = forward(np.ones((steps, 3)), weights)
    print(steps, "steps: states", states.shape, "outputs", outputs.shape)

# %% [markdown]
# ## Count the weights
#
# A film of 28 x 28 pictures, each flattened, 200 units, two classes. What are
# the shapes of $U$, $W$ and $V$? Fill in the table on paper, then ask Keras:

# %%
import keras
from keras import layers

frames = layers.Input((None, 28 * 28), name="frames")
x = layers.SimpleRNN(200, name="state")(frames)
film = keras.Model(frames, layers.Dense(2, name="output")(x), name="film")
for name, variable in zip("UWbVc", film.weights):
    print(name, tuple(variable.shape))

# %%
n, d, k = 784, 200, 2
print(f"{n * d:,} + {d * d:,} + {d * k:,} weights, {d + k} biases")
assert film.count_params() == n * d + d * d + d * k + d + k == 197_402

# %% [markdown]
# The other way round. A network has $n$ inputs, half as many units, two
# outputs, and 161 weights without biases. What is $n$? With $d = n/2$ the
# count is $n \cdot n/2 + n/2 \cdot n/2 + n/2 \cdot 2 = \tfrac34 n^2 + n$:

# %%
sizes = {
    n: n * (n // 2) + (n // 2) ** 2 + (n // 2) * 2 for n in range(2, 21, 2)
}
print(sizes)
assert [n for n, size in sizes.items() if size == 161] == [14]

# %% [markdown]
# $n = 14$, and 98 + 49 + 14 = 161. The number of steps appears nowhere.
#
# ## The same layer in Keras
#
# `SimpleRNN` is the first of the two equations, `Dense` the second. It keeps
# its weights in the order U, W, b, with the same shapes:


# %%
def to_keras(weights):
    """The same network as a keras.Model, (batch, T, n) -> (batch, T, k)."""
    n, d = weights["U"].shape
    x = entry = layers.Input((None, n))
    x = layers.SimpleRNN(d, return_sequences=True)(x)
    y = layers.Dense(len(weights["c"]), activation="softmax")(x)
    model = keras.Model(entry, y)
    model.set_weights([weights[name] for name in "UWbVc"])
    return model


x = np.random.default_rng(1).normal(size=(20, 3))
difference = np.abs(
    np.array(to_keras(weights)(x[np.newaxis]))[0] - forward(x, weights)[1]
)
print(f"largest difference to Keras {difference.max():.5f}")
assert difference.max() < 1e-6

# %% [markdown]
# And with $W$ transposed? Again there is no error, only other numbers:

# %%
turned = weights | {"W": weights["W"].T}
difference = np.abs(forward(x, turned)[1] - forward(x, weights)[1]).max()
print(f"W transposed: outputs differ by up to {difference:.2f}")
assert difference > 0.01

# %% [markdown]
# | often written, with $V$ of shape $d \times k$ | what fits |
# |---|---|
# | $\operatorname{softmax}(V h_t)$ | $\operatorname{softmax}(h_t V)$ |
#
# With $V$ on the left its shape must be $k \times d$. The computer is strict:

# %%
V, last = weights["V"], forward(x, weights)[0][-1]
print((last @ V).shape)
with ck.expect_error(ValueError):
    V @ last

# %% [markdown]
# ## A word to finish
#
# The task: type a d, and the network completes "deep". Four signs: d, e, p and
# one for "the word is over". At each step the network sees a letter and says
# how likely each sign is to come **next**:

# %%
signs = ["d", "e", "p", "<stop>"]
word = ["d", "e", "e", "p"]
targets = np.array([signs.index(sign) for sign in [*word[1:], "<stop>"]])
x = np.eye(4)[[signs.index(sign) for sign in word]]  # (4, 4), one-hot
for sign, row, target in zip(word, x.astype(int), targets):
    print(sign, row, "->", signs[target])

# %% [markdown]
# The same picture as a network, unrolled: one copy for each step, all with the
# same weights.

# %%
figures = profile.figures

figures.network(word, [signs[target] for target in targets])

# %% [markdown]
# Look at the two middle steps. The same input, e, once with the answer e and
# once with p. A network without memory cannot do this.
#
# The loss of one step is the cross-entropy $-\log y_t[\text{target}]$, and the
# **total loss** is its sum over time:


# %%
def total_loss(x, targets, weights):
    """Cross-entropy, summed over the steps."""
    outputs = forward(x, weights)[1]
    return -np.log(outputs[np.arange(len(x)), targets]).sum()


# %% [markdown]
# Two landmarks before any training. A network that knows nothing gives every
# sign one quarter. And the best network *without memory* knows everything but
# which e it is at: one half for e, one half for p. What are their losses?

# %%
blank = {name: 0 * value for name, value in draw_weights(4, 2, 4, 0).items()}
print(f"knows nothing:   4 log 4 = {total_loss(x, targets, blank):.3f}")
without_memory = -np.log([1, 0.5, 0.5, 1]).sum()
print(f"without memory:  2 log 2 = {without_memory:.3f}")
assert np.isclose(total_loss(x, targets, blank), 4 * np.log(4))

# %% [markdown]
# A loss below 1.386 *proves* that the network remembers.
#
# What does the sum of logarithms mean? Each output is the probability of the
# next sign *given all signs so far*, since the state has read them all. Their
# product is the probability that the network gives to the whole word, so the
# total loss is minus the logarithm of that:

# %%
weights = draw_weights(4, 4, 4, seed=3)
outputs = forward(x, weights)[1]
steps = outputs[np.arange(4), targets]
from_loss = np.exp(-total_loss(x, targets, weights))
print("P(next sign | signs so far)", steps.round(2))
print(f"P(word), their product      {steps.prod():.5f}")
print(f"exp(-total loss)            {from_loss:.5f}")
assert np.isclose(steps.prod(), from_loss)

# %% [markdown]
# A network that gives such probabilities is a **language model**.
#
# ## Back through time: one weight
#
# To train it you need the gradient. Start with the single unit, where
# everything is a number. Three steps:
#
# $$h_1 = \tanh(u x_1), \quad h_2 = \tanh(u x_2 + w h_1), \quad
# h_3 = \tanh(u x_3 + w h_2) .$$
#
# How does $h_3$ change with $w$? The weight appears *in* the third formula,
# and it is hidden in $h_2$ as well. The chain rule has one term for each:
#
# $$\frac{d h_3}{d w} = (1 - h_3^2)\,\Bigl(
# \underbrace{h_2}_{\text{explicit}} +
# \underbrace{w\,\frac{d h_2}{d w}}_{\text{implicit}} \Bigr), \qquad
# \frac{d h_2}{d w} = (1 - h_2^2)\,\Bigl(h_1 + w\,\frac{d h_1}{d w}\Bigr),
# \qquad \frac{d h_1}{d w} = 0 .$$
#
# (The slope of tanh where its value is $h$ is $1 - h^2$. The last one is zero
# because $w$ meets only $h_0 = 0$ in the first step.)


# %%
def three_steps(w, u=1.0, x=(1, 0, 0)):
    h1 = np.tanh(u * x[0])
    h2 = np.tanh(u * x[1] + w * h1)
    return h1, h2, np.tanh(u * x[2] + w * h2)


w = 0.5
h1, h2, h3 = three_steps(w)
dh2 = (1 - h2**2) * h1
dh3 = (1 - h3**2) * (h2 + w * dh2)
nudged = (three_steps(w + 1e-6)[2] - three_steps(w - 1e-6)[2]) / 2e-6

# %%
print(f"both terms          {dh3:.4f}")
print(f"nudge w and look    {nudged:.4f}")
print(f"explicit term only  {(1 - h3**2) * h2:.4f}")
print(f"implicit term only  {(1 - h3**2) * w * dh2:.4f}")
assert np.isclose(dh3, nudged, atol=1e-8)

# %% [markdown]
# You need both. "Nudge and look" is a **finite difference**, and it is your
# judge from here on.
#
# ## Back through time: the general form
#
# From lesson 01: the gradient of softmax and cross-entropy is $e_t = y_t -
# \text{target}_t$, a row of $k$ numbers (the target as a one-hot row). $V$
# acts at every step, so its gradient is a **sum over time** (and that is all:
# no path leads from $V$ through the states):
#
# $$\frac{\partial L}{\partial V} = \sum_t h_t^\top e_t .$$
#
# $L$ depends on the state $h_t$ in two ways: through the output of this step,
# and through the next state. Call the gradient $g_t = \partial L / \partial
# h_t$, and let $\delta_t = g_t \odot (1 - h_t^2)$ be what is left of it in
# front of the tanh ($\odot$ multiplies entry by entry). Then
#
# $$g_t = \underbrace{e_t V^\top}_{\text{this output}} +
# \underbrace{\delta_{t+1} W^\top}_{\text{the future}}, \qquad
# \frac{\partial L}{\partial W} = \sum_t h_{t-1}^\top \delta_t, \qquad
# \frac{\partial L}{\partial U} = \sum_t x_t^\top \delta_t, \qquad
# \frac{\partial L}{\partial b} = \sum_t \delta_t .$$
#
# You compute it from the last step to the first, where the future is zero.
# That is **back-propagation through time**, short BPTT.
#
# By hand: the single unit again, with $V = 1$ and an error of 1 at the last
# step only, so that $L$ moves as $h_3$ does. What must $dL/dw$ be? Each step
# leaves its share:

# %%
delta3 = 1 - h3**2
delta2 = delta3 * w * (1 - h2**2)
print(f"step 3: delta {delta3:.4f}  share {h2 * delta3:.4f}")
print(f"step 2: delta {delta2:.4f}  share {h1 * delta2:.4f}")
print(f"dL/dw   {h2 * delta3 + h1 * delta2:.4f}")

# %% [markdown]
# The same two terms as above. (Step 1 has a share of zero: $h_0 = 0$.)
#
# **12.2 (core)** Write `backward`: the recursion for any number of steps and
# units. `x` is (T, n); `states` is (T + 1, d), with $h_0$ in row 0, so that
# step t reads `x[t - 1]` and makes `states[t]`; `e` is (T, k), row t - 1 for
# step t. Return dL/dU, dL/dW and dL/db. `np.outer` makes a table of two rows.
# The check begins with the single unit of above.


# %%
def backward(x, states, e, V, W):
    """dL/dU (n, d), dL/dW (d, d) and dL/db (d,)."""
    ...  # your code here


# %%
ck.check("12.2", backward)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_backward(x, states, e, V, W):
    dU = dW = db = future = 0
    for t in range(len(x), 0, -1):
        delta = (e[t - 1] @ V.T + future) * (1 - states[t] ** 2)
        dU = dU + np.outer(x[t - 1], delta)
        dW = dW + np.outer(states[t - 1], delta)
        db = db + delta
        future = delta @ W.T  # what step t - 1 hears from the future
    return dU, dW, db


backward = ck.yours_or_good("12.2", backward, good_backward)

# %% [markdown]
# With $V$ and $c$, which need no recursion, that is the whole gradient:


# %%
def gradients(x, targets, weights):
    """dL/dU, dL/dW, ... of the total loss, by the recursion."""
    U, W, V, b, c = weights.values()
    states, outputs = forward(x, weights)
    e = outputs - np.eye(len(c))[targets]  # (T, k)
    dU, dW, db = backward(x, states, e, V, W)
    dV, dc = states[1:].T @ e, e.sum(axis=0)
    return {"U": dU, "W": dW, "V": dV, "b": db, "c": dc}


# %% [markdown]
# ## The same as a sum over paths
#
# The recursion is short, but what does it add up? Each output's error travels
# back along the chain of states, and may stop at any step to change a weight
# there. So there is one **path** for each pair: the error of step $t$ stops at
# step $s \le t$. One step back multiplies by the **Jacobian**, the table of
# how each number of a state changes with each number of the state before:
#
# $$J_t = \frac{\partial h_t}{\partial h_{t-1}}
# = \operatorname{diag}(1 - h_t^2)\, W^\top .$$
#
# All paths together:
#
# $$\frac{\partial L}{\partial W} = \sum_t \sum_{s \le t} h_{s-1}^\top
# \Bigl[ \bigl( e_t V^\top J_t\, J_{t-1} \cdots J_{s+1} \bigr)
# \odot (1 - h_s^2) \Bigr] .$$
#
# Four steps have 4 + 3 + 2 + 1 = 10 paths. In code, two loops in the open:


# %%
def path_terms(x, targets, weights, reach=None):
    """Yields (t, s, delta) for each path; with reach, only t - s < reach."""
    U, W, V, b, c = weights.values()
    states, outputs = forward(x, weights)
    e = outputs - np.eye(len(c))[targets]
    for t in range(1, len(x) + 1):  # the error at step t ...
        g = e[t - 1] @ V.T
        for s in range(t, max(0, t - (reach or t)), -1):  # ... stops at s
            delta = g * (1 - states[s] ** 2)
            yield t, s, delta
            g = delta @ W.T  # one step further back


def gradients_by_paths(x, targets, weights, reach=None):
    """dL/dU, dL/dW and dL/db, added up path by path."""
    states = forward(x, weights)[0]
    total = {name: np.zeros_like(weights[name]) for name in "UWb"}
    for _, s, delta in path_terms(x, targets, weights, reach):
        total["U"] += np.outer(x[s - 1], delta)
        total["W"] += np.outer(states[s - 1], delta)
        total["b"] += delta
    return total


# %%
recursion = gradients(x, targets, weights)
paths = gradients_by_paths(x, targets, weights)
print("paths:", len(list(path_terms(x, targets, weights))))
for name in paths:
    difference = np.abs(recursion[name] - paths[name]).max()
    print(name, recursion[name].shape, f"largest difference {difference:.9f}")
    assert difference < 1e-12

# %% [markdown]
# And one path written out, the error of step 4 that stops at step 2:

# %%
W, V = weights["W"], weights["V"]
states, outputs = forward(x, weights)
jacobian = {t: np.diag(1 - states[t] ** 2) @ W.T for t in (3, 4)}
e4 = outputs[3] - np.eye(4)[targets[3]]
by_formula = (e4 @ V.T @ jacobian[4] @ jacobian[3]) * (1 - states[2] ** 2)
by_code = {(t, s): d for t, s, d in path_terms(x, targets, weights)}[4, 2]
print(by_formula.round(4))
print(by_code.round(4))
assert np.allclose(by_formula, by_code, atol=1e-12)

# %% [markdown]
# ## Two judges
#
# Two derivations by the same person may share a mistake. So ask someone who
# knows nothing of the derivation. **Finite differences** nudge every single
# weight and run the network twice:


# %%
def by_nudging(x, targets, weights, step=1e-5):
    total = {name: np.zeros_like(value) for name, value in weights.items()}
    for name, value in weights.items():
        for place in np.ndindex(value.shape):
            nudge = np.zeros_like(value)
            nudge[place] = step
            up = total_loss(x, targets, weights | {name: value + nudge})
            down = total_loss(x, targets, weights | {name: value - nudge})
            total[name][place] = (up - down) / (2 * step)
    return total


# %% [markdown]
# **Autodiff**: the Keras network of the same weights, and TensorFlow's tape:

# %%
import tensorflow as tf


def by_autodiff(x, targets, weights):
    model = to_keras(weights)
    with tf.GradientTape() as tape:
        outputs = model(x[np.newaxis])[0]
        chosen = tf.gather(outputs, targets, axis=1, batch_dims=1)
        loss = -tf.reduce_sum(tf.math.log(chosen))
    found = tape.gradient(loss, model.trainable_variables)
    return {name: np.array(value) for name, value in zip("UWbVc", found)}


# %%
def largest_error(one, other):
    return max(np.abs(one[name] - other[name]).max() for name in one)


judges = {"finite differences": by_nudging, "autodiff": by_autodiff}
for judge, method in judges.items():
    error = largest_error(recursion, method(x, targets, weights))
    print(f"{judge:<19} largest difference {error:.4f}")
    assert error < 1e-5

# %% [markdown]
# All numbers agree. (The network has four units and four signs on purpose: a
# wrong formula then runs without a shape error, and only the judges notice.)
#
# How wrong are the usual slips? Each is one line of the recursion:
#
# | slip | often written | right |
# |---|---|---|
# | no V | $g_t = e_t + \dots$ | $e_t V^\top + \dots$ |
# | no explicit term | only $\partial h_t / \partial h_{t-1} \cdots$ | both |
# | diagonal on the wrong side | $W^\top D_t$ | $D_t W^\top$ |
# | W not transposed | $\delta_{t+1} W$ | $\delta_{t+1} W^\top$ |
#
# ($D_t$ is the diagonal matrix of $1 - h_t^2$.)


# %%
def slipped(x, targets, weights, slip):
    """dL/dW with one of four slips."""
    U, W, V, b, c = weights.values()
    states, outputs = forward(x, weights)
    e = outputs - np.eye(len(c))[targets]
    total, future = np.zeros_like(W), 0
    for t in range(len(x), 0, -1):
        g = e[t - 1] @ (np.eye(4) if slip == "no V" else V.T) + future
        delta = g * (1 - states[t] ** 2)
        if slip != "no explicit term" or t == 1:
            total += np.outer(states[t - 1], delta)
        future = delta @ W.T
        if slip == "diagonal on the wrong side":
            future = (g @ W.T) * (1 - states[t] ** 2)
        if slip == "W not transposed":
            future = delta @ W
    return total


# %%
judge = by_nudging(x, targets, weights)["W"]
slips = (
    "none",
    "no V",
    "no explicit term",
    "diagonal on the wrong side",
    "W not transposed",
)
for slip in slips:
    found = slipped(x, targets, weights, slip)
    error = np.linalg.norm(found - judge) / np.linalg.norm(judge)
    print(f"{slip:<27} relative error {error:.2f}")
    assert (error < 1e-5) == (slip == "none")

# %% [markdown]
# Without the explicit term the relative error is exactly 1.00: nothing is left
# of the gradient, because the only path that remains ends at $h_0 = 0$. The
# others look plausible, and a network might even learn something with them.
# **Check a gradient before you trust it.**
#
# Which paths matter? The size of each path's term:

# %%
sizes = np.zeros((len(x), len(x)))
for t, s, delta in path_terms(x, targets, weights):
    sizes[t - 1, s - 1] = np.linalg.norm(delta)
figures.path_sizes(sizes, word)

# %% [markdown]
# The further back, the smaller: each step back multiplies by a Jacobian, and
# these Jacobians shrink what they multiply. Four steps are no problem; lesson
# 13 asks what happens after forty.
#
# ## Learn to spell
#
# The gradient is right, so gradient descent is three lines. To see what the
# network does, let it **write**: give it a d, take the likeliest sign, feed it
# back in, until it says stop:


# %%
def spell(weights, first="d", longest=8):
    written = [first]
    while len(written) < longest and written[-1] != "<stop>":
        seen = np.eye(4)[[signs.index(sign) for sign in written]]
        written.append(signs[forward(seen, weights)[1][-1].argmax()])
    return "-".join(written)


def train(weights, steps, rate=profile.learning_rate):
    """Returns the trained weights and the total loss before each step."""
    losses = []
    for _ in range(steps):
        losses.append(total_loss(x, targets, weights))
        slope = gradients(x, targets, weights)
        weights = {
            name: weights[name] - rate * slope[name] for name in weights
        }
    return weights, losses


# %% [markdown]
# Two units are enough. At which loss will it begin to spell the word right?

# %%
weights, losses, done = draw_weights(4, 2, 4, seed=profile.seed), [], 0
for steps in (0, 10, 20, 40, 80, profile.steps):
    weights, more = train(weights, steps - done)
    losses, done = losses + more, steps
    loss = total_loss(x, targets, weights)
    print(f"{steps:>4} steps  loss {loss:.2f}  {spell(weights)}")
trained = weights

# %% tags=["nbval-approx"]
assert spell(trained) == "d-e-e-p-<stop>"
loss = total_loss(x, targets, trained)
print(f"loss {loss:.2f}, the best without memory {without_memory:.2f}")
assert loss < 0.1 < without_memory

# %%
figures.loss_with_bounds(
    losses, {"knows nothing": 4 * np.log(4), "without memory": without_memory}
)

# %% [markdown]
# It spells d-e-e-p-stop, and its loss is far below what is possible without
# memory. So where is the memory? The state has two numbers: it is a point in a
# plane. The colours show which sign is likeliest if the state is at that
# point:

# %%
states = forward(x, trained)[0]
figures.state_plane(states, word, trained["V"], trained["c"], signs)

# %% [markdown]
# After the first e and after the second e the state is at *different places*,
# in regions of different colours. The input was the same; the place it came
# from was not. That is all the memory there is, and nobody programmed it.
#
# Is it luck? Other starts:

# %%
for seed in profile.seeds:
    other, _ = train(draw_weights(4, 2, 4, seed), profile.steps)
    print(f"start {seed}: {spell(other)}")
    assert spell(other) == "d-e-e-p-<stop>"

# %% [markdown]
# Taking the likeliest sign is one way of writing. The other is to **draw**
# each sign with its probability, and feed back what was drawn. Then a network
# that is half trained writes a different word each time:


# %%
def draw_word(weights, rng, longest=8):
    written = ["d"]
    while len(written) < longest and written[-1] != "<stop>":
        seen = np.eye(4)[[signs.index(sign) for sign in written]]
        probabilities = forward(seen, weights)[1][-1]
        written.append(signs[rng.choice(4, p=probabilities)])
    return "-".join(written)


half_trained, _ = train(draw_weights(4, 2, 4, seed=0), 60)
rng = np.random.default_rng(0)
for _ in range(4):
    print(draw_word(half_trained, rng))

# %% [markdown]
# How often should "deep" come out? The product of its probabilities tells, and
# drawing 500 words agrees:

# %%
rng = np.random.default_rng(1)
for name, network in (("half trained", half_trained), ("trained", trained)):
    share = np.mean(
        [draw_word(network, rng) == "d-e-e-p-<stop>" for _ in range(500)]
    )
    expected = np.exp(-total_loss(x, targets, network))
    print(f"{name:<13} P(word) {expected:.2f}  drawn {share:.2f}")
    assert abs(share - expected) < 0.08

# %% [markdown]
# ## The same network in Keras
#
# Load the trained weights into Keras. The outputs are the same, and so is the
# word:

# %%
model = to_keras(trained)
outputs = np.array(model(x[np.newaxis]))[0]
difference = np.abs(outputs - forward(x, trained)[1]).max()
print(f"largest difference {difference:.5f}")
print("Keras says:", [signs[number] for number in outputs.argmax(axis=1)])
assert difference < 1e-6

# %% [markdown]
# And training? Start both from the same weights and take 20 steps. One trap:
# Keras takes the *mean* over batch and time, your loss is the *sum*:

# %%
model = to_keras(draw_weights(4, 2, 4, seed=0))
model.compile(
    keras.optimizers.SGD(profile.learning_rate),
    keras.losses.SparseCategoricalCrossentropy(reduction="sum"),
    jit_compile=False,
)
model.fit(x[np.newaxis], targets[np.newaxis], epochs=20, verbose=0)
by_hand, _ = train(draw_weights(4, 2, 4, seed=0), 20)
difference = [
    np.abs(a - by_hand[n]).max() for n, a in zip("UWbVc", model.get_weights())
]
print(f"largest difference after 20 steps {max(difference):.4f}")
assert max(difference) < 1e-5

# %% [markdown]
# `fit` does what you derived.
#
# ## Truncated back-propagation
#
# A book has a million letters. BPTT through all of them needs all the states,
# and one update would take the whole book. **Truncated** BPTT follows each
# error back over a few steps only. The forward pass is untouched; of the sum
# over paths only the short ones are kept. How much of the gradient is that?
# (The cosine is 1 where two gradients have the same direction; *missing* is
# the largest error of a single number in $U$, $W$ or $b$.)

# %%
weights = draw_weights(4, 4, 4, seed=3)
full = gradients_by_paths(x, targets, weights)
for reach in (1, 2, 3, 4):
    short = gradients_by_paths(x, targets, weights, reach)
    cosine = (short["W"] * full["W"]).sum()
    cosine /= np.linalg.norm(short["W"]) * np.linalg.norm(full["W"])
    missing = largest_error(short, full)
    print(f"reach {reach}: cosine {cosine:.3f}  missing {missing:.4f}")

# %% [markdown]
# The direction is soon nearly right. Is it harmless, then? A task that needs
# memory: the first sign is a or b, then come distracting c and d, and only at
# the end the network is asked what the first one was:

# %%
lag = profile.recall_lag


def recall_batch(rng, count=32):
    """x (lag, count, 4): a or b, then c or d; labels (count,) 0 for a."""
    drawn = rng.integers(2, 4, (lag, count))
    drawn[0] = labels = rng.integers(0, 2, count)
    return np.eye(4)[drawn], labels


example, labels = recall_batch(np.random.default_rng(1), count=3)
for row, label in zip(example.argmax(axis=-1).T, labels):
    print(" ".join("abcd"[number] for number in row), "->", "ab"[label])

# %% [markdown]
# The code is `path_terms` once more, with one error (the last step's) and a
# batch of sequences at once, so that the outer products become matrix
# products:


# %%
def recall_gradients(x, labels, weights, reach):
    """Mean loss at the last step; its gradient over paths up to reach."""
    U, W, V, b, c = weights.values()
    states = [np.zeros((len(labels), len(W)))]
    for now in x:  # (count, 4)
        states.append(np.tanh(now @ U + states[-1] @ W + b))
    outputs = softmax(states[-1] @ V + c)
    e = (outputs - np.eye(2)[labels]) / len(labels)
    total = {name: np.zeros_like(value) for name, value in weights.items()}
    total["V"], total["c"] = states[-1].T @ e, e.sum(axis=0)
    g = e @ V.T
    for s in range(len(x), len(x) - reach, -1):
        delta = g * (1 - states[s] ** 2)
        total["U"] += x[s - 1].T @ delta
        total["W"] += states[s - 1].T @ delta
        total["b"] += delta.sum(axis=0)
        g = delta @ W.T
    return -np.log(outputs[np.arange(len(labels)), labels]).mean(), total


# %% [markdown]
# Which weights can learn about a and b? They are seen at step 1 only. With a
# reach shorter than the lag no path leads there:

# %%
weights = draw_weights(4, 8, 2, seed=0)
for reach in (lag - 1, lag):
    slope = recall_gradients(example, labels, weights, reach)[1]["U"]
    print(f"reach {reach}: largest dL/dU for a and b", end=" ")
    print(f"{np.abs(slope[:2]).max():.4f}")
    assert slope[:2].any() == (reach == lag)

# %% [markdown]
# So a short reach cannot learn the task? Predict, then train from several
# starts with each reach: once from very small weights, once from larger ones.


# %%
def recalls(reach, size, seed):
    """Trains on fresh batches; True if half of log 2, guessing, is beaten."""
    rng = np.random.default_rng(seed)
    weights = draw_weights(4, 8, 2, seed, size)
    losses = []
    for _ in range(profile.recall_steps):
        loss, slope = recall_gradients(*recall_batch(rng), weights, reach)
        length = np.sqrt(sum((part**2).sum() for part in slope.values()))
        for name in weights:
            weights[name] = weights[name] - 0.5 * slope[name] / max(1, length)
        losses.append(loss)
    return np.mean(losses[-20:]) < np.log(2) / 2


# %%
learned = {
    size: {
        reach: np.mean([recalls(reach, size, seed) for seed in profile.starts])
        for reach in profile.reaches
    }
    for size in (0.1, 0.3)
}
figures.success_against_reach(learned, lag)

# %%
small, larger = learned[0.1], learned[0.3]
print(f"small weights: {100 * small[1]:.0f} % learn with reach 1", end=", ")
print(f"{100 * small[lag]:.0f} % with reach {lag}")
print(f"larger weights: {100 * larger[1]:.0f} % learn with reach 1")
assert small[lag] > small[1] + 0.3 and larger[1] > 0.5

# %% [markdown]
# (Long gradients are cut to length 1 here: that is clipping, the subject of
# lesson 13, and has nothing to do with truncating.)
#
# Both halves of the picture matter. From **small** weights the letter's echo
# dies within a few steps: the shorter the reach, the fewer starts find the
# letter, and with a reach of one or two none does. From **larger** weights the
# untrained network already carries a jumbled echo of the letter to the end;
# one step of gradient is often enough to read it out and strengthen it. (Four
# starts here: trust the direction, not each bar. Of the full profile's ten,
# with a lag of six, 0, 0, 0, 2, 4 and 7 learn with a reach of 1 to 6 from
# small weights: even the full gradient does not always find the letter.)
#
# So "truncated BPTT learns nothing beyond its reach" is too strong. It gets no
# gradient from there, but it can use what the state happens to carry.
#
# In practice a long text is cut into pieces; the state goes on from piece to
# piece, the gradient does not. In Keras that is `stateful=True`, one piece a
# call. Two pieces of five steps end where one sequence of ten ends:

# %%
ten = np.random.default_rng(4).random((1, 10, 3), dtype="float32")
whole = layers.SimpleRNN(4)
in_pieces = layers.SimpleRNN(4, stateful=True)
last = whole(ten)
in_pieces.build((1, 5, 3))
in_pieces.set_weights(whole.get_weights())
in_pieces(ten[:, :5])  # leaves its state behind
difference = np.abs(in_pieces(ten[:, 5:]) - last).max()
print(f"largest difference {difference:.5f}")
assert difference < 1e-6

# %% [markdown]
# `reset_state()` sets it back to zero. Forget that, and you make the first of
# the common mistakes below.
#
# ## What a step costs
#
# One step multiplies $nd + d^2 + dk$ numbers. So the number of products is
# linear in the length. Is the time? And there is a second question: does it
# matter whether you have *one* sequence of 4,096 steps or 64 sequences of 64
# steps? The products are the same:

# %%
d = 32
for batch in (1, 8, 64):
    steps = 4096 // batch
    print(f"{batch:>5} x {steps:>4} steps: {batch * steps * d * d:,} products")

# %%
import time


def seconds(batch, steps):
    """One run of the recurrence alone."""
    rng = np.random.default_rng(0)
    W, x = rng.normal(0, 0.1, (d, d)), rng.normal(0, 1, (steps, batch, d))
    start, h = time.perf_counter(), np.zeros((batch, d))
    for now in x:
        h = np.tanh(now + h @ W)
    return time.perf_counter() - start


# %%
def best_of_rounds(shapes):
    """The best time of each (batch, steps); the machine may be busy."""
    rounds = [[seconds(*s) for s in shapes] for _ in range(profile.repeats)]
    return dict(zip(shapes, np.min(rounds, axis=0)))


by_steps = best_of_rounds([(1, steps) for steps in profile.lengths])
by_length = {steps: best for (_, steps), best in by_steps.items()}
by_shape = best_of_rounds([(n, 4096 // n) for n in (1, 8, 64)])
figures.costs(by_length, by_shape)

# %%
shortest, longest = profile.lengths[0], profile.lengths[-1]
growth = by_length[longest] / by_length[shortest]
linear = longest / shortest
slower = by_shape[1, 4096] / by_shape[64, 64]
print("time grows about like the length:", linear / 4 < growth < linear * 4)
print("one long sequence takes longer:  ", slower > 2)
assert linear / 4 < growth < linear * 4 and slower > 2

# %% [markdown]
# Left: the points lie close to a line through zero. Right: the same number of
# products, and the more steps wait for each other, the longer it takes. Each
# step is a small piece of work that must be started and finished before the
# next one, however many processors you have. Across the **batch** everything
# can be done at once, across **time** nothing can. (The times are from the
# machine that ran the cell, busy or not, so they are in the picture only.)
#
# The input part $x_t U$ needs no state, so libraries compute it for all steps
# at once, before the loop. So can you:

# %%
x_long = np.random.default_rng(0).normal(size=(50, 4))
weights = draw_weights(4, 8, 2, seed=0)
prepared = x_long @ weights["U"] + weights["b"]  # (50, 8), all steps at once
h = np.zeros(8)
for row in prepared:
    h = np.tanh(row + h @ weights["W"])
difference = np.abs(h - forward(x_long, weights)[0][-1]).max()
print(f"largest difference {difference:.5f}")
assert difference < 1e-9

# %% [markdown]
# ## Common mistakes
#
# **The state of the last sequence left in place.** A new sequence starts at
# $h_0 = 0$. If it starts where the last one ended, the same word gets other
# probabilities. Read "deep" twice, without a reset:

# %%
twice = forward(np.concatenate([x, x]), trained)[1]
for name, part in (("first", twice[:4]), ("again", twice[4:])):
    chosen = part[np.arange(4), targets]
    print(f"{name}: P(word) = {chosen.prod():.2f}")
assert twice[:4][np.arange(4), targets].prod() > 0.9

# %% [markdown]
# **The gradient not reset between steps.** If `total` is created once, outside
# the loop, every step adds to all former gradients. No error, but the losses
# swing instead of falling:

# %%
from coursekit.figures import training

weights = draw_weights(4, 2, 4, seed=0)
kept = {name: np.zeros_like(value) for name, value in weights.items()}
wrong = []
for _ in range(60):
    wrong.append(total_loss(x, targets, weights))
    slope = gradients(x, targets, weights)
    for name in weights:
        kept[name] = kept[name] + slope[name]  # never set back to zero
        weights[name] = weights[name] - profile.learning_rate * kept[name]
right = train(draw_weights(4, 2, 4, seed=0), 60)[1]
training.losses({"reset": right, "never reset": wrong})

# %%
print("steps on which the loss rose:", int(sum(np.diff(wrong) > 0)), "of 59")
assert sum(np.diff(wrong) > 0) > 20

# %% [markdown]
# It is gradient descent with a momentum of 1: a ball without friction (lesson
# 05), which never comes to rest.
#
# **Steps that are too long.** The units are driven into saturation, where tanh
# is flat and the gradient nearly zero. The symptom is a loss that stops at a
# suspicious number:

# %%
stuck, _ = train(draw_weights(4, 2, 4, seed=9), 1000, rate=0.5)
print(f"loss {total_loss(x, targets, stuck):.2f}, writes {spell(stuck)}")
slopes = 1 - forward(x, stuck)[0][1:] ** 2
print("slopes of tanh, step by step:", slopes.round(2).tolist())
steepest = max(np.abs(g).max() for g in gradients(x, targets, stuck).values())
print(f"largest number in the gradient: {steepest:.3f}")
assert abs(total_loss(x, targets, stuck) - without_memory) < 0.02
assert slopes.max() < 0.25 and steepest < 0.01

# %% [markdown]
# 1.39 is $2 \log 2$: the network has become one without memory. A landmark
# computed beforehand tells you at once what happened.
#
# ## Quiz

# %%
ck.quiz("12")

# %% [markdown]
# ## Exercises
#
# 12.1 and 12.2 stand on the road, above.
#
# **12.3 (warm-up)** A network reads 300 numbers a step, has 64 units and gives
# 10 probabilities. It is trained on sequences of 50 steps. How many parameters
# has it, biases included? Set `answer`.

# %%
answer = ...  # your number here

# %%
ck.check("12.3", answer)

# %% [markdown]
# **12.4 (core)** Write `word_loss(outputs, targets)`: the total loss of a
# sequence from the probabilities `outputs` (T, k) and the right signs
# `targets` (T,), whole numbers.


# %%
def word_loss(outputs, targets):
    """Cross-entropy in total, a number."""
    ...  # your code here


# %%
ck.check("12.4", word_loss)

# %% [markdown]
# **12.5 (core)** Write `last_states(sequences, U, W, b)`: the last state of
# each sequence, as an array (number of sequences, d). The sequences are arrays
# (T, n) of different lengths.


# %%
def last_states(sequences, U, W, b):
    """List of (T, n) arrays -> (len(sequences), d)."""
    ...  # your code here


# %%
ck.check("12.5", last_states)

# %% [markdown]
# **12.6 (core)** `slope(x, w)` is the derivative of the loss $\tfrac12 (h_T -
# 1)^2$ of a single unit with $u = 1$, for one sequence. Write
# `one_pass(sequences, w, rate)`: a step of gradient descent after *each*
# sequence, in their order; returns the last w.


# %%
def slope(x, w):
    """x (T,), a number w -> d/dw of (h_T - 1)^2 / 2."""
    h, change = 0.0, 0.0  # h_t and dh_t/dw
    for now in x:
        before, h = h, np.tanh(now + w * h)
        change = (1 - h**2) * (before + w * change)
    return (h - 1) * change


# %%
def one_pass(sequences, w, rate):
    """List of (T,) arrays, two numbers -> a number."""
    ...  # your code here


# %%
ck.check("12.6", one_pass)

# %% [markdown]
# **12.7 (stretch)** Write `truncated_gradient(x, u, w, reach)`: for the single
# unit $h_t = \tanh(u x_t + w h_{t-1})$ and the loss $L = \sum_t h_t$, the
# derivative dL/dw over paths of fewer than `reach` steps back (`reach=1` is
# the explicit term alone).


# %%
def truncated_gradient(x, u, w, reach):
    """x (T,), numbers u, w, whole number reach -> a number."""
    ...  # your code here


# %%
ck.check("12.7", truncated_gradient)

# %% [markdown]
# **To discuss.** Two questions without a check.
#
# *Derive.* Back-propagation needs the states of all T steps, d numbers each.
# You have room for far fewer. Keep only every m-th state on the way forward,
# and compute the ones between again when the way back needs them. How many
# states must you hold at once? Which m is best, and what does it cost? What is
# the difference to truncation?
#
# <details><summary>What a good answer contains</summary>
#
# $T/m$ kept states and the m of one piece, $T/m + m$: least at $m = \sqrt T$,
# where it is $2 \sqrt T$. For 10,000 steps that is 200 states, not 10,000.
# The price: each step is computed twice, one forward pass more. The gradient
# is the exact one; truncation saves the same memory by leaving paths out. (In
# libraries: *checkpointing* or *rematerialisation*.)
#
# </details>
#
# *Investigate.* From larger weights a reach of 1 was enough. Was the letter's
# echo there from the beginning, or did the short gradient build it? Plan an
# experiment that tells.
#
# <details><summary>What a good answer contains</summary>
#
# Train $V$ and $c$ alone, with $U$, $W$ and $b$ left as they were drawn
# (`slope[name]` set to 0 for these three), from the same starts, against
# training everything with a reach of 1. Of ten starts (lag 5, 500 updates) 3
# learn with the output alone, 9 with all weights: in some networks the echo
# can be read at once, in most of them it had to be strengthened first, and
# steps without a long path did that. The control is small weights: 0 and 0. A
# network of which only the output is trained is an **echo state network** (H.
# Jaeger, 2001).
#
# </details>

# %% [markdown]
# ## You can now
# - follow a state by hand, and write the recurrent step;
# - say the shapes n x d, d x d, d x k, count 197,402 parameters, and prove
#   your layer equal to Keras' `SimpleRNN`;
# - derive dL/dV, dL/dW and dL/dU as sums over time and over paths, write the
#   recursion, and catch four usual slips with a finite difference;
# - train a network of two units until it spells d-e-e-p-stop, and see its
#   memory in a plane;
# - say what truncated BPTT drops, and what it can learn all the same;
# - explain why time is the one axis that cannot be computed in parallel.
#
# Next: what happens to a path over forty steps? It vanishes or it explodes
# ([13](13_vanishing_gradients.ipynb)).
#
# **References.** J. L. Elman (1990), *Finding structure in time*, Cognitive
# Science 14:179-211. P. J. Werbos (1990), *Backpropagation through time: what
# it does and how to do it*, Proc. IEEE 78(10):1550-1560. R. J. Williams and J.
# Peng (1990), *An efficient gradient-based algorithm for on-line training of
# recurrent network trajectories*, Neural Computation 2:490-501 (truncated).
