"""Is a cell read as the item it is, and does a bad one say in one sentence what is wrong and where?"""

import re

import pytest

from icecourse.item.grammar import ItemError, is_item, open_part, parse
from icecourse.item.kinds.typed import read_typed


def test_an_item_is_read(item_source):
    item = parse(item_source)
    assert item.id == "release-on-friday"
    assert list(item.options) == ["sunday", "monday", "tuesday"]
    assert (item.kind, item.points, item.keep_order, item.scoring) == ("one", 1.0, False, "share")
    assert item.key.correct == ("tuesday",)
    assert item.key.rationale["monday"] == "This leaves out one day."


def test_the_open_part_is_the_same_item_without_a_key(item_source):
    item, released = parse(item_source), parse(open_part(item_source))
    assert released.key is None
    assert released.version == item.version
    for secret in ("correct", "rationale", "weekend.", "Which days", "excludes-weekends"):
        assert secret not in open_part(item_source)


@pytest.mark.parametrize(("old", "new"), [("Tuesday, 5 p.m.", "Tuesday, 6 p.m."), ("a Friday", "a Monday")])
def test_the_version_follows_what_a_trainee_sees(item_source, old, new):
    assert parse(item_source.replace(old, new)).version != parse(item_source).version


def test_the_version_does_not_follow_the_key(item_source):
    assert parse(item_source.replace('["tuesday"]', '["monday"]')).version == parse(item_source).version


def test_only_an_item_cell_is_an_item():
    assert is_item("%%item a\n") and is_item("\n  %%item a")
    assert not is_item("print('%%item')") and not is_item("") and not is_item("%%items a")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("release-on-friday", "Release on Friday", 1, "id of small letters"),
        ("release-on-friday", "", 1, "id of small letters"),
        ('level     = "apply"', 'level = "apply"\nkind = "essay"', 4, 'kind is "essay"'),
        ('level     = "apply"', 'level = "hard"', 3, "must be one of recall, understand, apply"),
        ('level     = "apply"', 'lvl = "apply"', 3, '"lvl" is not a field'),
        ('objective = "compute-detainer-window"', "", 1, 'no "objective"'),
        ('sunday  = "Sunday, 5 p.m."', "sunday  = Sunday", 10, "not TOML"),
        ('monday  = "Monday, 5 p.m."', "monday = 5", 11, "must be text"),
        ('monday  = "Monday, 5 p.m."', 'points = "2"', 11, "stands below [options]"),
        ("monday  = \"Monday, 5 p.m.\"\ntuesday = \"Tuesday, 5 p.m.\"", "", 9, "at least 2 options"),
        ('correct = ["tuesday"]', 'correct = ["wednesday"]', 15, "not one of the options"),
        ('correct = ["tuesday"]', "correct = []", 15, "list of ids"),
        ('correct = ["tuesday"]', 'correct = "tuesday"', 15, "list of ids"),
        ('correct = ["tuesday"]', 'correct = ["tuesday", "tuesday"]', 15, "twice"),
        ('correct = ["tuesday"]', "", 14, "list of ids"),
        ('monday  = "This leaves out one day."', "", 18, '"monday" has no rationale'),
        ('monday  = "This leaves out one day."', 'monday = "x"\nfriday = "y"', 21, "belongs to nothing here"),
        ("BEGIN KEY", "BEGIN  KEY", 14, "outside the lines"),
        ("### BEGIN KEY\n", "", 13, "outside the lines"),
        ('hint    = "Which', 'tip = "Which', 17, '"tip" is not a field of this key'),
        ('level     = "apply"', 'level = "apply"\npoints = -1', 4, "points must be a number"),
        ('level     = "apply"', 'level = "apply"\npoints = true', 4, "points must be a number"),
        ('level     = "apply"', 'level = "apply"\nkeep_order = "yes"', 4, "true or false"),
        ('level     = "apply"', 'level = "apply"\nscoring = "half"', 4, "share, exact"),
    ],
)  # fmt: skip
def test_a_bad_cell_says_what_and_where(item_source, old, new, line, says):
    assert old in item_source
    with pytest.raises(ItemError) as caught:
        parse(item_source.replace(old, new, 1))
    message = str(caught.value)
    assert caught.value.line == line, message
    assert says in message
    assert f"line {line}:" in message and message.count("\n") == 0


