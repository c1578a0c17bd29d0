"""The key of an item was wrong: ``icecourse regrade ASSIGNMENT --dry-run``, then without.

Correct the master in ``source/`` first. Both say which items have changed, whose grades change by how much, and who
crosses the pass mark; the first writes nothing at all. The second backs the gradebook up, has nbgrader generate the
assignment where the gradebook still holds an old key, and writes the grades of the changed items alone: a grade that
a person gave stays, and is marked for another look; texts and their grades are not touched.

An item has changed where its ``graded_version`` (a hash of stem, options and key) differs from the one that is noted
beside a grade. A regrade that was killed is ended by starting it again.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from nbgrader.converters import Autograde, NbGraderException

from icecourse.course_root import api, last_line
from icecourse.curriculum import Page
from icecourse.grading import autograde, gradebook, nbgrader_private, submission
from icecourse.grading.backup import FOLDER, back_up
from icecourse.grading.gradebook import Cell, Grade, GradedSubmission, Records
from icecourse.grading.release import CheckMaster, ReleaseRefused
from icecourse.item import scoring
from icecourse.item.grammar import Item, ItemError, parse
from icecourse.item.kinds import key_text
from icecourse.refused import Refused

Name = tuple[str, str]  # of a cell: its notebook and itself
NEAR = 1e-9  # points; sums of the same scores may differ in their last digits


class RegradeError(Refused):
    """An assignment cannot be regraded as it stands. The message says why, and what to do."""


class ItemChange(NamedTuple):
    """An item with grades that were given under another version than it has now.

    ``grades``: how many; ``before``: the item as most of them were given, None where nobody kept it.
    """

    item: Item
    grades: int
    before: Item | None


class Change(NamedTuple):
    """What becomes of one trainee's points, late penalty taken off, and of the points that could be had."""

    trainee: str
    before: float
    after: float
    possible_before: float
    possible_after: float

    @property
    def is_none(self) -> bool:
        return abs(self.before - self.after) < NEAR and abs(self.possible_before - self.possible_after) < NEAR

    def crosses(self, pass_mark: float) -> str:
        """ "up" or "down" where the trainee crosses the pass mark (per cent), else "" """
        passed, passes = (
            100 * points >= pass_mark * possible - NEAR
            for points, possible in ((self.before, self.possible_before), (self.after, self.possible_after))
        )
        return "" if passed == passes else "up" if passes else "down"


class Plan(NamedTuple):
    """What a regrade would do. ``changes``: every trainee that is regraded, whether anything changes for them or not.

    ``left``: trainee -> why they are not. ``by_hand``: how many grades of the items a person gave. ``generate``:
    whether the gradebook still holds an old key, so that nbgrader must generate the assignment.
    """

    items: tuple[ItemChange, ...]
    changes: tuple[Change, ...]
    left: Mapping[str, str]
    by_hand: int
    generate: bool


def plan(root: Path, assignment: str) -> Plan:
    """What a regrade of the assignment would do, from the master in source/. Writes nothing.

    Raises RegradeError, and GradebookError where nothing of it was graded.
    """
    converter = _converter(root, assignment)
    course, items = converter.coursedir, _items(root, assignment)
    records = gradebook.read(course.db_url, assignment)
    cells = {(cell.notebook, cell.name): cell for cell in records.cells}
    odd = {name for name, cell in cells.items() if cell.automatic} ^ items.keys()
    if odd:
        raise RegradeError(
            f"{assignment}: master and gradebook differ in {', '.join(sorted(cell for _, cell in odd))}. With "
            "submissions no item can be added or taken out; drop one by setting its points to 0."
        )
    grades: dict[str, dict[Name, Grade]] = defaultdict(dict)
    for grade in records.grades:
        grades[grade.trainee][grade.notebook, grade.cell] = grade
    changed = dict(_changed(items, records))
    possible = sum(cell.possible for cell in cells.values())
    possible_after = sum(items[name].points if name in items else cell.possible for name, cell in cells.items())
    penalty = nbgrader_private.late_penalty(converter)
    changes, left, by_hand = [], {}, 0
    for graded in sorted(records.submissions):
        trainee, before = graded.trainee, grades[graded.trainee]
        folder = Path(course.format_path(course.submitted_directory, trainee, assignment))
        if reason := _why_left(folder, graded):
            left[trainee] = reason
            continue
        answers = submission.read(folder, {}, {cell for _, cell in changed}).answers
        after = dict(before)
        for name, change in changed.items():
            entry = answers.get(name[1])
            score = scoring.score_or_report(change.item, entry.response if entry else None, converter.log)
            after[name] = before[name]._replace(auto=score.earned if score else None)
            by_hand += before[name].manual is not None
        late = graded.late.total_seconds()
        points = sum(
            score - ((penalty and late and penalty(trainee, score, late)) or 0) for score in _by_notebook(after)
        )
        changes.append(Change(trainee, sum(_by_notebook(before)) - graded.penalty, points, possible, possible_after))
    generate = any(_version(cells[name]) != item.graded_version for name, item in items.items())
    return Plan(tuple(changed.values()), tuple(changes), left, by_hand, generate)


