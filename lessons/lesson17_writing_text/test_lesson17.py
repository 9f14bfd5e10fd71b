"""Lesson 17 against brute force, autodiff's log-softmax and broken files."""

import io
import itertools
import wave

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit import data, lessons
from coursekit.errors import CourseError

answers = lessons.module("17", "exercises")
figures = lessons.module("17", "figures")
lm = lessons.module("17", "language_model")
own_text = lessons.module("17", "own_text")
sound = lessons.module("17", "sound")


@pytest.fixture(scope="module")
def own(lesson_functions):
    import random
    import re
    from collections import Counter, defaultdict

    from keras import layers, ops

    names = {"np": np, "keras": keras, "layers": layers, "ops": ops}
    names |= {"Counter": Counter, "defaultdict": defaultdict}
    names |= {"random": random, "re": re}
    own = lesson_functions("17", **names)
    for name in ("shifted", "pick", "write"):
        own[name] = own[f"good_{name}"]
    return own


@pytest.fixture(scope="module")
def tiny():
    """A small network with large weights, so that nothing is alike."""
    keras.utils.set_random_seed(17)
    model = lm.network(7, 5, embedding=3)
    rng = np.random.default_rng(17)
    model.set_weights([rng.standard_normal(w.shape) for w in model.weights])
    return model


@pytest.mark.parametrize(
    "text",
    [
        "mean 2.25 bits, 1.560 nats",
        "perplexity 2^2.25 = e^1.560 = 4.76",
        "P(b|a) = 0.3661",
        "17.1  the lesson goes on with the good answer",
        "17.3  the lesson goes on with the good answer",
        "1.5 nats = 2.16 bits",
        "latin.txt, line 2, is not UTF-8 text",
        "the same 15 and 250 characters",
    ],
)
def test_the_lesson_prints_its_numbers(lesson_text, text):
    assert text in lesson_text("17")


# ------------------------------------------------------------- counting


@settings(deadline=None, max_examples=30)
@given(st.text("abc", min_size=1, max_size=30), st.text("abcd", max_size=3))
def test_backing_off_gives_probabilities_that_sum_to_one(text, context):
    counts = lm.NGrams(text, 4, 4)
    each = [counts.probability(context, c) for c in "abcd"]
    assert sum(each) == pytest.approx(1)
    assert min(each) > 0


def test_the_lessons_counts_are_those_of_its_module(own):
    text, new = data.load("text").train.x[:4000], "Once a fox said: no."
    counts = lm.NGrams(text, 4, 60)
    found = own["count_contexts"](text, 3)
    for place, character in enumerate(new):
        context = new[max(0, place - 3) : place]
        ours = own["probability"](found, context, character, 60)
        assert ours == pytest.approx(counts.probability(context, character))


def test_bits_of_uniform_counts_are_the_logarithm_of_their_number():
    assert lm.NGrams("", 1, 8).bits("abc") == pytest.approx(3)


def test_a_text_by_counts_has_only_runs_that_were_counted(own):
    source = data.load("text").train.x[:5000].replace("\n", " ")
    text = own["write_by_counts"](source, 3, 200)
    runs = {text[k : k + 4] for k in range(len(text) - 3)}
    assert len(text) == 200 and all(run in source for run in runs)


# ------------------------------------------------------------- the gaps


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 60), st.integers(1, 9))
def test_each_answer_is_the_character_after_its_input(count, length):
    x, y = answers.shifted(np.arange(count), length)
    assert np.array_equal(x.ravel() + 1, y.ravel())
    assert np.array_equal(x.ravel(), np.arange(x.size))
    assert count - 1 - x.size < length
    assert np.array_equal(x, lm.windows(np.arange(count), length)[0])


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_evenly_spread_numbers_draw_each_character_by_its_share(temperature):
    logits = np.array([0.3, -1.0, 2.0, 0.0])
    us = (np.arange(10_000) + 0.5) / 10_000
    drawn = [answers.pick(logits, temperature, u) for u in us]
    shares = keras.ops.softmax(logits / temperature)
    shares = keras.ops.convert_to_numpy(shares)
    assert np.allclose(np.bincount(drawn) / 10_000, shares, atol=2e-4)


