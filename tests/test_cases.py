"""Can every case be played to an end, by every path, and is a file that cannot be refused with the scene's name?"""

import re
import tomllib
from datetime import date

import pytest
from conftest import EXAMPLES, ROOT
from test_curriculum import LOADED, MONTHS

from icecourse.content import cases, facts
from icecourse.content.cases import CaseError
from icecourse.item import text_form
from icecourse.item.grammar import ItemError, parse

NAMES = sorted(path.stem for path in (ROOT / "icecourse" / "content" / "cases").glob("*.toml"))
SAMPLE = """
title = "Two scenes"
start = "first"
[scenes.first]
title = "First"
text = "What now?"
decides = "The attorney."
choices.left = {text = "Left", then = "So.", next = "last"}
choices.right = {text = "Right", then = "So.", next = "last"}
[scenes.last]
title = "Last"
text = "Done."
later = [{after = "first.left", text = "You went left."}]
"""


def paths(case, scene=None):
    """Every path of a case, as lists of steps' (scene, choice)."""
    scene = scene or case.scenes[case.start]
    if not scene.choices:
        yield []
    for choice in scene.choices.values():
        for rest in paths(case, case.scenes[choice.next]):
            yield [(scene.id, choice.id), *rest]


@pytest.mark.parametrize("name", NAMES)
def test_facts_of_a_case_exist(name):
    for scene in cases.load(name).scenes.values():
        for fact in scene.facts:
            assert fact in facts.load(), f'{name}, scene "{scene.id}": fact "{fact}"'


@pytest.mark.parametrize("name", NAMES)
def test_a_case_is_well_written(name):
    case = cases.load(name)
    for scene in case.scenes.values():
        where = f'{name}, scene "{scene.id}"'
        lengths = [len(choice.text) for choice in scene.choices.values()]
        assert not lengths or max(lengths) <= 1.2 * min(lengths) + 12, f"{where}: choices differ in length: {lengths}"
        assert not lengths or (scene.date and scene.facts), f"{where} needs a date, and the facts that it rests on"
    text = case.seen()
    assert not LOADED.search(text), f"{name} says {LOADED.findall(text)}"
    for day, month, number, year in re.findall(r"(\w+day), (\w+) (\d+)(?:, (20\d\d))?", text):
        if month in MONTHS:
            real = date(int(year or 2026), MONTHS.index(month) + 1, int(number))
            assert real.strftime("%A") == day, f"{name}: {real} is a {real:%A}"
    people = tomllib.loads((ROOT / "icecourse" / "content" / "running_case.toml").read_text(encoding="utf-8"))[
        "people"
    ].values()
    known = {person.get("a-number") for person in people}
    assert set(re.findall(r"\bA\d{3}-?\d{3}-?\d{3}\b", text)) <= known, f"{name} has an A-number of nobody"


def test_every_path_ends_and_comes_back_as_it_was_made():
    case = cases.parse("two", SAMPLE)
    assert len(list(paths(case))) == 2
    for path in paths(case):
        steps = cases.walk(case, [choice for _, choice in path])
        assert [(step.scene.id, step.choice.id) for step in steps[:-1]] == path
        assert cases.ended(steps)
    assert cases.echoes(cases.walk(case, ["left"])) == ["You went left."]
    assert cases.echoes(cases.walk(case, ["right"])) == []


def test_a_scene_that_a_path_avoids_is_found():
    case = cases.load("a-call-from-the-jail")
    for scene in case.scenes:
        avoided = (
            any(scene not in [at for at, _ in path] for path in paths(case)) if case.scenes[scene].choices else False
        )
        assert cases.avoidable(case, scene) == avoided, scene


def test_the_text_of_a_case_tells_what_the_screen_tells():
    item = parse(EXAMPLES["case"])
    text = text_form.plain(item, ["wait", "later", "request"])
    assert "A call (Thursday, November 5, 2026)" in text and "The note has been in the file since Thursday." in text
    assert "Form I-247A for Tomas Marin" in text and "Who decides: The attorney." in text
    assert text.count("(x)") == 3 and "( )" not in text and text.endswith("The case ends here.")
    assert "What came of it:" not in text_form.plain(item, [])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'start = "first"',
            'start = "frist"',
            'line 3: start is "frist", which is no scene; did you mean "first"',
        ),
        (
            'next = "last"}\nchoices.right',
            'next = "lost"}\nchoices.right',
            'line 8: scene "first": "left" leads to',
        ),
        ('next = "last"}\n[', 'next = "first"}\n[', 'line 4: scene "first": a path comes back to it'),
        ('after = "first.left"', 'after = "first.up"', 'line 13: scene "last": "first.up" is no choice'),
        ('decides = "The attorney."', "", 'line 4: scene "first": the field "decides" is missing; add it.'),
        (
            'title = "Last"',
            'titel = "Last"',
            'line 11: scene "last": the field "title" is missing; did you',
        ),
        ('title = "Last"', 'title = "Last"\nauthor = "L"', 'line 12: scene "last": "author" is not a field here'),
        ('choices.left = {text = "Left", then = "So.", next = "last"}', "", "it has one choice only"),
        (
            "[scenes.last]",
            '[scenes.lonely]\ntitle = "L"\ntext = "L"\n[scenes.last]',
            'scene "lonely": no path leads to it',
        ),
        ('title = "Two scenes"', "title = Two scenes", "two.toml, line 2: this is not TOML"),
    ],
)
def test_a_file_that_cannot_be_played_is_refused_by_name(old, new, message):
    assert old in SAMPLE
    with pytest.raises(CaseError) as refused:
        cases.parse("two", SAMPLE.replace(old, new))
    assert str(refused.value).startswith("two.toml") and message in str(refused.value)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('case      = "a-call-from-the-jail"', 'case      = "no-such-case"', "There is no case"),
        ('the-call = "pass-on"', 'friday = "plain"', 'a path of the case avoids "friday"'),
        ('the-call = "pass-on"', 'the-call = "pass"', '"pass" is no choice'),
        ('the-call = "pass-on"', 'the-call = ["pass-on", "say-no", "wait"]', "all or no choices are right"),
        ('the-call = "What to sign', 'the-cal = "What to sign', '"the-call" has no rationale'),
    ],
)
def test_a_key_that_does_not_fit_its_case_is_refused(old, new, message):
    assert old in EXAMPLES["case"]
    with pytest.raises(ItemError, match=message):
        parse(EXAMPLES["case"].replace(old, new))


def test_the_version_of_an_item_covers_its_case(monkeypatch):
    before = parse(EXAMPLES["case"]).version
    changed = cases.load("a-call-from-the-jail")._replace(title="Another call")
    monkeypatch.setattr(cases, "load", lambda name: changed)
    assert parse(EXAMPLES["case"]).version != before
