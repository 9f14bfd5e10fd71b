"""Question banks are sound; the quiz is plain HTML."""

import re
from html.parser import HTMLParser

import pytest

import coursekit as ck
from coursekit import lessons, quizzes
from coursekit.errors import CourseError
from coursekit.quizzes import bank

GOOD = """
[[question]]
id = "90.{n}"
text = "Question {n}?"
[[question.option]]
label = "a"
text = "one"
right = true
explanation = "Yes."
[[question.option]]
label = "b"
text = "two"
explanation = "No."
"""
FOUR = "".join(GOOD.format(n=n) for n in (1, 2, 3, 4))


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_every_bank_keeps_the_rules(lesson):
    quiz = bank.load(lesson)  # raises with the broken rules
    assert len(quiz.questions) >= 4
    for question in quiz.questions:
        right = sum(option.right for option in question.options)
        assert right == 1 or question.multiple
        for option in question.options:
            assert len(option.explanation) > 15


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_the_right_answer_is_not_always_in_the_same_place(lesson):
    places = {
        option.label
        for question in bank.load(lesson).questions
        for option in question.options
        if option.right
    }
    assert len(places) >= 2


def test_a_sound_bank_is_read():
    assert len(bank.parse("90", FOUR).questions) == 4


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (
            '"Question 1?"',
            '"Question 1? (several are right)"\nmultiple = true',
            "says itself that several",
        ),
        ("right = true", "right = false", "no right option"),
        ('label = "b"', 'label = "b"\nright = true', "several right"),
        ('explanation = "No."', 'explanation = ""', "no explanation"),
        ('label = "b"', 'label = "a"', "labels must be"),
        ('text = "two"', 'text = "one"', "same text"),
        ("Question 2?", "Question 1?", "same text"),
        ('id = "90.2"', 'id = "90.1"', "ids must be"),
    ],
)
def test_a_broken_rule_is_named(old, new, rule):
    with pytest.raises(CourseError, match=rule):
        bank.parse("90", FOUR.replace(old, new, 1))


def test_three_questions_are_too_few():
    with pytest.raises(CourseError, match="fewer than four"):
        bank.parse("90", FOUR.rsplit("[[question]]", 1)[0])


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], set()

    def handle_starttag(self, tag, attributes):
        self.seen.add((tag, *(name for name, _ in attributes)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("lesson", lessons.numbers())
def test_the_html_is_plain_balanced_and_the_same_each_time(lesson):
    html = ck.quiz(lesson)._repr_html_()
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    plain = {"div", "b", "br", "details", "summary", "p"}
    assert {tag[0] for tag in tags.seen} == plain
    assert html == ck.quiz(lesson)._repr_html_()
    ids = re.findall(r'id="(.+?)"', html)
    assert len(ids) == len(set(ids)) == len(ck.quiz(lesson).questions)


def test_the_text_form_hides_the_explanations():
    text = repr(ck.quiz("00"))
    first = ck.quiz("00").questions[0]
    assert first.options[0].text[:20] in text
    assert all(o.explanation[:30] not in text for o in first.options)


def test_answer_says_whether_and_why(capsys):
    for question in ck.quiz("00").questions:
        right = [o.label for o in question.options if o.right]
        wrong = [o.label for o in question.options if not o.right]
        ck.answer(question.id, right)
        assert f"{question.id}  right\n" in capsys.readouterr().out
        ck.answer(question.id, wrong[0])
        said = capsys.readouterr().out
        assert "not quite" in said and f"{wrong[0]})" in said


def test_part_of_several_right_answers_is_said_so(capsys):
    several = [
        (question.id, [o.label for o in question.options if o.right])
        for lesson in lessons.numbers()
        for question in bank.load(lesson).questions
        if question.multiple
    ]
    for identity, right in several:
        if len(right) > 1:
            ck.answer(identity, right[0])
            assert "not all of it" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("identity", "label"), [("00.1", "z"), ("00.99", "a"), ("x", "a")]
)
def test_an_unknown_id_or_label_is_told_not_raised(identity, label, capsys):
    quizzes.answer(identity, label)
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("given", [42, [1.5, 2.5], "dog", lambda x: x])
def test_an_exercises_answer_is_sent_to_check(given, capsys):
    ck.answer("00.2", given)
    said = capsys.readouterr().out
    assert "Question 00.2 of the quiz" in said and 'ck.check("00.2"' in said


def test_a_lesson_without_quiz_is_an_error_that_lists_the_others():
    with pytest.raises(CourseError, match="00"):
        ck.quiz("99")
