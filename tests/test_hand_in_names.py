"""Is a hand-in's zip named in one way, and its name read back?"""

import re
from datetime import UTC, datetime

import pytest

from icecourse.desk.hand_in_names import TRAINEE_ID, ZIP_MEMBER, ZipName, stamp, zip_name

NAME = "ann.lee+quiz-03+20261120T170001Z.zip"


def test_a_name_is_written_and_read_back():
    written = ZipName("ann.lee", "quiz-03", stamp(datetime(2026, 11, 20, 17, 0, 1, 999_999, tzinfo=UTC)))
    assert str(written) == NAME and zip_name(NAME) == written


@pytest.mark.parametrize(
    "text",
    ["notes.zip", "ann+quiz-03.zip", "ann+quiz-03+2026-11-20.zip", "a/b+quiz-03+20261120T170001Z.zip",
     "ann+quiz+03+20261120T170001Z.zip", "ann+quiz-03+20261120T170001Z.zip.exe", "+quiz-03+20261120T170001Z.zip"],
)  # fmt: skip
def test_another_name_is_none(text):
    assert zip_name(text) is None


def test_nbgraders_collector_reads_the_same_parts_of_a_file_in_the_unpacked_folder():
    match = re.match(ZIP_MEMBER, f"/course/extracted/{NAME.removesuffix('.zip')}/answers.jsonl")
    assert match.groupdict() == {"student_id": "ann.lee", "timestamp": "20261120T170001Z", "file_id": "answers.jsonl"}


@pytest.mark.parametrize(
    ("text", "fits"),
    [("ann.lee-2", True), ("2ann", True), ("", False), (".ann", False), ("a+b", False), ("a/b", False), ("Ä", False),
     ("a" * 64, True), ("a" * 65, False)],
)  # fmt: skip
def test_a_trainees_id_can_be_a_folder_and_a_part_of_a_name(text, fits):
    assert bool(TRAINEE_ID.fullmatch(text)) == fits
