"""reviews.npz: reviews from templates, favourable and unfavourable."""

import re
from dataclasses import dataclass, field

import numpy as np

from coursekit.data.sets.reviews import KINDS
from generate.names import FIRST, PLACES, words
from generate.writing import pack_lines, write_npz

SEED = 16
SIZES = (4_000, 1_000, 1_000)
SHARES = {"plain": 50, "negation": 12, "contrast": 14, "distance": 10}
# the rest, 14 of 100, is "order"

GOOD = words(
    "wonderful superb gripping charming delightful excellent brilliant "
    "touching witty elegant inspired lovely memorable clever warm vivid "
    "splendid moving fresh sincere graceful rewarding generous masterful "
    "impressive lively funny tender thoughtful original perfect enjoyable "
    "exciting beautiful magnificent remarkable pleasant subtle satisfying "
    "marvellous dazzling enchanting heartfelt joyful polished refreshing "
    "spirited thrilling uplifting captivating"
)
BAD = words(
    "dull awful boring clumsy dreadful terrible weak tedious shallow noisy "
    "tiresome lifeless sloppy stale confused cold ugly careless pompous "
    "silly horrible feeble bland forgettable messy irritating predictable "
    "lazy hollow disappointing grim rude cheap dreary muddled pointless "
    "painful poor mediocre annoying tasteless stiff soulless crude empty "
    "exhausting gloomy joyless laughable unbearable"
)

