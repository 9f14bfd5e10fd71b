"""Names of people and places for generated texts."""


def words(text: str) -> list[str]:
    """The words of a text: lists that people can read."""
    return text.split()


FIRST = words(
    "Ada Alma Amir Anna Anton Asha Ben Bianca Boris Carla Carmen Cecil Clara "
    "Daniel David Dora Edith Elena Elias Emil Emma Erik Esther Eva Farid "
    "Felix Fiona Frida George Grace Greta Hanna Hassan Helen Henry Hugo Ida "
    "Ines Irene Isaac Ivan Jacob Jane Jasmin Joan Jonas Joseph Julia Kamala "
    "Karim Karl Kate Kiran Lars Laura Leila Leo Lila Lina Louis Lucy Lydia "
    "Maja Malik Marco Maria Martha Martin Maya Mira Nadia Nina Nora Olga "
    "Oliver Omar Oscar Paul Peter Petra Priya Rahul Rita Robert Rosa Ruth "
    "Samir Sara Simon Sofia Stella Tara Thomas Tim Tobias Uma Vera Victor "
    "Walter Wanda Yusuf Zoe"
)

_HEADS = words(
    "Al Ash Bar Beck Black Brad Brook Burn Cal Carl Clay Cran Dal Dun East "
    "El Fair Farn Glen Gran Green Hal Ham Hart Hazel Hol Kel King Lang Lin "
    "Mar Mel Mil Mor New Nor Oak Pen Red Rock Sand Sel Shel Stan Stock "
    "Stone Sun Thorn Wal War West Whit Win Wood"
)
_TAILS = words(
    "bridge brook burn bury by croft dale don field ford gate ham hill hurst "
    "ley low man mere more mouth port ridge side stead ton wall water way "
    "well wick worth"
)
# 1,600 names such as Ashford and Winwater.
PLACES = [
    head + tail
    for head in _HEADS
    for tail in _TAILS
    if head[-1] != tail[0] and head.lower() != tail
]
