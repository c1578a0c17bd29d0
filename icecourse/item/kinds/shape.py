"""What there is to know of a kind of item, and the form in which each kind tells it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from icecourse.item.cell import Cell
from icecourse.item.record import Item

ANSWER = "answer"  # the id of the one part of a response that is right or wrong as a whole

Pick = tuple[str, str]  # of a distractor analysis: the slot ("" where there is but one) and what was put in it
Response = list | dict | str  # as the page's script sends it and the journal keeps it; each kind has one of these forms


class Part(NamedTuple):
    """A part of a response, or of the key, that has a rationale of its own: an option, a pair, a whole order."""

    id: str
    text: str
    rationale: str
    right: bool


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What depends on the kind of an item. All other code asks this record, never the kind's name.

    ``credit``, ``parts`` and ``picks`` take a response that is not empty and against which ``invalid`` and
    ``unreadable`` say nothing. They, and all under "the key", take an item with its key.
    """

    # -- the cell

    tables: Mapping[str, int] = field(default_factory=dict)
    """Tables of texts that trainees see -> the fewest texts that each must hold."""
    own_fields: Mapping[str, Callable[[Cell, dict], object]] = field(default_factory=dict)
    """Fields that this kind alone has -> what reads one from the cell's data. Each is a field of Item."""
    key_fields: tuple[str, ...] = ("correct",)
    """Fields of [key] that hold the right answer."""
    read_key: Callable[[Cell, dict, Item], dict]
    """The fields of Key that hold the right answer, from the table [key]. Raises ItemError."""
    rationale_ids: Callable[[Item, dict], Iterable[str]]
    """What must have a rationale, given the item and what ``read_key`` gave."""

    # -- a response

    invalid: Callable[[Item, object], str]
    """Why a response is none that the item's page can give, as a sentence; "" for one that is."""
    unreadable: Callable[[Item, Response], str] = lambda item, response: ""
    """Why a valid response cannot be read as what was asked, as a sentence; else ""."""
    is_complete: Callable[[Item, object], bool] = lambda item, response: True
    """Whether a response has come to its end, so that there is something to say to it."""
    credit: Callable[[Item, Response], float]
    """The proportion of the points that a response earns with partial credit: 0 to 1, 1 for a right one."""
    parts: Callable[[Item, Response], list[Part]]
    """The parts of a response, in the order in which they were given."""
    picks: Callable[[Item, Response], list[Pick]]
    """What a response chose, for the distractor analysis; nothing for a kind whose choices are not counted."""

    # -- the key

    key_parts: Callable[[Item], list[Part]]
    """A right response in its parts."""
    judged: Callable[[Item], list[Part]]
    """All that the key judges, right or wrong, for a key sheet. A part without a text: any other response."""
    key_picks: Callable[[Item], list[Pick]]
    """Every pick that the key counts."""
    is_right: Callable[[Item, str, str], bool]
    """Whether the key counts what was picked for a slot."""
    offered: Callable[[Item], list[Pick]]
    """Picks that a distractor analysis shows even where nobody made them, in the order in which it shows them."""

    # -- how it looks, and how it is answered

    text: Callable[[Item, Response | None, list[str]], list[str]]
    """The lines below the stem in the item's text form, with a response marked; the options' ids in shown order."""
    is_whole: bool = False
    """Whether a response has one part, right or wrong with the item, so that the outcome says which."""
    is_one_click: bool = False
    """Whether one click is a whole response: one option of several."""
    is_set: bool = False
    """Whether each option is chosen or not by itself, so that right ones can be left out."""
    is_turned: bool = False
    """Whether the options are shown in a turn of the written order, and not in any other."""
