"""What is said to a response: to a practice item at once, to a graded one on the feedback page."""

from html import escape

from . import facts, scoring
from .items import Item
from .journal import Journal
from .words import words


def practice(item: Item, kept: Journal) -> dict:
    """What a practice item says to the last response: outcome, reasons for what was chosen, citations."""
    text = words("practice")
    tries = [entry.response for entry in kept.entries if entry.item == item.id]
    chosen, outcome = tries[-1], scoring.score(item, tries[-1]).outcome
    wrong = 0  # tries in a row that were not right, the last one included
    for response in reversed(tries):
        if scoring.score(item, response).outcome == "right":
            break
        wrong += 1
    reasons = [[text["you-chose"], item.options[option], item.key.rationale[option]] for option in chosen]
    open_options = [option for option in item.key.correct if option not in chosen]
    tell = wrong >= 2
    if tell:
        reasons += [[text["answer"], item.options[option], item.key.rationale[option]] for option in open_options]
    missed = ""
    if item.kind == "all" and open_options and not tell:
        missed = text["missed-one" if len(open_options) == 1 else "missed-many"].format(n=len(open_options))
    return {
        "outcome": "right" if outcome == "right" else "partly" if outcome == "partly" else "wrong",
        "marks": {option: "right" if option in item.key.correct else "wrong" for option in chosen},
        "reasons": reasons,
        "missed": missed,
        "sources": _sources(item) if tell or outcome == "right" else [],
        "hint": "" if tell else item.key.hint,
    }


def _sources(item: Item) -> list[list[str]]:
    """[citation, address or "", note on its date] for each fact of the key."""
    text = words("practice")
    shown = []
    for name in item.key.facts:
        fact = facts.load()[name]
        note = text["as-of"].format(date=fact.as_of)
        if fact.how == "knowledge":
            note += f"; {text['confirm']}"
        shown.append([fact.citation, fact.url, note])
    return shown


def graded(item: Item, score: scoring.Score, response: object) -> dict[str, str]:
    """The output of a graded item, by MIME type: what was chosen, why, the score and the citations.

    Only rationales of options that were chosen are in it; the key is not.
    """
    text = words("grade")
    valid = score.outcome not in ("unanswered", "invalid")
    chosen = [(item.options[option], item.key.rationale[option]) for option in response] if valid else []
    lines = [
        item.stem,
        text[score.outcome].format(why=score.why),
        text["points"].format(earned=f"{score.earned:g}", possible=f"{score.possible:g}"),
        *(f"{text['you-chose']} {option} {why}" for option, why in chosen),
        *(f"{citation} ({note})" for citation, _, note in _sources(item)),
    ]
    return {"text/html": _graded_html(item, score, text, chosen), "text/plain": "\n".join(lines)}


def _graded_html(item: Item, score: scoring.Score, text, chosen: list[tuple[str, str]]) -> str:
    def source(citation: str, url: str, note: str) -> str:
        link = f'<a href="{escape(url)}">{escape(citation)}</a>' if url else escape(citation)
        return f"<li>{link} ({escape(note)})</li>"

    stem = "".join(f"<p>{escape(part)}</p>" for part in item.stem.split("\n\n"))
    points = text["points"].format(earned=f"{score.earned:g}", possible=f"{score.possible:g}")
    reasons = "".join(
        f"<p>{escape(text['you-chose'])} <q>{escape(option)}</q><br>{escape(why)}</p>" for option, why in chosen
    )
    return (
        f'<div class="ice-graded ice-{score.outcome}"><div class="ice-stem">{stem}</div>'
        f"<p><strong>{escape(text[score.outcome].format(why=score.why))}</strong> · {points}</p>{reasons}"
        f"<ul>{''.join(source(*row) for row in _sources(item))}</ul></div>"
    )
