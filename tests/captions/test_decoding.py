"""The compiled loops against enumeration of a whole small language."""

from itertools import product

import numpy as np
import pytest

from coursekit.backend import import_keras
from coursekit.captions import decoding
from coursekit.vocabulary import END, PAD, START

WORDS = 7  # four special ones and three to say
MAX_LENGTH = 4


@pytest.fixture(scope="module")
def tf():
    import_keras()
    import tensorflow

    return tensorflow


@pytest.fixture(scope="module")
def tables():
    """Probabilities (pictures, time, word before, next word)."""
    rng = np.random.default_rng(5)
    table = rng.random((6, MAX_LENGTH, WORDS, WORDS)) ** 3
    table[..., [PAD, 1, START]] = 0
    table[:, -1, :, END] = 1.0  # the last word is <end> for certain
    table[:, -1, :, 4:] = 0
    return table / table.sum(axis=-1, keepdims=True)


@pytest.fixture(scope="module")
def language(tf, tables):
    """begin and step of a captioner with one table a picture."""
    logs = tf.constant(np.log(tables + 1e-30), "float32")

    def begin(pictures):
        return pictures, tf.zeros_like(pictures)  # which picture, how far

    def step(words, state):
        picture, time = state
        here = tf.stack([picture, time, words], axis=1)
        return tf.gather_nd(logs, here), (picture, time + 1)

    return begin, step


def sentences():
    """All sentences of the language, as tuples that end with <end>."""
    for size in range(MAX_LENGTH):
        for said in product(range(4, WORDS), repeat=size):
            yield (*said, END)


def log_probability(table, sentence):
    before = (START, *sentence[:-1])
    return sum(
        np.log(table[time, last, word] + 1e-30)
        for time, (last, word) in enumerate(zip(before, sentence, strict=True))
    )


def padded(sentence):
    return list(sentence) + [PAD] * (MAX_LENGTH - len(sentence))


def test_greedy_takes_the_likeliest_word_each_time(tf, tables, language):
    said = decoding.greedy_search(*language, MAX_LENGTH)(tf.range(6)).numpy()
    for table, row in zip(tables, said, strict=True):
        word, expected = START, []
        while word != END:
            word = int(table[len(expected), word].argmax())
            expected.append(word)
        assert row.tolist() == padded(expected)


@pytest.mark.parametrize("alpha", [0.0, 0.7])
def test_a_wide_beam_finds_the_best_of_all_sentences(
    tf, tables, language, alpha
):
    search = decoding.beam_search(
        *language, MAX_LENGTH, beam_width=60, length_penalty=alpha
    )
    said, scores = (np.array(out) for out in search(tf.range(6)))
    for table, rows, values in zip(tables, said, scores, strict=True):
        ranked = sorted(
            (
                (log_probability(table, s) / len(s) ** alpha, s)
                for s in sentences()
            ),
            reverse=True,
        )
        assert values[:3] == pytest.approx([v for v, _ in ranked[:3]], 1e-4)
        assert rows[0].tolist() == padded(ranked[0][1])


def test_one_beam_is_greedy(tf, language):
    said, _ = decoding.beam_search(*language, MAX_LENGTH, beam_width=1)(
        tf.range(6)
    )
    greedy = decoding.greedy_search(*language, MAX_LENGTH)(tf.range(6))
    assert np.array_equal(said[:, 0], greedy)


def test_a_beam_never_scores_below_greedy(tf, tables, language):
    said = decoding.greedy_search(*language, MAX_LENGTH)(tf.range(6)).numpy()
    _, scores = decoding.beam_search(
        *language, MAX_LENGTH, 2, length_penalty=0
    )(tf.range(6))
    for table, row, score in zip(tables, said, scores[:, 0], strict=True):
        sentence = [int(word) for word in row if word != PAD]
        assert score >= log_probability(table, sentence) - 1e-4


def test_the_scores_of_a_beam_are_the_sentences_own(tf, tables, language):
    search = decoding.beam_search(
        *language, MAX_LENGTH, beam_width=3, length_penalty=1.0
    )
    said, scores = (np.array(out) for out in search(tf.range(6)))
    for table, rows, values in zip(tables, said, scores, strict=True):
        assert (np.diff(values) <= 0).all()
        for row, value in zip(rows, values, strict=True):
            sentence = [int(word) for word in row if word != PAD]
            own = log_probability(table, sentence) / len(sentence)
            assert value == pytest.approx(own, abs=1e-4)


def test_drawn_first_words_have_their_probabilities(tf, tables, language):
    draw = decoding.sample(*language, MAX_LENGTH)
    said = draw(tf.fill([4000], 2), seed=3).numpy()
    share = np.bincount(said[:, 0], minlength=WORDS) / 4000
    assert np.abs(share - tables[2, 0, START]).max() < 0.03


def test_a_low_temperature_draws_the_likeliest_word(tf, language):
    cold = decoding.sample(*language, MAX_LENGTH, temperature=0.01)
    greedy = decoding.greedy_search(*language, MAX_LENGTH)
    assert np.array_equal(cold(tf.range(6)), greedy(tf.range(6)))


def test_the_same_seed_draws_the_same_and_another_does_not(tf, language):
    draw = decoding.sample(*language, MAX_LENGTH)
    pictures = tf.fill([50], 1)
    assert np.array_equal(draw(pictures, 7), draw(pictures, 7))
    assert not np.array_equal(draw(pictures, 7), draw(pictures, 8))


def test_what_is_watched_comes_with_the_words(tf, language):
    def watch(state):
        picture, time = state
        return tf.cast(tf.stack([picture, time], axis=1), "float32")

    loop = decoding.greedy_search(*language, MAX_LENGTH, watch)
    said, seen = (np.array(out) for out in loop(tf.range(6)))
    assert seen.shape == (6, MAX_LENGTH, 2)
    for k in range(6):
        length = (said[k] != PAD).sum()
        assert seen[k, :length, 0].tolist() == [k] * length
        assert seen[k, :length, 1].tolist() == list(range(1, length + 1))


def test_the_loop_stops_when_all_sentences_have_ended(tf):
    steps = []

    def step(words, state):
        tf.py_function(lambda: steps.append(1), [], [])
        count = tf.shape(words)[0]
        return tf.one_hot(tf.fill([count], END), WORDS), state

    loop = decoding.greedy_search(lambda p: (p,), step, max_length=20)
    said = loop(tf.range(3)).numpy()
    assert len(steps) == 1
    assert said[:, 0].tolist() == [END] * 3 and (said[:, 1:] == PAD).all()
