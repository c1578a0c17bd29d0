"""Do the fact files load, and does a broken one say what is wrong?"""

from datetime import date, timedelta

import pytest

from icecourse.author import pages
from icecourse.content import facts
from icecourse.content.facts import FactError, Was

GOOD = """
[a-fact]
statement = "S."
basis = "statute"
citation = "6 U.S.C. § 252"
as_of = "2025"
volatility = "fast"
checked = 2026-11-24
how = "knowledge"
"""


def test_every_topic_has_a_file_of_facts_and_every_file_is_a_topic():
    """A file that is not read, or a topic that stands on no page, would go unseen."""
    assert {fact.topic for fact in facts.load().values()} == set(pages.sources_page().topics)
    assert {path.stem for path in facts.FOLDER.glob("*.toml")} == set(pages.sources_page().topics)


def test_a_fact_knows_when_it_must_be_reviewed(tmp_path):
    (tmp_path / "law.toml").write_text(GOOD)
    fact = facts.load(tmp_path)["a-fact"]
    assert fact.topic == "law"
    assert fact.checked == date(2026, 11, 24)
    assert fact.review_by - fact.checked == timedelta(days=90)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('basis = "statute"', 'basis = "blog"', "basis"),
        ('volatility = "fast"', 'volatility = "quick"', "volatility"),
        (
            'how = "knowledge"',
            'how = "report"',
            'line 9: fact "a-fact": how is "report" but there is no evidence',
        ),
        ('how = "knowledge"', 'how = "report"\nevidence = {titel = "T"}', 'line 10.*"titel" is not a field here'),
        ("[a-fact]", "[A_Fact]", 'fact "A_Fact": write the id in small letters'),
        ("checked = 2026-11-24", 'checked = "2026-11-24"', "checked"),
        ('as_of = "2025"', "as_of = 2025", "as_of"),
        ('citation = "6 U.S.C. § 252"', "", "citation"),
        ('how = "knowledge"', 'how = "knowledge"\ncolour = "red"', "colour"),
        ('how = "knowledge"', 'how = "knowledge"\nsupersedes = ["gone"]', "gone"),
        ("[a-fact]", "[a-fact", "law.toml"),
    ],
)
def test_a_broken_fact_is_named(tmp_path, old, new, says):
    (tmp_path / "law.toml").write_text(GOOD.replace(old, new))
    assert old in GOOD
    with pytest.raises(FactError, match=says) as caught:
        facts.load(tmp_path)
    assert str(caught.value).startswith("law.toml")


def test_one_id_in_two_files_is_refused(tmp_path):
    for name in ("law", "more"):
        (tmp_path / f"{name}.toml").write_text(GOOD)
    with pytest.raises(FactError, match=r"more\.toml.*a-fact.*law\.toml"):
        facts.load(tmp_path)


def test_every_found_fact_has_its_page_and_every_address_is_https():
    for fact in facts.load().values():
        assert fact.how == "knowledge" or fact.evidence["title"], fact.id
        assert not fact.url or fact.url.startswith("https://"), fact.id


# -- what a fact said before ----------------------------------------------------------------------------------

HISTORY = """
[[a-fact.was]]
statement = "S, second."
until     = 2026-11-24
reason    = "The statute was amended."
source    = "140 Stat. 12"
[[a-fact.was]]
statement = "S, first."
until     = 2025-02-01
reason    = "A slip of ours."
source    = "https://www.example.gov/s"
"""


def test_a_fact_keeps_what_it_said_before_the_newest_first(tmp_path):
    (tmp_path / "law.toml").write_text(GOOD + HISTORY)
    assert facts.load(tmp_path)["a-fact"].was == (
        Was("S, second.", date(2026, 11, 24), "The statute was amended.", "140 Stat. 12"),
        Was("S, first.", date(2025, 2, 1), "A slip of ours.", "https://www.example.gov/s"),
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("2026-11-24\nr", "2026-11-25\nr", 'line 13: fact "a-fact": was 1 ends on 2026-11-25, after the day'),
        ("2025-02-01", "2026-11-25", 'line 18: fact "a-fact": was 2 ends after was 1; put the newest first'),
        ("2025-02-01", '"2025-02-01"', 'line 18: fact "a-fact", was 2: until must be a date such as 2026-11-24'),
        ("2025-02-01", "2025-02-01T10:00:00", 'fact "a-fact", was 2: until must be a date'),
        ('reason    = "A slip of ours."', "", 'line 16: fact "a-fact", was 2: the field "reason" is missing; add it'),
        ('source    = "140 Stat. 12"', 'source = ""', 'line 15: fact "a-fact", was 1: "source" must be text'),
        ('source    = "140', 'why = "x"\nsource = "140', 'line 15: fact "a-fact", was 1: "why" is not a field here'),
        ("[[a-fact.was]]\nstatement = \"S, f", "[a-fact.was]\nstatement = \"S, f", "this is not TOML"),
    ],
)  # fmt: skip
def test_a_broken_history_is_named_with_its_line(tmp_path, old, new, says):
    assert old in GOOD + HISTORY
    (tmp_path / "law.toml").write_text((GOOD + HISTORY).replace(old, new, 1))
    with pytest.raises(FactError, match=says) as caught:
        facts.load(tmp_path)
    assert str(caught.value).startswith("law.toml, line")
