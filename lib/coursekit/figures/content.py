"""What a figure shows, read back from its axes as numbers and words.

A replay compares it, since pixels differ from machine to machine. Places are
shares of the axes (0 left or bottom, 1 right or top, also on a logarithmic
axis), values of a picture shares of its colour scale: floats, which may
differ a little. Counts and checksums are integers, which may not.
"""

import json
import zlib
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from matplotlib.category import StrCategoryLocator
from matplotlib.collections import PathCollection
from matplotlib.colors import ListedColormap, to_rgba_array
from matplotlib.patches import Polygon
from matplotlib.text import Annotation
from matplotlib.ticker import FixedLocator

from coursekit.figures.palette import name_of

MIME = "application/vnd.coursekit.figure"
# What a figure of measured times cannot show twice.
TIMES = ("limits", "texts", "lines", "marks", "patches")
_MOST = 16  # points of a curve that are listed
_GRID = 5  # rows and columns to which a picture is averaged


def content(
    figure: Any,
    varies: Collection[str] = (),
    fixed: Collection[tuple[int, str]] = (),
) -> str:
    """What a matplotlib figure shows, without the kinds in ``varies``.

    Those (panel, kind) in ``fixed`` are told all the same.
    A line of JSON for each thing: [panel, kind, what]; panels count from 0.
    The kinds are "title", "labels", "scales", "limits", "ticks", "legend",
    "texts", "lines", "marks", "patches" and "images".
    """
    found: list[Any] = [["legend", *_legend(one)] for one in figure.legends]
    for number, axes in enumerate(figure.axes):
        panel = _panel(axes) if axes.get_visible() else {}
        for kind, what in panel.items():
            several = kind in ("lines", "marks", "patches", "images")
            items = what if several else [what]
            if kind not in varies or (number, kind) in fixed:
                found += [[number, kind, item] for item in items if item]
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in found)


def _panel(axes: Any) -> dict[str, Any]:
    both = (axes.xaxis, axes.yaxis)
    limits = _limits(axes)  # first: it settles them
    boxes = [p for p in axes.patches if not isinstance(p, Polygon)]
    shapes = [p for p in axes.patches if isinstance(p, Polygon)]
    ticks = [_ticks(axis) for axis in both]
    labels = [axis.get_label_text() for axis in both]
    scales = [axis.get_scale() for axis in both]
    return {
        "title": axes.get_title(),
        "labels": labels if any(labels) else [],
        "scales": scales if set(scales) != {"linear"} else [],
        "limits": limits,
        "ticks": ticks if any(ticks) else [],
        "legend": _legend(axes.get_legend()),
        "texts": _texts(axes),
        "lines": [_line(axes, line) for line in axes.lines],
        "marks": [_marks(axes, mark) for mark in (*axes.collections, *shapes)],
        "patches": _patches(axes, boxes),
        "images": [_image(image) for image in axes.images],
    }


# ----------------------------------------------------------- the frame


def _limits(axes: Any) -> dict[str, float]:
    """The ends of both axes; the power on a logarithmic one."""
    across = axes.xaxis.get_transform().transform(axes.get_xlim())
    up = axes.yaxis.get_transform().transform(axes.get_ylim())
    names = ("left", "right", "bottom", "top")
    return dict(zip(names, map(_significant, (*across, *up)), strict=True))


def _ticks(axis: Any) -> dict[str, list[Any]]:
    """Labels and places of ticks that were set; {} where they were not."""
    locator = axis.get_major_locator()
    if not isinstance(locator, FixedLocator | StrCategoryLocator):
        return {}
    labels = [label.get_text() for label in axis.get_majorticklabels()]
    scaled = axis.get_transform().transform
    low, high = scaled(axis.get_view_interval())
    at = (scaled(axis.get_majorticklocs()) - low) / (high - low)
    return {"say": labels, "at": _rounded(at)} if labels else {}


def _legend(legend: Any) -> list[list[str]]:
    """[text, colour] of each entry."""
    if legend is None:
        return []
    pairs = zip(legend.get_texts(), legend.legend_handles, strict=True)
    return [[text.get_text(), _colour(handle)] for text, handle in pairs]


def _texts(axes: Any) -> dict[str, Any]:
    """Texts and their places; of an arrow its point."""
    said = [text.get_text() for text in axes.texts]
    places = [
        _places(axes, axes.transData, [text.xy])[0]
        if isinstance(text, Annotation)
        else _places(axes, text.get_transform(), [text.get_position()])[0]
        for text in axes.texts
    ]
    return {"say": said, **_columns("xy", places, most=None)} if said else {}


# ------------------------------------------------------- what is drawn


