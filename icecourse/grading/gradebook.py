"""Grades written into nbgrader's gradebook as nbgrader writes them, many submissions in one transaction.

nbgrader opens the gradebook seven times for each submission and looks up each grade over six tables. Here one
connection serves a batch, and either all of a transaction is written or nothing. The tables are nbgrader's own, with
two beside them that tell under which key a grade was given: nbgrader never reads or changes those.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
    new_uuid,
)  # fmt: skip
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy import update as change

from icecourse.item.grammar import Item

OURS = MetaData()
# grade.id -> the graded_version of the item (icecourse.items) that gave it its auto_score
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

_ASSIGNMENT, _NOTEBOOK, _CELL, _SOURCE = (t.__table__ for t in (Assignment, Notebook, BaseCell, SourceCell))
_STUDENT, _SUBMISSION, _PART = (t.__table__ for t in (Student, SubmittedAssignment, SubmittedNotebook))
_GRADE, _COMMENT = Grade.__table__, Comment.__table__
LONGEST_ID = _STUDENT.c.id.type.length  # characters; a database that keeps to it would stop the batch


class Marks(NamedTuple):
    """What grading found in one notebook, by cell. A score of None: a person grades it."""

    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]
    versions: Mapping[str, str]


class Graded(NamedTuple):
    """What grading found in one submission: ``at`` is its time, UTC without a zone; ``marks`` by notebook."""

    trainee: str
    at: datetime | None
    marks: Mapping[str, Marks]


class Row(NamedTuple):
    """One grade as it stands in the gradebook; ``version`` is "" where nobody noted it."""

    auto: float | None
    manual: float | None
    extra: float | None
    version: str

    @property
    def score(self) -> float:
        """The grade that counts, as nbgrader has it: a person's before the grader's, and extra credit on top."""
        given = self.auto if self.manual is None else self.manual
        return 0.0 if given is None else given + (self.extra or 0.0)


class Cell(NamedTuple):
    """A graded cell of the assignment. ``versions``: each graded_version that ever graded it -> the item's source."""

    source: str
    possible: float
    automatic: bool
    versions: Mapping[str, str]


class Standing(NamedTuple):
    """A submission as the gradebook has it: time in UTC, seconds late, and late penalty in points."""

    at: datetime | None
    seconds_late: float
    penalty: float


# (trainee, notebook's score, seconds late) -> penalty in points, or None
Penalty = Callable[[str, float, float], float | None]


