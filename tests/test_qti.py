"""Is the QTI package sound? Whether a player scores it as we do is ``make check-qti``'s question."""

import xml.etree.ElementTree as ET
import zipfile

import pytest
from conftest import EXAMPLES

from icecourse.interchange import qti
from icecourse.item.grammar import parse
from icecourse.item.scoring import score

Q = f"{{{qti.QTI}}}"


@pytest.fixture(scope="module")
def items(checkout):
    found = {item.id: item for page in (*checkout.masters, *checkout.lessons) for _, item in page.items()}
    found |= {item.id: item for item in map(parse, EXAMPLES.values())}
    return [item for item in found.values() if item.kind in qti.KINDS]


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


@pytest.mark.parametrize("kind", qti.KINDS)
def test_the_right_response_of_every_kind_is_declared_and_possible(kind):
    item = parse(EXAMPLES[kind])
    root = ET.fromstring(qti.document(item))
    right = [v.text for v in root.find(f"{Q}qti-response-declaration/{Q}qti-correct-response")]
    choices = {
        c.get("identifier") for tag in ("qti-simple-choice", "qti-simple-associable-choice") for c in root.iter(Q + tag)
    }
    if kind != "entry":
        assert {part for value in right for part in value.split()} <= choices
    points = {e.get("map-key"): float(e.get("mapped-value")) for e in root.iter(f"{Q}qti-map-entry")}
    if points:
        assert sum(points[value] for value in right) == pytest.approx(item.points)
    if kind == "all":
        for option in item.options:
            assert max(0, points[option]) == pytest.approx(score(item, [option]).earned)


def test_texts_are_kept_to_the_letter(item_source):
    item = parse(item_source.replace("Sunday, 5 p.m.", "<b>Sunday</b> & 5 p.m. "))
    root = ET.fromstring(qti.document(item))
    assert [c.text for c in root.iter(f"{Q}qti-simple-choice")] == list(item.options.values())
    assert [p.text for p in root.iter(f"{Q}p")] == item.stem.split("\n\n")


def test_an_identifier_never_begins_with_a_digit():
    assert qti._id("287g") == "_287g" and qti._id("ero") == "ero"
