"""Items to a QTI 3.0 package: one XML file an item and a manifest, in a zip.

1EdTech, Question and Test Interoperability: Assessment, Section and Item Information Model 3.0, and its best practice
guide. Scores are in points, by response processing that stands in the item, and are ours but for orders: QTI's standard
operators know only the right order as a whole.
"""

import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from icecourse.item import kinds
from icecourse.item.record import Item

QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
SCHEMA = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd"
PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"


def write(items: Iterable[Item], path: Path) -> None:
    """A QTI 3.0 package of items with their keys."""
    items = [item for item in items if item.kind in WRITERS]
    manifest = ET.Element("manifest", {"xmlns": PACKAGE, "identifier": "ice-for-paralegals"})
    metadata = ET.SubElement(manifest, "metadata")
    ET.SubElement(metadata, "schema").text = "QTI Package"
    ET.SubElement(metadata, "schemaversion").text = "3.0.0"
    ET.SubElement(manifest, "organizations")
    resources = ET.SubElement(manifest, "resources")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for item in items:
            name = f"items/{item.id}.xml"
            about = {"identifier": identifier(item.id), "type": "imsqti_item_xmlv3p0", "href": name}
            ET.SubElement(ET.SubElement(resources, "resource", about), "file", href=name)
            package.writestr(name, document(item))
        package.writestr("imsmanifest.xml", _written(manifest))


def loss(item: Item) -> str:
    """What a QTI player does otherwise with this item, in one sentence or more, or "" """
    if item.kind not in WRITERS:
        return f"QTI has no interaction like an item of kind {item.kind}; it was left out."
    losses = []
    if kinds.of(item).is_turned and item.scoring != "exact":
        losses.append("A QTI player gives the points of an order for the right one only, here for its right part.")
    if item.format in ("text", "date"):
        losses.append("A QTI player takes the accepted forms as they are written, whatever the letters' case.")
    if item.translations:
        losses.append(f"The QTI package is in one language: {', '.join(item.translations)} was left out.")
    return " ".join(losses)


def document(item: Item) -> str:
    """The XML of one item."""
    root = ET.Element(
        "qti-assessment-item",
        {
            "xmlns": QTI, "xmlns:xsi": XSI[1:].split("}")[0], "xsi:schemaLocation": f"{QTI} {SCHEMA}",
            "identifier": identifier(item.id), "title": item.id.replace("-", " "), "adaptive": "false",
            "time-dependent": "false", "xml:lang": "en",
        },
    )  # fmt: skip
    writer = WRITERS[item.kind]
    response = writer.response(item)
    declared = ET.SubElement(root, "qti-response-declaration", {
        "identifier": "RESPONSE", "cardinality": response.cardinality, "base-type": response.base,
    })  # fmt: skip
    _values(ET.SubElement(declared, "qti-correct-response"), response.correct)
    if response.points:
        about = {"lower-bound": "0", "upper-bound": f"{item.points:g}", "default-value": "0"}
        mapping = ET.SubElement(declared, "qti-mapping", about)
        for key, points in response.points.items():
            entry = {"map-key": key, "mapped-value": f"{points:.10g}"}
            if response.base == "string":
                entry["case-sensitive"] = "false"
            ET.SubElement(mapping, "qti-map-entry", entry)
    _outcome(root, "SCORE", "0")
    _outcome(root, "MAXSCORE", f"{item.points:g}")
    body = ET.SubElement(root, "qti-item-body")
    for part in item.stem.split("\n\n"):
        _lines(ET.SubElement(body, "p"), part)
    writer.interaction(body, item)
    _processing(root, item, response)
    return _written(root)


class Response(NamedTuple):
    """What a player is told of right responses. ``points``: of each part, where their sum is the score; else none."""

    cardinality: str
    base: str
    correct: list[str]
    points: Mapping[str, float]


def _one_response(item: Item) -> Response:
    points = {identifier(name): item.points for name in item.key.correct}
    return Response("single", "identifier", [identifier(item.key.correct[0])], points)


def _all_response(item: Item) -> Response:
    correct = item.key.correct
    share = item.points / len(correct)
    points = {identifier(name): share if name in correct else -share for name in item.options}
    return Response("multiple", "identifier", [identifier(name) for name in correct], {} if _is_exact(item) else points)


def _match_response(item: Item) -> Response:
    pairs = [f"{identifier('l-' + left)} {identifier('r-' + option)}" for left, option in item.key.pairs.items()]
    points = {pair: item.points / len(pairs) for pair in pairs}
    return Response("multiple", "directedPair", pairs, {} if _is_exact(item) else points)


def _order_response(item: Item) -> Response:
    return Response("ordered", "identifier", [identifier(name) for name in item.key.correct], {})


