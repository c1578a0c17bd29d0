"""What stock nbgrader makes of the honest submissions, with a kernel each: ``python tests/oracle.py`` writes it anew.

The answer is kept in ``stock_answer.json`` beside this file, with a key: a hash of all that goes into such a run. While
the key fits, test_oracle.py holds our grading against the kept answer, in seconds. Where it differs, and in
``make test-all``, stock nbgrader runs.
"""

import hashlib
import json
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

import nbformat
import pytest
from conftest import FEW, ROOT, lay_course, run_nbgrader, settle
from test_grading import honest
from trial import ITEMS, NAME, book, gradebook_rows, release, submit

from icecourse.content import facts
from icecourse.content.words import LANGUAGE
from icecourse.course_root import api

KEPT = Path(__file__).with_name("stock_answer.json")
# Takes our grading away again: a stock exporter, with nbgrader's own steps.
STOCK = "\nfrom nbconvert.exporters import NotebookExporter\n\nc.Autograde.exporter_class = NotebookExporter\n"
# What a kernel imports to score an item; explorers and the cases of lessons take no part in it.
FACT = "detainer-48-hours-excludes-weekends"  # the one that the items cite
KERNEL_SIDE = ("icecourse/*.py", "icecourse/kernel/**/*.py", "icecourse/item/**/*.py", "icecourse/content/*.py",
               "icecourse/content/words/*.*", "icecourse/content/facts/*.py")  # fmt: skip


def lay_class(course: Path) -> None:
    """The trial assignment released, and every honest submission collected; an hour late costs all points."""
    with (course / "nbgrader_config.py").open("a") as config:
        config.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    result = release(course)
    assert result["success"], result["log"]
    for trainee, work in honest().items():
        submit(course, trainee, **work)


def make_stock(course: Path) -> None:
    """Have nbgrader grade as if there were no grading of ours."""
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(STOCK)


def key(course: Path) -> str:
    """A hash of what decides how nbgrader grades this class: its version, its master, its submissions, our kernel side.

    ``course`` is as ``lay_class`` left it.
    """
    sources = [path for pattern in KERNEL_SIDE for path in sorted(ROOT.glob(pattern))]
    handed_in = sorted(path for path in (course / "submitted").rglob("*") if path.is_file())
    parts = hashlib.sha256(f"nbgrader {version('nbgrader')}\n{facts.load()[FACT]}\n".encode())
    for root, paths in ((ROOT, sources), (course, [course / "source" / NAME / f"{NAME}.ipynb", *handed_in])):
        for path in paths:
            parts.update(f"{path.relative_to(root).as_posix()} {path.stat().st_size}\n".encode() + path.read_bytes())
    return parts.hexdigest()


def answer(course: Path) -> dict:
    """What grading has left in the gradebook and in autograded/, as JSON can say it.

    ``rows``: trainee -> what -> value; ``notebooks``: trainee -> [name of a cell, name of its output or None];
    ``cells`` and ``outputs``: each of them once, by such a name.
    """
    cells, outputs, notebooks = {}, {}, {}
    for trainee in honest():
        path = course / "autograded" / trainee / NAME / f"{NAME}.ipynb"
        notebooks[trainee] = [
            [
                _keep(cells, cell.id, {"source": cell.source, "nbgrader": cell.metadata.get("nbgrader")}),
                _keep(outputs, cell.id, cell.outputs) if cell.id in ITEMS else None,
            ]
            for cell in nbformat.read(path, as_version=4).cells
        ]
    said = {"rows": as_json(gradebook_rows(course)), "notebooks": notebooks, "cells": cells, "outputs": outputs}
    return json.loads(json.dumps(said))


def _keep(things: dict, name: str, thing: object) -> str:
    """Put a thing among the others under a name with a hash of it; returns the name."""
    digest = hashlib.sha256(json.dumps(thing, sort_keys=True).encode()).hexdigest()
    named = f"{name} {digest[:8]}"
    things[named] = thing
    return named


def as_json(rows: dict) -> dict:
    """Rows of ``gradebook_rows`` with names and times as text, and values as lists."""

    def text(what: str | tuple) -> str:
        return what if isinstance(what, str) else " ".join(what)

    return {
        trainee: {
            text(what): [*value] if isinstance(value, tuple) else str(value) if what == "timestamp" else value
            for what, value in row.items()
        }
        for trainee, row in rows.items()
    }


def grade_by_hand(course: Path) -> None:
    """A person grades one submission; then the machine grades it again, by the formgrader's own way."""
    with book(course) as gradebook:
        for cell, points in (("memo", 2.5), ("one-right", 0.5)):
            grade = gradebook.find_grade(cell, NAME, NAME, "all-wrong")
            grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.find_comment("memo", NAME, NAME, "all-wrong").manual_comment = "Good, but name the form."
        gradebook.db.commit()
    result = api(course).autograde(NAME, "all-wrong")
    assert result["success"], result


def answers(course: Path, nbgrader) -> tuple[dict, str]:
    """Grade the class, by command and again by hand: what that leaves, and what the command printed."""
    printed = nbgrader(course, "autograde", NAME)
    first = answer(course)
    grade_by_hand(course)
    return {**first, "rows by hand": as_json(gradebook_rows(course))["all-wrong"]}, printed


def stock(course: Path, nbgrader) -> dict:
    """What stock nbgrader says of the class in ``course``: a minute or two, and it changes the course."""
    make_stock(course)
    return answers(course, nbgrader)[0]


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="icecourse-oracle-"))
    try:
        with pytest.MonkeyPatch.context() as patch:
            settle(folder / "home", patch)
            patch.setenv(LANGUAGE, "es")  # one item is translated
            course = lay_course(folder / "course", FEW)
            lay_class(course)
            fits = key(course)
            said = {"key": fits, "nbgrader": version("nbgrader"), **stock(course, run_nbgrader)}
    finally:
        shutil.rmtree(folder)
    KEPT.write_text(json.dumps(said, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{KEPT} is written: {len(said['rows'])} submissions, {len(said['outputs'])} outputs.")


if __name__ == "__main__":
    main()
