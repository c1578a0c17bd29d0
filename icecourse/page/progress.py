"""A trainee's own page: what is read, practised and answered, by lesson and objective, and what is due for review.

Everything is read from the desk itself: the journals beside lessons and quizzes, and the note of which lessons were
opened. Nothing is stored besides them, and nothing leaves the machine. When an item is due comes from its tries, by
the free spaced repetition scheduler of fsrs (https://github.com/open-spaced-repetition/py-fsrs): the first try of a
day is a review, "good" when it was right, "hard" when partly, "again" when wrong.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import fsrs

from icecourse.content.words import long_day, plural, words
from icecourse.curriculum import Course, Page, objectives
from icecourse.item import journal, response_feedback, scoring
from icecourse.item.grammar import Item
from icecourse.item.journal import Entry, Journal
from icecourse.item.markup import Tree, html
from icecourse.page import answers, desk_notes
from icecourse.page.readable import UNREADABLE, title

_RATING = {"right": fsrs.Rating.Good, "partly": fsrs.Rating.Hard}
# Days, not minutes: a deck is opened once a day. No chance in it: the same tries give the same date.
_SCHEDULER = fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)


class Tally(NamedTuple):
    """How far one lesson, quiz or objective has come, in items.

    ``right``: right at the last try; None where nothing tells (a quiz). ``opened``: when a lesson was first opened, as
    an entry's time, or "". ``fault``: a sentence, if the page cannot be read; then nothing is counted.
    """

    name: str
    answered: int
    right: int | None
    items: int
    opened: str = ""
    fault: str = ""


class Progress(NamedTuple):
    lessons: tuple[Tally, ...]
    quizzes: tuple[Tally, ...]
    objectives: tuple[Tally, ...]


class Review(NamedTuple):
    """A practised item and when it should be seen again."""

    item: Item
    at: datetime


def read(desk: Path) -> Progress:
    """What the trainee of the desk in this folder has read, practised and answered."""
    tries = _journal(desk / "lessons" / journal.NAME)
    lessons = [(page, _items(page)) for page in _in_course(desk, Course(desk).lessons)]
    goals: dict[str, list[str]] = {}  # objective -> the outcome of each of its items; "" for one not tried
    for _, items in lessons:
        for item in items or ():
            goals.setdefault(item.objective, []).append(_outcome(item, tries))
    known = objectives()
    return Progress(
        tuple(_lessons(desk, lessons, tries)),
        tuple(_quizzes(desk)),
        tuple(_tally(known[name].text, outcomes) for name, outcomes in goals.items() if name in known),
    )


def deck(desk: Path) -> list[Review]:
    """Every practised item with the time at which it should be seen again, the earliest first."""
    tries = _journal(desk / "lessons" / journal.NAME)
    practised = {entry.item for entry in tries.entries}
    pages = _in_course(desk, Course(desk).lessons)
    items = [item for page in pages for item in _items(page) or () if item.id in practised and item.key]
    reviews = [Review(item, at) for item in items if (at := next_review(item, tries.entries))]
    return sorted(reviews, key=lambda review: (review.at, review.item.id))


def next_review(item: Item, entries: Iterable[Entry]) -> datetime | None:
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
    lesson_heads = [text["lesson"], text["opened"], text["tried"], text["right"]]
    tables = [
        _table(text["lessons"], lesson_heads, progress.lessons, _lesson_cells),
        _table(text["quizzes"], [text["quiz"], text["answered"]], progress.quizzes, lambda tally: [_share(tally)]),
        _table(text["objectives"], [text["objective"], text["tried"], text["right"]], progress.objectives,
               lambda tally: [_share(tally), str(tally.right)]),
    ]  # fmt: skip
    return html(["div", {"class": "ice-explorer"}, ["p", {}, text["here"]], *(table for table in tables if table)])


def deck_text(reviews: Sequence[Review], now: datetime) -> str:
    """How many items are due today, and when the next one is: one sentence or two."""
    text = words("progress")
    today = sum(review.at <= now for review in reviews)
    later = [review.at for review in reviews if review.at > now]
    if not reviews:
        return text["deck-empty"]
    due = plural(text["deck-due"], today) if today else text["deck-none"]
    return f"{due} {text['deck-next'].format(day=long_day(later[0]))}" if later else due


def _lessons(desk: Path, lessons: list[tuple[Page, list[Item] | None]], tries: Journal) -> Iterator[Tally]:
    openings = _journal(desk / answers.DESK / answers.OPENED)
    for page, items in lessons:
        opening = openings.last(page.name)
        opened = opening.at if opening else ""
        if items is None:
            fault = words("progress")["no-lesson"].format(file=page.path.name)
            yield Tally(title(page), 0, 0, 0, opened, fault)
        elif items or opened:
            yield _tally(title(page), [_outcome(item, tries) for item in items], opened)


def _quizzes(desk: Path) -> Iterator[Tally]:
    pages = [Page(path) for path in sorted(desk.glob("*/*.ipynb")) if path.parent.name == path.stem]
    for page in _in_course(desk, pages):
        entries = _journal(page.path.parent / journal.NAME)
        items = _items(page)
        if items is None:
            yield Tally(title(page), 0, None, 0, fault=words("progress")["no-quiz"])
        elif items:
            answered = sum(_response(item, entries) is not None for item in items)
            yield Tally(title(page), answered, None, len(items))


def _in_course(desk: Path, pages: Iterable[Page]) -> list[Page]:
    """Those of the pages that the course has: earlier ones and a trainee's own copies lie beside them.

    All of them where no desk was laid out, as in a checkout.
    """
    laid = desk_notes.read(desk, desk_notes.LAID)
    return [page for page in pages if not laid or page.path.relative_to(desk).as_posix() in laid]


def _journal(path: Path) -> Journal:
    try:
        return journal.read(path)
    except journal.JournalError:
        return Journal()


def _items(page: Page) -> list[Item] | None:
    """The items of a page; None for one that cannot be read."""
    try:
        return [item for _, item in page.items()]
    except UNREADABLE:  # a lesson that a trainee changed, or that tore, costs itself alone
        return None


def _tally(name: str, outcomes: Sequence[str], opened: str = "") -> Tally:
    return Tally(name, sum(map(bool, outcomes)), outcomes.count("right"), len(outcomes), opened)


def _outcome(item: Item, tries: Journal) -> str:
    response = _response(item, tries)
    return "" if response is None else scoring.score(item, response).outcome


def _response(item: Item, entries: Journal) -> object | None:
    """The response that counts for an item, if it is whole and one that the item can have; else None."""
    entry = entries.last(item.id)
    valid = (
        entry
        and entry.response
        and not scoring.invalid(item, entry.response)
        and response_feedback.is_complete(item, entry.response)
    )
    return entry.response if valid else None


def _lesson_cells(tally: Tally) -> list[str]:
    time = journal.when(tally.opened)
    return [long_day(time) if time else words("progress")["never"], _share(tally), str(tally.right)]


def _share(tally: Tally) -> str:
    return words("progress")["of"].format(done=tally.answered, of=tally.items)


def _table(
    caption: str, heads: Sequence[str], tallies: Sequence[Tally], cells: Callable[[Tally], Sequence[str]]
) -> Tree | None:
    """A table with a row for each tally: its name, then its cells, or what is the matter with it across them all."""
    if not tallies:
        return None
    head = [["th", {"scope": "col"}, name] for name in heads]
    body = []
    for tally in tallies:
        fault = [["td", {"colspan": str(len(heads) - 1)}, tally.fault]]
        row = fault if tally.fault else [["td", {}, cell] for cell in cells(tally)]
        body.append(["tr", {}, ["th", {"scope": "row"}, tally.name], *row])
    return ["table", {}, ["caption", {}, caption], ["thead", {}, ["tr", {}, *head]], ["tbody", {}, *body]]
