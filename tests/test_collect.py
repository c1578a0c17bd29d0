"""Hostile hand-ins, as zips and in the exchange: nothing climbs, grows or is followed, and honest ones get in."""

import io
import json
import os
import re
import stat
import time
import warnings
import zipfile
from pathlib import Path

import pytest
from test_grading_hostile import FULL, MEMO, PAYLOAD, RIGHT, scores
from trial import NAME, cell_of, gradebook_rows, release, submit

from icecourse.course_root import api
from icecourse.curriculum import COURSE_ID
from icecourse.grading.marking import LOST
from icecourse.item import journal

NOTEBOOK = f"{NAME}.ipynb"
TIME = "20261120T100000Z"
NOTHING = dict.fromkeys(FULL, 0)

# name of the trainee -> (what it makes of the honest files {name: content}, the scores, what the log says)
CASES: dict[str, tuple] = {}


def case(says: str = "", earns=FULL):
    def add(build):
        CASES[build.__name__.strip("_").replace("_", "-")] = build, earns, says
        return build

    return add


def zipped(files, **settings) -> bytes:
    """A zip of {name or ZipInfo: content}, or of such pairs: names may climb, and stand there twice."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, **settings) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, content)
    return made.getvalue()


@case()
def honest(files, root):
    return zipped(files)


@case("(larger than 8 MB)", NOTHING)
def bomb_in_the_answers(files, root):
    return zipped({NOTEBOOK: files[NOTEBOOK], journal.NAME: bytes(300_000_000)})


@case("(larger than 8 MB)")
def bomb_in_the_notebook(files, root):
    return zipped(files | {NOTEBOOK: bytes(300_000_000)})


@case("left out: inner.zip")
def zip_in_a_zip(files, root):
    return zipped(files | {"inner.zip": zipped({"inner.zip": zipped({"x": bytes(10**7)})})})


@case(
    "left out: ../../../../evil.ipynb, /evil.ipynb, ..\\\\..\\\\evil.ipynb, C:\\\\evil.ipynb, quiz-98-trial/evil.ipynb"
)
def climbing_paths(files, root):
    climbs = ("../../../../evil.ipynb", "/evil.ipynb", "..\\..\\evil.ipynb", "C:\\evil.ipynb", f"{NAME}/evil.ipynb")
    return zipped(files | dict.fromkeys(climbs, "evil"))


@case("left out: answers.jsonl", NOTHING)
def answers_are_a_link(files, root):
    link = zipfile.ZipInfo(journal.NAME)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zipped({NOTEBOOK: files[NOTEBOOK], link: str(root / "submitted" / "honest" / NAME / journal.NAME)})


@case("left out: link.ipynb, etc/")
def links_and_folders(files, root):
    link = zipfile.ZipInfo("link.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zipped(files | {link: "/etc/passwd", "etc/": ""})


@case("left out: sitecustomize.py, nbgrader_config.py, timestamp.txt")
def code_and_a_time_of_their_own(files, root):
    line = PAYLOAD.format(flag=str(root / "flags" / "zip"))
    return zipped(files | {"sitecustomize.py": line, "nbgrader_config.py": line, "timestamp.txt": "1999-01-01"})


@case()
def code_in_the_notebook(files, root):
    notebook = json.loads(files[NOTEBOOK])
    cell_of(notebook, "setup")["source"] = PAYLOAD.format(flag=str(root / "flags" / "cell"))
    return zipped(files | {NOTEBOOK: json.dumps(notebook)})


@case("answers.jsonl (a second one)")
def answers_twice(files, root):
    wrong = json.dumps({"item": "one-right", "response": ["sunday"]})
    with warnings.catch_warnings(action="ignore"):  # zipfile's own, of the second name
        return zipped([*files.items(), (journal.NAME, wrong)])


@case("and 19995 more")
def twenty_thousand_names(files, root):
    return zipped(files | {f"{number}\n\x1b[2J.txt": "" for number in range(20_000)})


@case("left out: Answers.JSONL")
def names_in_capitals(files, root):
    return zipped(files | {"Answers.JSONL": "x"})


@case("torn or no notebook")
def no_notebook(files, root):
    return zipped({journal.NAME: files[journal.NAME]})


@case("answers.jsonl is missing", NOTHING)
def no_answers(files, root):
    return zipped({NOTEBOOK: files[NOTEBOOK]})


# Zips that are refused whole.


@case("holds neither the quiz nor answers", None)
def nothing_of_the_quiz(files, root):
    return zipped({"letter.docx": "x"})


@case("torn or no zip", None)
def torn(files, root):
    return zipped(files)[:-40]


@case("torn or no zip", None)
def garbage(files, root):
    return os.urandom(2000)


@case("torn or no zip", None)
def empty(files, root):
    return b""


@case("torn or no zip", None)
def with_a_password(files, root):
    made = bytearray(zipped(files))
    for head, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(head), bytes(made)):
            made[found.start() + flags] |= 1
    return bytes(made)


@case("torn or no zip", None)
def a_method_that_nobody_knows(files, root):
    made = bytearray(zipped(files))
    for head, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        for found in re.finditer(re.escape(head), bytes(made)):
            made[found.start() + method] = 99
    return bytes(made)


@case("torn or no zip", None)
def a_size_that_is_a_lie(files, root):
    made = bytearray(zipped({journal.NAME: bytes(50_000_000)}))
    start = made.index(b"PK\x01\x02")
    made[start + 24 : start + 28] = (10).to_bytes(4, "little")
    return bytes(made)


@case("larger than 16 MB", None)
def twenty_megabytes(files, root):
    return zipped(files | {"x": os.urandom(20_000_000)})


# File names that are none of ours; none of them may stop the others.
ODD = {
    f"..+{NAME}+{TIME}.zip": "cannot be the name of a folder",
    f".+{NAME}+{TIME}.zip": "cannot be the name of a folder",
    f".hidden+{NAME}+{TIME}.zip": "cannot be the name of a folder",
    f"two\nlines+{NAME}+{TIME}.zip": "cannot be the name of a folder",
    f"ann+{NAME}+20269999T999999Z.zip": "holds no time",
    f"ann+quiz-99+{TIME}.zip": "of the assignment quiz-99",
    "ann.zip": "not named TRAINEE+ASSIGNMENT+TIME.zip",
    f"ann+{NAME}+{TIME}.tar.gz": "not named TRAINEE+ASSIGNMENT+TIME.zip",
    NOTEBOOK: "not named TRAINEE+ASSIGNMENT+TIME.zip",
}


@pytest.fixture
def course(course_root):
    assert release(course_root)["success"]
    (course_root / "flags").mkdir()
    return course_root


@pytest.fixture
def files(course) -> dict[str, bytes]:
    """What an honest trainee hands in."""
    folder = submit(course, "template", RIGHT, MEMO)
    made = {name: (folder / name).read_bytes() for name in (NOTEBOOK, journal.NAME)}
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.parent.rmdir()
    return made


def inventory(root: Path) -> set[Path]:
    """Everything in and beside the course, but where collecting and grading write."""
    written = [root / name for name in ("downloaded", "submitted", "autograded")]
    inside = {path for path in root.rglob("*") if not any(place in (path, *path.parents) for place in written)}
    return inside | set(root.parent.iterdir())


@pytest.mark.slow(20)
def test_hostile_zips_through_to_a_grade(course, files, nbgrader):
    archive = course / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    for name, (build, *_) in CASES.items():
        (archive / f"{name}+{NAME}+{TIME}.zip").write_bytes(build(dict(files), course))
    for name in ODD:
        (archive / name).write_bytes(zipped(files))
    neighbour = archive / f"honest+{NAME}+{TIME}.zip"
    (archive / f"linked+{NAME}+{TIME}.zip").symlink_to(neighbour)
    (archive / f"device+{NAME}+{TIME}.zip").symlink_to("/dev/zero")
    (archive / f"folder+{NAME}+{TIME}.zip").mkdir()
    os.mkfifo(archive / f"pipe+{NAME}+{TIME}.zip")
    before = inventory(course)

    started = time.monotonic()
    printed = nbgrader(course, "zip_collect", NAME)
    assert inventory(course) == before and list((course / "flags").iterdir()) == []
    extracted = course / "downloaded" / NAME / "extracted"
    assert sum(path.stat().st_size for path in extracted.rglob("*")) < 5_000_000
    said = [line for line in printed.split("\n") if "WARNING" in line]
    for name, (_, earns, says) in CASES.items():
        if says and "notebook" not in says and "missing" not in says:
            assert any(f"{name}+" in line and says in line for line in said), (name, says)
        assert (course / "submitted" / name).exists() == (earns is not None), name
    for name, says in ODD.items():
        assert any(repr(name)[1:-1] in line and says in line for line in said), (name, says)
    for name in ("linked", "device", "folder", "pipe"):
        assert any(f"{name}+" in line and "not an ordinary file" in line for line in said), name

    printed = api(course).autograde(NAME, "*")["log"]
    assert time.monotonic() - started < 120 and list((course / "flags").iterdir()) == []
    rows = gradebook_rows(course)
    assert rows.keys() == {name for name, (_, earns, _) in CASES.items() if earns is not None}
    for name, row in rows.items():
        assert scores(row) == CASES[name][1], name
    assert "2026-11-20 10:00:00" in str(rows["honest"]["timestamp"])
    for name in ("no-notebook", "bomb-in-the-notebook"):  # an empty one stands in for it
        assert rows[name]["memo"] == (None, None, None, True, 3) and rows[name]["memo", "comment"][0] == LOST
        assert re.search(rf"{name}, {NAME}: graded .*{NOTEBOOK} is torn or no notebook", printed)
    assert rows["answers-twice"] == rows["honest"]
    # nbgrader sees the submission without a notebook too, when it is asked for that trainee alone.
    assert api(course).autograde(NAME, "no-notebook")["success"]


@pytest.fixture
def inbound(course) -> Path:
    folder = course / "exchange" / COURSE_ID / "inbound"
    folder.mkdir(parents=True)
    return folder


def hand_in(inbound: Path, trainee: str, files: dict, at: str = "2026-11-20 10:00:00.5 UTC", stamp=True) -> Path:
    folder = inbound / f"{trainee}+{NAME}+{at}+Ab3xyz"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    if stamp:
        (folder / "timestamp.txt").write_text(at)
    return folder


@pytest.mark.slow(8)
def test_hostile_hand_ins_in_the_exchange_through_to_a_grade(course, files, inbound, nbgrader):
    neighbour = hand_in(inbound, "neighbour", files)
    (course / "secret.txt").write_text("the instructor's secret")
    links = hand_in(inbound, "links", {NOTEBOOK: files[NOTEBOOK]})
    (links / journal.NAME).symlink_to(neighbour / journal.NAME)
    (links / "secret.txt").symlink_to(course / "secret.txt")
    (links / "keys").symlink_to(course / "source")
    pipes = hand_in(inbound, "pipes", files, stamp=False)
    for name in ("pipe", "timestamp.txt"):
        os.mkfifo(pipes / name)
    large = hand_in(inbound, "large", files)
    with (large / "hole.txt").open("wb") as file:
        file.truncate(2**33)
    hand_in(inbound, "lone", {journal.NAME: files[journal.NAME]})
    hand_in(inbound, "no-time", files, stamp=False)
    (inbound / f"linked+{NAME}+2026-11-20 10:00:00 UTC+Ab3xyz").symlink_to(neighbour)
    (inbound / f"file+{NAME}+2026-11-20 10:00:00 UTC+Ab3xyz").write_text("x")
    hand_in(inbound, "..", files)
    hand_in(inbound, "two\nlines", files)
    hand_in(inbound, "when", files, at="the day after tomorrow")
    before = inventory(course)

    printed = nbgrader(course, "collect", NAME)
    assert inventory(course) == before
    warned = [line for line in printed.split("\n") if "not collected" in line]
    for name in ("linked+", "file+", "two\\nlines+", "when+"):  # "..+" is not even looked at
        assert sum(f" {name}" in line for line in warned) == 1, (name, warned)
    submitted = course / "submitted"
    assert not [path for path in submitted.rglob("*") if not path.is_dir() and not path.is_file()]
    assert not [path for path in submitted.rglob("*") if path.is_symlink()]
    assert not any(b"the instructor's secret" in path.read_bytes() for path in submitted.rglob("*") if path.is_file())

    printed = api(course).autograde(NAME, "*")["log"]
    rows = gradebook_rows(course)
    assert rows.keys() == {"neighbour", "links", "pipes", "large", "lone", "no-time"}
    for name, row in rows.items():
        assert scores(row) == (NOTHING if name == "links" else FULL), name
        assert str(row["timestamp"]).startswith("2026-11-20 10:00:00.5"), name
    assert rows["lone"]["memo", "comment"][0] == LOST and rows["lone"]["memo"][3]
    assert api(course).autograde(NAME, "lone")["success"]
    again = hand_in(inbound, "lone", files, at="2026-11-20 11:00:00 UTC")
    assert again.is_dir()
    nbgrader(course, "collect", NAME, "--update")
    assert api(course).autograde(NAME, "*")["success"]
    assert gradebook_rows(course)["lone"]["memo", "comment"][0] is None
