"""Shared by the tests: one small item, scratch courses cut from this checkout, nbgrader's own command line."""

import os
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
from filelock import FileLock
from hypothesis import settings
from nbgrader.api import Gradebook
from playwright.sync_api import sync_playwright
from servers import end_kernels, serving
from sqlalchemy import create_engine, text

from icecourse.curriculum import COURSE_ID, Course
from icecourse.desk.layout import Desk
from icecourse.instructor import pack
from icecourse.instructor.opening import hand_out
from icecourse.item.grammar import parse

ROOT = Path(__file__).parents[1]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
LONG = bool(os.environ.get("ICECOURSE_LONG"))  # make test-all: tests marked long_form do all that they can
_SHARED = "ICECOURSE_SHARED"  # the folder of what is made once for all of pytest-xdist's workers

# nbgrader calls alembic by name, so the environment's own programs must be found first.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # kernels start several times slower with it

settings.register_profile("course", deadline=None)  # on a loaded machine one example may take more than 200 ms
settings.load_profile("course")

ITEM = '''%%item release-on-friday
objective = "compute-detainer-window"
level     = "apply"
stem      = """
The jail would otherwise release the client on a Friday at 5 p.m.

When does the extra hold run out?
"""
[options]
sunday  = "Sunday, 5 p.m."
monday  = "Monday, 5 p.m."
tuesday = "Tuesday, 5 p.m."
### BEGIN KEY
[key]
correct = ["tuesday"]
facts   = ["detainer-48-hours-excludes-weekends"]
hint    = "Which days are left out?"
[rationale]
sunday  = "This counts the weekend."
monday  = "This leaves out one day."
tuesday = "Neither Saturday nor Sunday counts."
### END KEY
'''


# The example of each kind in CONTRIBUTING.md, by kind.
EXAMPLES = {
    parse(source).kind: source
    for source in re.findall(
        r"^```\n(%%item .*?)^```$", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.M | re.S
    )
}


def pytest_configure(config):
    if not hasattr(config, "workerinput"):  # the run itself, which starts before its workers and ends after them
        folder = Path(tempfile.mkdtemp(prefix="icecourse-shared-", dir=_fast()))
        folder.chmod(0o755)  # PostgreSQL runs as another user
        os.environ[_SHARED] = str(folder)


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput") and (shared := os.environ.pop(_SHARED, None)):
        if (Path(shared) / "postgres" / "data" / "postmaster.pid").exists():
            _postgres(Path(shared) / "postgres", "pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(shared, ignore_errors=True)


def pytest_collection_modifyitems(items):
    """The longest first, so that no worker is left alone with one at the end: by the seconds in ``slow(seconds)``."""

    def seconds(test) -> float:
        mark = test.get_closest_marker("slow")
        return mark.args[0] if mark else 0

    items.sort(key=seconds, reverse=True)


def _fast() -> Path | None:
    """Where memory serves as a disk; None for the system's own folder of temporary files."""
    shm = Path("/dev/shm")
    return shm if os.access(shm, os.W_OK) else None


def once(name: str, build: Callable[[Path], object]) -> tuple[Path, object]:
    """A folder that the first worker to ask fills with ``build(folder)``, and what that returned; the others wait.

    Nobody may change the folder: a test that has to takes a copy.
    """
    folder = Path(os.environ[_SHARED]) / name
    outcome = folder.with_suffix(".pickle")
    with FileLock(folder.with_suffix(".lock")):
        if not outcome.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a worker that failed: this one says why again
            folder.mkdir()
            outcome.write_bytes(pickle.dumps(build(folder)))
    return folder, pickle.loads(outcome.read_bytes())


@pytest.fixture
def item_source() -> str:
    return ITEM


@pytest.fixture(scope="session")
def checkout() -> Course:
    return Course(ROOT)


@pytest.fixture
def scratch():
    """An empty folder on a fast disk, open to other users so that permissions can be tried for real."""
    folder = Path(tempfile.mkdtemp(prefix="icecourse-", dir=_fast()))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home(scratch, monkeypatch) -> Path:
    """A home of its own for Jupyter: no settings, signatures or caches of the person who runs the tests."""
    return settle(scratch / "home", monkeypatch)


def settle(folder: Path, monkeypatch) -> Path:
    """Make ``folder`` the home of this process, and of those that it starts."""
    for name, place in home_variables(folder).items():
        monkeypatch.setenv(name, place)
    return folder


def home_variables(folder: Path) -> dict[str, str]:
    """The environment that makes ``folder`` a home, with its folders made."""
    places = {
        "HOME": "",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "XDG_CACHE_HOME": "cache",
    }
    for place in places.values():
        (folder / place).mkdir(parents=True, exist_ok=True)
    return {name: str(folder / place) for name, place in places.items()}


@pytest.fixture(scope="session")
def empty_gradebook() -> Path:
    """Made once: nbgrader starts alembic, which takes seconds, for each new gradebook."""

    def build(folder: Path) -> None:
        Gradebook(f"sqlite:///{folder / 'gradebook.db'}", COURSE_ID).close()

    return once("gradebook", build)[0] / "gradebook.db"


# A test with this mark runs twice, with course_root's gradebook in SQLite and in PostgreSQL.
_POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.slow(6))
both_databases = pytest.mark.parametrize("database", ["sqlite", _POSTGRESQL], indirect=True)