def test_markers_in_the_wrong_place_are_named(item_source):
    moved = item_source.replace("### BEGIN KEY\n", "").replace("stem      =", "### BEGIN KEY\nstem      =")
    with pytest.raises(ItemError, match="stem stands with the key"):
        parse(moved)
    cut = item_source.replace("### BEGIN KEY\n", "").replace("When does", "### BEGIN KEY\nWhen does")
    with pytest.raises(ItemError, match="cut a field in two"):
        parse(cut)


def test_in_a_notebook_the_error_is_one_line(item_source):
    with pytest.raises(ItemError) as caught:
        parse(item_source.replace('"apply"', '"hard"'))
    assert caught.value._render_traceback_() == [f"ItemError: {caught.value}"]


MATCH = """%%item whose-desk
objective = "o"
level = "apply"
kind = "match"
stem = "Whose desk is each paper on?"
[left]
detainer = "Form I-247A"
appeal = "Form EOIR-26"
[options]
jail = "A county jail"
board = "The Board of Immigration Appeals"
state = "The State Department"
### BEGIN KEY
[key]
facts = ["f"]
[key.pairs]
detainer = "jail"
appeal = "board"
[rationale]
detainer = "It speaks to the jail."
appeal = "It goes to the Board."
### END KEY
"""
ORDER = """%%item steps
objective = "o"
level = "apply"
kind = "order"
stem = "Put the steps in order."
[options]
hearing = "Hearing"
arrest = "Arrest"
order = "Order"
notice = "Notice"
### BEGIN KEY
[key]
correct = ["arrest", "notice", "hearing", "order"]
facts = ["f"]
[rationale]
right = "That is the path."
wrong = "The notice comes first."
### END KEY
""".replace("order = ", "removal = ").replace(', "order"]', ', "removal"]')
ENTRY = """%%item last-day
objective = "o"
level = "apply"
kind = "entry"
format = "date"
stem = "Which day?"
### BEGIN KEY
[key]
correct = ["2026-11-10"]
facts = ["f"]
tolerance = 1
[rationale]
right = "Two days do not count."
wrong = "Saturday and Sunday do not count."
### END KEY
"""


def test_the_other_kinds_are_read():
    match, order, entry = parse(MATCH), parse(ORDER), parse(ENTRY)
    assert match.left["appeal"] == "Form EOIR-26" and match.key.pairs == {"detainer": "jail", "appeal": "board"}
    assert order.key.correct == ("arrest", "notice", "hearing", "removal")
    assert (entry.format, entry.key.correct, entry.key.tolerance) == ("date", ("2026-11-10",), 1.0)
    for item, source in ((match, MATCH), (order, ORDER), (entry, ENTRY)):
        released = parse(open_part(source))
        assert released.key is None and released.version == item.version


