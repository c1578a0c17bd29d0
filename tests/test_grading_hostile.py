"""Hostile and damaged work: nothing of it runs, nobody else is touched, and honest answers still earn their marks."""

import json
import os
import re
import shutil

import nbformat
import pytest
from conftest import both_databases
from trial import ITEMS, KEYS, NAME, SCHEME, STUB, book, cell_of, edit, gradebook_rows, marks, release, submit

from icecourse.course_root import api
from icecourse.grading import submission
from icecourse.grading.marking import LOST
from icecourse.item import journal

RIGHT = list(KEYS.items())
MEMO = {"memo": "She is held until Tuesday.", "table": "hold = 'Tuesday'"}
FULL = {"one-right": 1, "two-right": 1, "all-of-them": 1, "all-or-nothing": 2, "worth-a-third": 0.1, "dropped": 0}
NOTHING = dict.fromkeys(FULL, 0)
NOTEBOOK = f"{NAME}.ipynb"
ANSWERS = journal.NAME
PAYLOAD = "import pathlib; pathlib.Path({flag!r}).touch()"

# Each case damages the submission of one trainee, who answered everything right and wrote both texts.
# name -> (what it does to the folder, what the log says, the scores it must earn, whether its texts are readable)
CASES: dict[str, tuple] = {}


def case(says: str, earns=FULL, texts: bool = True):
    def add(build):
        CASES[build.__name__.strip("_").replace("_", "-")] = build, says, earns, texts
        return build

    return add


def code(folder) -> str:
    """A line of Python that leaves a flag behind if anybody runs it."""
    return PAYLOAD.format(flag=str(folder.parents[2] / "flags" / folder.parent.name))


def rewrite(folder, text: str | bytes, name: str = NOTEBOOK) -> None:
    (folder / name).unlink(missing_ok=True)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def raw(folder, *lines: str | bytes) -> None:
    with (folder / ANSWERS).open("ab") as file:
        for line in lines:
            file.write((line if isinstance(line, bytes) else line.encode()) + b"\n")


# Code in cells


@case("changed cells: one-right")
def code_in_an_item_cell(folder):
    edit(folder, lambda nb: cell_of(nb, "one-right").update(source=code(folder)))


@case("changed cells: setup")
def code_in_the_setup_cell(folder):
    edit(folder, lambda nb: cell_of(nb, "setup").update(source=code(folder)))


def own(source: str, kind: str = "code") -> dict:
    more = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "source": source, "metadata": {}, **more}


@case("")
def code_in_a_cell_of_their_own(folder):
    edit(folder, lambda nb: nb["cells"].insert(0, own(code(folder))))


@case("")
def code_below_the_task(folder):
    marked = own(code(folder)) | {"metadata": {"nbgrader": {"grade": True, "points": 9}, "icecourse": {"answers": 3}}}
    edit(folder, lambda nb: nb["cells"].extend([own("%%item x\n[key]"), marked, own("<script>x</script>", "markdown")]))


@case("cells of the trainee's own that were cut or left out: 302")
def five_hundred_cells_below_the_task(folder):
    edit(folder, lambda nb: nb["cells"].extend([own("x" * 300_000), *(own("x = 1") for _ in range(500))]))


@case("changed cells: letter")
def a_task_with_a_scheme_of_their_own(folder):
    edit(folder, lambda nb: cell_of(nb, "letter").update(source="Full marks for everybody."))


@case("")
def code_in_the_cell_for_code(folder):
    edit(folder, lambda nb: cell_of(nb, "table").update(source=code(folder)))


@case("changed cells: one-right, two-right, all-of-them")
def a_planted_key(folder):
    def plant(nb):
        for name, key in KEYS.items():
            wrong = str([o for o in ("sunday", "monday") if o not in key]).replace("'", '"')
            cell_of(nb, name)["source"] += f"\n### BEGIN KEY\n[key]\ncorrect = {wrong}\n### END KEY"

    edit(folder, plant)


@case("cells with a result of their own: one-right")
def a_faked_output(folder):
    def fake(nb):
        cell_of(nb, "one-right")["outputs"] = [
            {"output_type": "execute_result", "data": {"text/plain": "99"}, "metadata": {}, "execution_count": 1}
        ]

    edit(folder, fake)


# Files that a Python, a Jupyter or an nbgrader that started there would run


def _startup(name: str):
    def build(folder):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(code(folder))

    return build


