"""The page that a trainee gets back: nbgrader's feedback with a template of our own.

nbgrader's template prints the graded cells' source, keys included, has no language and asks a CDN for MathJax.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import bleach
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import markdown2html
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateFeedback
from traitlets import Enum, default

from icecourse.content.words import language, words
from icecourse.curriculum import objectives
from icecourse.grading.nbgrader_private import without_forced_template
from icecourse.item import response_feedback
from icecourse.item.grammar import Item, is_item, parse

TEMPLATES = Path(__file__).parent / "templates"
TAGS = {"a", "blockquote", "br", "code", "div", "em", "li", "ol", "p", "q", "strong", "ul"}
PAGE_TAGS = TAGS | {
    "del", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "pre", "span", "sub", "sup", "table", "tbody", "td", "th",
    "thead", "tr",
}  # fmt: skip


class Earned(NamedTuple):
    """What was earned for one objective, in points; ``text`` is the objective's own."""

    text: str
    earned: float
    possible: float


class FeedbackExporter(HTMLExporter):
    """For ``c.GenerateFeedback.exporter_class``."""

    right_answers = Enum(
        ("off", "after due date", "on"),
        default_value="off",
        help="Whether a page gives the right answer to an item that did not earn its full points. After the due date "
        "means: after the last one, extensions included; without a due date, never.",
    ).tag(config=True)

    def __init__(self, config=None, **kwargs):
        super().__init__(config=without_forced_template(config), **kwargs)

    @default("template_name")
    def _template_name_default(self) -> str:
        return "ice-feedback"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    def default_filters(self) -> Iterator[tuple]:
        yield from super().default_filters()
        yield "item_html", item_html

    def from_notebook_node(self, nb, resources=None, **kwargs):
        """The page of one graded notebook, and nbconvert's resources."""
        about = dict(resources or {})
        about["words"], about["language"] = words("feedback"), language()
        about["open"], tell = set(), self.right_answers == "on"
        if isinstance(self.parent, GenerateFeedback):
            course = self.parent.coursedir
            with Gradebook(course.db_url, course.course_id) as gradebook:
                about["open"] = _open(gradebook, about["nbgrader"])
                if self.right_answers == "after due date":
                    tell = _all_are_due(gradebook, course.assignment_id)
        # Scores come only with nbgrader's preprocessors, after this: the template asks for what rests on them.
        items = {cell.metadata.nbgrader.grade_id: _item(cell) for cell in nb.cells if _is_graded(cell)}
        about["by_objective"] = lambda notebook: by_objective(items, notebook)
        about["right_answer"] = lambda cell: right_answer(items, cell) if tell else []
        return super().from_notebook_node(nb, about, **kwargs)


def by_objective(items: Mapping[str, Item | None], notebook: NotebookNode) -> list[Earned]:
    """The scores of a graded notebook, one row an objective, in the order of its items; cells without one come last.

    ``items``: grade_id of each graded cell -> its item, or None.
    """
    points: dict[str, tuple[float, float]] = {}
    for marks in (cell.metadata.nbgrader for cell in notebook.cells if _is_graded(cell)):
        item = items[marks.grade_id]
        name = item.objective if item else ""
        earned, possible = points.get(name, (0.0, 0.0))
        points[name] = earned + (marks.get("score") or 0), possible + (marks.get("points") or 0)
    by_hand = points.pop("", None)
    known = objectives()
    rows = [Earned(known[name].text if name in known else name, *pair) for name, pair in points.items()]
    return rows + ([Earned(words("feedback")["by-hand"], *by_hand)] if by_hand else [])


def right_answer(items: Mapping[str, Item | None], cell: NotebookNode) -> list[response_feedback.Part]:
    """The parts of the right answer to a graded item, if it did not earn its full points; else nothing."""
    marks = cell.metadata.nbgrader
    item = items[marks.grade_id]
    full = marks.get("points") and (marks.get("score") or 0) >= marks["points"]
    return [] if full or item is None or item.key is None else response_feedback.key_parts(item)


def item_html(html: str) -> str:
    """HTML of an output with everything taken out that an item's page does not need: no script can pass."""
    return bleach.clean(html, tags=TAGS, attributes={"a": ["href"], "div": ["class"]}, protocols={"https"}, strip=True)


def clean_markdown(source: str) -> str:
    """Markdown as HTML that runs nothing and asks nobody, for ``c.HTMLExporter.filters`` of the formgrader.

    By itself nbgrader's formgrader puts what a trainee wrote into the instructor's page as it is, scripts included.
    """

    def may(tag: str, name: str, value: str) -> bool:
        if tag == "img" and name == "src":  # a picture from elsewhere would tell its server who is reading
            return value.startswith(("data:image/", "attachment:")) or (":" not in value and not value.startswith("//"))
        return name in ("class", "id", "alt", "title", "align") or (
            tag == "a" and name == "href" and value[:5] != "data:"
        )

    links = {"http", "https", "mailto", "data", "attachment"}
    return bleach.clean(markdown2html(source), tags=PAGE_TAGS, attributes=may, protocols=links, strip=True)


def _is_graded(cell: NotebookNode) -> bool:
    marks = cell.metadata.get("nbgrader", {})
    return bool(marks.get("grade") or marks.get("task"))


def _item(cell: NotebookNode) -> Item | None:
    return parse(cell.source).in_language(language()) if cell.cell_type == "code" and is_item(cell.source) else None


def _open(gradebook: Gradebook, about: dict) -> set[str]:
    """The cells that a person has still to grade. They count as 0 in the gradebook; a page should not call that a 0."""
    try:
        notebook = gradebook.find_submission_notebook(about["notebook"], about["assignment"], about["student"])
    except MissingEntry:
        return set()
    return {grade.name for grade in notebook.grades if grade.manual_score is None and grade.auto_score is None}


def _all_are_due(gradebook: Gradebook, assignment: str) -> bool:
    """Whether nobody may hand in any more: a right answer that one trainee gets, all others get too."""
    about = gradebook.find_assignment(assignment)
    if about.duedate is None:
        return False
    longest = max((row.extension for row in about.submissions if row.extension), default=timedelta())
    return datetime.now(UTC).replace(tzinfo=None) > about.duedate + max(longest, timedelta())
