"""Exercises of lesson 11: sequences."""

import numpy as np

from coursekit.exercises.engine import Case, Exercise, Mistake


def windows_ahead(series, length, ahead):
    count = len(series) - length - ahead + 1
    x = np.stack([series[row : row + length] for row in range(count)])
    return x, series[length + ahead - 1 :]


def _always_next(series, length, ahead):
    return windows_ahead(series, length, 1)


def _one_too_far(series, length, ahead):
    return windows_ahead(series, length, ahead + 1)


def _answer_inside(series, length, ahead):
    x, _ = windows_ahead(series, length, ahead)
    return x, series[ahead : ahead + len(x)]


def _no_overlap(series, length, ahead):
    x, y = windows_ahead(series, length, ahead)
    return x[::length], y[::length]


def walk_forward_folds(n, first, size):
    folds = []
    for start in range(first, n - size + 1, size):
        rows = list(range(start + size))
        folds.append((rows[:start], rows[start:]))
    return folds


def _sliding_start(n, first, size):
    return [
        (train[-first:], test)
        for train, test in walk_forward_folds(n, first, size)
    ]


def _trains_on_test(n, first, size):
    return [
        (train + test, test)
        for train, test in walk_forward_folds(n, first, size)
    ]


def _steps_of_one(n, first, size):
    return [
        (list(range(start)), list(range(start, start + size)))
        for start in range(first, n - size + 1)
    ]


def _same_training(n, first, size):
    return [
        (list(range(first)), test)
        for _, test in walk_forward_folds(n, first, size)
    ]


def tagger(words, tags):
    import keras
    from keras import layers

    numbers = layers.Input((None,), dtype="int32")
    x = layers.Embedding(words, 8)(numbers)
    x = layers.SimpleRNN(16, return_sequences=True)(x)
    return keras.Model(numbers, layers.Dense(tags)(x))


def _last_state_only(words, tags):
    import keras
    from keras import layers

    numbers = layers.Input((None,), dtype="int32")
    x = layers.SimpleRNN(16)(layers.Embedding(words, 8)(numbers))
    return keras.Model(numbers, layers.Dense(tags)(x))


def _no_state(words, tags):
    import keras
    from keras import layers

    numbers = layers.Input((None,), dtype="int32")
    x = layers.Dense(16)(layers.Embedding(words, 8)(numbers))
    return keras.Model(numbers, layers.Dense(tags)(x))


def _units_are_tags(words, tags):
    import keras
    from keras import layers

    numbers = layers.Input((None,), dtype="int32")
    x = layers.Embedding(words, 8)(numbers)
    x = layers.SimpleRNN(tags, return_sequences=True)(x)
    return keras.Model(numbers, x)


def _shape_and_size(model):
    return tuple(model.output_shape), model.count_params()


def pairs_right(said, labels, pair):
    right = said == labels
    partners = np.unique(pair[pair >= 0])
    both = [right[pair == partner].all() for partner in partners]
    return float(np.mean(both))


def _single_reviews(said, labels, pair):
    return float((said == labels)[pair >= 0].mean())


def _with_the_others(said, labels, pair):
    right = said == labels
    both = [right[pair == partner].all() for partner in np.unique(pair)]
    return float(np.mean(both))


def _one_is_enough(said, labels, pair):
    right = said == labels
    partners = np.unique(pair[pair >= 0])
    return float(np.mean([right[pair == p].any() for p in partners]))


def _same_answer(said, labels, pair):
    partners = np.unique(pair[pair >= 0])
    return float(np.mean([np.ptp(said[pair == p]) > 0 for p in partners]))


_six = np.array([10.0, 20.0, 30.0, 40.0, 50.0, 60.0])
_pair = np.array([0, -1, 1, 0, 1, 2, 2, -1, 3, 3])
_labels = np.array([1, 0, 1, 0, 0, 0, 1, 1, 1, 0])
_said = np.array([1, 1, 1, 0, 1, 1, 0, 0, 0, 0])

