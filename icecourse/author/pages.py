"""Citations, *Sources*, glossary, sources and map: what pages of the course hold is written here from its data."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook

from icecourse.author.minutes import told
from icecourse.content import facts, table
from icecourse.content.table import DataError, Table
from icecourse.content.words import words
from icecourse.curriculum import CITATION, CONTENT, KERNEL, Course, Page, assignments_after, objectives

SOURCES = "## Sources"


class SourcesPage(NamedTuple):
    """``article``: what is said of the article that the course began with. ``topics``: fact file to heading."""

    article: str
    topics: Mapping[str, str]


class Term(NamedTuple):
    """A word or abbreviation in plain words, and the lesson's cell that teaches it."""

    term: str
    meaning: str
    lesson: str
    cell: str
    facts: tuple[str, ...]
    short: str = ""


def write(course: Course) -> list[str]:
    """Write every citation and every generated page anew; one line for each file that changed."""
    changed = [
        f"{lesson.path.name}: citations and Sources are brought up to date"
        for lesson in course.lessons
        if refresh(lesson)
    ]
    for name, page in generated(course).items():
        path = course.root / "lessons" / name
        if not path.is_file() or Page(path).notebook != page:
            nbformat.write(page, path)
            changed.append(f"{name}: written anew")
    return changed


def cited(source: str) -> str:
    """Markdown with the text and address of every citation as its fact has them now."""

    def link(citation: re.Match) -> str:
        return _citation(facts.load()[citation[3]])

    return CITATION.sub(link, source)


def sources(page: Page) -> str:
    """The *Sources* of a lesson: each of its facts with citation, statement and dates.

    A dollar sign is escaped: two of them in one cell would be set as a formula.
    """
    rows = ["| Citation | What it supports | As of | Checked |", "|---|---|---|---|"]
    rows += [f"| {_source(fact)} | {fact.statement} | {fact.as_of} | {_checked(fact)} |" for fact in page.facts()]
    article = ["", sources_page().article] if any("Gamino" in fact.citation for fact in page.facts()) else []
    return "\n".join([SOURCES, "", *rows, *article]).replace("$", "\\$")


def refresh(page: Page) -> bool:
    """Write a lesson's citations, *Sources* and minutes anew; whether anything changed."""
    changed = False
    for cell in page.notebook.cells:
        if cell.cell_type == "markdown":
            fresh = sources(page) if cell.source.startswith(SOURCES) else told(page, cited(cell.source))
            changed |= fresh != cell.source
            cell.source = fresh
    if changed:
        nbformat.write(page.notebook, page.path)
    return changed


def terms() -> list[Term]:
    """Every term of the glossary, in alphabetical order. Raises DataError where glossary.toml is not sound."""
    whole = table.read(CONTENT / "glossary.toml", DataError)
    known = [_term(entry) for entry in whole.rows("terms", "term")]
    whole.close()
    return sorted(known, key=lambda term: term.term.casefold())


def _term(entry: Table) -> Term:
    name = entry.text("term")
    entry.place = f'term "{name}"'
    meaning, lesson, cell = (entry.text(field) for field in ("meaning", "lesson", "cell"))
    term = Term(name, meaning, lesson, cell, entry.listed("facts", ()), entry.text("short", ""))
    entry.close()
    return term


def sources_page() -> SourcesPage:
    """What the page of sources says beside the facts. Raises DataError where sources.toml is not sound."""
    whole = table.read(CONTENT / "sources.toml", DataError)
    page = SourcesPage(whole.text("article"), whole.texts("topics"))
    whole.close()
    return page


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
        where = f" [Lesson {term.lesson}]({page.path.name}{anchor(page, term.cell)})" if page else ""
        lines.append(f"**{term.term}{short}.** {term.meaning}{law}{where}")
    if lines:
        yield "\n\n".join(lines)


def _all_sources() -> Iterator[str]:
    article, topics = sources_page()
    yield (
        "# Sources\n\nEvery statement of law and practice that the course rests on, by agency, with its date and the "
        f"day by which it is to be checked again.\n\n{article}"
    )
    known = facts.load().values()
    for topic, heading in topics.items():
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


def anchor(page: Page, cell: str) -> str:
    """The address within a lesson of the heading that a cell stands under, or "" above the first heading.

    Raises ValueError where the lesson has no such cell.
    """
    heading = ""
    for at in page.notebook.cells:
        headings = re.findall(r"^## (.+)$", at.source, re.M) if at.cell_type == "markdown" else []
        heading = headings[0] if headings else heading
        if at.id == cell:
            return f"#{heading.replace(' ', '-')}" if heading else ""
    raise ValueError(f'glossary.toml: {page.name} has no cell "{cell}"; name the cell that teaches the term.')


def _citation(fact: facts.Fact) -> str:
    return f'[{fact.citation}]({fact.url or "#Sources"} "fact: {fact.id}")'


def _source(fact: facts.Fact) -> str:
    return f"[{fact.citation}]({fact.url})" if fact.url else fact.citation


def _checked(fact: facts.Fact) -> str:
    return f"{fact.checked}<br>{words('checked')[fact.how]}"
