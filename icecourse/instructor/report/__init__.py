"""The class report: one page from nbgrader's gradebook and the journals. Numbers before pictures before tables.

``show()`` puts it into a notebook, ``write()`` into ``reports/``, beside the records of completion. Everything is on
the page itself: it asks for nothing from outside, and nothing leaves the machine.
"""

import gc
import math
import os
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from icecourse.content import facts
from icecourse.content.words import words
from icecourse.course_root import ClassReport, settings
from icecourse.curriculum import Course, objectives
from icecourse.instructor import roster
from icecourse.instructor.report import analysis, charts, classroom, findings
from icecourse.instructor.report.classroom import Classroom
from icecourse.instructor.report.findings import Finding
from icecourse.instructor.roster import Person
from icecourse.item import kinds
from icecourse.item.grammar import Item

TEMPLATES = Path(__file__).parent / "templates"
PAGE = "class-report.html"
LISTED, SPOKEN = 20, 12  # of a long list; the rest is folded away


class Row(NamedTuple):
    """One item on the page: what was asked, what came of it, what is said about it."""

    item: Item
    notebook: str
    numbers: analysis.ItemStatistics
    finding: Finding | None
    remarks: tuple[str, ...]


class Report(NamedTuple):
    """Everything that the page shows, computed."""

    room: Classroom
    config: ClassReport
    now: datetime
    rows: tuple[Row, ...]
    checks: tuple[Finding, ...]
    sure: tuple[analysis.Sure, ...]
    asked_sure: bool
    learned: tuple[analysis.Learned, ...]
    gains: tuple[analysis.Gain, ...]
    standings: tuple[findings.Standing, ...]
    talks: tuple[findings.Talk, ...]
    reliability: tuple[analysis.Reliability, ...]


def report(root: Path, now: datetime | None = None) -> Report:
    """The report of the course at ``root``. Raises ClassroomError where there is no gradebook."""
    room = classroom.read(root)
    config = ClassReport(config=settings(root))
    now = (now or datetime.now(UTC)).replace(tzinfo=None)
    items = room.items
    numbers = analysis.item_statistics(room.answers, items)
    checks = findings.items_to_check(numbers, items)
    to_check = {finding.item: finding for finding in checks}
    sound = [answer for answer in room.answers if answer.item not in to_check]
    objective = {name: item.objective for name, item in items.items()}
    standings = findings.standings(room, now, to_check)
    current = {name: item.version for name, item in items.items()}
    older = Counter(answer.item for answer in room.answers if answer.version not in ("", current[answer.item]))
    notebooks = {cell.name: cell.notebook for cell in room.cells}
    return Report(
        room=room,
        config=config,
        now=now,
        rows=tuple(
            Row(
                items[row.item], notebooks[row.item], row, to_check.get(row.item), _remarks(row, items[row.item], older)
            )
            for row in numbers
        ),
        checks=tuple(checks),
        sure=tuple(analysis.confident_and_wrong(sound, items)),
        asked_sure=any(answer.confidence for answer in room.answers),
        learned=tuple(analysis.learned(sound, objective)),
        gains=tuple(analysis.gain(sound, objective, config.before, config.after)),
        standings=tuple(standings),
        talks=tuple(findings.talks(standings, config.pass_mark)),
        reliability=tuple(analysis.reliability(room.answers)),
    )


def html(found: Report, root: Path, base: str = "/", whole: bool = True) -> str:
    """The page. ``base``: where Jupyter's addresses begin, for links into the formgrader; "" leaves them out.

    ``whole``: a page of its own; else the part that goes into a notebook.
    """
    view = _View(found, root, base)
    return _environment(view).get_template("index.html.j2").render(r=found, v=view, whole=whole)


def write(root: Path, now: datetime | None = None) -> Path:
    """Write the report into ``reports/`` and give its path."""
    gc.disable()  # half a million small records without a cycle: walking them again and again costs a fifth of the time
    try:
        found = report(root, now)
    finally:
        gc.enable()
    path = root / roster.REPORTS / PAGE
    path.parent.mkdir(exist_ok=True)
    path.write_text(html(found, root, "" if found.config.numbers_for_names else "/"), encoding="utf-8")
    return path


def show(root: Path | None = None):
    """The report as a notebook shows it: for ``instructor/class-report.ipynb``, whose folder lies in the course."""
    from IPython.display import HTML

    root = root or next(f for f in (Path.cwd(), *Path.cwd().parents) if Course(f).is_checkout)
    found = report(root)
    base = "" if found.config.numbers_for_names else os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/")
    return HTML(html(found, root, base, whole=False))


