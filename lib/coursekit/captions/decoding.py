"""Loops that turn next-word scores into sentences: compiled, batched.

A captioner is two functions. ``begin(pictures)`` gives the state before the
first word: a nest of tensors whose first axis is the picture.
``step(words, state)`` takes int32 (n,) and gives logits (n, vocabulary) and
the next state. Each function here returns a compiled function of pictures
that stops as soon as every sentence has ended. The last few are kept: for
the same captioner and settings nothing is compiled twice. TensorFlow only.
Built in lesson 21.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from coursekit.vocabulary import END, PAD, START

Begin = Callable[[Any], Any]
Step = Callable[[Any, Any], tuple[Any, Any]]
Watch = Callable[[Any], Any]

MAX_WORDS = 35  # with <end>; no scene's caption is longer than 33 words
_NEVER = -1e9  # a logarithm of no probability


def greedy_search(
    begin: Begin,
    step: Step,
    max_length: int = MAX_WORDS,
    watch: Watch | None = None,
) -> Callable:
    """Always the likeliest word: pictures -> int32 (n, max_length).

    After <end> comes padding. With ``watch``, a function of the state (its
    attention, say), the result is a pair: the words, and what was watched
    at each of them, (n, max_length, ...).
    """
    run = _loop(begin, step, max_length, _likeliest, watch)
    return lambda pictures: run(pictures, _seed(0))


def sample(
    begin: Begin,
    step: Step,
    max_length: int = MAX_WORDS,
    temperature: float = 1.0,
) -> Callable:
    """Words drawn by probability: (pictures, seed) -> (n, max_length).

    Logits are divided by ``temperature`` first: below 1 the usual words
    become more usual still.
    """
    run = _loop(begin, step, max_length, _drawn(temperature), None)
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
def _loop(begin, step, max_length: int, choose, watch) -> Callable:
    import tensorflow as tf

    # A partial has no code of its own: to TensorFlow each is a function
    # apart, and several of them do not look like one traced too often.
    body = partial(_speak, begin, step, max_length, choose, watch)
    return tf.function(body, reduce_retracing=True)


def _speak(begin, step, max_length, choose, watch, pictures, seed):
    """All sentences at once, until the last has ended."""
    import tensorflow as tf

    state = begin(pictures)
    count = tf.shape(tf.nest.flatten(state)[0])[0]
    word = tf.fill([count], START)
    ended = tf.zeros([count], "bool")
    tokens = tf.zeros([count, max_length], "int32") + PAD
    watched = tf.TensorArray("float32", max_length if watch else 0)
    position = tf.constant(0)
    while position < max_length and not tf.reduce_all(ended):
        logits, state = step(word, state)
        chosen = choose(logits, seed, position)
        word = _shaped(tf.where(ended, PAD, chosen), word)
        ended = ended | (word == END)
        here = tf.one_hot(position, max_length, dtype="int32")
        tokens += word[:, tf.newaxis] * here
        if watch:
            watched = watched.write(position, watch(state))
        position += 1
    if not watch:
        return tokens
    found = tf.transpose(watched.stack()[:position], [1, 0, 2])
    gap = [[0, 0], [0, max_length - position], [0, 0]]
    return tokens, tf.pad(found, gap)


@lru_cache(maxsize=8)
def beam_search(
    begin: Begin,
    step: Step,
    max_length: int = MAX_WORDS,
    beam_width: int = 3,
    length_penalty: float = 0.7,
) -> Callable:
    """The best sentences: words (n, beam_width, max_length), and scores.

    Keeps the likeliest unfinished and finished sentences side by side. The
    score (n, beam_width) is the log-probability divided by length **
    length_penalty, the <end> counted; 0 does not normalise. Best first. Y.
    Wu et al. (2016), equation 14, has the same idea with another divisor.
    """
    import tensorflow as tf

    body = partial(
        _search, begin, step, max_length, beam_width, length_penalty
    )
    return tf.function(body, reduce_retracing=True)


def _search(begin, step, max_length, width, length_penalty, pictures):
    """The beams of all pictures at once, until the last has ended."""
    import tensorflow as tf

    state = begin(pictures)
    count = tf.shape(tf.nest.flatten(state)[0])[0]
    state = tf.nest.map_structure(lambda t: tf.repeat(t, width, 0), state)
    word = tf.fill([count * width], START)
    score = tf.one_hot(tf.zeros([count], "int32"), width)
    score = (1 - score) * _NEVER  # all beams are still the same
    tokens = tf.zeros([count, width, max_length], "int32") + PAD
    ended = tf.zeros([count, width], "bool")
    position = tf.constant(0)
    while position < max_length and not tf.reduce_all(ended):
        logits, state = step(word, state)
        top, parent, new = _continuations(score, logits, ended, width)
        score = _shaped(top, score)
        here = tf.one_hot(position, max_length, dtype="int32")
        grown = tf.gather(tokens, parent, batch_dims=1)
        tokens = _shaped(grown + new[:, :, tf.newaxis] * here, tokens)
        over = tf.gather(ended, parent, batch_dims=1) | (new == END)
        ended = _shaped(over, ended)
        rows = tf.range(count)[:, tf.newaxis] * width + parent
        rows = tf.reshape(rows, [-1])
        state = tf.nest.map_structure(
            lambda t, rows=rows: _shaped(tf.gather(t, rows), t), state
        )
        word = _shaped(tf.reshape(new, [-1]), word)
        position += 1
    return _best_first(tokens, score, length_penalty)


def _continuations(score, logits, ended, width):
    """Scores, parents and words (n, width) of the likeliest beginnings."""
    import tensorflow as tf

    count, known = tf.shape(ended)[0], tf.shape(logits)[-1]
    gain = tf.reshape(tf.nn.log_softmax(logits), [count, width, known])
    # A finished sentence goes on with padding, at no cost.
    stay = tf.one_hot(PAD, known, 0.0, _NEVER)
    gain = tf.where(ended[:, :, tf.newaxis], stay, gain)
    total = tf.reshape(score[:, :, tf.newaxis] + gain, [count, -1])
    top, best = tf.math.top_k(total, width)
    return top, best // known, best % known


def _best_first(tokens, score, length_penalty):
    """Divide by the lengths, and sort."""
    import tensorflow as tf

    length = tf.reduce_sum(tf.cast(tokens != PAD, "float32"), axis=-1)
    score /= tf.maximum(length, 1.0) ** length_penalty
    order = tf.argsort(score, direction="DESCENDING", axis=-1)
    return (
        tf.gather(tokens, order, batch_dims=1),
        tf.gather(score, order, batch_dims=1),
    )


def _shaped(new, old):
    """A tensor that is known to have the shape of another."""
    new.set_shape(old.shape)
    return new
