"""Grading without a kernel: for ``c.Autograde.exporter_class``, under nbgrader's own commands.

An answer is data, so nothing of a submission needs to run. nbgrader calls the exporter twice for each notebook. In
the first pass it gets the released notebook, with graded cells from the gradebook and the trainee's own texts; in
the second that notebook again, now with the scores. nbgrader's own preprocessors write the gradebook.

nbgrader itself reads a submission before it calls the exporter: it opens timestamp.txt and copies all other files,
and follows links and waits for pipes doing so. So it is given another ``submitted`` folder: a private one, where each
submission stands as it should be, made of plain files alone, just before nbgrader comes to it.
"""

import contextlib
import copy
import glob
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbconvert.writers import FilesWriter
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import preprocessors as stock
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets import List, Unicode

from . import facts, scoring, submission, verdict
from .items import Item, ItemError, is_item, parse
from .submission import Submission, shown

EXECUTION = "NBGRADER_EXECUTION"
LOST = "The submitted notebook has no readable text for this cell. Look at the submission, or ask the trainee for it."
# nbgrader's steps whose work is done here, once a batch: cells and their marks are the master's. And nothing is run.
REPLACED = (
    stock.ClearOutput, stock.DeduplicateIds, stock.OverwriteKernelspec, stock.OverwriteCells, stock.CheckCellMetadata,
    stock.Execute,
)  # fmt: skip


class GradingRefused(NbGraderException):
    """An assignment cannot be graded as it stands. The message says which cell, and what to do."""


@dataclass(frozen=True)
class Page:
    """A notebook of the assignment: as released, and with graded cells and keys from the gradebook."""

    released: NotebookNode
    layout: NotebookNode
    items: Mapping[str, Item]

    @property
    def texts(self) -> list[str]:
        """The ids of the cells that a trainee writes in."""
        return [cell.metadata.nbgrader.grade_id for cell in self.layout.cells if utils.is_solution(cell)]


