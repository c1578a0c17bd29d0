"""What an item looks like to a trainee: its options in their order, and the whole item as text."""

import getpass
import hashlib
import os
from collections.abc import Iterator
from datetime import date
from html import escape

from icecourse.content import cases
from icecourse.content.words import long_day, words
from icecourse.item.grammar import Item

# A page that was saved and is opened without a kernel cannot show a widget: Jupyter waits for it or says so in one
# line, which this hides, for the text form beside it says everything.
_BESIDE = (
    "<style>.jp-OutputArea-child:has(+ .jp-OutputArea-child .ice-text) .jp-OutputArea-output:not(:has(*))"
    "{display:none}</style>"
)


def text_alternative(html: str, plain: str) -> dict[str, str]:
    """The output that stands beside a widget and says the same, by MIME type: shown where no widget can be."""
    return {"text/html": f'{_BESIDE}<div class="ice-text">{html}</div>', "text/plain": plain}


def of_item(item: Item, response: object) -> dict[str, str]:
    """The text form of an item with the answer marked."""
    text = plain(item, response)
    return text_alternative(f'<div style="white-space: pre-wrap">{escape(text)}</div>', text)


def options(item: Item) -> list[list[str]]:
    """Options as shown: as written, or in an order drawn from item and trainee, the same at every opening."""
    shown = [[option, text] for option, text in item.options.items()]
    if item.keep_order:
        return shown
    try:
        trainee = os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
    except OSError:  # no login name: everybody there sees one order
        trainee = ""

    def drawn(option: str) -> bytes:
        return hashlib.sha256(f"{trainee}\n{item.id}\n{option}".encode()).digest()

    if item.kind == "order":  # a turn of the written order: items.py sees to it that none of them is the key
        turn = drawn("")[0] % len(shown)
        return shown[turn:] + shown[:turn]
    return sorted(shown, key=lambda pair: drawn(pair[0]))


def plain(item: Item, response: object) -> str:
    """The item as text with the answer marked: for print, and for a reader without a kernel."""
    if item.kind == "entry":
        return f"{item.stem}\n  {response or '________'}"
    if item.kind == "case":
        return "\n".join([item.stem, *_path(item, response or [])])
    if item.kind == "match":
        pairs = response if isinstance(response, dict) else {}
        rows = [f"  {text}: {item.options.get(pairs.get(left), '________')}" for left, text in item.left.items()]
        return "\n".join([item.stem, *rows, *(f"  - {text}" for _, text in options(item))])
    if item.kind == "order":
        rows = [item.options[option] for option in response] if response else [text for _, text in options(item)]
        return "\n".join([item.stem, *(f"  {number}. {text}" for number, text in enumerate(rows, start=1))])
    mark = {True: "(x)", False: "( )"}
    rows = [f"  {mark[option in (response or [])]} {text}" for option, text in options(item)]
    return "\n".join([item.stem, *rows])


def _path(item: Item, response: list[str]) -> Iterator[str]:
    """The path of a case as the screen tells it: scenes, papers, what comes back, choices and what came of them."""
    text, steps = words("item"), cases.walk(item.case, response)
    for number, step in enumerate(steps, start=1):
        scene = step.scene
        day = f" ({long_day(date.fromisoformat(scene.date))})" if scene.date else ""
        yield f"\n{scene.title}{day}"
        papers = (item.case.documents[name] for name in scene.documents)
        yield from (f"{paper.title}\n{paper.text}\n" for paper in papers)
        yield from (f"{text['echo']} {said}" for said in cases.echoes(steps[:number]))
        yield scene.text
        if step.choice:
            yield f"  (x) {step.choice.text}\n{text['outcome']} {step.choice.then}\n{text['decided']} {scene.decides}"
        else:
            yield from (f"  ( ) {choice.text}" for choice in scene.choices.values())
    if cases.ended(steps):
        yield text["the-end"]
