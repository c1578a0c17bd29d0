"""Asked of the facts: which are due, what one touches, and what the course covers. Every answer is lines to print."""

import re
from collections.abc import Iterable
from datetime import date

from icecourse.author.pages import terms
from icecourse.content import cases, facts
from icecourse.curriculum import CITATION, Course, Page, objectives
from icecourse.page.explorers import data as explorers
from icecourse.refused import Refused


class UnknownFact(Refused):
    """There is no fact of that name. The message is one plain sentence."""


def due(by: date) -> list[str]:
    """The facts whose check no longer counts after that day, the earliest first."""
    overdue = [fact for fact in facts.load().values() if fact.review_by <= by]
    return [
        f"{fact.review_by}  {fact.id} ({fact.topic}.toml, {fact.volatility}): {fact.citation}"
        for fact in sorted(overdue, key=lambda fact: fact.review_by)
    ]


def touches(course: Course, name: str) -> list[str]:
    """The places that rest on a fact: cells that cite it, items, explorers, cases, glossary.

    Raises UnknownFact where there is no such fact.
    """
    if name not in facts.load():
        raise UnknownFact(f'There is no fact "{name}"; its id stands in icecourse/content/facts/*.toml.')
    places = []
    for page in [*course.lessons, *course.masters]:
        for cell in page.notebook.cells:
            if any(cited == name for _, _, cited in CITATION.findall(cell.source)):
                places.append(f'{page.name}: cell "{cell.id}"')
        for cell, item in page.items():
            if item.key and name in item.key.facts:
                places.append(f'{page.name}: item "{cell.id}"')
    for path in sorted([*explorers.FOLDER.glob("*.toml"), *cases.FOLDER.glob("*.toml")]):
        if re.search(rf'"{re.escape(name)}"', path.read_text(encoding="utf-8")):
            places.append(f"{path.parent.name}/{path.name}")
    return places + [f'glossary: "{term.term}"' for term in terms() if name in term.facts]


def coverage(course: Course) -> list[str]:
    """One line an objective: its practice and graded items; then the facts that no page uses."""
    practiced, graded = _items_of(course.lessons), _items_of(course.masters)
    goals = sorted(objectives().values(), key=lambda goal: goal.lesson)
    lines = [
        f"{goal.lesson} {goal.id}: practice {practiced.count(goal.id)}, graded {graded.count(goal.id)}"
        for goal in goals
    ]
    used = {fact.id for page in [*course.lessons, *course.masters] for fact in page.facts()}
    return lines + [f"listed in the sources page only: {name}" for name in facts.load() if name not in used]


def _items_of(pages: Iterable[Page]) -> list[str]:
    """The objective of every item, once an item."""
    return [item.objective for page in pages for _, item in page.items()]
