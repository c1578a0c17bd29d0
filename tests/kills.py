"""Kill a trainee's kernel at random moments: is every answer that was shown as saved on disk, and none other?

``python tests/kills.py 500 [seed]`` runs that many kernels, each killed by SIGKILL at a random moment while answers
are given without a pause, and prints what was given, shown as saved, and found on disk. test_kills.py runs a few.
"""

import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from queue import Empty
from typing import NamedTuple

from jupyter_client import KernelManager

from icecourse.item import journal

LONGEST_LIFE = 0.4  # seconds from the first answer to the kill: some fifty answers
ITEM = """%%item kill-me
objective = "none"
level     = "apply"
stem      = "Which?"
[options]
a = "One"
b = "Two"
c = "Three"
"""
OPTIONS = ("a", "b", "c")


class Figures(NamedTuple):
    """``lost``: shown as saved and not on disk. ``strange``: on disk and never given. ``torn``: lines that are none."""

    kills: int
    given: int
    shown: int
    on_disk: int
    lost: int
    strange: int
    torn: int


def campaign(kills: int, seed: int, folder: Path) -> Figures:
    """Run ``kills`` kernels in ``folder``, one after the other, and count."""
    chance = random.Random(seed)
    given, shown = [], []
    for _ in range(kills):
        _one(folder, chance, given, shown)
    kept = journal.read(folder / journal.NAME)
    disk = [(entry.confidence, entry.response) for entry in kept.entries]
    return Figures(
        kills=kills,
        given=len(given),
        shown=len(shown),
        on_disk=len(disk),
        lost=len([answer for answer in shown if answer not in disk]),
        strange=len(disk) - len([answer for answer in given if answer in disk]),
        torn=kept.skipped,
    )


def _one(folder: Path, chance: random.Random, given: list, shown: list) -> None:
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(folder))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        comm = _open(client)
        killed_at = time.monotonic() + chance.uniform(0.001, LONGEST_LIFE)
        while time.monotonic() < killed_at:
            answer = (str(len(given)), [chance.choice(OPTIONS)])  # the confidence carries the answer's own number
            _send(client, comm, {"do": "answer", "n": len(given), "response": answer[1], "confidence": answer[0]})
            given.append(answer)
            _replies(client, given, shown, 0.002)
        manager.shutdown_kernel(now=True)  # SIGKILL
        _replies(client, given, shown, 0.2)  # what had been sent before it died was shown
    finally:
        client.stop_channels()
        if manager.is_alive():
            manager.shutdown_kernel(now=True)


def _open(client) -> str:
    client.execute("%load_ext icecourse")
    client.execute(ITEM)
    comm = None
    while True:
        message = client.get_iopub_msg(timeout=120)
        kind, content = message["msg_type"], message["content"]
        if kind == "error":
            raise AssertionError(content["evalue"])
        if kind == "display_data" and "application/vnd.jupyter.widget-view+json" in content["data"]:
            comm = content["data"]["application/vnd.jupyter.widget-view+json"]["model_id"]
        if kind == "status" and content["execution_state"] == "idle" and comm:
            return comm


def _send(client, comm: str, content: dict) -> None:
    data = {"method": "custom", "content": content}
    client.shell_channel.send(client.session.msg("comm_msg", {"comm_id": comm, "data": data}))


def _replies(client, given: list, shown: list, wait: float) -> None:
    """Note which answers the kernel has said to be saved."""
    deadline = time.monotonic() + wait
    while time.monotonic() < deadline:
        try:
            message = client.get_iopub_msg(timeout=max(0.001, deadline - time.monotonic()))
        except Empty:
            continue
        content = message["content"].get("data", {}).get("content") if message["msg_type"] == "comm_msg" else None
        if isinstance(content, dict) and content.get("saved"):
            shown.append(given[content["n"]])


if __name__ == "__main__":
    place = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        print(campaign(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1, place))
    finally:
        shutil.rmtree(place)
