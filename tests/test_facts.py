"""Do the fact files load, and does a broken one say what is wrong?"""

from datetime import date, timedelta

import pytest

from icecourse.content import facts

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


def test_the_course_has_every_fact_it_began_with():
    assert len(facts.load()) >= 245


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
        ('how = "knowledge"', 'how = "found"', "evidence"),
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
    with pytest.raises(facts.FactError, match=says) as caught:
        facts.load.__wrapped__(tmp_path)
    assert "law.toml" in str(caught.value)


def test_one_id_in_two_files_is_refused(tmp_path):
    for name in ("law", "more"):
        (tmp_path / f"{name}.toml").write_text(GOOD)
    with pytest.raises(facts.FactError, match=r"more\.toml.*a-fact.*law\.toml"):
        facts.load.__wrapped__(tmp_path)


def test_every_found_fact_has_its_page_and_every_address_is_https():
    for fact in facts.load().values():
        assert fact.how == "knowledge" or fact.evidence["title"], fact.id
        assert not fact.url or fact.url.startswith("https://"), fact.id
