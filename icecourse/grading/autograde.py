"""Grading without a kernel: for ``c.Autograde.exporter_class``, under nbgrader's own commands.

An answer is data, so nothing of a submission needs to run. nbgrader finds the assignment and makes this exporter;
then it would copy each submission's files, following links and waiting for pipes, convert its notebooks in a kernel,
and open the gradebook seven times. From there on the exporter does that part, for the whole batch: it reads each
submission as data, scores it, writes the grades of many submissions at once, and lays out ``autograded/`` from
notebooks of its own making. The oracle test holds every row of the gradebook against a stock kernel run.

Killed at any moment and started again, a batch ends with the same gradebook and pages: the old pages of a submission
go before its grades are written, its new ones come after, and a submission without pages is graded again.
"""

import contextlib
import copy
import glob
import json
import logging
import os
import re
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader import preprocessors as stock
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from traitlets import List, Unicode

from icecourse.content import facts
from icecourse.content.words import language
from icecourse.grading import submission
from icecourse.grading.gradebook import LONGEST_ID, Book, Graded, Marks, Penalty
from icecourse.grading.submission import Submission, shown
from icecourse.item import journal, response_feedback, scoring
from icecourse.item.grammar import Item, ItemError, is_item, parse

EXECUTION = "NBGRADER_EXECUTION"
LOST = "The submitted notebook has no readable text for this cell. Look at the submission, or ask the trainee for it."
LOOKED_UP = 1000  # characters of an answer; longer ones are hardly given twice
AT_ONCE = 100  # submissions in one transaction: what a killed run does again, and what stands in memory


class GradingRefused(NbGraderException):
    """An assignment cannot be graded as it stands. The message says which cell, and what to do."""


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
        converter = self.parent
        if isinstance(converter, Autograde):  # made by its start(), which calls convert_notebooks next
            if converter.coursedir.assignment_id in self.execute_assignments:
                converter.convert_notebooks = partial(_run, converter.convert_notebooks)
            else:
                converter.convert_notebooks = partial(grade, converter)


class Page:
    """A notebook of the assignment: as released, and with graded cells and keys from the gradebook."""

    def __init__(self, released: NotebookNode, layout: NotebookNode, items: Mapping[str, Item]):
        self.released, self.layout, self.items = released, layout, items
        self.versions = {name: item.graded_version for name, item in items.items()}
        self._cells = [_encoded(cell) for cell in layout.cells]
        whole = nbformat.v4.writes(layout)
        self._before, self._after = whole[: len(_BEFORE)], whole[whole.rindex(_AFTER) :] + "\n"
        code = [cell.cell_type == "code" for cell in layout.cells]
        self._number = [sum(code[: place + 1]) for place in range(len(code))]
        # Trainees choose among the same few options, so most of a class is scored by looking it up.
        self._mark = lru_cache(maxsize=2000)(self._marked)

    def source(self, name: str) -> str:
        """The source of an item's cell, with its key."""
        return next(cell.source for cell in self.layout.cells if _grade_id(cell) == name)

    def score(self, name: str, taken: Submission) -> scoring.Score:
        """The score of one item."""
        return self._look_up(name, taken)[0]

    def graded(self, notebook: str, taken: Submission) -> tuple[str, Marks]:
        """The graded notebook as its file holds it, and its marks."""
        scores: dict[str, float | None] = {}
        comments: dict[str, str | None] = {}
        cells = []
        for place, cell in enumerate(self.layout.cells):
            name, text = _grade_id(cell), self._cells[place]
            if name in self.items:
                result, text = self._look_up(name, taken)
                scores[name] = result.earned
            elif utils.is_solution(cell):
                filled, comments[name] = _filled(cell, taken.texts[notebook].get(name))
                if utils.is_grade(cell):
                    scores[name] = 0.0 if comments[name] == UNANSWERED else None
                text = _encoded(filled)
            cells.append(text)
            if utils.is_task(cell):
                comments[name] = None if name in taken.work[notebook] else LOST
                cells += _work(name, taken.work[notebook].get(name, ()))
        return self._before + ",\n".join(cells) + self._after, Marks(scores, comments, self.versions)

    def _look_up(self, name: str, taken: Submission) -> tuple[scoring.Score, str]:
        entry = taken.answers.get(name)
        try:
            response = json.dumps(entry.response if entry else None)
        except (RecursionError, ValueError):  # nested as deep as JSON can be read
            response = '"?"'
        return self._mark(name, response) if len(response) < LOOKED_UP else self._marked(name, response)

    def _marked(self, name: str, response: str) -> tuple[scoring.Score, str]:
        """The score of a response (as JSON), and the cell with what is said to it: the outputs of a kernel."""
        place = next(place for place, cell in enumerate(self.layout.cells) if _grade_id(cell) == name)
        item, number, given = self.items[name], self._number[place], json.loads(response)
        result = score(item, given)
        said = {kind: submission.plain(text) for kind, text in response_feedback.graded(item, result, given).items()}
        value = {"text/plain": repr(float(result.earned))}
        cell = NotebookNode(
            self.layout.cells[place],
            execution_count=number,
            outputs=[new_output("display_data", said), new_output("execute_result", value, execution_count=number)],
        )
        return result, _encoded(cell)


