"""Are two figures the same? By what they show, and by their pixels."""

import base64
import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np

SLACK = 0.02  # of the length of an axis, or of a colour scale
_MOST = 0.3  # to which a cell's tolerance may widen it


def forgive_content(
    new: str, stored: str, atol: float, forgive_text: Callable[..., str]
) -> str:
    """``new`` with each number near enough written as in ``stored``.

    Both are texts of coursekit.figures.content. A place may differ by 2 % of
    its axis, a value of a picture by 2 % of its colour scale, and by
    ``atol`` more, in the units of the axis or the scale. ``forgive_text``
    does the same for a text. Integers and words stay exact.
    """
    ours, theirs = new.splitlines(), stored.splitlines()
    if len(ours) != len(theirs):
        return new
    slack = dict.fromkeys(("at", "x", "to x", "y", "to y"), SLACK)
    lines = []
    for mine, other in zip(ours, theirs, strict=True):
        reference = json.loads(other)
        slack |= _slack(reference[-1], atol)
        near = _near(json.loads(mine), reference, slack, forgive_text)
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


def _near(
    new: Any,
    stored: Any,
    slack: dict[str, float],
    forgive_text: Callable[..., str],
    name: str = "",
) -> Any:
    """``new``, but what is near enough as in ``stored``."""
    if type(new) is not type(stored):
        return new
    if isinstance(new, dict) and list(new) == list(stored):
        return {
            key: _near(value, stored[key], slack, forgive_text, key)
            for key, value in new.items()
        }
    if isinstance(new, list) and len(new) == len(stored):
        return [
            _near(mine, other, slack, forgive_text, name)
            for mine, other in zip(new, stored, strict=True)
        ]
    if isinstance(new, str):
        return forgive_text(new, stored)
    if isinstance(new, float) and abs(new - stored) <= slack.get(name, 0):
        return stored
    return new


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
    from PIL import Image, ImageSequence

    picture = Image.open(io.BytesIO(base64.b64decode(png)))
    frames = ImageSequence.Iterator(picture)
    return np.stack([np.asarray(frame.convert("RGBA")) for frame in frames])
