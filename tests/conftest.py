"""Shared by the tests: one small item, scratch courses cut from this checkout, nbgrader's own command line."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, text

from icecourse.curriculum import COURSE_ID, Course
from icecourse.item.grammar import parse

ROOT = Path(__file__).parents[1]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

# nbgrader calls alembic by name, so the environment's own programs must be found first.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # kernels start several times slower with it

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


@pytest.fixture
def item_source() -> str:
    return ITEM


@pytest.fixture(scope="session")
def checkout() -> Course:
    return Course(ROOT)


@pytest.fixture
def scratch():
    """An empty folder on a fast disk, open to other users so that permissions can be tried for real."""
    shm = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="icecourse-", dir=shm if os.access(shm, os.W_OK) else None))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home(scratch, monkeypatch) -> Path:
    """A home of its own for Jupyter: no settings, signatures or caches of the person who runs the tests."""
    folder = scratch / "home"
    places = {
        "HOME": "",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "XDG_CACHE_HOME": "cache",
    }
    for name, place in places.items():
        (folder / place).mkdir(parents=True, exist_ok=True)
        monkeypatch.setenv(name, str(folder / place))
    return folder


@pytest.fixture(scope="session")
def empty_gradebook(tmp_path_factory) -> Path:
    """Made once: nbgrader starts alembic, which takes seconds, for each new gradebook."""
    path = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    Gradebook(f"sqlite:///{path}", COURSE_ID).close()
    return path


# A test with this mark runs twice, with course_root's gradebook in SQLite and in PostgreSQL.
both_databases = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(scope="session")
def postgres():
    """The address of a PostgreSQL server of our own, for the session: an ordinary user's, on a socket in a folder."""
    at = shutil.which("initdb") or next(iter(sorted(Path("/").glob("usr/lib/postgresql/*/bin/initdb"))), None)
    if not at:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    pytest.importorskip("psycopg", reason="no psycopg here: make installs it")
    programs, root = Path(at).resolve().parent, hasattr(os, "geteuid") and os.geteuid() == 0
    with tempfile.TemporaryDirectory(prefix="icecourse-postgres-", dir="/dev/shm" if root else None) as folder:
        if root:  # PostgreSQL refuses to run as root
            shutil.chown(folder, "postgres", "postgres")
        user = {"user": "postgres", "group": "postgres", "extra_groups": []} if root else {}

        def run(program, *words):
            command = [programs / program, "-D", f"{folder}/data", *words]
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120, **user)

        run("initdb", "--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://postgres@/%s?host={folder}"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")


@pytest.fixture(scope="session")
def empty_postgres(postgres) -> str:
    """As empty_gradebook: a database with an empty gradebook, to be used as a template only."""
    _sql(postgres, "CREATE DATABASE empty")
    Gradebook(postgres % "empty", COURSE_ID).close()
    return "empty"


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
    postgres, template = request.getfixturevalue("postgres"), request.getfixturevalue("empty_postgres")
    name = f"gradebook_{uuid4().hex}"
    _sql(postgres, f"CREATE DATABASE {name} TEMPLATE {template}")
    return postgres % name


@pytest.fixture
def course_root(scratch, home, empty_gradebook, database) -> Path:
    """A course root as an instructor has it: masters, releases, lessons, settings and an empty gradebook.

    Of the quizzes the first three alone: what holds for them holds for sixteen, in a fifth of the time.
    """
    root = lay_course(scratch / "course", ("quiz-01-*", "quiz-02-*", "quiz-03-*"))
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


def lay_course(root: Path, assignments: tuple[str, ...]) -> Path:
    root.mkdir()
    leave = shutil.ignore_patterns("answers.jsonl", ".ipynb_checkpoints")
    shutil.copytree(ROOT / "lessons", root / "lessons", ignore=leave)
    for name in ("source", "assignments"):
        for folder in (path for pattern in assignments for path in (ROOT / name).glob(pattern)):
            shutil.copytree(folder, root / name / folder.name, ignore=leave)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    return root


@pytest.fixture
def nbgrader():
    """Stock nbgrader on the command line: ``nbgrader(folder, "submit", "quiz-03-...")``; fails the test on an error."""

    def run(folder: Path, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=folder, env=os.environ, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        printed = done.stdout + done.stderr
        assert not check or done.returncode == 0, printed
        return printed

    return run
