# %% [markdown]
# # 04 · The first CNN in Keras
#
# You will build, count, train and open up the two networks that began it all:
# the zip-code reader of 1989 and LeNet-5.
#
# | | |
# |---|---|
# | **Before this** | [01](01_images_are_tensors.ipynb), 02 and 03 |
# | **Time** | 60 min to read, 40 s to run (quick), 5 min on a GPU (full) |
# | **Data** | 1,797 real digits (quick); MNIST and zip codes (full) |
# | **Hardware** | any laptop; a GPU helps in full |
# | **You should end with** | 98 % of unseen digits right (full: 99 %) |
#
# ## In this lesson you will
# - say the output shape and the parameter count of a layer before Keras does;
# - choose the loss that fits the task, and compute it by hand;
# - train LeNet-5, and repeat what `fit` does in ten lines of your own;
# - see what learned filters add, one change at a time;
# - shift the digits again, and compare with the dense model;
# - rebuild the network of 1989 with its 9,760 parameters, and let it say
#   "I am not sure".

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

profile = ck.start("04")

# %% [markdown]
# ## One layer at a time
#
# A convolution layer slides small filters over the picture. Six filters of
# 5 x 5 over a grey 28 x 28 picture: how large is each map? How many numbers
# does the layer learn?

# %%
import keras
from keras import layers

image = layers.Input((28, 28, 1), name="image")
convolution = layers.Conv2D(6, kernel_size=5, name="convolution")
convolution(image).shape  # (batch, height, width, filters)

# %% [markdown]
# The filter fits into 28 pixels at $28 - 5 + 1 = 24$ places. And each filter
# has 5 x 5 weights and one bias:

