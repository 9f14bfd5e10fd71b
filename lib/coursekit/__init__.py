"""coursekit: the small library behind the notebooks of this course.

A lesson needs these names and no others::

    import coursekit as ck

    profile = ck.start("04")              # seed, profile, calm start-up
    dataset = ck.data.load("digits")      # splits, class names, provenance
    ck.check("04.1", answer)              # exercises: check, hint, solution
    ck.quiz("04")                         # questions with foldable options

Importing the package loads nothing else: Keras and TensorFlow arrive with
:func:`start`, after their start-up messages have been silenced.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "start": "session",
    "expect_error": "session",
    "EpochProgress": "callbacks",
    "CourseError": "errors",
    "check": "exercises",
    "yours_or_good": "exercises",
    "hint": "exercises",
    "solution": "exercises",
    "progress": "exercises",
    "quiz": "quizzes",
    "answer": "quizzes",
}
_MODULES = ("data", "figures")

__all__ = [*_HOME, *_MODULES]  # noqa: PLE0604


def __getattr__(name):
    """Load a public name the first time it is used (PEP 562)."""
    if name in _MODULES:
        return import_module(f"coursekit.{name}")
    if name in _HOME:
        home = import_module(f"coursekit.{_HOME[name]}")
        return getattr(home, name)
    raise AttributeError(
        f"coursekit has no {name!r}. It offers: {', '.join(sorted(__all__))}"
    )


def __dir__():
    return sorted([*globals(), *__all__])
