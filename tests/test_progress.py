"""Does a trainee's page say what was read, practised and answered, and what is due, from the desk alone?"""

from datetime import UTC, datetime, timedelta

import nbformat
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
    tallies = progress.read(desk)
    tally = next(tally for tally in tallies.lessons if tally.name == lesson.title)
    assert (tally.answered, tally.right, tally.items) == (2, 1, len(list(lesson.items()))) and tally.opened == at()
    assert next(tally for tally in tallies.quizzes if tally.name == quiz.title).answered == 1
    assert sum(tally.answered for tally in tallies.objectives) == 2
    assert sum(tally.right for tally in tallies.objectives) == 1
    page = progress.progress_html(tallies)
    assert "Monday, November 2, 2026" in page and "2 of " in page and "sent to nobody" in page


def test_an_item_comes_back_sooner_after_a_mistake_and_later_after_success():
    item = parse(EXAMPLES["one"])
    right, wrong = ["tuesday"], ["sunday"]

    def due(*tries):
        return progress.next_review(item, [Entry(item.id, response, when) for response, when in tries])

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
    reviews = progress.deck(desk)
    assert [review.item.id for review in reviews] == [item.id for item in reversed(items)]
    assert "3 items are due today." in progress.deck_text(reviews, reviews[-1].at)
    assert "Nothing is due today. The next one comes on" in progress.deck_text(reviews, MONDAY - timedelta(days=5))


def test_a_torn_lesson_or_journal_costs_itself_alone(desk):
    lesson, other = Course(desk).lessons[:2]
    item = next(item for _, item in other.items() if item.kind == "one")
    practise(desk, item, list(item.key.correct), at())
    lesson.path.write_text("{")
    with open(desk / "lessons" / journal.NAME, "ab") as file:
        file.write(b'\x00\xff{"item": 3}\n[[[[')
    assert [review.item.id for review in progress.deck(desk)] == [item.id]
    assert progress.read(desk).objectives


@pytest.mark.parametrize("damage", ["{", "", "[]", "{}", '{"nbformat": 4}', "[" * 100_000, "an item that is none"])
def test_a_page_that_cannot_be_read_has_a_row_that_says_what_to_do(desk, damage):
    lesson, quiz = Course(desk).lessons[1], next(desk.glob("quiz-*/quiz-*.ipynb"))
    for path in (lesson.path, quiz):
        if damage.startswith("an item"):
            notebook = nbformat.read(path, as_version=4)
            notebook.cells.append(nbformat.v4.new_code_cell("%%item mine"))
            nbformat.write(notebook, path)
        else:
            path.write_text(damage)
    tallies = progress.read(desk)
    [lost] = [tally for tally in tallies.lessons if tally.fault]
    assert f"Move {lesson.path.name} out of the folder lessons" in lost.fault
    [lost_quiz] = [tally for tally in tallies.quizzes if tally.fault]
    assert "ask your instructor" in lost_quiz.fault
    if not damage.startswith("an item"):
        assert (lost.name, lost_quiz.name) == (lesson.path.stem, quiz.stem)
    page = progress.progress_html(tallies)
    assert f'<td colspan="3">{lost.fault}</td>' in page and f'<td colspan="1">{lost_quiz.fault}</td>' in page


def test_a_lesson_that_was_moved_as_told_comes_back(desk):
    lesson = Course(desk).lessons[1]
    lesson.path.write_text("{")
    lesson.path.rename(desk / lesson.path.name)
    Desk(desk).lay_out(Course(ROOT), lambda: "ann")
    assert not [tally.fault for tally in progress.read(desk).lessons if tally.fault]
