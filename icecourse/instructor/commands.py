"""The instructor's commands beside ``teach``: report, records, pack, zips, export, roster, remove, demo.

What needs the report's own packages is imported when it is asked for: a trainee's ``icecourse lab`` has none of them.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from icecourse.curriculum import Course
from icecourse.desk.layout import DeskError

NEEDS = (
    "This needs numpy and matplotlib, which come with the class report: run make report in the checkout, "
    "or pip install icecourse[report]."
)
Serve = Callable[[argparse.Namespace, Path, str], None]


def add_commands(commands, serve: Serve) -> None:
    """Add the commands to the parser's subcommands. ``serve``: opens a page of the course at a root, as teach does."""
    report = _command(commands, "report", "open the class report, with the formgrader behind its links", _report, serve)
    demo = _command(commands, "demo", "build a course with a simulated class and open its report", _demo, serve)
    demo.add_argument("--folder", type=Path, default=Path("demo"), help="where to build it (default: demo)")
    demo.add_argument("--seed", type=int, help="another class")
    demo.add_argument("--assignments", type=int, help="how many of the course's assignments (default: 5)")
    for command in (report, demo):
        command.add_argument("--only-write", action="store_true", help="write it and print where; open nothing")
        command.add_argument("--no-browser", action="store_true", help="only print the address")
        command.add_argument("--port", type=int, default=0, help="the port to serve on (default: a free one)")
    _command(
        commands, "records", "write a record of completion for each trainee and one for the class", _records, serve
    )
    roster = _command(commands, "roster", "take trainees from a CSV file into the gradebook", _roster, serve)
    roster.add_argument("file", type=Path, help="columns: id, first_name, last_name, email, lms_user_id")
    pack = _command(commands, "pack", "build what a trainee without a checkout gets, with no key in it", _pack, serve)
    pack.add_argument("--to", type=Path, default=Path("dist"), help="the folder to write it into (default: dist)")
    zips = _command(commands, "zips", "take the zips of trainees through to a grade and a feedback page", _zips, serve)
    zips.add_argument("zips", type=Path, nargs="*", help="zips, or folders of them; those in downloaded/ are taken too")
    zips.add_argument("--again", action="store_true", help="also those that have a feedback page, after a regrade")
    _command(commands, "export", "grades as CSV and for Canvas, items as QTI 3.0 and Moodle XML", _export, serve)
    moodle = _command(commands, "import-moodle", "questions of a Moodle XML file as item cells", _import_moodle, serve)
    moodle.add_argument("file", type=Path, help="what Moodle's question bank exports as Moodle XML")
    remove = _command(commands, "remove", "take a trainee out of gradebook, journals and reports", _remove, serve)
    remove.add_argument("trainee", help="the trainee's id")
    remove.add_argument("--yes", action="store_true", help="do not ask; without it, what would go is shown first")


def _command(commands, name: str, text: str, run: Callable, serve: Serve) -> argparse.ArgumentParser:
    found = commands.add_parser(name, help=text)
    found.set_defaults(run=lambda options: _run(run, options, serve))
    return found


def _run(run: Callable, options: argparse.Namespace, serve: Serve) -> None:
    try:
        run(options, serve)
    except ModuleNotFoundError as error:
        if error.name not in ("numpy", "matplotlib"):
            raise
        sys.exit(f"icecourse: {NEEDS}")


def _root() -> Path:
    if not Course(Path.cwd()).is_checkout:
        raise DeskError(
            f"{Path.cwd()} is not a course: it has no source/ and nbgrader_config.py; run this in the course."
        )
    return Path.cwd()


def _report(options: argparse.Namespace, serve: Serve) -> None:
    _open_report(options, serve, _root())


def _open_report(options: argparse.Namespace, serve: Serve, root: Path) -> None:
    from icecourse.instructor import report

    path = report.write(root)
    print(f"The class report is {path}; nothing left this machine.")
    if not options.only_write:
        serve(options, root, f"/files/{path.relative_to(root).as_posix()}")


def _records(options: argparse.Namespace, serve: Serve) -> None:
    from icecourse.instructor import report

    paths = report.records(_root())
    print(
        f"{len(paths) - 1} record(s) of completion and one of the class are in {paths[-1].parent}; print and sign them."
    )


