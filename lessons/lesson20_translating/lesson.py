# %% [markdown]
# # 20 · Translating: encoder, decoder, attention
#
# You will translate numbers and dates into Spanish, find out what a network
# forgets on the way, and build the two parts that ended this: attention, and
# the block that transformers are made of.
#
# | | |
# |---|---|
# | **Before this** | [14 · LSTM and GRU](14_lstm_and_gru.ipynb) |
# | **Time** | 49 min on the road, 40 of exercises, 5 of quiz |
# | **Runs in** | 52 s (quick), 14 CPU min (full) |
# | **Data** | pairs made by rule; full: English and Spanish, too (real) |
# | **Hardware** | any laptop |
# | **You should end with** | a transformer that translates 95 of 100 rightly |
#
# ## In this lesson you will
# - train an encoder and a decoder on sentences of unequal lengths;
# - let the decoder speak on its own, and see what it cannot keep;
# - write attention, by dot product and by addition, equal to Keras' layers;
# - look at what it looks at, and score that against the true alignment;
# - see what length does to a network with attention and without;
# - build a transformer block from what you have, and compare.

# %%
# Finds the kit: installed, in a folder above this one, or (on Colab and
# Kaggle) fetched from its repository.
import importlib.util
import os
import pathlib
import subprocess
import sys

if importlib.util.find_spec("coursekit") is None:
    here = pathlib.Path.cwd()
    found = [p / "lib" for p in (here, *here.parents) if (p / "lib").is_dir()]
    kits = [path for path in found if (path / "coursekit").is_dir()]
    if not kits and {"COLAB_RELEASE_TAG", "KAGGLE_URL_BASE"} & set(os.environ):
        url = "https://github.com/coursekit/coursekit"
        clone = ["git", "clone", "--quiet", "--depth=1", url, "coursekit-kit"]
        subprocess.run(clone, check=True)
        kits = [here / "coursekit-kit" / "lib"]
    sys.path[:0] = map(str, kits)

# %% [markdown]
# That cell looks for the course's files; you never have to read it. The second
# one starts the lesson: it fixes the random numbers and says what it uses.

# %%
import coursekit as ck

profile = ck.start("20")

# %% [markdown]
# ## Three words in, two words out
#
# "How are you?" is asked in Kannada, a language of South India, like this (to
# one person, politely, or to several):

# %%
english, kannada = "How are you?", "ನೀವು ಹೇಗಿದ್ದೀರಿ?"
print(english, "->", kannada)
print(len(english.split()), "words in,", len(kannada.split()), "words out")
print(len(kannada), "code points:", *kannada)

# %% [markdown]
# (Boxes instead of letters? Then this machine has no font for Kannada; Noto
# Sans Kannada is one. The text is right all the same. What looks like one
# letter is often several **code points**: a consonant, its vowel sign, a sign
# that joins it to the next.)
#
# Three words become two. The first, *nīvu*, is *you*. The second, *hēgiddīri*,
# is *how* and *are* in one. So neither the count nor the order is kept, and a
# tagger (one output for each input) cannot do this. Neither can a network with
# one output for the sentence. Translation is **many-to-many with unequal
# lengths**. The pair is an example of M. M. Khapra's lectures (CS7015, IIT
# Madras).
#
# For one pair nobody trains a network. Here are some thousands, made by rule,
# so that every answer can be checked:

# %%
dataset = ck.data.load(profile.dataset, kinds=profile.kinds)
print(dataset.provenance)
for k in (1507, 3605, 4002, 5100):
    print(f"{dataset.train.x[k]:<42} {dataset.train.y[k]}")

# %% [markdown]
# Look at the dates: six English forms, the month before the day or behind it,
# and one Spanish form. Which Spanish words have no English one?
#
# As in lesson [16](16_words_to_vectors.ipynb), words become numbers: 0 pads,
# 1 is unknown. Two more are needed in the target: 2 says *start*, 3 says
# *end*. Somebody has to say that the sentence is over.

# %%
from coursekit.vocabulary import END, SPECIAL, START, Vocabulary

names = ("train", "validation", "test")
splits = {name: getattr(dataset, name) for name in names}
source = Vocabulary.from_texts(dataset.train.x)
target = Vocabulary.from_texts(dataset.train.y, special=SPECIAL)
x = {n: source.encode(s.x, profile.max_length) for n, s in splits.items()}
y = {n: target.encode(s.y, profile.max_length) for n, s in splits.items()}
ck.data.assert_disjoint(*splits.values())

# %%
print(len(source), "source words,", len(target), "target words")
print(x["train"].shape, y["train"].shape)
print("in ", x["train"][4002], source.decode_one(x["train"][4002]))
print("out", y["train"][4002], target.decode_one(y["train"][4002]))

# %% [markdown]
# ## An encoder, a decoder
#
# Read the sentence with one LSTM, the **encoder**. What it knows at the end is
# its last state. Hand that to a second LSTM, the **decoder**, as its first
# state. It says one word after the other, and reads each word that it said:

# %%
figures = profile.figures

figures.encoder_decoder()

# %% [markdown]
# In training the true translation is known. So the decoder is fed the true
# words, shifted by one, whatever it would have said: **teacher forcing** (R.
# Williams and D. Zipser 1989). At each step it reads the word before and is
# asked for the next.
#
# **20.1 (warm-up)** Write `shifted(rows)`: what the decoder reads, and what it
# is asked for. Each row begins with *start*.


# %%
def shifted(rows):
    """Rows (n, t) -> what it reads (n, t - 1), what it is asked (n, t - 1)."""
    ...  # your code here


# %%
ck.check("20.1", shifted)

# %% [markdown]
# Stuck? `ck.hint("20.1")`. One good answer is folded into the next cell: try
# first, then compare. Run it in any case. The lesson goes on with yours if it
# is right, else with the good one, and says which.


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_shifted(rows):
    return rows[:, :-1], rows[:, 1:]


shifted = ck.yours_or_good("20.1", shifted, good_shifted)

