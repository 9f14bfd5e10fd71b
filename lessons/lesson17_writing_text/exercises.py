"""Exercises of lesson 17: writing text one character at a time."""

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def shifted(codes, length):
    count = (len(codes) - 1) // length
    x = codes[: count * length].reshape(count, length)
    y = codes[1 : count * length + 1].reshape(count, length)
    return x, y


def pick(logits, temperature, u):
    scores = np.asarray(logits, "float64") / temperature
    weights = np.exp(scores - scores.max())
    ends = np.cumsum(weights) / weights.sum()
    return int(np.searchsorted(ends, u, side="right"))


def write(step, choose, start, us):
    state = None
    for number in start:
        logits, state = step(number, state)
    written = []
    for u in us:
        number = choose(logits, u)
        written.append(number)
        logits, state = step(number, state)
    return written


def bits_and_perplexity(nats):
    bits = np.mean(nats) / np.log(2)
    return bits, 2**bits


def nucleus(probabilities, share):
    order = np.argsort(-probabilities, kind="stable")
    before = np.cumsum(probabilities[order]) - probabilities[order]
    kept = order[before < share]
    allowed = np.zeros(len(probabilities))
    allowed[kept] = probabilities[kept]
    return allowed / allowed.sum()


def bits_of_text(first, table, numbers):
    chances = [first[numbers[0]], *table[numbers[:-1], numbers[1:]]]
    return -np.mean(np.log2(chances))


def best_mixture(p, q):
    shares = np.arange(101) / 100
    bits = [-np.log2(w * p + (1 - w) * q).mean() for w in shares]
    return shares[int(np.argmin(bits))]


_rng = np.random.default_rng(17)


def counter(number, state):
    """Logits of four numbers: it likes what is one more, and counts.

    No state is not the state 0: it counts from 2.
    """
    steps = 2 if state is None else state
    liked = (number + 1 + steps) % 4
    return 2.0 * np.eye(4)[liked] + 0.1 * np.arange(4), steps + 1


def highest_below(logits, u):
    """A choice that uses u: the likeliest number, or the one after it."""
    best = int(np.argmax(logits))
    return best if u < 0.5 else (best + 1) % len(logits)


def _windows_of_everything(codes, length):
    count = len(codes) - length
    x = np.array([codes[k : k + length] for k in range(count)])
    y = np.array([codes[k + 1 : k + 1 + length] for k in range(count)])
    return x, y


def _only_the_last(codes, length):
    count = (len(codes) - 1) // length
    x = codes[: count * length].reshape(count, length)
    return x, codes[length : count * length + 1 : length]


def _arg_max(logits, temperature, u):
    return int(np.argmax(logits))


def _draws_again(logits, temperature, u):
    scores = np.asarray(logits, "float64") / temperature
    weights = np.exp(scores - scores.max())
    chances = weights / weights.sum()
    return int(np.random.default_rng(0).choice(len(chances), p=chances))


def _draws_twice(step, choose, start, us):
    state = None
    for number in start:
        logits, state = step(number, state)
    written = []
    us = list(us)
    for place, u in enumerate(us):
        written.append(choose(logits, u))
        again = choose(logits, us[(place + 1) % len(us)])
        logits, state = step(again, state)
    return written


def _arg_max_loop(step, choose, start, us):
    state = None
    for number in start:
        logits, state = step(number, state)
    written = []
    for _ in us:
        number = int(np.argmax(logits))
        written.append(number)
        logits, state = step(number, state)
    return written


def _from_behind(probabilities, share):
    order = np.argsort(probabilities, kind="stable")[::-1]
    before = np.cumsum(probabilities[order]) - probabilities[order]
    kept = order[before < share]
    allowed = np.zeros(len(probabilities))
    allowed[kept] = probabilities[kept]
    return allowed / allowed.sum()


def _all_alike(probabilities, share):
    ordered = np.sort(probabilities)[::-1]
    before = np.cumsum(ordered) - ordered
    lowest = ordered[before < share].min()
    allowed = np.where(probabilities >= lowest, probabilities, 0)
    return allowed / allowed.sum()


