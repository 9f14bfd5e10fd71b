"""What the lesson, its benchmark and a learner's own text share.

Built in lesson 17; a test holds the lesson's cells and these equal.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coursekit.vocabulary import Vocabulary

# A minute and a half of CPU an epoch; see benchmarks/writing.py.
SHAKESPEARE = {
    "units": 512,
    "epochs": 8,
    "rate": 2.5e-3,
    "dropout": 0.2,
    "batch": 32,
    "length": 64,
}


def characters_of(text: str) -> Vocabulary:
    """The characters of a training text, each with a number."""
    return Vocabulary.from_texts([text], split=list)


def encode(vocabulary: Vocabulary, text: str) -> np.ndarray:
    """The numbers of a text's characters, int32 (length,)."""
    return np.array(vocabulary.encode_one(text, len(text)), "int32")


# ---------------------------------------------------------- counting


class NGrams:
    """Counts of what follows the last 0, 1, ... ``order`` - 1 characters.

    ``size`` is how many characters there are. ``probability`` backs off as
    Witten and Bell (1991, method C) do: a context seen n times, with t
    different followers, has a say of n in n + t, and the context that is
    one character shorter has the rest.
    """

    def __init__(self, text: Sequence, order: int, size: int):
        self.order, self.size = order, size
        self.counts: dict[Any, Counter] = {}
        for place, token in enumerate(text):
            for length in range(min(order - 1, place) + 1):
                context = text[place - length : place]
                self.counts.setdefault(context, Counter())[token] += 1
        self.totals = {c: n.total() for c, n in self.counts.items()}

    def probability(
        self, context: Sequence, token: Any, order: int | None = None
    ) -> float:
        """P(token | context), by the last ``order`` - 1 characters."""
        value = 1 / self.size
        longest = min((order or self.order) - 1, len(context))
        for length in range(longest + 1):
            short = context[len(context) - length :]
            if short not in self.counts:
                break
            seen, total = self.counts[short], self.totals[short]
            value = (seen[token] + len(seen) * value) / (total + len(seen))
        return value

    def probabilities(
        self, text: Sequence, order: int | None = None
    ) -> np.ndarray:
        """P of each character of a text, given those before it."""
        back = (order or self.order) - 1
        return np.array(
            [
                self.probability(text[max(0, t - back) : t], token, order)
                for t, token in enumerate(text)
            ]
        )

    def bits(self, text: Sequence, order: int | None = None) -> float:
        """Cross-entropy of a text in bits a character."""
        return -float(np.log2(self.probabilities(text, order)).mean())


# ------------------------------------------------------ a recurrent one


def windows(codes: np.ndarray, length: int) -> tuple:
    """Pieces of a text (n, length), and the same one character later."""
    count = (len(codes) - 1) // length
    x = codes[: count * length].reshape(count, length)
    y = codes[1 : count * length + 1].reshape(count, length)
    return x, y


def streams(codes: np.ndarray, length: int, batch: int) -> tuple:
    """Windows in such an order that row r of a batch goes on in the next.

    (batches x batch, length) each, for a stateful network and no shuffling.
    """
    x, y = windows(codes, length)
    steps = len(x) // batch
    return tuple(
        part[: steps * batch]
        .reshape(batch, steps, length)
        .swapaxes(0, 1)
        .reshape(-1, length)
        for part in (x, y)
    )


def network(
    size: int,
    units: int,
    dropout: float = 0.0,
    embedding: int = 32,
    batch: int | None = None,
) -> Any:
    """Numbers (batch, time) -> logits (batch, time, size), uncompiled.

    With ``batch`` the states stay from one call to the next.
    """
    import keras
    from keras import layers

    inputs = keras.Input(
        batch_shape=(batch, None), dtype="int32", name="characters"
    )
    x = layers.Embedding(size, embedding, name="letters")(inputs)
    x = layers.GRU(
        units, return_sequences=True, stateful=batch is not None, name="memory"
    )(x)
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    logits = layers.Dense(size, name="next")(x)
    return keras.Model(inputs, logits, name="writer")


