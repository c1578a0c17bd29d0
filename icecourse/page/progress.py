"""A trainee's own page: what is read, practised and answered, by lesson and objective, and what is due for review.

Everything is read from the desk itself: the journals beside lessons and quizzes, and the note of which lessons were
opened. Nothing is stored besides them, and nothing leaves the machine. When an item is due comes from its tries, by
the free spaced repetition scheduler of fsrs (https://github.com/open-spaced-repetition/py-fsrs): the first try of a
day is a review, "good" when it was right, "hard" when partly, "again" when wrong.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import NamedTuple

import fsrs

from icecourse.content.words import long_day, plural, words
from icecourse.curriculum import Course, Page, objectives
from icecourse.item import journal, response_feedback, scoring
from icecourse.item.grammar import Item
from icecourse.item.journal import Entry, Journal

_RATING = {"right": fsrs.Rating.Good, "partly": fsrs.Rating.Hard}
# Days, not minutes: a deck is opened once a day. No chance in it: the same tries give the same date.
_SCHEDULER = fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)


class Row(NamedTuple):
    """How far one lesson, quiz or objective has come. ``done``: answered; ``right``: right at the last try, or None."""

    name: str
    done: int
    right: int | None
    of: int
    opened: str = ""


class Progress(NamedTuple):
    lessons: tuple[Row, ...]
    quizzes: tuple[Row, ...]
    objectives: tuple[Row, ...]


class Due(NamedTuple):
    """A practised item and when it should be seen again."""

    item: Item
    at: datetime


def of(desk: Path) -> Progress:
    """The progress of the trainee whose desk it is."""
    seen = _read(desk / journal.DESK / journal.OPENED)
    tries = _read(desk / "lessons" / journal.NAME)
    lessons, quizzes = [], []
    goals: dict[str, list[str]] = {}  # objective -> the outcome of each of its items; "" for one not tried
    for page in Course(desk).lessons:
        items = _items(page)
        outcomes = [_outcome(item, tries) for item in items]
        for item, outcome in zip(items, outcomes, strict=True):
            goals.setdefault(item.objective, []).append(outcome)
        opened = seen.last(page.name)
        if items or opened:
            lessons.append(_row(_title(page), outcomes, opened.at if opened else ""))
    for folder in sorted(path for path in desk.glob("*/") if (path / f"{path.name}.ipynb").is_file()):
        page, kept = Page(folder / f"{folder.name}.ipynb"), _read(folder / journal.NAME)
        items = _items(page)
        if items:
            quizzes.append(Row(_title(page), sum(_last(item, kept) is not None for item in items), None, len(items)))
    known = objectives()
    return Progress(
        tuple(lessons),
        tuple(quizzes),
        tuple(_row(known[name].text, outcomes) for name, outcomes in goals.items() if name in known),
    )


def deck(desk: Path) -> list[Due]:
    """Every practised item with the time at which it should be seen again, the earliest first."""
    tries = _read(desk / "lessons" / journal.NAME)
    practised = {entry.item for entry in tries.entries}
    items = [item for page in Course(desk).lessons for item in _items(page) if item.id in practised and item.key]
    dues = [Due(item, at) for item in items if (at := due(item, tries.entries))]
    return sorted(dues, key=lambda due: (due.at, due.item.id))


def due(item: Item, entries: Iterable[Entry]) -> datetime | None:
    """When an item should be seen again; None when it was never tried."""
    card, day = None, None
    for entry in entries:
        if entry.item != item.id or not entry.response or not response_feedback.is_complete(item, entry.response):
            continue
        at = journal.when(entry.at)
        if at is None or at.date() == day:
            continue
        card, day = card or fsrs.Card(card_id=0, due=at), at.date()
        rating = _RATING.get(scoring.score(item, entry.response).outcome, fsrs.Rating.Again)
        card, _ = _SCHEDULER.review_card(card, rating, at)
    return card.due if card else None


def progress_html(progress: Progress) -> str:
    """The progress as tables, one for lessons, one for quizzes, one for objectives."""
    text = words("progress")
    tables = [
        _table(text["lessons"], [text["lesson"], text["opened"], text["tried"], text["right"]],
               [[row.name, _day(row.opened) or text["never"], _of(row.done, row.of), str(row.right)]
                for row in progress.lessons]),
        _table(text["quizzes"], [text["quiz"], text["answered"]],
               [[row.name, _of(row.done, row.of)] for row in progress.quizzes]),
        _table(text["objectives"], [text["objective"], text["tried"], text["right"]],
               [[row.name, _of(row.done, row.of), str(row.right)] for row in progress.objectives]),
    ]  # fmt: skip
    return f'<div class="ice-explorer"><p>{escape(text["here"])}</p>{"".join(tables)}</div>'


def deck_text(dues: Sequence[Due], now: datetime) -> str:
    """One sentence: how many items are due today, and when the next one is."""
    text = words("progress")
    today = sum(due.at <= now for due in dues)
    later = [due.at for due in dues if due.at > now]
    if not dues:
        return text["deck-empty"]
    said = plural(text["deck-due"], today) if today else text["deck-none"]
    return f"{said} {text['deck-next'].format(day=long_day(later[0]))}" if later else said


def _read(path: Path) -> Journal:
    try:
        return journal.read(path)
    except journal.JournalError:
        return Journal()


def _items(page: Page) -> list[Item]:
    try:
        return [item for _, item in page.items()]
    except Exception:  # a lesson that a trainee changed, or tore, costs itself alone
        return []


def _title(page: Page) -> str:
    try:
        return page.title
    except Exception:
        return page.name


def _row(name: str, outcomes: Sequence[str], opened: str = "") -> Row:
    return Row(name, sum(map(bool, outcomes)), outcomes.count("right"), len(outcomes), opened)


def _outcome(item: Item, tries: Journal) -> str:
    response = _last(item, tries)
    return "" if response is None else scoring.score(item, response).outcome


def _last(item: Item, kept: Journal) -> object | None:
    entry = kept.last(item.id)
    good = (
        entry
        and entry.response
        and not scoring.invalid(item, entry.response)
        and response_feedback.is_complete(item, entry.response)
    )
    return entry.response if good else None


def _day(at: str) -> str:
    time = journal.when(at)
    return long_day(time) if time else ""


def _of(done: int, of: int) -> str:
    return words("progress")["of"].format(done=done, of=of)


def _table(caption: str, heads: list[str], rows: list[list[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
