"""Exercises of lesson 23: real photographs."""

import math

import numpy as np

from coursekit.exercises.edits import edit
from coursekit.exercises.engine import Case, Exercise, Mistake


def to_network(pixels, family):
    if family == "mobilenet":
        return pixels / 127.5 - 1
    blue_first = pixels[..., ::-1]
    return blue_first - np.array([103.939, 116.779, 123.68])


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


def _by_counting(lines):
    names = list(dict.fromkeys(line.split("#")[0] for line in lines))
    captions = [line.split("\t")[1] for line in lines]
    each = len(lines) // max(len(names), 1)
    return {
        name: tuple(captions[k * each : (k + 1) * each])
        for k, name in enumerate(names)
    }


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


def _last_end(numbers, vocabulary):
    last = len(numbers) - numbers[::-1].index(3)
    said = [n for n in numbers[:last] if n not in (0, 2, 3)]
    return " ".join(vocabulary[n] for n in said)


def _above_three(numbers, vocabulary):
    return " ".join(vocabulary[n] for n in numbers if n > 3)


_WORDS = ["<pad>", "<unk>", "<start>", "<end>", "a", "dog", "runs"]


def epochs_done(files):
    done = [
        int(name.split("-")[1].split(".")[0])
        for name in files
        if name.startswith("epoch-")
    ]
    return max(done, default=0)


def rarity(word, references):
    having = sum(
        any(word in caption.split() for caption in group)
        for group in references
    )
    return math.log(len(references) / max(having, 1))


_TWO = [("a dog", "the dog runs"), ("a ball", "the red ball")]
_THREE = [
    ("a cat sits", "a cat"),
    ("cattle on grass", "a cow"),
    ("a dog", "the dog"),
]

_PHOTO = np.random.default_rng(23).integers(0, 256, (5, 4, 3))

