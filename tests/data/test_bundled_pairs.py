"""Pairs: read back by a parser of its own, agreement by counted endings."""

import datetime
import re

import pytest

from coursekit import data
from coursekit.data.sets import pairs
from coursekit.vocabulary import words as tokens
from generate import numerals
from generate import pairs as generator
from generate.names import words

pytestmark = pytest.mark.bundled


@pytest.fixture(scope="module", params=["spanish", "french"])
def sets(request):
    return request.param, data.load("pairs", language=request.param)


def splits(loaded):
    return loaded.train, loaded.validation, loaded.test, loaded.longer


def of_kind(loaded, kind):
    number = pairs.KINDS.index(kind)
    return [
        pair
        for split in splits(loaded)
        for *pair, found in zip(
            split.x, split.y, split.extra["kinds"], strict=True
        )
        if found == number
    ]


# Words and their values, typed from grammars; nothing from numerals.py.
def table(text):
    """ "one=1 two=2" as a dictionary."""
    pairs = (word.split("=") for word in text.split())
    return {word: int(value) for word, value in pairs}


ENGLISH = table(
    "zero=0 one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 "
    "ten=10 eleven=11 twelve=12 thirteen=13 fourteen=14 fifteen=15 "
    "sixteen=16 seventeen=17 eighteen=18 nineteen=19 twenty=20 thirty=30 "
    "forty=40 fifty=50 sixty=60 seventy=70 eighty=80 ninety=90"
)
SPANISH = table(
    "cero=0 un=1 uno=1 dos=2 tres=3 cuatro=4 cinco=5 seis=6 siete=7 ocho=8 "
    "nueve=9 diez=10 once=11 doce=12 trece=13 catorce=14 quince=15 "
    "dieciséis=16 diecisiete=17 dieciocho=18 diecinueve=19 veinte=20 "
    "veintiuno=21 veintiún=21 veintidós=22 veintitrés=23 veinticuatro=24 "
    "veinticinco=25 veintiséis=26 veintisiete=27 veintiocho=28 "
    "veintinueve=29 treinta=30 cuarenta=40 cincuenta=50 sesenta=60 "
    "setenta=70 ochenta=80 noventa=90 cien=100 ciento=100 doscientos=200 "
    "trescientos=300 cuatrocientos=400 quinientos=500 seiscientos=600 "
    "setecientos=700 ochocientos=800 novecientos=900"
)
FRENCH = table(
    "zéro=0 un=1 deux=2 trois=3 quatre=4 cinq=5 six=6 sept=7 huit=8 neuf=9 "
    "dix=10 onze=11 douze=12 treize=13 quatorze=14 quinze=15 seize=16 "
    "vingt=20 trente=30 quarante=40 cinquante=50 soixante=60 huitante=80"
)


def read(text, values, hundred, thousand, joins):
    """The number that a text says; KeyError for an unknown word."""
    total = part = 0
    for word in re.split("[ -]", text):
        if word in thousand:
            total, part = total + max(part, 1) * 1000, 0
        elif word in hundred:
            part = max(part, 1) * 100
        elif word not in joins:
            part += values[word]
    return total + part


def read_english(text):
    return read(text, ENGLISH, ["hundred"], ["thousand"], ["and"])


def read_spanish(text):
    return read(text, SPANISH, [], ["mil"], ["y"])


def read_french(text):
    text = re.sub("quatre-vingts?", "huitante", text)  # as in Switzerland
    return read(text, FRENCH, ["cent", "cents"], ["mille"], ["et"])


READERS = {
    "english": read_english,
    "spanish": read_spanish,
    "french": read_french,
}
SOME = [*range(10_000), *range(10_000, 1_000_000, 347)]


@pytest.mark.parametrize("language", READERS)
def test_every_number_is_read_back_and_no_two_are_said_alike(language):
    said = [getattr(numerals, language)(number) for number in SOME]
    assert [READERS[language](text) for text in said] == SOME
    assert len(set(said)) == len(SOME)


