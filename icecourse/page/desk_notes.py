"""What a desk notes for itself in ``.desk/``: JSON objects, each in a file of its own."""

import json
from pathlib import Path

from icecourse.page.answers import DESK

TRAINEE = "trainee.json"  # "id": the trainee's
# What the course has on the desk now: path of a lesson or quiz, relative to the desk -> fingerprint of what was laid
# out there, "" where it is not known.
LAID = "laid.json"


def read(desk: Path, name: str) -> dict:
    """The object in a file of the desk; empty where the file is missing, torn or holds something else."""
    try:
        data = json.loads((desk / DESK / name).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}  # a lost list only means that pages count as touched, and are kept
    return data if isinstance(data, dict) else {}


def write(desk: Path, name: str, data: dict) -> None:
    """Write a file of the desk anew. Raises OSError."""
    (desk / DESK / name).write_text(json.dumps(data, indent=1, sort_keys=True), encoding="utf-8")
