"""The curriculum as data: lessons and masters read as notebooks, never run. For the desk, tests and reports.

``python -m icecourse.curriculum`` brings the citations and *Sources* of every lesson up to date with the facts.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat

from . import facts
from .items import Item, is_item, parse

PACKAGE = Path(__file__).parent
CITATION = re.compile(r'\[([^\]]+)\]\((\S+) "fact: ([a-z0-9-]+)"\)')
SOURCES = "## Sources"
ARTICLE = (
    "Gamino article: Carlos Gamino, *What Does Immigration and Customs Enforcement (ICE) Do*, "
    "an undated article on a law firm's site, of about 2018."
)
COURSE_ID = "ice-for-paralegals"
HELD_BACK = ("final-exam",)  # on no desk, and in no wheel, before the instructor releases it


@dataclass(frozen=True)
class Objective:
    """What a trainee can do after a lesson; ``text`` opens with a verb that can be observed."""

    id: str
    lesson: str
    text: str


@dataclass(frozen=True)
class Page:
    """One notebook of the course."""

    path: Path

    @cached_property
    def notebook(self) -> nbformat.NotebookNode:
        return nbformat.read(self.path, as_version=4)

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def role(self) -> str:
        """ "lesson", "quiz" or "" as the notebook's metadata says."""
        return self.notebook.metadata.get("icecourse", {}).get("role", "")

    @property
    def title(self) -> str:
        """The first heading, without its mark."""
        heading = next(
            line for cell in self.notebook.cells for line in cell.source.split("\n") if line.startswith("# ")
        )
        return heading.removeprefix("# ").strip()

    @property
    def purpose(self) -> str:
        """The sentence below the title."""
        lines = [line for line in self.notebook.cells[0].source.split("\n")[1:] if line.strip()]
        return lines[0] if lines else ""

    def items(self) -> Iterator[tuple[nbformat.NotebookNode, Item]]:
        """Each item cell with its item, in order. Raises ItemError for a cell that is not one."""
        for cell in self.notebook.cells:
            if cell.cell_type == "code" and is_item(cell.source):
                yield cell, parse(cell.source)

    def facts(self) -> list[facts.Fact]:
        """The facts that the page cites or its items rest on, in the order of the fact files.

        Raises KeyError for one that does not exist.
        """
        used = {name for cell in self.notebook.cells for _, _, name in CITATION.findall(cell.source)}
        used |= {name for _, item in self.items() if item.key for name in item.key.facts}
        known = facts.load()
        return sorted((known[name] for name in used), key=list(known.values()).index)


def cited(source: str) -> str:
    """Markdown with the text and address of every citation as its fact has them now."""

    def link(found: re.Match) -> str:
        fact = facts.load()[found[3]]
        return f'[{fact.citation}]({fact.url or "#Sources"} "fact: {fact.id}")'

    return CITATION.sub(link, source)


def sources(page: Page) -> str:
    """The *Sources* of a lesson: each of its facts with citation, statement and dates.

    A dollar sign is escaped: two of them in one cell would be set as a formula.
    """
    rows = ["| Citation | What it supports | As of | Checked |", "|---|---|---|---|"]
    for fact in page.facts():
        name = f"[{fact.citation}]({fact.url})" if fact.url else fact.citation
        confirm = "; confirm with the attorney" if fact.how == "knowledge" else ""
        rows.append(f"| {name} | {fact.statement} | {fact.as_of} | {fact.checked}{confirm} |")
    article = ["", ARTICLE] if any("Gamino" in fact.citation for fact in page.facts()) else []
    return "\n".join([SOURCES, "", *rows, *article]).replace("$", "\\$")


@dataclass(frozen=True)
class Course:
    """The folders of one course: a checkout, an instructor's course root, or what ships inside the wheel."""

    root: Path

    @property
    def lessons(self) -> list[Page]:
        return [Page(path) for path in sorted((self.root / "lessons").glob("*.ipynb"))]

    @property
    def masters(self) -> list[Page]:
        return [Page(path) for path in sorted((self.root / "source").glob("*/*.ipynb"))]

    @property
    def assignments(self) -> list[Page]:
        return [Page(path) for path in sorted((self.root / "assignments").glob("*/*.ipynb"))]

    @property
    def is_checkout(self) -> bool:
        """Whether the keys are here: masters stand in source/."""
        return (self.root / "source").is_dir() and (self.root / "nbgrader_config.py").is_file()


def bundled() -> Course:
    """The lessons and quizzes inside the wheel; in a checkout, the checkout itself."""
    inside = PACKAGE / "course"
    return Course(inside if inside.is_dir() else PACKAGE.parent)


def objectives() -> dict[str, Objective]:
    """Every objective of the course, by id."""
    table = tomllib.loads((PACKAGE / "objectives.toml").read_text(encoding="utf-8"))
    return {row["id"]: Objective(**row) for row in table["objectives"]}


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


if __name__ == "__main__":
    for lesson in Course(Path.cwd()).lessons:
        if refresh(lesson):
            print(f"{lesson.path}: citations and Sources brought up to date")
