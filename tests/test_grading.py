"""Does grading without a kernel do what nbgrader's does? That its gradebook is the same is test_oracle's matter."""

import os
import shutil

import nbformat
import pytest
from conftest import both_databases
from nbformat.v4 import new_code_cell, new_markdown_cell
from trial import DUE, KEYS, NAME, STUB, book, gradebook_rows, marks, release, submit

from icecourse.course_root import api

RIGHT = list(KEYS.items())
WRONG = [(name, ["sunday"] if "sunday" not in key else ["tuesday"]) for name, key in RIGHT]
WORK = [
    new_markdown_cell("To the jail at *Cedar Falls*: <script>alert(1)</script>", id="own-1"),
    new_code_cell("days = 2  # not counted: é", id="own-2"),
]
TEXTS = {"memo": "She is held until *Tuesday* <script>alert(1)</script>.", "table": "hold = 'Tuesday'  # é"}


def honest() -> dict[str, dict]:
    """What honest trainees hand in, by trainee: the keyword arguments of ``submit``."""
    some = {
        "all-right": {"answers": RIGHT, "texts": TEXTS, "work": WORK},
        "all-wrong": {"answers": WRONG, "texts": TEXTS},
        "changed-to-right": {"answers": WRONG + RIGHT, "texts": TEXTS},
        "changed-to-wrong": {"answers": RIGHT + WRONG},
        "changed-to-none": {"answers": [*RIGHT, *((name, []) for name in KEYS)]},
        "unanswered": {},
        "empty-answers": {"answers": [(name, []) for name in KEYS]},
        "only-the-memo": {"texts": {"memo": "A memo."}},
        "only-the-table": {"answers": RIGHT[:2], "texts": {"table": "x = 1"}},
        "gone-option": {"answers": [("one-right", ["wednesday"]), ("all-of-them", ["monday", "wednesday"])]},
        "not-a-list": {"answers": [("one-right", "tuesday"), ("two-right", {"a": 1}), ("all-of-them", 3)]},
        "two-where-one": {"answers": [("one-right", ["tuesday", "monday"]), ("two-right", ["tuesday", "friday"])]},
        "same-option-twice": {"answers": [("all-of-them", ["monday", "monday"])]},
        "unknown-item": {"answers": [*RIGHT, ("no-such-item", ["tuesday"])]},
        "late-by-a-second": {"answers": RIGHT, "at": "2026-11-20 17:00:01 UTC"},
        "late-by-days": {"answers": RIGHT[:3], "texts": TEXTS, "at": "2026-11-23 09:30:00.5 EST"},
        "only-the-letter": {"work": WORK[:1]},
        "late-with-nothing": {"at": "2026-11-23 09:30:00 UTC"},
        "on-the-dot": {"answers": RIGHT, "at": DUE},
        "no-timestamp": {"answers": RIGHT, "at": ""},
        "stub-typed-again": {"answers": RIGHT, "texts": {"memo": STUB}},
        "spaces-in-the-memo": {"texts": {"memo": STUB + " "}},
    }
    parts = [["monday"], ["monday", "friday"], ["sunday", "monday"], ["sunday", "monday", "tuesday", "friday"]]
    for number, part in enumerate(parts):
        some[f"partly-{number}"] = {
            "answers": [(name, part) for name in ("all-of-them", "all-or-nothing", "worth-a-third")]
        }
    return some


@pytest.fixture
def course(course_root):
    result = release(course_root)
    assert result["success"], result["log"]
    return course_root


@pytest.mark.slow(8)
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_firms_database_holds_the_same_rows(course_root, empty_gradebook, scratch):
    """With test_oracle: what stock nbgrader writes to SQLite, this writes to PostgreSQL."""
    twin = scratch / "twin"
    shutil.copytree(course_root, twin)
    shutil.copy(empty_gradebook, twin)
    config = twin / "nbgrader_config.py"
    config.write_text("\n".join(line for line in config.read_text().split("\n") if "db_url" not in line))
    rows, pages = [], []
    for root in (course_root, twin):
        with (root / "nbgrader_config.py").open("a") as more:
            more.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
        assert release(root)["success"]
        for trainee, what in honest().items():
            submit(root, trainee, **what)
        assert api(root).autograde(NAME, "*")["success"]
        with book(root) as gradebook:
            grade = gradebook.find_grade("memo", NAME, NAME, "all-wrong")
            grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2.5, 0.25, False
            gradebook.find_comment("memo", NAME, NAME, "all-wrong").manual_comment = "Name the form. é"
            gradebook.db.commit()
        assert api(root).autograde(NAME, "all-*")["success"]
        assert api(root).generate_feedback(NAME, "all-*")["success"]
        rows.append(gradebook_rows(root))
        pages.append({path.parts[-3]: path.read_text() for path in (root / "feedback").rglob("*.html")})
    assert not (course_root / "gradebook.db").exists() and (twin / "gradebook.db").exists()
    assert rows[0].keys() == honest().keys() and rows[0]["all-wrong"]["memo"] == (None, 2.5, 0.25, True, 3)
    assert rows[0] == rows[1]
    assert pages[0] == pages[1] and pages[0].keys() == {"all-right", "all-wrong"}


