"""Seconds a submission, ours against stock nbgrader, on the same submissions in one run: ``python bench_grading.py``.

Figures, no verdict. In-process, so that starting the command (the same for both) is not in them; on a fast disk.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from conftest import ROOT

from icecourse import journal
from icecourse.curriculum import Course
from icecourse.release import api

QUIZ = "quiz-03-ero-finding-and-arresting"
EXPORTER = "c.Autograde.exporter_class = ItemGrader\n"


def course_with(folder: Path, submissions: int) -> Path:
    root = folder / "course"
    root.mkdir()
    for name in ("source", "assignments"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    assert api(root).generate_assignment(QUIZ, force=True)["success"]
    items = [item for page in Course(root).masters if page.name == QUIZ for _, item in page.items()]
    for number in range(submissions):
        place = root / "submitted" / f"trainee-{number:04}" / QUIZ
        shutil.copytree(root / "assignments" / QUIZ, place)
        (place / "timestamp.txt").write_text("2026-11-20 10:00:00 UTC")
        for item in items:
            option = list(item.options)[number % len(item.options)]
            journal.append(place / journal.NAME, journal.Entry(item.id, [option], journal.now(), item.version))
    return root


def seconds(root: Path) -> float:
    interface = api(root)
    start = time.perf_counter()
    result = interface.autograde(QUIZ, "*")
    assert result["success"], result["log"]
    return time.perf_counter() - start


def main(submissions: int) -> None:
    shm = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shm if os.access(shm, os.W_OK) else None) as folder:
        ours = course_with(Path(folder), submissions)
        stock = Path(folder) / "stock"
        shutil.copytree(ours, stock)
        config = stock / "nbgrader_config.py"
        config.write_text(config.read_text().replace(EXPORTER, ""))
        fast, slow = seconds(ours) / submissions, seconds(stock) / submissions
    print(f"{submissions} submissions of {QUIZ}: {fast:.3f} s each, stock {slow:.3f} s each, {slow / fast:.0f} times")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