# %%
read, asked = shifted(y["train"][4002:4003])
for one, other in zip(read[0, :5], asked[0, :5]):
    print(f"reads {target.words[one]:<8} asked for {target.words[other]}")

# %% [markdown]
# The layers, by name, so that you can take them apart later:

# %%
import keras
from keras import layers, ops


def new_layers(words_in, words_out, units):
    """The parts of a translator with LSTMs."""
    both = {"return_sequences": True, "return_state": True}
    return {
        "source_word": layers.Embedding(words_in, 64, mask_zero=True),
        "encoder": layers.LSTM(units, **both),
        "target_word": layers.Embedding(words_out, 64),
        "decoder": layers.LSTM(units, **both),
        "combine": layers.Dense(units, activation="tanh"),
        "next_word": layers.Dense(words_out),
    }


# %%
def recurrent(part, attend=None):
    """(source, words so far) -> logits of each next word."""
    read = layers.Input((None,), dtype="int32", name="source")
    so_far = layers.Input((None,), dtype="int32", name="so_far")
    memory, h, c = part["encoder"](part["source_word"](read))
    spoken = part["target_word"](so_far)
    states, _, _ = part["decoder"](spoken, initial_state=[h, c])
    if attend is not None:  # later in this lesson
        context = attend(states, memory, ops.not_equal(read, 0))
        states = part["combine"](ops.concatenate([states, context], -1))
    return keras.Model([read, so_far], part["next_word"](states))


# %% [markdown]
# The training is as before: Adam, a rate that falls to nothing, gradients of
# limited length (lesson [13](13_vanishing_gradients.ipynb)). Padding is no
# word, so the loss leaves it out:

# %%
import math
import time

seconds = {}
loss = keras.losses.SparseCategoricalCrossentropy(
    from_logits=True, ignore_class=0
)


def teach(model, x, y, epochs, rate, batch):
    """Train; returns the CPU seconds."""
    steps = math.ceil(len(x) / batch) * epochs
    rates = keras.optimizers.schedules.CosineDecay(rate, steps)
    optimizer = keras.optimizers.Adam(rates, global_clipnorm=1.0)
    optimizer.build(model.trainable_variables)  # else fit traces twice
    model.compile(optimizer, loss)
    read, asked = shifted(y)
    show, began = [ck.EpochProgress(every=3)], time.process_time()
    model.fit([x, read], asked, batch, epochs, verbose=0, callbacks=show)
    return time.process_time() - began


# %% tags=["nbval-approx-2e-1"]
keras.utils.set_random_seed(profile.seed)
part = new_layers(len(source), len(target), profile.units)
models = {"no attention": recurrent(part)}
seconds["no attention"] = teach(
    models["no attention"],
    x["train"],
    y["train"],
    profile.epochs,
    profile.learning_rate,
    profile.batch_size,
)

# %% [markdown]
# How good is that? Ask for each next word of the validation pairs, with the
# true words before it:

# %% tags=["nbval-approx-1e-1"]
import numpy as np


read, asked = shifted(y["validation"])
logits = models["no attention"]([x["validation"], read])
next_words = ops.convert_to_numpy(logits).argmax(axis=-1)
forced = (next_words == asked)[asked != 0].mean()  # padding is not asked for
print(f"{forced:.2f} of the words of {dataset.validation.name}")
assert forced > 0.7

# %% [markdown]
# That looks like a translator. Is it one?
#
# ## Nobody gives the true words
#
# A real sentence comes without its translation. The decoder must feed on what
# it said itself: start with *start*, take the likeliest word, feed it back,
# stop at *end*. This is **greedy decoding**.
#
# **20.2 (core)** Write `speak(step, state, limit)`. `step(word, state)` gives
# scores (one for each word of the target) and the next state. Return the list
# of words said, without *start* and *end*, `limit` words at most.


# %%
def speak(step, state, limit):
    """-> list of word numbers; START is 2, END is 3."""
    ...  # your code here


# %%
ck.check("20.2", speak)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_speak(step, state, limit):
    word, said = START, []
    while len(said) < limit:
        scores, state = step(word, state)
        word = int(np.argmax(scores))
        if word == END:
            break
        said.append(word)
    return said


speak = ck.yours_or_good("20.2", speak, good_speak)

# %% [markdown]
# For that the trained layers are taken apart. `begin` reads sentences; `step`
# takes one word for each sentence. With attention (later) it also looks:


# %%
def take_apart(part, attend=None):
    """begin(sentences) -> state; step(words, state) -> logits, state."""

    def begin(sentences):
        memory, h, c = part["encoder"](part["source_word"](sentences))
        return h, c, memory, ops.not_equal(sentences, 0)

    def step(words, state):
        h, c, memory, keep = state
        spoken = part["target_word"](words)
        h, (h, c) = part["decoder"].cell(spoken, [h, c])
        out = h
        if attend is not None:
            context = attend(h[:, None], memory, keep)[:, 0]
            out = part["combine"](ops.concatenate([h, context], -1))
        return part["next_word"](out), (h, c, memory, keep)

    return begin, step


# %%
begin, step = take_apart(part)


def one_step(word, state):
    logits, state = step(np.array([word], "int32"), state)
    return ops.convert_to_numpy(logits[0]), state


for text in ("ninety", "three hundred and five"):
    row = source.encode([text], profile.max_length)
    said = speak(one_step, begin(row), limit=9)
    print(f"{text} -> {target.decode_one(said)}")

# %% [markdown]
# A translation counts when **all** its words are right: **exact match**. To
# count them, let many sentences go side by side. Each says a word at each
# step, and what one says behind its end is cut off afterwards:


# %%
def say(begin, step, sentences, limit):
    """``speak`` for many sentences: words (n, limit), padded at the end."""
    state, words = begin(sentences), np.full(len(sentences), START, "int32")
    said = np.zeros((len(sentences), limit), "int32")
    for t in range(limit):
        logits, state = step(words, state)
        words = ops.convert_to_numpy(ops.argmax(logits, axis=-1))
        said[:, t] = words
    ends = np.cumsum(said == END, axis=1) - (said == END)  # before this word
    return np.where(ends, 0, said)


