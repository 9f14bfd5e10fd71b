"""The page of ``coursekit demo``. Nothing it does leaves this machine."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np

from coursekit import data, paths
from coursekit.cli import captioning
from coursekit.errors import CourseError
from demo import answers, networks

HOST = "127.0.0.1"
BIGGEST_FILE = 20 * 2**20  # bytes of an upload
# What the browser may load: from here, or made on the page.
POLICY = (
    "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; "
    "frame-ancestors 'self'"
)
HERE = Path(__file__).parent  # page.css and pen.js lie beside this file
PAD = """
<canvas width="300" height="300" aria-label="Draw a digit here"></canvas>
<p>0 to 9, as large as you can. <button>Start anew</button></p>
"""
DRAWN = "() => document.querySelector('canvas').toDataURL()"


def serve(port: int | None, browser: bool) -> None:
    """Train what is not kept, then serve the page until it is interrupted.

    Raises CourseError when ``port`` is taken.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["GRADIO_TEMP_DIR"] = str(paths.temporary_dir())  # uploads
    import gradio
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    if port and _answers(port):  # before anything is trained
        raise CourseError(
            f"Port {port} is taken.",
            "name another one, `coursekit demo --port 8123`, or none",
        )
    page = build()
    hosts = Middleware(TrustedHostMiddleware, [HOST, "localhost"])
    _, address, _ = page.queue(max_size=20).launch(
        server_name=HOST,
        server_port=port,
        inbrowser=browser,
        share=False,
        quiet=True,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        max_file_size=BIGGEST_FILE,
        theme=gradio.themes.Base(
            font=["system-ui", "sans-serif"],
            font_mono=["ui-monospace", "monospace"],
        ),
        css_paths=HERE / "page.css",
        app_kwargs={"middleware": [hosts, Middleware(_Policy)]},
        prevent_thread_lock=True,
    )
    print(f"The page is {address}; Ctrl-C ends it.", flush=True)
    page.block_thread()


def _answers(port: int) -> bool:
    """Whether a server is at a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


class _Policy:
    """Sends POLICY with every answer of the server."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def with_policy(message):
            if message["type"] == "http.response.start":
                header = (b"content-security-policy", POLICY.encode())
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        await self.app(scope, receive, with_policy)


def build():
    """The page, a gradio.Blocks; the networks are trained where need be."""
    import gradio

    digits, reviews = networks.digit_reader(), networks.review_reader()
    captioner = captioning.captioner()
    pen = (HERE / "pen.js").read_text(encoding="utf-8")
    scenes = data.load("scenes").test

    def scene():
        n = np.random.default_rng().integers(len(scenes.x))
        return answers.picture(scenes.x[n], *captioner, scenes.y[n][0])

    def tab(name: str, about: str, inputs: Callable) -> tuple:
        """What is asked on the left, the answer on the right."""
        with gradio.Tab(name), gradio.Row():
            with gradio.Column(scale=1, min_width=330):
                asked = inputs()
                gradio.Markdown(about)
            with gradio.Column(scale=2):
                return *asked, gradio.HTML(elem_classes="answer")

    with gradio.Blocks(title="Try the networks") as page:
        gradio.Markdown("# Try the networks of this course")
        pad, answer = tab(
            "Draw a digit",
            answers.about_digits(digits),
            lambda: [gradio.HTML(html_template=PAD, js_on_load=pen)],
        )
        pad.change(
            lambda drawn: answers.digit(drawn, digits), pad, answer, js=DRAWN
        )
        text, ask, answer = tab(
            "Write a review",
            answers.about_reviews(reviews),
            lambda: [
                gradio.Textbox(
                    "The music was not awful, it was anything but boring.",
                    label="A review of a film or a book, in English",
                    lines=4,
                    max_length=networks.MOST_CHARACTERS,
                ),
                gradio.Button("Favourable?", variant="primary"),
            ],
        )
        ask.click(lambda said: answers.review(said, reviews), text, answer)
        file, other, answer = tab(
            "Give a picture",
            answers.ABOUT_SCENES,
            lambda: [
                gradio.File(label="A picture file, up to 20 MB", height=160),
                gradio.Button("A scene it has not seen", variant="primary"),
            ],
        )
        file.upload(lambda p: answers.picture(p, *captioner), file, answer)
        other.click(scene, None, answer)
    return page
