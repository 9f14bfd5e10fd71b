"""The zip-code network of 1989: its counts, its connections, its arithmetic.

The witness is written from the paper's description, unit by unit, without
the library's padding, dense kernels or convolution.
"""

import itertools

import keras
import numpy as np
import pytest

from coursekit import lessons

zipcode = lessons.module("04", "zipcode")


def inputs_of_unit(side: int, row: int, column: int):
    """The 25 places (r, c) that a unit looks at; some lie outside."""
    for down, right in itertools.product(range(5), repeat=2):
        # Padded by 2, steps of 2: the first window starts at (-2, -2).
        yield 2 * row + down - 2, 2 * column + right - 2


def connected_units():
    """(layer, unit, inputs of that unit without its bias), all of them."""
    table = zipcode.connection_table()
    for row, column, unit in itertools.product(range(8), range(8), range(12)):
        yield "h1", (row, column, unit), list(inputs_of_unit(16, row, column))
    for row, column, unit in itertools.product(range(4), range(4), range(12)):
        seen = np.flatnonzero(table[:, unit])
        places = itertools.product(inputs_of_unit(8, row, column), seen)
        yield "h2", (row, column, unit), list(places)
    for unit in range(30):
        yield "h3", (unit,), list(range(4 * 4 * 12))
    for unit in range(10):
        yield "output", (unit,), list(range(30))


@pytest.fixture(scope="module")
def model():
    """The network with every bias away from zero."""
    keras.utils.set_random_seed(0)
    network = zipcode.zipcode_1989()
    rng = np.random.default_rng(0)
    for variable in network.trainable_variables:
        if variable.name == "bias":
            variable.assign(rng.uniform(-0.5, 0.5, variable.shape))
    return network


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(1)
    return rng.uniform(-1, 1, (2, 16, 16, 1)).astype("float32")


def activations(model, images, *names):
    """The values of the named layers, as float arrays."""
    layers = [model.get_layer(name).output for name in names]
    values = keras.Model(model.input, layers)(images)
    return [keras.ops.convert_to_numpy(value) for value in values]


def test_there_are_9_760_parameters_as_the_paper_counts_them(model):
    # Table-free: shared 5x5 kernels, and a bias for each unit.
    assert model.get_layer("h1").count_params() == 1_068
    assert model.get_layer("h2").count_params() == 2_592
    assert model.get_layer("h3").count_params() == 5_790
    assert model.get_layer("output").count_params() == 310
    assert model.count_params() == 9_760


def test_there_are_64_660_connections_between_1_256_units():
    per_layer = {"h1": 0, "h2": 0, "h3": 0, "output": 0}
    units = 16 * 16
    for layer, _, inputs in connected_units():
        per_layer[layer] += len(inputs) + 1  # and the bias
        units += 1
    assert per_layer == {
        "h1": 19_968,
        "h2": 38_592,
        "h3": 5_790,
        "output": 310,
    }
    assert sum(per_layer.values()) == 64_660
    assert units == 1_256


def test_every_h2_map_sees_8_of_12_and_every_h1_map_is_seen_by_8():
    table = zipcode.connection_table()
    assert set(np.unique(table)) == {0, 1}
    assert (table.sum(axis=0) == 8).all()
    assert (table.sum(axis=1) == 8).all()


def test_h1_units_depend_on_their_5x5_window_and_on_nothing_else(
    model, images
):
    layer = model.get_layer("h1")
    before = keras.ops.convert_to_numpy(layer(images[:1]))
    places = list(itertools.product(range(16), repeat=2))
    changed = np.repeat(images[:1], len(places), axis=0)
    for number, place in enumerate(places):
        changed[(number, *place)] += 0.5
    after = keras.ops.convert_to_numpy(layer(changed))
    depends = (np.abs(after - before) > 1e-5).reshape(16, 16, 8, 8, 12)
    expected = np.zeros_like(depends)
    for name, unit, inputs in connected_units():
        for row, column in inputs if name == "h1" else ():
            if 0 <= row < 16 and 0 <= column < 16:
                expected[(row, column, *unit)] = True
    np.testing.assert_array_equal(depends, expected)


