"""A Jupyter server on this machine alone, opened at one page: for a trainee's desk and an instructor's course."""

import os
import secrets
import socket
import sys
import webbrowser
from pathlib import Path
from urllib.parse import quote


def serve(root: Path, page: str, config: Path, port: int = 0, browser: bool = True) -> None:
    """Run Jupyter on loopback with a token until it is stopped; open the browser or print one line with the address.

    ``page``: its address below the server's, such as ``/lab``. ``config``: the folder of Jupyter's settings for it.
    ``port``: 0 takes a free one. Changes the environment and the working folder of this process.
    """
    from notebook.app import JupyterNotebookApp  # takes a second, which other commands need not wait

    port, token = port or _free_port(), secrets.token_hex(24)
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
    browser = browser and _has_browser()
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
