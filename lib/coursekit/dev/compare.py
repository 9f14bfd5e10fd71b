"""Are outputs of a notebook the same as the stored ones?

Text is compared exactly, with one exception, the tag ``nbval-approx``: in
such a cell decimals (numbers with digits after a point, or with an exponent)
may differ by rtol 1e-3 plus atol 1e-2, or plus the atol in the tag:
``nbval-approx-5e-2``, or ``nbval-approx-3-of-360`` for shares of 360
examples, of which 3 may come out otherwise. Integers and words stay exact:
34,970 never passes for 34,944, nor 0.72 for 0.92.

Text that a random draw made, in a cell tagged ``nbval-sample``, is compared
in its length and alphabet; what stands before " | " in a line, exactly.

Figures are compared by what they show (coursekit.figures.content), in every
cell, and by their pixels.
"""

import base64
import copy
import html
import io
import json
import re
from typing import Any

import numpy as np
from PIL import Image, ImageSequence

from coursekit.figures.content import MIME

RTOL, ATOL = 1e-3, 1e-2
SLACK = 0.02  # of the length of an axis, or of a colour scale
_MOST = 0.3  # to which a cell's tolerance may widen it

SAMPLE = "nbval-sample"
TAG = re.compile(r"nbval-approx(?:-(\d+e-?\d+)|-(\d+)-of-(\d+))?")
# Spaces before a number belong to it: NumPy aligns columns by sign.
_DECIMAL = re.compile(
    r" *(?<![\w.,])[-+]?"
    r"(?:\d[\d,]*\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)"
    r"(?![\w]|\.\d)"
)


def tolerance(tags: list[str]) -> float | None:
    """The atol of a cell's ``nbval-approx`` tag; None without the tag."""
    for tag in tags:
        if match := TAG.fullmatch(tag):
            number, examples, total = match.groups()
            if examples:
                return int(examples) / int(total)
            return float(number) if number else ATOL
    return None


def forgive_outputs(
    new: list, stored: list, atol: float | None, sample: bool = False
) -> list:
    """Notebook outputs ``new`` with what can be forgiven replaced.

    Numbers of figures in every cell, decimals in texts only where there is a
    tolerance, drawn texts in a cell that has a ``sample``.
    """
    if len(new) != len(stored):
        return new
    new = copy.deepcopy(new)
    for ours, theirs in zip(new, stored, strict=True):
        if atol is not None and "text" in ours and "text" in theirs:
            ours["text"] = forgive_decimals(ours["text"], theirs["text"], atol)
        if sample and "text" in ours and "text" in theirs:
            ours["text"] = forgive_sample(ours["text"], theirs["text"])
        for mime, text in theirs.get("data", {}).items():
            mine = ours.get("data", {}).get(mime)
            if not isinstance(mine, str):
                continue
            if mime == MIME:
                ours["data"][mime] = forgive_figure(mine, text, atol)
            elif mime.startswith("text/"):
                mine = _trained_alike(mine, ours, theirs)
                if atol is not None:
                    mine = forgive_decimals(mine, text, atol)
                ours["data"][mime] = mine
    return new


def _trained_alike(text: str, ours: dict, theirs: dict) -> str:
    """A caption whose end, which training decides, is the stored one.

    The output's metadata name that end, "trained".
    """
    new, stored = (
        html.escape(output.get("metadata", {}).get("trained", ""), quote=False)
        for output in (ours, theirs)
    )
    if not new or not stored:
        return text
    plain = text.replace(html.unescape(new), html.unescape(stored))
    return plain.replace(new, stored)


def forgive_decimals(new: str, stored: str, atol: float) -> str:
    """``new`` with every decimal within tolerance written as in ``stored``.

    Returns ``new`` unchanged when the two do not have the same number of
    decimals; the exact comparison that follows then fails.
    """
    ours, theirs = _DECIMAL.findall(new), _DECIMAL.findall(stored)
    if len(ours) != len(theirs):
        return new
    replacement = iter(
        reference if _close(value, reference, atol) else value
        for value, reference in zip(ours, theirs, strict=True)
    )
    return _DECIMAL.sub(lambda match: next(replacement), new)


