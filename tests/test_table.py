"""Does the one reader of tables say place, line, what is wrong and what to do, in its reader's own error?"""

import pytest

from icecourse.content import table

SOURCE = '''
title = "T"
text = """
title = "not a field"
[not-a-table]
"""
days = [
  "one = 1",
]
[parts.first]
name = "F"
sub.deep = 1
"with space" = 2
[[row]]
id = "a"
[[row]]
id = "b"  # [row]
[[row.cell]]
n = 1
[row.more]
n = 2
'''


class Wrong(ValueError):
    pass


def whole(source=SOURCE, first=1):
    return table.parse(source, table.in_file("x.toml", Wrong), first)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("text",), 3),
        (("days",), 7),
        (("parts", "first"), 10),
        (("parts", "first", "name"), 11),
        (("parts", "first", "sub", "deep"), 12),
        (("parts", "first", "with space"), 13),
        (("row", 0, "id"), 15),
        (("row", 1), 16),
        (("row", 1, "id"), 17),
        (("row", 1, "cell", 0, "n"), 19),
        (("row", 1, "more", "n"), 21),
    ],
)
def test_every_field_is_found_on_its_line(path, line):
    assert table.lines(SOURCE)[path] == line
    assert str(whole().error("no", *path)) == f"x.toml, line {line}: no."


def test_texts_over_several_lines_and_lists_hold_no_fields():
    assert set(table.lines(SOURCE)) & {("one",), ("not-a-table",)} == set()


def test_a_field_that_is_not_there_has_the_line_of_its_table_and_the_whole_text_none():
    assert str(whole().error("no", "parts", "first", "gone")) == "x.toml, line 10: no."
    assert str(whole().error("no", "gone")) == "x.toml: no."


def test_a_text_inside_another_counts_its_lines_from_there():
    assert str(whole(first=8).error("no", "title")) == "x.toml, line 9: no."
    with pytest.raises(Wrong, match=r"x\.toml, line 11: this is not TOML .*; check quotation marks"):
        whole('a = "1"\nb = \n', first=10)


def test_another_reader_makes_errors_of_its_own():
    entry = table.parse("a = 1", lambda place, line, message: KeyError(place, line, message))
    with pytest.raises(KeyError) as caught:
        entry.text("a")
    assert caught.value.args == ("", 1, '"a" must be text in quotation marks, and not empty')


def test_what_nobody_took_is_nobodys_field():
    entry = whole("name = 'N'\nnmae = 'M'")
    entry.text("name")
    with pytest.raises(Wrong, match=r'^x\.toml, line 2: "nmae" is not a field here; did you mean "name"\.$'):
        entry.close()


@pytest.mark.parametrize(
    ("source", "take", "says"),
    [
        ("", lambda t: t.text("name"), 'the field "name" is missing; add it'),
        ("naem = 'N'", lambda t: t.text("names"), 'the field "names" is missing; add it'),
        ("name = 'N'", lambda t: t.text("names"), 'the field "names" is missing; did you mean it by "name"'),
        ("a = ' '", lambda t: t.text("a"), '"a" must be text'),
        ("a = 'x'", lambda t: t.choice("a", ("b", "c")), 'a is "x"; it must be one of b, c'),
        ("a = [1]", lambda t: t.choice("a", ("b", "c")), r'a is "\[1\]"; it must be one of b, c'),
        ("a = 1", lambda t: t.flag("a"), "a must be true or false"),
        ("a = 2026-11-24T10:00:00", lambda t: t.day("a"), "a must be a date such as"),
        ("a = 'x'", lambda t: t.listed("a"), "a must be a list such as"),
        ("a = []", lambda t: t.listed("a"), "a must be a list such as"),
        ("a = ['x', 1]", lambda t: t.listed("a"), "a must be a list such as"),
        ("a = ['x', 'x']", lambda t: t.listed("a"), "a names the same twice"),
        ("[a]\nb = 'B'", lambda t: t.texts("a", 2), r"\[a\] must hold 2 or more lines"),
        ("[a]\nb = 'B'\nC = 'C'", lambda t: t.texts("a"), r'line 3: \[a\]: "C" must be an id'),
        ("a = 1", lambda t: t.table("a"), '"a" must be a table'),
        ("[a]\nb = 1", lambda t: t.tables("a", "thing"), 'line 2: thing "b": "b" must be a table'),
        ("[a.B]", lambda t: t.tables("a", "thing"), 'line 1: thing "B": write the id in small letters'),
        ("a = [1]", lambda t: t.rows("a", "part"), 'line 1: part 1: "a" must be a table'),
        ("", lambda t: t.rows("a", "part"), 'the field "a" is missing'),
        ("[[a]]\nid = 'x'\n[[a]]\nid = 'x'", lambda t: t.entries("a"), 'line 4: a "x": the id stands here twice'),
        ("[[a]]\nid = 'X'", lambda t: t.entries("a"), 'line 2: a 1: the id "X" must be small letters'),
    ],
)  # fmt: skip
def test_each_way_of_taking_a_field_says_what_it_wants(source, take, says):
    with pytest.raises(Wrong, match=says):
        take(whole(source))


def test_what_may_be_left_out():
    empty = whole("")
    assert (empty.text("a", ""), empty.choice("b", ("x",), "x"), empty.flag("c")) == ("", "x", False)
    assert (empty.listed("d", ()), empty.rows("e", "e", optional=True)) == ((), [])
    assert empty.table("f", optional=True).left == {} and empty.tables("g", "g", optional=True) == {}
    assert whole("a = 'x'").listed("a", alone=True) == ("x",)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(Wrong, match=r"^none\.toml: the file cannot be read: "):
        table.read(tmp_path / "none.toml", Wrong)
    (tmp_path / "latin.toml").write_bytes(b"a = '\xe9'")
    with pytest.raises(Wrong, match=r"^latin\.toml: the file cannot be read: "):
        table.read(tmp_path / "latin.toml", Wrong)
