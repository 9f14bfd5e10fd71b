"""A web server on this machine that misbehaves as told."""

import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def sha256(content: bytes) -> str:
    """As a Remote's checksum is written."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class Server:
    """Serves ``files``; ``troubles[path]`` are done first, one a request.

    A trouble is a function of the handler and the file's bytes, such as
    ``cut`` below; ``requests`` records what was asked for.
    """

    def __init__(self):
        self.files: dict[str, bytes] = {}
        self.troubles: dict[str, list[Callable]] = defaultdict(list)
        self.requests: list[tuple[str, str | None]] = []
        self.released = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        threading.Thread(
            target=self._http.serve_forever, args=(0.02,), daemon=True
        ).start()

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/{name}"

    def serve(self, name: str, content: bytes, *troubles: Callable) -> str:
        self.files[f"/{name}"] = content
        self.troubles[f"/{name}"] = list(troubles)
        return self.url(name)

    def stop(self) -> None:
        self.released.set()
        self._http.shutdown()
        self._http.server_close()

    def _handler(self):
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.requests.append((self.path, self.headers["Range"]))
                content = server.files.get(self.path)
                if server.troubles[self.path]:
                    server.troubles[self.path].pop(0)(self, content)
                elif content is None:
                    self.send_error(404)
                else:
                    whole(self, content)

            def log_message(self, *_):
                pass

        Handler.server_script = server
        return Handler


def whole(handler, content: bytes) -> None:
    """All of the file, or the rest of it when the client has the start."""
    tag = f'"{hashlib.md5(content).hexdigest()}"'
    asked = handler.headers["Range"]
    start = 0
    if asked and handler.headers["If-Range"] in (None, tag):
        start = int(asked.removeprefix("bytes=").rstrip("-"))
    handler.send_response(206 if start else 200)
    handler.send_header("ETag", tag)
    handler.send_header("Content-Length", str(len(content) - start))
    handler.end_headers()
    handler.wfile.write(content[start:])


def status(code: int) -> Callable:
    def answer(handler, content):
        handler.send_error(code)

    return answer


def _half(handler, content: bytes) -> None:
    handler.send_response(200)
    handler.send_header("ETag", f'"{hashlib.md5(content).hexdigest()}"')
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])
    handler.wfile.flush()


def cut(handler, content: bytes) -> None:
    """Announce everything, send half, hang up."""
    _half(handler, content)
    handler.close_connection = True
    handler.connection.close()


def stall(handler, content: bytes) -> None:
    """Announce everything, send half, then say nothing more."""
    _half(handler, content)
    handler.server_script.released.wait(30)


def redirect(url: str) -> Callable:
    def answer(handler, content):
        handler.send_response(302)
        handler.send_header("Location", url)
        handler.end_headers()

    return answer
