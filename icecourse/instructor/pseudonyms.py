"""Numbers for names: what stands for a trainee in a report that is shared. The list stays with the instructor."""

import json
import random
from collections.abc import Iterable
from pathlib import Path

from icecourse.course_root import PRIVATE

FILE = "numbers.json"


def numbers(root: Path, trainees: Iterable[str]) -> dict[str, int]:
    """A number for each trainee, drawn by chance and kept in the course's private folder: the instructor's way back."""
    known = drawn(root)
    missing = [trainee for trainee in trainees if trainee not in known]
    if missing:
        most = max(1000, 10 * (len(known) + len(missing)))
        free = sorted(set(range(most // 10, most)) - set(known.values()))
        known |= dict(zip(missing, random.SystemRandom().sample(free, len(missing)), strict=True))
        _write(root, known)
    return known


def drawn(root: Path) -> dict[str, int]:
    """The numbers that were drawn so far, by trainee."""
    path = root / PRIVATE / FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def forget(root: Path, trainee: str) -> None:
    """Take a trainee's number away. Nothing is written where there is none."""
    known = drawn(root)
    if known.pop(trainee, None):
        _write(root, known)


def _write(root: Path, known: dict[str, int]) -> None:
    (root / PRIVATE).mkdir(exist_ok=True)
    (root / PRIVATE / FILE).write_text(json.dumps(known, indent=1), encoding="utf-8")
