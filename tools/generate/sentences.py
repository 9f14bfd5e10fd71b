"""Short sentences about things, in English, Spanish and French.

Articles, adjectives and numbers agree with their noun in Spanish and French,
adjectives follow it (two French ones do not), and "not" is two words around
the French verb: word order differs, so that attention has something to do.
"""

from typing import NamedTuple

Three = tuple[str, str, str]


class Noun(NamedTuple):
    """One thing: singular and plural in each language, and genders."""

    english: tuple[str, str]
    spanish: tuple[str, str]
    french: tuple[str, str]
    genders: str  # "mf": masculine in Spanish, feminine in French


def _nouns(table: str) -> tuple[Noun, ...]:
    rows = []
    for line in table.strip().splitlines():
        english, spanish, french, genders = line.split()
        rows.append(Noun(_two(english), _two(spanish), _two(french), genders))
    return tuple(rows)


def _two(text: str) -> tuple[str, str]:
    """Both forms of "book/books"; a word alone is both."""
    first, *second = text.split("/")
    return first, (second or [first])[0]


# Things that are carried about, then places.
THINGS = _nouns(
    """
    book/books libro/libros livre/livres mm
    chair/chairs silla/sillas chaise/chaises ff
    flower/flowers flor/flores fleur/fleurs ff
    shirt/shirts camisa/camisas chemise/chemises ff
    bicycle/bicycles bicicleta/bicicletas vélo/vélos fm
    letter/letters carta/cartas lettre/lettres ff
    bottle/bottles botella/botellas bouteille/bouteilles ff
    key/keys llave/llaves clé/clés ff
    hat/hats sombrero/sombreros chapeau/chapeaux mm
    pencil/pencils lápiz/lápices crayon/crayons mm
    shoe/shoes zapato/zapatos chaussure/chaussures mf
    coat/coats abrigo/abrigos manteau/manteaux mm
    bag/bags bolsa/bolsas sac/sacs fm
    box/boxes caja/cajas boîte/boîtes ff
    cup/cups taza/tazas tasse/tasses ff
    plate/plates plato/platos assiette/assiettes mf
    knife/knives cuchillo/cuchillos couteau/couteaux mm
    umbrella/umbrellas paraguas parapluie/parapluies mm
    ladder/ladders escalera/escaleras échelle/échelles ff
    clock/clocks reloj/relojes horloge/horloges mf
    """
)
PLACES = _nouns(
    """
    house/houses casa/casas maison/maisons ff
    car/cars coche/coches voiture/voitures mf
    boat/boats barco/barcos bateau/bateaux mm
    garden/gardens jardín/jardines jardin/jardins mm
    bridge/bridges puente/puentes pont/ponts mm
    tree/trees árbol/árboles arbre/arbres mm
    door/doors puerta/puertas porte/portes ff
    window/windows ventana/ventanas fenêtre/fenêtres ff
    school/schools escuela/escuelas école/écoles ff
    table/tables mesa/mesas table/tables ff
    """
)
NOUNS = THINGS + PLACES


class Adjective(NamedTuple):
    """Forms in the order m, f, m plural, f plural."""

    english: str
    spanish: tuple[str, str, str, str]
    french: tuple[str, str, str, str]
    before: bool = False  # in French


def _adjectives(table: str) -> tuple[Adjective, ...]:
    rows = []
    for line in table.strip().splitlines():
        english, spanish, french, *before = line.split()
        m, f = _two(spanish)
        plural = "es" if m[-1] in "lrs" else "s"
        rows.append(
            Adjective(
                english,
                (m, f, m + plural, f + plural),
                _french_forms(*_two(french)),
                bool(before),
            )
        )
    return tuple(rows)


def _french_forms(m: str, f: str) -> tuple[str, str, str, str]:
    return m, f, m if m.endswith("s") else m + "s", f + "s"


ADJECTIVES = _adjectives(
    """
    red rojo/roja rouge
    green verde vert/verte
    blue azul bleu/bleue
    white blanco/blanca blanc/blanche
    black negro/negra noir/noire
    yellow amarillo/amarilla jaune
    grey gris gris/grise
    clean limpio/limpia propre
    dirty sucio/sucia sale
    small pequeño/pequeña petit/petite before
    big grande grand/grande before
    """
)
NUMBERS = (
    ("two", "dos", "deux"),
    ("three", "tres", "trois"),
    ("four", "cuatro", "quatre"),
    ("five", "cinco", "cinq"),
    ("six", "seis", "six"),
    ("seven", "siete", "sept"),
    ("eight", "ocho", "huit"),
    ("nine", "nueve", "neuf"),
    ("ten", "diez", "dix"),
)
# What is said about any things: {a}, some of them; {the}, known ones.
ABOUT_SOME: tuple[Three, ...] = (
    ("I see {a}.", "Veo {a}.", "Je vois {a}."),
    ("We are looking for {a}.", "Buscamos {a}.", "Nous cherchons {a}."),
    ("She wants {a}.", "Ella quiere {a}.", "Elle veut {a}."),
    ("They have {a}.", "Tienen {a}.", "Ils ont {a}."),
    ("Do you see {a}?", "¿Ves {a}?", "Vois-tu {a} ?"),
)
ABOUT_KNOWN: tuple[Three, ...] = (
    ("I do not see {the}.", "No veo {the}.", "Je ne vois pas {the}."),
    (
        "He never looks at {the}.",
        "Él nunca mira {the}.",
        "Il ne regarde jamais {the}.",
    ),
    ("We like {the}.", "Nos gusta{n} {the}.", "Nous aimons bien {the}."),
    ("Where {is} {the}?", "¿Dónde está{n} {the}?", "Où {est} {the} ?"),
    ("This is not {my}.", "{este} no {es} {my}.", "Ce n'est pas {my}."),
)
WHERE: tuple[Three, ...] = (
    ("on the table", "sobre la mesa", "sur la table"),
    ("under the bed", "debajo de la cama", "sous le lit"),
    ("behind the door", "detrás de la puerta", "derrière la porte"),
    ("in the kitchen", "en la cocina", "dans la cuisine"),
    ("in front of the window", "delante de la ventana", "devant la fenêtre"),
    ("next to the school", "al lado de la escuela", "à côté de l'école"),
)
BEING: tuple[Three, ...] = (
    ("{The} {is} {where}.", "{The} está{n} {where}.", "{The} {est} {where}."),
    (
        "{The} {is} not {where}.",
        "{The} no está{n} {where}.",
        "{The} ne {est} pas {where}.",
    ),
)


