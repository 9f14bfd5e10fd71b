"""``python -m coursekit.data.generate [NAME...] [--check]``

Makes the files in data/ again. It needs the packages of
requirements-data.txt, which ``make data`` installs in an environment of
their own: Keras would import scikit-learn at start-up wherever it finds it.
With ``--check`` the files must come out byte for byte as they are.
"""

import sys
from importlib import import_module

from coursekit import paths
from coursekit.data.files import sha256
from coursekit.data.generate.writing import write_bytes

# Each module's generate() writes data/<its files>.
MODULES = ("digits", "photos")


def main(arguments: list[str]) -> int:
    """Run the named generators (all by default); 1 when --check fails."""
    check = "--check" in arguments
    names = [name for name in arguments if name != "--check"] or MODULES
    unknown = set(names) - set(MODULES)
    if unknown:
        print(f"no generator {sorted(unknown)}; there are {MODULES}")
        return 2
    before = _checksums()
    for name in names:
        print(f"{name} ...", flush=True)
        import_module(f"coursekit.data.generate.{name}").generate()
    after = _checksums()
    changed = sorted(k for k in after if before.get(k) != after[k])
    print("changed: " + (", ".join(changed) or "nothing"))
    lines = [f'"{name}" = "{value}"' for name, value in after.items()]
    table = "# Written by `make data`.\n[sha256]\n" + "\n".join(lines) + "\n"
    write_bytes("checksums.toml", table.encode())
    return 1 if check and changed else 0


def _checksums() -> dict[str, str]:
    """sha256 of every data file now in data/."""
    text = (".md", ".toml", ".part")
    return {
        path.name: sha256(path)
        for path in sorted(paths.data_dir().iterdir())
        if path.is_file() and path.suffix not in text
    }


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
