"""The trainee pack, for trainees without a checkout: the wheel, pinned requirements, start scripts, one page of
instructions, and no key."""

import hashlib
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from icecourse import __version__
from icecourse.course_root import last_line
from icecourse.curriculum import HELD_BACK, Course
from icecourse.grading.release import SIGNS
from icecourse.item.grammar import is_item, parse
from icecourse.refused import Refused

TEMPLATES = Path(__file__).parent / "templates" / "trainee-pack"
NAME = "ice-for-paralegals"
_HIDDEN = re.compile(r"BEGIN (SOLUTION|MARK SCHEME)[^\n]*\n(.*?)\n[^\n]*END \1", re.S)
_DAY_ONE = (1980, 1, 1, 0, 0, 0)  # the same pack twice is the same file


class PackError(Refused):
    """The pack cannot be built. The message is one plain sentence."""


def build(course: Course, target: Path) -> Path:
    """Write the pack of a checkout into the folder ``target``; its path. Raises PackError, also for a key in it."""
    with tempfile.TemporaryDirectory() as scratch:
        wheel = _wheel(course.root, Path(scratch))
        refuse_keys(wheel, course)
        script = (TEMPLATES / "start.sh").read_bytes()
        windows = (TEMPLATES / "start-windows.bat").read_text(encoding="utf-8")
        files = {
            wheel.name: wheel.read_bytes(),
            "requirements.txt": (course.root / "requirements.txt").read_bytes(),
            "START-HERE.html": (TEMPLATES / "START-HERE.html").read_bytes(),
            "start-windows.bat": "\r\n".join(windows.splitlines()).encode() + b"\r\n",
            "start-macos.command": script,
            "start-linux.sh": script,
        }
    # What a start script compares with what it has installed.
    files["version.txt"] = hashlib.sha256(b"".join(files[name] for name in sorted(files))).hexdigest().encode() + b"\n"
    pack = target / f"{NAME}-{__version__}.zip"
    target.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(pack, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"{NAME}/{name}", _DAY_ONE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if name.startswith("start-") else 0o100644) << 16
            archive.writestr(entry, content)
    return pack


def refuse_keys(wheel: Path, course: Course) -> None:
    """Raise PackError if anything of a quiz's key is in the wheel: a rationale, a hint, a model answer, answers."""
    secrets = dict(_secrets(course))
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8", "replace")
            if "/source/" in name or name.endswith("answers.jsonl") or any(f"/{held}" in name for held in HELD_BACK):
                raise PackError(f"{name} must not reach a trainee; take it out of the wheel.")
            if "/course/assignments/" in name and name.endswith(".ipynb"):
                cells = ["".join(cell["source"]) for cell in json.loads(text)["cells"]]
                if any(SIGNS.search(cell) or (is_item(cell) and parse(cell).key) for cell in cells):
                    raise PackError(f"{name} holds a key; generate the assignment anew.")
            for secret, item in secrets.items():
                if secret in text or json.dumps(secret)[1:-1] in text:
                    raise PackError(f'{name} tells the key of "{item}"; take it out.')


def _secrets(course: Course) -> Iterator[tuple[str, str]]:
    """What only masters may say, with the id of its cell: rationales, hints, model answers and mark schemes by line."""
    for page in course.masters:
        for _, item in page.items():
            yield from ((text, item.id) for text in (*item.key.rationale.values(), item.key.hint) if text)
        for cell in page.notebook.cells:
            for _, hidden in _HIDDEN.findall(cell.source):
                yield from ((line.strip(), cell.id) for line in hidden.split("\n") if len(line.strip()) > 40)


def _wheel(root: Path, folder: Path) -> Path:
    own = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []  # else pip fetches it
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", *own, "--wheel-dir", folder, root],
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise PackError(f"The wheel cannot be built: {last_line(done.stderr)}")
    [wheel] = folder.glob("*.whl")
    return wheel
