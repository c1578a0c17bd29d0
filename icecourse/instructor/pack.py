"""For trainees without a checkout and without the exchange: what they get, and what comes back.

``build`` makes the trainee pack: the wheel, pinned requirements, start scripts, one page of instructions, and no key.
``take_in`` carries the zips that come back through nbgrader to a grade, and writes a zip with the feedback page for
each, to be sent the same way.
"""

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import MissingEntry
from nbgrader.apps.api import NbGraderAPI

from icecourse import __version__
from icecourse.course_root import api
from icecourse.curriculum import HELD_BACK, Course
from icecourse.grading import submission
from icecourse.grading.collect import RETURNED, ZIP
from icecourse.grading.release import SIGNS
from icecourse.instructor.opening import fill_gradebook
from icecourse.item.grammar import is_item, parse
from icecourse.refused import Refused

TEMPLATES = Path(__file__).parent / "templates" / "trainee-pack"
NAME = "ice-for-paralegals"
ARCHIVE, OLDER = "archive", "older"  # below downloaded/ASSIGNMENT/: what zip_collect takes, and what it no longer does
_COPY = re.compile(r" ?\(\d+\)(?=\.zip$)")  # what a browser adds to the name of a second download
_TOLD = re.compile(r"\b(WARNING|ERROR|CRITICAL)\]")
_ROUTINE = re.compile(r"Directory not found\. Creating|Clearing existing files")
_HIDDEN = re.compile(r"BEGIN (SOLUTION|MARK SCHEME)[^\n]*\n(.*?)\n[^\n]*END \1", re.S)
_DAY_ONE = (1980, 1, 1, 0, 0, 0)  # the same pack twice is the same file


class PackError(Refused):
    """The pack cannot be built. The message is one plain sentence."""


class Taken(NamedTuple):
    """What became of one hand-in: its points, or why it has none; ``returned`` is the zip to send back, if any."""

    trainee: str
    assignment: str
    earned: float | None
    possible: float
    note: str
    returned: Path | None


def build(course: Course, target: Path) -> Path:
    """Write the pack of a checkout into the folder ``target``; its path. Raises PackError, also for a key in it."""
    with tempfile.TemporaryDirectory() as scratch:
        wheel = _wheel(course.root, Path(scratch))
        refuse_keys(wheel, course)
        script = (TEMPLATES / "start.sh").read_bytes()
        windows = (TEMPLATES / "start-windows.bat").read_text(encoding="utf-8")
        files = {
            wheel.name: wheel.read_bytes(),
            "requirements.txt": (course.root / "requirements.txt").read_bytes(),
            "START-HERE.html": (TEMPLATES / "START-HERE.html").read_bytes(),
            "start-windows.bat": "\r\n".join(windows.splitlines()).encode() + b"\r\n",
            "start-macos.command": script,
            "start-linux.sh": script,
        }
    # What a start script compares with what it has installed.
    files["version.txt"] = hashlib.sha256(b"".join(files[name] for name in sorted(files))).hexdigest().encode() + b"\n"
    pack = target / f"{NAME}-{__version__}.zip"
    target.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(pack, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"{NAME}/{name}", _DAY_ONE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if name.startswith("start-") else 0o100644) << 16
            archive.writestr(entry, content)
    return pack


def refuse_keys(wheel: Path, course: Course) -> None:
    """Raise PackError if anything of a quiz's key is in the wheel: a rationale, a hint, a model answer, answers."""
    secrets = dict(_secrets(course))
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8", "replace")
            if "/source/" in name or name.endswith("answers.jsonl") or any(f"/{held}" in name for held in HELD_BACK):
                raise PackError(f"{name} must not reach a trainee; take it out of the wheel.")
            if "/course/assignments/" in name and name.endswith(".ipynb"):
                cells = ["".join(cell["source"]) for cell in json.loads(text)["cells"]]
                if any(SIGNS.search(cell) or (is_item(cell) and parse(cell).key) for cell in cells):
                    raise PackError(f"{name} holds a key; generate the assignment anew.")
            for secret, item in secrets.items():
                if secret in text or json.dumps(secret)[1:-1] in text:
                    raise PackError(f'{name} tells the key of "{item}"; take it out.')


def _secrets(course: Course) -> Iterator[tuple[str, str]]:
    """What only masters may say, with the id of its cell: rationales, hints, model answers and mark schemes by line."""
    for page in course.masters:
        for _, item in page.items():
            yield from ((text, item.id) for text in (*item.key.rationale.values(), item.key.hint) if text)
        for cell in page.notebook.cells:
            for _, hidden in _HIDDEN.findall(cell.source):
                yield from ((line.strip(), cell.id) for line in hidden.split("\n") if len(line.strip()) > 40)


