"""Does a trainee without a checkout get all that is needed and no key, and do hand-ins come back as grade and page?"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT
from servers import address_of
from test_exchange import QUIZ
from trial import NAME, release

from icecourse.__main__ import main
from icecourse.course_root import api
from icecourse.curriculum import Course
from icecourse.desk.hand_in import hand_in
from icecourse.instructor.pack import PackError, refuse_keys
from icecourse.item import journal

COURSE = Course(ROOT)


@pytest.fixture
def unpacked(trainee_pack):
    return trainee_pack


def test_everything_that_is_needed_is_in_the_pack(unpacked):
    names = {path.name for path in unpacked.iterdir()}
    [wheel] = unpacked.glob("icecourse-*-py3-none-any.whl")
    assert names == {wheel.name, "requirements.txt", "START-HERE.html", "start-windows.bat", "start-macos.command",
                     "start-linux.sh", "version.txt"}  # fmt: skip
    assert (unpacked / "requirements.txt").read_bytes() == (ROOT / "requirements.txt").read_bytes()
    for script in ("start-linux.sh", "start-macos.command"):
        assert os.access(unpacked / script, os.X_OK), script
        assert b"\r" not in (unpacked / script).read_bytes()
        subprocess.run(["sh", "-n", unpacked / script], check=True)
    windows = (unpacked / "start-windows.bat").read_bytes()
    assert windows.count(b"\r\n") == windows.count(b"\n") and windows.isascii()
    labels = set(re.findall(rb"^:(\w+)", windows, re.M))
    assert set(re.findall(rb"goto (\w+)", windows)) <= labels


def test_no_key_to_a_quiz_is_in_the_pack(unpacked):
    """Independent of what build itself refuses: every rationale and hint is looked for in every file."""
    [wheel] = unpacked.glob("*.whl")
    archive = zipfile.ZipFile(wheel)
    texts = {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}
    texts |= {path.name: path.read_text(errors="replace") for path in unpacked.iterdir() if path != wheel}
    assert any(name.endswith(f"course/assignments/{QUIZ}/{QUIZ}.ipynb") for name in texts)
    whole = "\n".join(texts.values())
    for page in COURSE.masters:
        for _, item in page.items():
            for secret in filter(None, (*item.key.rationale.values(), item.key.hint)):
                assert secret not in whole and json.dumps(secret)[1:-1] not in whole, f"{item.id}: {secret}"
    assert not [name for name in texts if "source/" in name or "final-exam" in name or name.endswith(journal.NAME)]


RATIONALE = next(why for page in COURSE.masters for _, item in page.items() for why in item.key.rationale.values())
NOTES = [cell.source for page in COURSE.masters for cell in page.notebook.cells if "BEGIN SOLUTION" in cell.source]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("icecourse/course/assignments/leak/leak.ipynb", "[key]\n"),
        ("icecourse/course/lessons/leak.ipynb", RATIONALE),
        ("icecourse/content/facts/leak.toml", RATIONALE),
        ("icecourse/course/lessons/leak.md", max(NOTES[0].split("\n"), key=len) if NOTES else RATIONALE),
        ("icecourse/course/source/leak.txt", "x"),
        ("icecourse/course/lessons/answers.jsonl", "x"),
    ],
)
def test_a_pack_with_a_key_in_it_is_refused(unpacked, tmp_path, name, text):
    """Among the lessons of the pack itself, which passes without the leak: it was built."""
    [wheel] = unpacked.glob("*.whl")
    leaky = tmp_path / wheel.name
    notebook = {"cells": [{"cell_type": "markdown", "metadata": {}, "source": [text]}]}
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(leaky, "w") as archive:
        for lesson in [one for one in whole.namelist() if "/lessons/03-" in one or "/assignments/quiz-03" in one]:
            archive.writestr(lesson, whole.read(lesson))
        assert len(archive.namelist()) >= 2
        refused = json.dumps(notebook) if name.endswith(".ipynb") else text
        archive.writestr(name, refused)
    with pytest.raises(PackError, match=Path(name).name):
        refuse_keys(leaky, COURSE)


def test_the_start_script_opens_the_desk(unpacked, scratch, home):
    """Set up already (setting up asks the internet): it starts the desk, and asks nothing else."""
    folder = scratch / "my course"  # a space, as in many a name of a folder
    shutil.copytree(unpacked, folder)
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    shutil.copy(folder / "version.txt", folder / ".venv" / "installed.txt")
    log = scratch / "start.log"
    with log.open("w") as errors:
        server = subprocess.Popen(
            [folder / "start-linux.sh", "--no-browser", "--trainee", "ann"],
            cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True,
        )  # fmt: skip
    try:
        assert "/notebooks/start.ipynb" in address_of(server, log)
        assert (folder / "desk" / QUIZ / f"{QUIZ}.ipynb").is_file()
    finally:
        os.killpg(server.pid, 15)
        server.wait(30)


def test_a_computer_without_python_is_told_what_to_install(unpacked, scratch):
    folder = scratch / "pack"
    shutil.copytree(unpacked, folder)
    tools = scratch / "tools"
    tools.mkdir()
    for tool in ("sh", "dirname", "cmp"):
        (tools / tool).symlink_to(shutil.which(tool))
    done = subprocess.run(
        [shutil.which("sh"), folder / "start-linux.sh"],
        env={"PATH": str(tools)}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1 and "needs Python 3.11 or later" in done.stdout and not (folder / ".venv").exists()


@pytest.mark.slow(5)
def test_the_page_of_instructions_is_one_page_that_everyone_can_read(unpacked, tmp_path, browser):
    with browser.new_page(viewport={"width": 320, "height": 800}) as tab:
        tab.goto((unpacked / "START-HERE.html").as_uri())
        assert Axe().run(tab).response["violations"] == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= 320
        tab.pdf(path=tmp_path / "page.pdf", format="Letter")
    assert len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "page.pdf").read_bytes())) == 1
    text = (unpacked / "START-HERE.html").read_text(encoding="utf-8")
    for heading in ("Start", "Hand in", "Feedback", "What is recorded about you"):
        assert f"<h2>{heading}</h2>" in text


# -- the way back ---------------------------------------------------------------------------------------------


@pytest.fixture
def root(course_root):
    """A course with one quiz: a fresh gradebook takes a second for each."""
    for kind in ("source", "assignments"):
        for folder in (course_root / kind).iterdir():
            if folder.name != QUIZ:
                shutil.rmtree(folder)
    return course_root


@pytest.fixture
def items(root):
    return [item for page in Course(root).masters if page.name == QUIZ for _, item in page.items()]


@pytest.fixture
def post(root, scratch):
    """``post("ann", QUIZ, {item: response})``: ann answers at a desk of her own, hands in, and posts the zip."""
    (scratch / "post").mkdir()

    def send(trainee, quiz, answers):
        desk = scratch / "desks" / trainee
        shutil.copytree(root / "assignments" / quiz, desk / quiz, dirs_exist_ok=True)
        (desk / "nbgrader_config.py").write_text(f"get_config().CourseDirectory.student_id = {trainee!r}\n")
        for item, response in answers.items():
            journal.append(desk / quiz / journal.NAME, journal.Entry(item, response, journal.now()))
        return Path(shutil.copy(desk / hand_in(desk, quiz).path, scratch / "post"))

    send.folder = scratch / "post"
    return send


@pytest.fixture
def zips(root, monkeypatch, capsys):
    """The instructor's command: what it prints, by line, and what it warns of."""
    monkeypatch.chdir(root)

    def run(*words):
        capsys.readouterr()
        main(["zips", *map(str, words)])
        said = capsys.readouterr()
        return said.out.strip().split("\n") if said.out.strip() else [], said.err

    return run


