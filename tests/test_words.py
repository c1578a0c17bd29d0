"""Is every string of the interface there, and is none left over?"""

import re
import tomllib

from conftest import ROOT

from icecourse.words import FOLDER, words


def test_every_string_that_the_code_asks_for_exists_and_every_one_is_asked_for():
    files = [p for p in (ROOT / "icecourse").rglob("*") if p.suffix in (".py", ".js", ".j2")]
    code = "".join(p.read_text(encoding="utf-8") for p in files)
    for section, table in tomllib.loads((FOLDER / "en.toml").read_text(encoding="utf-8")).items():
        for name, text in table.items():
            whole = re.search(rf"""["']{re.escape(name)}["']""", code)
            built = f"`{name.rpartition('-')[0]}-${{" in code  # such as `choose-${item.kind}`
            assert whole or built, f"{section}.{name} is used nowhere"
            assert text.strip()
    assert words("item")["choose-one"]