@pytest.mark.parametrize(
    ("number", "english", "spanish", "french"),
    [
        (0, "zero", "cero", "zéro"),
        (16, "sixteen", "dieciséis", "seize"),
        (17, "seventeen", "diecisiete", "dix-sept"),
        (21, "twenty-one", "veintiuno", "vingt et un"),
        (22, "twenty-two", "veintidós", "vingt-deux"),
        (31, "thirty-one", "treinta y uno", "trente et un"),
        (70, "seventy", "setenta", "soixante-dix"),
        (71, "seventy-one", "setenta y uno", "soixante et onze"),
        (80, "eighty", "ochenta", "quatre-vingts"),
        (81, "eighty-one", "ochenta y uno", "quatre-vingt-un"),
        (91, "ninety-one", "noventa y uno", "quatre-vingt-onze"),
        (99, "ninety-nine", "noventa y nueve", "quatre-vingt-dix-neuf"),
        (100, "one hundred", "cien", "cent"),
        (101, "one hundred and one", "ciento uno", "cent un"),
        (200, "two hundred", "doscientos", "deux cents"),
        (555, "five hundred and fifty-five", "quinientos cincuenta y cinco")
        + ("cinq cent cinquante-cinq",),
        (1000, "one thousand", "mil", "mille"),
        (1001, "one thousand and one", "mil uno", "mille un"),
        (1100, "one thousand one hundred", "mil cien", "mille cent"),
        (2080, "two thousand and eighty", "dos mil ochenta")
        + ("deux mille quatre-vingts",),
        (21_000, "twenty-one thousand", "veintiún mil", "vingt et un mille"),
        (80_000, "eighty thousand", "ochenta mil", "quatre-vingt mille"),
        (100_000, "one hundred thousand", "cien mil", "cent mille"),
        (200_000, "two hundred thousand", "doscientos mil")
        + ("deux cent mille",),
        (131_000, "one hundred and thirty-one thousand")
        + ("ciento treinta y un mil", "cent trente et un mille"),
    ],
)
def test_numbers_are_said_as_grammars_have_them(
    number, english, spanish, french
):
    assert numerals.english(number) == english
    assert numerals.spanish(number) == spanish
    assert numerals.french(number) == french


def test_rules_of_spelling_hold_for_all_numbers():
    for number in SOME:
        french, spanish = numerals.french(number), numerals.spanish(number)
        # cents and vingts end a number; et joins un and onze, not after 80
        assert not re.search(r"(cents|vingts).", french)
        assert not re.match(r"un (mille|cent)\b", french)
        assert not re.search(r"et (?!un\b|onze\b)|vingts? et onze", french)
        assert not re.search(r"(nte|ngt)-(un|onze)\b", french) or (
            "quatre-vingt-" in french
        )
        # uno and ciento are shortened before mil, cien stands alone
        assert not re.search(r"uno mil|ciento( mil|$)|un$", spanish)
        assert not re.search(r"cien (?!mil)", spanish)
        assert not re.match(r"un mil\b", spanish)


def test_the_numbers_of_the_set_agree_between_the_languages(sets):
    language, loaded = sets
    found = of_kind(loaded, "numbers")
    values = [read_english(x) for x, _ in found]
    assert values == [READERS[language](y) for _, y in found]
    assert len(set(values)) == len(values) == 5_000
    assert set(range(100)) <= set(values)


def test_longer_numbers_have_five_or_six_digits_others_at_most_four(sets):
    loaded = sets[1]
    assert len(loaded.longer) == 500
    assert all(read_english(x) >= 10_000 for x in loaded.longer.x)
    assert not {"thousand"} & set(" ".join(loaded.longer.x).split()) - {
        word for x in loaded.train.x for word in x.split()
    }
    for split in splits(loaded)[:3]:
        for x, kind in zip(split.x, split.extra["kinds"], strict=True):
            assert kind or read_english(x) < 10_000


