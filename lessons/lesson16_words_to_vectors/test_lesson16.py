"""Lesson 16 against plain loops, autodiff and broken files."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit import lessons
from coursekit.errors import CourseError
from coursekit.exercises.engine import judge
from coursekit.vocabulary import Vocabulary

answers = lessons.module("16", "exercises")
figures = lessons.module("16", "figures")
networks = lessons.module("16", "networks")
own_reviews = lessons.module("16", "own_reviews")


class Profile:
    seed = 3


@pytest.fixture(scope="module")
def own(lesson_functions):
    import keras
    from keras import layers, ops

    names = {"np": np, "keras": keras, "layers": layers, "ops": ops}
    names |= {"itertools": itertools, "profile": Profile}
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    known = Vocabulary([f"word{k}" for k in range(38)], ("<pad>", "<unk>"))
    return lesson_functions("16", **names, vocabulary=known, loss=loss)


@pytest.mark.parametrize(
    "text",
    [
        "[[2 8 3 9 4 0 0]",
        "20 tokens, 16 different words",
        "one-hot   (20, 10000), 800 kB",
        "embedded  (20, 16), 1.28 kB",
        "160,000 parameters, 16 rows with a gradient",
        "loss 2.440",
        "16.2  the lesson goes on with the good answer",
        "pairs 0.500",
    ],
)
def test_the_lesson_prints_its_numbers(lesson_text, text):
    assert text in lesson_text("16")


# ------------------------------------------------------------- the gaps


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 999), st.integers(1, 6), st.integers(1, 5))
def test_the_gradients_of_a_pair_are_those_autodiff_gives(seed, rows, size):
    import tensorflow as tf

    rng = np.random.default_rng(seed)
    v, U = rng.standard_normal(size), rng.standard_normal((rows, size))
    start = tf.Variable(v), tf.Variable(U)
    target = np.eye(rows)[0]
    with tf.GradientTape() as tape:
        scores = tf.linalg.matvec(start[1], start[0])
        costs = tf.nn.sigmoid_cross_entropy_with_logits(target, scores)
        total = tf.reduce_sum(costs)
    loss, of_v, of_U = answers.pair_gradients(v, U)
    theirs = tape.gradient(total, start)
    assert loss == pytest.approx(float(total))
    assert np.allclose(of_v, theirs[0]) and np.allclose(of_U, theirs[1])


def test_the_gradient_of_the_whole_softmax_is_autodiffs():
    import tensorflow as tf

    rng = np.random.default_rng(0)
    V, U = rng.standard_normal((5, 3)), rng.standard_normal((7, 3))
    target = rng.integers(0, 7, 5)
    start = tf.Variable(V)
    with tf.GradientTape() as tape:
        costs = tf.nn.sparse_softmax_cross_entropy_with_logits(
            target, start @ U.T
        )
        total = tf.reduce_mean(costs)
    ours = answers.softmax_gradient(V, U, target)
    assert np.allclose(ours, tape.gradient(total, start))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.sampled_from("abcde"), max_size=6), min_size=1))
def test_encode_gives_the_rows_of_the_kits_vocabulary(texts):
    known = Vocabulary(["b", "a", "e"], ("<pad>", "<unk>"))
    number = {word: known.number[word] for word in "bae"}
    rows, mask = answers.encode(texts, number, 4)
    assert np.array_equal(rows, known.encode(texts, 4))
    lengths = [min(len(text), 4) for text in texts]
    assert mask.sum(axis=1).tolist() == lengths


def test_pairs_may_be_an_array_also_where_there_are_none():
    (exercise,) = (e for e in answers.EXERCISES if e.id == "16.5")

    def as_array(numbers, window):
        found = answers.skipgram_pairs(numbers, window)
        return np.array(found).reshape(-1, 2)

    def flat(numbers, window):
        return list(itertools.chain(*answers.skipgram_pairs(numbers, window)))

    assert judge(exercise, as_array).state == "correct"
    assert judge(exercise, flat).state == "not yet"


def test_a_masked_mean_is_the_mean_of_each_text_alone():
    rng = np.random.default_rng(1)
    vectors, lengths = rng.standard_normal((6, 5, 3)), [5, 1, 3, 2, 4, 5]
    mask = np.arange(5) < np.array(lengths)[:, np.newaxis]
    ours = answers.masked_mean(vectors, mask)
    for mean, some, count in zip(ours, vectors, lengths, strict=True):
        assert np.allclose(mean, some[:count].mean(axis=0))


# ---------------------------------------------- the lesson and its module


def rows_of(seed=0, texts=30, length=12):
    rng = np.random.default_rng(seed)
    rows = rng.integers(1, 40, (texts, length)).astype("int32")
    for row, count in zip(rows, rng.integers(3, length, texts), strict=True):
        row[count:] = 0
    return rows


@pytest.mark.parametrize("kind", networks.KINDS)
def test_no_answer_depends_on_how_far_a_row_is_padded(kind):
    model = networks.network(kind, 40, size=4, units=6)
    rows = rows_of()
    more = np.pad(rows, ((0, 0), (0, 9)))
    assert np.allclose(model(rows), model(more), atol=1e-5)


@pytest.mark.parametrize("kind", ["bag", "average"])
def test_readers_without_order_answer_alike_to_any_order(kind):
    model = networks.network(kind, 40, size=4)
    row = np.array([[5, 9, 3, 9, 20]])
    other = np.array([[9, 20, 9, 5, 3]])
    assert np.allclose(model(row), model(other), atol=1e-6)


@pytest.mark.parametrize(
    "kind", ["conv", "SimpleRNN", "LSTM", "BiLSTM", "GRU"]
)
def test_readers_with_order_do_not(kind):
    model = networks.network(kind, 40, size=8)
    row = np.array([[5, 9, 3, 9, 20]])
    assert not np.allclose(model(row), model(row[:, ::-1]), atol=1e-6)


def test_two_units_and_the_largest_over_time_get_all_four_of_distance():
    """The second part of the lesson's question to derive."""
    good, bad, right, wrong, said = range(2, 7)
    kernel = np.zeros((5, 5, 2))
    kernel[2, [good - 2, wrong - 2], 0] = 1
    kernel[2, [bad - 2, right - 2], 1] = 1
    table = np.concatenate([np.zeros((2, 5)), np.eye(5)])
    model = networks.network("conv", 7, size=5, units=2)
    weight, bias = np.ones((2, 1)), np.array([-1.5])
    model.set_weights([table, kernel, np.zeros(2), weight, bias])
    rows = [
        [said, promise, said, said, said, said, said, verdict, 0]
        for promise in (good, bad)
        for verdict in (right, wrong)
    ]
    scores = np.array(model(np.array(rows)))[:, 0]
    assert (scores > 0).tolist() == [True, False, False, True]


