"""Does a desk of an older course take up a newer one without losing a file or an answer?

The older course has lessons 03 and 04 and the quizzes after them, and a practice item in lesson 04. In the newer one
lesson 03 is as it was, lesson 04 has another name, and its item stands in a new lesson 05.
"""

import json
import shutil

import nbformat
import pytest
from conftest import ITEM
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from icecourse.curriculum import COURSE_ID, Course
from icecourse.desk.layout import START, Desk, fingerprint
from icecourse.item import journal
from icecourse.item.grammar import parse
from icecourse.item.journal import Entry
from icecourse.page import answers, progress

STAYS, OLD, NEW, NEXT = "03-arrest", "04-custody-and-removal", "04-custody", "05-removal"
QUIZ_STAYS, QUIZ_OLD, QUIZ_NEW = f"quiz-{STAYS}", f"quiz-{OLD}", f"quiz-{NEW}"
MOVED = ITEM.replace("release-on-friday", "the-item-that-moves")
QUIZ_ITEM = ITEM.partition("### BEGIN KEY")[0]
AT = "2026-11-02T09:00:00+00:00"


def page(path, title, *cells, role="lesson"):
    path.parent.mkdir(parents=True, exist_ok=True)
    sources = [new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(cells)]
    cells = [new_markdown_cell(f"# {title}\n\nPurpose.", id="title"), *sources]
    nbformat.write(new_notebook(cells=cells, metadata={"icecourse": {"role": role}}), path)


def lay_course(root, lessons, quizzes):
    for name, cells in lessons.items():
        page(root / "lessons" / f"{name}.ipynb", f"Lesson {name}", *cells)
    for name in quizzes:
        page(root / "assignments" / name / f"{name}.ipynb", f"Quiz {name}", QUIZ_ITEM, role="quiz")
    return Course(root)


@pytest.fixture
def older(scratch):
    return lay_course(scratch / "older", {STAYS: [ITEM], OLD: [MOVED], "glossary": []}, [QUIZ_STAYS, QUIZ_OLD])


@pytest.fixture
def newer(scratch):
    lessons = {STAYS: [ITEM], NEW: [], NEXT: [MOVED], "glossary": []}
    return lay_course(scratch / "newer", lessons, [QUIZ_STAYS, QUIZ_NEW])


@pytest.fixture
def desk(scratch, home, older):
    """A desk as it was laid out when laid.json had lessons only."""
    folder = scratch / "desk"
    shutil.copytree(older.root / "lessons", folder / "lessons")
    for quiz in (QUIZ_STAYS, QUIZ_OLD):
        shutil.copytree(older.root / "assignments" / quiz, folder / quiz)
    (folder / answers.DESK).mkdir()
    (folder / answers.DESK / "trainee.json").write_text('{"id": "ann"}')
    laid = {f"lessons/{path.name}": fingerprint(path) for path in (folder / "lessons").glob("*.ipynb")}
    (folder / answers.DESK / "laid.json").write_text(json.dumps(laid))
    return Desk(folder)


def lay(desk, course):
    return desk.lay_out(course, lambda: "ann")


def note(path, text="my note"):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(new_markdown_cell(text))
    nbformat.write(notebook, path)


def first_page(desk):
    return nbformat.read(desk.folder / START, as_version=4).cells[0].source


def practise(desk, source, *responses):
    item = parse(source)
    for response in responses:
        journal.append(desk.folder / "lessons" / journal.NAME, Entry(item.id, response, AT, item.version))


def answer(desk, quiz):
    item = parse(QUIZ_ITEM)
    journal.append(desk.folder / quiz / journal.NAME, Entry(item.id, ["tuesday"], AT, item.version))


