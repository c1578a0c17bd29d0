"""Does a regrade say before it writes what it will do, do just that, and leave a trace of every key that graded?"""

import hashlib
import shutil

import pytest
from conftest import EXAMPLES, both_databases
from test_grading import RIGHT, TEXTS, WRONG
from trial import ITEMS, KEYS, NAME, book, gradebook_rows, release, submit

from icecourse.course_root import api
from icecourse.grading import backup, gradebook
from icecourse.grading.regrade import Change, RegradeError, carry_out, plan, sentences
from icecourse.item.grammar import KINDS, parse

FRIDAY = [("one-right", ["friday"])]


@pytest.fixture
def graded(course_root):
    """A class whose memo of one trainee was graded by a person; nobody can pass for certain at 30 per cent."""
    with (course_root / "nbgrader_config.py").open("a") as config:
        config.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    assert release(course_root)["success"]
    submit(course_root, "all-right", RIGHT, TEXTS)
    submit(course_root, "all-wrong", WRONG)
    submit(course_root, "friday", [*FRIDAY, ("all-or-nothing", ["monday", "friday"])])
    submit(course_root, "late", FRIDAY, at="2026-11-21 17:00:00 UTC")
    submit(course_root, "nothing")
    submit(course_root, "by-hand", FRIDAY, TEXTS)
    assert api(course_root).autograde(NAME, "*")["success"]
    with book(course_root) as gradebook:
        for cell, points in (("memo", 2.5), ("one-right", 0.25)):
            grade = gradebook.find_grade(cell, NAME, NAME, "by-hand")
            grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()
    return course_root


def correct(root, old='correct = ["tuesday"]', new='correct = ["friday"]', item="one-right") -> None:
    """Edit one item of the master, as the instructor does."""
    path = root / "source" / NAME / f"{NAME}.ipynb"
    lines = path.read_text().split("\n")
    at = next(number for number, line in enumerate(lines) if f"%%item {item}\\n" in line)
    here = next(n for n in range(at, len(lines)) if old.replace('"', '\\"') in lines[n])
    lines[here] = lines[here].replace(old.replace('"', '\\"'), new.replace('"', '\\"'))
    path.write_text("\n".join(lines))


def everything(root) -> dict:
    """Every file of the course by its content, but for the gradebook's, and every row of that."""
    kept = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in root.rglob("*") if p.is_file() and p.suffix != ".db"}
    return kept | {"rows": gradebook_rows(root), "grades": grades(root)}


def records(root) -> gradebook.Records:
    return gradebook.read(api(root).coursedir.db_url, NAME)


def grades(root) -> dict:
    """trainee -> {(notebook, cell): grade}"""
    table = {}
    for grade in records(root).grades:
        table.setdefault(grade.trainee, {})[grade.notebook, grade.cell] = grade
    return table


def in_words(root, pass_mark: float = 80) -> str:
    return "\n".join(sentences(NAME, plan(root, NAME), pass_mark))


@both_databases
def test_a_wrong_key_is_found_said_and_corrected(graded):
    before = gradebook_rows(graded)
    correct(graded)
    whole = everything(graded)
    words = in_words(graded, 20)
    assert everything(graded) == whole and not (graded / backup.FOLDER).exists(), "a dry run wrote something"
    assert "one-right (6 grades): key was tuesday, is friday" in words
    assert "Trainees whose grade changes: 2 of 6" in words
    assert "  all-right: 5.1 of 12.1 (42.15 %) -> 4.1 of 12.1 (33.88 %)\n" in words
    assert "  friday: 2 of 12.1 (16.53 %) -> 3 of 12.1 (24.79 %)  passes now (20 %)\n" in words
    assert "Grades that a person gave stay, and are marked for another look: 1" in words

    kept = carry_out(graded, NAME, plan(graded, NAME))
    after = gradebook_rows(graded)
    expected = {trainee: dict(row) for trainee, row in before.items()}
    for trainee, auto in (("all-right", 0), ("friday", 1), ("late", 1), ("by-hand", 1)):
        old = expected[trainee]["one-right"]
        expected[trainee]["one-right"] = (auto, *old[1:3], old[1] is not None, *old[4:])
        expected[trainee]["score"] = after[trainee]["score"]
    expected["late"][NAME, "penalty"] = 1.0
    expected["by-hand"]["manual"] = True
    assert after == expected, "it changed more than the item"
    assert after["by-hand"]["memo"] == (None, 2.5, None, False, 3), "a text that a person graded is left alone"
    page = (graded / "autograded" / "friday" / NAME / f"{NAME}.ipynb").read_text()
    assert 'correct = [\\"friday\\"]' in page

    assert list((graded / backup.FOLDER).iterdir()) == [kept]
    backup.restore(api(graded).coursedir.db_url, kept)
    assert gradebook_rows(graded) == before
    carry_out(graded, NAME, plan(graded, NAME))  # the gradebook that came back holds the old key again
    assert gradebook_rows(graded) == expected
    assert "every grade was given under the key that the master has now" in in_words(graded)


