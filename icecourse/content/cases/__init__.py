"""Branching cases: scenes, choices and what comes of them, each case one data file beside this module.

A case is played from its first scene to an end. A response is the list of choices made, in order; walking them
through the case gives the path again, so a half-played case is taken up where it was left. CONTRIBUTING.md shows
the grammar by example.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
_WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


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


class Document(NamedTuple):
    """A paper of the file: what it is called and what it says, in words."""

    id: str
    title: str
    text: str


class Case(NamedTuple):
    """A whole case. ``start`` is the id of its first scene; documents and scenes stand by their ids."""

    name: str
    title: str
    start: str
    documents: Mapping[str, Document]
    scenes: Mapping[str, Scene]

    def seen(self) -> str:
        """All that a trainee may come to see, as one text: for the version of an item."""
        return json.dumps(self.plain(), ensure_ascii=False, sort_keys=True)

    def plain(self) -> dict:
        """The case as objects and lists, for the screen."""
        return {
            "title": self.title,
            "start": self.start,
            "documents": {name: document._asdict() for name, document in self.documents.items()},
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
    if not _WORD.fullmatch(name) or not (folder / f"{name}.toml").is_file():
        known = ", ".join(sorted(path.stem for path in folder.glob("*.toml"))) or "none yet"
        raise CaseError(f'There is no case "{name}"; there are: {known}.')
    return parse(name, (folder / f"{name}.toml").read_text(encoding="utf-8"))


def parse(name: str, source: str) -> Case:
    """The case that a file's text holds. Raises CaseError with the scene and what to mend.

    Every scene must be reachable from the start, no path may come back to a scene, and so every path ends.
    """
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise CaseError(f"{name}.toml: this is not TOML ({error}); check quotation marks and brackets.") from None
    need = _Need(name)
    need.fields("the case", data, {"title", "start", "documents", "scenes"})
    documents = {
        id: Document(id, need.text(f'document "{id}"', table, "title"), need.text(f'document "{id}"', table, "text"))
        for id, table in data.get("documents", {}).items()
        if need.fields(f'document "{id}"', table, {"title", "text"})
    }
    scenes = {id: _scene(need, id, table) for id, table in data.get("scenes", {}).items()}
    case = Case(name, need.text("the case", data, "title"), data.get("start", ""), documents, scenes)
    _playable(need, case)
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


def _playable(need: "_Need", case: Case) -> None:
    need(case.start in case.scenes, "the case", f'start is "{case.start}", which is no scene')
    for scene in case.scenes.values():
        place = f'scene "{scene.id}"'
        for choice in scene.choices.values():
            need(choice.next in case.scenes, place, f'"{choice.id}" leads to "{choice.next}", which is no scene')
        for note in scene.later:
            known = note.scene in case.scenes and note.choice in case.scenes[note.scene].choices
            need(known, place, f'"{note.scene}.{note.choice}" is no choice of an earlier scene')
        for document in scene.documents:
            need(document in case.documents, place, f'there is no document "{document}"')
        need(len(scene.choices) != 1, place, "it has one choice only; give it two, or join it to the next scene")
    reached = set(_reached(case))
    for name in case.scenes:
        need(name in reached, f'scene "{name}"', "no path leads to it")
    _no_circle(need, case)


def _no_circle(need: "_Need", case: Case) -> None:
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        need(name not in path, f'scene "{name}"', "a path comes back to it, so it need not end")
        if name not in done:
            for choice in case.scenes[name].choices.values():
                visit(choice.next, (*path, name))
            done.add(name)

    visit(case.start, ())


def _scene(need: "_Need", name: str, table: dict) -> Scene:
    place = f'scene "{name}"'
    need.fields(place, table, {"title", "date", "text", "decides", "documents", "facts", "later", "choices"})
    later = []
    for note in table.get("later", []):
        need.fields(place, note, {"after", "text"})
        scene, _, choice = need.text(place, note, "after").partition(".")
        later.append(Later(scene, choice, need.text(place, note, "text")))
    choices = {}
    for id, choice in table.get("choices", {}).items():
        at = f'{place}, choice "{id}"'
        need.fields(at, choice, {"text", "then", "next"})
        choices[id] = Choice(id, *(need.text(at, choice, field) for field in ("text", "then", "next")))
    return Scene(
        id=name,
        title=need.text(place, table, "title"),
        date=str(table.get("date", "")),
        text=need.text(place, table, "text"),
        decides=need.text(place, table, "decides") if choices else "",
        documents=tuple(table.get("documents", ())),
        facts=tuple(table.get("facts", ())),
        later=tuple(later),
        choices=choices,
    )


class _Need:
    """The checks of one file; each raises CaseError with the place."""

    def __init__(self, name: str):
        self.name = name

    def __call__(self, condition: object, place: str, message: str) -> None:
        if not condition:
            raise CaseError(f"{self.name}.toml, {place}: {message}.")

    def fields(self, place: str, table: object, known: set[str]) -> bool:
        self(isinstance(table, dict), place, "it must be a table")
        for field in table:
            self(field in known, place, f'"{field}" is not one of its fields, {", ".join(sorted(known))}')
        return True

    def text(self, place: str, table: Mapping, field: str) -> str:
        value = table.get(field)
        self(isinstance(value, str) and value.strip(), place, f'it needs "{field}", a text in quotation marks')
        return value.strip()
