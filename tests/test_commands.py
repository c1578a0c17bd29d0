"""Is there one tree of commands, that starts fast, does what its rooms do, and refuses in one sentence?"""

import argparse
import os
import re
import subprocess
import sys

import pytest
from conftest import ROOT

from icecourse import course_root
from icecourse.__main__ import main, tree
from icecourse.refused import Refused

WITHOUT_A_COURSE = ("lab", "print", "demo")  # they take what ships with the package
WORDS = {"roster": ["x.csv"], "import-moodle": ["x.xml"], "remove": ["ann"], "restore": ["x.db"], "regrade": ["quiz"],
         "due": ["2027-02-22"], "touches": ["fact"]}  # fmt: skip


def commands(parser: argparse.ArgumentParser, before=()) -> list[tuple[str, ...]]:
    """Every command of the tree by the words that call it."""
    below = [action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        return [before]
    return [words for name, each in below[0].items() for words in commands(each, (*before, name))]


COMMANDS = commands(tree())


def test_the_tree_holds_every_command():
    assert [" ".join(words) for words in COMMANDS] == [
        "lab", "teach", "print", "report", "demo", "records", "roster", "pack", "zips", "export", "import-moodle",
        "remove", "backup", "restore", "regrade", "facts due", "facts touches", "facts coverage", "pages",
    ]  # fmt: skip


@pytest.mark.parametrize("words", [words for words in COMMANDS if words[0] not in WITHOUT_A_COURSE], ids=" ".join)
def test_outside_of_a_course_each_says_the_same_sentence_and_writes_nothing(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        main([*words, *WORDS.get(words[-1], [])])
    assert end.value.code == (
        f"icecourse: {tmp_path} is not a course: it has no source/ and nbgrader_config.py; run this in the course."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_course_is_nobodys_desk(tmp_path):
    with pytest.raises(Refused) as refused:
        course_root.require(tmp_path)
    assert type(refused.value) is Refused, "an instructor's mistake is no fault of a desk"


def test_a_refusal_ends_with_status_1_and_no_traceback(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "icecourse", "teach"], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1 and done.stderr.startswith("icecourse: ") and done.stderr.count("\n") == 1
    assert "is not a course" in done.stderr


@pytest.mark.parametrize("module", ["icecourse.__main__", "icecourse.desk.serve", "icecourse.course_root"])
def test_what_takes_seconds_is_imported_by_who_needs_it(module):
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert module in loaded
    assert not {"nbgrader", "notebook", "nbconvert", "numpy", "matplotlib", "sqlalchemy"} & set(loaded)


def test_the_settings_of_a_course_are_read_where_one_stands(course_root_with_settings, monkeypatch, tmp_path):
    """Inside a server another folder would be everybody's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "chdir", lambda folder: pytest.fail(f"went to {folder}"))
    config = course_root.settings(course_root_with_settings)
    assert config.CourseDirectory.course_id == "a-course"
    assert config.ClassReport.pass_mark == 0.8, "the course's own goes before Jupyter's"
    assert config.ClassReport.pass_mark_note == "Jupyter's", "Jupyter's own counts where the course says nothing"


@pytest.fixture
def course_root_with_settings(scratch, home):
    jupyter = ["c = get_config()", "c.ClassReport.pass_mark = 0.5", 'c.ClassReport.pass_mark_note = "Jupyter\'s"']
    own = ["c = get_config()", "c.ClassReport.pass_mark = 0.8", 'c.CourseDirectory.course_id = "a-course"']
    (home / "config" / "nbgrader_config.py").write_text("\n".join(jupyter))
    (scratch / "course").mkdir()
    (scratch / "course" / "nbgrader_config.py").write_text("\n".join(own))
    return scratch / "course"


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        ({"success": False, "log": "[A | INFO] first\n[A | ERROR] the reason\n"}, "It failed: [A | ERROR] the reason"),
        ({"success": False, "error": "Traceback\nValueError: why", "log": "x"}, "It failed: ValueError: why"),
        ({"success": False, "error": None}, "It failed: no reason given"),
    ],
)
def test_what_nbgrader_cannot_do_is_told_by_its_last_line(result, sentence):
    with pytest.raises(Refused) as refused:
        course_root.need(result, "It failed")
    assert str(refused.value) == sentence
    course_root.need({"success": True}, "It failed")


README = (ROOT / "README.md").read_text(encoding="utf-8")
MADE = set(re.findall(r"(?:^ {4}|`)make ([\w-]+)", README, re.M))


def test_every_command_of_the_readme_is_one_and_it_names_them_all():
    named = re.findall(r"^ {4}icecourse ([^#\n]+)|`icecourse ([a-z][^`]*)`|`(facts [^`]+)`", README, re.M)
    calls = [next(filter(None, groups)).split() for groups in named]
    assert len(calls) >= 14
    for words in calls:
        tree().parse_args([{"DATE": "2027-02-22"}.get(word, word) for word in words])
    shown = {" ".join(words[: 2 if words[0] == "facts" else 1]) for words in calls}
    assert {" ".join(words) for words in COMMANDS} <= shown | MADE


def test_every_make_command_of_the_readme_is_one():
    known = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert {"lab", "test"} <= MADE <= known
