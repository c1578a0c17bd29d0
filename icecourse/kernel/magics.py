"""The magics: %%item, which ties item, journal, scoring and widget together, %explore, %progress and %review.

An item has three lives:

=====================================================  ========  =================================================
what the cell can see                                  life      what happens
=====================================================  ========  =================================================
a key                                                  practice  choose, check, see why
no key                                                 quiz      choose; the answer is on disk before its mark
a key and NBGRADER_EXECUTION=autograde                 grading   the cell's value is the score, a plain float
=====================================================  ========  =================================================
"""

import logging
import os
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.display import HTML, display, update_display

from icecourse.content import facts
from icecourse.content.cases import Case
from icecourse.content.words import language, words
from icecourse.item import journal, response_feedback, scoring, text_form
from icecourse.item.grammar import Item, ItemError, parse
from icecourse.item.journal import Entry, Journal, JournalError
from icecourse.kernel.explorer_widget import ExplorerWidget
from icecourse.kernel.item_widget import ItemWidget
from icecourse.page.explorers.data import load
from icecourse.page.explorers.text import text_form as explorer_text

MOST_A_DAY = 20  # items of the review deck; more is a burden, and the rest comes tomorrow


@magics_class
class CourseMagics(Magics):
    def __init__(self, shell):
        super().__init__(shell)
        self._answers = _Answers(Path.cwd())
        self._shown: dict[str, tuple[Item, ItemWidget]] = {}
        _note_opening(Path.cwd(), Path(os.environ.get("JPY_SESSION_NAME", "")))

    @cell_magic
    def item(self, line: str, cell: str):
        """Show one item, or score it when nbgrader is autograding. Raises ItemError for a bad cell."""
        item = parse(f"%%item {line}\n{cell}").in_language(language())
        for fact in item.key.facts if item.key else ():
            if fact not in facts.load():
                raise ItemError(item.id, _line(cell, fact), f'there is no fact "{fact}"; see icecourse/content/facts/.')
        if item.key and os.environ.get("NBGRADER_EXECUTION") == "autograde":
            last = journal.read(Path.cwd() / journal.NAME).last(item.id)
            response = last.response if last else None
            score = scoring.score_or_report(item, response, logging.getLogger(__name__))
            display(response_feedback.graded(item, score, response), raw=True)  # for the feedback page
            return score.earned
        state = _state(item, self._answers)
        known, widget = self._shown.get(item.id, (None, None))
        if known == item:  # run again, as at every reload of the page: views in other tabs stay alive
            widget.set_state({name: state[name] for name in ("response", "confidence", "verdict", "notice")})
        else:
            widget = ItemWidget(_listener(item, self._answers), **state)
            self._shown[item.id] = item, widget
        display(widget)
        # Beside it the same as text, brought up to date with each answer: for print, and for a page without a kernel.
        display(text_form.of_item(item, state["response"]), raw=True, display_id=_text_id(item))

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

        display(HTML(progress.progress_html(progress.of(Path.cwd().parent))))

    @line_magic
    def review(self, line: str):
        """Show the practised items that are due today, each as if it had never been answered."""
        from icecourse.page import progress

        now, dues = datetime.now(UTC), progress.deck(Path.cwd().parent)
        display(HTML(f"<p>{escape(progress.deck_text(dues, now))}</p>"))
        for due in dues[:MOST_A_DAY]:
            if due.at <= now:
                fresh = _state(due.item, self._answers) | {"response": None, "verdict": None, "notice": ""}
                display(ItemWidget(_listener(due.item, self._answers), **fresh))


class _Answers:
    """The journal of the notebook's folder, or a list in memory where nothing may be written."""

    def __init__(self, folder: Path):
        self.path = journal.place(folder)
        self._memory: list[Entry] = []
        self._known: Counter[str] = Counter()  # answers to an item that this kernel has seen or given

    def keep(self, entry: Entry) -> str:
        """Returns when it was saved, or "" where it is kept in memory only. Raises JournalError."""
        if self.path is None:
            self._memory.append(entry)
        else:
            journal.append(self.path, entry)
        self._known[entry.item] += 1
        return entry.at if self.path else ""

    def read(self, item: str) -> Journal:
        """All answers, read for the sake of one item. Raises JournalError."""
        kept = Journal(tuple(self._memory)) if self.path is None else journal.read(self.path)
        self._known[item] = sum(entry.item == item for entry in kept.entries)
        return kept

    def news(self, item: str) -> dict:
        """The last response to an item if another kernel gave it since this one last looked; else nothing."""
        known = self._known[item]
        last = self.read(item).last(item)
        return {"response": last.response, "at": last.at} if self._known[item] > known else {}


def _note_opening(folder: Path, notebook: Path) -> None:
    """Note at a trainee's desk that a lesson was opened, for %progress. Jupyter gives a kernel its notebook's path."""
    private = folder.parent / journal.DESK
    if folder.name == "lessons" and notebook.suffix == ".ipynb" and private.is_dir():
        with suppress(JournalError):  # never a reason to stop
            journal.append(private / journal.OPENED, Entry(notebook.stem, "opened", journal.now()))


def _state(item: Item, answers: _Answers) -> dict:
    """What the widget shows when the page is opened: the last answer, and what was said to it."""
    text = words("item") | words("practice")
    notice, kept = "", Journal()
    try:
        kept = answers.read(item.id)
    except JournalError as error:
        notice = text["unreadable"].format(why=error)
    last = kept.last(item.id)
    response = last.response if last else None
    if last and scoring.invalid(item, response):
        notice, response = text["gone"], None
    elif response and not item.key:
        notice = text["restored"]
    return {
        "item": {
            "id": item.id,
            "kind": item.kind,
            "stem": item.stem,
            "format": item.format,
            "confidence": item.confidence,
            "left": [list(pair) for pair in item.left.items()],
            "options": text_form.options(item),
            "case": _case(item.case) if item.case else {},
        },
        "life": "practice" if item.key else "quiz",
        "words": text,
        "response": response,
        "confidence": last.confidence if last else "",
        "verdict": response_feedback.practice(item, kept)
        if item.key and response and response_feedback.is_complete(item, response)
        else None,
        "notice": notice,
    }


def _listener(item: Item, answers: _Answers):
    """What answers the widget's messages: keep first, then say so."""

    def on_message(message: dict) -> dict:
        number = message["n"]
        try:
            if message["do"] == "look":
                return {"n": number, **answers.news(item.id)}
            response, confidence = message["response"], message.get("confidence", "")
            also = not item.key and bool(answers.news(item.id))
            saved = answers.keep(Entry(item.id, response, journal.now(), item.version, confidence))
            update_display(text_form.of_item(item, response), raw=True, display_id=_text_id(item))
            reply = {"n": number, "saved": saved, "note": scoring.unreadable(item, response), "also": also}
            if message["do"] == "check" and item.key and response_feedback.is_complete(item, response):
                reply["verdict"] = response_feedback.practice(item, answers.read(item.id))
            return reply
        except JournalError as error:
            return {"n": number, "failed": str(error)}

    return on_message


def _case(case: Case) -> dict:
    return case.plain() | {
        "sources": {name: response_feedback.citations(scene.facts) for name, scene in case.scenes.items()}
    }


def _text_id(item: Item) -> str:
    return f"icecourse-{item.id}"


def _line(cell: str, word: str) -> int:
    return next((n for n, text in enumerate(cell.split("\n"), start=2) if word in text), 1)
