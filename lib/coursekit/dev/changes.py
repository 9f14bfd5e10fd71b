"""What a rebuilt notebook shows otherwise than the one before it."""

import difflib
import hashlib
from collections.abc import Iterator
from typing import Any

from coursekit.figures.content import MIME

_CELL = "In: "


def changes(old: Any, new: Any) -> str:
    """A diff of the outputs of two notebooks; "" when they show the same.

    Texts line by line; a figure is a digest of its pixels and its caption.
    The first line of its cell stands above each change.
    """
    lines = difflib.unified_diff(
        list(_shown(old)), list(_shown(new)), n=10**6, lineterm=""
    )
    found, cell = [], ""
    for line in list(lines)[3:]:  # without the diff's own head
        if line[1:].startswith(_CELL):
            cell = line[1:]
        elif line[0] in "+-":
            found += [cell] if cell else []
            found.append(line)
            cell = ""
    return "\n".join(found)


def _shown(notebook: Any) -> Iterator[str]:
    """The lines that a reader sees as outputs, and the cells' first lines."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield _CELL + cell.source.partition("\n")[0]
            for output in cell.outputs:
                yield from _lines(output)


def _lines(output: Any) -> list[str]:
    data = output.get("data", {})
    if "image/png" not in data:
        return (output.get("text") or data.get("text/plain", "")).splitlines()
    seen = data.get(MIME, "")
    if not seen.startswith('["timed"]'):  # times are never the same twice
        seen += data["image/png"]
    digest = hashlib.sha256(seen.encode()).hexdigest()[:8]
    return [f"[figure {digest}] {output.metadata['image/png']['alt']}"]
