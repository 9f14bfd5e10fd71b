"""Exercises of lesson 16: words to vectors."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def logistic(x):
    return 1 / (1 + np.exp(-x))


def encode(texts, number, length):
    rows = np.zeros((len(texts), length), int)
    for row, text in zip(rows, texts, strict=True):
        found = [number.get(word, 1) for word in text][:length]
        row[: len(found)] = found
    return rows, rows != 0


def pair_gradients(v, U):
    target = np.zeros(len(U))
    target[0] = 1
    p = logistic(U @ v)
    loss = -np.log(p[0]) - np.log(1 - p[1:]).sum()
    error = p - target
    return loss, error @ U, np.outer(error, v)


def masked_mean(vectors, mask):
    real = mask[:, :, np.newaxis]
    count = np.maximum(real.sum(axis=1), 1)
    return (vectors * real).sum(axis=1) / count


def unknown_share(train, test, at_least):
    counts = {}
    for text in train:
        for word in text:
            counts[word] = counts.get(word, 0) + 1
    known = {word for word in counts if counts[word] >= at_least}
    words = [word for text in test for word in text]
    return sum(word not in known for word in words) / len(words)


def skipgram_pairs(numbers, window):
    numbers = [number for number in numbers if number != 0]
    pairs = []
    for place, centre in enumerate(numbers):
        first = max(0, place - window)
        for other in range(first, min(place + window + 1, len(numbers))):
            if other != place:
                pairs.append((centre, numbers[other]))
    return pairs


def _none_is_none(pairs):
    """No pairs are [], and also an array (0, 2)."""
    is_list = isinstance(pairs, (list, tuple, np.ndarray))
    return [] if is_list and np.size(pairs) == 0 else pairs


def _by_distance(numbers, window):
    numbers = [number for number in numbers if number != 0]
    pairs = []
    for gap in range(1, window + 1):
        for left, right in zip(numbers, numbers[gap:], strict=False):
            pairs += [(left, right), (right, left)]
    return pairs


def embedding_table(words, vectors, size):
    table = np.zeros((len(words) + 2, size))
    found = 0
    for row, word in enumerate(words, start=2):
        if word in vectors:
            table[row] = vectors[word]
            found += 1
    return table, found / len(words)


def softmax_gradient(V, U, target):
    scores = V @ U.T
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    p[np.arange(len(V)), target] -= 1
    return p @ U / len(V)


_rng = np.random.default_rng(16)
_number = {"film": 2, "a": 3, "dull": 4, "witty": 5, "long": 6}
_texts = [
    ["a", "witty", "film"],
    ["never", "a", "dull", "film", "a", "long", "one"],
    ["dull"],
]
_mask = np.array(
    [
        [True, True, True, True],
        [True, True, False, False],
        [True, False, False, False],
        [False, False, False, False],
        [True, True, True, False],
    ]
)
_train = [["a", "b", "a", "c"], ["a", "b"], ["d"]]
_vectors = {"a": [1.0, -2.0], "film": [0.5, 4.0], "zebra": [7.0, 7.0]}

EXERCISES = (
    Exercise(
        id="16.1",
        title="Words to rows of numbers",
        level="core",
        reference=encode,
        cases=(
            Case([["a", "film"]], _number, 3),
            Case([["a", "film", "dull"]], _number, 2),
            Case(_texts, _number, 5),
            Case([["so", "so"], [], ["long", "film", "long"]], _number, 4),
        ),
        hints=(
            "Begin with zeros, one row a text. Zero is what is left where "
            "no word stands.",
            "number.get(word, 1) gives 1 for a word that is not known. Cut "
            "with [:length]; the rest of the row stays 0.",
            "found = [number.get(w, 1) for w in text][:length]; "
            "row[: len(found)] = found; return rows, rows != 0",
        ),
        mistakes=(
            Mistake(
                edit(
                    "row[: len(found)] = found",
                    "row[length - len(found) :] = found",
                ),
                "Your padding stands before the words. It belongs behind "
                "them: real steps first.",
            ),
            Mistake(
                edit(
                    "[number.get(word, 1) for word in text]",
                    "[number[word] for word in text if word in number]",
                ),
                'You leave unknown words out. Then "not <unknown>" and '
                '"not" look alike: write 1 where they stood.',
            ),
            Mistake(
                edit("number.get(word, 1)", "number.get(word, 0)"),
                "You give unknown words a 0. That is padding, which nobody "
                "reads: unknown words have the number 1.",
            ),
            Mistake(
                edit("[:length]", "[-length:]"),
                "Too long texts are cut at the end here: keep the first "
                "`length` words.",
            ),
            Mistake(
                edit("rows != 0", "rows > 1"),
                "Your mask is False at unknown words. They are real words, "
                "too: only padding is False.",
            ),
            Mistake(
                edit("rows != 0", "rows == 0"),
                "Your mask is the wrong way round: True for words, False "
                "for padding.",
            ),
            Mistake(
                edit("rows, rows != 0", "rows"),
                "The mask is missing: return rows, rows != 0.",
            ),
            Mistake(
                edit(
                    "[number.get(word, 1) for word in text]",
                    "sorted(number.get(word, 1) for word in text)",
                ),
                "Your numbers are in order of size. Keep them in the order "
                "of the words.",
            ),
        ),
        explanation="Zeros first, then the words from the left: the padding "
        "is what nobody wrote on, and the mask is where something stands.",
    ),
    Exercise(
        id="16.2",
        title="Loss and gradients of one pair",
        level="core",
        reference=pair_gradients,
        cases=(
            Case(np.array([1.0, 2.0]), np.array([[1.0, 0.0], [0.0, 1.0]])),
            Case(
                np.array([0.5, -1.0, 2.0]),
                np.array(
                    [[1.0, 0.5, -1.0], [2.0, 0.0, 0.5], [-1.0, 1.0, 1.0]]
                ),
            ),
            Case(_rng.standard_normal(3), _rng.standard_normal((6, 3))),
            Case(_rng.standard_normal(4), _rng.standard_normal((2, 4))),
        ),
        hints=(
            "First the probabilities p = logistic(U @ v). What should they "
            "be? 1 for row 0, 0 for the others.",
            "The gradient at each score is p - target, as in logistic "
            "regression. The score of row k is U[k] . v: what multiplies v, "
            "what multiplies U[k]?",
            "error = p - target; return loss, error @ U, np.outer(error, v)",
        ),
        mistakes=(
            Mistake(
                edit("error = p - target", "error = target - p"),
                "The sign is turned: that is the way *down*. A gradient "
                "points up, p - target.",
            ),
            Mistake(
                edit("error = p - target", "error = p"),
                "You treat the real neighbour like a noise word. Its target "
                "is 1: subtract it.",
            ),
            Mistake(
                edit(
                    "p = logistic(U @ v)",
                    "p = np.exp(U @ v) / np.exp(U @ v).sum()",
                ),
                "That is a softmax over the few words at hand. Negative "
                "sampling asks a yes-no question of each: the logistic "
                "function.",
            ),
            Mistake(
                edit("np.log(1 - p[1:])", "np.log(p[1:])"),
                "In your loss the noise words are wanted, too. Theirs is "
                "-log(1 - p).",
            ),
            Mistake(
                edit(" - np.log(1 - p[1:]).sum()", ""),
                "The noise words are missing in the loss.",
            ),
            Mistake(
                edit("np.outer(error, v)", "np.outer(v, error)"),
                "Your gradient of U lies on its side: one row for each word, "
                "np.outer(error, v).",
            ),
            Mistake(
                edit("error @ U", "error[0] * U[0]"),
                "The noise words push v, too: sum over all rows.",
            ),
            Mistake(
                edit("error @ U, np.outer(error, v)", "error @ U, error @ U"),
                "The second gradient is that of U: one row for each word.",
            ),
            Mistake(
                edit(
                    "error @ U, np.outer(error, v)",
                    "error @ U, np.outer(error, error @ U)",
                ),
                "You changed v on the way. Both gradients belong to the same "
                "v, the old one.",
            ),
            Mistake(
                edit(").sum()", ").mean()"),
                "The noise words' losses are summed, not averaged.",
            ),
            Mistake(
                edit(
                    "loss, error @ U, np.outer(error, v)",
                    "loss / len(U), error @ U / len(U), "
                    "np.outer(error, v) / len(U)",
                ),
                "You take the mean over the words. The formula has a sum: do "
                "not divide by 1 + K.",
            ),
            Mistake(
                edit(
                    "error = p - target", "error = (p - target) * p * (1 - p)"
                ),
                "The slope of the logistic function is there once too often: "
                "the logarithm in the loss has cancelled it. What is left is "
                "p - target.",
            ),
            Mistake(
                edit("-np.log(p[0]) - np", "np.log(p[0]) + np"),
                "That is the log-likelihood. The loss is minus that.",
            ),
            Mistake(
                edit(
                    "p = logistic(U @ v)",
                    "p = U @ v",
                    "np.log(1 - p[1:])",
                    "np.log(1 - logistic(p[1:]))",
                    "np.log(p[0])",
                    "np.log(logistic(p[0]))",
                ),
                "You subtract the target from the score. It is subtracted "
                "from the probability, logistic(score).",
            ),
            Mistake(
                edit(
                    "loss, error @ U, np.outer(error, v)",
                    "loss, np.outer(error, v), error @ U",
                ),
                "The order: loss, gradient of v, gradient of U.",
            ),
        ),
        explanation="One error for each word, p - target. It pulls v towards "
        "the neighbour and pushes it away from the noise, and each row of U "
        "along v.",
    ),
    Exercise(
        id="16.3",
        title="A mean over real words",
        level="core",
        reference=masked_mean,
        cases=(
            Case(
                np.array([[[1.0, 4.0], [3.0, 0.0], [9.0, 9.0]]]),
                np.array([[True, True, False]]),
            ),
            Case(_rng.standard_normal((5, 4, 3)), _mask),
            Case(_rng.standard_normal((5, 4, 2)), _mask),
        ),
        hints=(
            "Two sums along the words: of the vectors, and of the mask.",
            "mask[:, :, np.newaxis] has shape (batch, length, 1), so that "
            "it multiplies every number of a word.",
            "(vectors * real).sum(axis=1) / np.maximum(real.sum(axis=1), 1)",
        ),
        mistakes=(
            Mistake(
                edit(
                    "(vectors * real).sum(axis=1) / count",
                    "vectors.mean(axis=1)",
                ),
                "The padding is counted in the mean, as words. Multiply by "
                "the mask, and divide by the number of real words.",
            ),
            Mistake(
                edit(
                    "(vectors * real).sum(axis=1) / count",
                    "(vectors * real).mean(axis=1)",
                ),
                "You divide by the length of the row. The padding adds "
                "nothing to the sum, and must not be counted either.",
            ),
            Mistake(
                edit("(vectors * real)", "vectors"),
                "The padding's vectors are in your sum. Multiply by the "
                "mask first.",
            ),
            Mistake(
                edit(" / count", ""),
                "That is the sum: divide by the number of real words.",
            ),
            Mistake(
                edit("np.maximum(real.sum(axis=1), 1)", "real.sum(axis=1)"),
                "A text without words divides by zero and gives NaN. Divide "
                "by 1 at least: its mean is then zeros.",
            ),
            Mistake(
                edit("real.sum(axis=1), 1)", "real.sum(), 1)"),
                "You count the words of the whole batch. Each text has a "
                "number of its own: axis=1.",
            ),
            Mistake(
                edit(
                    "(vectors * real).sum(axis=1) / count",
                    "(vectors * real).sum(axis=2) / mask.sum(axis=1)[:, None]",
                ),
                "You sum the numbers of each word. Sum along the words, "
                "axis=1.",
            ),
            Mistake(
                edit(
                    "np.maximum(real.sum(axis=1), 1)",
                    "real.sum(axis=1) + 1",
                ),
                "You divide by one word too many. Only where there is no "
                "word at all it must be 1: np.maximum.",
            ),
            Mistake(
                edit(
                    "(vectors * real).sum(axis=1) / count",
                    "np.where(real, vectors, -np.inf).max(axis=1)",
                ),
                "That is the largest, not the mean.",
            ),
        ),
        explanation="What is masked may neither add to the sum nor be "
        "counted. The same two lines are in every loss over padded rows.",
    ),
    Exercise(
        id="16.4",
        title="How many words are unknown",
        level="warm-up",
        reference=unknown_share,
        cases=(
            Case(_train, [["a", "x"]], 1),
            Case(_train, [["a", "b", "c"], ["d", "d"]], 2),
            Case(_train, [["c", "a", "e", "e", "e"], ["b"]], 1),
            Case(_train, [["b", "c", "a", "d"], ["a", "b", "x"]], 3),
        ),
        hints=(
            "The vocabulary comes from the training texts alone.",
            "Count each word of the training; known are those with "
            "counts >= at_least. Then look at every word of the test.",
            "sum(word not in known for word in words) / len(words)",
        ),
        mistakes=(
            Mistake(
                edit("for text in train", "for text in [*train, *test]"),
                "You count the test's words, too. In use nobody knows them "
                "beforehand: the vocabulary comes from the training.",
            ),
            Mistake(
                edit(
                    "for word in text:\n            counts",
                    "for word in set(text):\n            counts",
                ),
                "You count the texts that have a word. Count each time it "
                "occurs, also twice in one text.",
            ),
            Mistake(
                edit("counts[word] >= at_least", "counts[word] > at_least"),
                "at_least is enough: >=, not >.",
            ),
            Mistake(
                edit(
                    "[word for text in test for word in text]",
                    "{word for text in test for word in text}",
                ),
                "You count each different word once. A word that stands "
                "three times is read three times.",
            ),
            Mistake(
                edit("word not in known", "word in known"),
                "That is the share of *known* words.",
            ),
            Mistake(
                edit("counts[word] >= at_least", "True"),
                "Rare words are not known: those with fewer than at_least "
                "occurrences in the training.",
            ),
            Mistake(
                edit(" / len(words)", ""),
                "That is how many. Divide by the number of the test's words.",
            ),
            Mistake(
                edit("/ len(words)", "/ len(counts)"),
                "You divide by the size of the vocabulary. The share is of "
                "the test's words.",
            ),
            Mistake(
                edit(
                    "sum(word not in known for word in words) / len(words)",
                    "float(np.mean([np.mean([w not in known for w in text]) "
                    "for text in test]))",
                ),
                "You take each text's share and then their mean: a short "
                "text weighs as much as a long one. Count all words of the "
                "test together.",
            ),
            Mistake(
                edit("/ len(words)", "/ len(test)"),
                "You divide by the number of texts, not of words.",
            ),
        ),
        explanation="Each unknown word is a hole in a sentence. The share "
        "says how many holes to expect with texts nobody has seen.",
    ),
    Exercise(
        id="16.5",
        title="Pairs of neighbours",
        level="core",
        reference=skipgram_pairs,
        summarise=_none_is_none,
        cases=(
            Case([5, 7], 1),
            Case([5, 7, 2, 9, 4, 8, 3], 2),
            Case([5, 7, 5, 2, 0, 0], 1),
            Case([3, 1, 8, 0], 1),
            Case([6], 3),
            Case([4, 4, 9], 5),
        ),
        hints=(
            "Padding is no word: take the zeros out first.",
            "For the word at `place` the others are at place - window to "
            "place + window, as far as there are words, without place.",
            "for other in range(max(0, place - window), min(place + window "
            "+ 1, len(numbers))): if other != place: ...",
        ),
        mistakes=(
            Mistake(
                edit("other != place", "True"),
                "You pair each word with itself. Its place is left out.",
            ),
            Mistake(
                edit("other != place", "numbers[other] != centre"),
                "You leave out equal *words*. Only the same *place* is left "
                "out: a word may stand twice in a window.",
            ),
            Mistake(
                edit("other != place", "other > place"),
                "You look to the right only. A window reaches to both sides.",
            ),
            Mistake(
                edit("other != place", "other < place"),
                "You look to the left only. A window reaches to both sides.",
            ),
            Mistake(
                edit("place + window + 1", "place + window"),
                "The last word on the right is missing: range stops before "
                "its end.",
            ),
            Mistake(
                edit("max(0, place - window)", "place - window"),
                "At the front your places become negative, and Python "
                "counts those from the end: begin at max(0, ...).",
            ),
            Mistake(
                edit("if number != 0", ""),
                "You pair words with padding. Take the zeros out first.",
            ),
            Mistake(
                edit("number != 0", "number > 1"),
                "You leave unknown words out. A 1 is a word, only 0 is "
                "padding: without it words that are no neighbours become "
                "some.",
            ),
            Mistake(
                edit("return pairs", "return sorted(pairs)"),
                "Right pairs in order of size. Asked is the order of the "
                "text: centre by centre, its neighbours from left to right.",
            ),
            Mistake(
                _by_distance,
                "Right pairs, by their distance. Asked is centre by centre, "
                "its neighbours from left to right: two loops, over centres "
                "and then over places.",
            ),
            Mistake(
                edit("(centre, numbers[other])", "(numbers[other], centre)"),
                "The order in a pair: the word in the middle first, then "
                "its neighbour.",
            ),
            Mistake(
                edit("(centre, numbers[other])", "(place, other)"),
                "Those are places. The pairs are of the words' numbers.",
            ),
        ),
        explanation="With a window of w a word in the middle of a text has "
        "2w neighbours, one at its border w.",
    ),
    Exercise(
        id="16.6",
        title="A table from a file of vectors",
        level="core",
        reference=embedding_table,
        cases=(
            Case(["a", "film"], _vectors, 2),
            Case(["dull", "film", "never", "a", "so"], _vectors, 2),
            Case(["x"], {"y": [1.0, 2.0, 3.0]}, 3),
        ),
        hints=(
            "One row a word, and two more in front: 0 is padding, 1 is what "
            "is unknown.",
            "enumerate(words, start=2) gives each word with its row.",
            "if word in vectors: table[row] = vectors[word]; found += 1",
        ),
        mistakes=(
            Mistake(
                edit("start=2", "start=0"),
                "Your first word stands in row 0. Rows 0 and 1 belong to "
                "padding and unknown words: every word got the vector of "
                "another.",
            ),
            Mistake(
                edit("len(words) + 2", "len(words)", "start=2", "start=0"),
                "Two rows are missing in front, for padding and unknown "
                "words: every word got the vector of another.",
            ),
            Mistake(
                edit("len(words) + 2", "len(words) + 1", "start=2", "start=1"),
                "One row is missing in front: there is padding (0), and "
                "there are unknown words (1).",
            ),
            Mistake(
                edit(
                    "enumerate(words, start=2):\n        if word in vectors:",
                    "enumerate(vectors, start=2):\n        if word in words:",
                ),
                "Two tables, two orders: your rows follow the file. Row k "
                "belongs to the word with number k of *your* vocabulary.",
            ),
            Mistake(
                edit("found / len(words)", "found / len(vectors)"),
                "The share is of *your* words that the file has, not of the "
                "file's words that you have.",
            ),
            Mistake(
                edit("table, found / len(words)", "table, found"),
                "That is how many were found. Divide by how many words you "
                "have.",
            ),
            Mistake(
                edit("table, found / len(words)", "table"),
                "The share of found words is missing.",
            ),
            Mistake(
                edit("found / len(words)", "1 - found / len(words)"),
                "That is the share that is missing.",
            ),
            Mistake(
                edit("found / len(words)", "found / (len(words) + 2)"),
                "The two rows in front are no words: divide by len(words).",
            ),
            Mistake(
                edit(
                    "np.zeros((len(words) + 2, size))",
                    "np.ones((len(words) + 2, size))",
                ),
                "What the file does not have stays at zeros here.",
            ),
        ),
        explanation="Two tables, two orders: the file has its own, the "
        "vocabulary another. The word is the only link between them.",
    ),
    Exercise(
        id="16.7",
        title="The gradient with the whole softmax",
        level="stretch",
        reference=softmax_gradient,
        cases=(
            Case(
                np.array([[1.0, 0.0]]),
                np.array([[1.0, 2.0], [0.0, 1.0], [-1.0, 0.5]]),
                np.array([1]),
            ),
            Case(
                _rng.standard_normal((2, 3)),
                _rng.standard_normal((5, 3)),
                np.array([4, 0]),
            ),
            Case(
                _rng.standard_normal((4, 2)),
                _rng.standard_normal((4, 2)),
                np.array([3, 3, 0, 1]),
            ),
        ),
        hints=(
            "scores = V @ U.T has a row for each centre and a column for "
            "each word. Along which must the probabilities add up to 1?",
            "Each centre shares its probability out among all words: "
            "axis=1. The gradient at the scores is p minus the one-hot "
            "target.",
            "p[np.arange(len(V)), target] -= 1; return p @ U / len(V)",
        ),
        mistakes=(
            Mistake(
                edit(
                    "p / p.sum(axis=1, keepdims=True)",
                    "p / p.sum(axis=0, keepdims=True)",
                ),
                "Your softmax adds up to 1 over the centres of the batch: "
                "the wrong side. The question is which *word* stands beside "
                "a centre, so each row adds up to 1.",
            ),
            Mistake(
                edit(
                    "scores - scores.max(axis=1, keepdims=True)",
                    "scores - scores.max(axis=0, keepdims=True)",
                    "p / p.sum(axis=1, keepdims=True)",
                    "p / p.sum(axis=0, keepdims=True)",
                ),
                "Your softmax adds up to 1 over the centres of the batch, "
                "axis=0. The question is which *word* stands beside a "
                "centre: axis=1, each row adds up to 1.",
            ),
            Mistake(
                edit(
                    "scores - scores.max(axis=1, keepdims=True)",
                    "scores",
                    "p / p.sum(axis=1, keepdims=True)",
                    "p / p.sum()",
                ),
                "Your softmax adds up to 1 over the whole table. Each "
                "centre is a question of its own: each row adds up to 1.",
            ),
            Mistake(
                edit("p[np.arange(len(V)), target]", "p[:, target]"),
                "p[:, target] is whole columns: every centre gets every "
                "target. One entry a row: p[np.arange(len(V)), target].",
            ),
            Mistake(
                edit("p[np.arange(len(V)), target] -= 1\n    ", ""),
                "The target is missing: subtract 1 where the neighbour is.",
            ),
            Mistake(
                edit("p @ U / len(V)", "p @ U"),
                "The loss is the *mean* over the pairs: divide by len(V).",
            ),
            Mistake(
                edit("p @ U / len(V)", "p @ U / len(U)"),
                "You divide by the number of words. The mean is over the "
                "pairs: len(V).",
            ),
            Mistake(
                edit("p @ U / len(V)", "-(p @ U) / len(V)"),
                "The sign is turned: p minus target.",
            ),
            Mistake(
                edit("p @ U / len(V)", "p.T @ V / len(V)"),
                "That is the gradient of U. Asked is that of V.",
            ),
            Mistake(
                edit(
                    "np.exp(scores - scores.max(axis=1, keepdims=True))\n"
                    "    p = p / p.sum(axis=1, keepdims=True)",
                    "1 / (1 + np.exp(-scores))",
                ),
                "Those are yes-no questions, as in negative sampling. The "
                "softmax shares one probability out among all words.",
            ),
        ),
        explanation="Every pair touches every row of U: that is why "
        "negative sampling asks a few yes-no questions instead.",
    ),
)
