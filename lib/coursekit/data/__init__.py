"""Data sets behind one call: ``ck.data.load("digits")``.

``load`` returns a :class:`~coursekit.data.dataset.Dataset`, the same fields
for a bundled set and for a real one; ``names`` lists the sets and ``info``
says where each comes from, under which licence and what it weighs.
``assert_disjoint`` refuses parts that share examples.
"""

from coursekit.data.registry import info, load, names
from coursekit.data.splits import assert_disjoint

__all__ = ["assert_disjoint", "info", "load", "names"]
