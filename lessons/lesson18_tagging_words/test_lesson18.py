"""Lesson 18 against brute force, conlleval's rules and broken files."""

import itertools
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit import data, lessons
from coursekit.errors import CourseError
from coursekit.vocabulary import PAD, UNKNOWN

answers = lessons.module("18", "exercises")
networks = lessons.module("18", "networks")
own_sentences = lessons.module("18", "own_sentences")
figures = lessons.module("18", "figures")


@pytest.fixture(scope="module")
def own(lesson_functions):
    import collections

    import keras
    from keras import layers, ops

    from coursekit.vocabulary import Vocabulary

    names = {"np": np, "keras": keras, "layers": layers, "ops": ops}
    names |= {"Vocabulary": Vocabulary, "PAD": PAD, "UNKNOWN": UNKNOWN}

    class Profile:
        seed, epochs = 0, 1

    # A placeholder: the lesson's default argument needs a name.
    names |= {"masked_loss": None, "profile": Profile}
    names |= {"collections": collections}
    return lesson_functions("18", **names)


# ------------------------------------------------------------ the lesson


@pytest.mark.parametrize(
    "text",
    [
        "18.1  the lesson goes on with the good answer",
        "18.2  the lesson goes on with the good answer",
        "too short       true 1, said 1, right 0, F1 0.00",
        "two become one  true 2, said 1, right 0, F1 0.00",
        "a stray I-      true 1, said 1, right 1, F1 1.00",
        "kind changes    true 1, said 2, right 0, F1 0.00",
        "74.35",
    ],
)
def test_the_lesson_prints_its_numbers(lesson_text, text):
    assert text in lesson_text("18")


def test_the_lessons_network_is_that_of_the_benchmark(own):
    ours = own["tagger"]("both", 50, 9, letters=20)
    theirs = networks.tagger("both", 50, 9, 20)
    weights = [w.shape for w in ours.weights]
    assert weights == [w.shape for w in theirs.weights]
    rng = np.random.default_rng(0)
    values = [rng.normal(size=w).astype("float32") for w in weights]
    ours.set_weights(values)
    theirs.set_weights(values)
    words = np.array([[3, 4, 5, 0], [7, 1, 0, 0]])
    letters = rng.integers(0, 20, (2, 4, 16))
    said = [np.array(model([words, letters])) for model in (ours, theirs)]
    assert np.allclose(*said, atol=1e-6)


def test_the_lessons_letters_are_those_of_the_benchmark(own):
    split = data.load("tagged").validation
    words, letters = networks.vocabularies(split.x)
    own["spelling"] = letters
    length = max(map(len, split.x))
    theirs = networks.letter_rows(split.x, letters, length)
    assert np.array_equal(own["letters_of"](split), theirs)
    rows, tags = own["rows_of"](split, words)
    assert np.array_equal(rows, networks.word_rows(split.x, words, length))
    assert np.array_equal(tags, networks.tag_rows(split.y, length))


@pytest.mark.parametrize("context", ["none", "forward", "both"])
def test_what_is_said_of_a_sentence_does_not_depend_on_padding(context):
    model = networks.tagger(context, 30, 7, letters=12, units=8)
    rng = np.random.default_rng(1)
    words = rng.integers(1, 30, (2, 5))
    letters = rng.integers(0, 12, (2, 5, 16))
    short = np.array(model([words, letters]))
    more = np.pad(words, ((0, 0), (0, 9)))
    letters = np.pad(letters, ((0, 0), (0, 9), (0, 0)))
    assert np.allclose(
        short, np.array(model([more, letters]))[:, :5], atol=1e-6
    )


@pytest.mark.parametrize(
    ("context", "reach"),
    [("none", (2, 3)), ("forward", (2, 6)), ("both", (0, 6))],
)
def test_a_word_reaches_as_far_as_the_context_says(context, reach):
    model = networks.tagger(context, 30, 7, units=8)
    rows = np.array([[3, 4, 5, 6, 7, 8]])
    other = rows.copy()
    other[0, 2] = 9
    one, two = np.array(model(rows)), np.array(model(other))
    moved = np.flatnonzero(np.abs(one - two).max(axis=-1)[0] > 1e-7)
    assert moved.tolist() == list(range(*reach))


def test_the_masked_loss_is_the_mean_over_words_whatever_the_padding():
    rng = np.random.default_rng(2)
    tags = np.array([[3, 1, 0], [2, 0, 0]])
    said = rng.uniform(0.1, 1, (2, 3, 5))
    said /= said.sum(axis=-1, keepdims=True)
    words = [said[0, 0, 3], said[0, 1, 1], said[1, 0, 2]]
    wanted = -np.mean(np.log(words))
    for behind in (0, 4):
        y = np.pad(tags, ((0, 0), (0, behind)))
        p = np.pad(said, ((0, 0), (0, behind), (0, 0)), "edge")
        loss = float(networks.masked_loss(y, p.astype("float32")))
        assert loss == pytest.approx(wanted, rel=1e-5)


# ------------------------------------------------------------- the spans


