# %% [markdown]
# # 11 · Sequences
#
# You will work with data whose order matters: give a network the shape that
# fits the question, prove that it reads the order, and test it without
# letting it see the future.
#
# | | |
# |---|---|
# | **Before this** | [01 · Images are tensors](01_images_are_tensors.ipynb) |
# | **Time** | 45 min on the road, 25 of exercises, 7 of quiz |
# | **Runs in** | 22 s (quick), 3 min (full) |
# | **Data** | generated reviews, real series (full: and real weather) |
# | **Hardware** | any laptop |
# | **You should end with** | 9 of 10 pairs told apart by order alone |
#
# ## In this lesson you will
# - name what is a sequence, and the four kinds of question about one;
# - build the five input/output shapes in Keras and predict their outputs;
# - measure what a dense network cannot do with a sequence;
# - tell reviews apart that consist of the same words in another order;
# - cut a series into examples and into honest tests, with two functions of
#   your own, and measure how far a random split flatters a forecast.

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
# That cell looks for the course's files. It is the first of every lesson, and
# you never have to read it. The second one starts the lesson: it fixes the
# random numbers, so that you see what is printed here, and says what it uses.

# %%
import coursekit as ck

profile = ck.start("11")

# %% [markdown]
# ## The same words, another story
#
# Two headlines. Count the words in each. Does the count tell who needs the
# doctor?

# %%
from collections import Counter

one, other = "dog bites man", "man bites dog"
print(Counter(one.split()) == Counter(other.split()))
assert Counter(one.split()) == Counter(other.split())

# %% [markdown]
# It does not: the counts are equal. In a **sequence** the elements come one
# after another, and the order is part of the meaning. Sequences are
# everywhere:
#
# | what | one step | one step is stored as | typical question |
# |---|---|---|---|
# | text | a word | its number in a vocabulary | favourable or not? |
# | speech | 10 ms of sound | a few dozen loudnesses | which words? |
# | video | a picture | (height, width, channels) | what is going on? |
# | handwriting | a pen position | (x, y, pen down?) | which letters? |
# | sensor | a reading | one number a column | what comes next? |
# | clicks | a page | its number | what will be bought? |
# | DNA | a base | one of A, C, G, T | which gene? |
# | finance | a day | prices, volumes | what is the risk? |
#
# For a network they all become one thing: an array of shape (time, features).
# DNA, for instance, with one-hot vectors:

# %%
import numpy as np

bases = "ACGT"
gene = "GATTACA"
one_hot = np.eye(4, dtype=int)[[bases.index(base) for base in gene]]
print(one_hot.T, one_hot.shape)  # printed with the time to the right

# %% [markdown]
# ## Four kinds of question
#
# **Prediction**: what comes next? **Generation**: make a new one.
# **Recognition**: what is it? **Sequential decisions**: what should I do now,
# when what I do changes what I see next?
#
# The smallest model that can answer is a table: how often does which letter
# follow which?

# %%
letters = "abcdefghijklmnopqrstuvwxyz "


def follow_table(text):
    """Counts (27, 27): row = a letter, column = the letter after it."""
    table = np.ones((27, 27))  # one for free, so that nothing is impossible
    for now, after in zip(text, text[1:]):
        table[letters.index(now), letters.index(after)] += 1
    return table / table.sum(axis=1, keepdims=True)


english = follow_table("the sun is in the sky and the ship is on the sea")
italian = follow_table("il sole sta nel cielo e la nave sta nel mare")

# %% [markdown]
# *Prediction.* Which letter follows a t in the English table? Look at the
# sentence and guess:

# %%
guess = letters[english[letters.index("t")].argmax()]
print("after t comes", guess)
assert guess == "h"

# %% [markdown]
# *Generation.* Predict, append, and feed the result back in. Drawing a letter
# with its probability, instead of taking the likeliest, keeps it from going
# round in circles:

# %%
rng = np.random.default_rng(profile.seed)
text = "t"
while len(text) < 40:
    row = english[letters.index(text[-1])]
    text += letters[rng.choice(27, p=row)]
print(text)

# %% [markdown]
# It looks foreign: every letter is possible, and the table remembers one
# letter only. (Lesson 12 gives it a memory.)
#
# *Recognition.* Which of the two tables finds a phrase likelier? Add up the
# logarithms of the probabilities:


# %%
def log_probability(text, table):
    pairs = [
        (letters.index(a), letters.index(b)) for a, b in zip(text, text[1:])
    ]
    return sum(np.log(table[pair]) for pair in pairs)


for phrase in ("this is the end", "la stella nel sole"):
    scores = [log_probability(phrase, t) for t in (english, italian)]
    print(f"{phrase:<19}", ("English", "Italian")[np.argmax(scores)])

# %% [markdown]
# *Sequential decisions.* A cold room loses a degree an hour; the heater brings
# two. The rule sees the temperature and decides, and its decision changes what
# it will see:


# %%
def live(rule, hours=8):
    room, seen = 18, []
    for _ in range(hours):
        heat = rule(room)  # decide ...
        room += 2 * heat - 1  # ... and live with it
        seen.append(room)
    return seen


