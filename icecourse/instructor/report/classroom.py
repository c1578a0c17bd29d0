"""A class as plain records, read from nbgrader's gradebook and the trainees' journals. Nothing is written.

One SQL query for each table, on nbgrader's own table definitions: its objects would ask the database anew for every
row. Any address that nbgrader takes will do. The items and keys are those of the gradebook, by which was graded.
"""

import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from nbgrader import api
from sqlalchemy import and_, create_engine, func, inspect, select
from sqlalchemy.engine import Connection

from icecourse.course_root import course_directory
from icecourse.instructor.report.analysis import Answer
from icecourse.instructor.roster import Person
from icecourse.item import journal, kinds
from icecourse.item.grammar import Item, ItemError, is_item, parse
from icecourse.item.journal import Entry, JournalError
from icecourse.refused import Refused

BREAK = timedelta(minutes=15)  # a longer time between two answers was no work on an item
HISTORY = 2**20  # bytes of a journal that is read as a whole; of a longer one only the answers that count


class ClassroomError(Refused):
    """The gradebook cannot be read. The message is one plain sentence."""


class Cell(NamedTuple):
    """A graded cell. ``item`` is None for one that a person grades."""

    name: str
    assignment: str
    notebook: str
    notebook_id: str
    possible: float
    item: Item | None


class Assignment(NamedTuple):
    """``due``: UTC, or None. ``possible``: points."""

    name: str
    due: datetime | None
    possible: float


class Work(NamedTuple):
    """One submission as graded. ``earned`` is after the late penalty, never below 0. Times are UTC, or None.

    ``pages``: notebook -> nbgrader's id of the submitted notebook, as the formgrader's addresses name it.
    ``notes`` say what was wrong with its journal, each a clause.
    """

    trainee: str
    assignment: str
    at: datetime | None
    due: datetime | None
    earned: float
    possible: float
    penalty: float
    needs_grader: bool
    pages: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def late(self) -> timedelta:
        """How long after the due date, extension included."""
        return max(self.at - self.due, timedelta()) if self.at and self.due else timedelta()


class Classroom(NamedTuple):
    """Everything that the report goes by. ``waiting``: (trainee, assignment) handed in and not graded yet."""

    people: tuple[Person, ...]
    assignments: tuple[Assignment, ...]
    cells: tuple[Cell, ...]
    works: tuple[Work, ...]
    answers: tuple[Answer, ...]
    waiting: tuple[tuple[str, str], ...] = ()

    @property
    def items(self) -> dict[str, Item]:
        return {cell.name: cell.item for cell in self.cells if cell.item}


def read(root: Path) -> Classroom:
    """The class of the course at ``root``. Raises ClassroomError where there is no gradebook."""
    course = course_directory(root)
    engine = create_engine(course.db_url)
    try:
        if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file():
            raise ClassroomError(f"There is no gradebook at {engine.url.database}; run make teach once, or make demo.")
        if not inspect(engine).has_table("grade"):
            raise ClassroomError("The gradebook holds no tables of nbgrader; run make teach once, or make demo.")
        with engine.connect() as connection:
            found = _gradebook(connection)
    finally:
        engine.dispose()
    return _with_journals(found, Path(course.root) / course.submitted_directory)


def history(entries: Iterable[Entry], one_click: Collection[str]) -> dict[str, tuple[Entry, float | None, int]]:
    """For each item of a journal: the entry that counts, seconds to the first answer, how often it was changed.

    Seconds run from the answer before, to whatever item; None for the first of a sitting (no answer within 15 minutes
    before it). ``one_click``: items that one click answers, in which each other response is a change; in the others
    clicks that follow each other are one answer, and coming back to change it is a change.
    """
    found: dict[str, tuple[Entry, float | None, int]] = {}
    before, last = None, ""
    for entry in entries:
        at, name = journal.when(entry.at), entry.item
        if name in found:
            earlier, seconds, changes = found[name]
            another = entry.response != earlier.response and (name in one_click or last != name)
            found[name] = entry, seconds, changes + another
        else:
            known = at and before and timedelta() <= at - before <= BREAK
            found[name] = entry, (at - before).total_seconds() if known else None, 0
        before, last = at or before, name
    return found


