"""``icecourse``: one tree of commands, for trainees, instructors and authors.

A handler says which room does the work and prints what came of it. What it needs is imported when it runs:
nbgrader, Jupyter and the report's own packages take seconds, and a trainee has not all of them.
"""

import argparse
import sys
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from icecourse import __version__
from icecourse.refused import Refused

if TYPE_CHECKING:
    from icecourse.curriculum import Course

NEEDS = (
    "This needs numpy and matplotlib, which come with the class report: run make report in the checkout, "
    "or pip install icecourse[report]."
)


def main(arguments: list[str] | None = None) -> None:
    """Run one command. Ends the process with status 1 and one sentence where it is refused."""
    options = tree().parse_args(arguments)
    try:
        options.run(options)
    except Refused as error:
        sys.exit(f"icecourse: {error}")
    except ModuleNotFoundError as error:
        if error.name not in ("numpy", "matplotlib"):
            raise
        sys.exit(f"icecourse: {NEEDS}")


def tree() -> argparse.ArgumentParser:
    """Every command with its words."""
    parser = argparse.ArgumentParser(prog="icecourse", description="ICE for Paralegals: training, not legal advice.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    lab = _add(commands, "lab", "open the trainee's desk in the browser", _lab)
    lab.add_argument("--desk", type=Path, default=Path("desk"), help="the folder to work in (default: desk)")
    lab.add_argument("--exchange", type=Path, help="nbgrader's exchange, where the class has one")
    lab.add_argument("--trainee", help="your id as your instructor knows it (asked once, then kept)")
    teach = _add(commands, "teach", "open the course with nbgrader's formgrader, for the instructor", _teach)
    paper = _add(commands, "print", "write a lesson or quiz as a page to print", _print)
    paper.add_argument("page", help="how its name begins, such as 03 or quiz-03")
    paper.add_argument("--key", action="store_true", help="the instructor's key sheet instead")
    paper.add_argument("--to", type=Path, help="the file to write (default: handouts/NAME.html)")

    report = _add(commands, "report", "open the class report, with the formgrader behind its links", _report)
    demo = _add(commands, "demo", "build a course with a simulated class and open its report", _demo)
    demo.add_argument("--folder", type=Path, default=Path("demo"), help="where to build it (default: demo)")
    demo.add_argument("--seed", type=int, help="another class")
    demo.add_argument("--assignments", type=int, help="how many of the course's assignments (default: 5)")
    _add(commands, "records", "write a record of completion for each trainee and one for the class", _records)
    roster = _add(commands, "roster", "take trainees from a CSV file into the gradebook", _roster)
    roster.add_argument("file", type=Path, help="columns: id, first_name, last_name, email, lms_user_id")
    pack = _add(commands, "pack", "build what a trainee without a checkout gets, with no key in it", _pack)
    pack.add_argument("--to", type=Path, default=Path("dist"), help="the folder to write it into (default: dist)")
    zips = _add(commands, "zips", "take the zips of trainees through to a grade and a feedback page", _zips)
    zips.add_argument("zips", type=Path, nargs="*", help="zips, or folders of them; those in downloaded/ are taken too")
    zips.add_argument("--again", action="store_true", help="also those that have a feedback page, after a regrade")
    _add(commands, "export", "grades as CSV and for Canvas, items as QTI 3.0 and Moodle XML", _export)
    moodle = _add(commands, "import-moodle", "questions of a Moodle XML file as item cells", _import_moodle)
    moodle.add_argument("file", type=Path, help="what Moodle's question bank exports as Moodle XML")
    remove = _add(commands, "remove", "take a trainee out of gradebook, journals and reports", _remove)
    remove.add_argument("trainee", help="the trainee's id")
    remove.add_argument("--yes", action="store_true", help="do not ask; without it, what would go is shown first")

    _add(commands, "backup", "back up the gradebook into backups/", _backup)
    restore = _add(commands, "restore", "bring a backup back; the present gradebook is backed up first", _restore)
    restore.add_argument("file", type=Path, help="a file of backups/")
    regrade = _add(commands, "regrade", "grade changed items of an assignment again, by its master", _regrade)
    regrade.add_argument("assignment", help="its name, such as quiz-03-ero-finding-and-arresting")
    regrade.add_argument("--dry-run", action="store_true", help="only say what would change")
    regrade.add_argument("--pass-mark", type=float, metavar="PERCENT", help="default: c.ClassReport.pass_mark, else 70")

    facts = commands.add_parser("facts", help="what an author asks of the facts").add_subparsers(
        required=True, metavar="QUESTION"
    )
    due = _add(facts, "due", "the facts whose check no longer counts after a day", _due)
    due.add_argument("by", type=date.fromisoformat, help="the day, such as 2027-02-22")
    touches = _add(facts, "touches", "lessons, quizzes, items and explorers that rest on a fact", _touches)
    touches.add_argument("fact", help="the fact's id")
    _add(facts, "coverage", "each objective with its items, and the facts that nothing uses", _coverage)
    _add(commands, "pages", "write citations, Sources, glossary, sources and map anew from their data", _pages)

    for command in (lab, paper):
        command.add_argument("--language", help="such as en or es (default: en)")
    for command in (report, demo):
        command.add_argument("--only-write", action="store_true", help="write it and print where; open nothing")
    for command in (lab, teach, report, demo):
        command.add_argument("--no-browser", action="store_true", help="only print the address")
        command.add_argument("--port", type=int, default=0, help="the port to serve on (default: a free one)")
    return parser


Handler = Callable[[argparse.Namespace], None]


def _add(commands, name: str, text: str, run: Handler) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    command.set_defaults(run=run)
    return command


def _course() -> "Course":
    """The course that this folder is. Raises Refused."""
    from icecourse import course_root

    return course_root.require(Path.cwd())


def _here_or_bundled(options: argparse.Namespace) -> "Course":
    """The course of this folder if it is one; else what ships with the package. Speaks the language asked for."""
    import os

    from icecourse.content.words import LANGUAGE
    from icecourse.curriculum import Course, bundled

    if options.language:
        os.environ[LANGUAGE] = options.language
    course = Course(Path.cwd())
    return course if course.is_checkout and course.lessons else bundled()


def _print_lines(lines: Iterable[object]) -> None:
    for line in lines:
        print(line)


# -- for a trainee -----------------------------------------------------------------------------------------------


def _lab(options: argparse.Namespace) -> None:
    from icecourse.desk.layout import START
    from icecourse.desk.serve import serve
    from icecourse.instructor import opening

    desk = opening.lay_desk(_here_or_bundled(options), options.desk, options.exchange, options.trainee)
    serve(desk.folder, f"/notebooks/{START}", desk.private / "config", options.port, not options.no_browser)


def _print(options: argparse.Namespace) -> None:
    from icecourse.author import handout

    page = handout.find(_here_or_bundled(options), options.page, options.key)
    target = options.to or Path("handouts") / f"{page.name}{'-key' if options.key else ''}.html"
    handout.write(page, options.key, target)
    print(f"{target} is written: open it in a browser and print it.")


# -- for the instructor ------------------------------------------------------------------------------------------


def _teach(options: argparse.Namespace) -> None:
    from icecourse.instructor import opening

    course = _course()
    opening.fill_gradebook(course)
    opening.open_course(course.root, "/lab", options.port, not options.no_browser)


def _report(options: argparse.Namespace) -> None:
    _open_report(options, _course().root)


def _open_report(options: argparse.Namespace, root: Path) -> None:
    from icecourse.instructor import opening
    from icecourse.instructor.report import page

    path = page.write(root)
    print(f"The class report is {path}; nothing left this machine.")
    if not options.only_write:
        address = f"/files/{path.relative_to(root).as_posix()}"
        opening.open_course(root, address, options.port, not options.no_browser)


def _demo(options: argparse.Namespace) -> None:
    from icecourse.instructor import demo

    root = options.folder.resolve()
    print("Building a demo class of 40 simulated trainees: about half a minute.", flush=True)
    chosen = {"seed": options.seed, "most": options.assignments}
    simulation = demo.build(root, **{name: value for name, value in chosen.items() if value is not None})
    print(
        f"{len(simulation.handed_in)} submissions of {len(simulation.people)} simulated trainees are graded in {root}."
    )
    print("Two of the items are broken on purpose. Find them in the report.", flush=True)
    _open_report(options, root)


def _records(options: argparse.Namespace) -> None:
    from icecourse.instructor.report import page

    root = _course().root
    paths = page.write_records(root)
    folder = paths[-1].parent
    print(f"{len(paths) - 1} record(s) of completion and one of the class are in {folder}; print and sign them.")


def _roster(options: argparse.Namespace) -> None:
    from icecourse.instructor import roster

    root = _course().root
    enrolment = roster.enrol(root, roster.read(options.file))
    print(f"{len(enrolment.new)} new, {len(enrolment.changed)} changed, {len(enrolment.same)} as they were.")


def _pack(options: argparse.Namespace) -> None:
    from icecourse.instructor import pack

    course = _course()
    print(f"The trainee pack is {pack.build(course, options.to)}; send it as it is.")


def _zips(options: argparse.Namespace) -> None:
    from icecourse.instructor import zips

    root = _course().root
    _print_lines(zips.take_in(root, options.zips, options.again))


def _export(options: argparse.Namespace) -> None:
    from icecourse.instructor import export

    root = _course().root
    folder, losses = export.write(root)
    print(f"In {folder}: grades.csv, canvas.csv, by-item.csv, by-objective.csv; items.xml (Moodle), items.qti.zip.")
    print("The items carry their keys: keep the last two from trainees.")
    if losses:
        print("Not the same elsewhere:", *losses, sep="\n  ")


def _import_moodle(options: argparse.Namespace) -> None:
    from icecourse.instructor import import_moodle

    root = _course().root
    print(import_moodle.take_in(root, options.file))


def _remove(options: argparse.Namespace) -> None:
    from icecourse.instructor import privacy

    root, trainee = _course().root, options.trainee
    traces = privacy.traces(root, trainee)
    if not options.yes:
        print(f"This would remove everything that the course keeps of {trainee}:\n{privacy.listed(root, traces)}")
        if not sys.stdin.isatty() or input(f"Type {trainee} to remove it: ") != trainee:
            raise Refused("nothing was removed; add --yes to remove it without being asked.")
    print(f"Removed of {trainee}:\n{privacy.listed(root, privacy.remove(root, trainee))}")
    print("Not touched: the trainee's own desk, and what was sent or printed.")
    if backups := privacy.backups_with(root, trainee):
        print("These backups still hold the trainee; delete each as soon as you can do without it:")
        _print_lines(f"  {path.relative_to(root)}" for path in backups)


def _backup(options: argparse.Namespace) -> None:
    from icecourse.course_root import course_directory
    from icecourse.grading import backup

    root = _course().root
    print(f"The gradebook is backed up: {backup.back_up(course_directory(root).db_url, root / backup.FOLDER)}")


def _restore(options: argparse.Namespace) -> None:
    from icecourse.course_root import course_directory
    from icecourse.grading import backup

    root = _course().root
    backup.check(options.file)
    _backup(options)
    backup.restore(course_directory(root).db_url, options.file)
    print(f"The gradebook is what it was in {options.file}.")


def _regrade(options: argparse.Namespace) -> None:
    import logging

    from icecourse.course_root import ClassReport, settings
    from icecourse.grading import regrade

    root, assignment = _course().root, options.assignment
    logging.getLogger("traitlets").setLevel(logging.ERROR)  # nbgrader would tell every step
    plan = regrade.plan(root, assignment)
    mark = options.pass_mark if options.pass_mark is not None else 100 * ClassReport(config=settings(root)).pass_mark
    _print_lines(regrade.sentences(assignment, plan, mark))
    if options.dry_run or not plan.items:
        print("Nothing was written.")
        return
    backup = regrade.carry_out(root, assignment, plan)
    print(f"Written. The gradebook as it was: {backup}; to bring it back:\n  icecourse restore {backup}")
    print(f"Next: nbgrader generate_feedback {assignment} --force, then release_feedback.")


# -- for an author -----------------------------------------------------------------------------------------------


def _due(options: argparse.Namespace) -> None:
    from icecourse.author import upkeep

    _course()
    _print_lines(upkeep.due(options.by))


def _touches(options: argparse.Namespace) -> None:
    from icecourse.author import upkeep

    course = _course()
    places = upkeep.touches(course, options.fact)
    _print_lines(places or ["Nothing uses it; it stands in the sources page."])


def _coverage(options: argparse.Namespace) -> None:
    from icecourse.author import upkeep

    course = _course()
    _print_lines(upkeep.coverage(course))


def _pages(options: argparse.Namespace) -> None:
    from icecourse.author import pages

    course = _course()
    _print_lines(pages.write(course))


if __name__ == "__main__":
    main()