def conlleval(tags):
    """The script's two questions, place by place: starts? ends?"""

    def parts(tag):
        return (tag[0], tag[2:])

    found, open_at = [], None
    before = ("O", "")
    for place, now in enumerate([*map(parts, tags), ("O", "")]):
        changed = before[1] != now[1]
        ends = before[0] != "O" and (now[0] in "BO" or changed)
        starts = now[0] == "B" or (
            now[0] == "I" and (before[0] == "O" or changed)
        )
        if ends:
            found.append((before[1], open_at, place))
        if starts:
            open_at = place
        before = now
    return found


TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]


@given(st.lists(st.sampled_from(TAGS), max_size=8))
def test_spans_are_those_of_conlleval(tags):
    assert answers.spans(tags) == conlleval(tags)


@given(st.lists(st.sampled_from(TAGS), max_size=8))
def test_a_stray_tag_is_one_that_continues_nothing(own, tags):
    begins = sum(tag[0] == "B" for tag in tags)
    assert own["stray"](tags) == len(answers.spans(tags)) - begins


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 999), st.integers(1, 5), st.integers(1, 4))
def test_viterbi_finds_what_trying_all_paths_finds(seed, words, tags):
    rng = np.random.default_rng(seed)
    scores, steps = (
        rng.normal(size=(words, tags)),
        rng.normal(size=(tags,) * 2),
    )

    def total(path):
        own = scores[np.arange(words), list(path)].sum()
        return own + sum(steps[a, b] for a, b in itertools.pairwise(path))

    best = max(itertools.product(range(tags), repeat=words), key=total)
    assert answers.viterbi(scores, steps) == list(best)


# ------------------------------------------------------ words and letters


def test_words_seen_once_are_unknown_and_test_words_never_counted():
    words, letters = networks.vocabularies([("a", "b", "a"), ("A", "c")])
    rows = networks.word_rows([("A", "b", "zz")], words, 4)
    assert rows.tolist() == [[2, UNKNOWN, UNKNOWN, PAD]]
    assert letters.words[2:] == ("a",)


@pytest.mark.parametrize(
    "word", ["ನೀವು", "हिन्दी", "שלום", "مرحبا", "👩‍👩‍👧", "naïve", "Ǻ"]
)
def test_composed_and_decomposed_words_are_the_same_word(word):
    one, other = (unicodedata.normalize(f, word) for f in ("NFC", "NFD"))
    assert networks.plain(one) == networks.plain(other)
    assert networks.spelled(one) == networks.spelled(other)


def test_a_long_word_keeps_its_first_and_last_letters():
    assert networks.spelled("abcdefghijklmnopqrstuvw") == "abcdefghpqrstuvw"
    assert networks.spelled("a" * 16) == "a" * 16


def test_forgetting_changes_words_only():
    rows = np.array([[5, 6, 7, 0]] * 2000)
    after = networks.forgotten(rows, 0.25, np.random.default_rng(3))
    assert (after[:, 3] == PAD).all()
    share = (after[:, :3] == UNKNOWN).mean()
    assert share == pytest.approx(0.25, abs=0.02)
    assert set(after[after != UNKNOWN]) == {0, 5, 6, 7}


def test_the_commonest_tag_is_counted_in_small_letters_rare_words_decide():
    best, other = networks.commonest(
        [("The", "bank"), ("the", "Bank"), ("bank", "Zoe")],
        [np.array([0, 1]), np.array([0, 2]), np.array([2, 3])],
    )
    assert best["the"] == 0 and best["bank"] == 2 and other == 3


@given(st.lists(st.integers(1, 80), min_size=1, max_size=30))
def test_groups_hold_each_sentence_once_in_rows_that_fit(sizes):
    sentences = [("w",) * size for size in sizes]
    tags = [np.zeros(size, int) for size in sizes]
    words, _ = networks.vocabularies([("w", "w")])
    groups = networks.grouped(sentences, tags, words, None)
    places = np.concatenate([places for _, _, places in groups])
    assert sorted(places) == list(range(len(sizes)))
    for (rows,), y, places in groups:
        assert ((rows > 0) == (y > 0)).all()
        assert (rows > 0).sum(axis=1).tolist() == [sizes[p] for p in places]


# ------------------------------------------------------- own sentences


def line(number, word, tag, xpos="_"):
    return "\t".join([str(number), word, "_", tag, xpos, *["_"] * 5])


def conllu(sentences):
    text = []
    for n, sentence in enumerate(sentences):
        text.append(f"# sent_id = {n}")
        text += [line(k, w, t) for k, (w, t) in enumerate(sentence, 1)]
        text.append("")
    return "\n".join(text)


def foreign(count=60):
    """Kannada, Arabic, Hebrew, emoji: nouns and verbs by their place."""
    nouns = ["ಮನೆ", "كتاب", "בית", "🏦", "é".encode().decode(), "घर"]
    verbs = ["ಹೋಗು", "يكتب", "הולך", "👩‍👩‍👧", "naïf", "जाता"]
    rng = np.random.default_rng(4)
    pairs = list(itertools.product(nouns, verbs, nouns))
    rng.shuffle(pairs)
    return [
        [(a, "NOUN"), (b, "VERB"), (c, "NOUN"), (".", "PUNCT")]
        for a, b, c in pairs[:count]
    ]


