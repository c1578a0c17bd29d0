"""A course as nbgrader sees it: whether a folder is one, its settings, its folders, its interface.

nbgrader takes seconds to import. A command that only asks whether a folder is a course does without it.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from traitlets import Bool, Float, Unicode
from traitlets.config import Application, Config, Configurable

from icecourse.content import order
from icecourse.curriculum import Course
from icecourse.refused import Refused

if TYPE_CHECKING:
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

PRIVATE = ".teach"  # what an instructor's course keeps and is not for others; ignored by git
REPORTS = "reports"  # the class report and the exports
RECORDS, CLASS_RECORD = "records", "class.html"  # in it: a record of completion for each trainee, and the class's


class ClassReport(Configurable):
    """The report's settings, for nbgrader_config.py: ``c.ClassReport.pass_mark = 0.8``."""

    pass_mark = Float(0.7, min=0, max=1, help="The share of the points from which a trainee has passed.").tag(
        config=True
    )
    pass_mark_note = Unicode(
        "Set by the course's authors without a study; say here how your firm has set its own.",
        help="How the pass mark was set. Stands on the report and on every record of completion.",
    ).tag(config=True)
    numbers_for_names = Bool(False, help="Show trainees by number, so that a report can be shared.").tag(config=True)
    before = Unicode(order.load().before, help="The assignment that is handed in before the course.").tag(config=True)
    after = Unicode(order.load().after, help="The assignment that it is compared with.").tag(config=True)


def require(root: Path) -> Course:
    """The course at ``root``. Raises Refused for a folder that is none: it has no masters, or no settings."""
    course = Course(root)
    if not course.is_checkout:
        raise Refused(f"{root} is not a course: it has no source/ and nbgrader_config.py; run this in the course.")
    return course


def settings(root: Path) -> Config:
    """What nbgrader goes by in ``root``, a course or a desk: Jupyter's settings, then its own nbgrader_config.py.

    As nbgrader reads them when it is called in ``root``; but the process stays in its folder, for it may be a server.
    """
    from jupyter_core.application import JupyterApp
    from nbgrader.apps import NbGrader

    app = NbGrader()
    JupyterApp.load_config_file(app)
    Application.load_config_file(app, app.config_file_name, path=[str(root)])
    return app.config


def course_directory(root: Path) -> "CourseDirectory":
    """nbgrader's own view of the course at ``root``: its id, its folders and its gradebook's address."""
    from nbgrader.coursedir import CourseDirectory

    return CourseDirectory(config=settings(root))


def downloaded(root: Path) -> Path:
    """The folder in which zips wait for ``nbgrader zip_collect``, in a folder for each assignment."""
    from nbgrader.apps import ZipCollectApp

    return root / ZipCollectApp(config=settings(root)).downloaded_directory


def api(root: Path) -> "NbGraderAPI":
    """nbgrader's own Python interface, with the settings of the course at ``root``."""
    from nbgrader.apps.api import NbGraderAPI

    # nbgrader calls alembic by name, so the environment's own programs must be found first.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return NbGraderAPI(config=settings(root))


def need(result: dict, what: str) -> None:
    """Raise Refused, "WHAT: REASON", unless a call of nbgrader's interface succeeded."""
    if not result["success"]:
        raise Refused(f"{what}: {last_line(result.get('error') or result.get('log') or '')}")


def last_line(log: str) -> str:
    """Where a program that failed says why: the last line of what it told."""
    return (log.strip() or "no reason given").splitlines()[-1].strip()