def everything(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def lesson_names(desk):
    return sorted(path.stem for path in (desk.folder / "lessons").glob("*.ipynb"))


def test_an_untouched_lesson_that_the_course_no_longer_has_goes_even_after_autosave(desk, newer):
    copy = desk.folder / "lessons" / f"{OLD}.ipynb"
    saved = nbformat.read(copy, as_version=4)
    saved.cells[1].outputs = [new_output("stream", text="1")]
    nbformat.write(saved, copy)
    assert lay(desk, newer).gone == [f"lessons/{OLD}.ipynb"]
    assert lesson_names(desk) == [STAYS, NEW, NEXT, "glossary"]
    assert f"lessons/{OLD}.ipynb" not in json.loads((desk.private / "laid.json").read_text())
    changes = lay(desk, newer)
    assert not (changes.new or changes.updated or changes.kept_beside or changes.gone)


@pytest.mark.parametrize("damage", [None, "{", "", "[]"])
def test_a_touched_one_stays_as_a_copy_and_is_no_lesson_any_more(desk, newer, damage):
    copy = desk.folder / "lessons" / f"{OLD}.ipynb"
    note(copy) if damage is None else copy.write_text(damage)
    mine = copy.read_bytes()
    practise(desk, MOVED, ["tuesday"])
    kept = f"lessons/{OLD} (my copy 1).ipynb"
    changes = lay(desk, newer)
    assert (changes.kept_beside, changes.gone) == ([kept], [])
    assert (desk.folder / kept).read_bytes() == mine and not copy.exists()
    lay(desk, newer)
    assert (desk.folder / kept).read_bytes() == mine
    tallies = progress.read(desk.folder).lessons
    assert [tally.name for tally in tallies] == [f"Lesson {STAYS}", f"Lesson {NEXT}"]
    assert f"lessons/{OLD}" not in first_page(desk)


def test_practice_counts_once_where_the_item_stands_now(desk, newer):
    practise(desk, MOVED, ["sunday"], ["tuesday"])
    note(desk.folder / "lessons" / f"{OLD}.ipynb")  # its copy holds the item, too
    before = (desk.folder / "lessons" / journal.NAME).read_bytes()
    lay(desk, newer)
    assert (desk.folder / "lessons" / journal.NAME).read_bytes() == before
    tallies = progress.read(desk.folder)
    assert [(tally.name, tally.answered, tally.right, tally.items) for tally in tallies.lessons] == [
        (f"Lesson {STAYS}", 0, 0, 1),
        (f"Lesson {NEXT}", 1, 1, 1),
    ]
    assert [(tally.answered, tally.right, tally.items) for tally in tallies.objectives] == [(1, 1, 2)]
    assert [review.item.id for review in progress.deck(desk.folder)] == ["the-item-that-moves"]


def test_a_copy_beside_an_updated_lesson_is_not_counted_either(desk, newer):
    practise(desk, ITEM, ["tuesday"])
    note(desk.folder / "lessons" / f"{STAYS}.ipynb")
    page(newer.root / "lessons" / f"{STAYS}.ipynb", f"Lesson {STAYS}, corrected", ITEM)
    assert lay(desk, newer).kept_beside == [f"lessons/{STAYS} (my copy 1).ipynb"]
    tallies = progress.read(desk.folder).lessons
    assert [tally.name for tally in tallies] == [f"Lesson {STAYS}, corrected", f"Lesson {NEXT}"]
    assert len(progress.deck(desk.folder)) == 1


def test_what_was_opened_is_kept_and_names_that_are_gone_are_passed_over(desk, newer):
    opened = desk.private / answers.OPENED
    for name in (STAYS, OLD):
        journal.append(opened, Entry(name, "opened", AT))
    before = opened.read_bytes()
    lay(desk, newer)
    assert opened.read_bytes() == before
    openings = {tally.name: tally.opened for tally in progress.read(desk.folder).lessons}
    assert openings == {f"Lesson {STAYS}": AT, f"Lesson {NEXT}": ""}


def test_answers_to_a_quiz_that_is_gone_stay_and_the_first_page_says_where(desk, newer):
    answer(desk, QUIZ_OLD)
    answer(desk, QUIZ_STAYS)
    before = {name: data for name, data in everything(desk.folder).items() if name.startswith("quiz-")}
    for _ in range(2):
        lay(desk, newer)
        after = everything(desk.folder)
        assert {name: after.get(name) for name in before} == before
        text = first_page(desk)
        assert text.endswith(f"Your work on pages that are no longer in the course is kept in: {QUIZ_OLD}.")
        assert f"({QUIZ_OLD}/" not in text and f"({QUIZ_STAYS}/" in text and f"({QUIZ_NEW}/" in text
        quizzes = progress.read(desk.folder).quizzes
        assert [(tally.name, tally.answered) for tally in quizzes] == [
            (f"Quiz {QUIZ_STAYS}", 1),
            (f"Quiz {QUIZ_NEW}", 0),
        ]


def test_a_quiz_of_which_nobody_noted_what_was_laid_out_stays(desk, newer):
    before = everything(desk.folder / QUIZ_OLD)
    assert QUIZ_OLD not in lay(desk, newer).gone
    assert everything(desk.folder / QUIZ_OLD) == before
    assert first_page(desk).endswith(f"is kept in: {QUIZ_OLD}.")


def checkpoint(quiz):
    (quiz / ".ipynb_checkpoints").mkdir()
    shutil.copy(quiz / f"{quiz.name}.ipynb", quiz / ".ipynb_checkpoints" / f"{quiz.name}-checkpoint.ipynb")


def test_an_untouched_quiz_that_was_laid_out_goes_with_jupyters_checkpoint_of_it(scratch, home, older, newer):
    desk = Desk(scratch / "new-desk")
    lay(desk, older)
    checkpoint(desk.folder / QUIZ_OLD)
    assert QUIZ_OLD in lay(desk, newer).gone
    assert not (desk.folder / QUIZ_OLD).exists() and (desk.folder / QUIZ_STAYS).is_dir()
    assert "no longer in the course" not in first_page(desk)


def _note_in_checkpoint(quiz):
    checkpoint(quiz)
    note(quiz / ".ipynb_checkpoints" / f"{quiz.name}-checkpoint.ipynb")


WORK = {
    "a journal": lambda quiz: (quiz / journal.NAME).write_text("torn {"),
    "a note": lambda quiz: note(quiz / f"{quiz.name}.ipynb"),
    "a note in a checkpoint": _note_in_checkpoint,
    "a torn page": lambda quiz: (quiz / f"{quiz.name}.ipynb").write_text("{"),
    "feedback": lambda quiz: (quiz / "feedback.html").write_text("<p>Well done</p>"),
    "a second notebook": lambda quiz: page(quiz / "draft.ipynb", "Draft"),
    "a link": lambda quiz: (quiz / "link.ipynb").symlink_to(quiz / f"{quiz.name}.ipynb"),
}


@pytest.mark.parametrize("work", WORK)
def test_a_quiz_in_which_a_trainee_did_anything_stays_whole(scratch, home, older, newer, work):
    desk = Desk(scratch / "new-desk")
    lay(desk, older)
    WORK[work](desk.folder / QUIZ_OLD)
    before = everything(desk.folder / QUIZ_OLD)
    for _ in range(2):
        lay(desk, newer)
        assert everything(desk.folder / QUIZ_OLD) == before
        assert first_page(desk).endswith(f"is kept in: {QUIZ_OLD}.")


def test_a_quiz_that_comes_back_is_listed_again_with_its_answers(scratch, home, older, newer):
    desk = Desk(scratch / "new-desk")
    lay(desk, older)
    note(desk.folder / QUIZ_OLD / f"{QUIZ_OLD}.ipynb")
    answer(desk, QUIZ_OLD)
    before = everything(desk.folder / QUIZ_OLD)
    for course in (newer, older, newer):
        lay(desk, course)
        assert everything(desk.folder / QUIZ_OLD) == before
    lay(desk, older)
    assert f"({QUIZ_OLD}/{QUIZ_OLD}.ipynb)" in first_page(desk)
    assert [tally.answered for tally in progress.read(desk.folder).quizzes] == [0, 1]


def test_a_trainees_own_folder_is_neither_listed_nor_taken_for_work_on_the_course(desk, newer):
    page(desk.folder / "notes" / "notes.ipynb", "Mine", role="")
    lay(desk, newer)
    assert (desk.folder / "notes" / "notes.ipynb").is_file()
    assert "notes" not in first_page(desk)


@pytest.fixture
def exchange(scratch):
    """An exchange where what the older course has is released: nbgrader fetches from a folder of this form."""
    outbound = scratch / "exchange" / COURSE_ID / "outbound"
    outbound.mkdir(parents=True)
    for folder in (outbound.parent, outbound, outbound.parent / "inbound"):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
    return scratch / "exchange"


def test_a_quiz_that_the_instructor_takes_back_stays_with_its_answers_or_goes(scratch, home, older, exchange):
    outbound = exchange / COURSE_ID / "outbound"
    for quiz in (QUIZ_STAYS, QUIZ_OLD):
        shutil.copytree(older.root / "assignments" / quiz, outbound / quiz)
    desk = Desk(scratch / "class-desk", exchange)
    assert {QUIZ_STAYS, QUIZ_OLD} <= set(lay(desk, older).new)
    answer(desk, QUIZ_OLD)
    before = everything(desk.folder / QUIZ_OLD)
    for quiz in (QUIZ_STAYS, QUIZ_OLD):  # as nbgrader list --remove does
        shutil.rmtree(outbound / quiz)
    assert lay(desk, older).gone == [QUIZ_STAYS]
    assert everything(desk.folder / QUIZ_OLD) == before
    assert first_page(desk).endswith(f"is kept in: {QUIZ_OLD}.") and progress.read(desk.folder).quizzes == ()


def test_an_exchange_whose_disk_is_not_connected_takes_nothing_away(scratch, home, older, exchange):
    outbound = exchange / COURSE_ID / "outbound"
    shutil.copytree(older.root / "assignments" / QUIZ_STAYS, outbound / QUIZ_STAYS)
    desk = Desk(scratch / "class-desk", exchange)
    lay(desk, older)
    shutil.rmtree(exchange / COURSE_ID)
    assert lay(desk, older).gone == []
    assert f"({QUIZ_STAYS}/{QUIZ_STAYS}.ipynb)" in first_page(desk)
    assert len(progress.read(desk.folder).quizzes) == 1


def test_a_lost_list_of_what_was_laid_out_loses_no_page_and_counts_no_item_twice(desk, newer):
    practise(desk, MOVED, ["tuesday"])
    (desk.private / "laid.json").write_text("torn {")
    before = everything(desk.folder / "lessons")
    lay(desk, newer)
    after = everything(desk.folder / "lessons")
    assert {name: after.get(name) for name in before} == before
    assert [(tally.answered, tally.items) for tally in progress.read(desk.folder).objectives] == [(1, 2)]
