"""Grades written into nbgrader's gradebook as nbgrader writes them, many submissions in one transaction.

nbgrader opens the gradebook seven times for each submission and looks up each grade over six tables. Here one
connection serves a batch; whoever opened it begins and ends the transaction, so that all of a batch is written or
nothing.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from nbgrader import api
from sqlalchemy import Connection, Row, Table, bindparam, delete, insert, select, update

from icecourse.grading.gradebook import (
    ASSIGNMENT,
    CELL,
    GRADE,
    GRADED_VERSION,
    ITEM_VERSION,
    NOTEBOOK,
    STUDENT,
    SUBMISSION,
    SUBMITTED_NOTEBOOK,
    GradebookError,
    late,
)
from icecourse.item.grammar import Item

_COMMENT = api.Comment.__table__

# (trainee, notebook's score, seconds late) -> penalty in points, or None
Penalty = Callable[[str, float, float], float | None]


class Marks(NamedTuple):
    """What grading gives one notebook, by cell. A score of None: a person must grade it.

    ``versions``: the graded_version of the items among them.
    """

    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]
    versions: Mapping[str, str]


class MarkedSubmission(NamedTuple):
    """What grading gives one submission: ``at`` is its time, UTC without a zone; ``notebooks``: name -> marks."""

    trainee: str
    at: datetime | None
    notebooks: Mapping[str, Marks]


class AssignmentRows(NamedTuple):
    """Where an assignment stands in nbgrader's tables: ids. ``due``: UTC without a zone.

    ``graded``, ``commented``: notebook's name -> {cell's name: its id}; a cell that is written and graded has one of
    each kind.
    """

    id: str
    due: datetime | None
    notebooks: Mapping[str, str]
    graded: Mapping[str, Mapping[str, str]]
    commented: Mapping[str, Mapping[str, str]]


class _NotebookRow(NamedTuple):
    """A submitted notebook of the batch. ``is_new``: the gradebook did not have it. ``marks``: None, if not graded."""

    id: str
    is_new: bool
    notebook: str
    marks: Marks | None
    trainee: str
    known: Row | None  # the submission as it stood before
    at: datetime | None


def assignment_rows(link: Connection, assignment: str) -> AssignmentRows:
    """The ids of an assignment. Raises GradebookError where the gradebook does not know it."""
    row = link.execute(select(ASSIGNMENT).where(ASSIGNMENT.c.name == assignment)).first()
    if row is None:
        raise GradebookError(f"{assignment}: the gradebook does not know this assignment.")
    query = select(NOTEBOOK.c.id, NOTEBOOK.c.name).where(NOTEBOOK.c.assignment_id == row.id)
    names = {notebook.id: notebook.name for notebook in link.execute(query)}
    graded: dict[str, dict[str, str]] = {name: {} for name in names.values()}
    commented: dict[str, dict[str, str]] = {name: {} for name in names.values()}
    for cell in link.execute(select(CELL).where(CELL.c.notebook_id.in_(names))):
        if cell.type in ("GradeCell", "TaskCell"):
            graded[names[cell.notebook_id]][cell.name] = cell.id
        if cell.type in ("SolutionCell", "TaskCell"):
            commented[names[cell.notebook_id]][cell.name] = cell.id
    return AssignmentRows(row.id, row.duedate, {name: key for key, name in names.items()}, graded, commented)


def trainees(link: Connection) -> set[str]:
    """The ids of all trainees of the course."""
    return set(link.scalars(select(STUDENT.c.id)))


def handed_in(link: Connection, rows: AssignmentRows) -> set[str]:
    """The ids of trainees whose submission the gradebook has."""
    return set(link.scalars(select(SUBMISSION.c.student_id).where(SUBMISSION.c.assignment_id == rows.id)))


def keep_versions(link: Connection, items: Mapping[str, tuple[Item, str]]) -> None:
    """Keep the source of each item that grades now, by its graded_version. ``items``: name -> (item, source)."""
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    rows = {
        item.graded_version: {"version": item.graded_version, "item": name, "source": source, "since": now}
        for name, (item, source) in items.items()
    }
    known = set(link.scalars(select(ITEM_VERSION.c.version).where(ITEM_VERSION.c.version.in_(rows))))
    _insert(link, ITEM_VERSION, [row for version, row in rows.items() if version not in known])


def write(
    link: Connection,
    rows: AssignmentRows,
    batch: Sequence[MarkedSubmission],
    penalty: Penalty | None,
    only: Collection[str] | None = None,
) -> None:
    """Write a batch of submissions. ``only``: the cells whose grades are written, if not all.

    As nbgrader does it: a manual score stays and its cell is marked for another look; a time that is missing leaves
    the one that is known; late penalties are set anew.
    """
    notebooks = _notebook_rows(link, rows, batch, _submissions(link, rows, batch))
    _write_grades(link, rows, notebooks, only)
    _write_comments(link, rows, notebooks, only)
    if penalty:
        _write_penalties(link, rows, notebooks, penalty)


def _submissions(
    link: Connection, rows: AssignmentRows, batch: Sequence[MarkedSubmission]
) -> dict[str, tuple[str, Row | None]]:
    """Write trainees and submissions that are new, and newer times: trainee -> (submission's id, its row before)."""
    names = [submission.trainee for submission in batch]
    enrolled = set(link.scalars(select(STUDENT.c.id).where(STUDENT.c.id.in_(names))))
    _insert(link, STUDENT, [{"id": name} for name in names if name not in enrolled])
    query = select(SUBMISSION).where(SUBMISSION.c.assignment_id == rows.id, SUBMISSION.c.student_id.in_(names))
    known = {row.student_id: row for row in link.execute(query)}
    ids = {name: (known[name].id, known[name]) if name in known else (api.new_uuid(), None) for name in names}
    new, times = [], []
    for submission in batch:
        key, row = ids[submission.trainee]
        if row is None:
            new.append(
                {"id": key, "assignment_id": rows.id, "student_id": submission.trainee, "timestamp": submission.at}
            )
        elif submission.at:
            times.append({"row": key, "timestamp": submission.at})
    _insert(link, SUBMISSION, new)
    _update(link, SUBMISSION, times)
    return ids


def _notebook_rows(
    link: Connection,
    rows: AssignmentRows,
    batch: Sequence[MarkedSubmission],
    submissions: Mapping[str, tuple[str, Row | None]],
) -> list[_NotebookRow]:
    """Write the submitted notebooks that are new; every one of the batch."""
    before = [key for key, row in submissions.values() if row is not None]
    query = select(SUBMITTED_NOTEBOOK).where(SUBMITTED_NOTEBOOK.c.assignment_id.in_(before))
    known = {(row.assignment_id, row.notebook_id): row.id for row in link.execute(query)} if before else {}
    notebooks, new = [], []
    for submission in batch:
        key, row = submissions[submission.trainee]
        for name, notebook in rows.notebooks.items():
            page = known.get((key, notebook))
            if page is None:
                new.append({"id": api.new_uuid(), "assignment_id": key, "notebook_id": notebook})
            marks = submission.notebooks.get(name)
            notebooks.append(
                _NotebookRow(
                    page or new[-1]["id"], page is None, name, marks, submission.trainee, row, submission.at
                )
            )  # fmt: skip
    _insert(link, SUBMITTED_NOTEBOOK, new)
    return notebooks


def _write_grades(
    link: Connection, rows: AssignmentRows, notebooks: Sequence[_NotebookRow], only: Collection[str] | None
) -> None:
    known = _known(link, GRADE, notebooks)
    new, changed, versions = [], [], []
    for notebook in notebooks:
        marks = notebook.marks
        for name, cell in rows.graded[notebook.notebook].items():
            row = known.get((notebook.id, cell))
            score = marks.scores.get(name) if marks else None
            is_marked = marks is not None and name in marks.scores
            grade = row.id if row else api.new_uuid()
            if row is None:
                new.append(
                    {"id": grade, "notebook_id": notebook.id, "cell_id": cell, "auto_score": score,
                     "needs_manual_grade": score is None}
                )  # fmt: skip
            elif is_marked and (only is None or name in only):
                again = row.manual_score is not None or score is None
                changed.append({"row": grade, "auto_score": score, "needs_manual_grade": again})
            else:
                continue
            if is_marked and name in marks.versions:
                versions.append({"grade_id": grade, "version": marks.versions[name]})
    _insert(link, GRADE, new)
    _update(link, GRADE, changed)
    if changed and versions:
        stale = [row["grade_id"] for row in versions]
        link.execute(delete(GRADED_VERSION).where(GRADED_VERSION.c.grade_id.in_(stale)))
    _insert(link, GRADED_VERSION, versions)


def _write_comments(
    link: Connection, rows: AssignmentRows, notebooks: Sequence[_NotebookRow], only: Collection[str] | None
) -> None:
    known = _known(link, _COMMENT, notebooks)
    new, changed = [], []
    for notebook in notebooks:
        comments = notebook.marks.comments if notebook.marks else {}
        for name, cell in rows.commented[notebook.notebook].items():
            row = known.get((notebook.id, cell))
            if row is None:
                new.append({"notebook_id": notebook.id, "cell_id": cell, "auto_comment": comments.get(name)})
            elif name in comments and (only is None or name in only):
                changed.append({"row": row.id, "auto_comment": comments[name]})
    _insert(link, _COMMENT, new)
    _update(link, _COMMENT, changed)


def _write_penalties(
    link: Connection, rows: AssignmentRows, notebooks: Sequence[_NotebookRow], penalty: Penalty
) -> None:
    overdue: dict[str, tuple[str, float]] = {}
    changed = []
    for notebook in notebooks:
        if notebook.marks is None:
            continue
        known = notebook.known
        seconds = late(notebook.at or (known and known.timestamp), rows.due, known and known.extension).total_seconds()
        if seconds > 0:
            overdue[notebook.id] = notebook.trainee, seconds
        elif known is not None:  # a new row has no penalty
            changed.append({"row": notebook.id, "late_submission_penalty": None})
    if overdue:  # nbgrader's own sum, so that a penalty is the same to the last digit
        query = select(api.SubmittedNotebook.id, api.SubmittedNotebook.score)
        for page, score in link.execute(query.where(api.SubmittedNotebook.id.in_(overdue))):
            trainee, seconds = overdue[page]
            changed.append({"row": page, "late_submission_penalty": penalty(trainee, score, seconds)})
    _update(link, SUBMITTED_NOTEBOOK, changed)


def _known(link: Connection, table: Table, notebooks: Sequence[_NotebookRow]) -> dict[tuple[str, str], Row]:
    """The rows of a table of grades or comments that stand there already, by notebook's and cell's id."""
    old = [notebook.id for notebook in notebooks if not notebook.is_new]
    found = link.execute(select(table).where(table.c.notebook_id.in_(old))) if old else ()
    return {(row.notebook_id, row.cell_id): row for row in found}


def _insert(link: Connection, table: Table, rows: list[dict]) -> None:
    if rows:
        link.execute(insert(table), rows)


def _update(link: Connection, table: Table, rows: list[dict]) -> None:
    """Set columns in the rows whose id each dict gives as "row"."""
    if rows:
        link.execute(update(table).where(table.c.id == bindparam("row")), rows)
