"""Does a report pair each score with the answer that earned it, and reckon as nbgrader does?"""

import shutil

import pytest
from test_grading import RIGHT, TEXTS
from trial import NAME, book, gradebook_rows, release, submit

from icecourse.course_root import api
from icecourse.grading import gradebook
from icecourse.instructor import export
from icecourse.instructor.report import classroom


@pytest.fixture
def course(course_root):
    assert release(course_root)["success"]
    submit(course_root, "ann", RIGHT, TEXTS)
    assert api(course_root).autograde(NAME, "ann")["success"]
    return course_root


def answers(root) -> dict:
    return {answer.item: (answer.response, answer.earned) for answer in classroom.read(root).answers}


def hand_in_again(root) -> None:
    """A second hand-in was collected: another answer, an hour later. Nobody graded it yet."""
    shutil.rmtree(root / "submitted" / "ann")
    submit(root, "ann", [("one-right", ["sunday"])], at="2026-11-20 11:00:00 UTC")


def test_a_newer_hand_in_changes_no_graded_answer_and_waits(course):
    assert answers(course)["one-right"] == (["tuesday"], 1)
    assert classroom.read(course).waiting == ()
    hand_in_again(course)
    assert answers(course)["one-right"] == (["tuesday"], 1), "its points belong to the answer that was graded"
    assert classroom.read(course).waiting == (("ann", NAME),)
    assert api(course).autograde(NAME, "ann", force=False)["success"]
    assert answers(course)["one-right"] == (["sunday"], 0)
    assert classroom.read(course).waiting == ()


def test_a_journal_too_large_to_keep_still_tells_what_was_answered(course):
    submit(course, "ben", RIGHT)
    path = course / "submitted" / "ben" / NAME / "answers.jsonl"
    path.write_bytes((b"x" * 999 + b"\n") * 9000 + path.read_bytes())
    assert api(course).autograde(NAME, "ben")["success"]
    responses = {a.item: a.response for a in classroom.read(course).answers if a.trainee == "ben"}
    assert responses["one-right"] == ["tuesday"] and responses["all-of-them"] == ["monday", "tuesday", "friday"]


GRADES = [  # auto, manual, extra credit -> nbgrader's score
    (None, None, None, 0),
    (None, None, 2.0, 0),
    (1.0, None, 0.5, 1.5),
    (1.0, 0.25, None, 0.25),
    (1.0, 0.0, 0.5, 0.5),
    (None, 2.0, 1.0, 3.0),
]


@pytest.mark.parametrize(("auto", "manual", "extra", "score"), GRADES)
def test_a_score_is_nbgraders_own(course, auto, manual, extra, score):
    with book(course) as open_book:
        grade = open_book.find_grade("memo", NAME, NAME, "ann")
        grade.auto_score, grade.manual_score, grade.extra_credit = auto, manual, extra
        open_book.db.commit()
        total = open_book.find_submission(NAME, "ann").score
        assert open_book.find_grade("memo", NAME, NAME, "ann").score == score
    *_, row = export.canvas(classroom.read(course))
    assert row[-1] == total
    [read] = [g for g in gradebook.read(api(course).coursedir.db_url, NAME).grades if g.cell == "memo"]
    assert read.score == score


def test_an_item_that_could_not_be_scored_waits_for_a_person_and_costs_no_other(course, monkeypatch):
    """A fault of our own in scoring is no trainee's zero."""
    from icecourse.item import scoring

    honest = scoring.score

    def broken(item, response):
        if item.id == "two-right":
            raise ZeroDivisionError("a fault of ours")
        return honest(item, response)

    monkeypatch.setattr(scoring, "score", broken)
    submit(course, "ben", RIGHT)
    result = api(course).autograde(NAME, "ben")
    assert result["success"], result
    assert "Traceback" in result["log"] and "ZeroDivisionError: a fault of ours" in result["log"]
    assert 'Item "two-right" could not be scored; a person must grade it.' in result["log"]
    row = gradebook_rows(course)["ben"]
    assert row["two-right"] == (None, None, None, True, 1)
    assert row["one-right"] == (1, None, None, False, 1) and row["manual"]
    assert "two-right" not in {a.item for a in classroom.read(course).answers if a.trainee == "ben"}
    monkeypatch.setattr(scoring, "score", honest)
    assert api(course).autograde(NAME, "ben")["success"]
    assert gradebook_rows(course)["ben"]["two-right"] == (1, None, None, False, 1)


def test_reading_writes_nothing(course):
    path = course / "gradebook.db"
    with book(course) as open_book:
        from sqlalchemy import text

        open_book.db.execute(text("DROP TABLE icecourse_graded_version"))  # one that stock nbgrader graded
        open_book.db.execute(text("DROP TABLE icecourse_item_version"))
        open_book.db.commit()
    whole = path.read_bytes()
    records = gradebook.read(f"sqlite:///{path}")
    assert {grade.version for grade in records.grades} == {""} and records.versions == {}
    assert path.read_bytes() == whole


def test_an_assignment_that_nobody_knows_is_said(course):
    with pytest.raises(gradebook.GradebookError, match="quiz-99: the gradebook does not know it"):
        gradebook.read(api(course).coursedir.db_url, "quiz-99")
