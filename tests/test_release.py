"""Does stock nbgrader hand out a quiz without its key, and refuse a master that tells it or cannot be graded?"""

import os
import subprocess
import sys
from fnmatch import fnmatch

import nbformat
import pytest
from conftest import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from icecourse.course_root import api
from icecourse.grading.release import SIGNS, CheckMaster
from icecourse.item.grammar import is_item, parse

NAME = "quiz-99-trial"
GRADED = {"grade": True, "grade_id": "release-on-friday", "locked": True, "points": 1, "schema_version": 3,
          "solution": False, "task": False}  # fmt: skip


@pytest.fixture
def release(course_root, item_source):
    """Write a master of one item, changed as asked, and have nbgrader generate it."""

    def run(source=item_source, graded=None, metadata=None, files=(), cells=()):
        folder = course_root / "source" / NAME
        folder.mkdir(exist_ok=True)
        marked = {"nbgrader": GRADED | (graded or {})} | (metadata or {})
        cell = new_code_cell(source, id="release-on-friday", metadata=marked)
        master = new_notebook(cells=[new_markdown_cell("# Trial", id="title"), cell, *cells])
        nbformat.write(master, folder / f"{NAME}.ipynb")
        for name, text in files:
            (folder / name).write_text(text)
        result = api(course_root).generate_assignment(NAME, force=True)
        return result, course_root / "assignments" / NAME / f"{NAME}.ipynb"

    return run


def test_a_good_master_is_released_without_its_key(release):
    result, path = release()
    assert result["success"], result["log"]
    text = path.read_text(encoding="utf-8")
    for secret in ("correct", "rationale", "Which days are left out", "Neither Saturday", "detainer-48-hours", "KEY"):
        assert secret not in text
    [cell] = [cell for cell in nbformat.read(path, as_version=4).cells if is_item(cell.source)]
    assert parse(cell.source).key is None


def test_a_due_date_of_the_gradebook_goes_out_with_the_page(release, course_root):
    due = "2026-12-04 22:00:00"  # UTC, as the formgrader keeps it
    with api(course_root).gradebook as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=due)
    _, path = release()
    assert nbformat.read(path, as_version=4).metadata["icecourse"]["due"] == "2026-12-04T22:00:00+00:00"
    with api(course_root).gradebook as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=None)
    _, path = release()
    assert "due" not in nbformat.read(path, as_version=4).metadata["icecourse"]


MISTYPED = ["### BEGIN  KEY", "### BEGINKEY", "### begin key", "### BEGIN_KEY", "# START KEY", ""]


@pytest.mark.parametrize("marker", MISTYPED)
def test_mistyped_markers_are_refused(release, item_source, marker):
    """The trap: with stock nbgrader each of these releases the whole key, and says that all went well."""
    result, path = release(item_source.replace("### BEGIN KEY", marker))
    assert not result["success"] and not path.exists()
    assert "### BEGIN KEY" in result["log"]


@pytest.mark.parametrize("marker", MISTYPED)
def test_mistyped_markers_are_refused_at_the_end_too(release, item_source, marker, monkeypatch):
    """RefuseKeys stands alone: a master that CheckMaster never saw (another list of preprocessors) is caught."""
    monkeypatch.setattr(CheckMaster, "preprocess", lambda self, nb, resources: (nb, resources))
    result, path = release(item_source.replace("### BEGIN KEY", marker))
    assert not result["success"] and not path.exists()
    assert "would hand out its key" in result["log"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"graded": {"points": 2}}, "says points = 1 and its cell 2"),
        ({"graded": {"grade_id": "other"}}, "the two must be the same"),
        ({"graded": {"grade": False, "solution": False}}, "is not a graded cell"),
        ({"metadata": {"answer": "tuesday"}}, "carries metadata"),
        ({"files": [("answers.jsonl", "{}\n")]}, "would overwrite every trainee's answers"),
        ({"files": [("notes.toml", "[key]\ncorrect = 1\n")]}, "holds a key"),
    ],
)  # fmt: skip
def test_what_could_not_be_graded_or_would_leak_is_refused(release, change, says):
    result, path = release(**change)
    assert not result["success"] and not path.exists()
    assert says in result["log"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("detainer-48-hours-excludes-weekends", "no-such-fact", "does not exist"),
        ("compute-detainer-window", "no-such-objective", "does not exist"),
        ('level     = "apply"', 'level = "apply"  # the key is tuesday', "line 3: trainees would read this comment"),
        ('"apply"', '"hard"', "must be one of recall, understand, apply"),
        ('correct = ["tuesday"]', 'correct = ["friday"]', "not one of the options"),
        ('monday  = "This leaves out one day."\n', "", '"monday" has no rationale'),
    ],
)
def test_a_bad_item_is_refused_by_name(release, item_source, old, new, says):
    result, path = release(item_source.replace(old, new))
    assert not result["success"] and not path.exists()
    assert says in result["log"] and "release-on-friday" in result["log"] and NAME in result["log"]