for _name in ("ipython_config.py", "jupyter_config.py", "nbgrader_config.py", "sitecustomize.py", "usercustomize.py",
              "json.py", "icecourse.py", "tomllib.py", "conftest.py", "x.pth", "nbformat/__init__.py"):  # fmt: skip
    CASES["file-" + re.sub(r"\W+", "-", _name)] = _startup(_name), f"left out: {_name.split('/')[0]}", FULL, True


# Damaged notebooks


@case("is torn or no notebook", texts=False)
def torn_notebook(folder):
    rewrite(folder, (folder / NOTEBOOK).read_bytes()[:700])


@case("is torn or no notebook", texts=False)
def empty_notebook(folder):
    rewrite(folder, b"")


@case("is torn or no notebook", texts=False)
def binary_notebook(folder):
    rewrite(folder, bytes(range(256)) * 40)


@case("no notebook that can be read", texts=False)
def notebook_without_cells(folder):
    rewrite(folder, "{}")


@case("no notebook that can be read", texts=False)
def notebook_that_is_a_list(folder):
    rewrite(folder, "[1, 2]")


@case("deleted cells: setup, one-right", texts=False)
def notebook_whose_cells_are_no_cells(folder):
    rewrite(folder, '{"cells": [1, null, "x", {"metadata": 3}, {"metadata": {"nbgrader": []}, "source": {}}]}')


@case("no notebook that can be read", texts=False)
def deeply_nested_notebook(folder):
    rewrite(folder, '{"cells": ' + "[" * 200_000 + "]" * 200_000 + "}")


@case("is larger than 8 MB", texts=False)
def notebook_of_50_mb(folder):
    edit(folder, lambda nb: nb["metadata"].update(padding="x" * 50_000_000))


@case(f"{NOTEBOOK} is missing", texts=False)
def no_notebook_at_all(folder):
    (folder / NOTEBOOK).unlink()


@case("left out: renamed.ipynb", texts=False)
def renamed_notebook(folder):
    (folder / NOTEBOOK).rename(folder / "renamed.ipynb")


@case("left out: copy of it.ipynb")
def two_notebooks(folder):
    shutil.copy(folder / NOTEBOOK, folder / "copy of it.ipynb")


@case("is missing", texts=False)
def old_format_notebook(folder):
    rewrite(folder, '{"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": []}], "metadata": {}}', "x.ipynb")
    (folder / NOTEBOOK).unlink()


@case("another kernel is asked for")
def another_kernel(folder):
    edit(folder, lambda nb: nb["metadata"].update(kernelspec={"name": "bash", "display_name": "rm", "language": "sh"}))


@case("another kernel is asked for")
def kernel_name_that_climbs(folder):
    edit(folder, lambda nb: nb["metadata"].update(kernelspec={"name": "../../../etc", "display_name": "\x1b[2J"}))


# Damaged cells


@case("cells with one id: one-right, memo")
def duplicated_cells(folder):
    def twice(nb):
        other = dict(cell_of(nb, "memo"), source=MEMO["memo"])
        cell_of(nb, "memo")["source"] = "An earlier copy."
        nb["cells"] += [dict(cell_of(nb, "one-right")), other]

    edit(folder, twice)


@case("deleted cells: one-right, two-right")
def deleted_items(folder):
    edit(folder, lambda nb: [nb["cells"].remove(cell_of(nb, name)) for name in ("one-right", "two-right")])


@case("deleted cells: memo, table", texts=False)
def deleted_texts(folder):
    edit(folder, lambda nb: [nb["cells"].remove(cell_of(nb, name)) for name in ("memo", "table")])


@case("cells of another type: one-right, memo")
def retyped_cells(folder):
    def retype(nb):
        cell_of(nb, "one-right")["cell_type"] = "raw"
        cell_of(nb, "memo")["cell_type"] = "code"

    edit(folder, retype)


@case("cells with changed nbgrader marks: one-right, memo")
def changed_points(folder):
    def change(nb):
        for name in ("one-right", "memo"):
            cell_of(nb, name)["metadata"]["nbgrader"]["points"] = 1e308

    edit(folder, change)


@case("cells with changed nbgrader marks: all-of-them, memo")
def changed_marks(folder):
    def change(nb):
        cell_of(nb, "memo")["metadata"]["nbgrader"].update(grade=False, schema_version="new", checksum=[1])
        cell_of(nb, "all-of-them")["metadata"]["nbgrader"].update(solution=True, locked=False)

    edit(folder, change)


