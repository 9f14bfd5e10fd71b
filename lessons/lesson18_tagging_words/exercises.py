"""Exercises of lesson 18: tagging words."""

from collections import Counter

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def masked_loss(tags, probabilities):
    from keras import losses, ops

    each = losses.sparse_categorical_crossentropy(tags, probabilities)
    real = ops.cast(tags > 0, each.dtype)
    return ops.sum(each * real) / ops.sum(real)


def spans(tags):
    found, start = [], 0
    for end in range(1, len(tags) + 1):
        tag = tags[end] if end < len(tags) else "O"
        goes_on = tag[:1] == "I" and tag[2:] == tags[start][2:]
        if goes_on:
            continue
        if tags[start] != "O":
            found.append((tags[start][2:], start, end))
        start = end
    return found


def padded(sentences, numbers):
    length = max(len(sentence) for sentence in sentences)
    rows = np.zeros((len(sentences), length), int)
    for place, sentence in enumerate(sentences):
        row = [numbers.get(word, 1) for word in sentence]
        rows[place, : len(row)] = row
    return rows


def numbered(train, test, at_least):
    counts = Counter(word for sentence in train for word in sentence)
    usual = sorted(counts, key=lambda word: (-counts[word], word))
    kept = [word for word in usual if counts[word] >= at_least]
    number = {word: place + 2 for place, word in enumerate(kept)}
    return [[number.get(word, 1) for word in sentence] for sentence in test]


def f1_by_kind(truth, said):
    found = {}
    for kind in {span[0] for span in [*truth, *said]}:
        wanted = {span for span in truth if span[0] == kind}
        given = {span for span in said if span[0] == kind}
        right = len(wanted & given)
        found[kind] = 2 * right / (len(wanted) + len(given))
    return found


def accuracy(truth, said):
    real = truth > 0
    return (truth == said)[real].mean()


def viterbi(scores, steps):
    best, came = scores[0], []
    for score in scores[1:]:
        ways = best[:, np.newaxis] + steps
        came.append(ways.argmax(axis=0))
        best = ways.max(axis=0) + score
    path = [int(best.argmax())]
    for back in reversed(came):
        path.append(int(back[path[-1]]))
    return path[::-1]


def _by_token(truth, said):
    """Words that lie in a span of the same kind in both."""

    def words(found):
        return [(kind, k, 0) for kind, a, b in found for k in range(a, b)]

    return f1_by_kind(words(truth), words(said))


def _by_overlap(truth, said):
    """A span counts as right where it shares a word with a true one."""
    found = {}
    for kind in sorted({span[0] for span in [*truth, *said]}):
        wanted = [span[1:] for span in truth if span[0] == kind]
        given = [span[1:] for span in said if span[0] == kind]
        met = sum(any(a < d and c < b for c, d in given) for a, b in wanted)
        hit = sum(any(a < d and c < b for c, d in wanted) for a, b in given)
        found[kind] = (met + hit) / (len(wanted) + len(given))
    return found


def _greedy(scores, steps):
    """The best next tag at each word, given the one before."""
    path = [int(scores[0].argmax())]
    for score in scores[1:]:
        path.append(int((steps[path[-1]] + score).argmax()))
    return path


def _from_all(train, test, at_least):
    everything = [*train, *test]
    return numbered(everything, test, at_least)


def _only_begins(tags):
    """Stray inside tags begin nothing; a change of kind is not seen."""
    found, start, kind = [], None, ""
    for place, tag in enumerate([*tags, "O"]):
        if start is not None and tag[0] != "I":
            found.append((kind, start, place))
            start = None
        if tag[0] == "B":
            start, kind = place, tag[2:]
    return found


def _strays_dropped(tags):
    """Only B- begins; what continues nothing is no part of any name."""
    found, start, kind = [], None, ""
    for place, tag in enumerate([*tags, "O"]):
        if start is not None and (tag[0] != "I" or tag[2:] != kind):
            found.append((kind, start, place))
            start = None
        if tag[0] == "B":
            start, kind = place, tag[2:]
    return found


