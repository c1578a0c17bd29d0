"""What is said to a response: to a practice item at once, to a graded one on the feedback page."""

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from icecourse.content import cases, facts
from icecourse.content.cases import Choice, Scene
from icecourse.content.words import plural, words
from icecourse.item import scoring
from icecourse.item.grammar import Item
from icecourse.item.journal import Journal

ANSWER = "answer"  # the mark of a kind that is right or wrong as a whole


class Part(NamedTuple):
    """One part of a response that has a rationale of its own: a chosen option, a pair, a whole order or entry."""

    id: str
    text: str
    why: str
    right: bool


def practice(item: Item, kept: Journal) -> dict:
    """What a practice item says to the last response: outcome, reasons for what was chosen, citations.

    After the second wrong try in a row, the right answer with its reason.
    """
    text = words("practice")
    tries = [entry.response for entry in kept.entries if entry.item == item.id and is_complete(item, entry.response)]
    score = scoring.score(item, tries[-1])
    wrong = 0  # tries in a row that were not right, the last one included
    for response in reversed(tries):
        if scoring.score(item, response).outcome == "right":
            break
        wrong += 1
    tell = wrong >= 2
    given = parts(item, tries[-1])
    reasons = [[_head(item, part, text["you-chose"]), part.text, part.why] for part in given]
    found = {part.id for part in given if part.right}
    missing = [part for part in key_parts(item) if part.id not in found]
    if tell:
        reasons += [[text["answer"], part.text, part.why] for part in missing]
    missed = ""
    if item.kind == "all" and missing and not tell:
        missed = plural(text["missed"], len(missing))
    return {
        "outcome": score.outcome if score.outcome in ("right", "partly") else "wrong",
        "marks": {part.id: "right" if part.right else "wrong" for part in given},
        "reasons": reasons,
        "missed": missed or score.why,
        "sources": citations(item.key.facts) if tell or score.outcome == "right" else [],
        "hint": "" if tell else item.key.hint,
    }


def is_complete(item: Item, response: object) -> bool:
    """Whether there is something to say to a response: a case says nothing before its end."""
    if item.kind != "case":
        return True
    return not scoring.invalid(item, response) and cases.ended(cases.walk(item.case, response))


def parts(item: Item, response: object) -> list[Part]:
    """The parts of a valid response with their rationales, in the order in which they were given; else nothing."""
    if not response or scoring.invalid(item, response) or scoring.unreadable(item, response):
        return []
    if item.kind == "match":
        why, pairs = item.key.rationale, item.key.pairs
        return [
            Part(left, _pair(item, left, right), why[left], pairs[left] == right) for left, right in response.items()
        ]
    if item.kind == "case":
        steps = [step for step in cases.walk(item.case, response) if step.scene.id in item.key.choices and step.choice]
        return [_decision(item, step.scene, step.choice) for step in steps]
    if item.kind in ("order", "entry"):
        right = scoring.score(item, response).outcome == "right"
        return [Part(ANSWER, _whole(item, response), item.key.rationale["right" if right else "wrong"], right)]
    return [
        Part(option, item.options[option], item.key.rationale[option], option in item.key.correct)
        for option in response
    ]


def key_parts(item: Item) -> list[Part]:
    """The right answer, in the same parts."""
    if item.kind == "match":
        return parts(item, dict(item.key.pairs))
    if item.kind == "entry":
        return parts(item, item.key.correct[0])
    if item.kind == "case":
        decisive = [(item.case.scenes[scene], right[0]) for scene, right in item.key.choices.items()]
        return [_decision(item, scene, scene.choices[right]) for scene, right in decisive]
    return parts(item, list(item.key.correct[:1] if item.kind == "one" else item.key.correct))


def graded(item: Item, score: scoring.Score, response: object) -> dict[str, str]:
    """The output of a graded item, by MIME type: what was chosen, why, the score and the citations.

    Only rationales of what was chosen are in it; the key is not.
    """
    text = words("grade")
    given = parts(item, response) if score.outcome not in ("unanswered", "invalid") else []
    lines = [
        item.stem,
        text[score.outcome].format(why=score.why),
        _points(score),
        *(f"{_head(item, part, text['you-chose'])} {part.text} {part.why}" for part in given),
        *(f"{citation} ({note})" for citation, _, note in citations(item.key.facts)),
    ]
    return {"text/html": _html(item, score, given), "text/plain": "\n".join(lines)}


def _decision(item: Item, scene: Scene, choice: Choice) -> Part:
    right = choice.id in item.key.choices[scene.id]
    return Part(scene.id, f"{scene.title}: {choice.text}", item.key.rationale[scene.id], right)


def _pair(item: Item, left: str, right: str) -> str:
    asked = item.left[left]
    return f"{asked}{'' if asked.endswith(('?', '.', '!', ':')) else ':'} {item.options[right]}"


def _whole(item: Item, response: list | str) -> str:
    return response if item.kind == "entry" else " → ".join(item.options[option] for option in response)


def _head(item: Item, part: Part, whole: str) -> str:
    """What stands before a part: of several each is told right from not right, in words and not by a mark alone."""
    if item.kind in ("one", "order", "entry"):
        return whole
    return words("practice")["part-right" if part.right else "part-wrong"]


def _points(score: scoring.Score) -> str:
    return words("grade")["points"].format(earned=f"{round(score.earned, 2):g}", possible=f"{score.possible:g}")


def citations(names: Iterable[str]) -> list[list[str]]:
    """[citation, address or "", note on its date] for each fact of that id; facts of one source make one row."""
    text = words("practice")
    shown = []
    for name in names:
        fact = facts.load()[name]
        note = text["as-of"].format(date=fact.as_of)
        if fact.how == "knowledge":
            note += f"; {text['confirm']}"
        if (row := [fact.citation, fact.url, note]) not in shown:
            shown.append(row)
    return shown


def _html(item: Item, score: scoring.Score, given: list[Part]) -> str:
    def source(citation: str, url: str, note: str) -> str:
        link = f'<a href="{escape(url)}">{escape(citation)}</a>' if url else escape(citation)
        return f"<li>{link} ({escape(note)})</li>"

    text = words("grade")
    stem = "".join(f"<p>{escape(part)}</p>" for part in item.stem.split("\n\n"))
    reasons = "".join(
        f"<p>{escape(_head(item, part, text['you-chose']))} <q>{escape(part.text)}</q><br>{escape(part.why)}</p>"
        for part in given
    )
    return (
        f'<div class="ice-graded ice-{score.outcome}"><div class="ice-stem">{stem}</div>'
        f"<p><strong>{escape(text[score.outcome].format(why=score.why))}</strong> · {_points(score)}</p>{reasons}"
        f"<ul>{''.join(source(*row) for row in citations(item.key.facts))}</ul></div>"
    )