@case("graded cells that this assignment does not have: bonus")
def a_graded_cell_of_their_own(folder):
    bonus = {"cell_type": "code", "source": "100", "metadata": marks("bonus", 100), "outputs": []}
    edit(folder, lambda nb: nb["cells"].append(bonus))


@case("deleted cells: memo, table", texts=False)
def renamed_ids(folder):
    def rename(nb):
        cell_of(nb, "memo")["metadata"]["nbgrader"]["grade_id"] = "../../memo"
        cell_of(nb, "table")["metadata"]["nbgrader"]["grade_id"] = ["table"]

    edit(folder, rename)


@case("")
def half_a_surrogate_in_a_text(folder):
    edit(folder, lambda nb: cell_of(nb, "memo").update(source=["half \ud83d\n", "a pair"]))


@case("was cut after 200000 characters")
def a_text_without_end(folder):
    edit(folder, lambda nb: cell_of(nb, "memo").update(source="word " * 100_000))


@case("")
def script_in_a_text(folder):
    edit(folder, lambda nb: cell_of(nb, "memo").update(source="<script>alert(1)</script><img src=x onerror=alert(2)>"))


# Links, pipes, folders


@case("not an ordinary file, so no answer was read", NOTHING)
def journal_is_a_link_to_a_neighbour(folder):
    (folder / ANSWERS).unlink()
    (folder / ANSWERS).symlink_to(folder.parents[1] / "neighbour" / NAME / ANSWERS)


@case("not an ordinary file, so no answer was read", NOTHING)
def journal_is_a_dangling_link(folder):
    (folder / ANSWERS).unlink()
    (folder / ANSWERS).symlink_to("/no/such/place")


@case("not an ordinary file, so no answer was read", NOTHING)
def journal_is_a_loop(folder):
    (folder / ANSWERS).unlink()
    (folder / ANSWERS).symlink_to(ANSWERS)


@case("not an ordinary file, so no answer was read", NOTHING)
def journal_is_an_endless_device(folder):
    (folder / ANSWERS).unlink()
    (folder / ANSWERS).symlink_to("/dev/zero")


@case("not an ordinary file, so no answer was read", NOTHING)
def journal_is_a_pipe(folder):
    (folder / ANSWERS).unlink()
    os.mkfifo(folder / ANSWERS)


@case("not an ordinary file, so no answer was read", NOTHING)
def journal_is_a_folder(folder):
    (folder / ANSWERS).unlink()
    (folder / ANSWERS).mkdir()


@case(f"{ANSWERS} is missing", NOTHING)
def no_journal(folder):
    (folder / ANSWERS).unlink()


@case("is not an ordinary file", texts=False)
def notebook_is_a_link_to_a_neighbour(folder):
    (folder / NOTEBOOK).unlink()
    (folder / NOTEBOOK).symlink_to(folder.parents[1] / "neighbour" / NAME / NOTEBOOK)


@case("is not an ordinary file", texts=False)
def notebook_is_a_pipe(folder):
    (folder / NOTEBOOK).unlink()
    os.mkfifo(folder / NOTEBOOK)


@case("is not an ordinary file", texts=False)
def notebook_is_a_folder(folder):
    (folder / NOTEBOOK).unlink()
    (folder / NOTEBOOK).mkdir()


@case("left out: etc (a link), pipe, secret.txt (a link), up (a link)")
def links_and_pipes_beside_the_notebook(folder):
    (folder / "secret.txt").symlink_to(folder.parents[2] / "secret.txt")
    (folder / "etc").symlink_to("/etc")
    (folder / "up").symlink_to(folder.parents[1])
    os.mkfifo(folder / "pipe")


@case("timestamp.txt holds no time")
def timestamp_is_a_pipe(folder):
    (folder / "timestamp.txt").unlink()
    os.mkfifo(folder / "timestamp.txt")


@case("timestamp.txt holds no time")
def timestamp_is_a_link(folder):
    (folder / "timestamp.txt").unlink()
    (folder / "timestamp.txt").symlink_to("/dev/zero")


@case("timestamp.txt holds no time")
def timestamp_is_garbage(folder):
    (folder / "timestamp.txt").write_bytes(b"\xff\xfe the day after tomorrow")


@case("timestamp.txt holds no time")
def timestamp_beyond_all_time(folder):
    (folder / "timestamp.txt").write_text("9999-12-31 23:59:59 -1200")


