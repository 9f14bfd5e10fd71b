"""LeNet-5: the paper's numbers, and NumPy witnesses of its layers."""

import keras
import numpy as np
import pytest

from coursekit import lessons

lenet = lessons.module("04", "lenet")

NETWORKS = (lenet.lenet5, lenet.lenet5_original, lenet.lenet5_batchnorm)


def parameters(model) -> dict[str, int]:
    """Parameters of each layer that has some."""
    counts = {layer.name: layer.count_params() for layer in model.layers}
    return {name: count for name, count in counts.items() if count}


def test_lenet5_has_61_706_parameters_layer_by_layer():
    # Inputs of one unit, plus its bias, times units (maps) of the layer.
    by_hand = {
        "c1": (5 * 5 * 1 + 1) * 6,
        "c3": (5 * 5 * 6 + 1) * 16,
        "c5": (5 * 5 * 16 + 1) * 120,
        "f6": (120 + 1) * 84,
        "output": (84 + 1) * 10,
    }
    model = lenet.lenet5()
    assert parameters(model) == by_hand
    assert model.count_params() == sum(by_hand.values()) == 61_706


def test_the_original_adds_a_coefficient_and_a_bias_for_each_pooled_map():
    model = lenet.lenet5_original()
    counts = parameters(model)
    assert (counts["s2"], counts["s4"]) == (12, 32)  # as in the paper
    assert model.count_params() == 61_706 + 12 + 32


def test_the_maps_have_the_sizes_of_the_paper():
    model = lenet.lenet5()
    sizes = {layer.name: layer.output.shape[1:] for layer in model.layers}
    assert sizes["c1"] == (28, 28, 6)  # of a 32x32 image
    assert sizes["s2"] == (14, 14, 6)
    assert sizes["c3"] == (10, 10, 16)
    assert sizes["s4"] == (5, 5, 16)


def test_the_scaled_tanh_keeps_plus_and_minus_one_and_ends_at_1_7159():
    x = np.array([-100.0, -1.0, 0.0, 1.0, 100.0])
    expected = [-1.7159, -1, 0, 1, 1.7159]
    got = keras.ops.convert_to_numpy(lenet.scaled_tanh(x))
    np.testing.assert_allclose(got, expected, atol=1e-4)


def test_subsampling_averages_scales_shifts_and_squashes():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 6, 4, 3)).astype("float32")
    layer = lenet.Subsampling()
    layer.build(x.shape)
    coefficient, bias = rng.normal(size=(2, 3))
    layer.set_weights([coefficient, bias])
    expected = np.empty((2, 3, 2, 3))
    for row in range(3):
        for column in range(2):
            field = x[:, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            net = field.sum((1, 2)) / 4 * coefficient + bias
            expected[:, row, column] = 1.7159 * np.tanh(net * 2 / 3)
    got = keras.ops.convert_to_numpy(layer(x))
    np.testing.assert_allclose(got, expected, atol=1e-5)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_network_comes_back_from_a_file_unchanged(network, tmp_path):
    keras.utils.set_random_seed(0)
    model = network()
    model.save(tmp_path / "network.keras")
    again = keras.models.load_model(tmp_path / "network.keras")
    images = np.random.default_rng(0).random((3, 28, 28, 1), "float32")
    np.testing.assert_array_equal(
        model.predict(images, verbose=0), again.predict(images, verbose=0)
    )


@pytest.mark.parametrize("network", NETWORKS)
def test_the_same_seed_gives_the_same_starting_weights(network):
    starts = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        starts.append(network().get_weights())
    for first, second in zip(*starts, strict=True):
        np.testing.assert_array_equal(first, second)
