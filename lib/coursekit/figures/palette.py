"""The colours of every figure, and their names.

Okabe and Ito (2008): told apart with any form of colour blindness.
"""

from typing import Any

from matplotlib.colors import to_hex

PALETTE = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
}
CYCLE = ("blue", "orange", "green", "vermillion", "purple", "sky", "black")


def name_of(colour: Any) -> str:
    """The name of a colour of the palette, the code of another one."""
    code = to_hex(colour)
    names = {value.lower(): name for name, value in PALETTE.items()}
    return names.get(code, code)