def test_a_graded_item_without_a_key_is_refused(release, item_source):
    """The trap: a grade cell that gives no number earns full marks in stock nbgrader."""
    result, _ = release(item_source.partition("### BEGIN KEY")[0])
    assert not result["success"] and "would earn everybody full marks" in result["log"]


def test_one_id_twice_is_refused(release, item_source):
    twin = new_code_cell(item_source, id="twin", metadata={"nbgrader": GRADED | {"grade_id": "twin"}})
    result, _ = release(cells=[twin])
    assert not result["success"] and "stands here twice" in result["log"]


def test_a_number_sign_inside_a_text_is_no_comment(release, item_source):
    result, path = release(item_source.replace("a Friday", "Friday (day #5)"))
    assert result["success"], result["log"]
    assert "day #5" in path.read_text()


@pytest.mark.slow(6)
def test_nbgrader_finds_its_own_programs_wherever_it_is_called_from(course_root):
    """The trap: nbgrader calls alembic by name, and fails where the environment is not on the path."""
    (course_root / "gradebook.db").unlink()
    code = (
        "from pathlib import Path; from icecourse.curriculum import Course; "
        "from icecourse.instructor.opening import fill_gradebook; fill_gradebook(Course(Path.cwd()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=course_root, env=os.environ | {"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with api(course_root).gradebook as gradebook:
        assert {a.name for a in gradebook.assignments} == {p.name for p in (course_root / "source").iterdir()}


def test_no_file_in_assignments_tells_a_key(checkout):
    pages = checkout.assignments
    assert pages
    for page in pages:
        for path in page.path.parent.rglob("*"):
            assert not path.is_file() or not SIGNS.search(path.read_text(encoding="utf-8", errors="replace")), path
        for cell in page.notebook.cells:
            assert not SIGNS.search(cell.source), f"{page.name}: {cell.id}"
            assert "SOLUTION" not in cell.source, f"{page.name}: {cell.id} holds a note that trainees must not see"


def test_assignments_are_exactly_what_source_generates(checkout, whole_course):
    """Mend with: make assignments."""
    interface = api(whole_course)
    names = sorted({page.path.parent.name for page in checkout.masters})
    assert names == sorted(path.name for path in (checkout.root / "assignments").iterdir())
    for name in names:
        result = interface.generate_assignment(name, force=True)
        assert result["success"], result["log"]
    made = {
        p.relative_to(whole_course): p.read_bytes() for p in (whole_course / "assignments").rglob("*") if p.is_file()
    }
    there = {
        p.relative_to(checkout.root): p.read_bytes() for p in (checkout.root / "assignments").rglob("*") if p.is_file()
    }
    assert made.keys() == there.keys()
    for path, data in made.items():
        assert data == there[path], f"{path} is not what source/ generates; run: make assignments"


KEYS_MAY_STAND = (
    "source/*/*.ipynb",
    "lessons/*.ipynb",
    "icecourse/*.py",
    "icecourse/*.js",
    "tests/*.py",
    "tests/stock_answer.json",  # the keys of tests/trial.py
    "CONTRIBUTING.md",
)


def test_tracked_files_hold_a_key_only_where_one_may_stand():
    """nbgrader's default release folder was tracked once, with every key of a quiz in it."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [ROOT / name for name in tracked.split("\0") if name and (ROOT / name).is_file()]
    holding = [path.relative_to(ROOT).as_posix() for path in files if b"BEGIN KEY" in path.read_bytes()]
    assert "CONTRIBUTING.md" in holding
    assert not [name for name in holding if not any(fnmatch(name, place) for place in KEYS_MAY_STAND)]
