"""tagged.npz: sentences of a grammar, with parts of speech or with names."""

import re

import numpy as np

from coursekit.data.sets.tagged import ENTITIES, TAGS
from generate.names import FIRST, words
from generate.names import PLACES as TOWNS
from generate.writing import pack_lines, write_npz

SEED = 18
SIZES = (4_000, 500, 1_000)

# Transitive verbs and their objects. Many verbs are nouns elsewhere here.
OBJECTS = {
    "watch": "film game bird race show play dance match train",
    "play": "piano game record drum violin trumpet flute match",
    "book": "room ticket flight table visit show cruise cabin",
    "can": "fish peach tomato plum pear bean cherry",
    "bank": "coin cheque fee prize salary profit",
    "plant": "tree rose seed bulb hedge bush tulip",
    "water": "garden plant flower lawn hedge tulip",
    "cook": "fish soup meal egg stew potato dinner",
    "drink": "coffee tea juice cocoa lemonade",
    "paint": "wall picture ship box boat fence portrait",
    "answer": "letter call question riddle message",
    "order": "drink soup book watch cake pizza salad",
    "train": "dog horse cook pilot nurse falcon",
    "park": "car van truck bus wagon lorry",
    "ring": "bell doorbell gong",
    "report": "fire loss theft flood leak",
    "show": "picture watch ring book plan map medal",
    "plan": "visit walk dance trip race party journey",
    "sign": "letter report book order cheque contract",
    "record": "song play call speech concert",
    "cut": "rope cake hedge ribbon melon",
    "love": "walk dance play song park sea puppy",
    "help": "cook baker neighbour friend stranger",
    "visit": "park bank friend museum castle island",
    "name": "ship plant star boat comet",
    "box": "book watch plate ring vase",
    "light": "lamp candle fire lantern stove",
    "fly": "plane kite drone glider",
    "stop": "car train fight race clock",
    "address": "letter crowd box parcel envelope",
    "ship": "box book piano parcel crate",
    "end": "fight talk play strike meeting",
    "hand": "letter book ring key lantern",
    "see": "bird ship play light park star whale",
    "buy": "ring watch plant can fish book drink lamp scarf",
    "find": "ring can book coin watch key sign plan wallet",
    "sell": "fish plant watch painting can boat carpet",
    "carry": "box can letter lamp basket drum ladder",
    "bring": "drink plant letter book can cake cushion",
    "read": "report letter book sign plan poem novel",
    "write": "report letter book play song poem diary",
    "open": "can box letter door window drawer",
    "lose": "ring watch match book key glove",
    "hide": "ring key letter can book jewel",
    "repair": "watch clock boat train lamp roof",
    "borrow": "book lamp ladder can record umbrella",
}
# Verbs without an object, half of them nouns elsewhere.
INTRANSITIVE = words(
    "run walk smile dance rest work sleep talk dream laugh sing swim wait "
    "play fly cook paint fish race fight shop jog whisper yawn giggle sneeze"
)
NOUNS_FROM_VERBS = words(
    "run walk smile dance rest work talk dream laugh fight shop race"
)
PEOPLE = words(
    "banker cook baker doctor student farmer painter sailor nurse lawyer "
    "teacher pilot writer singer guard judge friend neighbour child girl boy "
    "clown dentist tailor plumber juggler librarian mechanic"
)
PLACES = words(
    "park bank river station garden kitchen market school train ship shop "
    "house bridge street library play show museum harbour theatre meadow"
)
ADJECTIVES = words(
    "old young small big light fast happy sad loud clean kind clever tired "
    "tall good cheerful hungry curious gentle nervous grumpy quiet"
)
LOOKS = words(
    "old small big light red green new clean heavy purple good strange "
    "pretty cheap yellow beautiful"
)
ADVERBS = words(
    "slowly quickly quietly happily sadly fast loudly again today well hard "
    "carefully calmly rarely bravely politely"
)
PAST = dict(
    pair.split(":")
    for pair in words(
        "run:ran sleep:slept sing:sang swim:swam fly:flew fight:fought "
        "cut:cut drink:drank light:lit ring:rang see:saw buy:bought "
        "find:found sell:sold bring:brought read:read write:wrote lose:lost "
        "hide:hid stop:stopped plan:planned ship:shipped shop:shopped "
        "jog:jogged"
    )
)

