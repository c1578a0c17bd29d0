"""Branching cases: scenes, choices and what comes of them, each case one data file beside this module.

A case is played from its first scene to an end. A response is the list of choices made, in order; walking them
through the case gives the path again, so a half-played case is taken up where it was left. CONTRIBUTING.md shows
the grammar by example.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from icecourse.content import table
from icecourse.content.table import ID, Table

FOLDER = Path(__file__).parent


class CaseError(ValueError):
    """A case file is none, or a path is none of its paths. The message is one sentence: where, what, what to do."""


class Choice(NamedTuple):
    """``then``: what comes of it at once. ``next``: the scene that follows."""

    id: str
    text: str
    then: str
    next: str


class Later(NamedTuple):
    """A consequence that comes back: said in a scene when the path holds this choice of an earlier scene."""

    scene: str
    choice: str
    text: str


class Scene(NamedTuple):
    """One moment of a case; a scene without choices is an end. ``documents`` come to the desk here.

    ``decides``: who decides in this scene, told once the choice is made. ``facts``: what its law rests on.
    """

    id: str
    title: str
    date: str
    text: str
    decides: str
    documents: tuple[str, ...]
    facts: tuple[str, ...]
    later: tuple[Later, ...]
    choices: Mapping[str, Choice]


class Paper(NamedTuple):
    """A paper of the file: what it is called and what it says, in words."""

    id: str
    title: str
    text: str


class Case(NamedTuple):
    """A whole case. ``start`` is the id of its first scene; documents and scenes stand by their ids."""

    name: str
    title: str
    start: str
    documents: Mapping[str, Paper]
    scenes: Mapping[str, Scene]

    def seen(self) -> str:
        """All that a trainee may come to see, as one text: for the version of an item."""
        return json.dumps(self.plain(), ensure_ascii=False, sort_keys=True)

    def plain(self) -> dict:
        """The case as objects and lists, for the screen."""
        return {
            "title": self.title,
            "start": self.start,
            "documents": {name: paper._asdict() for name, paper in self.documents.items()},
            "scenes": {
                name: scene._asdict()
                | {
                    "later": [note._asdict() for note in scene.later],
                    "choices": [choice._asdict() for choice in scene.choices.values()],
                }
                for name, scene in self.scenes.items()
            },
        }


class Step(NamedTuple):
    """One scene of a path and what was chosen there; None in the scene where the path now stands."""

    scene: Scene
    choice: Choice | None


@cache
def load(name: str, folder: Path = FOLDER) -> Case:
    """The case of that name. Raises CaseError where there is none, or where it is not playable to an end."""
    if not ID.fullmatch(name) or not (folder / f"{name}.toml").is_file():
        known = ", ".join(sorted(path.stem for path in folder.glob("*.toml"))) or "none yet"
        raise CaseError(f'There is no case "{name}"; there are: {known}.')
    return parse(name, (folder / f"{name}.toml").read_text(encoding="utf-8"))


def parse(name: str, source: str) -> Case:
    """The case that a file's text holds. Raises CaseError with the scene and what to mend.

    Every scene must be reachable from the start, no path may come back to a scene, and so every path ends.
    """
    whole = table.parse(source, table.in_file(f"{name}.toml", CaseError))
    title, start = whole.text("title"), whole.text("start")
    papers = {id: _paper(id, entry) for id, entry in whole.tables("documents", "document", optional=True).items()}
    entries = whole.tables("scenes", "scene")
    whole.close()
    case = Case(name, title, start, papers, {id: _scene(id, entry) for id, entry in entries.items()})
    whole.among(start, case.scenes, f'start is "{start}", which is no scene', "start")
    for id, scene in case.scenes.items():
        _joined(entries[id], case, scene)
    reached = set(_reached(case))
    for id, entry in entries.items():
        entry.need(id in reached, "no path leads to it; let a choice lead there, or take it out")
    _no_circle(entries, case)
    return case


def walk(case: Case, response: Sequence[str]) -> list[Step]:
    """The path of these choices; its last step is the scene where it stands, an end when the case is played out.

    Raises CaseError for a choice that its scene does not have.
    """
    steps, scene = [], case.scenes[case.start]
    for name in response:
        choice = scene.choices.get(name)
        if choice is None:
            raise CaseError(f'"{str(name)[:60]}" is no choice of the scene "{scene.id}".')
        steps.append(Step(scene, choice))
        scene = case.scenes[choice.next]
    return [*steps, Step(scene, None)]


def ended(steps: Sequence[Step]) -> bool:
    """Whether a path has come to an end of its case."""
    return not steps[-1].scene.choices


def echoes(steps: Sequence[Step]) -> list[str]:
    """What comes back, in the scene where a path stands, of the choices made before."""
    made = {(step.scene.id, step.choice.id) for step in steps if step.choice}
    return [note.text for note in steps[-1].scene.later if (note.scene, note.choice) in made]


def avoidable(case: Case, scene: str) -> bool:
    """Whether some path from the start comes to an end without passing the scene."""
    return case.start != scene and any(not case.scenes[name].choices for name in _reached(case, without=scene))


def _reached(case: Case, without: str = "") -> Iterator[str]:
    known, waiting = set(), [case.start]
    while waiting:
        name = waiting.pop()
        if name not in known and name != without:
            known.add(name)
            yield name
            waiting += [choice.next for choice in case.scenes[name].choices.values()]


def _joined(entry: Table, case: Case, scene: Scene) -> None:
    """Refuse a scene that names a scene, a choice or a document that there is not."""
    for choice in scene.choices.values():
        message = f'"{choice.id}" leads to "{choice.next}", which is no scene'
        entry.among(choice.next, case.scenes, message, "choices", choice.id, "next")
    for number, note in enumerate(scene.later):
        known = note.scene in case.scenes and note.choice in case.scenes[note.scene].choices
        message = f'"{note.scene}.{note.choice}" is no choice of an earlier scene; write after = "scene.choice"'
        entry.need(known, message, "later", number, "after")
    for document in scene.documents:
        entry.among(document, case.documents, f'there is no document "{document}"', "documents")
    one_way = "it has one choice only; give it two, or join it to the next scene"
    entry.need(len(scene.choices) != 1, one_way, "choices")


def _no_circle(entries: Mapping[str, Table], case: Case) -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        message = "a path comes back to it, so it need not end; let the last choice of that path lead onward"
        entries[name].need(name not in path, message)
        if name not in done:
            for choice in case.scenes[name].choices.values():
                visit(choice.next, (*path, name))
            done.add(name)

    visit(case.start, ())


def _paper(name: str, entry: Table) -> Paper:
    paper = Paper(name, entry.text("title"), entry.text("text"))
    entry.close()
    return paper


def _scene(name: str, entry: Table) -> Scene:
    choices = {id: _choice(id, inner) for id, inner in entry.tables("choices", "choice", optional=True).items()}
    scene = Scene(
        id=name,
        title=entry.text("title"),
        date=str(entry.take("date", "")),
        text=entry.text("text"),
        decides=entry.text("decides", None if choices else ""),
        documents=entry.listed("documents", ()),
        facts=entry.listed("facts", ()),
        later=tuple(map(_later, entry.rows("later", "later", optional=True))),
        choices=choices,
    )
    entry.close()
    return scene


def _choice(name: str, entry: Table) -> Choice:
    choice = Choice(name, entry.text("text"), entry.text("then"), entry.text("next"))
    entry.close()
    return choice


def _later(entry: Table) -> Later:
    scene, _, choice = entry.text("after").partition(".")
    later = Later(scene, choice, entry.text("text"))
    entry.close()
    return later
