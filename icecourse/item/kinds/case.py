"""Kind ``case``: a branching case. A response is the list of choices made so far."""

from collections.abc import Iterator
from datetime import date

from icecourse.content import cases
from icecourse.content.cases import Case, CaseError, Choice, Scene
from icecourse.content.words import long_day, words
from icecourse.item.cell import Cell
from icecourse.item.kinds.shape import Kind, Part, Pick
from icecourse.item.record import Item


def _read_case(cell: Cell, data: dict) -> Case:
    try:
        return cases.load(cell.text(data, "case"))
    except CaseError as error:
        cell.fail("case", str(error))


def _read_key(cell: Cell, key: dict, item: Item) -> dict:
    """The decisive scenes. Each lies on every path, so that all trainees meet the same decisions."""
    case, table = item.case, key.get("choices")
    cell.need(isinstance(table, dict) and table, "key", "the key has no [key.choices]; name the decisive scenes.")
    choices = {}
    for scene, right in table.items():
        cell.need(scene in case.scenes, scene, f'the case "{case.name}" has no scene "{scene}".')
        cell.need(not cases.avoidable(case, scene), scene, f'a path of the case avoids "{scene}", so it cannot decide.')
        right = right if isinstance(right, list) else [right]
        for choice in right:
            known = isinstance(choice, str) and choice in case.scenes[scene].choices
            cell.need(known, scene, f'"{choice}" is no choice of the scene "{scene}".')
        cell.need(0 < len(right) < len(case.scenes[scene].choices), scene, f'in "{scene}" all or no choices are right.')
        choices[scene] = tuple(right)
    return {"correct": (), "choices": choices}


def _invalid(item: Item, response: object) -> str:
    if not isinstance(response, list) or len(response) > len(item.case.scenes):
        return "The saved answer is not a path through the case."
    try:
        cases.walk(item.case, response)
    except (CaseError, TypeError) as error:
        return f"The saved answer does not fit the case: {error}"
    return ""


def _is_complete(item: Item, response: object) -> bool:
    return not _invalid(item, response) and cases.ended(cases.walk(item.case, response))


def _decisions(item: Item, response: list[str]) -> list[tuple[Scene, Choice]]:
    """What was chosen in the decisive scenes that the path has passed."""
    steps = cases.walk(item.case, response)
    return [(step.scene, step.choice) for step in steps if step.choice and step.scene.id in item.key.choices]


def _credit(item: Item, response: list[str]) -> float:
    """Decisive scenes in which a right choice was made / decisive scenes; those not yet reached count as not made."""
    right = sum(choice.id in item.key.choices[scene.id] for scene, choice in _decisions(item, response))
    return right / len(item.key.choices)


def _part(item: Item, scene: Scene, choice: Choice) -> Part:
    right = choice.id in item.key.choices[scene.id]
    return Part(scene.id, f"{scene.title}: {choice.text}", item.key.rationale[scene.id], right)


def _key_parts(item: Item) -> list[Part]:
    decisive = [(item.case.scenes[scene], right[0]) for scene, right in item.key.choices.items()]
    return [_part(item, scene, scene.choices[right]) for scene, right in decisive]


def _key_picks(item: Item) -> list[Pick]:
    return [(scene, choice) for scene, right in item.key.choices.items() for choice in right]


def _text(item: Item, response: list[str] | None, shown: list[str]) -> list[str]:
    return list(_path(item.case, response or []))


def _path(case: Case, response: list[str]) -> Iterator[str]:
    """The path of a case as the screen tells it: scenes, papers, what comes back, choices and what came of them."""
    text, steps = words("item"), cases.walk(case, response)
    for number, step in enumerate(steps, start=1):
        scene = step.scene
        day = f" ({long_day(date.fromisoformat(scene.date))})" if scene.date else ""
        yield f"\n{scene.title}{day}"
        papers = (case.documents[name] for name in scene.documents)
        yield from (f"{paper.title}\n{paper.text}\n" for paper in papers)
        yield from (f"{text['echo']} {echo}" for echo in cases.echoes(steps[:number]))
        yield scene.text
        if step.choice:
            yield f"  (x) {step.choice.text}\n{text['outcome']} {step.choice.then}\n{text['decided']} {scene.decides}"
        else:
            yield from (f"  ( ) {choice.text}" for choice in scene.choices.values())
    if cases.ended(steps):
        yield text["the-end"]


CASE = Kind(
    own_fields={"case": _read_case},
    key_fields=("choices",),
    read_key=_read_key,
    rationale_ids=lambda item, key: key["choices"],
    invalid=_invalid,
    is_complete=_is_complete,
    credit=_credit,
    parts=lambda item, response: [_part(item, scene, choice) for scene, choice in _decisions(item, response)],
    picks=lambda item, response: [],  # no two trainees need have met the same scenes
    key_parts=_key_parts,
    judged=_key_parts,
    key_picks=_key_picks,
    is_right=lambda item, slot, pick: pick in item.key.choices[slot],
    offered=lambda item: [],
    text=_text,
)
