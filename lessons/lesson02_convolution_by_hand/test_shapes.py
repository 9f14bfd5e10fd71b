"""Formulas for shapes and counts, against Keras over random layers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit import lessons
from coursekit.backend import import_keras

shapes = lessons.module("02", "shapes")
import_keras()
from keras import layers  # noqa: E402

SIZES = st.integers(1, 40)
SMALL = st.integers(1, 7)


@settings(deadline=None, max_examples=80)
@given(SIZES, SMALL, SMALL, st.sampled_from(["valid", "same"]))
def test_the_output_size_is_the_one_keras_computes(size, kernel, stride, pad):
    layer = layers.Conv1D(1, kernel, strides=stride, padding=pad)
    if pad == "valid" and kernel > size:
        with pytest.raises(ValueError, match="does not fit"):
            shapes.output_size(size, kernel, stride, pad)
        return
    theirs = layer.compute_output_shape((1, size, 1))[1]
    assert shapes.output_size(size, kernel, stride, pad) == theirs


@settings(deadline=None, max_examples=60)
@given(SIZES, SMALL, SMALL, st.integers(0, 4), st.integers(1, 3))
def test_padding_and_dilation_agree_with_counting_places(
    size, kernel, stride, padding, dilation
):
    reach = (kernel - 1) * dilation + 1
    places = range(0, size + 2 * padding - reach + 1, stride)
    if not places:
        with pytest.raises(ValueError, match="does not fit"):
            shapes.output_size(size, kernel, stride, padding, dilation)
    else:
        found = shapes.output_size(size, kernel, stride, padding, dilation)
        assert found == len(places)


@settings(deadline=None, max_examples=40)
@given(SIZES, SMALL, SMALL, st.integers(0, 4))
def test_a_number_of_pixels_is_keras_zero_padding(size, kernel, stride, pad):
    if size + 2 * pad >= kernel:
        padded = layers.ZeroPadding1D(pad).compute_output_shape((1, size, 1))
        layer = layers.Conv1D(1, kernel, strides=stride)
        theirs = layer.compute_output_shape(padded)[1]
        assert shapes.output_size(size, kernel, stride, pad) == theirs


@settings(deadline=None, max_examples=40)
@given(SIZES, SMALL, st.integers(1, 3), st.sampled_from(["valid", "same"]))
def test_pooling_and_dilated_layers_follow_the_same_formula(
    size, kernel, step, pad
):
    pool = layers.MaxPooling1D(kernel, strides=step, padding=pad)
    holes = layers.Conv1D(1, kernel, dilation_rate=step, padding=pad)
    for layer, stride, dilation in ((pool, step, 1), (holes, 1, step)):
        if (kernel - 1) * dilation + 1 <= size:
            theirs = layer.compute_output_shape((1, size, 1))[1]
            ours = shapes.output_size(size, kernel, stride, pad, dilation)
            assert ours == theirs


@given(SIZES, st.sampled_from([1, 3, 5, 7]))
def test_symmetric_same_padding_keeps_the_size(size, kernel):
    padding = shapes.padding_for_same(kernel)
    assert shapes.output_size(size, kernel, 1, padding) == size


@settings(deadline=None, max_examples=40)
@given(SMALL, SMALL, SMALL, SMALL, st.booleans())
def test_parameters_are_those_keras_counts(
    height, width, channels, filters, bias
):
    layer = layers.Conv2D(filters, (height, width), use_bias=bias)
    layer.build((None, 20, 20, channels))
    ours = shapes.convolution_parameters(
        (height, width), channels, filters, bias
    )
    assert ours == layer.count_params()


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), max_size=3))
def test_the_receptive_field_is_what_reaches_one_output(layout):
    field = shapes.receptive_field(layout)
    signal = np.zeros((1, 200, 1), "float32")

    def run(x):
        for kernel, stride in layout:
            windows = np.lib.stride_tricks.sliding_window_view(x, kernel, 1)
            x = windows[:, ::stride].sum(axis=-1)
        return x[0, 0, 0]

    reached = 0
    for place in range(80):
        signal[0, place] = 1
        reached = place + 1 if run(signal) != 0 else reached
        signal[0, place] = 0
    assert reached == field


@settings(deadline=None, max_examples=12)
@given(st.integers(5, 9), st.integers(1, 4), SMALL, SMALL, st.integers(1, 3))
def test_a_layer_of_ones_counts_its_products(
    side, kernel, channels, filters, stride
):
    # All weights and inputs are one, so each product adds one to the sum.
    layer = layers.Conv2D(
        filters, (kernel, 2), strides=stride, kernel_initializer="ones"
    )
    output = np.array(layer(np.ones((1, side, side, channels))))
    ours = shapes.multiply_adds(output.shape[1:], (kernel, 2), channels)
    assert ours == output.sum()


def test_sizes_may_be_numpy_integers():
    size = np.arange(8)[-1]
    assert shapes.output_size(size, np.int32(3), 1, np.int64(1)) == 7
    assert shapes.convolution_parameters(np.int64(3), 1, 1) == 10


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: shapes.output_size(5, 3, 0), "never move"),
        (lambda: shapes.output_size(5, 7), "does not fit"),
        (lambda: shapes.output_size(5, 3, 1.5), "smallest stride is 1"),
        (lambda: shapes.output_size(0, 1), "size must be a whole number"),
        (lambda: shapes.output_size(5, 2.0), "kernel_size must be a whole"),
        (lambda: shapes.output_size(5, 3, 1, -1), "padding must be"),
        (lambda: shapes.output_size(5, 3, 1, "full"), "padding must be"),
        (lambda: shapes.padding_for_same(4), "no middle"),
        (lambda: shapes.convolution_parameters(3, 0, 1), "channels"),
        (lambda: shapes.receptive_field([(3, 0)]), "stride"),
    ],
)
def test_values_that_make_no_layer_are_errors_that_teach(call, words):
    with pytest.raises(ValueError, match=words):
        call()