def _changed(items: Mapping[Name, Item], records: Records) -> Iterator[tuple[Name, ItemChange]]:
    """The items with grades that were given under another version than they have now."""
    versions: dict[Name, Counter[str]] = defaultdict(Counter)
    for grade in records.grades:
        versions[grade.notebook, grade.cell][grade.version] += 1
    for name, item in items.items():
        if others := versions[name].keys() - {item.graded_version}:
            sources = (
                records.versions.get(version) for version, _ in versions[name].most_common() if version in others
            )
            before = next((parse(source) for source in sources if source), None)
            yield name, ItemChange(item, sum(versions[name][version] for version in others), before)


def carry_out(root: Path, assignment: str, planned: Plan) -> Path:
    """Back the gradebook up and write what was planned; the backup's path. Raises RegradeError, BackupError."""
    backup = back_up(api(root).coursedir.db_url, root / FOLDER)
    if planned.generate:
        result = api(root).generate_assignment(assignment, force=True)
        if not result["success"]:
            why = last_line(result.get("error") or result.get("log") or "")
            raise RegradeError(f"{assignment}: nbgrader could not generate it: {why} Backup: {backup}")
    converter = _converter(root, assignment)
    converter.force = True
    only = {change.item.id for change in planned.items}
    try:
        autograde.grade(converter, only, {change.trainee for change in planned.changes})
    except NbGraderException as error:
        raise RegradeError(f"{error} Backup: {backup}") from error
    if not all(change.is_none for change in plan(root, assignment).changes):
        raise RegradeError(f"{assignment}: the gradebook does not hold what was planned. Backup: {backup}")
    return backup


def sentences(assignment: str, planned: Plan, pass_mark: float) -> Iterator[str]:
    """A plan in words, line by line."""
    if not planned.items:
        yield f"{assignment}: every grade was given under the key that the master has now."
        return
    yield f"{assignment}: items that have changed since they were graded"
    for change in planned.items:
        what = "graded before versions were kept"
        if change.before is not None:
            what = "; ".join(_differences(change.before, change.item))
        yield f"  {change.item.id} ({change.grades} grades): {what}"
    moved = [change for change in planned.changes if not change.is_none]
    yield f"Trainees whose grade changes: {len(moved)} of {len(planned.changes)}"
    for change in moved:
        crossing = {"up": f"  passes now ({pass_mark:g} %)", "down": f"  passes no more ({pass_mark:g} %)", "": ""}
        yield (
            f"  {submission.shown(change.trainee)}: {_of(change.before, change.possible_before)} -> "
            f"{_of(change.after, change.possible_after)}{crossing[change.crosses(pass_mark)]}"
        )
    if planned.by_hand:
        yield f"Grades that a person gave stay, and are marked for another look: {planned.by_hand}"
    for trainee, why in planned.left.items():
        yield f"  {submission.shown(trainee)}: not regraded, {why}"


def _of(points: float, possible: float) -> str:
    share = f" ({100 * points / possible:.4g} %)" if possible else ""
    return f"{round(points, 2):g} of {round(possible, 2):g}{share}"


def _differences(before: Item, item: Item) -> Iterator[str]:
    for what, was, now in (
        ("key", key_text(before), key_text(item)),
        ("points", f"{before.points:g}", f"{item.points:g}"),
        ("scoring", before.scoring, item.scoring),
    ):
        if was != now:
            yield f"{what} was {was}, is {now}"
    if before.version != item.version:
        yield "stem or options have another text"


def _by_notebook(grades: Mapping[Name, Grade]) -> list[float]:
    """The score of each notebook: late penalties are taken from it, one by one."""
    scores: dict[str, float] = defaultdict(float)
    for (notebook, _), grade in grades.items():
        scores[notebook] += grade.score
    return list(scores.values())


def _why_left(folder: Path, graded: GradedSubmission) -> str:
    """Why a submission is not regraded from its folder, or "" """
    if folder.is_symlink() or not folder.is_dir():
        return "its submission is not in submitted/"
    return "handed in again since: run nbgrader autograde" if submission.is_newer(folder, graded.at) else ""


def _version(cell: Cell) -> str:
    try:
        return parse(cell.source).graded_version
    except ItemError:
        return ""


def _items(root: Path, assignment: str) -> dict[Name, Item]:
    """The graded items of the master. Raises RegradeError for a master that could not be released."""
    folder = root / "source" / assignment
    items: dict[Name, Item] = {}
    for page in map(Page, sorted(folder.glob("*.ipynb"))):
        try:
            CheckMaster().preprocess(page.notebook, {"unique_key": page.name, "metadata": {"path": str(folder)}})
        except ReleaseRefused as error:
            raise RegradeError(f"{error} Nothing was changed.") from error
        items |= {(page.name, item.id): item for _, item in page.items()}
    if not items:
        raise RegradeError(f"There is no master with items in {folder}.")
    return items


def _converter(root: Path, assignment: str) -> Autograde:
    """nbgrader's converter as ``nbgrader autograde ASSIGNMENT`` makes it, with the settings of the course."""
    interface = api(root)
    interface.coursedir.assignment_id, interface.coursedir.student_id = assignment, "*"
    return Autograde(coursedir=interface.coursedir, parent=interface)
