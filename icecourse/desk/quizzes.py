"""The quizzes of a desk: each that is released is brought once, for answers may lie in what is there."""

import shutil
from pathlib import Path

from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory
from traitlets.config import Config

from icecourse.curriculum import COURSE_ID, HELD_BACK, Course
from icecourse.refused import Refused


def bring(folder: Path, course: Course, exchange: Path | None) -> list[Path]:
    """Bring to the desk at ``folder`` what is released and not there yet: from the exchange, else from the course.

    Returns the new quizzes' folders. Raises Refused where the exchange gives one not out, OSError for the disk.
    """
    new = []
    for name in _shipped(course) if exchange is None else _released(exchange):
        quiz = folder / name
        if quiz.exists():
            continue
        if exchange is None:
            shutil.copytree(course.root / "assignments" / name, quiz)
        else:
            _fetch(folder, name, exchange)
        for notebook in quiz.glob("*.ipynb"):
            notebook.chmod(0o644)
        new.append(quiz)
    return new


def _shipped(course: Course) -> list[str]:
    names = [page.path.parent.name for page in course.assignments]
    return [name for name in names if name not in HELD_BACK]


def _released(exchange: Path) -> list[str]:
    return sorted(path.name for path in (exchange / COURSE_ID / "outbound").glob("*") if path.is_dir())


def _fetch(folder: Path, assignment: str, exchange: Path) -> None:
    config = Config()
    config.CourseDirectory.course_id = COURSE_ID
    config.CourseDirectory.assignment_id = assignment
    config.Exchange.root = str(exchange)
    config.Exchange.assignment_dir = str(folder)
    coursedir = CourseDirectory(config=config)
    fetch = ExchangeFactory(config=config).FetchAssignment(
        coursedir=coursedir, authenticator=Authenticator(config=config), config=config
    )
    try:
        fetch.start()
    except ExchangeError as error:
        raise Refused(f"{assignment} cannot be fetched from the exchange: {error}") from error
