"""Does an item that is written as a cell come back as the same item?"""

import re

import pytest
from conftest import EXAMPLES
from hypothesis import given
from hypothesis import strategies as st

from icecourse.item.grammar import ItemError, open_part, parse, write

TRANSLATED = """%%item two-languages
objective = "o"
level = "apply"
kind = "match"
points = 0.1234567
stem = "Whose desk?"
[left]
detainer = "Form I-247A"
appeal = "Form EOIR-26"
[options]
jail = "A jail"
board = "The Board"
[translation.es]
stem = "¿En qué\\nescritorio?"
[translation.es.left]
appeal = "Formulario EOIR-26"
[translation.es.options]
jail = "Una cárcel"
[translation.ht.options]
jail = "Yon prizon"
[translation."pt BR"]
### BEGIN KEY
[key]
facts = ["f"]
hint = "Who reads it?"
[key.pairs]
detainer = "jail"
appeal = "board"
[key.translation.es]
hint = "¿Quién lo lee?"
[key.translation.es.rationale]
appeal = "Va a la Junta."
[key.translation.fr]
hint = "Qui le lit ?"
[rationale]
detainer = "It speaks to the jail."
appeal = "It goes to the Board."
### END KEY
"""


def test_every_item_of_the_course_is_written_as_it_is(checkout):
    items = [item for page in (*checkout.masters, *checkout.lessons) for _, item in page.items()]
    assert len(items) > 100
    for item in items:
        assert parse(write(item)) == item


@pytest.mark.parametrize("kind", EXAMPLES)
def test_an_item_of_every_kind_is_written_as_it_is(kind):
    item = parse(EXAMPLES[kind])
    assert parse(write(item)) == item
    assert parse(open_part(write(item))).version == item.version


def test_translations_are_written():
    item = parse(TRANSLATED)
    assert item.translations["es"].rationale == {"appeal": "Va a la Junta."}
    assert item.translations["es"].stem == "¿En qué\nescritorio?" and item.translations["fr"].hint == "Qui le lit ?"
    again = parse(write(item))
    assert again == item and again.translations == item.translations and list(item.translations)[2] == "pt BR"
    assert again.in_language("es") == item.in_language("es") != item
    assert "Junta" not in open_part(write(item)) and "Yon prizon" in open_part(write(item))


@given(
    texts=st.lists(st.text(min_size=1), min_size=4, max_size=4),
    points=st.floats(0, 1e9, allow_nan=False),
    tolerance=st.floats(0, 1e9, allow_nan=False),
)
def test_whatever_texts_and_numbers_it_has(texts, points, tolerance):
    def toml(text):
        return '"' + "".join(f"\\U{ord(letter):08x}" for letter in text) + '"'

    stem, hint, right, wrong = map(toml, texts)
    source = f"""%%item any
objective = {hint}
level = "recall"
kind = "entry"
format = "number"
points = {points!r}
stem = {stem}
### BEGIN KEY
[key]
correct = ["1"]
facts = ["f"]
tolerance = {tolerance!r}
hint = {hint}
[rationale]
right = {right}
wrong = {wrong}
### END KEY"""
    try:
        item = parse(source)
    except ItemError as error:  # an empty text, or half a character
        assert re.search("must be text|not TOML", str(error))
        return
    assert parse(write(item)) == item
