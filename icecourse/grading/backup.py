"""Back up the gradebook, and bring it back: ``icecourse backup`` and ``icecourse restore FILE``.

A backup is one SQLite file in ``backups/`` and itself a gradebook that nbgrader opens (``--db=sqlite:///...``).

- A gradebook in SQLite is copied by SQLite's own online backup, page by page, whatever tables it holds, while others
  may go on reading and grading; it comes back the same way.
- A gradebook at any other address (PostgreSQL) is read in one transaction, so that what others write meanwhile is in
  it whole or not at all: nbgrader's tables and ours. It comes back in one transaction, all or nothing, and only into
  the schema that it was made from. Other tables of that database, its users and their rights are not in it: for those
  use the database's own tools (``pg_dump``).

Killed at any moment, a backup leaves no file under its name, and a restored gradebook is the old one or the new one.
"""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.api import Base
from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, create_engine, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from icecourse.grading.gradebook import OURS
from icecourse.refused import Refused

FOLDER = "backups"
ROWS_AT_ONCE = 1000
SCHEMA = Table("alembic_version", MetaData(), Column("version_num", String(32), nullable=False))
TABLES = (SCHEMA, *Base.metadata.sorted_tables, *OURS.sorted_tables)


class BackupError(Refused):
    """A gradebook cannot be backed up or brought back. The message says what to do."""


def back_up(db_url: str, folder: Path) -> Path:
    """Write a backup of the gradebook at ``db_url`` into ``folder``; its path. Raises BackupError."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, suffix=".part")  # grades are nobody else's to read
    os.close(handle)
    try:
        with _engine(db_url) as source:
            if not inspect(source).has_table("assignment"):
                raise BackupError(f"There is no gradebook at {source.url!r} yet; nothing was backed up.")
            if source.dialect.name == "sqlite":
                _copy_sqlite(Path(source.url.database), Path(name))
            else:
                _copy_out(source, Path(name))
        check(Path(name))
        target = _free_name(folder)
        with open(name, "rb+") as file:
            os.fsync(file.fileno())
        os.link(name, target)  # unlike a rename it never takes the place of another backup
        return target
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        raise BackupError(f"The gradebook could not be backed up ({error}); nothing was changed.") from error
    finally:
        os.unlink(name)


def restore(db_url: str, file: Path) -> None:
    """Put the backup in the place of the gradebook at ``db_url``. Raises BackupError; then nothing was changed."""
    check(file)
    try:
        with _engine(db_url) as target:
            if target.dialect.name == "sqlite":
                _copy_sqlite(file, Path(target.url.database))
            else:
                _copy_in(file, target)
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        raise BackupError(f"{file} could not be brought back ({error}); the gradebook is as it was.") from error


def check(file: Path) -> None:
    """Raise BackupError unless the file is a whole gradebook."""
    if not file.is_file():
        raise BackupError(f"There is no backup at {file}.")
    try:
        with contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as link:
            whole = link.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            known = {name for (name,) in link.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.Error as error:
        raise BackupError(f"{file} is no gradebook ({error}); nothing was changed.") from error
    if not whole or not {"assignment", "grade", "alembic_version"} <= known:
        raise BackupError(f"{file} is no gradebook, or a damaged one; nothing was changed.")


@contextlib.contextmanager
def _engine(db_url: str) -> Iterator[Engine]:
    engine = create_engine(db_url)
    try:
        if engine.dialect.name == "sqlite" and not os.path.exists(engine.url.database or ""):
            raise BackupError(f"There is no gradebook at {engine.url!r}.")
        yield engine
    finally:
        engine.dispose()


def _copy_sqlite(source: Path, target: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(source.absolute().as_uri() + "?mode=ro", uri=True)) as old,
        contextlib.closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)


def _copy_out(source: Engine, file: Path) -> None:
    with (
        source.connect().execution_options(isolation_level="REPEATABLE READ") as old,
        _engine(f"sqlite:///{file}") as to,
    ):
        there = set(inspect(old).get_table_names())
        with to.begin() as new:
            for table in TABLES:
                table.create(new)
                if table.name in there:
                    _copy(old, new, table)


def _copy_in(file: Path, target: Engine) -> None:
    with _engine(f"sqlite:///{file}") as source, source.connect() as old, target.begin() as new:
        there = inspect(old).get_table_names()
        versions = [link.scalar(select(SCHEMA.c.version_num)) for link in (old, new)]
        if versions[0] != versions[1]:
            raise BackupError(
                f"{file} was made from another version of nbgrader's schema ({versions[0]}, here {versions[1]}); "
                "install the nbgrader that it was made with."
            )
        OURS.create_all(new)
        for table in reversed(TABLES):
            new.execute(table.delete())
        for table in TABLES:
            if table.name in there:
                _copy(old, new, table)


def _copy(old: Connection, new: Connection, table: Table) -> None:
    for rows in old.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table)).mappings().partitions():
        new.execute(table.insert(), [dict(row) for row in rows])
    count = select(func.count()).select_from(table)
    if old.scalar(count) != new.scalar(count):
        raise BackupError(f"The table {table.name} was not copied whole; nothing was changed.")


def _free_name(folder: Path) -> Path:
    stem = f"gradebook-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = (folder / f"{stem}{'' if number == 1 else f'-{number}'}.db" for number in range(1, 1000))
    return next(path for path in names if not path.exists())
