"""The key of an item was wrong: ``python -m icecourse.grading.regrade ASSIGNMENT --dry-run``, then without.

Correct the master in ``source/`` first. Both say which items have changed, whose grades change by how much, and who
crosses the pass mark; the first writes nothing at all. The second backs the gradebook up, has nbgrader generate the
assignment where the gradebook still holds an old key, and writes the grades of the changed items alone: a grade that
a person gave stays, and is marked for another look; texts and their grades are not touched.

An item has changed where its ``graded_version`` (a hash of stem, options and key) differs from the one that is noted
beside a grade. A regrade that was killed is ended by starting it again.
"""

import argparse
import logging
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import MissingEntry
from nbgrader.converters import Autograde, NbGraderException

from icecourse.course_root import api, settings
from icecourse.curriculum import Course, Page
from icecourse.grading import autograde, submission
from icecourse.grading.backup import FOLDER, back_up
from icecourse.grading.gradebook import Book, Cell, Row, Standing
from icecourse.grading.release import CheckMaster, ReleaseRefused
from icecourse.item.grammar import Item, ItemError, parse
from icecourse.item.kinds import key_text
from icecourse.refused import Refused

Name = tuple[str, str]  # of a cell: its notebook and itself
PASS_MARK = 0.7  # the report's own default (report.py, which stands above this module)
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
    """What a regrade of the assignment would do, from the master in source/. Writes nothing. Raises RegradeError."""
    converter = _converter(root, assignment)
    course, items = converter.coursedir, _items(root, assignment)
    try:
        with Book(course.db_url, course.course_id, assignment) as book:
            cells, rows, standing = book.cells(), book.grades(), book.standing()
    except MissingEntry:
        raise RegradeError(f"{assignment}: the gradebook does not know it, so nothing was graded.") from None
    odd = {name for name, cell in cells.items() if cell.automatic} ^ items.keys()
    if odd:
        raise RegradeError(
            f"{assignment}: master and gradebook differ in {', '.join(sorted(cell for _, cell in odd))}. With "
            "submissions no item can be added or taken out; drop one by setting its points to 0."
        )
    changed = {}
    for name, item in items.items():
        versions = Counter(grades[name].version for grades in rows.values() if name in grades)
        if set(versions) - {item.graded_version}:
            known = (cells[name].versions.get(version) for version, _ in versions.most_common())
            before = next((parse(source) for source in known if source), None)
            changed[name] = ItemChange(item, versions.total() - versions[item.graded_version], before)
    penalty = autograde.late_penalty(converter)
    changes, left, by_hand = [], {}, 0
    for trainee, grades in sorted(rows.items()):
        folder = Path(course.format_path(course.submitted_directory, trainee, assignment))
        if why := _why_left(folder, standing[trainee]):
            left[trainee] = why
            continue
        taken = submission.take(folder, {}, {cell for _, cell in changed})
        again = dict(grades)
        for name, change in changed.items():
            entry = taken.answers.get(name[1])
            score = autograde.score(change.item, entry.response if entry else None)
            again[name] = grades[name]._replace(auto=score.earned)
            by_hand += grades[name].manual is not None
        after = sum(
            score - ((penalty and late and penalty(trainee, score, late)) or 0)
            for late, score in ((standing[trainee].seconds_late, score) for score in _by_notebook(again))
        )
        changes.append(
            Change(
                trainee,
                sum(_by_notebook(grades)) - standing[trainee].penalty,
                after,
                sum(cell.possible for cell in cells.values()),
                sum(items[name].points if name in items else cell.possible for name, cell in cells.items()),
            )
        )
    generate = any(_version(cells[name]) != item.graded_version for name, item in items.items())
    return Plan(tuple(changed.values()), tuple(changes), left, by_hand, generate)


