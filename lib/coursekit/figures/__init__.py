"""One small function a figure, grouped by theme; style in one place.

Every function returns a :class:`~coursekit.figures.style.CourseFigure`:
the picture, and one line of text that says what it shows, with numbers.
"""
