"""What a data set consists of and where it comes from."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from coursekit.errors import CourseError


@dataclass(frozen=True)
class Remote:
    """One file to download.

    ``checksum`` is what upstream publishes, "sha256:..." or "md5:...". None
    where upstream publishes nothing or replaces the file now and then: the
    content is counted instead, and the sha256 that arrived is recorded.
    """

    url: str
    megabytes: float
    checksum: str | None = None
    unpack: bool = False

    @property
    def file(self) -> str:
        return self.url.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Source:
    """Where a set comes from and what its folder must hold.

    ``files`` are paths or patterns below the folder, alternatives separated
    by "|" ("Images|Flicker8k_Dataset"); they may lie one level deeper, in a
    folder named ``inside``, where upstream's archive has them. ``folders``
    are further names the folder may have below COURSEKIT_DATA, ``keras`` its
    places below Keras' cache. ``counted`` says how much is published, where
    no checksum is; ``count`` reads a folder and says it of that. ``by_hand``
    says how a person gets the set, ``words`` what its folder holds, where
    patterns would not be understood.
    """

    name: str
    files: tuple[str, ...]
    remotes: tuple[Remote, ...] = ()
    inside: str = ""
    folders: tuple[str, ...] = ()
    keras: tuple[str, ...] = ()
    unpacked_megabytes: float = 0
    count: Callable[[Path], str] | None = None
    counted: str = ""
    by_hand: str = ""
    words: str = ""

    @property
    def wanted(self) -> str:
        """What a folder must hold, in words."""
        return self.words or ", ".join(self.files).replace("|", " or ")

    @property
    def megabytes(self) -> float:
        """What is downloaded."""
        return sum(remote.megabytes for remote in self.remotes)

    def base(self, folder: Path) -> Path:
        """Where in a set's folder its files lie."""
        deeper = folder / self.inside
        return deeper if deeper.is_dir() else folder

    def missing(self, folder: Path) -> list[str]:
        """The entries of ``files`` that a folder does not hold."""
        base = self.base(folder)
        return [
            self.words or entry.replace("|", " or ")
            for entry in self.files
            if not any(
                next(base.glob(pattern), None) for pattern in entry.split("|")
            )
        ]

    def check(self, folder: Path) -> None:
        """Raise CourseError unless a folder holds as much as is published."""
        found = self.count(self.base(folder)) if self.count else self.counted
        if found != self.counted:
            raise CourseError(
                f"{self.name} holds {found}, expected {self.counted}: "
                "upstream has changed.",
                "bring the published edition (COURSEKIT_DATA)",
            )
