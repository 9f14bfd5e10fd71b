"""On a rendered page every picture has its text below it."""

import html
import re

import nbformat
import pytest
from nbconvert import HTMLExporter

from coursekit import lessons
from coursekit.figures.content import MIME


@pytest.mark.parametrize("template", ["lab", "classic"])
def test_the_page_shows_each_caption_right_below_its_picture(template):
    notebook = nbformat.read(lessons.notebook("00"), as_version=4)
    outputs = [o for c in notebook.cells for o in c.get("outputs", [])]
    texts = [
        output.metadata["image/png"]["alt"]
        for output in outputs
        if "image/png" in output.get("data", {})
    ]
    exporter = HTMLExporter(template_name=template)
    page, _ = exporter.from_notebook_node(notebook)
    below = re.split(r'<img[^>]+src="data:image/png', page)[1:]
    captions = [re.search("<p><em>(.+?)</em></p>", part) for part in below]
    assert [html.unescape(found[1]) for found in captions] == texts
    assert MIME not in page
