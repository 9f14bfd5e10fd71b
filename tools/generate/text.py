"""text.npz: tales with heroes, helpers, dialogue and a plot."""

import re
from collections.abc import Mapping

import numpy as np

from generate.names import PLACES, words
from generate.writing import pack_lines, write_npz

SEED = 17
TALES = 130

# Gaps are filled once a tale, so that a name stays the same in it; {he},
# {him} and {his} belong to the hero. A line is a paragraph, and "|" between
# brackets offers alternatives.
WOMEN = words(
    "Ada Alma Anna Clara Dora Edith Elena Emma Esther Eva Greta Hanna Ida "
    "Irene Julia Kamala Laura Leila Lina Lucy Maja Maria Maya Mira Nadia Nora "
    "Olga Priya Rosa Ruth Sara Sofia Tara Vera"
)
MEN = words(
    "Amir Anton Ben Boris Daniel David Elias Emil Farid Felix George Hassan "
    "Henry Hugo Isaac Ivan Jacob Jonas Karim Lars Leo Malik Martin Omar Oscar "
    "Paul Peter Rahul Samir Simon Thomas Tobias Victor Yusuf"
)
GAPS = {
    "trait": "brave clever cheerful curious gentle honest kind patient quiet "
    "merry stubborn thoughtful",
    "job": "baker miller shepherd weaver fisher gardener potter tailor "
    "carpenter beekeeper blacksmith woodcutter",
    "season": "spring summer autumn winter",
    "weather": "bright windy misty frosty golden grey",
    "elder": "midwife teacher ferryman hermit innkeeper librarian",
    "animal": "fox hare badger raven owl hedgehog goose otter squirrel "
    "swallow donkey goat",
    "trap": "net|thorn bush|muddy ditch|hunter's trap|hollow log",
    "metal": "silver golden copper bronze",
    "thing": "bell lantern key crown flute mirror cup ring",
    "hill": "Black Mountain|Windy Hill|Wolf's Tooth|Sleeping Giant|Old Tower",
    "keeper": "giant troll dragon ogre monster",
    "food": "bread|cheese|an apple pie|honey cake|soup|roasted chestnuts",
    "number": "three four five six seven",
    "gift": "feather|walnut|white pebble|blue ribbon|small whistle|red berry",
    "trouble": "The well had run dry|The mill wheel had stopped|"
    "The bees had left their hives|The apple trees bore no fruit|"
    "A long fog lay over the fields|The river had turned black|"
    "Nobody in the village could sleep|The lamps would no longer burn",
}
OPENING = (
    "Once upon a time there lived in {place} {a trait} {job} called {hero}.",
    "Long ago, in the village of {place}, there was {a trait} {job} whose "
    "name was {hero}.",
    "There was once {a trait} {job} named {hero}, who lived in a small house "
    "at the edge of {place}.",
    "In {place}, where the road ends, lived {hero}, {a trait} {job}.",
)
HOME = (
    "{He} worked from morning to night, and in the evening {he} sang.",
    "{He} had little money, but {he} always had time for a friend.",
    "Everybody in the village liked {him}, for {he} never broke a promise.",
    "{He} had never been farther from home than the next village.",
)
TROUBLE = (
    "But one {weather} morning in {season} something was wrong. {trouble}.",
    "One {season} a great trouble came. {trouble}, and nobody knew why.",
    "Then came a hard {season}. {trouble}, and the children were afraid.",
)
ADVICE = (
    'The old {elder} shook {elder_his} head. "Only the {metal} {thing} can '
    'help us," {elder_he} said. "{A keeper} keeps it on the {hill}."',
    '{hero} went to the {elder} and asked what to do. "You must find the '
    '{metal} {thing}," said the {elder}. "It lies on the {hill}, and '
    '{a keeper} watches over it by day and by night."',
    '"I have read about this in an old book," said the {elder}. "We need the '
    '{metal} {thing} from the {hill}. But beware: {a keeper} lives there."',
)
DECISION = (
    '"Then I will go," said {hero}. {He} put some {food_plain} into a bag, '
    "took a stick and set out before sunrise.",
    '"I am not afraid," said {hero}, although {his} knees were shaking. The '
    "next morning {he} packed some {food_plain} and left.",
    '"Who will go?" asked the {elder}. Nobody answered. At last {hero} stood '
    'up. "I will," {he} said, and {he} left that same day.',
)
WALK = (
    "{He} walked for {number} days, through dark woods and over bare hills.",
    "For {number} days {he} followed the river, and at night {he} slept "
    "under the stars.",
    "The road was long. {He} walked until {his} shoes had holes, and then "
    "{he} walked on.",
)
MEETING = (
    "On the way {he} heard a cry. {A animal} was caught in a {trap}. "
    '"Help me," said the {animal}, "and I will help you one day." {hero} '
    "knelt down and set it free.",
    "Near a bridge sat {a animal} in the rain. "
    '"I have eaten nothing for {number} days," it said. {hero} shared '
    "{his} {food_plain} with the animal, and they talked until it was dark.",
    "In a {trap} by the road {he} found {a animal}. "
    '"Please do not hurt me," it whispered. "Why should I?" asked {hero}, '
    "and {he} carried it to a dry place.",
)
GIFT = (
    'The {animal} gave {him} a {gift}. "Keep it," it said. "You will need it '
    'when you least expect it."',
    'Before they parted, the {animal} laid a {gift} into {his} hand. "When '
    'you are in danger, hold it up and call my name," it said.',
    '"I have nothing but this {gift}," said the {animal}, "but it may be '
    'worth more than gold." {hero} thanked it and went on.',
)
RIDDLES = (
    ("What has a mouth but never speaks?", "A river"),
    ("What grows larger the more you take away from it?", "A hole"),
    ("What has teeth but cannot bite?", "A comb"),
    ("What has hands but cannot clap?", "A clock"),
    ("What follows you by day and leaves you at night?", "My shadow"),
    ("What can you break without touching it?", "A promise"),
    ("What belongs to you but is used more by others?", "My name"),
    ("What has an eye but cannot see?", "A needle"),
    ("What goes up and never comes down?", "My age"),
    ("What gets wetter the more it dries?", "A towel"),
)
GUARD = (
    'At the foot of the {hill} stood a gate, and the gate spoke. "{riddle}" '
    'it asked. {hero} thought for a while. "{answer}," {he} said, and the '
    "gate swung open.",
    "A narrow bridge led to the {hill}, and on it sat an old man. "
    '"Nobody passes who cannot answer me," he said. "{riddle}" {hero} '
    'smiled. "{answer}," {he} answered, and the old man let {him} pass.',
    'A stone by the path had a question carved into it: "{riddle}" {hero} '
    'read it twice. "{answer}!" {he} cried at last, and behind the stone a '
    "door opened.",
)
KEEPER = (
    'At the top {a keeper} was waiting. "Who dares to come here?" it roared. '
    '"I am {hero} of {place}, and I have come for the {metal} {thing}," '
    "{he} answered.",
    'Then {he} saw the {keeper}. It was as tall as a tree. "Go home, little '
    '{job}," it laughed. "Not without the {metal} {thing}," said {hero}.',
    'It was already dark when {he} reached the top. "I smell {a job}," '
    'said a deep voice. It was the {keeper}. "Good evening," said {hero} '
    'politely. "May I borrow the {metal} {thing}?"',
)
HELP = (
    "The {keeper} took a step towards {him}. Then {hero} remembered the "
    "{gift} and held it up. At once the {animal} came, and with it came all "
    "its brothers and sisters. They ran around the {keeper} until it was so "
    "dizzy that it fell down.",
    "{hero} held the {gift} tightly and called the {animal}. There was a "
    'rush of wind. "Look behind you!" cried the {animal}. The {keeper} turned '
    "around, and {hero} took the {thing} and ran.",
    'The {keeper} looked at the {gift} in {his} hand. "Where did you get '
    'that?" it asked. "A friend gave it to me," said {hero}. The {keeper} '
    'sat down and began to weep. "I have never had a friend," it said. "Take '
    'the {thing}, but promise to visit me every {season}." {hero} promised.',
)
RETURN = (
    "After {number} days {he} was home again. {He} put the {thing} in the "
    "middle of the village, and soon all was well.",
    "The way back seemed short. As soon as {hero} carried the {thing} into "
    "the village, the trouble was over, and everybody danced until morning.",
    "When {he} came home, the whole village ran to meet {him}. The {metal} "
    "{thing} shone like the sun, and by evening the trouble had ended.",
)
CLOSING = (
    '"How can we thank you?" asked the {elder}. "Thank the {animal}," said '
    "{hero}.",
    "And if you ever come to {place}, you can see the {thing} there to this "
    "day.",
    "From that day on {a animal} was always welcome in the house of {hero}.",
    "So it is that a small kindness may be worth more than great strength.",
    "And every {season} the people of {place} still tell this tale.",
    "{hero} went back to work the next morning, as if nothing had happened.",
)
# The paragraphs of a tale; a part with "?" is sometimes left out.
PLAN = (
    (OPENING, HOME, TROUBLE),
    (ADVICE,),
    (DECISION,),
    (WALK, MEETING),
    (GIFT,),
    (GUARD, "?"),
    (KEEPER,),
    (HELP,),
    (RETURN, CLOSING),
)


