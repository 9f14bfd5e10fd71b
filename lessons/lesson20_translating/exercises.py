"""Exercises of lesson 20: decoding, attention, parts of a transformer."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake

START, END = 2, 3


def shifted(rows):
    return rows[:, :-1], rows[:, 1:]


def speak(step, state, limit):
    word, said = START, []
    while len(said) < limit:
        scores, state = step(word, state)
        word = int(np.argmax(scores))
        if word == END:
            break
        said.append(word)
    return said


def dot_attention(queries, keys, values, keep):
    scores = queries @ keys.transpose(0, 2, 1)
    scores = np.where(keep[:, np.newaxis], scores, -1e9)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = e / e.sum(axis=-1, keepdims=True)
    return weights, weights @ values


def _masked_after(queries, keys, values, keep):
    scores = queries @ keys.transpose(0, 2, 1)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = e / e.sum(axis=-1, keepdims=True) * keep[:, np.newaxis]
    return weights, weights @ values


def additive_scores(queries, keys, v):
    return np.tanh(queries[:, :, np.newaxis] + keys[:, np.newaxis]) @ v


def _weights_of_scores(queries, keys, v):
    e = np.exp(additive_scores(queries, keys, v))
    return e / e.sum(axis=-1, keepdims=True)


def positions(length, size):
    slow = 10_000 ** (np.arange(0, size, 2) / size)
    angle = np.arange(length)[:, np.newaxis] / slow
    table = np.zeros((length, size))
    table[:, 0::2], table[:, 1::2] = np.sin(angle), np.cos(angle)
    return table


def _own_speed(length, size):
    columns = np.arange(size)
    angle = np.arange(length)[:, np.newaxis] / 10_000 ** (columns / size)
    return np.where(columns % 2, np.cos(angle), np.sin(angle))


def heads(x, count):
    n, t, d = x.shape
    return x.reshape(n, t, count, d // count).transpose(0, 2, 1, 3)


def mass_on(weights, alignment):
    found = [
        sum(row[place] for place in places)
        for row, places in zip(weights, alignment, strict=True)
        if places
    ]
    return sum(found) / len(found)


def _over_all(weights, alignment):
    pairs = zip(weights, alignment, strict=True)
    return sum(row[list(places)].sum() for row, places in pairs) / len(weights)


def _of_all_weights(weights, alignment):
    pairs = zip(weights, alignment, strict=True)
    return sum(row[list(places)].sum() for row, places in pairs)


def _hits(weights, alignment):
    pairs = zip(weights, alignment, strict=True)
    return np.mean([row.argmax() in places for row, places in pairs if places])


def looks_back(length, width):
    t = np.arange(length)[:, np.newaxis]
    s = np.arange(length)
    return (s <= t) & (s > t - width)


class Script:
    """step(word, state): scores by a table; the state counts the calls."""

    def __init__(self, *rows):
        self.rows = np.array(rows, float)  # (words, words): the next word's
        self.boost = np.arange(len(self.rows))

    def __call__(self, word, state):
        return self.rows[word] + state * self.boost, state + 0.5


_rng = np.random.default_rng(20)


def _some(*shape):
    return _rng.standard_normal(shape)


_REAL = np.arange(6) < np.array([[6], [3], [1], [4], [2]])
_ROWS = np.array([[2, 7, 5, 3, 0], [2, 4, 3, 0, 0], [2, 9, 8, 6, 3]])
_ALIGNED = ((0,), (), (2, 1), (3,), (4,))

EXERCISES = (
    Exercise(
        id="20.1",
        title="Shifted by one",
        level="warm-up",
        reference=shifted,
        cases=(
            Case(np.array([[2, 5, 3]])),
            Case(_ROWS),
            Case(_rng.integers(4, 20, (5, 7))),
        ),
        hints=(
            "It reads start and says the first word; it reads the first word "
            "and says the second.",
            "Both have one column less than rows.",
            "rows[:, :-1] is read, rows[:, 1:] is asked for.",
        ),
        mistakes=(
            Mistake(
                edit("rows[:, :-1], rows[:, 1:]", "rows[:, 1:], rows[:, :-1]"),
                "The two are exchanged: your decoder reads a word and is "
                "asked for the one *before* it.",
            ),
            Mistake(
                edit("rows[:, 1:]", "rows[:, :-1]"),
                "Read and asked are the same: the network would learn to "
                "repeat the word it reads. What is asked begins one later.",
            ),
            Mistake(
                edit("rows[:, :-1]", "rows[:, 1:]"),
                "Read and asked are the same, and start is never read: the "
                "decoder needs it to say its first word.",
            ),
            Mistake(
                edit("rows[:, :-1]", "rows"),
                "What is read has a column more than what is asked. Nothing "
                "is asked after the last word: leave it out.",
            ),
            Mistake(
                edit("rows[:, :-1], rows[:, 1:]", "rows[:-1], rows[1:]"),
                "You shifted the sentences, the first axis. Words lie along "
                "the second: rows[:, ...].",
            ),
            Mistake(
                edit("rows[:, 1:]", "rows[:, 2:]"),
                "What is asked begins with the second word. Reading start, "
                "the decoder is asked for the first: rows[:, 1:].",
            ),
        ),
        explanation="At step t the decoder reads word t - 1 of the true "
        "translation: teacher forcing.",
    ),
    Exercise(
        id="20.2",
        title="Greedy decoding",
        level="core",
        reference=speak,
        cases=(
            Case(
                Script(
                    [0] * 6,
                    [0] * 6,
                    [0, 0, 0, 0, 9, 1],
                    [0] * 6,
                    [0, 0, 0, 2, 1, 9],
                    [0, 0, 0, 9, 1, 2],
                ),
                0.0,
                8,
            ),
            Case(
                Script(
                    [0] * 6,
                    [0] * 6,
                    [-9, -9, -9, -1, -2, -3.5],
                    [0] * 6,
                    [0] * 6,
                    [0] * 6,
                ),
                0.0,
                8,
            ),
            Case(
                Script(*(9 * np.eye(7)[[4, 4, 4, 4, 5, 4, 4]])),
                0.0,
                5,
            ),
            Case(
                Script(
                    [0] * 6,
                    [0] * 6,
                    [0, 0, 0, 0, 5, 3],
                    [0] * 6,
                    [0, 0, 0, 0, 4, 2.2],
                    [0, 0, 0, 9, 0, 0],
                ),
                0.0,
                9,
            ),
        ),
        hints=(
            "Four things again and again: step, likeliest word, stop at END, "
            "keep the word.",
            "The word that was said goes into the next step, and the state "
            "that came back, too.",
            "word, said = START, []; while len(said) < limit: scores, state "
            "= step(word, state); word = int(np.argmax(scores)) ...",
        ),
        mistakes=(
            Mistake(
                edit("scores, state = step(word", "scores, _ = step(word"),
                "The state that step returns is lost: the decoder forgets "
                "all it said but one word.",
            ),
            Mistake(
                edit("step(word, state)", "step(START, state)"),
                "You feed START at every step. Feed back the word that was "
                "said.",
            ),
            Mistake(
                edit(
                    "        if word == END:\n            break\n"
                    "        said.append(word)\n",
                    "        said.append(word)\n"
                    "        if word == END:\n            break\n",
                ),
                "END is in your list. It says that the sentence is over and "
                "is no word of it.",
            ),
            Mistake(
                edit("        if word == END:\n            break\n", ""),
                "You go on after END, until the limit. What comes after it "
                "means nothing: stop there.",
            ),
            Mistake(
                edit("argmax", "argmin"),
                "The least likely word is taken. np.argmax gives the place "
                "of the largest score.",
            ),
            Mistake(
                edit("said = START, []", "said = START, [START]"),
                "START is in your list. It is read, never said.",
            ),
            Mistake(
                edit("len(said) < limit", "len(said) <= limit"),
                "One word too many where END never comes: limit words at "
                "most.",
            ),
        ),
        explanation="Nobody supplies true words any more. A wrong word is "
        "read by the next step, which has never seen such a thing in "
        "training: exposure bias.",
    ),
    Exercise(
        id="20.3",
        title="Dot-product attention",
        level="core",
        reference=dot_attention,
        cases=(
            Case(
                np.array([[[2.0, 0.0]]]),
                np.array([[[1.0, 0.0], [0.0, 1.0], [0.5, 2.0]]]),
                np.array([[[1.0], [2.0], [4.0]]]),
                np.array([[True, True, False]]),
            ),
            Case(_some(5, 2, 4), _some(5, 6, 4), _some(5, 6, 3), _REAL),
            Case(
                np.array([[[30.0, -40.0], [1.0, 1.0]]]),
                np.array([[[30.0, 5.0], [-20.0, 3.0], [31.0, -2.0]]]),
                np.array([[[1.0, 2.0, 3.0]] * 3]) * [[[1], [-2], [3]]],
                np.array([[True, True, True]]),
            ),
            Case(
                -np.ones((1, 2, 3)),
                np.array([[[50.0, 60, 70], [3, 2, 1], [9, 9, 9]]]),
                _some(1, 3, 2),
                np.array([[True, False, False]]),
            ),
        ),
        hints=(
            "Scores first: each query with each key. Then the mask, the "
            "softmax, the mixture.",
            "keys.transpose(0, 2, 1) is (n, d, s); keep[:, np.newaxis] is "
            "(n, 1, s) and fits (n, t, s).",
            "np.where(keep[:, np.newaxis], scores, -1e9), then a softmax "
            "over the last axis, then weights @ values.",
        ),
        mistakes=(
            Mistake(
                edit("np.where(keep[:, np.newaxis], scores, -1e9)", "scores"),
                "Padding gets weight: keep is not used. Set its scores to "
                "-1e9 before the softmax.",
            ),
            Mistake(
                _masked_after,
                "You set the weights of padding to 0 after the softmax: the "
                "rest no longer sums to one. Mask the scores, before.",
            ),
            Mistake(
                edit(
                    "max(axis=-1",
                    "max(axis=1",
                    "e.sum(axis=-1",
                    "e.sum(axis=1",
                ),
                "Your softmax runs over the queries. For each query the "
                "weights of the source words sum to one: the last axis.",
            ),
            Mistake(
                edit("scores, -1e9", "scores, 0"),
                "A score of 0 is no small score: exp(0) = 1. Padding needs "
                "a very negative one, -1e9.",
            ),
            Mistake(
                edit("np.where(keep[:", "np.where(~keep[:"),
                "The mask is turned round: real words are left out, padding "
                "is kept. keep is True for real words.",
            ),
            Mistake(
                edit("weights, weights @ values", "weights, weights @ keys"),
                "You mixed the keys. They are only compared with; what is "
                "mixed are the values.",
            ),
            Mistake(
                edit(
                    "scores = queries @ keys.transpose(0, 2, 1)",
                    "scores = queries @ keys.transpose(0, 2, 1)"
                    " / np.sqrt(keys.shape[-1])",
                ),
                "Divided by the root of d: that is the *scaled* dot product "
                "of transformers. Asked for is the plain one.",
            ),
            Mistake(
                edit("weights, weights @ values", "weights @ values, weights"),
                "You return the contexts first. Weights, then contexts.",
            ),
            Mistake(
                edit(" - scores.max(axis=-1, keepdims=True)", ""),
                "exp of a large score is infinite. Subtract each row's "
                "largest score first: the weights stay the same.",
            ),
        ),
        explanation="Three lines of matrices. Where they are used for the "
        "whole translation at once, no step waits for another.",
    ),
    Exercise(
        id="20.4",
        title="Additive scores",
        level="core",
        reference=additive_scores,
        cases=(
            Case(
                np.array([[[1.0]]]),
                np.array([[[0.5], [-2.0]]]),
                np.array([3.0]),
            ),
            Case(_some(5, 2, 4), _some(5, 3, 4), _some(4)),
            Case(2 * _some(2, 4, 3), 2 * _some(2, 4, 3), _some(3)),
        ),
        hints=(
            "Each query meets each key: one axis more.",
            "queries[:, :, np.newaxis] is (n, t, 1, d), keys[:, np.newaxis] "
            "is (n, 1, s, d).",
            "np.tanh of their sum, (n, t, s, d), and @ v takes d away.",
        ),
        mistakes=(
            Mistake(
                edit("np.tanh", ""),
                "Without tanh the query adds the same number to all of its "
                "scores, and a softmax does not notice.",
            ),
            Mistake(
                edit("newaxis] + keys", "newaxis] * keys"),
                "You multiplied: that is nearer to a dot product. Additive "
                "attention adds query and key.",
            ),
            Mistake(
                edit(
                    "queries[:, :, np.newaxis] + keys[:, np.newaxis]",
                    "queries[:, np.newaxis] + keys[:, :, np.newaxis]",
                ),
                "Your scores are (n, s, t): a row for each key. Rows belong "
                "to the queries: give them the axis before the keys'.",
            ),
            Mistake(
                _weights_of_scores,
                "These are weights: a softmax is in it. Asked for are the "
                "scores, before it.",
            ),
            Mistake(
                edit(" @ v", ".sum(axis=-1)"),
                "You summed over the d numbers. v weighs them: @ v.",
            ),
            Mistake(
                edit(
                    "np.tanh(queries[:, :, np.newaxis] + keys[:, np.newaxis])"
                    " @ v",
                    "np.tanh((queries[:, :, np.newaxis]"
                    " + keys[:, np.newaxis]) @ v)",
                ),
                "The tanh is around the finished score. It belongs around "
                "the sum of query and key, before v.",
            ),
        ),
        explanation="A table (n, t, s, d) is in memory for a moment: that is "
        "what the dot product spares.",
    ),
    Exercise(
        id="20.5",
        title="Positions",
        level="core",
        reference=positions,
        cases=(Case(1, 2), Case(3, 4), Case(6, 8), Case(11, 6)),
        hints=(
            "Columns come in pairs with one speed: k = 0, 1, ...",
            "The exponents, two by two, are np.arange(0, size, 2) / size.",
            "angle = t / slow, (length, size / 2); its sine goes to "
            "table[:, 0::2], its cosine to table[:, 1::2].",
        ),
        mistakes=(
            Mistake(
                edit(
                    "np.sin(angle), np.cos(angle)",
                    "np.cos(angle), np.sin(angle)",
                ),
                "Sine and cosine are exchanged: position 0 is 0, 1, 0, 1 ...",
            ),
            Mistake(
                edit(
                    "np.arange(0, size, 2) / size",
                    "np.arange(size // 2) / size",
                ),
                "The exponent is 2k / d; yours is k / d, so that the waves "
                "get slower half as fast.",
            ),
            Mistake(
                _own_speed,
                "Your cosines have speeds of their own. Columns 2k and 2k + 1 "
                "are a pair: both have the exponent 2k / d.",
            ),
            Mistake(
                edit("np.newaxis] / slow", "np.newaxis] * slow"),
                "You multiplied by 10000 to the power: the waves get faster "
                "and faster. Divide.",
            ),
            Mistake(
                edit(
                    "table[:, 0::2], table[:, 1::2]",
                    "table[:, : size // 2], table[:, size // 2 :]",
                ),
                "All sines first, then all cosines: a common variant. Here, "
                "as in the paper, they take turns.",
            ),
            Mistake(
                edit("np.arange(length)", "np.arange(1, length + 1)"),
                "Your first position is 1. The first is 0: 0, 1, 0, 1 ...",
            ),
        ),
        explanation="Each pair turns like the hand of a clock, at a speed of "
        "its own. A shift by some places is a turn by some angle, whatever "
        "the place.",
    ),
    Exercise(
        id="20.6",
        title="Heads",
        level="core",
        reference=heads,
        cases=(
            Case(np.arange(8.0).reshape(1, 2, 4), 2),
            Case(np.arange(24.0).reshape(2, 2, 6), 3),
            Case(_some(5, 3, 8), 4),
            Case(_some(2, 3, 4), 1),
        ),
        hints=(
            "First cut each vector, then bring the parts to the front.",
            "x.reshape(n, t, count, d // count) cuts; an axis must move.",
            "... .transpose(0, 2, 1, 3) puts the heads before the words.",
        ),
        mistakes=(
            Mistake(
                edit(
                    "x.reshape(n, t, count, d // count).transpose(0, 2, 1, 3)",
                    "x.reshape(n, count, t, d // count)",
                ),
                "The shape is right, the numbers are not: a reshape keeps "
                "their order, so that parts of different words land in one. "
                "Cut first, (n, t, count, d / count), then transpose.",
            ),
            Mistake(
                edit(".transpose(0, 2, 1, 3)", ""),
                "The parts are cut, but words still come before heads. "
                "transpose(0, 2, 1, 3).",
            ),
            Mistake(
                edit("transpose(0, 2, 1, 3)", "transpose(2, 0, 1, 3)"),
                "The heads stand before the sentences. The sentences, n, stay "
                "in front: (n, count, t, d / count).",
            ),
            Mistake(
                edit("t, count, d // count", "t, d // count, count"),
                "You cut into d / count parts of count numbers: the other "
                "way round.",
            ),
        ),
        explanation="Each head looks for itself, with d / count numbers; "
        "together they cost what one head with d would.",
    ),
    Exercise(
        id="20.7",
        title="Weight on the true words",
        level="core",
        reference=mass_on,
        cases=(
            Case(np.array([[0.75, 0.25], [0.5, 0.5]]), ((0,), ())),
            Case(_rng.dirichlet(np.ones(5), 5), _ALIGNED),
            Case(_rng.dirichlet(np.ones(4), 3), ((), (0, 3), (1,))),
            Case(_rng.dirichlet(np.ones(6), 2), ((5, 0, 1), ())),
        ),
        hints=(
            "A word's mass is the sum of its weights at its true places.",
            "Leave out the words whose tuple is empty, in the sum and in "
            "the count.",
            "found = [row[list(p)].sum() for row, p in zip(weights, "
            "alignment) if p], then its mean.",
        ),
        mistakes=(
            Mistake(
                _over_all,
                "You divided by all words. Those with an empty tuple do not "
                "count.",
            ),
            Mistake(
                _hits,
                "You counted how often the largest weight is at a true place. "
                "Asked for is how much weight lies there.",
            ),
            Mistake(
                _of_all_weights,
                "This is the sum. Divide by the words that have a source.",
            ),
            Mistake(
                edit(
                    "sum(row[place] for place in places)",
                    "sum(row[place] for place in places) / len(places)",
                ),
                "You averaged over a word's places. Mass adds up: two true "
                "places may have a half each.",
            ),
            Mistake(
                edit("sum(row[place] for place in places)", "row[places[0]]"),
                "You took the first true place only. A word may come from "
                "several.",
            ),
        ),
        explanation="Compare it with chance (places / source words) and with "
        "the weights of another sentence. Without them 0.6 says little.",
    ),
    Exercise(
        id="20.8",
        title="A mask that looks back, not far",
        level="stretch",
        reference=looks_back,
        cases=(Case(1, 1), Case(4, 2), Case(5, 5), Case(6, 3), Case(7, 1)),
        hints=(
            "Rows are words that look, columns are words looked at.",
            "s <= t: not ahead. And t - s must be smaller than width.",
            "(s <= t) & (s > t - width), with t as a column.",
        ),
        mistakes=(
            Mistake(
                edit("s <= t", "s >= t", "s > t - width", "s < t + width"),
                "Yours looks ahead. Row t may look at columns up to t.",
            ),
            Mistake(
                edit("(s <= t) & (s > t - width)", "abs(s - t) < width"),
                "Yours sees as far ahead as back. "
                "Row t must be False after column t.",
            ),
            Mistake(
                edit("s <= t", "s < t"),
                "A word may look at its own place, too: s <= t. (What it "
                "is asked for is the next word.)",
            ),
            Mistake(
                edit("s > t - width", "s >= t - width"),
                "One too far: its own place counts among the width words.",
            ),
            Mistake(
                edit(" & (s > t - width)", ""),
                "This is the whole causal mask. No word may look further "
                "back than width words.",
            ),
        ),
        explanation="With width = length it is the usual causal mask, "
        "np.tril of ones.",
    ),
)
