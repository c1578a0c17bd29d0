"""A demo class: simulated trainees who hand in real journals, graded by the real ``nbgrader autograde``.

Trainees answer by an item response model with known parameters, so that what the report finds can be held against
what is true. Two items are broken on purpose: the key of one is wrong, and of another the law has moved, so that
those who know it best choose what the key still counts wrong. Nobody here is real.
"""

import dataclasses
import json
import math
import random
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbgrader.coursedir import CourseDirectory

from icecourse.content import order
from icecourse.course_root import PRIVATE, api, need
from icecourse.curriculum import Course, bundled
from icecourse.instructor import roster
from icecourse.instructor.opening import fill_gradebook
from icecourse.instructor.roster import Person
from icecourse.item import journal, kinds
from icecourse.item.grammar import Item
from icecourse.item.journal import Entry
from icecourse.refused import Refused

FOLDER = "demo"
TRAINEES = 40
ASSIGNMENTS = 5  # enough to try everything; each costs a few seconds of grading
FIRST_AND_LAST = (order.load().before, order.load().after)  # what the report compares, where the course has them
SEED = 7
FIRST = (
    "Ada", "Ben", "Cleo", "Dev", "Elif", "Finn", "Gus", "Hana",
    "Ivo", "June", "Kofi", "Lena", "Milo", "Nora", "Omar", "Pia", "Quin", "Rosa", "Sami", "Tess",
)  # fmt: skip
LAST = (
    "Abbott", "Brandt", "Castillo", "Dubois", "Eriksen", "Farouk",
    "Gupta", "Hansen", "Ibarra", "Jensen", "Kimura", "Lopez", "Mbeki", "Novak",
)  # fmt: skip
MISSED = "missed"  # a submission that was never handed in


class DemoError(Refused):
    """The demo cannot be built. The message is one plain sentence."""


class Asked(NamedTuple):
    """An item as the simulated trainees meet it. ``item`` has the key that they know to be right.

    ``slope`` and ``difficulty``: of the chance to know it, 1 / (1 + exp(-slope * (ability - difficulty))).
    ``trap``: an option that those who know choose instead of the key, or "". ``weights``: how guesses fall.
    """

    assignment: str
    item: Item
    slope: float
    difficulty: float
    weights: dict[str, float]
    trap: str = ""
    overconfident: bool = False


class HandedIn(NamedTuple):
    """What one trainee hands in: the journal's entries, and when. ``damage``: "", "torn", "journal", "notebook"."""

    trainee: str
    assignment: str
    entries: tuple[Entry, ...]
    at: datetime
    damage: str = ""


class Simulation(NamedTuple):
    """A class and what is true of it. ``wrong_key``: (item, the option that its key wrongly names)."""

    people: tuple[Person, ...]
    due: dict[str, datetime]
    abilities: dict[str, float]
    asked: tuple[Asked, ...]
    handed_in: tuple[HandedIn, ...]
    wrong_key: tuple[str, str]
    moved_law: str
    not_learned: str  # an objective
    misbelieved: str  # an objective whose wrong answers are given as sure

    @property
    def broken(self) -> set[str]:
        return {self.wrong_key[0], self.moved_law}


