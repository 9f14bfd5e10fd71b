"""Exercises of lesson 11: sequences."""

import numpy as np

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


def _one_too_near(series, length, ahead):
    x, _ = windows_ahead(series, length, ahead)
    return x, series[length + ahead - 2 : -1]


def _unanswered_windows(series, length, ahead):
    views = np.lib.stride_tricks.sliding_window_view(series, length)
    return views, series[length + ahead - 1 :]


def _windows_of_the_next(series, length, ahead):
    x, _ = windows_ahead(series, length, 1)
    return x, series[length + ahead - 1 :]


def _last_one_lost(series, length, ahead):
    x, y = windows_ahead(series, length, ahead)
    return x[:-1], y[:-1]


def _all_up_to_ahead(series, length, ahead):
    x, _ = windows_ahead(series, length, ahead)
    views = np.lib.stride_tricks.sliding_window_view(series[length:], ahead)
    return x, views


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


def _short_last_block(n, first, size):
    rows = list(range(n))
    return [
        (rows[:start], rows[start : start + size])
        for start in range(first, n, size)
    ]


def _past_the_end(n, first, size):
    return [
        (list(range(start)), list(range(start, start + size)))
        for start in range(first, n, size)
    ]


def _last_block_lost(n, first, size):
    return walk_forward_folds(n - 1, first, size)


def _test_blocks_only(n, first, size):
    return [test for _, test in walk_forward_folds(n, first, size)]


def _all_that_follows(n, first, size):
    return [
        (train, list(range(len(train), n)))
        for train, _ in walk_forward_folds(n, first, size)
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


def _softmax_outputs(words, tags):
    import keras

    logits = tagger(words, tags)
    return keras.Model(logits.input, keras.ops.softmax(logits.output))


def _another_layer(words, tags):
    import keras
    from keras import layers

    numbers = layers.Input((None,), dtype="int32")
    x = layers.Embedding(words, 8)(numbers)
    x = layers.LSTM(16, return_sequences=True)(x)
    return keras.Model(numbers, layers.Dense(tags)(x))


def _as_a_learner_sees_it(model):
    """Output shape, parameters, and whether the outputs sum to one."""
    (_, *entry) = model.input_shape
    sentence = np.zeros((1, *(size or 3 for size in entry)), "int32")
    sums = np.array(model(sentence)).sum(axis=-1)
    return {
        "output shape": tuple(model.output_shape),
        "parameters": model.count_params(),
        "probabilities": bool(np.allclose(sums, 1, atol=1e-4)),
    }


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


def _count_of_pairs(said, labels, pair):
    right = said == labels
    partners = np.unique(pair[pair >= 0])
    return int(sum(right[pair == p].all() for p in partners))


def _of_all_reviews(said, labels, pair):
    return _count_of_pairs(said, labels, pair) / len(pair)


_six = np.array([10.0, 20.0, 30.0, 40.0, 50.0, 60.0])
_pair = np.array([0, -1, 1, 0, 1, 2, 2, -1, 3, 3])
_labels = np.array([1, 0, 1, 0, 0, 0, 1, 1, 1, 0])
_said = np.array([1, 1, 1, 0, 1, 1, 0, 0, 0, 0])

EXERCISES = (
    Exercise(
        id="11.1",
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
                _one_too_near,
                "One step too near: ahead=1 is the value after the window, "
                "not its own last value.",
            ),
            Mistake(
                _unanswered_windows,
                "Your last windows have no answer: x and y must have the "
                "same length. Leave out the windows that end too late.",
            ),
            Mistake(
                _windows_of_the_next,
                "There are more windows than answers: the further ahead the "
                "answer, the fewer windows have one.",
            ),
            Mistake(
                _last_one_lost,
                "The last window is missing: its answer is the last value "
                "of the series.",
            ),
            Mistake(
                _all_up_to_ahead,
                "Your y holds all values up to the one asked for. Give that "
                "one alone: one number a window.",
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
        cases=(Case(6, 2, 2), Case(8, 3, 2), Case(10, 4, 1)),
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
            Mistake(
                _short_last_block,
                "Your last test block is shorter than the others. Only full "
                "blocks count: stop where a whole one no longer fits.",
            ),
            Mistake(
                _past_the_end,
                "Your last test block runs past the last row, n - 1. Stop "
                "where a whole block no longer fits.",
            ),
            Mistake(
                _last_block_lost,
                "The last test block is missing where it ends exactly with "
                "the last row: the last start is n - size.",
            ),
            Mistake(
                _test_blocks_only,
                "You gave the test rows alone. Each fold is a pair: first "
                "the training rows, then the test rows.",
            ),
            Mistake(
                _all_that_follows,
                "You test on all that follows. A test block has `size` rows.",
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
        summarise=_as_a_learner_sees_it,
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
            Mistake(
                _softmax_outputs,
                "You give probabilities. Logits are the numbers before the "
                "softmax: Dense(tags) without an activation.",
            ),
            Mistake(
                _another_layer,
                "Four times as many weights in the recurrent layer: that is "
                "an LSTM. Take a SimpleRNN.",
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
            Mistake(
                _count_of_pairs,
                "You counted the pairs. Divide by how many pairs there are.",
            ),
            Mistake(
                _of_all_reviews,
                "You divided by the number of reviews. Divide by the number "
                "of pairs.",
            ),
        ),
        explanation="By this measure guessing scores a quarter, and every "
        "model that ignores the order scores exactly zero: it gives both "
        "reviews the same answer.",
    ),
)
