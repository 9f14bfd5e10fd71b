"""One file over HTTPS: checked, resumed, retried, and never hanging.

The time limits are those of requests; a name lookup ends by that of the
system.
"""

import contextlib
import hashlib
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
    _refuse_plain(url)
    if target.is_file() and has_checksum(target, checksum):
        return
    part = target.with_name(f"{target.name}.part")
    tag = part.with_suffix(".tag")  # the server's name of this version
    for _ in range(2):
        resumed = _transfer(url, part)
        tag.unlink()
        if has_checksum(part, checksum):
            part.replace(target)
            return
        part.unlink()
        if not resumed:  # else it may have joined two versions: once more
            break
    raise DownloadError(
        f"what {_host(url)} sends as {target.name} is not the published "
        "file: its checksum differs"
    )


def has_checksum(path: Path, checksum: str | None) -> bool:
    """Whether a file has this checksum; any file has None."""
    if checksum is None:
        return True
    algorithm, _, expected = checksum.partition(":")
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest() == expected


def _transfer(url: str, part: Path) -> bool:
    """Receive a file as ``part``, in several tries; True if it was resumed."""
    for pause in PAUSES:
        try:
            return _attempt(url, part)
        except _Passing:
            time.sleep(pause)
    return _attempt(url, part)


def _attempt(url: str, part: Path) -> bool:
    """One request, from where the last one stopped; True if it went on."""
    import requests

    headers = dict(_HEADERS)
    have = 0
    with contextlib.suppress(OSError):
        if tag := part.with_suffix(".tag").read_text():
            have = part.stat().st_size
            headers |= {"Range": f"bytes={have}-", "If-Range": tag}
    limits = CONNECT_SECONDS, READ_SECONDS
    with (
        _translated(url),
        requests.get(
            url, headers=headers, stream=True, timeout=limits
        ) as response,
    ):
        if response.status_code == 416:
            part.unlink(missing_ok=True)
        _check(response)
        if response.status_code != 206:
            have = 0
        _receive(response, part, have)
    return have > 0


def _check(response) -> None:
    _refuse_plain(response.url)
    status, parts = response.status_code, urlsplit(response.url)
    if status in (416, 429) or status >= 500:
        raise _Passing(
            f"{parts.hostname} has trouble of its own (HTTP {status})"
        )
    if status not in (200, 206):
        raise DownloadError(
            f"{parts.hostname} no longer has {parts.path} (HTTP {status})"
        )


def _receive(response, part: Path, have: int) -> None:
    """Append the answer's body to the part, with a progress bar."""
    length = response.headers.get("Content-Length")
    rest = int(length) if length else None
    require_space(part.parent, rest or 0)
    total = have + rest if rest is not None else None
    with (
        part.open("ab" if have else "wb") as file,
        bar(part.stem, total, have) as advance,
    ):
        part.with_suffix(".tag").write_text(_tag(response.headers))
        for chunk in response.iter_content(1 << 16):
            file.write(chunk)
            advance(len(chunk))
    if total is not None and part.stat().st_size != total:
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


def _tag(headers) -> str:
    """What names this version of the server's file; "" when nothing does."""
    tag = headers.get("ETag") or "W/"
    weak = tag.startswith("W/")
    return headers.get("Last-Modified", "") if weak else tag


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
