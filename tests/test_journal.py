"""Is an answer on disk when it is said to be, whatever the disk, the power or a second window does?"""

import errno
import json
import multiprocessing
import os
import resource
import subprocess

import pytest

from icecourse.item import journal
from icecourse.item.journal import Entry, JournalError, Reader, append, read


@pytest.fixture
def path(scratch):
    return scratch / journal.NAME


def entry(item="a", response=("x",), **more) -> Entry:
    return Entry(item, list(response), journal.now(), **more)


def test_the_last_line_for_an_item_counts_and_the_history_stays(path):
    for response in (["x"], ["y"], ["z"]):
        append(path, entry(response=response, version="3f2a9c01"))
    append(path, entry("b", ["q"]))
    kept = read(path)
    assert kept.last("a").response == ["z"]
    assert [e.response for e in kept.entries if e.item == "a"] == [["x"], ["y"], ["z"]]
    assert kept.last("c") is None and kept.skipped == 0


def test_a_clock_that_goes_backwards_changes_nothing(path):
    append(path, Entry("a", ["x"], "2030-01-01T00:00:00+00:00"))
    append(path, Entry("a", ["y"], "2020-01-01T00:00:00+00:00"))
    assert read(path).last("a").response == ["y"]


def test_a_missing_journal_is_an_empty_one(path):
    assert read(path) == journal.Journal()


def test_a_torn_line_costs_itself_alone(path):
    append(path, entry(response=["x"]))
    with open(path, "ab") as file:
        file.write(b'{"item": "a", "respon')  # the power went
    append(path, entry(response=["y"]))
    kept = read(path)
    assert kept.last("a").response == ["y"] and len(kept.entries) == 2 and kept.skipped == 1


@pytest.mark.parametrize(
    "line",
    [b"\xff\xfe\x00garbage", b"[]", b"{}", b'{"item": 3, "response": []}', b'{"item": "a"}', b'"text"', b"null",
     b'{"item": "", "response": []}', b'{"item": "a", "response": [], "at": 7}', b"[" * 100_000],
)  # fmt: skip
def test_a_foreign_line_is_skipped_and_counted(path, line):
    path.write_bytes(b'{"item": "a", "response": ["x"]}\n' + line + b"\n" + b'{"item": "b", "response": ["y"]}')
    kept = read(path)
    assert [e.item for e in kept.entries] == ["a", "b"] and kept.skipped == 1


def test_text_of_any_language_comes_back(path):
    append(path, entry(response=["niño – 判決 \u2028 \x0b"]))
    append(path, entry("b"))
    assert read(path).last("a").response == ["niño – 判決 \u2028 \x0b"]
    assert len(read(path).entries) == 2


def _many(path, name):
    for number in range(200):
        append(path, entry(f"{name}-{number}"))


def test_two_windows_at_once_lose_nothing(path):
    workers = [multiprocessing.get_context("spawn").Process(target=_many, args=(path, name)) for name in "pq"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    kept = read(path)
    assert {e.item for e in kept.entries} == {f"{n}-{i}" for n in "pq" for i in range(200)} and kept.skipped == 0


def refusal(path) -> str:
    with pytest.raises(JournalError) as caught:
        append(path, entry(response=["y"]))
    message = str(caught.value)
    assert message.count("\n") == 0 and message.endswith(".") and "Errno" not in message
    return message


def test_a_read_only_folder_says_so(scratch, path):
    append(path, entry())
    path.chmod(0o444)
    scratch.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)  # root may write anywhere: try it as nobody
    try:
        assert "You may not write in this folder" in refusal(path)
    finally:
        if root:
            os.seteuid(0)
        scratch.chmod(0o755)
    assert read(path).last("a").response == ["x"]


@pytest.fixture
def full_disk(scratch, path):
    """A disk with no room: a tiny file system of its own where that may be mounted, else a limit on the file's size."""
    mounted = (
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", scratch], capture_output=True).returncode == 0
    )
    append(path, entry(response=["x"]))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    if mounted:
        with open(scratch / "filler", "wb", buffering=0) as file:
            try:
                while file.write(b"x" * 64):
                    pass
            except OSError as error:
                assert error.errno == errno.ENOSPC
        with open(path, "ab") as file:  # use up the journal's own last page, but for a few bytes
            file.write(b" " * (4096 - path.stat().st_size - 20))
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20, limits[1]))

    def free():
        if mounted:
            subprocess.run(["mount", "-o", "remount,size=64k", scratch], check=True)
        else:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    yield free
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    if mounted:
        subprocess.run(["umount", scratch], check=True)


def test_a_full_disk_says_so_and_keeps_what_is_there(path, full_disk):
    assert "free some space" in refusal(path)
    assert read(path).last("a").response == ["x"]
    full_disk()
    append(path, entry(response=["z"]))
    assert read(path).last("a").response == ["z"]


def test_a_folder_in_its_place_says_so(path):
    path.mkdir()
    assert "folder named answers.jsonl" in refusal(path)
    with pytest.raises(JournalError, match="folder named"):
        read(path)


def test_a_link_is_never_followed(scratch, path):
    (scratch / "elsewhere").write_text("mine")
    path.symlink_to(scratch / "elsewhere")
    assert "is a link" in refusal(path)
    with pytest.raises(JournalError, match="is a link"):
        read(path)
    assert (scratch / "elsewhere").read_text() == "mine"


def test_a_pipe_is_not_waited_for(path):
    os.mkfifo(path)
    assert "not an ordinary file" in refusal(path)
    with pytest.raises(JournalError, match="not an ordinary file"):
        read(path)


def test_a_folder_that_is_gone_says_so(scratch):
    assert "is gone" in refusal(scratch / "moved" / journal.NAME)


def test_a_line_is_as_the_design_gives_it(path):
    append(path, Entry("a", ["tuesday"], "2026-11-24T10:00:00+00:00", "3f2a9c01", "sure"))
    assert json.loads(path.read_bytes()) == {
        "item": "a", "version": "3f2a9c01", "response": ["tuesday"], "confidence": "sure",
        "at": "2026-11-24T10:00:00+00:00",
    }  # fmt: skip


def test_a_reader_sees_what_every_window_appends_in_the_order_of_the_file(path):
    reader, other = Reader(path), Reader(path)
    assert reader.read() == journal.Journal()
    for number in range(300):
        append(path, entry(f"item-{number}"))
        assert reader.read() == read(path)
    assert other.read() == reader.read() == read(path)


@pytest.mark.parametrize("torn", [b'{"item": "a", "respon', b'{"item": "b", "response": ["z"]}', b"?" * 100_000])
def test_a_reader_takes_a_last_line_without_an_end_as_it_stands_until_it_has_one(path, torn):
    reader = Reader(path)
    append(path, entry(response=["x"]))
    with open(path, "ab") as file:
        file.write(torn)
    assert reader.read() == read(path)
    append(path, entry(response=["y"]))
    assert reader.read() == read(path) and reader.read().last("a").response == ["y"]


def test_a_reader_notices_a_file_that_was_cut_replaced_or_taken_away(scratch, path):
    reader = Reader(path)
    for number in range(10):
        append(path, entry(f"item-{number}"))
    assert len(reader.read().entries) == 10
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3]))
    assert [e.item for e in reader.read().entries] == ["item-0", "item-1", "item-2"]
    for number in range(20):
        append(scratch / "synced", entry(f"other-{number}"))
    (scratch / "synced").replace(path)
    assert reader.read() == read(path) and reader.read().last("other-19")
    path.unlink()
    assert reader.read() == journal.Journal()
    path.mkdir()
    with pytest.raises(JournalError, match="folder named"):
        reader.read()