class ItemGrader(NotebookExporter):
    """Grades an assignment of items from the answers of its trainees.

    Raises GradingRefused, before anything is written, for an assignment whose master holds graded code that is no item.
    """

    execute_assignments = List(
        Unicode(),
        help="Assignments that nbgrader itself grades, running what a trainee handed in. Their masters hold graded "
        "code cells that are not items. Turn it on only where you trust what is handed in.",
    ).tag(config=True)

    def __init__(self, config=None, **kwargs):
        super().__init__(config=config, **kwargs)
        _clear_environment()
        self._pages: dict[str, Page] | None = None
        if not isinstance(self.parent, Autograde):
            return
        self.parent.writer = _Writer(parent=self.parent, config=self.parent.config)
        course = self.parent.coursedir
        if course.assignment_id not in self.execute_assignments:
            try:
                self._pages = pages(course)
            except GradingRefused as error:
                self.log.error("%s", error)
                raise
            self._stand_between(course)

    def _stand_between(self, course: CourseDirectory) -> None:
        """Give nbgrader a private folder of submissions, with a plain one for each that was handed in."""
        self._private = tempfile.TemporaryDirectory(prefix="icecourse-grading-")
        self._taken: tuple[Path, Submission] | None = None
        values = {name: getattr(course, name) for name in course.class_own_traits(config=True)}
        values["submitted_directory"] = self._private.name
        self._given = CourseDirectory(parent=course.parent, **values)
        self._folders: dict[Path, Path] = {}  # private folder -> submitted one
        wanted = [name for name in self._pages if fnmatchcase(name, course.notebook_id)]
        assignments = {}
        handed_in = course.format_path(course.submitted_directory, course.student_id, course.assignment_id)
        for folder in map(Path, sorted(glob.glob(handed_in))):
            why = _unfit(folder)
            if why:
                self.log.warning("%s, %s: not graded, for %s.", shown(folder.parent.name), course.assignment_id, why)
                continue
            place = Path(self._private.name) / folder.parent.name / folder.name
            place.mkdir(parents=True)
            self._folders[place] = folder
            _copy_timestamp(folder, place)
            for name in self._pages:  # for a notebook that is not there nbgrader would write zeros
                (place / f"{name}.ipynb").touch()
            assignments[str(place)] = [str(place / f"{name}.ipynb") for name in wanted]
        self.parent.coursedir, self.parent.assignments = self._given, assignments
        self._hook, self.parent.pre_convert_hook = self.parent.pre_convert_hook, self._before

    def _before(self, assignment: str, student: str, notebooks: list[str]) -> None:
        """nbgrader's pre-convert hook: the last moment before it copies a submission's other files."""
        _clear_environment()
        place = Path(notebooks[0]).parent
        for path in self._take(place).files:
            with contextlib.suppress(ValueError):  # it changed while we looked; nobody's score depends on it
                (place / path.name).write_bytes(submission.content(path, submission.LARGEST))
        if self._hook:
            self._hook(assignment=assignment, student=student, notebooks=notebooks)

    def _take(self, place: Path) -> Submission:
        """The submission behind a private folder; read, and reported, once."""
        if self._taken is None or self._taken[0] != place:
            if self._taken:  # one submission at a time stands there, so that a large class takes no room
                shutil.rmtree(self._taken[0].parent, ignore_errors=True)
            layouts = {name: page.released.cells for name, page in self._pages.items()}
            ids = {name for page in self._pages.values() for name in page.items}
            taken = submission.take(self._folders[place], layouts, ids)
            notes = [*taken.notes, *self._invalid(taken)]
            stamp = self._folders[place] / submission.TIMESTAMP
            if os.path.lexists(stamp) and not (place / submission.TIMESTAMP).exists():
                notes.append(f"{stamp.name} holds no time")
            if notes:
                self.log.warning("%s", submission.sentence(place.parent.name, place.name, notes))
            self._taken = place, taken
        return self._taken[1]

    def _invalid(self, taken: Submission) -> Iterator[str]:
        for page in self._pages.values():
            for name, item in page.items.items():
                if _score(item, taken)[0].outcome == "invalid":
                    yield f'the answer to "{name}" is none that the item can have'

    def from_filename(self, filename, resources=None, **kwargs):
        """One of the two passes over a notebook: its text, and nbconvert's resources."""
        try:
            if self._pages is None:
                return super().from_filename(filename, resources=resources, **kwargs)
            self._preprocessors = [step for step in self._preprocessors if not isinstance(step, REPLACED)]
            about = resources["nbgrader"]
            resources["metadata"] = {"name": about["notebook"], "path": str(Path(filename).parent)}
            page = self._pages[about["notebook"]]
            taken = self._take(Path(self._private.name) / about["student"] / about["assignment"])
            texts = taken.texts[about["notebook"]]
            if self.parent._sanitizing:
                return self._written(_filled(page, texts), resources)
            notebook = nbformat.v4.reads(Path(filename).read_text("utf-8"))  # as the first pass wrote it
            _grade(notebook, page, taken)
            result = self._written(notebook, resources)
            _ask_for_a_grader(about, [name for name in page.texts if name not in texts])
            return result
        except BaseException:
            _clear_environment()
            raise

    def _written(self, notebook: NotebookNode, resources: dict) -> tuple[str, dict]:
        """What ``from_notebook_node`` gives, without its copies and checks: the notebook is one of our own making."""
        resources = self._init_resources(resources)
        for step in self._preprocessors:
            notebook, resources = step(notebook, resources)
        return nbformat.v4.writes(notebook) + "\n", resources


class _Writer(FilesWriter):
    """Writes what the exporter made. A disk may be full: then too nbgrader would leave its mark behind."""

    def write(self, *args, **kwargs):
        try:
            return super().write(*args, **kwargs)
        except BaseException:
            _clear_environment()
            raise


def pages(course: CourseDirectory) -> dict[str, Page]:
    """The notebooks of the course's present assignment, by name.

    Raises GradingRefused where the gradebook and the released copy do not fit, or a graded code cell is no item.
    """
    assignment = course.assignment_id
    again = f"run: nbgrader generate_assignment {assignment}"
    with Gradebook(course.db_url, course.course_id) as gradebook:
        try:
            masters = gradebook.find_assignment(assignment).notebooks
        except MissingEntry:
            raise GradingRefused(f"{assignment}: the gradebook does not know this assignment; {again}") from None
        graded = {notebook.name: {cell.name for cell in notebook.grade_cells} for notebook in masters}
    made = {}
    for name, ids in sorted(graded.items()):
        path = Path(course.format_path(course.release_directory, ".", assignment)) / f"{name}.ipynb"
        if not path.is_file():
            raise GradingRefused(f"{assignment}: the released copy {path} is missing; {again}")
        released = nbformat.read(path, as_version=4)
        layout = _with_masters_cells(copy.deepcopy(released), course, name)
        there = {cell.metadata.nbgrader.grade_id: cell for cell in layout.cells if utils.is_grade(cell)}
        if there.keys() != ids:
            odd = ", ".join(sorted(there.keys() ^ ids))
            raise GradingRefused(f"{assignment}: gradebook and released copy differ in {odd}; {again}")
        automatic = {key: cell for key, cell in there.items() if not utils.is_solution(cell)}
        made[name] = Page(released, layout, {key: _item(assignment, key, cell) for key, cell in automatic.items()})
    return made


