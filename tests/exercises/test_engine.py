"""Judging answers: fair, helpful, and never raising."""

import linecache
import sys
import time
import warnings

import numpy as np
import pytest
import tensorflow as tf

from coursekit import exercises
from coursekit.exercises import engine
from coursekit.exercises.engine import Case, Exercise, Mistake


def make(**changes):
    parts = {
        "id": "90.1",
        "title": "Twice",
        "level": "core",
        "reference": lambda x: 2 * x,
        "cases": (Case(0.0), Case(np.array([1.0, 2.0]))),
        "hints": ("a", "b", "c"),
        "mistakes": (Mistake(lambda x: x**2, "You squared."),),
        "explanation": "Two times.",
    }
    return Exercise(**(parts | changes))


def make_value(value, **changes):
    mistakes = changes.pop("mistakes", (Mistake(-1, "Less than none."),))
    return make(reference=value, cases=(), mistakes=mistakes, **changes)


def said(answer, exercise=None, **changes):
    """The message to an answer that is not yet right."""
    verdict = engine.judge(exercise or make(**changes), answer)
    assert verdict.state == "not yet"
    return verdict.message


def cell(name, text, namespace):
    """Run code as a notebook cell runs: its lines only in linecache."""
    lines = text.splitlines(keepends=True)
    linecache.cache[name] = (len(text), None, lines, name)
    exec(compile(text, name, "exec"), namespace)


# ------------------------------------------------------- which case is shown


def test_the_smallest_failing_case_is_shown():
    text = said(lambda x: x + 1)
    assert text == "for 0 you returned 1, expected 0"


def test_a_case_that_is_right_is_passed_over():
    text = said(lambda x: x**2 / 1.0)
    assert text.startswith("for [1., 2.] you returned [1., 4.], expected [2.")


def test_each_case_is_called_once():
    seen = []

    def answer(x):
        seen.append(x)
        return x + 1

    engine.judge(make(), answer)
    assert len(seen) == 2


def test_a_known_mistake_is_diagnosed_only_if_it_agrees_everywhere():
    assert said(lambda x: x * x).endswith("\nYou squared.")
    assert "You squared." not in said(lambda x: x + 1)
    assert "You squared." not in said(lambda x: np.sum(x) * 0 + x)


def test_mistakes_agree_in_nan_and_in_the_type_of_error():
    def divided(x):
        return np.asarray(x) / 0

    def by_name(x):
        return {}[str(x)]

    mistakes = (Mistake(divided, "Zero."), Mistake(by_name, "No key."))
    assert "Zero." in said(lambda x: np.divide(x, 0), mistakes=mistakes)
    assert "No key." in said(lambda x: {}["other"], mistakes=mistakes)

    def by_place(x):
        return [][9]

    assert "No key." not in said(by_place, mistakes=mistakes)


def test_a_reference_that_raises_asks_for_that_error():
    def positive(x):
        if x < 0:
            raise ValueError("negative")
        return x

    exercise = make(reference=positive, cases=(Case(1), Case(-1)))
    assert engine.judge(exercise, positive).state == "correct"
    assert "ValueError should be raised" in said(lambda x: x, exercise)

    def other(x):
        return x if x > 0 else x.no

    assert "your code raised AttributeError" in said(other, exercise)


# ------------------------------------------------------- errors and inputs


def test_only_the_learners_own_warnings_are_shown(recwarn):
    def noisy(x):
        warnings.warn("not yours", RuntimeWarning, stacklevel=1)
        return x

    exercise = make(mistakes=(Mistake(noisy, "Noisy."),))
    assert "Noisy." in said(lambda x: x, exercise)
    assert not recwarn.list
    assert "Noisy." in said(noisy, exercise)
    assert {str(w.message) for w in recwarn.list} == {"not yours"}


def test_an_error_is_the_learners_with_their_line():
    def answer(x):
        y = x + 1
        return y.no_such_thing

    text = said(answer)
    assert "your code raised AttributeError" in text
    assert ", in answer: return y.no_such_thing" in text
    assert "engine.py" not in text


@pytest.mark.parametrize(
    "names",
    [
        ("/tmp/ipykernel_7/123.py", "/tmp/ipykernel_7/456.py"),
        ("<ipython-input-1-abc>", "<ipython-input-2-def>"),
    ],
)
def test_the_line_is_found_in_the_notebook_cell_that_failed(names):
    namespace = {"np": np}
    helper = "def helper(x):\n    return np.ones(3) @ np.ones(2)\n"
    cell(names[0], helper, namespace)
    cell(names[1], "def f(x):\n    y = x\n    return helper(y)\n", namespace)
    text = said(namespace["f"])
    assert text.splitlines()[1] == (
        "  line 2, in helper: return np.ones(3) @ np.ones(2)"
    )


