"""A submission read as data: its answers, its texts, and what is wrong with it. Nothing of it is run or followed.

Only regular files of the submission's own folder are opened, never a link or a pipe, and never more than a bounded
part of them. Whatever is wrong with the notebook, the answers in the journal count.
"""

import contextlib
import glob
import json
import os
import re
import stat
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc

from icecourse.grading.gradebook import LONGEST_ID
from icecourse.item import journal
from icecourse.item.journal import Entry, JournalError

LARGEST = 2**23  # bytes of a notebook or paper: JSON takes some thirty times its size in memory
LONGEST = 200_000  # characters of a text that a person is to grade
MOST_CELLS = 200  # of the trainee's own, for the tasks of one notebook
# What a grader may want to see beside a text. Nothing that a program of ours, or a browser, would run.
PAPERS = {".csv", ".docx", ".gif", ".jpeg", ".jpg", ".odt", ".pdf", ".png", ".txt", ".xlsx"}
TIMESTAMP = "timestamp.txt"


@dataclass(frozen=True)
class Submission:
    """``texts``: notebook -> {grade_id: what the trainee wrote}. ``files``: what may be kept beside the grades.

    ``work``: notebook -> {grade_id of a task: cells of the trainee's own that answer it, each (cell type, text)}; a
    notebook that cannot be read has neither texts nor work. ``notes`` say what was wrong, each a clause without a
    full stop; none for a submission as it should be.
    """

    answers: Mapping[str, Entry]
    texts: Mapping[str, Mapping[str, str]]
    work: Mapping[str, Mapping[str, Sequence[tuple[str, str]]]]
    files: tuple[Path, ...]
    notes: tuple[str, ...]


def read(folder: Path, released: Mapping[str, Sequence[Mapping]], items: Collection[str]) -> Submission:
    """Read the submission in ``folder``. ``released``: the cells of each released notebook; ``items``: the graded ids.

    Never raises for what a trainee handed in.
    """
    answers, notes = _answers(folder / journal.NAME, items)
    texts, work = {}, {}
    for name, cells in released.items():
        texts[name], work[name], faults = _texts(folder / f"{name}.ipynb", cells)
        notes += faults
    files, faults = _files(folder, {f"{name}.ipynb" for name in released})
    return Submission(answers, texts, work, files, tuple(notes + faults))


def handed_in(course: CourseDirectory) -> Iterator[tuple[str, Path]]:
    """The submissions of the present assignment: trainee and folder, whatever they may be."""
    pattern = course.format_path(course.submitted_directory, course.student_id, course.assignment_id)
    parts = course.format_path(course.submitted_directory, "(?P<trainee>.*)", ".*", escape=True)
    exactly = course.student_id != "*" and os.path.lexists(pattern)  # an id may look like a pattern
    for folder in [pattern] if exactly else sorted(glob.glob(pattern)):
        if match := re.fullmatch(parts, folder, re.DOTALL):
            yield match["trainee"], Path(folder)


def unfit(folder: Path, trainee: str, above: Path) -> str:
    """Why a folder below submitted/ (``above``) is none that can be graded, or "" """
    if any(place.is_symlink() for place in (folder, *folder.parents) if above in place.parents):
        return "its folder is a link"
    if not folder.is_dir():
        return "it is no folder"
    if not trainee.isprintable():
        return "its trainee's id has characters that cannot be printed"
    if len(trainee) > LONGEST_ID:
        return f"its trainee's id is longer than {LONGEST_ID} characters"
    return ""


def shown(text: object) -> str:
    """A name or text of a submission for one line of a log: short, and nothing that moves a terminal's cursor."""
    text = repr(str(text)[:60])[1:-1]
    return text.encode("utf-8", "replace").decode()


def plain(text: str) -> str:
    """Text that can be written as UTF-8: JSON may hold half a surrogate pair."""
    return text.encode("utf-8", "replace").decode()


