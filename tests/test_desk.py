"""Is a desk laid out with what a trainee needs and no more, and is nothing overwritten that a trainee did?"""

import json
import os
from datetime import datetime

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from icecourse.__main__ import main
from icecourse.curriculum import Course
from icecourse.desk.layout import START, Desk, DeskError
from icecourse.item import journal

LESSON, QUIZ = "lessons/03-trial.ipynb", "quiz-03-trial"


def page(path, text, role="lesson"):
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [new_markdown_cell(f"# {text}\n\nPurpose.", id="title"), new_code_cell("1", id="one")]
    nbformat.write(new_notebook(cells=cells, metadata={"icecourse": {"role": role}}), path)


@pytest.fixture
def course(scratch, home):
    root = scratch / "course"
    page(root / LESSON, "03 · Trial")
    page(root / "assignments" / QUIZ / f"{QUIZ}.ipynb", "Quiz 03 · Trial", "quiz")
    page(root / "assignments" / "final-exam" / "final-exam.ipynb", "Final", "quiz")
    return Course(root)


@pytest.fixture
def desk(scratch):
    return Desk(scratch / "desk")


def lay(desk, course, trainee="ann"):
    return desk.lay_out(course, lambda: trainee)


def test_lessons_and_quizzes_are_there_signed_and_the_final_is_not(desk, course):
    changes = lay(desk, course)
    assert changes.new == [LESSON, QUIZ]
    for path in (desk.folder / LESSON, desk.folder / QUIZ / f"{QUIZ}.ipynb", desk.folder / START):
        assert NotebookNotary().check_signature(nbformat.read(path, as_version=4)), path
    assert not (desk.folder / "final-exam").exists() and not (desk.folder / "source").exists()


def test_the_first_screen_links_lesson_and_quiz(desk, course):
    lay(desk, course)
    text = nbformat.read(desk.folder / START, as_version=4).cells[0].source
    assert f"[03 · Trial]({LESSON})" in text and f"[Quiz 03 · Trial]({QUIZ}/{QUIZ}.ipynb)" in text


@pytest.mark.parametrize(
    ("due", "says"),
    [(datetime(2026, 11, 6, 17).astimezone().isoformat(), ", due Friday, November 6, 2026, 17:00"), (None, ""),
     ("next Friday", ". The due date cannot be read: ask your instructor"),
     (20261106, ". The due date cannot be read: ask your instructor"),
     ("0001-01-01T00:00:00+14:00", ". The due date cannot be read: ask your instructor")],
)  # fmt: skip
def test_the_first_screen_says_when_a_quiz_is_due_or_that_it_cannot(desk, course, due, says):
    quiz = course.root / "assignments" / QUIZ / f"{QUIZ}.ipynb"
    notebook = nbformat.read(quiz, as_version=4)
    if due is not None:
        notebook.metadata.icecourse.due = due
    nbformat.write(notebook, quiz)
    lay(desk, course)
    text = nbformat.read(desk.folder / START, as_version=4).cells[0].source
    line = next(line for line in text.splitlines() if line.startswith("Then:"))
    link = f"Then: [Quiz 03 · Trial]({QUIZ}/{QUIZ}.ipynb)"
    assert line == link + says if not says.startswith(". ") else line.startswith(link + says)


@pytest.mark.parametrize("damage", ["{", "", "[]", "{}", '{"nbformat": 4}', "[" * 100_000])
def test_a_damaged_quiz_has_its_place_on_the_first_screen_and_says_what_is_missing(desk, course, damage):
    lay(desk, course)
    (desk.folder / QUIZ / f"{QUIZ}.ipynb").write_text(damage)
    lay(desk, course)
    text = nbformat.read(desk.folder / START, as_version=4).cells[0].source
    assert f"Then: [{QUIZ}]({QUIZ}/{QUIZ}.ipynb). The due date cannot be read: ask your instructor" in text


def test_the_trainee_is_asked_once(desk, course):
    lay(desk, course, "ann.lee")
    desk.lay_out(course, lambda: pytest.fail("asked again"))
    assert "c.CourseDirectory.student_id = 'ann.lee'" in (desk.folder / "nbgrader_config.py").read_text()


@pytest.mark.parametrize("name", ["", "ann+bob", "*", "../x", "a b", "x" * 65])
def test_an_id_that_the_exchange_cannot_take_is_refused(desk, course, name):
    with pytest.raises(DeskError, match="cannot be a trainee id"):
        lay(desk, course, name)


