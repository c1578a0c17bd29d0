"""What nbgrader may hand out.

Preprocessors for GenerateAssignment: two refuse rather than repair, one says when the assignment is due.
nbgrader's markers fail open: ``### BEGIN  KEY`` with two spaces releases the whole key with exit status 0. So
``CheckMaster`` looks at the master before nbgrader's own steps, and ``RefuseKeys`` at what would be handed out,
after them. (A post-convert hook could not: nbgrader swallows its exceptions.)
"""

import contextlib
import re
import tomllib
from datetime import UTC
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor

from icecourse.content import facts
from icecourse.curriculum import objectives
from icecourse.item import journal
from icecourse.item.grammar import ItemError, is_item, parse
from icecourse.refused import Refused

SIGNS = re.compile(r"(BEGIN|END)[\s_-]*KEY|^\s*\[+\s*[\"']?(key|rationale)\b|^\s*(key|rationale)\s*[.=]", re.I | re.M)
PUBLIC_METADATA = {"nbgrader", "jupyter", "tags", "deletable", "editable", "slideshow"}


class ReleaseRefused(Refused):
    """A master cannot be released. The message says which file and item, and what to do."""


class CheckMaster(NbGraderPreprocessor):
    """Refuse a master whose items could not be graded as they stand."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        name, folder = resources["unique_key"], Path(resources["metadata"]["path"])
        for path in sorted(folder.rglob("*")):
            if path.name == journal.NAME:
                raise ReleaseRefused(
                    f"{name}: {path.name} stands in the master's folder and would overwrite every trainee's answers; "
                    f"delete {path}."
                )
            if path.is_file() and path.suffix != ".ipynb" and SIGNS.search(path.read_text(errors="replace")):
                raise ReleaseRefused(f"{name}: {path.name} is handed out too and holds a key; move it away.")
        seen: set[str] = set()
        for cell in nb.cells:
            if cell.cell_type != "code" or not is_item(cell.source):
                continue
            try:
                item = parse(cell.source)
            except ItemError as error:
                raise ReleaseRefused(f"{name}: {error}") from error
            where = f'{name}: item "{item.id}"'
            if item.id in seen:
                raise ReleaseRefused(f"{where} stands here twice; give one of them another id.")
            seen.add(item.id)
            graded = cell.metadata.get("nbgrader", {})
            if not graded.get("grade") or graded.get("solution"):
                raise ReleaseRefused(
                    f'{where} is not a graded cell; set it to "Autograder tests" in Create Assignment.'
                )
            if graded.get("grade_id") != item.id:
                raise ReleaseRefused(
                    f'{where} has the nbgrader id "{graded.get("grade_id")}"; the two must be the same.'
                )
            if float(graded.get("points", 0)) != item.points:
                raise ReleaseRefused(
                    f"{where} says points = {item.points:g} and its cell {graded.get('points')}; make them the same."
                )
            if item.key is None:
                raise ReleaseRefused(f"{where} has no key, so it would earn everybody full marks; add [key].")
            unknown = [fact for fact in item.key.facts if fact not in facts.load()]
            if unknown:
                raise ReleaseRefused(f'{where} rests on the fact "{unknown[0]}", which does not exist; correct its id.')
            if item.objective not in objectives():
                raise ReleaseRefused(f'{where} names the objective "{item.objective}", which does not exist.')
        return nb, resources


class TellDue(NbGraderPreprocessor):
    """Write the due date that the gradebook holds into the page's metadata, for the page to say it.

    An extension is one trainee's own and not in it; the page says that it goes before.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        about = nb.metadata.setdefault("icecourse", {})
        about.pop("due", None)
        with Gradebook(resources["nbgrader"]["db_url"]) as gradebook, contextlib.suppress(MissingEntry):
            due = gradebook.find_assignment(resources["nbgrader"]["assignment"]).duedate
            if due:  # naive UTC, as nbgrader keeps it
                about["due"] = due.replace(tzinfo=UTC).isoformat(timespec="seconds")
        return nb, resources


class RefuseKeys(NbGraderPreprocessor):
    """Refuse to hand out anything that tells the key."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        name = resources["unique_key"]
        for cell in nb.cells:
            where = f'{name}: cell "{cell.get("id", "?")}"'
            sign = SIGNS.search(cell.source)
            if sign:
                raise ReleaseRefused(
                    f'{where} would hand out its key ("{sign[0].strip()}"); the lines must read exactly '
                    f"### BEGIN KEY and ### END KEY."
                )
            strange = set(cell.metadata) - PUBLIC_METADATA
            if strange:
                raise ReleaseRefused(
                    f"{where} carries metadata that nbgrader hands out as it is: {', '.join(strange)}."
                )
            if cell.cell_type == "code" and is_item(cell.source):
                line = _comment(cell.source)
                if line:
                    raise ReleaseRefused(
                        f"{where}, line {line}: trainees would read this comment; move it into the key."
                    )
        return nb, resources


def _comment(source: str) -> int:
    """The number of the first line with a TOML comment, or 0: a # is one if the data are the same without it."""
    lines = source.split("\n")
    whole = tomllib.loads("\n".join(lines[1:]))
    for number, line in enumerate(lines[1:], start=2):
        for hit in re.finditer("#", line):
            shorter = [*lines[1 : number - 1], line[: hit.start()], *lines[number:]]
            try:
                if tomllib.loads("\n".join(shorter)) == whole:
                    return number
            except tomllib.TOMLDecodeError:
                continue  # the # stood in a text
    return 0
