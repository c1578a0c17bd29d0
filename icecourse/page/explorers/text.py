"""What an explorer says, as a tree: read without a kernel, printed, and built up by the script into what is tried."""

import base64
import string
from datetime import date, datetime

from icecourse.content.words import long_day, words
from icecourse.item import response_feedback
from icecourse.item.markup import Tree, html, plain
from icecourse.item.text_form import text_alternative
from icecourse.page.explorers.data import (
    WEEKDAYS,
    Calculator,
    Chart,
    Deadline,
    Document,
    Event,
    Explorer,
    Finder,
    Matter,
    Sorter,
    Spot,
    Timeline,
    Unit,
    View,
)
from icecourse.page.explorers.dates import last_day, long_part, long_time


def tree(explorer: Explorer) -> Tree:
    """The whole explorer as a text form: heading, what to do, and all that it can show."""
    return [
        "section",
        {"class": "ice-explorer", "data-explorer": explorer.name},
        ["h3", {}, explorer.title],
        ["p", {"class": "ice-intro"}, explorer.intro],
        *body(explorer),
    ]


def text_form(explorer: Explorer) -> dict[str, str]:
    """All that an explorer says, by MIME type: shown where no widget can be, and printed."""
    whole = tree(explorer)
    return text_alternative(html(whole), plain(whole))


def body(explorer: Explorer) -> list[Tree]:
    match explorer:
        case Chart():
            return [_view(view) for view in explorer.views]
        case Timeline():
            return [
                ["ol", {"class": "ice-events"}, *map(_event, sorted(explorer.events, key=lambda event: event.date))]
            ]
        case Finder():
            text = words("finder")
            rows = [
                [["p", {}, m.text], ["p", {}, ["strong", {}, _desks(explorer, m)]], ["p", {}, m.does], sources(m.facts)]
                for m in explorer.matters
            ]
            return [
                _table(
                    [explorer.ask, explorer.heading or text["desk"], text["does"]],
                    [[r[0], r[1], [*r[2:]]] for r in rows],
                )
            ]
        case Sorter():
            text = words("sorter")
            rows = [
                [
                    ["p", {}, c.text],
                    ["p", {}, ["strong", {}, explorer.bins[c.bin]]],
                    [["p", {}, c.why], sources(c.facts)],
                ]
                for c in explorer.cards
            ]
            return [_table([text["card"], explorer.ask, text["why"]], rows)]
        case Document():
            spots = [["li", {}, ["p", {}, ["strong", {}, spot.label]], *_spot(spot)] for spot in explorer.spots]
            numbers = [
                ["span", {"class": "ice-spot", "style": _box(spot)}, ["span", {}, str(number)]]
                for number, spot in enumerate(explorer.spots, start=1)
            ]
            image = ["img", {"src": picture(explorer), "alt": explorer.alt, "style": "width:100%"}]
            frame = ["div", {"class": "ice-frame", "style": "position:relative"}, image, *numbers]
            return [["div", {"class": "ice-picture"}, frame], ["ol", {"class": "ice-spots"}, *spots]]
        case Calculator():
            return [
                ["p", {"class": "ice-from"}, f"{explorer.asks}: ", ["strong", {}, long_time(explorer.example)]],
                deadlines(explorer, explorer.example),
                ["p", {}, ["strong", {}, words("calculator")["attorney"]]],
            ]


def paper(explorer: Explorer, key: bool) -> Tree:
    """The explorer as a handout shows it: the text form, but cards still to be sorted unless it is for the key."""
    whole = tree(explorer)
    if isinstance(explorer, Sorter) and not key:
        text = words("sorter")
        heads = [text["card"], text["paper"]]
        names = dict(zip(string.ascii_uppercase, explorer.bins.values(), strict=False))
        bins = ["ul", {}, *(["li", {}, f"{letter}. {name}"] for letter, name in names.items())]
        rows = [[["p", {}, card.text], ["p", {}, "________"]] for card in explorer.cards]
        whole[-1:] = [["p", {}, explorer.ask], bins, _table(heads, rows)]
    return whole


def parts(explorer: Explorer) -> list[dict]:
    """What the script needs to know of each thing that can be pressed or chosen, beside the text form."""
    match explorer:
        case Chart():
            return [{"label": view.label} for view in explorer.views]
        case Finder():
            return [
                {"label": m.text, "desk": _desks(explorer, m), "tree": _answer(m.does, m.facts)}
                for m in explorer.matters
            ]
        case Sorter():
            return [
                {"label": c.text, "bin": explorer.bins[c.bin], "tree": _answer(c.why, c.facts)} for c in explorer.cards
            ]
        case Document():
            return [{"label": spot.label, "box": list(spot.box), "style": _box(spot)} for spot in explorer.spots]
    return []