# Alternatives by "|"; a token with "/" is a word, others are looked up here
# or are words of a kind. s and p: singular and plural.
GRAMMAR = {
    "S": "CLAUSE ./PUNCT | CLAUSE ./PUNCT | CLAUSE ./PUNCT | "
    "CLAUSE ,/PUNCT JOINT CLAUSE ./PUNCT | CLAUSE LINK CLAUSE ./PUNCT | "
    "Does/AUX SUBJs VP ?/PUNCT | Do/AUX SUBJp VP ?/PUNCT | "
    "MODAL SUBJs VP ?/PUNCT | MODAL SUBJp VP ?/PUNCT | VP ./PUNCT | "
    "Please/INTJ VP ./PUNCT | Yes/INTJ ,/PUNCT CLAUSE ./PUNCT | "
    "When/SCONJ CLAUSE ,/PUNCT CLAUSE ./PUNCT",
    "CLAUSE": "SUBJs VPs | SUBJp VPp | SUBJs VPd | SUBJp VPd | "
    "SUBJs MODAL VP | SUBJp MODAL VP | SUBJs is/AUX VPing | "
    "SUBJp are/AUX VPing | SUBJs is/AUX ADJ | SUBJp are/AUX ADJ | "
    "SUBJs THINKs that/SCONJ SHORT | SUBJp want/VERB to/PART VP | "
    "SUBJs wants/VERB to/PART VP | SUBJs did/AUX not/PART VP | "
    "Ns IN DET PLACE is/AUX LOOK | OBJs and/CCONJ OBJs are/AUX LOOK",
    "SHORT": "SUBJs VPs | SUBJp VPp | SUBJs MODAL VP | SUBJp are/AUX ADJ",
    "VP": "VT | VT PP | VI | VI PP | VI ADV | VT ADV",
    "VPs": "VTs | VTs PP | VIs | VIs PP | VIs ADV | often/ADV VTs",
    "VPp": "VT | VT PP | VI | VI PP | VI ADV | never/ADV VT",
    "VPd": "VTd | VTd PP | VId | VId PP | VId ADV | never/ADV VTd",
    "VPing": "VTing | VTing PP | VIing | VIing PP | VIing ADV",
    "SUBJs": "DET PERSON | DET PERSON | DET ADJ PERSON | NAME | NAME | "
    "he/PRON | she/PRON | POSS PERSON | DET PERSON IN DET PLACE",
    "SUBJp": "the/DET PERSONp | two/NUM PERSONp | NAME and/CCONJ NAME | "
    "they/PRON | we/PRON | you/PRON | DET PERSON and/CCONJ I/PRON | "
    "POSS PERSONp | the/DET ADJ PERSONp | some/DET PERSONp",
    "OBJs": "DET Ns | DET LOOK Ns | POSS Ns",
    "Ns": "THING | DEED",
    "PP": "IN DET PLACE | IN DET LOOK PLACE | "
    "on/ADP the/DET way/NOUN to/ADP DET PLACE | "
    "with/ADP DET PERSON | after/ADP DET DEED | like/ADP a/DET PERSON | "
    "with/ADP her/PRON PERSON | before/ADP DET DEED",
    "IN": "in/ADP | near/ADP | at/ADP | behind/ADP | by/ADP",
    "DET": "the/DET | the/DET | a/DET | this/DET | that/DET | every/DET",
    "POSS": "my/PRON | her/PRON | his/PRON | our/PRON | their/PRON",
    "MODAL": "can/AUX | can/AUX | will/AUX | must/AUX | should/AUX | may/AUX",
    "THINKs": "thinks/VERB | says/VERB | knows/VERB | hopes/VERB",
    "JOINT": "and/CCONJ | but/CCONJ",
    "LINK": "because/SCONJ | while/SCONJ | when/SCONJ | if/SCONJ",
}