@case("left out: ")
def odd_file_names(folder):
    for name in ("a\nb.txt", "\x1b[2J.txt", "-rf", "$(touch x)", "..\\..\\x.txt", "é" * 100, b"\xff\xfe.txt"):
        path = os.path.join(os.fsencode(folder), os.fsencode(name))
        with open(path, "w") as file:
            file.write("x")


@case("")
def a_file_named_as_one_of_the_masters(folder):
    (folder / "map.png").unlink(missing_ok=True)
    (folder / "map.png").write_text("a trainee's")


@case("left out: map.png")
def a_folder_named_as_one_of_the_masters(folder):
    (folder / "map.png").mkdir()
    (folder / "map.png" / "x").write_text("x")


# Odd journals


@case("lines of answers.jsonl that are no answers: 9")
def garbage_lines(folder):
    raw(folder, "", "null", "NaN", "[]", "{}", '{"item": 3, "response": []}', '{"item": "one-right"}', b"\xff\xfe\x00",
        '{"item": "one-right", "response": [', "[" * 60_000)  # fmt: skip


@case("lines of answers.jsonl that are no answers: 1")
def a_torn_last_line(folder):
    with (folder / ANSWERS).open("ab") as file:
        file.write(b'{"item": "one-right", "response": ["sund')


@case("lines of answers.jsonl that are no answers: 1")
def a_line_of_5_mb(folder):
    raw(folder, '{"item": "one-right", "response": ["' + "x" * 5_000_000 + '"]}')


@case('the answer to "one-right" is none', FULL | {"one-right": 0})
def an_answer_that_is_nan(folder):
    raw(folder, '{"item": "one-right", "response": NaN}')


@case('the answer to "one-right" is none', FULL | {"one-right": 0})
def an_answer_of_deep_lists(folder):
    raw(folder, '{"item": "one-right", "response": ' + "[" * 500 + "]" * 500 + "}")


@case('the answer to "one-right" is none', FULL | {"one-right": 0})
def an_answer_with_half_a_surrogate(folder):
    raw(folder, '{"item": "one-right", "response": ["\\ud83d"]}')


@case('the answer to "one-right" is none', FULL | {"one-right": 0})
def script_in_an_answer(folder):
    raw(folder, json.dumps({"item": "one-right", "response": ["<script>alert(1)</script>"]}))


@case('the answer to "all-of-them" is none', FULL | {"all-of-them": 0})
def the_same_option_a_thousand_times(folder):
    raw(folder, json.dumps({"item": "all-of-them", "response": ["monday"] * 1000}))


@case("")
def unknown_items_and_extra_fields(folder):
    line = {"item": "one-right", "response": ["tuesday"], "score": 99, "points": 99, "at": "2099", "version": "x"}
    raw(folder, json.dumps(line), '{"item": "bonus", "response": ["x"]}', '{"item": "__class__", "response": []}')


@case("")
def times_out_of_order(folder):
    """The last line counts, whatever its clock says."""
    raw(folder, '{"item": "one-right", "response": ["sunday"], "at": "2099-01-01"}',
        '{"item": "one-right", "response": ["tuesday"], "at": "1970-01-01"}')  # fmt: skip


@case("lines of answers.jsonl that are no answers: 50")
def journal_of_50_mb(folder):
    honest = (folder / ANSWERS).read_bytes()
    (folder / ANSWERS).write_bytes((b"x" * 999_999 + b"\n") * 50 + honest)


@case("is very large, so only its end was read")
def journal_of_8_gb(folder):
    honest = (folder / ANSWERS).read_bytes()
    with (folder / ANSWERS).open("wb") as file:
        file.seek(2**33)  # a hole: it takes no room on the disk, and would fill the memory of who reads it
        file.write(b"\n" + honest)


@case("")
def old_line_endings(folder):
    (folder / ANSWERS).write_bytes((folder / ANSWERS).read_bytes().replace(b"\n", b"\r\n"))


# Folders of a trainee that are no submission: they are named and not graded.
def _link_to_neighbour(root):
    (root / "submitted" / "linked-trainee").symlink_to(root / "submitted" / "neighbour")


def _assignment_is_a_link(root):
    (root / "submitted" / "linked-folder").mkdir()
    (root / "submitted" / "linked-folder" / NAME).symlink_to(root / "submitted" / "neighbour" / NAME)


def _assignment_loops(root):
    (root / "submitted" / "loop").mkdir()
    (root / "submitted" / "loop" / NAME).symlink_to(NAME)


