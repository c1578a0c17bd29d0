"""The table of kinds: all that depends on the kind of an item stands here, or in no more than these places.

A seventh kind is a module beside these with its entry below, a control in the page's script (``item.js``), and its
writers in ``interchange/``.
"""

from icecourse.item.kinds.case import CASE
from icecourse.item.kinds.choice import ALL, ONE
from icecourse.item.kinds.match import MATCH
from icecourse.item.kinds.order import ORDER
from icecourse.item.kinds.shape import Kind
from icecourse.item.kinds.typed import ENTRY, within
from icecourse.item.record import Item

KINDS = {"one": ONE, "all": ALL, "match": MATCH, "order": ORDER, "entry": ENTRY, "case": CASE}


def of(item: Item) -> Kind:
    return KINDS[item.kind]


def key_text(item: Item) -> str:
    """The key in one line, by the ids that it counts: ``tuesday``, or ``detainer: asks, notice: charges``."""
    picks = [f"{slot}: {pick}" if slot else pick for slot, pick in of(item).key_picks(item)]
    return f"{', '.join(picks)} {within(item)}".strip()
