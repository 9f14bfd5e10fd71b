"""Exercises of lesson 19: masks, controls, splits, and what decided."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def masked_mean(states, keep):
    kept = np.where(keep[..., np.newaxis], states, 0)
    return kept.sum(axis=1) / keep.sum(axis=1)[:, np.newaxis]


def shuffled(films, keep, keys):
    order = np.argsort(np.where(keep, keys, np.inf), axis=1)
    return films[np.arange(len(films))[:, np.newaxis], order]


def _to_their_ranks(films, keep, keys):
    order = np.argsort(np.where(keep, keys, np.inf), axis=1)
    ranks = np.argsort(order, axis=1)
    return films[np.arange(len(films))[:, np.newaxis], ranks]


def by_performer(performers, held):
    out = np.isin(performers, held)
    return np.flatnonzero(~out), np.flatnonzero(out)


def _by_number(performers, held):
    out = np.isin(np.arange(len(performers)), held)
    return np.flatnonzero(~out), np.flatnonzero(out)


def _as_many_films(performers, held):
    count = int(np.isin(performers, held).sum())
    places = np.arange(len(performers))
    return places[: len(places) - count], places[len(places) - count :]


def decided(score, keep, reach):
    t = np.arange(len(keep))
    window = abs(t[:, np.newaxis] - t) <= reach
    moved = score(keep & ~window) - score(keep[np.newaxis])
    return np.where(keep, abs(moved), 0)


def _left_out(score, keep, window):
    moved = np.zeros(len(keep))
    for t in np.flatnonzero(keep):
        mask = keep.copy()
        mask[window(t)] = False
        moved[t] = abs(score(mask[np.newaxis]) - score(keep[np.newaxis]))[0]
    return moved


def _from_the_end(score, keep, reach):
    window = lambda t: slice(t - reach, t + reach + 1)  # noqa: E731
    return _left_out(score, keep, window)


def _one_short(score, keep, reach):
    window = lambda t: slice(max(0, t - reach), t + reach)  # noqa: E731
    return _left_out(score, keep, window)


def conv_lstm_parameters(size, channels, units):
    return 4 * (size * size * (channels + units) * units + units)


def vote(answers, keep, classes):
    given = answers[..., np.newaxis] == np.arange(classes)
    counts = (given & keep[..., np.newaxis]).sum(axis=1)
    return counts.argmax(axis=1)


def _mean_answer(answers, keep, classes):
    mean = (answers * keep).sum(axis=1) / keep.sum(axis=1)
    return np.rint(mean).astype(int)


def _last_answer(answers, keep, classes):
    return answers[np.arange(len(answers)), keep.sum(axis=1) - 1]


def _first_of_equals(answers, keep, classes):
    out = []
    for row, real in zip(answers, keep, strict=True):
        given = row[real].tolist()
        out.append(max(given, key=given.count))
    return np.array(out)


def sampled(length, count):
    if length <= count:
        return list(range(length))
    part = length / count
    return [int(part * k + part / 2) for k in range(count)]


def _rounded(length, count):
    if length <= count:
        return list(range(length))
    return [round(length / count * (k + 0.5)) for k in range(count)]


def _whole_frames(length, count):
    if length <= count:
        return list(range(length))
    cuts = [k * length // count for k in range(count + 1)]
    return [(cuts[k] + cuts[k + 1] - 1) // 2 for k in range(count)]


def _with_the_ends(length, count):
    if length <= count:
        return list(range(length))
    return [int(x) for x in np.linspace(0, length - 1, count)]


def _every_so_many(length, count):
    return list(range(0, length, max(1, length // count)))[:count]


class Score:
    """A number for each mask (m, frames); neighbours count together."""

    def __init__(self, *weights):
        self.weights = np.array(weights)

    def __call__(self, masks):
        masks = np.asarray(masks)
        pairs = (masks[:, 1:] & masks[:, :-1]).sum(axis=1)
        return masks @ self.weights + 0.25 * pairs


_rng = np.random.default_rng(19)


def _some(*shape):
    return _rng.standard_normal(shape)


_REAL = np.arange(7) < np.array([[7], [3], [1], [4], [5]])
_TWO = np.array([[True, True, False], [True, True, True]])
_BLACK = _REAL[:, :, np.newaxis]  # times this, padding is 0
_STATES = np.array([[[1.0], [3.0], [8.0]], [[2.0], [4.0], [6.0]]])
_ANSWERS = np.array(
    [
        [1, 0, 0, 3, 0, 1, 3],
        [1, 0, 1, 0, 0, 0, 0],
        [2, 0, 0, 0, 0, 0, 0],
        [2, 0, 0, 2, 1, 1, 1],
        [0, 1, 3, 3, 0, 0, 0],
    ]
)

EXERCISES = (
    Exercise(
        id="19.1",
        title="The mean of real frames",
        level="core",
        reference=masked_mean,
        cases=(
            Case(_STATES, _TWO),
            Case(_some(5, 7, 2), _REAL),
            Case(_some(5, 7, 9), _REAL),
        ),
        hints=(
            "Sum the real frames only, and divide by how many they are, film "
            "by film.",
            "states is (n, frames, d), keep (n, frames): a new last axis, "
            "keep[..., np.newaxis], lets one multiply the other.",
            "(states * keep[..., np.newaxis]).sum(axis=1) / "
            "keep.sum(axis=1)[:, np.newaxis]",
        ),
        mistakes=(
            Mistake(
                edit("keep.sum(axis=1)[:, np.newaxis]", "keep.shape[1]"),
                "You divide by all frames, padding included: films that are "
                "padded further get smaller. Divide by the real ones.",
            ),
            Mistake(
                edit(
                    "np.where(keep[..., np.newaxis], states, 0)",
                    "states",
                ),
                "Padding is summed, too. Set it to 0 before you sum.",
            ),
            Mistake(
                edit(
                    "np.where(keep[..., np.newaxis], states, 0)",
                    "states",
                    "keep.sum(axis=1)[:, np.newaxis]",
                    "keep.shape[1]",
                ),
                "That is the mean of all frames. keep says which are real: "
                "sum these, and divide by their number.",
            ),
            Mistake(
                edit("keep.sum(axis=1)[:, np.newaxis]", "keep.sum()"),
                "You divide by the real frames of *all* films. Each film has "
                "its own number: keep.sum(axis=1).",
            ),
            Mistake(
                edit(" / keep.sum(axis=1)[:, np.newaxis]", ""),
                "That is the sum. A longer film would weigh more: divide by "
                "the number of its real frames.",
            ),
        ),
        explanation="What stands in the padding is never read, and never "
        "counted. The same line is a masked mean of words, of days, of "
        "sensors.",
    ),
    Exercise(
        id="19.2",
        title="Frames in another order",
        level="core",
        reference=shuffled,
        cases=(
            Case(
                _STATES * _TWO[:, :, np.newaxis],
                _TWO,
                np.array([[0.5, 0.2, 0.1], [0.5, 0.9, 0.1]]),
            ),
            Case(_some(5, 7, 2) * _BLACK, _REAL, _rng.random((5, 7))),
            Case(
                _some(5, 7, 3, 2) * _BLACK[..., np.newaxis],
                _REAL,
                _some(5, 7),
            ),
        ),
        hints=(
            "np.argsort says in which order to take the frames. How do you "
            "keep the padding behind?",
            "Give padding the key infinity, sort along axis 1. Then pick "
            "from each film with two index arrays: (n, 1) and (n, frames).",
            "order = np.argsort(np.where(keep, keys, np.inf), axis=1); "
            "films[np.arange(len(films))[:, np.newaxis], order]",
        ),
        mistakes=(
            Mistake(
                edit("np.where(keep, keys, np.inf)", "keys"),
                "The padding was shuffled in among the frames. Give it keys "
                "that come last: infinity.",
            ),
            Mistake(
                edit("np.inf", "-np.inf"),
                "The padding stands in front. Frames come first, with the "
                "smallest keys; padding gets the largest.",
            ),
            Mistake(
                edit("np.inf", "0"),
                "Padding got the key 0, which some frames' keys are below "
                "or above. It must be larger than all: infinity.",
            ),
            Mistake(
                edit(
                    "np.where(keep, keys, np.inf)",
                    "np.where(keep, -keys, np.inf)",
                ),
                "You put the largest key first. The smallest comes first.",
            ),
            Mistake(
                _to_their_ranks,
                "You used each frame's rank, an argsort of the argsort. One "
                "argsort says already which frame to take first.",
            ),
            Mistake(
                edit(
                    "films[np.arange(len(films))[:, np.newaxis], order]",
                    "films[:, order[0]]",
                ),
                "All films got the order of the first. Each has its own keys.",
            ),
            Mistake(
                edit(
                    "axis=1)\n    return films[",
                    "axis=0)\n    return films[",
                    "[np.arange(len(films))[:, np.newaxis], order]",
                    "[order, np.arange(films.shape[1])]",
                ),
                "You shuffled along the films, the first axis: frames went "
                "from one film into another. Frames are axis 1.",
            ),
        ),
        explanation="Whatever a reader still gets right on shuffled films "
        "needed no order. It is the cheapest test of a video network.",
    ),
    Exercise(
        id="19.3",
        title="Split by performer",
        level="warm-up",
        reference=by_performer,
        cases=(
            Case(np.array([4, 4, 1]), [4]),
            Case(np.array([3, 1, 2, 3, 1, 5, 2]), [1, 5]),
            Case(np.array([-1, 7, 7, 0, -1, 12, 3, 0]), [0, 12, -1]),
            Case(np.array([0, 2, 2, 1, 0]), [2, 9]),
        ),
        hints=(
            "For each film: is its performer among those held out?",
            "np.isin(performers, held) is True for the films to hold out; "
            "np.flatnonzero turns True into numbers of films.",
            "out = np.isin(performers, held); return np.flatnonzero(~out), "
            "np.flatnonzero(out)",
        ),
        mistakes=(
            Mistake(
                edit(
                    "np.flatnonzero(~out), np.flatnonzero(out)",
                    "np.flatnonzero(out), np.flatnonzero(~out)",
                ),
                "The two are exchanged: films to train with come first.",
            ),
            Mistake(
                edit(
                    "np.flatnonzero(~out), np.flatnonzero(out)",
                    "performers[~out], performers[out]",
                ),
                "Those are performers. Wanted are the numbers of the films.",
            ),
            Mistake(
                edit(
                    "np.flatnonzero(~out), np.flatnonzero(out)",
                    "~out, out",
                ),
                "Those are marks, True and False. Wanted are the numbers of "
                "the films: np.flatnonzero.",
            ),
            Mistake(
                edit("np.isin(performers, held)", "performers == held[0]"),
                "You hold out the first of them only; held is a list.",
            ),
            Mistake(
                _by_number,
                "You took held for numbers of films. They are performers: "
                "all of their films are held out.",
            ),
            Mistake(
                _as_many_films,
                "You hold out the right number of films, but by their place. "
                "A performer must be on one side only.",
            ),
        ),
        explanation="The unit of a split is what new data will be new in: "
        "here people. The field calls it a group split.",
    ),
    Exercise(
        id="19.4",
        title="What moved the answer",
        level="core",
        reference=decided,
        cases=(
            Case(Score(0.1, 0.0, 2.0, -0.5), np.ones(4, bool), 0),
            Case(
                Score(1.0, -3.0, 0.5, 0.25, 2.0, 7.0),
                np.array([True] * 5 + [False]),
                1,
            ),
            Case(
                Score(-1.0, 2.5, 0.75, -4.0, 0.5, 3.0, 1.5, 2.0),
                np.array([True] * 6 + [False] * 2),
                2,
            ),
        ),
        hints=(
            "For each frame, mark the frames near it, and ask the score for "
            "the film without them.",
            "abs(t[:, np.newaxis] - t) <= reach is (frames, frames): row t "
            "marks the window around t. keep & ~window leaves it out.",
            "moved = score(keep & ~window) - score(keep[np.newaxis]); then "
            "abs(moved) where keep is True, else 0",
        ),
        mistakes=(
            Mistake(
                edit("keep & ~window", "keep & window"),
                "You kept the window and left out the rest. It is the other "
                "way round: keep & ~window.",
            ),
            Mistake(
                edit("keep & ~window", "~window"),
                "You read the padding, too: keep & ~window.",
            ),
            Mistake(
                edit("<= reach", "< reach"),
                "The window ends one early on each side: from t - reach to "
                "t + reach, both with it.",
            ),
            Mistake(
                edit("<= reach", "== 0"),
                "Only the frame itself is left out. The window reaches "
                "further, reach frames on each side.",
            ),
            Mistake(
                _from_the_end,
                "At the start t - reach is negative, and a slice counts that "
                "from the end: max(0, t - reach).",
            ),
            Mistake(
                _one_short,
                "The frame t + reach is still there: a slice ends before its "
                "second number.",
            ),
            Mistake(
                edit("abs(moved)", "moved"),
                "Without sign: how *far* the score moves, up or down.",
            ),
            Mistake(
                edit("np.where(keep, abs(moved), 0)", "abs(moved)"),
                "The padding has moved, too. It is no frame: give it 0.",
            ),
            Mistake(
                edit("abs(t[:, np.newaxis] - t)", "t[:, np.newaxis] - t"),
                "Your window reaches on to the last frame: the difference is "
                "negative there. Take its abs.",
            ),
            Mistake(
                edit(" - score(keep[np.newaxis])", ""),
                "That is the score without the window. How far did it move "
                "from the score of the whole film?",
            ),
        ),
        explanation="Occlusion needs no gradient and no look inside: it "
        "works on any reader that takes a mask.",
    ),
    Exercise(
        id="19.5",
        title="Parameters of a ConvLSTM",
        level="core",
        reference=conv_lstm_parameters,
        cases=(Case(1, 1, 1), Case(3, 1, 8), Case(5, 3, 16), Case(3, 7, 4)),
        hints=(
            "Each of the three gates, and the candidate, is a convolution "
            "over the frame's maps and the state's maps.",
            "A convolution from c maps to u maps has size x size x c x u "
            "weights; here c = channels + units. And a bias for each map.",
            "4 * (size * size * (channels + units) * units + units)",
        ),
        mistakes=(
            Mistake(
                edit("(channels + units)", "channels"),
                "The state is convolved, too: channels + units maps go in.",
            ),
            Mistake(
                edit("4 * (", "("),
                "That is one gate. An LSTM has four sets of weights.",
            ),
            Mistake(
                edit("4 * (", "3 * ("),
                "Three sets is a GRU. An LSTM has four.",
            ),
            Mistake(
                edit(" * units + units)", " * units)"),
                "The biases are missing: one for each map, four times.",
            ),
            Mistake(
                edit(" * units + units)", " * units) + units"),
                "Each of the four has its own biases, one for each map.",
            ),
            Mistake(
                edit(" * units + units)", " * units + 2 * units)"),
                "Frame and state share their biases: one a map, four times.",
            ),
            Mistake(
                edit("size * size * ", "size * "),
                "A kernel is size x size.",
            ),
            Mistake(
                edit("size * size * ", ""),
                "That is an ordinary LSTM. Each weight is a kernel here, of "
                "size x size numbers.",
            ),
        ),
        explanation="An LSTM whose weights are kernels. The count does not "
        "depend on the size of the picture: weights are shared over places.",
    ),
    Exercise(
        id="19.6",
        title="Many answers, one vote",
        level="core",
        reference=vote,
        cases=(
            Case(
                np.array([[1, 1, 0, 0, 0], [0, 1, 1, 1, 0]]),
                np.arange(5) < np.array([[3], [5]]),
                2,
            ),
            Case(_ANSWERS, _REAL, 4),
            Case(np.array([[2, 1, 1, 2]]), np.ones((1, 4), bool), 3),
        ),
        hints=(
            "Count each answer among the real frames of a film.",
            "answers[..., np.newaxis] == np.arange(classes) has an axis of "
            "classes; count where it is True and the frame is real.",
            "counts = (given & keep[..., np.newaxis]).sum(axis=1); "
            "counts.argmax(axis=1) takes the lowest of equals.",
        ),
        mistakes=(
            Mistake(
                edit("given & keep[..., np.newaxis]", "given"),
                "The padding votes, too. Only real frames count.",
            ),
            Mistake(
                _mean_answer,
                "A mean of class numbers is no class: the mean of two classes "
                "may be a third. Count each answer.",
            ),
            Mistake(
                _last_answer,
                "That is the answer of the last real frame. Count them all.",
            ),
            Mistake(
                edit("counts.argmax(axis=1)", "counts.max(axis=1)"),
                "That is how many votes the winner has. Wanted is who won.",
            ),
            Mistake(
                edit("counts.argmax(axis=1)", "counts"),
                "Those are the counts. Wanted is the answer with the most.",
            ),
            Mistake(
                edit(
                    "counts.argmax(axis=1)",
                    "counts.shape[1] - 1 - counts[:, ::-1].argmax(axis=1)",
                ),
                "Of equally many votes you took the highest number; wanted "
                "is the lowest.",
            ),
            Mistake(
                _first_of_equals,
                "Of equally many votes you took the answer that was met "
                "first; wanted is the lowest number.",
            ),
        ),
        explanation="From one answer a frame to one a film. A vote forgets "
        "the order: it is a bag of answers.",
    ),
    Exercise(
        id="19.7",
        title="Frames of a long film",
        level="stretch",
        reference=sampled,
        cases=(
            Case(10, 2),
            Case(9, 3),
            Case(3, 5),
            Case(4, 4),
            Case(25, 8),
            Case(1500, 24),
        ),
        hints=(
            "A part has length / count frames, perhaps not a whole number.",
            "Part k begins at k * part; its middle is half a part further. "
            "int() cuts off what is behind the point.",
            "[int(part * k + part / 2) for k in range(count)]",
        ),
        mistakes=(
            Mistake(
                edit("part * k + part / 2", "part * k"),
                "Those are the beginnings of the parts. Their middles are "
                "half a part later.",
            ),
            Mistake(
                _rounded,
                "You rounded to the nearest number. The middle falls into the "
                "frame whose number you get when you cut off: int().",
            ),
            Mistake(
                _whole_frames,
                "You took the middle one of the whole frames. A part may end "
                "within a frame: its middle lies at k * part + part / 2.",
            ),
            Mistake(
                _with_the_ends,
                "You took the first and the last frame, and others evenly "
                "between. The middles of equal parts lie further in.",
            ),
            Mistake(
                _every_so_many,
                "Every so many frames from the first: with a step that is "
                "rounded down, the end of the film is never seen.",
            ),
            Mistake(
                edit(
                    "    if length <= count:\n"
                    "        return list(range(length))\n",
                    "",
                ),
                "A short film has some frames twice now. If it has at most "
                "count frames, take each once.",
            ),
            Mistake(
                edit("part = length / count", "part = length // count"),
                "The parts were rounded down: the end of the film is in "
                "none. part need not be a whole number.",
            ),
        ),
        explanation="Wang et al. 2016 read films this way (in training at a "
        "random place of each part): the whole film in a few frames, at the "
        "cost of what happens between them.",
    ),
)
