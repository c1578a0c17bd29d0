"""Is a gradebook that was backed up the same when it comes back, and never lost on the way?"""

import os
import sqlite3
import stat

import pytest
from conftest import both_databases
from kill_grading import in_a_process
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, text
from test_grading import RIGHT, TEXTS, WRONG
from trial import NAME, book, gradebook_rows, release, submit

from icecourse.course_root import api
from icecourse.curriculum import COURSE_ID
from icecourse.grading import gradebook
from icecourse.grading.backup import BackupError, back_up, restore


@pytest.fixture
def graded(course_root):
    assert release(course_root)["success"]
    submit(course_root, "ann", RIGHT, TEXTS, at="2026-11-20 10:00:00.25 EST")
    submit(course_root, "élise müller", WRONG)
    assert api(course_root).autograde(NAME, "*")["success"]
    with book(course_root) as gradebook:
        grade = gradebook.find_grade("memo", NAME, NAME, "ann")
        grade.manual_score, grade.extra_credit = 2.5, 0.1
        gradebook.find_comment("memo", NAME, NAME, "ann").manual_comment = "Good. é\n"
        gradebook.grant_extension(NAME, "ann", days=2, minutes=5)
        gradebook.db.commit()
    return course_root


def content(root) -> tuple:
    """All that grading knows: rows, versions, due dates with extensions."""
    with book(root) as open_book:
        extensions = {row.student.id: (row.extension, row.duedate) for row in open_book.assignment_submissions(NAME)}
    return gradebook_rows(root), gradebook.read(api(root).coursedir.db_url, NAME), extensions


def spoil(root) -> None:
    with book(root) as gradebook:
        gradebook.remove_submission(NAME, "ann")
        gradebook.find_grade("one-right", NAME, NAME, "élise müller").manual_score = 99
        gradebook.add_student("new")
        gradebook.db.commit()


@both_databases
def test_what_was_backed_up_comes_back(graded, tmp_path):
    db_url, before = api(graded).coursedir.db_url, content(graded)
    first = back_up(db_url, tmp_path)
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    with Gradebook(f"sqlite:///{first}", COURSE_ID) as open_book:  # it is itself a gradebook
        assert open_book.find_grade("memo", NAME, NAME, "ann").manual_score == 2.5
    spoil(graded)
    spoiled = content(graded)
    assert spoiled != before
    second = back_up(db_url, tmp_path)
    assert second != first
    restore(db_url, first)
    assert content(graded) == before
    restore(db_url, second)
    assert content(graded) == spoiled
    assert api(graded).autograde(NAME, "*")["success"]
    assert content(graded)[0]["ann"]["one-right"][0] == 1


@both_databases
def test_what_is_no_backup_changes_nothing(graded, tmp_path):
    db_url, before = api(graded).coursedir.db_url, content(graded)
    whole = back_up(db_url, tmp_path / "kept")
    bad = {name: tmp_path / name for name in ("missing", "folder", "garbage", "torn", "other")}
    bad["folder"].mkdir()
    bad["garbage"].write_bytes(b"SQLite format 3\x00" + os.urandom(5000))
    bad["torn"].write_bytes(whole.read_bytes()[:-9000])
    sqlite3.connect(bad["other"]).execute("CREATE TABLE grade (x)").connection.close()
    for path in bad.values():
        with pytest.raises(BackupError, match=r"no gradebook|no backup"):
            restore(db_url, path)
    assert content(graded) == before


@pytest.mark.slow(6)
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_backup_of_another_schema_is_refused(graded, tmp_path):
    db_url, before = api(graded).coursedir.db_url, content(graded)
    file = back_up(db_url, tmp_path)
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as link:
        link.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    engine.dispose()
    with pytest.raises(BackupError, match="another version of nbgrader's schema"):
        restore(db_url, file)
    assert content(graded) == before


@pytest.mark.slow(8)
@both_databases
def test_a_restore_that_is_killed_leaves_the_old_or_the_new(graded, tmp_path):
    db_url, old = api(graded).coursedir.db_url, content(graded)
    file = back_up(db_url, tmp_path)
    spoil(graded)
    new = content(graded)
    for number in range(8):
        in_a_process(lambda: restore(db_url, file), seconds=0.01 + 0.02 * number)
        found = content(graded)
        assert found in (old, new)
        if found == old:
            spoil(graded)
    restore(db_url, file)
    assert content(graded) == old


def test_no_gradebook_is_said_and_leaves_nothing(course_root, tmp_path):
    (course_root / "gradebook.db").unlink()
    with pytest.raises(BackupError, match="There is no gradebook at"):
        back_up(f"sqlite:///{course_root}/gradebook.db", tmp_path)
    assert not (course_root / "gradebook.db").exists() and list(tmp_path.iterdir()) == []