limit = profile.max_length + 1  # with the end
together = say(begin, step, row, limit)
assert target.decode(together) == [target.decode_one(said)]

# %% [markdown]
# How many will it be? With the true words before them, about eight of ten
# words were right. Write down your guess, for numbers and for dates.


# %%
def translations(begin, step, split):
    """Texts of a split, greedy."""
    return target.decode(say(begin, step, x[split], limit))


def exact_match(texts, split):
    """Share of a split that is translated rightly, by kind."""
    right = np.array(texts) == np.array(target.decode(y[split]))
    kinds = splits[split].extra["kinds"]
    return {k: right[kinds == n].mean() for n, k in enumerate(profile.kinds)}


# %% tags=["nbval-approx-3e-1"]
said = translations(begin, step, "validation")
alone = exact_match(said, "validation")
for kind, share in alone.items():
    print(f"{kind:<10} {share:.2f} right ({dataset.validation.name})")
assert alone["dates"] < 0.3

# %% [markdown]
# Numbers: most. Dates: nearly none. Look at some:

# %% tags=["nbval-ignore-output"]
# Which wrong day is said differs from processor to processor.
dates = np.flatnonzero(dataset.validation.extra["kinds"] == 1)
for k in dates[:4]:
    print(f"{dataset.validation.x[k]:<34} {said[k]}")

# %% [markdown]
# What is right in them, and what is not? A date is *el*, perhaps a weekday, a
# day, *de*, a month, *de*, a year:

# %% tags=["nbval-approx-3e-1"]
import re

form = re.compile(r"el (?:(\w+) )?(\d+) de (\w+) de (\d+)")
true = [form.fullmatch(dataset.validation.y[k]).groups() for k in dates]
own = [form.fullmatch(said[k]) for k in dates]
print(f"form    {np.mean([match is not None for match in own]):.2f}")
for n, name in enumerate(("weekday", "day", "month", "year")):
    hits = [m is not None and m[n + 1] == t[n] for m, t in zip(own, true)]
    print(f"{name:<7} {np.mean(hits):.2f} of {dataset.validation.name}")
assert np.mean(hits) < 0.3  # the year

# %% [markdown]
# The form is perfect Spanish. The weekday, said first, is mostly right (nearly
# half of these dates have none, and to say none is right there); then each is
# less often right than the one before it, and the year hardly ever. Two things
# may be to blame. The decoder now reads its own words, and trained on true
# words it has never seen its own mistakes: **exposure bias** (M. Ranzato et
# al. 2016). Or it does not know better. Which one? Above it was given the true
# words. Count the same places there:

# %% tags=["nbval-approx-3e-1"]
# A date with a weekday has each of them one word later.
later = np.array([weekday is not None for weekday, *_ in true]).astype(int)
for name, place in {"day": 1, "month": 3, "year": 5}.items():
    here = dates, place + later
    hits = next_words[here] == asked[here]
    print(f"{name:<7} {hits.mean():.2f} of {dataset.validation.name}")
assert hits.mean() < 0.3

# %% [markdown]
# With the true words before them, day, month and year are no better. So the
# feeding is not to blame here. (Exact match could not have told you. Greedy
# decoding says the whole true sentence if, behind each of its beginnings, the
# true next word is the likeliest one; and that is just what "all right with
# the true words" means. Exposure bias shows in how a sentence goes on *after*
# its first mistake.)
#
# The decoder speaks well and does not remember. All that it knows of the
# sentence had to pass through two vectors of 64 numbers, a bottleneck, and
# in so few updates the network has not learned to pack a year into them. (Not
# that it cannot: given more updates, in the full profile, such a network
# repeats the digits of the section on length. You pay for the bottleneck in
# training, and more for longer sentences.)
#
# ## Looking back
#
# The encoder had a state at each word. They were thrown away, all but the
# last. Keep them: the **memory**. Before each word the decoder looks at all of
# them, and takes a mixture: **attention**.
#
# By hand, three words of two numbers each. The decoder's state is the
# **query**: $(2, 0)$. The score of a word is its **dot product** with the
# query; a softmax turns scores into weights; the **context** is the weighted
# mean. Which word wins?

# %%
memory = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 2.0]])
query = np.array([2.0, 0.0])
scores = memory @ query
weights = np.exp(scores) / np.exp(scores).sum()
print("scores ", scores)
print("weights", weights.round(3))
print("context", (weights @ memory).round(3))
assert np.isclose(weights.sum(), 1)

# %% [markdown]
# Now suppose that the third word is padding. Its score must not count: it is
# made very negative **before** the softmax, so that its weight is 0.

# %%
keep = np.array([True, True, False])
e = np.exp(np.where(keep, scores, -1e9))
print("weights", (e / e.sum()).round(3))

# %% [markdown]
# In a batch, for all words of the target at once ($T$ queries, $S$ words of
# the source):
#
# $$A = \operatorname{softmax}(Q K^\top), \qquad C = A\,V .$$
#
# Row by row: $Q$ $(T, d)$ holds the queries, $K$ $(S, d)$ the **keys** that
# they are compared with, $V$ $(S, m)$ the **values** that are mixed. Here keys
# and values are the same, the memory. ($V$ is the letter of the papers; it is
# no matrix of weights here.)
#
# **20.3 (core)** Write `dot_attention`. Subtract each row's largest score
# before you exponentiate, or a large score overflows.


# %%
def dot_attention(queries, keys, values, keep):
    """(n, t, d), (n, s, d), (n, s, m), (n, s) -> weights, contexts.

    Weights are (n, t, s), contexts (n, t, m); keep is False for padding.
    """
    ...  # your code here


# %%
ck.check("20.3", dot_attention)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_dot_attention(queries, keys, values, keep):
    scores = queries @ keys.transpose(0, 2, 1)  # (n, t, s)
    scores = np.where(keep[:, np.newaxis], scores, -1e9)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = e / e.sum(axis=-1, keepdims=True)
    return weights, weights @ values


dot_attention = ck.yours_or_good("20.3", dot_attention, good_dot_attention)