def sentence(rng) -> Three:
    """One sentence in the three languages."""
    kind = rng.integers(4)
    nouns = THINGS if kind == 3 else NOUNS
    noun = nouns[rng.integers(len(nouns))]
    adjective = ADJECTIVES[rng.integers(len(ADJECTIVES))]
    bare = rng.random() < 0.15
    chosen = None if bare else adjective
    if kind < 2:
        patterns = ABOUT_SOME
        count = int(rng.integers(1, 11))
        gaps = [{"a": text} for text in some(noun, chosen, count)]
    else:
        patterns = BEING if kind == 3 else ABOUT_KNOWN
        gaps = _known_gaps(noun, chosen, bool(rng.random() < 0.4))
        for gap, text in zip(gaps, WHERE[rng.integers(6)], strict=True):
            gap["where"] = text
    pattern = patterns[rng.integers(len(patterns))]
    if "{my}" in pattern[0]:  # said of one thing only
        gaps = _known_gaps(noun, chosen, False)
    english, spanish, french = (
        text.format(**gap) for text, gap in zip(pattern, gaps, strict=True)
    )
    return english, spanish, french.replace(" ne est ", " n'est ")


def _known_gaps(noun: Noun, adjective, plural: bool) -> list[dict[str, str]]:
    """What the patterns need, for each language."""
    english, spanish, french = the(noun, adjective, plural)
    mine = my(noun, adjective)
    feminine = noun.genders[0] == "f"
    return [
        {"the": english, "is": "are" if plural else "is", "my": mine[0]}
        | {"The": _capital(english)},
        {"the": spanish, "n": "n" if plural else "", "es": "es"}
        | {"my": mine[1], "The": _capital(spanish)}
        | {"este": "Esta" if feminine else "Este"},
        {"the": french, "est": "sont" if plural else "est", "my": mine[2]}
        | {"The": _capital(french)},
    ]


def some(noun: Noun, adjective: Adjective | None, count: int) -> Three:
    """A red book, un libro rojo, un livre rouge; two red books ..."""
    if count > 1:
        return _phrases(NUMBERS[count - 2], noun, adjective, True)
    words = _english(noun, adjective, False)
    spanish = "una" if noun.genders[0] == "f" else "un"
    french = "une" if noun.genders[1] == "f" else "un"
    article = "an" if words[0] in "aeiou" else "a"
    return _phrases((article, spanish, french), noun, adjective, False)


def the(noun: Noun, adjective: Adjective | None, plural: bool) -> Three:
    """The red book, el libro rojo, le livre rouge; l'école."""
    number = 2 * plural
    spanish = ("el", "la", "los", "las")[number + (noun.genders[0] == "f")]
    french = ("le", "la", "les", "les")[number + (noun.genders[1] == "f")]
    phrases = _phrases(("the", spanish, french), noun, adjective, plural)
    if french in ("le", "la") and _vowel(phrases[2][3]):
        return *phrases[:2], f"l'{phrases[2][3:]}"
    return phrases


def my(noun: Noun, adjective: Adjective | None) -> Three:
    """My red book, mi libro rojo, mon livre rouge; mon école."""
    french = "ma" if noun.genders[1] == "f" else "mon"
    english, spanish, text = _phrases(
        ("my", "mi", french), noun, adjective, False
    )
    if text.startswith("ma ") and _vowel(text[3]):
        text = f"mon {text[3:]}"
    return english, spanish, text


def _phrases(first: Three, noun: Noun, adjective, plural: bool) -> Three:
    number = int(plural)
    spanish = [first[1], noun.spanish[number]]
    french = [first[2], noun.french[number]]
    if adjective:
        forms = [2 * number + (gender == "f") for gender in noun.genders]
        spanish.append(adjective.spanish[forms[0]])
        french.insert(1 if adjective.before else 2, adjective.french[forms[1]])
    return (
        f"{first[0]} {_english(noun, adjective, plural)}",
        " ".join(spanish),
        " ".join(french),
    )


def _english(noun: Noun, adjective: Adjective | None, plural: bool) -> str:
    words = noun.english[int(plural)]
    return f"{adjective.english} {words}" if adjective else words


def _vowel(letter: str) -> bool:
    """True for what words here begin with when le and la lose a letter."""
    return letter in "aéh"  # horloge has a silent h


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
