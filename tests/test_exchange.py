"""Does the whole way work with stock nbgrader: release, fetch, answer, submit, collect, autograde, feedback?"""

import json
import re
import sqlite3

import nbformat
import pytest
from conftest import ROOT

from icecourse.course_root import api
from icecourse.curriculum import COURSE_ID, Course
from icecourse.desk.hand_in import hand_in
from icecourse.desk.layout import Desk
from icecourse.grading.release import SIGNS
from icecourse.instructor.opening import hand_out
from icecourse.item import journal, scoring
from icecourse.page import answers

QUIZ = "quiz-03-ero-finding-and-arresting"


def rows(root):
    """Gradebook rows as nbgrader stores them: {(trainee, item): (auto score, maximum, needs manual grade)}."""
    with sqlite3.connect(root / "gradebook.db") as gradebook:
        found = gradebook.execute(
            """select submitted_assignment.student_id, base_cell.name, grade.auto_score, grade_cells.max_score,
                      grade.needs_manual_grade
               from grade join submitted_notebook on grade.notebook_id = submitted_notebook.id
                          join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id
                          join grade_cells on grade.cell_id = grade_cells.id
                          join base_cell on base_cell.id = grade_cells.id"""
        ).fetchall()
    return {(trainee, item): (score, maximum, bool(manual)) for trainee, item, score, maximum, manual in found}


def answer(folder, item, response):
    journal.append(folder / journal.NAME, journal.Entry(item.id, response, journal.now(), item.version))


def steps():
    """The instructor's commands as README.md gives them, each as its words; all are for QUIZ."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return [line.partition("#")[0].split()[1:] for line in readme.split("\n") if line.startswith("    nbgrader ")]


@pytest.mark.slow(25)
def test_two_trainees_from_fetch_to_feedback(course_root, scratch, nbgrader):
    """As README.md tells an instructor, word for word."""
    generate, release, collect, autograde, make_feedback, release_feedback = steps()
    assert all(step[1] == QUIZ for step in steps()), "README.md names another quiz"
    course = Course(course_root)
    items = [item for page in course.masters if page.name == QUIZ for _, item in page.items()]
    nbgrader(course_root, *generate)
    nbgrader(course_root, *release)
    desks = {name: Desk(scratch / name, course_root / "exchange") for name in ("ann", "ben")}
    expected = {}
    for name, desk in desks.items():
        desk.lay_out(course, lambda name=name: name)
        fetched = desk.folder / QUIZ
        for number, item in enumerate(items):
            wrong = next(option for option in item.options if option not in item.key.correct)
            right = list(item.key.correct)
            if name == "ann":  # right throughout, after a change of mind
                answer(fetched, item, [wrong])
                answer(fetched, item, right)
                response = right
            elif number == 0:  # ben leaves the first open, gets one right option of several, and half the rest wrong
                response = None
            else:
                response = right[:1] if number % 2 else [wrong]
                answer(fetched, item, response)
            expected[name, item.id] = scoring.score(item, response).earned
        printed = nbgrader(desk.folder, "submit", QUIZ)
        assert f"Submitted as: {COURSE_ID} {QUIZ}" in printed
    nbgrader(course_root, *collect)
    nbgrader(course_root, *autograde)

    got = rows(course_root)
    assert {key: row[0] for key, row in got.items()} == pytest.approx(expected)
    assert all(row[1:] == (1.0, False) for row in got.values())
    assert sum(score for (name, _), score in expected.items() if name == "ann") == len(items)
    assert 0 < sum(score for (name, _), score in expected.items() if name == "ben") < len(items)

    nbgrader(course_root, *make_feedback)
    nbgrader(course_root, *release_feedback)
    for name, desk in desks.items():
        nbgrader(desk.folder, "fetch_feedback", QUIZ)
        [page] = desk.folder.glob(f"{QUIZ}/feedback/*/*.html")
        html = page.read_text(encoding="utf-8")
        assert '<html lang="en">' in html and "<script" not in html and "Training, not legal advice" in html
        text = re.sub(r"<[^>]+>", "\n", html)
        assert not SIGNS.search(text) and "%%item" not in text, "raw key text on a feedback page"
        for item in items:
            kept = journal.read(desk.folder / QUIZ / journal.NAME).last(item.id)
            chosen = kept.response if kept else []
            for option, why in item.key.rationale.items():
                shown = why.replace('"', "&quot;") in html or why in html
                assert shown == (option in chosen), f"{name}, {item.id}: rationale of {option}"
    total = sum(score for (name, _), score in expected.items() if name == "ben")
    assert (
        f"Score: {total:g} of {len(items)} points"
        in desks["ben"].folder.glob(f"{QUIZ}/feedback/*/*.html").__next__().read_text()
    )


def test_an_instructors_preview_of_a_master_reaches_nobody(course_root):
    """The trap: a journal in source/ is released to all, and overwrites every trainee's at autograding."""
    master = course_root / "source" / QUIZ
    assert answers.place(master) is None
    (master / journal.NAME).write_text(json.dumps({"item": "a", "response": []}) + "\n")
    result = api(course_root).generate_assignment(QUIZ, force=True)
    assert not result["success"] and "would overwrite every trainee's answers" in result["log"]
    assert not (course_root / "assignments" / QUIZ).exists()


@pytest.mark.slow(4)
def test_a_submission_without_its_notebook_is_refused_at_hand_in(course_root, scratch, nbgrader):
    """The trap: nbgrader skips a folder without a notebook before any hook of ours could see it."""
    hand_out(Course(course_root))
    desk = Desk(scratch / "ann", course_root / "exchange")
    desk.lay_out(Course(course_root), lambda: "ann")
    (desk.folder / QUIZ / f"{QUIZ}.ipynb").rename(desk.folder / QUIZ / "renamed.ipynb")
    printed = nbgrader(desk.folder, "submit", QUIZ, check=False)
    assert "missing notebooks" in printed
    assert not list((course_root / "exchange" / COURSE_ID / "inbound").iterdir())


def test_an_answer_that_names_a_gone_option_is_said_on_the_feedback_page(course_root, scratch):
    course = Course(course_root)
    [(_, item), *_] = [pair for page in course.masters if page.name == QUIZ for pair in page.items()]
    assert api(course_root).generate_assignment(QUIZ, force=True)["success"]
    hand_out(course)
    desk = Desk(scratch / "ann", course_root / "exchange")
    desk.lay_out(course, lambda: "ann")
    answer(desk.folder / QUIZ, item, ["gone-option"])
    hand_in(desk.folder, QUIZ)
    for result in (
        api(course_root).collect(QUIZ),
        api(course_root).autograde(QUIZ, "ann"),
        api(course_root).generate_feedback(QUIZ, "ann"),
    ):
        assert result["success"], result
    html = (course_root / "feedback" / "ann" / QUIZ / f"{QUIZ}.html").read_text(encoding="utf-8")
    assert "ask your instructor to look at it" in html and "gone-option" in html
    assert rows(course_root)["ann", item.id][0] == 0


def test_a_copy_of_the_notebook_says_what_it_is(checkout):
    """Cell ids and nbgrader ids in what trainees get are the item's own, so that a gradebook row says something."""
    for page in checkout.assignments:
        for cell, item in page.items():
            assert cell.metadata.nbgrader.grade_id == cell.id == item.id
        assert nbformat.validate(page.notebook) is None