# %% [markdown]
# Keras has it as `layers.Attention`. Random numbers, some padding:

# %% tags=["nbval-approx"]
rng = np.random.default_rng(profile.seed)


def random(*shape):
    return rng.standard_normal(shape).astype("float32")


queries, keys, values = random(5, 4, 6), random(5, 7, 6), random(5, 7, 3)
keep = np.arange(7) < np.array([[7], [5], [3], [2], [1]])  # real words first
weights, contexts = dot_attention(queries, keys, values, keep)
theirs, their_weights = layers.Attention()(
    [queries, values, keys], mask=[None, keep], return_attention_scores=True
)
off = np.abs(ops.convert_to_numpy(theirs) - contexts).max()
print(weights.shape, contexts.shape, f"largest difference {off:.0e}")
gap = np.abs(ops.convert_to_numpy(their_weights) - weights).max()
assert off < 1e-5 and gap < 1e-5
assert np.allclose(weights.sum(axis=-1), 1)

# %% [markdown]
# The first attention for translation (D. Bahdanau, K. Cho and Y. Bengio 2015)
# had no dot product but a small network: the score is $v \cdot \tanh(q + k)$,
# with $q$ and $k$ projected first, each by its own matrix, and $v$ learned,
# too: **additive attention**. (Lesson
# [22](22_show_attend_tell.ipynb) looks at pictures with it.) The dot product
# has nothing to learn and is one matrix product (M.-T. Luong et al. 2015).
#
# **20.4 (core)** Write `additive_scores` for queries and keys that are
# projected already: each query meets each key.


# %%
def additive_scores(queries, keys, v):
    """(n, t, d), (n, s, d), (d,) -> scores (n, t, s)."""
    ...  # your code here


# %%
ck.check("20.4", additive_scores)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_additive_scores(queries, keys, v):
    return np.tanh(queries[:, :, np.newaxis] + keys[:, np.newaxis]) @ v


additive_scores = ck.yours_or_good(
    "20.4", additive_scores, good_additive_scores
)

# %% tags=["nbval-approx"]
layer, v = layers.AdditiveAttention(), random(6)
layer.build([queries.shape, keys.shape, keys.shape])
layer.set_weights([v])
_, theirs = layer(
    [queries, keys, keys], mask=[None, keep], return_attention_scores=True
)
scores = np.where(keep[:, None], additive_scores(queries, keys, v), -1e9)
e = np.exp(scores - scores.max(axis=-1, keepdims=True))
mine = e / e.sum(axis=-1, keepdims=True)
off = np.abs(mine - ops.convert_to_numpy(theirs)).max()
print(f"largest difference of the weights {off:.0e}")
assert off < 1e-5

# %% [markdown]
# ## The same translator, allowed to look
#
# One thing changes: before each word it looks, and the context stands beside
# its state when the word is chosen (`combine`, the dense layer that waited).
# The lines are those of exercise 20.3 with Keras' operations, so that a
# gradient can pass:


# %%
def look(queries, memory, keep, show=False):
    """Contexts of queries; with ``show`` the weights, too."""
    scores = ops.matmul(queries, ops.transpose(memory, (0, 2, 1)))
    scores = ops.where(keep[:, None], scores, -1e9)
    weights = ops.softmax(scores, axis=-1)
    contexts = ops.matmul(weights, memory)
    return (contexts, weights) if show else contexts


mine = dot_attention(queries, keys, keys, keep)[1]
theirs = ops.convert_to_numpy(look(queries, keys, keep))
assert np.abs(theirs - mine).max() < 1e-5

# %% tags=["nbval-approx-2e-1"]
keras.utils.set_random_seed(profile.seed)
looking = new_layers(len(source), len(target), profile.units)
models["attention"] = recurrent(looking, look)
seconds["attention"] = teach(
    models["attention"],
    x["train"],
    y["train"],
    profile.epochs,
    profile.learning_rate,
    profile.batch_size,
)

# %% tags=["nbval-approx-3e-1"]
begin, step = take_apart(looking, look)
said = translations(begin, step, "validation")
found = exact_match(said, "validation")
for kind, share in found.items():
    print(f"{kind:<10} {alone[kind]:.2f} -> {share:.2f}")
assert min(found.values()) > 0.9

# %% [markdown]
# Same layers, one dense layer more, as many updates: from hardly a date to
# nearly all. What does it look at?
#
# ## What it looks at
#
# Let it translate the test. What it said is known then, so that its states and
# its looks can be had for all words at once:

# %%
tokens = say(begin, step, x["test"], limit)
start = np.full((len(tokens), 1), START)
h, c, memory, keep = begin(x["test"])
spoken = looking["target_word"](np.hstack([start, tokens[:, :-1]]))
states, _, _ = looking["decoder"](spoken, initial_state=[h, c])
looked = ops.convert_to_numpy(look(states, memory, keep, show=True)[1])
print(tokens.shape, looked.shape)  # (sentence, word, source word)

# %%
from coursekit.vocabulary import words


def shown(k):
    """Words in, words out, and the weights between them, of the test."""
    into, out = words(dataset.test.x[k]), target.decode_one(tokens[k]).split()
    return into, out, looked[k, : len(out), : len(into)]


kinds = dataset.test.extra["kinds"]
sizes = np.array([len(words(text)) for text in dataset.test.x])
chosen = [
    np.flatnonzero((kinds == 0) & (sizes == 7))[0],
    np.flatnonzero((kinds == 1) & (sizes == 4))[1],
]
truths = [dataset.test.extra["alignments"][k] for k in chosen]
figures.alignments([shown(k) for k in chosen], truths)

# %% [markdown]
# A row is a word of the translation, a column a word of the source; dark is
# much, a number the weight. Frames mark the **true alignment**: which words a
# word was made of. The maker of these pairs knows it. Mostly, not always, the
# dark places lie in the frames; *el* and *de* have no source and look
# anywhere. Two pictures prove nothing, so measure: of all words of the test
# that have a true source, how much of the weight lies on it? Two comparisons:
# chance (blind weights, the same for each word), and the weights of the *next*
# word of the same translation (so the last word is left out).


