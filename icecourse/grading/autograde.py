"""Grading without a kernel: for ``c.Autograde.exporter_class``, under nbgrader's own commands.

An answer is data, so nothing of a submission needs to run. nbgrader finds the assignment and makes this exporter;
then it would copy each submission's files, following links and waiting for pipes, convert its notebooks in a kernel,
and open the gradebook seven times. From there on the exporter does that part, for the whole batch: it reads each
submission as data, scores it, writes the grades of many submissions at once, and lays out ``autograded/`` from
notebooks of its own making. The oracle test holds every row of the gradebook against a stock kernel run.

Killed at any moment and started again, a batch ends with the same gradebook and pages: the old pages of a submission
go before its grades are written, its new ones come after, and a submission without pages is graded again.

The journal in ``autograded/`` is the one that was graded: a newer one in ``submitted/`` waits.
"""

import contextlib
import json
import os
import traceback
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.converters import Autograde, NbGraderException
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from traitlets import List, Unicode

from icecourse.grading import grade_writing, layout, marking, nbgrader_private, submission
from icecourse.grading.grade_writing import MarkedSubmission
from icecourse.grading.gradebook import OURS
from icecourse.grading.layout import GradingRefused, Layout
from icecourse.grading.submission import Submission, shown
from icecourse.item import journal
from icecourse.item.journal import JournalError

AT_ONCE = 100  # submissions in one transaction: what a killed run does again, and what stands in memory


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
        nbgrader_private.clear_environment()
        converter = self.parent
        if isinstance(converter, Autograde):
            if converter.coursedir.assignment_id in self.execute_assignments:
                nbgrader_private.clear_after(converter)
            else:
                nbgrader_private.take_over(converter, grade)


class HandIn(NamedTuple):
    """A folder below submitted/ that is to be graded. ``time``: of handing in, as written; ``at``: the same in UTC."""

    trainee: str
    folder: Path
    time: str
    at: datetime | None


class Grading(NamedTuple):
    """What goes into the gradebook, and what into autograded/: notebooks by name, as their files hold them."""

    hand_in: HandIn
    submission: Submission
    marks: MarkedSubmission
    notebooks: Mapping[str, str]


def grade(converter: Autograde, only: Collection[str] | None = None, trainees: Collection[str] | None = None) -> None:
    """Grade the converter's assignment. ``only``: the cells whose grades are written; ``trainees``: whose; else all.

    Raises GradingRefused before anything is written; NbGraderException at the end if a submission could not be
    graded, or at once if the gradebook cannot be used.
    """
    course, log = converter.coursedir, converter.log
    engine = create_engine(course.db_url)
    try:
        layouts = layout.read(course)
        failed = _Batch(converter, layouts, engine, only).run(trainees)
    except GradingRefused as error:
        log.error("%s", error)
        raise
    except OperationalError as error:
        log.error("%s", traceback.format_exc())
        raise NbGraderException(
            f"The gradebook cannot be used ({error.orig}). Is somebody else grading? After an upgrade of nbgrader: "
            "back it up, then run: nbgrader db upgrade"
        ) from error
    finally:
        engine.dispose()
    if failed:
        for trainee in failed:
            log.error("%s, %s: could not be graded; the lines above say why.", shown(trainee), course.assignment_id)
        raise NbGraderException(f"{course.assignment_id}: submissions that could not be graded: {len(failed)}.")


