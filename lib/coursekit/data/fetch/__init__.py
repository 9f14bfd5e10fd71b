"""Fetching real data sets: once, checked, into one cache folder.

A data set's module describes where its files come from in a ``Source`` and
asks ``locate`` for the folder that holds them. ``locate`` takes the first of
a folder the user names, the folder below COURSEKIT_DATA, the kit's cache,
Keras' own cache, and, failing all, fetches the set into the cache.
"""

from coursekit.data.fetch.location import find, locate
from coursekit.data.fetch.source import Remote, Source

__all__ = ["Remote", "Source", "find", "locate"]