# %%
def masses(looked, said, split):
    """Each aligned word but the last: weight on its source, chance, next."""
    found = []
    for k, truth in enumerate(split.extra["alignments"]):
        size = len(words(split.x[k]))
        if said[k] != split.y[k]:
            continue  # the true alignment is that of a right translation
        for t, places in enumerate(truth[:-1]):
            if places:
                own, after = looked[k, t : t + 2][:, list(places)].sum(axis=1)
                found.append((own, len(places) / size, after))
    return np.array(found)


# %% tags=["nbval-approx-1e-1"]
said = target.decode(tokens)
mass = masses(looked, said, dataset.test)
own, chance, after = mass.mean(axis=0)
print(f"weight on the true words: {own:.2f} ({dataset.test.name})")
print(f"of the next word's look:  {after:.2f}")
print(f"chance:                   {chance:.2f}")
assert own > 1.5 * max(chance, after)

# %% [markdown]
# Far more than chance: the map is no accident. It is no proof either. It says
# where the *states* lie that were mixed, and a state of the encoder also knows
# the words before it.
#
# ## The whole beam
#
# Greedy never takes a word back. **Beam search** keeps the few likeliest
# beginnings side by side and says the best whole sentence (here the compiled
# `decoding` of the captions; you write it in lesson
# [21](21_show_and_tell.ipynb)):

# %% tags=["nbval-approx-5e-2"]
from coursekit.captions import decoding, scoring

true = [(text,) for text in target.decode(y["test"])]
answers = {1: target.decode(tokens)}
if keras.config.backend() == "tensorflow":  # which compiles the beam's loop
    search = decoding.beam_search(begin, step, limit, beam_width=4)
    answers[4] = target.decode(search(x["test"])[0][:, 0])
for width, said in answers.items():
    right = np.mean([a == b for a, (b,) in zip(said, true)])
    bleu = scoring.bleu(said, true)[3]
    print(f"width {width}: {right:.3f} right, BLEU-4 {bleu:.1f}")

# %% [markdown]
# Here the beam gains nothing: the network is nearly sure of each word. Where
# many translations are possible it has more to choose from; whether that pays
# has to be measured.
#
# **BLEU** counts common sequences of one to four words, from 0 to 100 (lesson
# 21). Where each sentence has one right translation, exact match is the
# better judge: a date with the wrong year is wrong, and still has most of its
# words in common.
#
# ## What length does
#
# The old network failed at dates, which are short. How about length? A task
# for this question alone: repeat digits, each drawn at random. Nothing is to
# be translated, only remembered. In training there are one to eight of them;
# afterwards also nine, ten, twelve:


# %%
def digits(count, shortest, longest, rng):
    """Rows of digits 4 to 13: source (n, t), target with start and end."""
    size = longest + 1
    rows = rng.integers(4, 14, (count, size))
    lengths = rng.integers(shortest, longest + 1, (count, 1))
    place = np.arange(size)
    rows = np.where(place < lengths, rows, np.where(place == lengths, END, 0))
    start = np.full((count, 1), START)
    return rows.astype("int32"), np.hstack([start, rows]).astype("int32")


into, out = digits(1, 3, 5, np.random.default_rng(1))
print("in ", into[0], "\nout", out[0])


# %%
def repeats(part, attend, lengths):
    """For each length: the share of 200 rows that come back whole."""
    longest, rng, rows = max(lengths), np.random.default_rng(1), []
    for size in lengths:
        into, _ = digits(200, size, size, rng)
        rows.append(np.pad(into, ((0, 0), (0, longest - size))))
    rows = np.concatenate(rows)  # they are to come back as they are
    said = say(*take_apart(part, attend), rows, longest + 1)
    right = (said == rows).all(axis=1)
    return right.reshape(len(lengths), 200).mean(axis=1)


# %% tags=["nbval-approx-2e-1"]
lengths = profile.digit_lengths
curves = {}
batch = profile.large_batch
rows = digits(batch * profile.digit_updates, 1, 8, rng)
for name, attend in {"no attention": None, "attention": look}.items():
    keras.utils.set_random_seed(profile.seed)
    small = new_layers(14, 14, 64)
    teach(recurrent(small, attend), *rows, 1, profile.digit_rate, batch)
    curves[name] = repeats(small, attend, lengths)
    print(name, *(f"{share:.2f}" for share in curves[name]))
nine = lengths.index(9)
assert curves["attention"][nine] > curves["no attention"][nine] + 0.1

# %% tags=["nbval-approx-2e-1"]
figures.lengths(lengths, curves, trained_to=8)

# %% [markdown]
# Two different things. In the grey part, which both have practised, the
# network without attention loses more rows the longer they are (all has to fit
# into the state), the other far fewer. (That is after few updates. With those
# of the full profile both repeat these lengths.) Right of the grey part *both*
# fall steeply, with attention a little later: it frees the network from its
# bottleneck, but nobody has taught it to go on. Generalising to longer
# sequences is another problem, and not solved by attention alone.
#
# ## Only attention
#
# If looking is so good, what is the LSTM for? A. Vaswani et al. (2017) took it
# away. What is left is called a **transformer**. Words look at words: the
# source at itself (**self-attention**), the translation at itself, but only
# backwards (**causal**), and at the source (**cross-attention**). No step must
# wait for the one before: all words are computed at once.
#
# One thing is lost. What does attention know of order?

# %% tags=["nbval-approx"]
order = rng.permutation(7)
_, forwards = dot_attention(queries, keys, values, np.ones((5, 7), bool))
_, mixed = dot_attention(
    queries, keys[:, order], values[:, order], np.ones((5, 7), bool)
)
print(f"words in order {order}: off by {np.abs(forwards - mixed).max():.0e}")
assert np.allclose(forwards, mixed, atol=1e-5)

# %% [markdown]
# Nothing: a mixture does not know which came first. So each word gets its
# **position** added to its vector: sines and cosines of slower and slower
# waves,
#
# $$p_{t,\,2k} = \sin\left(t / 10000^{2k/d}\right), \qquad
# p_{t,\,2k+1} = \cos\left(t / 10000^{2k/d}\right).$$
#
# **20.5 (core)** Write `positions(length, size)`, with an even size.