def test_streams_go_on_in_the_same_row_of_the_next_batch():
    x, y = lm.streams(np.arange(1000), 10, batch=4)
    batches = x.reshape(-1, 4, 10)
    for one, later in itertools.pairwise(batches):
        assert np.array_equal(one[:, -1] + 1, later[:, 0])
    assert np.array_equal(x + 1, y)


def test_the_lessons_streams_are_those_of_its_module(own):
    codes = np.arange(700)
    ours = [own["in_streams"](p, 8) for p in answers.shifted(codes, 16)]
    theirs = lm.streams(codes, 16, batch=8)
    assert all(map(np.array_equal, ours, theirs))


# ---------------------------------------------------- network and loops


def test_the_step_in_numpy_is_keras_layer(own, tiny):
    numbers = np.array([1, 4, 2, 6, 0, 3], "int32")
    step, state, ours = own["stepper"](tiny), None, []
    for number in numbers:
        logits, state = step(number, state)
        ours.append(logits)
    theirs = keras.ops.convert_to_numpy(tiny(numbers[np.newaxis]))[0]
    assert np.allclose(ours, theirs, atol=1e-4)
    assert np.array_equal(lm.stepper(tiny)(3)[0], own["stepper"](tiny)(3)[0])


@pytest.mark.parametrize("temperature", [0.7, 1.0])
def test_all_loops_write_the_same_characters(own, tiny, temperature):
    us, start = np.random.default_rng(3).random(40), np.array([2, 5])

    def choose(logits, u):
        return answers.pick(logits, temperature, u)

    by_step = answers.write(own["stepper"](tiny), choose, start, us)
    by_loop = lm.writer(tiny, temperature)(start, us)
    assert by_loop == by_step
    asked = lm.write_with_predict(tiny, start, temperature, us[:6])
    assert asked == by_step[:6]
    assert len(set(by_step)) > 3


def test_the_lessons_writing_cell_is_that_of_the_module(own, tiny):
    import ast

    import jupytext
    from keras import layers, ops

    path = lessons.folder("17") / "lesson.py"
    names = {"layers": layers, "ops": ops}
    for cell in jupytext.read(path, fmt="py:percent").cells:
        if cell.source.startswith("class WritingCell"):
            ast.parse(cell.source)
            exec(cell.source, names)
    steps = keras.Input((None, 2))
    cell = names["WritingCell"](tiny)
    loop = keras.Model(steps, layers.RNN(cell, return_sequences=True)(steps))
    us = np.random.default_rng(4).random(30)
    given = np.stack([np.r_[0, us], np.r_[3, 0 * us]], axis=-1)[np.newaxis]
    drawn = loop.predict(given.astype("float32"), verbose=0)[0, 1:, 0] - 1
    assert drawn.astype(int).tolist() == lm.writer(tiny)([2], us)


def test_bits_of_a_network_are_the_mean_of_minus_log2(own, tiny):
    codes = np.random.default_rng(5).integers(0, 7, 101)
    x, y = lm.windows(codes, 25)
    chances = keras.ops.convert_to_numpy(keras.ops.softmax(tiny(x)))
    right = [
        p[c]
        for row, to in zip(chances, y, strict=True)
        for p, c in zip(row, to, strict=True)
    ]
    expected = -np.mean(np.log2(right))
    assert lm.bits(tiny, codes, pieces=4) == pytest.approx(expected, abs=1e-5)
    ours = own["surprises_of"](tiny, codes, pieces=4).mean()
    assert ours == pytest.approx(expected, abs=1e-5)


def test_a_network_learns_what_follows(own):
    codes = np.tile([1, 2, 3, 4], 400).astype("int32")
    model = lm.trained(codes, 5, 8, updates=100, seed=0)
    assert lm.bits(model, codes, pieces=4) < 0.1


