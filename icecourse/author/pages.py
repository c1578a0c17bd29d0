"""What an author keeps up: citations and generated pages written anew, facts that are due, what a change touches.

``python -m icecourse.author.pages``                  bring citations, *Sources*, glossary, sources and map up to date
``python -m icecourse.author.pages due 2027-02-22``   the facts whose check no longer counts after that day
``python -m icecourse.author.pages touches FACT``     the lessons, quizzes, items and explorers that rest on a fact
``python -m icecourse.author.pages coverage``         each objective with its sections and items; unused facts
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook

from icecourse.content import facts
from icecourse.curriculum import CITATION, CONTENT, KERNEL, PACKAGE, Course, Page, assignments_after, objectives

SOURCES = "## Sources"
ARTICLE = (
    "Gamino article: Carlos Gamino, *What Does Immigration and Customs Enforcement (ICE) Do*, "
    "an undated article on a law firm's site, of about 2018."
)
# Topics of the fact files as headings, in the course's order.
TOPICS = {
    "ice": "ICE as a whole",
    "ero": "ICE: Enforcement and Removal Operations (ERO)",
    "hsi": "ICE: Homeland Security Investigations (HSI)",
    "hsi-intel": "ICE: HSI intelligence and incident response",
    "oia": "ICE: the Office of International Affairs (OIA), now in HSI",
    "opla": "ICE: Office of the Principal Legal Advisor (OPLA)",
    "opr-ma": "ICE: professional responsibility and management",
    "cbp": "U.S. Customs and Border Protection (CBP)",
    "uscis": "U.S. Citizenship and Immigration Services (USCIS)",
    "eoir": "Immigration courts: Executive Office for Immigration Review (EOIR)",
    "dos": "Department of State",
    "hhs-orr": "Office of Refugee Resettlement (ORR)",
    "other-agencies": "Other agencies",
    "process": "The removal case",
    "documents": "Papers and portals",
    "ethics": "Professional conduct",
    "course": "This course",
}


class Term(NamedTuple):
    """A word or abbreviation in plain words, and the lesson's cell that teaches it."""

    term: str
    meaning: str
    lesson: str
    cell: str
    facts: tuple[str, ...]
    short: str = ""


# -- written anew ------------------------------------------------------------------------------------------------


def cited(source: str) -> str:
    """Markdown with the text and address of every citation as its fact has them now."""

    def link(found: re.Match) -> str:
        return _citation(facts.load()[found[3]])

    return CITATION.sub(link, source)


def sources(page: Page) -> str:
    """The *Sources* of a lesson: each of its facts with citation, statement and dates.

    A dollar sign is escaped: two of them in one cell would be set as a formula.
    """
    rows = ["| Citation | What it supports | As of | Checked |", "|---|---|---|---|"]
    rows += [f"| {_source(fact)} | {fact.statement} | {fact.as_of} | {_checked(fact)} |" for fact in page.facts()]
    article = ["", ARTICLE] if any("Gamino" in fact.citation for fact in page.facts()) else []
    return "\n".join([SOURCES, "", *rows, *article]).replace("$", "\\$")


def refresh(page: Page) -> bool:
    """Write a lesson's citations and *Sources* anew from the facts; whether anything changed."""
    changed = False
    for cell in page.notebook.cells:
        if cell.cell_type == "markdown":
            fresh = sources(page) if cell.source.startswith(SOURCES) else cited(cell.source)
            changed |= fresh != cell.source
            cell.source = fresh
    if changed:
        nbformat.write(page.notebook, page.path)
    return changed


def terms() -> list[Term]:
    """Every term of the glossary, in alphabetical order."""
    table = tomllib.loads((CONTENT / "glossary.toml").read_text(encoding="utf-8"))
    rows = [Term(**{**row, "facts": tuple(row.get("facts", ()))}) for row in table["terms"]]
    return sorted(rows, key=lambda row: row.term.casefold())


def generated(course: Course) -> dict[str, nbformat.NotebookNode]:
    """The pages that are made from the course's data, by file name: glossary, sources and map."""
    return {
        "course-map.ipynb": _page("map", _map(course)),
        "glossary.ipynb": _page("glossary", _glossary(course)),
        "sources.ipynb": _page("sources", _all_sources()),
    }


def _page(name: str, cells: Iterator[str]) -> nbformat.NotebookNode:
    made = [new_markdown_cell(text.replace("$", "\\$"), id=f"{name}-{n}") for n, text in enumerate(cells)]
    return new_notebook(cells=made, metadata={"icecourse": {"role": "page"}, "kernelspec": KERNEL})


def _glossary(course: Course) -> Iterator[str]:
    yield "# Glossary\n\nTerms and abbreviations of the course in plain words, each with the lesson that teaches it."
    lessons = {page.name[:2]: page for page in course.lessons}
    letter, lines = "", []
    for term in terms():
        if term.term[0].upper() != letter:
            if lines:
                yield "\n\n".join(lines)
            letter, lines = term.term[0].upper(), []
            lines.append(f"## {letter}")
        short = f" ({term.short})" if term.short else ""
        law = "".join(f" ({_citation(facts.load()[name])})" for name in term.facts)
        page = lessons.get(term.lesson)
        where = f" [Lesson {term.lesson}]({page.path.name}{_anchor(page, term.cell)})" if page else ""
        lines.append(f"**{term.term}{short}.** {term.meaning}{law}{where}")
    if lines:
        yield "\n\n".join(lines)


