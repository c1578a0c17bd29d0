"""Questions of Moodle's question bank as a notebook of item cells, to be copied into a master."""

from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from icecourse.interchange import moodle
from icecourse.refused import Refused


class Imported(NamedTuple):
    """``notebook``: what was written. ``questions``: every question of the file, with a cell or with a reason."""

    notebook: Path
    questions: tuple[moodle.Read, ...]

    def __str__(self) -> str:
        items = sum(bool(question.cell) for question in self.questions)
        lines = [f"{items} of {len(self.questions)} questions are items in {self.notebook}; copy them into a master."]
        lines += [f"  {question.name}: {question.note}" for question in self.questions if question.note]
        return "\n".join(lines)


def take_in(root: Path, file: Path) -> Imported:
    """Write the questions of a Moodle XML file into a notebook in ``instructor/``.

    Raises Refused for a file that cannot be read, and where the notebook is there already.
    """
    try:
        questions = moodle.read(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, moodle.MoodleError) as error:
        raise Refused(f"{file.name} cannot be read. {error}") from error
    notebook = root / "instructor" / f"imported-{file.stem}.ipynb"
    if notebook.exists():
        raise Refused(f"{notebook} is there already; move it away first.")
    notebook.parent.mkdir(exist_ok=True)
    cells = [new_code_cell(each.cell, id=each.cell.split()[1]) for each in questions if each.cell]
    nbformat.write(new_notebook(cells=cells), notebook)
    return Imported(notebook, tuple(questions))
