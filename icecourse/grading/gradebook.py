"""A gradebook as plain records, by one query for each table. Nothing is written (``grade_writing`` does that).

nbgrader's own objects would ask the database anew for every row. Any address that nbgrader takes will do. The tables
are nbgrader's own, with two of ours beside them that tell under which key a grade was given: nbgrader never reads or
changes those.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from nbgrader import api
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    MetaData,
    Select,
    String,
    Table,
    Text,
    and_,
    create_engine,
    func,
    inspect,
    literal,
    select,
)

from icecourse.refused import Refused

OURS = MetaData()
# grade.id -> the graded_version of the item (icecourse.item.grammar) that gave it its auto_score
GRADED_VERSION = Table(
    "icecourse_graded_version", OURS, Column("grade_id", String(32), primary_key=True),
    Column("version", String(16), nullable=False),
)  # fmt: skip
# graded_version -> the source of the item's cell, key and all, and since when it graded
ITEM_VERSION = Table(
    "icecourse_item_version", OURS, Column("version", String(16), primary_key=True),
    Column("item", String(128), nullable=False), Column("source", Text, nullable=False),
    Column("since", DateTime, nullable=False),
)  # fmt: skip

STUDENT, ASSIGNMENT, NOTEBOOK, CELL, SOURCE, GRADE = (
    model.__table__
    for model in (api.Student, api.Assignment, api.Notebook, api.BaseCell, api.SourceCell, api.Grade)
)  # fmt: skip
SUBMISSION, SUBMITTED_NOTEBOOK = api.SubmittedAssignment.__table__, api.SubmittedNotebook.__table__
LONGEST_ID = STUDENT.c.id.type.length  # characters; a database that keeps to it would stop the batch


class GradebookError(Refused):
    """There is no gradebook, or not what was asked for. The message is one plain sentence."""


class Person(NamedTuple):
    """A trainee as the gradebook knows them; ``lms`` is their id in another learning platform."""

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    lms: str = ""


class Assignment(NamedTuple):
    """``due``: UTC without a zone, or None. ``possible``: points."""

    name: str
    due: datetime | None
    possible: float


class Cell(NamedTuple):
    """A graded cell. ``source``: the master's, key and all. ``possible``: points. ``automatic``: nobody grades it."""

    assignment: str
    notebook: str
    name: str
    source: str
    possible: float
    automatic: bool


class Grade(NamedTuple):
    """One grade, in points. ``version``: the graded_version that gave ``auto``, "" where nobody noted it."""

    trainee: str
    assignment: str
    notebook: str
    cell: str
    auto: float | None
    manual: float | None
    extra: float | None
    needs_grader: bool
    version: str

    @property
    def is_given(self) -> bool:
        """Whether somebody, or grading, has given it."""
        return self.auto is not None or self.manual is not None

    @property
    def score(self) -> float:
        """The points that count: nbgrader's own rule (``nbgrader.api.Grade.score``).

        A person's goes before the machine's, extra credit comes on top; without either the score is 0.
        """
        points = self.auto if self.manual is None else self.manual
        return 0.0 if points is None else points + (self.extra or 0.0)


class GradedSubmission(NamedTuple):
    """One submission as graded. Times are UTC without a zone, or None; ``due`` includes the trainee's extension.

    ``earned`` is after the late penalty (``penalty``, in points) and never below 0. ``pages``: notebook -> nbgrader's
    id of the submitted notebook, as the formgrader's addresses name it. ``notes`` say what is wrong with its journal,
    each a code of the report's words; the gradebook itself knows none.
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
        return late(self.at, self.due)


class Records(NamedTuple):
    """What a gradebook holds. ``versions``: each graded_version that ever graded -> the source of its item's cell."""

    people: tuple[Person, ...]
    assignments: tuple[Assignment, ...]
    cells: tuple[Cell, ...]
    grades: tuple[Grade, ...]
    submissions: tuple[GradedSubmission, ...]
    versions: Mapping[str, str]


def late(at: datetime | None, due: datetime | None, extension: timedelta | None = None) -> timedelta:
    """How long after the due date, and a trainee's extension of it; none where either time is not known."""
    return max(at - due - (extension or timedelta()), timedelta()) if at and due else timedelta()


def read(db_url: str, assignment: str | None = None) -> Records:
    """The gradebook at ``db_url``, or one assignment of it. Raises GradebookError where it is not there.

    Assignments come by due date, people by name, all else as the gradebook has it.
    """
    engine = create_engine(db_url)
    try:
        if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file():
            raise GradebookError(f"There is no gradebook at {engine.url.database}; run make teach once, or make demo.")
        tables = set(inspect(engine).get_table_names())
        if GRADE.name not in tables:
            raise GradebookError("The gradebook holds no tables of nbgrader; run make teach once, or make demo.")
        with engine.connect() as link:
            return _records(link, assignment, ours=set(OURS.tables) <= tables)
    finally:
        engine.dispose()


