"""Response feedback: to a practice item at once, to a graded one on the feedback page."""

from collections.abc import Iterable
from html import escape

from icecourse.content import facts
from icecourse.content.words import plural, words
from icecourse.item import kinds, scoring
from icecourse.item.journal import Journal
from icecourse.item.kinds.shape import Part
from icecourse.item.record import Item


def practice(item: Item, journal: Journal) -> dict:
    """The feedback of a practice item to its last response, for the page's script.

    ``outcome``: right, partly or wrong. ``marks``: id of a part -> right or wrong. ``reasons``: [heading, text,
    rationale] for each part. ``missed``: a sentence on what is still open or could not be read, or "". ``sources``:
    as ``citations`` gives them; ``hint``: a text or "". After the second wrong try in a row the reasons hold the key.
    """
    text = words("practice")
    tries = [entry.response for entry in journal.entries if entry.item == item.id and is_complete(item, entry.response)]
    score = scoring.score(item, tries[-1])
    wrong_tries = 0  # in a row, the last one included
    for response in reversed(tries):
        if scoring.score(item, response).outcome == "right":
            break
        wrong_tries += 1
    tell = wrong_tries >= 2
    chosen = parts(item, tries[-1])
    reasons = [[_heading(item, part, text["you-chose"]), part.text, part.rationale] for part in chosen]
    right = {part.id for part in chosen if part.right}
    missing = [part for part in key_parts(item) if part.id not in right]
    if tell:
        reasons += [[text["answer"], part.text, part.rationale] for part in missing]
    missed = ""
    if kinds.of(item).is_set and missing and not tell:
        missed = plural(text["missed"], len(missing))
    return {
        "outcome": score.outcome if score.outcome in ("right", "partly") else "wrong",
        "marks": {part.id: "right" if part.right else "wrong" for part in chosen},
        "reasons": reasons,
        "missed": missed or score.why,
        "sources": citations(item.key.facts) if tell or score.outcome == "right" else [],
        "hint": "" if tell else item.key.hint,
    }


def is_complete(item: Item, response: object) -> bool:
    """Whether there is something to say to a response: a case says nothing before its end."""
    return kinds.of(item).is_complete(item, response)


def parts(item: Item, response: object) -> list[Part]:
    """The parts of a response with their rationales, in the order in which they were given; none of an invalid one."""
    return kinds.of(item).parts(item, response) if scoring.is_usable(item, response) else []


def key_parts(item: Item) -> list[Part]:
    """A right response, in the same parts."""
    return kinds.of(item).key_parts(item)


def graded(item: Item, score: scoring.Score, response: object) -> dict[str, str]:
    """The output of a graded item, by MIME type: what was chosen, why, the score and the citations.

    Only rationales of what was chosen are in it; the key is not.
    """
    text = words("grade")
    chosen = parts(item, response) if score.outcome not in ("unanswered", "invalid") else []
    lines = [
        item.stem,
        text[score.outcome].format(why=score.why),
        _points(score),
        *(f"{_heading(item, part, text['you-chose'])} {part.text} {part.rationale}" for part in chosen),
        *(f"{citation} ({note})" for citation, _, note in citations(item.key.facts)),
    ]
    return {"text/html": _html(item, score, chosen), "text/plain": "\n".join(lines)}


def citations(names: Iterable[str]) -> list[list[str]]:
    """[citation, address or "", note on its date] for each fact of that id; facts of one source make one row."""
    text = words("practice")
    rows = []
    for name in names:
        fact = facts.load()[name]
        note = f"{text['as-of'].format(date=fact.as_of)}; {words('checked')[fact.how]}"
        if (row := [fact.citation, fact.url, note]) not in rows:
            rows.append(row)
    return rows


def _heading(item: Item, part: Part, whole: str) -> str:
    """What stands before a part: of several each is told right from not right, in words and not by a mark alone."""
    if kinds.of(item).is_whole:
        return whole
    return words("practice")["part-right" if part.right else "part-wrong"]


def _points(score: scoring.Score) -> str:
    return words("grade")["points"].format(earned=f"{round(score.earned, 2):g}", possible=f"{score.possible:g}")


def _html(item: Item, score: scoring.Score, chosen: list[Part]) -> str:
    def source(citation: str, url: str, note: str) -> str:
        link = f'<a href="{escape(url)}">{escape(citation)}</a>' if url else escape(citation)
        return f"<li>{link} ({escape(note)})</li>"

    text = words("grade")
    stem = "".join(f"<p>{escape(part)}</p>" for part in item.stem.split("\n\n"))
    reasons = "".join(
        f"<p>{escape(_heading(item, part, text['you-chose']))} <q>{escape(part.text)}</q>"
        f"<br>{escape(part.rationale)}</p>"
        for part in chosen
    )
    return (
        f'<div class="ice-graded ice-{score.outcome}"><div class="ice-stem">{stem}</div>'
        f"<p><strong>{escape(text[score.outcome].format(why=score.why))}</strong> · {_points(score)}</p>{reasons}"
        f"<ul>{''.join(source(*row) for row in citations(item.key.facts))}</ul></div>"
    )
