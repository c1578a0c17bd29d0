"""Kind ``match``: an option for each thing on the left. A response is an object of left ids to option ids."""

from icecourse.item.cell import Cell
from icecourse.item.kinds.choice import no_option
from icecourse.item.kinds.shape import Kind, Part, Pick
from icecourse.item.record import Item


def _read_key(cell: Cell, key: dict, item: Item) -> dict:
    pairs = key.get("pairs")
    cell.need(isinstance(pairs, dict), "key", "the key has no [key.pairs] table; give each left id its option.")
    for left, option in pairs.items():
        cell.need(left in item.left, left, f'the pair "{left}" is not one of the left ids.')
        known = isinstance(option, str) and option in item.options
        cell.need(known, left, f'the key pairs "{left}" with "{option}", which is not one of the options.')
    for left in item.left:
        cell.need(left in pairs, "pairs", f'"{left}" has no pair in the key.')
    return {"correct": (), "pairs": dict(pairs)}


def _invalid(item: Item, response: object) -> str:
    if not isinstance(response, dict):
        return "The saved answer does not pair anything."
    unknown = [left for left in response if left not in item.left]
    unknown += [option for option in response.values() if not isinstance(option, str) or option not in item.options]
    return no_option(unknown[0]) if unknown else ""


def _credit(item: Item, response: dict[str, str]) -> float:
    """Right pairs / pairs."""
    return sum(response.get(left) == option for left, option in item.key.pairs.items()) / len(item.key.pairs)


def _parts(item: Item, response: dict[str, str]) -> list[Part]:
    return [
        Part(left, _pair(item, left, option), item.key.rationale[left], item.key.pairs[left] == option)
        for left, option in response.items()
    ]


def _pair(item: Item, left: str, option: str) -> str:
    asked = item.left[left]
    return f"{asked}{'' if asked.endswith(('?', '.', '!', ':')) else ':'} {item.options[option]}"


def _key_parts(item: Item) -> list[Part]:
    return _parts(item, dict(item.key.pairs))


def _text(item: Item, response: dict[str, str] | None, shown: list[str]) -> list[str]:
    pairs = response if isinstance(response, dict) else {}
    rows = [f"  {text}: {item.options.get(pairs.get(left), '________')}" for left, text in item.left.items()]
    return [*rows, *(f"  - {item.options[option]}" for option in shown)]


def _offered(item: Item) -> list[Pick]:
    """The right pairs, in the order of the left."""
    return [(left, item.key.pairs[left]) for left in item.left]


MATCH = Kind(
    tables={"left": 2, "options": 2},
    key_fields=("pairs",),
    read_key=_read_key,
    rationale_ids=lambda item, key: item.left,
    invalid=_invalid,
    credit=_credit,
    parts=_parts,
    picks=lambda item, response: list(response.items()),
    key_parts=_key_parts,
    judged=_key_parts,
    key_picks=lambda item: list(item.key.pairs.items()),
    is_right=lambda item, slot, pick: item.key.pairs[slot] == pick,
    offered=_offered,
    text=_text,
)
