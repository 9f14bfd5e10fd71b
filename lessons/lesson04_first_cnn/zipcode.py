"""The zip-code network of 1989, and a present-day one for its data.

Y. LeCun, B. Boser, J. S. Denker, D. Henderson, R. E. Howard, W. Hubbard and
L. D. Jackel (1989), Backpropagation applied to handwritten zip code
recognition, Neural Computation 1:541-551. 9,760 parameters make 64,660
connections between 1,256 units.
"""

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers, ops

from coursekit import lessons

scaled_tanh = lessons.module("04", "lenet").scaled_tanh

BACKGROUND = -1.0


def connection_table() -> np.ndarray:
    """Which of 12 input maps each of 12 output maps sees: (12, 12) of 0/1.

    Each sees 8. The paper does not say which eight; here the input maps
    form three groups of four, and each third of the output maps sees two
    of the groups. ``table[i, o]`` is 1 where output o sees input i.
    """
    table = np.zeros((12, 12), dtype="float32")
    groups = [(0, 1), (1, 2), (0, 2)]
    for output in range(12):
        for group in groups[output // 4]:
            table[4 * group : 4 * group + 4, output] = 1
    return table


def zipcode_1989() -> keras.Model:
    """16x16 to 12@8x8 to 12@4x4 to 30 to 10: (16, 16, 1) to (10,).

    Parameters: h1 300 + 768 (a bias for each unit), h2 2,400 + 192, h3
    5,790, output 310. Connections, biases included: 19,968, 38,592, 5,790,
    310. Inputs and targets lie in -1..1; units are scaled tanh; weights
    start uniform in +-2.4/fan-in, as in the paper.
    """
    image = layers.Input((16, 16, 1), name="image")
    x = SparseConv2D(np.ones((1, 12)), name="h1")(image)
    x = SparseConv2D(connection_table(), name="h2")(x)
    x = layers.Flatten(name="flatten")(x)
    for units, name in ((30, "h3"), (10, "output")):
        x = layers.Dense(
            units,
            activation=scaled_tanh,
            kernel_initializer=FanInUniform(),
            name=name,
        )(x)
    return keras.Model(image, x, name="zipcode_1989")


@keras.saving.register_keras_serializable("coursekit")
class FanInUniform(keras.initializers.Initializer):
    """Uniform between -2.4/F and 2.4/F, F the inputs of one unit."""

    def __init__(self, seed: int | None = None):
        self.seed = seed

    def __call__(self, shape, dtype=None):
        limit = 2.4 / np.prod(shape[:-1])
        return keras.random.uniform(
            shape, -limit, limit, dtype=dtype, seed=self.seed
        )

    def get_config(self):
        return {"seed": self.seed}


@keras.saving.register_keras_serializable("coursekit")
class SparseConv2D(layers.Layer):
    """5x5 convolution, stride 2, with a connection table and unit biases.

    ``table`` (inputs, outputs) of 0/1 says which output map sees which
    input map. The border is padded by 2 with the background value -1, and
    every unit of a map has a bias of its own; both halve the map's sides.
    """

    def __init__(self, table, **options):
        super().__init__(**options)
        self.table = np.asarray(table, dtype="float32")

    def build(self, shape):
        inputs, outputs = self.table.shape
        seen = int(self.table.sum(0).max())
        limit = 2.4 / (25 * seen)
        # One 5x5 kernel per connection: nothing unconnected is stored.
        self.connections = np.argwhere(self.table.T > 0)
        self.kernels = self.add_weight(
            shape=(len(self.connections), 5, 5),
            initializer=keras.initializers.RandomUniform(-limit, limit),
            name="kernels",
        )
        self.bias = self.add_weight(
            shape=(shape[1] // 2, shape[2] // 2, outputs),
            initializer="zeros",
            name="bias",
        )

    def dense_kernel(self):
        """The kernels as an ordinary (5, 5, inputs, outputs) tensor."""
        inputs, outputs = self.table.shape
        places = self.connections[:, 0] * inputs + self.connections[:, 1]
        full = ops.scatter(
            places[:, np.newaxis].astype("int32"),
            self.kernels,
            (outputs * inputs, 5, 5),
        )
        full = ops.reshape(full, (outputs, inputs, 5, 5))
        return ops.transpose(full, (2, 3, 1, 0))

    def call(self, x):
        border = ((0, 0), (2, 2), (2, 2), (0, 0))
        x = ops.pad(x, border, constant_values=BACKGROUND)
        x = ops.conv(x, self.dense_kernel(), strides=2, padding="valid")
        return scaled_tanh(x + self.bias)

    def get_config(self):
        return {**super().get_config(), "table": self.table.tolist()}


def modern_zipcode(widths: Sequence[int] = (16, 32, 64)) -> keras.Model:
    """A small present-day network: (16, 16, 1) to logits (10,).

    Three stages of two 3x3 convolutions each, with batch norm and ReLU,
    ``widths`` maps at 16x16, 8x8 and 4x4; then the average over the places
    of each map, dropout and ten units. 73,114 parameters with the default
    widths: 72,666 trained, 448 running means and variances. The momentum 0.9
    of the batch norm suits runs of a few thousand steps.
    """
    image = layers.Input((16, 16, 1), name="image")
    x = image
    for stage, filters in enumerate(widths, start=1):
        for number in (1, 2):
            name = f"{stage}_{number}"
            x = layers.Conv2D(
                filters,
                3,
                padding="same",
                use_bias=False,
                kernel_initializer="he_normal",
                name=f"conv{name}",
            )(x)
            x = layers.BatchNormalization(momentum=0.9, name=f"norm{name}")(x)
            x = layers.ReLU(name=f"relu{name}")(x)
        if stage < len(widths):
            x = layers.MaxPooling2D(2, name=f"pool{stage}")(x)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    x = layers.Dropout(0.2, name="dropout")(x)
    logits = layers.Dense(10, name="output")(x)
    return keras.Model(image, logits, name="modern_zipcode")
