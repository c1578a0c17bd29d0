"""Is every string of the interface there, and is none left over?"""

import re
import tomllib

from conftest import ROOT

from icecourse.content.words import FOLDER, words

TABLE = tomllib.loads((FOLDER / "en.toml").read_text(encoding="utf-8"))


def test_every_string_that_the_code_asks_for_exists_and_every_one_is_asked_for():
    files = [p for p in (ROOT / "icecourse").rglob("*") if p.suffix in (".py", ".js", ".j2")]
    code = "".join(p.read_text(encoding="utf-8") for p in files)
    for section, table in TABLE.items():
        for name, text in table.items():
            whole = re.search(rf"""["']{re.escape(name)}["']""", code)
            built = f"`{name.rpartition('-')[0]}-${{" in code  # such as `choose-${item.kind}`
            assert whole or built, f"{section}.{name} is used nowhere"
            assert text.strip()
    # Python looks its strings up while the tests run; a script or a template may wait for a trainee to find out.
    known = {name for section in TABLE.values() for name in section}
    screens = "".join(p.read_text(encoding="utf-8") for p in files if p.suffix != ".py")
    asked = re.findall(r"""(?:\bsay\(|\b(?:text|words)\[)["']([a-z][a-z-]*[a-z])["']""", screens)
    assert len(asked) > 60 and set(asked) <= known, f"there is no string {sorted(set(asked) - known)}"


def test_another_language_falls_back_to_english_string_by_string(tmp_path, monkeypatch):
    import shutil

    from icecourse.content import words as module

    shutil.copy(FOLDER / "en.toml", tmp_path)
    (tmp_path / "es.toml").write_text('[item]\nsave = "Guardar"\n', encoding="utf-8")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    module._table.cache_clear()
    monkeypatch.setenv(module.LANGUAGE, "es")
    assert words("item")["save"] == "Guardar" and words("item")["choose-one"] == "Choose one."
    monkeypatch.setenv(module.LANGUAGE, "../../etc/passwd")
    assert words("item")["save"] == "Save"
    module._table.cache_clear()
