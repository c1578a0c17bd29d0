"""``icecourse lab`` opens a trainee's desk, ``icecourse teach`` an instructor's course; the rest serves that course."""

import argparse
import getpass
import json
import os
import secrets
import socket
import sys
import webbrowser
from pathlib import Path
from urllib.parse import quote

from icecourse import __version__
from icecourse.author.handout import find, write
from icecourse.content.words import LANGUAGE, language
from icecourse.curriculum import Course, bundled
from icecourse.desk.layout import START, Desk, DeskError, trust
from icecourse.instructor import commands as instructor_commands
from icecourse.instructor.opening import fill_gradebook, hand_out
from icecourse.refused import Refused


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="icecourse", description="ICE for Paralegals: training, not legal advice.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    lab = commands.add_parser("lab", help="open the trainee's desk in the browser")
    lab.add_argument("--desk", type=Path, help="the folder to work in (default: desk)")
    lab.add_argument("--exchange", type=Path, help="nbgrader's exchange, where the class has one")
    lab.add_argument("--trainee", help="your id as your instructor knows it (asked once, then kept)")
    teach = commands.add_parser("teach", help="open the course with nbgrader's formgrader, for the instructor")
    for command in (lab, teach):
        command.add_argument("--no-browser", action="store_true", help="only print the address")
        command.add_argument("--port", type=int, default=0, help="the port to serve on (default: a free one)")
    paper = commands.add_parser("print", help="write a lesson or quiz as a page to print")
    paper.add_argument("page", help="how its name begins, such as 03 or quiz-03")
    paper.add_argument("--key", action="store_true", help="the instructor's key sheet instead")
    paper.add_argument("--to", type=Path, help="the file to write (default: handouts/NAME.html)")
    for command in (lab, paper):
        command.add_argument("--language", default=language(), help="such as en or es (default: en)")
    paper.set_defaults(run=_print)
    lab.set_defaults(run=_lab)
    teach.set_defaults(run=_teach)
    instructor_commands.add_commands(commands, _serve_course)
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except Refused as error:
        sys.exit(f"icecourse: {error}")


def _here() -> Course:
    """The course of this folder if it is one; else what ships with the package."""
    course = Course(Path.cwd())
    return course if course.is_checkout and course.lessons else bundled()


def _lab(options: argparse.Namespace) -> None:
    os.environ[LANGUAGE] = options.language
    course = _here()
    exchange = options.exchange
    if exchange is None and course.is_checkout and sys.platform != "win32":
        exchange = course.root / "exchange"
        hand_out(course)
    if exchange is not None and not exchange.is_dir():
        raise DeskError(f"There is no exchange at {exchange}; ask your instructor for its folder.")
    folder = (options.desk or Path("desk")).resolve()
    if Course(folder).is_checkout:
        raise DeskError(f"{folder} is an instructor's course; choose another folder with --desk.")
    desk = Desk(folder, exchange and exchange.resolve())
    report = desk.lay_out(course, lambda: options.trainee or _ask())
    for name in report.kept_beside:
        print(f"A newer lesson was laid out; your own copy is kept as {name}.")
    _serve(options, desk.folder, f"/notebooks/{START}", desk.private / "config")


def _print(options: argparse.Namespace) -> None:
    os.environ[LANGUAGE] = options.language
    page = find(_here(), options.page, options.key)
    target = options.to or Path("handouts") / f"{page.name}{'-key' if options.key else ''}.html"
    write(page, options.key, target)
    print(f"{target} is written: open it in a browser and print it.")


def _ask() -> str:
    own = getpass.getuser()
    if not sys.stdin.isatty():
        return own
    return input(f"Your trainee id, as your instructor knows it [{own}]: ") or own


def _teach(options: argparse.Namespace) -> None:
    course = Course(Path.cwd())
    if not course.is_checkout:
        raise DeskError(
            f"{course.root} is not a course: it has no source/ and nbgrader_config.py; run this in the checkout."
        )
    fill_gradebook(course)
    _serve_course(options, course.root, "/lab")


def _serve_course(options: argparse.Namespace, root: Path, page: str) -> None:
    """Open a page of an instructor's course, with the formgrader."""
    report = root / "instructor" / "class-report.ipynb"
    if report.is_file():
        trust(report)  # so that it starts when it is opened
    config = root / ".teach"
    (config / "labconfig").mkdir(parents=True, exist_ok=True)
    (config / "labconfig" / "page_config.json").write_text(
        json.dumps({"icecourse": "teach", "disabledExtensions": {"@jupyterlab/mathjax-extension": True}}),
        encoding="utf-8",
    )
    _serve(options, root, page, config)


def _serve(options: argparse.Namespace, root: Path, page: str, config: Path) -> None:
    """Run Jupyter on loopback with a token until it is stopped; open the browser or print one line with the address."""
    from notebook.app import JupyterNotebookApp

    port, token = options.port or _free_port(), secrets.token_hex(24)
    os.environ["JUPYTER_TOKEN"] = token  # not an argument: a process list is public
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        filter(None, [str(config), os.environ.get("JUPYTER_CONFIG_PATH")])
    )
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    # A kernel's history would carry the cells of other pages, keys of masters among them, into a quiz's traffic.
    os.environ["IPYTHONDIR"] = str(config / "ipython")
    profile = config / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text('c.HistoryManager.hist_file = ":memory:"\n', encoding="utf-8")
    os.environ.pop("NBGRADER_EXECUTION", None)  # nbgrader may leave it behind; lessons would turn into grading
    os.chdir(root)
    browser = not options.no_browser and _has_browser()
    address = f"http://127.0.0.1:{port}{quote(page)}?token={token}"
    print(
        f"ICE for Paralegals is at {address}" + ("" if browser else "  (open it in a browser; Ctrl+C stops it)"),
        flush=True,
    )
    JupyterNotebookApp.launch_instance(
        [
            f"--ServerApp.root_dir={root}",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.open_browser={browser}",
            f"--JupyterNotebookApp.default_url={page}",
            "--ServerApp.answer_yes=True",
            "--ServerApp.allow_root=True",
            "--Application.log_level=WARN",
        ]
    )


def _has_browser() -> bool:
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