# ----------------------------------------------- rules, copies and tunes


def test_top_k_draws_only_the_likeliest(own):
    logits = np.array([0.0, 3.0, 1.0, 2.0, -1.0])
    us = np.linspace(0, 0.999, 50)
    assert {own["top_k"](logits, u, 2) for u in us} == {1, 3}


@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_top_p_draws_only_from_the_nucleus(own, share):
    chances = np.array([0.1, 0.5, 0.25, 0.15])
    kept = np.flatnonzero(answers.nucleus(chances, share))
    us = np.linspace(0, 0.999, 200)
    drawn = {own["top_p"](np.log(chances), u, share) for u in us}
    assert drawn == set(kept.tolist())


@settings(deadline=None, max_examples=60)
@given(st.text("ab c", max_size=14), st.text("ab c", max_size=14))
def test_the_longest_run_is_that_of_all_pairs(own, text, source):
    runs = [
        stop - start
        for start in range(len(text) + 1)
        for stop in range(start, len(text) + 1)
        if text[start:stop] in source
    ]
    assert own["longest_run"](text, source) == max(runs)


def test_the_share_copied_counts_runs_of_that_length(own):
    source = "abcdefghijklmnopqrstuvwxyz"
    assert own["copied"](source[3:], source) == 1
    assert own["copied"](source[:20] + "!", source) == 0.5
    assert own["copied"](source[::-1], source) == 0


def test_a_loop_is_found_at_the_end_of_a_text(own):
    assert own["loop_length"]("once abcabcabc") == 3
    assert own["loop_length"]("abcdefgh") == 0


def test_the_eighths_of_a_bar_are_counted_up_to_its_end(own):
    counted = own["eighths"]("C2E6|c1\n").tolist()
    assert counted == [0, 2, 2, 8, 0, 0, 1, 1]


def test_the_corpus_keeps_the_rules_that_are_counted(own):
    songs = data.load("melodies").train.x
    assert own["kept_rules"]("\n" + songs + "\n") == (1, 1, 1)
    broken = "\nC2C2C2|" * 8 + "\n"
    assert own["kept_rules"](broken)[0] == 0


def test_the_bits_of_a_text_are_those_of_its_probability():
    first = np.array([0.5, 0.25, 0.25])
    table = np.array([[0.5, 0.5, 0], [0.25, 0.25, 0.5], [0.5, 0.25, 0.25]])
    # 1/2, then 1/2, then 1/2, then 1/4: five bits over four characters.
    numbers = np.array([0, 1, 2, 1])
    assert answers.bits_of_text(first, table, numbers) == 5 / 4


def test_the_best_mixture_is_no_worse_than_either_alone():
    rng = np.random.default_rng(6)
    p, q = rng.random(200), rng.random(200)
    w = answers.best_mixture(p, q)
    mixed = -np.log2(w * p + (1 - w) * q).mean()
    assert mixed <= min(-np.log2(p).mean(), -np.log2(q).mean()) + 1e-12


# ---------------------------------------------------------------- sound


def test_a_tune_is_a_wav_of_its_length_and_pitch():
    content = sound.wav("A8|")
    with wave.open(io.BytesIO(content)) as file:
        rate, count = file.getframerate(), file.getnframes()
        samples = np.frombuffer(file.readframes(count), "uint8") - 128.0
    assert count / rate == pytest.approx(8 * sound.EIGHTH, abs=0.001)
    loudest = np.abs(np.fft.rfft(samples)).argmax() * rate / count
    assert loudest == pytest.approx(440, abs=2)


def test_no_tune_of_the_corpus_is_larger_than_100_kilobytes():
    for tune in data.load("melodies").train.x.splitlines()[:30]:
        assert 44 < len(sound.wav(tune)) <= 100_000
    assert len(sound.wav("C4" * 200)) <= 100_000


