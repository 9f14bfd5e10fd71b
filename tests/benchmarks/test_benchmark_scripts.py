"""Each benchmark as a person runs it, on the bundled digits."""

import json
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import detecting
import flickr8k
import forecasting
import hundred_classes
import landmarks
import mnist_lenet
import recurrent_speed
import scenes_captions
import sentiment
import tagging
import videos
import where_next
import writing
import zipcode
from coursekit import paths
from coursekit.data.splits import over_time


def quick(script: str, *words: str) -> dict:
    """The JSON that ``--quick`` with one seed prints."""
    done = subprocess.run(
        [sys.executable, f"benchmarks/{script}.py", "--quick", "--fresh"]
        + ["--seeds", "1", *words],
        cwd=paths.kit_root(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Warning" not in done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("recipe", mnist_lenet.RECIPES)
def test_lenet_learns_the_bundled_digits(recipe):
    (result,) = quick("mnist_lenet", "--recipe", recipe)["results"]
    assert result["data"].startswith("digits (real)")
    assert result["seeds"][0]["accuracy_percent"] > 94


@pytest.mark.slow
@pytest.mark.parametrize("recipe", zipcode.RECIPES)
def test_the_zip_code_networks_learn_the_bundled_digits(recipe):
    (result,) = quick("zipcode", "--recipe", recipe)["results"]
    assert result["data"].startswith("digits (real)")
    assert result["seeds"][0]["error_percent"] < 8


@pytest.mark.slow
def test_the_captioner_of_photographs_learns_the_bundled_scenes():
    (result,) = quick("flickr8k")["results"]
    (seed,) = result["seeds"]
    assert result["data"].startswith("scenes (synthetic)")
    assert result["encoder"].startswith("scenes")
    assert seed["beam3_bleu1"] > 50 and seed["greedy_bleu4"] > 15


@pytest.mark.slow
def test_a_detector_finds_things_after_three_epochs():
    (result,) = quick("detecting", "--recipe", "scenes")["results"]
    (seed,) = result["seeds"]
    assert result["data"].startswith("scenes (synthetic)")
    assert 0.05 < seed["map75"] + 0.05 < seed["map50"] < 0.9
    assert seed["worst_kind"] < seed["map50"] < seed["best_kind"]


def test_four_finer_places_lie_side_by_side_in_one():
    def eye(images, *_, **__):
        return [images[:, ::8, ::8], images[:, ::4, ::4]]

    images = np.random.default_rng(0).random((2, 64, 64, 3))
    made = detecting.features(SimpleNamespace(predict=eye), images)
    assert made.shape == (2, 8, 8, 3 + 4 * 3)
    place = images[1, 24:32:4, 40:48:4].reshape(-1)  # row 3, column 5
    assert np.array_equal(made[1, 3, 5, 3:], place)


@pytest.mark.slow
def test_a_forecaster_keeps_to_its_seconds():
    (result,) = quick("forecasting", "--recipe", "sunspots-dense")["results"]
    (seed,) = result["seeds"]
    assert seed["fit_cpu_seconds"] == pytest.approx(1, rel=0.1)


def test_forecasts_without_a_network_are_those_of_the_plain_series():
    settings = forecasting.RECIPES["sunspots-GRU"]
    parts, unit, told = forecasting.windows(settings)
    assert told.startswith("series (real)")
    said = forecasting.baselines(parts, "test", settings)
    sunspots = forecasting.data.load("series", series="sunspots")
    *past, test = sunspots.train.y, sunspots.validation.y, sunspots.test.y
    every = np.concatenate([*past, test])
    start = len(every) - len(test)
    for name, lag in {"last_value": 1, "seasonal_naive": 11}.items():
        apart = unit * (said[name] - parts["test"][1])[:, 0]
        plain = every[start - lag : len(every) - lag] - test
        np.testing.assert_allclose(apart, plain, atol=1e-3)


def test_a_day_ahead_at_jena_is_24_hours_after_the_windows_last(monkeypatch):
    x = np.arange(60 * 24 * 6) / 6  # hours
    splits = over_time(x[:, np.newaxis], x)
    record = SimpleNamespace(
        **dict(zip(("train", "validation", "test"), splits, strict=True)),
        provenance="hours",
    )
    monkeypatch.setattr(forecasting.data, "load", lambda name: record)
    settings = forecasting.RECIPES["jena-GRU"]
    parts, unit, _ = forecasting.windows(settings)
    for name, (windows, answers) in parts.items():
        assert windows.shape[1:] == (48, 1)
        assert np.allclose(unit * answers, 24, atol=1e-6)
        said = forecasting.baselines(parts, name, settings)
        assert np.allclose(unit * said["last_steps"], 24, atol=1e-6)
        assert not said["last_value"].any()


@pytest.mark.slow
def test_a_convolution_reads_the_minimal_pairs():
    words = ("--recipe", "reviews-conv", "--change", "epochs=3")
    (result,) = quick("sentiment", *words)["results"]
    (seed,) = result["seeds"]
    assert result["data"].startswith("reviews (synthetic)")
    assert seed["pairs_percent"] > 90 and seed["plain_percent"] > 95


def test_readers_are_chosen_on_what_does_not_train():
    reviews = sentiment.data.load("reviews")
    for measured_on in ("validation", "test"):
        (texts, labels), judged = sentiment.parts(reviews, measured_on)
        assert judged.name == measured_on and len(texts) == len(labels)
        assert not set(texts) & set(judged.x)
    assert len(texts) == 4_000  # the same as in the lesson


def test_a_bag_has_each_known_word_once_and_others_the_last_words():
    texts = ["an odd film a film", "film a"]
    settings = sentiment.RECIPES["reviews-bag"] | {"words": 4, "length": 3}
    known = sentiment.vocabulary(texts, settings)
    assert known.words[2:] == ("a", "film")
    rows = sentiment.numbered(texts, known, settings)
    assert rows.tolist() == [[2, 3], [3, 2]]
    rows = sentiment.numbered(texts, known, settings | {"kind": "GRU"})
    assert rows.tolist() == [[3, 2, 3], [3, 2, 0]]


def test_groups_of_neighbours_are_words_of_a_bag_of_bigrams():
    found = sentiment.grams("Not a dull film", 2)
    assert found[4:] == ["not a", "a dull", "dull film"]


@pytest.mark.slow
def test_a_tagger_is_trained_on_the_bundled_sentences():
    (result,) = quick("tagging", "--recipe", "both")["results"]
    (seed,) = result["seeds"]
    assert result["data"].startswith("tagged (synthetic)")
    assert seed["accuracy_known"] > 80  # one epoch; one tag for all: 19


def test_recipes_of_taggers_differ_in_what_they_see_only():
    seen = {(of["context"], of["letters"]) for of in tagging.RECIPES.values()}
    assert len(seen) == len(tagging.RECIPES)
    common = [
        of.items() - tagging.SEES[n].items()
        for n, of in tagging.RECIPES.items()
    ]
    assert all(one == common[0] for one in common)


@pytest.mark.slow
def test_the_residual_network_learns_the_bundled_pictures():
    (result,) = quick("hundred_classes", "--choose")["results"]
    (seed,) = result["seeds"]
    assert result["data"].startswith("objects100 (synthetic)")
    assert seed["top1"] > 40 and seed["top5"] > 70


def test_a_hundred_classes_are_chosen_on_what_is_held_out(monkeypatch):
    kept = {}
    monkeypatch.setattr(
        hundred_classes.measuring,
        "run_recipes",
        lambda *words: kept.update(words[1]),
    )
    for choose, split in ((False, "test"), (True, "validation")):
        hundred_classes.main(["cpu"], 1, False, choose, False, None)
        assert kept["cpu"]["measured_on"] == split
        assert kept["cpu"]["data"] == "cifar100"


def test_captions_are_measured_on_the_split_that_is_asked_for(monkeypatch):
    kept = {}
    monkeypatch.setattr(
        flickr8k.measuring, "run_recipes", lambda *words: kept.update(words[1])
    )
    for choose, split in ((False, "test"), (True, "validation")):
        flickr8k.main(["large"], 1, False, choose, False, None)
        assert kept["large"]["measured_on"] == split
        assert kept["large"]["data"] == "flickr8k"


@pytest.mark.slow
def test_the_same_seed_gives_the_same_result_twice():
    found = []
    for _ in range(2):
        settings = zipcode.RECIPES["modern"] | zipcode.QUICK
        settings |= {"measured_on": "test", "epochs": 2}
        found.append(zipcode.run(settings, 5, lambda fraction: None))
    assert found[0] == found[1]


def test_choosing_never_measures_on_test_digits_nor_on_trained_ones(
    monkeypatch,
):
    digits = zipcode.data.load("digits", size=16)
    settings = {"data": "digits", "measured_on": "training halves"}
    _, jobs = zipcode.parts(settings)
    measured = np.concatenate([x_last for _, _, x_last, _ in jobs])
    train = (digits.train.x / 127.5 - 1).astype("float32")
    assert len(measured) == len(train)
    keys = [{image.tobytes() for image in part} for part in (train, measured)]
    assert keys[0] == keys[1]
    for x, y, x_last, y_last in jobs:
        trained = {image.tobytes() for image in x}
        assert not trained & {image.tobytes() for image in x_last}
        assert len(x) == len(y) and len(x_last) == len(y_last)


def test_final_runs_train_on_all_training_digits_and_measure_on_the_test():
    digits = zipcode.data.load("digits", size=16)
    settings = {"data": "digits", "measured_on": "test"}
    _, ((x, y, x_last, y_last),) = zipcode.parts(settings)
    np.testing.assert_array_equal(np.rint((x + 1) * 127.5), digits.train.x)
    np.testing.assert_array_equal(y, digits.train.y)
    np.testing.assert_array_equal(y_last, digits.test.y)
    assert len(x_last) == len(digits.test)
    assert x.min() == -1 and x.max() == 1


def test_rejecting_counts_the_least_share_that_leaves_few_enough_errors():
    rng = np.random.default_rng(0)
    labels = rng.integers(10, size=400)
    outputs = rng.normal(size=(400, 10))
    outputs[np.arange(400), labels] += 4
    found = zipcode.scores(outputs, labels)
    wrong = outputs.argmax(1) != labels
    assert found["mistakes"] == wrong.sum() > 0
    assert found["error_percent"] == 100 * wrong.mean()
    second = np.partition(outputs, -2, axis=1)[:, -2]
    gap = outputs.max(1) - second
    for percent in zipcode.REJECT_FOR:
        # Every threshold tried, the plain way.
        shares = [
            np.mean(gap < threshold)
            for threshold in [0, *gap]
            if wrong[gap >= threshold].mean() <= percent / 100
        ]
        expected = round(100 * min(shares), 2)
        assert found[f"reject_percent_for_{percent}"] == expected


def test_rejecting_everything_is_the_answer_when_the_surest_is_wrong():
    outputs = np.eye(10)[[1, 2]] * [[9.0], [1.0]]
    found = zipcode.scores(outputs, np.array([0, 2]))
    assert found["reject_percent_for_1"] == 100


def test_a_picture_moved_by_a_pixel_loses_an_edge_and_gains_background():
    image = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    down = zipcode.placed(image, 1, 0)[0, ..., 0]
    np.testing.assert_array_equal(down[0], [-1] * 4)
    np.testing.assert_array_equal(down[1:], image[0, :3, :, 0])
    left = zipcode.placed(image, 0, -1)[0, ..., 0]
    np.testing.assert_array_equal(left[:, -1], [-1] * 4)
    np.testing.assert_array_equal(left[:, :3], image[0, :, 1:, 0])
    np.testing.assert_array_equal(zipcode.placed(image, 0, 0), image)


@pytest.mark.slow
def test_the_compiled_loop_of_captions_says_what_the_slow_one_says():
    settings = scenes_captions.RECIPES["attend"] | {"epochs": 1}
    found = scenes_captions.run(settings, 0, lambda fraction: None)
    assert found["bleu_1"] > found["bleu_4"] > 20  # run compares the words


@pytest.mark.slow
def test_the_recurrent_layers_are_timed_in_each_way():
    words = [f"--recipe=LSTM-{way}-20" for way in recurrent_speed.WAYS]
    results = quick("recurrent_speed", *words)["results"]
    assert [r["settings"]["way"] for r in results] == [*recurrent_speed.WAYS]
    for result in results:
        (seed,) = result["seeds"]
        assert seed["update_milliseconds"] > 0
        # 4 sums of 2 inputs, 32 states and a bias; 32 weights and a bias.
        assert result["parameters"] == 4 * 32 * (2 + 32 + 1) + 33


def test_every_layer_is_timed_in_every_way_on_short_and_long_sequences():
    ways = {
        (r["layer"], r["way"], r["steps"])
        for r in recurrent_speed.RECIPES.values()
    }
    assert len(ways) == len(recurrent_speed.RECIPES) == 3 * 3 * 2


def test_the_timed_task_adds_the_two_marked_numbers():
    settings = {"batch": 4, "updates": 5, "steps": 7}
    x, y = recurrent_speed.adding(settings, np.random.default_rng(0))
    assert x.shape == (20, 7, 2) and (x[..., 1].sum(axis=1) == 2).all()
    assert np.allclose(x.prod(axis=-1).sum(axis=1), y[:, 0], atol=1e-6)


@pytest.mark.slow
def test_deep_stacks_and_modules_are_trained_on_the_bundled_digits():
    words = [f"--recipe={name}" for name in ("shortcut-8", "inception")]
    for result in quick("landmarks", *words)["results"]:
        (seed,) = result["seeds"]
        assert result["data"].startswith("digits (real)")
        assert seed["training_error_percent"] < 80
        assert 0 < seed["fit_cpu_seconds"] < seed["cpu_seconds"]


def test_a_shortcut_adds_no_parameters_to_a_stack():
    counts = [
        landmarks.stack(landmarks.RECIPES[f"{name}-14"]).count_params()
        for name in ("plain", "shortcut")
    ]
    assert (
        counts[0]
        == counts[1]
        == 12 * 9 + 12 + 12 * (12 * 12 * 9 + 12) + 13 * 4 * 12 + 13 * 10
    )


@pytest.mark.slow
def test_a_writer_of_the_tales_is_better_than_no_idea():
    (result,) = quick("writing", "--recipe", "shakespeare")["results"]
    (seed,) = result["seeds"]
    assert result["data"].startswith("text (synthetic)")
    assert seed["bits_3_grams"] < seed["bits_1_grams"] < 4.5
    assert seed["bits_validation"] < 4.5
    assert seed["bits_mixed_validation"] <= seed["bits_validation"]


@pytest.mark.slow
def test_the_compiled_loop_is_twenty_times_as_fast_as_predict():
    result = writing.run_speed(writing.SPEED | {"written": 60}, seed=0)
    assert result["ratio"] > 20


@pytest.mark.slow
def test_a_reader_of_films_tells_different_poses_after_one_epoch():
    (result,) = quick("videos", "--recipe", "poses-conv_lstm")["results"]
    (seed,) = result["seeds"]
    assert result["data"].startswith("poses (synthetic)")
    assert seed["new_performers"] > 70


def test_the_control_moves_frames_within_their_film_only():
    rng = np.random.default_rng(0)
    x = rng.random((4, 6, 2, 2, 1))
    poses = np.where(np.arange(6) < [[6], [3], [4], [2]], 1, -1)
    x[poses < 0] = 0
    mixed = videos.Part(x, np.zeros(4), poses).mixed(rng)
    assert np.array_equal(mixed.poses, poses)
    for film, other in zip(x, mixed.x, strict=True):
        before, after = (
            sorted(f.tobytes() for f in frames) for frames in (film, other)
        )
        assert before == after
        assert film.any(axis=(1, 2, 3)).sum() == (
            other.any(axis=(1, 2, 3)).argmin() or 6
        )
    assert not np.array_equal(mixed.x, x)


@pytest.mark.slow
def test_a_captioner_without_recurrence_looks_at_what_it_names():
    settings = where_next.BASE | where_next.RECIPES["transformer"]
    found = where_next.run(settings | {"epochs": 1}, 0, lambda fraction: None)
    assert found["parameters"] == 65_720
    assert found["inside_percent"] > 2 * found["chance_percent"]
    assert found["bleu_4"] > 30
