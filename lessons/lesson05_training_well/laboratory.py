"""The base network of lesson 05 with a switch for each cure, and its runs.

A switch is a variable that is 0 or 1. ``ops.cond`` asks it each time a step
runs; a plain ``if`` would be decided once, when Keras compiles the step. So
one compiled step serves all experiments, and they differ in one thing only.
"""

import functools
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

CURES = ["L2", "label smoothing", "dropout", "batch norm", "tanh"]
CHANGES = {  # of a picture; they pass it on unchanged at test time
    "noise": lambda: layers.GaussianNoise(0.2),
    "shift": lambda: layers.RandomTranslation(
        0.12, 0.12, fill_mode="constant"
    ),
    "rotation": lambda: layers.RandomRotation(0.06, fill_mode="constant"),
    "zoom": lambda: layers.RandomZoom(0.15, fill_mode="constant"),
    "flip": lambda: layers.RandomFlip(),  # left-right and up-down
}


class Switched(layers.Layer):
    """A layer that is passed by as long as its switch is at 0."""

    def __init__(self, cure: str, switch: keras.Variable, inner: layers.Layer):
        super().__init__()
        self.cure, self.switch, self.inner = cure, switch, inner

    def build(self, shape):
        self.inner.build(shape)

    def call(self, x, training=False):
        return ops.cond(
            self.switch > 0,
            lambda: self.inner(x, training=training),
            lambda: x,
        )


class Unshared(layers.Layer):
    """A convolution whose kernel may differ from place to place.

    (n, height, width, depth) -> (n, height, width, filters), with "same"
    padding. All places start with the same kernel.
    """

    def __init__(self, filters, size, padding, kernel_regularizer):
        super().__init__()
        self.filters, self.size, self.padding = filters, size, padding
        self.regularizer = kernel_regularizer
        self.draw = keras.initializers.GlorotUniform()

    def build(self, shape):
        _, height, width, depth = shape
        one = self.draw((self.size, self.size, depth, self.filters))
        everywhere = np.tile(
            np.reshape(one, (1, 1, -1, self.filters)), (height, width, 1, 1)
        )
        self.kernel = self.add_weight(
            everywhere.shape, "zeros", "float32", regularizer=self.regularizer
        )
        self.kernel.assign(everywhere)
        self.bias = self.add_weight((height, width, self.filters), "zeros")

    def call(self, x):
        fields = ops.image.extract_patches(
            x, self.size, strides=1, padding=self.padding
        )
        return ops.einsum("bhwp,hwpf->bhwf", fields, self.kernel) + self.bias


class Laboratory:
    """One base network, its switches, and how it is trained.

    ``shape`` is that of a picture: (height, width, 1), values from 0 to 1.
    """

    def __init__(self, profile, shape: Sequence[int]):
        self.profile, self.shape = profile, tuple(shape)
        self.switches = {
            cure: keras.Variable(0.0, trainable=False)
            for cure in [*CURES, *CHANGES]
        }
        self._compiled = functools.cache(self._compile)

    def turn_on(self, *cures: str) -> None:
        """Switch these cures on and all others off."""
        for cure, switch in self.switches.items():
            switch.assign(float(cure in cures))

    # What the switches change, besides layers

    def relu_or_tanh(self, z):
        return ops.where(self.switches["tanh"] > 0, ops.tanh(z), ops.relu(z))

    def penalty(self, kernel):
        return self.switches["L2"] * self.profile.l2 * ops.sum(kernel**2)

    def loss(self, y, logits):
        """Cross-entropy, of smoothed labels if they are switched on."""
        share = 0.1 * self.switches["label smoothing"]
        target = ops.one_hot(ops.reshape(y, [-1]), 10)
        target = (1 - share) * target + share / 10
        return ops.categorical_crossentropy(target, logits, from_logits=True)

    # The network

    def switched(self, cure: str, inner: layers.Layer) -> Switched:
        return Switched(cure, self.switches[cure], inner)

    def block(self, x, layer, momentum):
        """A layer, batch normalisation (switched), an activation."""
        norm = layers.BatchNormalization(momentum=momentum)
        x = self.switched("batch norm", norm)(layer(x))
        return layers.Activation(self.relu_or_tanh)(x)

    def network(
        self, convolution: type = layers.Conv2D, momentum: float = 0.9
    ) -> keras.Model:
        """The base network, with all its switches; gives logits."""
        groups = {"kernel_regularizer": self.penalty}  # no biases
        x = image = layers.Input(self.shape, name="image")
        for cure, change in CHANGES.items():
            x = self.switched(cure, change())(x)
        for filters in (16, 32):
            layer = convolution(filters, 3, padding="same", **groups)
            x = layers.MaxPooling2D(2)(self.block(x, layer, momentum))
        x = self.switched("dropout", layers.Dropout(0.2))(layers.Flatten()(x))
        x = self.block(x, layers.Dense(64, **groups), momentum)
        x = self.switched("dropout", layers.Dropout(0.5))(x)
        logits = layers.Dense(10, name="logits", **groups)(x)
        return keras.Model(image, logits, name="base")

    # How it is trained

    def batches(self, x, y, size: int | None = None, seed: int | None = None):
        """Shuffled batches if there is a seed, else large ones in order."""
        data = tf.data.Dataset.from_tensor_slices((x, y))
        if seed is None:
            return data.batch(500).cache()
        size = size or self.profile.batch_size
        return data.shuffle(len(x), seed=seed).batch(size)

    def prepare(self, model, optimizer, at_once: int = 1) -> keras.Model:
        """Compile; many short steps run faster with several at once.

        The metric ``cross_entropy`` is the loss without any penalty or
        smoothing, so that all runs can be compared by it.
        """
        cross_entropy = keras.metrics.SparseCategoricalCrossentropy(
            name="cross_entropy", from_logits=True
        )
        model.compile(
            optimizer,
            self.loss,
            metrics=["accuracy", cross_entropy],
            steps_per_execution=at_once,
            jit_compile=False,  # XLA would first have to compile it
        )
        optimizer.build(model.trainable_variables)  # makes its memory
        return model

    def fit(self, model, data, epochs, callbacks=(), validation_data=None):
        """Train; the history of losses and accuracies, {name: numbers}."""
        return model.fit(
            data,
            epochs=epochs,
            validation_data=validation_data,
            shuffle=False,  # the data are shuffled already
            verbose=0,
            callbacks=list(callbacks),
        ).history

    def _compile(self, convolution, decay):
        """The base network, compiled once for all runs that share it."""
        optimizer = keras.optimizers.Adam(weight_decay=decay)
        return self.prepare(self.network(convolution), optimizer, at_once=10)

    def model(self, convolution=layers.Conv2D, decay=None) -> keras.Model:
        """The one model that runs of this kind train, each from its start."""
        return self._compiled(convolution, decay)

    def reset(self, model, convolution, seed: int) -> None:
        """Back to the weights of a network that is built with this seed."""
        keras.utils.set_random_seed(seed)
        fresh = self.network(convolution).variables
        for variable, start in zip(model.variables, fresh, strict=True):
            variable.assign(start)
        for variable in model.optimizer.variables:
            variable.assign(ops.zeros_like(variable))
        model.optimizer.learning_rate = self.profile.learning_rate