EXERCISES = (
    Exercise(
        id="11.1",
        title="The shape of a task",
        level="warm-up",
        reference=("many to one", "one to many", "equal", "unequal"),
        hints=(
            "Count the steps that go in and the steps that come out.",
            "A language is one label; a tune has many notes; a tag belongs "
            "to each word; a summary is shorter than its article.",
            "many to one, one to many, equal, and one more",
        ),
        mistakes=(
            Mistake(
                ("many to one", "one to many", "unequal", "unequal"),
                "Part-of-speech tagging gives exactly one tag a word: as "
                "many outputs as inputs.",
            ),
            Mistake(
                ("many to one", "one to many", "equal", "many to one"),
                "A summary is a sequence of words, not one label: many in, "
                "fewer but still many out.",
            ),
            Mistake(
                ("equal", "one to many", "equal", "unequal"),
                "A sentence has one language. One answer for the whole "
                "sequence is many to one.",
            ),
            Mistake(
                ("many to one", "one to one", "equal", "unequal"),
                "One name goes in, but a tune comes out: note after note.",
            ),
        ),
        explanation="Only the numbers of input and output steps count. The "
        "typical trap is tagging: the lengths vary from sentence to "
        "sentence, but in and out they are equal.",
    ),
    Exercise(
        id="11.2",
        title="Windows, and a value further ahead",
        level="core",
        reference=windows_ahead,
        cases=(
            Case(_six, 2, 1),
            Case(_six, 3, 2),
            Case(np.arange(12.0) ** 2, 4, 3),
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
                _always_next,
                "Your answer is always the next value. With ahead=2 it is "
                "the one after that.",
            ),
            Mistake(
                _one_too_far,
                "One step too far: ahead=1 is the value directly after the "
                "window.",
            ),
            Mistake(
                _answer_inside,
                "You counted from the window's first value, so the answer "
                "lies inside the window: a leak. Count from the last one.",
            ),
            Mistake(
                _no_overlap,
                "Your windows do not overlap, which throws most examples "
                "away. Begin one at every time step.",
            ),
        ),
        explanation="The last window must still have an answer, so there "
        "are length + ahead - 1 windows fewer than values. The typical "
        "mistake is an answer that lies inside the window.",
    ),
    Exercise(
        id="11.3",
        title="Walk forward",
        level="core",
        reference=walk_forward_folds,
        cases=(Case(6, 2, 2), Case(7, 3, 2), Case(10, 4, 1)),
        hints=(
            "Where does the first test block begin, and where the second?",
            "The test blocks begin at first, first + size, first + 2 size; "
            "the training rows are all those before.",
            "for start in range(first, n - size + 1, size)",
        ),
        mistakes=(
            Mistake(
                _trains_on_test,
                "The test rows are among the training rows. That is the "
                "leak which this test is there to avoid.",
            ),
            Mistake(
                _sliding_start,
                "You dropped the oldest rows, so that the training set "
                "keeps its size. That exists (a sliding window), but here "
                "all rows before the test are used.",
            ),
            Mistake(
                _same_training,
                "Every fold trains on the first rows only. Walking forward "
                "means that later folds train on more.",
            ),
            Mistake(
                _steps_of_one,
                "Your test blocks overlap: you moved on by one row and not "
                "by a whole block.",
            ),
        ),
        explanation="Each row after the first ones is tested exactly once, "
        "by a model that knows all earlier rows and no later one.",
    ),
    Exercise(
        id="11.4",
        title="A tagger",
        level="core",
        reference=tagger,
        cases=(Case(100, 5), Case(1000, 17)),
        summarise=_shape_and_size,
        hints=(
            "Which of the five shapes is it?",
            "Every word needs its own state: what does the recurrent layer "
            "have to return?",
            "SimpleRNN(16, return_sequences=True), then Dense(tags)",
        ),
        mistakes=(
            Mistake(
                _last_state_only,
                "That gives one answer for the whole sentence. For one per "
                "word the layer must return all its states: "
                "return_sequences=True.",
            ),
            Mistake(
                _no_state,
                "There is no recurrent layer, so every word is tagged "
                "without its neighbours.",
            ),
            Mistake(
                _units_are_tags,
                "The state itself is your output. Keep 16 units as the "
                "memory and add a Dense layer for the tags.",
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
                np.array([0, 0, 1, 1]),
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
                _single_reviews,
                "You counted reviews. A bag of words gets half of them "
                "right without understanding any pair: count pairs.",
            ),
            Mistake(
                _with_the_others,
                "You took the reviews without a partner (-1) for one large "
                "pair.",
            ),
            Mistake(
                _one_is_enough,
                "One right review is not enough: even a constant answer "
                "gets one of each pair.",
            ),
            Mistake(
                _same_answer,
                "Different answers within a pair are not yet right ones: "
                "they may be exchanged.",
            ),
        ),
        explanation="By this measure guessing scores a quarter, and every "
        "model that ignores the order scores exactly zero: it gives both "
        "reviews the same answer.",
    ),
)