@both_databases
def test_the_formgraders_way_starts_no_kernel(course, monkeypatch):
    """The button calls NbGraderAPI.autograde, one trainee at a time, in the server's own process."""

    def started(*_, **__):
        raise AssertionError("a kernel was started")

    monkeypatch.setattr("jupyter_client.manager.KernelManager.pre_start_kernel", started)
    monkeypatch.setattr("jupyter_client.manager.KernelManager.start_kernel", started)
    submit(course, "ann", RIGHT)
    submit(course, "ben", RIGHT)
    result = api(course).autograde(NAME, "ann")
    assert result["success"], result
    assert "NBGRADER_EXECUTION" not in os.environ
    assert gradebook_rows(course).keys() == {"ann"}
    assert gradebook_rows(course)["ann"]["one-right"][0] == 1


def test_graded_code_that_is_no_item_is_refused_by_name(course_root):
    code = new_code_cell("assert hold == 'Tuesday'", id="check-hold", metadata=marks("check-hold", 1))
    assert release(course_root, [code])["success"]
    submit(course_root, "ann", RIGHT)
    result = api(course_root).autograde(NAME, "ann")
    assert not result["success"]
    assert f'{NAME}: graded cell "check-hold" is code and no item' in result["log"]
    assert gradebook_rows(course_root) == {} and not (course_root / "autograded").exists()


def test_an_instructor_may_have_nbgrader_run_an_assignment(course_root):
    """And a submission cannot ask for it: the setting is the course's own."""
    code = new_code_cell("assert hold == 'Tuesday'", id="check-hold", metadata=marks("check-hold", 1))
    assert release(course_root, [code])["success"]
    with (course_root / "nbgrader_config.py").open("a") as config:
        config.write(f'\nc.ItemGrader.execute_assignments = ["{NAME}"]\n')
    folder = submit(course_root, "ann", RIGHT, {"table": "hold = 'Tuesday'"})
    (folder / "nbgrader_config.py").write_text("raise SystemExit")
    result = api(course_root).autograde(NAME, "ann")
    assert result["success"], result
    row = gradebook_rows(course_root)["ann"]
    assert row["check-hold"][0] == 1 and row["one-right"][0] == 1


def test_a_failure_leaves_no_mark_in_the_environment(course_root):
    """The trap: nbgrader leaves NBGRADER_EXECUTION in the server; later kernels turn lessons into grading."""
    too_much = new_code_cell("99.0", id="check-hold", metadata=marks("check-hold", 1))  # nbgrader refuses such a score
    assert release(course_root, [too_much])["success"]
    with (course_root / "nbgrader_config.py").open("a") as config:
        config.write(f'\nc.ItemGrader.execute_assignments = ["{NAME}"]\n')
    submit(course_root, "ann", RIGHT)
    result = api(course_root).autograde(NAME, "ann")
    assert not result["success"] and "partial credit cannot be greater" in result["log"]
    assert "NBGRADER_EXECUTION" not in os.environ


@both_databases
def test_a_submission_that_cannot_be_written_costs_nobody_else(course):
    for trainee in ("ann", "ben", "zoe"):
        submit(course, trainee, RIGHT)
    (course / "autograded" / "cat").mkdir(parents=True)
    submit(course, "cat", RIGHT)
    in_the_way = [course / "autograded" / "ben", course / "autograded" / "cat" / NAME]
    for path in in_the_way:
        path.write_text("a file where a folder belongs")
    result = api(course).autograde(NAME, "*", force=False)
    for trainee in ("ben", "cat"):
        assert not result["success"] and f"{trainee}, {NAME}: could not be graded" in result["log"]
    assert "Traceback" in result["log"] and "could not be graded: 2." in result["error"]
    assert gradebook_rows(course)["ann"] == gradebook_rows(course)["zoe"]
    for path in in_the_way:
        path.unlink()
    assert api(course).autograde(NAME, "*", force=False)["success"]
    rows = gradebook_rows(course)
    assert rows["ann"] == rows["ben"] == rows["cat"]
    assert (course / "autograded" / "ben" / NAME / f"{NAME}.ipynb").is_file()


