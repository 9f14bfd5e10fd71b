"""Exercises of lesson 12: a recurrent network from scratch."""

import numpy as np

from coursekit.exercises.engine import Case, Exercise, Mistake


def rnn_step(x, h, U, W, b):
    return np.tanh(x @ U + h @ W + b)


def _transposed(x, h, U, W, b):
    return np.tanh(x @ U + W @ h + b)


def _no_tanh(x, h, U, W, b):
    return x @ U + h @ W + b


def _no_bias(x, h, U, W, b):
    return np.tanh(x @ U + h @ W)


def _bias_outside(x, h, U, W, b):
    return np.tanh(x @ U + h @ W) + b


def _two_tanhs(x, h, U, W, b):
    return np.tanh(x @ U + b) + np.tanh(h @ W)


def _no_memory(x, h, U, W, b):
    return np.tanh(x @ U + b)


def _logistic(x, h, U, W, b):
    return 1 / (1 + np.exp(-(x @ U + h @ W + b)))


def _old_state_added(x, h, U, W, b):
    return h + rnn_step(x, h, U, W, b)


def _entry_by_entry(x, h, U, W, b):
    return np.tanh(x @ U + h * W + b)


def word_loss(outputs, targets):
    chosen = outputs[np.arange(len(targets)), targets]
    return float(-np.log(chosen).sum())


def _mean_loss(outputs, targets):
    return word_loss(outputs, targets) / len(targets)


def _last_loss(outputs, targets):
    return word_loss(outputs[-1:], targets[-1:])


def _log_of_sum(outputs, targets):
    chosen = outputs[np.arange(len(targets)), targets]
    return float(-np.log(chosen.sum()))


def _positive_log(outputs, targets):
    return -word_loss(outputs, targets)


def _all_outputs(outputs, targets):
    return float(-np.log(outputs).sum())


def _not_summed(outputs, targets):
    return -np.log(outputs[np.arange(len(targets)), targets])


def _every_pair(outputs, targets):
    return float(-np.log(outputs[:, targets]).sum())


def _likeliest(outputs, targets):
    return float(-np.log(outputs.max(axis=1)).sum())


def _base_two(outputs, targets):
    return word_loss(outputs, targets) / np.log(2)


def gradient_of_W(states, g_outputs, W):
    total, future = np.zeros_like(W), np.zeros(len(W))
    for t in range(len(g_outputs), 0, -1):
        a = (g_outputs[t - 1] + future) * (1 - states[t] ** 2)
        total += np.outer(states[t - 1], a)
        future = a @ W.T
    return total


def _no_future(states, g_outputs, W):
    return gradient_of_W(states, g_outputs, np.zeros_like(W))


def _first_step_only(states, g_outputs, W):
    future = np.zeros(len(W))
    for t in range(len(g_outputs), 0, -1):
        a = (g_outputs[t - 1] + future) * (1 - states[t] ** 2)
        total = np.outer(states[t - 1], a)
        future = a @ W.T
    return total


def _W_not_transposed(states, g_outputs, W):
    return gradient_of_W(states, g_outputs, W.T)


def _no_slope(states, g_outputs, W):
    total, future = np.zeros_like(W), np.zeros(len(W))
    for t in range(len(g_outputs), 0, -1):
        a = g_outputs[t - 1] + future
        total += np.outer(states[t - 1], a)
        future = a @ W.T
    return total


def _state_of_now(states, g_outputs, W):
    total, future = np.zeros_like(W), np.zeros(len(W))
    for t in range(len(g_outputs), 0, -1):
        a = (g_outputs[t - 1] + future) * (1 - states[t] ** 2)
        total += np.outer(states[t], a)
        future = a @ W.T
    return total


def _outer_turned(states, g_outputs, W):
    return gradient_of_W(states, g_outputs, W).T


def _slope_before(states, g_outputs, W):
    total, future = np.zeros_like(W), np.zeros(len(W))
    for t in range(len(g_outputs), 0, -1):
        a = (g_outputs[t - 1] + future) * (1 - states[t - 1] ** 2)
        total += np.outer(states[t - 1], a)
        future = a @ W.T
    return total


