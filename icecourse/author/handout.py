"""A lesson or quiz on paper: a handout with boxes to tick, and for the instructor a key sheet. No kernel is asked.

One self-contained page each, made by nbconvert with a template of our own, as feedback is; any browser prints it.
"""

import base64
import mimetypes
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from traitlets import Bool, default

from icecourse.content.words import language, words
from icecourse.curriculum import Course, Page
from icecourse.item import kinds, response_feedback
from icecourse.item.grammar import Item, is_item, parse
from icecourse.item.markup import html
from icecourse.page import STATIC
from icecourse.page.explorers.data import PICTURES, Sorter, load
from icecourse.page.explorers.text import paper
from icecourse.refused import Refused

TEMPLATES = Path(__file__).parent / "templates"
EXPLORE = "%explore"
_MARKER = re.compile(r"^.*\b(BEGIN|END) (SOLUTION|MARK SCHEME)\b.*$", re.M)  # nbgrader's, round what it takes out


class HandoutError(Refused):
    """There is nothing to print. The message is one plain sentence."""


class Line(NamedTuple):
    """A line of a key sheet: what could be answered, whether that is right, and why."""

    text: str
    right: bool
    why: str


class Handout(HTMLExporter):
    """A page on paper; with ``key``, its key sheet: items, right answers, rationales and citations, no prose."""

    key = Bool(False, help="Whether to write the key sheet.").tag(config=True)

    @default("template_name")
    def _template_name_default(self) -> str:
        return "ice-handout"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    def default_filters(self) -> Iterator[tuple]:
        yield from super().default_filters()
        yield "item", _item
        yield "explorer", self._explorer
        yield "on_paper", self._on_paper
        yield "letters", lambda texts: dict(zip(string.ascii_uppercase, texts, strict=False))
        yield "key_lines", key_lines
        yield "sources", lambda item: response_feedback.citations(item.key.facts)
        yield "scenes", scenes
        yield "model_answer", lambda source: _MARKER.sub("", source)

    def from_notebook_node(self, nb, resources=None, **kwargs):
        about = dict(resources or {})
        styles = [(STATIC / "explorer.css").read_text(encoding="utf-8")]
        styles.append((TEMPLATES / "ice-handout" / "style.css").read_text(encoding="utf-8"))
        self._folder = Path(about.get("metadata", {}).get("path", ""))
        about |= {
            "words": words("handout") | words("item"),
            "key": self.key,
            "language": language(),
            "style": "\n".join(styles),
        }
        return super().from_notebook_node(nb, about, **kwargs)

    def _explorer(self, cell: NotebookNode) -> str:
        """An explorer of the cell as HTML, or nothing; on a key sheet, only one that has answers."""
        if not cell.source.startswith(EXPLORE):
            return ""
        explorer = load(cell.source.removeprefix(EXPLORE).strip())
        asks = isinstance(explorer, Sorter)
        return html(paper(explorer, self.key)) if asks or not self.key else ""

    def _on_paper(self, markup: str) -> str:
        """Markdown's HTML without what only a screen can do; on a key sheet, only what was folded away, unfolded."""
        page = BeautifulSoup(markup, "html.parser")
        for part in page.select("button, .anchor-link"):
            part.decompose()
        for link in page.find_all("a", href=True):
            if not link["href"].startswith(("https:", "http:", "#", "mailto:")):
                link.unwrap()
        for image in page.find_all("img", src=True):  # nbconvert's own way would tear <details> apart
            # A quiz on a desk stands beside lessons/; its master does not.
            places = [self._folder / image["src"], *(place / "figures" / Path(image["src"]).name for place in PICTURES)]
            if picture := next(filter(Path.is_file, places), None):
                kind, _ = mimetypes.guess_type(picture.name)
                image["src"] = f"data:{kind};base64,{base64.b64encode(picture.read_bytes()).decode()}"
        for head in page.find_all("th"):
            if not head.get_text(strip=True):
                head.name = "td"
        folded = page.find_all("details")
        for part in folded:
            part["open"] = ""
            if not self.key:
                part.decompose()
        return "".join(map(str, folded)) if self.key else str(page)


def write(page: Page, key: bool, target: Path) -> None:
    """Write the handout or key sheet of a page. Raises HandoutError where a key is missing, or would be given away."""
    holds = any(item.key for _, item in page.items())
    if key and not holds:
        raise HandoutError(f"{page.name} has no key here: the keys of a quiz are in its master, with your instructor.")
    if holds and not key and page.role == "quiz":
        raise HandoutError(f"{page.name} is a master; a handout is made of what trainees get, in assignments/.")
    made, _ = Handout(key=key).from_notebook_node(page.notebook, {"metadata": {"path": str(page.path.parent)}})
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(made, encoding="utf-8")


def find(course: Course, name: str, key: bool) -> Page:
    """The lesson or quiz whose name begins so, such as "03" or "quiz-03"; of a quiz the master if it is for the key.

    Raises HandoutError where none or several do.
    """
    quizzes = course.masters if key and course.is_checkout else course.assignments
    pages = {page.name: page for page in [*course.lessons, *quizzes]}
    matches = [page for title, page in pages.items() if title.startswith(Path(name).stem)]
    if len(matches) != 1:
        several = "several pages" if matches else "no page"
        raise HandoutError(f'There is {several} named "{name}"; there are: {", ".join(sorted(pages))}.')
    return matches[0]


def key_lines(item: Item) -> list[Line]:
    """Everything that an item's key says, by what could be answered; options of a choice bear their letters."""
    kind, other = kinds.of(item), words("handout")["other"]
    lines = [Line(part.text or other, part.right, part.rationale) for part in kind.judged(item)]
    if kind.is_one_click or kind.is_set:
        letters = zip(string.ascii_uppercase, lines, strict=False)
        return [line._replace(text=f"{letter}. {line.text}") for letter, line in letters]
    return lines


def scenes(item: Item) -> list[tuple[int, NamedTuple, list[tuple[str, str, int]]]]:
    """A case as numbered scenes, each with its choices as (letter, text, number of the scene that follows)."""
    numbers = {name: number for number, name in enumerate(item.case.scenes, start=1)}
    return [
        (
            numbers[name],
            scene,
            [(letter, choice.text, numbers[choice.next])
             for letter, choice in zip(string.ascii_uppercase, scene.choices.values(), strict=False)],
        )
        for name, scene in item.case.scenes.items()
    ]  # fmt: skip


def _item(cell: NotebookNode) -> Item | None:
    return parse(cell.source).in_language(language()) if cell.cell_type == "code" and is_item(cell.source) else None