def _all_sources() -> Iterator[str]:
    yield (
        "# Sources\n\nEvery statement of law and practice that the course rests on, by agency, with its date and the "
        f"day by which it is to be checked again.\n\n{ARTICLE}"
    )
    known = facts.load().values()
    for topic, heading in TOPICS.items():
        rows = ["| Citation | What it supports | As of | Checked | Check again by |", "|---|---|---|---|---|"]
        for fact in known:
            if fact.topic == topic:
                row = (_source(fact), fact.statement, fact.as_of, _checked(fact), str(fact.review_by))
                rows.append(f"| {' | '.join(row)} |")
        yield "\n".join([f"## {heading}", "", *rows])


def _map(course: Course) -> Iterator[str]:
    yield "# Map of the course\n\nEvery lesson, what you can do after it, and its quiz. *Whose desk is this on?*"
    masters = {page.name: page for page in course.masters}
    rows = ["| Lesson | You can | Then |", "|---|---|---|"]
    for page in course.lessons:
        goals = "<br>".join(f"• {goal.text}" for goal in objectives().values() if goal.lesson == page.name[:2])
        after = [masters[name] for name in assignments_after(page) if name in masters]
        then = "<br>".join(f"[{quiz.title}](../{quiz.name}/{quiz.path.name})" for quiz in after)
        rows.append(f"| [{page.title}]({page.path.name}) | {goals} | {then} |")
    yield "\n".join(rows)


def _anchor(page: Page, cell: str) -> str:
    """The address within a lesson of the heading that a cell stands under."""
    heading = ""
    for at in page.notebook.cells:
        found = re.search(r"^## (.+)$", at.source, re.M) if at.cell_type == "markdown" else None
        heading = found[1] if found else heading
        if at.id == cell:
            return f"#{heading.replace(' ', '-')}" if heading else ""
    raise ValueError(f'glossary.toml: {page.name} has no cell "{cell}"; name the cell that teaches the term.')


def _citation(fact: facts.Fact) -> str:
    return f'[{fact.citation}]({fact.url or "#Sources"} "fact: {fact.id}")'


def _source(fact: facts.Fact) -> str:
    return f"[{fact.citation}]({fact.url})" if fact.url else fact.citation


def _checked(fact: facts.Fact) -> str:
    return f"{fact.checked}{'<br>confirm with the attorney' if fact.how == 'knowledge' else ''}"


# -- asked -------------------------------------------------------------------------------------------------------


def due(by: date) -> list[facts.Fact]:
    """The facts whose check no longer counts after that day, the earliest first."""
    return sorted((fact for fact in facts.load().values() if fact.review_by <= by), key=lambda fact: fact.review_by)


def touches(course: Course, name: str) -> list[str]:
    """Where a fact is used, one line a place: cells that cite it, items, explorers and cases that rest on it.

    Raises KeyError where there is no such fact.
    """
    facts.load()[name]
    places = []
    for page in [*course.lessons, *course.masters]:
        for cell in page.notebook.cells:
            if any(found == name for _, _, found in CITATION.findall(cell.source)):
                places.append(f'{page.name}: cell "{cell.id}"')
        for cell, item in page.items():
            if item.key and name in item.key.facts:
                places.append(f'{page.name}: item "{cell.id}"')
    for path in sorted([*(PACKAGE / "page" / "explorers").glob("*.toml"), *(CONTENT / "cases").glob("*.toml")]):
        if re.search(rf'"{re.escape(name)}"', path.read_text(encoding="utf-8")):
            places.append(f"{path.parent.name}/{path.name}")
    return places + [f'glossary: "{term.term}"' for term in terms() if name in term.facts]


def coverage(course: Course) -> list[str]:
    """One line an objective: its practice and graded items; then the facts that nothing uses."""
    practised: dict[str, list[str]] = {}
    graded: dict[str, list[str]] = {}
    for pages, kept in ((course.lessons, practised), (course.masters, graded)):
        for page in pages:
            for _, item in page.items():
                kept.setdefault(item.objective, []).append(item.id)
    lines = [
        f"{goal.lesson} {goal.id}: practice {len(practised.get(goal.id, []))}, graded {len(graded.get(goal.id, []))}"
        for goal in sorted(objectives().values(), key=lambda goal: goal.lesson)
    ]
    used = {fact.id for page in [*course.lessons, *course.masters] for fact in page.facts()}
    return lines + [f"listed in the sources page only: {name}" for name in facts.load() if name not in used]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m icecourse.author.pages", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("due", help="facts to be checked again").add_argument("by", type=date.fromisoformat)
    commands.add_parser("touches", help="where a fact is used").add_argument("fact")
    commands.add_parser("coverage", help="objectives with their items, and unused facts")
    options = parser.parse_args(arguments)
    course = Course(Path.cwd())
    if options.command == "due":
        for fact in due(options.by):
            print(f"{fact.review_by}  {fact.id} ({fact.topic}.toml, {fact.volatility}): {fact.citation}")
    elif options.command == "touches":
        if options.fact not in facts.load():
            sys.exit(f'There is no fact "{options.fact}"; its id stands in icecourse/content/facts/*.toml.')
        print("\n".join(touches(course, options.fact)) or "Nothing uses it; it stands in the sources page.")
    elif options.command == "coverage":
        print("\n".join(coverage(course)))
    else:
        for lesson in course.lessons:
            if refresh(lesson):
                print(f"{lesson.path.name}: citations and Sources brought up to date")
        for name, page in generated(course).items():
            nbformat.write(page, course.root / "lessons" / name)


if __name__ == "__main__":
    main()
