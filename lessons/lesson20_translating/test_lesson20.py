"""Lesson 20 against loops, Keras and broken files."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit import data, lessons
from coursekit.errors import CourseError
from coursekit.vocabulary import END

answers = lessons.module("20", "exercises")
networks = lessons.module("20", "networks")
own_pairs = lessons.module("20", "own_pairs")


@pytest.fixture(scope="module")
def own(lesson_functions):
    import keras
    from keras import layers, ops

    names = {"np": np, "keras": keras, "layers": layers, "ops": ops}
    return lesson_functions("20", **names, START=2, END=3)


# ------------------------------------------------------------- the gaps


@settings(deadline=None, max_examples=25)
@given(
    st.integers(1, 4), st.integers(1, 6), st.integers(1, 5), st.integers(0, 99)
)
def test_attention_is_a_loop_over_real_words(own, t, s, d, seed):
    rng = np.random.default_rng(seed)
    queries, keys = rng.normal(size=(2, t, d)), rng.normal(size=(2, s, d))
    values = rng.normal(size=(2, s, 3))
    real = rng.integers(1, s + 1, 2)
    keep = np.arange(s) < real[:, np.newaxis]
    weights, contexts = own["good_dot_attention"](queries, keys, values, keep)
    for n in range(2):
        for k in range(t):
            e = [math.exp(queries[n, k] @ keys[n, j]) for j in range(real[n])]
            expected = np.array([*e, *[0] * (s - real[n])]) / sum(e)
            assert np.allclose(weights[n, k], expected)
            assert np.allclose(contexts[n, k], expected @ values[n])


def test_positions_that_are_as_far_apart_are_as_alike(own):
    table = own["good_positions"](30, 16)
    products = table @ table.T
    for apart in (1, 5, 12):
        assert np.ptp(np.diagonal(products, apart)) < 1e-9
    assert np.allclose(networks.positions(30, 16), table, atol=1e-6)


def test_heads_put_together_again_are_what_was_cut(own):
    x = np.random.default_rng(0).normal(size=(3, 5, 8))
    cut = own["good_heads"](x, 4)
    assert np.array_equal(cut.swapaxes(1, 2).reshape(x.shape), x)
    assert np.array_equal(cut[1, 2, 3], x[1, 3, 4:6])


def test_a_mask_as_wide_as_long_is_the_causal_one():
    assert (answers.looks_back(6, 6) == np.tril(np.ones((6, 6)))).all()
    assert answers.looks_back(6, 2).sum() == 6 + 5


def test_many_sentences_at_once_say_what_each_says_alone(own):
    rng = np.random.default_rng(6)
    table, tastes = rng.normal(size=(7, 7)), rng.normal(size=(30, 7))

    def step(words, taste):
        return table[words] + taste, taste[..., ::-1]

    together = own["say"](lambda rows: tastes[rows], step, np.arange(30), 6)
    module = networks.say(lambda rows: tastes[rows], step, np.arange(30), 6)
    assert np.array_equal(together, module)
    alone = [own["good_speak"](step, taste, 6) for taste in tastes]
    assert 0 < sum(len(said) < 6 for said in alone) < 30  # some end, some not
    for said, row in zip(alone, together, strict=True):
        assert [*said, END, 0, 0, 0, 0, 0, 0][:6] == row.tolist()


# ------------------------------------- the lesson's networks and the module's


def copied(one, other):
    one.set_weights(other.get_weights())


def rows(seed=0):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(2, 9, (3, 5)), rng.integers(4, 9, (3, 6))
    x[1, 3:] = x[2, 1:] = 0
    y[:, 0] = 2
    return x.astype("int32"), y.astype("int32")


@pytest.mark.parametrize("looks", [False, True])
def test_the_modules_lstms_are_those_of_the_lesson(own, looks):
    part = own["new_layers"](9, 9, 8)
    lessons_own = own["recurrent"](part, own["look"] if looks else None)
    theirs = networks.recurrent(9, 9, 8, looks)
    assert lessons_own.count_params() == theirs.model.count_params()
    copied(theirs.model, lessons_own)
    x, y = rows()
    assert np.allclose(lessons_own([x, y]), theirs.model([x, y]), atol=1e-5)
    begin, step = own["take_apart"](part, own["look"] if looks else None)
    state, other = begin(x), theirs.begin(x)
    for word in y.T:
        logits, state = step(word, state)
        expected, other = theirs.step(word, other)
        assert np.allclose(logits, expected, atol=1e-5)
    whole = np.array(theirs.model([x, y]))
    assert np.allclose(whole[:, -1], expected, atol=1e-5)


def test_a_transformer_says_step_by_step_what_it_says_at_once():
    found = networks.transformer(9, 9, 5, size=8, heads=2, blocks=2)
    x, y = rows(1)
    whole, state = np.array(found.model([x, y])), found.begin(x)
    for t, word in enumerate(y.T):
        logits, state = found.step(word, state)
        assert np.allclose(logits, whole[:, t], atol=1e-5)


@pytest.mark.parametrize("beam_width", [1, 2])
def test_a_few_at_once_say_what_all_say(beam_width):
    found = networks.transformer(9, 9, 5, size=8, heads=2)
    x, _ = rows(3)
    whole = found.translate(x, 6, beam_width)
    assert whole.shape == (3, 6)
    few = found.translate(x, 6, beam_width, at_once=2)
    assert np.array_equal(few, whole)


def test_the_modules_transformer_is_that_of_the_lesson(lesson_functions):
    import keras
    from keras import layers, ops

    lesson = lesson_functions(
        "20",
        **{"np": np, "keras": keras, "layers": layers, "ops": ops},
        **{"size": 8, "source": range(9), "target": range(9)},
        profile=SimpleNamespace(heads=2),
    )
    lesson["positions"] = lesson["good_positions"]
    _, _, mine = lesson["transformer"](5)
    theirs = networks.transformer(9, 9, 5, size=8, heads=2).model
    assert len(mine.weights) == len(theirs.weights)
    copied(theirs, mine)
    x, y = rows(4)
    assert np.allclose(mine([x, y]), theirs([x, y]), atol=1e-5)


def test_words_to_come_do_not_change_a_transformers_words():
    found = networks.transformer(9, 9, 5, size=8, heads=2)
    x, y = rows(2)
    before = np.array(found.model([x, y]))
    y[:, 3:] = 4
    after = np.array(found.model([x, y]))
    assert np.allclose(before[:, :3], after[:, :3], atol=1e-6)
    assert not np.allclose(before[:, 3:], after[:, 3:], atol=1e-3)


def test_a_longer_padding_changes_no_word_of_the_lstms():
    found = networks.recurrent(9, 9, 8)
    x, y = rows(3)
    longer = np.pad(x, ((0, 0), (0, 4)))
    one, other = found.model([x, y]), found.model([longer, y])
    assert np.allclose(one, other, atol=1e-5)


# ------------------------------------------------------------ your own pairs


def written(tmp_path, lines):
    path = tmp_path / "pairs.tsv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


GOOD = [f"word{k} and\tpalabra{k} y\tcredits" for k in range(120)]


def test_pairs_of_any_language_are_read_without_their_credits(tmp_path):
    lines = ["\ufeffHow are you?\tನೀವು ಹೇಗಿದ್ದೀರಿ?", "", *GOOD]
    pairs = own_pairs.read(written(tmp_path, lines))
    assert pairs[0] == ("How are you?", "ನೀವು ಹೇಗಿದ್ದೀರಿ?")
    assert pairs[1] == ("word0 and", "palabra0 y") and len(pairs) == 121


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("no tab here", "line 3: 'no tab here' is no pair"),
        ("one side\t", "line 3.*is no pair"),
        ("...\t!!!", "line 3.*is no pair"),
    ],
)
def test_a_line_that_is_no_pair_is_named(tmp_path, line, message):
    with pytest.raises(CourseError, match=message):
        own_pairs.read(written(tmp_path, [*GOOD[:2], line, *GOOD[2:]]))


def test_too_few_pairs_are_counted_and_long_ones_left_out(tmp_path, capsys):
    long = "a " * 21 + "\t" + "b"
    path = written(tmp_path, [*GOOD[:99], long])
    with pytest.raises(CourseError, match="99 pairs of at most 20 words"):
        own_pairs.read(path)
    assert "1 pairs with over 20 words" in capsys.readouterr().out


def test_no_source_is_on_both_sides():
    pairs = [(f"s{k % 60}", f"t{k}") for k in range(120)]
    train, test = own_pairs.parts(pairs)
    assert not {a for a, _ in train} & {a for a, _ in test}
    assert len(train) + len(test) == 120 and len(test) == 12


def test_one_source_for_all_is_refused():
    with pytest.raises(CourseError, match="same source"):
        own_pairs.parts([("same", str(k)) for k in range(100)])


def test_a_report_on_easy_pairs_says_how_many_are_right(tmp_path, capsys):
    first, second = "red big old new hot wet", "car sun dog cup hat"
    lines = [
        f"{a} {b} {c}\t{b.upper()} {a.upper()} {c.upper()}"
        for a in first.split()
        for b in second.split()
        for c in first.split()
    ]
    found = own_pairs.report(written(tmp_path, lines), epochs=12, size=32)
    assert found["right"] > 0.8
    assert "162 pairs to train, 18 to test" in capsys.readouterr().out


# ------------------------------------------------------------ the alignments


def test_aligned_places_lie_in_their_sentences():
    from coursekit.vocabulary import words

    test = data.load("pairs").test
    rows = zip(test.x, test.y, test.extra["alignments"], strict=True)
    for english, spanish, alignment in rows:
        assert len(alignment) in (0, len(words(spanish)))
        places = {place for own in alignment for place in own}
        assert places <= set(range(len(words(english))))