def test_sentences_of_any_script_are_read_and_tagged(tmp_path, capsys):
    path = tmp_path / "mine.conllu"
    path.write_text(conllu(foreign()), encoding="utf-8")
    sentences, tags = own_sentences.read(path)
    assert sentences[0] == tuple(w for w, _ in foreign()[0])
    found = own_sentences.report(path, epochs=25)
    assert found["tagger"] > 0.9
    assert "3 tags" in capsys.readouterr().out


def test_a_file_of_its_own_may_test_without_sentences_that_train(
    tmp_path, capsys
):
    train, test = tmp_path / "train.conllu", tmp_path / "test.conllu"
    rows = foreign()
    train.write_text(conllu(rows[:50]), encoding="utf-8")
    test.write_text(conllu(rows[45:]), encoding="utf-8")
    own_sentences.report(train, test=test, epochs=1)
    assert "50 sentences to train, 10 to test" in capsys.readouterr().out
    with pytest.raises(CourseError, match="holds no sentence"):
        own_sentences.report(train, test=train)


def test_contractions_empty_nodes_comments_and_marks_are_no_words(tmp_path):
    path = tmp_path / "mine.conllu"
    rows = ["# text = don't", line("1-2", "don't", "_"), line(1, "do", "AUX")]
    rows += [line(2, "n't", "PART"), line("2.1", "left", "_"), ""]
    path.write_text("\ufeff" + "\r\n".join(rows), encoding="utf-8")
    sentences, tags = own_sentences.read(path)
    assert sentences == [("do", "n't")] and tags == [("AUX", "PART")]


def test_the_other_column_can_be_asked_for(tmp_path):
    path = tmp_path / "mine.conllu"
    path.write_text(line(1, "do", "_", "VBP"), encoding="utf-8")
    assert own_sentences.read(path, "XPOS")[1] == [("VBP",)]


BROKEN = {
    "": "is empty",
    "1 They _ PRON": "line 1, has 1 columns, expected are 10",
    line(1, "a", "X") + "\nword\tX": "line 2, has 2 columns",
    line("They", "PRON", "_"): "line 1, begins with 'They'",
    line(1, " ", "X"): "line 1, has no word",
    line(1, "a", "X") + "\n" + line(2, "b", "_"): "line 2: 'b' has no tag",
    line(1, "a", "X"): "has 1 different sentences, expected are 40",
}


@pytest.mark.parametrize(("text", "message"), BROKEN.items())
def test_a_broken_file_is_said_with_its_line(tmp_path, text, message):
    path = tmp_path / "mine.conllu"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=message) as raised:
        own_sentences.report(path)
    assert "mine.conllu" in str(raised.value)
    assert raised.value.remedy


def test_a_file_of_another_encoding_is_said_with_its_line(tmp_path):
    path = tmp_path / "mine.conllu"
    path.write_bytes(
        line(1, "a", "X").encode()
        + b"\n"
        + line(2, "é", "X").encode("latin-1")
    )
    with pytest.raises(CourseError, match="line 2, is not UTF-8"):
        own_sentences.read(path)


@pytest.mark.parametrize("epochs", [-1, "five"])
def test_epochs_are_a_whole_number(tmp_path, epochs):
    with pytest.raises(CourseError, match="is no number of epochs"):
        own_sentences.report(tmp_path / "mine.conllu", epochs=epochs)


def test_one_tag_only_is_refused(tmp_path):
    path = tmp_path / "mine.conllu"
    rows = [[(f"w{n}", "NOUN"), (".", "NOUN")] for n in range(50)]
    path.write_text(conllu(rows), encoding="utf-8")
    with pytest.raises(CourseError, match="the one tag 'NOUN'"):
        own_sentences.report(path)


def test_a_missing_file_and_an_unknown_column_are_refused(tmp_path):
    with pytest.raises(CourseError, match="cannot be read"):
        own_sentences.read(tmp_path / "none.conllu")
    with pytest.raises(CourseError, match="column='LEMMA'"):
        own_sentences.read(tmp_path / "mine.conllu", "LEMMA")


def test_a_word_may_hold_a_character_that_ends_lines_elsewhere(tmp_path):
    path = tmp_path / "mine.conllu"
    path.write_text(line(1, "a\u2028b", "X"), encoding="utf-8")
    assert own_sentences.read(path)[0] == [("a\u2028b",)]


# ------------------------------------------------------------ the figures


def test_the_figure_of_readings_says_both_for_each_network():
    figure = figures.readings(
        {"a b": {"alone": (0.25, 0.75)}, "c b": {"alone": (0.5, 0.5)}},
        ["NOUN", "VERB"],
    )
    assert "a b: alone NOUN 0.25, VERB 0.75" in figure.summary


def test_the_confusion_names_the_most_frequent_error():
    counts = np.array([[0, 3, 0], [5, 0, 0], [0, 0, 0]])
    figure = figures.confusion(counts, ["NOUN", "VERB", "ADJ"])
    assert "8 errors in all" in figure.summary
    assert "VERB called NOUN 5 times; NOUN called VERB 3" in figure.summary