# %%
print("by hand", (28 - 5) // 1 + 1, "and", (5 * 5 * 1 + 1) * 6)
print(
    "Keras  ", convolution(image).shape[1], "and", convolution.count_params()
)
assert convolution.count_params() == 156

# %% [markdown]
# What if the picture has three channels? Each filter then looks at all three:
#
# | often written | computed | why |
# |---|---|---|
# | 26 x 6 = 156 weights on a colour picture | 456 | 156: one channel |

# %%
colour = layers.Conv2D(6, kernel_size=5)
colour.build((None, 32, 32, 3))
print((5 * 5 * 3 + 1) * 6, colour.count_params())
assert colour.count_params() == 456

# %% [markdown]
# These are the arguments that matter. Predict each shape, then look:


# %%
def shape_of(layer, shape=(28, 28, 1)):
    return tuple(layer.compute_output_shape((None, *shape))[1:])


print("plain            ", shape_of(layers.Conv2D(6, 5)))
print("padding='same'   ", shape_of(layers.Conv2D(6, 5, padding="same")))
print("strides=2        ", shape_of(layers.Conv2D(6, 5, strides=2)))
print("dilation_rate=2  ", shape_of(layers.Conv2D(6, 5, dilation_rate=2)))
print("kernel_size=(1,7)", shape_of(layers.Conv2D(6, (1, 7))))

# %% [markdown]
# - `padding="same"` adds a border of zeros, so that the map keeps its size.
# - `strides=2` moves the filter two pixels at a time: about half the size.
# - `dilation_rate=2` spreads the 25 weights over 9 x 9 pixels.
# - `use_bias=False` drops the biases; `activation="relu"` applies one.
#
# The other layers you need have no filters. Two of them have parameters:

# %%
maps = (32, 32, 64)
print("max pooling  ", shape_of(layers.MaxPooling2D(2), maps))
print("average      ", shape_of(layers.AveragePooling2D(2), maps))
print("global       ", shape_of(layers.GlobalAveragePooling2D(), maps))
print("flatten      ", shape_of(layers.Flatten(), maps))
print("reshape      ", shape_of(layers.Reshape((64, 1024)), maps))
print("dropout      ", shape_of(layers.Dropout(0.5), maps))
assert shape_of(layers.Flatten(), maps) == (65_536,)

# %% [markdown]
# (The two are convolution and `Dense`: none of the six lines above learns
# anything.) Flattening 64 maps of 32 x 32 gives 65,536 numbers. A dense layer
# of 1,000 units behind it would have 65 million weights: **the parameters of
# a CNN sit where it stops being convolutional.**
#
# ## Channels last, channels first
#
# Keras stores a picture as (height, width, channels). Other libraries put the
# channels first. The numbers are the same, only their order in memory differs:

# %%
import numpy as np

picture = np.arange(2 * 2 * 3).reshape(2, 2, 3)  # (height, width, channels)
channels_first = picture.transpose(2, 0, 1)  # (channels, height, width)
print(picture[0, 1], "=", channels_first[:, 0, 1])
assert (picture[0, 1] == channels_first[:, 0, 1]).all()

# %% [markdown]
# Use `transpose`, never `reshape`: reshape keeps the memory order and mixes
# pixels with channels.

# %%
print(picture.reshape(3, 2, 2)[:, 0, 1], "is not", picture[0, 1])

# %% [markdown]
# ## LeNet-5
#
# Two rounds of *convolve, then pool*, and three dense layers. In Keras you can
# list the layers (**sequential**):

# %%
lenet = keras.Sequential(
    [
        layers.Input((28, 28, 1), name="image"),
        layers.Conv2D(6, 5, padding="same", activation="relu", name="c1"),
        layers.MaxPooling2D(2, name="s2"),
        layers.Conv2D(16, 5, activation="relu", name="c3"),
        layers.MaxPooling2D(2, name="s4"),
        layers.Flatten(name="flatten"),
        layers.Dense(120, activation="relu", name="c5"),
        layers.Dense(84, activation="relu", name="f6"),
        layers.Dense(10, name="output"),
    ],
    name="lenet5",
)
lenet.summary()

# %% [markdown]
# Read it line by line: name, type, output shape (`None` is the batch), number
# of parameters. You can compute every number in the last column:

# %%
counts = {
    "c1": (5 * 5 * 1 + 1) * 6,
    "c3": (5 * 5 * 6 + 1) * 16,  # each of 16 filters sees all 6 maps
    "c5": (5 * 5 * 16 + 1) * 120,  # 16 maps of 5 x 5, flattened
    "f6": (120 + 1) * 84,
    "output": (84 + 1) * 10,
}
for name, count in counts.items():
    assert lenet.get_layer(name).count_params() == count
    print(f"{name:<7}{count:>7,}")
print(f"total  {sum(counts.values()):>7,}")
assert lenet.count_params() == sum(counts.values()) == 61_706

# %% [markdown]
# Three quarters of the parameters are in `c5`, the first dense layer. (The
# paper's own network is a little smaller: its C3 leaves out some connections,
# and its pooling layers have trained coefficients.)
#
# The same network in the **functional** style: you call each layer on a
# tensor. It takes a few more words and can do more: several inputs, branches,
# a look at the inside. From now on this course uses it.


# %%
def build_lenet(dropout=0.0):
    image = layers.Input((28, 28, 1), name="image")
    x = layers.Conv2D(6, 5, padding="same", activation="relu", name="c1")(
        image
    )
    x = layers.MaxPooling2D(2, name="s2")(x)
    x = layers.Conv2D(16, 5, activation="relu", name="c3")(x)
    x = layers.MaxPooling2D(2, name="s4")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(dropout, name="drop5")(x)
    x = layers.Dense(120, activation="relu", name="c5")(x)
    x = layers.Dropout(dropout, name="drop6")(x)
    x = layers.Dense(84, activation="relu", name="f6")(x)
    logits = layers.Dense(10, name="output")(x)
    return keras.Model(image, logits, name="lenet5")


assert build_lenet().count_params() == lenet.count_params()

# %% [markdown]
# Are the two the same function? Copy the weights and compare the outputs:

# %%
functional = build_lenet()
functional.set_weights(lenet.get_weights())
noise = np.random.default_rng(4).random((8, 28, 28, 1), dtype="float32")
difference = np.abs(functional(noise) - lenet(noise)).max()
print("largest difference:", float(difference))
assert difference < 1e-6

# %% [markdown]
# ## What compile decides
#
# `compile` chooses three things: what is minimised (**loss**), how
# (**optimizer**), and what you look at besides (**metrics**). The loss follows
# from the question:
#
# | question | last layer | loss |
# |---|---|---|
# | which one of ten? | `Dense(10)` | `SparseCategoricalCrossentropy` |
# | yes or no? | `Dense(1)` | `BinaryCrossentropy` |
# | how much? | `Dense(1)` | `MeanSquaredError` |
#
# Compute each once by hand. A picture shows a dog, a cat, a boat or a bird.
# The network says:

# %%
target = np.array([[0.0, 0.0, 1.0, 0.0]])  # it is the boat
early = np.array([[0.2, 0.4, 0.1, 0.3]])  # before training
late = np.array([[0.1, 0.1, 0.7, 0.1]])  # later

# %% [markdown]
# Early on it believes in the cat. By how much is it wrong? Three answers:

# %%
mean_squared = keras.losses.MeanSquaredError()
cross_entropy = keras.losses.CategoricalCrossentropy()
for name, guess in (("early", early), ("late", late)):
    half_squares = 0.5 * ((guess - target) ** 2).sum()
    print(
        f"{name:<6} half the squares {half_squares:.2f}"
        f"  Keras' MSE {float(mean_squared(target, guess)):.3f}"
        f"  cross-entropy {float(cross_entropy(target, guess)):.3f}"
    )

# %%
assert np.isclose(0.5 * ((early - target) ** 2).sum(), 0.55)
assert np.isclose(0.5 * ((late - target) ** 2).sum(), 0.06)
assert np.isclose(float(cross_entropy(target, early)), -np.log(0.1), atol=1e-6)
assert np.isclose(float(cross_entropy(target, late)), -np.log(0.7), atol=1e-6)

# %% [markdown]
# The board's "half the sum of squares" and Keras' *mean* square differ by a
# factor of two here (four classes: a half against a quarter). Both fall to a
# ninth. The cross-entropy looks at the boat's probability alone: $-\log 0.1$,
# then $-\log 0.7$.
#
# And the two other rows of the table:

# %%
binary = keras.losses.BinaryCrossentropy()
print(f"yes or no, said 0.8, was yes: {float(binary([[1.0]], [[0.8]])):.3f}")
print(f"            by hand -log 0.8: {-np.log(0.8):.3f}")
squared = float(mean_squared([[21.0]], [[18.0]]))
print(f"how much, said 18, was 21:    {squared:.1f}")

# %% [markdown]
# A **metric** is for people: it need not have a slope. Any function of
# (targets, outputs) will do. This one asks how often the right class is among
# the best two:

# %%
from keras import ops


def in_best_two(labels, logits):
    """1.0 where the label is among the two largest logits, else 0.0."""
    labels = ops.cast(ops.reshape(labels, (-1,)), "int32")
    return ops.cast(ops.in_top_k(labels, logits, k=2), "float32")


print(np.array(in_best_two(np.array([2, 2]), np.log([early[0], late[0]]))))

# %% [markdown]
# ## Train it
#
# The data, in one line:

# %%
dataset = ck.data.load(profile.dataset, size=profile.size)
print(dataset.provenance)

# %% [markdown]
# A digit moved by two pixels is the same digit. So every training picture can
# be used five times: in place, and moved up, down, left and right. It costs
# nothing and the labels stay:


# %%
def scale(split):
    return split.x.astype("float32") / 255  # (n, 28, 28, 1) in 0..1


def with_shifts(images, labels, pixels):
    """Five times as many pictures: in place and moved four ways."""
    moves = [(0, 0), (pixels, 0), (-pixels, 0), (0, pixels), (0, -pixels)]
    moved = [np.roll(images, move, axis=(1, 2)) for move in moves]
    return np.concatenate(moved), np.tile(labels, len(moves))


x_train, y_train = with_shifts(
    scale(dataset.train), dataset.train.y, profile.shift
)
x_test, y_test = scale(dataset.test), dataset.test.y
validation = (scale(dataset.validation), dataset.validation.y)
print("five times as many:", len(x_train) == 5 * len(dataset.train))

# %% [markdown]
# `fit` runs the epochs; the validation pictures only watch. `Dropout` (lesson
# 05) silences a random 30 % of the units in each step, against memorising.


# %% tags=["nbval-approx-3e-2"]
def train(model, epochs=profile.epochs, report=None):
    steps = epochs * (len(x_train) // profile.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(profile.learning_rate, steps)
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=16,
        jit_compile=False,
    )
    return model.fit(
        x_train,
        y_train,
        validation_data=validation,
        epochs=epochs,
        batch_size=profile.batch_size,
        verbose=0,
        callbacks=report,
    )


lenet = build_lenet(dropout=0.3)
kernels_before = lenet.get_layer("c1").get_weights()[0]
fitted = train(lenet, report=[ck.EpochProgress()])

# %% tags=["nbval-approx-3e-2"]
from coursekit.figures import training

training.training_curves(fitted.history)

# %% tags=["nbval-approx-2e-2"]
lenet_accuracy = lenet.evaluate(x_test, y_test, verbose=0)[1]
print(
    f"LeNet-5, {dataset.name}, {len(y_test):,} test digits: "
    f"{lenet_accuracy:.3f}"
)

# %% [markdown]
# With 360 test digits, how sure is that number? As in lesson 01:

# %%
spread = (0.983 * 0.017 / 360) ** 0.5
print(f"about {100 * spread:.1f} percentage points either way")

# %%
print("at least 97 % of the test digits:", lenet_accuracy >= 0.97)
assert lenet_accuracy >= 0.97

# %% [markdown]
# Other seeds give between 98 and 99 %: the spread you would expect.
#
# ## What fit does
#
# Forward, loss, gradient, update. Written out, one step is five lines:

# %%
import tensorflow as tf

loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def train_step(model, optimizer, images, labels):
    with tf.GradientTape() as tape:
        logits = model(images, training=True)  # forward
        loss = loss_function(labels, logits)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply(gradients, model.trainable_variables)  # update
    return loss


# %% [markdown]
# Is that really all? Start two copies of a network from the same weights, give
# both the same three batches, one through `fit`, one through your step:

# %%
by_fit, by_hand = build_lenet(), build_lenet()
by_hand.set_weights(by_fit.get_weights())
by_fit.compile(keras.optimizers.SGD(0.1), loss_function, jit_compile=False)
by_fit.fit(x_train[:96], y_train[:96], 32, verbose=0, shuffle=False)
optimizer = keras.optimizers.SGD(0.1)
for start in (0, 32, 64):
    stop = start + 32
    train_step(by_hand, optimizer, x_train[start:stop], y_train[start:stop])

# %%
differences = [
    np.abs(a - b).max()
    for a, b in zip(by_fit.get_weights(), by_hand.get_weights())
]
print("all weights equal to 1e-6:", max(differences) < 1e-6)
assert max(differences) < 1e-6

# %% [markdown]
# There is no more to it. `fit` adds the shuffling, the metrics, the progress
# and the callbacks.
#
# ## What does each idea add?
#
# Four classifiers on the same digits, each changing one thing:
#
# 1. raw pixels, one dense layer (lesson 01);
# 2. eight hand-made edge filters, pooling, then the dense layer;
# 3. eight *learned* filters in their place;
# 4. two learned layers and the dense head: LeNet-5.
#
# Which step will bring most? The hand-made filters look for edges in
# eight directions:

# %%
edge = np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]], dtype="float32")
oblique = np.array([[2, 1, 0], [1, 0, -1], [0, -1, -2]], dtype="float32")
directions = [edge, edge.T, oblique, oblique[:, ::-1]]
both_signs = directions + [-kernel for kernel in directions]
hand_made = np.stack(both_signs, axis=-1)[:, :, np.newaxis] / 4
hand_made.shape