def simulate(
    items: Sequence[tuple[str, Item]], now: datetime, seed: int = SEED, trainees: int = TRAINEES
) -> Simulation:
    """A class that answers ``items``, (assignment, item) pairs, up to ``now`` (UTC). The same seed, the same class.

    Each trainee knows an item with the chance of the two-parameter logistic model; who does not know it guesses
    (together the three-parameter model: Birnbaum, in Lord and Novick 1968, ch. 17). In ``all`` each option, in
    ``match`` each pair is known or guessed by itself. Abilities and difficulties are normal, slopes log-normal.
    Raises DemoError where no two items can be broken.
    """
    draw = random.Random(seed)
    objectives = list(dict.fromkeys(item.objective for _, item in items))
    not_learned, misbelieved = draw.sample(objectives, 2) if len(objectives) > 1 else (objectives * 2)[:2]
    fit = [
        item for _, item in items
        if kinds.of(item).is_one_click and len(item.key.correct) == 1
        and item.objective not in (not_learned, misbelieved)
    ]  # fmt: skip
    if len(fit) < 2:
        raise DemoError("The demo needs two items of kind one, outside of two objectives, that it can break.")
    keyed, moved = draw.sample(fit, 2)
    asked = tuple(_asked(draw, name, item, keyed, moved, not_learned, misbelieved) for name, item in items)
    people = tuple(_person(number) for number in range(trainees))
    abilities = {person.id: draw.gauss(0, 1) for person in people}
    names = list(dict.fromkeys(name for name, _ in items))
    start = now.replace(hour=17, minute=0, second=0, microsecond=0)
    due = {name: start - timedelta(days=7 * (len(names) - n) - 9) for n, name in enumerate(names)}  # the last is open
    handed_in = []
    for name in names:
        damaged = dict(
            zip(draw.sample(range(trainees), min(3, trainees)), ("torn", "journal", "notebook"), strict=False)
        )
        for number, person in enumerate(people):
            fate = _fate(draw, name == names[-1])
            if fate == MISSED:
                continue
            at = min(due[name] + fate, now - timedelta(minutes=5))
            those = [each for each in asked if each.assignment == name]
            entries = tuple(_entries(draw, those, abilities[person.id], at))
            handed_in.append(
                HandedIn(person.id, name, entries, at, damaged.get(number, "") if name == names[0] else "")
            )
    wrong = next(option for option in keyed.options if option not in keyed.key.correct)
    return Simulation(
        people, due, abilities, asked, tuple(handed_in), (keyed.id, wrong), moved.id, not_learned, misbelieved
    )


def as_graded(simulation: Simulation) -> dict[str, Item]:
    """The items with the keys that the gradebook has: one of them is wrong."""
    items = {asked.item.id: asked.item for asked in simulation.asked}
    name, wrong = simulation.wrong_key
    key = dataclasses.replace(items[name].key, correct=(wrong,))
    return items | {name: dataclasses.replace(items[name], key=key)}


def _asked(draw, name: str, item: Item, keyed: Item, moved: Item, not_learned: str, misbelieved: str) -> Asked:
    slope, difficulty = draw.lognormvariate(0.2, 0.25), draw.gauss(-0.7, 0.6)
    weights = {option: draw.gammavariate(3, 1) for option in item.options}
    trap = ""
    if item.objective == not_learned:
        difficulty += 1.8
    elif item.objective == misbelieved:
        difficulty += 0.8
    if item is keyed:  # most know it, so that the wrong key is wrong for most
        slope, difficulty = 1.4, -0.9
    if item is moved:  # half know of the new law; the others think of the old one
        slope, difficulty = 1.8, -0.4
        trap = draw.choice([option for option in item.options if option not in item.key.correct])
        weights = {option: 6.0 if option in item.key.correct else 1.0 for option in item.options}
    return Asked(name, item, slope, difficulty, weights, trap, item.objective == misbelieved)


def _person(number: int) -> Person:
    first, last = FIRST[number % len(FIRST)], LAST[number * 5 % len(LAST)]
    return Person(f"trainee-{number + 1:02}", first, last, f"{first}.{last}.{number + 1}@example.org".lower())


def _fate(draw, open_still: bool) -> timedelta | str:
    """When a submission comes, measured from the due date; or that it never does."""
    chance = draw.random()
    if open_still:  # due in two days: many have not come yet
        return timedelta(days=-4, hours=draw.uniform(0, 47)) if chance < 0.7 else MISSED
    if chance < 0.04:
        return MISSED
    return timedelta(hours=draw.uniform(2, 60)) if chance < 0.12 else -timedelta(hours=draw.uniform(1, 120))


