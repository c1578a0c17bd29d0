"""What a course keeps of a trainee, and taking all of it out again."""

import contextlib
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Gradebook, Student
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import text

from icecourse.course_root import CLASS_RECORD, RECORDS, REPORTS, course_directory, downloaded, settings
from icecourse.grading import backup, nbgrader_private
from icecourse.grading.collect import RETURNED
from icecourse.instructor import pseudonyms
from icecourse.refused import Refused

_NO_NAME = re.compile(r"[/\\*?\[\]\x00-\x1f]")  # a name becomes part of the paths that are removed


class PrivacyError(Refused):
    """A trainee cannot be taken out. The message is one plain sentence."""


class Trace(NamedTuple):
    """One thing that a course keeps of a trainee. ``what``: in words. ``path``: a file or folder, or None."""

    what: str
    path: Path | None = None


def traces(root: Path, trainee: str) -> list[Trace]:
    """Everything that the course at ``root`` keeps of a trainee: gradebook, journals, grades, feedback, zips, the
    exchange, reports. Raises PrivacyError where it knows nobody of that id."""
    if trainee in ("", ".", "..") or _NO_NAME.search(trainee):
        raise PrivacyError(f'"{trainee}" cannot be a trainee\'s id.')
    course = course_directory(root)
    everything = [
        *_in_gradebook(course, trainee),
        *_in_folders(root, course, trainee),
        *_in_log(root, trainee),
        *_in_exchange(root, course, trainee),
        *_in_reports(root, trainee),
    ]
    if not everything:
        raise PrivacyError(f'This course keeps nothing of "{trainee}".')
    return everything


def backups_with(root: Path, trainee: str) -> list[Path]:
    """The backups of the gradebook that still hold a trainee; a file that cannot be read counts as one that does."""
    return [path for path in sorted((root / backup.FOLDER).glob("*.db")) if _holds(path, trainee)]


def remove(root: Path, trainee: str) -> list[Trace]:
    """Take a trainee out of the course at ``root``; what was removed, as ``traces`` names it.

    The trainee's own desk is not touched, nor are backups (``backups_with``) and copies elsewhere. SQLite's file is
    written anew afterwards, so that nothing of the trainee stays in its free pages. Raises PrivacyError.
    """
    removed = traces(root, trainee)
    for path in (trace.path for trace in removed if trace.path):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    course = course_directory(root)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        if gradebook.db.get(Student, trainee):
            gradebook.remove_student(trainee)
        if gradebook.engine.dialect.name == "sqlite":
            with gradebook.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM"))
    pseudonyms.forget(root, trainee)
    return removed


def listed(root: Path, removed: list[Trace]) -> str:
    """Traces for reading, a line each; paths as they are called in the course."""
    return "\n".join(f"  {trace.what}{_place(root, trace.path)}" for trace in removed)


def _place(root: Path, path: Path | None) -> str:
    if path is None:
        return ""
    return f" ({path.relative_to(root) if path.is_relative_to(root) else path})"


def _in_gradebook(course: CourseDirectory, trainee: str) -> Iterator[Trace]:
    with Gradebook(course.db_url, course.course_id) as gradebook:
        student = gradebook.db.get(Student, trainee)
        if student:
            graded = len(student.submissions)
            yield Trace(f"gradebook: the trainee, with the scores and comments of {graded} submission(s)")


def _in_folders(root: Path, course: CourseDirectory, trainee: str) -> Iterator[Trace]:
    for step in (course.submitted_directory, course.autograded_directory, course.feedback_directory):
        folder = root / step / trainee
        if os.path.lexists(folder):
            yield Trace(f"{step}: {sum(len(files) for _, _, files in os.walk(folder))} file(s)", folder)
    if (zips := downloaded(root)).is_dir():
        yield from (Trace("a hand-in that came as a zip", path) for path in sorted(zips.rglob(f"{trainee}+*")))
    yield from (Trace("feedback to send back", path) for path in sorted((root / RETURNED).glob(f"{trainee}+*")))


def _in_log(root: Path, trainee: str) -> Iterator[Trace]:
    log = root / settings(root).NbGrader.get("logfile", "")
    if log.is_file() and re.search(rf"(?<![\w.-]){re.escape(trainee)}(?![\w-])", log.read_text(errors="replace")):
        yield Trace("nbgrader's log, which names the trainee", log)


def _in_exchange(root: Path, course: CourseDirectory, trainee: str) -> Iterator[Trace]:
    """Hand-ins and feedback. The names of the latter are hashes of a secret that is handed in with the notebook."""
    exchange = settings(root).Exchange.get("root")
    if not exchange:
        return
    folder = root / exchange / course.course_id
    yield from (Trace("exchange: a hand-in", path) for path in sorted((folder / "inbound").glob(f"{trainee}+*")))
    for secret in sorted((root / course.submitted_directory / trainee).glob("*/submission_secret.txt")):
        if secret.is_file() and not secret.is_symlink():
            for notebook in sorted((root / course.feedback_directory / trainee / secret.parent.name).glob("*.html")):
                name = nbgrader_private.released_feedback(secret.read_text(), notebook.stem)
                if (path := folder / "feedback" / name).is_file():
                    yield Trace("exchange: released feedback", path)


def _in_reports(root: Path, trainee: str) -> Iterator[Trace]:
    number = pseudonyms.drawn(root).get(trainee)
    own = {f"{trainee}.html", f"number-{number}.html"}
    for path in sorted((root / REPORTS).rglob("*")):
        is_record = path.parent.name == RECORDS and path.name != CLASS_RECORD
        if path.suffix in (".html", ".csv") and (path.name in own or not is_record):
            yield Trace("a record of completion" if is_record else "a report of the class; make it again", path)
    if number:
        yield Trace(f"the number {number} that stands for the trainee in shared reports")


def _holds(path: Path, trainee: str) -> bool:
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as link:
            return link.execute("SELECT 1 FROM student WHERE id = ?", (trainee,)).fetchone() is not None
    except sqlite3.Error:
        return True