print("never        ", live(lambda room: 0))
print("heat below 20", live(lambda room: int(room < 20)))

# %% [markdown]
# A forecast cannot change the weather; a decision changes the room. This
# course is about the first three kinds.
#
# ## A layer that keeps a note
#
# A **recurrent** layer reads one step at a time and keeps a note, its
# **state**. Each new state comes from the new input *and* the old state.
# With all weights one and nothing else, $h_t = x_t + h_{t-1}$. What are the
# states for the inputs 1, 2, 3?

# %%
import keras
from keras import layers

inputs = np.array([1.0, 2.0, 3.0]).reshape(1, 3, 1)  # (batch, time, features)
running = layers.SimpleRNN(
    1,
    activation=None,
    kernel_initializer="ones",
    recurrent_initializer="ones",
    return_sequences=True,
)
states = np.array(running(inputs))
print(states[0, :, 0])
assert states[0, :, 0].tolist() == [1, 3, 6]

# %% [markdown]
# A running sum. `return_sequences=True` gives the state after *every* step;
# without it you get only the last one:

# %%
last = layers.SimpleRNN(1, activation=None)
last.build((None, None, 1))
last.set_weights(running.get_weights())
print(np.array(last(inputs)))  # (batch, units): no time axis

# %% [markdown]
# That switch, and a few ways of feeding the layer, are all you need for the
# five shapes. (Lesson 12 builds the layer from scratch.)
#
# ## Five shapes
#
# What goes in, what comes out? Below, time runs to the right; green is the
# input, blue the state, orange the output.

# %%
figures = profile.figures

figures.five_shapes()

# %% [markdown]
# As Keras models, each input step with 8 features and each output step with 3.
# Say the output shape before you read on; the batch has two examples. **One to
# one** has no time at all:

# %%
features, units, outputs = 8, 16, 3
one = layers.Input((features,), name="one")
many = layers.Input((None, features), name="many")  # None: any length

one_to_one = keras.Model(one, layers.Dense(outputs)(one), name="one_to_one")
assert one_to_one(np.zeros((2, features))).shape == (2, outputs)

# %% [markdown]
# **One to many**: the picture shows the input once, at the start. The simplest
# way in Keras is to show it again at each step; the state makes the steps
# differ:

# %%
x = layers.RepeatVector(5)(one)  # (batch, 5, features)
x = layers.SimpleRNN(units, return_sequences=True)(x)  # (batch, 5, units)
one_to_many = keras.Model(one, layers.Dense(outputs)(x), name="one_to_many")
assert one_to_many(np.zeros((2, features))).shape == (2, 5, outputs)

# %% [markdown]
# **Many to one** keeps the last state only:

# %%
x = layers.SimpleRNN(units)(many)  # (batch, units)
many_to_one = keras.Model(many, layers.Dense(outputs)(x), name="many_to_one")
assert many_to_one(np.zeros((2, 7, features))).shape == (2, outputs)

# %% [markdown]
# **Many to many, equal lengths**: an output at every step. The dense layer
# works on the last axis, so it is the same at all steps:

# %%
x = layers.SimpleRNN(units, return_sequences=True)(many)
equal = keras.Model(many, layers.Dense(outputs)(x), name="many_to_many")
assert equal(np.zeros((2, 7, features))).shape == (2, 7, outputs)

# %% [markdown]
# **Many to many, unequal lengths**: a first network (the *encoder*) reads
# everything; a second one (the *decoder*) starts from its last state and
# writes. The decoder is fed what was written so far (the picture leaves these
# arrows out):

# %%
written = layers.Input((None, outputs), name="written")
state = layers.SimpleRNN(units, name="encoder")(many)  # (batch, units)
x = layers.SimpleRNN(units, return_sequences=True, name="decoder")(
    written, initial_state=state
)
unequal = keras.Model(
    [many, written], layers.Dense(outputs)(x), name="unequal"
)
answer = unequal([np.zeros((2, 7, features)), np.zeros((2, 4, outputs))])
assert answer.shape == (2, 4, outputs)

# %% [markdown]
# `None` in a shape means "decided by the data". All five, with their shapes:

# %%
models = (one_to_one, one_to_many, many_to_one, equal, unequal)
for model in models:
    entry = model.inputs[0].shape[1:]
    print(f"{model.name:<13}{str(entry):<11}-> {model.output_shape[1:]}")

# %% [markdown]
# The same weights serve every length: nothing in the layer depends on the
# number of steps.

# %%
for steps in (3, 50):
    print(steps, "steps:", equal(np.zeros((1, steps, features))).shape)
print(equal.count_params(), "parameters in both cases")

# %% [markdown]
# ## Which shape for which task?
#
# | task | shape |
# |---|---|
# | label of a picture | one to one |
# | caption of a picture | one to many |
# | mood of a review, label of a video | many to one |
# | part of speech of each word, names in a text | many to many, equal |
# | translation, a summary | many to many, unequal |
#
# Tagging gives one answer a step: $T_x = T_y$. Does that hold for the kit's
# tagged sentences?