def _until_o(tags):
    """A name goes on up to the next O, whatever begins before."""
    found, start = [], None
    for place, tag in enumerate([*tags, "O"]):
        if tag == "O" and start is not None:
            found.append((tags[start][2:], start, place))
            start = None
        elif tag != "O" and start is None:
            start = place
    return found


def _word_by_word(tags):
    """A span for each word that is part of a name."""
    return [(t[2:], k, k + 1) for k, t in enumerate(tags) if t != "O"]


def _first_words(tags):
    """A span for the first word of each name only."""
    return [(t[2:], k, k + 1) for k, t in enumerate(tags) if t[0] == "B"]


def _ragged(sentences, numbers):
    """Numbers, but nothing is filled up."""
    return [[numbers.get(word, 1) for word in s] for s in sentences]


def _best_so_far(scores, steps):
    """The best tag at each word up to there, without walking back."""
    best, path = scores[0], [int(scores[0].argmax())]
    for score in scores[1:]:
        best = (best[:, np.newaxis] + steps).max(axis=0) + score
        path.append(int(best.argmax()))
    return path


def _other_axis(scores, steps):
    """The best tag after each tag, instead of the best one before it."""
    best, came = scores[0], []
    for score in scores[1:]:
        ways = best[:, np.newaxis] + steps
        came.append(ways.argmax(axis=1))
        best = ways.max(axis=1) + score
    path = [int(best.argmax())]
    for back in reversed(came):
        path.append(int(back[path[-1]]))
    return path[::-1]


_rng = np.random.default_rng(18)
_truth = np.array([[2, 1, 3, 0, 0], [1, 0, 0, 0, 0], [3, 2, 2, 1, 0]])
_said = np.array([[2, 1, 1, 3, 0], [1, 0, 0, 0, 0], [3, 3, 2, 1, 1]])


def _shares(*shape):
    """Probabilities, float32 as in training, with a sum of 1 at the end."""
    values = _rng.uniform(0.1, 1, shape)
    return (values / values.sum(axis=-1, keepdims=True)).astype("float32")


_TEXTS = (
    ["we", "bank", "the", "coin"],
    ["stop"],
    ["the", "bank", "will", "bank", "it"],
)
_TRAIN = [["the", "bank", "can", "wait"], ["we", "can", "bank", "the", "can"]]
_TEST = [["the", "bank", "waits", "for", "the", "waits"], ["wait"], ["we"]]
_N, _F = -9.0, 0.0  # a step that must not be, a step that may