def take_in(root: Path, zips: Iterable[Path], again: bool = False) -> list[Taken]:
    """Take zips, and those that wait in downloaded/, through to a grade and a zip to send back, for each trainee.

    Of several hand-ins the newest counts; older ones are put aside, none is deleted. What has a zip to send back is
    done, unless ``again``. One that cannot be collected or graded is told, and stops no other. Raises ReleaseRefused
    where a master is not fit to grade by.
    """
    fill_gradebook(Course(root))
    interface = api(root)
    with interface.gradebook as gradebook:
        enrolled = {student.id for student in gradebook.students}
    found = list(_sort_in(root, zips))
    for assignment in sorted(path.parent.name for path in (root / "downloaded").glob(f"*/{ARCHIVE}")):
        newest = _put_older_aside(root, assignment)
        waiting = {name: path for name, path in newest.items() if again or not _back(root, path).exists()}
        if waiting:
            _tell(_zip_collect(root, assignment))
        here = {trainee for trainee, path in waiting.items() if _collected(root, assignment, trainee) == _time(path)}
        if here:
            _tell(interface.autograde(assignment, "*", force=False).get("log", ""))
        for trainee, path in sorted(waiting.items()):
            if trainee in here:
                note = "" if not enrolled or trainee in enrolled else "was not in your roster, check the id"
                found.append(_return(interface, assignment, trainee, _back(root, path), note))
            else:
                found.append(Taken(trainee, assignment, None, 0.0, "not collected, the lines above say why", None))
    return found


def _wheel(root: Path, folder: Path) -> Path:
    own = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []  # else pip fetches it
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", *own, "--wheel-dir", folder, root],
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise PackError(f"The wheel cannot be built: {_last(done.stderr)}")
    [wheel] = folder.glob("*.whl")
    return wheel


def _sort_in(root: Path, zips: Iterable[Path]) -> Iterator[Taken]:
    """Copy zips to where zip_collect looks, and tell of what is none."""
    known = {page.path.parent.name for page in Course(root).masters}
    for path in zips:
        name = ZIP.fullmatch(_COPY.sub("", path.name))
        if not path.is_file():
            yield Taken(path.name, "", None, 0.0, "not taken, for there is no such file", None)
        elif not name or name["assignment"] not in known:
            why = "not taken, for it is not named TRAINEE+ASSIGNMENT+TIME.zip after an assignment of this course"
            yield Taken(path.name, "", None, 0.0, why, None)
        else:
            place = root / "downloaded" / name["assignment"] / ARCHIVE
            place.mkdir(parents=True, exist_ok=True)
            if (place / name[0]).resolve() != path.resolve():
                shutil.copyfile(path, place / name[0])


def _put_older_aside(root: Path, assignment: str) -> dict[str, Path]:
    """The newest zip of each trainee, left in the archive if nothing newer was collected; all others move beside it."""
    newest: dict[str, Path] = {}
    for path in sorted((root / "downloaded" / assignment / ARCHIVE).iterdir(), key=lambda path: path.name):
        name = ZIP.fullmatch(path.name)
        if not name or name["trainee"].startswith("."):
            continue  # zip_collect tells of it
        if name["trainee"] in newest:  # the time in the name sorts as it runs
            _put_aside(newest[name["trainee"]])
        newest[name["trainee"]] = path
    for trainee, path in list(newest.items()):
        if _collected(root, assignment, trainee) > _time(path):
            _put_aside(newest.pop(trainee))
    return newest


def _put_aside(path: Path) -> None:
    older = path.parents[1] / OLDER
    older.mkdir(exist_ok=True)
    path.replace(older / path.name)


def _time(path: Path) -> str:
    return ZIP.fullmatch(path.name)["time"]


def _collected(root: Path, assignment: str, trainee: str) -> str:
    """The time of the hand-in that lies in submitted/, as a zip's name writes it; "" where there is none."""
    _, at = submission.time_of(root / "submitted" / trainee / assignment)
    return f"{at:%Y%m%dT%H%M%SZ}" if at else ""


def _back(root: Path, sent: Path) -> Path:
    return root / RETURNED / f"{sent.stem}+feedback.zip"


def _return(interface: NbGraderAPI, assignment: str, trainee: str, target: Path, note: str) -> Taken:
    """Make the feedback page of one graded hand-in, and the zip that carries it back once nothing is left to grade."""
    with interface.gradebook as gradebook:
        try:
            one = gradebook.find_submission(assignment, trainee)
        except MissingEntry:
            return Taken(trainee, assignment, None, 0.0, "not graded, the lines above say why", None)
        earned, possible = max(0.0, one.score - one.late_submission_penalty), one.max_score
        by_hand = one.needs_manual_grade
    if by_hand:
        hand = "a person has still to grade a part, in the formgrader; then run this again"
        return Taken(trainee, assignment, earned, possible, "; ".join(filter(None, (note, hand))), None)
    made = interface.generate_feedback(assignment, trainee, force=True)
    pages = sorted((target.parents[1] / "feedback" / trainee / assignment).glob("*.html"))
    if not made["success"] or not pages:
        return Taken(trainee, assignment, earned, possible, f"no feedback page ({_last(made.get('log', ''))})", None)
    target.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for page in pages:
            archive.write(page, f"{assignment}/{page.name}")
    return Taken(trainee, assignment, earned, possible, note, target)


def _zip_collect(root: Path, assignment: str) -> str:
    """nbgrader's own command, which is no part of its Python interface; its log."""
    words = [sys.executable, "-m", "nbgrader", "zip_collect", assignment, "--force"]
    return subprocess.run(words, cwd=root, capture_output=True, text=True).stderr


def _tell(log: str) -> None:
    """Print what nbgrader warns of, the routine apart."""
    for line in log.splitlines():
        if _TOLD.search(line) and not _ROUTINE.search(line):
            print(line, file=sys.stderr)


def _last(log: str) -> str:
    return (log.strip() or "no reason given").split("\n")[-1].strip()
