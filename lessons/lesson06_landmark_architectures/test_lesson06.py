"""Lesson 06 against Keras' own layers, published counts and brute force."""

import math

import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from keras import layers

from coursekit import lessons
from coursekit.exercises import engine
from coursekit.settings import load_settings

answers = lessons.module("06", "exercises")
figures = lessons.module("06", "figures")


@pytest.fixture(scope="module")
def own(lesson_functions):
    names = {"np": np, "math": math, "keras": keras, "layers": layers}
    own = lesson_functions("06", **names)
    own["formulas"] = {
        "conv": own["conv_formula"],
        "pool": own["pool_formula"],
        "dense": own["dense_formula"],
    }
    own["parts"] = {name: own[name] for name in own["formulas"]}
    return own


# ----------------------------------------------------- what is printed


@pytest.mark.parametrize(
    "text",
    [
        "total 61,706",
        "total 62,378,344",
        "total 60,965,224",
        "total 138,357,544",
        "total 6,998,552",
        "total 25,636,712",
        "650,080 in the maps, 659,272 with dense units",
        "26,560 fewer",
        "without moving statistics, too: 25,557,032",
        "53 convolutions",
        "formula 3,538,984, keras.applications 3,538,984",
        "padding 0: 109, after the pooling 54",
        "padding 1: 110, after the pooling 55",
        "6 x 6 x 256 = 9,216",
    ],
)
def test_the_lesson_prints_its_numbers(lesson_text, text):
    assert text in lesson_text("06")


@pytest.mark.parametrize("name", ["quick", "full"])
def test_the_stacks_are_pairs_between_two_layers_from_8_to_24_or_more(name):
    depths = load_settings("06", name).depths
    assert depths[0] == 8 and depths[-1] >= 24
    assert all(depth % 2 == 0 for depth in depths)
    assert len(load_settings("06", name).seeds) == 3


# ------------------------------------------------------------- counting


@settings(deadline=None, max_examples=25)
@given(
    st.tuples(st.integers(1, 20), st.integers(1, 20), st.integers(1, 4)),
    st.integers(1, 4),
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(0, 2),
)
def test_a_row_of_a_convolution_is_what_keras_makes_of_it(
    own, shape, filters, f, s, p
):
    assume(min(shape[:2]) + 2 * p >= f)
    expected, count = own["conv_formula"](shape, filters, f, s, p)
    start = layers.Input(shape)
    model = keras.Model(start, own["conv"](start, filters, f, s, p))
    assert model.output_shape[1:] == expected
    assert model.count_params() == count


def test_torchvisions_narrower_alexnet_has_the_count_that_the_lesson_says(own):
    depths, sides = (3, 64, 192, 384, 256, 256), (11, 5, 3, 3, 3)
    count = sum(
        own["conv_formula"]((99, 99, c), filters, f)[1]
        for c, filters, f in zip(depths[:-1], depths[1:], sides, strict=True)
    )
    for inputs, units in ((9216, 4096), (4096, 4096), (4096, 1000)):
        count += own["dense_formula"]((inputs,), units)[1]
    assert count == 61_100_840


@pytest.mark.parametrize("groups", [1, 2, 3])
def test_groups_divide_the_weights_and_leave_the_biases(own, groups):
    layer = layers.Conv2D(12, 5, groups=groups)
    layer.build((None, 9, 9, 6))
    count = own["conv_formula"]((9, 9, 6), 12, 5, groups=groups)[1]
    assert count == layer.count_params() == 25 * 6 * 12 // groups + 12


@settings(deadline=None, max_examples=15)
@given(
    st.tuples(st.integers(3, 20), st.integers(3, 20), st.integers(1, 4)),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(0, 1),
)
def test_a_row_of_a_pooling_is_what_keras_makes_of_it(own, shape, f, s, p):
    start = layers.Input(shape)
    model = keras.Model(start, own["pool"](start, f, s, p))
    assert (model.output_shape[1:], 0) == own["pool_formula"](shape, f, s, p)


def network(shape, block, *numbers):
    start = layers.Input(shape)
    return keras.Model(start, block(start, *numbers))


@pytest.mark.parametrize(
    "numbers", [(2, (3, 4), (5, 6), 7), (16, (8, 4), (2, 1), 3)]
)
def test_the_formula_of_a_module_is_that_of_its_layers(own, numbers):
    model = network((6, 5, 9), own["good_inception_module"], *numbers)
    shape, count = own["inception_formula"]((6, 5, 9), *numbers)
    assert (model.output_shape[1:], model.count_params()) == (shape, count)


@pytest.mark.parametrize(
    ("depth", "filters", "stride"), [(8, 2, 1), (8, 2, 2), (5, 3, 1)]
)
def test_the_formula_of_a_block_is_that_of_its_layers(
    own, depth, filters, stride
):
    shape = (6, 4, depth)
    model = network(shape, own["good_residual_block"], filters, stride)
    counted = own["residual_formula"](shape, filters, stride)
    assert (model.output_shape[1:], model.count_params()) == counted


