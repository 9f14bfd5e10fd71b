"""Exercises of lesson 23: real photographs."""

import math

import numpy as np

from coursekit.exercises.engine import Case, Exercise, Mistake


def to_network(pixels, family):
    if family == "mobilenet":
        return pixels / 127.5 - 1
    blue_first = pixels[..., ::-1]
    return blue_first - np.array([103.939, 116.779, 123.68])


def _zero_to_one(pixels, family):
    if family == "mobilenet":
        return pixels / 255
    return pixels[..., ::-1] - np.array([103.939, 116.779, 123.68])


def _red_first(pixels, family):
    if family == "mobilenet":
        return pixels / 127.5 - 1
    return pixels - np.array([123.68, 116.779, 103.939])


def _means_swapped(pixels, family):
    if family == "mobilenet":
        return pixels / 127.5 - 1
    return pixels[..., ::-1] - np.array([123.68, 116.779, 103.939])


def _not_reversed(pixels, family):
    if family == "mobilenet":
        return pixels / 127.5 - 1
    return pixels - np.array([103.939, 116.779, 123.68])


def _first_axis(pixels, family):
    if family == "mobilenet":
        return pixels / 127.5 - 1
    return pixels[::-1] - np.array([103.939, 116.779, 123.68])


def _one_for_all(pixels, family):
    return pixels / 127.5 - 1


def captions_of(lines):
    found: dict[str, list] = {}
    for line in lines:
        label, caption = line.split("\t")
        name, number = label.split("#")
        found.setdefault(name, []).append((int(number), caption))
    return {
        name: tuple(caption for _, caption in sorted(pairs))
        for name, pairs in found.items()
    }


def _in_order_of_lines(lines):
    found: dict[str, list] = {}
    for line in lines:
        label, caption = line.split("\t")
        name, _ = label.split("#")
        found.setdefault(name, []).append(caption)
    return {name: tuple(captions) for name, captions in found.items()}


def _sorted_captions(lines):
    found = _in_order_of_lines(lines)
    return {name: tuple(sorted(captions)) for name, captions in found.items()}


def _sorted_lines(lines):
    return _in_order_of_lines(sorted(lines))


def _by_counting(lines):
    names = list(dict.fromkeys(line.split("#")[0] for line in lines))
    captions = [line.split("\t")[1] for line in lines]
    each = len(lines) // max(len(names), 1)
    return {
        name: tuple(captions[k * each : (k + 1) * each])
        for k, name in enumerate(names)
    }


def _number_kept(lines):
    found: dict[str, list] = {}
    for line in lines:
        label, caption = line.split("\t")
        found.setdefault(label, []).append(caption)
    return {name: tuple(captions) for name, captions in found.items()}


def _only_the_last(lines):
    return {line.split("#")[0]: (line.split("\t")[1],) for line in lines}


_SHUFFLED = [
    "b.jpg#1\tA cat .",
    "a.jpg#1\tTwo dogs .",
    "a.jpg#0\tDogs run .",
    "b.jpg#0\tThe cat sits .",
]


def sentence(numbers, vocabulary):
    words = []
    for number in numbers:
        if number == 3:
            break
        if number not in (0, 2):
            words.append(vocabulary[number])
    return " ".join(words)


def _padding_kept(numbers, vocabulary):
    return " ".join(vocabulary[n] for n in numbers if n not in (2, 3))


def _everything(numbers, vocabulary):
    return " ".join(vocabulary[number] for number in numbers)


def _beyond_the_end(numbers, vocabulary):
    return " ".join(vocabulary[n] for n in numbers if n not in (0, 2, 3))


def _start_kept(numbers, vocabulary):
    return " ".join(vocabulary[n] for n in numbers[: numbers.index(3)])


def _last_end(numbers, vocabulary):
    last = len(numbers) - numbers[::-1].index(3)
    return _beyond_the_end(numbers[:last], vocabulary)


def _end_kept(numbers, vocabulary):
    words = []
    for number in numbers:
        if number not in (0, 2):
            words.append(vocabulary[number])
        if number == 3:
            break
    return " ".join(words)


_WORDS = ["<pad>", "<unk>", "<start>", "<end>", "a", "dog", "runs"]


def epochs_done(files):
    done = [
        int(name.split("-")[1].split(".")[0])
        for name in files
        if name.startswith("epoch-")
    ]
    return max(done, default=0)


def _as_text(files):
    whole = sorted(name for name in files if name.startswith("epoch-"))
    return int(whole[-1].split("-")[1].split(".")[0]) if whole else 0


def _one_digit(files):
    whole = [name for name in files if name.startswith("epoch-")]
    return max((int(name[6]) for name in whole), default=0)


def _last_in_list(files):
    return int(files[-1].split("epoch-")[1].split(".")[0]) if files else 0


def _parts_too(files):
    done = [int(name.split("epoch-")[1].split(".")[0]) for name in files]
    return max(done, default=0)


def _counted(files):
    return sum(name.startswith("epoch-") for name in files)


def rarity(word, references):
    having = sum(
        any(word in caption.split() for caption in group)
        for group in references
    )
    return math.log(len(references) / max(having, 1))


