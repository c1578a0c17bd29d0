"""Hand-ins that come as zips: through nbgrader to a grade, and back as a zip with the feedback page for each."""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import MissingEntry
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from icecourse.course_root import api, downloaded, last_line
from icecourse.curriculum import Course
from icecourse.desk.hand_in_names import ZipName, stamp, zip_name
from icecourse.grading import nbgrader_private, submission
from icecourse.grading.collect import RETURNED
from icecourse.instructor.opening import fill_gradebook

ARCHIVE, OLDER = "archive", "older"  # below downloaded/ASSIGNMENT/: what zip_collect takes, and what it no longer does
_COPY = re.compile(r" ?\(\d+\)(?=\.zip$)")  # what a browser adds to the name of a second download


class Outcome(NamedTuple):
    """What became of one hand-in: its points, or why it has none; ``returned`` is the zip to send back, if any.

    ``trainee`` is the file's name, and ``assignment`` empty, where the file is no hand-in.
    """

    trainee: str
    assignment: str
    note: str
    earned: float | None = None
    possible: float = 0.0
    returned: Path | None = None

    def __str__(self) -> str:
        """One line for the instructor."""
        score = "" if self.earned is None else f": {self.earned:g} of {self.possible:g} points"
        clauses = (f"{self.trainee} {self.assignment}".strip() + score, self.note,
                   self.returned and f"send {self.returned}")  # fmt: skip
        return "; ".join(str(clause) for clause in clauses if clause) + "."


def take_in(root: Path, paths: Iterable[Path], again: bool = False) -> list[Outcome]:
    """Take zips, those in folders, and those that wait in downloaded/, through to a grade and a zip to send back.

    Of several hand-ins of a trainee the newest counts; older ones are put aside, none is deleted. What has a zip to
    send back is done, unless ``again``. One that cannot be collected or graded is told, and stops no other. Raises
    Refused where a master is not fit to grade by.
    """
    fill_gradebook(Course(root))
    interface, waiting = api(root), downloaded(root)
    with interface.gradebook as gradebook:
        enrolled = {student.id for student in gradebook.students}
    outcomes = list(_sort_in(root, waiting, paths))
    for assignment in sorted(path.parent.name for path in waiting.glob(f"*/{ARCHIVE}")):
        newest = _put_older_aside(interface.coursedir, waiting / assignment)
        due = {name: path for name, path in newest.items() if again or not _back(root, path).exists()}
        if due:
            _tell(_zip_collect(root, assignment))
        collected = {
            name.trainee for name in due if _collected(interface.coursedir, assignment, name.trainee) == name.time
        }
        if collected:
            _tell(interface.autograde(assignment, "*", force=False).get("log", ""))
        for name, path in sorted(due.items()):
            if name.trainee in collected:
                known = not enrolled or name.trainee in enrolled
                note = "" if known else "was not in your roster, check the id"
                outcomes.append(_return(interface, assignment, name.trainee, _back(root, path), note))
            else:
                outcomes.append(Outcome(name.trainee, assignment, "not collected, the lines above say why"))
    return outcomes


def _sort_in(root: Path, waiting: Path, paths: Iterable[Path]) -> Iterator[Outcome]:
    """Copy zips to where zip_collect looks, and tell of what is none."""
    assignments = {page.path.parent.name for page in Course(root).masters}
    for path in _files(paths):
        name = zip_name(_COPY.sub("", path.name))
        if not path.is_file():
            yield Outcome(path.name, "", "not taken, for there is no such file")
        elif not name or name.assignment not in assignments:
            why = "not taken, for it is not named TRAINEE+ASSIGNMENT+TIME.zip after an assignment of this course"
            yield Outcome(path.name, "", why)
        else:
            target = waiting / name.assignment / ARCHIVE / str(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.resolve() != path.resolve():
                shutil.copyfile(path, target)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.glob("*.zip")) if path.is_dir() else [path]


def _put_older_aside(course: CourseDirectory, folder: Path) -> dict[ZipName, Path]:
    """The newest zip of each trainee, left in the archive if nothing newer was collected; all others move beside it."""
    newest: dict[str, tuple[ZipName, Path]] = {}
    for path in sorted((folder / ARCHIVE).iterdir(), key=lambda path: path.name):
        name = zip_name(path.name)
        if not name or name.trainee.startswith("."):
            continue  # zip_collect tells of it
        if name.trainee in newest:  # the time in the name sorts as it runs
            _put_aside(newest[name.trainee][1])
        newest[name.trainee] = name, path
    for name, path in list(newest.values()):
        if _collected(course, folder.name, name.trainee) > name.time:
            _put_aside(path)
            del newest[name.trainee]
    return dict(newest.values())


def _put_aside(path: Path) -> None:
    older = path.parents[1] / OLDER
    older.mkdir(exist_ok=True)
    path.replace(older / path.name)


def _collected(course: CourseDirectory, assignment: str, trainee: str) -> str:
    """The time of the hand-in that was collected, as a zip's name writes it; "" where there is none."""
    _, at = submission.time_of(Path(course.format_path(course.submitted_directory, trainee, assignment)))
    return stamp(at) if at else ""


def _back(root: Path, handed_in: Path) -> Path:
    return root / RETURNED / f"{handed_in.stem}+feedback.zip"


def _return(interface: NbGraderAPI, assignment: str, trainee: str, target: Path, note: str) -> Outcome:
    """Make the feedback page of one graded hand-in, and the zip that carries it back once nothing is left to grade."""
    with interface.gradebook as gradebook:
        try:
            graded = gradebook.find_submission(assignment, trainee)
        except MissingEntry:
            return Outcome(trainee, assignment, "not graded, the lines above say why")
        earned, possible = max(0.0, graded.score - graded.late_submission_penalty), graded.max_score
        by_hand = graded.needs_manual_grade
    if by_hand:
        hand = "a person has still to grade a part, in the formgrader; then run this again"
        return Outcome(trainee, assignment, "; ".join(filter(None, (note, hand))), earned, possible)
    result, course = interface.generate_feedback(assignment, trainee, force=True), interface.coursedir
    pages = sorted(Path(course.format_path(course.feedback_directory, trainee, assignment)).glob("*.html"))
    if not result["success"] or not pages:
        why = f"no feedback page ({last_line(result.get('log') or '')})"
        return Outcome(trainee, assignment, why, earned, possible)
    target.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for page in pages:
            archive.write(page, f"{assignment}/{page.name}")
    return Outcome(trainee, assignment, note, earned, possible, target)


def _zip_collect(root: Path, assignment: str) -> str:
    """nbgrader's own command, which is no part of its Python interface; its log."""
    words = [sys.executable, "-m", "nbgrader", "zip_collect", assignment, "--force"]
    return subprocess.run(words, cwd=root, capture_output=True, text=True).stderr


def _tell(log: str) -> None:
    """Print what nbgrader warns of."""
    for line in nbgrader_private.warnings_in(log):
        print(line, file=sys.stderr)
