"""The page of ``make demo``: the course's networks, to be tried.

``networks`` asks them, ``answers`` says it in HTML, ``page`` is the page. Only
that one needs Gradio, which is in an environment of its own, .venv-demo.
"""