EXERCISES = (
    Exercise(
        id="23.1",
        title="Where training goes on",
        level="core",
        reference=epochs_done,
        cases=(
            Case([]),
            Case(["epoch-1.npz", "epoch-2.npz"]),
            Case(["epoch-4.npz", "part-epoch-5.npz"]),
            Case(["epoch-9.npz", "epoch-10.npz"]),
            Case(["epoch-12.npz", "epoch-11.npz"]),
            Case(["part-epoch-1.npz"]),
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
                edit("default=0", "default=0, key=str"),
                "You sorted the names as text, where 9 comes after 10. "
                "Compare numbers, or write 009 and 010 when saving.",
            ),
            Mistake(
                edit('name.split("-")[1].split(".")[0]', "name[6]"),
                "You read one character of the name: of epoch-12 that is 1. "
                "The number is all that stands between - and the point.",
            ),
            Mistake(
                edit(
                    '"-"',
                    '"epoch-"',
                    "in files",
                    "in files[-1:]",
                    'if name.startswith("epoch-")',
                    "",
                ),
                "You take the last name of the list. A folder lists its files "
                "in any order, unfinished ones among them: look at each.",
            ),
            Mistake(
                edit('"-"', '"epoch-"', 'if name.startswith("epoch-")', ""),
                "A file that starts with part- was being written when the "
                "power failed: it is not whole. Leave it out.",
            ),
            Mistake(
                edit("max(done, default=0)", "len(done)"),
                "You count files. Old ones may have been removed to save "
                "space: read the number in the name.",
            ),
            Mistake(
                edit("max(done, default=0)", "max(done) if files else 0"),
                "When the power fails in the first epoch, there are files but "
                "no whole one: no epoch is done. max(..., default=0) says so.",
            ),
            Mistake(
                edit("default=0)", "default=0) + 1"),
                "That is the number of the next epoch. Asked for is how many "
                "are done.",
            ),
        ),
        explanation="A file gets its final name when it is whole, so the "
        "name can be trusted. Numbers in names are compared as numbers.",
    ),
    Exercise(
        id="23.2",
        title="From numbers to a sentence",
        level="core",
        reference=sentence,
        cases=(
            Case([4, 5, 3], _WORDS),
            Case([2, 4, 5, 3, 0, 0], _WORDS),
            Case([4, 5, 3, 6, 0], _WORDS),
            Case([4, 5, 3, 6, 3], _WORDS),
            Case([2, 4, 1, 0, 0], _WORDS),
        ),
        hints=(
            "Walk along the numbers. Which one tells you to stop?",
            "Stop at the first 3; skip 0 and 2; join the rest with blanks.",
            "for number in numbers: if number == 3: break; then append "
            "vocabulary[number] unless it is 0 or 2.",
        ),
        mistakes=(
            Mistake(
                edit("break", "continue", "(0, 2)", "(2,)"),
                "The padding is still in the sentence. In BLEU it would "
                "count as words, and match the padding of the references. "
                "Skip 0.",
            ),
            Mistake(
                edit("break", "pass", "(0, 2)", "()"),
                "Special words are not speech: <start>, <end> and <pad> must "
                "not reach BLEU. Stop at 3, skip 0 and 2.",
            ),
            Mistake(
                edit("break", "continue"),
                "You go on after the end. What a network says after <end> "
                "means nothing: stop at the first 3.",
            ),
            Mistake(
                edit("(0, 2)", "()"),
                "You stop at the right place, but what is before it may hold "
                "<start> too, and nobody says that. Skip 0 and 2.",
            ),
            Mistake(
                _last_end,
                "You stop at the last 3. There may be several: what comes "
                "after the first one means nothing.",
            ),
            Mistake(
                edit("break", 'return " ".join([*words, "<end>"])'),
                "The <end> is still there. It would count as a word that is "
                "nearly always right. Stop before it.",
            ),
            Mistake(
                edit("(0, 2)", "(0,)"),
                "You stop at the end and skip padding, but <start> is still "
                "said. Skip 2 too.",
            ),
            Mistake(
                edit("in numbers:", "in numbers[: numbers.index(3)]:"),
                "A decoded row may have no end: the decoder stops at its "
                "longest length. Then all counts but padding and start.",
            ),
            Mistake(
                edit("(0, 2)", "(0, 1, 2)"),
                "You left the unknown word out, number 1. There was a "
                "word there: without it the sentence looks shorter.",
            ),
            Mistake(
                _above_three,
                "You leave the special words out, but two things are amiss: "
                "after the first 3 nothing is meant any more, and 1, the "
                "unknown word, was said.",
            ),
        ),
        explanation="Everything after the first <end> is noise or padding. "
        "Both change BLEU by points, in either direction.",
    ),
    Exercise(
        id="23.3",
        title="Pixels as a network wants them",
        level="warm-up",
        reference=to_network,
        cases=(
            Case(np.array([[255.0, 128.0, 0.0]]), "mobilenet"),
            Case(np.array([[255.0, 128.0, 0.0]]), "resnet"),
            Case(np.arange(12.0).reshape(2, 2, 3) * 20, "resnet"),
            Case(np.array([[200, 100, 0]], "uint8"), "mobilenet"),
            Case(_PHOTO, "mobilenet"),
            Case(_PHOTO * 1.0, "resnet"),
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
                edit("127.5 - 1", "255"),
                "Your MobileNet pixels run from 0 to 1: the network was "
                "trained on -1 to 1 and sees a washed-out picture. Divide "
                "by 127.5 and take off 1.",
            ),
            Mistake(
                edit(
                    "pixels[..., ::-1]",
                    "pixels",
                    "103.939, 116.779, 123.68",
                    "123.68, 116.779, 103.939",
                ),
                "The channels are still in the order red, green, blue. These "
                "weights come from a program that read blue first: reverse "
                "the last axis.",
            ),
            Mistake(
                edit("103.939, 116.779, 123.68", "123.68, 116.779, 103.939"),
                "You reversed the channels and took red's mean off blue. "
                "After the reversal blue is first: its mean is 103.939.",
            ),
            Mistake(
                edit("pixels[..., ::-1]", "pixels"),
                "Red is still first, and blue's mean is taken off it. Reverse "
                "the last axis before you take the means off.",
            ),
            Mistake(
                edit("[..., ::-1]", "[::-1]"),
                "pixels[::-1] turns the picture upside down: it reverses the "
                "first axis. Colours are on the last one: pixels[..., ::-1].",
            ),
            Mistake(
                edit('family == "mobilenet"', "True"),
                "You treat both families alike. ResNet's weights want means "
                "taken off, at the scale 0 to 255, blue first.",
            ),
            Mistake(
                edit("return pixels /", "return pixels[..., ::-1] /"),
                "You reversed the channels for MobileNet too. It reads red "
                "first, as the pixels come; only ResNet wants blue first.",
            ),
            Mistake(
                edit("pixels / 127.5", "2 * pixels / 255"),
                "The formula is right, but an image is uint8: twice 200 wraps "
                "around to 144. Divide first.",
            ),
        ),
        explanation="A network expects the pixels it was trained with. "
        "Nothing fails when they are others: the features are just worse. "
        "So keep encoder and preprocessing in one object.",
        atol=1e-6,
    ),
    Exercise(
        id="23.4",
        title="Captions with their own photographs",
        level="core",
        reference=captions_of,
        cases=(
            Case(["a.jpg#0\tA dog ."]),
            Case(["a.jpg#0\tA dog .", "a.jpg#1\tDogs run ."]),
            Case(_SHUFFLED),
            Case(["a.jpg#10\tIt runs .", "a.jpg#9\tA dog ."]),
            Case(["a.jpg#0\tDog #7 runs .", "a.jpg#1\tDog #7 runs ."]),
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
                edit("sorted(pairs)", "pairs"),
                "The captions come in the order of the lines. A file may be "
                "in any order: sort by the number behind #.",
            ),
            Mistake(
                edit(
                    "caption for _, caption in sorted(pairs)",
                    "sorted(caption for _, caption in pairs)",
                ),
                "You sorted the captions by their letters. Keep the number "
                "behind # beside each caption, and sort by it.",
            ),
            Mistake(
                edit("int(number)", "number"),
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
                edit("setdefault(name", "setdefault(label"),
                "Your keys still end in #0, #1: each caption has become a "
                "photograph of its own. Cut the label at #.",
            ),
            Mistake(
                edit(
                    ".setdefault(name, []).append((int(number), caption))",
                    "[name] = [(int(number), caption)]",
                ),
                "Each caption overwrites the one before it, so one is left. "
                "Collect them in a list.",
            ),
            Mistake(
                edit(
                    "(int(number), caption)",
                    '(int(number), caption.split("#")[0])',
                ),
                "A caption may hold a # too. Cut the line at the tab first, "
                "and look for # in the label only.",
            ),
        ),
        explanation="References that belong to other photographs raise no "
        "error; training even works a little, since captions resemble each "
        "other. Collect by name, never by position.",
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
            Case("dog", [*_TWO, *_THREE]),
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
                edit(
                    "any(",
                    "sum(",
                    "len(references)",
                    "sum(map(len, references))",
                ),
                "You divide captions by captions. CIDEr counts pictures: five "
                "captions of one picture that all say dog make it no less "
                "rare.",
            ),
            Mistake(
                edit("any(", "sum("),
                "Pictures above, captions below: a word that two captions say "
                "of the same picture counts twice. Use any over the captions.",
            ),
            Mistake(
                edit(".split()", ""),
                "You look for letters: cat is also found in cattle. Split "
                "the caption into words first.",
            ),
            Mistake(
                edit("in group)", "in group[:1])"),
                "You look at one caption of each picture. A picture has the "
                "word when any of its captions has it.",
            ),
            Mistake(
                edit(
                    "any(word in caption.split() for caption in group)",
                    "word in group",
                ),
                "word in group asks whether a whole caption equals the word. "
                "Split each caption at the blanks and look in there.",
            ),
            Mistake(
                edit("math.log", "math.log10"),
                "That is the logarithm of base 10. Take the natural one, "
                "math.log.",
            ),
            Mistake(
                edit("math.log", ""),
                "The logarithm is missing. It makes the weight 0 for a word "
                "that every picture has.",
            ),
            Mistake(
                edit(
                    "len(references) / max(having, 1)",
                    "max(having, 1) / len(references)",
                ),
                "Upside down: a rare word must weigh more. All pictures are "
                "above, those that have the word below.",
            ),
        ),
        explanation="A word that all pictures have tells nothing about one: "
        "ln 1 = 0. That is the inverse document frequency of search engines, "
        "with pictures as documents.",
        atol=1e-9,
    ),
)
