"""Typical mistakes written as edits of the reference answer.

``Mistake(edit("W.T", "W"), "On the way back it is W transposed.")`` says
what a learner changed; the wrong function is made from the reference's own
source, so the two can't drift apart.
"""

import inspect
import linecache
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32


@dataclass(frozen=True)
class Edit:
    """Replacements (old, new) in the source of a function."""

    changes: tuple[tuple[str, str], ...]

    def apply(self, reference: Callable) -> Callable:
        """The reference with the changes made, as a function of its own.

        Raises ValueError when an ``old`` does not stand exactly once in
        the source as the changes before it have left it.
        """
        source = textwrap.dedent(inspect.getsource(reference))
        for old, new in self.changes:
            found = source.count(old)
            if found != 1:
                raise ValueError(
                    f"edit({old!r}, {new!r}): the text stands {found} times "
                    f"in {reference.__name__}, it must stand once"
                )
            source = source.replace(old, new)
        return function_from(source, reference)


def edit(old: str, new: str, *more: str) -> Edit:
    """One or more replacements: ``edit(old, new, old2, new2)``."""
    texts = (old, new, *more)
    if len(texts) % 2:
        raise ValueError("edit takes pairs: what stands there, what instead")
    return Edit(tuple(zip(texts[::2], texts[1::2], strict=True)))


def function_from(source: str, reference: Callable) -> Callable:
    """The function that ``source`` defines, among the reference's names.

    Its lines stay readable for tracebacks and inspect.getsource.
    """
    file = f"<edit of {reference.__name__} {crc32(source.encode()):08x}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    names = dict(reference.__globals__)
    exec(compile(source, file, "exec"), names)
    return names[reference.__name__]
