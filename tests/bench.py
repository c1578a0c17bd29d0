"""What a trainee waits for, measured in a real Chromium: ``make bench``. Figures, no verdict: no test reads them.

- opening lesson 03 to its first item on screen, and from the kernel's readiness to it (five openings)
- the same for the last item of a page of 20 items, and of 100
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

import nbformat
from conftest import CHROMIUM, EXAMPLES, FLAGS, ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import sync_playwright
from test_browser import LESSON, PATIENCE, QUIZ, visit

from icecourse.curriculum import KERNEL
from icecourse.desk.layout import trust
from icecourse.item import journal

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


def many(page, address, desk, items: int) -> None:
    """From the kernel's readiness to the last item of a page of that many items."""
    name = f"many-{items}"
    first = EXAMPLES["one"].split("\n", 1)
    cells = [new_markdown_cell("# Many", id="title"), new_code_cell("%load_ext icecourse", id="setup")]
    cells += [new_code_cell(f"{first[0]}-{n}\n{first[1]}", id=f"item-{n}") for n in range(items)]
    (desk / name).mkdir()
    path = desk / name / f"{name}.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"icecourse": {"role": "lesson"}, "kernelspec": KERNEL}), path)
    trust(path)
    last, clickable = [], []
    for _ in range(OPENINGS):
        page.goto("about:blank")
        visit(page, address, f"{name}/{name}.ipynb")
        page.locator(".ice-item input").first.wait_for()
        clickable.append(_since_ready(page))
        page.locator(".ice-item").nth(items - 1).locator("input").first.wait_for()
        last.append(_since_ready(page))
    spread(f"kernel ready to the first item of {items}", clickable)
    spread(f"kernel ready to the last item of {items}", last)


def _since_ready(page) -> float:
    return (
        page.evaluate("performance.now() - performance.getEntriesByName('icecourse-kernel-ready')[0].startTime") / 1000
    )


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
            page.set_default_timeout(PATIENCE)
            visit(page, address)
            page.get_by_role("link").first.wait_for()
            opening(page, f"{urlsplit(address).scheme}://{urlsplit(address).netloc}/")
            for items in (20, 100):
                many(page, address, desk, items)
            clicking(page, address, desk)
            browser.close()
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
