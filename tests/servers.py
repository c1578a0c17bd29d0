"""The servers of the course as processes: ``icecourse lab`` and ``icecourse teach``, for tests that need a browser."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pytest


@contextmanager
def serving(command: Sequence, folder: Path, log: Path, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run a command in ``folder`` until the block ends; gives the address that it prints, with its token.

    ``settings``: what its environment has beside this process's. Its errors go into ``log``.
    """
    with log.open("w") as errors:
        server = subprocess.Popen(
            [str(word) for word in command], cwd=folder, env=os.environ | (settings or {}),
            stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True,
        )  # fmt: skip
    try:
        yield address_of(server, log)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:  # a loaded machine: Jupyter waits for each kernel to end
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(30)


def address_of(server: subprocess.Popen, log: Path) -> str:
    """The address that a command of ours prints, on its one line."""
    printed = ""
    for line in server.stdout:
        printed += line
        if address := re.search(r"http://127\.0\.0\.1:\d+\S+", line):
            return address[0]
    pytest.fail(f"no address was printed: {printed}{log.read_text()}")


def end_kernels(address: str, folder: str) -> None:
    """End the kernels of the notebooks in a folder of the server at ``address``."""
    parts = urlsplit(address)
    headers = {"Authorization": f"token {parse_qs(parts.query)['token'][0]}"}
    sessions = f"{parts.scheme}://{parts.netloc}/api/sessions"
    with urlopen(Request(sessions, headers=headers)) as reply:
        running = [session["id"] for session in json.load(reply) if session["path"].startswith(f"{folder}/")]
    for session in running:
        urlopen(Request(f"{sessions}/{session}", headers=headers, method="DELETE")).close()
