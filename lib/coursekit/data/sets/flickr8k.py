"""Flickr8k: 8,091 real photographs with five captions each.

M. Hodosh, P. Young and J. Hockenmaier (2013), Framing image description as
a ranking task, JAIR 47. The official split: 6,000 to train with, 1,000 to
validate, 1,000 to test; 91 photographs are in none.
"""

import itertools
from collections import defaultdict
from pathlib import Path

from coursekit.data.dataset import Dataset, Split
from coursekit.data.fetch import locate
from coursekit.data.readers.photographs import left_out, load_pictures
from coursekit.data.readers.pictures import ENDINGS
from coursekit.data.readers.textfiles import broken, read_lines, rows
from coursekit.data.records import info, source
from coursekit.errors import CourseError

INFO = info("flickr8k")
SOURCE = source("flickr8k")
_FOLDERS = SOURCE.files[0].split("|")
_LISTS = SOURCE.files[2:]


def load(size: int = 160, folder=None) -> Dataset:
    """6,000/1,000/1,000 photographs (n, size, size, 3), uint8, mapped.

    y is a list of tuples, the captions of each photograph as published.
    extra["file"] names the photograph. ``size`` squeezes each into a square.
    Photographs that are absent, without captions or undecodable, and
    captions without a photograph, are left out; ``note`` counts them.
    Raises CourseError for a caption file of another form.
    """
    found = locate(SOURCE, folder)
    pictures = next(found / f for f in _FOLDERS if (found / f).is_dir())
    captions = read_captions(found / "Flickr8k.token.txt")
    lists = [read_lines(found / file) for file in _LISTS]
    _refuse_overlap(found, lists)
    held = {path.name for path in pictures.iterdir()}
    usable = [[f for f in x if f in captions and f in held] for x in lists]
    count = sum(map(len, usable))
    if not count:
        raise _no_match(pictures, lists, captions)
    groups = [[pictures / file for file in group] for group in usable]
    loaded = load_pictures("flickr8k", groups, size)
    train, validation, test = (
        _split(images, [group[place] for place in kept], captions)
        for group, (images, kept) in zip(usable, loaded, strict=True)
    )
    note = left_out(
        listed_photographs_absent=sum(map(len, lists)) - count,
        photographs_undecodable=count - sum(len(x) for x, _ in loaded),
        captioned_photographs_absent=len(captions.keys() - held),
        photographs_in_no_list=sum(
            name.lower().endswith(ENDINGS) for name in held.difference(*lists)
        ),
    )
    return Dataset(INFO, train, validation, test, note=note)


def _no_match(folder: Path, lists: list[list[str]], captions) -> CourseError:
    """The error for names that do not fit, with one of each kind."""
    inside = sorted(path.name for path in folder.iterdir())
    listed, captioned, held = (
        next(iter(names), "nothing")
        for names in (itertools.chain(*lists), captions, inside)
    )
    return CourseError(
        f"No photograph in {folder} is listed and has a caption: the lists "
        f"name {listed}, the captions {captioned}, the folder {held}.",
        "the names must be the same, with their endings, and the photographs "
        "lie directly in that folder",
    )


def _split(images, files: list[str], captions) -> Split:
    return Split(images, [captions[file] for file in files], {"file": files})


def read_captions(path: Path) -> dict[str, tuple[str, ...]]:
    """File name -> its captions, from lines "name.jpg#0<tab>caption"."""
    captions = defaultdict(list)
    for number, (label, caption) in rows(path, counts=(2,)):
        name, mark, _ = label.rpartition("#")
        if not mark:
            raise broken(path, number, f"names no photograph: {label!r}")
        captions[name].append(caption.strip())
    return {name: tuple(lines) for name, lines in captions.items()}


def _refuse_overlap(folder: Path, lists: list[list[str]]) -> None:
    names = [name for listed in lists for name in listed]
    if len(set(names)) != len(names):
        raise CourseError(
            f"The lists in {folder} name a photograph twice, so that the "
            "model would be tested on what it was trained with.",
            f"use the published lists: {', '.join(_LISTS)}",
        )
