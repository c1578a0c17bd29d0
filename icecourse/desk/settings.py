"""A desk's settings: for nbgrader, so that handing in works, and for Jupyter, so that a trainee is not led astray."""

import json
from pathlib import Path

from icecourse.curriculum import COURSE_ID
from icecourse.page.answers import COURSE_CONFIG

AUTOSAVE_SECONDS = 10
NOT_FOR_TRAINEES = ("validate-assignment", "create-assignment", "formgrader", "course-list")  # of nbgrader's parts


def write(folder: Path, private: Path, trainee: str, exchange: Path | None) -> None:
    """Write both anew for the desk at ``folder``, which keeps its own things in ``private``. Raises OSError."""
    _for_nbgrader(folder / COURSE_CONFIG, private, trainee, exchange)
    _for_jupyter(private / "config" / "labconfig", exchange)


def _for_nbgrader(path: Path, private: Path, trainee: str, exchange: Path | None) -> None:
    # Not as JSON: nbgrader says that it finds no settings where there is no nbgrader_config.py.
    lines = [
        '"""This desk, for nbgrader: written by icecourse at every start; changes here do not last."""',
        "",
        "c = get_config()",
        f"c.CourseDirectory.course_id = {COURSE_ID!r}",
        f"c.CourseDirectory.student_id = {trainee!r}",
        "c.ExchangeSubmit.strict = True",
        f"c.Exchange.cache = {str(private / 'handed-in')!r}",
    ]
    if exchange:
        lines.append(f"c.Exchange.root = {str(exchange)!r}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _for_jupyter(labconfig: Path, exchange: Path | None) -> None:
    # The list of assignments can only complain where there is no exchange.
    parts = [*NOT_FOR_TRAINEES, *([] if exchange else ["assignment-list"])]
    off = {f"@jupyter/nbgrader:{part}": True for part in parts}
    # The course has no formulas, but amounts: MathJax makes one of what stands between two dollar signs.
    off["@jupyterlab/mathjax-extension"] = True
    page = {"icecourse": "desk", "disabledExtensions": off}
    overrides = {
        "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": AUTOSAVE_SECONDS},
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    }
    labconfig.mkdir(parents=True, exist_ok=True)
    (labconfig / "page_config.json").write_text(json.dumps(page, indent=1), encoding="utf-8")
    (labconfig / "default_setting_overrides.json").write_text(json.dumps(overrides, indent=1), encoding="utf-8")
