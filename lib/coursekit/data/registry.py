"""Which data sets there are. One module each; adding one adds a line."""

from importlib import import_module
from types import ModuleType

from coursekit.data.dataset import Dataset, DatasetInfo
from coursekit.errors import CourseError

# name of the set -> module in coursekit.data
_MODULES = {
    "digits": "digits",
    "photos": "photos",
    # real, fetched once
    "mnist": "mnist",
    "fashion_mnist": "fashion_mnist",
    "cifar10": "cifar10",
    "cifar100": "cifar100",
    "usps": "usps",
}


def names() -> tuple[str, ...]:
    """All data sets, bundled ones first."""
    return tuple(_MODULES)


def info(name: str) -> DatasetInfo:
    """Title, origin, licence and size of a data set, without loading it."""
    return _module(name).INFO


def load(name: str, **options) -> Dataset:
    """Load a data set: splits, class names, provenance.

    ``options`` depend on the set (``size=28`` for the digits). Raises
    CourseError, with a remedy, for an unknown name or option and when the
    data cannot be read or fetched.
    """
    module = _module(name)
    return module.load(**options)


def _module(name: str) -> ModuleType:
    if name not in _MODULES:
        raise CourseError(
            f"There is no data set {name!r}; there are {', '.join(names())}.",
            "choose one of these names; ck.data.info(name) describes it",
        )
    return import_module(f"coursekit.data.{_MODULES[name]}")
