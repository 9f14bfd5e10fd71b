"""``coursekit demo``: the course's networks on a page, to be tried.

``networks`` asks them and needs no page; ``page`` is the page, and the only
module that needs Gradio.
"""
