"""The answer journal: ``answers.jsonl`` beside the notebook, one line an answer, only ever appended to.

Appending is why two open tabs, a killed kernel or a flat battery lose nothing: no line is ever rewritten, and a
torn last line costs itself alone. The last line for an item counts, whatever its clock says. A line::

    {"item": "detainer-over-a-weekend", "version": "3f2a9c01", "response": ["tuesday"],
     "at": "2026-11-24T10:00:00+00:00"}
"""

import errno
import json
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

NAME = "answers.jsonl"
LONGEST = 2**16  # bytes of a line; an honest one has some hundreds
MOST = 2**26  # bytes of a journal that are read, from its end: the last line for an item counts
MARK = 2**8  # bytes by which a journal that was read is known again: the better part of a line, its time included


class JournalError(OSError):
    """An answer could not be kept or read. The message is one plain sentence for a trainee."""


@dataclass(frozen=True)
class Entry:
    """One answer. ``response``: a list of option ids. ``at``: ISO 8601 with the UTC offset."""

    item: str
    response: object
    at: str = ""
    version: str = ""
    confidence: str = ""


@dataclass(frozen=True)
class Journal:
    """What a journal file holds: its entries in file order, and how many lines could not be read as one."""

    entries: tuple[Entry, ...] = ()
    skipped: int = 0

    def last(self, item: str) -> Entry | None:
        """The entry that counts for an item: the last one in the file."""
        return next((entry for entry in reversed(self.entries) if entry.item == item), None)


def append(path: Path, entry: Entry) -> None:
    """Write one line and flush it to disk. Raises JournalError with a plain sentence; the file stays readable."""
    line = json.dumps({k: v for k, v in asdict(entry).items() if v != ""}, ensure_ascii=False).encode() + b"\n"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | PLAIN, 0o644)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError(errno.EINVAL, "not a regular file")
            size = os.lseek(handle, 0, os.SEEK_END)
            if size:  # a torn last line would swallow this one
                os.lseek(handle, size - 1, os.SEEK_SET)
                if os.read(handle, 1) != b"\n":
                    line = b"\n" + line
            while line:
                line = line[os.write(handle, line) :]
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise JournalError(_sentence(path, error)) from error


def read(path: Path, only: Collection[str] | None = None) -> Journal:
    """Every line that is an answer; lines that are torn, foreign or garbage are skipped and counted.

    With ``only``, no more than the last entry of each of these items is kept, so that a journal of any size takes
    little memory. A missing file is an empty journal. Raises JournalError where there is something that is not a file.
    """
    try:
        with _opened(path) as file:
            return _journal(_lines(file), only)
    except FileNotFoundError:
        return Journal()


class Reader:
    """Reads one journal again and again: the whole file once, and then only what was appended to it.

    Other windows append to the same file, so what the disk holds is what counts, our own lines included. A file that
    was replaced, cut or taken away is read anew.
    """

    def __init__(self, path: Path):
        self._path = path
        self._forget()

    def read(self) -> Journal:
        """Every entry so far, as ``read`` gives them. Raises JournalError as it does."""
        try:
            with _opened(self._path) as file:
                file.seek(self._end - len(self._mark))
                if file.read(len(self._mark)) != self._mark:
                    self._forget()
                lines = list(_lines(file, self._end))
                # A last line without its end may still be in writing: it counts as it stands and is read again.
                torn = [lines.pop()] if lines and not lines[-1].endswith(b"\n") else []
                self._journal = _joined(self._journal, _journal(lines))
                self._end = file.tell() - sum(map(len, torn))
                start = file.seek(max(0, self._end - MARK))
                self._mark = file.read(self._end - start)
                return _joined(self._journal, _journal(torn))
        except FileNotFoundError:
            self._forget()
            return Journal()

    def _forget(self) -> None:
        self._journal = Journal()
        self._end = 0  # up to here the file was read
        self._mark = b""  # the bytes before that place, by which it is known again


def now() -> str:
    """The time of an entry: UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def when(at: str) -> datetime | None:
    """An entry's time; None for what is none, or lies so far off that one cannot reckon with it."""
    try:
        time = datetime.fromisoformat(at)
    except ValueError:
        return None
    if not 1970 < time.year < 3000:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


# A link is never followed, and a pipe never waited for. Windows has neither flag; its text mode must be off.
PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file for reading. Raises FileNotFoundError where there is none, JournalError for every other fault."""
    try:
        with open(os.open(path, os.O_RDONLY | PLAIN), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(errno.EINVAL, "not a regular file")
            yield file
    except FileNotFoundError:
        raise
    except OSError as error:
        raise JournalError(_sentence(path, error)) from error


def _lines(file: BinaryIO, start: int = 0) -> Iterator[bytes]:
    """The lines of a journal from byte ``start``; one that is too long comes as nothing that could be an answer."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(start, size - MOST))
    if size - MOST > start:
        file.readline()  # what is left of the line that was cut
    while line := file.readline(LONGEST):
        long = len(line) == LONGEST and not line.endswith(b"\n")
        while long and (rest := file.readline(LONGEST)) and not rest.endswith(b"\n"):
            pass
        yield b"?\n" if long else line


def _journal(lines: Iterable[bytes], only: Collection[str] | None = None) -> Journal:
    entries: list[Entry] = []
    last: dict[str, Entry] = {}
    skipped = 0
    for line in lines:
        entry = _entry(line)
        if entry and only is None:
            entries.append(entry)
        elif entry and entry.item in only:
            last.pop(entry.item, None)  # file order: the last one comes last
            last[entry.item] = entry
        elif not entry and line.strip():
            skipped += 1
    return Journal(tuple(entries or last.values()), skipped)


def _joined(before: Journal, after: Journal) -> Journal:
    return Journal(before.entries + after.entries, before.skipped + after.skipped)


def _entry(line: bytes) -> Entry | None:
    try:
        data = json.loads(line)
        texts = {name: data.get(name, "") for name in ("item", "at", "version", "confidence")}
        if not texts["item"] or not all(isinstance(text, str) for text in texts.values()):
            return None
        return Entry(response=data["response"], **texts)
    except Exception:  # a line is whatever somebody's disk holds; RecursionError is no ValueError
        return None


def _sentence(path: Path, error: OSError) -> str:
    if path.is_dir():
        return f"There is a folder named {path.name} where answers are kept: rename it, then press Save again."
    reasons = {
        errno.ENOSPC: "The disk is full: free some space, then press Save again.",
        errno.EDQUOT: "Your disk quota is used up: free some space, then press Save again.",
        errno.EFBIG: "The disk takes no more data for this file: free some space, then press Save again.",
        errno.EROFS: "The folder is read-only: move the course folder to one that you can write to.",
        errno.EACCES: "You may not write in this folder: move the course folder to one that you can write to.",
        errno.EPERM: "You may not write in this folder: move the course folder to one that you can write to.",
        errno.ELOOP: f"{path.name} is a link, not a file: remove the link, then press Save again.",
        errno.EINVAL: f"{path.name} is not an ordinary file: rename it, then press Save again.",
        errno.ENXIO: f"{path.name} is not an ordinary file: rename it, then press Save again.",
        errno.ENOENT: "The folder of this page is gone: open the page from its new place.",
    }
    return reasons.get(error.errno, f"The disk answered: {error.strerror or error}. Press Save again.")
