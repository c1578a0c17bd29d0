"""Does a trainee's page say what was read, practised and answered, and what is due, from the desk alone?"""

from datetime import UTC, datetime, timedelta

import pytest
from conftest import EXAMPLES, ROOT

from icecourse.curriculum import Course
from icecourse.desk.layout import Desk
from icecourse.item import journal
from icecourse.item.grammar import parse
from icecourse.item.journal import Entry
from icecourse.page import answers, progress

MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)


def at(days=0, hours=0):
    return (MONDAY + timedelta(days=days, hours=hours)).isoformat()


@pytest.fixture
def desk(scratch, home):
    Desk(scratch / "desk").lay_out(Course(ROOT), lambda: "ann")
    return scratch / "desk"


def practise(desk, item, response, when):
    journal.append(desk / "lessons" / journal.NAME, Entry(item.id, response, when, item.version))


def test_what_was_done_is_counted_by_lesson_quiz_and_objective(desk):
    lesson = Course(desk).lessons[0]
    (_, first), (_, second), *_ = [row for row in lesson.items() if row[1].kind == "one"]
    practise(desk, first, list(first.key.correct), at())
    practise(desk, second, [next(name for name in second.options if name not in second.key.correct)], at())
    quiz = next(page for page in Course(ROOT).assignments if page.name.startswith("quiz-"))
    [asked, *_] = [item for _, item in quiz.items()]
    response = {"match": dict(zip(asked.left, asked.options, strict=False)), "entry": "1"}.get(
        asked.kind, list(asked.options)[:1]
    )
    journal.append(desk / quiz.name / journal.NAME, Entry(asked.id, response, at(), asked.version))
    journal.append(desk / answers.DESK / answers.OPENED, Entry(lesson.name, "opened", at()))
    found = progress.of(desk)
    row = next(row for row in found.lessons if row.name == lesson.title)
    assert (row.done, row.right, row.of) == (2, 1, len(list(lesson.items()))) and row.opened == at()
    assert next(row for row in found.quizzes if row.name == quiz.title).done == 1
    assert sum(row.done for row in found.objectives) == 2 and sum(row.right for row in found.objectives) == 1
    page = progress.progress_html(found)
    assert "Monday, November 2, 2026" in page and "2 of " in page and "sent to nobody" in page


def test_an_item_comes_back_sooner_after_a_mistake_and_later_after_success():
    item = parse(EXAMPLES["one"])
    right, wrong = ["tuesday"], ["sunday"]

    def due(*tries):
        return progress.due(item, [Entry(item.id, response, when) for response, when in tries])

    assert due() is None
    assert MONDAY < due((wrong, at())) < due((right, at())) < due((right, at()), (right, at(days=4)))
    assert due((wrong, at()), (right, at(hours=1))) == due((wrong, at())), "a second try of a day is no review"
    assert due((right, "9999-12-31T23:59:59+00:00")) is None
    assert due((right, at(days=9)), (right, at())) > MONDAY, "a clock that goes backwards stops nothing"
    assert due((right, "yesterday")) is None, "a time that cannot be read is no review"
    assert due((right, at())) == due((right, at())), "no chance in it"


def test_the_deck_holds_practised_items_with_the_earliest_first(desk):
    items = [item for page in Course(desk).lessons for _, item in page.items() if item.kind == "one"][:3]
    assert progress.deck(desk) == []
    assert "Nothing to review yet" in progress.deck_text([], MONDAY)
    for days, item in enumerate(items):
        practise(desk, item, list(item.key.correct), at(days=-days))
    dues = progress.deck(desk)
    assert [due.item.id for due in dues] == [item.id for item in reversed(items)]
    assert "3 items are due today." in progress.deck_text(dues, dues[-1].at)
    assert "Nothing is due today. The next one comes on" in progress.deck_text(dues, MONDAY - timedelta(days=5))


def test_a_torn_lesson_or_journal_costs_itself_alone(desk):
    lesson, other = Course(desk).lessons[:2]
    item = next(item for _, item in other.items() if item.kind == "one")
    practise(desk, item, list(item.key.correct), at())
    lesson.path.write_text("{")
    with open(desk / "lessons" / journal.NAME, "ab") as file:
        file.write(b'\x00\xff{"item": 3}\n[[[[')
    assert [due.item.id for due in progress.deck(desk)] == [item.id]
    assert progress.of(desk).objectives