def test_a_second_start_changes_nothing(desk, course):
    lay(desk, course)
    before = {p: p.read_bytes() for p in desk.folder.rglob("*") if p.is_file()}
    changes = lay(desk, course)
    assert not (changes.new or changes.updated or changes.kept_beside)
    assert before == {p: p.read_bytes() for p in desk.folder.rglob("*") if p.is_file()}


def test_a_newer_lesson_replaces_an_untouched_copy_even_after_autosave(desk, course):
    lay(desk, course)
    copy = desk.folder / LESSON
    saved = nbformat.read(copy, as_version=4)
    saved.cells[1].outputs = [new_output("stream", text="1")]
    saved.metadata["widgets"] = {}
    nbformat.write(saved, copy)  # what autosave does: outputs, not sources
    page(course.root / LESSON, "03 · Trial, corrected")
    assert lay(desk, course).updated == [LESSON]
    assert "corrected" in copy.read_text(encoding="utf-8")
    assert len(list(copy.parent.glob("*.ipynb"))) == 1


def test_a_touched_copy_is_kept_beside_the_newer_lesson(desk, course):
    lay(desk, course)
    copy = desk.folder / LESSON
    for number, text in enumerate(("my note", "my second note"), start=1):
        mine = nbformat.read(copy, as_version=4)
        mine.cells.append(new_markdown_cell(text))
        nbformat.write(mine, copy)
        assert lay(desk, course).kept_beside == []  # nothing newer: it stays where it is
        page(course.root / LESSON, f"03 · Trial, edition {number}")
        [kept] = lay(desk, course).kept_beside
        assert text in (desk.folder / kept).read_text(encoding="utf-8")
        assert f"edition {number}" in copy.read_text(encoding="utf-8")


@pytest.mark.parametrize("damage", ["{", "", "[]", "{}", '{"nbformat": 4}', "[" * 100_000])
def test_a_damaged_copy_is_kept_too(desk, course, damage):
    lay(desk, course)
    (desk.folder / LESSON).write_text(damage)
    page(course.root / LESSON, "03 · Trial, corrected")
    assert len(lay(desk, course).kept_beside) == 1


def test_a_lost_list_of_what_was_laid_out_loses_no_work(desk, course):
    lay(desk, course)
    mine = nbformat.read(desk.folder / LESSON, as_version=4)
    mine.cells.append(new_markdown_cell("my note"))
    nbformat.write(mine, desk.folder / LESSON)
    (desk.private / "laid.json").write_text("torn {")
    page(course.root / LESSON, "03 · Trial, corrected")
    [kept] = lay(desk, course).kept_beside
    assert "my note" in (desk.folder / kept).read_text(encoding="utf-8")


def test_a_journal_and_a_quiz_in_work_are_never_overwritten(desk, course):
    lay(desk, course)
    answers = desk.folder / QUIZ / journal.NAME
    journal.append(answers, journal.Entry("a", ["x"], journal.now()))
    page(course.root / "assignments" / QUIZ / f"{QUIZ}.ipynb", "Quiz 03, changed", "quiz")
    (course.root / "assignments" / QUIZ / journal.NAME).write_text("")
    before = answers.read_bytes()
    lay(desk, course)
    assert answers.read_bytes() == before
    assert "changed" not in (desk.folder / QUIZ / f"{QUIZ}.ipynb").read_text(encoding="utf-8")


def test_what_a_trainee_must_not_press_is_off_and_saving_is_quick(desk, course):
    lay(desk, course)
    labconfig = desk.private / "config" / "labconfig"
    off = json.loads((labconfig / "page_config.json").read_text())["disabledExtensions"]
    for name in ("validate-assignment", "create-assignment", "formgrader"):
        assert off[f"@jupyter/nbgrader:{name}"]
    saving = json.loads((labconfig / "default_setting_overrides.json").read_text())
    assert saving["@jupyterlab/docmanager-extension:plugin"]["autosaveInterval"] == 10


def test_a_folder_that_cannot_be_written_says_so(scratch, course):
    (scratch / "locked").mkdir(mode=0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        with pytest.raises(DeskError, match=r"cannot be written .*choose another with --desk"):
            lay(Desk(scratch / "locked" / "desk"), course)
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["lab", "--no-browser", "--desk", "."], "is an instructor's course"),
        (["lab", "--no-browser", "--exchange", "nowhere"], "There is no exchange at nowhere"),
        (["lab", "--no-browser", "--desk", "d", "--trainee", "a+b"], "cannot be a trainee id"),
    ],
)
def test_a_command_that_cannot_work_says_one_sentence(course_root, monkeypatch, words, says):
    monkeypatch.chdir(course_root)
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code.startswith("icecourse: ") and says in end.value.code and "\n" not in end.value.code
