"""Everything that the report shows, computed from the class: one record, before a word of it is written."""

import contextlib
import gc
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from icecourse.content.words import words
from icecourse.course_root import ClassReport, settings
from icecourse.curriculum import objectives
from icecourse.instructor.report import analysis, classroom, findings, mastery
from icecourse.instructor.report.classroom import Classroom
from icecourse.instructor.report.findings import Finding
from icecourse.item.grammar import Item


class ItemResult(NamedTuple):
    """One item: what was asked, what came of it, what is to be said about it. ``notebook``: the page it stands on."""

    item: Item
    notebook: str
    numbers: analysis.ItemStatistics
    finding: Finding | None
    remarks: tuple[str, ...]


class Results(NamedTuple):
    """``now``: UTC. ``asked_sure``: whether any answer tells how sure the trainee was. Objectives and what was learned
    of them are in the course's order."""

    room: Classroom
    config: ClassReport
    now: datetime
    items: tuple[ItemResult, ...]
    checks: tuple[Finding, ...]
    sure: tuple[mastery.Sure, ...]
    asked_sure: bool
    learned: tuple[mastery.Learned, ...]
    gains: tuple[mastery.Gain, ...]
    standings: tuple[findings.Standing, ...]
    talks: tuple[findings.Talk, ...]
    reliability: tuple[analysis.Reliability, ...]

    def conclusion(self, row: mastery.Learned) -> str:
        """Whether an objective was learned, as ``findings.conclusion`` tells it by the pass mark."""
        return findings.conclusion(row, self.config.pass_mark)

    @property
    def not_learned(self) -> list[mastery.Learned]:
        return [row for row in self.learned if self.conclusion(row) == "not-learned"]

    @property
    def too_few(self) -> bool:
        """Whether some objective was met by too few trainees to say whether it was learned."""
        return any(self.conclusion(row) == "too-few" for row in self.learned)

    @property
    def enough(self) -> bool:
        """Whether any item was handed in by enough trainees to be judged."""
        return any(row.numbers.n >= analysis.FEWEST for row in self.items)


def compute(root: Path, now: datetime | None = None) -> Results:
    """The results of the course at ``root``, at ``now`` (UTC). Raises GradebookError where there is no gradebook."""
    with _no_collector():
        return _compute(root, (now or datetime.now(UTC)).replace(tzinfo=None))


def in_order(by_objective: Mapping[str, object]) -> list[tuple[str, object]]:
    """What is kept by objective, in the course's order; what no lesson teaches comes last."""
    places = {name: (objective.lesson, place) for place, (name, objective) in enumerate(objectives().items())}
    return sorted(by_objective.items(), key=lambda pair: places.get(pair[0], ("~", 0)))


def _compute(root: Path, now: datetime) -> Results:
    room = classroom.read(root)
    config = ClassReport(config=settings(root))
    items = room.items
    numbers = analysis.item_statistics(room.answers, items)
    checks = findings.items_to_check(numbers, items)
    to_check = {finding.item: finding for finding in checks}
    sound = [answer for answer in room.answers if answer.item not in to_check]
    objective = {name: item.objective for name, item in items.items()}
    standings = findings.standings(room, now, to_check)
    current = {name: item.version for name, item in items.items()}
    older = Counter(answer.item for answer in room.answers if answer.version not in ("", current[answer.item]))
    notebooks = {cell.name: cell.notebook for cell in room.cells}
    learned = {row.objective: row for row in mastery.learned(sound, objective)}
    return Results(
        room=room,
        config=config,
        now=now,
        items=tuple(
            ItemResult(
                items[row.item],
                notebooks[row.item],
                row,
                to_check.get(row.item),
                tuple(_remarks(row, items[row.item], older[row.item])),
            )
            for row in numbers
        ),
        checks=tuple(checks),
        sure=tuple(mastery.confident_and_wrong(sound, items)),
        asked_sure=any(answer.confidence for answer in room.answers),
        learned=tuple(row for _, row in in_order(learned)),
        gains=tuple(mastery.gain(sound, objective, config.before, config.after)),
        standings=tuple(standings),
        talks=tuple(findings.talks(standings, config.pass_mark)),
        reliability=tuple(analysis.reliability(room.answers)),
    )


def _remarks(row: analysis.ItemStatistics, item: Item, older: int) -> Iterator[str]:
    text = words("report")
    yield from (text[code].format(option=option) for code, option in findings.remarks(row, item))
    if older:
        yield text["older"].format(n=older)


@contextlib.contextmanager
def _no_collector() -> Iterator[None]:
    """Half a million small records without a cycle: walking them again and again costs a fifth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
