"""Every word of the interface, by language, one TOML file each beside this module.

English is complete. Another language is another file with the same ids; what it does not have is said in English.
A string that counts something is a table of the language's plural forms, such as ``one`` and ``other``.
"""

import os
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

FOLDER = Path(__file__).parent
LANGUAGE = "ICECOURSE_LANGUAGE"  # the environment variable that ``icecourse lab --language`` sets


def language() -> str:
    """The language that this process speaks, such as "en" or "es"."""
    return os.environ.get(LANGUAGE, "en")


def locale() -> Locale:
    """Babel's rules for the language of this process; those of English where Babel does not know it."""
    return _locale(language())


def words(section: str, folder: Path = FOLDER) -> dict[str, str | Mapping[str, str]]:
    """The strings of one section, by id; a string that counts something is a mapping of plural forms.

    Raises KeyError for a section that there is not.
    """
    return dict(_table("en", folder)[section]) | _table(language(), folder).get(section, {})


def plural(forms: Mapping[str, str], n: int) -> str:
    """The form that the language has for ``n`` of something, with ``{n}`` filled in."""
    return forms.get(locale().plural_form(n), forms["other"]).format(n=n)


def long_day(day: date) -> str:
    """Such as "Friday, November 6, 2026", or "viernes, 6 de noviembre de 2026"."""
    return format_date(day, "full", locale=locale())


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale("en")


@cache
def _table(language: str, folder: Path) -> dict[str, dict]:
    path = folder / f"{language}.toml"
    known = path.parent == folder and path.is_file()
    return tomllib.loads(path.read_text(encoding="utf-8")) if known else {}