# What is reviewed -> its parts.
SUBJECTS = {
    "film": "plot acting ending music dialogue camera opening cast story "
    "script pace humour lighting editing soundtrack finale",
    "book": "plot style ending prose dialogue opening story narrator humour "
    "language structure preface finale translation pace heroine",
    "play": "plot acting ending staging dialogue cast opening lighting script "
    "finale humour costume direction pace story scenery",
    "concert": "sound opening choir orchestra programme finale rhythm singer "
    "conductor violinist pianist hall encore overture drummer playing",
    "restaurant": "soup service menu dessert bread fish kitchen salad cheese "
    "coffee waiter terrace breakfast sauce cake pasta",
    "hotel": "room service breakfast view garden pool lobby kitchen bed "
    "bathroom staff terrace restaurant lounge balcony reception",
    "museum": "collection guide building garden shop exhibition tour hall "
    "entrance gallery staff display lighting catalogue courtyard archive",
    "game": "story music opening ending pace puzzle design combat humour map "
    "dialogue finale tutorial soundtrack world hero",
}
FILLERS = (
    "We went on a {day} in {month}.",
    "It was a {weather} {day} in {place}.",
    "My {relative} had told me about it in {month}.",
    "{name} and I took the train from {place}.",
    "The {person} next to us came from {place}.",
    "I read about it in the {place} {paper}.",
    "There were about {number} people there.",
    "The name of {name} {place} is on the cover of the leaflet.",
    "{name} {place}, a {person} from {place}, recommended it to us.",
    "I had last seen {name} {place} in {month}.",
    "It took us {number} minutes to get there from {place}.",
    "My {relative} wore a {colour} coat that day.",
    "Behind us sat a {person} and {number} children.",
    "There is a {colour} sign with a {animal} above the door.",
    "On the way home {name} spoke of {place} and of a {animal}.",
    "A {person} sold {colour} {goods} outside.",
    "The {paper} of {place} printed a picture of it in {month}.",
    "It has to do with a {person}, a {animal} and a {colour} {thing}.",
    "The {relative} of a {person} from {place} lent me a {thing}.",
    "In {place} we met {name} {place} and a {person}.",
    "We paid {number} coins for it and got a {colour} ticket.",
    "{name} brought a {thing}, two {goods} and the {paper}.",
)
WORDS = {
    "day": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "month": "January February March April May June July August September "
    "October November December",
    "weather": "rainy windy foggy snowy mild hot misty dry humid stormy",
    "relative": "brother sister aunt uncle cousin mother father neighbour "
    "colleague friend grandmother grandfather nephew niece teacher landlord",
    "person": "baker doctor student farmer painter sailor nurse lawyer tailor "
    "plumber engineer gardener pilot writer singer banker butcher carpenter "
    "chemist clerk dentist driver fisherman florist hunter jeweller judge "
    "librarian mason mechanic miller musician optician pharmacist porter "
    "potter printer shepherd shoemaker soldier surgeon waitress weaver",
    "paper": "Gazette Herald Courier Observer Chronicle Mail Echo Tribune "
    "Standard Mirror Post Times",
    "number": "five six seven eight nine ten eleven twelve fifteen twenty "
    "thirty forty fifty sixty seventy eighty ninety",
    "colour": "red green blue yellow white black brown grey purple pink "
    "silver turquoise crimson scarlet violet beige",
    "animal": "horse dog cat fox bear wolf goat sheep cow donkey camel tiger "
    "lion rabbit badger hare swan goose raven falcon parrot pigeon turtle "
    "whale dolphin beaver squirrel hedgehog lizard peacock pelican penguin",
    "goods": "apples pears candles postcards flowers balloons umbrellas "
    "pencils biscuits lemons oranges chestnuts walnuts peaches cherries "
    "ribbons baskets badges stamps scarves gloves mugs",
    "thing": "lamp map key bottle clock mirror letter suitcase bicycle boat "
    "ladder piano violin trumpet drum kettle bucket hammer rope lantern "
    "telescope compass barrel trunk wagon sledge kite mask ring coin",
}
VERDICTS = (
    "The {part} was {mood}.",
    "What a {mood} {subject}.",
    "I found the {part} {mood}.",
    "The {part} is {mood} and the {part} is {mood}.",
    "For me it was {very} {mood}.",
    "We all thought the {part} was {very} {mood}.",
    "I will remember the {mood} {part} and the {mood} {part}.",
    "It is a {very} {mood} {subject}.",
)
# A negation before what is said; {other} is of the other mood.
NEGATED = (
    "The {part} was not {other}.",
    "It was never {other}.",
    "Nobody could call the {part} {other}.",
    "I did not find the {part} {other}.",
    "There was nothing {other} about the {part}.",
    "It is anything but {other}.",
    "I would not say that the {part} was {other}.",
    "The {part} was by no means {other}.",
)
# The main clause decides. Exchanging {mood} and {other} turns the review.
CONTRASTS = (
    "The {part} is {other}, but all in all it is {mood}.",
    "It started {other}, but it soon became {mood}.",
    "Although the {part} was {other}, the {subject} as a whole is {mood}.",
    "The {subject} as a whole is {mood}, although the {part} was {other}.",
    "Despite the {other} {part}, this is a {mood} {subject}.",
    "This is a {mood} {subject} despite its {other} {part}.",
    "The {part} may be {other}; the {subject} is {mood} all the same.",
    "At first it seemed {other}, yet in the end I found it {mood}.",
)
# The order alone decides.
ORDERS = (
    "It is {mood}, not {other}.",
    "It is not {other} but {mood}.",
    "I expected it to be {other}; it was {mood}.",
    "It was {mood}, and I had expected it to be {other}.",
    "It went from {other} to {mood}.",
    "The critics called it {other}, I call it {mood}.",
    "It is more {mood} than {other}.",
    "It is less {other} than {mood}.",
    "It was anything but {other}, it was {mood}.",
    "Do not believe that it is {other}: it is {mood}.",
    "My {relative} found it {other} and I found it {mood}.",
)
# First sentence with a mood, last sentence that keeps or turns it.
OPENINGS = (
    "I came expecting something {mood}.",
    "Everybody had told me that this {subject} was {mood}.",
    "The posters promise a {mood} {subject}.",
    "According to the {paper} this is a {mood} {subject}.",
    "On the way there we were sure that it would be {mood}.",
)
KEEPS = (
    "And that is what it was.",
    "They were right.",
    "It turned out to be exactly that.",
    "This proved to be true.",
)
TURNS = (
    "And that is what it was not.",
    "They were wrong.",
    "It turned out to be the opposite.",
    "This proved to be false.",
)