# %%
def build_step(filters):
    """One dense layer on "raw" pixels, "hand-made" or "learned" maps."""
    x = image = layers.Input((28, 28, 1), name="image")
    if filters != "raw":
        convolve = layers.Conv2D(
            8,
            kernel_size=3 if filters == "hand-made" else 5,
            padding="same",
            activation="relu",
            use_bias=False,
            trainable=filters == "learned",
        )
        x = layers.MaxPooling2D(2, name="pool")(convolve(x))
        if filters == "hand-made":
            convolve.set_weights([hand_made])
    x = layers.Flatten(name="flatten")(x)
    return keras.Model(image, layers.Dense(10, name="output")(x))


# %%
accuracies = {}
for filters in ("raw", "hand-made", "learned"):
    step = build_step(filters)
    train(step)
    accuracies[filters] = step.evaluate(x_test, y_test, verbose=0)[1]
    if filters == "raw":
        dense_model = step
accuracies["stacked"] = lenet_accuracy

# %% tags=["nbval-approx-3e-2"]
from coursekit.figures import convnets

convnets.with_spread(accuracies, spread, "test accuracy")

# %%
print("stacked beats raw pixels:", accuracies["stacked"] > accuracies["raw"])
assert accuracies["stacked"] > accuracies["raw"]