def test_the_line_is_the_learners_when_a_library_raises():
    def answer(x):
        return np.concatenate([np.ones((2, 2)), np.ones(3)], axis=x)

    def outside(x):
        return np.linalg.inv(np.zeros((2, 2)))

    assert "in answer: return np.concatenate" in said(answer)
    assert "in outside: return np.linalg.inv" in said(outside)


def test_a_callable_object_is_an_answer_too():
    class Answer:
        def __call__(self, x):
            return x.missing

    assert "in __call__: return x.missing" in said(Answer())


def test_of_a_long_message_the_telling_line_is_shown():
    message = (
        "Exception encountered when calling Dense.call().\n\n"
        "\x1b[1mThe last axis is 3.\x1b[0m\n\n"
        "Arguments received by Dense.call():\n  • training=False"
    )

    def answer(x):
        raise ValueError(message)

    first = said(answer).splitlines()[0]
    assert first.endswith("raised ValueError: The last axis is 3.")


def test_a_call_with_the_wrong_arguments_is_told_without_a_line():
    text = said(lambda: 3)
    assert "TypeError" in text and "takes 0 positional arguments" in text
    assert "\n" not in text


def test_a_call_of_exit_is_an_error_like_others():
    text = said(lambda x: sys.exit())
    assert text.startswith("for 0 your code raised SystemExit\n  line")
    exercise = make(
        reference=lambda x: lambda: 2 * x,
        mistakes=(Mistake(lambda x: lambda: x, "Not doubled."),),
        summarise=lambda result: result(),
    )
    assert "not the kind of thing" in said(lambda x: sys.exit, exercise)


def test_a_long_error_is_clipped():
    def answer(x):
        raise ValueError("x" * 1_000_000)

    assert len(said(answer)) < 1000


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("tf.reshape(x, (7, 7))", "raised ValueError: Cannot reshape"),
        ("x.no_such_thing", "raised AttributeError: 'SymbolicTensor'"),
        ("tf.debugging.assert_less(x, x)", "InvalidArgumentError: assertion"),
    ],
)
def test_an_error_inside_a_graph_is_told_with_the_learners_line(line, words):
    text = f"import tensorflow as tf\n\n@tf.function\ndef f(x):\n    {line}\n"
    namespace = {}
    cell(f"/tmp/ipykernel_8/{len(line)}.py", text, namespace)
    told = said(namespace["f"], cases=(Case(tf.ones(2)),)).splitlines()
    assert words in told[0]
    assert told[1] == f"  line 5, in f: {line}"