@both_databases
def test_every_grade_can_be_traced_to_the_key_that_gave_it(graded):
    def trace(trainee, item):
        return parse(records(graded).versions[grades(graded)[trainee][NAME, item].version])

    for trainee, row in grades(graded).items():
        for (_, cell), grade in row.items():
            assert grade.version == (parse(ITEMS[cell]).graded_version if cell in ITEMS else ""), (trainee, cell)
    assert trace("friday", "one-right") == parse(ITEMS["one-right"])
    correct(graded)
    shutil.move(graded / "submitted" / "nothing", graded / "archived")
    made = plan(graded, NAME)
    assert made.left == {"nothing": "its submission is not in submitted/"}
    carry_out(graded, NAME, made)
    assert trace("friday", "one-right").key.correct == ("friday",)
    assert trace("nothing", "one-right").key.correct == ("tuesday",), "its grade is still the old key's"
    assert trace("friday", "two-right") == parse(ITEMS["two-right"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_version_of_its_own(kind):
    item = parse(EXAMPLES[kind])
    assert len(item.graded_version) == 16 and item.graded_version == parse(EXAMPLES[kind]).graded_version


def test_points_scoring_and_options_change_a_version_and_words_of_the_key_do_not():
    item = parse(ITEMS["all-of-them"])
    for old, new in (("Because of", "As of"), ('facts = ["', 'facts = ["ice-mission-2018", "')):
        assert parse(ITEMS["all-of-them"].replace(old, new)).graded_version == item.graded_version
    for old, new in (
        ('kind = "all"\n', 'kind = "all"\npoints = 2\n'), ('kind = "all"\n', 'kind = "all"\nscoring = "exact"\n'),
        ("Sunday, 5 p.m.", "Sunday"), ("When does", "How long does"), ('correct = ["monday", ', "correct = ["),
    ):  # fmt: skip
        assert parse(ITEMS["all-of-them"].replace(old, new)).graded_version != item.graded_version, new


def test_an_item_is_dropped_by_its_points(graded):
    path = graded / "source" / NAME / f"{NAME}.ipynb"
    correct(graded, 'level = "apply"\\n', 'level = "apply"\\npoints = 0\\n', item="two-right")
    path.write_text(path.read_text().replace('"grade_id": "two-right"', '"grade_id": "two-right", "was": 1'))
    with pytest.raises(RegradeError, match="says points = 0 and its cell 1"):
        plan(graded, NAME)
    text = path.read_text().split('"two-right", "was": 1')
    path.write_text(text[0] + '"two-right"' + text[1].replace('"points": 1.0', '"points": 0', 1))
    made = plan(graded, NAME)
    [said] = [line for line in sentences(NAME, made, 80) if "all-right" in line]
    assert said == "  all-right: 5.1 of 12.1 (42.15 %) -> 4.1 of 11.1 (36.94 %)"
    carry_out(graded, NAME, made)
    assert gradebook_rows(graded)["all-right"]["max"] == pytest.approx(11.1)


def test_what_cannot_be_regraded_is_said_and_touches_nothing(graded):
    whole = everything(graded)
    with pytest.raises(RegradeError, match="There is no master"):
        plan(graded, "quiz-99")
    master = graded / "source" / NAME / f"{NAME}.ipynb"
    text = master.read_text()
    correct(graded, 'correct = ["tuesday"]', 'correct = ["thursday"]')
    with pytest.raises(RegradeError, match=r'Item "one-right", line .*thursday'):
        plan(graded, NAME)
    master.write_text(text.replace("one-right", "one-new"))
    with pytest.raises(RegradeError, match="differ in one-new, one-right"):
        plan(graded, NAME)
    master.write_text(text)
    assert everything(graded) == whole


def test_who_handed_in_again_is_graded_first(graded):
    correct(graded)
    folder = graded / "submitted" / "friday" / NAME
    (folder / "timestamp.txt").write_text("2026-11-20 16:00:00 UTC")
    assert plan(graded, NAME).left == {"friday": "handed in again since: run nbgrader autograde"}


def test_a_grade_from_before_versions_were_kept_is_regraded(graded):
    with book(graded) as gradebook:
        from sqlalchemy import text

        gradebook.db.execute(text("DELETE FROM icecourse_graded_version"))
        gradebook.db.execute(text("DELETE FROM icecourse_item_version"))
        gradebook.db.commit()
    made = plan(graded, NAME)
    assert len(made.items) == len(KEYS) and all(change.is_none for change in made.changes)
    assert "  one-right (6 grades): graded before versions were kept" in list(sentences(NAME, made, 80))
    carry_out(graded, NAME, made)
    assert plan(graded, NAME).items == ()


@pytest.mark.parametrize(
    ("before", "after", "expected"), [(7.9, 8, "up"), (8, 7.99, "down"), (8, 9, ""), (0, 7.9, ""), (0.1 + 0.7, 8, "up")]
)
def test_the_pass_mark_is_crossed_by_reaching_it(before, after, expected):
    assert Change("ann", before, after, 10, 10).crosses(80) == expected