def _entries(draw, asked: Sequence[Asked], ability: float, until: datetime) -> Iterator[Entry]:
    """A sitting that ends a minute before it is handed in; the lines in the order of time."""
    pace = draw.lognormvariate(0, 0.3)
    lines = []
    second = 0.0
    for one in asked:
        known, response = _response(draw, one, ability)
        if response is None:
            continue
        sure = _confidence(draw, known, one.overconfident)
        second += pace * draw.lognormvariate(math.log(55), 0.4)
        if kinds.of(one.item).is_one_click and draw.random() < 0.12:  # another thought first
            lines.append((second, one.item, [draw.choice(list(one.item.options))], ""))
            second += pace * draw.lognormvariate(math.log(15), 0.4)
        lines.append((second, one.item, response, sure))
    for at, item, response, sure in lines:
        time = until - timedelta(seconds=60 + second - at)
        yield Entry(item.id, response, time.isoformat(timespec="seconds"), item.version, sure)


def _response(draw, asked: Asked, ability: float) -> tuple[bool, object]:
    """Whether the trainee knows the item, and the response; None for no answer."""
    chance = 1 / (1 + math.exp(-asked.slope * (ability - asked.difficulty)))
    known = draw.random() < chance
    if not known and draw.random() < 0.02:
        return known, None
    answer = _ANSWERS.get(asked.item.kind, _no_answer)
    return answer(draw, asked, chance, known)


def _choose_one(draw, asked: Asked, chance: float, known: bool) -> tuple[bool, list[str]]:
    if known:
        return known, [asked.trap if asked.trap and draw.random() < 0.95 else asked.item.key.correct[0]]
    options = list(asked.item.options)
    return known, draw.choices(options, [asked.weights[option] for option in options])


def _choose_all(draw, asked: Asked, chance: float, known: bool) -> tuple[bool, list[str]]:
    options, correct = list(asked.item.options), asked.item.key.correct
    chosen = {option: (option in correct) if draw.random() < chance else draw.random() < 0.5 for option in options}
    response = [option for option in options if chosen[option]]
    return all(chosen[option] == (option in correct) for option in options), response or options[:1]


def _pair_all(draw, asked: Asked, chance: float, known: bool) -> tuple[bool, dict[str, str]]:
    right, options = dict(asked.item.key.pairs), list(asked.item.options)
    pairs = {left: right[left] if draw.random() < chance else draw.choice(options) for left in asked.item.left}
    return pairs == right, pairs


def _put_in_order(draw, asked: Asked, chance: float, known: bool) -> tuple[bool, list[str]]:
    order = list(asked.item.key.correct)
    if not known:
        n = draw.randrange(len(order) - 1)
        order[n : n + 2] = order[n : n + 2][::-1] if draw.random() < 0.6 else order[n : n + 2]
        order = order[1:] + order[:1] if draw.random() < 0.3 else order
    return known, order


def _type(draw, asked: Asked, chance: float, known: bool) -> tuple[bool, str]:
    item = asked.item
    if known:
        return known, item.key.correct[0]
    if item.format == "date":
        right = datetime.fromisoformat(item.key.correct[0])
        off = timedelta(days=draw.choice((-2, -1, 1, 2)) + int(item.key.tolerance))
        return known, (right + off).date().isoformat()
    return known, str(draw.randrange(100, 200)) if item.format == "number" else draw.choice(("no idea", "another one"))


def _no_answer(draw, asked: Asked, chance: float, known: bool) -> tuple[bool, None]:
    """To a kind that this model does not know how to answer."""
    return known, None


_ANSWERS = {"one": _choose_one, "all": _choose_all, "match": _pair_all, "order": _put_in_order, "entry": _type}


def _confidence(draw, known: bool, overconfident: bool) -> str:
    odds = (0.7, 0.25, 0.05) if known else (0.7, 0.25, 0.05) if overconfident else (0.08, 0.42, 0.5)
    return draw.choices(("sure", "fairly", "guess"), odds)[0]


# -- the course that it is handed in to ------------------------------------------------------------------------------


