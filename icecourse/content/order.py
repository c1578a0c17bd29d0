"""The order of the course: which assignments stand before, between and after the lessons (order.toml)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from icecourse.content import table
from icecourse.content.table import DataError

PATH = Path(__file__).with_name("order.toml")


class Order(NamedTuple):
    """``before`` and ``after``: the two assignments that the class report compares.

    ``held_back``: assignments that are on no desk before the instructor releases them. ``follows``: a lesson's number
    to the assignments that stand in its quiz's place.
    """

    before: str
    after: str
    held_back: tuple[str, ...]
    follows: Mapping[str, tuple[str, ...]]


@cache
def load(path: Path = PATH) -> Order:
    """The course's order. Raises DataError for a file that is not sound."""
    whole = table.read(path, DataError)
    lessons = whole.table("follows")
    follows = {lesson: lessons.listed(lesson) for lesson in list(lessons.left)}
    order = Order(whole.text("before"), whole.text("after"), whole.listed("held_back", ()), follows)
    whole.close()
    return order
