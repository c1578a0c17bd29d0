"""A course as nbgrader sees it: its settings, its folders, its interface."""

import contextlib
import os
import sys
from pathlib import Path

from nbgrader.apps import NbGrader
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets import Bool, Float, Unicode
from traitlets.config import Config, Configurable

from icecourse.content import order


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


def settings(root: Path) -> Config:
    """What nbgrader goes by in ``root``, a course or a desk: its own nbgrader_config.py and Jupyter's."""
    app = NbGrader()
    with contextlib.chdir(root):  # nbgrader reads the settings of the folder it is called in
        app.load_config_file()
    return app.config


def course_directory(root: Path) -> CourseDirectory:
    """nbgrader's own view of the course at ``root``: its folders and its gradebook's address."""
    return CourseDirectory(config=settings(root))


def api(root: Path) -> NbGraderAPI:
    """nbgrader's own Python interface, with the settings of the course at ``root``."""
    # nbgrader calls alembic by name, so the environment's own programs must be found first.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return NbGraderAPI(config=settings(root))
