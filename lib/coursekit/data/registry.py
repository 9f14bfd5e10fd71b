"""Which data sets there are. One module each; adding one adds a line."""

import inspect
from importlib import import_module
from types import ModuleType

from coursekit.data.dataset import Dataset, DatasetInfo
from coursekit.data.fetch import Source
from coursekit.errors import CourseError

# name of the set -> module in coursekit.data.sets
_MODULES = {
    "digits": "digits",
    "photos": "photos",
    "scenes": "scenes",
    "objects100": "objects100",
    "series": "series",
    "reviews": "reviews",
    "tagged": "tagged",
    "text": "text",
    "pairs": "pairs",
    "poses": "poses",
    # real, fetched once
    "mnist": "mnist",
    "fashion_mnist": "fashion_mnist",
    "cifar10": "cifar10",
    "cifar100": "cifar100",
    "usps": "usps",
    "imdb": "imdb",
    "flickr8k": "flickr8k",
    "glove": "glove",
    "jena": "jena",
    "spa-eng": "spa_eng",
    "fra-eng": "fra_eng",
    "kan-eng": "kan_eng",
    "ud_english": "ud_english",
    "shakespeare": "shakespeare",
    "flowers": "flowers",
    "classic_series": "classic_series",
    "yoga": "yoga",
    "imagenet_weights": "imagenet_weights",
}


def names() -> tuple[str, ...]:
    """All data sets, bundled ones first."""
    return tuple(_MODULES)


def info(name: str) -> DatasetInfo:
    """Title, origin, licence and size of a data set, without loading it."""
    return _module(name).INFO


def sources(name: str) -> tuple[Source, ...]:
    """Where a real set comes from; () for a bundled one."""
    module = _module(name)
    if hasattr(module, "SOURCES"):
        return tuple(module.SOURCES.values())
    return (module.SOURCE,) if hasattr(module, "SOURCE") else ()


def load(name: str, **options) -> Dataset:
    """Load a data set: splits, class names, provenance.

    ``options`` depend on the set (``size=28`` for the digits). Raises
    CourseError, with a remedy, for an unknown name or option and when the
    data cannot be read or fetched.
    """
    module = _module(name)
    known = inspect.signature(module.load).parameters
    if unknown := sorted(set(options) - set(known)):
        raise CourseError(
            f"The data set {name} has no option {', '.join(unknown)}.",
            f"its options are {', '.join(known) or 'none'}",
        )
    return module.load(**options)


def _module(name: str) -> ModuleType:
    if name not in _MODULES:
        raise CourseError(
            f"There is no data set {name!r}; there are {', '.join(names())}.",
            "choose one of these names; ck.data.info(name) describes it",
        )
    return import_module(f"coursekit.data.sets.{_MODULES[name]}")