def _assignment_is_a_file(root):
    (root / "submitted" / "a-file").mkdir()
    (root / "submitted" / "a-file" / NAME).write_text("x")


def _trainee_with_a_line_break(root):
    submit(root, "two\nlines", RIGHT)


def _trainee_in_bytes(root):
    folder = os.fsencode(root / "submitted") + b"/\xff\xfe"
    shutil.copytree(os.fsencode(root / "submitted" / "neighbour"), folder)


UNFIT = {
    "linked-trainee": _link_to_neighbour,
    "linked-folder": _assignment_is_a_link,
    "loop": _assignment_loops,
    "a-file": _assignment_is_a_file,
    "two\\nlines": _trainee_with_a_line_break,
    "\\udcff\\udcfe": _trainee_in_bytes,
}
# Ids that a trainee may well have, odd as they look to a shell, a pattern or a path.
ODD = ["a[b]", "o'hara; drop table grade", "élise müller", "-rf", "$(touch x)", "%s {0}", "*"]


@pytest.fixture
def batch(course_root):
    """One course with a submission of every case in it, and one batch over them all by the command line."""
    assert release(course_root)["success"]
    (course_root / "flags").mkdir()
    (course_root / "secret.txt").write_text("the instructor's secret")
    submit(course_root, "neighbour", RIGHT, MEMO)
    for name, (build, *_) in CASES.items():
        build(submit(course_root, name, RIGHT, MEMO))
    for build in UNFIT.values():
        build(course_root)
    for name in ODD:
        submit(course_root, name, RIGHT, MEMO)
    return course_root


def scores(row: dict) -> dict:
    return {name: row[name][0] for name in ITEMS}


@pytest.mark.slow(15)
@both_databases
def test_every_case_in_one_batch(batch, database, nbgrader):
    assert len(CASES) >= 40
    printed = nbgrader(batch, "autograde", NAME)  # stops after five minutes: nothing may wait for a pipe
    assert list((batch / "flags").iterdir()) == [], "something that was handed in ran"
    rows = gradebook_rows(batch)
    assert rows.keys() == {"neighbour", *CASES, *ODD}
    reports = dict(re.findall(r"\[AutogradeApp \| WARNING\] (.+?), quiz-98-trial: graded as far .+?; (.*)", printed))

    neighbour = rows["neighbour"]
    assert scores(neighbour) == FULL and neighbour["memo"] == (None, None, None, True, 3)
    assert "neighbour" not in reports
    wrong = []
    for name, (_, says, earns, texts) in CASES.items():
        row, report = rows[name], reports.get(name, "")
        if scores(row) != earns:
            wrong.append(f"{name}: earned {scores(row)}")
        if (says not in report) if says else report:
            wrong.append(f"{name}: reported {report!r}")
        for cell in ("memo", "table"):  # never a silent zero
            comment = None if texts else LOST
            if row[cell][0] is not None or not row[cell][3] or row[cell, "comment"][0] != comment:
                wrong.append(f"{name}: {cell} is {row[cell]}, {row[cell, 'comment']}")
        page = (batch / "autograded" / name / NAME / NOTEBOOK).read_text(encoding="utf-8")
        if ("She is held until Tuesday" in page) and not texts:
            wrong.append(f"{name}: shows a text that it does not have")
        nbformat.validate(nbformat.reads(page, as_version=4))
    assert not wrong, "\n".join(wrong)
    for name in ("torn-notebook", "no-notebook-at-all", "notebook-is-a-pipe"):
        assert rows[name]["letter", "comment"][0] == LOST
    for name in ODD:
        assert rows[name] == neighbour, name
    for name in UNFIT:
        assert re.search(rf"WARNING\] {re.escape(name)}, {NAME}: not graded, for", printed), name

    copied = [path for path in (batch / "autograded").rglob("*") if path.is_symlink() or path.suffix == ".py"]
    assert copied == []
    for path in (batch / "autograded").rglob("*"):
        assert not path.is_file() or b"the instructor's secret" not in path.read_bytes(), path
    one = batch / "autograded" / "a-file-named-as-one-of-the-masters" / NAME / "map.png"
    assert one.read_bytes() == b"\x89PNG the instructor's"

    for name in ("journal-of-50-mb", "journal-of-8-gb"):  # too large to keep; what counted of it is kept
        answers = journal.read(batch / "autograded" / name / NAME / ANSWERS)
        assert {entry.item: entry.response for entry in answers.entries} == KEYS and answers.skipped == 0
    if database:  # a page is the same wherever the gradebook is
        return
    nbgrader(batch, "generate_feedback", NAME)
    for name in [*CASES, *(set(ODD) - {"a[b]", "*"})]:
        html = (batch / "feedback" / name / NAME / f"{NAME}.html").read_text(encoding="utf-8")
        assert "<script" not in html and "onerror" not in re.sub(r"&lt;.*?&gt;", "", html), name
        assert "BEGIN KEY" not in html and "correct = " not in html and SCHEME not in html, name
    html = (batch / "feedback" / "script-in-an-answer" / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)" in html


