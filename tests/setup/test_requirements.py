"""The pinned files match pyproject.toml."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement

from coursekit import paths

ROOT = paths.kit_root()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ENTRY = re.compile(r"^([\w.-]+)==([^\s;\\]+)(?: ; ([^\\]+))?", re.MULTILINE)
FILES = ("requirements.txt", "requirements-gpu.txt", "requirements-data.txt")


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


def test_the_files_are_universal():
    text = (ROOT / "requirements.txt").read_text()
    for marker in ("win32", "darwin", "python_full_version"):
        assert marker in text, marker


def test_scikit_learn_stays_out_of_the_runtime_environment():
    for name in FILES[:2]:
        assert "scikit-learn" not in pins(name)
        assert "scikit-learn" in pins("requirements-data.txt")
