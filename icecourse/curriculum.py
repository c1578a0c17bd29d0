"""The curriculum as data: lessons and masters read as notebooks, never run. For the desk, tests and reports."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat

from icecourse.content import facts, order, table
from icecourse.content.table import DataError
from icecourse.item.grammar import Item, is_item, parse

PACKAGE = Path(__file__).parent
CONTENT = PACKAGE / "content"
CITATION = re.compile(r'\[([^\]]+)\]\((\S+) "fact: ([a-z0-9-]+)"\)')
COURSE_ID = "ice-for-paralegals"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}  # without it Jupyter asks
HELD_BACK = order.load().held_back  # on no desk, and in no wheel, before the instructor releases it


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


@dataclass(frozen=True)
class Course:
    """The folders of one course: a checkout, an instructor's course root, or what ships inside the wheel."""

    root: Path

    @property
    def lessons(self) -> list[Page]:
        """Lessons 00 to 16: NN-topic.ipynb."""
        return [Page(path) for path in sorted((self.root / "lessons").glob("[0-9][0-9]-*.ipynb"))]

    @property
    def beside(self) -> list[Page]:
        """The pages beside the lessons: review, glossary, sources, map."""
        return [Page(path) for path in sorted((self.root / "lessons").glob("[a-z]*.ipynb"))]

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


def assignments_after(lesson: Page) -> tuple[str, ...]:
    """The assignments that a trainee works on after a lesson: its quiz, or what stands in a quiz's place."""
    return order.load().follows.get(lesson.name[:2], (f"quiz-{lesson.name}",))


def bundled() -> Course:
    """The lessons and quizzes inside the wheel; in a checkout, the checkout itself."""
    inside = PACKAGE / "course"
    return Course(inside if inside.is_dir() else PACKAGE.parent)


def objectives() -> dict[str, Objective]:
    """Every objective of the course, by id. Raises DataError where objectives.toml is not sound."""
    whole = table.read(CONTENT / "objectives.toml", DataError)
    known = {}
    for name, entry in whole.entries("objectives").items():
        known[name] = Objective(name, entry.text("lesson"), entry.text("text"))
        entry.close()
    whole.close()
    return known