@pytest.fixture(scope="session")
def postgres() -> str:
    """The address of a PostgreSQL server of our own: an ordinary user's, on a socket in a folder.

    Started once for all workers; pytest_unconfigure stops it. It holds the database "empty", with an empty gradebook,
    which is to be used as a template only.
    """
    if not _postgres_programs():
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    pytest.importorskip("psycopg", reason="no psycopg here: make installs it")

    def build(folder: Path) -> str:
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(folder, "postgres", "postgres")
        _postgres(folder, "initdb", "--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        _postgres(folder, "pg_ctl", "-w", "-l", f"{folder}/log", "-o", options, "start")
        address = f"postgresql+psycopg://postgres@/%s?host={folder}"
        _sql(address, "CREATE DATABASE empty")
        Gradebook(address % "empty", COURSE_ID).close()
        return address

    return once("postgres", build)[1]


def _postgres_programs() -> Path | None:
    """The folder of initdb and pg_ctl, which Debian keeps out of the PATH."""
    at = shutil.which("initdb") or next(iter(sorted(Path("/").glob("usr/lib/postgresql/*/bin/initdb"))), None)
    return Path(at).resolve().parent if at else None


def _postgres(folder: Path, program: str, *words: str) -> None:
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    command = [_postgres_programs() / program, "-D", f"{folder}/data", *words]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120, **user)


