"""Is every string of the interface there, is each looked up where its section is read, and does a language decide
how dates and numbers of things are written?
"""

import ast
import re
import shutil
import tomllib
from datetime import date, datetime
from functools import cache

import pytest
from conftest import ROOT

from icecourse.content.words import FOLDER, LANGUAGE, long_day, plural, words
from icecourse.page.explorers.dates import long_part, long_time

PACKAGE = ROOT / "icecourse"
TABLE = tomllib.loads((FOLDER / "en.toml").read_text(encoding="utf-8"))
# The sections that a kernel hands to the scripts of a page. Elsewhere a section is read in the room that asks for it.
HANDED = {
    "item.js": ("item", "practice"),
    "explorer.js": ("explorer", "chart", "timeline", "finder", "sorter", "document", "calculator"),
}
# Strings that are looked up by a value: an outcome, how sure somebody is, what a finding is about, a row of a list.
BY_VALUE = {
    ("item", "practice"): {"sure", "fairly", "guess", "partly"},
    ("grade",): {"partly", "unanswered", "invalid"},
    ("sorter",): {"wrong"},
    ("checked",): {"text", "page", "report", "knowledge"},
    ("report",): {
        "draws-best", "draws-best-all", "best-avoid", "ahead", "backwards", "overdue", "below", "below-about",
        "sure-and-wrong", "learned", "unsure", "no-journal", "no-file", "torn-lines", "easy", "idle", "flat",
        "how-facility",
        "how-discrimination", "how-efficiency", "how-best", "how-time", "how-reliability", "how-few", "how-errors",
    },
}  # fmt: skip


def room(path):
    """The package that a file belongs to; of a page's scripts, the script."""
    return path.name if path.suffix == ".js" and path.parent.name == "static" else path.relative_to(PACKAGE).parts[0]


def files(*suffixes):
    for path in PACKAGE.rglob("*"):
        if path.suffix in suffixes:
            place = "desk" if "labextension" in path.parts else room(path)
            yield place, path.read_text(encoding="utf-8")


