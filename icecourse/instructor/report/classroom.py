"""A class as plain records: the gradebook, with the journals that were graded. Nothing is written.

A graded answer is the one in the journal of ``autograded/``, which grading laid there; a newer hand-in in
``submitted/`` waits. The items and keys are those of the gradebook, by which was graded.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from icecourse.course_root import course_directory
from icecourse.grading import gradebook, submission
from icecourse.grading.gradebook import Assignment, Cell, GradedSubmission, Person, Records
from icecourse.instructor.report.analysis import Answer
from icecourse.item import journal, kinds
from icecourse.item.grammar import Item, ItemError, is_item, parse
from icecourse.item.journal import Entry, JournalError

BREAK = timedelta(minutes=15)  # a longer time between two answers was no work on an item
HISTORY = 2**20  # bytes of a journal that is read as a whole; of a longer one only the answers that count


class History(NamedTuple):
    """How one item was answered: the entry that counts, seconds to the first answer or None, how often it changed."""

    entry: Entry
    seconds: float | None
    changes: int


class Classroom(NamedTuple):
    """Everything that the report goes by. ``items``: those that no person grades, as they graded.

    ``waiting``: (trainee, assignment) handed in, or handed in again, and not graded yet.
    """

    people: tuple[Person, ...]
    assignments: tuple[Assignment, ...]
    cells: tuple[Cell, ...]
    submissions: tuple[GradedSubmission, ...]
    answers: tuple[Answer, ...]
    items: Mapping[str, Item]
    waiting: tuple[tuple[str, str], ...] = ()


def read(root: Path) -> Classroom:
    """The class of the course at ``root``. Raises GradebookError where there is no gradebook."""
    course = course_directory(root)
    records = gradebook.read(course.db_url)
    items = {cell.name: item for cell in records.cells if cell.automatic and (item := _item(cell.source))}
    autograded, submitted = (
        Path(course.root) / name for name in (course.autograded_directory, course.submitted_directory)
    )
    journals = {
        (graded.trainee, graded.assignment): _journal(
            Path(f"{autograded}/{graded.trainee}/{graded.assignment}/{journal.NAME}"), items
        )
        for graded in records.submissions
    }
    return Classroom(
        records.people,
        records.assignments,
        records.cells,
        tuple(graded._replace(notes=journals[graded.trainee, graded.assignment][1]) for graded in records.submissions),
        tuple(_answers(records, items, {name: history for name, (history, _) in journals.items()})),
        items,
        tuple(_waiting(records, submitted)),
    )


def history(entries: Iterable[Entry], one_click: Collection[str]) -> dict[str, History]:
    """How each item of a journal was answered. ``one_click``: the items that one click answers.

    Seconds run from the answer before, to whatever item; None for the first of a sitting (no answer within 15 minutes
    before it). Where one click answers, each other response is a change; elsewhere clicks that follow each other are
    one answer, and coming back to change it is a change.
    """
    histories: dict[str, History] = {}
    before, last = None, ""
    for entry in entries:
        at, name = journal.when(entry.at), entry.item
        if name in histories:
            earlier = histories[name]
            another = entry.response != earlier.entry.response and (name in one_click or last != name)
            histories[name] = History(entry, earlier.seconds, earlier.changes + another)
        else:
            known = at and before and timedelta() <= at - before <= BREAK
            histories[name] = History(entry, (at - before).total_seconds() if known else None, 0)
        before, last = at or before, name
    return histories


def _answers(
    records: Records, items: Mapping[str, Item], histories: Mapping[tuple[str, str], Mapping[str, History]]
) -> Iterator[Answer]:
    """The graded answers to items, each with what its journal knows of it; none that still waits for a grader."""
    possible = {(cell.assignment, cell.name): cell.possible for cell in records.cells}
    for grade in records.grades:
        if grade.cell not in items or not grade.is_given:
            continue
        answer = Answer(
            grade.trainee, grade.assignment, grade.cell, grade.score, possible[grade.assignment, grade.cell]
        )
        if (told := histories[grade.trainee, grade.assignment].get(grade.cell)) is not None:
            entry, seconds, changes = told
            answer = answer._replace(
                response=entry.response, confidence=entry.confidence, version=entry.version, seconds=seconds,
                changes=changes,
            )  # fmt: skip
        yield answer


def _item(source: str) -> Item | None:
    """The item of a graded cell; None for a cell that could not have been graded."""
    try:
        item = parse(source) if is_item(source) else None
    except ItemError:
        return None
    return item if item and item.key else None


def _journal(path: Path, items: Mapping[str, Item]) -> tuple[dict[str, History], tuple[str, ...]]:
    """A graded journal, read as grading read it, from a regular file; and what is wrong with it, a code each."""
    try:
        size = path.lstat().st_size
        answers = journal.read(path, items if size > HISTORY else None)
    except FileNotFoundError:
        return {}, ("no-journal",)
    except (JournalError, OSError):
        return {}, ("no-file",)
    entries = (entry for entry in answers.entries if entry.item in items)
    one_click = {name for name, item in items.items() if kinds.of(item).is_one_click}
    return history(entries, one_click), ("torn-lines",) if answers.skipped else ()


def _waiting(records: Records, submitted: Path) -> Iterator[tuple[str, str]]:
    """Who handed in what, or handed it in again, and waits to be graded: (trainee, assignment)."""
    assignments = {assignment.name for assignment in records.assignments}
    graded: dict[tuple[str, str], datetime | None] = {
        (graded.trainee, graded.assignment): graded.at for graded in records.submissions
    }
    for trainee in _folders(submitted):
        for folder in _folders(Path(trainee.path)):
            name = trainee.name, folder.name
            if folder.name in assignments and (
                name not in graded or submission.is_newer(Path(folder.path), graded[name])
            ):
                yield name


def _folders(folder: Path) -> list[os.DirEntry]:
    try:
        with os.scandir(folder) as entries:
            return sorted((e for e in entries if e.is_dir(follow_symlinks=False)), key=lambda e: e.name)
    except OSError:
        return []
