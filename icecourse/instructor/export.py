"""What other programs take: grades as CSV, for Canvas, by item and by objective; items as QTI 3.0 and Moodle XML."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

from icecourse.course_root import REPORTS, course_directory
from icecourse.instructor.report import classroom, findings
from icecourse.instructor.report.classroom import Classroom
from icecourse.interchange import moodle, qti
from icecourse.item.grammar import Item

FOLDER = "export"
TITLE = "ICE for Paralegals"


class Export(NamedTuple):
    """``folder``: where it all lies. ``losses``: what is not the same in another program, a sentence for each item."""

    folder: Path
    losses: tuple[str, ...]


def write(root: Path) -> Export:
    """Write everything for the course at ``root`` into ``reports/export/``. Raises GradebookError without a gradebook.

    ``grades.csv``, ``canvas.csv``, ``by-item.csv``, ``by-objective.csv``, ``items.xml`` and ``items.qti.zip``.
    """
    room = classroom.read(root)
    folder = root / REPORTS / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    grades(root, folder / "grades.csv")
    write_csv(canvas(room), folder / "canvas.csv")
    write_csv(by_item(room), folder / "by-item.csv")
    standings = findings.standings(room, datetime.now(UTC).replace(tzinfo=None))
    write_csv(by_objective(standings), folder / "by-objective.csv")
    return Export(folder, tuple(write_items(room.items.values(), folder)))


def grades(root: Path, path: Path) -> None:
    """The scores as nbgrader exports them, by its own plugin."""
    course = course_directory(root)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        CsvExportPlugin(to=str(path)).export(gradebook)


def by_item(room: Classroom) -> Iterator[Sequence]:
    """A row for each trainee and item: scores, and what the journal knows of it."""
    yield ("trainee", "assignment", "item", "objective", "version", "earned", "possible", "response", "confidence",
           "seconds", "changes")  # fmt: skip
    items = room.items
    for a in room.answers:
        about = items[a.item]
        yield (a.trainee, a.assignment, a.item, about.objective, a.version or about.version, a.earned, a.possible,
               _response(a.response), a.confidence, "" if a.seconds is None else a.seconds, a.changes)  # fmt: skip


def by_objective(standings: Iterable[findings.Standing]) -> Iterator[Sequence]:
    """A row for each trainee and objective: the share of the points, and over how many items."""
    yield ("trainee", "objective", "share", "items")
    for row in standings:
        for name, (share, count) in row.objectives.items():
            yield (row.trainee, name, round(share, 4), count)


def canvas(room: Classroom) -> Iterator[Sequence]:
    """A gradebook that Canvas imports: a column for each assignment, points possible in the second row.

    Canvas Instructor Guide, "How do I import grades in the Gradebook?": Student, ID, SIS User ID, SIS Login ID and
    Section come first. A trainee is found by ID (the LMS id of the roster) or by SIS Login ID (our id); an assignment
    that Canvas does not know is made. A cell is empty where nothing was handed in, so that no grade is overwritten.
    """
    names = [assignment.name for assignment in room.assignments]
    earned = {(work.trainee, work.assignment): work.earned for work in room.submissions}
    yield ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", *names)
    yield ("    Points Possible", "", "", "", "", *(assignment.possible for assignment in room.assignments))
    for person in room.people:
        name = ", ".join(filter(None, (person.last, person.first))) or person.id
        scores = (earned.get((person.id, assignment), "") for assignment in names)
        yield (name, person.lms, "", person.id, TITLE, *scores)


def write_csv(rows: Iterable[Sequence], path: Path) -> None:
    """CSV in UTF-8. A text that a spreadsheet would run as a formula is kept as text by an apostrophe (OWASP, CSV
    Injection): what a trainee typed stands in one of the columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([_safe(cell) for cell in row] for row in rows)


def write_items(items: Iterable[Item], folder: Path) -> list[str]:
    """``items.xml`` for Moodle and ``items.qti.zip``; what is lost on the way, a sentence for each item."""
    items = list(items)
    (folder / "items.xml").write_text(moodle.write(items, TITLE), encoding="utf-8")
    qti.write(items, folder / "items.qti.zip")
    return [f"{item.id}: {loss}" for item in items for loss in (moodle.loss(item), qti.loss(item)) if loss]


def _response(response: object) -> str:
    """A response in one cell."""
    if isinstance(response, dict):
        return " ".join(f"{left}={option}" for left, option in response.items())
    if isinstance(response, list):
        return " ".join(map(str, response))
    return "" if response is None else str(response)[:1000]


def _safe(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
