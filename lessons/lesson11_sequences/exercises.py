"""Exercises of lesson 11: sequences."""

import numpy as np

from coursekit.exercises import networks
from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake

_TASKS = ("many to one", "one to many", "equal", "unequal")
_SHAPES = ("one to one", *_TASKS)


def _first_wrong(answer):
    """Place of the first wrong shape, 4 for none; spelling is forgiven."""
    for place, (said, right) in enumerate(zip(answer, _TASKS, strict=True)):
        shape = " ".join(said.lower().replace("-", " ").split())
        shape = shape.removeprefix("many to many").lstrip(" ,(").rstrip(")")
        if shape not in _SHAPES:
            raise ValueError("use the five words of the task")
        if shape != right:
            return place
    return len(_TASKS)


def windows(series, length, ahead=1):
    count = len(series) - length - ahead + 1
    x = np.stack([series[row : row + length] for row in range(count)])
    return x, series[length + ahead - 1 :]


def walk_forward_folds(cuts):
    pairs = zip(cuts[:-1], cuts[1:], strict=True)
    return [(np.arange(a), np.arange(a, b)) for a, b in pairs]


def tagger(words, tags):
    import keras
    from keras import layers

    numbers = layers.Input((None,), dtype="int32")
    x = layers.Embedding(words, 8)(numbers)
    x = layers.SimpleRNN(16, return_sequences=True)(x)
    return keras.Model(numbers, layers.Dense(tags)(x))


def _as_a_learner_sees_it(model):
    sentences = np.array([[3, 1, 4, 1, 5], [2, 6, 5, 3, 5]])
    return networks.facts(model, (None,), sentences)


def pairs_right(said, labels, pair):
    right = said == labels
    partners = np.unique(pair[pair >= 0])
    both = [right[pair == partner].all() for partner in partners]
    return float(np.mean(both))


_six = np.array([10.0, 20.0, 30.0, 40.0, 50.0, 60.0])
_pair = np.array([0, -1, 1, 0, 1, 2, 2, -1, 3, 3])
_labels = np.array([1, 0, 1, 0, 0, 0, 1, 1, 1, 0])
_said = np.array([1, 1, 1, 0, 1, 1, 0, 0, 0, 0])