def score(item: Item, response: object) -> scoring.Score:
    """The score of a response, which is whatever a trainee's disk holds: it must not cost the other items theirs."""
    try:
        return scoring.score(item, response)
    except Exception:
        return scoring.Score(0.0, item.points, "invalid", "The saved answer could not be scored.")


UNANSWERED = "No response."  # nbgrader's own words for a text that is as it was released
_BEFORE, _AFTER = '{\n "cells": [\n', '\n ],\n "metadata": '


def _encoded(cell: NotebookNode) -> str:
    """A cell as it stands in a notebook's file, by nbformat's own writer."""
    whole = nbformat.v4.writes(nbformat.v4.new_notebook(cells=[cell]))
    return whole[len(_BEFORE) : whole.rindex(_AFTER)]


def _filled(cell: NotebookNode, text: str | None) -> tuple[NotebookNode, str | None]:
    """A cell that a trainee writes in, with their text or a word to the grader; and nbgrader's comment on it."""
    # With the released text in it nbgrader would take a lost cell for unanswered, and give it zero.
    filled = NotebookNode(cell, source=LOST if text is None else text)
    unedited = utils.compute_checksum(filled) == cell.metadata.nbgrader.get("checksum")
    return filled, LOST if text is None else UNANSWERED if unedited else None


