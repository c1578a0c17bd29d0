"""The records of an item: what it asks, its key, its translations."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from icecourse.content.cases import Case


@dataclass(frozen=True)
class Key:
    """What a trainee must not see before grading.

    ``correct``: option ids (``order``: all of them in the right order), or every accepted form of an ``entry``.
    ``pairs``: left id to option id, for ``match``. ``tolerance``: how far a number, or a date in days, may be off.
    ``choices``: decisive scene to the choices that are right there, for ``case``.
    """

    correct: tuple[str, ...]
    facts: tuple[str, ...]
    rationale: Mapping[str, str]
    hint: str = ""
    pairs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    tolerance: float = 0.0
    choices: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)


class Translation(NamedTuple):
    """An item's texts in another language, under the ids of the English ones; what is missing stays English."""

    stem: str = ""
    options: Mapping[str, str] = MappingProxyType({})
    left: Mapping[str, str] = MappingProxyType({})
    hint: str = ""
    rationale: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Item:
    """One thing asked. ``key`` is None in the copy that a trainee gets. ``translations``: language to texts.

    ``version``: eight hex digits of SHA-256 over what the trainee sees, as the grammar read it: kind, format, stem,
    and all ids with their texts, in English. A translation carries that of the English item: an answer names ids.
    """

    id: str
    objective: str
    level: str
    stem: str
    options: Mapping[str, str] = dataclasses.field(default_factory=dict)
    left: Mapping[str, str] = dataclasses.field(default_factory=dict)
    format: str = ""
    case: Case | None = None
    kind: str = "one"
    points: float = 1.0
    keep_order: bool = False
    scoring: str = "share"
    confidence: bool = False
    key: Key | None = None
    translations: Mapping[str, Translation] = dataclasses.field(default_factory=dict)
    version: str = ""

    def in_language(self, language: str) -> "Item":
        """The item in that language as far as it is translated; the same item where it is not."""
        texts = self.translations.get(language)
        if texts is None:
            return self
        key = self.key and dataclasses.replace(
            self.key, hint=texts.hint or self.key.hint, rationale={**self.key.rationale, **texts.rationale}
        )
        return dataclasses.replace(
            self,
            stem=texts.stem or self.stem,
            options={**self.options, **texts.options},
            left={**self.left, **texts.left},
            key=key,
        )

    @property
    def graded_version(self) -> str:
        """Sixteen hex digits of SHA-256 over all that decides a score: version, points, scoring, and the key but for
        its rationales, hint and facts. Items with one graded_version give every response the same score.
        """
        key = dataclasses.asdict(self.key) if self.key else {}
        decides = {name: value for name, value in key.items() if name not in ("rationale", "hint", "facts")}
        used = json.dumps([self.version, self.points, self.scoring, decides], sort_keys=True)
        return hashlib.sha256(used.encode()).hexdigest()[:16]
