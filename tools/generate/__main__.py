"""``PYTHONPATH=lib:tools python -m generate [NAME...] [--check]``

Makes the files in data/ again. It needs the packages of
requirements-data.txt, which ``make data`` installs in an environment of
their own: Keras would import scikit-learn at start-up wherever it finds it.
With ``--check`` the files must come out byte for byte as they are, and what
is loaded from them must be the same, whatever the versions of the packages.
"""

import sys
import tomllib
from importlib import import_module

from coursekit import paths
from coursekit.data.readers import bundled
from coursekit.files import sha256
from generate.fingerprint import fingerprint
from generate.writing import write_bytes

# Each module's generate() writes data/<its files>.
MODULES = (
    "digits",
    "photos",
    "scenes",
    "objects100",
    "series",
    "reviews",
    "tagged",
    "text",
    "melodies",
    "pairs",
    "poses",
)


def main(arguments: list[str]) -> int:
    """Run the named generators (all by default); 1 when --check fails."""
    check = "--check" in arguments
    names = [name for name in arguments if name != "--check"] or MODULES
    unknown = set(names) - set(MODULES)
    if unknown:
        print(f"no generator {sorted(unknown)}; there are {MODULES}")
        return 2
    before = _read_table()
    for name in names:
        print(f"{name} ...", flush=True)
        import_module(f"generate.{name}").generate()
    _write_table({"sha256": _checksums(), "content": before["content"]})
    content = dict(before["content"])
    for name in names:
        loaded = import_module(f"coursekit.data.sets.{name}").load()
        content[name] = fingerprint(loaded)
    after = {"sha256": _checksums(), "content": content}
    _write_table(after)
    changed = [
        f"{key} ({table})"
        for table, values in after.items()
        for key in values
        if before[table].get(key) != values[key]
    ]
    print("changed: " + (", ".join(changed) or "nothing"))
    return 1 if check and changed else 0


def _checksums() -> dict[str, str]:
    """sha256 of every data file now in data/."""
    text = (".md", ".toml", ".part")
    return {
        path.name: sha256(path)
        for path in sorted(paths.data_dir().iterdir())
        if path.is_file() and path.suffix not in text
    }


def _read_table() -> dict[str, dict[str, str]]:
    """The tables of data/checksums.toml; empty when there is none."""
    path = paths.data_dir() / "checksums.toml"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return {"sha256": {}, "content": {}} | tomllib.loads(text)


def _write_table(tables: dict[str, dict[str, str]]) -> None:
    """Write data/checksums.toml."""
    lines = ["# Written by `make data`: sha256 of each file, and of what each"]
    lines += ["# set holds once loaded (generate.fingerprint)."]
    for table, values in tables.items():
        lines.append(f"[{table}]")
        lines += [f'"{name}" = "{values[name]}"' for name in sorted(values)]
    write_bytes("checksums.toml", ("\n".join(lines) + "\n").encode())
    bundled.checksums.cache_clear()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