def test_an_interrupt_is_not_swallowed():
    def answer(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.judge(make(), answer)


def test_a_changed_input_is_noticed():
    def answer(x):
        x *= 2
        return x

    text = said(answer)
    assert "the result is right" in text and "changed its input" in text


def test_a_changed_input_is_told_with_a_wrong_result():
    def answer(x):
        if np.ndim(x):
            x += 1
        return x * 2

    assert "also changed its input" in said(answer)


@pytest.mark.parametrize(
    ("given", "spoil"),
    [
        ([3, 1, 2], list.sort),
        ({"a": 1}, dict.clear),
        ([np.zeros(2)], lambda x: x[0].fill(7)),
        ({1, 2}, set.clear),
    ],
)
def test_changes_inside_lists_dicts_and_sets_are_noticed(given, spoil):
    def answer(x):
        count = len(x)
        spoil(x)
        return count

    exercise = make(reference=len, cases=(Case(given), Case(x=given)))
    exercise = make(reference=lambda x: len(x), cases=exercise.cases)
    assert "changed its input" in said(answer, exercise)
    assert engine.judge(exercise, lambda x: len(x)).state == "correct"


def test_arguments_that_cannot_be_compared_count_as_unchanged():
    layers = [object(), object()]  # as a list of layers: no == of their own
    exercise = make(reference=lambda x: len(x), cases=(Case(layers),))
    assert engine.judge(exercise, lambda x: len(x)).state == "correct"


def test_the_cases_are_not_spoiled_by_a_change():
    exercise = make()

    def answer(x):
        x *= 2
        return x

    engine.judge(exercise, answer)
    assert exercise.cases[1].args[0].tolist() == [1.0, 2.0]


# ------------------------------------------------------- stubs, None, values


def stub_with_docstring(x):
    """Twice x."""
    ...  # your code here


def stub_with_pass(x):
    pass


def stub_that_returns_none(x):
    return None


def stub_that_returns_dots(x):
    return ...


@pytest.mark.parametrize(
    "answer",
    [
        None,
        ...,
        (..., ...),
        [1, ...],
        stub_with_docstring,
        stub_with_pass,
        stub_that_returns_none,
        stub_that_returns_dots,
    ],
)
def test_what_nobody_has_touched_is_not_attempted(answer):
    assert engine.judge(make(), answer).state == "not attempted"
    assert engine.judge(make_value(3), answer).state == "not attempted"


def test_a_real_body_is_never_taken_for_a_stub():
    def constant(x):
        return 0

    def documented(x):
        """Say something."""
        return 1

    def raising(x):
        raise NotImplementedError

    def silent(x):
        y = 2 * x  # noqa: F841

    for answer in (constant, documented, raising, silent, len, Case):
        assert not engine.untouched(answer)
    assert said(silent).endswith("None: did you forget return?")


def test_a_mistake_that_returns_nothing_is_not_asked_about_return():
    def nothing(x):
        _ = x

    mistakes = (Mistake(nothing, "You printed it."),)
    text = said(lambda x: print(end=""), mistakes=mistakes)
    assert text == "for 0 your function returned None\nYou printed it."


def test_a_call_in_place_of_the_function_is_noticed():
    assert "the function itself" in said(5)


def test_a_callable_result_in_place_of_the_function_is_noticed():
    class Model:
        size = 6

        def __call__(self, picture):
            raise AssertionError("a model is not called as an answer")

    exercise = make(
        reference=Model,
        cases=(Case(),),
        summarise=lambda model: model.size + 0,
        mistakes=(Mistake(lambda: 5, "Not a model."),),
    )
    assert "the function itself" in said(Model(), exercise)
    assert engine.judge(exercise, lambda: Model()).state == "correct"


def test_values_are_judged_without_giving_the_answer_away():
    exercise = make_value(456, mistakes=(Mistake(156, "For one channel."),))
    assert said(156, exercise) == "156. For one channel."
    assert said(7, exercise) == "7 is not it."
    assert engine.judge(exercise, np.int64(456)).state == "correct"


@pytest.mark.parametrize(
    ("value", "answer", "words"),
    [
        ((5, 2), 7, "7 is not it: give 2 values."),
        ((5, 2), [5, 3], "[5, 3] is not it."),
        ((5, 2), np.array([5, 3]), "[5, 3] is not it."),
        (5, "5", "'5' is not it: give a number."),
        (5, lambda: 5, "<function> is not it: give a number."),
        ("same", 1, "1 is not it: give text in quotes."),
        (True, 3, "3 is not it: give True or False."),
        (2 / 3, 0.667, "0.667 is not it, but close: give more digits."),
        (np.eye(2), 1, "1 is not it: give an array of shape (2, 2)."),
    ],
)
def test_a_value_of_another_kind_is_told_which_is_asked(value, answer, words):
    assert said(answer, make_value(value)) == words


# ------------------------------------------------------- summaries


def test_summaries_are_compared_in_place_of_results():
    exercise = make(
        reference=lambda n: {"size": n, "name": "mine"},
        cases=(Case(3),),
        summarise=lambda result: result["size"],
        mistakes=(Mistake(lambda n: {"size": n + 1}, "One too many."),),
    )
    assert engine.judge(exercise, lambda n: {"size": n}).state == "correct"
    assert "One too many." in said(lambda n: {"size": 1 + n}, exercise)
    assert "forget return" in said(lambda n: print(end=""), exercise)


def test_a_result_that_cannot_be_summarised_is_of_another_kind():
    exercise = make(
        reference=lambda n: {"size": n},
        cases=(Case(3),),
        summarise=lambda result: result["size"],
        mistakes=(Mistake(lambda n: [n], "A list, not a dict."),),
    )
    text = said(lambda n: n + 1, exercise)
    assert text.startswith("for 3 you returned 4, which is not the kind of")
    assert "A list" not in text
    assert "A list, not a dict." in said(lambda n: [n, n], exercise)


def test_a_call_without_arguments_needs_no_case_to_be_named():
    exercise = make(reference=lambda: 3, cases=(Case(),))
    assert said(lambda: 4, exercise) == "you returned 4, expected 3"


# ------------------------------------------------------- the exercise itself


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"id": "1.2"}, "id must look like"),
        ({"level": "hard"}, "level must be"),
        ({"title": ""}, "title and explanation"),
        ({"explanation": ""}, "title and explanation"),
        ({"hints": ("a", "b")}, "three hints"),
        ({"hints": ("a", "b", " ")}, "three hints"),
        ({"cases": ()}, "a function needs cases"),
        ({"reference": 3}, "a value has none"),
        ({"mistakes": ()}, "at least one"),
        ({"mistakes": (Mistake(3, "Three."),)}, "mistakes must be functions"),
    ],
)
def test_an_exercise_that_breaks_a_rule_is_refused(changes, rule):
    with pytest.raises(ValueError, match=rule):
        make(**changes)