def _future_past_the_tanh(states, g_outputs, W):
    total, future = np.zeros_like(W), np.zeros(len(W))
    for t in range(len(g_outputs), 0, -1):
        a = g_outputs[t - 1] * (1 - states[t] ** 2) + future
        total += np.outer(states[t - 1], a)
        future = a @ W.T
    return total


def _future_without_slope(states, g_outputs, W):
    total, future = np.zeros_like(W), np.zeros(len(W))
    for t in range(len(g_outputs), 0, -1):
        g = g_outputs[t - 1] + future
        total += np.outer(states[t - 1], g * (1 - states[t] ** 2))
        future = g @ W.T
    return total


def _forwards(states, g_outputs, W):
    total, future = np.zeros_like(W), np.zeros(len(W))
    for t in range(1, len(g_outputs) + 1):
        a = (g_outputs[t - 1] + future) * (1 - states[t] ** 2)
        total += np.outer(states[t - 1], a)
        future = a @ W.T
    return total


def _mean_of_shares(states, g_outputs, W):
    return gradient_of_W(states, g_outputs, W) / len(g_outputs)


def last_states(sequences, U, W, b):
    last = []
    for x in sequences:
        h = np.zeros(len(W))
        for now in x:
            h = np.tanh(now @ U + h @ W + b)
        last.append(h)
    return np.array(last)


def _never_reset(sequences, U, W, b):
    h, last = np.zeros(len(W)), []
    for x in sequences:
        for now in x:
            h = np.tanh(now @ U + h @ W + b)
        last.append(h)
    return np.array(last)


def _reset_each_step(sequences, U, W, b):
    return np.array([np.tanh(x[-1] @ U + b) for x in sequences])


def _first_states(sequences, U, W, b):
    return np.array([np.tanh(x[0] @ U + b) for x in sequences])


def _turned_W(sequences, U, W, b):
    return last_states(sequences, U, W.T, b)


def _padded(sequences, U, W, b):
    longest = max(map(len, sequences))
    rows = [((0, longest - len(x)), (0, 0)) for x in sequences]
    filled = [np.pad(x, row) for x, row in zip(sequences, rows, strict=True)]
    return last_states(filled, U, W, b)


def _very_last(sequences, U, W, b):
    return last_states(sequences, U, W, b)[-1]


def _every_state(sequences, U, W, b):
    states = []
    for x in sequences:
        starts = [x[: steps + 1] for steps in range(len(x))]
        states.extend(last_states(starts, U, W, b))
    return np.array(states)


def _read_backwards(sequences, U, W, b):
    return last_states([x[::-1] for x in sequences], U, W, b)


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


def _one_step_for_all(sequences, w, rate):
    return float(w - rate * sum(slope(x, w) for x in sequences))


def _uphill(sequences, w, rate):
    for x in sequences:
        w = w + rate * slope(x, w)
    return float(w)


def _one_long_sequence(sequences, w, rate):
    return float(w - rate * slope(np.concatenate(sequences), w))


def _last_sequence_only(sequences, w, rate):
    return float(w - rate * slope(sequences[-1], w))


def _mean_of_all(sequences, w, rate):
    return float(w - rate * np.mean([slope(x, w) for x in sequences]))


def _first_sequence_only(sequences, w, rate):
    return one_pass(sequences[:1], w, rate)


def _no_rate(sequences, w, rate):
    return one_pass(sequences, w, 1)


def truncated_gradient(x, u, w, reach):
    h = [0.0]
    for now in x:
        h.append(np.tanh(u * now + w * h[-1]))
    total = 0.0
    for t in range(1, len(x) + 1):
        g = 1.0
        for s in range(t, max(0, t - reach), -1):
            a = g * (1 - h[s] ** 2)
            total += a * h[s - 1]
            g = a * w
    return float(total)


def _never_truncated(x, u, w, reach):
    return truncated_gradient(x, u, w, len(x))


def _one_step_more(x, u, w, reach):
    return truncated_gradient(x, u, w, reach + 1)