def _with_masters_cells(notebook: NotebookNode, course: CourseDirectory, name: str) -> NotebookNode:
    """The released copy with kernel and locked cells, keys included, from the gradebook, by nbgrader's own steps."""
    about = {"notebook": name, "assignment": course.assignment_id, "db_url": course.db_url}
    quiet = logging.getLogger(f"{__name__}.master")  # it would warn of each key that was hidden at release
    quiet.setLevel(logging.ERROR)
    for step in (stock.OverwriteKernelspec, stock.OverwriteCells, stock.CheckCellMetadata):
        notebook, _ = step(log=quiet).preprocess(notebook, {"nbgrader": about})
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.validate(notebook)
    return notebook


def _item(assignment: str, name: str, cell: NotebookNode) -> Item:
    where = f'{assignment}: graded cell "{name}"'
    if cell.cell_type != "code" or not is_item(cell.source):
        raise GradingRefused(
            f"{where} is code and no item, and what trainees hand in is never run here. Make it an item or grade it "
            f'by hand; or, if you trust every submission, set c.ItemGrader.execute_assignments = ["{assignment}"].'
        )
    again = f"mend the master and run: nbgrader generate_assignment {assignment}"
    try:
        item = parse(cell.source)
    except ItemError as error:
        raise GradingRefused(f"{where}: {error} Then {again}") from error
    unknown = [fact for fact in item.key.facts if fact not in facts.load()] if item.key else []
    if item.key is None or item.id != name or unknown or item.points != float(cell.metadata.nbgrader.points):
        what = (
            f'rests on the fact "{unknown[0]}", which does not exist'
            if unknown
            else "has another id or points, or no key"
        )
        raise GradingRefused(f"{where} {what}; {again}")
    return item


def _unfit(folder: Path) -> str:
    """Why a folder of submitted/ is none that can be graded, or "" """
    trainee = folder.parent
    if trainee.is_symlink() or folder.is_symlink():
        return "its folder is a link"
    if not folder.is_dir():
        return "it is no folder"
    if not trainee.name.isprintable():  # nbgrader would stop the whole batch at a line break
        return "its trainee's id has characters that cannot be printed"
    return ""


def _copy_timestamp(folder: Path, place: Path) -> None:
    """Copy the time of hand-in if it is one: nbgrader fails at anything else."""
    with contextlib.suppress(Exception):  # dateutil raises several kinds; there is no time then
        text = submission.content(folder / submission.TIMESTAMP, 200).decode("ascii")
        if text.strip():
            utils.parse_utc(text.strip())
            (place / submission.TIMESTAMP).write_text(text)


def _filled(page: Page, texts: Mapping[str, str]) -> NotebookNode:
    """The layout with the trainee's own texts, and with a word to the grader where there is none."""
    notebook = copy.deepcopy(page.layout)
    for cell in notebook.cells:
        if utils.is_solution(cell):
            # With the released text in it nbgrader would take the cell for unanswered, and give it zero.
            cell.source = texts.get(cell.metadata.nbgrader.grade_id, LOST)
    return notebook


def _grade(notebook: NotebookNode, page: Page, taken: Submission) -> None:
    """Write the outputs that a kernel would have written: what is said to the answer, then the score."""
    number = 0
    for cell in notebook.cells:
        number += cell.cell_type == "code"
        item = page.items.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
        if item:
            score, response = _score(item, taken)
            said = {kind: submission.plain(text) for kind, text in verdict.graded(item, score, response).items()}
            value = {"text/plain": repr(float(score.earned))}
            cell.execution_count = number
            cell.outputs = [
                new_output("display_data", said),
                new_output("execute_result", value, execution_count=number),
            ]


def _score(item: Item, taken: Submission) -> tuple[scoring.Score, object]:
    entry = taken.answers.get(item.id)
    response = entry.response if entry else None
    try:
        return scoring.score(item, response), response
    except Exception:  # a response is whatever a trainee's disk holds: it must not cost the other items their scores
        return scoring.Score(0.0, item.points, "invalid", "The saved answer could not be scored."), response


def _ask_for_a_grader(about: Mapping[str, str], cells: list[str]) -> None:
    """Say in the gradebook why a cell that a person grades has no text. Its mark for a grader stands already."""
    if cells:
        with Gradebook(about["db_url"]) as gradebook:
            for name in cells:
                comment = gradebook.find_comment(name, about["notebook"], about["assignment"], about["student"])
                comment.auto_comment = LOST
            gradebook.db.commit()


def _clear_environment() -> None:
    """Take out what nbgrader leaves in the environment when grading fails: lessons would turn into grading."""
    if os.environ.get(EXECUTION) == "autograde":
        del os.environ[EXECUTION]
