"""One network on four devices with JAX: ``keras.distribution``.

    python jax_devices.py         needs the package jax: pip install jax

Does with JAX what lesson 24 does with TensorFlow: an epoch on four devices
against one, with whole batches, with batch normalisation, and with a batch
that four devices cannot share equally.
"""

import os

DEVICES, BATCH, WHOLE = 4, 64, 1024
# Both have to be said before Keras and JAX start.
os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault(
    "XLA_FLAGS", f"--xla_force_host_platform_device_count={DEVICES}"
)


def fitted(count: int, digits: int, normalise: bool = False):
    """The weights after an epoch of fit on so many devices, as one row."""
    import keras
    import numpy as np

    from coursekit import data, lessons

    networks = lessons.module("24", "networks")
    split = data.load("digits").train
    chosen = keras.distribution.list_devices()[:count]
    keras.distribution.set_distribution(
        keras.distribution.DataParallel(devices=chosen)
    )
    model = networks.convolutional(normalise=normalise)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss)
    x = split.x[:digits].astype("float32") / 255
    model.fit(x, split.y[:digits], BATCH, verbose=0, shuffle=False)
    return np.concatenate([w.ravel() for w in model.get_weights()])


def difference(digits: int, normalise: bool = False) -> float:
    """The largest difference between all devices and one."""
    one, all_of_them = (fitted(n, digits, normalise) for n in (1, DEVICES))
    return float(abs(one - all_of_them).max())


def main() -> None:
    import keras

    print(keras.distribution.list_devices())
    print(f"{WHOLE // BATCH} batches: {difference(WHOLE):.0e}")
    print(f"with batch normalisation: {difference(WHOLE, True):.0e}")
    try:
        fitted(DEVICES, WHOLE + 53)
    except ValueError as error:
        print(f"53 left: {type(error).__name__}")


if __name__ == "__main__":
    main()
