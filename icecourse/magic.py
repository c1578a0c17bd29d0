"""%%item and %explore: tie item, journal, scoring and widget together, and tell an item's three lives apart.

=====================================================  ========  =================================================
what the cell can see                                  life      what happens
=====================================================  ========  =================================================
a key                                                  practice  choose, check, see why
no key                                                 quiz      choose; the answer is on disk before its mark
a key and NBGRADER_EXECUTION=autograde                 grading   the cell's value is the score, a plain float
=====================================================  ========  =================================================
"""

import getpass
import hashlib
import os
from html import escape
from pathlib import Path

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.display import display

from . import explorers, facts, journal, scoring
from .items import Item, ItemError, parse
from .journal import Entry, Journal, JournalError
from .widget import ItemWidget
from .words import words


@magics_class
class CourseMagics(Magics):
    def __init__(self, shell):
        super().__init__(shell)
        self._answers = _Answers(Path.cwd())
        self._shown: dict[str, tuple[Item, ItemWidget]] = {}

    @cell_magic
    def item(self, line: str, cell: str):
        """Show one item, or score it when nbgrader is autograding. Raises ItemError for a bad cell."""
        item = parse(f"%%item {line}\n{cell}")
        for fact in item.key.facts if item.key else ():
            if fact not in facts.load():
                raise ItemError(item.id, _line(cell, fact), f'there is no fact "{fact}"; see icecourse/facts/.')
        if item.key and os.environ.get("NBGRADER_EXECUTION") == "autograde":
            return _grade(item, journal.read(Path.cwd() / journal.NAME))
        state = _state(item, self._answers)
        known, widget = self._shown.get(item.id, (None, None))
        if known == item:  # run again, as at every reload of the page: views in other tabs stay alive
            widget.set_state({name: state[name] for name in ("response", "verdict", "notice")})
            widget.fallback = state["fallback"]
        else:
            widget = ItemWidget(_listener(item, self._answers), **state)
            self._shown[item.id] = item, widget
        display(widget)

    @line_magic
    def explore(self, line: str):
        """Show an explorer by its name, such as ``%explore detainer-window``."""
        display(explorers.show(line.strip()))


class _Answers:
    """The journal of the notebook's folder, or a list in memory where nothing may be written."""

    def __init__(self, folder: Path):
        self.path = journal.place(folder)
        self._memory: list[Entry] = []

    def keep(self, entry: Entry) -> str:
        """Returns when it was saved, or "" where it is kept in memory only. Raises JournalError."""
        if self.path is None:
            self._memory.append(entry)
            return ""
        journal.append(self.path, entry)
        return entry.at

    def read(self) -> Journal:
        return Journal(tuple(self._memory)) if self.path is None else journal.read(self.path)


def _state(item: Item, answers: _Answers) -> dict:
    """What the widget shows when the page is opened: the last answer, and what was said to it."""
    text = words("item") | words("practice")
    notice, kept = "", Journal()
    try:
        kept = answers.read()
    except JournalError as error:
        notice = text["unreadable"].format(why=error)
    last = kept.last(item.id)
    response = last.response if last else []
    if scoring.invalid(item, response):
        notice, response = text["gone"], []
    elif response and not item.key:
        notice = text["restored"]
    return {
        "item": {"id": item.id, "kind": item.kind, "stem": item.stem, "options": _order(item)},
        "life": "practice" if item.key else "quiz",
        "words": text,
        "response": response,
        "verdict": _verdict(item, kept) if item.key and response else None,
        "notice": notice,
        "fallback": _plain(item, response),
    }


def _listener(item: Item, answers: _Answers):
    """What answers the widget's messages: keep first, then say so."""

    def on_message(message: dict) -> dict:
        number = message["n"]
        try:
            saved = answers.keep(Entry(item.id, message["response"], journal.now(), item.version))
            reply = {"n": number, "saved": saved}
            if message["do"] == "check" and item.key:
                reply["verdict"] = _verdict(item, answers.read())
            return reply
        except JournalError as error:
            return {"n": number, "failed": str(error)}

    return on_message


def _order(item: Item) -> list[list[str]]:
    """Options as shown: as written, or in an order drawn from item and trainee, the same at every opening."""
    shown = [[option, text] for option, text in item.options.items()]
    if item.keep_order:
        return shown
    try:
        trainee = os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
    except OSError:  # no login name: everybody there sees one order
        trainee = ""
    return sorted(shown, key=lambda pair: hashlib.sha256(f"{trainee}\n{item.id}\n{pair[0]}".encode()).digest())


