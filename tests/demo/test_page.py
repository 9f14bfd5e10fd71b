"""The page in a real browser: all three questions, and where it asks."""

import os
import signal
import socket
import subprocess
import sys

import numpy as np
import pytest
from browser import FOUND, Browser, wait_for
from PIL import Image

from coursekit import paths

PYTHON = (
    paths.kit_root()
    / ".venv-demo"
    / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
)
# With a captioner that learned nothing: training takes a minute.
RUN = """
import runpy, sys
from coursekit.captions import scene_encoder
from coursekit.cli import captioning

def untrained():
    captioning.import_keras()
    from coursekit.captions.attention_captioner import AttentionCaptioner
    model = AttentionCaptioner(["a", "dog"], units=4)
    model.build({"places": (None, 64, 64), "tokens": (None, 5)})
    return model, scene_encoder.headless(scene_encoder.load())

captioning.captioner = untrained
sys.argv[0] = "demo"
runpy.run_module("demo", run_name="__main__")
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOUND, reason="there is no Chromium or Chrome"),
    pytest.mark.skipif(
        not PYTHON.is_file(), reason="there is no .venv-demo: `make demo`"
    ),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The page's address; its server lives as long as this module's tests."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = str(one.getsockname()[1])
    environment = {"COURSEKIT_HOME": str(home), "PATH": "", "HOME": str(home)}
    own = (str(paths.kit_root() / name) for name in ("lib", "tools"))
    environment["PYTHONPATH"] = os.pathsep.join(own)
    call = [PYTHON, "-c", RUN, "--no-browser", "--port", port]
    log = home / "log"
    with (
        log.open("w") as out,
        subprocess.Popen(
            call, env=environment, stdout=out, stderr=subprocess.STDOUT
        ) as server,
    ):
        try:
            wait_for(lambda: "Ctrl-C" in log.read_text() or server.poll(), 300)
            assert server.poll() is None, log.read_text()
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.send_signal(signal.SIGINT)
    assert "Traceback" not in log.read_text()


@pytest.fixture
def page(address, tmp_path):
    browser = Browser(tmp_path)
    browser.do("Page.navigate", url=address)
    browser.wait_for_text("Try the networks")
    yield browser
    browser.close()


def test_a_drawn_seven_is_read_as_soon_as_the_pen_is_lifted(page):
    x, y, width, height = page.box("canvas")
    corners = [(0.3, 0.25), (0.7, 0.25), (0.4, 0.8)]
    line = [
        (x + width * u, y + height * v)
        for start, end in zip(corners, corners[1:], strict=False)
        for u, v in np.linspace(start, end, 20)
    ]
    page.drag(line)
    page.wait_for_text("It looks like 7")
    page.click("button", "Start anew")
    page.wait_for_text("Nothing is drawn")


def test_a_review_is_answered_with_its_words(page):
    page.click("button[role=tab]", "Write a review")
    page.click("button", "Favourable?")
    page.wait_for_text("the probability of favourable")
    words = page.js("document.querySelectorAll('.words span').length")
    assert words == 10


def test_a_picture_file_is_captioned_and_a_false_one_refused(page, tmp_path):
    page.click("button[role=tab]", "Give a picture")
    good, false, large = (tmp_path / f"{n}.png" for n in ("a", "b", "c"))
    Image.new("RGB", (80, 60), "green").save(good)
    false.write_text("my notes")
    with large.open("wb") as file:
        file.truncate(21_000_000)
    page.give(good)
    page.wait_for_text("It says:")
    page.click("button[aria-label='Clear']")
    page.give(false)
    page.wait_for_text("b.png is not a picture")
    page.click("button[aria-label='Clear']")
    page.give(large)
    page.wait_for_text("exceed the maximum allowed size")
    page.click("button", "A scene it has not seen")
    page.wait_for_text("Its description in the data")


def test_nothing_is_asked_of_another_machine(page, address):
    page.click("button[role=tab]", "Give a picture")
    page.click("button", "A scene it has not seen")
    page.wait_for_text("It says:")
    asked = [
        event["params"]["request"]["url"]
        for event in page.events
        if event["method"] == "Network.requestWillBeSent"
    ]
    assert len(asked) > 10
    assert [u for u in asked if not u.startswith((address, "data:"))] == []
    refused = [e for e in page.events if "Content Security" in str(e)]
    assert refused == []  # nor did it try


def test_a_port_that_is_taken_is_said_at_once(address):
    from coursekit.cli import demo  # as a learner starts it

    port = int(address.rstrip("/").rpartition(":")[2])
    assert demo.command(port, browser=False) == 1


def test_another_name_for_this_machine_is_refused(address):
    # A page elsewhere whose name is made to mean 127.0.0.1.
    import requests

    answer = requests.get(address, headers={"Host": "evil.example"})
    assert answer.status_code == 400
