"""Seeds are counted, kept, reused and summed up as said."""

import json
import statistics
import sys

import pytest
import typer

import measuring
from coursekit.errors import CourseError

SETTINGS = {"epochs": 3}


@pytest.fixture(autouse=True)
def no_keras(monkeypatch):
    """What is tested here needs none, nor memory that others hold."""
    monkeypatch.setattr(measuring, "import_keras", lambda: None)
    monkeypatch.setattr(measuring, "free_memory", lambda: None)
    monkeypatch.setattr(sys, "argv", ["toy.py", "--seeds", "3", "--fresh"])


class Toy:
    """A benchmark that notes which seeds it was asked to run."""

    def __init__(self, fail_at=None):
        self.ran, self.fail_at = [], fail_at

    def __call__(self, settings, seed, report):
        if seed == self.fail_at:
            raise KeyboardInterrupt
        self.ran.append(seed)
        report(0.5)
        return {"data": "toy", "parameters": 7, "error": [2.0, 4.0, 9.0][seed]}


def document(capsys, toy, seeds=3, fresh=False, **changes):
    recipes = {"small": SETTINGS | changes}
    measuring.run_recipes("toy", recipes, toy, seeds, fresh)
    return json.loads(capsys.readouterr().out)


def test_standard_output_is_one_json_document_with_every_seed(capsys):
    found = document(capsys, Toy())
    (result,) = found["results"]
    assert found["command"] == "python benchmarks/toy.py --seeds 3"
    assert set(found["versions"]) == {"python", "tensorflow", "keras", "numpy"}
    assert result["recipe"] == "small"
    assert result["settings"] == SETTINGS
    assert (result["data"], result["parameters"]) == ("toy", 7)
    assert [seed["error"] for seed in result["seeds"]] == [2.0, 4.0, 9.0]
    for seed in result["seeds"]:
        assert seed["cpu_seconds"] >= 0
        assert seed["peak_memory_mb"] > 10


def test_mean_and_spread_are_those_of_the_statistics_module(capsys):
    (result,) = document(capsys, Toy())["results"]
    found = result["summary"]["error"]
    assert found["mean"] == 5.0
    assert found["sd"] == round(statistics.stdev([2, 4, 9]), 3)
    assert (found["min"], found["max"]) == (2.0, 9.0)


def test_one_seed_has_no_spread(capsys):
    (result,) = document(capsys, Toy(), seeds=1)["results"]
    assert result["summary"]["error"]["sd"] == 0


def test_an_interrupted_benchmark_goes_on_with_the_seeds_that_are_missing(
    capsys,
):
    with pytest.raises(KeyboardInterrupt):
        document(capsys, Toy(fail_at=2))
    toy = Toy()
    (result,) = document(capsys, toy)["results"]
    assert toy.ran == [2]
    assert [seed["error"] for seed in result["seeds"]] == [2.0, 4.0, 9.0]


def test_fresh_runs_every_seed_again(capsys):
    document(capsys, Toy())
    toy = Toy()
    document(capsys, toy, fresh=True)
    assert toy.ran == [0, 1, 2]


def test_other_settings_or_versions_use_nothing_stored(capsys, monkeypatch):
    document(capsys, Toy())
    toy = Toy()
    document(capsys, toy, epochs=4)
    assert toy.ran == [0, 1, 2]
    monkeypatch.setattr(measuring, "versions", lambda: {"keras": "99"})
    toy = Toy()
    document(capsys, toy)
    assert toy.ran == [0, 1, 2]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"seeds": 3}'])
def test_a_damaged_file_of_results_is_as_good_as_none(content):
    store = measuring.Store("toy", SETTINGS)
    store.write({"0": {"error": 1}})
    assert store.read() == {"0": {"error": 1}}
    store.path.write_text(content)
    assert store.read() == {}


def test_a_write_that_fails_keeps_the_old_file(monkeypatch):
    store = measuring.Store("toy", SETTINGS)
    store.write({"0": {"error": 1}})
    with pytest.raises(TypeError):
        store.write({"0": {"error": object()}})
    assert store.read() == {"0": {"error": 1}}


def test_missing_data_are_one_message_and_exit_code_1(capsys):
    def run(settings, seed, report):
        raise CourseError("There is no such set.", "bring it")

    with pytest.raises(typer.Exit) as stopped:
        measuring.run_recipes("toy", {"small": SETTINGS}, run, 1, False)
    assert stopped.value.exit_code == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "What to do: bring it" in printed.err


def test_recipes_and_settings_are_chosen_by_name():
    recipes = {"a": {"epochs": 1, "rates": [1, 2]}, "b": {"epochs": 2}}
    assert measuring.chosen(recipes, None, []) == recipes
    found = measuring.chosen(recipes, ["a"], ["epochs=5", "rates=[3, 4]"])
    assert found == {"a": {"epochs": 5, "rates": [3, 4]}}
    assert recipes["a"]["epochs"] == 1


@pytest.mark.parametrize(
    ("names", "changes"),
    [(["c"], []), (["a"], ["rate=1"]), (["a"], ["epochs=many"])],
)
def test_an_unknown_recipe_setting_or_value_is_refused(names, changes):
    with pytest.raises(typer.BadParameter):
        measuring.chosen({"a": {"epochs": 1}}, names, changes)
