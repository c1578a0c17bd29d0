"""The report as a page, in ``reports/`` or in a notebook; and the records of completion beside it.

Everything is on the page itself: it asks for nothing from outside, and nothing leaves the machine.
"""

import os
from collections import defaultdict
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from icecourse.content.words import words
from icecourse.course_root import CLASS_RECORD, RECORDS, REPORTS
from icecourse.curriculum import Course
from icecourse.instructor.report import analysis, findings, links, pictures, results
from icecourse.instructor.report.names import Names, decimal, duration, names, percent
from icecourse.instructor.report.results import Results
from icecourse.instructor.report.sentences import Sentences

TEMPLATES = Path(__file__).parent / "templates"
PAGE = "class-report.html"
LISTED, SPOKEN = 20, 12  # of a long list; the rest is folded away


def html(report: Results, root: Path, base: str = "/", whole: bool = True) -> str:
    """The page. ``base``: where Jupyter's addresses begin, for links into the formgrader; "" leaves them out.

    ``whole``: a page of its own; else the part that goes into a notebook.
    """
    page = _environment(report, names(report, root)).get_template("index.html.j2")
    return page.render(
        whole=whole,
        links=links.of_findings(report, root, base),
        facts=links.of_key,
        pictures=pictures,
        rows={row.item.id: row for row in report.items},
    )


def write(root: Path, now: datetime | None = None) -> Path:
    """Write the report into ``reports/``; its path. Raises GradebookError where there is no gradebook."""
    report = results.compute(root, now)
    path = root / REPORTS / PAGE
    path.parent.mkdir(exist_ok=True)
    path.write_text(html(report, root, "" if report.config.numbers_for_names else "/"), encoding="utf-8")
    return path


def show(root: Path | None = None):
    """The report as a notebook shows it: for ``instructor/class-report.ipynb``, whose folder lies in the course."""
    from IPython.display import HTML

    root = root or next(folder for folder in (Path.cwd(), *Path.cwd().parents) if Course(folder).is_checkout)
    report = results.compute(root)
    base = "" if report.config.numbers_for_names else os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/")
    return HTML(html(report, root, base, whole=False))


def write_records(root: Path, now: datetime | None = None) -> list[Path]:
    """Write a record of completion for each trainee and, last, one for the class, to be printed and signed; their
    paths. Raises GradebookError where there is no gradebook."""
    report = results.compute(root, now)
    known = names(report, root)
    environment = _environment(report, known)
    folder = root / REPORTS / RECORDS
    folder.mkdir(parents=True, exist_ok=True)
    page = environment.get_template("record.html.j2")
    works = {(work.trainee, work.assignment): work for work in report.room.submissions}
    answers: dict[str, list[analysis.Answer]] = defaultdict(list)
    for answer in report.room.answers:
        answers[answer.trainee].append(answer)
    order = {cell.name: place for place, cell in enumerate(report.room.cells)}
    paths = []
    for standing in findings.standings(report.room, report.now):  # with every item, as the gradebook has them
        own = sorted(answers[standing.trainee], key=lambda answer: order[answer.item])
        paths.append(folder / f"{known.file(standing.trainee)}.html")
        paths[-1].write_text(
            page.render(standing=standing, works=works, answers=own, objectives=results.in_order(standing.objectives)),
            encoding="utf-8",
        )
    paths.append(folder / CLASS_RECORD)
    paths[-1].write_text(environment.get_template("class-record.html.j2").render(), encoding="utf-8")
    return paths


def _environment(report: Results, known: Names) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": percent, "decimal": decimal, "duration": duration}
    environment.globals |= {
        "r": report,
        "names": known,
        "say": Sentences(report, known),
        "w": words("report"),
        "rw": words("record"),
        "LISTED": LISTED,
        "SPOKEN": SPOKEN,
        "FEWEST": analysis.FEWEST,
    }
    return environment
