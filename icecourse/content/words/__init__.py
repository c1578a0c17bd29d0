"""Every word of the interface, by language, one TOML file each beside this module.

English is complete. Another language is another file with the same ids; what it does not have is said in English.
"""

import os
import tomllib
from datetime import date
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
LANGUAGE = "ICECOURSE_LANGUAGE"  # the environment variable that ``icecourse lab --language`` sets


def language() -> str:
    """The language that this process speaks, such as "en" or "es"."""
    return os.environ.get(LANGUAGE, "en")


def words(section: str) -> dict[str, str]:
    """The strings of one section, by id. Raises KeyError for a section that there is not."""
    return dict(_table("en")[section]) | _table(language()).get(section, {})


def long_day(day: date) -> str:
    """Such as "Friday, November 6, 2026"."""
    return f"{day:%A, %B} {day.day}, {day.year}"


@cache
def _table(language: str) -> dict[str, dict[str, str]]:
    path = FOLDER / f"{language}.toml"
    known = path.parent == FOLDER and path.is_file()
    return tomllib.loads(path.read_text(encoding="utf-8")) if known else {}