# %% [markdown]
# The bars are one standard deviation: with 360 test digits trust the first and
# the last row, not the order of the two in between. The point is the
# direction. Hand-made features were the craft of decades. A network
# that learns them needs no craftsman, and stacking gives it features *of
# features*.
#
# ## Look inside
#
# Six kernels of 5 x 5, before training and after. Blue is positive:

# %% tags=["nbval-approx-3e-1"]
kernels_after = lenet.get_layer("c1").get_weights()[0]
convnets.filters_before_after(kernels_before, kernels_after)

# %% [markdown]
# Noise has become strokes and edges. What do they respond to? A second model
# that shares the layers, with the maps as outputs, shows it:

# %%
inside = keras.Model(
    lenet.input,
    {name: lenet.get_layer(name).output for name in ("c1", "s2", "c3")},
)
digit = x_test[:1]
convnets.feature_maps(
    digit[0, :, :, 0],
    {name: np.array(m[0]) for name, m in inside(digit).items()},
)

# %% [markdown]
# The first maps are outlines of the digit; the third row no longer looks like
# a digit at all: each map marks where *its* combination of strokes is.
#
# ## Shift the digits again
#
# In lesson 01 the dense model was lost four pixels from home. Both models here
# were trained with shifts up to two pixels:


# %%
def shift_right(images, pixels):
    moved = np.zeros_like(images)
    width = images.shape[2]
    moved[:, :, pixels:] = images[:, :, : width - pixels]
    return moved


