"""Can an author ask what is due, what a fact touches, and what is covered, and have pages written from their data?"""

import shutil
from datetime import date

import nbformat
import pytest
from conftest import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from icecourse import curriculum
from icecourse.author import pages, upkeep
from icecourse.content import facts
from icecourse.curriculum import Course, Page

FACT = """
[{id}]
statement = "S."
basis = "statute"
citation = "{citation}"
as_of = "2025"
volatility = "{volatility}"
checked = {checked}
how = "knowledge"
"""


@pytest.fixture
def three_facts(tmp_path, monkeypatch):
    rows = [
        {"id": "calm", "citation": "1 U.S.C. § 1", "volatility": "stable", "checked": "2026-01-01"},
        {"id": "quick", "citation": "2 U.S.C. § 2", "volatility": "fast", "checked": "2026-01-01"},
        {"id": "yearly", "citation": "3 U.S.C. § 3", "volatility": "slow", "checked": "2025-05-01"},
    ]
    (tmp_path / "law.toml").write_text("".join(FACT.format(**row) for row in rows), encoding="utf-8")
    known = facts.load(tmp_path)
    monkeypatch.setattr(facts, "load", lambda: known)


def test_facts_are_due_on_the_day_their_check_ends_and_not_before_the_earliest_first(three_facts):
    quick = "2026-04-01  quick (law.toml, fast): 2 U.S.C. § 2"
    yearly = "2026-05-01  yearly (law.toml, slow): 3 U.S.C. § 3"
    calm = "2028-12-31  calm (law.toml, stable): 1 U.S.C. § 1"
    assert upkeep.due(date(2026, 3, 31)) == []
    assert upkeep.due(date(2026, 4, 1)) == [quick]
    assert upkeep.due(date.max) == [quick, yearly, calm]


@pytest.fixture
def small(tmp_path, item_source):
    """A course with a lesson of three cells that use two facts, and a quiz of one item."""

    def page(path, cells):
        path.parent.mkdir(parents=True)
        nbformat.write(new_notebook(cells=cells), path)

    item = new_code_cell(item_source, id="my-item")
    law = new_markdown_cell('([C](https://x "fact: detainer-48-hours-excludes-weekends"))', id="law")
    page(tmp_path / "lessons" / "03-x.ipynb", [law, item, new_markdown_cell("No law here.", id="talk")])
    page(tmp_path / "source" / "quiz" / "quiz.ipynb", [item])
    return Course(tmp_path)


def test_every_place_of_a_fact_is_named(small):
    touched = upkeep.touches(small, "detainer-48-hours-excludes-weekends")
    assert touched[:3] == ['03-x: cell "law"', '03-x: item "my-item"', 'quiz: item "my-item"']
    assert {"explorers/detainer-window.toml", "cases/a-call-from-the-jail.toml"} < set(touched[3:])
    assert "explorers/world-desk.toml" not in touched


def test_a_fact_of_the_glossary_is_named_with_its_term(small):
    term = next(term for term in pages.terms() if term.facts)
    assert f'glossary: "{term.term}"' in upkeep.touches(small, term.facts[0])


def test_an_unknown_fact_is_refused_in_one_sentence(small):
    with pytest.raises(upkeep.UnknownFact, match=r'^There is no fact "no-such-fact"; its id stands in .*\.$'):
        upkeep.touches(small, "no-such-fact")


def test_coverage_counts_each_objectives_items_and_names_unused_facts(small):
    lines, goals = upkeep.coverage(small), curriculum.objectives()
    assert lines.count("03 compute-detainer-window: practice 1, graded 1") == 1
    assert sum(line.endswith(": practice 0, graded 0") for line in lines) == len(goals) - 1
    unused = [f"listed in the sources page only: {name}" for name in facts.load()]
    unused.remove("listed in the sources page only: detainer-48-hours-excludes-weekends")
    assert lines[len(goals) :] == unused


def test_pages_are_written_anew_where_they_differ_and_only_there(tmp_path):
    for folder in ("lessons", "source"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    course = Course(tmp_path)
    assert pages.write(course) == []
    lesson = tmp_path / "lessons" / "03-ero-finding-and-arresting.ipynb"
    glossary = tmp_path / "lessons" / "glossary.ipynb"
    before = lesson.read_text(encoding="utf-8")
    lesson.write_text(before.replace("8 C.F.R. § 287.7(d)](", "8 C.F.R. § 1](", 1), encoding="utf-8")
    glossary.unlink()
    assert pages.write(course) == [
        f"{lesson.name}: citations and Sources are brought up to date",
        "glossary.ipynb: written anew",
    ]
    assert lesson.read_text(encoding="utf-8") == before
    assert glossary.read_bytes() == (ROOT / "lessons" / "glossary.ipynb").read_bytes()


def test_a_glossary_term_leads_to_the_heading_that_teaches_it(tmp_path):
    cells = [("top", "# Title"), ("first", "## What ICE is.\n\nText."), ("below", "More."), ("code", "## no heading")]
    notebook = new_notebook(cells=[new_markdown_cell(text, id=name) for name, text in cells[:3]])
    notebook.cells.append(new_code_cell(cells[3][1], id="code"))
    nbformat.write(notebook, tmp_path / "01-x.ipynb")
    page = Page(tmp_path / "01-x.ipynb")
    assert pages.anchor(page, "top") == ""
    assert [pages.anchor(page, name) for name in ("first", "below", "code")] == ["#What-ICE-is."] * 3
    with pytest.raises(ValueError, match='has no cell "no-such-cell"; name the cell'):
        pages.anchor(page, "no-such-cell")