def score(root, trainee):
    with api(root).gradebook as gradebook:
        return gradebook.find_submission(QUIZ, trainee).score


@pytest.mark.slow(15)
def test_zips_go_through_to_a_grade_and_a_page_to_send_back(post, root, items, zips):
    full = f"{len(items)} of {len(items)} points"
    right = {item.id: dict(item.key.pairs) or list(item.key.correct) for item in items}
    first, ben = post("ann", QUIZ, dict(list(right.items())[3:])), post("ben", QUIZ, right)
    ben.rename(ben.with_name(ben.name.replace(".zip", " (1).zip")))  # as a browser names a second download
    (post.folder / "notes.zip").write_bytes(b"")
    (post.folder / first.name.replace("ann+", "cy+")).write_bytes(first.read_bytes()[:200])  # torn on its way
    said, warned = zips(post.folder)
    assert said[0] == (
        "notes.zip; not taken, for it is not named TRAINEE+ASSIGNMENT+TIME.zip after an assignment of this course."
    )
    assert re.fullmatch(rf"ann {QUIZ}: \S+ of {len(items)} points; send \S+feedback\.zip\.", said[1])
    assert said[2].startswith(f"ben {QUIZ}: {full}; send ")
    assert said[3] == f"cy {QUIZ}; not collected, the lines above say why." and "torn or no zip" in warned
    assert score(root, "ann") == len(items) - 3 and score(root, "ben") == len(items)

    back = root / "returned" / f"{first.stem}+feedback.zip"
    [page] = zipfile.ZipFile(back).namelist()
    html = zipfile.ZipFile(back).read(page).decode()
    assert page == f"{QUIZ}/{QUIZ}.html" and '<html lang="en">' in html
    assert f"{score(root, 'ann'):g} of {len(items)} points" in html
    assert len(list((root / "returned").iterdir())) == 2

    # Ann hands in again, under her own name and under a wrong one; then her first zip arrives once more.
    time.sleep(1.1)  # the time in a name has whole seconds
    second, stranger = post("ann", QUIZ, right), post("anne", QUIZ, right)
    said, _ = zips(second, stranger, post.folder / "gone.zip")
    assert said[0] == "gone.zip; not taken, for there is no such file."
    assert said[1].startswith(f"ann {QUIZ}: {full}; send ")
    assert said[2].startswith(f"anne {QUIZ}: {full}; was not in your roster, check the id; send ")
    said, _ = zips(first)
    assert [line for line in said if not line.startswith("cy ")] == [], "what has gone back is done"
    assert score(root, "ann") == len(items), "the last hand-in counts"
    folder = root / "downloaded" / QUIZ
    assert [path.name for path in (folder / "older").iterdir()] == [first.name], "none is deleted"
    assert (folder / "archive" / second.name).is_file()


@pytest.mark.slow(6)
def test_what_a_person_has_to_grade_goes_back_when_it_is_graded(root, post, zips):
    shutil.rmtree(root / "source" / QUIZ)
    assert release(root)["success"]
    sent = post("ann", NAME, {"one-right": ["tuesday"]})
    [line], _ = zips(sent)
    assert "a person has still to grade a part" in line and not (root / "returned").exists()
    with api(root).gradebook as gradebook:
        for grade in gradebook.find_submission(NAME, "ann").notebooks[0].grades:
            if grade.needs_manual_grade:
                grade.manual_score = 1
                grade.needs_manual_grade = False
        gradebook.db.commit()
    [line], _ = zips()
    assert f"send {root / 'returned' / sent.stem}+feedback.zip" in line