def _last_error_only(x, u, w, reach):
    before = truncated_gradient(x[:-1], u, w, reach)
    return truncated_gradient(x, u, w, reach) - before


def _chunks(x, u, w, reach):
    """Errors stop at the borders of pieces of ``reach`` steps."""
    h = [0.0]
    for now in x:
        h.append(np.tanh(u * now + w * h[-1]))
    total = 0.0
    for t in range(1, len(x) + 1):
        g = 1.0
        for s in range(t, (t - 1) // reach * reach, -1):
            a = g * (1 - h[s] ** 2)
            total += a * h[s - 1]
            g = a * w
    return float(total)


def _deepest_path_only(x, u, w, reach):
    longer = truncated_gradient(x, u, w, reach)
    return longer - truncated_gradient(x, u, w, reach - 1)


def _paths(x, u, w, reach, slope=True, weight=True, shift=1):
    """The sum over paths, with a factor left out or a state mistaken."""
    h = [0.0]
    for now in x:
        h.append(np.tanh(u * now + w * h[-1]))
    total = 0.0
    for t in range(1, len(x) + 1):
        g = 1.0
        for s in range(t, max(0, t - reach), -1):
            g *= 1 - h[s] ** 2 if slope else 1
            total += g * h[s - shift]
            g *= w if weight else 1
    return float(total)


def _no_slopes(x, u, w, reach):
    return _paths(x, u, w, reach, slope=False)


def _no_weights(x, u, w, reach):
    return _paths(x, u, w, reach, weight=False)


def _own_state(x, u, w, reach):
    return _paths(x, u, w, reach, shift=0)


def _one_step_less(x, u, w, reach):
    return truncated_gradient(x, u, w, reach - 1)


def _mean_of_errors(x, u, w, reach):
    return truncated_gradient(x, u, w, reach) / len(x)


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


def _states(steps, d):
    h = np.tanh(_rng.normal(size=(steps + 1, d)))
    h[0] = 0
    return h


_net = (
    _rng.normal(size=(2, 3)),
    _rng.normal(size=(3, 3)),
    _rng.normal(size=3),
)

EXERCISES = (
    Exercise(
        id="12.1",
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
        ),
        explanation="19,200 + 4,096 + 640 weights and 74 biases. The number "
        "of steps does not appear, since every step uses the same weights.",
    ),
    Exercise(
        id="12.2",
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
        ),
        hints=(
            "Two sums of products and a bias, then one function over all.",
            "Rows times tables: x is (n,) and U is (n, d); h is (d,) and W "
            "is (d, d).",
            "np.tanh(x @ U + h @ W + b)",
        ),
        mistakes=(
            Mistake(
                _transposed,
                "You wrote W @ h. That is h times W transposed: the rows of "
                "W belong to the old state, so h comes first.",
            ),
            Mistake(
                _no_tanh,
                "The tanh is missing. Without it the states can grow "
                "without end, and the network stays linear.",
            ),
            Mistake(_no_bias, "The bias b is missing."),
            Mistake(
                _bias_outside,
                "The bias belongs inside the tanh, with the two products.",
            ),
            Mistake(
                _two_tanhs,
                "One tanh over the whole sum, not one for each part.",
            ),
            Mistake(
                _no_memory,
                "The old state is missing: without h @ W nothing is "
                "remembered.",
            ),
            Mistake(
                _logistic,
                "That is the logistic function, between 0 and 1. Take tanh.",
            ),
            Mistake(
                _old_state_added,
                "The old state acts through W, inside the tanh. It is not "
                "added to the new one.",
            ),
            Mistake(
                _entry_by_entry,
                "h * W multiplies entry by entry and gives a table. A row "
                "times a table is h @ W.",
            ),
        ),
        explanation="All vectors are rows, so they stand on the left of "
        "their tables. The typical mistake is W @ h: no error appears, "
        "because W is square.",
    ),
    Exercise(
        id="12.3",
        title="The loss of a sequence",
        level="core",
        reference=word_loss,
        cases=(
            Case(np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([0, 0])),
            Case(
                np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.3, 0.4, 0.3]]),
                np.array([0, 2, 1]),
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
                _mean_loss,
                "That is the mean over the steps. The total loss is their "
                "sum.",
            ),
            Mistake(
                _last_loss,
                "Only the last step counts for you. Every step has its "
                "loss: sum over time.",
            ),
            Mistake(
                _log_of_sum,
                "You took the logarithm of the sum. The logarithms are "
                "summed: that is the logarithm of the product.",
            ),
            Mistake(
                _positive_log,
                "The sign: logarithms of probabilities are negative, a loss "
                "is positive.",
            ),
            Mistake(
                _all_outputs,
                "You summed over all signs. Only the probability given to "
                "the right sign counts.",
            ),
            Mistake(
                _not_summed,
                "These are the losses of the steps. Add them up.",
            ),
            Mistake(
                _every_pair,
                "outputs[:, targets] takes every target in every row. Pair "
                "row t with target t: outputs[np.arange(T), targets].",
            ),
            Mistake(
                _likeliest,
                "You took the likeliest sign of each row. The right one "
                "counts, likely or not.",
            ),
            Mistake(
                _base_two,
                "That is the logarithm to base 2. Take the natural one, "
                "np.log.",
            ),
        ),
        explanation="The probability of the whole sequence is the product "
        "of its steps; minus its logarithm is the sum of the steps' losses.",
    ),
    Exercise(
        id="12.4",
        title="The gradient of W",
        level="core",
        reference=gradient_of_W,
        cases=(
            Case(
                np.array([[0.0], [0.5], [0.2]]),
                np.array([[1.0], [1.0]]),
                np.array([[0.5]]),
            ),
            Case(
                np.array([[0.0, 0.0], [0.5, 0.1], [0.2, -0.3], [0.1, 0.6]]),
                np.array([[0.0, 0.0], [0.0, 0.0], [1.0, -1.0]]),
                _W2,
            ),
            Case(
                _states(5, 3),
                _rng.normal(size=(5, 3)),
                _rng.normal(size=(3, 3)),
            ),
        ),
        hints=(
            "Go from the last step to the first, and keep what the future "
            "sends back.",
            "a = (g_outputs[t - 1] + future) * (1 - states[t] ** 2); its "
            "share of dL/dW is np.outer(states[t - 1], a).",
            "Add up all shares; future = a @ W.T for the next round.",
        ),
        mistakes=(
            Mistake(
                _no_future,
                "You left out what comes from later steps (the implicit "
                "part): the state also acts on the loss through the next "
                "state.",
            ),
            Mistake(
                _first_step_only,
                "The sum over time is missing: you kept one step's share. W "
                "is used at every step, so add the shares up.",
            ),
            Mistake(
                _W_not_transposed,
                "On the way back it is W transposed: forwards row i, column "
                "j leads from unit i to unit j, backwards from j to i.",
            ),
            Mistake(
                _no_slope,
                "The slope of tanh, 1 - h_t squared, is missing.",
            ),
            Mistake(
                _state_of_now,
                "W is multiplied by the state before the step, h_(t-1). You "
                "used h_t.",
            ),
            Mistake(
                _outer_turned,
                "Your result is transposed: rows belong to the old state, "
                "np.outer(states[t - 1], a).",
            ),
            Mistake(
                _slope_before,
                "The slope is that of the step's own tanh, at its result "
                "h_t. You used h_(t-1).",
            ),
            Mistake(
                _future_past_the_tanh,
                "What the future sends back arrives at h_t, behind the tanh: "
                "add it before you multiply by the slope.",
            ),
            Mistake(
                _future_without_slope,
                "On its way to the step before, the gradient passes the tanh "
                "of this one: future = a @ W.T, with the slope in a.",
            ),
            Mistake(
                _forwards,
                "You go from the first step to the last. What comes from the "
                "future is known only if you begin with the last.",
            ),
            Mistake(
                _mean_of_shares,
                "That is the mean over the steps. The gradient is their sum.",
            ),
        ),
        explanation="The error of each step goes back along the chain of "
        "states, through W transposed and the slope of tanh, and leaves a "
        "share at each step. The typical mistake is to keep one share only.",
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
        ),
        hints=(
            "Two loops: over the sequences, and over the steps of each.",
            "Where does the state have to become zero?",
            "h = np.zeros(len(W)) inside the outer loop, before the inner "
            "one.",
        ),
        mistakes=(
            Mistake(
                _never_reset,
                "The state of one sequence runs into the next. Set it back "
                "to zero at the start of each.",
            ),
            Mistake(
                _reset_each_step,
                "Your state starts from zero at every step, so only the "
                "last input counts.",
            ),
            Mistake(
                _first_states,
                "That is the state after the first step. Go on to the last.",
            ),
            Mistake(
                _read_backwards,
                "You read each sequence from its end.",
            ),
            Mistake(
                _turned_W,
                "W is transposed: the old state stands on the left, h @ W.",
            ),
            Mistake(
                _padded,
                "You filled the short sequences up with zeros, and the state "
                "went on changing. Stop each at its own last step.",
            ),
            Mistake(
                _very_last,
                "That is the last sequence's state alone. Keep one for each "
                "sequence.",
            ),
            Mistake(
                _every_state,
                "You kept the state of every step. Only the last one of each "
                "sequence is asked for.",
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
            Case([_rng.normal(size=steps) for steps in (3, 2, 4)], -0.3, 0.8),
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
                _one_step_for_all,
                "That is one step with the sum of all gradients. Here every "
                "sequence is followed by a step of its own.",
            ),
            Mistake(
                _uphill,
                "You go uphill: a step of descent is against the gradient.",
            ),
            Mistake(
                _one_long_sequence,
                "You joined the sequences into one long one, so the state "
                "of each runs into the next.",
            ),
            Mistake(
                _last_sequence_only,
                "Only the last sequence made a step: the new w must be the "
                "start of the next one.",
            ),
            Mistake(
                _mean_of_all,
                "That is one step with the mean of all gradients. Take a "
                "step after each sequence.",
            ),
            Mistake(
                _first_sequence_only,
                "You stopped after the first sequence: is your return "
                "inside the loop?",
            ),
            Mistake(
                _no_rate,
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
            "For each t: g = 1; for s from t down, at most reach times: a = "
            "g (1 - h_s^2), add a h_(s-1), then g = a w.",
            "range(t, max(0, t - reach), -1)",
        ),
        mistakes=(
            Mistake(
                _never_truncated,
                "Your gradient follows all paths to the beginning: `reach` "
                "is not used.",
            ),
            Mistake(
                _one_step_more,
                "One step too far: reach=1 is the explicit term alone.",
            ),
            Mistake(
                _last_error_only,
                "Only the last step's error is sent back. The loss is the "
                "sum over all steps, and each has an error.",
            ),
            Mistake(
                _chunks,
                "You cut the sequence into pieces, as stateful training "
                "does: within a piece early steps reach less far. Here "
                "every error may go back `reach` steps.",
            ),
            Mistake(
                _deepest_path_only,
                "You kept only the longest allowed path of each error. All "
                "shorter ones count too.",
            ),
            Mistake(
                _no_slopes,
                "The slopes are missing: each step on a path multiplies by "
                "1 - h_s squared.",
            ),
            Mistake(
                _no_weights,
                "The factor w is missing: each step back multiplies by it.",
            ),
            Mistake(
                _own_state,
                "w is multiplied by the state before the step, h_(s-1). You "
                "used h_s.",
            ),
            Mistake(
                _one_step_less,
                "One step too few: reach=1 still has the explicit term.",
            ),
            Mistake(
                _mean_of_errors,
                "That is the mean over the steps. The loss is a sum.",
            ),
            Mistake(
                _state_cut_too,
                "You cut the state as well. Truncation leaves the forward "
                "pass alone: compute all states first.",
            ),
        ),
        explanation="With reach = T it is the full gradient, which a finite "
        "difference confirms; with reach = 1 only the explicit terms remain.",
    ),
)