def _smallest_set(probabilities, share):
    order = np.argsort(-probabilities)
    kept = order[np.cumsum(probabilities[order]) <= share]
    allowed = np.zeros(len(probabilities))
    allowed[kept] = probabilities[kept]
    return allowed / (allowed.sum() or 1)


def _above(probabilities, share):
    allowed = np.where(probabilities >= share, probabilities, 0)
    return allowed / (allowed.sum() or 1)


def _product_first(first, table, numbers):
    chance = first[numbers[0]]
    for one, other in zip(numbers[:-1], numbers[1:], strict=True):
        chance = chance * table[one, other]
    with np.errstate(divide="ignore"):
        return -np.log2(chance) / len(numbers)


_first = np.array([0.5, 0.25, 0.25])
_table = np.array([[0.5, 0.5, 0.0], [0.25, 0.25, 0.5], [0.125, 0.125, 0.75]])


EXERCISES = (
    Exercise(
        id="17.1",
        title="Windows, and the same text one character later",
        level="core",
        reference=shifted,
        cases=(
            Case(np.arange(7), 3),
            Case(np.arange(6), 3),
            Case(np.array([5, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]), 2),
            Case(np.arange(21) % 4, 5),
        ),
        hints=(
            "How many windows are there? Each needs length characters, and "
            "the last one an answer behind it.",
            "count = (len(codes) - 1) // length. The answers are the same "
            "text, cut one place later.",
            "x = codes[:count * length].reshape(count, length); "
            "y = codes[1:count * length + 1].reshape(count, length)",
        ),
        mistakes=(
            Mistake(
                edit(
                    "codes[1 : count * length + 1]", "codes[: count * length]"
                ),
                "The answers are the inputs: nothing to predict. They begin "
                "one character later.",
            ),
            Mistake(
                edit(
                    "codes[1 : count * length + 1]",
                    "codes[2 : count * length + 2]",
                ),
                "Off by one: these answers are two characters later.",
            ),
            Mistake(
                edit("return x, y", "return y, x"),
                "Inputs first, then answers: yours predict the past.",
            ),
            Mistake(
                edit("(len(codes) - 1) // length", "len(codes) // length"),
                "The last window's last answer does not exist when the text "
                "ends with the window: count (len(codes) - 1) // length.",
            ),
            Mistake(
                edit(
                    "(len(codes) - 1) // length",
                    "(len(codes) - 1) // length - 1",
                ),
                "One window too few: (len(codes) - 1) // length fit in.",
            ),
            Mistake(
                _windows_of_everything,
                "You begin a window at every character. Here they follow "
                "each other, without overlap.",
            ),
            Mistake(
                _only_the_last,
                "An answer for each step is wanted, not one a window: y has "
                "the shape of x.",
            ),
            Mistake(
                edit(
                    "codes[1 : count * length + 1].reshape(count, length)",
                    "np.roll(x, -1, axis=1)",
                ),
                "You shifted each window in itself: its last answer is its "
                "own first character. Shift the text, then cut.",
            ),
        ),
        explanation="One text gives inputs and answers; a window's last "
        "answer is the next window's first character.",
    ),
    Exercise(
        id="17.2",
        title="Draw the next character",
        level="core",
        reference=pick,
        cases=(
            Case(np.log([0.7, 0.2, 0.1]), 1.0, 0.75),
            Case(np.log([0.7, 0.2, 0.1]), 1.0, 0.0),
            Case(np.log([0.7, 0.2, 0.1]), 0.5, 0.75),
            Case(np.log([0.7, 0.2, 0.1]), 0.5, 0.6),
            Case(np.log([0.7, 0.2, 0.1]), 0.5, 0.95),
            Case(np.log([0.7, 0.2, 0.1]), 2.0, 0.51),
            Case(np.array([2.0, -1.0, 0.5, 3.0, 1.0]), 1.0, 0.31),
            Case(np.array([2.0, -1.0, 0.5, 3.0, 1.0]), 1.0, 0.26),
            Case(np.array([2.0, -1.0, 0.5, 3.0, 1.0]), 0.7, 0.22),
            Case(np.array([2.0, -1.0, 0.5, 3.0, 1.0]), 3.0, 0.999),
            Case(np.array([0.0, 1000.0, 999.0]), 1.0, 0.9),
            Case(np.array([-1000.0, -1001.0, -999.0]), 1.0, 0.3),
            Case(np.array([-np.inf, 0.0, 0.0]), 1.0, 0.0),
        ),
        hints=(
            "Three steps: divide by the temperature, softmax, find the piece "
            "that u falls into.",
            "The pieces end at np.cumsum(probabilities). How many of these "
            "ends are not above u?",
            "scores = logits / temperature; weights = np.exp(scores - "
            "scores.max()); ends = np.cumsum(weights) / weights.sum(); "
            'return int(np.searchsorted(ends, u, side="right"))',
        ),
        mistakes=(
            Mistake(
                edit("/ temperature", "* temperature"),
                "Temperature multiplied: your cold text is hot. Divide the "
                "logits by it.",
            ),
            Mistake(
                edit("/ temperature", ""),
                "The temperature is missing: divide the logits by it.",
            ),
            Mistake(
                edit(
                    'scores = np.asarray(logits, "float64") / temperature',
                    "scores = np.exp(logits - np.max(logits)); "
                    "scores = scores / scores.sum() / temperature",
                ),
                "Softmax of softmax: probabilities went in where logits "
                "belong, and all become nearly alike. One softmax.",
            ),
            Mistake(
                edit(
                    "/ temperature",
                    "",
                    "ends = np.cumsum(weights) / weights.sum()",
                    "ends = np.cumsum(weights / weights.sum() / temperature)",
                ),
                "You divided the probabilities by the temperature: then they "
                "no longer sum to one. Divide the logits.",
            ),
            Mistake(
                _arg_max,
                "That is the arg-max: always the likeliest, whatever u is. "
                "Draw with u.",
            ),
            Mistake(
                _draws_again,
                "You draw with a random number of your own; u is the random "
                "number.",
            ),
            Mistake(
                edit(" - scores.max()", ""),
                "Large logits overflow in np.exp: take their maximum off "
                "first; it cancels.",
            ),
            Mistake(
                edit(
                    "np.cumsum(weights) / weights.sum()", "np.cumsum(weights)"
                ),
                "Divide by the sum of the weights: the pieces must end at 1.",
            ),
            Mistake(
                edit('side="right"', 'side="left"'),
                "A character of probability 0 was drawn. At a border u "
                'belongs to the piece that begins there: side="right".',
            ),
            Mistake(
                edit(
                    'return int(np.searchsorted(ends, u, side="right"))',
                    "return ends",
                ),
                "Those are the ends of the pieces; which one does u fall "
                "into?",
            ),
            Mistake(
                edit('u, side="right"))', '1 - u, side="right"))'),
                "You count from the other end: u = 0 is the first piece.",
            ),
            Mistake(
                edit('u, side="right"))', 'u, side="right")) + 1'),
                "One too far: the first piece is number 0.",
            ),
            Mistake(
                edit('u, side="right"))', 'u, side="right")) - 1'),
                "One too low: the piece that u falls into begins below it.",
            ),
            Mistake(
                edit("np.exp(scores - scores.max())", "np.maximum(scores, 0)"),
                "Logits are no weights: they may be negative. Softmax.",
            ),
        ),
        explanation="A uniform u and the ends of the pieces draw from any "
        "list of probabilities; with the same u every way to compute them "
        "draws the same.",
    ),
    Exercise(
        id="17.3",
        title="The loop that writes",
        level="core",
        reference=write,
        cases=(
            Case(counter, highest_below, [0], [0.1]),
            Case(counter, highest_below, [0], [0.1, 0.7, 0.2]),
            Case(counter, highest_below, [2, 0, 3], [0.9, 0.1, 0.1, 0.6, 0.2]),
            Case(
                counter,
                pick_at_one := (lambda logits, u: pick(logits, 1.0, u)),
                [1, 1],
                [0.05, 0.5, 0.95, 0.3, 0.8, 0.15, 0.6],
            ),
            Case(counter, highest_below, [1, 2], []),
        ),
        hints=(
            "First read all of start; only the logits after its last number "
            "count.",
            "Then for each u: choose, keep it, and step with that very "
            "number and the newest state.",
            "number = choose(logits, u); written.append(number); "
            "logits, state = step(number, state)",
        ),
        mistakes=(
            Mistake(
                _draws_twice,
                "Sampling twice: what you feed back is another draw than "
                "what you wrote. Draw once, use it for both.",
            ),
            Mistake(
                _arg_max_loop,
                "You take the arg-max; choose(logits, u) says the number.",
            ),
            Mistake(
                edit(
                    "        written.append(number)\n"
                    "        logits, state = step(number, state)",
                    "        written.append(number)\n"
                    "        logits, state = step(start[-1], state)",
                ),
                "You feed the start back again and again. The next input is "
                "what was just written.",
            ),
            Mistake(
                edit(
                    "        written.append(number)\n"
                    "        logits, state = step(number, state)",
                    "        written.append(number)\n"
                    "        logits, state = step(number, None)",
                ),
                "The state is lost at each step: hand the last one on.",
            ),
            Mistake(
                edit(
                    "        written.append(number)\n"
                    "        logits, state = step(number, state)",
                    "        written.append(number)\n"
                    "        logits, _ = step(number, state)",
                ),
                "The state never moves on while you write: take the new one "
                "each time.",
            ),
            Mistake(
                edit(
                    "        written.append(number)\n"
                    "        logits, state = step(number, state)",
                    "        written.append(number)",
                ),
                "Nothing is fed back: the logits are those after the start, "
                "for ever. Step with what was written.",
            ),
            Mistake(
                edit("state = None", "state = 0"),
                "At first there is no state: None, which is not 0.",
            ),
            Mistake(
                edit("return written", "return [*start, *written]"),
                "Only the new numbers, without the start.",
            ),
            Mistake(
                edit("for number in start:", "for number in start[-1:]:"),
                "You read the last number of the start only. The state "
                "should know all of it.",
            ),
            Mistake(
                edit("for number in start:", "for number in start[:1]:"),
                "You read the first number of the start only.",
            ),
            Mistake(
                edit(
                    "    written = []",
                    "    logits, state = step(number, state)\n"
                    "    written = []",
                ),
                "The last number of the start is read twice.",
            ),
        ),
        explanation="One draw a character, used twice: it is written, and "
        "it is read. The state carries the rest.",
    ),
    Exercise(
        id="17.4",
        title="Nats, bits, perplexity",
        level="warm-up",
        reference=bits_and_perplexity,
        cases=(
            Case(np.log([2.0, 4.0])),
            Case(np.array([0.2, 1.1, 3.0])),
            Case(np.array([1.0])),
            Case(np.zeros(4)),
            Case(np.array([2.5, 0.1, 1.7, 0.4, 3.3, 0.9])),
        ),
        hints=(
            "A nat is more than a bit: 1 / log(2) bits.",
            "Mean first. bits = mean / np.log(2), and the perplexity is two "
            "to the bits.",
            "bits = np.mean(nats) / np.log(2); return bits, 2**bits",
        ),
        mistakes=(
            Mistake(
                edit("np.mean(nats) / np.log(2)", "np.mean(nats)"),
                "Those are still nats: the base is e. Bits have the base 2: "
                "divide by log(2).",
            ),
            Mistake(
                edit("np.mean(nats) / np.log(2)", "np.mean(nats) * np.log(2)"),
                "The wrong way round: there are more bits than nats. Divide "
                "by log(2).",
            ),
            Mistake(
                edit("np.log(2)", "np.log(10)"),
                "That is the base 10: divide by log(2).",
            ),
            Mistake(
                edit("2**bits", "np.exp(bits)"),
                "e to the bits mixes the bases: 2 to the bits, or e to the "
                "nats.",
            ),
            Mistake(
                edit("2**bits", "np.mean(np.exp(nats))"),
                "You took the mean of the perplexities. The mean comes "
                "first, in bits or nats; then the power.",
            ),
            Mistake(
                edit("np.mean(nats)", "np.sum(nats)"),
                "A character, not the whole text: the mean.",
            ),
            Mistake(
                edit("bits, 2**bits", "2**bits, bits"),
                "Bits first, then the perplexity.",
            ),
        ),
        explanation="The base changes the unit and nothing else; two to the "
        "bits is e to the nats.",
    ),
    Exercise(
        id="17.5",
        title="The nucleus",
        level="core",
        reference=nucleus,
        cases=(
            Case(np.array([0.1, 0.5, 0.25, 0.15]), 0.7),
            Case(np.array([0.1, 0.5, 0.25, 0.15]), 0.4),
            Case(np.array([0.1, 0.5, 0.25, 0.15]), 1.0),
            Case(np.array([0.05, 0.3, 0.02, 0.4, 0.23]), 0.9),
            Case(np.array([0.5, 0.25, 0.125, 0.125]), 0.75),
            Case(np.array([1.0, 0.0]), 0.9),
            Case(np.array([0.25, 0.5, 0.25]), 0.75),
        ),
        hints=(
            "Sort from the likeliest down, and add up. Where do you stop?",
            "A character is kept if those before it do not yet reach the "
            "share: before = np.cumsum(sorted) - sorted; before < share.",
            "order = np.argsort(-probabilities); kept = order[before < "
            "share]; fill zeros at kept, and divide by their sum.",
        ),
        mistakes=(
            Mistake(
                _smallest_set,
                "The one that crosses the share belongs to it: without it "
                "the share is not reached (and with a small share nothing "
                "is left).",
            ),
            Mistake(
                edit("before < share", "before <= share"),
                "Those before it have reached the share exactly: stop there.",
            ),
            Mistake(
                edit("np.argsort(-probabilities", "np.argsort(probabilities"),
                "You begin with the least likely. From the likeliest down.",
            ),
            Mistake(
                edit(
                    'np.argsort(-probabilities, kind="stable")',
                    "np.arange(len(probabilities))",
                ),
                "Sort first: from the likeliest down, not in the order of "
                "the list.",
            ),
            Mistake(
                _from_behind,
                "Of two that are alike you keep the later one: np.argsort("
                '-probabilities, kind="stable") has the first one first.',
            ),
            Mistake(
                _all_alike,
                "You keep all that are alike, more than are needed: keep "
                "the one that comes first.",
            ),
            Mistake(
                edit("allowed / allowed.sum()", "allowed"),
                "The kept ones must sum to one again: divide by their sum.",
            ),
            Mistake(
                _above,
                "You keep each that has the share alone. It is the sum that "
                "must reach it.",
            ),
            Mistake(
                edit(
                    "allowed / allowed.sum()",
                    "np.sort(allowed / allowed.sum())[::-1]",
                ),
                "Give the probabilities back in the order they came in.",
            ),
        ),
        explanation="Few characters where the network is sure, many where "
        "it is not: that is what a fixed k cannot do.",
    ),
    Exercise(
        id="17.6",
        title="The bits of a text",
        level="core",
        reference=bits_of_text,
        cases=(
            Case(_first, _table, np.array([0, 1])),
            Case(_first, _table, np.array([1, 2, 2, 0])),
            Case(_first, _table, np.array([2])),
            Case(
                _rng.dirichlet(np.ones(5)),
                _rng.dirichlet(np.ones(5), 5),
                _rng.integers(0, 5, 4000),
            ),
        ),
        hints=(
            "The probability of a text is a product: of its first character, "
            "and of each one after the one before it.",
            "table[numbers[:-1], numbers[1:]] gives all of them but the "
            "first at once.",
            "chances = [first[numbers[0]], *table[numbers[:-1], "
            "numbers[1:]]]; return -np.mean(np.log2(chances))",
        ),
        mistakes=(
            Mistake(
                edit(
                    "table[numbers[:-1], numbers[1:]]",
                    "table[numbers[1:], numbers[:-1]]",
                ),
                "You ask for the character before, given the one after. Row: "
                "what was; column: what comes.",
            ),
            Mistake(
                edit(
                    "table[numbers[:-1], numbers[1:]]",
                    "table[numbers[:-1], numbers[:-1]]",
                ),
                "Not shifted: each character is asked for after itself.",
            ),
            Mistake(
                edit(
                    "[first[numbers[0]], *table[numbers[:-1], numbers[1:]]]",
                    "table[numbers[:-1], numbers[1:]]",
                ),
                "The first character is missing: it costs bits, too.",
            ),
            Mistake(
                edit("np.log2", "np.log"),
                "Those are nats: bits have the logarithm to the base 2.",
            ),
            Mistake(
                edit("np.log2", "np.log10"),
                "That is the base 10: bits have the logarithm to the base 2.",
            ),
            Mistake(
                edit("np.mean", "np.sum"),
                "A character, not the whole text: the mean.",
            ),
            Mistake(
                edit("-np.mean", "np.mean"),
                "A surprise is positive: mind the sign.",
            ),
            Mistake(
                edit(
                    "-np.mean(np.log2(chances))", "-np.log2(np.mean(chances))"
                ),
                "The logarithm of each first, then the mean.",
            ),
            Mistake(
                _product_first,
                "The product of thousands of probabilities is 0 to a "
                "computer, and its surprise infinite. Add logarithms.",
            ),
            Mistake(
                edit(
                    "return -np.mean(np.log2(chances))",
                    "return 2 ** -np.mean(np.log2(chances))",
                ),
                "That is the perplexity; its bits are asked for.",
            ),
        ),
        explanation="A product of probabilities is a sum of surprises, and "
        "sums do not underflow.",
    ),
    Exercise(
        id="17.7",
        title="Counts and network together",
        level="stretch",
        reference=best_mixture,
        cases=(
            Case(np.array([0.9, 0.1]), np.array([0.1, 0.9])),
            Case(np.array([0.9, 0.8, 0.01]), np.array([0.2, 0.3, 0.4])),
            Case(np.array([0.5, 0.5]), np.array([0.1, 0.2])),
            Case(
                _rng.dirichlet([1, 1, 1], 40)[:, 0],
                _rng.dirichlet([1, 1, 1], 40)[:, 0],
            ),
        ),
        hints=(
            "Mix the probabilities, then take the surprise; not the other "
            "way round.",
            "Try each w in np.arange(101) / 100: the mean of "
            "-log2(w * p + (1 - w) * q).",
            "bits = [-np.log2(w * p + (1 - w) * q).mean() for w in shares]; "
            "return shares[np.argmin(bits)]",
        ),
        mistakes=(
            Mistake(
                edit(
                    "-np.log2(w * p + (1 - w) * q).mean()",
                    "-(w * np.log2(p) + (1 - w) * np.log2(q)).mean()",
                ),
                "You mixed the surprises: then the best is always one of the "
                "two alone. Mix the probabilities.",
            ),
            Mistake(
                edit("np.argmin", "np.argmax"),
                "That is the worst mixture: the fewest bits are wanted.",
            ),
            Mistake(
                edit("w * p + (1 - w) * q", "w * q + (1 - w) * p"),
                "w is the share of p, the first one.",
            ),
            Mistake(
                edit("shares[int(np.argmin(bits))]", "min(bits)"),
                "Those are the bits of the best mixture; its share is asked "
                "for.",
            ),
            Mistake(
                edit("shares[int(np.argmin(bits))]", "int(np.argmin(bits))"),
                "That is its place in the list: give the share, between 0 "
                "and 1.",
            ),
        ),
        explanation="A mixture pays for a slip of one model with the "
        "other's probability, which costs a bit or two instead of ten.",
    ),
)