def _sql(postgres: str, statement: str) -> None:
    engine = create_engine(postgres % "postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as link:
        link.execute(text(statement))
    engine.dispose()


@pytest.fixture
def database(request) -> str:
    """The address of the course's gradebook; "" for nbgrader's own choice, SQLite in the course's folder."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return ""
    postgres = request.getfixturevalue("postgres")
    name = f"gradebook_{uuid4().hex}"
    with FileLock(Path(os.environ[_SHARED]) / "template.lock"):  # a template can be copied by one at a time
        _sql(postgres, f"CREATE DATABASE {name} TEMPLATE empty")
    return postgres % name


@pytest.fixture
def course_root(scratch, home, empty_gradebook, database) -> Path:
    """A course root as an instructor has it: masters, releases, lessons, settings and an empty gradebook.

    Of the quizzes the first three alone: what holds for them holds for sixteen, in a fifth of the time.
    """
    root = lay_course(scratch / "course", FEW)
    if database:
        with (root / "nbgrader_config.py").open("a") as config:
            config.write(f"\nc.CourseDirectory.db_url = {database!r}\n")
    else:
        shutil.copy(empty_gradebook, root)
    return root


@pytest.fixture
def whole_course(scratch, home, empty_gradebook) -> Path:
    """The same with every assignment."""
    root = lay_course(scratch / "whole", ("*",))
    shutil.copy(empty_gradebook, root)
    return root


FEW = ("quiz-01-*", "quiz-02-*", "quiz-03-*")


def lay_course(root: Path, assignments: tuple[str, ...]) -> Path:
    root.mkdir()
    leave = shutil.ignore_patterns("answers.jsonl", ".ipynb_checkpoints")
    shutil.copytree(ROOT / "lessons", root / "lessons", ignore=leave)
    for name in ("source", "assignments"):
        for folder in (path for pattern in assignments for path in (ROOT / name).glob(pattern)):
            shutil.copytree(folder, root / name / folder.name, ignore=leave)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    return root


def run_nbgrader(folder: Path, *words: str, check: bool = True) -> str:
    """Stock nbgrader on the command line: ``run_nbgrader(folder, "submit", "quiz-03-...")`` gives what it printed.

    Fails the test where the command fails, unless ``check`` is False.
    """
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=folder, env=os.environ, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    printed = done.stdout + done.stderr
    assert not check or done.returncode == 0, printed
    return printed


@pytest.fixture
def nbgrader():
    return run_nbgrader


@pytest.fixture(scope="session")
def trainee_pack() -> Path:
    """The pack of this checkout, unpacked as a system's own tool does: with the bits that make a script a program."""

    def build(folder: Path) -> None:
        with zipfile.ZipFile(pack.build(Course(ROOT), folder)) as archive:
            archive.extractall(folder)
            for entry in archive.infolist():
                (folder / entry.filename).chmod(entry.external_attr >> 16)

    return once("pack", build)[0] / pack.NAME


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests of a worker."""
    if not CHROMIUM:
        pytest.skip("no Chromium here: apt-get install chromium, or your system's way")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context(browser):
    """Windows that share what they have loaded of JupyterLab; a new browser would compile its scripts each time."""
    with browser.new_context(viewport={"width": 1100, "height": 900}) as context:
        yield context


@pytest.fixture(scope="session")
def laid_out(empty_gradebook) -> Path:
    """course/ with its quizzes handed out, ann's desk/ as ``icecourse lab`` lays it out, and home/ where it is signed.

    Tests take copies: laying it out asks nbgrader to release and fetch every quiz.
    """

    def build(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            settle(folder / "home", patch)
            root = lay_course(folder / "course", FEW)
            shutil.copy(empty_gradebook, root)
            hand_out(Course(root))
            Desk(folder / "desk", root / "exchange").lay_out(Course(root), lambda: "ann")

    return once("laid-out", build)[0]


class SharedDesk(NamedTuple):
    """``name``: what the folders of one test begin with, on a desk that other tests use before and after it."""

    address: str  # with its token
    folder: Path
    home: Path
    name: str


@pytest.fixture(scope="session")
def desk_server(laid_out):
    """The server of a desk that the tests of one worker share, by ``shared_desk``."""
    folder = Path(tempfile.mkdtemp(prefix="icecourse-desk-", dir=_fast()))
    shutil.copytree(laid_out, folder, dirs_exist_ok=True)
    lab = [sys.executable, "-m", "icecourse", "lab", "--desk", folder / "desk", "--no-browser", "--trainee", "ann"]
    with serving(lab, folder / "course", folder / "lab.log", home_variables(folder / "home")) as address:
        yield address, folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def shared_desk(desk_server, monkeypatch):
    """A running desk, on which this test uses only folders that begin with its own name."""
    address, folder = desk_server
    desk = SharedDesk(address, folder / "desk", settle(folder / "home", monkeypatch), f"test-{uuid4().hex[:8]}")
    yield desk
    for place in desk.folder.glob(f"{desk.name}*"):
        end_kernels(address, place.name)
    shutil.rmtree(desk.home / "config" / "lab", ignore_errors=True)  # the theme
