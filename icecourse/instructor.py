"""The instructor's commands beside ``teach``: report, records, export, items, roster, remove, demo.

What needs the report's own packages is imported when it is asked for: a trainee's ``icecourse lab`` has none of them.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from .curriculum import Course
from .desk import DeskError, trust

NEEDS = (
    "The class report needs numpy and matplotlib: run make report in the checkout, or pip install icecourse[report]."
)
Serve = Callable[[argparse.Namespace, Path, str], None]


def add_commands(commands, serve: Serve) -> None:
    """Add the commands to the parser's subcommands. ``serve``: opens a page of the course at a root, as teach does."""
    report = _command(commands, "report", "open the class report, with the formgrader behind its links", _report, serve)
    demo = _command(commands, "demo", "build a course with a simulated class and open its report", _demo, serve)
    demo.add_argument("--folder", type=Path, default=Path("demo"), help="where to build it (default: demo)")
    demo.add_argument("--seed", type=int, help="another class")
    for command in (report, demo):
        command.add_argument("--only-write", action="store_true", help="write it and print where; open nothing")
        command.add_argument("--no-browser", action="store_true", help="only print the address")
        command.add_argument("--port", type=int, default=0, help="the port to serve on (default: a free one)")
    _command(
        commands, "records", "write a record of completion for each trainee and one for the class", _records, serve
    )
    roster = _command(commands, "roster", "take trainees from a CSV file into the gradebook", _roster, serve)
    roster.add_argument("file", type=Path, help="columns: id, first_name, last_name, email, lms_user_id")


def _command(commands, name: str, text: str, run: Callable, serve: Serve) -> argparse.ArgumentParser:
    found = commands.add_parser(name, help=text)
    found.set_defaults(run=lambda options: _run(run, options, serve))
    return found


def _run(run: Callable, options: argparse.Namespace, serve: Serve) -> None:
    from .classroom import ClassroomError
    from .roster import RosterError

    try:
        run(options, serve)
    except ModuleNotFoundError as error:
        if error.name not in ("numpy", "matplotlib"):
            raise
        sys.exit(f"icecourse: {NEEDS}")
    except (ClassroomError, RosterError) as error:
        sys.exit(f"icecourse: {error}")


def _root() -> Path:
    if not Course(Path.cwd()).is_checkout:
        raise DeskError(
            f"{Path.cwd()} is not a course: it has no source/ and nbgrader_config.py; run this in the course."
        )
    return Path.cwd()


def _report(options: argparse.Namespace, serve: Serve) -> None:
    _open_report(options, serve, _root())


def _open_report(options: argparse.Namespace, serve: Serve, root: Path) -> None:
    from . import report

    path = report.write(root)
    print(f"The class report is {path}; nothing left this machine.")
    notebook = root / "instructor" / "class-report.ipynb"
    if notebook.is_file():
        trust(notebook)
    if not options.only_write:
        serve(options, root, f"/files/{path.relative_to(root).as_posix()}")


def _records(options: argparse.Namespace, serve: Serve) -> None:
    from . import report

    paths = report.records(_root())
    print(
        f"{len(paths) - 1} records of completion and one of the class are in {paths[-1].parent}; print and sign them."
    )


def _demo(options: argparse.Namespace, serve: Serve) -> None:
    from . import demo

    root = options.folder.resolve()
    print("Building a demo class of 40 simulated trainees: about half a minute.", flush=True)
    try:
        found = demo.build(root, **({} if options.seed is None else {"seed": options.seed}))
    except demo.DemoError as error:
        raise DeskError(str(error)) from error
    print(f"{len(found.handed_in)} submissions of {len(found.people)} simulated trainees are graded in {root}.")
    print("Two of the items are broken on purpose. Find them in the report.", flush=True)
    _open_report(options, serve, root)


def _roster(options: argparse.Namespace, serve: Serve) -> None:
    from . import roster

    done = roster.enrol(_root(), roster.read(options.file))
    print(f"{len(done.new)} new, {len(done.changed)} changed, {len(done.same)} as they were.")