def _demo(options: argparse.Namespace, serve: Serve) -> None:
    from icecourse.instructor import demo

    root = options.folder.resolve()
    print("Building a demo class of 40 simulated trainees: about half a minute.", flush=True)
    chosen = {"seed": options.seed, "most": options.assignments}
    found = demo.build(root, **{name: value for name, value in chosen.items() if value is not None})
    print(f"{len(found.handed_in)} submissions of {len(found.people)} simulated trainees are graded in {root}.")
    print("Two of the items are broken on purpose. Find them in the report.", flush=True)
    _open_report(options, serve, root)


def _roster(options: argparse.Namespace, serve: Serve) -> None:
    from icecourse.instructor import roster

    done = roster.enrol(_root(), roster.read(options.file))
    print(f"{len(done.new)} new, {len(done.changed)} changed, {len(done.same)} as they were.")


def _pack(options: argparse.Namespace, serve: Serve) -> None:
    from icecourse.instructor import pack

    print(f"The trainee pack is {pack.build(Course(_root()), options.to)}; send it as it is.")


def _zips(options: argparse.Namespace, serve: Serve) -> None:
    from icecourse.instructor import pack

    root, zips = _root(), []
    for path in options.zips:
        zips += sorted(path.glob("*.zip")) if path.is_dir() else [path]
    for one in pack.take_in(root, zips, options.again):
        score = "" if one.earned is None else f": {one.earned:g} of {one.possible:g} points"
        lines = [f"{one.trainee} {one.assignment}".strip() + score, one.note, one.returned and f"send {one.returned}"]
        print("; ".join(str(line) for line in lines if line) + ".")


def _export(options: argparse.Namespace, serve: Serve) -> None:
    from datetime import UTC, datetime

    from icecourse.instructor import export, roster
    from icecourse.instructor.report import classroom, findings

    root = _root()
    room = classroom.read(root)
    folder = root / roster.REPORTS / export.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    export.grades(root, folder / "grades.csv")
    export.write_csv(export.canvas(room), folder / "canvas.csv")
    export.write_csv(export.by_item(room), folder / "by-item.csv")
    standings = findings.standings(room, datetime.now(UTC).replace(tzinfo=None))
    export.write_csv(export.by_objective(standings), folder / "by-objective.csv")
    lost = export.write_items(room.items.values(), folder)
    print(f"In {folder}: grades.csv, canvas.csv, by-item.csv, by-objective.csv; items.xml (Moodle), items.qti.zip.")
    print("The items carry their keys: keep the last two from trainees.")
    if lost:
        print("Not the same elsewhere:", *lost, sep="\n  ")


def _import_moodle(options: argparse.Namespace, serve: Serve) -> None:
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    from icecourse.interchange import moodle

    root = _root()
    try:
        found = moodle.read(options.file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, moodle.MoodleError) as error:
        sys.exit(f"icecourse: {options.file.name} cannot be read. {error}")
    cells = [new_code_cell(read.cell, id=read.cell.split()[1]) for read in found if read.cell]
    path = root / "instructor" / f"imported-{options.file.stem}.ipynb"
    path.parent.mkdir(exist_ok=True)
    if path.exists():
        sys.exit(f"icecourse: {path} is there already; move it away first.")
    nbformat.write(new_notebook(cells=cells), path)
    print(f"{len(cells)} of {len(found)} questions are items in {path}; copy them into a master.")
    print(*(f"  {read.name}: {read.note}" for read in found if read.note), sep="\n")


def _remove(options: argparse.Namespace, serve: Serve) -> None:
    from icecourse.instructor import roster

    root = _root()
    found = roster.traces(root, options.trainee)
    if not options.yes:
        print(f"This would remove everything that the course keeps of {options.trainee}:")
        _print_traces(root, found)
        if not sys.stdin.isatty() or input(f"Type {options.trainee} to remove it: ") != options.trainee:
            sys.exit("icecourse: nothing was removed; add --yes to remove it without being asked.")
    print(f"Removed of {options.trainee}:")
    _print_traces(root, roster.remove(root, options.trainee))
    print("Not touched: the trainee's own desk, and what was sent or printed.")
    if kept := roster.backups_with(root, options.trainee):
        print("These backups still hold the trainee; delete each as soon as you can do without it:")
        print(*(f"  {path.relative_to(root)}" for path in kept), sep="\n")


def _print_traces(root: Path, found) -> None:
    for trace in found:
        inside = trace.path and trace.path.is_relative_to(root)
        place = "" if trace.path is None else f" ({trace.path.relative_to(root) if inside else trace.path})"
        print(f"  {trace.what}{place}")
