"""An explorer on screen: one anywidget, whose script only decides what is open."""

from datetime import date, datetime

import anywidget
import traitlets

from icecourse.content.words import words
from icecourse.page import STATIC
from icecourse.page.explorers.data import Calculator, Explorer, Finder, Sorter
from icecourse.page.explorers.dates import long_time
from icecourse.page.explorers.text import announcement, deadlines, parts, tree

YEARS = range(1970, 2100)  # beyond them the calendar of holidays says nothing


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
        text = words("explorer") | words(kind)
        if isinstance(explorer, Finder) and explorer.heading:
            text["desk"] = explorer.heading
        super().__init__(kind=kind, tree=tree(explorer), parts=parts(explorer), words=text)
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
            counted, sentence = deadlines(self._explorer, start), announcement(self._explorer, start)
            self.result = {"when": self.when, "from": long_time(start), "tree": counted, "said": sentence}

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        if data:
            data["text/plain"] = self._explorer.title
        return data, metadata
