"""The page of ``coursekit demo``. Nothing it does leaves this machine."""

import os

import numpy as np

from coursekit import data, paths
from coursekit.demo import answers, networks
from coursekit.errors import CourseError

HOST = "127.0.0.1"
# What the browser may load: from here, or made on the page.
POLICY = (
    "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; "
    "frame-ancestors 'self'"
)
CSS = """
.answer img { max-width: 100%; background: white; border-radius: 6px }
.answer meter { width: 12em }
.answer .words { line-height: 3.2 }
.answer .words span { display: inline-block; text-align: center;
  line-height: 1.3; padding: 2px 5px; border-radius: 4px; color: black }
.answer .words small { display: block; font-size: 75% }
"""


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

    page = build()
    hosts = Middleware(TrustedHostMiddleware, [HOST, "localhost"])
    try:
        _, address, _ = page.queue(max_size=20).launch(
            server_name=HOST,
            server_port=port,
            inbrowser=browser,
            share=False,
            quiet=True,
            footer_links=[],
            run_history=False,
            ssr_mode=False,
            max_file_size=networks.BIGGEST_FILE,
            theme=gradio.themes.Base(
                font=["system-ui", "sans-serif"],
                font_mono=["ui-monospace", "monospace"],
            ),
            css=CSS,
            app_kwargs={"middleware": [hosts, Middleware(_Policy)]},
            prevent_thread_lock=True,
        )
    except OSError:
        raise CourseError(
            f"Port {port or '7860 to 7959'} is taken.",
            "name another one, `coursekit demo --port 8123`, or none",
        ) from None
    print(f"The page is {address}; Ctrl-C ends it.", flush=True)
    page.block_thread()


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
    captioner = networks.scene_captioner()
    scenes = data.load("scenes").test
    with gradio.Blocks(title="coursekit: try the networks") as page:
        gradio.Markdown("# Try the networks of this course")
        with gradio.Tab("Draw a digit"), gradio.Row():
            with gradio.Column(scale=1, min_width=340):
                pad = gradio.Sketchpad(
                    label="0 to 9, as large as you can",
                    canvas_size=(300, 300),
                    fixed_canvas=True,
                    layers=False,
                    sources=(),
                    transforms=(),
                    brush=gradio.Brush(24, colors=["#000000"]),
                )
                read = gradio.Button("Which digit?", variant="primary")
                gradio.Markdown(answers.about_digits(digits))
            answer = gradio.HTML(elem_classes="answer", scale=2)
            read.click(lambda drawn: answers.digit(drawn, digits), pad, answer)
        with gradio.Tab("Write a review"):
            text = gradio.Textbox(
                label="A review of a film or a book, in English",
                value="The music was not awful, it was anything but boring.",
                lines=3,
                max_length=networks.MOST_CHARACTERS,
            )
            ask = gradio.Button("Favourable?", variant="primary")
            answer = gradio.HTML(elem_classes="answer")
            gradio.Markdown(answers.about_reviews(reviews))
            ask.click(lambda said: answers.review(said, reviews), text, answer)
        with gradio.Tab("Give a picture"):
            with gradio.Row():
                file = gradio.File(label="A picture file, up to 20 MB")
                other = gradio.Button("A drawn scene it has not seen")
            answer = gradio.HTML(elem_classes="answer")
            gradio.Markdown(answers.ABOUT_SCENES)
            file.upload(lambda p: answers.picture(p, *captioner), file, answer)

            def scene():
                n = np.random.default_rng().integers(len(scenes.x))
                return answers.picture(scenes.x[n], *captioner, scenes.y[n][0])

            other.click(scene, None, answer)
    return page
