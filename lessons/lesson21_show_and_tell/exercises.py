"""Exercises of lesson 21: captions."""

from collections import Counter

import numpy as np

from coursekit.exercises.engine import Case, Exercise, Mistake


def teach(rows):
    return rows[:, :-1], rows[:, 1:]


def _not_shifted(rows):
    return rows[:, :-1], rows[:, :-1]


def _backwards(rows):
    return rows[:, 1:], rows[:, :-1]


def _whole_rows(rows):
    return rows, rows


def _input_not_cut(rows):
    return rows, rows[:, 1:]


def _both_without_start(rows):
    return rows[:, 1:], rows[:, 1:]


def _sentences_cut(rows):
    return rows[:-1], rows[1:]


def sentence(numbers, words):
    said = []
    for number in numbers:
        if number == 3:
            break
        if number not in (0, 2):
            said.append(words[number])
    return " ".join(said)


def _special_words_said(numbers, words):
    return " ".join(words[number] for number in numbers)


def _goes_on_after_the_end(numbers, words):
    return " ".join(words[k] for k in numbers if k not in (0, 2, 3))


def _only_padding_removed(numbers, words):
    return " ".join(words[number] for number in numbers if number != 0)


def _up_to_end(numbers):
    numbers = list(numbers)
    return numbers[: numbers.index(3)] if 3 in numbers else numbers


def _start_said(numbers, words):
    return " ".join(words[k] for k in _up_to_end(numbers) if k != 0)


def _unknown_left_out(numbers, words):
    return " ".join(words[k] for k in _up_to_end(numbers) if k > 3)


def _four_subtracted(numbers, words):
    return " ".join(words[k - 4] for k in _up_to_end(numbers) if k > 3)


def columns(captions):
    return [list(column) for column in zip(*captions, strict=True)]


def _rows(captions):
    return [list(group) for group in captions]


def _cut_in_pieces(captions):
    flat = [text for group in captions for text in group]
    size = len(captions)
    return [flat[k : k + size] for k in range(0, len(flat), size)]


def _one_list(captions):
    return [text for group in captions for text in group]


def _first_ones(captions):
    return [group[0] for group in captions]


def _joined(captions):
    return [" ".join(column) for column in zip(*captions, strict=True)]


def sentence_cost(costs, targets):
    mask = targets != 0
    return (costs * mask).sum() / mask.sum()


def _mean_of_all(costs, targets):
    return costs.mean()


def _divided_by_all(costs, targets):
    return (costs * (targets != 0)).mean()


def _mean_of_means(costs, targets):
    mask = targets != 0
    return ((costs * mask).sum(axis=1) / mask.sum(axis=1)).mean()


def _not_divided(costs, targets):
    return (costs * (targets != 0)).sum()


def _divided_by_sentences(costs, targets):
    return (costs * (targets != 0)).sum() / len(targets)


def _one_each_sentence(costs, targets):
    mask = targets != 0
    return (costs * mask).sum(axis=1) / mask.sum(axis=1)


def _end_is_free(costs, targets):
    return costs[(targets != 0) & (targets != 3)].mean()


def precision(candidate, references, n):
    def grams(text):
        words = text.split()
        return Counter(zip(*(words[k:] for k in range(n)), strict=False))

    most: Counter = Counter()
    for reference in references:
        most |= grams(reference)
    have = grams(candidate)
    return (have & most).total() / have.total()


def _grams(text, n):
    words = text.split()
    return Counter(zip(*(words[k:] for k in range(n)), strict=False))


def _not_clipped(candidate, references, n):
    known = set().union(*(_grams(text, n) for text in references))
    have = _grams(candidate, n)
    return sum(have[gram] for gram in have if gram in known) / have.total()


def _added_references(candidate, references, n):
    most: Counter = sum((_grams(r, n) for r in references), Counter())
    have = _grams(candidate, n)
    return (have & most).total() / have.total()


def _first_reference(candidate, references, n):
    have = _grams(candidate, n)
    return (have & _grams(references[0], n)).total() / have.total()


def _each_once(candidate, references, n):
    known = set().union(*(_grams(text, n) for text in references))
    have = set(_grams(candidate, n))
    return len(have & known) / len(have)


def _divided_by_words(candidate, references, n):
    share = precision(candidate, references, n)
    return share * _grams(candidate, n).total() / len(candidate.split())


