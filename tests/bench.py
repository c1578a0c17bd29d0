"""What a trainee waits for, measured in a real Chromium: ``make bench``. Figures, no verdict: no test reads them.

- opening lesson 03 to its first item on screen, and from the kernel's readiness to it (five openings)
- a click to its line on disk, and a click to its mark on the page (50 clicks on quiz 03)
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from conftest import CHROMIUM, ROOT
from playwright.sync_api import sync_playwright
from test_browser import FLAGS, LESSON, QUIZ, visit

from icecourse import journal

OPENINGS, CLICKS = 5, 50


def spread(name: str, seconds: list[float]) -> None:
    ranked = sorted(seconds)
    p95 = ranked[max(0, round(0.95 * len(ranked)) - 1)]
    print(f"{name}: median {statistics.median(ranked) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, n = {len(ranked)}")


def opening(page, address) -> None:
    whole, ready = [], []
    for _ in range(OPENINGS):
        page.goto("about:blank")
        visit(page, address, LESSON)
        page.locator(".ice-item input").first.wait_for()
        at = page.evaluate(
            "({now: performance.now(), kernel: performance.getEntriesByName('icecourse-kernel-ready')[0].startTime})"
        )
        whole.append(at["now"] / 1000)
        ready.append((at["now"] - at["kernel"]) / 1000)
    spread("opening lesson 03 to its first item", whole)
    spread("kernel ready to the first item", ready)


def clicking(page, address, desk) -> None:
    visit(page, address, f"{QUIZ}/{QUIZ}.ipynb")
    page.locator(".ice-item").nth(7).wait_for()
    path = desk / QUIZ / journal.NAME
    written: list[float] = []
    stop = threading.Event()

    def watch():
        size = 0
        while not stop.is_set():
            now = path.stat().st_size if path.exists() else 0
            if now != size:
                size = now
                written.append(time.time())
            time.sleep(0.0005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    clicked, marked = [], []
    for number in range(CLICKS):
        took = page.evaluate(
            """number => new Promise(done => {
                const items = [...document.querySelectorAll('.ice-item')];
                const item = items[number % items.length];
                const boxes = [...item.querySelectorAll('input')];
                const open = boxes.filter(box => !box.checked || box.type === 'checkbox');
                const status = item.querySelector('[role=status]');
                const began = Date.now(), start = performance.now();
                new MutationObserver((_, self) => {
                    if (item.dataset.state === 'saved') {
                        self.disconnect();
                        done({began, took: performance.now() - start});
                    }
                }).observe(item, {subtree: true, childList: true, attributes: true, characterData: true});
                item.dataset.state = '';
                open[number % open.length].click();
            })""",
            number,
        )
        clicked.append(took["began"] / 1000)
        marked.append(took["took"] / 1000)
        time.sleep(0.05)
    stop.set()
    watcher.join()
    spread("click to line on disk", [disk - click for click, disk in zip(clicked, written, strict=True)])
    spread("click to mark on the page", marked)


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="icecourse-bench-"))
    course, desk = folder / "course", folder / "desk"
    course.mkdir()
    for name in ("lessons", "source", "assignments"):
        shutil.copytree(ROOT / name, course / name)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    with open(os.devnull, "w") as nowhere:
        server = subprocess.Popen(
            [sys.executable, "-m", "icecourse", "lab", "--desk", desk, "--no-browser", "--trainee", "ann"],
            cwd=course, stdout=subprocess.PIPE, stderr=nowhere, text=True,
        )  # fmt: skip
    address = re.search(r"http\S+", server.stdout.readline())[0]
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page()
            visit(page, address)
            page.get_by_role("link").first.wait_for()
            opening(page, f"{urlsplit(address).scheme}://{urlsplit(address).netloc}/")
            clicking(page, address, desk)
            browser.close()
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