def forgive_sample(new: str, stored: str) -> str:
    """``stored`` where ``new`` may be another draw of the same text.

    It is as long, has the same labels (what stands before " | " in a line),
    and no character but printable ones, of ASCII where all stored ones are.
    """
    alike = (
        len(new) == len(stored)
        and _labels(new) == _labels(stored)
        and (new.isascii() or not stored.isascii())
        and all(c.isprintable() or c in stored for c in new)
    )
    return stored if alike else new


def _labels(text: str) -> list[str]:
    lines = text.splitlines()
    return [line.split(" | ")[0] for line in lines if " | " in line]


def _close(value: str, reference: str, atol: float) -> bool:
    a, b = (float(text.replace(",", "")) for text in (value, reference))
    return abs(a - b) <= atol + RTOL * abs(b)


# ------------------------------------------------- what a figure shows


def forgive_figure(new: str, stored: str, atol: float | None) -> str:
    """The content of a figure with near numbers as in ``stored``.

    A place may differ by 2 % of its axis, a value of a picture by 2 % of its
    colour scale, and by ``atol`` more, in the units of the axis or the
    scale. Rounded numbers in a figure's words may be ATOL off without a tag:
    they can round to the other side. Integers and words stay exact.
    """
    ours, theirs = new.splitlines(), stored.splitlines()
    if len(ours) != len(theirs):
        return new
    in_words = ATOL if atol is None else atol
    slack = dict.fromkeys(("at", "x", "to x", "y", "to y"), SLACK)
    lines = []
    for mine, other in zip(ours, theirs, strict=True):
        reference = json.loads(other)
        slack |= _slack(reference[-1], atol or 0.0)
        near = _near(json.loads(mine), reference, slack | {"": in_words})
        lines.append(json.dumps(near, ensure_ascii=False))
    return "\n".join(lines)


def _slack(what: Any, atol: float) -> dict[str, float]:
    """How far the numbers of a panel or a picture may be off, by name."""
    pairs = {
        ("left", "right"): ("x", "to x"),
        ("bottom", "top"): ("y", "to y"),
        ("low", "high"): ("levels",),
    }
    # Without ends of its own a scale goes from 0 to 1 (colours).
    found = {"levels": min(_MOST, SLACK + atol)}
    for (low, high), names in pairs.items():
        if isinstance(what, dict) and low in what:
            span = abs(what[high] - what[low]) or 1.0
            share = min(_MOST, SLACK + atol / span)
            found |= dict.fromkeys((low, high), share * span)
            found |= dict.fromkeys(names, share)
    return found


def _near(new: Any, stored: Any, slack: dict[str, float], name="") -> Any:
    """``new``, but what is near enough as in ``stored``."""
    if type(new) is not type(stored):
        return new
    if isinstance(new, dict) and list(new) == list(stored):
        return {k: _near(v, stored[k], slack, k) for k, v in new.items()}
    if isinstance(new, list) and len(new) == len(stored):
        pairs = zip(new, stored, strict=True)
        return [_near(*pair, slack, name) for pair in pairs]
    if isinstance(new, str):
        return forgive_decimals(new, stored, slack[""])
    if isinstance(new, float) and abs(new - stored) <= slack.get(name, 0):
        return stored
    return new


# -------------------------------------------------------------- pixels


def pictures_that_differ(new: list, stored: list) -> list[str]:
    """A sentence for each figure; "" where pixels are alike, none if timed."""
    found = []
    for ours, theirs in zip(new, stored, strict=True):
        data, other = ours.get("data", {}), theirs.get("data", {})
        if MIME in data and not data[MIME].startswith('["timed"]'):
            png = "image/png"
            found.append(pixels_that_differ(data[png], other[png]))
    return found


def pixels_that_differ(new: str, stored: str) -> str:
    """How two PNGs (base64) differ in what is seen; "" when in nothing."""
    if new.strip() == stored.strip():
        return ""
    ours, theirs = _frames(new), _frames(stored)
    if ours.shape != theirs.shape:
        return f"the picture's shape is {ours.shape}, not {theirs.shape}"
    differ = (ours != theirs).any(axis=-1)
    if not differ.any():
        return ""
    return f"{differ.sum():,} of the picture's {differ.size:,} pixels differ"


def _frames(png: str) -> np.ndarray:
    """All frames, (frames, height, width, 4)."""
    picture = Image.open(io.BytesIO(base64.b64decode(png)))
    frames = ImageSequence.Iterator(picture)
    return np.stack([np.asarray(frame.convert("RGBA")) for frame in frames])