def test_a_journal_in_the_masters_folder_reaches_nobody(course_root):
    """Stock nbgrader copies it over every trainee's own at autograding."""
    assert release(course_root)["success"]
    submit(course_root, "ann", RIGHT, MEMO)
    wrong = json.dumps({"item": "one-right", "response": ["sunday"]}) + "\n"
    for place in ("source", "assignments"):
        (course_root / place / NAME / ANSWERS).write_text(wrong)
    assert api(course_root).autograde(NAME, "ann")["success"]
    assert scores(gradebook_rows(course_root)["ann"]) == FULL


def test_a_trainee_alone_without_a_notebook_is_said(course_root):
    """nbgrader's limit: asked for one trainee, it looks for a notebook before it asks anybody else.

    What comes by collect or zip_collect has one (test_collect.py), and in a batch the folder is graded.
    """
    assert release(course_root)["success"]
    (submit(course_root, "ann", RIGHT) / NOTEBOOK).unlink()
    result = api(course_root).autograde(NAME, "ann")
    assert not result["success"] and "No notebooks were matched" in result["log"]
    assert gradebook_rows(course_root) == {}
    submit(course_root, "ben", RIGHT)
    assert api(course_root).autograde(NAME, "*")["success"]
    assert scores(gradebook_rows(course_root)["ann"]) == FULL


def test_memory_for_a_journal_does_not_grow_with_it(tmp_path):
    import tracemalloc

    path = tmp_path / ANSWERS
    line = json.dumps({"item": "one-right", "response": ["monday"], "at": "x" * 400}).encode() + b"\n"
    path.write_bytes(line * 40_000)
    tracemalloc.start()
    kept = journal.read(path, {"one-right"})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(kept.entries) == 1 and path.stat().st_size > 18e6 and peak < 2e6


def test_a_manual_grade_outlives_a_lost_notebook(course_root):
    assert release(course_root)["success"]
    folder = submit(course_root, "ann", RIGHT, MEMO)
    assert api(course_root).autograde(NAME, "ann")["success"]
    with book(course_root) as gradebook:
        grade = gradebook.find_grade("memo", NAME, NAME, "ann")
        grade.manual_score, grade.needs_manual_grade = 2.0, False
        gradebook.db.commit()
    rewrite(folder, "torn")
    assert api(course_root).autograde(NAME, "ann")["success"]
    row = gradebook_rows(course_root)["ann"]
    assert row["memo"] == (None, 2.0, None, True, 3) and row["memo", "comment"] == (LOST, None)


def test_an_unedited_text_is_an_answer_left_open(course_root):
    """The other side of the same rule: where the notebook is there, nbgrader's own zero stays."""
    assert release(course_root)["success"]
    submit(course_root, "ann", RIGHT, {"memo": STUB})
    assert api(course_root).autograde(NAME, "ann")["success"]
    row = gradebook_rows(course_root)["ann"]
    assert row["memo"][0] == 0 and row["memo", "comment"][0] == "No response."


def test_code_that_no_task_asks_for_is_said(course_root):
    assert release(course_root)["success"]
    folder = submit(course_root, "ann", RIGHT)
    edit(folder, lambda nb: nb["cells"].insert(0, own("x = 1")))
    released = nbformat.read(course_root / "assignments" / NAME / NOTEBOOK, as_version=4).cells
    layout = [cell for cell in released if not cell.metadata.get("nbgrader", {}).get("task")]
    assert submission.read(folder, {NAME: released}, set(KEYS)).notes == ()
    assert "code cells of the trainee's own: 1" in submission.read(folder, {NAME: layout}, set(KEYS)).notes


def test_notes_are_short_and_move_no_cursor():
    assert submission.shown("a\n\x1b[2J" + "x" * 999) == "a\\n\\x1b[2J" + "x" * 54
    assert submission.shown("\udcff") == "\\udcff"