def _typed_response(item: Item) -> Response:
    correct = item.key.correct
    if item.format == "number":
        return Response("single", "float", [_number(correct[0])], {})
    return Response("single", "string", [correct[0]], {form: item.points for form in correct})


def _is_exact(item: Item) -> bool:
    return item.scoring == "exact"


def _processing(root: ET.Element, item: Item, response: Response) -> None:
    """SCORE by the mapping; or the points for a response that is the right one; or for a number within tolerance."""
    processing = ET.SubElement(root, "qti-response-processing")
    if response.points:
        ET.SubElement(_set(processing), "qti-map-response", identifier="RESPONSE")
        return
    condition = ET.SubElement(ET.SubElement(processing, "qti-response-condition"), "qti-response-if")
    if response.base == "float":
        either = ET.SubElement(condition, "qti-or")
        off = f"{item.key.tolerance:g}"
        for form in item.key.correct:
            near = {"tolerance-mode": "absolute", "tolerance": f"{off} {off}"}
            equal = ET.SubElement(either, "qti-equal", near)
            ET.SubElement(equal, "qti-variable", identifier="RESPONSE")
            ET.SubElement(equal, "qti-base-value", {"base-type": "float"}).text = _number(form)
    else:
        match = ET.SubElement(condition, "qti-match")
        ET.SubElement(match, "qti-variable", identifier="RESPONSE")
        ET.SubElement(match, "qti-correct", identifier="RESPONSE")
    ET.SubElement(_set(condition), "qti-base-value", {"base-type": "float"}).text = f"{item.points:g}"


def _set(parent: ET.Element) -> ET.Element:
    return ET.SubElement(parent, "qti-set-outcome-value", identifier="SCORE")


def _choice(body: ET.Element, item: Item) -> None:
    asked = ET.SubElement(body, "qti-choice-interaction", {
        "response-identifier": "RESPONSE", "shuffle": _flag(not item.keep_order),
        "max-choices": "1" if kinds.of(item).is_one_click else "0",
    })  # fmt: skip
    _options(asked, item.options)


def _order(body: ET.Element, item: Item) -> None:
    about = {"response-identifier": "RESPONSE", "shuffle": "false"}  # the written order is never the right one
    _options(ET.SubElement(body, "qti-order-interaction", about), item.options)


def _match(body: ET.Element, item: Item) -> None:
    about = {"response-identifier": "RESPONSE", "shuffle": _flag(not item.keep_order)}
    about["max-associations"] = str(len(item.left))
    asked = ET.SubElement(body, "qti-match-interaction", about)
    for prefix, texts, most in (("l-", item.left, 1), ("r-", item.options, len(item.left))):
        side = ET.SubElement(asked, "qti-simple-match-set")
        for name, text in texts.items():
            about = {"identifier": identifier(prefix + name), "match-max": str(most)}
            ET.SubElement(side, "qti-simple-associable-choice", about).text = text


def _typed(body: ET.Element, item: Item) -> None:
    about = {"response-identifier": "RESPONSE", "expected-length": "20"}
    ET.SubElement(ET.SubElement(body, "p"), "qti-text-entry-interaction", about)


class Writer(NamedTuple):
    """``interaction`` adds to the item's body what a trainee answers in."""

    response: Callable[[Item], Response]
    interaction: Callable[[ET.Element, Item], None]


WRITERS = {  # of the kinds that QTI has a like of
    "one": Writer(_one_response, _choice),
    "all": Writer(_all_response, _choice),
    "match": Writer(_match_response, _match),
    "order": Writer(_order_response, _order),
    "entry": Writer(_typed_response, _typed),
}


def _options(asked: ET.Element, options: Mapping[str, str]) -> None:
    for name, text in options.items():
        ET.SubElement(asked, "qti-simple-choice", identifier=identifier(name)).text = text


def _outcome(root: ET.Element, name: str, value: str) -> None:
    about = {"identifier": name, "cardinality": "single", "base-type": "float"}
    _values(ET.SubElement(ET.SubElement(root, "qti-outcome-declaration", about), "qti-default-value"), [value])


def _values(parent: ET.Element, values: Iterable[str]) -> None:
    for value in values:
        ET.SubElement(parent, "qti-value").text = value


def _lines(paragraph: ET.Element, text: str) -> None:
    first, *rest = text.split("\n")
    paragraph.text = first
    for line in rest:
        ET.SubElement(paragraph, "br").tail = line


def _number(form: str) -> str:
    return re.sub(r"[$,\s]", "", form)


def _flag(value: bool) -> str:
    return "true" if value else "false"


def identifier(name: str) -> str:
    """An identifier of QTI does not begin with a digit."""
    return f"_{name}" if name[0].isdigit() else name


def _written(root: ET.Element) -> str:
    """XML without indentation inside of texts: a space between words is a space on the page."""
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
