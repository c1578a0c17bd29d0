"""Facts: dated, cited statements of law and practice, one TOML file a topic beside this module.

A fact is a table named by its id::

    [detainer-definition]
    statement  = "An immigration detainer (Form I-247A) tells a jail ..."
    basis      = "regulation"      # seed, statute, regulation, case, agency, form or course (itself)
    citation   = "8 C.F.R. § 287.7(a); Form I-247A"
    url        = "https://..."     # the official address; left out where there is none
    as_of      = "2017"            # when the source said it: year, year-month or a full date
    volatility = "stable"          # stable, slow or fast
    checked    = 2026-11-24        # when somebody last held the statement against its source
    how        = "text"            # against what: text, page, report or knowledge (see HOW)

Beside it may stand ``url``, ``note``, ``supersedes`` (ids), ``evidence`` (``title`` and ``url`` of the page) and what
the fact said before, the newest first::

    [[detainer-definition.was]]
    statement = "A detainer tells a jail to hold a person ..."
    until     = 2026-03-01           # the day from which the new statement counts
    reason    = "The rule was amended."
    source    = "91 Fed. Reg. 1234"  # a citation or an address
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from icecourse.content import table
from icecourse.content.table import Table

FOLDER = Path(__file__).parent
BASES = ("seed", "statute", "regulation", "case", "agency", "form", "course")
REVIEW_DAYS = {"fast": 90, "slow": 365, "stable": 3 * 365}
# What a statement was held against: the words of the law, official or in a named verbatim copy; an official page about
# it; somebody's report; nobody's page. All but the last name it as evidence.
HOW = ("text", "page", "report", "knowledge")


class FactError(ValueError):
    """A fact file says something that a fact cannot be; the message names file, fact and mend."""


class Was(NamedTuple):
    """What a fact said before, until the day from which its next statement counts."""

    statement: str
    until: date
    reason: str
    source: str


@dataclass(frozen=True)
class Fact:
    id: str
    topic: str
    statement: str
    basis: str
    citation: str
    as_of: str
    volatility: str
    checked: date
    how: str
    url: str = ""
    note: str = ""
    supersedes: tuple[str, ...] = ()
    evidence: Mapping[str, str] | None = None
    was: tuple[Was, ...] = ()

    @property
    def review_by(self) -> date:
        """The last day on which the check still counts: 90 days for fast law, a year, three years."""
        return self.checked + timedelta(days=REVIEW_DAYS[self.volatility])


def read(path: Path) -> dict[str, Fact]:
    """All facts of one topic file, by id, in the file's order.

    Raises FactError for a file that is not TOML or a fact that is not complete.
    """
    entries = table.read(path, FactError).named("fact")
    return {name: _fact(path.stem, name, entry) for name, entry in entries.items()}


@cache
def load(folder: Path = FOLDER) -> Mapping[str, Fact]:
    """Every fact of the course, by id. Raises FactError where an id stands in two files."""
    facts: dict[str, Fact] = {}
    for path in sorted(folder.glob("*.toml")):
        for fact in read(path).values():
            if fact.id in facts:
                raise FactError(
                    f'{path.name}: fact "{fact.id}" stands in {facts[fact.id].topic}.toml too; keep one of them.'
                )
            facts[fact.id] = fact
    for fact in facts.values():
        for old in fact.supersedes:
            if old not in facts:
                raise FactError(
                    f'{fact.topic}.toml: fact "{fact.id}" supersedes "{old}", which does not exist; correct the id.'
                )
    return MappingProxyType(facts)


def _fact(topic: str, name: str, entry: Table) -> Fact:
    fact = Fact(
        id=name,
        topic=topic,
        statement=entry.text("statement"),
        basis=entry.choice("basis", BASES),
        citation=entry.text("citation"),
        as_of=entry.text("as_of"),
        volatility=entry.choice("volatility", REVIEW_DAYS),
        checked=entry.day("checked"),
        how=entry.choice("how", HOW),
        url=entry.text("url", ""),
        note=entry.text("note", ""),
        supersedes=entry.listed("supersedes", ()),
        evidence=_evidence(entry.table("evidence", optional=True)),
        was=tuple(map(_was, entry.rows("was", "was", optional=True))),
    )
    entry.close()
    missing = fact.how != "knowledge" and not fact.evidence
    mend = f'how is "{fact.how}" but there is no evidence; add title and url, or write "knowledge"'
    entry.need(not missing, mend, "how")
    days = [fact.checked, *(was.until for was in fact.was)]
    for number, (later, until) in enumerate(pairwise(days)):
        order = f"was {number + 1} ends after was {number}; put the newest first"
        message = order if number else f"was 1 ends on {until}, after the day of checked; correct one of them"
        entry.need(until <= later, message, "was", number, "until")
    return fact


def _evidence(entry: Table) -> Mapping[str, str] | None:
    evidence = {field: entry.text(field) for field in ("title", "url") if field in entry.left}
    entry.close()
    return evidence or None


def _was(entry: Table) -> Was:
    was = Was(entry.text("statement"), entry.day("until"), entry.text("reason"), entry.text("source"))
    entry.close()
    return was
