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
    how        = "found"           # found (a page says so: evidence) or knowledge (no page consulted)
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).parent
BASES = ("seed", "statute", "regulation", "case", "agency", "form", "course")
REVIEW_DAYS = {"fast": 90, "slow": 365, "stable": 3 * 365}
HOW = ("found", "knowledge")


class FactError(ValueError):
    """A fact file says something that a fact cannot be; the message names file, fact and mend."""


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

    @property
    def review_by(self) -> date:
        """The last day on which the check still counts: 90 days for fast law, a year, three years."""
        return self.checked + timedelta(days=REVIEW_DAYS[self.volatility])


def read(path: Path) -> dict[str, Fact]:
    """All facts of one topic file, by id, in the file's order.

    Raises FactError for a file that is not TOML or a fact that is not complete.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FactError(f"{path.name}: the file cannot be read as facts: {error}.") from error
    return {name: _fact(path, name, table) for name, table in tables.items()}


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
                raise FactError(f'{fact.topic}.toml: fact "{fact.id}" supersedes "{old}", which does not exist.')
    return MappingProxyType(facts)


def _fact(path: Path, name: str, table: object) -> Fact:
    where = f'{path.name}: fact "{name}"'
    if not isinstance(table, dict):
        raise FactError(f"{where} is not a table; begin it with [{name}] on a line of its own.")
    fields = dict(table) | {"supersedes": tuple(table.get("supersedes", ()))}
    try:
        fact = Fact(id=name, topic=path.stem, **fields)
    except TypeError as error:
        raise FactError(f"{where} has a field too many or too few: {str(error).split(') ')[-1]}.") from error
    texts = ("statement", "basis", "citation", "as_of", "volatility", "how", "url", "note")
    for field in texts:
        if not isinstance(getattr(fact, field), str):
            raise FactError(f"{where}: {field} must be text in quotation marks.")
    for field, allowed in (("basis", BASES), ("volatility", tuple(REVIEW_DAYS)), ("how", HOW)):
        if getattr(fact, field) not in allowed:
            raise FactError(f'{where}: {field} is "{getattr(fact, field)}"; it must be one of {", ".join(allowed)}.')
    if not isinstance(fact.checked, date):
        raise FactError(f"{where}: checked must be a date such as 2026-11-24, without quotation marks.")
    if fact.how == "found" and not fact.evidence:
        raise FactError(f'{where} says how = "found" but names no evidence; add title and url, or write "knowledge".')
    return fact