@pytest.mark.parametrize("kind", networks.KINDS[1:])
def test_the_lessons_network_is_the_modules(own, kind):
    ours, theirs = own["network"](kind), networks.network(kind, 40)
    theirs.set_weights(ours.get_weights())
    rows = rows_of()
    assert np.allclose(ours(rows), theirs(rows), atol=1e-6)


def test_frozen_vectors_stay_and_learned_ones_move(own):
    frozen = np.ones((40, 5), "float32")
    for vectors in (frozen, None):
        model = own["network"]("average", vectors)
        model.compile("sgd", "mse")
        before = model.get_weights()[0]
        model.fit(rows_of(), np.ones(30), verbose=0)
        same = np.array_equal(before, model.get_weights()[0])
        assert same == (vectors is not None)


def test_the_pairs_of_all_rows_are_those_of_each_row(own):
    rows = rows_of()
    everything = np.ones(40)
    rng = np.random.default_rng(0)
    ours = networks.pairs(rows, 2, everything, rng)
    plain = [p for row in rows for p in answers.skipgram_pairs(row, 2)]
    assert sorted(map(tuple, ours.tolist())) == sorted(
        (int(a), int(b)) for a, b in plain
    )
    own["x_train"] = rows
    assert np.array_equal(ours, own["pairs"](2, everything, rng))