def content(path: Path, most: int) -> bytes:
    """The content of a regular file that is no link and has at most ``most`` bytes. Raises ValueError with a clause."""
    try:
        handle = os.open(path, os.O_RDONLY | journal.PLAIN)
    except FileNotFoundError:
        raise ValueError(f"{shown(path.name)} is missing") from None
    except OSError as error:
        raise ValueError(f"{shown(path.name)} is not an ordinary file ({error.strerror})") from None
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode):
        os.close(handle)
        raise ValueError(f"{shown(path.name)} is not an ordinary file")
    with open(handle, "rb") as file:
        if about.st_size > most:
            raise ValueError(f"{shown(path.name)} is larger than {most / 2**20:g} MB")
        return file.read(most)


def time_of(folder: Path) -> tuple[str, datetime | None]:
    """The time of hand-in, as it is written and in UTC; ("", None) for anything that is no time."""
    with contextlib.suppress(Exception):  # dateutil raises several kinds
        text = content(folder / TIMESTAMP, 200).decode("ascii")
        if text.strip():
            return text, parse_utc(text.strip())
    return "", None


def is_newer(folder: Path, graded: datetime | None) -> bool:
    """Whether what lies in ``folder`` was handed in after what was graded: ``graded``, in UTC. It waits, then."""
    at = time_of(folder)[1]
    return bool(at and graded and at > graded)


def _answers(path: Path, items: Collection[str]) -> tuple[dict[str, Entry], list[str]]:
    try:
        if not os.path.lexists(path):
            return {}, [f"{path.name} is missing, so no answer was found"]
        answers = journal.read(path, items)
        large = path.lstat().st_size > journal.MOST
    except (JournalError, OSError):
        return {}, [f"{path.name} is not an ordinary file, so no answer was read"]
    notes = [f"{path.name} is very large, so only its end was read"] if large else []
    if answers.skipped:
        notes.append(f"lines of {path.name} that are no answers: {answers.skipped}")
    return {entry.item: entry for entry in answers.entries}, notes


def _texts(path: Path, layout: Sequence[Mapping]) -> tuple[dict[str, str], dict[str, list], list[str]]:
    """What the trainee wrote into a notebook: texts by grade_id, cells of their own by task, and notes."""
    try:
        data = json.loads(content(path, LARGEST))
        cells = data["cells"]
        if not isinstance(cells, list):
            raise TypeError
    except ValueError as error:
        clause = str(error) if not isinstance(error, (json.JSONDecodeError, UnicodeDecodeError)) else ""
        return {}, {}, [clause if shown(path.name) in clause else f"{shown(path.name)} is torn or no notebook"]
    except (RecursionError, KeyError, TypeError, MemoryError):
        return {}, {}, [f"{shown(path.name)} is no notebook that can be read"]
    submitted = [(_grade_id(cell), cell) for cell in cells]
    texts: dict[str, str] = {}
    notes: list[str] = []
    expected = {_grade_id(cell): cell for cell in layout if _grade_id(cell)}
    for name, cell in submitted:
        if name in expected and _mark(expected[name], "solution"):
            text = _text(cell)
            if text is not None:  # of two with one id the last one counts, as in nbgrader
                texts[name] = plain(text[:LONGEST])
                if len(text) > LONGEST:
                    notes.append(f'the text of "{name}" was cut after {LONGEST} characters')
    work, cut = _work(submitted, layout)
    notes += cut + _differences(submitted, expected) + _strangers(data, submitted, expected, not work)
    return texts, work, notes


def _work(submitted: list, layout: Sequence[Mapping]) -> tuple[dict[str, list[tuple[str, str]]], list[str]]:
    """The cells that a trainee added, each with the task that it stands below (above the first: with the first)."""
    tasks = [_grade_id(cell) for cell in layout if _mark(cell, "task")]
    work: dict[str, list[tuple[str, str]]] = {name: [] for name in tasks}
    if not tasks:
        return work, []
    released = {_text(cell) for cell in layout if not _grade_id(cell)}
    present, count, cut = tasks[0], 0, 0
    for name, cell in submitted:
        kind, text = _field(cell, "cell_type"), _text(cell)
        if name in work:
            present = name
        elif not name and kind in ("code", "markdown") and text and text.strip() and text not in released:
            count += 1
            cut += count > MOST_CELLS or len(text) > LONGEST
            if count <= MOST_CELLS:
                work[present].append((kind, plain(text[:LONGEST])))
    return work, [f"cells of the trainee's own that were cut or left out: {cut}"] if cut else []