def loss() -> Any:
    """Cross-entropy of logits, in nats."""
    import keras

    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def probabilities(
    model: Any, codes: np.ndarray, pieces: int = 32
) -> np.ndarray:
    """P of each character of a long text after its first, by a network.

    The text is read as ``pieces`` beside each other; each begins without a
    past, which costs a few characters in thousands. (n,)
    """
    x, y = windows(codes, (len(codes) - 1) // pieces)
    logits = model.predict(x, batch_size=pieces, verbose=0)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    right = np.take_along_axis(weights, y[..., np.newaxis], axis=-1)[..., 0]
    return (right / weights.sum(axis=-1)).ravel()


def bits(model: Any, codes: np.ndarray, pieces: int = 32) -> float:
    """Cross-entropy of a long text in bits a character."""
    chances = probabilities(model, codes, pieces).astype("float64")
    return -float(np.log2(np.maximum(chances, 1e-30)).mean())


def trained(
    codes: np.ndarray, size: int, units: int, updates: int, seed: int
) -> Any:
    """A network after so many updates of 32 windows of 32 characters."""
    import keras

    keras.utils.set_random_seed(seed)
    x, y = windows(codes, 32)
    model = network(size, units)
    rates = keras.optimizers.schedules.CosineDecay(8e-3, updates)
    torch = keras.config.backend() == "torch"
    model.compile(
        keras.optimizers.Adam(rates, global_clipnorm=1.0),
        loss(),
        steps_per_execution=1 if torch else 10,
    )
    order = np.random.default_rng(seed)
    often = -(-32 * updates // len(x))
    rows = np.concatenate([order.permutation(len(x)) for _ in range(often)])
    rows = rows[: 32 * updates]
    model.fit(x[rows], y[rows], 32, shuffle=False, verbose=0)
    return model


def trained_in_order(
    codes: np.ndarray,
    size: int,
    units: int,
    epochs: int,
    rate: float,
    dropout: float = 0.0,
    batch: int = 32,
    length: int = 64,
    seed: int = 0,
    look: Callable[[Any, int], None] = lambda reader, epoch: None,
) -> Any:
    """A network that kept its state from each window to the next.

    ``look(reader, epoch)`` is called after each epoch with the network as
    it is then. Adam, whose rate falls along half a cosine.
    """
    import keras

    keras.utils.set_random_seed(seed)
    learner = network(size, units, dropout, batch=batch)
    reader = network(size, units)
    x, y = streams(codes, length, batch)
    rates = keras.optimizers.schedules.CosineDecay(
        rate, epochs * (len(x) // batch)
    )
    learner.compile(
        keras.optimizers.Adam(rates, global_clipnorm=1.0),
        loss(),
        steps_per_execution=1 if keras.config.backend() == "torch" else 10,
    )
    for epoch in range(1, epochs + 1):
        learner.get_layer("memory").reset_state()
        learner.fit(x, y, batch, shuffle=False, verbose=0)
        reader.set_weights(learner.get_weights())
        look(reader, epoch)
    return reader


# ------------------------------------------------------------- writing


def pick(logits: np.ndarray, temperature: float, u: float) -> int:
    """The number of a character, drawn by a random u between 0 and 1."""
    scores = np.asarray(logits, "float64") / temperature
    weights = np.exp(scores - scores.max())
    sums = np.cumsum(weights)
    return int(np.searchsorted(sums, u * sums[-1], side="right"))


def stepper(model: Any) -> Callable:
    """One step in NumPy: step(number, state) -> logits, new state."""
    letters, kernel, recurrent, bias, out, out_bias = model.get_weights()
    read = letters @ kernel + bias[0]

    def step(number: int, state: np.ndarray | None = None) -> tuple:
        state = np.zeros(len(recurrent)) if state is None else state
        from_x = np.split(read[number], 3)
        from_h = np.split(state @ recurrent + bias[1], 3)
        z, r = (1 / (1 + np.exp(-from_x[k] - from_h[k])) for k in (0, 1))
        g = np.tanh(from_x[2] + r * from_h[2])
        state = z * state + (1 - z) * g
        return state @ out + out_bias, state

    return step


def write_with_predict(
    model: Any, start: Sequence[int], temperature: float, us: np.ndarray
) -> list[int]:
    """Ask for every character anew, with the whole text so far: slow."""
    text = list(start)
    for u in us:
        logits = model.predict(np.array([text]), verbose=0)[0, -1]
        text.append(pick(logits, temperature, u))
    return text[len(start) :]


def writer(model: Any, temperature: float = 1.0) -> Callable:
    """The loop of ``write_with_predict`` as one recurrent layer.

    Gives write(start, us): it reads ``start`` (numbers) and draws a
    character for each random number, all in one compiled call.
    """
    import keras
    from keras import layers, ops

    letters, memory, head = (
        model.get_layer(name) for name in ("letters", "memory", "next")
    )

    class WritingCell(layers.Layer):
        """Reads the last character, draws the next, and remembers both.

        Characters are told as their number and 1; 0 is none.
        """

        state_size, output_size = (memory.units, 1), 1

        def call(self, step, states, training=False):
            u, given = step[:, :1], step[:, 1:]
            h, last = states
            x = letters(ops.cast(ops.maximum(last[:, 0] - 1, 0), "int32"))
            new, _ = memory.cell(x, [h])
            h = ops.where(last > 0, new, h)  # at first there is none to read
            odds = ops.softmax(head(h) / temperature)
            sums = ops.cumsum(odds, axis=-1)
            below = ops.cast(sums <= u * sums[:, -1:], "float32")
            drawn = ops.sum(below, axis=-1, keepdims=True) + 1
            drawn = ops.where(given > 0, given, drawn)
            return drawn, [h, drawn]

    steps = keras.Input((None, 2))
    drawn = layers.RNN(WritingCell(), return_sequences=True)(steps)
    loop = keras.Model(steps, drawn)

    def write(start: Sequence[int], us: np.ndarray) -> list[int]:
        given = np.concatenate([np.add(start, 1), np.zeros(len(us))])
        random = np.concatenate([np.zeros(len(start)), us])
        steps = np.stack([random, given], axis=-1)[np.newaxis]
        drawn = loop.predict(steps.astype("float32"), verbose=0)
        return (drawn[0, len(start) :, 0].astype(int) - 1).tolist()

    return write
