"""Can an author ask what is due, what a fact touches, and what is covered?"""

from datetime import date

import pytest
from conftest import ROOT

from icecourse import curriculum
from icecourse.author import pages
from icecourse.content import facts
from icecourse.curriculum import Course

COURSE = Course(ROOT)


def test_a_fact_is_due_on_the_day_its_check_ends_and_not_before():
    fact = min(facts.load().values(), key=lambda fact: fact.review_by)
    assert pages.due(date.fromordinal(fact.review_by.toordinal() - 1)) == []
    assert fact in pages.due(fact.review_by)
    days = [fact.review_by for fact in pages.due(date.max)]
    assert days == sorted(days) and len(days) == len(facts.load())


def test_every_place_of_a_fact_is_named():
    touched = "\n".join(pages.touches(COURSE, "detainer-48-hours-excludes-weekends"))
    assert '03-ero-finding-and-arresting: cell "' in touched
    assert 'quiz-03-ero-finding-and-arresting: item "' in touched
    assert "explorers/detainer-window.toml" in touched and "cases/a-call-from-the-jail.toml" in touched
    with pytest.raises(KeyError):
        pages.touches(COURSE, "no-such-fact")


def test_coverage_counts_each_objectives_items_and_names_unused_facts():
    lines = pages.coverage(COURSE)
    assert len(lines) >= len(curriculum.objectives())
    assert any(line.startswith("03 compute-detainer-window: practice 2, graded ") for line in lines)


def test_the_commands_answer(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    pages.main(["due", "2027-02-22"])
    assert "fast" in capsys.readouterr().out
    pages.main(["touches", "detainer-is-request"])
    assert "03-ero-finding-and-arresting" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="There is no fact"):
        pages.main(["touches", "no-such-fact"])


def test_a_glossary_term_leads_to_the_heading_that_teaches_it():
    page = next(page for page in COURSE.lessons if page.name.startswith("03"))
    cell = next(cell for cell in page.notebook.cells if cell.source.startswith("## "))
    assert pages._anchor(page, cell.id).startswith("#")
    with pytest.raises(ValueError, match="has no cell"):
        pages._anchor(page, "no-such-cell")