def test_an_inverted_block_has_the_parameters_of_its_layers(own):
    for t, filters in ((1, 5), (6, 4), (6, 3)):
        start = x = layers.Input((4, 4, 3))
        if t > 1:
            x = layers.Conv2D(3 * t, 1, use_bias=False)(x)
            x = layers.BatchNormalization()(x)
        x = layers.DepthwiseConv2D(3, use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.Conv2D(filters, 1, use_bias=False)(x)
        model = keras.Model(start, layers.BatchNormalization()(x))
        assert own["inverted_formula"](3, t, filters) == model.count_params()


def test_counting_stops_at_a_row_whose_formula_is_wrong(own, capsys):
    rows = [("a", "conv", 3, 3), ("b", "dense", 2)]
    found, kernels, model = own["counted"](rows, (5, 5, 1))
    assert found == {"a": ((3, 3, 3), 30), "b": ((2,), 56)}
    assert kernels == {"a": 9 * 3, "b": 27 * 2}
    right = own["formulas"]["dense"]
    own["formulas"]["dense"] = lambda shape, units: ((units,), 54)
    with pytest.raises(AssertionError, match="b"):
        own["counted"](rows, (5, 5, 1))
    own["formulas"]["dense"] = right
    capsys.readouterr()


def test_the_work_is_one_multiplication_a_weight_and_place(own):
    rows = {"conv": ((3, 2, 4), 9 * 5 * 4 + 4), "pool": ((1, 1, 4), 0)}
    rows["dense"] = (2,), 4 * 2 + 2
    kernels = {"conv": 9 * 5 * 4, "pool": 0, "dense": 4 * 2}
    assert own["work"](rows, kernels) == [
        ("conv", 184, 180 * 6, 24),
        ("pool", 0, 0, 4),
        ("dense", 10, 8, 2),
    ]


def test_a_patch_is_what_its_unit_sees(own):
    pictures = np.zeros((2, 8, 8, 3), "uint8")
    pictures[1, 4:7, 3:6] = 9  # what the unit in row 5, column 4 sees
    maps = np.zeros((2, 8, 8, 1))
    maps[1, 5, 4, 0] = 2
    (patch,) = own["excites"](maps, pictures, 0, (1, 1, 3), count=1)
    assert (patch == 9).all()


@pytest.mark.parametrize("layer", [1, 3, 5])
def test_no_pixel_outside_its_field_moves_a_unit(layer):
    from coursekit.transfer import encoders

    encoder = encoders.build_objects()
    step, before, side = {1: (1, 1, 3), 3: (4, 1, 9), 5: (8, 9, 33)}[layer]
    end = encoder.get_layer(f"norm{layer}").output
    reader = keras.Model(encoder.input, end)
    picture = np.zeros((1, 32, 32, 3), "float32")
    changed = picture + 99
    row = 2  # of a unit, on the diagonal
    inside = slice(max(0, step * row - before), step * row - before + side)
    changed[:, inside, inside] = 0
    units = [
        keras.ops.convert_to_numpy(reader(x))[0, row, row]
        for x in (picture, changed)
    ]
    assert np.allclose(*units, atol=1e-5)


# -------------------------------------------------------------- blocks


def otherwise_inception(x, ones, threes, fives, pooled):
    branches = [layers.Conv2D(ones, 1, activation="relu")(x)]
    for (before, filters), size in ((threes, 3), (fives, 5)):
        y = keras.ops.relu(layers.Conv2D(before, 1)(x))
        y = layers.Conv2D(filters, size, padding="same")(y)
        branches.append(layers.ReLU()(y))
    y = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    branches.append(layers.Conv2D(pooled, 1, activation="relu")(y))
    return keras.ops.concatenate(branches, axis=-1)


def otherwise_residual(x, filters, stride=1):
    def part(x, filters, size, stride=1):
        x = layers.Conv2D(filters, size, stride, padding="same")(x)
        return layers.BatchNormalization()(x)

    y = keras.ops.relu(part(x, filters, 1, stride))
    y = part(keras.ops.relu(part(y, filters, 3)), 4 * filters, 1)
    if stride > 1 or x.shape[-1] != 4 * filters:
        x = part(x, 4 * filters, 1, stride)
    return keras.ops.relu(x + y)


@pytest.mark.parametrize(
    ("identity", "answer"),
    [("06.1", otherwise_inception), ("06.2", otherwise_residual)],
)
def test_a_block_that_is_written_otherwise_is_right(identity, answer):
    (exercise,) = (e for e in answers.EXERCISES if e.id == identity)
    assert engine.judge(exercise, answer) == engine.Verdict("correct")


def test_a_stack_of_8_has_8_layers_with_weights(own):
    own["profile"] = load_settings("06", "quick")
    kinds = layers.Conv2D | layers.Dense
    found = [x for x in own["stack"](8).layers if isinstance(x, kinds)]
    assert len(found) == 8


def test_without_scales_a_stack_hands_its_maps_on_only_by_shortcuts(own):
    own["profile"] = load_settings("06", "quick")
    model = own["stack"](8)
    norms = [x for x in model.layers if "normalization" in x.name]
    for norm in norms[1:]:  # not that of the first convolution
        norm.gamma.assign(0 * norm.gamma)
    x = np.random.default_rng(6).random((2, 8, 8, 1))
    off, on = (
        np.array(model([x, np.full((2, 1, 1, 1), value)])) for value in (0, 1)
    )
    assert np.abs(off[0] - off[1]).max() == 0  # nothing came through
    assert np.abs(on[0] - on[1]).max() > 0


# --------------------------------------------------------- the exercises


def test_the_receptive_field_is_the_pixels_that_move_a_unit():
    for rows in ([(3, 1), (3, 1)], [(3, 2), (5, 1)], [(5, 2), (2, 2), (3, 1)]):
        side = answers.receptive_field(rows)
        start = x = layers.Input((side, side, 1))
        for f, s in rows:
            x = layers.Conv2D(1, f, s, kernel_initializer="ones")(x)
        model = keras.Model(start, x)
        assert model.output_shape[1:] == (1, 1, 1)
        spots = np.eye(side * side, dtype="float32")
        lit = np.array(model(spots.reshape(-1, side, side, 1))) > 0
        assert lit.sum() >= side  # corners among them
        assert lit.ravel()[0] and lit.ravel()[-1]


def test_alexnets_fifth_convolution_sees_163_pixels():
    rows = [(11, 4), (3, 2), (5, 1), (3, 2), *3 * [(3, 1)]]
    assert answers.receptive_field(rows) == 163
    (exercise,) = (e for e in answers.EXERCISES if e.id == "06.6")
    assert "163 x 163 of the 227" in exercise.explanation


def test_a_separable_convolution_has_the_parameters_of_two_layers():
    start = layers.Input((6, 6, 7))
    x = layers.DepthwiseConv2D(5)(start)
    model = keras.Model(start, layers.Conv2D(4, 1)(x))
    assert answers.separable(7, 4, 5) == model.count_params()


def test_alexnet_on_224_pixels_reads_5_x_5_x_256():
    rows = [(11, 4, 0), (3, 2, 0), (5, 1, 2), (3, 2, 0)]
    rows += [*3 * [(3, 1, 1)], (3, 2, 0)]
    assert answers.sides(224, rows) == [54, 26, 26, 12, 12, 12, 12, 5]
    (exercise,) = (e for e in answers.EXERCISES if e.id == "06.4")
    layer = layers.Dense(4096)
    with keras.StatelessScope(initialize_variables=False):
        layer.build((None, 5 * 5 * 256))
    assert exercise.reference == layer.count_params()


# ------------------------------------------------------------ the figures


def test_the_contest_is_told_in_years_and_percent():
    rows = [(2011, "XRCE", 25.8, False), (2012, "AlexNet", 16.4, True)]
    assert figures.contest(rows).summary == (
        "Top-5 error of the best entry, percent: 2011 XRCE 25.8, 2012 "
        "AlexNet 16.4."
    )


def test_the_figure_of_costs_says_the_share_of_dense_layers():
    rows = [("conv1", 1_000_000, 9_000_000, 250_000)]
    rows.append(("dense2", 3_000_000, 1_000_000, 250_000))
    assert figures.costs({"net": rows}).summary == (
        "net: the dense layers have 75 % of 4 M parameters and 10 % of 10 M "
        "multiplications; the layers hand on 2.0 MB."
    )


def test_the_figure_of_depths_says_where_the_mean_loss_goes():
    losses = {"plain": {"8 layers": np.array([[2.0, 1.0], [2.0, 2.0]])}}
    assert figures.depths(losses).summary == (
        "Training loss, mean of the seeds. plain, 8 layers: 2.0 to 1.5."
    )


def test_the_drawn_networks_have_a_box_a_row_as_high_as_its_side():
    rows = {"a": ((63, 63, 7), 9), "b": ((15, 15, 7), 0), "c": ((3,), 5)}
    figure = figures.shapes({"net": rows})
    boxes = figure.figure.axes[0].patches
    assert [round(box.get_height() * 4, 6) for box in boxes] == [6, 4, 1]
    assert figure.summary == (
        "Maps get smaller and deeper. net: 63x63x7 to 15x15x7, in 3 rows."
    )


def test_a_shortcut_is_drawn_from_the_second_panel_on():
    panels = figures.residual_in_steps().figure.axes
    signs = [
        [t.get_text() for t in panel.texts].count("+") for panel in panels
    ]
    assert signs == [0, 1, 1]
