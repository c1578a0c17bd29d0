"""In which order a trainee sees the options of an item."""

import getpass
import hashlib
import os

from icecourse.item import kinds
from icecourse.item.record import Item


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

    if kinds.of(item).is_turned:  # the grammar sees to it that no turn is the key
        turn = drawn("")[0] % len(shown)
        return shown[turn:] + shown[:turn]
    return sorted(shown, key=lambda pair: drawn(pair[0]))
