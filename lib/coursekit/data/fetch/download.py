"""One file over HTTPS: checked, resumed, retried, and never hanging.

The time limits are those of requests; a name lookup ends by that of the
system.
"""

import contextlib
import os
import time
from pathlib import Path
from urllib.parse import urlsplit

from coursekit.data.fetch.progress import bar
from coursekit.files import require_space

CONNECT_SECONDS = 10
READ_SECONDS = 30
PAUSES = (1, 4)  # seconds before the second and the third try

# Some hosts turn away the default agent of Python's HTTP libraries.
_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; coursekit)",
    "Accept-Encoding": "identity",
}


class DownloadError(Exception):
    """Why a file could not be fetched, in words for a learner."""


class _Passing(DownloadError):
    """A trouble that may be gone at the next try."""


def download(url: str, target: Path, checksum: str | None = None) -> None:
    """Fetch ``url`` to ``target``; the target exists only if all is well.

    ``checksum`` is "sha256:..." or "md5:..."; None accepts what arrives.
    What arrived of an interrupted transfer stays beside the target as
    .part and is resumed by the next call if the server's file is still the
    same. Raises DownloadError; OSError when the disk refuses.
    """
    import pooch

    pooch.get_logger().setLevel("ERROR")
    transfer = _Transfer(target.with_name(f"{target.name}.part"))
    for last in (False, True):
        try:
            pooch.retrieve(
                url,
                checksum,
                fname=target.name,
                path=target.parent,
                downloader=transfer,
            )
            return
        except ValueError:
            # Resuming may have joined two versions: once more, from zero.
            if last or not transfer.resumed:
                raise DownloadError(
                    f"what {_host(url)} sends as {target.name} is not the "
                    "published file: its checksum differs"
                ) from None


def has_checksum(path: Path, checksum: str) -> bool:
    """Whether a file has the checksum "sha256:..." or "md5:..."."""
    import pooch

    algorithm, _, expected = checksum.partition(":")
    return pooch.file_hash(str(path), alg=algorithm) == expected


class _Transfer:
    """The downloader that pooch calls; ``part`` keeps what has arrived."""

    def __init__(self, part: Path):
        self.part = part
        self.tag = part.with_suffix(".tag")
        self.resumed = False

    def __call__(self, url: str, output_file: str, pooch: object) -> None:
        _refuse_plain(url)
        for pause in (*PAUSES, None):
            try:
                self._attempt(url)
                break
            except _Passing:
                if pause is None:
                    raise
                time.sleep(pause)
        self.part.replace(output_file)
        self.tag.unlink(missing_ok=True)

    def _attempt(self, url: str) -> None:
        """One request, from where the last one stopped."""
        import requests

        have, tag = self._kept()
        headers = dict(_HEADERS)
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": tag}
        with (
            _translated(url),
            requests.get(
                url,
                headers=headers,
                stream=True,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
            ) as response,
        ):
            self._check(response)
            if response.status_code != 206:
                have = 0
            self._receive(response, have)

    def _kept(self) -> tuple[int, str]:
        """Bytes that arrived before, and the server's name for that file."""
        try:
            tag = self.tag.read_text()
            return (self.part.stat().st_size, tag) if tag else (0, "")
        except OSError:
            return 0, ""

    def _check(self, response) -> None:
        _refuse_plain(response.url)
        status, host = response.status_code, _host(response.url)
        if status in (200, 206):
            return
        if status == 416:
            self.part.unlink(missing_ok=True)
        if status in (416, 429) or status >= 500:
            raise _Passing(f"{host} has trouble of its own (HTTP {status})")
        raise DownloadError(
            f"{host} no longer has {urlsplit(response.url).path} "
            f"(HTTP {status})"
        )

    def _receive(self, response, have: int) -> None:
        """Append the answer's body to the part, with a progress bar."""
        self.resumed = self.resumed or have > 0
        length = response.headers.get("Content-Length")
        rest = int(length) if length else None
        require_space(self.part.parent, rest or 0)
        total = have + rest if rest is not None else None
        with (
            self.part.open("ab" if have else "wb") as file,
            bar(self.part.stem, total, have) as advance,
        ):
            self.tag.write_text(_validator(response.headers))
            for chunk in response.iter_content(1 << 16):
                file.write(chunk)
                advance(len(chunk))
        if total is not None and self.part.stat().st_size != total:
            raise _Passing("the transfer ended early")


@contextlib.contextmanager
def _translated(url: str):
    """Turn the HTTP library's errors into words."""
    from requests import exceptions

    to = f"{_host(url)}{_proxy(url)}"
    bundle = _named("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    try:
        yield
    except exceptions.SSLError:
        hint = (
            f"{bundle} names the certificates to trust"
            if bundle
            else "a proxy in between may need REQUESTS_CA_BUNDLE to be set"
        )
        raise DownloadError(
            f"the identity of {_host(url)} cannot be verified ({hint})"
        ) from None
    except exceptions.Timeout:
        raise _Passing(f"{to} does not answer") from None
    except exceptions.ChunkedEncodingError:
        raise _Passing("the connection was cut") from None
    except exceptions.ConnectionError as error:
        if "Read timed out" in str(error):  # in the middle of a file
            raise _Passing(f"{_host(url)} fell silent") from None
        raise _Passing(f"there is no connection to {to}") from None
    except exceptions.RequestException as error:
        raise DownloadError(f"{to}: {error}") from None
    except OSError as error:
        if error.errno:  # of the disk
            raise
        raise DownloadError(f"{error}, which {bundle} names") from None


def _named(*variables: str) -> str:
    """The first of some environment variables that is set, or ""."""
    return next((name for name in variables if os.environ.get(name)), "")


def _proxy(url: str) -> str:
    """What the address of a download goes through, or ""."""
    from requests.utils import get_environ_proxies, select_proxy

    proxy = select_proxy(url, get_environ_proxies(url))
    if not proxy:
        return ""
    kinds = f"{urlsplit(url).scheme}_proxy", "all_proxy"
    variable = _named(*(n for kind in kinds for n in (kind, kind.upper())))
    address = proxy.rpartition("@")[2].rpartition("//")[2]  # no password
    by = f", which {variable} names" if variable else ""
    return f" through the proxy {address.rstrip('/')}{by}"


def _refuse_plain(url: str) -> None:
    """Only https, except from this machine itself (tests)."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname != "127.0.0.1":
        raise DownloadError(f"{url} is not an https address")


def _validator(headers) -> str:
    """What names this version of the server's file; "" when nothing does."""
    tag = headers.get("ETag", "")
    if tag and not tag.startswith("W/"):
        return tag
    return headers.get("Last-Modified", "")


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