ENGLISH_MONTHS = words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")
MONTHS = {
    "spanish": words("ene feb mar abr may jun jul ago sep oct nov dic"),
    "french": words("jan fév mar avr mai jui jui aoû sep oct nov déc"),
}
DAYS = {
    "english": words("Mon Tue Wed Thu Fri Sat Sun"),
    "spanish": words("lun mar mié jue vie sáb dom"),
    "french": words("lun mar mer jeu ven sam dim"),
}


def read_day(text):
    """The day and, when it is said, its weekday (0 for Monday)."""
    name = re.search("|".join(ENGLISH_MONTHS), text)[0]
    year = re.search(r"\d{4}", text)[0]
    number = re.search(r"\b(\d\d?)(st|nd|rd|th)?\b", text)
    day = datetime.date(
        int(year), ENGLISH_MONTHS.index(name) + 1, int(number[1])
    )
    week = re.match("|".join(DAYS["english"]), text)
    return day, DAYS["english"].index(week[0]) if week else None


def test_dates_say_the_same_day_in_all_languages(sets):
    language, loaded = sets
    digits = data.load("pairs", language="digits", kinds="dates")
    iso = {x: y for s in splits(digits) for x, y in zip(s.x, s.y, strict=True)}
    found = of_kind(loaded, "dates")
    assert len(found) == len(iso) == 3_000
    for english, other in found:
        day, weekday = read_day(english)
        assert iso[english] == str(day)
        rank = re.search(r"\d(st|nd|rd|th)\b", english)
        if rank:  # 1st, 2nd, 3rd, but 11th, 12th, 13th
            assert (rank[1] == "th") == (
                day.day % 10 not in (1, 2, 3) or 10 < day.day < 20
            )
        said = other.replace(" de ", " ").split()
        assert said.pop(0) == {"spanish": "el", "french": "le"}[language]
        if weekday is not None:
            assert weekday == day.weekday()
            name = said.pop(0)
            assert DAYS[language].index(name[:3]) == weekday
        first = language == "french" and day.day == 1
        assert said[0] == f"{day.day}{'er' * first}"
        assert said[1][:3] == MONTHS[language][day.month - 1]
        assert said[2] == str(day.year)
    assert len(set(iso.values())) == 3_000


def test_months_and_weekdays_are_spelled_right():
    names = " ".join((*generator.MONTHS, *generator.WEEKDAYS)).split()
    assert len(set(names)) == len(names) == 3 * (12 + 7)
    for name in ("miércoles", "sábado", "février", "août", "décembre"):
        assert name in names
    assert "juin juillet août" in generator.MONTHS[2]


FEMININE = {
    "spanish": "silla flor camisa bicicleta carta botella llave bolsa caja "
    "taza escalera casa puerta ventana escuela mesa",
    "french": "chaise fleur chemise lettre bouteille clé chaussure boîte "
    "tasse assiette échelle horloge maison voiture porte fenêtre école table",
}
ARTICLES = {
    "spanish": {"el": "m", "los": "M", "un": "m", "la": "f", "las": "F"}
    | {"una": "f"},
    "french": {"le": "m", "un": "m", "la": "f", "une": "f"},
}


def test_articles_agree_with_the_gender_of_the_noun(sets):
    language, loaded = sets
    feminine = FEMININE[language].split()
    nouns = {
        noun: ("f" if noun in feminine else "m")
        for row in generator.sentences.NOUNS
        for noun in [getattr(row, language)[0]]
    }
    assert set(feminine) <= set(nouns)
    checked = 0
    for _, text in of_kind(loaded, "sentences"):
        said = re.findall(r"\w+", text.lower())
        for article, *rest in zip(said, said[1:], said[2:], strict=False):
            rest = [w for w in rest if w not in ("petit", "petite")]
            rest = [w for w in rest if w not in ("grand", "grande")]
            gender = ARTICLES[language].get(article)
            if gender and rest and rest[0] in nouns:
                assert gender.lower() == nouns[rest[0]], text
                checked += 1
    assert checked > 1_000


