"""Kinds ``one`` and ``all``: options to choose from. A response is the list of those that were chosen."""

from dataclasses import replace

from icecourse.item.cell import Cell
from icecourse.item.kinds.shape import Kind, Part, Pick
from icecourse.item.record import Item


def read_options(cell: Cell, key: dict, item: Item) -> dict:
    """``correct`` as ids of options."""
    correct = cell.words(key, "correct")
    for option in correct:
        cell.need(option in item.options, "correct", f'the key names "{option}", which is not one of the options.')
    return {"correct": correct}


def unlisted(item: Item, response: object) -> str:
    """Why a response is no list of different options of the item, as a sentence; "" for one that is."""
    if not isinstance(response, list) or not all(isinstance(option, str) for option in response):
        return "The saved answer is not a list of options."
    if unknown := [option for option in response if option not in item.options]:
        return no_option(unknown[0])
    return "The saved answer names an option twice." if len(set(response)) != len(response) else ""


def no_option(name: object) -> str:
    return f'The saved answer names "{str(name)[:60]}", which is not an option of this item.'


def _invalid_one(item: Item, response: object) -> str:
    several = "The saved answer names more than one option where one was asked."
    return unlisted(item, response) or (several if len(response) > 1 else "")


def _credit_one(item: Item, response: list[str]) -> float:
    """1 or 0. Where the key names several options, each of them is right."""
    return float(response[0] in item.key.correct)


def _credit_all(item: Item, response: list[str]) -> float:
    """(right chosen - wrong chosen) / number right, never below 0, so that choosing everything never pays.

    The method "net-correct" of PrairieLearn's pl-checkbox (docs/elements/pl-checkbox.md).
    """
    chosen, correct = set(response), set(item.key.correct)
    return max(0.0, (len(chosen & correct) - len(chosen - correct)) / len(correct))


def _parts(item: Item, response: list[str]) -> list[Part]:
    return [
        Part(option, item.options[option], item.key.rationale[option], option in item.key.correct)
        for option in response
    ]


def _picks(item: Item, response: list[str]) -> list[Pick]:
    return [("", option) for option in response]


def _text(item: Item, response: list[str] | None, shown: list[str]) -> list[str]:
    chosen = response or []
    return [f"  {'(x)' if option in chosen else '( )'} {item.options[option]}" for option in shown]


ONE = Kind(
    tables={"options": 2},
    read_key=read_options,
    rationale_ids=lambda item, key: item.options,
    invalid=_invalid_one,
    credit=_credit_one,
    parts=_parts,
    picks=_picks,
    key_parts=lambda item: _parts(item, list(item.key.correct[:1])),
    judged=lambda item: _parts(item, list(item.options)),
    key_picks=lambda item: _picks(item, list(item.key.correct)),
    is_right=lambda item, slot, pick: pick in item.key.correct,
    offered=lambda item: _picks(item, list(item.options)),
    text=_text,
    is_whole=True,
    is_one_click=True,
)
ALL = replace(
    ONE,
    invalid=unlisted,
    credit=_credit_all,
    key_parts=lambda item: _parts(item, list(item.key.correct)),
    is_whole=False,
    is_one_click=False,
    is_set=True,
)
