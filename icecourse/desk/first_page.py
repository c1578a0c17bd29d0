"""The first page of a desk: lessons and quizzes as links. Written anew at each start; nothing is answered in it."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import nbformat

from icecourse.content.words import long_day, words
from icecourse.curriculum import KERNEL, Course, Page, assignments_after
from icecourse.item import journal
from icecourse.page.readable import UNREADABLE, title


def notebook(folder: Path, course: Course, in_course: Collection[str]) -> nbformat.NotebookNode:
    """The first page for the desk at ``folder``, with the quizzes that lie there and when they are due.

    ``in_course``: the names of the quizzes that the course has now. The others that lie there are only named.
    """
    lines = ["# ICE for Paralegals", "", "Whose desk is this on?", ""]
    lines += ["Training, not legal advice. Not affiliated with ICE or any agency.", ""]
    paths = [path for path in sorted(folder.glob("*/*.ipynb")) if path.parent.name == path.stem]
    quizzes = {path.stem: Page(path) for path in paths if path.stem in in_course}
    earlier = [path.stem for path in paths if path.stem not in in_course and _is_work(path)]
    for lesson in course.lessons:
        lines += [f"## [{lesson.title}](lessons/{lesson.path.name})", "", lesson.purpose, ""]
        for quiz in filter(None, (quizzes.pop(name, None) for name in assignments_after(lesson))):
            lines += [f"Then: {_link(quiz)}{_due(quiz)}", ""]
    if quizzes:
        lines += ["## Also released", ""]
        lines += [f"- {_link(quiz)}{_due(quiz)}" for quiz in quizzes.values()]
    lines += ["## Beside the lessons", ""]
    lines += [f"- [{page.title}](lessons/{page.path.name}): {page.purpose}" for page in course.beside]
    lines += ["", "## Handing in", ""]
    lines += ["Press *Hand in* above the page."]
    lines += ["Each answer is already saved; you may hand in again until your instructor collects."]
    if earlier:
        lines += ["", f"Your work on pages that are no longer in the course is kept in: {', '.join(earlier)}."]
    cell = nbformat.v4.new_markdown_cell("\n".join(lines).strip(), id="course")
    return nbformat.v4.new_notebook(cells=[cell], metadata={"icecourse": {"role": "start"}, "kernelspec": KERNEL})


def _is_work(path: Path) -> bool:
    """Whether a notebook in a folder of its own is a quiz, or has answers beside it: not a trainee's own notes."""
    try:
        return (path.parent / journal.NAME).exists() or Page(path).role == "quiz"
    except UNREADABLE:  # it may be one
        return True


def _link(quiz: Page) -> str:
    return f"[{title(quiz)}]({quiz.name}/{quiz.path.name})"


def _due(quiz: Page) -> str:
    """When a quiz is due, in this machine's time zone; "" where the instructor gave no date."""
    try:
        date = quiz.notebook.metadata.get("icecourse", {}).get("due")
        if date is None:
            return ""
        due = datetime.fromisoformat(date).astimezone()
    except (*UNREADABLE, OverflowError):  # the trainee must ask: without a word a missing date looks like none
        return f". {words('page')['no-due']}"
    return f", due {long_day(due)}, {due:%H:%M}"