def records(root: Path, now: datetime | None = None) -> list[Path]:
    """Write a record of completion for each trainee and one for the class, to be printed and signed; their paths."""
    found = report(root, now)
    view = _View(found, root, "")
    folder = root / roster.REPORTS / roster.RECORDS
    folder.mkdir(parents=True, exist_ok=True)
    page = _environment(view).get_template("record.html.j2")
    works = {(work.trainee, work.assignment): work for work in found.room.works}
    answers: dict[str, list[analysis.Answer]] = defaultdict(list)
    for answer in found.room.answers:
        answers[answer.trainee].append(answer)
    order = {name: number for number, name in enumerate(cell.name for cell in found.room.cells)}
    paths = []
    for standing in findings.standings(found.room, found.now):  # with every item, as the gradebook has them
        own = sorted(answers[standing.trainee], key=lambda answer: order[answer.item])
        text = page.render(r=found, v=view, standing=standing, works=works, answers=own, person=view.person(standing))
        paths.append(folder / f"{view.file(standing.trainee)}.html")
        paths[-1].write_text(text, encoding="utf-8")
    paths.append(folder / roster.CLASS)
    text = _environment(view).get_template("class-record.html.j2").render(r=found, v=view)
    paths[-1].write_text(text, encoding="utf-8")
    return paths


def percent(share: float) -> str:
    """A share for reading: whole per cent; a dash for what is undefined."""
    return "–" if share is None or math.isnan(share) else f"{round(100 * share)}\u00a0%"


def decimal(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}".replace("-", "−")


def duration(seconds: float) -> str:
    if math.isnan(seconds):
        return "–"
    return f"{seconds:.0f}\u00a0s" if seconds < 90 else f"{seconds / 60:.0f}\u00a0min"


def _remarks(row: analysis.ItemStatistics, item: Item, older: Mapping[str, int]) -> tuple[str, ...]:
    text = words("report")
    said = [text[code].format(option=option) for code, option in findings.remarks(row, item)]
    if older[item.id]:
        said.append(text["older"].format(n=older[item.id]))
    return tuple(said)


def _environment(view: "_View") -> Environment:
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"percent": percent, "decimal": decimal, "duration": duration}
    found.globals |= {
        "w": words("report"),
        "rw": words("record"),
        "LISTED": LISTED,
        "SPOKEN": SPOKEN,
        "FEWEST": analysis.FEWEST,
    }
    return found


