"""Exercises of lesson 05: training well."""

import itertools

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def adam_step(w, g, m, s, t, rate):
    m = 0.9 * m + 0.1 * g
    s = 0.999 * s + 0.001 * g**2
    rate = rate * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    w = w - rate * m / (np.sqrt(s) + 1e-7)
    return w, m, s


def dropout(x, mask, keep, training):
    if not training:
        return x
    return x * mask / keep


def batch_norm(x, mean, variance, training):
    if training:
        mean, variance = x.mean(axis=0), x.var(axis=0)
    return (x - mean) / np.sqrt(variance + 1e-3)


def stopping_epoch(val_loss, patience):
    best = 0
    for epoch, loss in enumerate(val_loss):
        if loss < val_loss[best]:
            best = epoch
        if epoch - best >= patience:
            return epoch + 1, best
    return len(val_loss), best


def _rises_in_a_row(val_loss, patience):
    rises = 0
    for epoch in range(1, len(val_loss)):
        rises = rises + 1 if val_loss[epoch] >= val_loss[epoch - 1] else 0
        if rises >= patience:
            return epoch + 1, int(np.argmin(val_loss[: epoch + 1]))
    return len(val_loss), int(np.argmin(val_loss))


def report(validation, test):
    return test[np.argmax(validation)]


def mean_of_thinned(x, W, keep):
    mean = 0.0
    for mask in itertools.product([0, 1], repeat=len(x)):
        kept = sum(mask)
        probability = keep**kept * (1 - keep) ** (len(x) - kept)
        powers = np.exp((x * mask) @ W)
        mean = mean + probability * powers / powers.sum()
    return mean


_rng = np.random.default_rng(5)