def test_the_summary_of_a_tune_has_one_length_and_says_what_is_heard():
    one, other = map(repr, map(sound.Tune, ("C2E2g4|", "C8|" * 12)))
    assert one.startswith("a tune of  1 bars,   3 notes from C to g")
    assert one.endswith(",  1.4 of  1.4 seconds")
    assert repr(sound.Tune("C8|" * 12)).endswith("12.0 of 17.3 seconds")
    assert len(one) == len(other)
    assert "0 notes" in repr(sound.Tune("||"))


def test_notes_are_half_tones_of_a_scale_in_c():
    assert sound.frequency("A") == 440
    assert sound.frequency("c") == pytest.approx(2 * sound.frequency("C"))
    assert sound.frequency("C") == pytest.approx(261.63, abs=0.01)


# ------------------------------------------------------------- own texts


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty, expected is a running text"),
        (b" \n\n ", "is empty"),
        (b"Once upon a time.", r"has 17 characters, expected are 2,000"),
        ("so\nsch\u00f6n".encode("latin-1"), "line 2, is not UTF-8"),
        (b"a\nb\0" * 900, "line 2, holds a zero"),
        (b"a" * 3000, "made of 1 different characters"),
        (b"abc " * 1_100_000, "has 4 MB, expected are 3 at most"),
    ],
)
def test_a_file_that_does_not_fit_is_named_with_what_was_expected(
    tmp_path, content, message
):
    path = tmp_path / "mine.txt"
    path.write_bytes(content)
    with pytest.raises(CourseError, match=message) as caught:
        own_text.read(path)
    assert str(path) in str(caught.value)
    assert "What to do" in str(caught.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(CourseError, match="none.txt cannot be read"):
        own_text.read(tmp_path / "none.txt")
    with pytest.raises(CourseError, match="is a folder"):
        own_text.read(tmp_path)


def test_a_number_of_updates_below_one_is_refused(tmp_path):
    with pytest.raises(CourseError, match="updates=0"):
        own_text.report(tmp_path / "mine.txt", updates=0)


@pytest.mark.parametrize(
    "text",
    [
        "ನಮಸ್ಕಾರ, ಹೇಗಿದ್ದೀರಿ? ",
        "e\u0301te\u0301 \U0001f600\U0001f468\u200d\U0001f469 ",
        "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd ",
    ],
)
def test_any_language_survives(tmp_path, text, capsys):
    path = tmp_path / "mine.txt"
    path.write_bytes((text * 200).encode())
    bits = own_text.report(path, updates=20, units=8, length=30)
    assert set(bits) >= {"all alike", "counts, 5 back", "GRU"}
    assert bits["counts, 5 back"] < bits["all alike"]
    assert 2 ** bits["all alike"] == pytest.approx(len(set(text)) + 1)
    assert "0 unknown" in capsys.readouterr().out


def test_lines_of_windows_and_its_mark_at_the_beginning_are_no_characters(
    tmp_path,
):
    path = tmp_path / "mine.txt"
    path.write_bytes(("\ufeff" + "one line\r\n" * 300).encode())
    assert own_text.read(path) == "one line\n" * 300


# --------------------------------------------------------------- figures


def test_the_figures_say_what_they_show_without_times():
    figure = figures.after_a_slip([2.0, 1, 1, 1, 0.5, 0.1])
    assert "2.0 at the next character" in figure.summary
    figure = figures.loop_times({"slow": 0.1, "fast": 0.001})
    assert figure.timed and "0.1" not in figure.summary
    figure = figures.coloured_text("a|b|", np.array([0.5, -1, 0.7, -0.6]))
    assert "0.6 on average right before each |, -0.8 at it" in figure.summary


def test_each_character_of_a_coloured_text_lies_on_its_own_value():
    text = "ab\ncd efg"
    values = np.arange(len(text)) / 10
    figure = figures.coloured_text(text, values, width=4, mark=" ").figure
    axes = figure.axes[0]
    grid = axes.images[0].get_array()
    for drawn in axes.texts:
        column, row = map(int, drawn.get_position())
        assert grid[row, column] == values[text.index(drawn.get_text())]
