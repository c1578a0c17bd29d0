"""Who is in the class: trainees from a CSV into nbgrader's gradebook, numbers for names, and taking a trainee out."""

import contextlib
import csv
import io
import json
import os
import random
import re
import shutil
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Gradebook, Student
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import notebook_hash
from sqlalchemy import text

from icecourse.course_root import course_directory, settings
from icecourse.curriculum import COURSE_ID
from icecourse.grading import backup
from icecourse.grading.collect import RETURNED
from icecourse.grading.gradebook import Person
from icecourse.refused import Refused

PRIVATE = ".teach"  # where an instructor's course keeps what is not for others; ignored by git
NUMBERS = "numbers.json"
REPORTS, RECORDS, CLASS = "reports", "records", "class.html"
COLUMNS = {  # what a column may be called -> our field; nbgrader's own names come first
    "id": ("id", "student_id", "student id", "trainee", "trainee id", "login", "user", "username"),
    "first": ("first_name", "first name", "first", "given name", "firstname"),
    "last": ("last_name", "last name", "last", "surname", "family name", "lastname"),
    "email": ("email", "e-mail", "email address", "mail"),
    "lms": ("lms_user_id", "lms id", "lms user id"),
}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # as a desk takes it
_NO_NAME = re.compile(r"[/\\*?\[\]\x00-\x1f]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class RosterError(Refused):
    """A roster cannot be taken in, or a trainee not taken out. The message names each row, a line each."""


class Imported(NamedTuple):
    """Ids of trainees by what became of them."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]


def read(path: Path) -> list[Person]:
    """The trainees of a CSV file with a heading row: id, and first_name, last_name, email, lms_user_id if it has them.

    Commas, semicolons and tabs divide; UTF-8, and what Excel writes, are read. Raises RosterError that names every
    bad row, so that nothing is half imported.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RosterError(f"{path} cannot be read ({error.strerror}).") from error
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        content = data.decode("cp1252", "replace")  # what Excel calls "CSV"
    heading = content.split("\n", 1)[0]
    divider = max(",;\t", key=heading.count)
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=divider)
    names = [name.strip().casefold() for name in next(rows, [])]
    place = {field: names.index(name) for field, known in COLUMNS.items() for name in known[::-1] if name in names}
    if "id" not in place:
        raise RosterError(f'{path.name} has no column "id"; its first row must name the columns: id, first_name, ...')
    people: list[Person] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    emails: dict[str, int] = {}
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        line = rows.line_num
        person = Person(**{field: row[n].strip() if n < len(row) else "" for field, n in place.items()})
        if len(row) > len(names):
            faults.append(f"line {line}: {len(row)} columns where the heading has {len(names)}; quote the commas.")
        elif not person.id:
            faults.append(f"line {line}: no id.")
        elif not _ID.fullmatch(person.id):
            faults.append(f'line {line}: "{person.id[:40]}" cannot be an id; use letters, digits, points and hyphens.')
        elif person.id.casefold() in seen:
            faults.append(f'line {line}: "{person.id}" stands in line {seen[person.id.casefold()]} already.')
        elif person.email and not _EMAIL.fullmatch(person.email):
            faults.append(f'line {line}: "{person.email[:40]}" is no e-mail address.')
        elif person.email and person.email.casefold() in emails:
            faults.append(
                f'line {line}: "{person.email}" stands in line {emails[person.email.casefold()]} already: '
                "the same person twice?"
            )
        else:
            people.append(person)
        seen.setdefault(person.id.casefold(), line)
        emails.setdefault(person.email.casefold(), line)
    if faults:
        raise RosterError("\n".join([f"Nothing was imported. {path.name} has {len(faults)} bad rows:", *faults]))
    if not people:
        raise RosterError(f"{path.name} names no trainee.")
    return people


def enrol(root: Path, people: Iterable[Person]) -> Imported:
    """Put trainees into the gradebook in one transaction: all or none. A known one gets the new name and e-mail;
    a field that the roster leaves empty stays as it is. Nobody is taken out."""
    course = course_directory(root)
    new, changed, same = [], [], []
    with Gradebook(course.db_url, COURSE_ID) as gradebook:
        known = {student.id: student for student in gradebook.db.query(Student)}
        folded = {name.casefold(): name for name in known}
        for person in people:
            other = folded.get(person.id.casefold())
            if other and other != person.id:
                raise RosterError(f'Nothing was imported. "{person.id}" is in the gradebook as "{other}"; write it so.')
            values = {
                "first_name": person.first, "last_name": person.last, "email": person.email, "lms_user_id": person.lms,
            }  # fmt: skip
            student = known.get(person.id)
            if student is None:
                given = {field: value for field, value in values.items() if value}
                gradebook.db.add(Student(id=person.id, **given))
                new.append(person.id)
                continue
            differ = {field: value for field, value in values.items() if value and value != getattr(student, field)}
            for field, value in differ.items():
                setattr(student, field, value)
            (changed if differ else same).append(person.id)
        gradebook.db.commit()
    return Imported(tuple(new), tuple(changed), tuple(same))