def test_the_lessons_vectors_are_the_modules(own):
    rows = rows_of(texts=200)
    count = np.bincount(rows.ravel(), minlength=40)
    count[0] = 0
    frequency = count / count.sum()
    own |= {"x_train": rows, "count": count}
    own["kept"] = np.minimum(1, np.sqrt(1e-3 / np.maximum(frequency, 1e-9)))
    ours = own["trained_vectors"](2, size=3)
    theirs = networks.skip_gram_vectors(rows, 40, size=3, seed=3)
    assert np.allclose(ours, theirs, atol=1e-6)


def test_vectors_from_counts_put_words_of_equal_company_together(own):
    row = np.array([[2, 3, 4, 0], [2, 5, 4, 0], [6, 7, 8, 9]] * 20)
    own |= {"x_train": row, "rng": np.random.default_rng(0)}
    units = own["unit_rows"](own["svd_vectors"](1, size=3))
    assert units[3] @ units[5] > 0.99
    assert abs(units[3] @ units[7]) < 0.01


def test_the_nearest_word_is_neither_padding_nor_one_left_out(own):
    table = np.random.default_rng(5).standard_normal((40, 3))
    found = own["nearest"](table, own["unit_rows"](table)[7], 3, [7])
    cosines = [
        table[k] @ table[7] / np.linalg.norm(table[k]) for k in range(40)
    ]
    rest = sorted(set(range(2, 40)) - {7}, key=lambda k: -cosines[k])
    assert found == [own["vocabulary"].words[k] for k in rest[:3]]


def test_a_word_that_is_made_unknown_leaves_the_others(own):
    def model(rows):
        return (rows * [1.0, 10, 100, 1000]).sum(axis=1)[:, np.newaxis]

    score, fall = own["occlusion"](model, np.array([4, 3, 2, 0]))
    assert score == 234
    assert fall.tolist() == [3, 20, 100]


# ----------------------------------------------------- your own reviews


def written(folder, lines, encoding="utf-8"):
    path = folder / "mine.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def some(count=30, good="A fine film {}", bad="A dull film {}"):
    yes = [f"{good.format(k)},yes" for k in range(count)]
    no = [f"{bad.format(k)},no" for k in range(count)]
    return ["review,liked", *yes, *no]


def test_a_file_is_read_whatever_its_language_and_columns(tmp_path):
    lines = ["id,liked,review"]
    for k in range(20):
        lines += [f'{k},1,"ಚೆನ್ನಾಗಿದೆ, {k}"', f"{k},0,ಬೇಡ 🙂 {k}"]
    path = written(tmp_path, lines)
    texts, labels, names = own_reviews.read(path, "review", "liked")
    assert texts[0] == "ಚೆನ್ನಾಗಿದೆ, 0" and names == ("0", "1")
    assert labels.tolist() == [1, 0] * 20


def test_a_text_may_go_over_several_lines(tmp_path):
    lines = [*some(20), '"A fine', 'film",yes']
    texts, _, _ = own_reviews.read(written(tmp_path, lines), "review", "liked")
    assert texts[-1] == "A fine\nfilm"


@pytest.mark.parametrize("sign", ["\x85", "\u2028", "\x0c", "\x1e"])
def test_signs_that_look_like_line_ends_to_python_end_no_review(
    tmp_path, sign
):
    path = written(tmp_path, [*some(20), f"A fine{sign}film,yes"])
    texts, labels, _ = own_reviews.read(path, "review", "liked")
    assert texts[-1] == f"A fine{sign}film" and len(labels) == 41


