"""What the captioners of lessons 22 and 23 share."""

from collections.abc import Sequence
from typing import Any

import keras

from coursekit.vocabulary import Vocabulary


class Captioner(keras.Model):
    """{"places", "tokens"} to logits; ``begin`` and ``step`` to speak with.

    ``known`` are the words of its vocabulary, without the special ones;
    ``settings`` are what a subclass is built from, and are saved with it.
    """

    def __init__(
        self,
        known: Sequence[str],
        settings: dict[str, Any],
        options: dict[str, Any],
    ):
        super().__init__(**options)
        self.settings = {"known": list(known), **settings}
        self.vocabulary = Vocabulary(known)

    @staticmethod
    def attention_weights(state):
        """Where it looked for its last word, (n, places)."""
        return state[2]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **self.settings}