def test_a_mistake_without_diagnosis_is_refused():
    with pytest.raises(ValueError, match="diagnosis"):
        Mistake(3, " ")


# ------------------------------------------------------- what a learner sees


def test_check_prints_the_verdict_in_plain_text(capsys):
    exercises.check("00.1", lambda x: 2 * x)
    exercises.check("00.1", lambda x: x + 2)
    exercises.check("00.1", ...)
    assert capsys.readouterr().out == (
        "00.1  correct - Twice a number\n"
        "00.1  not yet - for 0 you returned 2, expected 0\n"
        "You added two. Twice x is 2 * x.\n"
        'ck.hint("00.1") has a nudge.\n'
        "00.1  not attempted yet\n"
    )


def test_a_stopped_answer_is_told_in_a_sentence(capsys):
    def endless(x):
        raise KeyboardInterrupt

    exercises.check("00.1", endless)
    said = capsys.readouterr().out
    assert said.startswith("00.1  stopped.") and "loop" in said


def test_a_long_answer_is_told_how_to_stop_it(capsys, monkeypatch):
    monkeypatch.setattr(exercises, "_SLOW", 0.01)
    exercises.check("00.1", lambda x: time.sleep(0.2))
    assert "interrupt the kernel" in capsys.readouterr().out
    monkeypatch.setattr(exercises, "_SLOW", 0.2)
    exercises.check("00.1", lambda x: x)
    time.sleep(0.4)
    assert "interrupt" not in capsys.readouterr().out


def test_a_forgotten_answer_is_asked_for(capsys):
    exercises.check("00.3")
    said = capsys.readouterr().out
    assert "answer is missing" in said and 'ck.check("00.3", ' in said
    for forgetful in (exercises.check, exercises.hint, exercises.solution):
        forgetful()
        assert "There is no exercise ''" in capsys.readouterr().out


@pytest.mark.parametrize("identity", ["00.2", "11.1", "12.1", "12.2"])
def test_a_quiz_letter_is_sent_to_answer(identity, capsys):
    exercises.check(identity, "b")
    said = capsys.readouterr().out
    assert "not yet" in said and f'ck.answer("{identity}", "b")' in said
    exercises.check(identity, "beta")
    assert "ck.answer" not in capsys.readouterr().out


def test_the_solution_of_a_function_is_its_source(capsys):
    exercises.solution("00.1")
    printed = capsys.readouterr().out
    assert "def double(x):\n    return 2 * x\n" in printed
    assert "try again" in printed


def test_the_solution_of_a_value_is_the_value_and_how(capsys):
    exercises.solution("00.2")
    printed = capsys.readouterr().out
    assert "\n(32, 28)\n" in printed and "colons keep it" in printed


@pytest.mark.parametrize("wrong", ["77.1", "00.99", "x", "", None, 1.5, [0]])
def test_an_unknown_id_prints_the_known_ones(wrong, capsys):
    exercises.check(wrong, 1)
    exercises.hint(wrong)
    exercises.solution(wrong)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("There is no exercise") for line in lines)
    assert all("00" in line for line in lines)


# ------------------------------------------------------------- a filled gap


def lstm_parameters(inputs, units):
    return 4 * units * (inputs + units + 1)


def good_lstm_parameters(inputs, units):
    return 4 * (units * inputs + units**2 + units)


def test_a_right_answer_fills_its_gap(capsys):
    mine = exercises.yours_or_good(
        "14.3", lstm_parameters, good_lstm_parameters
    )
    assert mine is lstm_parameters
    assert "goes on with your answer" in capsys.readouterr().out


@pytest.mark.parametrize("answer", [None, lambda inputs, units: units])
def test_the_good_answer_fills_the_gap_of_an_untouched_or_wrong_one(
    answer, capsys
):
    for mine in (answer, good_lstm_parameters):  # a second run of the cell
        filled = exercises.yours_or_good("14.3", mine, good_lstm_parameters)
        assert filled is good_lstm_parameters
        assert "goes on with the good answer" in capsys.readouterr().out
