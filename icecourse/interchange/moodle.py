"""Items to Moodle XML, and questions of Moodle XML back to item cells.

What Moodle has no place for travels as tags (objective, level, facts) and as classes on the texts (option ids), so that
an item that went to Moodle comes back the same. Moodle's own scoring of a multiple choice with several answers is ours:
each right option counts 100 / right ones, each wrong one as much against it, never below 0.
"""

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping
from html.parser import HTMLParser
from typing import NamedTuple

from icecourse.content import facts
from icecourse.item import kinds
from icecourse.item.grammar import RESERVED, ItemError, parse
from icecourse.item.grammar import write as write_cell
from icecourse.item.record import Item, Key

UNKNOWN = "to-be-chosen"  # an objective and a fact that do not exist: release refuses the item until somebody chose
UNWRITTEN = "To be written."


class MoodleError(ValueError):
    """A file is no Moodle XML. The message is one plain sentence."""


class Read(NamedTuple):
    """What came of one question. ``cell``: the source of an item cell, or "" where ``note`` says why there is none.

    ``note`` also says what is missing in a cell that there is.
    """

    name: str
    cell: str
    note: str


# -- out ---------------------------------------------------------------------------------------------------------


def write(items: Iterable[Item], category: str) -> str:
    """Moodle XML for items with their keys, in a category of the question bank."""
    quiz = ET.Element("quiz")
    place = ET.SubElement(ET.SubElement(quiz, "question", type="category"), "category")
    ET.SubElement(place, "text").text = f"$course$/top/{category}"
    for item in items:
        if item.kind in WRITERS:
            quiz.append(_question(item))
    ET.indent(quiz)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(quiz, encoding="unicode") + "\n"


def loss(item: Item) -> str:
    """What Moodle does otherwise with this item, in one sentence or more, or "" """
    if item.kind not in WRITERS:
        return f"Moodle has no question like an item of kind {item.kind}; it was left out."
    losses = []
    if item.scoring == "exact" and not kinds.of(item).is_one_click:
        losses.append("Moodle gives part of the points where here it is all or nothing.")
    elif kinds.of(item).is_turned:
        losses.append("Moodle counts the longest part in the right order over all options, here over all but one.")
    elif item.format == "date":
        losses.append("Moodle knows no dates: only the accepted forms as they are written count, without a tolerance.")
    if item.translations:
        losses.append(f"A question of Moodle has one language: {', '.join(item.translations)} was left out.")
    return " ".join(losses)


def _question(item: Item) -> ET.Element:
    writer = WRITERS[item.kind]
    question = ET.Element("question", type=writer.type)
    _text(ET.SubElement(question, "name"), item.id)
    _html(question, "questiontext", _paragraphs(item.stem))
    _html(question, "generalfeedback", _general(item))
    for name, value in (("defaultgrade", f"{item.points:g}"), ("penalty", "0"), ("hidden", "0"), ("idnumber", item.id)):
        ET.SubElement(question, name).text = value
    writer.write(question, item)
    if item.key.hint:
        _html(question, "hint", _paragraphs(item.key.hint))
    tags = ET.SubElement(question, "tags")
    for tag in _tags(item):
        _text(ET.SubElement(tags, "tag"), tag)
    return question


def _tags(item: Item) -> list[str]:
    """Moodle keeps 50 characters of a tag; our ids are shorter."""
    tags = [f"objective:{item.objective}", f"level:{item.level}", f"kind:{item.kind}"]
    tags += [f"fact:{name}" for name in item.key.facts]
    tags += [f"format:{item.format}"] if item.format else []
    tags += [name for name in ("keep_order", "confidence") if getattr(item, name)]
    tags += ["scoring:exact"] if item.scoring == "exact" else []
    tags += [f"tolerance:{item.key.tolerance:g}"] if item.format == "date" and item.key.tolerance else []
    # A match's options are plain text to Moodle.
    return tags + [f"option-{n}:{name}" for n, name in enumerate(_match_order(item), start=1)]


def _general(item: Item) -> str:
    """The facts that the key rests on; and the rationales of pairs, for which Moodle has no other place."""
    paragraphs = [f"<p>{html.escape(facts.load()[n].citation)}</p>" for n in item.key.facts if n in facts.load()]
    paragraphs += [_marked("rationale", left, item.key.rationale[left]) for left in item.key.pairs]
    return "\n".join(paragraphs)


