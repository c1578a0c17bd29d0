"""Explorers: small things to try out in a lesson, each with one data file beside this module and no law in code.

``data`` reads a file, ``dates`` counts, ``text`` says everything as text; here that becomes a widget, whose script
only decides what is open. Nothing that a trainee does in an explorer is kept.
"""

from datetime import date, datetime
from pathlib import Path

import anywidget
import traitlets

from .. import screen
from ..words import words
from .data import Calculator, Explorer, ExplorerError, Finder, Sorter, load, names
from .dates import long_time
from .text import deadlines, html, parts, plain, said, tree

STATIC = Path(__file__).parents[1] / "static"
YEARS = range(1970, 2100)  # beyond them the calendar of holidays says nothing

__all__ = ["STATIC", "ExplorerError", "ExplorerWidget", "Sorter", "load", "names", "show", "text_form"]


class ExplorerWidget(anywidget.AnyWidget):
    """One explorer on screen. A calculator is asked by ``when`` (ISO 8601) and answers in ``result``."""

    _esm = STATIC / "explorer.js"
    _css = STATIC / "explorer.css"
    kind = traitlets.Unicode().tag(sync=True)
    tree = traitlets.List().tag(sync=True)  # the text form, as a tree
    parts = traitlets.List().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    ask = traitlets.Unicode().tag(sync=True)
    bins = traitlets.List().tag(sync=True)
    when = traitlets.Unicode().tag(sync=True)
    result = traitlets.Dict().tag(
        sync=True
    )  # {"when": "2026-11-06", "tree": [...], "said": "..."} or {..., "wrong": "..."}

    def __init__(self, explorer: Explorer):
        kind = type(explorer).__name__.lower()
        said = words("explorer") | words(kind)
        if isinstance(explorer, Finder) and explorer.heading:
            said["desk"] = explorer.heading
        super().__init__(kind=kind, tree=tree(explorer), parts=parts(explorer), words=said)
        self._explorer = explorer
        self.ask = getattr(explorer, "ask", "")
        if isinstance(explorer, Sorter):
            self.bins = list(explorer.bins.values())
        if isinstance(explorer, Calculator):
            self.ask = explorer.asks
            self.observe(self._count, "when")
            self.when = explorer.example.isoformat()[:16]

    def _count(self, _change) -> None:
        try:
            start = (datetime if self._explorer.to_the_hour else date).fromisoformat(self.when)
        except ValueError:
            start = None
        if start is None or start.year not in YEARS:
            self.result = {"when": self.when, "wrong": words("calculator")["wrong"]}
        else:
            counted, sentence = deadlines(self._explorer, start), said(self._explorer, start)
            self.result = {"when": self.when, "from": long_time(start), "tree": counted, "said": sentence}

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        if data:
            data["text/plain"] = self._explorer.title
        return data, metadata


def show(name: str) -> ExplorerWidget:
    """The explorer of that name, ready to display. Raises ExplorerError."""
    return ExplorerWidget(load(name))


def text_form(explorer: Explorer) -> dict[str, str]:
    """All that an explorer says, by MIME type: shown where no widget can be, and printed."""
    whole = tree(explorer)
    return screen.text_form(html(whole), plain(whole))
