"""Exercises of lesson 21: captions."""

from collections import Counter

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def teach(rows):
    return rows[:, :-1], rows[:, 1:]


def sentence(numbers, words):
    said = []
    for number in numbers:
        if number == 3:
            break
        if number not in (0, 2):
            said.append(words[number])
    return " ".join(said)


def columns(captions):
    return [list(column) for column in zip(*captions, strict=True)]


def _cut_in_pieces(captions):
    flat = [text for group in captions for text in group]
    size = len(captions)
    return [flat[k : k + size] for k in range(0, len(flat), size)]


def sentence_cost(costs, targets):
    mask = targets != 0
    return (costs * mask).sum() / mask.sum()


def clipped(candidate, references, n):
    def grams(text):
        words = text.split()
        return Counter(zip(*(words[k:] for k in range(n)), strict=False))

    most: Counter = Counter()
    for reference in references:
        most |= grams(reference)
    have = grams(candidate)
    return (have & most).total(), have.total()


def _best_reference(candidate, references, n):
    return max(clipped(candidate, [one], n) for one in references)


def best_sentence(log_probabilities, lengths, alpha):
    return int(np.argmax(log_probabilities / lengths**alpha))


def beam_step(scores, log_probabilities, beams):
    total = (scores[:, np.newaxis] + log_probabilities).ravel()
    best = np.argsort(-total)[:beams]
    width = log_probabilities.shape[1]
    return best // width, best % width, total[best]


def _one_each(scores, log_probabilities, beams):
    word = log_probabilities.argmax(axis=1)
    total = scores + log_probabilities.max(axis=1)
    order = np.argsort(-total)[:beams]
    return order, word[order], total[order]


def corpus_bleu(candidates, references, order):
    counts = np.zeros((order, 2))
    size = closest = 0
    for text, group in zip(candidates, references, strict=True):
        counts += [clipped(text, group, n + 1) for n in range(order)]
        mine = len(text.split())
        lengths = sorted(len(one.split()) for one in group)
        closest += min(lengths, key=lambda length: abs(length - mine))
        size += mine
    shares = counts[:, 0] / counts[:, 1]
    penalty = min(1.0, np.exp(1 - closest / size))
    return 100 * penalty * shares.prod() ** (1 / order)


def _mean_of_sentences(candidates, references, order):
    pairs = zip(candidates, references, strict=True)
    return np.mean([corpus_bleu([a], [b], order) for a, b in pairs])


_rng = np.random.default_rng(21)
_WORDS = ["<pad>", "<unk>", "<start>", "<end>", "a", "dog", "runs"]
_TWO = [("a cat", "one cat"), ("a dog", "the dog")]
_THREE = [("p1", "p2"), ("q1", "q2"), ("r1", "r2")]
_ROWS = np.array([[2, 4, 5, 3, 0], [2, 6, 3, 0, 0]])

