"""What a trainee may be called, and what a hand-in is called that travels as a zip.

A desk writes the zip's name; collecting, the way back and ``nbgrader zip_collect`` read it.
"""

import re
from datetime import datetime
from typing import NamedTuple

TRAINEE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TIME = r"\d{8}T\d{6}Z"
_NAME = re.compile(rf"([^/\\+]+)\+([^/\\+]+)\+({_TIME})\.zip")
# For nbgrader's FileNameCollectorPlugin: a file in a folder that is named as its zip was.
ZIP_MEMBER = rf".*[/\\](?P<student_id>[^/\\+]+)\+[^/\\+]+\+(?P<timestamp>{_TIME})[/\\](?P<file_id>[^/\\]+)$"


class ZipName(NamedTuple):
    """``time``: when it was handed in, as ``stamp`` writes it. Later times sort after earlier ones."""

    trainee: str
    assignment: str
    time: str

    def __str__(self) -> str:
        return f"{self.trainee}+{self.assignment}+{self.time}.zip"


def stamp(at: datetime) -> str:
    """A time in UTC as a zip's name has it, in whole seconds: such as 20261120T170000Z."""
    return f"{at:%Y%m%dT%H%M%SZ}"


def zip_name(text: str) -> ZipName | None:
    """The parts of a zip's name; None for a name of another shape. Whether its time is one is not checked."""
    match = _NAME.fullmatch(text)
    return ZipName(*match.groups()) if match else None