# %%
tagged = ck.data.load("tagged")
words, tags = tagged.train.x[0], tagged.train.y[0]
print(" ".join(f"{w}/{tagged.class_names[t]}" for w, t in zip(words, tags)))
same = [len(w) == len(t) for w, t in zip(tagged.train.x, tagged.train.y)]
print(f"as many tags as words in {sum(same):,} of {len(same):,}")
assert all(same)

# %% [markdown]
# And for names? "Named entities are a many-to-many task of unequal lengths,
# since there are fewer names than words" is often said. Names are *marked*
# word by word: B begins a name, I is inside it, O is outside:

# %%
text = ["Ada", "Lovelace", "lived", "in", "London"]
marks = ["B", "I", "O", "O", "B"]
print(len(text), "words,", len(marks), "marks,", marks.count("B"), "names")
assert len(text) == len(marks) != marks.count("B")

# %% [markdown]
# Translation is another matter. "How are you" has three words, in Kannada it
# has two:

# %%
source, target = "How are you", "ನೀವು ಹೇಗಿದ್ದೀರಿ"
print(len(source.split()), "words ->", len(target.split()), "words")
assert len(source.split()) != len(target.split())

# %% [markdown]
# | often written | what the cells compute |
# |---|---|
# | finding names: unequal lengths | one mark a word: equal lengths |
# | a one-to-one network feeds its output back | it does not (next cell) |
#
# A one-to-one network has no state. Show it two examples in either order; if
# something were fed back, the first would change the second:

# %%
pair = np.random.default_rng(1).random((2, features), dtype="float32")
forwards = np.array(one_to_one(pair))
backwards = np.array(one_to_one(pair[::-1]))[::-1]
fed_back = np.abs(forwards - backwards).max() > 1e-6
print("one to one, order of the examples matters:", bool(fed_back))
assert not fed_back

steps = pair[np.newaxis]  # the same two, now as two steps of one sequence
changed = np.abs(many_to_one(steps) - many_to_one(steps[:, ::-1])).max()
print("many to one, order of the steps matters:  ", bool(changed > 1e-3))
assert changed > 1e-3

# %% [markdown]
# ## Why not a dense network?
#
# **It wants one length.** Flatten ten steps of 8 features, and the first dense
# layer has a weight for each of the 80 numbers. Eleven steps do not fit:

# %%
ten = layers.Input((10, features), name="ten_steps")
x = layers.Dense(units)(layers.Flatten()(ten))
dense = keras.Model(ten, x, name="dense")
with ck.expect_error(ValueError):
    dense(np.zeros((1, 11, features)))

# %% [markdown]
# So you need a network for every length, and it grows with the length. The
# recurrent layer does not:

# %%
recurrent = layers.SimpleRNN(units)
recurrent.build((None, None, features))
for steps in (10, 100, 1000):
    weights = steps * features * units + units
    print(f"{steps:>5} steps: dense {weights:>7,}", end="")
    print(f"  recurrent {recurrent.count_params()}")
assert dense.count_params() == 10 * features * units + units
assert recurrent.count_params() == features * units + units**2 + units

# %% [markdown]
# **What it learns at one place it does not know at another.** An experiment.
# Each sequence is noise with one bump: up-then-down, or down-then-up. In
# training the bump is somewhere in the first half, later also in the second:


# %%
def bumps(count, first, last, rng, steps=20):
    """x (count, steps, 1) with a bump at first..last-1, y 1 = up first."""
    x = 0.1 * rng.standard_normal((count, steps, 1))
    y = rng.integers(0, 2, count)
    rows, place = np.arange(count), rng.integers(first, last, count)
    x[rows, place, 0] += 2 * y - 1
    x[rows, place + 1, 0] -= 2 * y - 1
    return x.astype("float32"), y


rng = np.random.default_rng(profile.seed)
early, early_test = bumps(600, 0, 9, rng), bumps(600, 0, 9, rng)
late_test = bumps(600, 10, 19, rng)
ck.data.assert_disjoint(early[0], early_test[0], late_test[0])
for label in (0, 1):
    row = np.flatnonzero(early[1] == label)[0]
    print(early[0][row, :, 0].round().astype(int), "label", label)

# %% [markdown]
# Two networks. The recurrent one keeps each unit's largest state
# (`GlobalMaxPooling1D`, a maximum over all times, as in lesson 03), so that
# a bump noticed early is still there at the end:


# %%
def place_model(kind):
    x = entry = layers.Input((20, 1), name="sequence")
    if kind == "dense":
        x = layers.Dense(32, activation="relu")(layers.Flatten()(x))
    else:
        x = layers.SimpleRNN(16, return_sequences=True)(x)
        x = layers.GlobalMaxPooling1D()(x)
    return keras.Model(entry, layers.Dense(1)(x), name=kind)