class Book(AbstractContextManager):
    """One assignment of a gradebook. Raises MissingEntry where the gradebook does not know the assignment."""

    def __init__(self, db_url: str, course_id: str, assignment: str):
        self._gradebook = Gradebook(db_url, course_id)
        try:
            OURS.create_all(self._gradebook.engine)
            with self._gradebook.engine.connect() as link:
                self._load(link, assignment)
        except BaseException:
            self._gradebook.close()
            raise

    def __exit__(self, *_) -> None:
        self._gradebook.close()

    def _load(self, link: Connection, assignment: str) -> None:
        found = link.execute(select(_ASSIGNMENT).where(_ASSIGNMENT.c.name == assignment)).first()
        if found is None:
            raise MissingEntry(f"No such assignment: {assignment}")
        self._id, self._due = found.id, found.duedate
        notebooks = link.execute(select(_NOTEBOOK.c.id, _NOTEBOOK.c.name).where(_NOTEBOOK.c.assignment_id == found.id))
        self._notebooks = {row.name: row.id for row in notebooks}
        # notebook id -> {cell's name: its id}; a cell that is written and graded has one of each kind
        self._graded: dict[str, dict[str, str]] = {name: {} for name in self._notebooks.values()}
        self._commented: dict[str, dict[str, str]] = {name: {} for name in self._notebooks.values()}
        for cell in link.execute(select(_CELL).where(_CELL.c.notebook_id.in_(self._graded))):
            if cell.type in ("GradeCell", "TaskCell"):
                self._graded[cell.notebook_id][cell.name] = cell.id
            if cell.type in ("SolutionCell", "TaskCell"):
                self._commented[cell.notebook_id][cell.name] = cell.id

    def trainees(self) -> set[str]:
        """The ids of all trainees of the course."""
        with self._gradebook.engine.connect() as link:
            return set(link.scalars(select(_STUDENT.c.id)))

    def handed_in(self) -> set[str]:
        """The ids of trainees with a submission in the gradebook."""
        with self._gradebook.engine.connect() as link:
            return set(link.scalars(select(_SUBMISSION.c.student_id).where(_SUBMISSION.c.assignment_id == self._id)))

    def cells(self) -> dict[tuple[str, str], Cell]:
        """Every graded cell of the assignment: (notebook, cell) -> what the gradebook knows of it."""
        with self._gradebook.engine.connect() as link:
            kept = link.execute(select(ITEM_VERSION)).all()
            found = {}
            for name, notebook in self._notebooks.items():
                sources = link.execute(
                    select(_SOURCE.c.name, _SOURCE.c.source).where(_SOURCE.c.notebook_id == notebook)
                )
                source = {row.name: row.source for row in sources}
                for cell, possible in self._possible(link, notebook):
                    by_hand = cell in self._commented[notebook]
                    versions = {row.version: row.source for row in kept if row.item == cell}
                    found[name, cell] = Cell(source.get(cell, ""), possible, not by_hand, versions)
        return found

    def _possible(self, link: Connection, notebook: str) -> Iterator[tuple[str, float]]:
        for kind in (GradeCell.__table__, TaskCell.__table__):
            query = select(_CELL.c.name, kind.c.max_score).join_from(kind, _CELL, _CELL.c.id == kind.c.id)
            yield from link.execute(query.where(_CELL.c.notebook_id == notebook))

    def grades(self) -> dict[str, dict[tuple[str, str], Row]]:
        """Every grade of the assignment: trainee -> {(notebook, cell): row}."""
        found: dict[str, dict[tuple[str, str], Row]] = {}
        columns = (_SUBMISSION.c.student_id, _PART.c.notebook_id, _CELL.c.name, _GRADE, GRADED_VERSION.c.version)
        query = (
            select(*columns)
            .join_from(_GRADE, _CELL, _CELL.c.id == _GRADE.c.cell_id)
            .join(_PART, _PART.c.id == _GRADE.c.notebook_id)
            .join(_SUBMISSION, _SUBMISSION.c.id == _PART.c.assignment_id)
            .outerjoin(GRADED_VERSION, GRADED_VERSION.c.grade_id == _GRADE.c.id)
            .where(_SUBMISSION.c.assignment_id == self._id)
        )
        names = {notebook: name for name, notebook in self._notebooks.items()}
        with self._gradebook.engine.connect() as link:
            for trainee, notebook, cell, row in (
                (row.student_id, names[row.notebook_id], row.name, row) for row in link.execute(query)
            ):
                kept = Row(row.auto_score, row.manual_score, row.extra_credit, row.version or "")
                found.setdefault(trainee, {})[notebook, cell] = kept
        return found

    def standing(self) -> dict[str, Standing]:
        """Every submission of the assignment, by trainee."""
        penalty = func.coalesce(func.sum(_PART.c.late_submission_penalty), 0.0)
        query = (
            select(_SUBMISSION.c.student_id, _SUBMISSION.c.timestamp, _SUBMISSION.c.extension, penalty.label("penalty"))
            .join_from(_SUBMISSION, _PART, _PART.c.assignment_id == _SUBMISSION.c.id)
            .where(_SUBMISSION.c.assignment_id == self._id)
            .group_by(_SUBMISSION.c.id)
        )
        with self._gradebook.engine.connect() as link:
            return {
                row.student_id: Standing(row.timestamp, self._late(row.timestamp, row.extension), row.penalty)
                for row in link.execute(query)
            }

    def _late(self, at: datetime | None, extension: timedelta | None) -> float:
        """Seconds past the due date, a trainee's extension taken into account."""
        if at is None or self._due is None:
            return 0.0
        return max(0.0, (at - self._due - (extension or timedelta())).total_seconds())

    def keep_versions(self, items: Mapping[str, tuple[Item, str]]) -> None:
        """Keep the source of each item that grades now, by its graded_version. ``items``: name -> (item, source)."""
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        rows = {
            item.graded_version: {"version": item.graded_version, "item": name, "source": source, "since": now}
            for name, (item, source) in items.items()
        }
        with self._gradebook.engine.begin() as link:
            kept = set(link.scalars(select(ITEM_VERSION.c.version).where(ITEM_VERSION.c.version.in_(rows))))
            _insert(link, ITEM_VERSION, [row for version, row in rows.items() if version not in kept])

    def write(self, batch: Sequence[Graded], penalty: Penalty | None, only: Collection[str] | None = None) -> None:
        """Write a batch of submissions, all or none. ``only``: the cells whose grades are written, if not all.

        As nbgrader does it: a manual score is kept and its cell marked for another look; a time that is missing
        leaves the one that is known; late penalties are set anew.
        """
        with self._gradebook.engine.begin() as link:
            write = _Writing(self, link, only)
            write.submissions(batch)
            if penalty:
                write.penalties(batch, penalty)