BROKEN = {
    "is empty": [""],
    "names no column 'review'; it has ['text', 'liked']": ["text,liked"],
    "names no column 'liked'": ["review,label", "Fine,yes"],
    "it has ['review;liked']": ["review;liked", "Fine;yes"],
    "has 0 different labels": ["review,liked"],
    "has 1 different labels (yes)": ["review,liked", *["Fine.,yes"] * 40],
    "has 3 different labels": [*some(), "So so,perhaps"],
    "line 62, has no words": [*some(), ",yes"],
    "line 62, has no words ('--- !')": [*some(), "--- !,yes"],
    "line 62, has no label": [*some(), "Fine,"],
    "line 62, has 5 columns": [*some(), "Fine, fine, fine, fine,yes"],
    "has 5 different reviews labelled 'no'": some()[:36],
    "has 1 different reviews labelled": [*some(1), *some(1)[1:] * 40],
    "line 62, has no label ('NaN')": [*some(), "Fine,NaN"],
    "line 62, has no words ('NaN')": [*some(), "NaN,yes"],
    "line 62, is not CSV": [*some(), '"never closed' + "x" * 200_000],
}


@pytest.mark.parametrize("message", BROKEN)
def test_what_does_not_fit_is_said_with_its_place(tmp_path, message):
    path = written(tmp_path, BROKEN[message])
    with pytest.raises(CourseError) as caught:
        own_reviews.report(path, "review", "liked")
    assert message in caught.value.message
    assert str(path) in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize("epochs", [0, 1.5])
def test_epochs_are_a_whole_number(tmp_path, epochs):
    with pytest.raises(CourseError, match="is no number of epochs"):
        own_reviews.report(written(tmp_path, some()), epochs=epochs)


def test_another_encoding_is_said_with_its_line(tmp_path):
    path = written(tmp_path, [*some(), "Caf\u00e9,yes"], "cp1252")
    with pytest.raises(CourseError, match="line 62, is not UTF-8"):
        own_reviews.read(path, "review", "liked")


def test_a_file_that_is_not_there_and_one_that_is_too_large(
    tmp_path, monkeypatch
):
    with pytest.raises(CourseError, match="cannot be read"):
        own_reviews.read(tmp_path / "none.csv")
    monkeypatch.setattr(own_reviews, "LARGEST", 10)
    with pytest.raises(CourseError, match="expected are 0 at most"):
        own_reviews.read(written(tmp_path, some()))


def test_equal_texts_are_not_in_both_parts_and_plain_moods_are_learned(
    tmp_path, capsys
):
    path = written(tmp_path, [*some(60), *some(60)[1:]])
    shares = own_reviews.report(path, "review", "liked", epochs=3)
    assert shares["bag"] > 0.9 > shares["majority"]
    assert "96 to train, 24 to test" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "   ", "?!", None, 7])
def test_a_sentence_needs_words(text):
    with pytest.raises(CourseError, match="has no words"):
        own_reviews.sentence(text, Vocabulary(["a"], ("<pad>", "<unk>")), 5)


def test_a_sentence_of_unknown_words_only_is_refused():
    known = Vocabulary(["film"], ("<pad>", "<unk>"))
    with pytest.raises(CourseError, match="was in the training"):
        own_reviews.sentence("zebra", known, 5)
    assert own_reviews.sentence("A film", known, 3).tolist() == [1, 2, 0]


# ------------------------------------------------------------ the figures


def test_the_figures_say_what_they_show_without_what_training_decides():
    known = Vocabulary(["a", "b", "c"], ("<pad>", "<unk>"))
    table = np.random.default_rng(0).standard_normal((5, 4))
    figure = figures.plane(table, known, {"one": ["a", "b"], "two": ["c"]})
    assert "2 one, 1 two" in figure.summary
    readers = {"bag": (0.5, np.array([1.0, -2.0])), "LSTM": (1, np.ones(2))}
    figure = figures.occluded(["not", "bad"], readers)
    assert figure.trained == "bag 0.5, most by 'bad'; LSTM 1.0, most by 'not'."