def _recall(candidate, references, n):
    most: Counter = Counter()
    for reference in references:
        most |= _grams(reference, n)
    return (_grams(candidate, n) & most).total() / most.total()


def _best_reference(candidate, references, n):
    return max(_first_reference(candidate, [r], n) for r in references)


def best_sentence(log_probabilities, lengths, alpha):
    return int(np.argmax(log_probabilities / lengths**alpha))


def _no_normalisation(log_probabilities, lengths, alpha):
    return int(np.argmax(log_probabilities))


def _multiplied(log_probabilities, lengths, alpha):
    return int(np.argmax(log_probabilities * lengths**alpha))


def _probability_divided(log_probabilities, lengths, alpha):
    return int(np.argmax(np.exp(log_probabilities) / lengths**alpha))


def _alpha_unused(log_probabilities, lengths, alpha):
    return int(np.argmax(log_probabilities / lengths))


def _score_itself(log_probabilities, lengths, alpha):
    return float(np.max(log_probabilities / lengths**alpha))


def _worst_score(log_probabilities, lengths, alpha):
    return int(np.argmin(log_probabilities / lengths**alpha))


def beam_step(scores, log_probabilities, beams):
    total = (scores[:, np.newaxis] + log_probabilities).ravel()
    best = np.argsort(-total)[:beams]
    width = log_probabilities.shape[1]
    return best // width, best % width, total[best]


def _step_alone(scores, log_probabilities, beams):
    return beam_step(np.zeros_like(scores), log_probabilities, beams)


def _one_each(scores, log_probabilities, beams):
    word = log_probabilities.argmax(axis=1)
    total = scores + log_probabilities.max(axis=1)
    order = np.argsort(-total)[:beams]
    return order, word[order], total[order]


def _multiplied_scores(scores, log_probabilities, beams):
    total = (scores[:, np.newaxis] * log_probabilities).ravel()
    best = np.argsort(-total)[:beams]
    width = log_probabilities.shape[1]
    return best // width, best % width, total[best]


def _worst_kept(scores, log_probabilities, beams):
    total = (scores[:, np.newaxis] + log_probabilities).ravel()
    best = np.argsort(total)[:beams]
    width = log_probabilities.shape[1]
    return best // width, best % width, total[best]


def _best_last(scores, log_probabilities, beams):
    parents, words, totals = beam_step(scores, log_probabilities, beams)
    return parents[::-1], words[::-1], totals[::-1]


def _divided_by_beams(scores, log_probabilities, beams):
    total = (scores[:, np.newaxis] + log_probabilities).ravel()
    best = np.argsort(-total)[:beams]
    return best // len(scores), best % len(scores), total[best]


def _gains_returned(scores, log_probabilities, beams):
    parents, words, _ = beam_step(scores, log_probabilities, beams)
    return parents, words, log_probabilities[parents, words]


_WORDS = ["<pad>", "<unk>", "<start>", "<end>", "a", "dog", "runs"]
_TWO = [("a cat", "one cat"), ("a dog", "the dog")]
_THREE = [("p1", "p2"), ("q1", "q2"), ("r1", "r2")]
_ROWS = np.array([[2, 4, 5, 3, 0], [2, 6, 3, 0, 0]])

