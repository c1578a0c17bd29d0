"""Who is in the class: trainees from a CSV file into nbgrader's gradebook."""

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Gradebook, Student

from icecourse.course_root import course_directory
from icecourse.desk.hand_in_names import TRAINEE_ID
from icecourse.grading.gradebook import Person
from icecourse.refused import Refused

COLUMNS = {  # what a column may be called -> our field; nbgrader's own names come first
    "id": ("id", "student_id", "student id", "trainee", "trainee id", "login", "user", "username"),
    "first": ("first_name", "first name", "first", "given name", "firstname"),
    "last": ("last_name", "last name", "last", "surname", "family name", "lastname"),
    "email": ("email", "e-mail", "email address", "mail"),
    "lms": ("lms_user_id", "lms id", "lms user id"),
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class RosterError(Refused):
    """A roster cannot be taken in. The message names each bad row, a line each."""


class Enrolment(NamedTuple):
    """Ids of trainees by what became of them."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]


def read(path: Path) -> list[Person]:
    """The trainees of a CSV file with a heading row: id, and first_name, last_name, email, lms_user_id if it has them.

    Commas, semicolons and tabs divide; UTF-8, and what Excel writes, are read. Raises RosterError that names every
    bad row, so that nothing is half imported.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RosterError(f"{path} cannot be read ({error.strerror}).") from error
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        content = data.decode("cp1252", "replace")  # what Excel calls "CSV"
    heading = content.split("\n", 1)[0]
    divider = max(",;\t", key=heading.count)
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=divider)
    names = [name.strip().casefold() for name in next(rows, [])]
    place = {field: names.index(name) for field, titles in COLUMNS.items() for name in titles[::-1] if name in names}
    if "id" not in place:
        raise RosterError(f'{path.name} has no column "id"; its first row must name the columns: id, first_name, ...')
    people: list[Person] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    emails: dict[str, int] = {}
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        line = rows.line_num
        person = Person(**{field: row[n].strip() if n < len(row) else "" for field, n in place.items()})
        if len(row) > len(names):
            faults.append(f"line {line}: {len(row)} columns where the heading has {len(names)}; quote the commas.")
        elif not person.id:
            faults.append(f"line {line}: no id.")
        elif not TRAINEE_ID.fullmatch(person.id):
            faults.append(f'line {line}: "{person.id[:40]}" cannot be an id; use letters, digits, points and hyphens.')
        elif person.id.casefold() in seen:
            faults.append(f'line {line}: "{person.id}" stands in line {seen[person.id.casefold()]} already.')
        elif person.email and not _EMAIL.fullmatch(person.email):
            faults.append(f'line {line}: "{person.email[:40]}" is no e-mail address.')
        elif person.email and person.email.casefold() in emails:
            faults.append(
                f'line {line}: "{person.email}" stands in line {emails[person.email.casefold()]} already: '
                "the same person twice?"
            )
        else:
            people.append(person)
        seen.setdefault(person.id.casefold(), line)
        emails.setdefault(person.email.casefold(), line)
    if faults:
        raise RosterError("\n".join([f"Nothing was imported. {path.name} has {len(faults)} bad rows:", *faults]))
    if not people:
        raise RosterError(f"{path.name} names no trainee.")
    return people


def enrol(root: Path, people: Iterable[Person]) -> Enrolment:
    """Put trainees into the gradebook in one transaction: all or none. A known one gets the new name and e-mail;
    a field that the roster leaves empty stays as it is. Nobody is taken out. Raises RosterError for an id that the
    gradebook writes in other letters.
    """
    course = course_directory(root)
    new, changed, same = [], [], []
    with Gradebook(course.db_url, course.course_id) as gradebook:
        known = {student.id: student for student in gradebook.db.query(Student)}
        folded = {name.casefold(): name for name in known}
        for person in people:
            spelled = folded.get(person.id.casefold(), person.id)
            if spelled != person.id:
                raise RosterError(
                    f'Nothing was imported. "{person.id}" is in the gradebook as "{spelled}"; write it so.'
                )
            values = {
                "first_name": person.first, "last_name": person.last, "email": person.email, "lms_user_id": person.lms,
            }  # fmt: skip
            student = known.get(person.id)
            if student is None:
                gradebook.db.add(Student(id=person.id, **{field: value for field, value in values.items() if value}))
                new.append(person.id)
                continue
            differ = {field: value for field, value in values.items() if value and value != getattr(student, field)}
            for field, value in differ.items():
                setattr(student, field, value)
            (changed if differ else same).append(person.id)
        gradebook.db.commit()
    return Enrolment(tuple(new), tuple(changed), tuple(same))
