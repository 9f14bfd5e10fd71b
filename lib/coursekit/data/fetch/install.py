"""Installing a set in the cache: all of it or nothing."""

import errno
import json
import shutil
import time
from pathlib import Path

from coursekit import paths
from coursekit.data.fetch import download
from coursekit.data.fetch.source import Remote, Source
from coursekit.data.fetch.unpack import unpack
from coursekit.errors import CourseError
from coursekit.files import only_one, require_space, sha256

_WAYS = (
    "run this again when the connection is good (what has arrived is kept); "
    "or run `coursekit data fetch {name}` on another machine, copy its folder "
    "{name} (`coursekit data where` names it) to a folder here and set "
    "COURSEKIT_DATA to that; or use the quick profile, which needs no download"
)

# Written into a set's folder: what was fetched, and every file's sha256.
RECORD = "fetched.json"


def is_installed(folder: Path) -> bool:
    """Whether a folder was completed: the record is written last."""
    return (folder / RECORD).is_file()


def install(source: Source) -> Path:
    """Fetch a set into the cache and return its folder.

    Downloads and the new folder lie in .incoming; the folder is renamed when
    it is complete, so that an interruption at any moment leaves either no
    set or a whole one. A second process waits for the first. Raises
    CourseError.
    """
    cache = paths.cache_dir()
    target = cache / source.name
    incoming = cache / ".incoming" / source.name
    try:
        waiting = f"{source.name} is being fetched elsewhere: waiting"
        with only_one(cache / ".locks" / source.name, lambda: print(waiting)):
            if not is_installed(target):
                _fill(source, incoming)
                shutil.rmtree(target, ignore_errors=True)
                (incoming / "set").replace(target)
                shutil.rmtree(incoming)
    except OSError as error:
        problem = "The cache folder {cache} cannot be used"
        if error.errno == errno.ENOSPC:
            shutil.rmtree(incoming, ignore_errors=True)
            problem = "There is no room for {set} on the disk of {cache}"
        problem = problem.format(set=source.name, cache=cache)
        raise CourseError(
            f"{problem}: {error.strerror or error}.",
            "free some space, or set COURSEKIT_HOME to a folder that you may "
            "write to; `coursekit data list` shows the sizes",
        ) from error
    return target


def verify(source: Source, folder: Path) -> list[str]:
    """What is wrong with a set's folder; [] when nothing is.

    A fetched folder is compared with its record, file by file; your own
    copy with the published checksums, where it holds files as published.
    """
    if is_installed(folder):
        return _verify_record(folder)
    return [
        f"{remote.file} is not the published file (its checksum differs)"
        for remote in source.remotes
        if as_published(remote, folder) is False
    ]


def as_published(remote: Remote, folder: Path) -> bool | None:
    """Whether a file has its published checksum; None: nobody knows."""
    path = folder / remote.file
    if not remote.checksum or not path.is_file():
        return None
    return download.has_checksum(path, remote.checksum)


def is_published(source: Source, folder: Path) -> bool | None:
    """Whether a folder's files are the published ones; None: nobody knows.

    Of archives that were unpacked, what was recorded then is believed.
    """
    installed = is_installed(folder)
    unpacked = installed and any(remote.unpack for remote in source.remotes)
    if unpacked or not source.remotes:
        return True
    if installed:
        return not _verify_record(folder)
    found = {as_published(remote, folder) for remote in source.remotes}
    return None if found == {None} else False not in found


def _verify_record(folder: Path) -> list[str]:
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        files = record["files"].items()
    except (OSError, ValueError, KeyError) as error:
        return [f"{RECORD} cannot be read ({error})"]
    troubles = []
    for name, digest in files:
        path = folder / name
        if not path.is_file():
            troubles.append(f"{name} is missing")
        elif sha256(path) != digest:
            troubles.append(f"{name} has changed")
    return troubles


def clear(name: str) -> bool:
    """Remove what the cache holds of a set; True when there was anything."""
    cache = paths.cache_dir()
    held = [cache / name, cache / ".incoming" / name, cache / ".ready" / name]
    found = [folder for folder in held if folder.exists()]
    try:
        for folder in found:
            shutil.rmtree(folder)
    except OSError as error:
        raise CourseError(
            f"{error.filename} cannot be removed: {error.strerror}.",
            f"remove the folder {cache} yourself",
        ) from error
    return bool(found)


def _fill(source: Source, incoming: Path) -> None:
    """Download, unpack, check and record a set in ``incoming``/set."""
    downloads, folder = incoming / "downloads", incoming / "set"
    downloads.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    here = sum(path.stat().st_size for path in downloads.iterdir())
    needed = int((source.megabytes + source.unpacked_megabytes) * 1e6)
    require_space(incoming, needed - here)
    print(f"fetching {source.name}, {source.megabytes:,.1f} MB")
    fetched = [_fetch(source, r, downloads) for r in source.remotes]
    try:
        for remote in source.remotes:
            path = downloads / remote.file
            if remote.unpack:
                unpack(path, folder)
            else:
                path.replace(folder / remote.file)
        if missing := source.missing(folder):
            raise CourseError(
                f"What was fetched for {source.name} lacks "
                f"{', '.join(missing)}: upstream has changed.",
                _WAYS.format(name=source.name),
            )
        source.check(folder)
    except CourseError:
        shutil.rmtree(incoming)
        raise
    record = {
        "name": source.name,
        "date": time.strftime("%Y-%m-%d"),
        "fetched": fetched,
        "files": {
            path.relative_to(folder).as_posix(): sha256(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
    }
    text = json.dumps(record, indent=1, ensure_ascii=False)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


def _fetch(source: Source, remote: Remote, folder: Path) -> dict:
    """Download one file; return what the record says about it."""
    path = folder / remote.file
    try:
        download.download(remote.url, path, remote.checksum)
    except download.DownloadError as error:
        raise CourseError(
            f"The data set {source.name} could not be fetched: {error}.",
            _WAYS.format(name=source.name),
        ) from error
    published = remote.checksum
    return {"url": remote.url, "published": published, "sha256": sha256(path)}
