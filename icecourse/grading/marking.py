"""Marking one notebook of one submission: answers, texts and work in, the graded notebook and its marks out."""

import logging
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader import utils

from icecourse.grading.grade_writing import Marks
from icecourse.grading.layout import Layout, grade_id
from icecourse.grading.submission import Submission, plain
from icecourse.item import response_feedback, scoring
from icecourse.item.grammar import Item

LOST = "The submitted notebook has no readable text for this cell. Look at the submission, or ask the trainee for it."
LONGEST_SAME = 1000  # characters of an answer; longer ones are hardly given twice
UNANSWERED = "No response."  # nbgrader's own words for a text that is as it was released


class GradedNotebook(NamedTuple):
    """``notes`` say what somebody may want to look at, each a clause without a full stop."""

    notebook: NotebookNode
    marks: Marks
    notes: tuple[str, ...]


def graded(name: str, layout: Layout, submission: Submission, log: logging.Logger) -> GradedNotebook:
    """The graded notebook of that name: the outputs of a kernel run, from the answers alone."""
    texts, work = submission.texts[name], submission.work[name]
    marks = Marks({}, {}, layout.versions)
    notes, cells, number = [], [], 0
    for cell in layout.graded.cells:
        key = grade_id(cell)
        number += cell.cell_type == "code"
        if key in layout.items:
            item, entry = layout.items[key], submission.answers.get(key)
            response = entry.response if entry else None
            result, outputs = _told(layout, item, response, number, log)
            marks.scores[key] = result.earned if result else None
            if result is None:
                notes.append(f'"{key}" could not be scored, a person must grade it')
            elif result.outcome == "invalid":
                notes.append(f'the answer to "{key}" is none that the item can have')
            cell = NotebookNode(cell, execution_count=number, outputs=outputs)
        elif utils.is_solution(cell):
            cell, marks.comments[key] = _with_text(cell, texts.get(key))
            if utils.is_grade(cell):
                marks.scores[key] = 0.0 if marks.comments[key] == UNANSWERED else None
        cells.append(cell)
        if utils.is_task(cell):
            marks.comments[key] = None if key in work else LOST
            cells += _work(key, work.get(key, ()))
    return GradedNotebook(NotebookNode(layout.graded, cells=cells), marks, tuple(notes))


def _told(
    layout: Layout, item: Item, response: object, number: int, log: logging.Logger
) -> tuple[scoring.Score | None, list[NotebookNode]]:
    """The score of a response and the outputs that tell it: a class gives the same few answers, each is told once."""
    try:
        same = item.id, repr(response)
    except RecursionError:  # nested as deep as JSON can be read: nobody else's answer
        same = item.id, ""
    if same not in layout.told:
        result = scoring.score_or_report(item, response, log)
        outputs = _outputs(item, result, response, number)
        if result is None or not 0 < len(same[1]) < LONGEST_SAME:  # a fault of ours is reported each time
            return result, outputs
        layout.told[same] = result, outputs
    return layout.told[same]


def _outputs(item: Item, result: scoring.Score | None, response: object, number: int) -> list[NotebookNode]:
    """The outputs of an item's cell in a kernel: what is said to the response, and its score."""
    if result is None:
        return []
    texts = {kind: plain(text) for kind, text in response_feedback.graded(item, result, response).items()}
    value = {"text/plain": repr(float(result.earned))}
    # Not by nbformat's new_output, which holds each against a schema: half the time of grading a class.
    return [
        NotebookNode(output_type="display_data", metadata={}, data=texts),
        NotebookNode(output_type="execute_result", metadata={}, data=value, execution_count=number),
    ]


def _with_text(cell: NotebookNode, text: str | None) -> tuple[NotebookNode, str | None]:
    """A cell that a trainee writes in, with their text or a word to the grader; and nbgrader's comment on it."""
    # With the released text in it nbgrader would take a lost cell for unanswered, and give it zero.
    filled = NotebookNode(cell, source=LOST if text is None else text)
    unedited = utils.compute_checksum(filled) == cell.metadata.nbgrader.get("checksum")
    return filled, LOST if text is None else UNANSWERED if unedited else None


def _work(task: str, cells: Iterable[tuple[str, str]]) -> Iterator[NotebookNode]:
    """The cells that a trainee added for a task, as text that nobody runs."""
    for number, (kind, text) in enumerate(cells, start=1):
        new = new_code_cell if kind == "code" else new_markdown_cell
        yield new(text, id=f"{task[:40]}-{number}", metadata={"icecourse": {"answers": task}})
