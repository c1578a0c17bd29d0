"""Is a cell read as the item it is, and does a bad one say in one sentence what is wrong and where?"""

import pytest

from icecourse.items import ItemError, is_item, open_part, parse


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
        ("monday  = \"Monday, 5 p.m.\"\ntuesday = \"Tuesday, 5 p.m.\"", "", 9, "at least two options"),
        ('correct = ["tuesday"]', 'correct = ["wednesday"]', 15, "not one of the options"),
        ('correct = ["tuesday"]', "correct = []", 15, "list of ids"),
        ('correct = ["tuesday"]', 'correct = "tuesday"', 15, "list of ids"),
        ('correct = ["tuesday"]', 'correct = ["tuesday", "tuesday"]', 15, "twice"),
        ('correct = ["tuesday"]', "", 14, "list of ids"),
        ('monday  = "This leaves out one day."', "", 18, 'option "monday" has no rationale'),
        ('monday  = "This leaves out one day."', 'monday = "x"\nfriday = "y"', 21, "belongs to no option"),
        ("BEGIN KEY", "BEGIN  KEY", 14, "outside the lines"),
        ("### BEGIN KEY\n", "", 13, "outside the lines"),
        ('hint    = "Which', 'tip = "Which', 17, '"tip" is not a field of a key'),
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