def _verdict(item: Item, kept: Journal) -> dict:
    """What a practice item says to the last response: outcome, reasons for what was chosen, citations."""
    text = words("practice")
    tries = [entry.response for entry in kept.entries if entry.item == item.id]
    chosen, outcome = tries[-1], scoring.score(item, tries[-1]).outcome
    wrong = 0  # tries in a row that were not right, the last one included
    for response in reversed(tries):
        if scoring.score(item, response).outcome == "right":
            break
        wrong += 1
    reasons = [[text["you-chose"], item.options[option], item.key.rationale[option]] for option in chosen]
    open_options = [option for option in item.key.correct if option not in chosen]
    tell = wrong >= 2
    if tell:
        reasons += [[text["answer"], item.options[option], item.key.rationale[option]] for option in open_options]
    missed = ""
    if item.kind == "all" and open_options and not tell:
        missed = text["missed-one" if len(open_options) == 1 else "missed-many"].format(n=len(open_options))
    return {
        "outcome": "right" if outcome == "right" else "partly" if outcome == "partly" else "wrong",
        "marks": {option: "right" if option in item.key.correct else "wrong" for option in chosen},
        "reasons": reasons,
        "missed": missed,
        "sources": _sources(item) if tell or outcome == "right" else [],
        "hint": "" if tell else item.key.hint,
    }


def _sources(item: Item) -> list[list[str]]:
    """[citation, address or "", note on its date] for each fact of the key."""
    text = words("practice")
    shown = []
    for name in item.key.facts:
        fact = facts.load()[name]
        note = text["as-of"].format(date=fact.as_of)
        if fact.how == "knowledge":
            note += f"; {text['confirm']}"
        shown.append([fact.citation, fact.url, note])
    return shown


def _grade(item: Item, kept: Journal) -> float:
    """Show what the feedback page needs, and give nbgrader the score: a plain float, nothing else after it."""
    text = words("grade")
    last = kept.last(item.id)
    score = scoring.score(item, last.response if last else None)
    valid = score.outcome not in ("unanswered", "invalid")
    chosen = [(item.options[option], item.key.rationale[option]) for option in last.response] if valid else []
    lines = [
        item.stem,
        text[score.outcome].format(why=score.why),
        text["points"].format(earned=f"{score.earned:g}", possible=f"{score.possible:g}"),
        *(f"{text['you-chose']} {option} {why}" for option, why in chosen),
        *(f"{citation} ({note})" for citation, _, note in _sources(item)),
    ]
    display({"text/html": _graded_html(item, score, text, chosen), "text/plain": "\n".join(lines)}, raw=True)
    return score.earned


def _graded_html(item: Item, score: scoring.Score, text, chosen: list[tuple[str, str]]) -> str:
    def source(citation: str, url: str, note: str) -> str:
        link = f'<a href="{escape(url)}">{escape(citation)}</a>' if url else escape(citation)
        return f"<li>{link} ({escape(note)})</li>"

    stem = "".join(f"<p>{escape(part)}</p>" for part in item.stem.split("\n\n"))
    points = text["points"].format(earned=f"{score.earned:g}", possible=f"{score.possible:g}")
    reasons = "".join(
        f"<p>{escape(text['you-chose'])} <q>{escape(option)}</q><br>{escape(why)}</p>" for option, why in chosen
    )
    return (
        f'<div class="ice-graded ice-{score.outcome}"><div class="ice-stem">{stem}</div>'
        f"<p><strong>{escape(text[score.outcome].format(why=score.why))}</strong> · {points}</p>{reasons}"
        f"<ul>{''.join(source(*row) for row in _sources(item))}</ul></div>"
    )


def _plain(item: Item, response: list[str]) -> str:
    """The item as text, for a page without widgets: print, a reader without a kernel."""
    mark = {True: "(x)", False: "( )"}
    options = [f"  {mark[option in response]} {text}" for option, text in _order(item)]
    return "\n".join([item.stem, *options])


def _line(cell: str, word: str) -> int:
    return next((n for n, text in enumerate(cell.split("\n"), start=2) if word in text), 1)
