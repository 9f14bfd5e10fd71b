"""LeNet-5 and its modern relatives.

Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998), Gradient-based
learning applied to document recognition, Proc. IEEE 86(11), section II.
"""

import keras
from keras import layers, ops


def lenet5(classes: int = 10) -> keras.Model:
    """LeNet-5 with ReLU and max pooling: (28, 28, 1) to logits.

    61,706 parameters with ten classes: c1 156, c3 2,416, c5 48,120, f6
    10,164, output 850. The 28x28 image is padded by 2 to the paper's 32x32,
    and c3 sees all six maps below it (the paper's table leaves 36 of the 96
    pairs of maps out: 1,516 parameters in place of 2,416).
    """
    image = layers.Input((28, 28, 1), name="image")
    x = layers.Conv2D(6, 5, padding="same", activation="relu", name="c1")(
        image
    )
    x = layers.MaxPooling2D(2, name="s2")(x)
    x = layers.Conv2D(16, 5, activation="relu", name="c3")(x)
    x = layers.MaxPooling2D(2, name="s4")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(120, activation="relu", name="c5")(x)
    x = layers.Dense(84, activation="relu", name="f6")(x)
    logits = layers.Dense(classes, name="output")(x)
    return keras.Model(image, logits, name="lenet5")


def lenet5_original(classes: int = 10) -> keras.Model:
    """LeNet-5 with the activations of 1998: (28, 28, 1) to logits.

    Scaled tanh, 1.7159 tanh(2x/3), and sub-sampling layers that average
    2x2 fields, multiply by a trained coefficient and add a trained bias
    (one pair a map, then the scaled tanh). 61,750 parameters: 12 + 32 more
    than ``lenet5``. Two things differ from the paper: c3 sees all six maps,
    and logits with cross-entropy replace its radial basis function outputs.
    """
    image = layers.Input((28, 28, 1), name="image")
    x = layers.Conv2D(6, 5, padding="same", activation=scaled_tanh, name="c1")(
        image
    )
    x = Subsampling(name="s2")(x)
    x = layers.Conv2D(16, 5, activation=scaled_tanh, name="c3")(x)
    x = Subsampling(name="s4")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(120, activation=scaled_tanh, name="c5")(x)
    x = layers.Dense(84, activation=scaled_tanh, name="f6")(x)
    logits = layers.Dense(classes, name="output")(x)
    return keras.Model(image, logits, name="lenet5_original")


def lenet5_batchnorm(classes: int = 10) -> keras.Model:
    """A wider LeNet with batch normalisation: (28, 28, 1) to logits.

    Made for one epoch: 16 and 32 maps, 128 units, 215,898 parameters, batch
    norm before each ReLU. Its momentum is 0.9 because the default, 0.99,
    averages over more steps than one short run has.
    """
    image = layers.Input((28, 28, 1), name="image")
    x = image
    for number, filters in enumerate((16, 32), start=1):
        x = layers.Conv2D(
            filters, 5, padding="same", use_bias=False, name=f"conv{number}"
        )(x)
        x = layers.BatchNormalization(momentum=0.9, name=f"norm{number}")(x)
        x = layers.ReLU(name=f"relu{number}")(x)
        x = layers.MaxPooling2D(2, name=f"pool{number}")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(128, use_bias=False, name="dense")(x)
    x = layers.BatchNormalization(momentum=0.9, name="norm3")(x)
    x = layers.ReLU(name="relu3")(x)
    logits = layers.Dense(classes, name="output")(x)
    return keras.Model(image, logits, name="lenet5_batchnorm")


@keras.saving.register_keras_serializable("coursekit")
def scaled_tanh(x):
    """1.7159 tanh(2x/3): it maps +-1 to +-1 (LeCun et al. 1998, app. A)."""
    return 1.7159 * ops.tanh(2 / 3 * x)


@keras.saving.register_keras_serializable("coursekit")
class Subsampling(layers.Layer):
    """Average 2x2, times a trained coefficient, plus a trained bias.

    Maps (batch, 2h, 2w, channels) to (batch, h, w, channels) and ends with
    the scaled tanh: layers S2 and S4 of LeNet-5. The paper multiplies the
    sum of the four inputs, not their mean; a coefficient four times as large
    makes them equal.
    """

    def build(self, shape):
        self.coefficient = self.add_weight(
            shape=(shape[-1],), initializer="ones", name="coefficient"
        )
        self.bias = self.add_weight(
            shape=(shape[-1],), initializer="zeros", name="bias"
        )

    def call(self, x):
        mean = ops.average_pool(x, 2, 2)
        return scaled_tanh(mean * self.coefficient + self.bias)