class Grammar:
    """Sentences from GRAMMAR with the words that a split may use."""

    def __init__(self, rng: np.random.Generator, part: int):
        self.rng, self.part = rng, part

    def pick(self, options: list[str]) -> str:
        return options[int(self.rng.integers(len(options)))]

    def known(self, options: list[str]) -> list[str]:
        """Without the words that other splits keep to themselves."""
        return [o for o in options if held(o) in (0, self.part)]

    def expand(self, symbol: str) -> list[str]:
        """Tokens "word/TAG" of a symbol."""
        if "/" in symbol:
            return [symbol]
        if symbol in GRAMMAR:
            alternatives = GRAMMAR[symbol].split(" | ")
            chosen = self.pick(alternatives).split()
            return [token for part in chosen for token in self.expand(part)]
        return self.words(symbol)

    def words(self, symbol: str) -> list[str]:
        kind = symbol.rstrip("spding")  # what is left are capitals
        form = symbol.removeprefix(kind)
        if kind == "VT":
            verb = self.pick(self.known(list(OBJECTS)))
            thing = self.pick(self.known(OBJECTS[verb].split()))
            noun = self.object(thing)
            return [f"{conjugate(verb, form)}/VERB", *noun]
        if kind == "VI":
            verb = self.pick(self.known(INTRANSITIVE))
            return [f"{conjugate(verb, form)}/VERB"]
        lists, tag = KINDS[kind]
        word = self.pick(self.known(lists))
        return [f"{plural(word) if form == 'p' else word}/{tag}"]

    def object(self, thing: str) -> list[str]:
        """A noun phrase around a noun; bare nouns leave more to context."""
        before = self.pick(["DET", "DET", "POSS", "DET LOOK", "NUM", "some"])
        if before in ("NUM", "some"):
            first = "some/DET" if before == "some" else "three/NUM"
            return [first, f"{plural(thing)}/NOUN"]
        front = [t for part in before.split() for t in self.expand(part)]
        return [*front, f"{thing}/NOUN"]

    def sentence(self) -> list[str]:
        """A sentence with its first letter large and the right a or an."""
        tokens = self.expand("S")
        for place, (one, after) in enumerate(
            zip(tokens, tokens[1:], strict=False)
        ):
            if one == "a/DET" and after[0] in "aeiou":
                tokens[place] = "an/DET"
        return [tokens[0][0].upper() + tokens[0][1:], *tokens[1:]]


KINDS = {
    "PERSON": (PEOPLE, "NOUN"),
    "PLACE": (PLACES, "NOUN"),
    "THING": (
        sorted({o for v in OBJECTS.values() for o in v.split()}),
        "NOUN",
    ),
    "DEED": (NOUNS_FROM_VERBS, "NOUN"),
    "ADJ": (ADJECTIVES, "ADJ"),
    "LOOK": (LOOKS, "ADJ"),
    "ADV": (ADVERBS, "ADV"),
    "NAME": (FIRST, "PROPN"),
}
_SHARED = {
    *OBJECTS,
    *INTRANSITIVE[:-5],
    *words("soup fish film letter game tree song key doorbell bell coffee"),
    *words("fire car rope candle plane room coin wall doctor park light fast"),
}


def held(word: str) -> int:
    """0: a word for all splits; 1: for validation only; 2: for test only."""
    if word in _SHARED:
        return 0
    number = sum(ord(letter) * (k + 3) for k, letter in enumerate(word)) % 19
    return {0: 1, 1: 1, 2: 2, 3: 2, 4: 2}.get(number, 0)