EXERCISES = (
    Exercise(
        id="21.1",
        title="One step of a beam",
        level="core",
        reference=beam_step,
        cases=(
            Case(np.array([-1.0, -2.0]), np.log([[0.6, 0.4], [0.9, 0.1]]), 2),
            Case(
                np.array([-0.1, -0.2]),
                np.log([[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]]),
                2,
            ),
            Case(
                np.array([-0.5, -4.0, -6.0]),
                np.log([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.9, 0.06, 0.04]]),
                3,
            ),
            Case(
                np.array([-1.0, -1.2]),
                np.log([[0.1, 0.2, 0.4, 0.3], [0.05, 0.45, 0.15, 0.35]]),
                5,
            ),
            Case(np.array([-0.5]), np.log([[0.1, 0.6, 0.3]]), 2),
            Case(-3 * _rng.random(5), np.log(_rng.random((5, 7))), 4),
        ),
        hints=(
            "All beams are continued by all words; the best of them all stay.",
            "scores[:, np.newaxis] + log_probabilities is (beams, words).",
            "Flatten, argsort; // and % by the number of words give back the "
            "parent and the word.",
        ),
        mistakes=(
            Mistake(
                edit("scores[:, np.newaxis] + ", ""),
                "You forgot what the beginnings cost: add scores to the new "
                "log-probabilities before you choose.",
            ),
            Mistake(
                _one_each,
                "You kept the best continuation of each beam. Two children "
                "of one good beginning may both beat all the others: choose "
                "among all.",
            ),
            Mistake(
                edit(" + ", " * "),
                "Logarithms are added, not multiplied: log(pq) = log p + "
                "log q.",
            ),
            Mistake(
                edit("-total", "total"),
                "argsort puts the smallest first: you kept the worst. Sort "
                "the negative totals.",
            ),
            Mistake(
                edit("[:beams]", "[:beams][::-1]"),
                "The right ones, in the wrong order: best first.",
            ),
            Mistake(
                edit("log_probabilities.shape[1]", "len(scores)"),
                "A flat table has a row for each beam, as long as there are "
                "words: // and % by the number of words, not of beams.",
            ),
            Mistake(
                edit("total[best]", "log_probabilities.ravel()[best]"),
                "Parents and words are right, but you returned the step's "
                "log-probabilities. The score of a sentence includes its "
                "beginning.",
            ),
            Mistake(
                edit("scores[:, np.newaxis]", "scores"),
                "You added a score to each column, a word. It belongs to a "
                "row, a beginning: make scores (k, 1) with np.newaxis.",
            ),
            Mistake(
                edit(
                    "best // width, best % width",
                    "best % width, best // width",
                ),
                "Parents and words are swapped. // gives the row of the flat "
                "table, the parent; % gives the column, the word.",
            ),
            Mistake(
                edit(
                    "np.argsort(-total)[:beams]",
                    "np.arange(len(scores)) * log_probabilities.shape[1] + "
                    "log_probabilities.argmax(axis=1)",
                ),
                "You took the best word of each beam. Two children of one "
                "good beginning may both beat those of the others: choose "
                "among all, best first.",
            ),
        ),
        explanation="The parent tells whose state to carry on. Forgetting to "
        "reorder the states by parent is the classic bug of batched beams.",
    ),
    Exercise(
        id="21.2",
        title="Clipped counts",
        level="core",
        reference=clipped,
        cases=(
            Case("a ball", ("a dog", "the ball"), 1),
            Case("a a a a", ("a red ball", "a dog and a cat"), 1),
            Case("the dog the dog", ("the dog sits", "here is the dog"), 2),
            Case(
                "a red ball and a dog",
                ("a dog and a red ball", "a red ball next to a dog"),
                3,
            ),
        ),
        hints=(
            "How often may an n-gram count, if a reference has it twice?",
            "For each n-gram take the largest count in any one reference.",
            "Counter has | for the larger count and & for the smaller one: "
            "most |= grams(reference, n) for each reference, then "
            "(have & most).total().",
        ),
        mistakes=(
            Mistake(
                edit(
                    "(have & most).total()", "sum(have[gram] for gram in most)"
                ),
                "A gram that is in a reference counts every time you say it: "
                "'a a a a' is perfect. Clip its count at the largest count "
                "in one reference.",
            ),
            Mistake(
                edit("|=", "+="),
                "You added the references' counts up. A reference is one "
                "way to say it all: take the largest count in any of them, "
                "with | and not with +.",
            ),
            Mistake(
                edit("in references", "in references[:1]"),
                "Only the first reference was looked at. Each of them may "
                "supply a gram.",
            ),
            Mistake(
                _best_reference,
                "You took the one reference that fits best. Each gram may "
                "come from another: take the largest counts gram by gram.",
            ),
            Mistake(
                edit(
                    "(have & most).total(), have.total()",
                    "len(have & most), len(have)",
                ),
                "You counted each different gram once. A candidate that says "
                "a gram twice has it twice, above and below: count.",
            ),
            Mistake(
                edit("have.total()", "len(candidate.split())"),
                "The matches are right, but you returned the number of words. "
                "Of five words there are four pairs and three triples.",
            ),
            Mistake(
                edit("have.total()", "most.total()"),
                "The matches are right, but the second number is of what the "
                "references have. Asked for are the candidate's n-grams.",
            ),
            Mistake(
                edit("text.split()", "text.split()[:-1]"),
                "You left the last n-gram out. Of m words there are m - n + "
                "1, the last of them at m - n.",
            ),
            Mistake(
                edit(
                    "grams(reference)",
                    "Counter({gram: reference.count(' '.join(gram))"
                    " for gram in grams(candidate)})",
                ),
                "reference.count looks for letters: it finds a in ball too. "
                "Count n-grams of words, in references as in the candidate.",
            ),
            Mistake(
                edit(
                    "(have & most).total(), have.total()",
                    "(have & most).total() / have.total()",
                ),
                "That is the share already. Return the two counts: over a "
                "test set they are added up before anything is divided.",
            ),
            Mistake(
                edit(
                    "(have & most).total(), have.total()",
                    "have.total(), (have & most).total()",
                ),
                "The two counts are right, in the other order: matches first.",
            ),
        ),
        explanation="Clipping stops a captioner from repeating a safe word. "
        "Several references make the score higher, never lower: with more of "
        "them, more grams are allowed.",
    ),
    Exercise(
        id="21.3",
        title="What the teacher shows, and asks for",
        level="warm-up",
        reference=teach,
        cases=(
            Case(np.array([[2, 7, 3]])),
            Case(_ROWS),
            Case(_rng.integers(0, 9, (5, 6))),
        ),
        hints=(
            "The network sees <start> and is asked for the first word.",
            "Both results have one column less than rows.",
            "All columns but the last are seen; all but the first are asked.",
        ),
        mistakes=(
            Mistake(
                edit("rows[:, 1:]", "rows[:, :-1]"),
                "Input and target are the same: the network learns to repeat "
                "the word it was just given, and to score <start>. Shift the "
                "targets by one.",
            ),
            Mistake(
                edit("rows[:, :-1], rows[:, 1:]", "rows[:, 1:], rows[:, :-1]"),
                "The other way round: this network sees a word and must say "
                "the one before it. Input is all but the last column.",
            ),
            Mistake(
                edit("rows[:, :-1], rows[:, 1:]", "rows, rows"),
                "Two whole rows: <start> would be scored, and nothing is "
                "shifted. Cut the last column of one and the first of the "
                "other.",
            ),
            Mistake(
                edit("rows[:, :-1]", "rows"),
                "The targets are right, but the input is a word longer: "
                "after the last word nothing is asked. Cut its last column.",
            ),
            Mistake(
                edit("rows[:, :-1]", "rows[:, 1:]"),
                "Input and target are the same, and nobody sees <start>: the "
                "first word would have nothing before it. Only the targets "
                "lose the first column.",
            ),
            Mistake(
                edit("rows[:, :-1], rows[:, 1:]", "rows[:-1], rows[1:]"),
                "You cut the first axis: that leaves whole sentences out. "
                "Words are on the second axis: rows[:, ...].",
            ),
            Mistake(
                edit(
                    "rows[:, :-1], rows[:, 1:]", "rows[:, 1:-1], rows[:, 2:]"
                ),
                "You dropped <start> from the input, too: nobody is asked "
                "for the first word. The input begins with <start>.",
            ),
        ),
        explanation="At step t the network has read words 0 to t and is asked "
        "for word t + 1. <start> is never a target: nobody has to guess it.",
    ),
    Exercise(
        id="21.4",
        title="From numbers to words",
        level="warm-up",
        reference=sentence,
        cases=(
            Case([4, 5, 3], _WORDS),
            Case([2, 4, 1, 3, 0], _WORDS),
            Case([2, 4, 5, 6, 3, 0, 0], _WORDS),
            Case([4, 5, 3, 4, 6, 3], _WORDS),
            Case([2, 4, 5, 0, 0], _WORDS),
        ),
        hints=(
            "Which of the numbers 0 to 3 should be said aloud?",
            "Stop at the first 3; leave 0 and 2 out.",
            "A for loop with break, and ' '.join at the end.",
        ),
        mistakes=(
            Mistake(
                edit("break", "pass", "(0, 2)", "()"),
                "You say <end> and <pad> aloud. BLEU counts them as words "
                "that no reference has: padding in BLEU costs many points.",
            ),
            Mistake(
                edit("break", "continue"),
                "After the first <end> nothing is meant any more; a decoder "
                "may leave anything there. Stop at it.",
            ),
            Mistake(
                edit("break", "pass", "(0, 2)", "(0,)"),
                "Padding is gone, but <start> and <end> are still said.",
            ),
            Mistake(
                edit("(0, 2)", "(0,)"),
                "You stop at the end, but <start> is still said.",
            ),
            Mistake(
                edit("(0, 2)", "(0, 1, 2)"),
                "You left the unknown word out. A word was said there: "
                "without <unk> the sentence looks shorter than it was.",
            ),
            Mistake(
                edit("not in (0, 2)", "> 3", "[number]", "[number - 4]"),
                "You subtracted 4, but words begins with the four special "
                "ones: number k is words[k].",
            ),
            Mistake(
                edit("(0, 2)", "()"),
                "You stop at the end, but not all before it is said: <start> "
                "is not, nor is the padding of a row without an end.",
            ),
            Mistake(
                edit("in numbers:", "in numbers[: numbers.index(3)]:"),
                "A sentence may have no end: the decoder stops at its longest "
                "length. Then everything is said but padding and start.",
            ),
            Mistake(
                edit("in numbers:", "in numbers[1:]:"),
                "You left out the first number, whatever it is. A decoded "
                "row need not begin with <start>: leave out 2, wherever it "
                "stands.",
            ),
            Mistake(
                edit("in numbers:", "in numbers[1 : numbers.index(3)]:"),
                "Your slice takes two things for granted: that the row "
                "begins with <start>, and that it has an end. Look at each "
                "number instead.",
            ),
            Mistake(
                lambda numbers, words: " ".join(
                    words[number] for number in numbers[1:-1]
                ),
                "You cut one number off at each end. A row need not begin "
                "with <start>, and padding may stand behind <end>: look at "
                "each number.",
            ),
        ),
        explanation="Start, end and padding belong to the network, not to the "
        "caption; <unk> stands for a word that was said. "
        "A score that suddenly drops by half is often an <end> in every "
        "candidate.",
    ),
    Exercise(
        id="21.5",
        title="Padding is free",
        level="core",
        reference=sentence_cost,
        cases=(
            Case(np.array([[1.0, 3.0, 9.0]]), np.array([[4, 3, 0]])),
            Case(
                np.array([[2.0, 1.0, 4.0, 8.0], [6.0, 5.0, 5.0, 5.0]]),
                np.array([[4, 1, 6, 3], [3, 0, 0, 0]]),
            ),
            Case(_rng.random((5, 7)), _rng.integers(0, 9, (5, 7))),
        ),
        hints=(
            "Which numbers of costs belong to words?",
            "mask = targets != 0 has the shape of costs.",
            "Sum the masked costs, and divide by the number of words.",
        ),
        mistakes=(
            Mistake(
                edit("(costs * mask).sum() / mask.sum()", "costs.mean()"),
                "The cost of padding is in your mean. Multiply by the mask "
                "first.",
            ),
            Mistake(
                edit("sum() / mask.sum()", "mean()"),
                "Padding costs nothing any more, but you still divide by its "
                "number: short sentences look cheap. Divide by mask.sum().",
            ),
            Mistake(
                edit(
                    "(costs * mask).sum() / mask.sum()",
                    "((costs * mask).sum(axis=1) / mask.sum(axis=1)).mean()",
                ),
                "You averaged the sentences' means: a word of a short "
                "sentence then weighs more than one of a long sentence. Sum "
                "over everything first.",
            ),
            Mistake(
                edit(" / mask.sum()", ""),
                "That is the sum. Divide it by the number of words, "
                "mask.sum().",
            ),
            Mistake(
                edit("mask.sum()", "len(targets)"),
                "That is the mean cost of a sentence. Divide by the number "
                "of words, not of sentences.",
            ),
            Mistake(
                edit("sum() / mask.sum()", "sum(axis=1) / mask.sum(axis=1)"),
                "One number for each sentence. Asked for is one number: sum "
                "over both axes before you divide.",
            ),
            Mistake(
                edit("targets != 0", "(targets != 0) & (targets != 3)"),
                "<end> (3) is free in your mean, but it must be paid for: "
                "else nobody learns to stop. Only padding (0) is free.",
            ),
            Mistake(
                edit("(costs * mask).sum()", "costs.sum()"),
                "You divide by the words, but the cost of padding is still in "
                "the sum. Multiply by the mask first.",
            ),
            Mistake(
                edit("!=", "=="),
                "Your mask keeps the padding and drops the words. It must be "
                "true where the target is not 0.",
            ),
        ),
        explanation="One sum of costs, one count of words. Keras does it with "
        "sample weights and reduction='mean_with_sample_weight'; its default "
        "divides by all places, padding included.",
    ),
    Exercise(
        id="21.6",
        title="References in columns",
        level="core",
        reference=columns,
        cases=(
            Case([("a cat",)]),
            Case(_TWO),
            Case(_THREE),
            Case([tuple(f"{k}{n}" for n in range(3)) for k in "pqrst"]),
        ),
        hints=(
            "The k-th column holds the k-th caption of every picture.",
            "n tuples of k become k lists of n: a transposed table.",
            "zip(*captions) turns rows into columns; make a list of each, "
            "and of them all.",
        ),
        mistakes=(
            Mistake(
                _cut_in_pieces,
                "You cut the list of all captions into pieces: a column then "
                "holds several captions of one picture, and candidates meet "
                "the references of other pictures.",
            ),
            Mistake(
                edit("zip(*captions, strict=True)", "captions"),
                "These are still rows, one list a picture. sacrebleu would "
                "take the first picture's captions for everybody's first.",
            ),
            Mistake(
                edit(
                    "list(column)",
                    "text",
                    "zip(*captions, strict=True)",
                    "captions for text in column",
                ),
                "One flat list: which caption belongs to which picture is "
                "lost.",
            ),
            Mistake(
                edit(
                    "list(column)",
                    "column[0]",
                    "zip(*captions, strict=True)",
                    "captions",
                ),
                "Only the first column, everybody's first caption. sacrebleu "
                "wants a list of all columns.",
            ),
            Mistake(
                edit("list(column)", '" ".join(column)'),
                "You glued the captions of a column to one string: BLEU needs "
                "a reference for each picture. Keep them apart, in a list.",
            ),
        ),
        explanation="Mixed references raise no error. The symptom is a BLEU "
        "that the language alone would earn.",
    ),
    Exercise(
        id="21.7",
        title="The best sentence of a beam",
        level="core",
        reference=best_sentence,
        cases=(
            Case(np.array([-1.0, -2.0]), np.array([2.0, 2.0]), 0.7),
            Case(np.array([-3.0, -4.0]), np.array([4.0, 9.0]), 0.7),
            Case(np.array([-2.0, -4.0]), np.array([4.0, 9.0]), 0.5),
            Case(np.array([-2.0, -2.5]), np.array([3.0, 9.0]), 0.0),
            Case(np.array([-1.0, -1.8]), np.array([1.0, 2.0]), 1),
            Case(np.array([-3.0, -2.0]), np.array([2.0, 4.0]), 1),
            Case(np.array([-3.0, -2.9]), np.array([2.0, 9.0]), 1),
            Case(np.array([-6.0, -1.0, -5.0]), np.array([4.0, 2.0, 20.0]), 1),
            Case(
                np.array([-2.0, -6.0, -3.5, -8.0, -3.6]),
                np.array([2.0, 9.0, 4.0, 11.0, 5.0]),
                0.6,
            ),
        ),
        hints=(
            "Log-probabilities are negative: closer to zero is better.",
            "Divide each by its length to the power alpha.",
            "np.argmax of the quotients is the index.",
        ),
        mistakes=(
            Mistake(
                edit(" / lengths**alpha", ""),
                "Without normalisation the short sentence wins: it has fewer "
                "factors below 1. Divide by lengths**alpha.",
            ),
            Mistake(
                edit(" / ", " * "),
                "You multiplied by the length: that punishes long sentences "
                "even more. Log-probabilities are negative; divide.",
            ),
            Mistake(
                edit("log_probabilities /", "np.exp(log_probabilities) /"),
                "You divided the probability. Its logarithm is what grows "
                "with every word: divide that.",
            ),
            Mistake(
                edit("**alpha", ""),
                "You divided by the length itself: alpha is not used. With "
                "alpha 0.5 it is the square root, with 0 no division.",
            ),
            Mistake(
                edit("argmax", "argmin"),
                "argmin finds the worst. Scores are negative: the largest, "
                "closest to zero, is best.",
            ),
            Mistake(
                edit("int(np.argmax", "float(np.max"),
                "That is the best score. Asked for is its index: argmax, not "
                "max.",
            ),
            Mistake(
                edit(
                    "log_probabilities / lengths**alpha",
                    "(log_probabilities / lengths) ** alpha",
                ),
                "The power alpha belongs to the length alone. A negative "
                "number to a power such as 0.7 is no number.",
            ),
            Mistake(
                edit(
                    "log_probabilities / lengths**alpha",
                    "-((-log_probabilities / lengths) ** alpha)",
                ),
                "You took the quotient to the power alpha: that leaves the "
                "order as it is with alpha 1. The power belongs to the "
                "length alone.",
            ),
        ),
        explanation="With alpha 1 it is the mean cost of a word, with alpha 0 "
        "the plain probability. Values near 0.7 are usual.",
    ),
    Exercise(
        id="21.8",
        title="BLEU of a test set",
        level="stretch",
        reference=corpus_bleu,
        cases=(
            Case(["a red ball"], [("a red ball", "the ball is red")], 2),
            Case(
                ["a dog runs on the grass", "a cat sits"],
                [
                    ("a dog runs in the park", "the dog is on the grass"),
                    ("a cat sleeps", "there is a cat that sits here"),
                ],
                2,
            ),
            Case(
                ["a dog runs", "a cat sits on a very red mat"],
                [
                    ("a dog runs over the grass", "here a dog runs fast"),
                    ("a cat sits on the red mat", "on a mat sits a cat"),
                ],
                3,
            ),
            Case(
                ["a dog runs fast", "a cat sits on it"],
                [
                    ("a dog runs very fast", "a dog runs"),
                    ("a cat sits on it all", "it sits on a cat"),
                ],
                1,
            ),
            Case(
                ["a dog runs on it", "the cat"],
                [
                    ("a dog runs on it all", "a dog"),
                    ("the cat of the big house", "a cat that we all see"),
                ],
                2,
            ),
            Case(
                ["a dog on it", "the cat", "a big red ball in a big park"],
                [
                    ("a dog on it all", "dogs"),
                    ("the cat of the house", "a cat that we see"),
                    ("a red ball in a park", "a big ball in a big red park"),
                ],
                2,
            ),
        ),
        hints=(
            "Which three things are added up over the captions? Only then "
            "divide.",
            "For each n the matches and the n-grams, from clipped; the "
            "candidates' words, c; the words of the closest references, r, "
            "the shorter one of two as close.",
            "shares = matches / n-grams, one for each n. Their product to "
            "the power 1 / order, times min(1, exp(1 - r / c)), times 100.",
        ),
        mistakes=(
            Mistake(
                _mean_of_sentences,
                "You averaged the BLEU of the captions. Where one caption "
                "has no match, its BLEU is 0, whatever else is right in it. "
                "Add the counts up first.",
            ),
            Mistake(
                edit("100 * penalty *", "100 *"),
                "The penalty for short captions is missing: a single sure "
                "word would be perfect.",
            ),
            Mistake(
                edit(
                    "min(1.0, np.exp(1 - closest / size))",
                    "np.exp(1 - closest / size)",
                ),
                "Long captions get a bonus from you. The penalty is 1 at "
                "most: min(1, ...).",
            ),
            Mistake(
                edit("shares.prod() ** (1 / order)", "shares.mean()"),
                "You took the usual mean of the shares. BLEU has the "
                "geometric one: their product to the power 1 / order.",
            ),
            Mistake(
                edit(" ** (1 / order)", ""),
                "That is the product of the shares. Take its root: to the "
                "power 1 / order.",
            ),
            Mistake(
                edit("100 * penalty", "penalty"),
                "You return 0 to 1. Papers give BLEU from 0 to 100.",
            ),
            Mistake(
                edit(
                    "min(lengths, key=lambda length: abs(length - mine))",
                    "lengths[0]",
                ),
                "You compare with the shortest reference of each picture. "
                "The closest in length counts.",
            ),
            Mistake(
                edit(
                    "min(lengths, key=lambda length: abs(length - mine))",
                    "lengths[-1]",
                ),
                "You compare with the longest reference of each picture. "
                "The closest in length counts.",
            ),
            Mistake(
                edit("lengths = sorted(", "lengths = list("),
                "Of two references that are as close in length you take the "
                "first; the score then depends on their order. The shorter "
                "one counts.",
            ),
            Mistake(
                edit(
                    "n + 1) for n in range(order)",
                    "order) for n in range(order)",
                ),
                "You counted the longest n-grams only. BLEU has the words, "
                "the pairs and so on, up to the order.",
            ),
            Mistake(
                edit("closest / size", "size / closest"),
                "The lengths are upside down: the penalty is exp(1 - r / c), "
                "with the candidates' words, c, below.",
            ),
        ),
        explanation="It is what sacrebleu computes, without its smoothing. "
        "Adding up first makes long captions weigh more, and no caption can "
        "be 0 by itself.",
    ),
)