def test_changing_one_h1_map_changes_only_the_h2_maps_that_see_it(model):
    rng = np.random.default_rng(2)
    below = rng.uniform(-1, 1, (1, 8, 8, 12)).astype("float32")
    layer = model.get_layer("h2")
    before = keras.ops.convert_to_numpy(layer(below))
    for source in range(12):
        changed = below.copy()
        changed[..., source] = rng.uniform(-1, 1, (1, 8, 8))
        after = keras.ops.convert_to_numpy(layer(changed))
        moved = np.abs(after - before).max(axis=(0, 1, 2)) > 1e-5
        seen = zipcode.connection_table()[source] == 1
        np.testing.assert_array_equal(moved, seen)


def test_kernels_of_absent_connections_are_zero_and_the_others_distinct(model):
    layer = model.get_layer("h2")
    kernel = keras.ops.convert_to_numpy(layer.dense_kernel())
    used = np.abs(kernel).max(axis=(0, 1)) > 0
    np.testing.assert_array_equal(used, zipcode.connection_table() == 1)
    assert len(np.unique(kernel)) == 96 * 25 + 1  # no value used twice, and 0


def test_the_forward_pass_equals_one_written_unit_by_unit(model, images):
    weights = {
        layer.name: [np.asarray(w, "float64") for w in layer.get_weights()]
        for layer in model.layers
    }
    # The stored kernels go through the connections, output by output.
    tables = {"h1": np.ones((1, 12)), "h2": zipcode.connection_table()}
    kernels = {
        (name, source, unit): weights[name][0][number]
        for name, table in tables.items()
        for number, (unit, source) in enumerate(np.argwhere(table.T))
    }
    shapes = {"h1": (8, 8, 12), "h2": (4, 4, 12), "h3": 30, "output": 10}
    values = {name: np.zeros(shape) for name, shape in shapes.items()}
    for layer, unit, inputs in connected_units():
        if layer in ("h1", "h2"):
            net = weights[layer][1][unit]
            for place in inputs:
                (row, column), source = place if layer == "h2" else (place, 0)
                below = values["h1"] if layer == "h2" else images[0]
                side = len(below)
                inside = 0 <= row < side and 0 <= column < side
                value = below[row, column, source] if inside else -1.0
                down = row - 2 * unit[0] + 2
                right = column - 2 * unit[1] + 2
                kernel = kernels[layer, source, unit[-1]]
                net += value * kernel[down, right]
        else:
            below = values["h2" if layer == "h3" else "h3"].reshape(-1)
            net = below @ weights[layer][0][:, unit[0]]
            net += weights[layer][1][unit]
        values[layer][unit] = 1.7159 * np.tanh(2 / 3 * net)
    names = ("h1", "h2", "h3", "output")
    for name, got in zip(
        names, activations(model, images[:1], *names), strict=True
    ):
        np.testing.assert_allclose(got[0], values[name], atol=2e-6)


def test_weights_start_uniform_within_2_4_over_the_fan_in():
    keras.utils.set_random_seed(1)
    network = zipcode.zipcode_1989()
    for name, fan_in in (("h1", 25), ("h2", 200), ("h3", 192), ("output", 30)):
        start = network.get_layer(name).get_weights()[0]
        limit = 2.4 / fan_in
        assert np.abs(start).max() <= limit
        assert np.abs(start).max() > 0.9 * limit
        # A uniform spread has the variance limit ** 2 / 3.
        assert np.isclose(start.std(), limit / 3**0.5, rtol=0.15)


def test_the_modern_network_has_73_114_parameters_of_which_448_only_run():
    pairs = [(1, 16), (16, 16), (16, 32), (32, 32), (32, 64), (64, 64)]
    kernels = sum(3 * 3 * below * above for below, above in pairs)
    scales_and_shifts = running = 2 * sum(above for _, above in pairs)
    trained = kernels + scales_and_shifts + 64 * 10 + 10
    model = zipcode.modern_zipcode()
    assert running == 448
    assert model.count_params() == trained + running == 73_114
    got = sum(np.prod(v.shape) for v in model.trainable_variables)
    assert got == trained


@pytest.mark.parametrize(
    "network", [zipcode.zipcode_1989, zipcode.modern_zipcode]
)
def test_a_network_comes_back_from_a_file_unchanged(network, images, tmp_path):
    model = network()
    model.save(tmp_path / "network.keras")
    again = keras.models.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(
        model.predict(images, verbose=0), again.predict(images, verbose=0)
    )