def compile_binary(model, rate):
    """For a yes/no question with one logit as output."""
    model.compile(
        keras.optimizers.Adam(rate),
        keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


# %% tags=["nbval-approx-15-of-600"]
place = {}
for kind in ("dense", "recurrent"):
    model = compile_binary(place_model(kind), rate=1e-2)
    model.fit(*early, 60, profile.place_epochs, verbose=0)
    place[kind] = [
        model.evaluate(*test, verbose=0)[1] for test in (early_test, late_test)
    ]
    print(f"{kind:<10} known places {place[kind][0]:.2f}", end="")
    print(f"  new places {place[kind][1]:.2f}")

# %%
print("the dense net guesses at new places:", place["dense"][1] < 0.65)
print("the recurrent one does not:         ", place["recurrent"][1] > 0.85)
assert place["dense"][0] > 0.9 and place["dense"][1] < 0.65
assert place["recurrent"][1] > 0.85

# %% [markdown]
# The weights for the second half were never trained: the dense network guesses
# there. The recurrent network uses the *same* weights at every step, as a
# convolution uses the same filter at every place. It is not quite perfect: in
# training, a bump came after eight steps of noise at most, here after up to
# eighteen.
#
# ## Only the order differs
#
# **And a bag of words has no order.** Back to reading. The kit's reviews are
# written by templates, so that you can know what is hard about each:

# %%
reviews = ck.data.load(profile.dataset)
print(reviews.provenance)
pair_of = reviews.test.extra["pair"]
for row in np.flatnonzero(pair_of == pair_of.max()):
    print(f"{reviews.class_names[reviews.test.y[row]]}: {reviews.test.x[row]}")

# %% [markdown]
# A **minimal pair**: the same words, another order, the opposite mood. Words
# become numbers: one for each word that occurs at least twice in training; 1
# is any other word, 0 fills up short reviews.

# %%
import re


def split_words(text):
    """Lower-case words and commas; "an" counts as "a"."""
    words = re.findall(r"[a-z]+|[.,;:]", text.lower())
    return ["a" if word == "an" else word for word in words]


counts = Counter(w for text in reviews.train.x for w in split_words(text))
known = sorted(word for word, count in counts.items() if count >= 2)
number_of = {word: number for number, word in enumerate(known, start=2)}
print(f"{len(known):,} words")

# %% [markdown]
# Why "an" as "a"? Look at "an enchanting film": where a pair exchanges
# *enchanting* and *lazy*, the article changes too, and the two reviews are no
# longer the same words. How many pairs differ in that? Count the words as they
# are written, then with "an" as "a":


# %%
def unequal_pairs(split, words_of):
    """How many pairs there are, and how many are not the same words."""
    bags = {}
    for text, partner in zip(split.x, split.extra["pair"]):
        bags.setdefault(partner, []).append(Counter(words_of(text)))
    del bags[-1]  # reviews without a partner
    return len(bags), sum(one != other for one, other in bags.values())


def as_written(text):
    return re.findall(r"[a-z]+", text.lower())


splits = (reviews.train, reviews.validation, reviews.test)
ck.data.assert_disjoint(*splits, strict=profile.quick)
for words_of in (as_written, split_words):
    counted = np.array([unequal_pairs(split, words_of) for split in splits])
    pairs, unequal_ones = counted.sum(axis=0)
    print(f"{words_of.__name__:<11} {unequal_ones} of {pairs} pairs differ")
assert unequal_ones == 0

# %% [markdown]
# A leak of one letter in 26 pairs, 3 of them among the 140 of the test. With
# "an" as "a" it is closed.

# %% [markdown]
# Two views of the same reviews. The **bag** counts each word. The **sequence**
# keeps them in order, filled up with zeros at the end:

# %%
length = max(len(split_words(text)) for text in reviews.train.x)


def as_sequences(texts):
    """Word numbers (reviews, length), zeros at the end."""
    numbers = np.zeros((len(texts), length), dtype="int32")
    for row, text in enumerate(texts):
        found = [number_of.get(word, 1) for word in split_words(text)]
        numbers[row, : len(found[:length])] = found[:length]
    return numbers


def as_bags(texts):
    """Word counts (reviews, vocabulary)."""
    bags = [
        np.bincount(row, minlength=len(known) + 2)
        for row in as_sequences(texts)
    ]
    bags = np.array(bags, dtype="float32")
    bags[:, 0] = 0  # the fill is no word
    return bags


# %% [markdown]
# The bag model is softmax regression from lesson 01 for a yes/no question,
# **logistic regression**: one weight for each word. The recurrent one turns
# each word into 16 learned numbers (an **embedding**, the subject of lesson
# 16), reads them in order, and keeps each unit's largest state:


# %%
def bag_model():
    bag = layers.Input((len(known) + 2,), name="bag")
    return keras.Model(bag, layers.Dense(1)(bag), name="bag")


def recurrent_model():
    numbers = layers.Input((None,), dtype="int32", name="words")
    x = layers.Embedding(len(known) + 2, 16, name="embedding")(numbers)
    x = layers.SimpleRNN(32, return_sequences=True, name="reader")(x)
    x = layers.GlobalMaxPooling1D(name="largest")(x)
    return keras.Model(numbers, layers.Dense(1)(x), name="recurrent")


views = {
    "bag": (bag_model, as_bags),
    "recurrent": (recurrent_model, as_sequences),
}

# %% [markdown]
# Before you run it: how many of the paired test reviews can the bag model get
# right at best?


# %% tags=["nbval-approx-20-of-1000"]
def train_reader(kind, seed):
    print(f"{kind}, start {seed}")
    build, view = views[kind]
    keras.utils.set_random_seed(seed)
    model = compile_binary(build(), profile.learning_rate)
    model.fit(
        view(reviews.train.x),
        reviews.train.y,
        batch_size=profile.batch_size,
        epochs=profile.epochs,
        validation_data=(view(reviews.validation.x), reviews.validation.y),
        verbose=0,
        callbacks=[ck.EpochProgress()],
    )
    return model


readers = {}
for kind in views:
    readers[kind] = [train_reader(kind, seed) for seed in profile.seeds]

# %% [markdown]
# Accuracy on the test reviews, kind by kind. In a *plain* review the words
# tell the mood; in the others they do not, or not alone:

# %%
unseen, right = reviews.test, {}
for kind, models in readers.items():
    x = views[kind][1](unseen.x)
    said = [model.predict(x, verbose=0)[:, 0] > 0 for model in models]
    right[kind] = np.array(said) == unseen.y  # (seeds, reviews)

# %% tags=["nbval-approx-1e-1"]
kinds = np.array(reviews.kinds)[reviews.test.extra["kinds"]]
by_kind = {
    model: {name: hits[:, kinds == name].mean() for name in reviews.kinds}
    for model, hits in right.items()
}
figures.accuracy_by_kind(by_kind)

# %% [markdown]
# Read the bars from left to right. *Plain*: both are right. *Negation* ("not
# awful"): the bag is nearly always **wrong**, because it sees "awful" and has
# no idea of what "not" belongs to. *Distance*: the mood hangs on two sentences
# far apart, and this simple network hardly gets there either; lesson 14 has
# the layer for that. *Contrast* and *order* hold the minimal pairs:

# %% tags=["nbval-approx-4-of-280"]
paired = pair_of >= 0
print(f"{paired.sum()} paired {unseen.name} reviews, share right:")
for kind, hits in right.items():
    print(f"{kind:<10} {hits[:, paired].mean():.3f}")

# %% [markdown]
# The bag stays at one half, and now you can say why without an experiment. The
# two reviews of a pair have the same counts, so they get the same answer, and
# their labels differ: one is right and one is wrong. Always.

# %%
first = as_bags(reviews.test.x)[np.argsort(pair_of, kind="stable")]
twins = first[-paired.sum() :].reshape(-1, 2, first.shape[1])
print("equal inputs:", (twins[:, 0] == twins[:, 1]).all())
assert (twins[:, 0] == twins[:, 1]).all()
assert abs(right["bag"][:, paired].mean() - 0.5) < 0.02
assert right["bag"].mean() > 0.6 and right["recurrent"].mean() > 0.85
assert right["recurrent"][:, paired].mean() > 0.9
assert by_kind["bag"]["negation"] < 0.2 < by_kind["bag"]["plain"]

# %% [markdown]
# Is it really the order that the recurrent network uses? A control: shuffle
# the words of the test reviews, and ask again.

# %% tags=["nbval-approx-6-of-280"]
rng = np.random.default_rng(profile.seed)
shuffled = [rng.permutation(split_words(text)) for text in reviews.test.x]
shuffled = as_sequences([" ".join(words) for words in shuffled])
said = readers["recurrent"][0].predict(shuffled, verbose=0)[:, 0] > 0
control = (said == reviews.test.y)[paired].mean()
print(f"pairs right with shuffled words: {control:.2f}")
assert control < 0.65

# %% [markdown]
# Down to guessing. **Order is information, and the recurrent network reads
# it.** How far to trust it? The templates are few, and the training reviews
# use the same ones; real reviews are wider (lesson 16). And training a plain
# recurrent layer takes patience: of the three starts of the full profile one
# sits at 0.50 for two epochs before it finds the order. After eight epochs all
# three are above 0.95, and get 99 % of the paired reviews right.
#
# ## Splitting time
#
# A forecast is tested on what comes later. How do you cut a series into
# training and test? First, cut it into examples. A **window** of three values
# predicts the next one: of 1, 2, 3, 4, 5, 6 the window 1, 2, 3 has the answer
# 4, then 2, 3, 4 has 5, and 3, 4, 5 has 6. The window 4, 5, 6 has no answer
# and is left out. If you ask for *two* steps ahead, 1, 2, 3 has the answer 5,
# and only two windows are left.
#
# **11.1 (core)** Write `windows(series, length, ahead=1)`: for an array of n
# values all windows of `length` values that have an answer, in an array
# (windows, length), and their answers, (windows,). The answer is the value
# `ahead` steps after the window's last one.


# %%
def windows(series, length, ahead=1):
    """series (time,) -> x (windows, length), y (windows,)."""
    ...  # your code here


# %%
ck.check("11.1", windows)

# %% [markdown]
# Stuck? `ck.hint("11.1")`. One good answer is folded into the next cell: try
# first, then compare. Run it in any case. The lesson goes on with your
# function if it is right, else with the good one, and says which.


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_windows(series, length, ahead=1):
    views = np.lib.stride_tricks.sliding_window_view(series, length)
    return views[:-ahead], series[length + ahead - 1 :]


windows = ck.yours_or_good("11.1", windows, good_windows)

# %% [markdown]
# All windows and their answers in the small example:

# %%
x, y = windows(np.array([1, 2, 3, 4, 5, 6]), length=3)
print(x.tolist(), "->", y.tolist())

# %% [markdown]
# Look at the overlap: 4 is the answer of the first window and an input of the
# second and third. Put the first window into the test set and the second into
# training, and the network has seen the answer. That is what shuffling does.
#
# A real series: carbon dioxide in the air over Hawaii, month by month. Lock
# the last 15 % away. It is **the future**, and you open it only at the end:


# %%
def past_and_future(**source):
    """Two arrays (time,): all but the last 15 %, and the last 15 %."""
    data = ck.data.load(**source)
    parts = (data.train.y, data.validation.y, data.test.y)
    values = np.concatenate(parts).astype("float64")[-4000:]
    return np.split(values, [int(0.85 * len(values))])


past, future = past_and_future(**profile.series[0])
print(profile.series[0]["series"], end=": ")
print(len(past), "months before,", len(future), "months of future")

# %% [markdown]
# Two forecasts of the next month. "Same again" repeats the last value. The
# other one looks for the three windows most similar to the present one, and
# says the mean of what came after *them*. It memorises everything, as a large
# network can:


# %%
def same_again(x_train, y_train, x):
    return x[:, -1]


def three_nearest(x_train, y_train, x):
    distance = ((x[:, np.newaxis] - x_train) ** 2).sum(axis=-1)
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :3]
    return y_train[nearest].mean(axis=1)