def tale(rng: np.random.Generator) -> list[str]:
    """The paragraphs of one tale."""
    gaps = choose(rng)
    paragraphs = []
    for parts in PLAN:
        if "?" in parts and rng.random() < 0.35:
            continue
        chosen = [p[rng.integers(len(p))] for p in parts if p != "?"]
        paragraphs.append(fill(" ".join(chosen), gaps))
    return paragraphs


def choose(rng: np.random.Generator) -> dict[str, str]:
    """What fills the gaps of one tale."""

    def pick(options):
        return options[int(rng.integers(len(options)))]

    gaps = {
        gap: pick(text.split("|") if "|" in text else text.split())
        for gap, text in GAPS.items()
    }
    woman = bool(rng.random() < 0.5)
    he, him, his = ("she", "her", "her") if woman else ("he", "him", "his")
    gaps |= {"hero": pick(WOMEN if woman else MEN), "place": pick(PLACES)}
    gaps |= {"he": he, "He": he.title(), "him": him, "his": his}
    old_woman = gaps["elder"] == "midwife" or rng.random() < 0.4
    if gaps["elder"] == "ferryman":
        old_woman = False
    gaps["elder_he"] = "she" if old_woman else "he"
    gaps["elder_his"] = "her" if old_woman else "his"
    gaps["riddle"], gaps["answer"] = pick(RIDDLES)
    gaps["food_plain"] = gaps["food"].removeprefix("an ")
    return gaps


def fill(template: str, gaps: Mapping[str, str]) -> str:
    """The template with its gaps filled; {a job} adds a or an."""

    def word(match: re.Match) -> str:
        article, gap = match[1] or "", match[2]
        if article:
            article += "n " if gaps[gap][0] in "aeiou" else " "
        return article + gaps[gap]

    return re.sub(r"\{(?:([Aa]) )?(\w+)\}", word, template)


def generate() -> None:
    """130 tales; no paragraph occurs twice."""
    rng = np.random.default_rng(SEED)
    tales: list[list[str]] = []
    seen: set[str] = set()
    while len(tales) < TALES:
        new = tale(rng)
        if not seen & set(new):
            tales.append(new)
            seen |= set(new)
    lines = [line for new in tales for line in ["", *new]]
    write_npz("text.npz", {"lines": pack_lines(lines[1:])})