# %%
def positions(length, size):
    """-> (length, size): sines in even columns, cosines in odd ones."""
    ...  # your code here


# %%
ck.check("20.5", positions)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_positions(length, size):
    slow = 10_000 ** (np.arange(0, size, 2) / size)  # (size / 2,)
    angle = np.arange(length)[:, np.newaxis] / slow
    table = np.zeros((length, size))
    table[:, 0::2], table[:, 1::2] = np.sin(angle), np.cos(angle)
    return table


positions = ck.yours_or_good("20.5", positions, good_positions)

# %%
print(positions(3, 4).round(3))
figures.waves(positions(20, profile.size))

# %% [markdown]
# No two rows are alike: neighbours differ in the first columns, places far
# apart in later ones. (The last columns turn so slowly that they need longer
# texts than these.)
#
# Three changes to exercise 20.3, and it is what a transformer uses. Queries,
# keys and values are **projected** first, each by its own matrix. Instead of
# one look there are several, each in its own part of the vector: **heads**.
# And scores are divided by $\sqrt{d}$, with $d$ numbers in a head's part
# (**scaled** dot product). Why? Random numbers of spread 1:

# %% tags=["nbval-approx-1e-1"]
for d in (4, 64):
    scores = (random(10_000, d) * random(10_000, d)).sum(axis=1)
    print(f"d = {d:>2}: the scores' spread is {scores.std():.2f}")

# %% [markdown]
# The spread is $\sqrt{d}$. With large scores a softmax gives nearly all to one
# word, and its gradient is nearly 0.
#
# **20.6 (core)** Write `heads(x, count)`: the vectors of each word cut into
# `count` equal parts, and the parts in front of the words.


# %%
def heads(x, count):
    """(n, t, d) -> (n, count, t, d / count)."""
    ...  # your code here


