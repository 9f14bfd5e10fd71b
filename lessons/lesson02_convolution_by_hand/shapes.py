"""Sizes and counts of convolution and pooling layers, by formula.

V. Dumoulin and F. Visin (2016), A guide to convolution arithmetic for deep
learning, arXiv:1603.07285.
"""

import math
from collections.abc import Iterable
from numbers import Integral


def padding_for_same(kernel_size: int) -> int:
    """Pixels to add on each side so that stride 1 keeps the size.

    (f - 1) / 2 for an odd kernel. An even one has no middle, so symmetric
    padding cannot keep the size: ValueError.
    """
    _positive("kernel_size", kernel_size)
    if kernel_size % 2 == 0:
        raise ValueError(
            f"a kernel of even size {kernel_size} has no middle pixel, so "
            "equal padding on both sides cannot keep the size: use an odd "
            "kernel, or pad one side more than the other"
        )
    return (kernel_size - 1) // 2


def output_size(
    size: int,
    kernel_size: int,
    stride: int = 1,
    padding: int | str = "valid",
    dilation: int = 1,
) -> int:
    """Number of places of a window along one axis.

    ``padding`` is a number of pixels on each side, "valid" (none) or "same"
    (as Keras pads: the size divided by the stride, rounded up). Raises
    ValueError, with the reason, for values that make no layer.
    """
    _positive("size", size)
    _positive("kernel_size", kernel_size)
    _positive("dilation", dilation)
    _moves(stride)
    if padding == "same":
        return -(-size // stride)
    pixels = _pixels(padding)
    reach = (kernel_size - 1) * dilation + 1
    room = size + 2 * pixels - reach
    if room < 0:
        raise ValueError(
            f"a kernel that reaches over {reach} pixels does not fit into "
            f"{size} pixels with {pixels} of padding on each side: use a "
            "smaller kernel or more padding"
        )
    return room // stride + 1


def convolution_parameters(
    kernel_size: int | tuple[int, int],
    channels: int,
    filters: int,
    bias: bool = True,
) -> int:
    """(kernel height x width x channels + 1) x filters."""
    height, width = _pair(kernel_size)
    for name, value in (("channels", channels), ("filters", filters)):
        _positive(name, value)
    return (height * width * channels + bool(bias)) * filters


def multiply_adds(
    output_shape: tuple[int, int, int],
    kernel_size: int | tuple[int, int],
    channels: int,
) -> int:
    """Products of a convolution for one picture, biases not counted.

    ``output_shape`` is (height, width, filters): one product for each weight
    of a filter at each place.
    """
    height, width = _pair(kernel_size)
    return math.prod(output_shape) * height * width * channels


def receptive_field(layers: Iterable[tuple[int, int]]) -> int:
    """Side of the input square that one unit of the last layer sees.

    ``layers`` are (kernel_size, stride) pairs, the input's first: each adds
    (kernel_size - 1) times the product of the strides before it.
    """
    field, jump = 1, 1
    for kernel_size, stride in layers:
        _positive("kernel_size", kernel_size)
        _moves(stride)
        field += (kernel_size - 1) * jump
        jump *= stride
    return field


def _positive(name: str, value: int) -> None:
    if not isinstance(value, Integral) or value < 1:
        raise ValueError(
            f"{name} must be a whole number from 1, not {value!r}"
        )


def _moves(stride: int) -> None:
    if not isinstance(stride, Integral) or stride < 1:
        raise ValueError(
            f"a stride of {stride!r} never moves the window on by whole "
            "pixels: the smallest stride is 1"
        )


def _pixels(padding: int | str) -> int:
    """Padding on each side as a number."""
    if padding == "valid":
        return 0
    if not isinstance(padding, Integral) or padding < 0:
        raise ValueError(
            'padding must be "valid", "same" or a number of pixels from 0, '
            f"not {padding!r}"
        )
    return int(padding)


def _pair(kernel_size: int | tuple[int, int]) -> tuple[int, int]:
    pair = (
        kernel_size
        if isinstance(kernel_size, tuple)
        else (kernel_size, kernel_size)
    )
    for side in pair:
        _positive("kernel_size", side)
    return pair