EXERCISES = (
    Exercise(
        id="05.1",
        title="One step of Adam",
        level="core",
        reference=adam_step,
        cases=(
            Case(0.0, 1.0, 0.0, 0.0, 1, 0.1),
            Case(1.0, -2.0, 0.1, 0.001, 2, 0.1),
            Case(0.0, 1e-7, 0.0, 0.0, 1, 0.1),
            Case(
                np.array([1.0, 2.0]),
                np.array([0.5, 0.0]),
                np.array([0.2, -0.1]),
                np.array([0.3, 0.02]),
                5,
                0.01,
            ),
            Case(
                _rng.standard_normal((5, 3)),
                _rng.standard_normal((5, 3)),
                _rng.standard_normal((5, 3)),
                _rng.random((5, 3)),
                3,
                0.05,
            ),
        ),
        hints=(
            "Update the two running means first, then the corrected rate, "
            "then the weight.",
            "m = 0.9 * m + 0.1 * g, s = 0.999 * s + 0.001 * g**2; the rate is "
            "multiplied by the root of 1 - 0.999**t and divided by "
            "1 - 0.9**t.",
            "w - rate * m / (np.sqrt(s) + 1e-7), and m and s as they are",
        ),
        mistakes=(
            Mistake(
                edit(" * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)", ""),
                "The two means start at zero and are too small at first: the "
                "rate is multiplied by the root of 1 - 0.999**t and divided "
                "by 1 - 0.9**t.",
            ),
            Mistake(
                edit(
                    "return w, m, s",
                    "return w, m / (1 - 0.9**t), s / (1 - 0.999**t)",
                ),
                "You returned the corrected means. The next step corrects "
                "again: return the plain running means.",
            ),
            Mistake(
                edit("return w, m, s", "return w"),
                "The next step needs both means again: return w, m, s.",
            ),
            Mistake(
                edit("(np.sqrt(s) + 1e-7)", "(s + 1e-7)"),
                "The root is missing: divide by the root of the mean square, "
                "so that the step has the unit of the weight.",
            ),
            Mistake(
                edit("rate * np.sqrt(1 - 0.999**t)", "rate * (1 - 0.999**t)"),
                "The root of the correction is missing: s stands under a "
                "root, so the rate gets the root of 1 - 0.999**t.",
            ),
            Mistake(
                edit("w - rate", "w + rate"),
                "You went uphill: the step is subtracted.",
            ),
            Mistake(
                edit(" * np.sqrt(1 - 0.999**t)", ""),
                "Only the first mean is corrected. The mean of the squares "
                "starts at zero too: multiply the rate by the root of "
                "1 - 0.999**t.",
            ),
            Mistake(
                edit(" / (1 - 0.9**t)", ""),
                "Only the mean of the squares is corrected. The mean of the "
                "gradients starts at zero too: divide the rate by "
                "1 - 0.9**t.",
            ),
            Mistake(
                edit(
                    "np.sqrt(1 - 0.999**t) / (1 - 0.9**t)",
                    "(1 - 0.9**t) / np.sqrt(1 - 0.999**t)",
                ),
                "The correction is upside down: the rate is multiplied by the "
                "root of 1 - 0.999**t and divided by 1 - 0.9**t.",
            ),
            Mistake(
                edit(
                    "0.9 * m + 0.1",
                    "0.999 * m + 0.001",
                    "0.999 * s + 0.001",
                    "0.9 * s + 0.1",
                    "np.sqrt(1 - 0.999**t) / (1 - 0.9**t)",
                    "np.sqrt(1 - 0.9**t) / (1 - 0.999**t)",
                ),
                "The two shares are exchanged: m keeps 0.9, s keeps 0.999.",
            ),
            Mistake(
                edit("np.sqrt(s) + 1e-7", "np.sqrt(s + 1e-7)"),
                "Epsilon stands inside your root. It is added to the root: "
                "with a tiny gradient it makes a difference.",
            ),
            Mistake(
                edit("+ 1e-7", "+ 1e-7 * np.sqrt(1 - 0.999**t)"),
                "That is the paper's form: epsilon is added to the root of "
                "the corrected mean. Here, as in Keras, it is added to the "
                "root of s itself.",
            ),
            Mistake(
                edit("g**2", "g"),
                "s is the mean of the squares: add 0.001 * g**2.",
            ),
            Mistake(
                edit("(np.sqrt(s) + 1e-7)", "np.sqrt(s)"),
                "Epsilon is missing. Without it a weight that never had a "
                "gradient gives 0 / 0.",
            ),
            Mistake(
                edit("0.9**t", "0.9", "0.999**t", "0.999"),
                "Your corrections never fade. They are 1 - 0.9**t and 1 - "
                "0.999**t, which grow to 1.",
            ),
            Mistake(
                edit(
                    "0.9**t", "0.9 ** (t + 1)", "0.999**t", "0.999 ** (t + 1)"
                ),
                "You counted the steps from 0. Here the first step is t = 1.",
            ),
            Mistake(
                edit("rate * m /", "rate * g /"),
                "You step along the gradient. The step goes along its running "
                "mean m.",
            ),
        ),
        explanation="In the first step both corrections give back the "
        "gradient and its square, so that the step is the learning rate, "
        "whatever the gradient's size.",
        atol=1e-9,
    ),
    Exercise(
        id="05.2",
        title="Inverted dropout",
        level="core",
        reference=dropout,
        cases=(
            Case(np.array([1.0, 2.0]), np.array([1, 0]), 0.5, True),
            Case(np.array([1.0, 2.0]), np.array([1, 0]), 0.5, False),
            Case(np.array([4.0, 8.0, 2.0]), np.array([1, 1, 0]), 0.8, True),
            Case(np.array([4.0, 8.0, 2.0]), np.array([1, 1, 0]), 0.8, False),
            Case(
                _rng.standard_normal((5, 3)),
                _rng.integers(0, 2, (5, 3)),
                0.7,
                True,
            ),
            Case(
                _rng.standard_normal((5, 3)),
                _rng.integers(0, 2, (5, 3)),
                0.7,
                False,
            ),
        ),
        hints=(
            "At test time nothing is silenced. What must then be true of the "
            "mean in training?",
            "Multiply by the mask, and divide by the probability to keep.",
            "return x * mask / keep if training else x",
        ),
        mistakes=(
            Mistake(
                edit(" / keep", ""),
                "Not rescaled: in training only a share of the sum arrives. "
                "Divide by keep.",
            ),
            Mistake(
                edit("not training", "False"),
                "You drop at test time too. Then every answer is random: "
                "return x unchanged.",
            ),
            Mistake(
                edit("return x\n", "return x * keep\n"),
                "Scaled twice: divide in training, or multiply at test time, "
                "not both.",
            ),
            Mistake(
                edit("return x\n", "return x * keep\n", " / keep", ""),
                "That is the other form, with scaling at test time. Inverted "
                "dropout scales in training, so that x passes unchanged "
                "later.",
            ),
            Mistake(
                edit("/ keep", "/ (1 - keep)"),
                "You divided by the share that is dropped; divide by the "
                "share that is kept.",
            ),
            Mistake(
                edit("not training", "training"),
                "The two modes are exchanged: units are silenced in training, "
                "and at test time x passes unchanged.",
            ),
            Mistake(
                edit("not training", "False", " / keep", ""),
                "Two things are missing: in training divide by keep; at test "
                "time return x unchanged.",
            ),
            Mistake(
                edit("/ keep", "/ np.mean(mask)"),
                "You divided by the share that this one mask keeps. It is a "
                "random number; divide by the probability, keep.",
            ),
            Mistake(
                edit("/ keep", "* keep"),
                "You multiplied by keep. The sum has shrunk already: divide.",
            ),
            Mistake(
                edit(" * mask", ""),
                "You silenced no unit: in training x is multiplied by the "
                "mask.",
            ),
        ),
        explanation="The mean over masks is x, in training and at test time. "
        "That is why the layer can vanish at test time.",
    ),
    Exercise(
        id="05.3",
        title="Two steps with momentum",
        level="warm-up",
        reference=0.29,
        hints=(
            "Write down the speed after the first step, then after the "
            "second.",
            "v = 0.9 v - 0.1 g: first -0.1, then 0.9 x (-0.1) - 0.1.",
            "The distance is 0.1 + 0.19.",
        ),
        mistakes=(
            Mistake(
                0.2,
                "That is SGD without momentum: 0.1 and 0.1. The second step "
                "keeps 0.9 of the first and adds 0.1.",
            ),
            Mistake(
                0.19,
                "That is the length of the second step. The first counts too.",
            ),
            Mistake(
                1.71,
                "That is where the weight is; the question is how far it has "
                "moved.",
            ),
            Mistake(
                -0.29,
                "That is the change of the weight, with its sign. A distance "
                "is positive.",
            ),
            Mistake(
                0.561,
                "That is one step too many: 0.1 + 0.19 + 0.271 are three.",
            ),
            Mistake(
                0.461,
                "That is Nesterov's ball, which is one look-ahead further. "
                "Plain momentum makes the steps 0.1 and 0.19.",
            ),
            Mistake(
                0.029,
                "You took the new gradient with the share 0.1 as well as the "
                "learning rate. In momentum v = 0.9 v - 0.1 g: the 0.1 is "
                "the learning rate, and it counts once.",
            ),
        ),
        explanation="The steps are 0.1 and 0.19; with a constant gradient "
        "they grow towards 0.1 / (1 - 0.9) = 1.",
    ),
    Exercise(
        id="05.4",
        title="Batch normalisation in both modes",
        level="core",
        reference=batch_norm,
        cases=(
            Case(
                np.array([[1.0, 2.0], [3.0, 8.0]]),
                np.array([0.0, 1.0]),
                np.array([4.0, 1.0]),
                True,
            ),
            Case(
                np.array([[1.0, 2.0], [3.0, 8.0]]),
                np.array([0.0, 1.0]),
                np.array([4.0, 1.0]),
                False,
            ),
            Case(
                np.array([[1.0, 2.0, 6.0]]),
                np.array([1.0, 1.0, 2.0]),
                np.array([1.0, 4.0, 9.0]),
                False,
            ),
            Case(
                np.array([[100.0, -5.0], [101.0, -5.0], [105.0, -5.0]]),
                np.array([0.0, 1.0]),
                np.array([1.0, 1.0]),
                True,
            ),
            Case(
                _rng.standard_normal((5, 3)),
                _rng.standard_normal(3),
                _rng.random(3),
                True,
            ),
            Case(
                _rng.standard_normal((5, 3)),
                _rng.standard_normal(3),
                _rng.random(3),
                False,
            ),
        ),
        hints=(
            "Which mean and variance belong to which mode?",
            "In training: x.mean(axis=0) and x.var(axis=0), one for each "
            "feature. At test time: the two that are given.",
            "(x - mean) / np.sqrt(variance + 1e-3)",
        ),
        mistakes=(
            Mistake(
                edit("if training", "if True"),
                "Batch statistics at test time: the answer for one example "
                "would depend on its neighbours. Use the moving ones.",
            ),
            Mistake(
                edit("if training", "if False"),
                "Moving statistics in training: they lag behind, and the "
                "values are not normalised. Use the batch's own.",
            ),
            Mistake(
                edit(
                    "mean(axis=0)",
                    "mean(axis=1, keepdims=True)",
                    "var(axis=0)",
                    "var(axis=1, keepdims=True)",
                ),
                "You averaged over the features of one example; batch "
                "normalisation averages over the batch, axis 0.",
            ),
            Mistake(
                edit("np.sqrt", ""),
                "The root is missing: divide by the standard deviation.",
            ),
            Mistake(
                edit("var(axis=0)", "var(axis=0, ddof=1)"),
                "You divided by n - 1. The layer uses the plain variance, "
                "divided by n.",
            ),
            Mistake(
                edit("if training", "if not training"),
                "The two modes are exchanged: the batch's own statistics in "
                "training, the moving ones at test time.",
            ),
            Mistake(
                edit("mean(axis=0)", "mean()", "var(axis=0)", "var()"),
                "You took one mean over everything. Each feature has its "
                "own: axis=0.",
            ),
            Mistake(
                edit(" + 1e-3", ""),
                "Epsilon is missing (or too small): add 1e-3 to the variance. "
                "Without it a constant feature would divide by zero.",
            ),
            Mistake(
                edit("np.sqrt(variance + 1e-3)", "(np.sqrt(variance) + 1e-3)"),
                "Epsilon belongs to the variance, inside the root.",
            ),
            Mistake(
                edit(
                    "mean, variance = x.mean(axis=0), x.var(axis=0)",
                    "mean = x.mean(axis=0)",
                ),
                "Only your mean is the batch's own. In training the variance "
                "must be, too.",
            ),
            Mistake(
                edit("x.var", "x.std"),
                "x.std is the standard deviation, the root already. The "
                "epsilon is added to the variance, x.var, and the root taken "
                "once.",
            ),
            Mistake(
                edit("x.mean(axis=0)", "x.mean()"),
                "Your mean runs over all features. Each feature has its own: "
                "axis=0, as for the variance.",
            ),
        ),
        explanation="The formula is the same in both modes; only where the "
        "mean and the variance come from differs.",
    ),
    Exercise(
        id="05.5",
        title="When to stop",
        level="core",
        reference=stopping_epoch,
        cases=(
            Case([2.0], 1),
            Case([3.0, 2.0, 2.5, 2.6], 2),
            Case([3.0, 2.0, 1.0], 2),
            Case([3.0, 2.0, 2.5], 2),
            Case([3.0, 2.0, 2.5, 2.6, 2.7, 2.8], 2),
            Case([3.0, 2.0, 2.5, 1.0, 1.2, 1.1, 0.5], 2),
            Case([3.0, 2.0, 2.5, 2.6, 2.2, 1.5], 3),
            Case([2.0, 1.0, 1.0, 1.0, 0.5], 2),
            Case([2e4, 3e4, 4e4, 1e4], 2),
        ),
        hints=(
            "Remember the best epoch so far and how long ago it was.",
            "Stop when epoch - best >= patience; epochs run is epoch + 1.",
            "Loop over the losses; on a new minimum set best; return "
            "(epoch + 1, best), and (len(val_loss), best) after the loop.",
        ),
        mistakes=(
            Mistake(
                edit("1, best", "1, epoch", "), best", "), epoch"),
                "You restored the last weights. They are `patience` epochs "
                "past the best.",
            ),
            Mistake(
                edit(">= patience", ">= 1"),
                "You stopped at the first rise. Patience means waiting for "
                "that many epochs without a new minimum.",
            ),
            Mistake(
                edit("loss <", "loss <=", ">= patience", ">= 1"),
                "You stopped at the first higher loss. Patience means "
                "waiting for that many epochs without a new minimum.",
            ),
            Mistake(
                edit("epoch - best >= patience", "False"),
                "You looked at losses that come after stopping: once "
                "training has stopped they never happen.",
            ),
            Mistake(
                edit(">= patience", "> patience"),
                "One epoch too many: with patience 2, stop after the second "
                "epoch without improvement.",
            ),
            Mistake(
                edit("epoch + 1", "epoch"),
                "You returned the index of the last epoch. The number of "
                "epochs run is one more, since the first has index 0.",
            ),
            Mistake(
                edit("1, best", "1, best + 1", "), best", "), best + 1"),
                "The epoch to restore is an index, and the first epoch has "
                "index 0.",
            ),
            Mistake(
                _rises_in_a_row,
                "You compared with the epoch before. Count the epochs since "
                "the best so far: a small fall is no new minimum.",
            ),
            Mistake(
                edit("loss <", "loss <="),
                "An equal loss is no improvement: use <, not <=.",
            ),
            Mistake(
                edit("), best", "), epoch"),
                "When the epochs run out before patience does, the best "
                "weights are restored as well, not the last.",
            ),
        ),
        explanation="Two things are separate: when to give up, and which "
        "weights to keep. EarlyStopping does the second only with "
        "restore_best_weights=True.",
    ),
    Exercise(
        id="05.6",
        title="The number to publish",
        level="core",
        reference=report,
        cases=(
            Case([0.6, 0.8, 0.7], [0.5, 0.7, 0.75]),
            Case([0.9, 0.8, 0.85], [0.7, 0.88, 0.8]),
            Case([0.5, 0.6, 0.6], [0.5, 0.4, 0.9]),
            Case([0.6, 0.6, 0.6], [0.4, 0.8, 0.5]),
        ),
        hints=(
            "Which of the two lists may choose the epoch?",
            "The validation accuracies choose; the test accuracy of that "
            "epoch is reported.",
            "test[np.argmax(validation)]",
        ),
        mistakes=(
            Mistake(
                edit("test[np.argmax(validation)]", "max(test)"),
                "Test data for early stopping: the maximum over epochs is "
                "too good. Let the validation accuracy choose.",
            ),
            Mistake(
                edit("test[np.argmax(validation)]", "max(validation)"),
                "The validation accuracy has chosen, so its maximum is too "
                "good. Report the test accuracy of that epoch.",
            ),
            Mistake(
                edit("np.argmax(validation)", "-1"),
                "Honest, but it is not the network that you keep: report the "
                "epoch that validation chose.",
            ),
            Mistake(
                edit("test[np.argmax(validation)]", "np.argmax(validation)"),
                "That is the epoch. Return its test accuracy.",
            ),
            Mistake(
                edit("test[np.argmax(validation)]", "np.mean(test)"),
                "You keep one network, not all of them: report the epoch "
                "that validation chose.",
            ),
            Mistake(
                edit("argmax", "argmin"),
                "You kept the lowest accuracy. Of losses the smallest is the "
                "best, of accuracies the largest.",
            ),
            Mistake(
                edit(
                    "np.argmax(validation)", "-1 - np.argmax(validation[::-1])"
                ),
                "Of equal epochs you kept the last. Keep the first: a later "
                "one must be better, not as good.",
            ),
        ),
        explanation="A number that took part in a choice is no longer a "
        "measurement. The test set is looked at once, after all choices.",
    ),
    Exercise(
        id="05.7",
        title="The mean of all thinned networks",
        level="stretch",
        reference=mean_of_thinned,
        cases=(
            Case(np.array([1.0]), np.array([[2.0, 0.0]]), 0.8),
            Case(
                np.array([1.0, -2.0]),
                np.array([[1.0, 0.0], [0.5, 1.0]]),
                0.8,
            ),
            Case(
                np.array([1.0, 2.0, -1.0]),
                np.array([[1.0, 0.0, 2.0], [0.0, 1.0, -1.0], [1.0, 1.0, 0.0]]),
                0.5,
            ),
            Case(_rng.standard_normal(5), _rng.standard_normal((5, 3)), 0.7),
        ),
        hints=(
            "With one unit there are two networks: with it and without it.",
            "itertools.product([0, 1], repeat=len(x)) gives all masks; one "
            "with k ones has the probability keep**k * (1-keep)**(n-k).",
            "Add up probability * softmax((x * mask) @ W) over all masks.",
        ),
        mistakes=(
            Mistake(
                edit(
                    "keep**kept * (1 - keep) ** (len(x) - kept)",
                    "0.5 ** len(x)",
                ),
                "You counted all masks alike. With keep = 0.8 a mask that "
                "keeps most units is far more probable: weigh each by "
                "keep**k * (1-keep)**(n-k).",
            ),
            Mistake(
                edit("x * mask", "x * keep"),
                "That is the one scaled network. It is the normalised "
                "geometric mean; the ordinary mean needs all masks.",
            ),
            Mistake(
                edit("x * mask", "x * mask / keep"),
                "You divided by keep. Here dropout does not rescale: each "
                "thinned network gets x * mask.",
            ),
            Mistake(
                edit("keep**kept * (1 - keep)", "(1 - keep) ** kept * keep"),
                "Kept and dropped are exchanged: keep belongs to the ones of "
                "the mask.",
            ),
            Mistake(
                edit(" * (1 - keep) ** (len(x) - kept)", ""),
                "The probabilities do not sum to one: each zero of the mask "
                "has the probability 1 - keep.",
            ),
            Mistake(
                edit("x * mask", "x"),
                "Nothing is dropped here: that is the whole network. Multiply "
                "x by each mask in turn.",
            ),
            Mistake(
                edit(
                    "np.exp((x * mask) @ W)",
                    "(x * mask) @ W",
                    " / powers.sum()",
                    "",
                ),
                "That is the mean before the softmax. Take the softmax of "
                "each thinned network first, then the mean.",
            ),
            Mistake(
                edit("probability * powers", "powers"),
                "You added up the networks' outputs. Each counts with the "
                "probability of its mask.",
            ),
        ),
        explanation="Two to the power of n passes for one answer: that is "
        "what scaling the units avoids, at the price of another mean.",
        atol=1e-9,
    ),
)
