"""Kill grading at every sort of moment and start it again: ``python tests/kill_grading.py 500 [seed]``, 6 minutes.

Each trial takes a fresh class, starts grading in a process of its own and kills it (SIGKILL, so that nothing can be
tidied) at a line of grading, each of their lines in turn; every third time again at a random moment; then
it grades to the end. Gradebook and pages must be those of a run that nobody killed. 500 trials come to every line,
with and without --force. A short form is among the tests.
"""

import hashlib
import os
import pickle
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from conftest import ROOT
from test_grading import RIGHT, TEXTS, WRONG
from trial import NAME, book, gradebook_rows, release, submit

from icecourse.course_root import api
from icecourse.grading import autograde, grade_writing, marking

TRAINEES = 12
OURS = (autograde.__file__, grade_writing.__file__, marking.__file__)


def class_of(root: Path) -> None:
    """Trainees of several sorts: some graded before, by hand and by machine; some new; some with a newer hand-in."""
    assert release(root)["success"]
    for number in range(TRAINEES):
        submit(root, f"trainee-{number:02}", RIGHT if number % 3 else WRONG, TEXTS if number % 2 else {})
    for number in range(0, TRAINEES, 3):
        assert api(root).autograde(NAME, f"trainee-{number:02}")["success"]
        folder = root / "submitted" / f"trainee-{number:02}" / NAME
        (folder / "timestamp.txt").write_text("2026-11-21 10:00:00 UTC")
        (folder / "answers.jsonl").unlink()
    with book(root) as gradebook:
        grade = gradebook.find_grade("memo", NAME, NAME, "trainee-03")
        grade.manual_score, grade.needs_manual_grade = 2.0, False
        gradebook.db.commit()


def grade(root: Path, force: bool) -> None:
    autograde.AT_ONCE = 5  # several transactions
    assert api(root).autograde(NAME, "*", force=force)["success"]


def end_of(root: Path) -> tuple[dict, dict]:
    """The gradebook's rows, and the pages by their content."""
    pages = sorted((root / "autograded").rglob("*"))
    return gradebook_rows(root), {
        str(page.relative_to(root)): hashlib.sha256(page.read_bytes()).hexdigest() for page in pages if page.is_file()
    }


Place = tuple[str, int]  # a file of ours and a line in it


def in_a_process(work: Callable[[], None], at: Place | None = None, hit: int = 1, seconds: float = 0.0) -> bool:
    """Do the work in a process that is killed when a line is come to for the hit-th time, or after some seconds.

    Returns whether it was killed. Raises AssertionError where it failed by itself.
    """
    child = os.fork()
    if not child:
        left = hit

        def watch(frame, event, _):
            nonlocal left
            if frame.f_code.co_filename != at[0]:
                return None
            left -= event == "line" and frame.f_lineno == at[1]
            if left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return watch

        if at:
            sys.settrace(watch)
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    if seconds:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0, "grading failed, and was not killed"
    return os.WIFSIGNALED(status)


def lines_of(work: Callable[[], None]) -> dict[Place, int]:
    """How often the work comes to each line of grading, counted in a process of its own."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        lines: Counter[Place] = Counter()

        def count(frame, event, _):
            if frame.f_code.co_filename not in OURS:
                return None
            if event == "line":
                lines[frame.f_code.co_filename, frame.f_lineno] += 1
            return count

        sys.settrace(count)
        work()
        sys.settrace(None)
        with open(write, "wb") as pipe:
            pickle.dump(dict(lines), pipe)
        os._exit(0)
    os.close(write)
    with open(read, "rb") as pipe:
        lines = pickle.load(pipe)
    os.waitpid(child, 0)
    return lines


def campaign(fresh: Path, trials: int, seed: int) -> int:
    """How many times grading was killed. Raises AssertionError at the first end that differs. ``fresh``: a class."""
    chance = random.Random(seed)
    killed = 0
    with tempfile.TemporaryDirectory(dir=fresh.parent) as folder:
        kept, place = Path(folder) / "kept", fresh  # nbgrader's settings name their folder: it stays the same one
        shutil.copytree(fresh, kept)
        for force in (False, True):

            def work(force=force):
                grade(place, force)

            lines = lines_of(work)
            expected = end_of(place)
            targets = sorted(lines)
            chance.shuffle(targets)
            for trial in range(trials // 2):
                shutil.rmtree(place)
                shutil.copytree(kept, place)
                at = targets[trial % len(targets)]  # each line in turn, at a random one of its turns
                killed += in_a_process(work, at=at, hit=chance.randint(1, lines[at]))
                if trial % 3 == 0:
                    killed += in_a_process(work, seconds=chance.uniform(0.02, 0.4))
                assert not in_a_process(work)
                assert end_of(place) == expected, f"seed {seed}, force {force}, killed at {at}"
            shutil.rmtree(place)
            shutil.copytree(kept, place)
    return killed


def main(trials: int, seed: int) -> None:
    shm = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shm if os.access(shm, os.W_OK) else None) as folder:
        root = Path(folder) / "course"
        root.mkdir()
        for name in ("source", "assignments"):
            shutil.copytree(ROOT / name, root / name)
        shutil.copy(ROOT / "nbgrader_config.py", root)
        class_of(root)
        killed = campaign(root, trials, seed)
    print(f"{trials} trials of seed {seed}: killed {killed} times; gradebook and pages always the same at the end")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
