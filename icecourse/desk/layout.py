"""The trainee's desk: a folder with lessons and released quizzes, where nothing that a trainee did is overwritten.

The desk holds no key to a quiz. Its own nbgrader_config.py makes handing in work; ``.desk/`` keeps what was laid
out (to tell an untouched page from a touched one), the trainee's id and Jupyter's settings for this desk. A page that
the course no longer has goes if it is untouched; else it stays, and so does every journal.
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat.sign import NotebookNotary

from icecourse.curriculum import Course
from icecourse.desk import first_page, quizzes, settings
from icecourse.desk.hand_in_names import TRAINEE_ID
from icecourse.page import desk_notes
from icecourse.page.answers import DESK
from icecourse.page.readable import UNREADABLE
from icecourse.refused import Refused

START = "start.ipynb"
LESSONS = "lessons"


class DeskError(Refused):
    """The desk cannot be laid out. The message is one plain sentence."""


@dataclass
class Changes:
    """What a laying-out changed, by path relative to the desk."""

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept_beside: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Desk:
    """A trainee's folder. ``exchange``: None where this machine has none; then quizzes come from the wheel."""

    folder: Path
    exchange: Path | None = None

    @property
    def private(self) -> Path:
        return self.folder / DESK

    def lay_out(self, course: Course, ask: Callable[[], str]) -> Changes:
        """Bring the desk up to date. ``ask`` gives the trainee's id the first time.

        Raises DeskError, and Refused where the exchange does not give a quiz out.
        """
        try:
            self.private.mkdir(parents=True, exist_ok=True)
            changes = Changes()
            trainee = self._trainee(ask)
            settings.write(self.folder, self.private, trainee, self.exchange)
            laid = desk_notes.read(self.folder, desk_notes.LAID)
            try:
                self._lessons(course, laid, changes)
                in_course = self._quizzes(course, laid, changes)
            finally:  # what was laid out before a refusal is known, too
                desk_notes.write(self.folder, desk_notes.LAID, laid)
            nbformat.write(first_page.notebook(self.folder, course, in_course), self.folder / START)
            trust(self.folder / START)
        except OSError as error:
            raise DeskError(
                f"The folder {self.folder} cannot be written ({error.strerror}): choose another with --desk."
            ) from error
        return changes

    def _trainee(self, ask: Callable[[], str]) -> str:
        known = desk_notes.read(self.folder, desk_notes.TRAINEE).get("id")
        trainee = known or ask().strip()
        if not TRAINEE_ID.fullmatch(trainee):
            raise DeskError(
                f'"{trainee}" cannot be a trainee id: use letters, digits, points and hyphens, as given to you.'
            )
        if not known:
            desk_notes.write(self.folder, desk_notes.TRAINEE, {"id": trainee})
        return trainee

    def _lessons(self, course: Course, laid: dict[str, str], changes: Changes) -> None:
        target = self.folder / LESSONS
        target.mkdir(exist_ok=True)
        figures = course.root / LESSONS / "figures"
        if figures.is_dir():
            shutil.copytree(figures, target / "figures", dirs_exist_ok=True)
        pages = {f"{LESSONS}/{page.path.name}": page.path for page in [*course.lessons, *course.beside]}
        for name in [name for name in laid if name.startswith(f"{LESSONS}/") and name not in pages]:
            copy, known = self.folder / name, laid.pop(name)
            if copy.exists() and fingerprint(copy) == known:
                copy.unlink()
                changes.gone.append(name)
            elif copy.exists():
                changes.kept_beside.append(_set_aside(copy))
        for name, path in pages.items():
            copy, fresh = self.folder / name, fingerprint(path)
            if copy.exists():
                if laid.get(name) == fresh:
                    continue  # nothing newer to lay out, whatever the trainee made of it
                if fingerprint(copy) == fresh:
                    laid[name] = fresh
                    continue
                if fingerprint(copy) != laid.get(name):
                    changes.kept_beside.append(_set_aside(copy))
                changes.updated.append(name)
            else:
                changes.new.append(name)
            shutil.copyfile(path, copy)
            trust(copy)
            laid[name] = fresh

    def _quizzes(self, course: Course, laid: dict[str, str], changes: Changes) -> set[str]:
        """Bring what is released, and take away what no longer is, where a trainee did nothing in it.

        Returns the names of the quizzes that the course has now.
        """
        on_desk = {path: path.partition("/")[0] for path in laid if not path.startswith(f"{LESSONS}/")}
        released = quizzes.released(course, self.exchange)
        if released is None:  # nothing tells what the course has: a quiz in work must not leave the first page
            return set(on_desk.values())
        for path in [path for path, name in on_desk.items() if name not in released]:
            quiz, known = self.folder / on_desk[path], laid.pop(path)
            if quiz.is_dir() and _holds_only(quiz, known):
                shutil.rmtree(quiz)
                changes.gone.append(quiz.name)
        for name in released:
            quiz, path = self.folder / name, f"{name}/{name}.ipynb"
            if not quiz.exists():
                quizzes.bring(quiz, course, self.exchange)
                for notebook in quiz.glob("*.ipynb"):
                    trust(notebook)
                laid[path] = fingerprint(self.folder / path) if (self.folder / path).is_file() else ""
                changes.new.append(name)
            laid.setdefault(path, "")
        return set(released)


def fingerprint(path: Path) -> str:
    """What a person wrote in a notebook: a hash of its cells' types and sources. Outputs do not count."""
    try:
        cells = nbformat.read(path, as_version=4).cells
    except UNREADABLE:  # whatever a trainee's disk holds: it differs from anything we laid out, so it is kept
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return hashlib.sha256(json.dumps([[cell.cell_type, cell.source] for cell in cells]).encode()).hexdigest()


def trust(path: Path) -> None:
    """Sign a notebook as ``jupyter trust`` does: an unsigned one does not start by itself."""
    NotebookNotary().sign(nbformat.read(path, as_version=4))


def _set_aside(copy: Path) -> str:
    """Give a trainee's own copy of a lesson a name that the course does not use: its path relative to the desk."""
    number = 1
    while (mine := copy.with_name(f"{copy.stem} (my copy {number}){copy.suffix}")).exists():
        number += 1
    copy.rename(mine)
    return f"{LESSONS}/{mine.name}"


def _holds_only(folder: Path, known: str) -> bool:
    """Whether each file in a quiz's folder is the quiz as it was laid out, such as Jupyter's checkpoint of it."""
    files = [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]
    whole = not folder.is_symlink() and all(path.suffix == ".ipynb" and not path.is_symlink() for path in files)
    return whole and all(fingerprint(path) == known for path in files)