def numbers(root: Path, trainees: Iterable[str]) -> dict[str, int]:
    """A number for each trainee, drawn by chance and kept in the course's private folder: the instructor's way back."""
    kept = _numbers(root)
    missing = [trainee for trainee in trainees if trainee not in kept]
    if missing:
        most = max(1000, 10 * (len(kept) + len(missing)))
        free = sorted(set(range(most // 10, most)) - set(kept.values()))
        kept |= dict(zip(missing, random.SystemRandom().sample(free, len(missing)), strict=True))
        _keep_numbers(root, kept)
    return kept


class Trace(NamedTuple):
    """One thing that a course keeps of a trainee. ``what``: in words. ``path``: a file or folder, or None."""

    what: str
    path: Path | None


def traces(root: Path, trainee: str) -> list[Trace]:
    """Everything that the course at ``root`` keeps of a trainee: gradebook, journals, grades, feedback, zips, the
    exchange, reports. Raises RosterError where it knows nobody of that id."""
    if trainee in ("", ".", "..") or _NO_NAME.search(trainee):  # it becomes part of the paths that are removed
        raise RosterError(f'"{trainee}" cannot be a trainee\'s id.')
    course, config = course_directory(root), settings(root)
    found = []
    with Gradebook(course.db_url, COURSE_ID) as gradebook:
        known = gradebook.db.get(Student, trainee)
        if known:
            graded = len(known.submissions)
            found.append(Trace(f"gradebook: the trainee, with the scores and comments of {graded} submission(s)", None))
    for step in (course.submitted_directory, course.autograded_directory, course.feedback_directory):
        folder = root / step / trainee
        if os.path.lexists(folder):
            found.append(Trace(f"{step}: {_count(folder)} file(s)", folder))
    downloaded = sorted((root / "downloaded").rglob(f"{trainee}+*")) if (root / "downloaded").is_dir() else []
    found += [Trace("a hand-in that came as a zip", path) for path in downloaded]
    found += [Trace("feedback to send back", path) for path in sorted((root / RETURNED).glob(f"{trainee}+*"))]
    log = root / config.NbGrader.get("logfile", "")
    if log.is_file() and re.search(rf"(?<![\w.-]){re.escape(trainee)}(?![\w-])", log.read_text(errors="replace")):
        found.append(Trace("nbgrader's log, which names the trainee", log))
    exchange = Path(config.Exchange.get("root", "")) / COURSE_ID if "Exchange" in config else None
    if exchange and exchange.is_dir():
        found += [Trace("exchange: a hand-in", path) for path in sorted((exchange / "inbound").glob(f"{trainee}+*"))]
        found += [
            Trace("exchange: released feedback", path) for path in _released_feedback(root, course, exchange, trainee)
        ]
    number = _numbers(root).get(trainee)
    own = {f"{trainee}.html", f"number-{number}.html"}
    for path in sorted((root / REPORTS).rglob("*")):
        record = path.parent.name == RECORDS and path.name != CLASS
        if path.suffix in (".html", ".csv") and (path.name in own or not record):
            found.append(Trace("a record of completion" if record else "a report of the class; make it again", path))
    if number:
        found.append(Trace(f"the number {number} that stands for the trainee in shared reports", None))
    if not found:
        raise RosterError(f'This course keeps nothing of "{trainee}".')
    return found


def backups_with(root: Path, trainee: str) -> list[Path]:
    """The backups of the gradebook that still hold a trainee; a file that cannot be read counts as one that does."""
    found = []
    for path in sorted((root / backup.FOLDER).glob("*.db")):
        try:
            with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as link:
                held = link.execute("SELECT 1 FROM student WHERE id = ?", (trainee,)).fetchone()
        except sqlite3.Error:
            held = True
        found += [path] if held else []
    return found


def remove(root: Path, trainee: str) -> list[Trace]:
    """Take a trainee out of the course at ``root``; what was removed, as ``traces`` names it.

    The trainee's own desk is not touched, nor are backups (``backups_with``) and copies elsewhere. SQLite's file is
    written anew afterwards, so that nothing of the trainee stays in its free pages.
    """
    gone = traces(root, trainee)
    for trace in gone:
        if trace.path is None:
            continue
        if trace.path.is_dir() and not trace.path.is_symlink():
            shutil.rmtree(trace.path)
        else:
            trace.path.unlink(missing_ok=True)
    with Gradebook(course_directory(root).db_url, COURSE_ID) as gradebook:
        if gradebook.db.get(Student, trainee):
            gradebook.remove_student(trainee)
        if gradebook.engine.dialect.name == "sqlite":
            with gradebook.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM"))
    kept = _numbers(root)
    if kept.pop(trainee, None):
        _keep_numbers(root, kept)
    return gone


def _numbers(root: Path) -> dict[str, int]:
    path = root / PRIVATE / NUMBERS
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _keep_numbers(root: Path, kept: dict[str, int]) -> None:
    (root / PRIVATE).mkdir(exist_ok=True)
    (root / PRIVATE / NUMBERS).write_text(json.dumps(kept, indent=1), encoding="utf-8")


def _count(folder: Path) -> int:
    return sum(len(files) for _, _, files in os.walk(folder))


def _released_feedback(root: Path, course: CourseDirectory, exchange: Path, trainee: str) -> list[Path]:
    """Feedback in the exchange: its file names are hashes of a secret that is handed in with the notebook."""
    found = []
    for secret in sorted((root / course.submitted_directory / trainee).glob("*/submission_secret.txt")):
        if secret.is_file() and not secret.is_symlink():
            for notebook in sorted((root / course.feedback_directory / trainee / secret.parent.name).glob("*.html")):
                name = notebook_hash(secret=secret.read_text(), notebook_id=notebook.stem)
                found += [path] if (path := exchange / "feedback" / f"{name}.html").is_file() else []
    return found