def literals(tree):
    return {part.value for part in ast.walk(tree) if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def on_screens(source):
    """The ids that a script or template looks up: what is quoted within say(...), text[...], words[...], w[...]."""
    inner = re.findall(r"\bsay\(([^{;\n]*)|\b(?:text|words|w|rw)\[((?:[^\[\]]|\[[^\]]*\])*)\]", source)
    quoted = {name for texts in inner for name in re.findall(r"""["']([a-z0-9-]+)["']""", "".join(texts))}
    return quoted | set(re.findall(r"\bwords\.([a-z]+)\b", source))


@cache
def look_ups():
    """Room to the ids looked up there, room to every literal there, and section to the rooms that read it."""
    asked, quoted, readers = {}, {}, {}
    for place, source in files(".py"):
        tree = ast.parse(source)
        quoted.setdefault(place, set()).update(literals(tree))
        for part in ast.walk(tree):
            if isinstance(part, ast.Subscript):
                asked.setdefault(place, set()).update(literals(part.slice))
            if isinstance(part, ast.Call) and getattr(part.func, "id", "") == "words":
                for section in literals(part.args[0]):
                    readers.setdefault(section, set()).add(place)
    for place, source in files(".js", ".j2"):
        asked.setdefault(place, set()).update(on_screens(source))
        quoted.setdefault(place, set()).update(re.findall(r"""["']([a-z0-9-]+)["']""", source))
        if re.search(r"say\(`choose-\$\{", source):
            asked[place] |= {f"choose-{kind}" for kind in ("one", "all", "match", "order", "entry", "case")}
        if re.search(r"say\(`type-\$\{", source):
            asked[place] |= {f"type-{format}" for format in ("date", "number", "text")}
    for script, sections in HANDED.items():
        for section in sections:
            readers.setdefault(section, set()).add(script)
    return asked, quoted, readers


@pytest.mark.parametrize("section", TABLE)
def test_every_string_is_looked_up_in_a_room_that_reads_its_section(section):
    asked_in, quoted_in, readers = look_ups()
    by_value = {name for sections, names in BY_VALUE.items() if section in sections for name in names}
    places = readers[section] | ({"page"} if section in HANDED["explorer.js"] else set())  # as words(kind)
    asked = set().union(*(asked_in.get(place, set()) for place in places))
    asked |= by_value & set().union(*(quoted_in.get(place, set()) for place in [*places, "item", "page", "content"]))
    assert set(TABLE[section]) <= asked, f"{section}: looked up nowhere: {sorted(set(TABLE[section]) - asked)}"


def test_a_string_that_is_looked_up_by_a_value_is_one():
    for sections, names in BY_VALUE.items():
        assert names <= {name for section in sections for name in TABLE[section]}, sections


@pytest.mark.parametrize(
    ("place", "sections"),
    [*HANDED.items(), ("desk", ("page",)), ("author", ("handout", "item")), ("grading", ("feedback",))],
)
def test_scripts_and_templates_look_up_what_their_sections_have(place, sections):
    """Python looks its strings up while the tests run; a screen may wait for a trainee to find out."""
    known = {name for section in sections for name in TABLE[section]}
    screens = "".join(source for where, source in files(".js", ".j2") if where == place)
    asked = set(re.findall(r"""(?:\bsay\(|\b(?:text|words)\[)["']([a-z-]+[a-z])["']\s*[\]),]""", screens))
    assert len(asked) > 8 and asked <= known, f"{place}: there is no string {sorted(asked - known)}"


def test_no_string_is_empty_and_what_is_counted_has_its_english_forms():
    for section, table in TABLE.items():
        for name, text in table.items():
            forms = text if isinstance(text, dict) else {"one": text, "other": text}
            assert set(forms) == {"one", "other"} and all(form.strip() for form in forms.values()), f"{section}.{name}"


# -- another language -------------------------------------------------------------------------------------------


@pytest.fixture
def spanish(tmp_path, monkeypatch):
    shutil.copy(FOLDER / "en.toml", tmp_path)
    (tmp_path / "es.toml").write_text('[item]\nsave = "Guardar"\n', encoding="utf-8")
    monkeypatch.setenv(LANGUAGE, "es")
    return tmp_path


def test_another_language_falls_back_to_english_string_by_string(spanish, monkeypatch):
    assert words("item", spanish)["save"] == "Guardar" and words("item", spanish)["choose-one"] == "Choose one."
    monkeypatch.setenv(LANGUAGE, "../../etc/passwd")
    assert words("item", spanish)["save"] == "Save"


def test_dates_are_english_in_english():
    assert long_day(date(2026, 11, 6)) == "Friday, November 6, 2026"
    assert [long_part(day) for day in ("2014-03-04", "2003-03", "2017")] == ["March 4, 2014", "March 2003", "2017"]
    assert long_time(datetime(2026, 11, 6, 0, 5)) == "Friday, November 6, 2026, 12:05 a.m."


def test_dates_are_written_in_the_language_of_the_page(spanish):
    assert long_day(date(2026, 11, 6)) == "viernes, 6 de noviembre de 2026"
    assert [long_part(day) for day in ("2014-03-04", "2003-03")] == ["4 de marzo de 2014", "marzo de 2003"]
    assert long_time(datetime(2026, 11, 6, 17)).startswith("viernes, 6 de noviembre de 2026, ")


@pytest.mark.parametrize("language", ["xx", "../../etc/passwd", "", "e s"])
def test_a_language_that_nobody_knows_writes_dates_as_english_does(monkeypatch, language):
    monkeypatch.setenv(LANGUAGE, language)
    assert long_day(date(2026, 11, 6)) == "Friday, November 6, 2026"


@pytest.mark.parametrize(
    ("language", "n", "text"),
    [
        ("en", 0, "0 items"), ("en", 1, "an item"), ("en", 2, "2 items"),
        ("fr", 0, "an item"), ("fr", 1, "an item"), ("fr", 2, "2 items"),
        ("pl", 1, "an item"), ("pl", 3, "3 (a few) items"), ("pl", 5, "5 items"), ("pl", 22, "22 (a few) items"),
        ("ja", 1, "1 items"), ("xx", 1, "an item"), ("es-MX", 1, "an item"),
    ],
)  # fmt: skip
def test_the_language_decides_which_form_a_number_takes(monkeypatch, language, n, text):
    monkeypatch.setenv(LANGUAGE, language)
    assert plural({"one": "an item", "few": "{n} (a few) items", "other": "{n} items"}, n) == text


@pytest.mark.parametrize(
    ("section", "name", "n", "text"),
    [
        ("progress", "deck-due", 1, "One item is due today."),
        ("progress", "deck-due", 7, "7 items are due today."),
        ("practice", "missed", 1, "One right option is still open."),
        ("practice", "missed", 2, "2 right options are still open."),
    ],
)
def test_what_is_counted_on_a_page(section, name, n, text):
    assert plural(words(section)[name], n) == text
