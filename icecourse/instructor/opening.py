"""Opening a course: a fresh checkout's quizzes released, its masters put into the gradebook."""

from icecourse.course_root import api
from icecourse.curriculum import COURSE_ID, HELD_BACK, Course
from icecourse.grading.release import ReleaseRefused


def hand_out(course: Course) -> None:
    """In a fresh checkout, release every quiz but the final, so that one person can try both sides.

    Does nothing once something was released: from then on the instructor decides. Raises ReleaseRefused.
    """
    if (course.root / "exchange" / COURSE_ID / "outbound").is_dir():
        return
    interface = api(course.root)
    for name in dict.fromkeys(page.path.parent.name for page in course.assignments):
        if name not in HELD_BACK:
            _need(interface.release_assignment(name), f"{name} cannot be released")


def fill_gradebook(course: Course) -> None:
    """Put masters that the gradebook does not know into it: autograding needs them, a fresh checkout has none.

    Raises ReleaseRefused where a master cannot be released.
    """
    interface = api(course.root)
    with interface.gradebook as gradebook:
        known = {assignment.name for assignment in gradebook.assignments}
    for name in dict.fromkeys(page.path.parent.name for page in course.masters):
        if name not in known:
            _need(interface.generate_assignment(name, force=True), f"{name} cannot be generated")


def _need(result: dict, what: str) -> None:
    if not result["success"]:
        lines = (result.get("error") or result.get("log") or "no reason given").strip().split("\n")
        raise ReleaseRefused(f"{what}: {lines[-1].strip()}")
