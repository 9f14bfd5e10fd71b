"""Models are judged by what they compute, not by how they are written."""

import numpy as np
import pytest

from coursekit import exercises
from coursekit.backend import import_keras
from coursekit.exercises import engine

keras = import_keras()
CNN = next(e for e in exercises.load("04") if e.id == "04.7")
LOSS = next(e for e in exercises.load("04") if e.id == "04.6")
TAGGER = next(e for e in exercises.load("11") if e.id == "11.4")


def cnn(activation="relu", after=None, pooling=None, dense=None):
    layers = keras.layers
    image = layers.Input((28, 28, 1))
    x = layers.Conv2D(8, 3, activation=activation)(image)
    x = after(x) if after else x
    x = (pooling or layers.MaxPooling2D(2))(x)
    x = layers.Flatten()(x)
    return keras.Model(image, layers.Dense(10, activation=dense)(x))


class OwnModel(keras.Model):
    def __init__(self):
        super().__init__()
        self.maps = keras.layers.Conv2D(8, 3, activation="relu")
        self.pooled = keras.layers.MaxPooling2D(2)
        self.flat = keras.layers.Flatten()
        self.logits = keras.layers.Dense(10)

    def call(self, x):
        return self.logits(self.flat(self.pooled(self.maps(x))))


@pytest.mark.parametrize(
    "answer",
    [
        lambda: cnn(None, after=keras.ops.relu),
        lambda: cnn(None, after=keras.layers.ReLU()),
        lambda: cnn(lambda x: keras.ops.maximum(x, 0.0)),
        lambda: cnn(dense=lambda x: x),
        lambda: cnn(after=keras.layers.Dropout(0.5)),
        lambda: keras.Sequential(cnn().layers[1:]),
        lambda: OwnModel(),
    ],
    ids=["ops", "layer", "lambda", "line", "dropout", "sequential", "own"],
)
def test_a_model_that_computes_the_same_is_right(answer):
    assert engine.judge(CNN, answer) == engine.Verdict("correct")


@pytest.mark.parametrize(
    "answer",
    [
        lambda: cnn("tanh"),
        lambda: cnn(dense="sigmoid"),
        lambda: cnn(after=keras.layers.Softmax()),
        lambda: cnn(pooling=keras.layers.Lambda(lambda x: x[:, ::2, ::2])),
    ],
)
def test_a_model_of_the_same_size_that_computes_another_thing_is_not(answer):
    message = engine.judge(CNN, answer).message
    assert "with known weights" in message


def test_another_input_is_told_by_its_shape():
    image = keras.layers.Input((28, 28, 3))
    model = keras.Model(image, keras.layers.Flatten()(image))
    message = engine.judge(CNN, lambda: model).message
    assert message == (
        "at 'input shape' you returned (28, 28, 3), expected (28, 28, 1)"
    )


def test_a_judged_model_keeps_its_weights():
    model = cnn()
    before = model.get_weights()
    assert engine.judge(CNN, lambda: model).state == "correct"
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_tagger_gives_logits():
    """No squashed ones; others than tanh are mistakes of the exercise."""

    def answer(words, tags):
        layers = keras.layers
        return keras.Sequential(
            [
                layers.Input((None,)),
                layers.Embedding(words, 8),
                layers.SimpleRNN(16, return_sequences=True),
                layers.Dense(tags, activation="tanh"),
            ]
        )

    assert "with known weights" in engine.judge(TAGGER, answer).message


def loss_for(activation, labels, **options):
    kinds = keras.losses
    kind = kinds.CategoricalCrossentropy
    if np.ndim(labels) == 1:
        kind = kinds.SparseCategoricalCrossentropy
    own = type("OwnLoss", (kind,), {})
    return own(from_logits=activation is None, **options)


def test_a_subclass_of_the_right_loss_is_right():
    assert engine.judge(LOSS, loss_for).state == "correct"


@pytest.mark.parametrize(
    "options", [{"reduction": "none"}, {"reduction": "sum"}, {"axis": 0}]
)
def test_a_loss_that_computes_another_thing_is_not(options):
    def answer(activation, labels):
        return loss_for(activation, labels, **options)

    assert engine.judge(LOSS, answer).state == "not yet"
