"""Does the wheel hold what a trainee needs, and no key to a quiz?"""

import re
import subprocess
import sys
import zipfile

import pytest
from conftest import ROOT

from icecourse.grading.release import SIGNS
from icecourse.item.grammar import is_item, parse


@pytest.fixture
def wheel(trainee_pack):
    [path] = trainee_pack.glob("*.whl")
    return path


def test_lessons_quizzes_facts_and_the_extension_are_inside(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("lessons", "assignments"):
        for path in (ROOT / folder).rglob("*"):
            if (
                path.suffix in (".ipynb", ".svg")
                and "final-exam" not in path.parts
                and ".ipynb_checkpoints" not in path.parts
            ):
                assert f"icecourse/course/{path.relative_to(ROOT).as_posix()}" in names
    for wanted in (
        "icecourse/content/facts/ero.toml",
        "icecourse/page/static/item.js",
        "icecourse/content/words/en.toml",
    ):
        assert wanted in names
    assert any(name.endswith("share/jupyter/labextensions/icecourse/static/remoteEntry.js") for name in names)


def test_no_key_to_a_quiz_is_inside(wheel):
    archive = zipfile.ZipFile(wheel)
    names = archive.namelist()
    assert not [name for name in names if "source/" in name or "final-exam" in name or name.endswith("answers.jsonl")]
    for name in names:
        if "course/assignments" in name:
            assert not SIGNS.search(archive.read(name).decode()), name


@pytest.mark.slow(5)
def test_an_installed_wheel_lays_out_a_desk(wheel, scratch, home):
    """Without a checkout and without an exchange, as on Windows: lessons and quizzes come from the wheel."""
    target = scratch / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, wheel], check=True
    )
    code = (
        "import icecourse, sys; from pathlib import Path; from icecourse.curriculum import bundled;"
        "from icecourse.desk.layout import Desk; print(icecourse.__file__);"
        "print(*Desk(Path('desk')).lay_out(bundled(), lambda: 'ann').new)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=scratch, env={"PYTHONPATH": str(target), "HOME": str(home)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    place, new = done.stdout.strip().split("\n")
    assert place.startswith(str(target))
    assert "lessons/03-ero-finding-and-arresting.ipynb" in new and "quiz-03-ero-finding-and-arresting" in new
    for path in (scratch / "desk").rglob("quiz-*/*.ipynb"):
        from icecourse.curriculum import Page

        assert all(parse(cell.source).key is None for cell in Page(path).notebook.cells if is_item(cell.source))


def test_each_room_stands_once_on_the_map_of_the_package():
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = guide.partition("| room in `icecourse/` |")[2].partition("\n\n")[0].splitlines()[2:]
    named = [name for row in rows for name in re.findall(r"`(\w+)/?`", row.split("|")[1])]
    folder = ROOT / "icecourse"
    there = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}
    assert sorted(named) == sorted(there - {"__init__"})
    assert len(there) <= 14
