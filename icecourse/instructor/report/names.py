"""How the report names trainees and objectives; and numbers as they are read."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from icecourse.content.words import words
from icecourse.curriculum import Objective, objectives
from icecourse.instructor import pseudonyms
from icecourse.instructor.report.results import Results
from icecourse.instructor.roster import Person


@dataclass(frozen=True)
class Names:
    """``numbers``: what stands for each trainee in a report that is shared; empty where names may be read."""

    people: Mapping[str, Person]
    numbers: Mapping[str, int]
    objectives: Mapping[str, Objective]

    def who(self, trainee: str) -> str:
        """A trainee as the page may name them."""
        if self.numbers:
            return f"{words('report')['trainee']} {self.numbers[trainee]}"
        person = self.people.get(trainee, Person(trainee))
        name = ", ".join(filter(None, (person.last, person.first)))
        return f"{name} ({trainee})" if name else trainee

    def name_and_id(self, trainee: str) -> tuple[str, str]:
        """For a record of completion."""
        person = self.people[trainee]
        if self.numbers:
            return self.who(trainee), str(self.numbers[trainee])
        return " ".join(filter(None, (person.first, person.last))) or person.id, person.id

    def file(self, trainee: str) -> str:
        """How the file of a trainee's record is called, without its ending."""
        return f"number-{self.numbers[trainee]}" if self.numbers else trainee

    def several(self, trainees: Iterable[str], most: int) -> str:
        """Trainees by name, each once; of more than ``most`` the rest as a number."""
        each = list(dict.fromkeys(trainees))
        more = [words("report")["and-more"].format(n=len(each) - most)] if len(each) > most else []
        return "; ".join([self.who(trainee) for trainee in each[:most]] + more)

    def objective(self, name: str) -> str:
        return self.objectives[name].text if name in self.objectives else name

    def short(self, name: str) -> str:
        """An objective for a picture: its lesson and its id as words."""
        lesson = f"{self.objectives[name].lesson} " if name in self.objectives else ""
        return lesson + name.replace("-", " ")


def names(results: Results, root: Path) -> Names:
    """The names of a class; numbers where the course's settings ask for them."""
    people = {person.id: person for person in results.room.people}
    numbers = pseudonyms.numbers(root, people) if results.config.numbers_for_names else {}
    return Names(people, numbers, objectives())


def percent(share: float) -> str:
    """A share for reading: whole per cent; a dash for what is undefined."""
    return "–" if share is None or math.isnan(share) else f"{round(100 * share)}\u00a0%"


def decimal(value: float) -> str:
    """Two decimals; a dash for what is undefined."""
    return "–" if math.isnan(value) else f"{value:.2f}".replace("-", "−")


def duration(seconds: float) -> str:
    """Whole seconds, minutes from a minute and a half on; a dash for what is undefined."""
    if math.isnan(seconds):
        return "–"
    return f"{seconds:.0f}\u00a0s" if seconds < 90 else f"{seconds / 60:.0f}\u00a0min"