def conjugate(verb: str, form: str) -> str:
    """The third person (s), past (d) or -ing form; "" leaves the verb."""
    if form == "s":
        return plural(verb)
    doubled = (
        verb + verb[-1]
        if PAST.get(verb, verb).startswith(verb + verb[-1])
        or verb in ("run", "swim", "cut", "can")
        else verb
    )
    if form == "d":
        if verb in PAST:
            return PAST[verb]
        verb = re.sub(r"(?<=[^aeiou])y$", "i", doubled)
        return verb + ("d" if verb.endswith("e") else "ed")
    if form == "ing":
        return re.sub(r"(?<=[^e])e$", "", doubled) + "ing"
    return verb


def plural(noun: str) -> str:
    """-s, -es or -ies; also the third person of verbs."""
    if noun == "child":
        return "children"
    if noun.endswith(("s", "x", "ch", "sh", "potato", "tomato")):
        return noun + "es"
    return re.sub(r"(?<=[^aeiou])y$", "ie", noun) + "s"


# First names that are also names of places.
BOTH = words(
    "Florence Sydney Victoria Austin Georgia Chelsea Paris Jordan Savannah "
    "Verona Carolina Adelaide Charlotte Lorraine Brooklyn Dakota"
)
# Sentences with names: PER, LOC and ORG are people, places, organisations.
# "_" joins the words of one name; the other tokens are no names.
NAMED = (
    "PER VERBED in LOC .",
    "PER VERBED at ORG .",
    "PER VERBED ADVERB .",
    "PER met PER in LOC .",
    "PER thanked PER and PER .",
    "PER visited LOC WHEN .",
    "PER left LOC for LOC .",
    "PER left ORG WHEN .",
    "PER joined ORG in LOC .",
    "PER , a PERSON from LOC , works for ORG .",
    "PER and PER met at ORG .",
    "PER is a ADJ PERSON .",
    "PER is a ADJ PERSON .",
    "LOC is a LOOK town .",
    "LOC is a LOOK town .",
    "LOC and LOC are LOOK towns .",
    "ORG is a LOOK company .",
    "ORG raised the fee WHEN .",
    "ORG opened a shop in LOC .",
    "ORG and ORG are closed .",
    "ORG thanked PER .",
    "The PERSON from LOC called PER .",
    "The PERSON works for ORG in LOC .",
    "The bank of the river near LOC is LOOK .",
    "The university in LOC is LOOK .",
    "The museum near LOC bought a LOOK picture from PER .",
    "In LOC PER VERBED ADVERB .",
    "At ORG PER met a ADJ PERSON .",
    "WHENB PER banked a cheque at ORG .",
    "WHENB ORG sold a LOOK boat to PER .",
    "WHENB the PERSON called PER and PER .",
    "He says that PER lives in LOC .",
    "She knows that LOC is a LOOK town .",
    "He hopes that ORG buys the LOOK ship .",
    "Does PER live in LOC ?",
    "Will PER work for ORG ?",
)
NAMES = {
    "PER": "FIRST | FIRST | EITHER | FIRST_TOWN | EITHER_TOWN | TOWN",
    "LOC": "TOWN | TOWN | TOWN | EITHER | EITHER | Lake_TOWN | North_TOWN | "
    "TOWN_Street | Port_EITHER",
    "ORG": "Bank_of_TOWN | Bank_of_EITHER | University_of_TOWN | TOWN_Bank | "
    "EITHER_Bank | TOWN_and_Sons | TOWN_United | EITHER_United | "
    "TOWN_Museum | FIRST_TOWN_Limited",
}
TITLES = words("Mr Mrs Dr")
WHEN = ("yesterday", "today", "last week", "on Monday", "in June")
VERBED = words("waited slept danced rested worked talked sang played swam")
NAMED_SIZES = (2_000, 300, 700)


