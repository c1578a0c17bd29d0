"""What trainees hand in, taken in as plain files: for ``nbgrader zip_collect`` and ``nbgrader collect``.

nbgrader unpacks a zip however large it grows, into whatever folder its names and its file's name climb to, zips in
zips included, and one odd time in a name stops the whole collection. Its exchange copies what the links of a hand-in
point to, read with the instructor's rights: another trainee's answers, or the keys. Here a zip gives its quiz, its
answers, each bounded; the exchange gives regular files alone. A hand-in with answers and no notebook gets
an empty one, because nbgrader does not see a submission without: grading says that it is empty.
"""

import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from nbgrader.plugins import ExtractorPlugin
from nbgrader.utils import parse_utc

from icecourse.desk.hand_in_names import zip_name
from icecourse.grading.nbgrader_private import TolerantCollect, hand_in_time
from icecourse.grading.submission import LARGEST, TIMESTAMP, shown, time_of
from icecourse.item import journal

RETURNED = "returned"  # the folder of the zips that carry feedback back
LARGEST_ZIP = 2**24  # bytes
AT_A_TIME = 2**16  # bytes that are unpacked at once


class ZipExtractor(ExtractorPlugin):
    """For ``c.ZipCollectApp.extractor_plugin``: unpacks TRAINEE+ASSIGNMENT+TIME.zip, and says what it leaves."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack every zip of the present assignment into a folder of its own."""
        assignment = self.parent.coursedir.assignment_id
        for entry in sorted(os.scandir(archive_path), key=lambda entry: entry.name):
            try:
                self._unpack(entry, assignment, Path(extracted_path))
            except ValueError as error:
                self.log.warning("%s: not collected, %s.", shown(entry.name), error)

    def _unpack(self, entry: os.DirEntry, assignment: str, to: Path) -> None:
        name = zip_name(entry.name)
        if not name:
            raise ValueError("for it is not named TRAINEE+ASSIGNMENT+TIME.zip")
        if name.trainee.startswith(".") or not name.trainee.isprintable():
            raise ValueError("for its trainee's id cannot be the name of a folder")
        if name.assignment != assignment:
            raise ValueError(f"for it is of the assignment {shown(name.assignment)}")
        try:
            parse_utc(name.time)
        except (ValueError, OverflowError):
            raise ValueError("for its name holds no time") from None
        if not entry.is_file(follow_symlinks=False):
            raise ValueError("for it is not an ordinary file")
        if entry.stat(follow_symlinks=False).st_size > LARGEST_ZIP:
            raise ValueError(f"for it is larger than {LARGEST_ZIP / 2**20:g} MB")
        try:
            with zipfile.ZipFile(entry.path) as archive:
                files, left = _files(archive, assignment)
        except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
            raise ValueError(f"for it is torn or no zip ({shown(error)})") from None
        if f"{assignment}.ipynb" not in files and journal.NAME not in files:
            raise ValueError("for it holds neither the quiz nor answers")
        folder = to / entry.name.removesuffix(".zip")
        folder.mkdir(parents=True)
        for file, content in files.items():
            (folder / file).write_bytes(content)
        _fill(folder, assignment)
        if left:
            more = f" and {len(left) - 5} more" if len(left) > 5 else ""
            self.log.warning("%s: left out: %s%s.", shown(entry.name), ", ".join(left[:5]), more)


class PlainCollect(TolerantCollect):
    """For ``c.ExchangeFactory.collect``: copies the regular files of a hand-in, and follows nothing."""

    def init_src(self) -> None:
        """As nbgrader's, without hand-ins whose names climb or hold no time."""
        super().init_src()
        for record in list(self.src_records):
            name = record["username"]
            if not name or name.startswith(".") or not name.isprintable():
                self.log.warning("%s: not collected, for its name is none of a hand-in.", shown(record["filename"]))
                self.src_records.remove(record)

    def do_copy(self, src: str, dest: str, log=None) -> None:
        """Copy one hand-in from the exchange. Of one that is no folder nothing is copied."""
        course, name = self.coursedir, shown(os.path.basename(src))
        with tempfile.TemporaryDirectory() as private:
            plain = Path(private) / "plain"
            plain.mkdir()
            try:
                left = list(_copy_plain(Path(src), plain, 1000 * min(course.max_file_size, course.max_dir_size)))
            except OSError as error:
                self.log.warning("%s: not collected, for it is no ordinary folder (%s).", name, error.strerror)
                return
            _fill(plain, course.assignment_id)
            if not time_of(plain)[1]:  # without a time nobody would be late; the folder's name has it too
                (plain / TIMESTAMP).write_text(hand_in_time(os.path.basename(src)))
            if left:
                self.log.warning("%s: left out, for they are no ordinary files: %s.", name, ", ".join(left[:5]))
            super().do_copy(str(plain), dest, log)


def _files(archive: zipfile.ZipFile, assignment: str) -> tuple[dict[str, bytes], list[str]]:
    """The quiz and the answers of a zip, by name, and what is left of it. Raises what zipfile raises."""
    files: dict[str, bytes] = {}
    left: list[str] = []
    for member in archive.infolist():
        name = member.filename
        if name not in (f"{assignment}.ipynb", journal.NAME) or stat.S_ISLNK(member.external_attr >> 16):
            left.append(shown(name))
        elif name in files:
            left.append(f"{shown(name)} (a second one)")
        elif (content := _content(archive, member)) is None:
            left.append(f"{shown(name)} (larger than {LARGEST / 2**20:g} MB)")
        else:
            files[name] = content
    return files, left


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | None:
    """The content of a member, or None where it is too large, whatever its header says."""
    parts, size = [], 0
    try:
        with archive.open(member) as file:
            while part := file.read(AT_A_TIME):
                size += len(part)
                if size > LARGEST:
                    return None
                parts.append(part)
    except (zlib.error, EOFError) as error:
        raise zipfile.BadZipFile(str(error)) from error
    return b"".join(parts)


def _copy_plain(source: Path, target: Path, room: int) -> Iterator[str]:
    """Copy the regular files of a folder, ``room`` bytes in all; the names of what is left.

    A folder or file that is swapped for a link meanwhile is not followed either: every file is opened within the
    folder that was opened first.
    """
    folder = os.open(source, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for name in sorted(os.listdir(folder)):
            try:
                handle = os.open(name, os.O_RDONLY | journal.PLAIN, dir_fd=folder)
            except OSError:
                yield shown(name)
                continue
            with open(handle, "rb") as file:
                about = os.fstat(handle)
                if not stat.S_ISREG(about.st_mode) or about.st_size > room:
                    yield shown(name)
                    continue
                (target / name).write_bytes(file.read(about.st_size))
                room -= about.st_size
    finally:
        os.close(folder)


def _fill(folder: Path, assignment: str) -> None:
    if (folder / journal.NAME).exists() and not any(folder.glob("*.ipynb")):
        (folder / f"{assignment}.ipynb").touch()
