"""The tales: plain characters, whole sentences, no tale in two splits."""

import re
from collections import Counter

import pytest

from coursekit import data
from generate import text as tales

pytestmark = pytest.mark.bundled


@pytest.fixture(scope="module")
def sets():
    return data.load("text")


def whole(split):
    return split.x + split.y[-1]


def splits(sets):
    return [whole(s) for s in (sets.train, sets.validation, sets.test)]


def test_targets_are_the_text_one_character_later(sets):
    for split in (sets.train, sets.validation, sets.test):
        assert split.x[1:] == split.y[:-1]
        assert whole(split).endswith((".\n", '"\n'))


def test_there_are_130_tales_and_about_200000_plain_characters(sets):
    counts = [len(t.strip().split("\n\n")) for t in splits(sets)]
    assert counts == [104, 13, 13]
    text = "".join(splits(sets))
    assert 150_000 < len(text) < 205_000
    assert set(text) <= set(map(chr, range(32, 127))) | {"\n"}
    assert len(set(text)) < 70
    assert set("".join(splits(sets)[1:])) <= set(splits(sets)[0])


def test_no_paragraph_occurs_twice(sets):
    lines = [line for t in splits(sets) for line in t.splitlines() if line]
    assert len(set(lines)) == len(lines)


def test_the_english_has_no_slips_that_a_rule_can_find(sets):
    for line in "\n".join(splits(sets)).splitlines():
        assert not re.search(r"\b[Aa] [aeiou]", line), line
        assert not re.search(r"\b[Aa]n [^aeiou]", line), line
        assert not re.search(r"\b(\w+) \1\b", line), line
        assert not re.search(r"[{}|]|  | [.,?!]", line), line
        assert line.count('"') % 2 == 0, line
        assert not line or re.match(r'["A-Z]', line), line
        for sentence in re.split(r"(?<=[.!?]) ", line.replace('"', "")):
            small = re.match(r"(it|he|she|asked|cried|said)\b", sentence)
            assert sentence[:1].isupper() or small or not sentence, line


def test_a_hero_keeps_name_and_pronoun_through_a_tale(sets):
    for tale in "\n".join(splits(sets)).split("\n\n"):
        names = [
            n for n in tales.WOMEN + tales.MEN if re.search(rf"\b{n}\b", tale)
        ]
        assert len(names) == 1, tale
        opening = tale.splitlines()[0]
        he = "she" if names[0] in tales.WOMEN else "he"
        other = {"he": "she", "she": "he"}[he]
        assert not re.search(rf"\b{other}\b", opening.lower())


def test_riddles_are_answered_rightly(sets):
    asked = Counter()
    for line in "\n".join(splits(sets)).splitlines():
        for riddle, answer in tales.RIDDLES:
            if riddle in line:
                assert f'"{answer}' in line
                asked[riddle] += 1
    assert len(asked) == len(tales.RIDDLES)
