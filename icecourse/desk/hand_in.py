"""Handing in from a quiz page: by nbgrader's exchange where there is one, else as a zip for nbgrader zip_collect.

A small extension of the Jupyter server, so that a trainee's kernel needs no nbgrader. The page asks for it with
``POST icecourse/hand-in {"path": "quiz-03-.../quiz-03-....ipynb"}``.
"""

import json
import re
import sys
import zipfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory
from tornado import web
from traitlets.config import Config

from icecourse.content.words import words
from icecourse.course_root import settings
from icecourse.desk.hand_in_names import ZipName, stamp
from icecourse.item import journal

FOLDER = "handed-in"  # where zips lie on the desk


class HandInError(Exception):
    """The quiz was not handed in. The message is one plain sentence for the trainee."""


@dataclass(frozen=True)
class Receipt:
    """``channel``: "exchange" or "zip"; ``at``: ISO 8601, UTC; ``path``: of the zip on the desk, or ""."""

    channel: str
    at: str
    path: str = ""


def hand_in(desk: Path, assignment: str) -> Receipt:
    """Hand in one assignment's folder as it lies on disk. Raises HandInError."""
    folder = desk / assignment
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", assignment) or folder.is_symlink() or not folder.is_dir():
        raise HandInError(f"There is no quiz folder {assignment} on this desk; open the quiz from the first page.")
    config = settings(desk)
    root = Path(config.Exchange.get("root", "")) if "Exchange" in config else Path()
    course = config.CourseDirectory.get("course_id", "")
    if sys.platform != "win32" and course and (root / course / "inbound").is_dir():
        return _exchange(config, desk, assignment)
    return _zip(config, desk, assignment)


def _exchange(config: Config, desk: Path, assignment: str) -> Receipt:
    config.CourseDirectory.assignment_id = assignment
    config.Exchange.assignment_dir = str(desk)
    submit = ExchangeFactory(config=config).Submit(
        coursedir=CourseDirectory(config=config), authenticator=Authenticator(config=config), config=config
    )
    try:
        submit.start()
    except (ExchangeError, OSError, RuntimeError) as error:
        raise HandInError(
            f"The exchange did not take it ({str(error).strip()}); try again, then tell your instructor."
        ) from error
    return Receipt("exchange", journal.now())


def _zip(config: Config, desk: Path, assignment: str) -> Receipt:
    trainee = config.CourseDirectory.get("student_id", "")
    if not trainee:
        raise HandInError("This desk has no trainee id; start it with icecourse lab, then hand in.")
    now = datetime.now(UTC)
    target = desk / FOLDER / str(ZipName(trainee, assignment, stamp(now)))
    names = [f"{assignment}.ipynb", journal.NAME]
    files = [path for name in names if (path := desk / assignment / name).is_file() and not path.is_symlink()]
    if not files:
        raise HandInError(
            f"The folder {assignment} holds neither the quiz nor answers; open the quiz from the first page."
        )
    try:
        target.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.write(path, path.name)
    except OSError as error:
        raise HandInError(
            f"The file {target.name} cannot be written ({error.strerror}); free some space and try again."
        ) from error
    return Receipt("zip", now.isoformat(timespec="seconds"), f"{FOLDER}/{target.name}")


class HandInHandler(APIHandler):
    @web.authenticated
    def post(self):
        path = PurePosixPath(str((self.get_json_body() or {}).get("path", "")))
        try:
            if len(path.parts) != 2:
                raise HandInError("Only a quiz in a folder of its own can be handed in.")
            reply = asdict(hand_in(Path(self.settings["server_root_dir"]).expanduser(), path.parts[0]))
        except HandInError as error:
            reply = {"failed": str(error)}
        self.finish(json.dumps(reply))


def _jupyter_server_extension_points() -> list[dict]:
    return [{"module": "icecourse.desk.hand_in"}]


def _load_jupyter_server_extension(server) -> None:
    route = url_path_join(server.web_app.settings["base_url"], "icecourse", "hand-in")
    server.web_app.add_handlers(".*$", [(route, HandInHandler)])
    server.web_app.settings.setdefault("page_config_data", {})["icecourseWords"] = dict(words("page"))