# %%
ck.check("20.6", heads)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_heads(x, count):
    n, t, d = x.shape
    return x.reshape(n, t, count, d // count).transpose(0, 2, 1, 3)


heads = ck.yours_or_good("20.6", heads, good_heads)

# %% [markdown]
# All together, from projection to projection, this is **multi-head
# attention**. `keep` now says for each word which others it may look at:


# %%
def multi_head(x, memory, weights, count, keep):
    """x (n, t, d), memory (n, s, d), keep (n, t, s) -> (n, t, d)."""
    (U_q, b_q), (U_k, b_k), (U_v, b_v), (U_o, b_o) = weights
    q, k, v = x @ U_q + b_q, memory @ U_k + b_k, memory @ U_v + b_v
    q, k, v = (heads(part, count) for part in (q, k, v))
    scores = q @ k.swapaxes(2, 3) / np.sqrt(q.shape[-1])  # (n, count, t, s)
    scores = np.where(keep[:, np.newaxis], scores, -1e9)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.swapaxes(1, 2).reshape(x.shape) @ U_o + b_o


# %% [markdown]
# Twice against Keras' layer: self-attention that looks backwards only, and
# cross-attention to words some of which are padding.

# %% tags=["nbval-approx"]
own, other = random(5, 4, 8), random(5, 7, 8)
real = np.arange(7) < np.array([[7], [5], [3], [2], [1]])
backwards = np.tril(np.ones((4, 4), bool))  # row t: up to t
for name, memory, keep in (
    ("self, causal", own, np.repeat(backwards[np.newaxis], 5, axis=0)),
    ("cross, padded", other, np.repeat(real[:, np.newaxis], 4, axis=1)),
):
    layer = layers.MultiHeadAttention(2, 4)  # two heads of four numbers
    layer.build(own.shape, memory.shape)
    layer.set_weights([random(*w.shape) for w in layer.weights])
    stored = layer.get_weights()
    kernels = [w.reshape(8, 8) for w in stored[0::2]]
    biases = [w.reshape(8) for w in stored[1::2]]
    mine = multi_head(own, memory, list(zip(kernels, biases)), 2, keep)
    theirs = layer(own, memory, attention_mask=keep)
    theirs = ops.convert_to_numpy(theirs)
    off = np.abs(mine - theirs).max()
    print(f"{name:<13} {mine.shape}, largest difference {off:.0e}")
    assert off < 1e-4

# %% [markdown]
# ## A transformer
#
# A **block** is attention and then a small dense network for each word alone
# (**feed-forward**). What goes in is added to what comes out, as in a residual
# block of lesson [06](06_landmark_architectures.ipynb), and each word's vector
# is brought to mean 0 and variance 1 (**layer normalisation**: over its own
# numbers, not over the batch). Vectors of words begin small; times
# $\sqrt{\text{size}}$ they hold their own beside the positions:

# %%
size = profile.size


def attended(x, memory, **mask):
    """Attention, added to x, normalised."""
    layer = layers.MultiHeadAttention(profile.heads, size // profile.heads)
    return layers.LayerNormalization()(x + layer(x, memory, **mask))


def fed_forward(x):
    """Two dense layers for each word, added to x, normalised."""
    inner = layers.Dense(2 * size, activation="relu")(x)
    return layers.LayerNormalization()(x + layers.Dense(size)(inner))


def embedded(words_, count):
    """Vectors of words, and their positions."""
    table = positions(words_.shape[1], size).astype("float32")
    return layers.Embedding(count, size)(words_) * np.sqrt(size) + table


# %%
figures.transformer()

# %% [markdown]
# The paper's has six such blocks on each side, vectors of 512 numbers, eight
# heads, and 2,048 numbers inside the feed-forward part.
# One block of each kind is enough for us:


# %%
def transformer(length):
    """An encoder, a decoder, and both as one model."""
    read = layers.Input((length,), dtype="int32", name="source")
    keep = ops.not_equal(read, 0)[:, None]
    x = embedded(read, len(source))
    memory = fed_forward(attended(x, x, attention_mask=keep))
    encoder = keras.Model(read, memory, name="encoder")

    so_far = layers.Input((length + 1,), dtype="int32", name="so_far")
    given = layers.Input((length, size), name="memory")
    y = embedded(so_far, len(target))
    y = attended(y, y, use_causal_mask=True)
    y = fed_forward(attended(y, given, attention_mask=keep))
    logits = layers.Dense(len(target), name="next_word")(y)
    decoder = keras.Model([read, so_far, given], logits, name="decoder")

    inputs = [layers.Input(i.shape[1:], dtype="int32") for i in (read, so_far)]
    whole = decoder([*inputs, encoder(inputs[0])])
    return encoder, decoder, keras.Model(inputs, whole)


# %% tags=["nbval-approx-5e-2"]
keras.utils.set_random_seed(profile.seed)
encoder, decoder, models["transformer"] = transformer(profile.max_length)
seconds["transformer"] = teach(
    models["transformer"],
    x["train"],
    y["train"],
    profile.transformer_epochs,
    profile.transformer_rate,
    profile.large_batch,
)

# %% [markdown]
# All words of a translation were trained at once. Speaking is still one word
# after the other. Here the decoder reads all that was said so far, each time
# anew, and its last vector counts. (Fast ones keep the keys and values of the
# words before.)


# %%
def speaking(encoder, decoder):
    """begin and step of a transformer; the state holds what was said."""
    length = decoder.input[1].shape[1]

    def begin(sentences):
        sentences = ops.convert_to_tensor(sentences, "int32")
        nothing = ops.zeros((ops.shape(sentences)[0], length), "int32")
        place = nothing[:, 0]
        return nothing, place, sentences, encoder(sentences)

    def step(words_, state):
        so_far, place, sentences, memory = state
        here = ops.one_hot(place, length, dtype="int32")  # (n, length)
        so_far = so_far + ops.multiply(words_[:, None], here)
        logits = decoder([sentences, so_far, memory])  # (n, length, words)
        last = ops.cast(here, "float32")[:, :, None]
        logits = ops.sum(logits * last, axis=1)
        return logits, (so_far, place + 1, sentences, memory)

    return begin, step


# %% [markdown]
# Three translators, on the test. Which is best?

# %% tags=["nbval-approx-3e-1"]
speakers = {
    "no attention": take_apart(part),
    "attention": take_apart(looking, look),
    "transformer": speaking(encoder, decoder),
}
table = {}
for name, (begin, step) in speakers.items():
    table[name] = exact_match(translations(begin, step, "test"), "test")
    shares = ", ".join(f"{k} {v:.3f}" for k, v in table[name].items())
    print(f"{name:<13} {models[name].count_params():,} parameters, {shares}")
print("right of", dataset.test.name)
for name in ("attention", "transformer"):
    assert min(table[name].values()) > 0.95

# %%
figures.cost(seconds, table)

# %% [markdown]
# The transformer needs no recurrence. It has about as many parameters as the
# LSTMs with attention, and got a third of their updates (fewer epochs, larger
# batches). All its words are computed at once, which is what a GPU is good at.
# Each is one seed. And mind the data: sentences of at most seven words, made
# by rule, where each sentence has one right translation. Nothing here is as
# hard as language.
#
# ## Common mistakes
#
# **The decoder sees what it is asked for.** Some more training for the first
# translator, and the shift of exercise 20.1 is forgotten. The symptom: a score
# too good to be true in training, and nonsense when it speaks.

# %% tags=["nbval-approx-1e-1"]
asked = {name: rows[:, 1:] for name, rows in y.items()}
cheat = models["no attention"]
cheat.optimizer.iterations.assign(0)  # the rate starts again
some, wrong = x["train"][::2], asked["train"][::2]  # half is enough
cheat.fit([some, wrong], wrong, verbose=0)
given = [x["validation"], asked["validation"]]
best = ops.convert_to_numpy(cheat(given)).argmax(axis=-1)
forced = (best == asked["validation"])[asked["validation"] != 0].mean()
said = translations(*take_apart(part), "validation")
shares = exact_match(said, "validation").values()
print(f"{forced:.2f} of next words right, {max(shares):.2f} translations")
assert forced > 0.95 and max(shares) < 0.2

# %% [markdown]
# A transformer without its causal mask does the same: each word looks at the
# one that comes next.
#
# **Padding is looked at.** Leave out the mask, and the weights go where no
# word is. Nothing fails. But the same sentence means something else when it is
# padded further, as in a batch with a longer one:

# %% tags=["nbval-approx-2e-1"]
begin, step = speakers["attention"]
h, c, memory, _ = begin(x["test"][:300])
keep = x["test"][:300] != 0
for name, mask in {"mask": keep, "no mask": np.ones_like(keep)}.items():
    _, weights = look(h[:, None], memory, mask, show=True)
    weights = ops.convert_to_numpy(weights)[:, 0]
    lost = weights[~keep].sum() / len(weights)
    print(f"{name:<7} {lost:.2f} of the first look is at padding")
    assert (lost < 1e-6) == (name == "mask")

# %% [markdown]
# **A word that no training text has.** It becomes 1, *unknown*, and what it
# said is gone. The network does not say so: it says some year of the training
# part, the same for both.

# %%
rows = source.encode(["March 3, 2050", "March 3, 2150"], profile.max_length)
print(rows[:, :4])
for name in ("attention", "transformer"):
    one, other = target.decode(say(*speakers[name], rows, limit))
    print(f"{name}: {len({one, other})} translation of 2 dates")
    assert one == other and one.startswith("el 3 de marzo")

# %% [markdown]
# (Real systems cut rare words into pieces, **subwords**, down to single
# characters, so that nothing is unknown: R. Sennrich, B. Haddow and A. Birch
# 2016.)
#
# ## Your own pairs
#
# A text file with one pair a line, the two parts divided by a tab, is enough:
# the transformer of above learns from it, keeps a tenth to test, and says what
# it can do. Here such a file is made of pairs of the kit (of real sentences in
# the full profile); put the path of yours in its place:

# %% tags=["nbval-approx-2e-1"]
import pathlib
import tempfile

some = ck.data.load(**profile.own).train
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "pairs.tsv"
    every = max(1, len(some.x) // profile.own_pairs)
    lines = [f"{a}\t{b}\n" for a, b in zip(some.x[::every], some.y[::every])]
    path.write_text("".join(lines), encoding="utf-8")
    report = profile.module("own_pairs").report(
        path,
        profile.own_epochs,
        size=profile.own_size,
        rate=profile.own_rate,
    )

# %% [markdown]
# ## Quiz

# %%
ck.quiz("20")

# %% [markdown]
# ## Exercises
#
# 20.1 to 20.6 stand on the road, above.
#
# **20.7 (core)** Write `mass_on(weights, alignment)`: the mean weight on the
# true source words. `weights` is (words, source words). `alignment` has, for
# each word, a tuple of places in the source; words with an empty one do not
# count. There is at least one that counts.


# %%
def mass_on(weights, alignment):
    """(t, s) and t tuples of places -> a number from 0 to 1."""
    ...  # your code here


# %%
ck.check("20.7", mass_on)

# %% [markdown]
# **20.8 (stretch)** Write `looks_back(length, width)`: the causal mask of a
# decoder (row t is True where word t may look), for a decoder that *also* sees
# no more than `width` words, its own place counted. Such **sliding-window
# attention** costs less when texts are long.


# %%
def looks_back(length, width):
    """-> (length, length) of True and False."""
    ...  # your code here


# %%
ck.check("20.8", looks_back)

# %% [markdown]
# **To discuss.** *Derive.* A source has S words, its translation T words, each
# vector d numbers. How many multiplications do the dot products of
# cross-attention take, and how many those of the translation's self-attention?
# What does an LSTM take for the same T words? For which T is self-attention
# the cheaper one?
#
# <details><summary>What a good answer contains</summary>
#
# Cross: $T S d$ for the scores, as many for the contexts. Self: $T^2 d$ and
# $T^2 d$ (half of it with the causal mask). An LSTM of d units with inputs of
# d numbers: $8 d^2$ a step, $8 T d^2$ in all. So self-attention's products are
# fewer while $2 T^2 d < 8 T d^2$: while $T < 4 d$ (with its four projections,
# $4 T d^2$ more, while $T < 2 d$). And the LSTM's T steps wait for each other.
#
# </details>
#
# *Investigate.* The map of attention looks like an alignment. Is it why the
# network says a word?
#
# <details><summary>What a good answer contains</summary>
#
# What is left when the true word is hidden from attention (its weight set to
# 0, the rest scaled up): does the output change, and more than when another
# word is hidden? The encoder's state at a word also knows the words before it,
# so that looking beside the word can be as good. It names the debate: S. Jain
# and B. Wallace (2019), *Attention is not explanation*, and S. Wiegreffe and
# Y. Pinter (2019), *Attention is not not explanation*.
#
# </details>

# %% [markdown]
# ## You can now
# - train an encoder and a decoder on unequal lengths, with teacher forcing;
# - decode without true words, and say what exposure bias is;
# - write dot-product and additive attention with masks, equal to Keras';
# - read a map of attention, and score it against a true alignment and chance;
# - say what length does to both kinds, inside and outside of what was trained;
# - build multi-head attention and a transformer block, and train one.
#
# Lesson [21](21_show_and_tell.ipynb) puts a picture where the source was.
#
# **References.** I. Sutskever, O. Vinyals and Q. Le (2014), *Sequence to
# sequence learning with neural networks*, NIPS, and K. Cho et al. (2014),
# *Learning phrase representations using RNN encoder-decoder*, EMNLP: encoder
# and decoder. K. Cho et al. (2014), *On the properties of neural machine
# translation*, SSST-8: quality falls with length. D. Bahdanau, K. Cho and Y.
# Bengio (2015), *Neural machine translation by jointly learning to align and
# translate*, ICLR: additive attention. M.-T. Luong, H. Pham and C. Manning
# (2015), *Effective approaches to attention-based neural machine translation*,
# EMNLP: dot products. R. Williams and D. Zipser (1989), *A learning algorithm
# for continually running fully recurrent neural networks*, Neural Computation
# 1(2): teacher forcing. M. Ranzato et al. (2016), *Sequence level training
# with recurrent neural networks*, ICLR: exposure bias. A. Vaswani et al.
# (2017), *Attention is all you need*, NIPS: the transformer. R. Sennrich, B.
# Haddow and A. Birch (2016), *Neural machine translation of rare words with
# subword units*, ACL. M. M. Khapra, CS7015 Deep Learning, IIT Madras: the pair
# in Kannada. Sentences of the full profile: Tatoeba, tatoeba.org, CC BY 2.0
# FR.
#
# ## Reference
#
# ### Where the LSTM looks with
#
# Here the state *after* reading a word is the query, and the context goes to
# the output only (Luong's way). Bahdanau's decoder looks with the state
# *before* the word, and the context goes into the step itself, as in lesson
# 22. Luong also hands the combined vector to the next step (**input
# feeding**). Both need a loop over words in training; ours needs none, since
# all queries are known at once. Bahdanau's encoder reads in both directions,
# so that a word's state knows the words behind it, too.
#
# ### Real sentences
#
# In the full profile the last section learns from real sentences, English and
# Spanish, of the volunteers of Tatoeba. (French goes the same way: the data
# set is called `fra-eng`.) `benchmarks/translating.py` does it at length: with
# 86,806 pairs a transformer of two blocks a side translates 17 % of 2,000 test
# sentences word for word as somebody has, BLEU-4 is 39, in 1,239 CPU seconds;
# the LSTMs with attention reach 12 % and 30 (README). And Kannada? There are
# 149 pairs. The benchmark trains all three networks with those of at most ten
# words, 112 of them, and asks for 14 others: none is right, BLEU-4 is 0. What
# the transformer says is always a whole sentence of the training part, learned
# by heart; of what the LSTMs say 62 % are, with attention 43 %. A hundred
# pairs teach no language, whatever the network.
