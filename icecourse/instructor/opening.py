"""Opening a course: a desk laid out, a fresh checkout's quizzes released and masters put into the gradebook."""

import getpass
import json
import sys
from pathlib import Path

from icecourse import course_root
from icecourse.curriculum import COURSE_ID, HELD_BACK, Course
from icecourse.desk.layout import Desk, DeskError, trust
from icecourse.desk.serve import serve


def lay_desk(course: Course, folder: Path, exchange: Path | None, trainee: str | None) -> Desk:
    """Lay out a trainee's desk in ``folder``, and say which copies of lessons were kept under another name.

    ``exchange``: the class's; None takes a checkout's own, with quizzes in it, if there can be one. ``trainee``: the
    id that the desk gets the first time; None asks for it. Raises DeskError.
    """
    if exchange is None and course.is_checkout and sys.platform != "win32":
        hand_out(course)
        exchange = course.root / "exchange"
    if exchange is not None and not exchange.is_dir():
        raise DeskError(f"There is no exchange at {exchange}; ask your instructor for its folder.")
    folder = folder.resolve()
    if Course(folder).is_checkout:
        raise DeskError(f"{folder} is an instructor's course; choose another folder with --desk.")
    desk = Desk(folder, exchange and exchange.resolve())
    for name in desk.lay_out(course, lambda: trainee or _ask()).kept_beside:
        print(f"The course has changed; your own copy of a lesson is kept as {name}.")
    return desk


def _ask() -> str:
    account = getpass.getuser()
    if not sys.stdin.isatty():
        return account
    return input(f"Your trainee id, as your instructor knows it [{account}]: ") or account


def hand_out(course: Course) -> None:
    """In a fresh checkout, release every quiz but the final, so that one person can try both sides.

    Does nothing once something was released: from then on the instructor decides. Raises Refused where nbgrader does.
    """
    if (course.root / "exchange" / COURSE_ID / "outbound").is_dir():
        return
    interface = course_root.api(course.root)
    for name in dict.fromkeys(page.path.parent.name for page in course.assignments):
        if name not in HELD_BACK:
            course_root.need(interface.release_assignment(name), f"{name} cannot be released")


def fill_gradebook(course: Course) -> None:
    """Put masters that the gradebook does not know into it: autograding needs them, a fresh checkout has none.

    Raises Refused where a master is not fit to grade by.
    """
    interface = course_root.api(course.root)
    with interface.gradebook as gradebook:
        known = {assignment.name for assignment in gradebook.assignments}
    for name in dict.fromkeys(page.path.parent.name for page in course.masters):
        if name not in known:
            course_root.need(interface.generate_assignment(name, force=True), f"{name} cannot be generated")


def open_course(root: Path, page: str, port: int = 0, browser: bool = True) -> None:
    """Serve a page of an instructor's course, with the formgrader, until it is stopped. See ``desk.serve``."""
    report = root / "instructor" / "class-report.ipynb"
    if report.is_file():
        trust(report)  # so that it starts when it is opened
    config = root / course_root.PRIVATE
    (config / "labconfig").mkdir(parents=True, exist_ok=True)
    (config / "labconfig" / "page_config.json").write_text(
        json.dumps({"icecourse": "teach", "disabledExtensions": {"@jupyterlab/mathjax-extension": True}}),
        encoding="utf-8",
    )
    serve(root, page, config, port, browser)