def test_adjectives_agree_in_spanish_and_in_french():
    found = of_kind(data.load("pairs"), "sentences")
    other = of_kind(data.load("pairs", language="french"), "sentences")
    forms = {
        "green": (r"verdes?\b", r"(vert|verte|verts|vertes)\b"),
        "white": (r"blanc[oa]s?\b", r"(blanc|blanche|blancs|blanches)\b"),
        "grey": (r"gris(es)?\b", r"gris(e|es)?\b"),
    }
    many = "two|three|four|five|six|seven|eight|nine|ten"
    plural = re.compile(rf"\b({many}) |Where are|^The .*s are ")
    for (english, spanish), (_, french) in zip(found, other, strict=True):
        for word, patterns in forms.items():
            if f" {word} " not in english:
                continue
            for text, pattern in zip((spanish, french), patterns, strict=True):
                adjective = re.search(rf"\b{pattern}", text)
                assert adjective, (english, text)
                if plural.search(english):
                    assert adjective[0].endswith("s"), text


# Forms in the order m, f, m plural, f plural; typed from a dictionary.
FORMS = {
    "spanish": {
        "red": "rojo roja rojos rojas",
        "white": "blanco blanca blancos blancas",
        "blue": "azul azul azules azules",
        "grey": "gris gris grises grises",
        "big": "grande grande grandes grandes",
    },
    "french": {
        "red": "rouge rouge rouges rouges",
        "white": "blanc blanche blancs blanches",
        "blue": "bleu bleue bleus bleues",
        "grey": "gris grise gris grises",
        "big": "grand grande grands grandes",
    },
}


def test_an_adjective_has_the_gender_and_number_of_its_noun(sets):
    language, loaded = sets
    feminine = FEMININE[language].split()
    nouns = {}
    for row in generator.sentences.NOUNS:
        one, several = getattr(row, language)
        number = int(one in feminine)
        nouns[row.english[0]], nouns[row.english[1]] = (
            (one, number),
            (several, number + 2),
        )
    checked = 0
    for english, other in of_kind(loaded, "sentences"):
        for word, forms in FORMS[language].items():
            found = re.search(rf"\b{word} (\w+)", english)
            if not found:
                continue
            noun, place = nouns[found[1]]
            pair = [noun, forms.split()[place]]
            if (language, word) == ("french", "big"):
                pair.reverse()
            assert " ".join(pair) in other, (english, other)
            checked += 1
    assert checked > 1_000


def test_verbs_agree_with_their_subject(sets):
    language, loaded = sets
    one, several = {
        "spanish": (r"\bestá\b|\bgusta\b", r"\bestán\b|\bgustan\b"),
        "french": (r"\best\b", r"\bsont\b"),
    }[language]
    checked = 0
    for english, other in of_kind(loaded, "sentences"):
        if re.search(r"\bare (?!looking)", english):
            assert re.search(several, other), other
            assert not re.search(one, other), other
            checked += 1
        elif re.search(r"\bis\b", english) and "This" not in english:
            assert re.search(one, other), other
            assert not re.search(several, other), other
            checked += 1
    assert checked > 1_000


def test_french_shortens_articles_before_a_vowel():
    found = of_kind(data.load("pairs", language="french"), "sentences")
    text = "\n".join(y for _, y in found)
    assert not re.search(r"\b(le|la|ma|ne) [aeéiouh]", text, re.IGNORECASE)
    assert "l'école" in text and "mon école" in text
    assert not re.search(r"l'[^aeéiouh]", text)


def test_a_negation_stays_a_negation(sets):
    language, loaded = sets
    for english, other in of_kind(loaded, "sentences"):
        negated = bool(re.search(r"\b(not|never)\b", english))
        said = set(re.findall(r"\w+", other.lower()))
        if language == "french":
            assert negated == bool({"pas", "jamais"} & said)
            assert negated == bool({"ne", "n"} & said)
        else:
            assert negated == bool({"no", "nunca"} & said)


