"""The trainee's desk: a folder with lessons and released quizzes, where nothing that a trainee did is overwritten.

The desk holds no key to a quiz. Its own nbgrader_config.py makes handing in work; ``.desk/`` keeps what was laid
out (to tell an untouched lesson from a touched one), the trainee's id and Jupyter's settings for this desk.
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat.sign import NotebookNotary
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory
from traitlets.config import Config

from icecourse.content.words import long_day
from icecourse.curriculum import COURSE_ID, HELD_BACK, KERNEL, Course, Page, assignments_after
from icecourse.desk.names import TRAINEE_ID
from icecourse.item import journal
from icecourse.refused import Refused

START = "start.ipynb"
AUTOSAVE_SECONDS = 10


class DeskError(Refused):
    """The desk cannot be laid out. The message is one plain sentence."""


@dataclass
class Report:
    """What a laying-out did, by path relative to the desk."""

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept_beside: list[str] = field(default_factory=list)


@dataclass
class Desk:
    folder: Path
    exchange: Path | None = None  # None: no exchange on this machine; quizzes come from the wheel

    @property
    def private(self) -> Path:
        return self.folder / journal.DESK

    # -- laying out ---------------------------------------------------------------------------------------

    def lay_out(self, course: Course, ask: Callable[[], str]) -> Report:
        """Bring the desk up to date. ``ask`` gives the trainee's id the first time. Raises DeskError."""
        try:
            self.private.mkdir(parents=True, exist_ok=True)
            report = Report()
            trainee = self._trainee(ask)
            laid = self._read("laid.json")
            self._lessons(course, laid, report)
            self._write("laid.json", laid)
            self._configure(trainee)
            self._quizzes(course, report)
            self._start_page(course)
        except OSError as error:
            raise DeskError(
                f"The folder {self.folder} cannot be written ({error.strerror}): choose another with --desk."
            ) from error
        return report

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

    def _lessons(self, course: Course, laid: dict, report: Report) -> None:
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
                    mine = _free(copy)
                    copy.rename(mine)
                    report.kept_beside.append(f"lessons/{mine.name}")
                report.updated.append(name)
            else:
                report.new.append(name)
            shutil.copyfile(page.path, copy)
            trust(copy)
            laid[name] = fresh

    def _quizzes(self, course: Course, report: Report) -> None:
        """Fetch what the instructor has released; without an exchange, take what ships with the course."""
        if self.exchange is None:
            released = [page.path.parent for page in course.assignments if page.path.parent.name not in HELD_BACK]
        else:
            outbound = self.exchange / COURSE_ID / "outbound"
            released = sorted(path for path in outbound.glob("*") if path.is_dir())
        for folder in released:
            copy = self.folder / folder.name
            if copy.exists():
                continue  # answers may lie in it
            if self.exchange is None:
                shutil.copytree(folder, copy)
            else:
                self._fetch(folder.name)
            for notebook in copy.glob("*.ipynb"):
                notebook.chmod(0o644)
                trust(notebook)
            report.new.append(folder.name)

    def _fetch(self, assignment: str) -> None:
        config = Config()
        config.CourseDirectory.course_id = COURSE_ID
        config.CourseDirectory.assignment_id = assignment
        config.Exchange.root = str(self.exchange)
        config.Exchange.assignment_dir = str(self.folder)
        coursedir = CourseDirectory(config=config)
        fetch = ExchangeFactory(config=config).FetchAssignment(
            coursedir=coursedir, authenticator=Authenticator(config=config), config=config
        )
        try:
            fetch.start()
        except ExchangeError as error:
            raise DeskError(f"{assignment} cannot be fetched from the exchange: {error}") from error

    # -- the desk's own files ----------------------------------------------------------------------------

    def _configure(self, trainee: str) -> None:
        lines = [
            '"""This desk, for nbgrader: written by icecourse at every start; changes here do not last."""',
            "",
            "c = get_config()",
            f"c.CourseDirectory.course_id = {COURSE_ID!r}",
            f"c.CourseDirectory.student_id = {trainee!r}",
            "c.ExchangeSubmit.strict = True",
            f"c.Exchange.cache = {str(self.private / 'handed-in')!r}",
        ]
        if self.exchange:
            lines.append(f"c.Exchange.root = {str(self.exchange)!r}")
        (self.folder / "nbgrader_config.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
        disabled = ["validate-assignment", "create-assignment", "formgrader", "course-list"]
        if not self.exchange:
            disabled.append("assignment-list")  # it can only complain where there is no exchange
        labconfig = self.private / "config" / "labconfig"
        labconfig.mkdir(parents=True, exist_ok=True)
        off = {f"@jupyter/nbgrader:{name}": True for name in disabled}
        # The course has no formulas, but amounts: MathJax makes one of what stands between two dollar signs.
        off["@jupyterlab/mathjax-extension"] = True
        page = {"icecourse": "desk", "disabledExtensions": off}
        settings = {
            "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": AUTOSAVE_SECONDS},
            "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
        }
        (labconfig / "page_config.json").write_text(json.dumps(page, indent=1), encoding="utf-8")
        (labconfig / "default_setting_overrides.json").write_text(json.dumps(settings, indent=1), encoding="utf-8")

    def _start_page(self, course: Course) -> None:
        """The first screen: lessons and quizzes as links. Written anew each time; there is nothing to answer in it."""
        lines = ["# ICE for Paralegals", "", "Whose desk is this on?", ""]
        lines += ["Training, not legal advice. Not affiliated with ICE or any agency.", ""]
        quizzes = {path.stem: path for path in sorted(self.folder.glob("*/*.ipynb")) if path.parent.name == path.stem}
        for lesson in course.lessons:
            lines += [f"## [{lesson.title}](lessons/{lesson.path.name})", "", lesson.purpose, ""]
            for quiz in filter(None, (quizzes.pop(name, None) for name in assignments_after(lesson))):
                lines += [f"Then: [{_title(quiz)}]({quiz.stem}/{quiz.name}){_due(quiz)}", ""]
        if quizzes:
            lines += ["## Also released", ""]
            lines += [f"- [{_title(path)}]({path.stem}/{path.name}){_due(path)}" for path in quizzes.values()]
        lines += ["## Beside the lessons", ""]
        lines += [f"- [{page.title}](lessons/{page.path.name}): {page.purpose}" for page in course.beside]
        lines += ["", "## Handing in", ""]
        lines += ["Press *Hand in* above the page."]
        lines += ["Each answer is already saved; you may hand in again until your instructor collects."]
        cell = nbformat.v4.new_markdown_cell("\n".join(lines).strip(), id="course")
        page = nbformat.v4.new_notebook(cells=[cell], metadata={"icecourse": {"role": "start"}, "kernelspec": KERNEL})
        nbformat.write(page, self.folder / START)
        trust(self.folder / START)

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
    except Exception:  # whatever a trainee's disk holds: it differs from anything we laid out, so it is kept
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return hashlib.sha256(json.dumps([[cell.cell_type, cell.source] for cell in cells]).encode()).hexdigest()


def trust(path: Path) -> None:
    """Sign a notebook as ``jupyter trust`` does: an unsigned one does not start by itself."""
    NotebookNotary().sign(nbformat.read(path, as_version=4))


def _title(path: Path) -> str:
    try:
        return Page(path).title
    except Exception:  # a damaged quiz still has its place on the first screen, and its journal
        return path.stem


def _due(path: Path) -> str:
    """When a quiz is due, in this machine's time zone; "" where the instructor gave no date."""
    try:
        due = datetime.fromisoformat(Page(path).notebook.metadata["icecourse"]["due"]).astimezone()
    except Exception:
        return ""
    return f", due {long_day(due)}, {due:%H:%M}"


def _free(path: Path) -> Path:
    number = 1
    while (mine := path.with_name(f"{path.stem} (my copy {number}){path.suffix}")).exists():
        number += 1
    return mine
