"""What the report says: a finding, a conversation to have, where a trainee stands, as sentences from the words file."""

import math
import statistics
from dataclasses import dataclass, field
from functools import cached_property

from markupsafe import Markup, escape

from icecourse.content.words import words
from icecourse.instructor.report import findings
from icecourse.instructor.report.names import Names, percent
from icecourse.instructor.report.results import Results
from icecourse.item import kinds
from icecourse.item.grammar import Item


@dataclass(frozen=True)
class Sentences:
    """The sentences of one report."""

    results: Results
    names: Names
    w: dict[str, str] = field(default_factory=lambda: words("report"))

    @cached_property
    def items(self) -> dict[str, Item]:
        return self.results.room.items

    @property
    def mark(self) -> str:
        return percent(self.results.config.pass_mark)

    # -- about an item

    def stem(self, item: Item) -> str:
        return _shortened(item.stem, 240)

    def pick(self, item: str, slot: str, pick: str) -> Markup:
        """What was chosen: its id as code, and what it says."""
        text = self.items[item].options.get(pick, "")
        left = f"{slot}: " if slot else ""
        code = Markup(f"<code>{escape(left + pick[:80])}</code>")
        return code + f" (“{_shortened(text)}”)" if text else code

    def reason(self, finding: findings.Finding) -> Markup:
        """Why an item is to be checked."""
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

    # -- about a trainee

    def talk(self, talk: findings.Talk) -> list[str]:
        """What there is to speak about, a clause each."""
        clauses = []
        for code, about in talk.reasons:
            if code in ("overdue", "late"):
                clauses.append(self.w[code].format(names=", ".join(about)))
            else:
                share, weak = about if code == "below" else (math.nan, about)
                names = ", ".join(f"“{self.names.short(name)}”" for name in weak)
                sentence = "below-about" if code == "below" and weak else code
                clauses.append(self.w[sentence].format(share=percent(share), names=names))
        return clauses

    def weakest(self, standing: findings.Standing) -> str:
        """The three lowest objectives below the pass mark."""
        low = sorted((share, name) for name, (share, _) in standing.objectives.items())
        low = [(share, name) for share, name in low if share < self.results.config.pass_mark][:3]
        return "; ".join(f"{self.names.short(name)} {percent(share)}" for share, name in low)

    def completion(self, standing: findings.Standing) -> str:
        """Whether a trainee has completed the course so far as it is in the gradebook."""
        text, room = words("record"), self.results.room
        missing = [assignment.name for assignment in room.assignments if assignment.name not in standing.done]
        if not standing.done:
            return text["nothing"]
        if missing:
            return text["open"].format(names=", ".join(missing))
        works = (work for work in room.submissions if work.trainee == standing.trainee)
        if by_hand := [work.assignment for work in works if work.needs_grader]:
            return text["by-hand"].format(names=", ".join(by_hand))
        passed = standing.share >= self.results.config.pass_mark
        return (text["completed"] if passed else text["below"]).format(share=percent(standing.share), mark=self.mark)

    # -- about the class

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        """The numbers at the top: (figure, what it counts, the section that explains it)."""
        r, w = self.results, self.w
        shares = [row.share for row in r.standings if not math.isnan(row.share)]
        by_hand = sum(work.needs_grader for work in r.room.submissions)
        figures = [
            (str(sum(len(row.wrong) for row in r.sure)) if r.asked_sure else "–", w["sure-wrong"], "sure"),
            (str(len(r.checks)), w["check"], "check"),
            (str(len(r.not_learned)), w["not-learned"], "objectives"),
            (str(len(r.talks)), w["speak"], "talk"),
            (str(len(r.room.people)), w["trainees"], "people"),
            (percent(statistics.mean(shares) if shares else math.nan), w["mean"], "people"),
            (str(len(r.room.submissions)), w["handed-in"], "people"),
        ]
        figures += [(str(by_hand), w["by-hand"], "people")] if by_hand else []
        return figures + ([(str(len(r.room.waiting)), w["waiting"], "people")] if r.room.waiting else [])

    @property
    def waiting(self) -> str:
        """The assignments with work that is handed in and not graded yet."""
        return ", ".join(sorted({assignment for _, assignment in self.results.room.waiting}))

    @property
    def damaged(self) -> list[tuple[str, str, str]]:
        """(Trainee, assignment, what was wrong with the journal)."""
        return [
            (self.names.who(work.trainee), work.assignment, "; ".join(self.w[note] for note in work.notes))
            for work in self.results.room.submissions
            if work.notes
        ]


def _shortened(text: str, most: int = 90) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + " …"