class NamedGrammar(Grammar):
    """Sentences from NAMED with the names that a split may use."""

    def named(self) -> list[str]:
        """Tokens "word/B-PER": a word and its entity tag."""
        tokens: list[str] = []
        for symbol in self.pick(NAMED).split():
            tokens += (
                self.entity(symbol)
                if symbol in NAMES
                else [f"{word}/O" for word in self.plain(symbol).split()]
            )
        for place, (one, after) in enumerate(
            zip(tokens, tokens[1:], strict=False)
        ):
            if one == "a/O" and after[0] in "aeiou":
                tokens[place] = "an/O"
        return [tokens[0][0].upper() + tokens[0][1:], *tokens[1:]]

    def plain(self, symbol: str) -> str:
        """The words of a symbol that is no name."""
        if symbol in KINDS:
            return self.pick(self.known(KINDS[symbol][0]))
        if symbol == "VERBED":
            return self.pick(VERBED)
        if symbol == "ADVERB":
            return self.pick(self.known(ADVERBS))
        if symbol in ("WHEN", "WHENB"):
            return self.pick(WHEN)
        return symbol

    def entity(self, kind: str) -> list[str]:
        """A name, its first word tagged B-kind and the others I-kind."""
        form = self.pick(NAMES[kind].split(" | "))
        title = form == "TOWN" and kind == "PER" and self.rng.random() < 0.7
        before = [f"{self.pick(TITLES)}/O"] if title else []
        pools = {"FIRST": FIRST, "EITHER": BOTH, "TOWN": TOWNS[::7]}
        found = [
            self.pick(self.known_name(pools[part])) if part in pools else part
            for part in form.split("_")
        ]
        tags = [f"B-{kind}"] + [f"I-{kind}"] * (len(found) - 1)
        pairs = zip(found, tags, strict=True)
        return [*before, *(f"{word}/{tag}" for word, tag in pairs)]

    def known_name(self, pool: list[str]) -> list[str]:
        """Names of this split: in the test half of them are its own."""
        own = [n for n in pool if name_part(n) == self.part]
        if self.part == 0 or self.rng.random() < 0.5:
            return [n for n in pool if name_part(n) == 0]
        return own


def name_part(name: str) -> int:
    """0: a name for all splits; 1: for validation only; 2: for test only."""
    number = sum(ord(letter) * (k + 5) for k, letter in enumerate(name)) % 10
    return {0: 1, 1: 1, 2: 2, 3: 2, 4: 2}.get(number, 0)


def generate() -> None:
    """4,000/500/1,000 different sentences, 2,000/300/700 with names."""
    rng = np.random.default_rng(SEED)
    sentences = made(rng, Grammar, Grammar.sentence, SIZES)
    rng = np.random.default_rng(SEED + 1)
    named = made(rng, NamedGrammar, NamedGrammar.named, NAMED_SIZES)
    tokens, tags = split_tags(sentences, TAGS)
    named_tokens, entities = split_tags(named, ENTITIES)
    write_npz(
        "tagged.npz",
        {
            "words": pack_lines(tokens),
            "tags": tags,
            "named_words": pack_lines(named_tokens),
            "entities": entities,
        },
    )


def made(rng: np.random.Generator, grammar, make, sizes) -> list[tuple]:
    """So many different sentences of each part, as tokens "word/TAG"."""
    sentences: dict[tuple[str, ...], None] = {}
    for part, size in enumerate(sizes):
        speaker, goal = grammar(rng, part), len(sentences) + size
        while len(sentences) < goal:
            sentences[tuple(make(speaker))] = None
    return list(sentences)


def split_tags(sentences, names) -> tuple[list[str], np.ndarray]:
    """Lines of words, and the numbers of all tags."""
    tokens = [[t.rsplit("/", 1) for t in s] for s in sentences]
    tags = [names.index(tag) for s in tokens for _, tag in s]
    lines = [" ".join(word for word, _ in s) for s in tokens]
    return lines, np.array(tags, "uint8")
