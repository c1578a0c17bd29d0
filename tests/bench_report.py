"""Seconds and memory of the class report for a whole course: ``python bench_report.py 1000``. Figures, no verdict.

A synthetic gradebook of that many trainees, 16 assignments and 146 graded items, filled by bulk SQL, with a journal for
each submission; then the report as ``make report`` writes it, in a process of its own.
"""

import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from conftest import ROOT
from nbgrader import api
from nbgrader.api import Gradebook
from sqlalchemy import insert

from icecourse.curriculum import COURSE_ID, objectives
from icecourse.item import journal
from icecourse.item.grammar import parse
from icecourse.item.scoring import score

SIZES = {"diagnostic": 12, **{f"quiz-{n:02}": 8 for n in range(1, 16)}, "final-exam": 33, "case-file": 0}
START = datetime(2026, 9, 1, 12, tzinfo=UTC)
REPORT = (
    "import sys; from pathlib import Path; from icecourse.instructor.report import page; "
    "print(page.write(Path(sys.argv[1])))"
)


def item(number: int, objective: str) -> str:
    return (
        f'%%item item-{number:03}\nobjective = "{objective}"\nlevel = "apply"\nstem = "Which desk?"\n[options]\n'
        'ero = "ERO"\nopla = "OPLA"\nuscis = "USCIS"\n### BEGIN KEY\n[key]\ncorrect = ["ero"]\n'
        'facts = ["detainer-definition"]\n[rationale]\nero = "Yes."\nopla = "No."\nuscis = "No."\n### END KEY\n'
    )


def fill(root: Path, trainees: int) -> int:
    """A course at ``root``; the number of rows in its table of grades."""
    draw = random.Random(1)
    (root / "source").mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    known = list(objectives())
    rows: dict[type, list[dict]] = {model: [] for model in (
        api.Student, api.Assignment, api.Notebook, api.BaseCell, api.GradeCell, api.SourceCell, api.SubmittedAssignment,
        api.SubmittedNotebook, api.Grade,
    )}  # fmt: skip
    ability = {f"t{n:04}": draw.gauss(0, 1) for n in range(trainees)}
    rows[api.Student] += [{"id": t, "first_name": "Ada", "last_name": f"Nr {t}", "email": ""} for t in ability]
    number = 0
    for week, (name, size) in enumerate(SIZES.items()):
        assignment, notebook = uuid4().hex, uuid4().hex
        due = START + timedelta(weeks=week)
        rows[api.Assignment].append(
            {"id": assignment, "name": name, "duedate": due.replace(tzinfo=None), "course_id": COURSE_ID}
        )
        rows[api.Notebook].append({"id": notebook, "name": name, "assignment_id": assignment})
        cells = []
        for _ in range(size):
            source, cell = item(number, known[number % len(known)]), uuid4().hex
            cells.append((cell, parse(source), draw.gauss(-0.7, 0.7)))
            number += 1
            about = {"name": cells[-1][1].id, "notebook_id": notebook}
            rows[api.BaseCell].append({"id": cell, "type": "GradeCell", **about})
            rows[api.GradeCell].append({"id": cell, "max_score": 1.0, "cell_type": "code"})
            rows[api.SourceCell].append(
                {"id": uuid4().hex, "cell_type": "code", "locked": True, "source": source, **about}
            )
        if not size:  # graded by hand
            cells = [(uuid4().hex, None, 0.0)]
            rows[api.BaseCell].append({"id": cells[0][0], "type": "GradeCell", "name": "note", "notebook_id": notebook})
            rows[api.GradeCell].append({"id": cells[0][0], "max_score": 10.0, "cell_type": "markdown"})
        for trainee, strength in ability.items():
            work, page = uuid4().hex, uuid4().hex
            at = due - timedelta(hours=draw.uniform(-5, 90))
            rows[api.SubmittedAssignment].append(
                {"id": work, "assignment_id": assignment, "student_id": trainee, "timestamp": at.replace(tzinfo=None)}
            )
            rows[api.SubmittedNotebook].append(
                {
                    "id": page,
                    "assignment_id": work,
                    "notebook_id": notebook,
                    "flagged": False,
                    "late_submission_penalty": 0.0,
                }
            )
            lines = []
            for place, (cell, one, hard) in enumerate(cells):
                grade = {
                    "id": uuid4().hex,
                    "cell_id": cell,
                    "notebook_id": page,
                    "auto_score": None,
                    "manual_score": None,
                }
                if one:
                    knows = draw.random() < 1 / (1 + 2.7 ** (hard - strength))
                    response = ["ero"] if knows else [draw.choice(list(one.options))]
                    grade["auto_score"] = score(one, response).earned
                    line = {"item": one.id, "version": one.version, "response": response,
                            "confidence": draw.choice(("sure", "fairly", "guess")),
                            "at": (at - timedelta(minutes=size - place)).isoformat(timespec="seconds")}  # fmt: skip
                    lines.append(json.dumps(line))
                rows[api.Grade].append(grade | {"needs_manual_grade": one is None})
            folder = root / "autograded" / trainee / name
            folder.mkdir(parents=True)
            (folder / journal.NAME).write_text("".join(f"{line}\n" for line in lines))
    with Gradebook(f"sqlite:///{root}/gradebook.db", COURSE_ID) as gradebook:
        for model, values in rows.items():
            gradebook.db.execute(insert(model.__table__), values)
        gradebook.db.commit()
    return len(rows[api.Grade])


def main(trainees: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "course"
        grades = fill(root, trainees)
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", REPORT, str(root)], check=True)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        size = (root / "reports" / "class-report.html").stat().st_size / 2**20
    print(f"{trainees} trainees, 16 assignments, {grades} grades: {seconds:.1f} s, {peak:.0f} MB, page {size:.1f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