def test_no_text_of_either_language_is_twice_or_in_two_splits(sets):
    loaded = sets[1]
    for side in ("x", "y"):
        texts = [t for split in splits(loaded) for t in getattr(split, side)]
        assert len(set(texts)) == len(texts)


def test_lengths_differ_and_every_word_of_the_tests_was_trained_on(sets):
    loaded = sets[1]
    for side in ("x", "y"):
        known, asked = (
            {w for t in getattr(split, side) for w in re.findall(r"\w+", t)}
            for split in (loaded.train, loaded.test)
        )
        # a year of a hundred may be missing, no word
        assert all(re.search(r"\d", word) for word in asked - known)
    gaps = {
        len(y.split()) - len(x.split())
        for x, y in zip(loaded.test.x, loaded.test.y, strict=True)
    }
    assert len(gaps) >= 5


def test_phrases_are_three_columns_without_stray_spaces():
    found = generator.phrases()
    assert len(found) == 90
    for english, spanish, french, _ in found:
        for text in (english, spanish, french):
            assert text == text.strip() and "  " not in text
            assert text[-1] in ".!?"
        assert english[-1] == spanish[-1] == french[-1]
        assert ("?" in spanish) == ("¿" in spanish)
        assert ("!" in spanish) == ("¡" in spanish)
        assert (french[-1] in "?!") == (french[-2] == " ")


def test_digits_go_with_numbers_and_dates_only():
    loaded = data.load("pairs", language="digits")
    assert {k for s in splits(loaded) for k in s.extra["kinds"]} == {0, 1}
    for split in splits(loaded):
        for x, y, kind in zip(
            split.x, split.y, split.extra["kinds"], strict=True
        ):
            assert kind == 1 or int(y) == read_english(x)


def test_fields_are_those_of_the_real_pairs(sets):
    split = sets[1].train
    assert isinstance(split.x, list) and isinstance(split.y, list)
    assert isinstance(split.x[0], str) and isinstance(split.y[0], str)


def aligned_words(kind):
    """(English words, Spanish word) of all aligned words of a kind."""
    loaded, number = data.load("pairs"), pairs.KINDS.index(kind)
    for split in splits(loaded):
        rows = zip(
            *(split.x, split.y),
            *(split.extra["kinds"], split.extra["alignments"]),
            strict=True,
        )
        for english, spanish, found, alignment in rows:
            if found == number and alignment:
                left, right = tokens(english), tokens(spanish)
                for word, own in zip(right, alignment, strict=True):
                    yield [left[place] for place in own], word


def test_a_spanish_number_word_says_what_its_english_words_say():
    checked = 0
    for english, spanish in aligned_words("numbers"):
        if spanish == "y":
            assert not english
        elif spanish == "mil":
            assert english in (["thousand"], ["one", "thousand"])
        else:
            said = read_english(" ".join(english))
            assert said == SPANISH[spanish], (english, spanish)
            checked += 1
    assert checked > 15_000


def test_aligned_words_of_dates_are_days_months_and_years():
    seen = set()
    for english, spanish in aligned_words("dates"):
        if not english:
            assert spanish in ("el", "de")
            continue
        (word,) = english
        if spanish.isdigit():
            assert re.fullmatch(rf"{spanish}(st|nd|rd|th)?", word)
        else:
            seen.add((word, spanish))
    assert len(seen) == 12 + 7  # one Spanish name each
    assert {("march", "marzo"), ("sunday", "domingo")} <= seen


def test_adjectives_are_aligned_across_the_noun():
    found = dict.fromkeys(FORMS["spanish"], 0)
    for english, spanish in aligned_words("sentences"):
        for word in english:
            if word in found:
                assert spanish in FORMS["spanish"][word].split()
                found[word] += 1
    assert min(found.values()) > 100