@dataclass
class Writer:
    """Writes reviews; the same generator of chance, the same reviews."""

    rng: np.random.Generator
    words: dict[str, list[str]] = field(
        default_factory=lambda: (
            {k: v.split() for k, v in WORDS.items()}
            | {"name": FIRST, "place": PLACES}
            | {"very": ["wholly", "really", "truly"]}
        )
    )

    def pick(self, items):
        return items[int(self.rng.integers(len(items)))]

    def fill(self, template: str, subject: str, moods=("", "")) -> str:
        """The template with a word in each gap; {mood} and {other} given.

        A mood is "good", "bad" (a new word at every gap) or a word itself.
        """
        lists = {"good": GOOD, "bad": BAD}
        gaps = dict(zip(("mood", "other"), moods, strict=True))
        used: set[str] = set()

        def word(match: re.Match) -> str:
            gap = match[1]
            if gap == "subject":
                return subject
            options = self.words.get(gap) or SUBJECTS[subject].split()
            if gap in gaps:
                options = lists.get(gaps[gap], [gaps[gap]])
            chosen = self.pick([o for o in options if o not in used])
            used.add(chosen)
            return chosen

        text = re.sub(r"\{(\w+)\}", word, template)
        return re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)

    def fillers(self, subject: str, least: int, most: int) -> list[str]:
        count = int(self.rng.integers(least, most + 1))
        chosen = self.rng.choice(len(FILLERS), count, replace=False)
        return [self.fill(FILLERS[k], subject) for k in chosen]

    def plain(self, good: bool, subject: str) -> list[str]:
        """Two to four verdicts of one mood between two to four fillers."""
        mood = ("good", "bad") if good else ("bad", "good")
        count = int(self.rng.integers(2, 5))
        chosen = self.rng.choice(len(VERDICTS), count, replace=False)
        said = [self.fill(VERDICTS[k], subject, mood) for k in chosen]
        return self.mixed(said + self.fillers(subject, 2, 4))

    def negation(self, good: bool, subject: str) -> list[str]:
        mood = ("good", "bad") if good else ("bad", "good")
        count = int(self.rng.integers(1, 4))
        chosen = self.rng.choice(len(NEGATED), count, replace=False)
        said = [self.fill(NEGATED[k], subject, mood) for k in chosen]
        return self.mixed(said + self.fillers(subject, 2, 4))

    def distance(self, good: bool, subject: str) -> list[str]:
        """The first and the last sentence, with three to six between."""
        promise = bool(self.rng.random() < 0.5)
        mood = "good" if promise else "bad"
        first = self.fill(self.pick(OPENINGS), subject, (mood, ""))
        last = self.pick(KEEPS if promise == good else TURNS)
        return [first, *self.fillers(subject, 3, 6), last]

    def twins(self, templates, subject: str) -> tuple[list[str], list[str]]:
        """An unfavourable and a favourable review of the same words."""
        moods = (self.pick(BAD), self.pick(GOOD))
        gaps = self.fill(self.pick(templates), subject, ("{0}", "{1}"))
        before = self.fillers(subject, 1, 3)
        after = self.fillers(subject, 1, 3)
        return tuple(
            [*before, _articles(gaps.format(*order)), *after]
            for order in (moods, moods[::-1])
        )  # type: ignore[return-value]

    def mixed(self, sentences: list[str]) -> list[str]:
        return [sentences[k] for k in self.rng.permutation(len(sentences))]


def _articles(text: str) -> str:
    """ "a" or "an" chosen by the next word."""
    text = re.sub(r"\b([Aa])n? (?=[aeiou])", r"\1n ", text)
    return re.sub(r"\b([Aa])n (?=[^aeiou])", r"\1 ", text)


def generate() -> None:
    """4,000/1,000/1,000 reviews; every kind in each split, balanced."""
    writer = Writer(np.random.default_rng(SEED))
    rows: list[tuple] = []  # split, label, kind, pair, text
    seen: set[str] = set()
    for part, size in enumerate(SIZES):
        block: list[tuple] = []
        for kind in KINDS:
            count = size * SHARES.get(kind, 14) // 100
            block += _reviews(writer, kind, count, part, seen)
        rows += [block[k] for k in writer.rng.permutation(len(block))]
    split, labels, kinds, pair, texts = zip(*rows, strict=True)
    write_npz(
        "reviews.npz",
        {
            "texts": pack_lines(texts),
            "labels": np.array(labels, "uint8"),
            "kinds": np.array(kinds, "uint8"),
            "pair": np.array(pair, "int16"),
            "split": np.array(split, "uint8"),
        },
    )


def _reviews(writer: Writer, kind: str, count: int, part: int, seen: set):
    """``count`` new reviews of a kind, unfavourable and favourable in turn."""
    rows: list[tuple] = []
    number = KINDS.index(kind)
    while len(rows) < count:
        subject = writer.pick(list(SUBJECTS))
        pair = -1
        if kind in ("contrast", "order"):
            templates = CONTRASTS if kind == "contrast" else ORDERS
            texts = [" ".join(t) for t in writer.twins(templates, subject)]
            pair = len(seen) // 2
        else:
            write = getattr(writer, kind)
            texts = [" ".join(write(good, subject)) for good in (False, True)]
        if not seen & set(texts):
            seen |= set(texts)
            for label, text in enumerate(texts):
                rows.append((part, label, number, pair, text))
    return rows
