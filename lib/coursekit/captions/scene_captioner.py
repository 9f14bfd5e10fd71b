"""The captioner of ``coursekit caption``: lesson 22's, of drawn scenes."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from coursekit import data, files
from coursekit.captions import checkpoints, scene_encoder, training
from coursekit.captions.attention_captioner import AttentionCaptioner
from coursekit.captions.batches import caption_batches
from coursekit.data.dataset import Dataset
from coursekit.settings import load_settings
from coursekit.vocabulary import Vocabulary

MAX_LENGTH = 20  # words to train with; longer captions are cut


def train(
    dataset: Dataset,
    places: np.ndarray,
    settings: dict[str, Any],
    epochs: int,
    learning_rate: float,
    batch_size: int = 128,
    **options,
) -> AttentionCaptioner:
    """A captioner trained on the training captions of a data set.

    ``places`` float (n, p, d) are the features of its training pictures.
    ``settings`` go to AttentionCaptioner, ``options`` to ``training.fit``.
    """
    captions = [text for five in dataset.train.y for text in five]
    vocabulary = Vocabulary.from_captions(captions)
    rows = vocabulary.encode(dataset.train.y, MAX_LENGTH)
    model = AttentionCaptioner(vocabulary.words[4:], **settings)
    examples = caption_batches(places, rows, batch_size)
    training.fit(model, examples, epochs, learning_rate, **options)
    return model


def kept(
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> AttentionCaptioner:
    """The captioner in ``checkpoints.model_file``; trained if it is absent.

    Trained as in lesson 22, quick profile: about a minute on two cores. The
    interrupted training goes on when it is called again.
    """
    path = checkpoints.model_file()
    if path.is_file():
        return checkpoints.load(path)
    own = load_settings("22", "quick")
    keras.utils.set_random_seed(own.seed)
    dataset = data.load(own.dataset)
    encoder = scene_encoder.headless(scene_encoder.load())
    grids = encoder.predict(dataset.train.x, 250, verbose=0)["grid"]
    unfinished = path.parent / "unfinished"
    model = train(
        dataset,
        grids.reshape(len(grids), -1, grids.shape[-1]),
        {"units": own.units, "attention": own.attention},
        own.epochs,
        own.learning_rate,
        own.batch_size,
        store=unfinished,
        callbacks=callbacks,
    )
    checkpoints.save(model, path)
    files.remove(unfinished)
    return model