EXERCISES = (
    Exercise(
        id="11.1",
        title="Windows and their answers",
        level="core",
        reference=windows,
        cases=(
            Case(_six, 3),
            Case(_six, 3, 2),
            Case(_six, 2, 4),
            Case(np.arange(12.0) ** 2, 4, 3),
            Case(np.array([3.0, -1.0, 4.0, -1.5, 5.0, -9.0, 2.0]), 3, 2),
        ),
        hints=(
            "Do ahead=1 first. Then: how many windows have an answer at all?",
            "The window at row i covers i to i + length - 1, its answer is "
            "at i + length - 1 + ahead.",
            "count = len(series) - length - ahead + 1, and "
            "y = series[length + ahead - 1:]",
        ),
        mistakes=(
            Mistake(
                edit(" - ahead + 1", "", " + ahead - 1", ""),
                "Your answer is always the next value. With ahead=2 it is "
                "the one after that.",
            ),
            Mistake(
                edit(" + 1\n", "\n", " - 1 :", " :"),
                "One step too far: ahead=1 is the value directly after the "
                "window.",
            ),
            Mistake(
                edit("length + ahead - 1 :", "ahead : ahead + count"),
                "You counted from the window's first value, so the answer "
                "lies inside the window: a leak. Count from the last one.",
            ),
            Mistake(
                edit("- 1 :", "- 2 : -1"),
                "One step too near: ahead=1 is the value after the window, "
                "not its own last value.",
            ),
            Mistake(
                edit(" - ahead", ""),
                "Your last windows have no answer: x and y must have the "
                "same length. Leave out the windows that end too late.",
            ),
            Mistake(
                edit(" - ahead + 1", ""),
                "There are more windows than answers: the further ahead the "
                "answer, the fewer windows have one.",
            ),
            Mistake(
                edit(" + 1\n", "\n", "- 1 :", "- 1 : -1"),
                "The last window is missing: its answer is the last value "
                "of the series.",
            ),
            Mistake(
                edit(
                    "series[length + ahead - 1 :]",
                    "np.stack([series[row + length :][:ahead] "
                    "for row in range(count)])",
                ),
                "Your y holds all values up to the one asked for. Give that "
                "one alone: one number a window.",
            ),
            Mistake(
                edit(
                    "return x", "return x[::length]", "- 1 :", "- 1 :: length"
                ),
                "Your windows do not overlap, which throws most examples "
                "away. Begin one at every time step.",
            ),
            Mistake(
                edit(" + 1\n", "\n"),
                "Your x has one window less than y has answers. The first "
                "window counts, too: add 1.",
            ),
            Mistake(
                edit("- 1 :", ":"),
                "Your y has one answer less than x has windows: it begins a "
                "step too late. The first answer is at length + ahead - 1.",
            ),
        ),
        explanation="The last window must still have an answer, so there "
        "are length + ahead - 1 windows fewer than values. The typical "
        "mistake is an answer that lies inside the window.",
    ),
    Exercise(
        id="11.2",
        title="Walk forward",
        level="core",
        reference=walk_forward_folds,
        cases=(
            Case(np.array([3, 5, 8])),
            Case(np.array([2, 3, 4, 5, 6])),
            Case(np.array([1, 4, 6])),
            Case(np.array([4, 10])),
        ),
        hints=(
            "Which rows are tested between two neighbouring cuts, and what "
            "is known before them?",
            "zip(cuts, cuts[1:]) gives the neighbours (a, b): the test rows "
            "are a to b - 1, the training rows all before a.",
            "[(np.arange(a), np.arange(a, b)) for a, b in zip(cuts, "
            "cuts[1:])]",
        ),
        mistakes=(
            Mistake(
                edit("np.arange(a),", "np.arange(b),"),
                "The test rows are among the training rows. That is the "
                "leak which this test is there to avoid.",
            ),
            Mistake(
                edit("np.arange(a),", "np.arange(a - cuts[0], a),"),
                "You dropped the oldest rows, so that the training set "
                "keeps its size. That exists (a sliding window), but here "
                "all rows before the test are used.",
            ),
            Mistake(
                edit("np.arange(a),", "np.arange(cuts[0]),"),
                "Every fold trains on the first rows only. Walking forward "
                "means that later folds train on more.",
            ),
            Mistake(
                edit("arange(a, b)", "arange(a, cuts[-1])"),
                "You test on all that follows. A test block ends before the "
                "next cut.",
            ),
            Mistake(
                edit("arange(a, b)", "arange(a, b + 1)"),
                "Your test blocks share a row: a block ends before the next "
                "cut, where the next one begins.",
            ),
            Mistake(
                edit("np.arange(a),", "np.arange(a + 1),"),
                "Row a is the first of the test, and you train on it, too: "
                "np.arange(a) ends before a.",
            ),
            Mistake(
                edit("(np.arange(a), np.arange(a, b))", "np.arange(a, b)"),
                "You gave the test rows alone. Each fold is a pair: first "
                "the training rows, then the test rows.",
            ),
            Mistake(
                edit(
                    "(np.arange(a), np.arange(a, b))",
                    "(np.arange(a, b), np.arange(a))",
                ),
                "Each pair is the wrong way round: first the training rows, "
                "then the test rows.",
            ),
            Mistake(
                edit("zip(cuts[:-1], cuts[1:]", "zip(cuts[1:-1], cuts[2:]"),
                "The first fold is missing: it trains on all rows before the "
                "first cut.",
            ),
            Mistake(
                edit("zip(cuts[:-1], cuts[1:]", "zip([0, *cuts[:-1]], cuts"),
                "Your first fold has no training rows: the first test block "
                "begins at the first cut.",
            ),
        ),
        explanation="Each row from the first cut on is tested exactly once, "
        "by a model that knows all earlier rows and no later one.",
    ),
    Exercise(
        id="11.3",
        title="The shape of a task",
        level="warm-up",
        reference=_TASKS,
        summarise=_first_wrong,
        hints=(
            "Count the steps that go in and the steps that come out.",
            "A language is one label; a tune has many notes; a tag belongs "
            "to each word; a summary is shorter than its article.",
            "many to one, one to many, equal, and one more",
        ),
        mistakes=(
            Mistake(
                ("equal", "one to many", "equal", "unequal"),
                "Look at the first task. Many words go in, and the sentence "
                "has one language: how many answers come out?",
            ),
            Mistake(
                ("many to one", "one to one", "equal", "unequal"),
                "Look at the second task. One name goes in, but a tune comes "
                "out: note after note.",
            ),
            Mistake(
                ("many to one", "one to many", "unequal", "unequal"),
                "Look at the third task. Each word gets exactly one tag: as "
                "many outputs as inputs.",
            ),
            Mistake(
                ("many to one", "one to many", "equal", "many to one"),
                "Look at the last task. A summary is a sequence of words, "
                "not one label, and shorter than its article.",
            ),
        ),
        explanation="Only the numbers of input and output steps count. The "
        "typical trap is tagging: the lengths vary from sentence to "
        "sentence, but in and out they are equal.",
    ),
    Exercise(
        id="11.4",
        title="A tagger",
        level="core",
        reference=tagger,
        cases=(Case(100, 5), Case(1000, 17)),
        summarise=_as_a_learner_sees_it,
        atol=1e-3,  # a GPU may multiply in fewer digits
        hints=(
            "Which of the five shapes is it?",
            "Every word needs its own state: what does the recurrent layer "
            "have to return?",
            "SimpleRNN(16, return_sequences=True), then Dense(tags)",
        ),
        mistakes=(
            Mistake(
                edit(", return_sequences=True", ""),
                "That gives one answer for the whole sentence. For one per "
                "word the layer must return all its states: "
                "return_sequences=True.",
            ),
            Mistake(
                edit("SimpleRNN(16, return_sequences=True)", "Dense(16)"),
                "There is no recurrent layer, so every word is tagged "
                "without its neighbours.",
            ),
            Mistake(
                edit("16", "tags", "layers.Dense(tags)(x)", "x"),
                "The state itself is your output. Keep 16 units as the "
                "memory and add a Dense layer for the tags.",
            ),
            Mistake(
                edit("Dense(tags", 'Dense(tags, activation="softmax"'),
                "You give probabilities. Logits are the numbers before the "
                "softmax: Dense(tags) without an activation.",
            ),
            Mistake(
                edit("SimpleRNN", "LSTM"),
                "Four times as many weights in the recurrent layer: that is "
                "an LSTM. Take a SimpleRNN.",
            ),
            Mistake(
                edit("words, 8", "8, words"),
                "Embedding wants the number of words first, then how many "
                "numbers each word gets.",
            ),
            Mistake(
                edit("Dense(tags", 'Dense(tags, activation="sigmoid"'),
                "A sigmoid puts every output between 0 and 1. Logits have no "
                "activation behind them.",
            ),
            Mistake(
                edit("Dense(tags", 'Dense(tags, activation="relu"'),
                "Your outputs are never negative. Logits have no activation "
                "behind them.",
            ),
        ),
        explanation="Many to many with equal lengths. Dense works on the "
        "last axis, so the same weights give the logits of every word. The "
        "typical mistake is to leave out return_sequences=True.",
    ),
    Exercise(
        id="11.5",
        title="Both of a pair",
        level="stretch",
        reference=pairs_right,
        cases=(
            Case(
                np.array([1, 0, 1]), np.array([1, 0, 0]), np.array([4, 4, -1])
            ),
            Case(
                np.array([1, 1, 0, 1]),
                np.array([1, 0, 0, 1]),
                np.array([2, 2, 5, 5]),
            ),
            Case(_said, _labels, _pair),
        ),
        hints=(
            "First decide for each review whether it is right.",
            "For each number in pair except -1: are all its reviews right?",
            "np.mean([right[pair == p].all() for p in "
            "np.unique(pair[pair >= 0])])",
        ),
        mistakes=(
            Mistake(
                edit("np.mean(both)", "right[pair >= 0].mean()"),
                "You counted reviews. A bag of words gets half of them "
                "right without understanding any pair: count pairs.",
            ),
            Mistake(
                edit("pair[pair >= 0]", "pair"),
                "You took the reviews without a partner (-1) for one large "
                "pair.",
            ),
            Mistake(
                edit(".all()", ".any()"),
                "One right review is not enough: even a constant answer "
                "gets one of each pair.",
            ),
            Mistake(
                edit(
                    "right[pair == partner].all()",
                    "np.ptp(said[pair == partner]) > 0",
                ),
                "Different answers within a pair are not yet right ones: "
                "they may be exchanged.",
            ),
            Mistake(
                edit("float(np.mean(both))", "int(np.sum(both))"),
                "You counted the pairs. Divide by how many pairs there are.",
            ),
            Mistake(
                edit("np.mean(both)", "np.sum(both) / len(pair)"),
                "You divided by the number of reviews. Divide by the number "
                "of pairs.",
            ),
            Mistake(
                edit(">= 0", "> 0"),
                "Pair number 0 is a pair like the others. Only -1 means none.",
            ),
            Mistake(
                edit("np.unique(pair[pair >= 0])", "range(pair.max() + 1)"),
                "You took every number up to the largest for a pair. Go over "
                "those that occur: np.unique.",
            ),
        ),
        explanation="By this measure guessing scores a quarter, and every "
        "model that ignores the order scores exactly zero: it gives both "
        "reviews the same answer.",
    ),
)
