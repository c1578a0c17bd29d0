"""Is the QTI package sound, and does it score every kind as we do? ``make check-qti`` asks a player of others."""

import itertools
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace

import pytest
from conftest import EXAMPLES

from icecourse.interchange import qti
from icecourse.item.grammar import Item, parse
from icecourse.item.scoring import score

Q = f"{{{qti.QTI}}}"
KINDS = ("one", "all", "match", "order", "entry")


@pytest.fixture(scope="module")
def items(checkout):
    of_course = {item.id: item for page in (*checkout.masters, *checkout.lessons) for _, item in page.items()}
    of_course |= {item.id: item for item in map(parse, EXAMPLES.values())}
    return [item for item in of_course.values() if item.kind in KINDS]


def responses(item: Item) -> list:
    """Right ones, wrong ones and parts of right ones."""
    if item.kind == "one":
        return [[option] for option in item.options]
    if item.kind == "all":
        return [list(c) for n in range(1, len(item.options) + 1) for c in itertools.combinations(item.options, n)]
    if item.kind == "match":
        lefts = list(item.left)
        pairs = itertools.islice(itertools.product(item.options, repeat=len(lefts)), 30)
        return [dict(zip(lefts, options, strict=True)) for options in pairs]
    if item.kind == "order":
        return [list(order) for order in itertools.islice(itertools.permutations(item.options), 24)]
    return [*item.key.correct, "2026-11-09", "12"]


def as_qti(item: Item, response) -> str | list[str]:
    """A response as a QTI player sends it."""
    if item.kind == "one":
        return qti.identifier(response[0])
    if item.kind == "match":
        return [f"{qti.identifier('l-' + left)} {qti.identifier('r-' + option)}" for left, option in response.items()]
    return response if item.kind == "entry" else [qti.identifier(option) for option in response]


def played(root: ET.Element, response: str | list[str]) -> float:
    """SCORE after response processing, by the information model: section 5.1 (qti-map-response and its bounds),
    2.11.2 (qti-match) and 2.11.4 (qti-equal, of which we use the absolute tolerance)."""
    declared, processing = root.find(f"{Q}qti-response-declaration"), root.find(f"{Q}qti-response-processing")
    values = response if isinstance(response, list) else [response]
    if processing.find(f"{Q}qti-set-outcome-value/{Q}qti-map-response") is not None:
        mapping = declared.find(f"{Q}qti-mapping")
        points = {}
        for entry in mapping:
            fold = str.casefold if entry.get("case-sensitive") == "false" else str
            points |= {fold(entry.get("map-key")): float(entry.get("mapped-value"))}
            values = [fold(value) for value in values]
        total = sum(points.get(value, float(mapping.get("default-value"))) for value in values)
        return min(max(total, float(mapping.get("lower-bound"))), float(mapping.get("upper-bound")))
    condition = processing.find(f"{Q}qti-response-condition/{Q}qti-response-if")
    reward = float(condition.findtext(f"{Q}qti-set-outcome-value/{Q}qti-base-value"))
    if condition.find(f"{Q}qti-match") is not None:
        right = [value.text for value in declared.find(f"{Q}qti-correct-response")]
        alike = values == right if declared.get("cardinality") == "ordered" else sorted(values) == sorted(right)
        return reward if alike else 0.0
    equals = condition.findall(f"{Q}qti-or/{Q}qti-equal")
    near = [
        abs(float(response) - float(equal.findtext(f"{Q}qti-base-value"))) <= float(equal.get("tolerance").split()[0])
        for equal in equals
    ]
    return reward if any(near) else 0.0