EXERCISES = (
    Exercise(
        id="18.1",
        title="A loss without padding",
        level="core",
        reference=masked_loss,
        atol=1e-5,
        cases=(
            Case(
                np.array([[1, 0]]),
                np.array([[[0.25, 0.5, 0.25], [0.5, 0.25, 0.25]]], "float32"),
            ),
            Case(
                np.array([[2, 1, 1], [1, 0, 0]]),
                _shares(2, 3, 3),
            ),
            Case(_truth, _shares(3, 5, 4)),
            Case(np.array([[3, 1], [2, 2], [1, 1]]), _shares(3, 2, 4)),
            Case(
                np.array(
                    [[3, 1, 2], [2, 0, 0], [1, 1, 1], [2, 2, 0], [3, 0, 0]]
                ),
                np.random.default_rng(5)
                .dirichlet(np.ones(4), (5, 3))
                .astype("float32"),
            ),
        ),
        hints=(
            "Which numbers do you have for each place, and which of them "
            "belong to a real word?",
            "keras.losses.sparse_categorical_crossentropy(tags, "
            "probabilities) has shape (batch, steps): a loss for each place. "
            "tags > 0 says which places are words.",
            "real = ops.cast(tags > 0, each.dtype); "
            "ops.sum(each * real) / ops.sum(real)",
        ),
        mistakes=(
            Mistake(
                edit("ops.sum(each * real) / ops.sum(real)", "ops.mean(each)"),
                "Padding is in your loss: you take the mean over all places. "
                "Multiply by the mask, and divide by the number of words.",
            ),
            Mistake(
                edit(
                    "ops.sum(each * real) / ops.sum(real)",
                    "ops.mean(each * real)",
                ),
                "You leave padding out of the sum but divide by all places: "
                "the loss shrinks with each padding. Divide by the number of "
                "words.",
            ),
            Mistake(
                edit("ops.sum(each * real) / ops.sum(real)", "each * real"),
                "Those are the losses place by place. Give one number: their "
                "sum over the number of words.",
            ),
            Mistake(
                edit(
                    "ops.sum(each * real) / ops.sum(real)",
                    "ops.sum(each * real)",
                ),
                "That is the sum. It grows with the batch; divide by the "
                "number of words.",
            ),
            Mistake(
                edit(
                    "ops.sum(each * real) / ops.sum(real)",
                    "ops.mean(ops.sum(each * real, 1) / ops.sum(real, 1))",
                ),
                "A mean of means: the word of a short sentence weighs more "
                "than that of a long one. One sum over all words, divided "
                "once.",
            ),
            Mistake(
                edit(
                    "ops.sum(each * real) / ops.sum(real)",
                    "ops.sum(each * real) / len(tags)",
                ),
                "You divide by the number of sentences. Divide by the number "
                "of words.",
            ),
            Mistake(
                edit(
                    "ops.sum(each * real) / ops.sum(real)",
                    "ops.sum(each * real, 1) / ops.sum(real, 1)",
                ),
                "That is one loss for each sentence. Give one number for all "
                "words.",
            ),
            Mistake(
                edit(
                    "ops.sum(each * real) / ops.sum(real)",
                    "ops.sum(each) / ops.sum(real)",
                ),
                "The losses of padding are still in your sum. Multiply by the "
                "mask first.",
            ),
            Mistake(
                edit("tags > 0", "tags == 0"),
                "Your mask is turned round: it keeps padding and drops the "
                "words.",
            ),
            Mistake(
                edit("tags > 0", "tags > 1"),
                "Only tag 0 is padding; you leave out tag 1, too.",
            ),
            Mistake(
                edit("tags > 0", "probabilities.argmax(axis=-1) > 0"),
                "Where padding is, the true tags say, not the network.",
            ),
            Mistake(
                edit("= losses", "= -losses"),
                "The sign: cross-entropy is minus the logarithm.",
            ),
            Mistake(
                edit(
                    "ops.sum(each * real) / ops.sum(real)",
                    "ops.sum(each * real) / ops.sum(real) / 0.693147",
                ),
                "That is in bits. The natural logarithm is wanted.",
            ),
            Mistake(
                edit("each * real", "(1 - ops.exp(-each)) * real"),
                "Cross-entropy is the negative logarithm of the probability, "
                "not what is missing to 1.",
            ),
            Mistake(
                edit(
                    "each * real",
                    "-ops.log(ops.max(probabilities, -1)) * real",
                ),
                "You take the largest probability. That of the true tag is "
                "what counts.",
            ),
        ),
        explanation="Each word has the same weight, whatever sentence it is "
        "in, and padding has none.",
    ),
    Exercise(
        id="18.2",
        title="From BIO tags to spans",
        level="core",
        reference=spans,
        cases=(
            Case(["O", "B-PER", "O"]),
            Case(["B-PER", "I-PER", "O", "B-LOC"]),
            Case(["B-PER", "B-PER"]),
            Case(["O", "I-LOC", "I-LOC", "O"]),
            Case(["B-PER", "I-LOC", "I-LOC"]),
            Case(["B-ORG", "I-ORG", "B-ORG", "I-ORG", "I-PER", "O", "I-PER"]),
            Case(["O", "O"]),
        ),
        hints=(
            "Walk along the tags. Where does a name end, and may the same "
            "place begin another?",
            "A name goes on only with an I- of the same kind. Everything "
            "else ends it; B- and I- then begin the next.",
            "Add an O at the end, so that the last name is closed too; "
            "remember start and kind of the open name.",
        ),
        mistakes=(
            Mistake(
                _only_begins,
                "A stray I- begins a name by conlleval's rules: after O, and "
                "after a name of another kind.",
            ),
            Mistake(
                _strays_dropped,
                "You leave a stray I- out. By conlleval's rules it begins a "
                "name: after O, and after a name of another kind.",
            ),
            Mistake(
                _until_o,
                "Your names go on up to the next O. B- ends a name and begins "
                "the next, and so does an I- of another kind.",
            ),
            Mistake(
                _word_by_word,
                "You give each word a span of its own. An I- of the same kind "
                "belongs to the name that began before.",
            ),
            Mistake(
                _first_words,
                "You give the first word of each name only. Go on to where "
                "the name ends.",
            ),
            Mistake(
                edit(
                    "(tags[start][2:], start, end)",
                    "(tags[start][2:], start, end - start)",
                ),
                "The third number is where the name stops, not how many words "
                "it has.",
            ),
            Mistake(
                edit("(tags[start][2:], start, end)", "(start, end)"),
                "The kind is missing: (kind, start, stop).",
            ),
            Mistake(
                edit(
                    "(tags[start][2:], start, end)",
                    "(tags[start][2:], start, end - 1)",
                ),
                "Off by one: stop is the first place after the name, as in a "
                "slice.",
            ),
            Mistake(
                edit(
                    "(tags[start][2:], start, end)",
                    "(tags[start], start, end)",
                ),
                "The kind is PER, LOC or ORG, without B- or I-.",
            ),
            Mistake(
                edit('tag[:1] == "I" and ', 'tag[:1] != "O" and '),
                "Two names side by side have become one: B- always begins a "
                "new name.",
            ),
            Mistake(
                edit(
                    " and tag[2:] == tags[start][2:]",
                    ' and tags[start] != "O"',
                ),
                "A name cannot change its kind: an I- of another kind ends it "
                "and begins the next.",
            ),
            Mistake(
                edit("range(1, len(tags) + 1)", "range(1, len(tags))"),
                "A name that reaches the end of the sentence is lost: close "
                "it there.",
            ),
            Mistake(
                edit("return found", "return set(found)"),
                "Give a list, in order.",
            ),
        ),
        explanation="A span is a kind, a start and a stop. conlleval is "
        "generous: a stray I- begins a name, so that every sequence of tags "
        "has spans.",
    ),
    Exercise(
        id="18.3",
        title="Rows of equal length",
        level="warm-up",
        reference=padded,
        cases=(
            Case([["a"], ["b", "a"]], {"a": 2, "b": 3}),
            Case(_TEXTS, {"the": 2, "we": 3, "will": 4, "stay": 5}),
        ),
        hints=(
            "How wide must the array be, and what stands where no word is?",
            "np.zeros((len(sentences), longest), int); then the beginning of "
            "each row. numbers.get(word, 1) gives 1 for what is unknown.",
            "row[:len(sentence)] = [numbers.get(w, 1) for w in sentence]",
        ),
        mistakes=(
            Mistake(
                _ragged,
                "Your rows are as long as their sentences. Fill them up with "
                "0, behind the words, to the length of the longest.",
            ),
            Mistake(
                edit(
                    "[numbers.get(word, 1) for word in sentence]",
                    "[numbers[word] for word in sentence if word in numbers]",
                ),
                "You drop unknown words, so the tags no longer fit: a number "
                "for each word, 1 for what is unknown.",
            ),
            Mistake(
                edit("place, : len(row)", "place, length - len(row) :"),
                "You pad in front. Words first, padding behind: a GPU's fast "
                "LSTM takes no other mask.",
            ),
            Mistake(
                edit("numbers.get(word, 1)", "numbers.get(word, 0)"),
                "An unknown word is 1. 0 is padding: your word would vanish "
                "behind the mask.",
            ),
            Mistake(
                edit("max(len", "min(len"),
                "That is the shortest sentence. The rows are as long as the "
                "longest.",
            ),
            Mistake(
                edit(
                    "np.zeros((len(sentences), length), int)",
                    "np.ones((len(sentences), length), int)",
                ),
                "You fill up with 1, which is the unknown word. Padding is 0.",
            ),
        ),
        explanation="Two numbers are taken: 0 is no word at all, 1 a word "
        "that nobody knows. They must never be mixed up.",
    ),
    Exercise(
        id="18.4",
        title="An accuracy of words",
        level="warm-up",
        reference=accuracy,
        cases=(
            Case(np.array([[1, 2, 0, 0]]), np.array([[1, 1, 0, 0]])),
            Case(np.array([[1, 2, 0, 0]]), np.array([[1, 0, 0, 0]])),
            Case(_truth, _said),
            Case(np.array([[2, 1], [3, 0]]), np.array([[1, 1], [3, 3]])),
            Case(
                np.array(
                    [[2, 1, 0], [3, 0, 0], [1, 2, 3], [2, 2, 0], [1, 0, 0]]
                ),
                np.array(
                    [[2, 1, 1], [1, 0, 0], [1, 2, 2], [2, 0, 0], [3, 1, 0]]
                ),
            ),
        ),
        hints=(
            "Which places are asked about?",
            "truth > 0 says where a word is. Compare there, and nowhere else.",
            "(truth == said)[truth > 0].mean()",
        ),
        mistakes=(
            Mistake(
                edit("[real].mean()", ".mean()"),
                "You count padding. Where both are 0 nothing was achieved: "
                "ask about the words only.",
            ),
            Mistake(
                edit(
                    "(truth == said)[real].mean()",
                    "((truth == said) & real).mean()",
                ),
                "You divide by all places: each padding now counts as an "
                "error. Divide by the number of words.",
            ),
            Mistake(
                edit("truth > 0", "said > 0"),
                "The truth says where words are. With yours a tagger could "
                "skip the hard ones by saying 0.",
            ),
            Mistake(
                edit("truth > 0", "(truth > 0) & (said > 0)"),
                "A word for which padding was said is an error, and counts. "
                "With yours a tagger could skip the hard ones by saying 0.",
            ),
            Mistake(
                edit("truth > 0", "(truth > 0) | (said > 0)"),
                "The truth says where words are. What was said behind the end "
                "of a sentence is no word and does not count.",
            ),
            Mistake(
                edit(
                    "(truth == said)[real].mean()",
                    "np.mean([(t == s)[t > 0].mean() for t, s in "
                    "zip(truth, said)])",
                ),
                "A mean over sentences: the words of short ones weigh more. "
                "One mean over all words.",
            ),
            Mistake(
                edit(
                    "(truth == said)[real].mean()",
                    "(truth == said)[real].sum()",
                ),
                "That is a count. Give the share.",
            ),
            Mistake(
                edit("truth == said", "truth != said"),
                "That is the share of errors.",
            ),
        ),
        explanation="The mask again. A number is only as honest as the "
        "places that it counts.",
    ),
    Exercise(
        id="18.5",
        title="Numbers for words, without looking at the test",
        level="core",
        reference=numbered,
        cases=(
            Case(_TRAIN, _TEST, 1),
            Case(_TRAIN, _TEST, 2),
            Case([["b", "a", "b", "a", "c"]], [["c", "b", "a", "d"]], 1),
            Case([["b", "b", "b", "a"], ["a"]], [["a", "b", "c"]], 2),
        ),
        hints=(
            "Whose words may have a number of their own?",
            "Count the words of train; keep those that are there at_least "
            "times, commonest first, ties in alphabetical order. The first "
            "has number 2.",
            "number.get(word, 1) for each word of each test sentence",
        ),
        mistakes=(
            Mistake(
                _from_all,
                "Your vocabulary knows words of the test. In use nobody hands "
                "them over before: count train only.",
            ),
            Mistake(
                edit("counts[word] >= at_least", "counts[word] > at_least"),
                "At least so often: >=, not >.",
            ),
            Mistake(
                edit("place + 2", "place"),
                "0 is padding and 1 is unknown: the first word has number 2.",
            ),
            Mistake(
                edit("place + 2", "place + 1"),
                "1 is for unknown words: the first word has number 2.",
            ),
            Mistake(
                edit("number.get(word, 1)", "number.get(word, 0)"),
                "An unknown word is 1. 0 is padding.",
            ),
            Mistake(
                edit(
                    "[number.get(word, 1) for word in sentence]",
                    "[number[word] for word in sentence if word in number]",
                ),
                "You drop unknown words, so the tags no longer fit: a number "
                "for each word, 1 for what is unknown.",
            ),
            Mistake(
                edit(" if counts[word] >= at_least", ""),
                "at_least is not used: words of the training that are rarer "
                "have no number of their own, they are 1.",
            ),
            Mistake(
                edit(
                    "train for word in sentence",
                    "train for word in set(sentence)",
                ),
                "You count in how many sentences a word is. Count how often "
                "it is there.",
            ),
            Mistake(
                edit("(-counts[word], word)", "-counts[word]"),
                "Words that are equally common stand in the order in which "
                "they came. Ties go by the alphabet.",
            ),
            Mistake(
                edit(
                    "key=lambda word: (-counts[word], word)",
                    "key=lambda word: (counts[word], word), reverse=True",
                ),
                "reverse=True turns the ties round, too. Sort by -count and "
                "then by the word.",
            ),
            Mistake(
                edit("(-counts[word], word)", "word"),
                "The commonest word comes first, not the first of the "
                "alphabet.",
            ),
            Mistake(
                edit("(-counts[word], word)", "(counts[word], word)"),
                "You begin with the rarest word. The commonest comes first.",
            ),
            Mistake(
                edit("for sentence in test]", "for sentence in train]"),
                "Those are the training sentences. The test's are wanted, in "
                "numbers of the training.",
            ),
        ),
        explanation="A vocabulary is fitted, like a mean. What only the test "
        "has must come out as unknown, since that is what it is.",
    ),
    Exercise(
        id="18.6",
        title="F1 of each kind of name",
        level="core",
        reference=f1_by_kind,
        cases=(
            Case([("PER", 0, 2)], [("PER", 0, 2)]),
            Case([("PER", 0, 2)], [("PER", 0, 1)]),
            Case(
                [("PER", 0, 2), ("LOC", 3, 4), ("PER", 6, 7)], [("PER", 0, 2)]
            ),
            Case(
                [
                    *(("ORG", 0, 4), ("PER", 5, 6), ("LOC", 8, 9)),
                    *(("PER", 10, 12), ("PER", 13, 14)),
                ],
                [
                    *(("ORG", 0, 4), ("LOC", 5, 6), ("LOC", 7, 9)),
                    *(("PER", 9, 10), ("PER", 10, 12), ("ORG", 13, 14)),
                    ("ORG", 15, 18),
                ],
            ),
            Case([], [("PER", 0, 1)]),
            Case([], []),
        ),
        hints=(
            "When is a name right? Kind, start and stop must agree.",
            "For each kind in either list: right = the spans that both have, "
            "F1 = 2 * right / (true + said).",
            "kinds = {span[0] for span in [*truth, *said]}; then sets of the "
            "spans of one kind, and len(wanted & given)",
        ),
        mistakes=(
            Mistake(
                _by_token,
                "You count words. A name is right as a whole or not at all: "
                "compare spans.",
            ),
            Mistake(
                _by_overlap,
                "You count a span as right where it overlaps a true one. "
                "Kind, start and stop must all agree.",
            ),
            Mistake(
                edit("2 * right /", "right /"),
                "Half of it: 2 * right over the sum of both counts.",
            ),
            Mistake(
                edit(
                    "2 * right / (len(wanted) + len(given))",
                    "right / len(given) if given else 0.0",
                ),
                "That is precision: right of those that were said. Recall is "
                "missing.",
            ),
            Mistake(
                edit(
                    "2 * right / (len(wanted) + len(given))",
                    "right / len(wanted) if wanted else 0.0",
                ),
                "That is recall: right of those that are true. Precision is "
                "missing.",
            ),
            Mistake(
                edit(
                    "2 * right / (len(wanted) + len(given))",
                    "right / len(wanted | given)",
                ),
                "That is right over all that is true or said, the Jaccard "
                "index. F1 is the harmonic mean of precision and recall.",
            ),
            Mistake(
                edit(
                    "2 * right / (len(wanted) + len(given))",
                    "(right / max(len(wanted), 1) + right / max(len(given), "
                    "1)) / 2",
                ),
                "That is the plain mean of precision and recall. F1 is their "
                "harmonic mean.",
            ),
            Mistake(
                edit("found[kind] =", "if right: found[kind] ="),
                "A kind of which no name is right is missing: its F1 is 0.",
            ),
            Mistake(
                edit(
                    "{span[0] for span in [*truth, *said]}",
                    "{span[0] for span in truth} & {span[0] for span in said}",
                ),
                "A kind that only one of the two has is missing: its F1 is 0.",
            ),
            Mistake(
                edit("[*truth, *said]", "truth"),
                "A kind that was said and is never true is missing: its F1 is "
                "0.",
            ),
            Mistake(
                edit("[*truth, *said]", "said"),
                "A kind that is true and was never said is missing: its F1 is "
                "0.",
            ),
        ),
        explanation="A name with one wrong word is wrong, and costs twice: "
        "one that was said and is not true, one that is true and was not "
        "said.",
    ),
    Exercise(
        id="18.7",
        title="The best path: Viterbi",
        level="stretch",
        reference=viterbi,
        cases=(
            Case(
                np.array([[0.0, 1.0], [1.5, 0.0]]),
                np.array([[_F, _N], [_N, _F]]),
            ),
            Case(
                np.array([[2.0, 1.9], [0.0, 1.0], [3.0, 0.0]]),
                np.array([[_F, _N], [_F, _F]]),
            ),
            Case(
                _rng.normal(size=(5, 3)).round(1),
                _rng.normal(size=(3, 3)).round(1),
            ),
            Case(
                _rng.normal(size=(6, 4)).round(1),
                2 * _rng.normal(size=(4, 4)).round(1),
            ),
            Case(np.array([[0.0, 2.0, 1.0]]), np.zeros((3, 3))),
        ),
        hints=(
            "The best path to a tag at word t comes from some tag at word "
            "t - 1, and is the best path to that one.",
            "best has a number for each tag. best[:, np.newaxis] + steps has "
            "all pairs (before, now): the max over axis 0 is the new best, "
            "its argmax is where it came from.",
            "At the end begin with best.argmax() and follow the kept argmax "
            "arrays back; then turn the path round.",
        ),
        mistakes=(
            Mistake(
                _greedy,
                "You go on from the best tag so far. A path that begins worse "
                "may end better: keep the best path to every tag.",
            ),
            Mistake(
                lambda scores, steps: [int(k) for k in scores.argmax(axis=1)],
                "You take the best tag at each word. The steps between tags "
                "count as well.",
            ),
            Mistake(
                _best_so_far,
                "You note the best end at each word. A later word may prefer "
                "another way: keep where each tag came from, and walk back "
                "from the last word.",
            ),
            Mistake(
                _other_axis,
                "The best tag *before* each tag is wanted: of (before, now) "
                "the maximum and its place along axis 0.",
            ),
            Mistake(
                edit("ways.argmax(axis=0)", "ways.argmax(axis=1)"),
                "For the way back you need, for each tag now, the best tag "
                "before: argmax along axis 0 of (before, now).",
            ),
            Mistake(
                edit("best[:, np.newaxis] + steps", "best + steps"),
                "best belongs to the tag before, the row of steps: make it a "
                "column, best[:, np.newaxis].",
            ),
            Mistake(
                edit("+ steps", "+ steps.T"),
                "steps[before, now]: yours is turned round.",
            ),
            Mistake(
                edit("path[::-1]", "path"),
                "Your path runs from the last word to the first. Turn it "
                "round.",
            ),
            Mistake(
                edit("ways.max(axis=0) + score", "ways.max(axis=0)"),
                "The score of the word itself is missing.",
            ),
            Mistake(
                edit(
                    "best, came = scores[0], []",
                    "best, came = 0 * scores[0], []",
                ),
                "The scores of the first word are missing.",
            ),
        ),
        explanation="Of all tags ** words paths only tags * tags * words sums "
        "are needed, since the best way to a tag does not care how it goes "
        "on.",
    ),
)
