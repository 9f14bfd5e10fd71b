"""A headless browser, driven over its DevTools protocol."""

import base64
import json
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path

import websocket

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FOUND = next(filter(None, map(shutil.which, NAMES)), None)


def wait_for(what, seconds: float = 60):
    """The first true answer of ``what()``; errors of connections count not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if answer := what():
                return answer
        except OSError:
            pass
        time.sleep(0.2)
    raise TimeoutError(what)


class Browser:
    """One page. ``events`` are the protocol's, as they came."""

    def __init__(self, profile: Path):
        options = [
            "--headless=new",
            "--no-sandbox",  # in a container the user is root
            "--enable-unsafe-swiftshader",  # WebGL without a GPU
            "--remote-debugging-port=0",
            "--remote-allow-origins=*",
            f"--user-data-dir={profile}",
            "--window-size=1280,1500",
        ]
        self.process = subprocess.Popen(
            [FOUND, *options, "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        named = profile / "DevToolsActivePort"
        port = wait_for(lambda: named.is_file() and named.read_text()).split()
        url = f"http://127.0.0.1:{port[0]}/json"
        pages = wait_for(lambda: json.load(urllib.request.urlopen(url)))
        page = next(page for page in pages if page["type"] == "page")
        self.socket = websocket.create_connection(page["webSocketDebuggerUrl"])
        self.events: list[dict] = []
        self.asked = 0
        for domain in ("Page", "Runtime", "Network", "Log", "DOM"):
            self.do(f"{domain}.enable")

    def do(self, method: str, **parameters):
        """One command; its result."""
        self.asked += 1
        command = {"id": self.asked, "method": method, "params": parameters}
        self.socket.send(json.dumps(command))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.asked:
                return answer.get("result", answer)
            self.events.append(answer)

    def js(self, expression: str):
        """The value of an expression in the page."""
        found = self.do(
            "Runtime.evaluate", expression=expression, returnByValue=True
        )
        return found["result"].get("value")

    def click(self, selector: str, text: str = "") -> None:
        """Click the visible element of a selector that contains a text."""
        wait_for(
            lambda: self.js(
                f"(() => {{ const found = [...document.querySelectorAll("
                f"{json.dumps(selector)})].find(e => e.offsetParent && "
                f"e.textContent.includes({json.dumps(text)}));"
                "if (found) found.click(); return !!found })()"
            )
        )

    def wait_for_text(self, text: str) -> None:
        """Wait until the page shows a text."""
        shown = "document.body?.innerText || ''"
        wait_for(lambda: text in self.js(shown), 30)

    def box(self, selector: str) -> list[float]:
        """Left, top, width, height of the element, once it is there."""
        found = (
            f"(() => {{ const e = document.querySelector("
            f"{json.dumps(selector)}); if (!e) return null; const r = "
            "e.getBoundingClientRect(); "
            "return [r.x, r.y, r.width, r.height] })()"
        )
        return wait_for(lambda: self.js(found))

    def drag(self, points) -> None:
        """Press the mouse at the first point, and move along the others."""
        kinds = ["mousePressed", *["mouseMoved"] * (len(points) - 1)]
        for kind, (x, y) in [
            *zip(kinds, points, strict=True),
            ("mouseReleased", points[-1]),
        ]:
            self.do(
                "Input.dispatchMouseEvent",
                type=kind,
                x=x,
                y=y,
                button="left",
                buttons=1,
                clickCount=1,
            )

    def give(self, path: Path) -> None:
        """Choose a file in the page's visible file input."""
        root = self.do("DOM.getDocument")["root"]["nodeId"]
        found = self.do(
            "DOM.querySelector",
            nodeId=root,
            selector="input[type=file]",
        )
        self.do(
            "DOM.setFileInputFiles", nodeId=found["nodeId"], files=[str(path)]
        )

    def photograph(self, path: Path) -> None:
        picture = self.do("Page.captureScreenshot")["data"]
        path.write_bytes(base64.b64decode(picture))

    def close(self) -> None:
        self.socket.close()
        self.process.terminate()
        self.process.wait(10)
