"""A trial assignment with items of every sort and cells that a person grades, and submissions of it, for the tests."""

import json
import shutil
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from icecourse.course_root import api
from icecourse.item import journal
from icecourse.item.grammar import parse

NAME = "quiz-98-trial"
DUE = "2026-11-20 17:00:00 UTC"


def item(name: str, correct: str, more: str = "") -> str:
    options = ["sunday", "monday", "tuesday", "friday"]
    texts = "\n".join(f'{option} = "{option.title()}, 5 p.m."' for option in options)
    reasons = "\n".join(f'{option} = "Because of {option} <b>& more</b> in {name}."' for option in options)
    return (
        f'%%item {name}\nobjective = "compute-detainer-window"\nlevel = "apply"\n{more}'
        f'stem = """\nWhen does the hold run out?\n"""\n[options]\n{texts}\n### BEGIN KEY\n[key]\n'
        f'correct = {correct}\nfacts = ["detainer-48-hours-excludes-weekends"]\n[rationale]\n{reasons}\n### END KEY\n'
    )


ITEMS = {
    "one-right": item("one-right", '["tuesday"]'),
    "two-right": item("two-right", '["tuesday", "friday"]'),
    "all-of-them": item("all-of-them", '["monday", "tuesday", "friday"]', 'kind = "all"\n'),
    "all-or-nothing": item("all-or-nothing", '["monday", "friday"]', 'kind = "all"\nscoring = "exact"\npoints = 2\n'),
    "worth-a-third": item("worth-a-third", '["sunday", "monday", "friday"]', 'kind = "all"\npoints = 0.1\n'),
    "dropped": item("dropped", '["tuesday"]', "points = 0\n"),
}
SPANISH = """[translation.es]
stem = "¿Cuándo termina la retención?"
[translation.es.options]
sunday = "Domingo, 5 p. m."
### BEGIN KEY
[key.translation.es.rationale]
sunday = "Ni el sábado ni el domingo cuentan."
"""
ITEMS["one-right"] = ITEMS["one-right"].replace("### BEGIN KEY\n", SPANISH)
KEYS = {name: list(parse(text).key.correct) for name, text in ITEMS.items()} | {"two-right": ["friday"]}
SCHEME = "One point for the date, one for the office."  # a grader's, never a trainee's
TASK = f"Write to the jail, in as many cells as you like.\n=== BEGIN MARK SCHEME ===\n{SCHEME}\n=== END MARK SCHEME ==="
STUB = "YOUR ANSWER HERE"  # what nbgrader puts into a released cell for text


def marks(name: str, points: float | None = None, solution: bool = False, task: bool = False) -> dict:
    found = {"grade": points is not None and not task, "grade_id": name, "locked": not solution, "schema_version": 3,
             "solution": solution, "task": task}  # fmt: skip
    return {"nbgrader": found | ({"points": points} if points is not None else {})}


def cells() -> list:
    return [
        new_markdown_cell("# Trial", id="title"),
        new_code_cell("%load_ext icecourse", id="setup", metadata=marks("setup")),
        *(new_code_cell(source, id=name, metadata=marks(name, parse(source).points)) for name, source in ITEMS.items()),
        new_markdown_cell(STUB, id="memo", metadata=marks("memo", 3, solution=True)),
        new_code_cell("# Write here.", id="table", metadata=marks("table", 2, solution=True)),
        new_markdown_cell(TASK, id="letter", metadata=marks("letter", 2, task=True)),
        new_markdown_cell("That is all.", id="end"),
    ]


def release(root: Path, more=(), name: str = NAME) -> dict:
    """Write the master, have nbgrader generate the assignment, and give it a due date."""
    folder = root / "source" / name
    folder.mkdir()
    (folder / "map.png").write_bytes(b"\x89PNG the instructor's")
    nbformat.write(new_notebook(cells=[*cells(), *more]), folder / f"{name}.ipynb")
    result = api(root).generate_assignment(name, force=True)
    if result["success"]:
        with book(root) as gradebook:
            gradebook.update_or_create_assignment(name, duedate=DUE)
    return result


def submit(root: Path, trainee: str, answers=(), texts=(), at: str = "2026-11-20 10:00:00 UTC", work=()) -> Path:
    """A submission as ``nbgrader collect`` lays it out.

    ``answers``: (item, response) pairs in order. ``work``: cells that the trainee added below the task.
    """
    folder = root / "submitted" / trainee / NAME
    folder.mkdir(parents=True)
    shutil.copy(root / "assignments" / NAME / f"{NAME}.ipynb", folder)
    for name, text in dict(texts).items():
        edit(folder, lambda notebook, name=name, text=text: cell_of(notebook, name).update(source=text))
    if work:
        edit(folder, lambda notebook: notebook["cells"].__setitem__(slice(-1, -1), list(work)))
    for name, response in answers:
        journal.append(folder / journal.NAME, journal.Entry(name, response, "2026-11-20T10:00:00+00:00"))
    if at:
        (folder / "timestamp.txt").write_text(at)
    return folder


def edit(folder: Path, change) -> None:
    """Change the submitted notebook as JSON, as anybody could."""
    path = folder / f"{NAME}.ipynb"
    notebook = json.loads(path.read_text())
    change(notebook)
    path.write_text(json.dumps(notebook))


def cell_of(notebook: dict, grade_id: str) -> dict:
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def book(root: Path) -> Gradebook:
    """The course's gradebook by nbgrader's own interface, wherever it is."""
    return api(root).gradebook


def gradebook_rows(root: Path, name: str = NAME) -> dict:
    """Everything that grading writes: {trainee: {what: value}}, with scores to the last digit."""
    found = {}
    with book(root) as gradebook:
        for submission in gradebook.assignment_submissions(name):
            row = {"timestamp": submission.timestamp, "late": submission.total_seconds_late, "score": submission.score,
                   "max": submission.max_score, "manual": submission.needs_manual_grade}  # fmt: skip
            for notebook in submission.notebooks:
                row[notebook.name, "penalty"] = notebook.late_submission_penalty
                for grade in notebook.grades:
                    row[grade.name] = (grade.auto_score, grade.manual_score, grade.extra_credit,
                                       grade.needs_manual_grade, grade.max_score)  # fmt: skip
                for comment in notebook.comments:
                    row[comment.name, "comment"] = (comment.auto_comment, comment.manual_comment)
            found[submission.student_id if hasattr(submission, "student_id") else submission.student.id] = row
    return found