def build(
    root: Path, now: datetime | None = None, seed: int = SEED, trainees: int = TRAINEES, most: int = ASSIGNMENTS
) -> Simulation:
    """A course at ``root`` with a simulated class, graded. A demo that stands there is made anew. It has at most so
    many assignments: the diagnostic, the final and the first quizzes.

    Raises DemoError where ``root`` is something else, Refused where nothing can be graded.
    """
    mark = root / PRIVATE / FOLDER
    if root.exists() and any(root.iterdir()):
        if not mark.is_file():
            raise DemoError(f"{root} is not a demo course; choose an empty folder.")
        shutil.rmtree(root)
    course = bundled()
    if not course.is_checkout:
        raise DemoError("The demo is made from a checkout of the course: the package alone has no masters.")
    mark.parent.mkdir(parents=True)
    mark.write_text("A demo class of icecourse; made anew by make demo.\n", encoding="utf-8")
    chosen = choose([page.path.parent.name for page in course.masters], most)
    for name in ("lessons", "instructor", *(f"source/{name}" for name in chosen)):
        if (course.root / name).is_dir():
            ignored = shutil.ignore_patterns(journal.NAME, ".ipynb_checkpoints")
            shutil.copytree(course.root / name, root / name, ignore=ignored)
    shutil.copy(course.root / "nbgrader_config.py", root)
    masters = {page.path.parent.name: page for page in Course(root).masters}
    items = [(name, item) for name in chosen for _, item in masters[name].items()]
    simulation = simulate(items, now or datetime.now(UTC), seed, trainees)
    _break_key(Course(root), *simulation.wrong_key)
    fill_gradebook(Course(root))
    roster.enrol(root, simulation.people)
    interface = api(root)
    with interface.gradebook as gradebook:
        for name, due in simulation.due.items():
            gradebook.update_or_create_assignment(name, duedate=due.replace(tzinfo=None))
    for work in simulation.handed_in:
        _hand_in(interface.coursedir, work)
    for name in simulation.due:
        need(interface.autograde(name, "*"), f"{name} cannot be graded")
    return simulation


def choose(names: Sequence[str], most: int) -> list[str]:
    """At most so many of the assignments, in the order in which they are handed in."""
    names = list(dict.fromkeys(names))
    before, after = ([name] if name in names else [] for name in FIRST_AND_LAST)
    quizzes = sorted(set(names) - set(FIRST_AND_LAST), key=lambda name: (not name.startswith("quiz"), name))
    return before + quizzes[: max(1, most - len(before + after))] + after


def _break_key(course: Course, name: str, wrong: str) -> None:
    """Write the wrong key into the demo's master: as if the instructor had erred."""
    for page in course.masters:
        for cell, item in page.items():
            if item.id == name:
                cell.source = re.sub(r"(?m)^(\s*correct\s*=\s*)\[[^\]]*\]", rf'\1["{wrong}"]', cell.source, count=1)
                nbformat.write(page.notebook, page.path)


def _hand_in(course: CourseDirectory, work: HandedIn) -> None:
    """A submission as ``nbgrader collect`` lays it out, damaged where the simulation says so."""
    folder = Path(course.format_path(course.submitted_directory, work.trainee, work.assignment))
    folder.mkdir(parents=True)
    released = Path(course.format_path(course.release_directory, ".", work.assignment))
    for notebook in released.glob("*.ipynb"):
        shutil.copy(notebook, folder)
        if work.damage == "notebook":
            (folder / notebook.name).write_text('{"cells": [{"cell_ty', encoding="utf-8")
    (folder / "timestamp.txt").write_text(f"{work.at:%Y-%m-%d %H:%M:%S} UTC", encoding="ascii")
    if work.damage == "journal":
        return
    lines = [json.dumps({k: v for k, v in asdict(e).items() if v != ""}, ensure_ascii=False) for e in work.entries]
    if work.damage == "torn":
        lines.insert(len(lines) // 2, lines[len(lines) // 2][:25])
    (folder / journal.NAME).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