def deadlines(calculator: Calculator, start: datetime | date) -> Tree:
    """Every date of a calculator from ``start``, each with its rule, its source and what to watch."""
    return ["ul", {"class": "ice-deadlines"}, *(_deadline(deadline, start) for deadline in calculator.deadlines)]


def announcement(calculator: Calculator, start: datetime | date) -> str:
    """The dates alone, for a screen reader that hears of a change."""
    ends = (f"{deadline.name}: {long_time(last_day(deadline, start).end)}" for deadline in calculator.deadlines)
    return "; ".join([*ends, words("calculator")["attorney"]])


def picture(document: Document) -> str:
    """The picture as an address that carries it, for a screen and a page that can be sent."""
    return "data:image/svg+xml;base64," + base64.b64encode(document.picture.read_bytes()).decode()


def sources(names: tuple[str, ...]) -> Tree:
    """The citation of each fact as a link, with its as-of date."""
    rows = []
    for citation, url, note in response_feedback.citations(names):
        link = ["a", {"href": url, "target": "_blank", "rel": "noopener noreferrer"}, citation] if url else citation
        rows += ["; ", link, f" ({note})"]
    return ["p", {"class": "ice-source"}, *rows[1:]]


def _view(view: View) -> Tree:
    def below(parent: str) -> list[Tree]:
        units = view.below(parent)
        return [["ul", {}, *map(unit, units)]] if units else []

    def unit(u: Unit) -> Tree:
        box = ["div", {"class": "ice-unit"}, ["p", {}, ["strong", {}, u.name]], ["p", {}, u.does], sources(u.facts)]
        return ["li", {}, box, *below(u.id)]

    label = ["h4", {}, f"{view.label} ({words('practice')['as-of'].format(date=view.as_of)})"]
    return ["div", {"class": "ice-view", "data-view": view.id}, label, *below("")]


def _event(event: Event) -> Tree:
    when = ["time", {"datetime": event.date}, long_part(event.date)]
    return [
        "li",
        {},
        [
            "details",
            {"open": ""},
            ["summary", {}, ["span", {"class": "ice-when"}, when], " ", ["strong", {}, event.label]],
            ["p", {}, event.text],
            sources(event.facts),
        ],
    ]


def _desks(finder: Finder, matter: Matter) -> str:
    return "; ".join(finder.desks[desk] for desk in matter.desks)


def _answer(text: str, names: tuple[str, ...]) -> Tree:
    return ["div", {}, ["p", {}, text], sources(names)]


def _spot(spot: Spot) -> list[Tree]:
    says = ["p", {}, f"{words('document')['says']} ", ["q", {}, spot.says]]
    return [says, ["p", {}, spot.text], sources(spot.facts)]


def _box(spot: Spot) -> str:
    left, top, width, height = spot.box
    return f"position:absolute;left:{left}%;top:{top}%;width:{width}%;height:{height}%"


def _deadline(deadline: Deadline, start: datetime | date) -> Tree:
    text, end = words("calculator"), last_day(deadline, start)
    lines = []
    if end.left_out:
        days = "; ".join(
            long_day(day) + (f" ({why})" if why != WEEKDAYS[day.weekday()] else "") for day, why in end.left_out
        )
        lines.append(text["left-out"].format(days=days))
    elif deadline.leave_out:
        lines.append(text["left-out-none"])
    if end.moved_from:
        lines.append(text["moved"].format(day=long_day(end.moved_from)))
    return [
        "li",
        {},
        ["p", {"class": "ice-ends"}, f"{deadline.name}: ", ["strong", {}, long_time(end.end)]],
        *(["p", {}, line] for line in lines),
        ["p", {}, f"{text['rule']} {deadline.rule}"],
        *([["p", {}, deadline.note]] if deadline.note else []),
        sources(deadline.facts),
    ]


def _left_out(day: date, why: str) -> str:
    """A day that was not counted; that it is a Sunday stands in the date, that it is a holiday does not."""
    return long_day(day) if why == WEEKDAYS[day.weekday()] else f"{long_day(day)} ({why})"


def _table(heads: list[str], rows: list) -> Tree:
    """Roles are said outright: on a narrow screen the stylesheet stacks the cells, and the browser forgets them."""

    def cell(content, head: str) -> Tree:
        children = content if isinstance(content[0], list) else [content]
        return ["td", {"role": "cell", "data-head": head}, *children]

    head = [["th", {"role": "columnheader", "scope": "col"}, text] for text in heads]
    lines = [["tr", {"role": "row"}, *map(cell, row, heads)] for row in rows]
    return [
        "table",
        {"role": "table"},
        ["thead", {"role": "rowgroup"}, ["tr", {"role": "row"}, *head]],
        ["tbody", {"role": "rowgroup"}, *lines],
    ]