@pytest.mark.parametrize(
    ("source", "old", "new", "says"),
    [
        (MATCH, 'appeal = "board"', "", '"appeal" has no pair in the key'),
        (MATCH, 'appeal = "board"', 'appeal = "court"', 'pairs "appeal" with "court"'),
        (MATCH, 'appeal = "board"', 'appeal = "board"\nother = "jail"', '"other" is not one of the left ids'),
        (MATCH, "[key.pairs]", "[key.pair]", '"pair" is not a field of this key'),
        (MATCH, 'facts = ["f"]', 'facts = ["f"]\ncorrect = ["jail"]', '"correct" is not a field of this key'),
        (MATCH, "[left]", "[right]", '"right" is not a field of an item of kind match'),
        (MATCH, 'detainer = "It speaks to the jail."', "", '"detainer" has no rationale'),
        (ORDER, ', "removal"]', "]", "names every option once"),
        (ORDER, '"notice", "hearing"', '"hearing", "notice"', "not a turn"),
        (ORDER, 'hearing = "Hearing"\narrest = "Arrest"', 'arrest = "Arrest"\nnotice = "N"', "not TOML"),
        (ORDER, "right =", "true =", '"right" has no rationale'),
        (ENTRY, "2026-11-10", "the tenth", "is not a date"),
        (ENTRY, 'format = "date"', 'format = "time"', "must be one of text, number, date"),
        (ENTRY, 'format = "date"', 'format = "text"', '"tolerance" is not a field of this key'),
        (ENTRY, "tolerance = 1", "tolerance = -1", "tolerance must be a number"),
        (ENTRY, 'kind = "entry"', 'kind = "one"', '"format" is not a field of an item of kind one'),
    ],
)
def test_a_bad_cell_of_another_kind_says_what(source, old, new, says):
    if says == "not a turn":  # the written order and its turns give the key away on every screen
        source = source.replace(
            '["arrest", "notice", "hearing", "removal"]', '["arrest", "removal", "notice", "hearing"]'
        )
        says = "stand in the key's order, or a turn of it"
    else:
        assert old in source
        source = source.replace(old, new, 1)
    with pytest.raises(ItemError, match=re.escape(says)):
        parse(source)


@pytest.mark.parametrize(
    ("format", "one", "same"),
    [
        ("text", "Form I-200", "  form  I–200. "),
        ("text", "client's", "CLIENT’S"),
        ("number", "2510", "2,510"),
        ("number", "155", "$155.00"),
        ("date", "2026-11-09", "11/9/2026"),
        ("date", "2026-11-09", "Nov. 9, 2026"),
        ("date", "2026-09-09", "Sept. 9, 2026"),
        ("date", "2026-11-09", "9 november 2026"),
    ],
)
def test_one_answer_is_read_in_its_forms(format, one, same):
    assert read_typed(format, one) == read_typed(format, same)


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("number", "two"),
        ("number", "nan"),
        ("number", "inf"),
        ("number", ""),
        ("date", "2026-02-30"),
        ("date", "9/11"),
        ("text", " "),
    ],
)
def test_what_cannot_be_read_is_refused(format, text):
    with pytest.raises(ValueError):
        read_typed(format, text)


SPANISH = """[translation.es]
stem = "¿Cuándo termina la retención?"
[translation.es.options]
tuesday = "Martes, 5 p. m."
### BEGIN KEY"""
SPANISH_KEY = """[key.translation.es]
hint = "¿Qué días no cuentan?"
[key.translation.es.rationale]
tuesday = "Ni el sábado ni el domingo cuentan."
[rationale]"""


def test_an_item_speaks_another_language_under_the_same_ids(item_source):
    source = item_source.replace("### BEGIN KEY", SPANISH).replace("[rationale]", SPANISH_KEY)
    english, spanish = parse(source), parse(source).in_language("es")
    assert spanish.stem == "¿Cuándo termina la retención?" and spanish.options["tuesday"] == "Martes, 5 p. m."
    assert spanish.options["monday"] == english.options["monday"], "what is not translated stays English"
    assert spanish.key.hint.startswith("¿Qué") and "sábado" in spanish.key.rationale["tuesday"]
    assert (spanish.version, spanish.key.correct) == (english.version, english.key.correct)
    assert english.in_language("fr") is english
    released = parse(open_part(source)).in_language("es")
    assert released.key is None and released.stem == spanish.stem and "sábado" not in open_part(source)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('tuesday = "Martes, 5 p. m."', 'martes = "Martes"', "belongs to no options"),
        ('stem = "¿Cuándo', 'hint = "¿Cuándo', "may hold stem, options, left"),
        ("[translation.es]\n", 'translation = "es"\n', "line"),
    ],
)
def test_a_translation_that_fits_nothing_is_refused(item_source, old, new, message):
    source = item_source.replace("### BEGIN KEY", SPANISH.replace(old, new))
    with pytest.raises(ItemError, match=message):
        parse(source)