@both_databases
def test_what_is_graded_stays_until_something_newer_comes_or_it_is_asked_for(course):
    page = course / "autograded" / "ann" / NAME / f"{NAME}.ipynb"

    def again(**settings):
        before = page.stat().st_ino if page.exists() else 0
        assert api(course).autograde(NAME, "ann", **settings)["success"]
        return page.stat().st_ino != before

    folder = submit(course, "ann", RIGHT)
    assert again(force=False) and not again(force=False) and again(force=True)
    (folder / "timestamp.txt").write_text("2026-11-20 11:00:00 UTC")
    assert again(force=False) and not again(force=False)
    page.unlink()
    assert again(force=False)
    with book(course) as gradebook:  # as after an older backup
        gradebook.remove_submission(NAME, "ann")
    assert again(force=False) and gradebook_rows(course)["ann"]["one-right"][0] == 1


@both_databases
def test_settings_of_nbgrader_still_count(course):
    """Hooks, trainees to leave out, trainees that the gradebook must know, a penalty of one's own, permissions."""
    for trainee in ("ann", "ben", "out"):
        submit(course, trainee, RIGHT, at="2026-11-21 17:00:00 UTC")
    (course / "mine.py").write_text(
        "from nbgrader.plugins import LateSubmissionPlugin\n"
        "class Mine(LateSubmissionPlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        "        return total_seconds_late / 86400 * (1 if student_id == 'ann' else 100)\n"
        "def before(assignment, student, notebooks):\n"
        "    open('before.txt', 'a').write(notebooks[0] + '\\n')\n"
        "def after(assignment, student, notebooks):\n"
        "    open('after.txt', 'a').write(notebooks[0] + '\\n')\n"
    )
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(
            "\nimport sys\nsys.path.insert(0, str(root))\nimport mine\n"
            "c.AssignLatePenalties.plugin_class = mine.Mine\n"
            "c.Autograde.pre_convert_hook, c.Autograde.post_convert_hook = mine.before, mine.after\n"
            "c.CourseDirectory.student_id_exclude = 'out,other'\nc.Autograde.permissions = 640\n"
        )
    assert api(course).autograde(NAME, "*")["success"]
    rows = gradebook_rows(course)
    assert rows.keys() == {"ann", "ben"}
    assert rows["ann"][NAME, "penalty"] == 1 and rows["ben"][NAME, "penalty"] == pytest.approx(5.1)  # never below 0
    for name in ("before.txt", "after.txt"):
        paths = (course / name).read_text().split()
        assert paths == [str(course / "submitted" / who / NAME / f"{NAME}.ipynb") for who in ("ann", "ben")]
    assert (course / "autograded" / "ann" / NAME / f"{NAME}.ipynb").stat().st_mode & 0o777 == 0o640

    submit(course, "new", RIGHT)
    result = api(course).autograde(NAME, "new", create=False)
    assert not result["success"] and "No trainee with the id new is in the gradebook" in result["log"]
    assert gradebook_rows(course).keys() == {"ann", "ben"}


def test_without_a_released_copy_nothing_is_graded(course):
    submit(course, "ann", RIGHT)
    shutil.rmtree(course / "assignments" / NAME)
    result = api(course).autograde(NAME, "ann")
    assert not result["success"] and f"run: nbgrader generate_assignment {NAME} --force" in result["log"]
    assert gradebook_rows(course) == {}


def test_a_graded_notebook_is_one_to_nbformat_and_comes_out_of_it_unchanged(course):
    """Its file is written by json, faster than nbformat writes it."""
    submit(course, "ann", RIGHT, TEXTS, work=WORK)
    assert api(course).autograde(NAME, "ann")["success"]
    path = course / "autograded" / "ann" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert nbformat.reads(nbformat.writes(notebook), as_version=4) == notebook
    assert "\\u" not in path.read_text(encoding="utf-8"), "letters as they are"
