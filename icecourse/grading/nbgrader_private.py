"""What we use of nbgrader beyond its documented interface, each with its reason. ``missing()`` names what a new
nbgrader no longer has; a test asks it, so that an upgrade fails there and by name.

nbgrader is pinned below its next minor version for the same reason.
"""

import os
import re
from collections.abc import Callable
from datetime import datetime

from nbgrader import converters, plugins, preprocessors, utils
from nbgrader.api import Grade, SubmittedNotebook
from nbgrader.converters import Autograde
from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeCollect
from traitlets.config import Config

EXECUTION = "NBGRADER_EXECUTION"
_WARNING = re.compile(r"\b(WARNING|ERROR|CRITICAL)\]")
_ROUTINE = re.compile(r"Directory not found\. Creating|Clearing existing files")
_NEEDED = (
    # grading: the converter starts its exporter, then its own convert_notebooks
    (
        converters.base.BaseConverter,
        "start convert_notebooks run_pre_convert_hook run_post_convert_hook set_permissions",
    ),
    (Autograde, "sanitize_preprocessors autograde_preprocessors exclude_overwriting create_student"),
    # keys put back into the released copy, and how nbgrader tells an untouched text
    (preprocessors, "OverwriteKernelspec OverwriteCells CheckCellMetadata AssignLatePenalties"),
    (utils, "compute_checksum is_grade is_solution is_task find_all_files notebook_hash rmtree parse_utc"),
    # late penalties, and what counts as a score
    (preprocessors.AssignLatePenalties, "init_plugin plugin_inst"),
    (plugins.LateSubmissionPlugin, "late_submission_penalty"),
    (Grade, "score"),
    (SubmittedNotebook, "score late_submission_penalty"),
    # collecting from the exchange
    (ExchangeCollect, "_path_to_record init_src do_copy"),
)


def missing() -> list[str]:
    """The names of nbgrader that we need and the installed one does not have."""
    return [
        f"{getattr(owner, '__module__', '')}.{owner.__name__}.{name}".lstrip(".")
        for owner, names in _NEEDED
        for name in names.split()
        if not hasattr(owner, name)
    ]


def take_over(converter: Autograde, convert: Callable[[Autograde], None]) -> None:
    """Have ``convert(converter)`` done in the place of nbgrader's own way over the notebooks.

    To be called while the converter makes its exporter: its ``start()`` calls ``convert_notebooks`` next. An exporter
    is the one part of grading that nbgrader lets a course choose, and it comes too late: by then the submission's
    files were copied, links followed, and a kernel was started.
    """
    converter.convert_notebooks = lambda: convert(converter)


def clear_after(converter: Autograde) -> None:
    """Let nbgrader grade in its own way, and take out of the environment what it leaves there when that fails."""
    own = converter.convert_notebooks

    def convert(_: Autograde) -> None:
        try:
            own()
        finally:
            clear_environment()

    take_over(converter, convert)


def clear_environment() -> None:
    """Take out the variable that tells kernels they grade: left in a server, it turns lessons into grading."""
    if os.environ.get(EXECUTION) == "autograde":
        del os.environ[EXECUTION]


def steps_of_their_own(converter: Autograde) -> list[tuple[str, object]]:
    """The preprocessors that a course's settings add to nbgrader's own, each with the setting's name."""
    own = {
        name: Autograde.class_traits()[name].default() for name in ("sanitize_preprocessors", "autograde_preprocessors")
    }
    return [(name, step) for name, usual in own.items() for step in getattr(converter, name) if step not in usual]


def late_penalty(converter: Autograde) -> Callable[[str, float, float], float | None] | None:
    """The late penalty of the course's settings, or None: (trainee, notebook's score, seconds late) -> points or None.

    What ``AssignLatePenalties`` does to a notebook that it takes from the gradebook itself, one at a time.
    """
    steps = [step for step in converter.autograde_preprocessors if is_late_step(step)]
    step = steps[0](parent=converter) if steps else None
    if step is None or not step.enabled:
        return None
    step.init_plugin()

    def penalty(trainee: str, score: float, seconds: float) -> float | None:
        points = step.plugin_inst.late_submission_penalty(trainee, score, seconds)
        converter.log.warning("%s is %g seconds late; penalty: %s", trainee, seconds, points)
        return None if points is None else min(max(points, 0), score)  # as its _check_late_penalty

    return penalty


def is_late_step(step: object) -> bool:
    return isinstance(step, type) and issubclass(step, preprocessors.AssignLatePenalties)


def without_forced_template(config: Config | None) -> Config | None:
    """A configuration without the template that GenerateFeedback forces: it outranks any default of a class."""
    if not config or "HTMLExporter" not in config:
        return config
    config = config.copy()
    del config["HTMLExporter"]
    return config


class TolerantCollect(ExchangeCollect):
    """nbgrader's collecting, for which one odd name in the exchange is not the end of it all.

    Its own ``_path_to_record`` calls off the whole collection where a name holds no time.
    """

    def _path_to_record(self, path: str) -> dict:
        try:
            return super()._path_to_record(path)
        except (ExchangeError, ValueError, OverflowError):
            return {"username": "", "filename": os.path.basename(path), "timestamp": datetime.min}


def hand_in_time(name: str) -> str:
    """The time in the exchange's name of a hand-in: TRAINEE+ASSIGNMENT+TIME, or that with +RANDOM after it."""
    return name.rsplit("+", 3)[2]


def released_feedback(secret: str, notebook: str) -> str:
    """The name in the exchange of a released feedback page. ``secret``: what was handed in beside the notebook."""
    return f"{utils.notebook_hash(secret=secret, notebook_id=notebook)}.html"


def warnings_in(log: str) -> list[str]:
    """What nbgrader's log warns of, line by line, its routine apart: zip_collect tells it in no other way."""
    return [line for line in log.splitlines() if _WARNING.search(line) and not _ROUTINE.search(line)]