def _work(task: str, cells: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The cells that a trainee added for a task, as text that nobody runs."""
    for number, (kind, text) in enumerate(cells, start=1):
        new = new_code_cell if kind == "code" else new_markdown_cell
        yield _encoded(new(text, id=f"{task[:40]}-{number}", metadata={"icecourse": {"answers": task}}))


class _Ready(NamedTuple):
    """A submission that was read and scored: what goes into the gradebook, and what into autograded/."""

    folder: Path
    time: str
    pages: Mapping[str, str]
    files: tuple[Path, ...]
    graded: Graded


def grade(converter: Autograde, only: Collection[str] | None = None, trainees: Collection[str] | None = None) -> None:
    """Grade the converter's assignment. ``only``: the cells whose grades are written; ``trainees``: whose; else all.

    Raises GradingRefused before anything is written; NbGraderException at the end if a submission could not be
    graded, or at once if the gradebook cannot be used.
    """
    course, log = converter.coursedir, converter.log
    try:
        made = pages(course)
        with Book(course.db_url, course.course_id, course.assignment_id) as book:
            failed = _Batch(converter, made, book, only).run(trainees)
    except GradingRefused as error:
        log.error("%s", error)
        raise
    except OperationalError as error:
        log.error("%s", traceback.format_exc())
        raise NbGraderException(
            f"The gradebook cannot be used ({error.orig}). Is somebody else grading? After an upgrade of nbgrader: "
            "back it up, then run: nbgrader db upgrade"
        ) from error
    if failed:
        for trainee in failed:
            log.error("%s, %s: could not be graded; the lines above say why.", shown(trainee), course.assignment_id)
        raise NbGraderException(f"{course.assignment_id}: submissions that could not be graded: {len(failed)}.")


class _Batch:
    def __init__(self, converter: Autograde, made: Mapping[str, Page], book: Book, only: Collection[str] | None):
        self._converter, self._course, self._log = converter, converter.coursedir, converter.log
        self._pages, self._book, self._only = made, book, only
        self._wanted = [name for name in made if fnmatchcase(name, self._course.notebook_id)]
        self._layouts = {name: page.released.cells for name, page in made.items()}
        self._ids = {name for page in made.values() for name in page.items}
        self._masters = list(_masters_files(converter))
        self._penalty = late_penalty(converter)
        self._failed: list[str] = []

    def run(self, only_of: Collection[str] | None) -> list[str]:
        """The trainees whose submissions could not be graded, however little was missing."""
        self._say_what_is_left_out()
        self._book.keep_versions(
            {name: (item, page.source(name)) for page in self._pages.values() for name, item in page.items.items()}
        )
        self._graded = self._book.handed_in()
        known = None if self._converter.create_student else self._book.trainees()
        waiting = []
        for trainee, folder in _handed_in(self._course):
            if only_of is not None and trainee not in only_of:
                continue
            if why := _unfit(folder, trainee, Path(self._course.root) / self._course.submitted_directory):
                self._log.warning("%s, %s: not graded, for %s.", shown(trainee), self._course.assignment_id, why)
            elif known is not None and trainee not in known:
                self._log.error("No trainee with the id %s is in the gradebook.", shown(trainee))
                self._failed.append(trainee)
            elif self._is_due(trainee, folder):
                waiting.append((trainee, folder))
        for start in range(0, len(waiting), AT_ONCE):
            ready = [one for place in waiting[start : start + AT_ONCE] if (one := self._read(*place))]
            self._write(ready)
        return self._failed

    def _say_what_is_left_out(self) -> None:
        for name in ("sanitize_preprocessors", "autograde_preprocessors"):
            usual = Autograde.class_traits()[name].default()
            for step in getattr(self._converter, name):
                if step not in usual and not (isinstance(step, type) and issubclass(step, stock.AssignLatePenalties)):
                    self._log.warning("c.Autograde.%s: %s is left out; grading items has no such steps.", name, step)

    def _is_due(self, trainee: str, folder: Path) -> bool:
        """Whether to grade: by nbgrader's rule, and in any case what the gradebook or autograded/ does not hold."""
        if trainee in (self._course.student_id_exclude or "").split(","):
            return False
        place = self._place(trainee)
        whole = trainee in self._graded and all((place / f"{name}.ipynb").is_file() for name in self._wanted)
        if not whole or self._converter.force:
            return True
        new, old = submission.time_of(folder)[1], submission.time_of(place)[1]
        if new and old and new > old:
            return True
        self._log.info("Skipping existing assignment: %s", place)
        return False

    def _place(self, trainee: str) -> Path:
        return Path(self._course.format_path(self._course.autograded_directory, trainee, self._course.assignment_id))

    def _read(self, trainee: str, folder: Path) -> _Ready | None:
        try:
            self._converter.notebooks = [str(folder / f"{name}.ipynb") for name in self._wanted]
            self._converter.run_pre_convert_hook()
            taken = submission.take(folder, self._layouts, self._ids)
            made = {name: self._pages[name].graded(name, taken) for name in self._wanted}
            time, at = submission.time_of(folder)
            notes = [*taken.notes, *self._invalid(taken)]
            if not at and os.path.lexists(folder / submission.TIMESTAMP):
                notes.append(f"{submission.TIMESTAMP} holds no time")
            if notes:
                self._log.warning("%s", submission.sentence(trainee, self._course.assignment_id, notes))
            texts = {name: text for name, (text, _) in made.items()}
            graded = Graded(trainee, at, {name: marks for name, (_, marks) in made.items()})
            return _Ready(folder, time, texts, taken.files, graded)
        except Exception:
            self._fail(trainee)
            return None

    def _invalid(self, taken: Submission) -> Iterator[str]:
        for page in self._pages.values():
            for name in page.items:
                if page.score(name, taken).outcome == "invalid":
                    yield f'the answer to "{name}" is none that the item can have'

    def _write(self, ready: list[_Ready]) -> None:
        """Old pages away, then grades, then new pages: see the head of this module."""
        ready = [one for one in ready if self._clear(one.graded.trainee)]
        try:
            self._book.write([one.graded for one in ready], self._penalty, self._only)
        except OperationalError:
            raise
        except SQLAlchemyError:
            if len(ready) == 1:
                self._fail(ready[0].graded.trainee)
            else:
                for one in ready:  # whichever it was, the others have their grades
                    self._write([one])
            return
        for one in ready:
            try:
                self._lay_out(one)
            except OSError:
                self._fail(one.graded.trainee)

    def _clear(self, trainee: str) -> bool:
        """Take the old pages away, all that was laid out with them if all are graded; whether it could be done."""
        place = self._place(trainee)
        try:
            if self._course.notebook_id != "*":
                for name in self._wanted:
                    (place / f"{name}.ipynb").unlink(missing_ok=True)
            elif os.path.lexists(place):
                utils.rmtree(str(place))
        except OSError:
            self._fail(trainee)
            return False
        return True

    def _lay_out(self, one: _Ready) -> None:
        trainee = one.graded.trainee
        place = self._place(trainee)
        place.mkdir(parents=True, exist_ok=True)
        for path in one.files:
            with contextlib.suppress(ValueError):  # it changed while we looked; nobody's score depends on it
                _put(place / path.name, submission.content(path, submission.LARGEST))
        if one.graded.at:
            _put(place / submission.TIMESTAMP, one.time.encode())
        for relative, path in self._masters:
            (place / relative).parent.mkdir(parents=True, exist_ok=True)
            _put(place / relative, path.read_bytes())
        for name, text in one.pages.items():  # last, and each at once: a page that is there is whole
            _put(place / f".{name}.ipynb", text.encode())
            os.replace(place / f".{name}.ipynb", place / f"{name}.ipynb")
        self._converter.set_permissions(self._course.assignment_id, trainee)
        self._converter.notebooks = [str(one.folder / f"{name}.ipynb") for name in one.pages]
        self._converter.run_post_convert_hook()

    def _fail(self, trainee: str) -> None:
        self._log.error("%s, %s:\n%s", shown(trainee), self._course.assignment_id, traceback.format_exc())
        self._failed.append(trainee)


def pages(course: CourseDirectory) -> dict[str, Page]:
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
    made = {}
    for name, ids in sorted(graded.items()):
        path = Path(course.format_path(course.release_directory, ".", assignment)) / f"{name}.ipynb"
        if not path.is_file():
            raise GradingRefused(f"{assignment}: the released copy {path} is missing; {again}")
        released = nbformat.read(path, as_version=4)
        layout = _with_masters_cells(copy.deepcopy(released), course, name)
        there = {_grade_id(cell): cell for cell in layout.cells if utils.is_grade(cell) or utils.is_task(cell)}
        if there.keys() != ids:
            odd = ", ".join(sorted(there.keys() ^ ids))
            raise GradingRefused(f"{assignment}: gradebook and released copy differ in {odd}; {again}")
        by_hand = {key for key, cell in there.items() if utils.is_solution(cell) or utils.is_task(cell)}
        automatic = {key: cell for key, cell in there.items() if key not in by_hand}
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
    again = f"mend the master and run: nbgrader generate_assignment {assignment} --force"
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
    return item.in_language(language())


def _grade_id(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _handed_in(course: CourseDirectory) -> Iterator[tuple[str, Path]]:
    """The submissions of the present assignment: trainee and folder, whatever they may be."""
    every = course.format_path(course.submitted_directory, course.student_id, course.assignment_id)
    parts = course.format_path(course.submitted_directory, "(?P<trainee>.*)", ".*", escape=True)
    exactly = course.student_id != "*" and os.path.lexists(every)  # an id may look like a pattern
    for folder in [every] if exactly else sorted(glob.glob(every)):
        if found := re.fullmatch(parts, folder, re.DOTALL):
            yield found["trainee"], Path(folder)


def _unfit(folder: Path, trainee: str, above: Path) -> str:
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


def _masters_files(converter: Autograde) -> Iterator[tuple[Path, Path]]:
    """What stands beside the master and goes to autograded/ too: (place below the folder, file); never a journal."""
    course = converter.coursedir
    folder = Path(course.format_path(course.source_directory, ".", course.assignment_id))
    theirs = converter.exclude_overwriting.get(course.assignment_id, [])
    for path in map(Path, utils.find_all_files(str(folder), [*course.ignore, "*.ipynb"])):
        if path.name != journal.NAME and str(path.relative_to(folder)) not in theirs:
            yield path.relative_to(folder), path


def late_penalty(converter: Autograde) -> Penalty | None:
    """nbgrader's own penalty for late work, by the plugin of the course's settings."""
    steps = [step for step in converter.autograde_preprocessors if isinstance(step, type)]
    step = next((step for step in steps if issubclass(step, stock.AssignLatePenalties)), None)
    late = step(parent=converter) if step else None
    if late is None or not late.enabled:
        return None
    late.init_plugin()

    def penalty(trainee: str, score: float, seconds: float) -> float | None:
        points = late.plugin_inst.late_submission_penalty(trainee, score, seconds)
        converter.log.warning("%s is %g seconds late; penalty: %s", trainee, seconds, points)
        return None if points is None else late._check_late_penalty(SimpleNamespace(score=score), points)

    return penalty


def _put(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)  # nbgrader's files are for reading only
    path.write_bytes(content)


def _run(convert: Callable[[], None]) -> None:
    """nbgrader's own way, for an assignment whose submissions it may run."""
    try:
        convert()
    finally:
        _clear_environment()


def _clear_environment() -> None:
    """Take out what nbgrader leaves in the environment when grading fails: lessons would turn into grading."""
    if os.environ.get(EXECUTION) == "autograde":
        del os.environ[EXECUTION]