def _differences(submitted: list, expected: Mapping[str, Mapping]) -> list[str]:
    """How graded and locked cells differ from the released ones. They were not used, but somebody may want to know."""
    count = Counter(name for name, _ in submitted)
    cells = dict(submitted)
    faults: dict[str, list[str]] = {}

    def fault(what: str, name: str, really: bool) -> None:
        if really:
            faults.setdefault(what, []).append(name)

    for name, released in expected.items():
        fault("deleted cells", name, not count[name])
        fault("cells with one id", name, count[name] > 1)
        cell = cells.get(name)
        if cell is None:
            continue
        fault("cells of another type", name, cell.get("cell_type") != released["cell_type"])
        marks, right = cell["metadata"]["nbgrader"], released["metadata"]["nbgrader"]
        changed = any(marks.get(mark) != right.get(mark) for mark in ("points", "grade", "solution", "locked"))
        fault("cells with changed nbgrader marks", name, changed)
        if not right.get("solution"):
            fault("changed cells", name, _text(cell) != _text(released))
            fault("cells with a result of their own", name, right.get("grade") and _has_result(cell))
    return [f"{what}: {', '.join(names)}" for what, names in faults.items()]


def _strangers(data: dict, submitted: list, expected: Mapping[str, Mapping], no_task: bool) -> list[str]:
    """Notes on what was not released. ``no_task``: nothing asks for cells of the trainee's own."""
    notes = []
    strange = sorted({shown(name) for name, _ in submitted if name and name not in expected})
    if strange:
        notes.append(f"graded cells that this assignment does not have: {', '.join(strange[:5])}")
    if any(not isinstance(cell, dict) for _, cell in submitted):
        notes.append("cells that are no cells")
    own = [cell for name, cell in submitted if not name and _field(cell, "cell_type") == "code" and _text(cell)]
    if own and no_task:
        notes.append(f"code cells of the trainee's own: {len(own)}")
    kernel = _field(_field(_field(data, "metadata"), "kernelspec"), "name")
    if kernel not in ("python3", "python", None):
        notes.append(f'another kernel is asked for ("{shown(kernel)}")')
    return notes


def _files(folder: Path, notebooks: Collection[str]) -> tuple[tuple[Path, ...], list[str]]:
    """Papers beside the notebook, and notes on everything that was left where it is."""
    papers, left, notes = [], [], []
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return (), ["its folder cannot be read"]
    for entry in entries:
        if entry.name in notebooks or entry.name in (".ipynb_checkpoints", "feedback"):
            continue
        regular = entry.is_file(follow_symlinks=False)
        paper = entry.name in (journal.NAME, TIMESTAMP) or Path(entry.name).suffix.lower() in PAPERS
        small = regular and entry.stat(follow_symlinks=False).st_size <= LARGEST
        if small and paper and entry.name.isprintable() and entry.name != TIMESTAMP:
            papers.append(Path(entry.path))
        elif entry.name not in (journal.NAME, TIMESTAMP):  # these two have notes of their own
            left.append(shown(entry.name) + (" (a link)" if entry.is_symlink() else ""))
    if left:
        more = f" and {len(left) - 5} more" if len(left) > 5 else ""
        notes.append(f"left out: {', '.join(left[:5])}{more}")
    return tuple(papers), notes


def _field(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _mark(cell: object, name: str) -> object:
    return _field(_field(_field(cell, "metadata"), "nbgrader"), name)


def _grade_id(cell: object) -> str:
    """The grade_id of a cell with nbgrader's marks, else "" """
    name = _mark(cell, "grade_id")
    return name if isinstance(name, str) else ""


def _has_result(cell: dict) -> bool:
    outputs = cell.get("outputs")
    return isinstance(outputs, list) and any(_field(output, "output_type") == "execute_result" for output in outputs)


def _text(cell: object) -> str | None:
    """The source of a cell, which a notebook holds as text or as a list of lines; None for anything else."""
    source = _field(cell, "source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    return source if isinstance(source, str) else None


def sentence(trainee: str, assignment: str, notes: Iterable[str]) -> str:
    """What was wrong with one submission, as one sentence for the log."""
    return f"{shown(trainee)}, {assignment}: graded as far as it could be; {'; '.join(notes)}."
