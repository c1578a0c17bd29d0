"""Do items survive the way to Moodle and back, and does a reader that was not written here see the same?"""

import pytest
from bs4 import BeautifulSoup
from conftest import EXAMPLES
from moodle_xml_parser.parser import parse_string

from icecourse.interchange import moodle
from icecourse.item.grammar import parse
from icecourse.item.scoring import score

ALL_OR_NOTHING = r"""%%item all-or-nothing
objective = "o"
level = "apply"
kind = "all"
scoring = "exact"
points = 2.5
keep_order = true
stem = "A <b> & \"c\"\\ d\n\nline\nline * é"
[options]
here = "Here & now"
there = "There"
### BEGIN KEY
[key]
correct = ["here"]
facts = ["detainer-definition"]
[rationale]
here = "So it is & was."
there = "So it is not."
### END KEY
"""


def plain(markup):
    return " ".join(BeautifulSoup(markup, "html.parser").get_text(" ").split())


@pytest.fixture(scope="module")
def items(checkout):
    """Every item of the course and the examples of every kind."""
    of_course = {item.id: item for page in (*checkout.masters, *checkout.lessons) for _, item in page.items()}
    of_course |= {item.id: item for item in map(parse, EXAMPLES.values())}
    of_course["all-or-nothing"] = parse(ALL_OR_NOTHING)
    return [item for item in of_course.values() if item.kind != "case"]


def test_a_case_is_left_out_and_said():
    case = parse(EXAMPLES["case"])
    assert case.id not in moodle.write([case], "course") and "left out" in moodle.loss(case)


def test_a_translation_that_does_not_travel_is_said(item_source):
    item = parse(item_source.replace("### BEGIN KEY", '[translation.es]\nstem = "¿Cuándo?"\n### BEGIN KEY'))
    assert moodle.loss(parse(item_source)) == "" and "es was left out" in moodle.loss(item)
    assert "¿Cuándo?" not in moodle.write([item], "course")


def test_every_item_comes_back_from_moodle_as_it_went(items):
    back = moodle.read(moodle.write(items, "ICE for Paralegals"))
    assert [read.note for read in back] == [""] * len(items)
    for item, read in zip(items, back, strict=True):
        assert parse(read.cell) == item
        assert parse(read.cell).version == item.version


def test_a_reader_of_others_sees_the_same_choices_and_scores(items):
    seen = {q.name: q for q in parse_string(moodle.write(items, "course"))["multichoice"]}
    choices = [item for item in items if item.kind in ("one", "all")]
    assert len(seen) == len(choices) > 20
    for item in choices:
        question = seen[item.id]
        assert question.single == (item.kind == "one") and question.default_grade == item.points
        assert [plain(option.answer) for option in question.options] == [
            " ".join(t.split()) for t in item.options.values()
        ]
        for name, option in zip(item.options, question.options, strict=True):
            assert plain(option.feedback) == " ".join(item.key.rationale[name].split())
            if item.scoring == "share":  # what Moodle gives for this option alone, never below 0
                moodles = max(0.0, option.score_fraction) / 100 * item.points
                assert score(item, [name]).earned == pytest.approx(moodles, abs=1e-4)


FOREIGN = """<?xml version="1.0"?><quiz>
<question type="category"><category><text>top</text></category></question>
<question type="multichoice"><name><text>Who signs?</text></name>
 <questiontext format="html"><text><![CDATA[<p>Who signs a <em>warrant</em>?</p>]]></text></questiontext>
 <defaultgrade>2</defaultgrade><single>true</single><shuffleanswers>0</shuffleanswers>
 <answer fraction="100"><text>An officer</text><feedback><text>Yes.</text></feedback></answer>
 <answer fraction="0"><text>An officer of a court</text></answer>
 <answer fraction="0"><text>Key</text></answer></question>
<question type="truefalse"><name><text>Court</text></name><questiontext><text>EOIR is part of ICE.</text></questiontext>
 <answer fraction="0"><text>true</text></answer><answer fraction="100"><text>false</text></answer></question>
<question type="essay"><name><text>Memo</text></name><questiontext><text>Write.</text></questiontext></question>
<question type="numerical"><name><text>Hours</text></name><questiontext><text>How many?</text></questiontext>
 <answer fraction="100"><text>48</text><tolerance>0.5</tolerance></answer></question>
<question type="multichoice"><name><text>Broken</text></name><questiontext><text>?</text></questiontext></question>
</quiz>"""


def test_questions_from_elsewhere_become_cells_that_say_what_they_lack():
    signs, court, memo, hours, broken = moodle.read(FOREIGN)
    item = parse(signs.cell)
    assert (item.id, item.stem, item.points, item.keep_order) == ("who-signs", "Who signs a warrant?", 2, True)
    assert list(item.options) == ["an-officer", "an-officer-of", "key-2"] and item.key.correct == ("an-officer",)
    assert signs.note == "still needs an objective, facts, rationales"
    assert parse(court.cell).key.correct == ("false",)
    assert not memo.cell and "essay" in memo.note
    assert score(parse(hours.cell), "48.4").outcome == "right"
    assert not broken.cell and "cannot become an item" in broken.note


def test_an_item_with_stand_ins_is_refused_at_release(course_root):
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook
    from trial import marks

    from icecourse.course_root import api

    folder = course_root / "source" / "imported"
    folder.mkdir()
    source = moodle.read(FOREIGN)[0].cell
    cell = new_code_cell(source, id="who-signs", metadata=marks("who-signs", 2))
    nbformat.write(new_notebook(cells=[cell]), folder / "imported.ipynb")
    result = api(course_root).generate_assignment("imported", force=True)
    assert not result["success"] and moodle.UNKNOWN in result["log"]


@pytest.mark.parametrize("text", ["", "<quiz>", "<html></html>", "not xml"])
def test_what_is_no_moodle_xml_is_said_in_one_sentence(text):
    with pytest.raises(moodle.MoodleError, match="This is not Moodle XML"):
        moodle.read(text)
