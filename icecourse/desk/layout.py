"""The trainee's desk: a folder with lessons and released quizzes, where nothing that a trainee did is overwritten.

The desk holds no key to a quiz. Its own nbgrader_config.py makes handing in work; ``.desk/`` keeps what was laid
out (to tell an untouched lesson from a touched one), the trainee's id and Jupyter's settings for this desk.
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
from icecourse.desk.names import TRAINEE_ID
from icecourse.page.answers import DESK
from icecourse.page.readable import UNREADABLE
from icecourse.refused import Refused

START = "start.ipynb"


class DeskError(Refused):
    """The desk cannot be laid out. The message is one plain sentence."""


@dataclass
class Changes:
    """What a laying-out changed, by path relative to the desk."""

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept_beside: list[str] = field(default_factory=list)


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
            self._lessons(course, changes)
            settings.write(self.folder, self.private, trainee, self.exchange)
            for quiz in quizzes.bring(self.folder, course, self.exchange):
                for notebook in quiz.glob("*.ipynb"):
                    trust(notebook)
                changes.new.append(quiz.name)
            nbformat.write(first_page.notebook(self.folder, course), self.folder / START)
            trust(self.folder / START)
        except OSError as error:
            raise DeskError(
                f"The folder {self.folder} cannot be written ({error.strerror}): choose another with --desk."
            ) from error
        return changes

    def _trainee(self, ask: Callable[[], str]) -> str:
        known = self._read("trainee.json").get("id")
        trainee = known or ask().strip()
        if not TRAINEE_ID.fullmatch(trainee):
            raise DeskError(
                f'"{trainee}" cannot be a trainee id: use letters, digits, points and hyphens, as given to you.'
            )
        if not known:
            self._write("trainee.json", {"id": trainee})
        return trainee

    def _lessons(self, course: Course, changes: Changes) -> None:
        laid = self._read("laid.json")  # path -> fingerprint of what was laid out there
        target = self.folder / "lessons"
        target.mkdir(exist_ok=True)
        figures = course.root / "lessons" / "figures"
        if figures.is_dir():
            shutil.copytree(figures, target / "figures", dirs_exist_ok=True)
        for page in [*course.lessons, *course.beside]:
            copy, name = target / page.path.name, f"lessons/{page.path.name}"
            fresh = fingerprint(page.path)
            if copy.exists():
                if laid.get(name) == fresh:
                    continue  # nothing newer to lay out, whatever the trainee made of it
                if fingerprint(copy) == fresh:
                    laid[name] = fresh
                    continue
                if fingerprint(copy) != laid.get(name):
                    mine = _unused_name(copy)
                    copy.rename(mine)
                    changes.kept_beside.append(f"lessons/{mine.name}")
                changes.updated.append(name)
            else:
                changes.new.append(name)
            shutil.copyfile(page.path, copy)
            trust(copy)
            laid[name] = fresh
        self._write("laid.json", laid)

    def _read(self, name: str) -> dict:
        try:
            return json.loads((self.private / name).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}  # a lost list only means that lessons count as touched, and are kept

    def _write(self, name: str, data: dict) -> None:
        (self.private / name).write_text(json.dumps(data, indent=1, sort_keys=True), encoding="utf-8")


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


def _unused_name(path: Path) -> Path:
    number = 1
    while (mine := path.with_name(f"{path.stem} (my copy {number}){path.suffix}")).exists():
        number += 1
    return mine