EXERCISES = (
    Exercise(
        id="21.1",
        title="What the teacher shows, and asks for",
        level="warm-up",
        reference=teach,
        cases=(
            Case(np.array([[2, 7, 3]])),
            Case(_ROWS),
        ),
        hints=(
            "The network sees <start> and is asked for the first word.",
            "Both results have one column less than rows.",
            "All columns but the last are seen; all but the first are asked.",
        ),
        mistakes=(
            Mistake(
                _not_shifted,
                "Input and target are the same: the network learns to repeat "
                "the word it was just given, and to score <start>. Shift the "
                "targets by one.",
            ),
            Mistake(
                _backwards,
                "The other way round: this network sees a word and must say "
                "the one before it. Input is all but the last column.",
            ),
            Mistake(
                _whole_rows,
                "Two whole rows: <start> would be scored, and nothing is "
                "shifted. Cut the last column of one and the first of the "
                "other.",
            ),
            Mistake(
                _input_not_cut,
                "The targets are right, but the input is a word longer: "
                "after the last word nothing is asked. Cut its last column.",
            ),
            Mistake(
                _both_without_start,
                "Input and target are the same, and nobody sees <start>: the "
                "first word would have nothing before it. Only the targets "
                "lose the first column.",
            ),
            Mistake(
                _sentences_cut,
                "You cut the first axis: that leaves whole sentences out. "
                "Words are on the second axis: rows[:, ...].",
            ),
        ),
        explanation="At step t the network has read words 0 to t and is asked "
        "for word t + 1. <start> is never a target: nobody has to guess it.",
    ),
    Exercise(
        id="21.2",
        title="From numbers to words",
        level="warm-up",
        reference=sentence,
        cases=(
            Case([4, 5, 3], _WORDS),
            Case([2, 4, 1, 3, 0], _WORDS),
            Case([2, 4, 5, 6, 3, 0, 0], _WORDS),
            Case([4, 5, 3, 4, 6, 3], _WORDS),
        ),
        hints=(
            "Which of the numbers 0 to 3 should be said aloud?",
            "Stop at the first 3; leave 0 and 2 out.",
            "A for loop with break, and ' '.join at the end.",
        ),
        mistakes=(
            Mistake(
                _special_words_said,
                "You say <end> and <pad> aloud. BLEU counts them as words "
                "that no reference has: padding in BLEU costs many points.",
            ),
            Mistake(
                _goes_on_after_the_end,
                "After the first <end> nothing is meant any more; a decoder "
                "may leave anything there. Stop at it.",
            ),
            Mistake(
                _only_padding_removed,
                "Padding is gone, but <start> and <end> are still said.",
            ),
            Mistake(
                _start_said,
                "You stop at the end, but <start> is still said.",
            ),
            Mistake(
                _unknown_left_out,
                "You left the unknown word out. Somebody said a word there: "
                "without <unk> the sentence looks shorter than it was.",
            ),
            Mistake(
                _four_subtracted,
                "You subtracted 4, but words begins with the four special "
                "ones: number k is words[k].",
            ),
        ),
        explanation="Start, end and padding belong to the network, not to the "
        "caption; <unk> stands for a word that was said. "
        "A score that suddenly drops by half is often an <end> in every "
        "candidate.",
    ),
    Exercise(
        id="21.3",
        title="Padding is free",
        level="core",
        reference=sentence_cost,
        cases=(
            Case(np.array([[1.0, 3.0, 9.0]]), np.array([[4, 3, 0]])),
            Case(
                np.array([[2.0, 1.0, 4.0, 8.0], [6.0, 5.0, 5.0, 5.0]]),
                np.array([[4, 1, 6, 3], [3, 0, 0, 0]]),
            ),
        ),
        hints=(
            "Which numbers of costs belong to words?",
            "mask = targets != 0 has the shape of costs.",
            "Sum the masked costs, and divide by the number of words.",
        ),
        mistakes=(
            Mistake(
                _mean_of_all,
                "The cost of padding is in your mean. Multiply by the mask "
                "first.",
            ),
            Mistake(
                _divided_by_all,
                "Padding costs nothing any more, but you still divide by its "
                "number: short sentences look cheap. Divide by mask.sum().",
            ),
            Mistake(
                _mean_of_means,
                "You averaged the sentences' means: a word of a short "
                "sentence then weighs more than one of a long sentence. Sum "
                "over everything first.",
            ),
            Mistake(
                _not_divided,
                "That is the sum. Divide it by the number of words, "
                "mask.sum().",
            ),
            Mistake(
                _divided_by_sentences,
                "That is the mean cost of a sentence. Divide by the number "
                "of words, not of sentences.",
            ),
            Mistake(
                _one_each_sentence,
                "One number for each sentence. Asked for is one number: sum "
                "over both axes before you divide.",
            ),
            Mistake(
                _end_is_free,
                "<end> (3) is free in your mean, but it must be paid for: "
                "else nobody learns to stop. Only padding (0) is free.",
            ),
        ),
        explanation="One sum of costs, one count of words. Keras does it with "
        "sample weights and reduction='mean_with_sample_weight'; its default "
        "divides by all places, padding included.",
    ),
    Exercise(
        id="21.4",
        title="References in columns",
        level="core",
        reference=columns,
        cases=(
            Case([("a cat",)]),
            Case(_TWO),
            Case(_THREE),
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
                _rows,
                "These are still rows, one list a picture. sacrebleu would "
                "take the first picture's captions for everybody's first.",
            ),
            Mistake(
                _one_list,
                "One flat list: which caption belongs to which picture is "
                "lost.",
            ),
            Mistake(
                _first_ones,
                "Only the first column, everybody's first caption. sacrebleu "
                "wants a list of all columns.",
            ),
            Mistake(
                _joined,
                "You glued the captions of a column to one string: BLEU needs "
                "a reference for each picture. Keep them apart, in a list.",
            ),
        ),
        explanation="Mixed references raise no error. The symptom is a BLEU "
        "that the language alone would earn.",
    ),
    Exercise(
        id="21.5",
        title="Clipped precision",
        level="core",
        reference=precision,
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
            "Counter has | for the larger count and & for the smaller one.",
        ),
        mistakes=(
            Mistake(
                _not_clipped,
                "A gram that is in a reference counts every time you say it: "
                "'a a a a' is perfect. Clip its count at the largest count "
                "in one reference.",
            ),
            Mistake(
                _added_references,
                "You added the references' counts up. A reference is one "
                "way to say it all: take the largest count in any of them, "
                "with | and not with +.",
            ),
            Mistake(
                _first_reference,
                "Only the first reference was looked at. Each of them may "
                "supply a gram.",
            ),
            Mistake(
                _best_reference,
                "You took the one reference that fits best. Each gram may "
                "come from another: take the largest counts gram by gram.",
            ),
            Mistake(
                _each_once,
                "You counted each different gram once. A candidate that says "
                "a gram twice has it twice, above and below: count.",
            ),
            Mistake(
                _divided_by_words,
                "You divided by the number of words. Of five words there are "
                "four pairs and three triples: divide by the n-grams.",
            ),
            Mistake(
                _recall,
                "You divided by what the references have: that is a recall. "
                "Precision is a share of the candidate's n-grams.",
            ),
        ),
        explanation="Clipping stops a captioner from repeating a safe word. "
        "Several references make the score higher, never lower: with more of "
        "them, more grams are allowed.",
    ),
    Exercise(
        id="21.6",
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
        ),
        hints=(
            "Log-probabilities are negative: closer to zero is better.",
            "Divide each by its length to the power alpha.",
            "np.argmax of the quotients is the index.",
        ),
        mistakes=(
            Mistake(
                _no_normalisation,
                "Without normalisation the short sentence wins: it has fewer "
                "factors below 1. Divide by lengths**alpha.",
            ),
            Mistake(
                _multiplied,
                "You multiplied by the length: that punishes long sentences "
                "even more. Log-probabilities are negative; divide.",
            ),
            Mistake(
                _probability_divided,
                "You divided the probability. Its logarithm is what grows "
                "with every word: divide that.",
            ),
            Mistake(
                _alpha_unused,
                "You divided by the length itself: alpha is not used. With "
                "alpha 0.5 it is the square root, with 0 no division.",
            ),
            Mistake(
                _worst_score,
                "argmin finds the worst. Scores are negative: the largest, "
                "closest to zero, is best.",
            ),
            Mistake(
                _score_itself,
                "That is the best score. Asked for is its index: argmax, not "
                "max.",
            ),
        ),
        explanation="With alpha 1 it is the mean cost of a word, with alpha 0 "
        "the plain probability. Values near 0.7 are usual.",
    ),
    Exercise(
        id="21.7",
        title="One step of a beam",
        level="stretch",
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
        ),
        hints=(
            "All beams are continued by all words; the best of them all stay.",
            "scores[:, np.newaxis] + log_probabilities is (beams, words).",
            "Flatten, argsort; // and % by the number of words give back the "
            "parent and the word.",
        ),
        mistakes=(
            Mistake(
                _step_alone,
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
                _multiplied_scores,
                "Logarithms are added, not multiplied: log(pq) = log p + "
                "log q.",
            ),
            Mistake(
                _worst_kept,
                "argsort puts the smallest first: you kept the worst. Sort "
                "the negative totals.",
            ),
            Mistake(
                _best_last,
                "The right ones, in the wrong order: best first.",
            ),
            Mistake(
                _divided_by_beams,
                "A flat table has a row for each beam, as long as there are "
                "words: // and % by the number of words, not of beams.",
            ),
            Mistake(
                _gains_returned,
                "Parents and words are right, but you returned the step's "
                "log-probabilities. The score of a sentence includes its "
                "beginning.",
            ),
        ),
        explanation="The parent tells whose state to carry on. Forgetting to "
        "reorder the states by parent is the classic bug of batched beams.",
    ),
)