def _one(question: ET.Element, item: Item) -> None:
    right = {name: 100.0 for name in item.key.correct}
    _multichoice(question, item, "true", {name: right.get(name, 0.0) for name in item.options})


def _all(question: ET.Element, item: Item) -> None:
    share = 100 / len(item.key.correct)
    shares = {name: share if name in item.key.correct else -share for name in item.options}
    _multichoice(question, item, "false", shares)


def _multichoice(question: ET.Element, item: Item, single: str, shares: Mapping[str, float]) -> None:
    ET.SubElement(question, "single").text = single
    ET.SubElement(question, "shuffleanswers").text = "false" if item.keep_order else "true"
    ET.SubElement(question, "answernumbering").text = "none"
    for name, text in item.options.items():
        answer = _answer(question, shares[name], _marked("option", name, text))
        _html(answer, "feedback", _paragraphs(item.key.rationale[name]))


def _matching(question: ET.Element, item: Item) -> None:
    ET.SubElement(question, "shuffleanswers").text = "false" if item.keep_order else "true"
    pairs = item.key.pairs
    rows = [(_marked("left", left, text), item.options[pairs[left]]) for left, text in item.left.items()]
    rows += [("", text) for name, text in item.options.items() if name not in pairs.values()]
    for left, option in rows:
        subquestion = ET.SubElement(question, "subquestion", format="html")
        ET.SubElement(subquestion, "text").text = left
        _text(ET.SubElement(subquestion, "answer"), option)


def _match_order(item: Item) -> list[str]:
    """The options of a match in the order in which Moodle XML has them; nothing for another kind."""
    if not item.left:
        return []
    used = list(dict.fromkeys(item.key.pairs[left] for left in item.left))
    return used + [name for name in item.options if name not in used]


def _ordering(question: ET.Element, item: Item) -> None:
    for name, value in (
        ("layouttype", "VERTICAL"), ("selecttype", "ALL"), ("selectcount", "0"),
        ("gradingtype", "LONGEST_ORDERED_SUBSET"), ("showgrading", "SHOW"), ("numberingstyle", "none"),
    ):  # fmt: skip
        ET.SubElement(question, name).text = value
    _html(question, "correctfeedback", _paragraphs(item.key.rationale["right"]))
    _html(question, "incorrectfeedback", _paragraphs(item.key.rationale["wrong"]))
    for place, name in enumerate(item.key.correct, start=1):
        _answer(question, place, _marked("option", name, item.options[name]))


def _typed(question: ET.Element, item: Item) -> None:
    number = item.format == "number"
    question.set("type", "numerical" if number else "shortanswer")
    if not number:
        ET.SubElement(question, "usecase").text = "0"
    for form in item.key.correct:
        # A number's words ("$1,000") are no number to Moodle, and a star is its wildcard in a text.
        form = re.sub(r"[$,\s]", "", form) if number else form.replace("*", r"\*")
        answer = _answer(question, 100, form, "moodle_auto_format")
        if number:
            ET.SubElement(answer, "tolerance").text = f"{item.key.tolerance:g}"
        _html(answer, "feedback", _paragraphs(item.key.rationale["right"]))
    other = _answer(question, 0, "*", "moodle_auto_format")
    if number:
        ET.SubElement(other, "tolerance").text = "0"
    _html(other, "feedback", _paragraphs(item.key.rationale["wrong"]))


class Writer(NamedTuple):
    """``type``: of the question in Moodle. ``write`` adds to the question what this type has of its own."""

    type: str
    write: Callable[[ET.Element, Item], None]


WRITERS = {  # of the kinds that Moodle has a like of
    "one": Writer("multichoice", _one),
    "all": Writer("multichoice", _all),
    "match": Writer("matching", _matching),
    "order": Writer("ordering", _ordering),
    "entry": Writer("shortanswer", _typed),
}


def _answer(question: ET.Element, fraction: float, text: str, format: str = "html") -> ET.Element:
    shown = f"{fraction:.5f}".rstrip("0").rstrip(".")
    answer = ET.SubElement(question, "answer", fraction=shown, format=format)
    ET.SubElement(answer, "text").text = text
    return answer