def error(forecast, x, y, train, test):
    """Root mean square error; train and test are row numbers."""
    said = forecast(x[train], y[train], x[test])
    return np.sqrt(np.mean((said - y[test]) ** 2))


# %% [markdown]
# Now three ways of estimating its error from the past alone. A *random* split
# tests on 20 % of all rows. A *chronological* one trains on the first 80 % and
# tests on the rest. The **walk-forward** test repeats that: train on
# everything up to a moment, test on the block after it, move on, and average
# the errors. Eight rows, 0 to 7, with cuts at 3, 5 and 8 make two folds: train
# on 0 to 2 and test on 3 and 4, then train on 0 to 4 and test on 5 to 7.
#
# **11.2 (core)** Write `walk_forward_folds(cuts)`: a list of pairs `(train,
# test)` of arrays of row numbers, one pair for each two neighbours of `cuts`,
# an array in rising order.


# %%
def walk_forward_folds(cuts):
    """Row numbers in rising order -> list of (train, test), two arrays."""
    ...  # your code here


# %%
ck.check("11.2", walk_forward_folds)


# %% tags=["good-answer"]
# @title One good answer (try first)
def good_walk_forward_folds(cuts):
    return [(np.arange(a), np.arange(a, b)) for a, b in zip(cuts, cuts[1:])]


