"""Where a finding leads: the formgrader, the master, the lesson, and the facts that a key rests on."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from icecourse.content import facts
from icecourse.content.words import words
from icecourse.curriculum import Course, objectives
from icecourse.instructor.report.distractors import picks
from icecourse.instructor.report.findings import Finding
from icecourse.instructor.report.results import ItemResult, Results
from icecourse.item.grammar import Item

Link = tuple[str, str]  # its text and its address


def of_findings(results: Results, root: Path, base: str) -> Mapping[str, list[Link]]:
    """Item -> links, for each item to check. ``base``: where Jupyter's addresses begin; "" gives none."""
    if not base:
        return {finding.item: [] for finding in results.checks}
    lessons = {page.name.split("-")[0]: page.path.name for page in Course(root).lessons}
    rows = {row.item.id: row for row in results.items}
    return {finding.item: _links(results, finding, rows[finding.item], lessons, base) for finding in results.checks}


def of_key(item: Item) -> list[facts.Fact]:
    """The facts that an item's key rests on."""
    known = facts.load()
    return [known[name] for name in item.key.facts if name in known]


def _links(results: Results, finding: Finding, row: ItemResult, lessons: Mapping[str, str], base: str) -> list[Link]:
    w, place = words("report"), f"{quote(finding.assignment)}/{quote(row.notebook)}"
    links = [(w["formgrader"], f"{base}formgrader/gradebook/{place}")]
    if page := _example(results, finding, row):
        links.append((w["one-of-them"], f"{base}formgrader/submissions/{page}"))
    links.append((w["master"], f"{base}lab/tree/source/{place}.ipynb"))
    objective = objectives().get(row.item.objective)
    if objective and objective.lesson in lessons:
        text = w["lesson"].format(lesson=objective.lesson)
        links.append((text, f"{base}lab/tree/lessons/{quote(lessons[objective.lesson])}"))
    return links


def _example(results: Results, finding: Finding, row: ItemResult) -> str:
    """nbgrader's id of a page on which the item was answered in the way that the finding is about; "" for none."""
    choice = finding.choice
    for answer in results.room.answers:
        if answer.item == finding.item and (
            not choice or (choice.slot, choice.pick) in picks(row.item, answer.response)
        ):
            pages = {(work.trainee, work.assignment): work.pages for work in results.room.submissions}
            return pages.get((answer.trainee, answer.assignment), {}).get(row.notebook, "")
    return ""