shifts = range(0, 9, 2)
curves = {
    name: [
        model.evaluate(shift_right(x_test, s), y_test, verbose=0)[1]
        for s in shifts
    ]
    for name, model in (("dense", dense_model), ("LeNet-5", lenet))
}

# %% tags=["nbval-approx-1e-1"]
from coursekit.figures import images

images.accuracy_against_shift(shifts, curves)

# %%
print(
    "LeNet-5 is ahead at 4 pixels:", curves["LeNet-5"][2] > curves["dense"][2]
)
assert curves["LeNet-5"][2] > curves["dense"][2] + 0.1

# %% [markdown]
# Better, and not immune. The convolutions move *with* the digit (they are
# **equivariant**), pooling forgives a pixel or two, but the dense head still
# has a weight for every place. To be rid of it, pool over *all* places:
#
# ## One model, several sizes
#
# `GlobalAveragePooling2D` keeps one number a map, however large the map is. So
# the input size may stay open (`None`):

# %%
image = layers.Input((None, None, 1), name="image")
x = layers.Conv2D(16, 3, activation="relu", name="conv1")(image)
x = layers.Conv2D(32, 3, strides=2, activation="relu", name="conv2")(x)
x = layers.GlobalAveragePooling2D(name="pool")(x)
any_size = keras.Model(image, layers.Dense(10, name="output")(x))
for side in (16, 28, 50):
    print(side, any_size(np.zeros((1, side, side, 1))).shape)