def test_the_manifest_names_every_file_of_the_package(items, tmp_path):
    qti.write(items, tmp_path / "items.zip")
    with zipfile.ZipFile(tmp_path / "items.zip") as package:
        manifest = ET.fromstring(package.read("imsmanifest.xml"))
        named = [r.get("href") for r in manifest.iter(f"{{{qti.PACKAGE}}}resource")]
        assert sorted([*named, "imsmanifest.xml"]) == sorted(package.namelist())
        identifiers = [r.get("identifier") for r in manifest.iter(f"{{{qti.PACKAGE}}}resource")]
        assert len(set(identifiers)) == len(items)
        for name in named:
            assert ET.fromstring(package.read(name)).tag == f"{Q}qti-assessment-item"


def test_every_item_has_the_score_that_it_has_here(items):
    compared = {kind: 0 for kind in KINDS}
    all_or_nothing = [replace(item, scoring="exact", points=2.5) for item in items if item.kind in ("all", "match")]
    for item in [*items, *all_or_nothing]:
        root = ET.fromstring(qti.document(item))
        for response in responses(item):
            ours = score(item, response)
            if item.kind == "order" and ours.outcome == "partly":  # said in qti.loss
                assert played(root, as_qti(item, response)) == 0
            else:
                assert played(root, as_qti(item, response)) == pytest.approx(ours.earned), (item.id, response)
            compared[item.kind] += 1
    assert all(compared.values()), compared


def number(*correct: str, tolerance: float = 0) -> Item:
    item = parse(EXAMPLES["entry"])
    return replace(item, format="number", key=replace(item.key, correct=correct, tolerance=tolerance), points=2)


@pytest.mark.parametrize("typed", ["154.4", "154.5", "155", "155.5", "155.51", "2510", "2511"])
def test_a_number_is_right_within_its_tolerance(typed):
    item = number("$155.00", "2,510", tolerance=0.5)
    assert played(ET.fromstring(qti.document(item)), typed) == score(item, typed).earned


def test_letters_case_makes_no_difference_to_a_typed_text():
    item = parse(EXAMPLES["entry"])
    item = replace(item, format="text", key=replace(item.key, correct=("Form I-200", "I-200"), tolerance=0))
    root = ET.fromstring(qti.document(item))
    for typed, earned in (("form i-200", 1), ("i-200", 1), ("I-205", 0)):
        assert played(root, typed) == earned == score(item, typed).earned


@pytest.mark.parametrize(
    ("kind", "right"),
    [
        ("one", ["tuesday"]),
        ("all", ["custody", "notice"]),
        ("match", ["l-detainer r-asks", "l-warrant r-arrests", "l-notice r-charges"]),
        ("order", ["notice", "master", "decision", "appeal"]),
        ("entry", ["2026-11-10"]),
    ],
)
def test_the_right_response_of_every_kind_is_declared_and_can_be_given(kind, right):
    root = ET.fromstring(qti.document(parse(EXAMPLES[kind])))
    declared = [v.text for v in root.find(f"{Q}qti-response-declaration/{Q}qti-correct-response")]
    assert sorted(declared) == sorted(right) and (kind != "order" or declared == right)
    choices = {
        c.get("identifier") for tag in ("qti-simple-choice", "qti-simple-associable-choice") for c in root.iter(Q + tag)
    }
    if kind != "entry":
        assert {part for value in right for part in value.split()} <= choices


def test_a_translation_that_does_not_travel_is_said(item_source):
    item = parse(item_source.replace("### BEGIN KEY", '[translation.es]\nstem = "¿Cuándo?"\n### BEGIN KEY'))
    assert qti.loss(parse(item_source)) == "" and "es was left out" in qti.loss(item)


def test_texts_are_kept_to_the_letter(item_source):
    item = parse(item_source.replace("Sunday, 5 p.m.", "<b>Sunday</b> & 5 p.m. "))
    root = ET.fromstring(qti.document(item))
    assert [c.text for c in root.iter(f"{Q}qti-simple-choice")] == list(item.options.values())
    assert [p.text for p in root.iter(f"{Q}p")] == item.stem.split("\n\n")


def test_an_identifier_never_begins_with_a_digit():
    assert qti.identifier("287g") == "_287g" and qti.identifier("ero") == "ero"
