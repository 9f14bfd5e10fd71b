"""Tunes in letters as sound: ``Tune("C2E2G4|")`` plays in a notebook."""

import io
import re
import wave
from typing import Any

import numpy as np

from coursekit.backend import in_replay

RATE, EIGHTH, MOST = 8_000, 0.18, 96_000  # samples a second, seconds, bytes
NOTES = "CDEFGABcdefg"
_HALF_TONES = (0, 2, 4, 5, 7, 9, 11, 12, 14, 16, 17, 19)  # above middle C


def notes_of(tune: str) -> list[tuple[str, int]]:
    """(letter, eighths) of each note; what is no note is passed over."""
    found = re.findall(rf"([{NOTES}])([1-9])", tune)
    return [(letter, int(length)) for letter, length in found]


def frequency(letter: str) -> float:
    """Hertz, tuned to an A of 440, in equal steps of a twelfth octave."""
    above_a = _HALF_TONES[NOTES.index(letter)] - 9
    return 440 * 2 ** (above_a / 12)


def waves(tune: str) -> np.ndarray:
    """Samples between -1 and 1: each note a decaying sum of three sines."""
    parts = []
    for letter, length in notes_of(tune):
        t = np.arange(int(length * EIGHTH * RATE)) / RATE
        angle = 2 * np.pi * frequency(letter) * t
        tone = sum(np.sin(k * angle) / k**2 for k in (1, 2, 3)) / 1.5
        fade = np.minimum(1, (t[-1] - t) / 0.02) * np.exp(-2.5 * t)
        parts.append(tone * fade)
    return np.concatenate([*parts, np.zeros(1)])


def wav(tune: str) -> bytes:
    """A WAV file, mono, 8 bits a sample, 100 kB at most."""
    samples = (128 + 100 * waves(tune)).round().astype("uint8")
    store = io.BytesIO()
    with wave.open(store, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(samples[:MOST].tobytes())
    return store.getvalue()


class Tune:
    """A tune that a notebook plays; its text says what is heard.

    In a replay there is no player, only the text: one line of a fixed
    length.
    """

    def __init__(self, text: str):
        self.text = text

    def __repr__(self) -> str:
        notes = notes_of(self.text)
        seconds = len(waves(self.text)) / RATE
        heard = min(seconds, MOST / RATE)
        bars = self.text.count("|")
        letters = [letter for letter, _ in notes] or ["-"]
        low, high = (f(letters, key=NOTES.find) for f in (min, max))
        return (
            f"a tune of {bars:2d} bars, {len(notes):3d} notes from {low} to "
            f"{high}, {heard:4.1f} of {seconds:4.1f} seconds"
        )

    def _ipython_display_(self) -> None:
        from IPython.display import Audio, display

        print(self)
        if not in_replay():
            player: Any = Audio(data=wav(self.text))
            display(player)