def _captions_counted(word, references):
    captions = [caption for group in references for caption in group]
    having = sum(word in caption.split() for caption in captions)
    return math.log(len(captions) / max(having, 1))


def _mixed_counts(word, references):
    having = sum(
        word in caption.split() for group in references for caption in group
    )
    return math.log(len(references) / max(having, 1))


def _letters(word, references):
    having = sum(
        any(word in caption for caption in group) for group in references
    )
    return math.log(len(references) / max(having, 1))


def _first_caption(word, references):
    having = sum(word in group[0].split() for group in references)
    return math.log(len(references) / max(having, 1))


def _whole_captions(word, references):
    having = sum(word in group for group in references)
    return math.log(len(references) / max(having, 1))


def _base_ten(word, references):
    return rarity(word, references) / math.log(10)


def _no_logarithm(word, references):
    having = sum(
        any(word in caption.split() for caption in group)
        for group in references
    )
    return len(references) / max(having, 1)


_TWO = [("a dog", "the dog runs"), ("a ball", "the red ball")]
_THREE = [
    ("a cat sits", "a cat"),
    ("cattle on grass", "a cow"),
    ("a dog", "the dog"),
]

EXERCISES = (
    Exercise(
        id="23.1",
        title="Pixels as a network wants them",
        level="warm-up",
        reference=to_network,
        cases=(
            Case(np.array([[255.0, 128.0, 0.0]]), "mobilenet"),
            Case(np.array([[255.0, 128.0, 0.0]]), "resnet"),
            Case(np.arange(12.0).reshape(2, 2, 3) * 20, "resnet"),
        ),
        hints=(
            "Two families, two formulas: start with an if.",
            "0 to 255 becomes -1 to 1 by dividing by 127.5 and taking off 1. "
            "For the other family the last axis is reversed first.",
            "pixels[..., ::-1] - np.array([103.939, 116.779, 123.68]): blue "
            "is first when the means are taken off.",
        ),
        mistakes=(
            Mistake(
                _zero_to_one,
                "Your MobileNet pixels run from 0 to 1: the network was "
                "trained on -1 to 1 and sees a washed-out picture. Divide "
                "by 127.5 and take off 1.",
            ),
            Mistake(
                _red_first,
                "The channels are still in the order red, green, blue. These "
                "weights come from a program that read blue first: reverse "
                "the last axis.",
            ),
            Mistake(
                _means_swapped,
                "You reversed the channels and took red's mean off blue. "
                "After the reversal blue is first: its mean is 103.939.",
            ),
            Mistake(
                _not_reversed,
                "Red is still first, and blue's mean is taken off it. Reverse "
                "the last axis before you take the means off.",
            ),
            Mistake(
                _first_axis,
                "pixels[::-1] turns the picture upside down: it reverses the "
                "first axis. Colours are on the last one: pixels[..., ::-1].",
            ),
            Mistake(
                _one_for_all,
                "You treat both families alike. ResNet's weights want means "
                "taken off, at the scale 0 to 255, blue first.",
            ),
        ),
        explanation="A network expects the pixels it was trained with. "
        "Nothing fails when they are others: the features are just worse. "
        "So keep encoder and preprocessing in one object.",
        atol=1e-6,
    ),
    Exercise(
        id="23.2",
        title="Captions with their own photographs",
        level="core",
        reference=captions_of,
        cases=(
            Case(["a.jpg#0\tA dog ."]),
            Case(["a.jpg#0\tA dog .", "a.jpg#1\tDogs run ."]),
            Case(_SHUFFLED),
            Case(["a.jpg#10\tIt runs .", "a.jpg#9\tA dog ."]),
        ),
        hints=(
            "Cut each line at the tab, then the label at #.",
            "Collect (number, caption) pairs in one list for each name; sort "
            "each list at the end.",
            "found.setdefault(name, []).append((int(number), caption)), then "
            "a tuple of the captions of sorted(pairs).",
        ),
        mistakes=(
            Mistake(
                _in_order_of_lines,
                "The captions come in the order of the lines. A file may be "
                "in any order: sort by the number behind #.",
            ),
            Mistake(
                _sorted_captions,
                "You sorted the captions by their letters. Keep the number "
                "behind # beside each caption, and sort by it.",
            ),
            Mistake(
                _sorted_lines,
                "You sorted the lines as text, where #10 comes before #9. "
                "Make an integer of the number behind #.",
            ),
            Mistake(
                _by_counting,
                "You cut the lines into pieces of equal length, so a "
                "photograph gets the captions of another. The name is in "
                "each line: collect by it.",
            ),
            Mistake(
                _number_kept,
                "Your keys still end in #0, #1: each caption has become a "
                "photograph of its own. Cut the label at #.",
            ),
            Mistake(
                _only_the_last,
                "Each caption overwrites the one before it, so one is left. "
                "Collect them in a list.",
            ),
        ),
        explanation="References that belong to other photographs raise no "
        "error; training even works a little, since captions resemble each "
        "other. Collect by name, never by position.",
    ),
    Exercise(
        id="23.3",
        title="From numbers to a sentence",
        level="core",
        reference=sentence,
        cases=(
            Case([4, 5, 3], _WORDS),
            Case([2, 4, 5, 3, 0, 0], _WORDS),
            Case([4, 5, 3, 6, 0], _WORDS),
            Case([4, 5, 3, 6, 3], _WORDS),
        ),
        hints=(
            "Walk along the numbers. Which one tells you to stop?",
            "Stop at the first 3; skip 0 and 2; join the rest with blanks.",
            "for number in numbers: if number == 3: break; then append "
            "vocabulary[number] unless it is 0 or 2.",
        ),
        mistakes=(
            Mistake(
                _padding_kept,
                "The padding is still in the sentence. In BLEU it would "
                "count as words, and match the padding of the references. "
                "Skip 0.",
            ),
            Mistake(
                _everything,
                "Special words are not speech: <start>, <end> and <pad> must "
                "not reach BLEU. Stop at 3, skip 0 and 2.",
            ),
            Mistake(
                _beyond_the_end,
                "You go on after the end. What a network says after <end> "
                "means nothing: stop at the first 3.",
            ),
            Mistake(
                _start_kept,
                "You stop at the right place, but what is before it may hold "
                "<start> too, and nobody says that. Skip 0 and 2.",
            ),
            Mistake(
                _last_end,
                "You stop at the last 3. There may be several: what comes "
                "after the first one means nothing.",
            ),
            Mistake(
                _end_kept,
                "The <end> is still there. It would count as a word that is "
                "nearly always right. Stop before it.",
            ),
        ),
        explanation="Everything after the first <end> is noise or padding. "
        "Both change BLEU by points, in either direction.",
    ),
    Exercise(
        id="23.4",
        title="Where training goes on",
        level="core",
        reference=epochs_done,
        cases=(
            Case([]),
            Case(["epoch-1.npz", "epoch-2.npz"]),
            Case(["epoch-4.npz", "part-epoch-5.npz"]),
            Case(["epoch-9.npz", "epoch-10.npz"]),
            Case(["epoch-12.npz", "epoch-11.npz"]),
        ),
        hints=(
            "Which files are whole? Only those may be counted on.",
            "Take the number out of each whole file's name, as an integer; "
            "return the largest, or 0.",
            'int(name.split("-")[1].split(".")[0]) for the names that start '
            'with "epoch-", and max(..., default=0).',
        ),
        mistakes=(
            Mistake(
                _as_text,
                "You sorted the names as text, where 9 comes after 10. "
                "Compare numbers, or write 009 and 010 when saving.",
            ),
            Mistake(
                _one_digit,
                "You read one character of the name: of epoch-12 that is 1. "
                "The number is all that stands between - and the point.",
            ),
            Mistake(
                _last_in_list,
                "You take the last name of the list. A folder lists its files "
                "in any order, unfinished ones among them: look at each.",
            ),
            Mistake(
                _parts_too,
                "A file that starts with part- was being written when the "
                "power failed: it is not whole. Leave it out.",
            ),
            Mistake(
                _counted,
                "You count files. Old ones may have been removed to save "
                "space: read the number in the name.",
            ),
        ),
        explanation="A file gets its final name when it is whole, so the "
        "name can be trusted. Numbers in names are compared as numbers.",
    ),
    Exercise(
        id="23.5",
        title="How rare is a word?",
        level="stretch",
        reference=rarity,
        cases=(
            Case("dog", _TWO),
            Case("a", _TWO),
            Case("zebra", _TWO),
            Case("the", _TWO),
            Case("cat", _THREE),
        ),
        hints=(
            "Count pictures, not captions and not words.",
            "A picture has the word when any of its captions, split at the "
            "blanks, contains it.",
            "math.log(len(references) / max(having, 1)), with having the "
            "number of pictures for which any(...) is true.",
        ),
        mistakes=(
            Mistake(
                _captions_counted,
                "You divide captions by captions. CIDEr counts pictures: five "
                "people who all say dog of one picture make it no less rare.",
            ),
            Mistake(
                _mixed_counts,
                "Pictures above, captions below: a word that two people say "
                "of the same picture counts twice. Use any over the captions.",
            ),
            Mistake(
                _letters,
                "You look for letters: cat is also found in cattle. Split "
                "the caption into words first.",
            ),
            Mistake(
                _first_caption,
                "You look at one caption of each picture. A picture has the "
                "word when any of its captions has it.",
            ),
            Mistake(
                _whole_captions,
                "word in group asks whether a whole caption equals the word. "
                "Split each caption at the blanks and look in there.",
            ),
            Mistake(
                _base_ten,
                "That is the logarithm of base 10. Take the natural one, "
                "math.log.",
            ),
            Mistake(
                _no_logarithm,
                "The logarithm is missing. It makes the weight 0 for a word "
                "that every picture has.",
            ),
        ),
        explanation="A word that all pictures have tells nothing about one: "
        "ln 1 = 0. That is the inverse document frequency of search engines, "
        "with pictures as documents.",
        atol=1e-9,
    ),
)
