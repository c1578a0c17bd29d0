"""The magics: %%item, which ties an item's cell, its answers and its widget together, %explore, %progress and %review.

An item has three modes:

=====================================================  ========  =================================================
what the cell can see                                  mode      what happens
=====================================================  ========  =================================================
a key                                                  practice  choose, check, see why
no key                                                 quiz      choose; the answer is on disk before its mark
a key and NBGRADER_EXECUTION=autograde                 grading   the cell's value is the score, a plain float
=====================================================  ========  =================================================
"""

import logging
import os
from datetime import UTC, datetime
from functools import partial
from html import escape
from pathlib import Path

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.display import HTML, display, update_display

from icecourse.content import facts
from icecourse.content.words import language
from icecourse.item import journal, response_feedback, scoring, text_form
from icecourse.item.grammar import Item, ItemError, parse
from icecourse.kernel.explorer_widget import ExplorerWidget
from icecourse.kernel.item_widget import ItemWidget
from icecourse.page import answers
from icecourse.page.explorers.data import load
from icecourse.page.explorers.text import text_form as explorer_text

MOST_A_DAY = 20  # items of the review deck; more is a burden, and the rest comes tomorrow


@magics_class
class CourseMagics(Magics):
    def __init__(self, shell):
        super().__init__(shell)
        self.shown: dict[str, tuple[Item, ItemWidget]] = {}  # by item id
        self._answers = answers.Answers(Path.cwd())
        # Jupyter gives a kernel its notebook's path.
        answers.note_opening(Path.cwd(), Path(os.environ.get("JPY_SESSION_NAME", "")))

    @cell_magic
    def item(self, line: str, cell: str):
        """Show one item, or score it when nbgrader is autograding. Raises ItemError for a bad cell."""
        item = parse(f"%%item {line}\n{cell}").in_language(language())
        for fact in item.key.facts if item.key else ():
            if fact not in facts.load():
                raise ItemError(item.id, _line(cell, fact), f'there is no fact "{fact}"; see icecourse/content/facts/.')
        if item.key and os.environ.get("NBGRADER_EXECUTION") == "autograde":
            return _grade(item)
        state = answers.state(item, self._answers)
        shown, widget = self.shown.get(item.id, (None, None))
        if shown == item:  # run again, as at every reload of the page: views in other tabs stay alive
            widget.set_state({name: state[name] for name in ("response", "confidence", "feedback", "notice")})
        else:
            widget = ItemWidget(partial(self._reply, item), **state)
            self.shown[item.id] = item, widget
        display(widget)
        # Beside it the same as text, brought up to date with each answer: for print, and for a page without a kernel.
        display(text_form.of_item(item, state["response"]), raw=True, display_id=_text_id(item))

    def _reply(self, item: Item, message: dict) -> dict:
        reply = answers.reply(item, self._answers, message)
        if "saved" in reply:
            update_display(text_form.of_item(item, message["response"]), raw=True, display_id=_text_id(item))
        return reply

    @line_magic
    def explore(self, line: str):
        """Show an explorer by its name, such as ``%explore detainer-window``, and beside it the same as text."""
        explorer = load(line.strip())
        display(ExplorerWidget(explorer))
        display(explorer_text(explorer), raw=True)

    @line_magic
    def progress(self, line: str):
        """Show what the trainee of this desk has read, practised and answered."""
        from icecourse.page import progress  # reads notebooks; a lesson's kernel should not wait for that

        display(HTML(progress.progress_html(progress.read(Path.cwd().parent))))

    @line_magic
    def review(self, line: str):
        """Show the practised items that are due today, each as if it had never been answered."""
        from icecourse.page import progress

        now, reviews = datetime.now(UTC), progress.deck(Path.cwd().parent)
        display(HTML(f"<p>{escape(progress.deck_text(reviews, now))}</p>"))
        for item, at in reviews[:MOST_A_DAY]:
            if at <= now:
                display(ItemWidget(partial(self._reply, item), **answers.unanswered(item, self._answers)))


def _grade(item: Item) -> float:
    """The points that the saved answer earns; beside them stands what the feedback page says to it."""
    entry = journal.read(Path.cwd() / journal.NAME).last(item.id)
    response = entry.response if entry else None
    # A kernel cannot tell nbgrader to ask a person: what cannot be scored earns nothing, and the page says to ask.
    score = scoring.score_or_report(item, response, logging.getLogger(__name__)) or scoring.Score(
        0.0, item.points, "invalid", "It could not be scored."
    )
    display(response_feedback.graded(item, score, response), raw=True)
    return score.earned


def _text_id(item: Item) -> str:
    return f"icecourse-{item.id}"


def _line(cell: str, word: str) -> int:
    return next((n for n, text in enumerate(cell.split("\n"), start=2) if word in text), 1)