def _gradebook(connection: Connection) -> Classroom:
    """What the gradebook alone knows, with answers that say only what they earned."""
    student, assignment, grade = (model.__table__ for model in (api.Student, api.Assignment, api.Grade))
    page, handed_in = api.SubmittedNotebook.__table__, api.SubmittedAssignment.__table__
    cells = _cells(connection)
    names = {
        row.id: row for row in connection.execute(select(assignment.c.id, assignment.c.name, assignment.c.duedate))
    }
    given = {row.id: row for row in connection.execute(select(handed_in))}
    pages = {row.id: row for row in connection.execute(select(page))}
    earned: dict[str, float] = defaultdict(float)
    by_hand: set[str] = set()
    answers = []
    columns = (grade.c.notebook_id, grade.c.cell_id, grade.c.auto_score, grade.c.manual_score, grade.c.extra_credit)
    for notebook, cell_id, auto, manual, extra, ungraded in connection.execute(
        select(*columns, grade.c.needs_manual_grade)
    ):
        cell = cells.get(cell_id)
        if cell is None or notebook not in pages:
            continue
        work = pages[notebook].assignment_id
        # As nbgrader's Grade.score: what a person gave goes before what the machine gave.
        score = (manual if manual is not None else auto or 0.0) + (extra or 0.0)
        earned[work] += score
        if ungraded:
            by_hand.add(work)
        if cell.item:
            answers.append(Answer(given[work].student_id, cell.assignment, cell.name, score, cell.possible))
    penalty: dict[str, float] = defaultdict(float)
    addresses: dict[str, dict[str, str]] = defaultdict(dict)
    notebooks = {cell.notebook_id: cell.notebook for cell in cells.values()}
    for row in pages.values():
        penalty[row.assignment_id] += row.late_submission_penalty or 0.0
        addresses[row.assignment_id][notebooks.get(row.notebook_id, "")] = row.id
    possible: dict[str, float] = defaultdict(float)
    for cell in cells.values():
        possible[cell.assignment] += cell.possible
    works = tuple(
        Work(
            row.student_id, name, row.timestamp, due + (row.extension or timedelta()) if due else None,
            max(0.0, earned[row.id] - penalty[row.id]), possible[name], penalty[row.id], row.id in by_hand,
            addresses[row.id],
        )
        for row in given.values()
        for name, due in [(names[row.assignment_id].name, names[row.assignment_id].duedate)]
    )  # fmt: skip
    people = connection.execute(select(student).order_by(student.c.last_name, student.c.first_name, student.c.id))
    return Classroom(
        tuple(Person(p.id, p.first_name or "", p.last_name or "", p.email or "", p.lms_user_id or "") for p in people),
        tuple(
            Assignment(row.name, row.duedate, possible[row.name])
            for row in sorted(names.values(), key=lambda row: (row.duedate or datetime.max, row.name))
        ),
        tuple(cells.values()),
        works,
        tuple(answers),
    )


def _cells(connection: Connection) -> dict[str, Cell]:
    """Every graded cell by its id in the gradebook, in the order of the assignments' names and of the cells."""
    base, grade, task, source = (m.__table__ for m in (api.BaseCell, api.GradeCell, api.TaskCell, api.SourceCell))
    notebook, assignment = api.Notebook.__table__, api.Assignment.__table__
    most = func.coalesce(grade.c.max_score, task.c.max_score)
    query = (
        select(base.c.id, base.c.name, base.c.notebook_id, notebook.c.name, assignment.c.name, most, source.c.source)
        .join(notebook, base.c.notebook_id == notebook.c.id)
        .join(assignment, notebook.c.assignment_id == assignment.c.id)
        .outerjoin(grade, base.c.id == grade.c.id)
        .outerjoin(task, base.c.id == task.c.id)
        .outerjoin(source, and_(source.c.notebook_id == notebook.c.id, source.c.name == base.c.name))
        .where(most.is_not(None))
    )
    return {
        key: Cell(name, given, page, page_id, float(possible), _item(text))
        for key, name, page_id, page, given, possible, text in connection.execute(query)
    }


def _item(text: str | None) -> Item | None:
    """The item of a graded cell; None for a cell that a person grades, or that could not have been graded."""
    try:
        item = parse(text) if text and is_item(text) else None
    except ItemError:
        return None
    return item if item and item.key else None


def _with_journals(room: Classroom, submitted: Path) -> Classroom:
    """The class with what the journals know: responses, confidence, time, changes; and who waits to be graded."""
    items = room.items
    kept = {
        (work.trainee, work.assignment): _journal(
            Path(f"{submitted}/{work.trainee}/{work.assignment}/{journal.NAME}"), items
        )
        for work in room.works
    }
    answers = []
    for answer in room.answers:
        entry, seconds, changes = kept[answer.trainee, answer.assignment][0].get(answer.item, (None, None, 0))
        if entry:
            seen = {"response": entry.response, "confidence": entry.confidence, "version": entry.version}
            answer = answer._replace(seconds=seconds, changes=changes, **seen)
        answers.append(answer)
    works = [work._replace(notes=kept[work.trainee, work.assignment][1]) for work in room.works]
    known = {assignment.name for assignment in room.assignments}
    waiting = [
        (trainee.name, folder.name)
        for trainee in _folders(submitted)
        for folder in _folders(Path(trainee.path))
        if folder.name in known and (trainee.name, folder.name) not in kept
    ]
    return room._replace(works=tuple(works), answers=tuple(answers), waiting=tuple(waiting))


def _journal(path: Path, items: Mapping[str, Item]) -> tuple[dict[str, tuple[Entry, float | None, int]], tuple]:
    """The journal of one submission, read as grading reads it, from a regular file; and what was wrong with it."""
    try:
        size = path.lstat().st_size
        kept = journal.read(path, items if size > HISTORY else None)
    except FileNotFoundError:
        return {}, ("no-journal",)
    except (JournalError, OSError):
        return {}, ("no-file",)
    entries = (entry for entry in kept.entries if entry.item in items)
    one_click = {name for name, item in items.items() if kinds.of(item).is_one_click}
    return history(entries, one_click), ("torn-lines",) if kept.skipped else ()


def _folders(folder: Path) -> list[os.DirEntry]:
    try:
        with os.scandir(folder) as found:
            return sorted((e for e in found if e.is_dir(follow_symlinks=False)), key=lambda e: e.name)
    except OSError:
        return []