walk_forward_folds = ck.yours_or_good(
    "11.2", walk_forward_folds, good_walk_forward_folds
)

# %% [markdown]
# The three ways, with five blocks for the last one:


# %%
def random_split(n):
    rows = np.random.default_rng(profile.seed).permutation(n)
    return [(rows[: int(0.8 * n)], rows[int(0.8 * n) :])]


def chronological_split(n):
    rows = np.arange(n)
    return [(rows[: int(0.8 * n)], rows[int(0.8 * n) :])]


def walk_forward(n, folds=5):
    cuts = np.linspace(n // 2, n, folds + 1).astype(int)
    return walk_forward_folds(cuts)


ways = {
    "random split": random_split,
    "chronological": chronological_split,
    "walk-forward": walk_forward,
}

# %% [markdown]
# As strips, for the windows of twelve months:

# %%
x, y = windows(past, length=12)
figures.split_strips({name: way(len(x)) for name, way in ways.items()}, len(x))

# %%
estimates = {}
for name, way in ways.items():
    for forecast in (three_nearest, same_again):
        errors = [error(forecast, x, y, *fold) for fold in way(len(x))]
        estimates[name, forecast] = np.mean(errors)
    print(
        f"{name:<14} three nearest {estimates[name, three_nearest]:.2f}"
        f"  same again {estimates[name, same_again]:.2f}  ppm"
    )

# %% [markdown]
# The random split says that the three nearest are better than "same again",
# the other two say that they are far worse. Who is right? Write your guess
# down, then open the future: train on all of the past, forecast each month of
# the future from the twelve before it.

# %%
everything = np.concatenate([past, future])
x_all, y_all = windows(everything, length=12)
before, after = np.arange(len(x)), np.arange(len(x), len(x_all))
truth = {
    forecast: error(forecast, x_all, y_all, before, after)
    for forecast in (three_nearest, same_again)
}
print(f"the future     three nearest {truth[three_nearest]:.2f}", end="")
print(f"  same again {truth[same_again]:.2f}  ppm")

# %%
flattered = truth[three_nearest] / estimates["random split", three_nearest]
print(f"the random split was wrong by a factor of {flattered:.1f}")
assert flattered > 5
assert truth[three_nearest] > 2 * truth[same_again]
assert (
    estimates["random split", three_nearest]
    < estimates["random split", same_again]
)
for honest in ("chronological", "walk-forward"):
    assert estimates[honest, three_nearest] > 2 * estimates[honest, same_again]
    assert all(max(past) < min(new) for past, new in ways[honest](len(x)))

# %% [markdown]
# The random split did not only give a wrong number: it **chose the wrong
# model**. The figure shows how:

# %%
train, test = random_split(len(x))[0]
test = np.sort(test)
by_random = three_nearest(x[train], y[train], x[test])
in_future = three_nearest(x, y, x_all[after])
figures.forecasts(
    {"measured": (np.arange(len(y_all)), y_all)},
    {"random test": (test, by_random), "the future": (after, in_future)},
    "month",
    "CO2 (ppm)",
)

# %% [markdown]
# Test months among training months are filled in from their neighbours on both
# sides. In the future there is only one side, and the curve leaves the range
# that the model has seen.
#
# Is it always that bad? The error of the three nearest for other real series,
# each in its own unit (two more, of temperatures, in the full profile):


# %% tags=["nbval-approx"]
def report(source, length=12):
    past, future = past_and_future(**source)
    x, y = windows(past, length)
    x_all, y_all = windows(np.concatenate([past, future]), length)
    before, after = np.arange(len(x)), np.arange(len(x), len(x_all))
    said = [
        np.mean([error(three_nearest, x, y, *fold) for fold in way(len(x))])
        for way in ways.values()
    ]
    return [*said, error(three_nearest, x_all, y_all, before, after)]


print("              random  chronol.  walk-f.   future")
for source in profile.series:
    values = "".join(f"{value:>9.2f}" for value in report(source))
    print(f"{source.get('series', source['name']):<12}{values}")

# %% [markdown]
# - **CO2 and passengers** grow: the random split flatters by a factor of four
#   and more.
# - **Sunspots** have no trend, and here the random split does no harm. But you
#   know that only because you have opened the future.
#
# A split in time costs nothing and needs no luck. And which of the other two?
# *Chronological* is one number from one stretch of time. *Walk-forward* gives
# several, and their spread says how far to trust the mean:

# %%
folds = [error(three_nearest, x, y, *fold) for fold in walk_forward(len(x))]
print("CO2, fold by fold:", np.round(folds, 1))

# %% [markdown]
# Each of these blocks is half as long as the future was. The further from its
# training data, the worse this forecast becomes, so 3.65 is less than 5.69.
# Choose blocks as long as the time for which you will use a forecast before
# you train it again.
#
# And the forecast itself? A trend is a matter of what you ask. Instead of the
# next value, let it forecast the *change* from the last value, from windows
# that are given relative to their last value as well:

# %%
relative, change = x - x[:, -1:], y - x[:, -1]
relative_all, change_all = x_all - x_all[:, -1:], y_all - x_all[:, -1]
for name, way in ways.items():
    errors = [error(three_nearest, relative, change, *f) for f in way(len(x))]
    print(f"{name:<14} {np.mean(errors):.2f} ppm")
better = error(three_nearest, relative_all, change_all, before, after)
print(f"the future     {better:.2f} ppm")
assert better < truth[same_again] / 2

# %% [markdown]
# Now all four numbers agree, and the model beats "same again". Lesson 15 goes
# on from here.
#
# ## Common mistakes
#
# **No feature axis.** A series is (time,), a recurrent layer wants (batch,
# time, features). The symptom names the number of axes:

# %%
with ck.expect_error(ValueError):
    layers.SimpleRNN(4, name="reader")(np.zeros((32, 12)))

series_as_column = np.zeros((32, 12))[..., np.newaxis]  # (32, 12, 1)
print(layers.SimpleRNN(4)(series_as_column).shape)

# %% [markdown]
# **One output where you need one a step.** Without `return_sequences=True` the
# time axis is gone. The symptom appears in the *next* layer or in the loss:

# %%
with ck.expect_error(ValueError):
    x = layers.SimpleRNN(4, name="first")(np.zeros((32, 12, 1)))
    layers.SimpleRNN(4, name="second")(x)

# %% [markdown]
# **Time and batch exchanged.** No error, since both axes may have any length:
# the layer walks through the *examples* and takes the time for the batch. The
# symptom: an example's output changes when another example changes.

# %%
layer = layers.SimpleRNN(4, return_sequences=True)
batch = np.random.default_rng(3).random((5, 12, 1), dtype="float32")
other = batch.copy()
other[0] = 0  # change the first of five examples, look at the others

change = np.abs(layer(batch) - layer(other))[1:]
print("(batch, time, 1): others change:", bool(change.max() > 1e-3))
wrong = layer(batch.transpose(1, 0, 2)) - layer(other.transpose(1, 0, 2))
change = np.abs(wrong).transpose(1, 0, 2)[1:]
print("(time, batch, 1): others change:", bool(change.max() > 1e-3))
assert change.max() > 1e-3

# %% [markdown]
# **Smoothing before splitting.** A mean over *before, now and after* puts the
# answer into the input. The symptom is a result that is too good to be true.
# The kit's synthetic weather comes with the best possible forecast of each
# reading. Beat that?


# %%
def linear(x_train, y_train, x):
    """Least squares with a constant."""
    table = np.column_stack([x_train, np.ones(len(x_train))])
    weights = np.linalg.lstsq(table, y_train, rcond=None)[0]
    return np.column_stack([x, np.ones(len(x))]) @ weights


station = ck.data.load("series", series="weather").train
best = np.sqrt(np.mean((station.extra["expected"] - station.y) ** 2))
print(f"best possible error {best:.2f} degrees")

# %%
weather = station.y.astype("float64")
smooth = np.convolve(weather, np.ones(3) / 3, mode="same")
for name, column in (("as measured", weather), ("smoothed", smooth)):
    x, y = windows(column, length=16)[0], weather[16:]
    result = error(linear, x, y, *chronological_split(len(x))[0])
    print(f"{name:<12} error {result:.2f}, below the best: {result < best}")
assert result < best

# %% [markdown]
# The split was in time, and still the future leaked in, through the window of
# the smoothing. Only means over the *past* are allowed.
#
# ## Quiz

# %%
ck.quiz("11")

# %% [markdown]
# ## Exercises
#
# 11.1 and 11.2 stand on the road, above.
#
# **11.3 (warm-up)** Give the shape of each task, in this order: the language
# of a sentence; a tune from its composer's name; the part of speech of each
# word; the summary of an article. Use the words "one to one", "one to many",
# "many to one", "equal", "unequal".

# %%
answer = (..., ..., ..., ...)  # four texts

# %%
ck.check("11.3", answer)

# %% [markdown]
# **11.4 (core)** Write `tagger(words, tags)`: a Keras model that reads
# sentences of any length, as whole numbers below `words`, through an
# `Embedding` of 8 and a `SimpleRNN` of 16 units, and gives `tags` logits for
# each word.


# %%
def tagger(words, tags):
    """An uncompiled keras.Model, (batch, time) -> (batch, time, tags)."""
    ...  # your code here


# %%
ck.check("11.4", tagger)

# %% [markdown]
# **11.5 (stretch)** Write `pairs_right(said, labels, pair)`: the share of
# pairs of which *both* reviews are answered correctly. `pair` is -1 for a
# review without a partner.


# %%
def pairs_right(said, labels, pair):
    """Three arrays (n,) -> a number between 0 and 1."""
    ...  # your code here


# %%
ck.check("11.5", pairs_right)

# %% [markdown]
# **To discuss.** Two questions without a check.
#
# *Derive.* Windows of L values, the next value as answer, 20 % of the windows
# drawn at random for the test. How likely is it that a test window's
# answer is an input of some window in training? And if you left out of
# training whatever shares a value with a test example, how much would be left?
#
# <details><summary>What a good answer contains</summary>
#
# The answer is an input of the L windows that follow. Each is in training with
# probability 0.8, so at least one is with probability $1 - 0.2^L$: 0.992 for L
# = 3, all but certain for L = 12. An example is a window and its answer, $L +
# 1$ values; 2 L others share one with it. A training window stays if none of
# these is a test window: $0.8^{2 L}$, about 26 % of them for L = 3, but 0.5 %
# for L = 12. A random split of windows cannot be cleaned; a cut in time costs
# L windows.
#
# </details>
#
# *Investigate.* A hundred stations of one region have measured for three
# years. You may hold out stations, or the last year, or both. Which question
# does each of the three tests answer?
#
# <details><summary>What a good answer contains</summary>
#
# Held-out stations: how well does it do at a *new place*, in weather that the
# neighbours have shown to the training? The last year: at *known places,
# later*. Both, new places in the last year: *elsewhere and later*, the
# hardest. It says which of them is meant in use, that held-out stations alone
# flatter a forecast (the same front passes all stations within hours), and how
# to show it: one model, all three tests, then a year that nobody opened
# before.
#
# </details>

# %% [markdown]
# ## You can now
# - name eight kinds of sequences, and tell prediction, generation, recognition
#   and decisions apart;
# - build one-to-one, one-to-many, many-to-one and both many-to-many networks,
#   and say their output shapes first;
# - show that a dense network has one length, a weight for each place, and no
#   idea of what it learned elsewhere;
# - prove that a bag of words gets exactly half of the minimal pairs right, and
#   train a network that gets nearly all;
# - cut a series into windows, test a forecast by walking forward, and say what
#   a random split does: it was wrong by a factor of eight, and chose the wrong
#   model.
#
# Next: [12 · A recurrent network from scratch](12_rnn_from_scratch.ipynb)
# opens the layer that was a box here.
#
# **References.** J. L. Elman (1990), *Finding structure in time*, Cognitive
# Science 14:179-211. A. Karpathy (2015), *The unreasonable effectiveness of
# recurrent neural networks* (the picture of the shapes). L. J. Tashman (2000),
# *Out-of-sample tests of forecasting accuracy*, International Journal of
# Forecasting 16:437-450. Data: [data/README.md](../data/README.md).
#
# **The worked example** of an English question with its Kannada translation is
# from lecture decks after M. M. Khapra's CS7015
# ([all sources](../docs/sources.md)).
