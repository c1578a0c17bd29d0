"""How long grading takes, beside stock nbgrader on the same submissions in one run: ``python bench_grading.py``.

Figures, no verdict, on a fast disk:

- seconds a submission by ``nbgrader autograde`` (which grades a whole assignment in one go), and by the formgrader's
  way, one trainee at a time, each against stock nbgrader; in one process, so that starting the command, the same for
  all, is not in them
- the whole command, from its start to its end, and its peak memory, for 100, 1,000 and 5,000 submissions
- where the time goes
"""

import cProfile
import json
import os
import pstats
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from conftest import ROOT

from icecourse.course_root import api
from icecourse.curriculum import Course
from icecourse.grading import autograde, grade_writing, layout, marking, submission
from icecourse.item import journal

QUIZ = "quiz-03-ero-finding-and-arresting"
STOCK = "\nfrom nbconvert.exporters import NotebookExporter\n\nc.Autograde.exporter_class = NotebookExporter\n"
FEW, SIZES = 20, (100, 1000, 5000)  # stock nbgrader grades few


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
        with (place / journal.NAME).open("w", encoding="utf-8") as answers:
            for turn, item in enumerate(items):
                options = list(item.options)
                line = {"item": item.id, "version": item.version, "response": [options[(number + turn) % len(options)]],
                        "at": "2026-11-20T09:00:00+00:00"}  # fmt: skip
                answers.write(json.dumps(line) + "\n")
    return root


def without_ours(root: Path, name: str) -> Path:
    """A copy of the course that stock nbgrader grades."""
    other = root.parent / name
    shutil.copytree(root, other)
    config = other / "nbgrader_config.py"
    config.write_text(config.read_text() + STOCK)
    return other


def seconds(root: Path, *trainees: str) -> float:
    interface = api(root)
    start = time.perf_counter()
    for trainee in trainees:
        result = interface.autograde(QUIZ, trainee)
        assert result["success"], result["log"]
    return time.perf_counter() - start


def ratios(folder: Path) -> None:
    ours = course_with(folder, FEW)
    stock, single = without_ours(ours, "stock"), folder / "single"
    shutil.copytree(ours, single)
    trainees = [path.name for path in sorted((ours / "submitted").iterdir())]
    slow = seconds(stock, "*") / FEW
    for how, fast in (("nbgrader autograde", seconds(ours, "*")), ("the formgrader's way", seconds(single, *trainees))):
        print(
            f"{FEW} submissions of {QUIZ}, {how}: {1000 * fast / FEW:.1f} ms each, "
            f"stock nbgrader {1000 * slow:.0f} ms each, {slow * FEW / fast:.0f} times"
        )


def command(root: Path) -> tuple[float, float]:
    """Seconds and peak memory (MB) of ``nbgrader autograde`` as a process of its own."""
    start = time.perf_counter()
    with open(os.devnull, "w") as nowhere:
        words = [sys.executable, "-m", "nbgrader", "autograde", QUIZ]
        child = subprocess.Popen(words, cwd=root, stdout=nowhere, stderr=nowhere)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return time.perf_counter() - start, used.ru_maxrss / (1024 if sys.platform != "darwin" else 2**20)


def growth(folder: Path) -> None:
    for submissions in SIZES:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            took, memory = command(course_with(Path(place), submissions))
        print(f"the whole command, {submissions} submissions: {took:.1f} s, {memory:.0f} MB")


def profile(folder: Path) -> None:
    root, submissions = course_with(folder, 500), 500
    watch = cProfile.Profile()
    watch.enable()
    seconds(root, "*")
    watch.disable()
    spent = {(Path(file).name, name): took for (file, _, name), (*_, took, _) in pstats.Stats(watch).stats.items()}

    def of(function) -> float:
        code = function.__code__
        return spent[Path(code.co_filename).name, code.co_name]

    whole = of(autograde.grade)
    parts = {
        "reading and comparing what was handed in": of(submission.read),
        "scoring": of(marking.graded),
        "the gradebook": of(grade_writing.write),
        "once a batch: keys and the released copy": of(layout.read),
    }
    parts["the rest (files of autograded/, times, checks, the log)"] = whole - sum(parts.values())
    print(f"where the time goes (profiled, {submissions} submissions):")
    for part, took in sorted(parts.items(), key=lambda pair: -pair[1]):
        print(f"  {100 * took / whole:3.0f} %  {part}")


def main() -> None:
    shm = Path("/dev/shm")
    for part in (ratios, growth, profile):
        with tempfile.TemporaryDirectory(dir=shm if os.access(shm, os.W_OK) else None) as folder:
            part(Path(folder))


if __name__ == "__main__":
    main()