class _Batch:
    """One run over an assignment's submissions; ``failed`` gathers the trainees whose could not be graded."""

    def __init__(
        self, converter: Autograde, layouts: Mapping[str, Layout], engine: Engine, only: Collection[str] | None
    ):
        self._converter, self._course, self._log = converter, converter.coursedir, converter.log
        self._layouts, self._engine, self._only = layouts, engine, only
        self._wanted = [name for name in layouts if fnmatchcase(name, self._course.notebook_id)]
        self._released = {name: notebook.released.cells for name, notebook in layouts.items()}
        self._items = {
            name: (item, page.source(name)) for page in layouts.values() for name, item in page.items.items()
        }
        self._masters = list(layout.masters_files(converter))
        self._penalty = nbgrader_private.late_penalty(converter)
        self._failed: list[str] = []

    def run(self, trainees: Collection[str] | None) -> list[str]:
        """The trainees whose submissions could not be graded, however little was missing."""
        for name, step in nbgrader_private.steps_of_their_own(self._converter):
            if not nbgrader_private.is_late_step(step):
                self._log.warning("c.Autograde.%s: %s is left out; grading items has no such steps.", name, step)
        with self._engine.begin() as link:
            OURS.create_all(link)
            self._rows = grade_writing.assignment_rows(link, self._course.assignment_id)
            grade_writing.keep_versions(link, self._items)
            graded = grade_writing.handed_in(link, self._rows)
            enrolled = None if self._converter.create_student else grade_writing.trainees(link)
        hand_ins = list(self._hand_ins(trainees, enrolled, graded))
        for start in range(0, len(hand_ins), AT_ONCE):
            batch = [self._grade(hand_in) for hand_in in hand_ins[start : start + AT_ONCE]]
            self._write([graded for graded in batch if graded])
        return self._failed

    def _hand_ins(
        self, trainees: Collection[str] | None, enrolled: Collection[str] | None, graded: Collection[str]
    ) -> Iterator[HandIn]:
        """What is to be graded. ``graded``: the trainees whose submission the gradebook has."""
        above = Path(self._course.root) / self._course.submitted_directory
        for trainee, folder in submission.handed_in(self._course):
            if trainees is not None and trainee not in trainees:
                continue
            if fault := submission.unfit(folder, trainee, above):
                self._log.warning("%s, %s: not graded, for %s.", shown(trainee), self._course.assignment_id, fault)
            elif enrolled is not None and trainee not in enrolled:
                self._log.error("No trainee with the id %s is in the gradebook.", shown(trainee))
                self._failed.append(trainee)
            elif trainee not in (self._course.student_id_exclude or "").split(","):
                hand_in = HandIn(trainee, folder, *submission.time_of(folder))
                if self._is_due(hand_in, trainee in graded):
                    yield hand_in

    def _is_due(self, hand_in: HandIn, is_graded: bool) -> bool:
        """Whether to grade: by nbgrader's rule, and in any case what the gradebook or autograded/ does not hold."""
        place = self._place(hand_in.trainee)
        whole = is_graded and all((place / f"{name}.ipynb").is_file() for name in self._wanted)
        if not whole or self._converter.force:
            return True
        _, before = submission.time_of(place)
        if hand_in.at and before and hand_in.at > before:
            return True
        self._log.info("Skipping existing assignment: %s", place)
        return False

    def _place(self, trainee: str) -> Path:
        return Path(self._course.format_path(self._course.autograded_directory, trainee, self._course.assignment_id))

    def _grade(self, hand_in: HandIn) -> Grading | None:
        trainee, folder, _, at = hand_in
        try:
            self._converter.notebooks = [str(folder / f"{name}.ipynb") for name in self._wanted]
            self._converter.run_pre_convert_hook()
            handed_in = submission.read(folder, self._released, self._items)
            graded = {name: marking.graded(name, self._layouts[name], handed_in, self._log) for name in self._wanted}
            notes = [*handed_in.notes, *(note for notebook in graded.values() for note in notebook.notes)]
            if not at and os.path.lexists(folder / submission.TIMESTAMP):
                notes.append(f"{submission.TIMESTAMP} holds no time")
            if notes:
                self._log.warning("%s", submission.sentence(trainee, self._course.assignment_id, notes))
            texts = {name: _as_file(notebook.notebook) for name, notebook in graded.items()}
            marks = MarkedSubmission(trainee, at, {name: notebook.marks for name, notebook in graded.items()})
            return Grading(hand_in, handed_in, marks, texts)
        except Exception:
            self._fail(trainee)
            return None

    def _write(self, batch: list[Grading]) -> None:
        """Old pages away, then grades, then new pages: see the head of this module."""
        batch = [graded for graded in batch if self._clear(graded.hand_in.trainee)]
        try:
            with self._engine.begin() as link:
                marks = [graded.marks for graded in batch]
                grade_writing.write(link, self._rows, marks, self._penalty, self._only)
        except OperationalError:
            raise
        except SQLAlchemyError:
            if len(batch) == 1:
                self._fail(batch[0].hand_in.trainee)
            else:
                for graded in batch:  # whichever it was, the others have their grades
                    self._write([graded])
            return
        for graded in batch:
            try:
                self._lay_out(graded)
            except (OSError, JournalError):
                self._fail(graded.hand_in.trainee)

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

    def _lay_out(self, graded: Grading) -> None:
        hand_in = graded.hand_in
        place = self._place(hand_in.trainee)
        place.mkdir(parents=True, exist_ok=True)
        for path in graded.submission.files:
            with contextlib.suppress(ValueError):  # it changed while we looked; nobody's score depends on it
                _put(place / path.name, submission.content(path, submission.LARGEST))
        if not any(path.name == journal.NAME for path in graded.submission.files):
            (place / journal.NAME).unlink(missing_ok=True)
            for entry in graded.submission.answers.values():  # of one that is too large to keep
                journal.append(place / journal.NAME, entry)
        if hand_in.at:
            _put(place / submission.TIMESTAMP, hand_in.time.encode())
        for relative, path in self._masters:
            (place / relative).parent.mkdir(parents=True, exist_ok=True)
            _put(place / relative, path.read_bytes())
        for name, text in graded.notebooks.items():  # last, and each at once: a page that is there is whole
            _put(place / f".{name}.ipynb", text.encode())
            os.replace(place / f".{name}.ipynb", place / f"{name}.ipynb")
        self._converter.set_permissions(self._course.assignment_id, hand_in.trainee)
        self._converter.notebooks = [str(hand_in.folder / f"{name}.ipynb") for name in graded.notebooks]
        self._converter.run_post_convert_hook()

    def _fail(self, trainee: str) -> None:
        self._log.error("%s, %s:\n%s", shown(trainee), self._course.assignment_id, traceback.format_exc())
        self._failed.append(trainee)


def _as_file(notebook: NotebookNode) -> str:
    """A notebook as its file holds it. Not by nbformat's writer, which copies the notebook and indents it in Python:
    half the time of grading a class. What it reads is what this writes; a test holds it."""
    return json.dumps(notebook, ensure_ascii=False) + "\n"


def _put(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)  # nbgrader's files are for reading only
    path.write_bytes(content)
