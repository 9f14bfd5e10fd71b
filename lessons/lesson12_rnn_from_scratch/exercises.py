"""Exercises of lesson 12: a recurrent network from scratch."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def rnn_step(x, h, U, W, b):
    return np.tanh(x @ U + h @ W + b)


def word_loss(outputs, targets):
    chosen = outputs[np.arange(len(targets)), targets]
    return float(-np.log(chosen).sum())


def backward(x, states, e, V, W):
    dU = dW = db = future = 0
    for t in range(len(x), 0, -1):
        delta = (e[t - 1] @ V.T + future) * (1 - states[t] ** 2)
        dU = dU + np.outer(x[t - 1], delta)
        dW = dW + np.outer(states[t - 1], delta)
        db = db + delta
        future = delta @ W.T
    return dU, dW, db


def last_states(sequences, U, W, b):
    last = []
    for x in sequences:
        h = np.zeros(len(W))
        for now in x:
            h = np.tanh(now @ U + h @ W + b)
        last.append(h)
    return np.array(last)


def _padded(sequences, U, W, b):
    longest = max(map(len, sequences))
    filled = [np.pad(x, ((0, longest - len(x)), (0, 0))) for x in sequences]
    return last_states(filled, U, W, b)


def slope(x, w):
    h, change = 0.0, 0.0
    for now in x:
        before, h = h, np.tanh(now + w * h)
        change = (1 - h**2) * (before + w * change)
    return (h - 1) * change


def one_pass(sequences, w, rate):
    for x in sequences:
        w = w - rate * slope(x, w)
    return float(w)


def _gradient_kept(sequences, w, rate):
    total = 0.0
    for x in sequences:
        total += slope(x, w)
        w = w - rate * total
    return float(w)


def truncated_gradient(x, u, w, reach):
    h = [0.0]
    for now in x:
        h.append(np.tanh(u * now + w * h[-1]))
    total = 0.0
    for t in range(1, len(x) + 1):
        g = 1.0
        for s in range(t, max(0, t - reach), -1):
            delta = g * (1 - h[s] ** 2)
            total += delta * h[s - 1]
            g = delta * w
    return float(total)


def _state_cut_too(x, u, w, reach):
    """Forgets the state as well: reads the last steps alone."""
    total = 0.0
    for t in range(1, len(x) + 1):
        part = x[max(0, t - reach) : t]
        whole = truncated_gradient(part, u, w, len(part))
        total += whole - truncated_gradient(part[:-1], u, w, len(part))
    return float(total)


_rng = np.random.default_rng(12)
_W2 = np.array([[0.0, 1.0], [0.5, 0.0]])


def _backward_case(steps, n, d, k):
    """Any states will do, h_0 too: they need not be those of a network."""
    shapes = (steps, n), (steps + 1, d), (steps, k), (d, k), (d, d)
    x, states, *rest = (_rng.normal(size=shape) for shape in shapes)
    return Case(x, np.tanh(states), *rest)


def _single_unit():
    """u = 1, w = 0.5, inputs 1, 0, 0; an error at the last step only."""
    h = [0.0]
    for x in (1, 0, 0):
        h.append(np.tanh(x + 0.5 * h[-1]))
    columns = (np.array([row]).T for row in ([1.0, 0, 0], h, [0.0, 0, 1]))
    return Case(*columns, np.array([[1.0]]), np.array([[0.5]]))


_net = (
    _rng.normal(size=(2, 3)),
    _rng.normal(size=(3, 3)),
    np.array([0.4, -0.9, 0.2]),
)

EXERCISES = (
    Exercise(
        id="12.1",
        title="One step",
        level="core",
        reference=rnn_step,
        cases=(
            Case(
                np.array([0.0]),
                np.array([0.3, 0.1]),
                np.array([[1.0, 0.0]]),
                _W2,
                np.zeros(2),
            ),
            Case(np.array([1.0, -1.0]), np.array([0.2, -0.4, 0.6]), *_net),
            Case(
                _rng.normal(size=5),
                _rng.normal(size=3),
                _rng.normal(size=(5, 3)),
                *_net[1:],
            ),
        ),
        hints=(
            "Two sums of products and a bias, then one function over all.",
            "Rows times tables: x is (n,) and U is (n, d); h is (d,) and W "
            "is (d, d).",
            "np.tanh(x @ U + h @ W + b)",
        ),
        mistakes=(
            Mistake(
                edit("h @ W", "W @ h"),
                "You wrote W @ h. That is h times W transposed: the rows of "
                "W belong to the old state, so h comes first.",
            ),
            Mistake(
                edit("np.tanh(", "("),
                "The tanh is missing. Without it the states can grow "
                "without end, and the network stays linear.",
            ),
            Mistake(edit(" + b", ""), "The bias b is missing."),
            Mistake(
                edit("W + b)", "W) + b"),
                "The bias belongs inside the tanh, with the two products.",
            ),
            Mistake(
                edit("+ h @ W + b", "+ b) + np.tanh(h @ W"),
                "One tanh over the whole sum, not one for each part.",
            ),
            Mistake(
                edit(" + h @ W", ""),
                "The old state is missing: without h @ W nothing is "
                "remembered.",
            ),
            Mistake(
                edit(
                    "return np.tanh(",
                    "z = (",
                    "W + b)",
                    "W + b)\n    return 1 / (1 + np.exp(-z))",
                ),
                "That is the logistic function, between 0 and 1. Take tanh.",
            ),
            Mistake(
                edit("return ", "return h + "),
                "The old state acts through W, inside the tanh. It is not "
                "added to the new one.",
            ),
            Mistake(
                edit("h @ W", "h * W"),
                "h * W multiplies entry by entry and gives a table. A row "
                "times a table is h @ W.",
            ),
            Mistake(
                edit("+ b", "- b"),
                "The sign: the bias is added, not subtracted.",
            ),
            Mistake(
                edit("+ h @", "- h @"),
                "The sign: the part of the old state is added, not "
                "subtracted.",
            ),
            Mistake(
                edit("h @ W", "h"),
                "W is missing: the old state acts through W, h @ W.",
            ),
        ),
        explanation="All vectors are rows, so they stand on the left of "
        "their tables. The typical mistake is W @ h: no error appears, "
        "because W is square.",
    ),
    Exercise(
        id="12.2",
        title="Back through time",
        level="core",
        reference=backward,
        cases=(
            _single_unit(),
            _backward_case(2, 3, 2, 4),
            _backward_case(5, 3, 2, 4),
            _backward_case(4, 3, 3, 3),  # a forgotten .T runs
            _backward_case(1, 2, 2, 2),
        ),
        hints=(
            "Go from the last step to the first, and keep what the future "
            "sends back. Before the last step that is nothing: 0.",
            "delta = (e[t - 1] @ V.T + future) * (1 - states[t] ** 2); its "
            "share of dL/dW is np.outer(states[t - 1], delta), of dL/dU "
            "np.outer(x[t - 1], delta), of dL/db delta itself.",
            "for t in range(len(x), 0, -1): add up all shares; future = "
            "delta @ W.T for the next round; return dU, dW, db",
        ),
        mistakes=(
            Mistake(
                edit(" + future)", ")"),
                "You left out what comes from later steps (the implicit "
                "part): the state also acts on the loss through the next "
                "state.",
            ),
            Mistake(
                edit(
                    "dU = dU +",
                    "dU =",
                    "dW = dW +",
                    "dW =",
                    "db = db +",
                    "db =",
                ),
                "The sum over time is missing: you kept one step's share. "
                "The weights are used at every step, so add the shares up.",
            ),
            Mistake(
                edit("W.T", "W"),
                "On the way back it is W transposed: forwards row i, column "
                "j leads from unit i to unit j, backwards from j to i.",
            ),
            Mistake(
                edit(" * (1 - states[t] ** 2)", ""),
                "The slope of tanh, 1 - h_t squared, is missing.",
            ),
            Mistake(
                edit("outer(states[t - 1]", "outer(states[t]"),
                "W is multiplied by the state before the step, h_(t-1). You "
                "used h_t.",
            ),
            Mistake(
                edit("outer(x[t - 1]", "outer(x[t]"),
                "One step too late: x and e have no row for h_0, so step t "
                "reads x[t - 1] and has the error e[t - 1].",
            ),
            Mistake(
                edit("return dU, dW, db", "return dU.T, dW.T, db"),
                "Your tables are transposed: rows belong to what goes in, "
                "np.outer(states[t - 1], delta).",
            ),
            Mistake(
                edit("states[t] **", "states[t - 1] **"),
                "The slope is that of the step's own tanh, at its result "
                "h_t. You used h_(t-1).",
            ),
            Mistake(
                edit(" + future)", ")", "** 2)", "** 2) + future"),
                "What the future sends back arrives at h_t, behind the tanh: "
                "add it before you multiply by the slope.",
            ),
            Mistake(
                edit("delta @ W.T", "(e[t - 1] @ V.T + future) @ W.T"),
                "On its way to the step before, the gradient passes the tanh "
                "of this one: future = delta @ W.T, with the slope in delta.",
            ),
            Mistake(
                edit("range(len(x), 0, -1)", "range(1, len(x) + 1)"),
                "You go from the first step to the last. What comes from the "
                "future is known only if you begin with the last.",
            ),
            Mistake(
                edit(
                    "return dU, dW, db",
                    "return dU / len(x), dW / len(x), db / len(x)",
                ),
                "That is the mean over the steps. The gradient is their sum.",
            ),
            Mistake(
                edit("states[t] ** 2", "states[t]"),
                "The square is missing: the slope of tanh is 1 - h_t squared.",
            ),
            Mistake(
                edit("states[t] ** 2", "np.tanh(states[t]) ** 2"),
                "states[t] has passed the tanh already. Its slope is 1 - "
                "states[t] ** 2, without another tanh.",
            ),
            Mistake(
                edit("return dU, dW, db", "return -dU, -dW, -db"),
                "That is minus the gradient. The minus belongs to the step "
                "of descent.",
            ),
            Mistake(
                edit("delta @ W.T", "delta"),
                "W is missing on the way back: future = delta @ W.T.",
            ),
            Mistake(
                edit("0, -1", "1, -1"),
                "You stop too early: the first step has a share too, with "
                "h_0, which need not be zero.",
            ),
            Mistake(
                edit(" @ V.T", ""),
                "V is missing: e_t belongs to the outputs. The state hears "
                "of it through V transposed, e[t - 1] @ V.T.",
            ),
            Mistake(
                edit("V.T", "V"),
                "On the way back it is V transposed: from the k outputs to "
                "the d units, e[t - 1] @ V.T.",
            ),
            Mistake(
                edit("return dU, dW, db", "return dW, dU, db"),
                "The order: first dL/dU, then dL/dW, then dL/db.",
            ),
            Mistake(
                edit("return dU, dW, db", "return dU, dW"),
                "dL/db is missing: the sum of all delta.",
            ),
            Mistake(
                edit("return dU, dW, db", "return dW"),
                "That is dL/dW alone. Return dU, dW, db.",
            ),
        ),
        explanation="The error of each step goes back along the chain of "
        "states, through W transposed and the slope of tanh, and leaves a "
        "share at each step. The typical mistake is to keep one share only.",
    ),
    Exercise(
        id="12.3",
        title="Count the parameters",
        level="warm-up",
        reference=24_010,
        hints=(
            "Three tables and two rows of biases.",
            "U is 300 x 64, W is 64 x 64, V is 64 x 10. Does the number of "
            "steps appear?",
            "300 * 64 + 64 * 64 + 64 * 10 + 64 + 10",
        ),
        mistakes=(
            Mistake(
                23_936,
                "The biases are missing: one for each unit, one for each "
                "output.",
            ),
            Mistake(
                1_200_500,
                "You counted a network for each of the 50 steps. All steps "
                "share the same weights.",
            ),
            Mistake(
                19_914,
                "W is missing: each unit hears all 64 units of the step "
                "before.",
            ),
            Mistake(
                24_000,
                "The ten biases of the output are missing.",
            ),
            Mistake(
                23_946,
                "The 64 biases of the units are missing.",
            ),
            Mistake(
                24_074,
                "The units have one bias each, not one for U and one for W.",
            ),
            Mistake(
                23_360,
                "The output layer is missing: V, 64 x 10, and its ten biases.",
            ),
            Mistake(
                23_296,
                "The output layer is missing, V and its ten biases, and so "
                "are the 64 biases of the units.",
            ),
        ),
        explanation="19,200 + 4,096 + 640 weights and 74 biases. The number "
        "of steps does not appear, since every step uses the same weights.",
    ),
    Exercise(
        id="12.4",
        title="The loss of a sequence",
        level="core",
        reference=word_loss,
        cases=(
            Case(np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([0, 0])),
            Case(
                np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.3, 0.4, 0.3]]),
                np.array([0, 2, 1]),
            ),
            Case(
                np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]),
                np.array([0, 1, 1]),
            ),
            Case(
                np.array(
                    [
                        [0.1, 0.2, 0.7],
                        [0.5, 0.3, 0.2],
                        [0.6, 0.3, 0.1],
                        [0.2, 0.2, 0.6],
                        [0.1, 0.8, 0.1],
                    ]
                ),
                np.array([2, 1, 0, 0, 1]),
            ),
        ),
        hints=(
            "One probability of each row counts.",
            "outputs[np.arange(T), targets] picks the probability of the "
            "right sign in each row.",
            "-np.log(...).sum()",
        ),
        mistakes=(
            Mistake(
                edit("sum", "mean"),
                "That is the mean over the steps. The total loss is their "
                "sum.",
            ),
            Mistake(
                edit("log(chosen)", "log(chosen[-1])"),
                "Only the last step counts for you. Every step has its "
                "loss: sum over time.",
            ),
            Mistake(
                edit("chosen).sum()", "chosen.sum())"),
                "You took the logarithm of the sum. The logarithms are "
                "summed: that is the logarithm of the product.",
            ),
            Mistake(
                edit("-np", "np"),
                "The sign: logarithms of probabilities are negative, a loss "
                "is positive.",
            ),
            Mistake(
                edit("log(chosen)", "log(outputs)"),
                "You summed over all signs. Only the probability given to "
                "the right sign counts.",
            ),
            Mistake(
                edit("float(-np.log(chosen).sum())", "-np.log(chosen)"),
                "These are the losses of the steps. Add them up.",
            ),
            Mistake(
                edit("np.arange(len(targets))", ":"),
                "outputs[:, targets] takes every target in every row. Pair "
                "row t with target t: outputs[np.arange(T), targets].",
            ),
            Mistake(
                edit("[np.arange(len(targets)), targets]", ".max(axis=1)"),
                "You took the likeliest sign of each row. The right one "
                "counts, likely or not.",
            ),
            Mistake(
                edit("log", "log2"),
                "That is the logarithm to base 2. Take the natural one, "
                "np.log.",
            ),
            Mistake(
                edit("np.log(chosen)", "chosen"),
                "The logarithm is missing: the loss of a step is minus the "
                "logarithm of a probability.",
            ),
            Mistake(
                edit(
                    "np.arange(len(targets)), targets",
                    "targets, np.arange(len(targets))",
                ),
                "The indices are exchanged: rows are steps, columns are "
                "signs.",
            ),
            Mistake(
                edit(
                    "chosen = outputs",
                    "p = np.exp(outputs)\n"
                    "    p = p / p.sum(axis=1, keepdims=True)\n"
                    "    chosen = p",
                ),
                "The outputs are probabilities already: no second softmax.",
            ),
        ),
        explanation="The probability of the whole sequence is the product "
        "of its steps; minus its logarithm is the sum of the steps' losses.",
    ),
    Exercise(
        id="12.5",
        title="A fresh start for every sequence",
        level="core",
        reference=last_states,
        cases=(
            Case(
                [np.array([[1.0]]), np.array([[0.0]])],
                np.array([[1.0, 0.0]]),
                _W2,
                np.zeros(2),
            ),
            Case([_rng.normal(size=(steps, 2)) for steps in (2, 5, 3)], *_net),
            Case([np.array([[1.0, 0.0], [0.0, -1.0]])], *_net),
            Case(
                [_rng.normal(size=(steps, 2)) for steps in (1, 4, 2, 3, 5)],
                *_net,
            ),
        ),
        hints=(
            "Two loops: over the sequences, and over the steps of each.",
            "Where does the state have to become zero?",
            "h = np.zeros(len(W)) inside the outer loop, before the inner "
            "one.",
        ),
        mistakes=(
            Mistake(
                edit(
                    "last = []",
                    "last, h = [], np.zeros(len(W))",
                    "        h = np.zeros(len(W))\n",
                    "",
                ),
                "The state of one sequence runs into the next. Set it back "
                "to zero at the start of each.",
            ),
            Mistake(
                edit(" + h @ W", ""),
                "Your state starts from zero at every step, so only the "
                "last input counts.",
            ),
            Mistake(
                edit("now in x", "now in x[:1]"),
                "That is the state after the first step. Go on to the last.",
            ),
            Mistake(
                edit("now in x", "now in x[::-1]"),
                "You read each sequence from its end.",
            ),
            Mistake(
                edit("h @ W", "h @ W.T"),
                "W is transposed: the old state stands on the left, h @ W.",
            ),
            Mistake(
                _padded,
                "You filled the short sequences up with zeros, and the state "
                "went on changing. Stop each at its own last step.",
            ),
            Mistake(
                edit("np.array(last)", "np.array(last[-1])"),
                "That is the last sequence's state alone. Keep one for each "
                "sequence.",
            ),
            Mistake(
                edit("    last.append", "        last.append"),
                "You kept the state of every step. Only the last one of each "
                "sequence is asked for.",
            ),
            Mistake(edit(" + b", ""), "The bias b is missing."),
            Mistake(
                edit("+ b", "- b"),
                "The sign: the bias is added, not subtracted.",
            ),
            Mistake(
                edit("+ h @", "- h @"),
                "The sign: the part of the old state is added, not "
                "subtracted.",
            ),
            Mistake(
                edit("np.tanh(", "("),
                "The tanh is missing: every new state is the tanh of the sum.",
            ),
        ),
        explanation="A sequence knows nothing of the one before it, so its "
        "state starts at zero. The typical mistake is a state that is set "
        "to zero once, before both loops.",
    ),
    Exercise(
        id="12.6",
        title="A fresh gradient for every step",
        level="core",
        reference=one_pass,
        cases=(
            Case([np.array([1.0, 0.0])], 0.5, 0.1),
            Case([np.array([1.0, 0.0]), np.array([0.5, 0.2])], 0.5, 0.5),
            Case(
                [_rng.normal(size=steps) for steps in (3, 2, 4, 1, 5)],
                -0.3,
                0.8,
            ),
        ),
        hints=(
            "One loop over the sequences, one step of descent in it.",
            "The second step starts from the new w, and uses the gradient "
            "of the second sequence alone.",
            "w = w - rate * slope(x, w)",
        ),
        mistakes=(
            Mistake(
                _gradient_kept,
                "The gradient is not reset: the steps of later sequences "
                "still hold the gradients of earlier ones.",
            ),
            Mistake(
                edit(
                    "for",
                    "start = w\n    for",
                    "slope(x, w)",
                    "slope(x, start)",
                ),
                "That is one step with the sum of all gradients. Here every "
                "sequence is followed by a step of its own.",
            ),
            Mistake(
                edit("w - rate", "w + rate"),
                "You go uphill: a step of descent is against the gradient.",
            ),
            Mistake(
                edit("in sequences", "in [np.concatenate(sequences)]"),
                "You joined the sequences into one long one, so the state "
                "of each runs into the next.",
            ),
            Mistake(
                edit("w = w", "new = w", "float(w)", "float(new)"),
                "Only the last sequence made a step: the new w must be the "
                "start of the next one.",
            ),
            Mistake(
                edit(
                    "for",
                    "start = w\n    for",
                    "slope(x, w)",
                    "slope(x, start) / len(sequences)",
                ),
                "That is one step with the mean of all gradients. Take a "
                "step after each sequence.",
            ),
            Mistake(
                edit("    return", "        return"),
                "You stopped after the first sequence: is your return "
                "inside the loop?",
            ),
            Mistake(
                edit("rate * slope", "slope"),
                "The learning rate is missing: w - rate * slope(x, w).",
            ),
        ),
        explanation="A gradient belongs to one sequence and one value of w. "
        "The typical mistake is to add the next one to it: that is momentum "
        "without friction, and the loss swings.",
    ),
    Exercise(
        id="12.7",
        title="A gradient cut short",
        level="stretch",
        reference=truncated_gradient,
        cases=(
            Case(np.array([1.0, 0.0, 0.0]), 1.0, 0.5, 1),
            Case(np.array([1.0, 0.0, 0.0]), 1.0, 0.5, 2),
            Case(np.array([1.0, -1.0, 0.5, 2.0, 0.3, -0.8, 0.1]), 0.7, 1.2, 3),
        ),
        hints=(
            "Two loops, as in path_terms; here everything is a number, and "
            "the error of each step is 1.",
            "For each t: g = 1; for s from t down, at most reach times: "
            "delta = g (1 - h_s^2), add delta h_(s-1), then g = delta w.",
            "range(t, max(0, t - reach), -1)",
        ),
        mistakes=(
            Mistake(
                edit("max(0, t - reach)", "0"),
                "Your gradient follows all paths to the beginning: `reach` "
                "is not used.",
            ),
            Mistake(
                edit("t - reach", "t - reach - 1"),
                "One step too far: reach=1 is the explicit term alone.",
            ),
            Mistake(
                edit("range(1, len(x) + 1)", "[len(x)]"),
                "Only the last step's error is sent back. The loss is the "
                "sum over all steps, and each has an error.",
            ),
            Mistake(
                edit("max(0, t - reach)", "(t - 1) // reach * reach"),
                "You cut the sequence into pieces, as stateful training "
                "does: within a piece early steps reach less far. Here "
                "every error may go back `reach` steps.",
            ),
            Mistake(
                edit("h[s - 1]", "h[s - 1] * (s == t - reach + 1)"),
                "You kept only the longest allowed path of each error. All "
                "shorter ones count too.",
            ),
            Mistake(
                edit(" * (1 - h[s] ** 2)", ""),
                "The slopes are missing: each step on a path multiplies by "
                "1 - h_s squared.",
            ),
            Mistake(
                edit("delta * w", "delta"),
                "The factor w is missing: each step back multiplies by it.",
            ),
            Mistake(
                edit("h[s - 1]", "h[s]"),
                "w is multiplied by the state before the step, h_(s-1). You "
                "used h_s.",
            ),
            Mistake(
                edit("t - reach", "t - reach + 1"),
                "One step too few: reach=1 still has the explicit term.",
            ),
            Mistake(
                edit("float(total)", "float(total) / len(x)"),
                "That is the mean over the steps. The loss is a sum.",
            ),
            Mistake(
                _state_cut_too,
                "You cut the state as well. Truncation leaves the forward "
                "pass alone: compute all states first.",
            ),
            Mistake(
                edit("h[s] ** 2", "h[s]"),
                "The square is missing: the slope of tanh is 1 - h_s squared.",
            ),
            Mistake(
                edit("max(0, t - reach)", "t - reach"),
                "At the first steps you go back past the beginning: there "
                "h[s - 1] is a state from the end, without an error. Stop at "
                "max(0, t - reach).",
            ),
            Mistake(
                edit("len(x) + 1", "len(x)"),
                "The last step is missing: its state counts in the loss too.",
            ),
            Mistake(
                edit("total +=", "total ="),
                "You kept the last term. The derivative is the sum of all.",
            ),
        ),
        explanation="With reach = T it is the full gradient, which a finite "
        "difference confirms; with reach = 1 only the explicit terms remain.",
    ),
)
