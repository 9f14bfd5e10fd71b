"""Whole numbers below a million in words: English, Spanish, French."""

from generate.names import words

ENGLISH = words(
    "zero one two three four five six seven eight nine ten eleven twelve "
    "thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
ENGLISH_TENS = words("twenty thirty forty fifty sixty seventy eighty ninety")
SPANISH = words(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce "
    "trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte "
    "veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis "
    "veintisiete veintiocho veintinueve"
)
SPANISH_TENS = words(
    "treinta cuarenta cincuenta sesenta setenta ochenta noventa"
)
SPANISH_HUNDREDS = words(
    "ciento doscientos trescientos cuatrocientos quinientos seiscientos "
    "setecientos ochocientos novecientos"
)
FRENCH = words(
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize "
    "quatorze quinze seize dix-sept dix-huit dix-neuf"
)
FRENCH_TENS = words("vingt trente quarante cinquante soixante")


def english(number: int) -> str:
    """Forty-two; three hundred and seven; two thousand and one."""
    thousands, rest = divmod(number, 1000)
    if thousands:
        head = f"{english(thousands)} thousand"
        if not rest:
            return head
        return f"{head} {'and ' * (rest < 100)}{english(rest)}"
    hundreds, rest = divmod(number, 100)
    if hundreds:
        head = f"{ENGLISH[hundreds]} hundred"
        return f"{head} and {english(rest)}" if rest else head
    if number < 20:
        return ENGLISH[number]
    tens, ones = divmod(number, 10)
    return ENGLISH_TENS[tens - 2] + (f"-{ENGLISH[ones]}" if ones else "")


def spanish(number: int) -> str:
    """Treinta y uno; veintiún mil; ciento uno; mil."""
    thousands, rest = divmod(number, 1000)
    if thousands:
        head = "mil" if thousands == 1 else f"{_before_mil(thousands)} mil"
        return f"{head} {spanish(rest)}" if rest else head
    hundreds, rest = divmod(number, 100)
    if hundreds:
        head = SPANISH_HUNDREDS[hundreds - 1]
        return f"{head} {spanish(rest)}" if rest else _whole_hundred(head)
    if number < 30:
        return SPANISH[number]
    tens, ones = divmod(number, 10)
    head = SPANISH_TENS[tens - 3]
    return f"{head} y {SPANISH[ones]}" if ones else head


def _whole_hundred(word: str) -> str:
    return "cien" if word == "ciento" else word


def _before_mil(number: int) -> str:
    """Uno loses its o, and veintiuno takes an accent, before mil."""
    text = spanish(number)
    if text.endswith("veintiuno"):
        return text.removesuffix("uno") + "ún"
    return text.removesuffix("o") if text.endswith("uno") else text


def french(number: int) -> str:
    """Vingt et un; soixante-dix; quatre-vingts; deux cent un (before 1990).

    Cent and vingt take an s when they are multiplied and nothing follows,
    not even mille; mille never changes.
    """
    thousands, rest = divmod(number, 1000)
    if thousands:
        head = "mille" if thousands == 1 else f"{_unmarked(thousands)} mille"
        return f"{head} {french(rest)}" if rest else head
    hundreds, rest = divmod(number, 100)
    if hundreds:
        head = "cent" if hundreds == 1 else f"{FRENCH[hundreds]} cent"
        if rest:
            return f"{head} {french(rest)}"
        return head if hundreds == 1 else f"{head}s"
    return _french_below_100(number)


def _french_below_100(number: int) -> str:
    if number < 20:
        return FRENCH[number]
    if number >= 80:
        ones = number - 80
        return f"quatre-vingt-{FRENCH[ones]}" if ones else "quatre-vingts"
    tens = min(number // 10, 6)
    ones, head = number - 10 * tens, FRENCH_TENS[tens - 2]
    if ones in (1, 11):
        return f"{head} et {FRENCH[ones]}"
    return f"{head}-{FRENCH[ones]}" if ones else head


def _unmarked(number: int) -> str:
    """Without the s of deux cents and quatre-vingts."""
    text = french(number)
    marked = text.endswith(("cents", "vingts"))
    return text.removesuffix("s") if marked else text