class _View:
    """The words, names, links and pictures of one page."""

    def __init__(self, found: Report, root: Path, base: str):
        self.found, self.base = found, base
        self.w = words("report")
        self.items = found.room.items
        self.people = {person.id: person for person in found.room.people}
        self.numbers = roster.numbers(root, self.people) if found.config.numbers_for_names else {}
        self.rows = {row.item.id: row for row in found.rows}
        self.lessons = {page.path.stem.split("-")[0]: page for page in Course(root).lessons}
        self.objectives = objectives()
        self.notebooks = {cell.name: cell.notebook for cell in found.room.cells}
        self.pages = {(work.trainee, work.assignment): work.pages for work in found.room.works}
        self.mark = percent(found.config.pass_mark)

    # -- names

    def who(self, trainee: str) -> str:
        """A trainee as the page may name them."""
        if self.numbers:
            return f"{self.w['trainee']} {self.numbers[trainee]}"
        person = self.people.get(trainee, Person(trainee))
        name = ", ".join(filter(None, (person.last, person.first)))
        return f"{name} ({trainee})" if name else trainee

    def person(self, standing: findings.Standing) -> tuple[str, str]:
        """Name and id for a record of completion."""
        person = self.people[standing.trainee]
        if self.numbers:
            return self.who(standing.trainee), str(self.numbers[standing.trainee])
        return " ".join(filter(None, (person.first, person.last))) or person.id, person.id

    def file(self, trainee: str) -> str:
        return f"number-{self.numbers[trainee]}" if self.numbers else trainee

    def names(self, trainees: Iterable[str], most: int) -> str:
        each = list(dict.fromkeys(trainees))
        said = [self.who(trainee) for trainee in each[:most]]
        return "; ".join([*said, self.w["and-more"].format(n=len(each) - most)] if len(each) > most else said)

    def objective(self, name: str) -> str:
        return self.objectives[name].text if name in self.objectives else name

    def short(self, name: str) -> str:
        """An objective for a picture: its lesson and its id as words."""
        lesson = f"{self.objectives[name].lesson} " if name in self.objectives else ""
        return lesson + name.replace("-", " ")

    def objective_order(self, name: str) -> tuple[str, int]:
        known = list(self.objectives)
        return (self.objectives[name].lesson, known.index(name)) if name in self.objectives else ("~", 0)

    def in_order(self, objectives: Mapping) -> list[tuple]:
        return sorted(objectives.items(), key=lambda row: self.objective_order(row[0]))

    @property
    def learned(self) -> list[analysis.Learned]:
        return sorted(self.found.learned, key=lambda row: self.objective_order(row.objective))

    def verdict(self, row: analysis.Learned) -> str:
        return findings.verdict(row, self.found.config.pass_mark)

    @property
    def not_learned(self) -> list[analysis.Learned]:
        return [row for row in self.learned if self.verdict(row) == "not-learned"]

    @property
    def too_few(self) -> bool:
        return any(self.verdict(row) == "too-few" for row in self.found.learned)

    @property
    def enough(self) -> bool:
        """Whether any item was handed in by enough trainees to be judged."""
        return any(row.numbers.n >= analysis.FEWEST for row in self.found.rows)

    # -- sentences

    def pick(self, item: str, slot: str, pick: str) -> Markup:
        """What was chosen: its id as code, and what it says."""
        about = self.items[item]
        text = about.options.get(pick, "")
        left = f"{slot}: " if slot else ""
        shown = Markup(f"<code>{escape(left + pick[:80])}</code>")
        return shown + f" (“{_short(text)}”)" if text else shown

    def stem(self, item: Item) -> str:
        return _short(item.stem, 240)

    def reason(self, finding: Finding) -> Markup:
        choice = finding.choice
        pick = self.pick(finding.item, choice.slot, choice.pick) if choice else ""
        n = round(choice.upper * finding.best) if choice else 0
        key = 0 if math.isnan(finding.key) else round(finding.key * finding.best)
        return Markup(escape(self.w[finding.reason])).format(pick=pick, n=n, best=finding.best, key=key)

    def key(self, item: str, slot: str = "") -> Markup:
        """What the key says, for a finding that is about an option; of one slot alone where that is named."""
        about = self.items[item]
        picks = [pick for pick in kinds.of(about).key_picks(about) if slot in ("", pick[0])]
        separator = "; " if any(name for name, _ in picks) else ", "
        return Markup(separator).join(self.pick(item, *pick) for pick in picks)

    def talk(self, talk: findings.Talk) -> list[str]:
        said = []
        for code, about in talk.reasons:
            if code in ("overdue", "late"):
                said.append(self.w[code].format(names=", ".join(about)))
            else:
                share, weak = about if code == "below" else (math.nan, about)
                names = ", ".join(f"“{self.short(name)}”" for name in weak)
                sentence = "below-about" if code == "below" and weak else code
                said.append(self.w[sentence].format(share=percent(share), names=names))
        return said

    def weakest(self, standing: findings.Standing) -> str:
        """The three lowest objectives below the pass mark."""
        low = sorted((share, name) for name, (share, _) in standing.objectives.items())
        low = [(share, name) for share, name in low if share < self.found.config.pass_mark][:3]
        return "; ".join(f"{self.short(name)} {percent(share)}" for share, name in low)

    def completion(self, standing: findings.Standing) -> tuple[bool, str]:
        """Whether a trainee has completed the course so far as it is in the gradebook, and a sentence that says so."""
        text = words("record")
        mine = [work for work in self.found.room.works if work.trainee == standing.trainee] if standing.done else []
        by_hand = [work.assignment for work in mine if work.needs_grader]
        missing = [a.name for a in self.found.room.assignments if a.name not in standing.done]
        values = {"share": percent(standing.share), "mark": self.mark}
        if not standing.done:
            return False, text["nothing"]
        if missing:
            return False, text["open"].format(names=", ".join(missing))
        if by_hand:
            return False, text["by-hand"].format(names=", ".join(by_hand))
        passed = standing.share >= self.found.config.pass_mark
        return passed, text["completed" if passed else "below"].format(**values)

    # -- links: each a (text, address) pair

    def links(self, finding: Finding) -> list[tuple[str, str]]:
        item, found = self.items[finding.item], []
        if self.base:
            notebook = self.notebooks[finding.item]
            place = f"{quote(finding.assignment)}/{quote(notebook)}"
            found.append((self.w["formgrader"], f"{self.base}formgrader/gradebook/{place}"))
            page = self._one_of_them(finding, notebook)
            if page:
                found.append((self.w["one-of-them"], f"{self.base}formgrader/submissions/{page}"))
            found.append((self.w["master"], f"{self.base}lab/tree/source/{place}.ipynb"))
            lesson = self.lessons.get(
                self.objectives[item.objective].lesson if item.objective in self.objectives else ""
            )
            if lesson:
                text = self.w["lesson"].format(lesson=lesson.path.stem.split("-")[0])
                found.append((text, f"{self.base}lab/tree/lessons/{quote(lesson.path.name)}"))
        return found

    def _one_of_them(self, finding: Finding, notebook: str) -> str:
        """A submission in which the item was answered in the way that the finding is about."""
        item, choice = self.items[finding.item], finding.choice
        for answer in self.found.room.answers:
            if answer.item == finding.item and (
                not choice or (choice.slot, choice.pick) in analysis.picks(item, answer.response)
            ):
                return self.pages.get((answer.trainee, answer.assignment), {}).get(notebook, "")
        return ""

    def facts(self, item: str) -> list[facts.Fact]:
        known = facts.load()
        return [known[name] for name in self.items[item].key.facts if name in known]

    # -- pictures

    @property
    def objectives_chart(self) -> Markup:
        rows = self.learned
        text = self.w["objective-label"].format(
            n=len(rows), low=percent(min(row.share for row in rows)), high=percent(max(row.share for row in rows)),
            names="; ".join(self.short(row.objective) for row in self.not_learned) or self.w["none"],
        )  # fmt: skip
        bars = [
            charts.Bar(self.short(r.objective), r.share, r.low, r.high, self.verdict(r) == "not-learned") for r in rows
        ]
        return charts.dots("objectives", text, bars, self.found.config.pass_mark, self.w["pass-mark"])

    @property
    def gain_chart(self) -> Markup:
        rows = self.found.gains
        text = self.w["gain-label"].format(
            n=len(rows), low=percent(rows[0].after - rows[0].before), name=self.short(rows[0].objective),
            high=percent(rows[-1].after - rows[-1].before),
        )  # fmt: skip
        moved = [(self.short(row.objective), row.before, row.after) for row in rows]
        return charts.moves("gain", text, moved, self.w["before"], self.w["after"])

    @property
    def scores_chart(self) -> Markup:
        shares = [row.share for row in self.found.standings if not math.isnan(row.share)]
        mark = self.found.config.pass_mark
        text = self.w["people-label"].format(
            n=len(shares), below=sum(share < mark for share in shares), median=percent(statistics.median(shares))
        )
        return charts.scores("scores", text, shares, mark, self.w["pass-mark"], self.w["number"])

    @property
    def items_chart(self) -> Markup:
        points = [
            (row.item.id, row.numbers.facility, row.numbers.discrimination, bool(row.finding))
            for row in self.found.rows
            if not math.isnan(row.numbers.discrimination)
        ]
        names = ", ".join(finding.item for finding in self.found.checks) or self.w["none"]
        text = self.w["items-label"].format(n=len(points), names=names)
        return charts.scatter("items", text, points, self.w["facility"], self.w["discrimination"])

    # -- the numbers at the top: (figure, what it counts, where it is explained)

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        r, w = self.found, self.w
        shares = [row.share for row in r.standings if not math.isnan(row.share)]
        found = [
            (str(sum(len(row.wrong) for row in r.sure)) if r.asked_sure else "–", w["sure-wrong"], "sure"),
            (str(len(r.checks)), w["check"], "check"),
            (str(len(self.not_learned)), w["not-learned"], "objectives"),
            (str(len(r.talks)), w["speak"], "talk"),
            (str(len(r.room.people)), w["trainees"], "people"),
            (percent(statistics.mean(shares) if shares else math.nan), w["mean"], "people"),
            (str(len(r.room.works)), w["handed-in"], "people"),
        ]
        by_hand = sum(work.needs_grader for work in r.room.works)
        found += [(str(by_hand), w["by-hand"], "people")] if by_hand else []
        return found + ([(str(len(r.room.waiting)), w["waiting"], "people")] if r.room.waiting else [])

    @property
    def waiting(self) -> str:
        return ", ".join(sorted({assignment for _, assignment in self.found.room.waiting}))

    @property
    def damaged(self) -> list[tuple[str, str, str]]:
        return [
            (self.who(work.trainee), work.assignment, "; ".join(self.w[note] for note in work.notes))
            for work in self.found.room.works
            if work.notes
        ]


def _short(text: str, most: int = 90) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + " …"
