"""Loops that turn next-word scores into sentences: compiled, batched.

A captioner is two functions. ``begin(pictures)`` gives the state before the
first word: a nest of tensors whose first axis is the picture.
``step(words, state)`` takes int32 (n,) and gives logits (n, vocabulary) and
the next state. Each function here returns a compiled function of pictures
that stops as soon as every sentence has ended. The last few are kept: for
the same captioner and settings nothing is compiled twice. TensorFlow only.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from coursekit.captions.vocabulary import END, PAD, START

Begin = Callable[[Any], Any]
Step = Callable[[Any, Any], tuple[Any, Any]]
Watch = Callable[[Any], Any]


def greedy(
    begin: Begin, step: Step, longest: int = 21, watch: Watch | None = None
) -> Callable:
    """Always the likeliest word: pictures -> int32 (n, longest).

    After <end> comes padding. With ``watch``, a function of the state (its
    attention, say), the result is a pair: the words, and what was watched
    at each of them, (n, longest, ...).
    """

    run = _loop(begin, step, longest, _likeliest, watch)
    return lambda pictures: run(pictures, _seed(0))


def sampling(
    begin: Begin, step: Step, longest: int = 21, temperature: float = 1.0
) -> Callable:
    """Words drawn from their probabilities: (pictures, seed) -> (n, longest).

    Logits are divided by ``temperature`` first: below 1 the usual words
    become more usual still.
    """

    run = _loop(begin, step, longest, _drawn(temperature), None)
    return lambda pictures, seed=0: run(pictures, _seed(seed))


def _likeliest(logits, seed, position):
    import tensorflow as tf

    return tf.argmax(logits, axis=-1, output_type="int32")


@lru_cache(maxsize=8)
def _drawn(temperature: float) -> Callable:
    import tensorflow as tf

    def drawn(logits, seed, position):
        return tf.random.stateless_categorical(
            logits / temperature, 1, (seed, position), dtype="int32"
        )[:, 0]

    return drawn


def _seed(value: int):
    import tensorflow as tf

    return tf.constant(value, "int32")


@lru_cache(maxsize=8)
def _loop(begin, step, longest: int, choose, watch) -> Callable:
    import tensorflow as tf

    # A partial has no code of its own: to TensorFlow each is a function
    # apart, and several of them do not look like one traced too often.
    body = partial(_speak, begin, step, longest, choose, watch)
    return tf.function(body, reduce_retracing=True)


def _speak(begin, step, longest, choose, watch, pictures, seed):
    """All sentences at once, until the last has ended."""
    import tensorflow as tf

    state = begin(pictures)
    count = tf.shape(tf.nest.flatten(state)[0])[0]
    word = tf.fill([count], START)
    ended = tf.zeros([count], "bool")
    said = tf.zeros([count, longest], "int32") + PAD
    seen = tf.TensorArray("float32", longest if watch else 0)
    position = tf.constant(0)
    while position < longest and not tf.reduce_all(ended):
        logits, state = step(word, state)
        chosen = choose(logits, seed, position)
        word = _shaped(tf.where(ended, PAD, chosen), word)
        ended = ended | (word == END)
        here = tf.one_hot(position, longest, dtype="int32")
        said += word[:, tf.newaxis] * here
        if watch:
            seen = seen.write(position, watch(state))
        position += 1
    if not watch:
        return said
    looks = tf.transpose(seen.stack()[:position], [1, 0, 2])
    gap = [[0, 0], [0, longest - position], [0, 0]]
    return said, tf.pad(looks, gap)


@lru_cache(maxsize=8)
def beam(
    begin: Begin,
    step: Step,
    longest: int = 21,
    beams: int = 3,
    alpha: float = 0.7,
) -> Callable:
    """The ``beams`` best sentences: words (n, beams, longest), scores.

    Keeps the likeliest unfinished and finished sentences side by side. The
    score (n, beams) is the log-probability divided by length ** alpha, the
    <end> counted; alpha 0 does not normalise. Best first. Y. Wu et al.
    (2016), equation 14, has the same idea with another divisor.
    """
    import tensorflow as tf

    body = partial(_search, begin, step, longest, beams, alpha)
    return tf.function(body, reduce_retracing=True)


def _search(begin, step, longest, beams, alpha, pictures):
    """The beams of all pictures at once, until the last has ended."""
    import tensorflow as tf

    minus_infinity = -1e9
    state = begin(pictures)
    count = tf.shape(tf.nest.flatten(state)[0])[0]
    state = tf.nest.map_structure(lambda t: tf.repeat(t, beams, 0), state)
    word = tf.fill([count * beams], START)
    score = tf.one_hot(tf.zeros([count], "int32"), beams)
    score = (1 - score) * minus_infinity  # all beams are still the same
    said = tf.zeros([count, beams, longest], "int32") + PAD
    ended = tf.zeros([count, beams], "bool")
    position = tf.constant(0)
    while position < longest and not tf.reduce_all(ended):
        logits, state = step(word, state)
        known = tf.shape(logits)[-1]
        gain = tf.reshape(tf.nn.log_softmax(logits), [count, beams, known])
        # A finished sentence goes on with padding, at no cost.
        stay = tf.one_hot(PAD, known, 0.0, minus_infinity)
        gain = tf.where(ended[:, :, tf.newaxis], stay, gain)
        total = tf.reshape(score[:, :, tf.newaxis] + gain, [count, -1])
        top, best = tf.math.top_k(total, beams)
        score = _shaped(top, score)
        parent, new = best // known, best % known
        here = tf.one_hot(position, longest, dtype="int32")
        grown = tf.gather(said, parent, batch_dims=1)
        said = _shaped(grown + new[:, :, tf.newaxis] * here, said)
        over = tf.gather(ended, parent, batch_dims=1) | (new == END)
        ended = _shaped(over, ended)
        rows = tf.range(count)[:, tf.newaxis] * beams + parent
        rows = tf.reshape(rows, [-1])
        state = tf.nest.map_structure(
            lambda t, rows=rows: _shaped(tf.gather(t, rows), t), state
        )
        word = _shaped(tf.reshape(new, [-1]), word)
        position += 1
    length = tf.reduce_sum(tf.cast(said != PAD, "float32"), axis=-1)
    score /= tf.maximum(length, 1.0) ** alpha
    order = tf.argsort(score, direction="DESCENDING", axis=-1)
    return (
        tf.gather(said, order, batch_dims=1),
        tf.gather(score, order, batch_dims=1),
    )


def _shaped(new, old):
    """A tensor that is known to have the shape of another."""
    new.set_shape(old.shape)
    return new
