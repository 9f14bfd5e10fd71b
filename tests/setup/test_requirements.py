"""The code imports what pyproject.toml declares, and that is pinned."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from coursekit import paths

ROOT = paths.kit_root()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ENTRY = re.compile(r"^([\w.-]+)==([^\s;\\]+)(?: ; ([^\\]+))?", re.MULTILINE)
FILES = (
    "requirements.txt",
    "requirements-gpu.txt",
    "requirements-jax.txt",
    "requirements-torch.txt",
    "requirements-demo.txt",
    "requirements-data.txt",
)


def pins(name: str) -> dict[str, set[str]]:
    """Package -> pinned versions (several where Python versions differ)."""
    found: dict[str, set[str]] = {}
    for package, version, _ in ENTRY.findall((ROOT / name).read_text()):
        found.setdefault(package.lower(), set()).add(version)
    return found


def direct(*extras: str) -> list[Requirement]:
    project = PROJECT["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize(
    ("name", "requirements"),
    [
        ("requirements.txt", direct("test")),
        ("requirements-gpu.txt", direct("test", "gpu")),
        ("requirements-jax.txt", direct("test", "jax")),
        ("requirements-torch.txt", direct("test", "torch")),
        ("requirements-demo.txt", direct("demo")),
        (
            "requirements-data.txt",
            [Requirement(r) for r in PROJECT["dependency-groups"]["data"]],
        ),
    ],
    ids=FILES,
)
def test_every_direct_dependency_is_pinned_within_its_range(
    name, requirements
):
    pinned = pins(name)
    for requirement in requirements:
        versions = pinned[requirement.name.lower()]
        assert all(v in requirement.specifier for v in versions), requirement


@pytest.mark.parametrize("name", FILES)
def test_every_package_has_hashes(name):
    entries = re.split(r"\n(?=\w)", (ROOT / name).read_text().strip())
    assert len(entries) > 10
    for entry in entries:
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_the_gpu_file_has_the_same_versions_and_adds_cuda():
    cpu, gpu = pins("requirements.txt"), pins("requirements-gpu.txt")
    assert {name: gpu.get(name) for name in cpu} == cpu
    assert any(name.startswith("nvidia-") for name in gpu)
    assert not any(name.startswith("nvidia-") for name in cpu)


@pytest.mark.parametrize("name", ["jax", "torch"])
def test_the_files_of_other_backends_have_the_same_versions_and_add(name):
    usual, other = pins("requirements.txt"), pins(f"requirements-{name}.txt")
    assert {package: other.get(package) for package in usual} == usual
    assert name in other.keys() - usual.keys()


def test_the_demo_has_the_lessons_packages_but_for_an_older_pillow():
    lessons, demo = pins("requirements.txt"), pins("requirements-demo.txt")
    both = lessons.keys() & demo.keys()
    assert {"tensorflow", "keras", "numpy", "matplotlib"} <= both
    other = {name for name in both if lessons[name] != demo[name]}
    assert other <= {"pillow"}


def test_the_files_are_universal():
    text = (ROOT / "requirements.txt").read_text()
    for marker in ("win32", "darwin", "python_full_version"):
        assert marker in text, marker


def test_scikit_learn_stays_out_of_the_runtime_environment():
    for name in FILES[:-1]:
        assert "scikit-learn" not in pins(name)
        assert "scikit-learn" in pins("requirements-data.txt")


# ---------------------------------------------------------------- imports

KIT = ("lib", "tools", "lessons")
CHECKS = ("tests", "benchmarks")
DEMO_PAGE = ROOT / "tools" / "demo" / "page.py"
# Imported under another name than the package's; and never required.
PACKAGES = {
    "IPython": "ipython",
    "PIL": "pillow",
    "sklearn": "scikit-learn",
    "websocket": "websocket-client",
    "yaml": "pyyaml",
}
OTHER_BACKENDS = {"jax", "torch"}


def sources(*folders: str) -> list[Path]:
    return [file for name in folders for file in (ROOT / name).rglob("*.py")]


def is_test(file: Path) -> bool:
    return file.name.startswith(("test_", "conftest"))


def imported(file: Path) -> Iterator[str]:
    """The first part of the name of each module that a file imports."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).split(".")[0]


def undeclared(files: list[Path], *requirements: str) -> set[str]:
    """Each import that no requirement names, as "file: module"."""
    ours = {part for f in sources(*KIT, *CHECKS) for part in f.parts[-2:]}
    known = {Requirement(line).name for line in requirements}
    known |= OTHER_BACKENDS | sys.stdlib_module_names
    known |= {part.removesuffix(".py") for part in ours}
    return {
        f"{file.relative_to(ROOT)}: {name}"
        for file in files
        for name in imported(file)
        if PACKAGES.get(name, name.replace("_", "-")) not in known
        and name not in known
    }


def asked_for() -> list[str]:
    """The extras of lessons 19 and 24; nothing imports them before."""
    extras = PROJECT["project"]["optional-dependencies"]
    return [*extras["video"], *extras["search"]]


def test_what_the_kit_imports_is_declared():
    declared = [*PROJECT["project"]["dependencies"], *asked_for()]
    files = [
        file
        for file in sources(*KIT)
        if "generate" not in file.parts
        and not is_test(file)
        and file != DEMO_PAGE
    ]
    assert undeclared(files, *declared) == set()


def test_what_the_page_of_the_demo_imports_is_declared():
    demo = PROJECT["project"]["optional-dependencies"]["demo"]
    declared = [*PROJECT["project"]["dependencies"], *demo]
    assert undeclared([DEMO_PAGE], *declared) == set()
    assert undeclared([DEMO_PAGE]) >= {"tools/demo/page.py: gradio"}


def test_what_the_generators_import_is_declared():
    declared = PROJECT["dependency-groups"]["data"]
    files = [f for f in sources(*KIT) if "generate" in f.parts]
    assert files and undeclared(files, *declared) == set()


def test_what_tests_and_benchmarks_import_is_declared():
    project = PROJECT["project"]
    tools = project["optional-dependencies"]["test"]
    files = sources(*CHECKS) + [f for f in sources("lessons") if is_test(f)]
    declared = [*project["dependencies"], *tools, *asked_for()]
    found = undeclared(files, *declared)
    assert found == set()


def test_an_undeclared_import_is_noticed():
    assert any("numpy" in found for found in undeclared(sources("lib")))