# %% [markdown]
# One set of weights, three sizes. LeNet-5 cannot do that, since its first
# dense layer counts on 400 inputs:

# %%
with ck.expect_error(ValueError):
    lenet(np.zeros((1, 32, 32, 1)))

# %% [markdown]
# ## The network that read zip codes, 1989
#
# Nine years before LeNet-5, with 16 x 16 pixels:
#
# - the picture is scaled to -1..1, and its border padded by 2 with the
#   *background* value -1 (zero would be grey paper);
# - **H1**: 12 maps of 8 x 8, kernels 5 x 5, stride 2. The kernel is shared,
#   but *every unit has a bias of its own*;
# - **H2**: 12 maps of 4 x 4, again 5 x 5 and stride 2. Each map sees only 8 of
#   the 12 maps below;
# - **H3**: 30 units, then 10 outputs. All units are $1.7159\tanh(2x/3)$.
#
# Two pieces are not in Keras, so you write them:


# %%
class UnitBias(layers.Layer):
    """One bias for each unit: it keeps the shape (batch, h, w, maps)."""

    def build(self, shape):
        self.bias = self.add_weight(shape=shape[1:], initializer="zeros")

    def call(self, x):
        return x + self.bias


def scaled_tanh(x):
    return 1.7159 * ops.tanh(2 / 3 * x)


# %% [markdown]
# Why not simply `padding="same"`? Look at what it adds at stride 2: one pixel
# on the left, two on the right, and zeros. Padding by hand is symmetric:

# %%
needed = (8 - 1) * 2 + 5 - 16  # 8 places, 2 apart, the last one 5 wide
print("'same' adds", needed // 2, "before and", needed - needed // 2, "after")


def pad_background(x):
    border = ((0, 0), (2, 2), (2, 2), (0, 0))
    return ops.pad(x, border, constant_values=-1.0)


# %% [markdown]
# Now the "8 of 12". Make H1 as three groups of four maps. Each third of H2
# sees two of the three groups (the paper does not print its own table):


# %%
def uniform(fan_in):
    """The start of 1989: uniform between -2.4 and 2.4, over the fan-in."""
    return keras.initializers.RandomUniform(-2.4 / fan_in, 2.4 / fan_in)


def convolve(x, maps, fan_in, name):
    return layers.Conv2D(
        maps,
        5,
        strides=2,
        use_bias=False,
        name=name,
        kernel_initializer=uniform(fan_in),
    )(pad_background(x))


image = layers.Input((16, 16, 1), name="image")
h1 = []
for name in "abc":
    group = UnitBias(name=f"h1{name}_bias")(
        convolve(image, 4, 25, f"h1{name}")
    )
    h1.append(scaled_tanh(group))  # (batch, 8, 8, 4)

# %%
h2 = []
for name, (i, j) in {"a": (0, 1), "b": (1, 2), "c": (0, 2)}.items():
    seen = layers.Concatenate(name=f"sees_{name}")([h1[i], h1[j]])  # 8 maps
    group = UnitBias(name=f"h2{name}_bias")(
        convolve(seen, 4, 200, f"h2{name}")
    )
    h2.append(scaled_tanh(group))  # (batch, 4, 4, 4)

x = layers.Flatten(name="flatten")(layers.Concatenate(name="h2")(h2))
for units, fan_in, name in ((30, 192, "h3"), (10, 30, "output")):
    x = layers.Dense(
        units,
        activation=scaled_tanh,
        kernel_initializer=uniform(fan_in),
        name=name,
    )(x)
zipcode = keras.Model(image, x, name="zipcode_1989")

# %% [markdown]
# Count it on paper. Then count its **connections**: how many products a
# forward pass needs, biases included. Sharing makes the two very different:

# %%
weights = {
    "H1": 12 * 25 + 12 * 8 * 8,  # shared kernels, a bias per unit
    "H2": 12 * 8 * 25 + 12 * 4 * 4,
    "H3": 192 * 30 + 30,
    "output": 30 * 10 + 10,
}
connections = {
    "H1": 12 * 8 * 8 * (25 + 1),  # every unit: 25 inputs and its bias
    "H2": 12 * 4 * 4 * (8 * 25 + 1),
    "H3": 192 * 30 + 30,
    "output": 30 * 10 + 10,
}

# %%
for name in weights:
    print(
        f"{name:<7}{weights[name]:>6,} parameters"
        f"{connections[name]:>8,} connections"
    )
print(
    f"total  {sum(weights.values()):>6,} parameters"
    f"{sum(connections.values()):>8,} connections"
)
assert zipcode.count_params() == sum(weights.values()) == 9_760
assert sum(connections.values()) == 64_660

# %% [markdown]
# H1 is 300 + 768, H2 is 2,400 + 192. With ordinary `Conv2D` layers (one bias a
# map), the same picture gives another number:

# %%
shared = (25 + 1) * 12 + (8 * 25 + 1) * 12 + weights["H3"] + weights["output"]
print(f"with one bias a map: {shared:,}")
assert shared == 8_824

# %% [markdown]
# Train it as in 1989: targets of +1 for the right unit and -1 for the others,
# and the squared error.

# %%
small = ck.data.load(profile.small_dataset, size=16)
print(small.provenance)


def prepare_1989(split):
    """Pictures and targets, both in -1..1."""
    images = split.x.astype("float32") / 127.5 - 1
    return images, 2 * np.eye(10, dtype="float32")[split.y] - 1


# %% tags=["nbval-approx-3e-2"]
zipcode.compile(
    keras.optimizers.SGD(profile.small_rate, momentum=0.9),
    loss="mean_squared_error",
    metrics=["accuracy"],
    steps_per_execution=32,
    jit_compile=False,
)
history_1989 = zipcode.fit(
    *prepare_1989(small.train),
    batch_size=profile.small_batch_size,
    validation_data=prepare_1989(small.validation),
    epochs=profile.small_epochs,
    verbose=0,
    callbacks=[ck.EpochProgress(every=5)],
)

# %% [markdown]
# And on digits it has not seen:

# %% tags=["nbval-approx-2e-2"]
outputs = zipcode.predict(prepare_1989(small.test)[0], verbose=0)
wrong = outputs.argmax(axis=1) != small.test.y
print(f"{small.name}: {1 - wrong.mean():.3f} right with 9,760 parameters")
assert wrong.mean() < 0.08

# %% [markdown]
# ## "I am not sure"
#
# A post office would rather hand a letter to a person than send it to the
# wrong town. So the network may **reject**: when the best output is hardly
# above the second best, it does not answer. Sort the test digits by that gap,
# reject the smallest gaps first, and count the errors among the rest:

# %%
ranked = np.sort(outputs, axis=1)
gap = ranked[:, -1] - ranked[:, -2]
order = np.argsort(-gap, kind="stable")  # surest first
accepted = np.arange(1, len(wrong) + 1)
error = np.cumsum(wrong[order]) / accepted
rejected = 1 - accepted / len(wrong)

# %% tags=["nbval-approx-2e0"]
convnets.reject_curve({"1989 network": (rejected[::-1], error[::-1])})

# %%
half = error[len(error) // 2 - 1]
print("the surer half has fewer errors:", bool(half < wrong.mean()))
assert half < wrong.mean()

# %% [markdown]
# A few per cent of letters for a person, and the errors among the rest fall to
# one in a hundred. An accuracy without the reject curve tells half of what a
# post office wants to know.
#
# ## Common mistakes
#
# **Flattening too early.** A convolution wants (batch, height, width,
# channels). The symptom names the number of axes it found:

# %%
with ck.expect_error(ValueError):
    layers.Conv2D(6, 5)(np.zeros((8, 784)))

# %% [markdown]
# **A softmax in the model and `from_logits=True` in the loss.** No error
# appears. The symptom: the loss cannot fall below 1.46 with ten classes,
# however right the network is:

# %%
perfect = np.eye(10, dtype="float32")[[3]]
print(f"{float(loss_function(np.array([3]), perfect)):.2f}")

# %% [markdown]
# **A map smaller than the filter.** Each `valid` convolution and each pooling
# shrinks the map. The symptom is a size that is no longer positive:

# %%
with ck.expect_error(ValueError):
    x = layers.Input((8, 8, 1))
    for _ in range(3):
        x = layers.MaxPooling2D(2)(layers.Conv2D(4, 3)(x))

# %% [markdown]
# **Old code.** Arguments have moved since the first edition of Keras:

# %%
with ck.expect_error((TypeError, ValueError)):
    keras.optimizers.SGD(lr=0.1)

# %% [markdown]
# | old | today |
# |---|---|
# | `SGD(lr=0.1)` | `SGD(learning_rate=0.1)` |
# | `Dense(10, input_dim=784)` | `layers.Input((784,))`, then `Dense(10)` |
# | `keras.backend.mean(x)` | `keras.ops.mean(x)` |
# | `model.fit_generator(g)` | `model.fit(g)` |
#
# Each line of the right-hand column, run:

# %%
keras.optimizers.SGD(learning_rate=0.1)
keras.Sequential([layers.Input((784,)), layers.Dense(10)])
print(float(keras.ops.mean(np.array([1.0, 3.0]))))

# %% [markdown]
# ## Quiz

# %%
ck.quiz("04")

# %% [markdown]
# ## Exercises
#
# **04.1 (warm-up)** How many parameters has a `Conv2D` of 32 filters of 3 x 3
# on a map with 16 channels? Set `answer`.

# %%
answer = ...  # your number here

# %%
ck.check("04.1", answer)

# %% [markdown]
# **04.2 (core)** Write `output_size(n, f, p, s)`: the side of the map when a
# filter of side f slides with stride s over n pixels padded by p on each side.


# %%
def output_size(n, f, p, s):
    """Whole number of places."""
    ...  # your code here


# %%
ck.check("04.2", output_size)

# %% [markdown]
# **04.3 (core)** Write `reject_threshold(gaps, wrong, goal)`: the smallest
# value t of `gaps` such that among the digits with gap >= t the share of wrong
# ones is at most `goal`. Assume that there is one.


# %%
def reject_threshold(gaps, wrong, goal):
    """gaps (n,) floats, wrong (n,) booleans -> one of the gaps."""
    ...  # your code here


# %%
ck.check("04.3", reject_threshold)

# %% [markdown]
# **04.4 (core)** Write `small_cnn()`: a Keras model for 28 x 28 grey pictures
# with a 3 x 3 convolution of 8 filters (ReLU, `valid`), a 2 x 2 max pooling,
# flatten, and 10 logits.


# %%
def small_cnn():
    """An uncompiled keras.Model."""
    ...  # your code here


# %%
ck.check("04.4", small_cnn)

# %% [markdown]
# **04.5 (stretch)** Write `connections(size, channels, filters, f, p, s)`: the
# number of connections of an ordinary convolution layer on a square map,
# counted as in the table above, each unit's bias included.


# %%
def connections_of(size, channels, filters, f, p, s):
    """Whole number of connections."""
    ...  # your code here


# %%
ck.check("04.5", connections_of)

# %% [markdown]
# ## You can now
# - say shapes and counts first: 156, 456, 65,536, 61,706;
# - choose a loss, and compute 2.303 and 0.357 by hand;
# - train LeNet-5 to about 98 % of the small digits, and replace `fit` by five
#   lines with equal weights;
# - say what learned and stacked filters add, and how far 360 digits prove it;
# - measure how much shift a CNN takes: more than a dense net, not everything;
# - rebuild the network of 1989, 9,760 parameters and 64,660 connections, and
#   read a reject curve.
#
# Next: what to do when training is *too* successful (lesson 05).
#
# **References.** Y. LeCun et al. (1989), *Backpropagation applied to
# handwritten zip code recognition*, Neural Computation 1:541-551. Y. LeCun, L.
# Bottou, Y. Bengio and P. Haffner (1998), *Gradient-based learning applied to
# document recognition*, Proc. IEEE 86(11):2278-2324.