def _records(link: Connection, only: str | None, ours: bool) -> Records:
    query = select(ASSIGNMENT.c.id, ASSIGNMENT.c.name, ASSIGNMENT.c.duedate)
    assignments = {
        row.id: row for row in link.execute(query if only is None else query.where(ASSIGNMENT.c.name == only))
    }
    if only is not None and not assignments:
        raise GradebookError(f"{only}: the gradebook does not know it, so nothing was graded.")
    cells = _cells(link, only)
    submitted = {row.id: row for row in link.execute(select(SUBMISSION)) if row.assignment_id in assignments}
    names = {row.id: row.name for row in link.execute(select(NOTEBOOK.c.id, NOTEBOOK.c.name))}
    pages = {
        row.id: (submitted[row.assignment_id], names[row.notebook_id], row.late_submission_penalty or 0.0)
        for row in link.execute(select(SUBMITTED_NOTEBOOK))
        if row.assignment_id in submitted
    }
    possible: dict[str, float] = defaultdict(float)
    for cell in cells.values():
        possible[cell.assignment] += cell.possible
    grades, earned, needs_grader = [], defaultdict(float), set()
    for page, cell_id, auto, manual, extra, ungraded, version in link.execute(_grades(ours)):
        if page in pages and cell_id in cells:
            submission, notebook, _ = pages[page]
            cell = cells[cell_id]
            grade = Grade(
                submission.student_id,
                cell.assignment,
                notebook,
                cell.name,
                auto,
                manual,
                extra,
                ungraded,
                version or "",
            )
            grades.append(grade)
            earned[submission.id] += grade.score
            if ungraded:
                needs_grader.add(submission.id)
    penalty: dict[str, float] = defaultdict(float)
    addresses: dict[str, dict[str, str]] = defaultdict(dict)
    for page, (submission, notebook, points) in pages.items():
        penalty[submission.id] += points
        addresses[submission.id][notebook] = page
    submissions = []
    for row in submitted.values():
        about = assignments[row.assignment_id]
        due = about.duedate + (row.extension or timedelta()) if about.duedate else None
        submissions.append(
            GradedSubmission(
                row.student_id, about.name, row.timestamp, due, max(0.0, earned[row.id] - penalty[row.id]),
                possible[about.name], penalty[row.id], row.id in needs_grader, addresses[row.id],
            )
        )  # fmt: skip
    people = link.execute(select(STUDENT).order_by(STUDENT.c.last_name, STUDENT.c.first_name, STUDENT.c.id))
    return Records(
        tuple(Person(p.id, p.first_name or "", p.last_name or "", p.email or "", p.lms_user_id or "") for p in people),
        tuple(
            Assignment(row.name, row.duedate, possible[row.name])
            for row in sorted(assignments.values(), key=lambda row: (row.duedate or datetime.max, row.name))
        ),
        tuple(cells.values()),
        tuple(grades),
        tuple(submissions),
        {row.version: row.source for row in link.execute(select(ITEM_VERSION))} if ours else {},
    )


def _grades(ours: bool) -> Select:
    """The query of all grades; their versions with them, where grading has noted any in this gradebook."""
    columns = (
        GRADE.c.notebook_id, GRADE.c.cell_id, GRADE.c.auto_score, GRADE.c.manual_score, GRADE.c.extra_credit,
        GRADE.c.needs_manual_grade,
    )  # fmt: skip
    if not ours:
        return select(*columns, literal("").label("version"))
    return select(*columns, GRADED_VERSION.c.version).outerjoin(GRADED_VERSION, GRADED_VERSION.c.grade_id == GRADE.c.id)


def _cells(link: Connection, only: str | None) -> dict[str, Cell]:
    """Every graded cell by its id in the gradebook, or those of one assignment."""
    grade, task = api.GradeCell.__table__, api.TaskCell.__table__
    points = func.coalesce(grade.c.max_score, task.c.max_score)
    query = (
        select(CELL.c.id, ASSIGNMENT.c.name, NOTEBOOK.c.name, CELL.c.name, SOURCE.c.source, points, CELL.c.notebook_id,
               CELL.c.type)
        .join(NOTEBOOK, CELL.c.notebook_id == NOTEBOOK.c.id)
        .join(ASSIGNMENT, NOTEBOOK.c.assignment_id == ASSIGNMENT.c.id)
        .outerjoin(grade, CELL.c.id == grade.c.id)
        .outerjoin(task, CELL.c.id == task.c.id)
        .outerjoin(SOURCE, and_(SOURCE.c.notebook_id == NOTEBOOK.c.id, SOURCE.c.name == CELL.c.name))
        .where(points.is_not(None))
    )  # fmt: skip
    if only is not None:
        query = query.where(ASSIGNMENT.c.name == only)
    # A cell that a trainee writes in and a person grades has a row of each kind under one name.
    query_written = select(CELL.c.notebook_id, CELL.c.name).where(CELL.c.type == "SolutionCell")
    written = {(row.notebook_id, row.name) for row in link.execute(query_written)}
    return {
        key: Cell(
            assignment, notebook, name, source or "", float(possible),
            kind == "GradeCell" and (notebook_id, name) not in written,
        )
        for key, assignment, notebook, name, source, possible, notebook_id, kind in link.execute(query)
    }  # fmt: skip