def carry_out(root: Path, assignment: str, planned: Plan) -> Path:
    """Back the gradebook up and write what was planned; the backup's path. Raises RegradeError, BackupError."""
    kept = back_up(api(root).coursedir.db_url, root / FOLDER)
    if planned.generate:
        result = api(root).generate_assignment(assignment, force=True)
        if not result["success"]:
            lines = (result.get("error") or result.get("log") or "no reason given").strip().split("\n")
            raise RegradeError(f"{assignment}: nbgrader could not generate it: {lines[-1].strip()} Backup: {kept}")
    converter = _converter(root, assignment)
    converter.force = True
    only = {change.item.id for change in planned.items}
    try:
        autograde.grade(converter, only, {change.trainee for change in planned.changes})
    except NbGraderException as error:
        raise RegradeError(f"{error} Backup: {kept}") from error
    if not all(change.is_none for change in plan(root, assignment).changes):
        raise RegradeError(f"{assignment}: the gradebook does not hold what was planned. Backup: {kept}")
    return kept


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


def _by_notebook(grades: Mapping[Name, Row]) -> list[float]:
    scores: Counter[str] = Counter()
    for (notebook, _), row in grades.items():
        scores[notebook] += row.score
    return list(scores.values())


def _why_left(folder: Path, standing: Standing) -> str:
    if folder.is_symlink() or not folder.is_dir():
        return "its submission is not in submitted/"
    newer = submission.time_of(folder)[1]
    return "handed in again since: run nbgrader autograde" if newer and standing.at and newer > standing.at else ""


def _version(cell: Cell) -> str:
    try:
        return parse(cell.source).graded_version
    except ItemError:
        return ""


def _items(root: Path, assignment: str) -> dict[Name, Item]:
    """The graded items of the master. Raises RegradeError for a master that could not be released."""
    folder = root / "source" / assignment
    found: dict[Name, Item] = {}
    for page in map(Page, sorted(folder.glob("*.ipynb"))):
        try:
            CheckMaster().preprocess(page.notebook, {"unique_key": page.name, "metadata": {"path": str(folder)}})
        except ReleaseRefused as error:
            raise RegradeError(f"{error} Nothing was changed.") from error
        found |= {(page.name, item.id): item for _, item in page.items()}
    if not found:
        raise RegradeError(f"There is no master with items in {folder}.")
    return found


def _converter(root: Path, assignment: str) -> Autograde:
    """nbgrader's converter as ``nbgrader autograde ASSIGNMENT`` makes it, with the settings of the course."""
    interface = api(root)
    interface.coursedir.assignment_id, interface.coursedir.student_id = assignment, "*"
    return Autograde(coursedir=interface.coursedir, parent=interface)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m icecourse.grading.regrade", description=__doc__.split("\n")[0])
    parser.add_argument("assignment")
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    parser.add_argument("--pass-mark", type=float, metavar="PERCENT", help="default: c.ClassReport.pass_mark, else 70")
    options = parser.parse_args(arguments)
    root = Path.cwd()
    logging.getLogger("traitlets").setLevel(logging.ERROR)  # nbgrader would tell every step
    try:
        if not Course(root).is_checkout:
            raise RegradeError(f"{root} is not a course: it has no source/ and nbgrader_config.py.")
        planned = plan(root, options.assignment)
        mark = 100 * settings(root).ClassReport.get("pass_mark", PASS_MARK)
        print(
            *sentences(options.assignment, planned, mark if options.pass_mark is None else options.pass_mark), sep="\n"
        )
        if options.dry_run or not planned.items:
            print("Nothing was written.")
            return
        kept = carry_out(root, options.assignment, planned)
    except Refused as error:
        sys.exit(f"icecourse: {error}")
    print(
        f"Written. The gradebook as it was: {kept}; to bring it back:\n"
        f"  python -m icecourse.grading.backup --restore {kept}\n"
        f"Next: nbgrader generate_feedback {options.assignment} --force, then release_feedback."
    )


if __name__ == "__main__":
    main()
