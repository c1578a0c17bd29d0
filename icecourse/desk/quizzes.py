"""Where the quizzes of a desk come from: which are released, and one brought."""

import shutil
from pathlib import Path

from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory
from traitlets.config import Config

from icecourse.curriculum import COURSE_ID, HELD_BACK, Course
from icecourse.refused import Refused


def released(course: Course, exchange: Path | None) -> list[str] | None:
    """The names of the quizzes that are given out: by the exchange, else by the course.

    None where the exchange cannot be asked: nothing was ever released there, or its disk is not connected.
    """
    if exchange is None:
        names = [page.path.parent.name for page in course.assignments]
        return [name for name in names if name not in HELD_BACK]
    outbound = exchange / COURSE_ID / "outbound"
    return sorted(path.name for path in outbound.glob("*") if path.is_dir()) if outbound.is_dir() else None


def bring(quiz: Path, course: Course, exchange: Path | None) -> None:
    """Bring what is released under a folder's name to that folder of a desk, which must not be there yet.

    Raises Refused where the exchange does not give it out, OSError for the disk.
    """
    if exchange is None:
        shutil.copytree(course.root / "assignments" / quiz.name, quiz)
    else:
        _fetch(quiz.parent, quiz.name, exchange)
    for notebook in quiz.glob("*.ipynb"):
        notebook.chmod(0o644)


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