def _line(axes: Any, line: Any) -> dict[str, Any]:
    places = _places(axes, line.get_transform(), line.get_xydata())
    label = str(line.get_label())
    looks = (_colour(line), line.get_linestyle(), str(line.get_marker()))
    return {
        "label": "" if label.startswith("_") else label,
        "look": " ".join(looks),
        **_columns("xy", places),
    }


def _marks(axes: Any, mark: Any) -> dict[str, Any]:
    """Points of a scatter; the corners of anything else."""
    if isinstance(mark, PathCollection):
        points, transform = mark.get_offsets(), mark.get_offset_transform()
    else:
        polygon = isinstance(mark, Polygon)
        paths = [mark.get_path()] if polygon else mark.get_paths()
        points = np.concatenate(
            [np.zeros((0, 2)), *(p.vertices for p in paths)]
        )
        transform = mark.get_transform()
    places = _places(axes, transform, points)
    return {"look": _colour(mark), **_columns("xy", places)}


def _patches(axes: Any, patches: Sequence[Any]) -> list[dict[str, Any]]:
    """Bars and boxes, those of one colour together."""
    groups: dict[str, list[Any]] = {}
    for patch in patches:
        corners = patch.get_path().vertices
        places = _places(axes, patch.get_transform(), corners)
        ends = (*places.min(axis=0), *places.max(axis=0))
        groups.setdefault(_colour(patch), []).append(ends)
    names = ("x", "y", "to x", "to y")
    return [
        {"look": colour, **_columns(names, ends)}
        for colour, ends in groups.items()
    ]


def _image(image: Any) -> dict[str, Any]:
    """Shape, colour map and scale, and a checksum or a grid of means."""
    values = image.get_array()
    found: dict[str, Any] = {"shape": list(values.shape)}
    extent = _rounded(image.get_extent())
    if extent != [-0.5, values.shape[1] - 0.5, values.shape[0] - 0.5, -0.5]:
        found["place"] = f"{image.origin} {extent}"
    low, high = (0.0, 1.0) if values.ndim == 3 else image.get_clim()
    if values.ndim == 2:
        listed = isinstance(image.cmap, ListedColormap) and image.cmap.N < 9
        names = (
            map(name_of, image.cmap.colors) if listed else [image.cmap.name]
        )
        found["map"] = " ".join(names)
        found |= {"low": _significant(low), "high": _significant(high)}
    if values.dtype.kind in "iub":
        exact = np.ascontiguousarray(np.asarray(values))
        return found | {"checksum": zlib.crc32(exact.tobytes())}
    shares = (values - low) / ((high - low) or 1)
    return found | {"levels": _levels(np.atleast_3d(shares))}


def _levels(planes: np.ndarray) -> list[list[Any]]:
    """Means over a grid of a few rows and columns, a list a channel."""
    planes = np.ma.masked_invalid(planes)
    rows = np.array_split(planes, min(_GRID, len(planes)))
    columns = min(_GRID, planes.shape[1])
    means = [
        np.ma.mean(block, axis=(0, 1)).filled(np.nan)
        for row in rows
        for block in np.array_split(row, columns, axis=1)
    ]
    return [_rounded(channel, 2) for channel in np.transpose(means)]


def _colour(artist: Any) -> str:
    """What it is painted with, else the colour of its edge."""
    if hasattr(artist, "get_color"):
        return name_of(artist.get_color())
    faces = to_rgba_array(artist.get_facecolor())
    edges = to_rgba_array(artist.get_edgecolor())
    shown = faces if len(faces) and faces[0, 3] else edges
    return " ".join(list(dict.fromkeys(map(name_of, shown)))[:8])


# ------------------------------------------------------------- numbers


def _places(axes: Any, transform: Any, points: Any) -> np.ndarray:
    """Points (n, 2) as shares of the axes."""
    points = np.asarray(points, dtype=float).reshape(-1, 2)
    with np.errstate(all="ignore"):
        return (transform - axes.transAxes).transform(points)


def _columns(
    names: Sequence[str], rows: Any, most: int | None = _MOST
) -> dict[str, Any]:
    """Their number, and a list for each column of (at most 16 of) them."""
    table = np.asarray(rows, dtype=float).reshape(-1, len(names))
    count = len(table)
    if most and count > most:
        table = table[np.linspace(0, count - 1, most).round().astype(int)]
    columns = zip(names, table.T, strict=True)
    return {"n": count} | {name: _rounded(values) for name, values in columns}


def _rounded(values: Any, digits: int = 3) -> list[float | None]:
    """Plain floats for JSON; None for what is no number, 0.0 for -0.0."""
    values = np.round(np.asarray(values, dtype=float), digits) + 0.0
    return [float(v) if np.isfinite(v) else None for v in values]


def _significant(value: float) -> float:
    return float(f"{value:.4g}")
