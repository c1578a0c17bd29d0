"""What an assignment is made of: its notebooks as released and with their keys, and the files beside its master."""

import copy
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode
from nbgrader import preprocessors, utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.coursedir import CourseDirectory

from icecourse.content import facts
from icecourse.content.words import language
from icecourse.item import journal
from icecourse.item.grammar import Item, ItemError, is_item, parse


class GradingRefused(NbGraderException):
    """An assignment cannot be graded as it stands. The message says which cell, and what to do."""


class Layout(NamedTuple):
    """A notebook of an assignment. ``released``: as trainees got it; ``graded``: with locked cells, keys included.

    ``items``: the graded cells that no person grades, by id, in the language of the course; ``versions``: their
    graded_version. ``told``: what marking has said to an answer, by item and answer, for the next who gives the same.
    """

    released: NotebookNode
    graded: NotebookNode
    items: Mapping[str, Item]
    versions: Mapping[str, str]
    told: dict

    def source(self, name: str) -> str:
        """The source of an item's cell, with its key."""
        return next(cell.source for cell in self.graded.cells if grade_id(cell) == name)


def read(course: CourseDirectory) -> dict[str, Layout]:
    """The notebooks of the course's present assignment, by name.

    Raises GradingRefused where the gradebook and the released copy do not fit, or a graded code cell is no item.
    """
    assignment = course.assignment_id
    again = f"run: nbgrader generate_assignment {assignment} --force"
    with Gradebook(course.db_url, course.course_id) as gradebook:
        try:
            masters = gradebook.find_assignment(assignment).notebooks
        except MissingEntry:
            raise GradingRefused(f"{assignment}: the gradebook does not know this assignment; {again}") from None
        graded = {
            notebook.name: {cell.name for cell in (*notebook.grade_cells, *notebook.task_cells)} for notebook in masters
        }
    layouts = {}
    for name, ids in sorted(graded.items()):
        path = Path(course.format_path(course.release_directory, ".", assignment)) / f"{name}.ipynb"
        if not path.is_file():
            raise GradingRefused(f"{assignment}: the released copy {path} is missing; {again}")
        released = nbformat.read(path, as_version=4)
        notebook = _with_masters_cells(copy.deepcopy(released), course, name)
        cells = {grade_id(cell): cell for cell in notebook.cells if utils.is_grade(cell) or utils.is_task(cell)}
        if cells.keys() != ids:
            odd = ", ".join(sorted(cells.keys() ^ ids))
            raise GradingRefused(f"{assignment}: gradebook and released copy differ in {odd}; {again}")
        automatic = {
            key: cell for key, cell in cells.items() if not utils.is_solution(cell) and not utils.is_task(cell)
        }
        items = {key: _item(assignment, key, cell) for key, cell in automatic.items()}
        versions = {key: item.graded_version for key, item in items.items()}
        layouts[name] = Layout(released, notebook, items, versions, {})
    return layouts


def grade_id(cell: NotebookNode) -> str:
    """nbgrader's id of a cell, "" for one without its marks."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def masters_files(converter: Autograde) -> Iterator[tuple[Path, Path]]:
    """What stands beside the master and goes to autograded/ too: (place below the folder, file); never a journal."""
    course = converter.coursedir
    folder = Path(course.format_path(course.source_directory, ".", course.assignment_id))
    theirs = converter.exclude_overwriting.get(course.assignment_id, [])
    for path in map(Path, utils.find_all_files(str(folder), [*course.ignore, "*.ipynb"])):
        if path.name != journal.NAME and str(path.relative_to(folder)) not in theirs:
            yield path.relative_to(folder), path


def _with_masters_cells(notebook: NotebookNode, course: CourseDirectory, name: str) -> NotebookNode:
    """The released copy with kernel and locked cells, keys included, from the gradebook, by nbgrader's own steps."""
    about = {"notebook": name, "assignment": course.assignment_id, "db_url": course.db_url}
    quiet = logging.getLogger(f"{__name__}.master")  # it would warn of each key that was hidden at release
    quiet.setLevel(logging.ERROR)
    for step in (preprocessors.OverwriteKernelspec, preprocessors.OverwriteCells, preprocessors.CheckCellMetadata):
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
    again = f"mend the master and run: nbgrader generate_assignment {assignment} --force"
    try:
        item = parse(cell.source)
    except ItemError as error:
        raise GradingRefused(f"{where}: {error} Then {again}") from error
    unknown = [fact for fact in item.key.facts if fact not in facts.load()] if item.key else []
    if item.key is None or item.id != name or unknown or item.points != float(cell.metadata.nbgrader.points):
        fault = (
            f'rests on the fact "{unknown[0]}", which does not exist'
            if unknown
            else "has another id or points, or no key"
        )
        raise GradingRefused(f"{where} {fault}; {again}")
    return item.in_language(language())