def _html(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(ET.SubElement(parent, name, format="html"), "text").text = text


def _text(parent: ET.Element, text: str) -> None:
    ET.SubElement(parent, "text").text = text


def _marked(what: str, name: str, text: str) -> str:
    return f'<p class="ice-{what}-{name}">{html.escape(text)}</p>'


def _paragraphs(text: str) -> str:
    parts = (html.escape(part.strip()).replace("\n", "<br>") for part in text.strip().split("\n\n"))
    return "".join(f"<p>{part}</p>" for part in parts)


# -- back ----------------------------------------------------------------------------------------------------------


def read(text: str) -> list[Read]:
    """The questions of Moodle XML as item cells, in their order. Raises MoodleError for what is no Moodle XML.

    A question from elsewhere has no objective and no facts, and perhaps no rationale: its cell holds stand-ins, which
    release refuses, and its note says which. Kinds that have no like here are named, without a cell.
    """
    try:
        quiz = ET.fromstring(text)
    except ET.ParseError as error:
        raise MoodleError(f"This is not Moodle XML: {error}.") from error
    if quiz.tag != "quiz":
        raise MoodleError(f"This is not Moodle XML: it begins with <{quiz.tag}>, not with <quiz>.")
    questions = [question for question in quiz.iter("question") if question.get("type") != "category"]
    taken: set[str] = set()
    return [_read(question, taken) for question in questions]


def _read(question: ET.Element, taken: set[str]) -> Read:
    name = _plain(question.findtext("name/text") or "")[:80] or "?"
    tags = [tag.text or "" for tag in question.iterfind("tags/tag/text")]
    known = dict(tag.split(":", 1) for tag in tags if ":" in tag)
    reader = {
        "multichoice": _read_choice, "truefalse": _read_choice, "matching": _read_match, "ordering": _read_order,
        "shortanswer": _read_typed, "numerical": _read_typed,
    }.get(question.get("type", ""))  # fmt: skip
    if reader is None:
        return Read(name, "", f'a question of type "{question.get("type")}" has no like here')
    try:
        about = reader(question, known)
        key = about.pop("key")
        key["facts"] = tuple(tag[5:] for tag in tags if tag.startswith("fact:")) or (UNKNOWN,)
        key["hint"] = _plain(question.findtext("hint/text") or "")
        objective = known.get("objective", UNKNOWN)
        missing = [
            what for what, value in (("an objective", objective), ("facts", key["facts"][0])) if value == UNKNOWN
        ]
        missing += ["rationales"] if UNWRITTEN in key["rationale"].values() else []
        item = Item(
            id=_free(_slug(question.findtext("idnumber") or name), taken),
            objective=objective,
            level=known.get("level", "apply"),
            stem=_plain(question.findtext("questiontext/text") or "") or UNWRITTEN,
            points=float(question.findtext("defaultgrade") or 1),
            keep_order=about.pop("keep_order", False) or "keep_order" in tags,
            confidence="confidence" in tags,
            scoring=known.get("scoring", "share"),
            key=Key(**key),
            **about,
        )
        text = write_cell(item)
        parse(text)
    except (ItemError, ValueError, KeyError, TypeError) as error:
        return Read(name, "", f"cannot become an item: {error}")
    taken.add(item.id)
    return Read(name, text, f"still needs {', '.join(missing)}" if missing else "")


def _read_choice(question: ET.Element, known: Mapping[str, str]) -> dict:
    options, rationale, shares = {}, {}, {}
    for answer in question.iterfind("answer"):
        text = answer.findtext("text") or ""
        name = _id(text, "option", options)
        options[name] = _plain(text)
        rationale[name] = _plain(answer.findtext("feedback/text") or "") or UNWRITTEN
        shares[name] = float(answer.get("fraction") or 0)
    single = question.get("type") == "truefalse" or (question.findtext("single") or "true").strip() in ("true", "1")
    correct = tuple(name for name, share in shares.items() if share > (99 if single else 0))
    return {
        "kind": known.get("kind", "one" if single else "all"),
        "options": options,
        "keep_order": (question.findtext("shuffleanswers") or "true").strip() in ("false", "0"),
        "key": {"correct": correct, "rationale": rationale},
    }


def _read_match(question: ET.Element, known: Mapping[str, str]) -> dict:
    ids = [
        known[name] for name in sorted((n for n in known if re.fullmatch(r"option-\d+", n)), key=lambda n: int(n[7:]))
    ]
    texts = list(dict.fromkeys(_plain(part.findtext("answer/text") or "") for part in question.iterfind("subquestion")))
    options: dict[str, str] = {}
    for number, text in enumerate(texts):
        options[ids[number] if len(ids) == len(texts) else _id(text, "option", options)] = text
    name_of = {text: name for name, text in options.items()}
    left, pairs = {}, {}
    for part in question.iterfind("subquestion"):
        text = part.findtext("text") or ""
        if _plain(text):
            name = _id(text, "left", left)
            left[name], pairs[name] = _plain(text), name_of[_plain(part.findtext("answer/text") or "")]
    general = question.findtext("generalfeedback/text") or ""
    marked = re.findall(r'<p class="ice-rationale-([a-z0-9-]+)">(.*?)</p>', general, re.S)
    texts = {name: _plain(text) for name, text in marked}
    rationale = {name: texts.get(name) or UNWRITTEN for name in left}
    key = {"correct": (), "pairs": pairs, "rationale": rationale}
    keep = (question.findtext("shuffleanswers") or "true").strip() in ("false", "0")
    return {"kind": "match", "left": left, "options": options, "keep_order": keep, "key": key}


def _read_order(question: ET.Element, known: Mapping[str, str]) -> dict:
    answers = sorted(question.iterfind("answer"), key=lambda answer: float(answer.get("fraction") or 0))
    right: dict[str, str] = {}
    for answer in answers:
        text = answer.findtext("text") or ""
        right[_id(text, "option", right)] = _plain(text)
    written = list(right)
    written[0], written[1] = written[1], written[0]  # a cell never has them in the right order, nor a turn of it
    rationale = {
        name: _plain(question.findtext(f"{place}/text") or "") or UNWRITTEN
        for name, place in (("right", "correctfeedback"), ("wrong", "incorrectfeedback"))
    }
    options = {name: right[name] for name in written}
    return {"kind": "order", "options": options, "key": {"correct": tuple(right), "rationale": rationale}}


def _read_typed(question: ET.Element, known: Mapping[str, str]) -> dict:
    number = question.get("type") == "numerical"
    correct, rationale, tolerance = [], {"right": UNWRITTEN, "wrong": UNWRITTEN}, 0.0
    for answer in question.iterfind("answer"):
        feedback = _plain(answer.findtext("feedback/text") or "")
        right = float(answer.get("fraction") or 0) > 99
        if right:
            correct.append(_plain(answer.findtext("text") or "").replace(r"\*", "*"))
            tolerance = max(tolerance, float(answer.findtext("tolerance") or 0))
        if feedback:
            rationale["right" if right else "wrong"] = feedback
    tolerance = float(known.get("tolerance", tolerance))
    key = {"correct": tuple(dict.fromkeys(correct)), "rationale": rationale, "tolerance": tolerance}
    return {"kind": "entry", "format": known.get("format", "number" if number else "text"), "key": key}


def _id(text: str, what: str, taken: Mapping[str, object]) -> str:
    """The id that an item gave a text on its way out; else a word or three of the text."""
    marked = re.search(rf'class="ice-{what}-([a-z0-9-]+)"', text)
    return marked[1] if marked and marked[1] not in taken else _free(_slug(_plain(text), 3), taken)


def _slug(text: str, most: int = 8) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.casefold())[:most])[:60].strip("-") or "one"


def _free(name: str, taken: Iterable[str]) -> str:
    """The name, or with a number where it is taken or is a word of the grammar."""
    taken, number = set(taken) | RESERVED, 2
    free = name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free


class _Reader(HTMLParser):
    """Text with its paragraphs and line breaks."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag, attributes):
        if tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag):
        if tag in ("p", "div", "li"):
            self.parts.append("\n\n")

    def handle_data(self, data):
        self.parts.append(data)


def _plain(text: str) -> str:
    """HTML as text: a blank line between paragraphs."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.parts)).strip()