class _Writing:
    """One transaction."""

    def __init__(self, book: Book, link: Connection, only: Collection[str] | None):
        self._book, self._link, self._only = book, link, only

    def submissions(self, batch: Sequence[Graded]) -> None:
        book, link = self._book, self._link
        names = [one.trainee for one in batch]
        known = set(link.scalars(select(_STUDENT.c.id).where(_STUDENT.c.id.in_(names))))
        _insert(link, _STUDENT, [{"id": name} for name in names if name not in known])
        found = link.execute(
            select(_SUBMISSION).where(_SUBMISSION.c.assignment_id == book._id, _SUBMISSION.c.student_id.in_(names))
        )
        self._kept = {row.student_id: row for row in found}
        ids = {name: self._kept[name].id if name in self._kept else new_uuid() for name in names}
        _insert(
            link,
            _SUBMISSION,
            [
                {"id": ids[one.trainee], "assignment_id": book._id, "student_id": one.trainee, "timestamp": one.at}
                for one in batch
                if one.trainee not in self._kept
            ],
        )
        times = [
            {"row": ids[one.trainee], "timestamp": one.at} for one in batch if one.trainee in self._kept and one.at
        ]
        _update(link, _SUBMISSION, times)
        old = [row.id for row in self._kept.values()]
        parts = link.execute(select(_PART).where(_PART.c.assignment_id.in_(old))) if old else ()
        self._parts = {(row.assignment_id, row.notebook_id): row.id for row in parts}
        held = list(self._parts.values())
        new = []
        for submission in ids.values():
            for notebook in book._notebooks.values():
                if (submission, notebook) not in self._parts:
                    self._parts[submission, notebook] = new_uuid()
                    new.append(
                        {"id": self._parts[submission, notebook], "assignment_id": submission, "notebook_id": notebook}
                    )
        _insert(link, _PART, new)
        self._ids = ids
        self._grades(batch, held)
        self._comments(batch, held)

    def _grades(self, batch: Sequence[Graded], held: list[str]) -> None:
        found = self._link.execute(select(_GRADE).where(_GRADE.c.notebook_id.in_(held))) if held else ()
        kept = {(row.notebook_id, row.cell_id): row for row in found}
        new, changed, versions = [], [], []
        for part, marks, cells in self._cells(batch, self._book._graded):
            for name, cell in cells.items():
                row = kept.get((part, cell))
                auto = marks.scores.get(name) if marks else None
                known = marks is not None and name in marks.scores
                grade = row.id if row else new_uuid()
                if row is None:
                    new.append(
                        {"id": grade, "notebook_id": part, "cell_id": cell, "auto_score": auto,
                         "needs_manual_grade": auto is None}
                    )  # fmt: skip
                elif known and (self._only is None or name in self._only):
                    again = row.manual_score is not None or auto is None
                    changed.append({"row": grade, "auto_score": auto, "needs_manual_grade": again})
                else:
                    continue
                if known and name in marks.versions:
                    versions.append({"grade_id": grade, "version": marks.versions[name]})
        _insert(self._link, _GRADE, new)
        _update(self._link, _GRADE, changed)
        if held and versions:
            stale = [row["grade_id"] for row in versions]
            self._link.execute(delete(GRADED_VERSION).where(GRADED_VERSION.c.grade_id.in_(stale)))
        _insert(self._link, GRADED_VERSION, versions)

    def _comments(self, batch: Sequence[Graded], held: list[str]) -> None:
        found = self._link.execute(select(_COMMENT).where(_COMMENT.c.notebook_id.in_(held))) if held else ()
        kept = {(row.notebook_id, row.cell_id): row.id for row in found}
        new, changed = [], []
        for part, marks, cells in self._cells(batch, self._book._commented):
            for name, cell in cells.items():
                said = marks.comments.get(name) if marks else None
                if (part, cell) not in kept:
                    new.append({"notebook_id": part, "cell_id": cell, "auto_comment": said})
                elif marks and name in marks.comments and (self._only is None or name in self._only):
                    changed.append({"row": kept[part, cell], "auto_comment": said})
        _insert(self._link, _COMMENT, new)
        _update(self._link, _COMMENT, changed)

    def _cells(self, batch: Sequence[Graded], cells: Mapping[str, Mapping[str, str]]) -> Iterable[tuple]:
        """For each notebook of each submission: (its id in the gradebook, its marks or None, {cell: id})."""
        for one in batch:
            for name, notebook in self._book._notebooks.items():
                yield self._parts[self._ids[one.trainee], notebook], one.marks.get(name), cells[notebook]

    def penalties(self, batch: Sequence[Graded], penalty: Penalty) -> None:
        late: dict[str, tuple[str, float]] = {}
        rows = []
        for one in batch:
            kept = self._kept.get(one.trainee)
            seconds = self._book._late(one.at or (kept and kept.timestamp), kept and kept.extension)
            for name in one.marks:
                part = self._parts[self._ids[one.trainee], self._book._notebooks[name]]
                if seconds > 0:
                    late[part] = one.trainee, seconds
                elif kept is not None:  # a new row has no penalty
                    rows.append({"row": part, "late_submission_penalty": None})
        if late:  # nbgrader's own sum, so that a penalty is the same to the last digit
            scores = self._link.execute(
                select(SubmittedNotebook.id, SubmittedNotebook.score).where(SubmittedNotebook.id.in_(late))
            )
            for part, score in scores:
                rows.append({"row": part, "late_submission_penalty": penalty(late[part][0], score, late[part][1])})
        _update(self._link, _PART, rows)


def _insert(link: Connection, table: Table, rows: list[dict]) -> None:
    if rows:
        link.execute(insert(table), rows)


def _update(link: Connection, table: Table, rows: list[dict]) -> None:
    """Set columns in the rows whose id each dict gives as "row"."""
    if rows:
        link.execute(change(table).where(table.c.id == bindparam("row")), rows)
