"""Every word of the interface, by language, one TOML file each beside this module."""

import tomllib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def words(section: str, language: str = "en") -> dict[str, str]:
    """The strings of one section, by id. Raises KeyError for a section that the language does not have."""
    table = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return dict(table[section])
