"""Does it work for a person? A real Chromium against the server that ``make lab`` starts.

One walk: lesson, practice, quiz, reload, killed kernel, hand-in, grade. The browser's traffic is read all the way:
no key of a quiz may pass.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import nbformat
import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import CHROMIUM, EXAMPLES, ROOT
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import expect, sync_playwright
from test_exchange import QUIZ, rows
from test_response_feedback import RIGHT, WRONG

from icecourse.course_root import api
from icecourse.curriculum import KERNEL, Course
from icecourse.desk.layout import trust
from icecourse.item import journal
from icecourse.item.grammar import is_item, open_part, parse

LESSON = "lessons/03-ero-finding-and-arresting.ipynb"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PATIENCE = 60_000  # ms; a guard against hanging, no measure

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: apt-get install chromium, or your system's way")


@pytest.fixture
def serve(course_root, scratch):
    """Run ``make lab`` or ``make teach`` in a course root of its own; gives the address with its token."""
    servers = []

    def run(target, **settings):
        log = scratch / f"{target}.log"
        words = [f"{name}={value}" for name, value in settings.items()]
        with log.open("w") as errors:
            server = subprocess.Popen(
                ["make", "-f", ROOT / "Makefile", target, f"VENV={sys.prefix}", *words],
                cwd=course_root, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True,
            )  # fmt: skip
        servers.append(server)
        return address_of(server, log)

    yield run
    for server in servers:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:  # a loaded machine: Jupyter waits for each kernel to end
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(30)


@pytest.fixture
def lab(serve, scratch):
    """The trainee's side: (address with token, desk)."""
    desk = scratch / "desk"
    return serve("lab", LAB=f"--desk {desk} --no-browser --trainee ann"), desk


def address_of(server, log):
    """The address that a command of ours prints, on its one line."""
    printed = ""
    for line in server.stdout:
        printed += line
        if found := re.search(r"http://127\.0\.0\.1:\d+\S+", line):
            return found[0]
    pytest.fail(f"no address was printed: {printed}{log.read_text()}")


@pytest.fixture
def page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        yield page
        browser.close()


def visit(page, address, path=None):
    """Open the first screen, or a notebook by its path, once the server listens."""
    parts = urlsplit(address)
    deadline = time.time() + PATIENCE / 1000
    while True:
        try:
            socket.create_connection((parts.hostname, parts.port), timeout=5).close()
            break
        except OSError:
            assert time.time() < deadline, "the server never came up"
            time.sleep(0.1)
    page.goto(address if path is None else f"{parts.scheme}://{parts.netloc}/notebooks/{path}")


def item_on(page, item):
    return page.locator(f'[data-item="{item.id}"]')


def choose(page, item, options):
    for option in options:
        item_on(page, item).locator(f'input[value="{option}"]').click()
    expect(item_on(page, item).get_by_role("status")).to_contain_text("Saved at")


def marked(page, item):
    return {box.get_attribute("value") for box in item_on(page, item).locator("input:checked").all()}


def kernels(desk):
    """Processes of kernels whose notebook lies on this desk."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        command = " ".join(process.info["cmdline"] or ())
        if "ipykernel_launcher" in command and (process.info["cwd"] or "").startswith(str(desk)):
            found.append(process)
    return found


def test_from_the_first_screen_to_a_grade(lab, page, course_root, nbgrader):
    address, desk = lab
    course = Course(course_root)
    practice = [item for _, item in next(p for p in course.lessons if p.name == LESSON[8:-6]).items()]
    graded = [item for _, item in next(p for p in course.masters if p.name == QUIZ).items()]
    traffic = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: traffic.append(frame)))
    page.on("response", lambda response: traffic.append(response.url))
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    # Notebook 7.6.5 itself throws this at every page, with nothing of ours installed.
    stock = "Cannot read properties of undefined (reading 'schema')"

    # The first screen offers lesson and quiz.
    visit(page, address)
    expect(page.get_by_role("link", name="03 · ERO: finding and arresting", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Quiz 03 · ERO: finding and arresting")).to_be_visible()

    # The lesson starts by itself, with no code in sight; a practice item says why.
    visit(page, address, LESSON)
    item = practice[0]
    item_on(page, item).wait_for()
    expect(page.get_by_text("%%item").locator("visible=true")).to_have_count(0)
    expect(page.get_by_text("%load_ext")).not_to_be_visible()
    wrong = next(option for option in item.options if option not in item.key.correct)
    item_on(page, item).locator(f'input[value="{wrong}"]').click()
    item_on(page, item).get_by_role("button", name="Check").click()
    expect(item_on(page, item)).to_contain_text("Not yet.")
    expect(item_on(page, item)).to_contain_text(item.key.rationale[wrong])
    item_on(page, item).get_by_role("button", name="Try again").click()
    for option in item.key.correct:
        item_on(page, item).locator(f'input[value="{option}"]').click()
    item_on(page, item).get_by_role("button", name="Check").click()
    expect(item_on(page, item)).to_contain_text("Right.")
    expect(item_on(page, item)).to_contain_text(item.key.rationale[item.key.correct[0]])

    # The quiz: half by mouse, then the kernel dies, and the rest still gets saved after a restart.
    page.goto("about:blank")  # the lesson may show its keys: let its last messages pass
    del traffic[:]
    visit(page, address, f"{QUIZ}/{QUIZ}.ipynb")
    item_on(page, graded[-1]).wait_for()
    for item in graded[:4]:
        choose(page, item, item.key.correct)
    quiz_kernels = [process for process in kernels(desk) if process.info["cwd"].endswith(QUIZ)]
    assert len(quiz_kernels) == 1
    quiz_kernels[0].send_signal(signal.SIGKILL)
    kept = journal.read(desk / QUIZ / journal.NAME)
    assert {entry.item for entry in kept.entries} == {item.id for item in graded[:4]}
    page.reload()
    item_on(page, graded[-1]).wait_for()
    for item in graded[:4]:
        assert marked(page, item) == set(item.key.correct), f"{item.id} after SIGKILL"
    for item in graded[4:]:
        choose(page, item, item.key.correct)

    # Closed and opened again: every answer is there.
    page.reload()
    item_on(page, graded[-1]).wait_for()
    for item in graded:
        assert marked(page, item) == set(item.key.correct), f"{item.id} after a reload"

    # Nothing in all that the browser received tells the key.
    received = "\n".join(frame if isinstance(frame, str) else frame.decode("utf-8", "replace") for frame in traffic)
    assert graded[0].stem.split("\n")[0][:40] in received, "the traffic was not seen"
    for item in graded:
        for secret in (*item.key.rationale.values(), *item.key.facts, item.key.hint):
            assert not secret or json.dumps(secret)[1:-1] not in received, f"{item.id}: {secret}"
    assert "[rationale]" not in received and "BEGIN KEY" not in received

    # Hand in by nbgrader's Assignment List, grade with stock commands.
    visit(page, address.split("/notebooks")[0] + "/tree?" + urlsplit(address).query)
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Assignment List").click()
    page.locator(".list_item").filter(has_text=QUIZ).get_by_role("button", name="Submit").click()
    expect(page.locator("#submitted_assignments_list")).to_contain_text(QUIZ)
    assert api(course_root).generate_assignment(QUIZ, force=True)["success"]
    nbgrader(course_root, "collect", QUIZ)
    nbgrader(course_root, "autograde", QUIZ)
    assert {key: row[0] for key, row in rows(course_root).items()} == {("ann", item.id): 1.0 for item in graded}
    nbgrader(course_root, "generate_feedback", QUIZ)
    page.goto((course_root / "feedback" / "ann" / QUIZ / f"{QUIZ}.html").as_uri())
    assert faults(page, "html") == [], "the feedback page"
    assert [error for error in errors if stock not in error] == []


@pytest.fixture
def kinds(lab):
    """A quiz and a practice page with an item of every kind (CONTRIBUTING.md's examples) on the desk.

    Gives (address, folder of the quiz, items); the practice page is practice/practice.ipynb.
    """
    address, desk = lab
    items = {kind: parse(source) for kind, source in EXAMPLES.items()}
    for name, role, copy in (("kinds", "quiz", open_part), ("practice", "lesson", str)):
        cells = [new_markdown_cell("# Kinds", id="title"), new_code_cell("%load_ext icecourse", id="setup")]
        cells += [new_code_cell(copy(EXAMPLES[kind]), id=item.id) for kind, item in items.items()]
        cells += [
            new_markdown_cell("## A section", id="section"),
            new_code_cell("%explore detainer-window", id="explorer"),
        ]
        notebook = new_notebook(cells=cells, metadata={"icecourse": {"role": role}, "kernelspec": KERNEL})
        (desk / name).mkdir()
        nbformat.write(notebook, desk / name / f"{name}.ipynb")
        trust(desk / name / f"{name}.ipynb")
    return address, desk / "kinds", items


def response_of(folder, item):
    last = journal.read(folder / journal.NAME).last(item.id)
    return last.response if last else None


def wait_for(condition, what):
    deadline = time.time() + PATIENCE / 1000
    while not condition():
        assert time.time() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


# A few of them here; all of them by ``make pages``, which takes minutes.
ALL = [*Course(ROOT).lessons, *Course(ROOT).beside, *(p for p in Course(ROOT).assignments if "quiz" not in p.name)]
PAGES = (
    ALL if os.environ.get("ICECOURSE_ALL_PAGES") else [p for p in ALL if p.name[:2] in ("00", "04", "12", "ca", "re")]
)


def test_every_page_opens_starts_and_shows_all_of_it(lab, page):
    """As a trainee sees it: each item and explorer, each picture, no error on the console, no amount as a formula."""
    address, desk = lab
    errors = []
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    visit(page, address)
    page.get_by_role("link").first.wait_for()
    for course_page in PAGES:
        name = course_page.name
        inside = "lessons" if (desk / "lessons" / f"{name}.ipynb").exists() else name
        if not (desk / inside).exists():  # the final waits for its release; its cells are those of any quiz
            shutil.copytree(course_page.path.parent, desk / name)
            trust(desk / name / f"{name}.ipynb")
        shown = sum(is_item(c.source) or c.source.startswith("%explore") for c in course_page.notebook.cells)
        visit(page, address, f"{inside}/{name}.ipynb")
        page.locator(".jp-Notebook h1").first.wait_for()
        expect(page.locator(".ice-item, .ice-live")).to_have_count(shown)
        expect(page.locator(".ice-starting")).to_have_count(0)
        assert page.locator(".jp-Notebook h1").first.bounding_box()["y"] > 0, f"{name} does not open at its beginning"
        code = page.locator(".jp-CodeCell .jp-Cell-inputWrapper")
        assert not [cell.inner_text() for cell in code.all() if cell.is_visible()], f"{name} shows code"
        for picture in page.locator(".jp-RenderedMarkdown img").all():
            picture.scroll_into_view_if_needed()
            expect(picture).to_have_js_property("complete", True)
            assert picture.evaluate("image => image.naturalWidth"), f"a picture of {name} does not show"
        assert page.locator("mjx-container").count() == 0, f"{name}: an amount is set as a formula"
        assert page.locator(".jp-OutputArea-output[data-mime-type*=error]").count() == 0, name
        stock = "Cannot read properties of undefined (reading 'schema')"  # Notebook's own, at every page
        assert [error for error in errors if stock not in error] == [], name


def test_every_kind_by_keyboard_alone_and_all_is_there_after_a_reload(kinds, page):
    address, folder, items = kinds
    visit(page, address)
    visit(page, address, "kinds/kinds.ipynb")
    item_on(page, items["entry"]).wait_for()
    progress = page.get_by_role("region", name="Progress")
    expect(progress).to_contain_text("0 of 6 answered")

    progress.get_by_role("button", name="Go to the next open item").press("Enter")
    expect(item_on(page, items["one"]).locator("input").first).to_be_focused()
    page.keyboard.press("Space")
    item_on(page, items["all"]).locator("input").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    selects = item_on(page, items["match"]).locator("select")
    for number in range(3):
        selects.nth(number).focus()
        page.keyboard.press("ArrowDown")
    up = item_on(page, items["order"]).get_by_role("button", name="Move up")
    up.nth(1).focus()
    moved = up.nth(1).get_attribute("aria-label").removeprefix("Move up: ")
    page.keyboard.press("Enter")
    expect(item_on(page, items["order"]).get_by_role("status")).to_contain_text(f"{moved} is now 1 of 4. Saved at")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == f"Move down: {moved}", "the focus stays with what was moved"
    item_on(page, items["entry"]).locator("input").first.focus()
    page.keyboard.type("11102026")
    item_on(page, items["entry"]).get_by_label("Fairly sure").press("Space")

    case = item_on(page, items["case"])
    case.locator("input").first.focus()
    page.keyboard.press("Space")
    case.get_by_role("button", name="Continue").press("Enter")
    expect(case.locator(".ice-scene", has_text="A fax from the jail")).to_be_focused()
    expect(progress).to_contain_text("5 of 6 answered")
    case.locator("input").first.focus()
    page.keyboard.press("Space")
    case.get_by_role("button", name="Continue").press("Enter")

    expect(progress).to_contain_text("6 of 6 answered")
    wait_for(lambda: response_of(folder, items["entry"]) == "2026-11-10", "the entry")
    kept = journal.read(folder / journal.NAME)
    wait_for(
        lambda: journal.read(folder / journal.NAME).last(items["entry"].id).confidence == "fairly", "the confidence"
    )
    before = {kind: response_of(folder, item) for kind, item in items.items()}
    assert before["case"] == RIGHT["case"]
    assert before["order"][0] in items["order"].options and len(before["match"]) == 3 and len(before["all"]) == 2
    assert kept.skipped == 0

    page.reload()
    item_on(page, items["entry"]).wait_for()
    expect(progress).to_contain_text("6 of 6 answered")
    assert marked(page, items["one"]) == set(before["one"]) and marked(page, items["all"]) == set(before["all"])
    assert {s.get_attribute("data-left"): s.input_value() for s in selects.all()} == before["match"]
    rows = item_on(page, items["order"]).locator("li").all()
    assert [row.get_attribute("data-option") for row in rows] == before["order"]
    assert item_on(page, items["entry"]).locator("input").first.input_value() == "2026-11-10"
    expect(item_on(page, items["entry"]).get_by_label("Fairly sure")).to_be_checked()


def test_an_order_may_be_dragged_too(kinds, page):
    address, folder, items = kinds
    visit(page, address)
    visit(page, address, "kinds/kinds.ipynb")
    order = item_on(page, items["order"])
    order.wait_for()
    rows = order.locator("li")
    shown = [row.get_attribute("data-option") for row in rows.all()]
    rows.nth(0).locator("span").first.drag_to(rows.nth(2))
    expect(order.get_by_role("status")).to_contain_text("is now 3 of 4. Saved at")
    rows.nth(3).locator("span").first.drag_to(rows.nth(0))
    expect(order.get_by_role("status")).to_contain_text("is now 1 of 4. Saved at")
    moved = [shown[3], shown[1], shown[2], shown[0]]
    assert [row.get_attribute("data-option") for row in rows.all()] == moved == response_of(folder, items["order"])


def test_practice_by_keyboard_alone_keeps_the_focus_where_the_news_is(kinds, page):
    address, _, items = kinds
    visit(page, address)
    visit(page, address, "practice/practice.ipynb")
    one = item_on(page, items["one"])
    one.wait_for()
    one.locator('input[value="sunday"]').focus()
    page.keyboard.press("Space")
    one.get_by_role("button", name="Check").focus()
    page.keyboard.press("Enter")
    verdict = one.locator(".ice-feedback")
    expect(verdict).to_be_focused()
    expect(verdict).to_contain_text("Not yet.")
    one.get_by_role("button", name="Hint").focus()
    page.keyboard.press("Enter")
    expect(one.get_by_role("button", name="Try again")).to_be_focused()
    expect(verdict).to_contain_text("Hint:")
    page.keyboard.press("Enter")
    expect(one.locator("input").first).to_be_focused()
    one.locator('input[value="tuesday"]').focus()
    page.keyboard.press("Space")
    one.get_by_role("button", name="Check").focus()
    page.keyboard.press("Space")
    expect(verdict).to_be_focused()
    expect(verdict).to_contain_text("Right.")
    page.keyboard.press("Tab")
    expect(verdict.get_by_role("link").first).to_be_focused()  # the source is one Tab away


def test_a_stray_key_changes_nothing_on_a_page(kinds, page):
    """The trap: in Jupyter's command mode "d d" deletes a cell and "1" turns it into a heading."""
    address, _, items = kinds
    visit(page, address)
    visit(page, address, "kinds/kinds.ipynb")
    item_on(page, items["entry"]).wait_for()
    cells = page.locator(".jp-Notebook-cell").count()
    page.locator(".jp-Notebook-cell").first.click()
    for key in ("d", "d", "x", "m", "1", "b", "Enter", "z"):
        page.keyboard.press(key)
    item_on(page, items["one"]).locator("legend").click()
    for key in ("d", "d", "m", "1", "r"):
        page.keyboard.press(key)
    time.sleep(0.5)
    assert page.locator(".jp-Notebook-cell").count() == cells
    assert page.locator(".ice-item").count() == len(items)
    expect(page.get_by_role("heading", name="Kinds", exact=True)).to_be_visible()


def test_an_answer_given_while_the_kernel_is_dead_is_saved_when_it_is_back(kinds, page):
    address, folder, items = kinds
    visit(page, address)
    visit(page, address, "kinds/kinds.ipynb")
    item_on(page, items["entry"]).wait_for()
    [kernel] = [process for process in kernels(folder) if process.info["cwd"] == str(folder)]
    kernel.send_signal(signal.SIGKILL)
    item_on(page, items["one"]).locator("input").first.click(force=True)
    chosen = item_on(page, items["one"]).locator("input").first.get_attribute("value")
    expect(page.get_by_role("dialog")).to_be_visible()  # Jupyter says that the kernel died and comes back
    page.get_by_role("dialog").get_by_role("button", name="Ok").click()
    wait_for(lambda: response_of(folder, items["one"]) == [chosen], "the answer to be saved")
    expect(item_on(page, items["one"]).get_by_role("status")).to_contain_text("Saved at")
    assert marked(page, items["one"]) == {chosen}


def test_a_page_from_elsewhere_waits_for_start(lab, page):
    """A notebook that this computer did not sign does not run by itself; one press starts it."""
    address, desk = lab
    visit(page, address)
    page.get_by_role("link").first.wait_for()
    foreign = desk / "lessons" / "elsewhere.ipynb"
    text = (desk / LESSON).read_text(encoding="utf-8").replace("You will be able to", "You can")
    foreign.write_text(text, encoding="utf-8")
    visit(page, address, "lessons/elsewhere.ipynb")
    start = page.get_by_role("region", name="Start").get_by_role("button", name="Start")
    start.wait_for()
    time.sleep(3)
    assert page.locator(".ice-item").count() == 0
    start.click()
    page.locator(".ice-item").first.wait_for()


def test_a_saved_page_reopened_without_a_kernel_shows_its_answers_as_text(lab, page, course_root):
    address, desk = lab
    visit(page, address)
    page.get_by_role("link").first.wait_for()
    [(_, item), *_] = list(next(p for p in Course(course_root).masters if p.name == QUIZ).items())
    chosen = list(item.options)[:1]
    journal.append(desk / QUIZ / journal.NAME, journal.Entry(item.id, chosen, journal.now(), item.version))
    saved = nbformat.read(desk / QUIZ / f"{QUIZ}.ipynb", as_version=4)
    NotebookClient(saved, timeout=120, resources={"metadata": {"path": str(desk / QUIZ)}}).execute()
    nbformat.write(saved, desk / QUIZ / f"{QUIZ}.ipynb")  # not signed on this computer: it does not start by itself
    visit(page, address, f"{QUIZ}/{QUIZ}.ipynb")
    start = page.get_by_role("region", name="Start").get_by_role("button", name="Start")
    start.wait_for()
    text = page.locator(".ice-text").first
    expect(text).to_be_visible()
    expect(text).to_contain_text(f"(x) {item.options[chosen[0]]}")
    assert page.get_by_text("Error displaying widget").count() == page.get_by_text("Loading widget").count() == 0
    start.click()
    item_on(page, item).wait_for()
    expect(text).to_be_hidden()
    assert marked(page, item) == set(chosen)


def test_two_windows_with_two_kernels_keep_both_answers_and_both_say_so(lab, serve, page, course_root):
    address, desk = lab
    [item, *_] = [
        item for _, item in next(p for p in Course(course_root).masters if p.name == QUIZ).items() if item.kind == "one"
    ]
    first, second = list(item.options)[:2]
    visit(page, address)
    visit(page, address, f"{QUIZ}/{QUIZ}.ipynb")
    item_on(page, item).wait_for()
    other_address = serve("lab", LAB=f"--desk {desk} --no-browser")
    other = page.context.browser.new_page()
    other.set_default_timeout(PATIENCE)
    visit(other, other_address)
    visit(other, other_address, f"{QUIZ}/{QUIZ}.ipynb")
    item_on(other, item).wait_for()
    choose(page, item, [first])
    choose(other, item, [second])
    expect(item_on(other, item).get_by_role("status")).to_contain_text("Also answered in another window.")
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")  # a browser without a screen does not always send it
    expect(item_on(page, item).get_by_role("status")).to_contain_text("Also answered in another window.")
    assert marked(page, item) == {second}
    kept = [entry.response for entry in journal.read(desk / QUIZ / journal.NAME).entries if entry.item == item.id]
    assert kept == [[first], [second]]


def test_a_quiz_by_keyboard_alone(lab, page, course_root):
    address, desk = lab
    [(_, item), *_] = list(next(p for p in Course(course_root).masters if p.name == QUIZ).items())
    visit(page, address)
    visit(page, address, f"{QUIZ}/{QUIZ}.ipynb")
    item_on(page, item).wait_for()
    boxes = item_on(page, item).locator("input")
    boxes.first.focus()
    page.keyboard.press("Space")
    expect(item_on(page, item).get_by_role("status")).to_contain_text("Saved at")
    first = marked(page, item)
    page.keyboard.press("ArrowDown") if item.kind == "one" else page.keyboard.press("Tab")
    if item.kind != "one":
        page.keyboard.press("Space")
    expect(boxes.nth(1)).to_be_checked()
    deadline = time.time() + 30
    while journal.read(desk / QUIZ / journal.NAME).last(item.id).response == list(first) and time.time() < deadline:
        time.sleep(0.1)
    last = journal.read(desk / QUIZ / journal.NAME).last(item.id).response
    assert set(last) == marked(page, item) and boxes.nth(1).get_attribute("value") in last


def test_without_a_kernel_an_item_says_that_it_is_not_saved(lab, page, course_root):
    """Within three seconds, in words, with what to press; the choice stays on the screen."""
    address, desk = lab
    [(_, item), *_] = list(next(p for p in Course(course_root).masters if p.name == QUIZ).items())
    visit(page, address)
    visit(page, address, f"{QUIZ}/{QUIZ}.ipynb")
    item_on(page, item).wait_for()
    [kernel] = [process for process in kernels(desk) if process.info["cwd"].endswith(QUIZ)]
    kernel.suspend()  # a kernel that hangs: no reply, no word of its death
    try:
        option = next(iter(item.options))
        item_on(page, item).locator(f'input[value="{option}"]').click()
        expect(item_on(page, item).get_by_role("status")).to_contain_text("Not saved.")
        assert marked(page, item) == {option}
        assert item_on(page, item).get_by_role("button", name="Save").is_visible()
    finally:
        kernel.resume()
    expect(item_on(page, item).get_by_role("status")).to_contain_text("Saved at")  # its late reply still counts
    assert journal.read(desk / QUIZ / journal.NAME).last(item.id).response == [option]


def test_a_full_disk_is_said_on_the_item(lab, page, course_root):
    address, desk = lab
    [(_, item), *_] = list(next(p for p in Course(course_root).masters if p.name == QUIZ).items())
    visit(page, address)
    visit(page, address, f"{QUIZ}/{QUIZ}.ipynb")
    item_on(page, item).wait_for()
    (desk / QUIZ / journal.NAME).mkdir()
    option = next(iter(item.options))
    item_on(page, item).locator(f'input[value="{option}"]').click()
    status = item_on(page, item).get_by_role("status")
    expect(status).to_contain_text("Not saved. There is a folder named answers.jsonl")
    (desk / QUIZ / journal.NAME).rmdir()
    item_on(page, item).get_by_role("button", name="Save").click()
    expect(status).to_contain_text("Saved at")


def give(page, item, response):
    """Answer an item of any kind as a trainee would, with the mouse."""
    place = item_on(page, item)
    if item.kind == "match":
        for left, option in response.items():
            place.locator(f'select[data-left="{left}"]').select_option(option)
    elif item.kind == "entry":
        place.locator("input").first.fill(response)
    elif item.kind == "order":
        for number in range(len(response)):
            while place.locator("li").nth(number).get_attribute("data-option") != response[number]:
                place.locator(f'li[data-option="{response[number]}"]').get_by_role("button", name="Move up").click()
    elif item.kind == "case":
        for choice in response:
            place.locator(f'input[value="{choice}"]').click()
            place.get_by_role("button", name="Continue").click()
    else:
        for option in response:
            place.locator(f'input[value="{option}"]').click()


def faults(page, *places):
    """What axe finds on our own elements (JupyterLab's are not ours), by rule and element."""
    found = Axe().run(page, {"include": [[place] for place in places if page.locator(place).count()]})
    return [(rule["id"], part["html"][:150]) for rule in found.response["violations"] for part in rule["nodes"]]


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_on_any_kind_in_any_state(kinds, page, home, theme):
    use_theme(home, theme)
    address, folder, items = kinds
    ours = (".ice-item", ".ice-bar", ".ice-live")
    visit(page, address)
    visit(page, address, "kinds/kinds.ipynb")
    item_on(page, items["entry"]).wait_for()
    page.locator(".ice-live").wait_for()
    assert page.evaluate("document.body.dataset.jpThemeLight") == str(theme.endswith("Light")).lower()
    assert faults(page, *ours) == [], "fresh"
    for kind, item in items.items():
        give(page, item, WRONG[kind])
        expect(item_on(page, item).get_by_role("status")).to_contain_text("Saved at")
    assert faults(page, *ours) == [], "answered"
    for width, zoom in ((640, 200), (320, 400)):  # of a window of 1280
        page.set_viewport_size({"width": width, "height": 800})
        assert faults(page, *ours) == [], f"{width} px wide, as {zoom} % zoom shows it"
    wide = page.evaluate("[...document.querySelectorAll('.ice-item')].map(el => el.scrollWidth - el.clientWidth)")
    assert set(wide) == {0}, "an item needs to be scrolled sideways"
    small = page.evaluate(
        """[...document.querySelectorAll('.ice-item button, .ice-item label, .ice-item select, .ice-bar button')]
           .filter(el => el.offsetParent)
           .map(el => el.getBoundingClientRect()).filter(box => box.width < 24 || box.height < 24).length"""
    )
    assert small == 0, "a target is smaller than 24 px"
    page.set_viewport_size({"width": 1100, "height": 900})
    [kernel] = [process for process in kernels(folder) if process.info["cwd"] == str(folder)]
    kernel.suspend()
    try:
        unsaved = {kind: item for kind, item in items.items() if kind != "case"}  # the case has come to its end
        for kind, item in unsaved.items():
            give(page, item, RIGHT[kind])
        for item in unsaved.values():
            expect(item_on(page, item).get_by_role("status")).to_contain_text("Not saved.")
        assert faults(page, *ours) == [], "not saved"
    finally:
        kernel.resume()
    for item in unsaved.values():
        expect(item_on(page, item).get_by_role("status")).to_contain_text("Saved at")

    visit(page, address, "practice/practice.ipynb")
    item_on(page, items["entry"]).wait_for()
    for responses, outcome in ((WRONG, "Not yet."), (WRONG, "The right answer:"), (RIGHT, "Right.")):
        for kind, item in items.items():
            give(page, item, responses[kind])
            if kind != "case":  # its last step is its check
                item_on(page, item).get_by_role("button", name="Check").click()
            expect(item_on(page, item)).to_contain_text(outcome)
            hint = item_on(page, item).get_by_role("button", name="Hint")
            if hint.is_visible():
                hint.click()
        assert faults(page, *ours) == [], outcome
        if responses is WRONG:
            for item in items.values():
                item_on(page, item).get_by_role("button", name="Try again").click()


def test_hand_in_names_what_is_open_and_says_that_it_arrived(lab, page, course_root):
    address, desk = lab
    quiz = desk / QUIZ / f"{QUIZ}.ipynb"
    released = nbformat.read(quiz, as_version=4)
    released.metadata["icecourse"]["due"] = "2099-12-04T22:00:00+00:00"  # as the gradebook's date is handed out
    nbformat.write(released, quiz)
    trust(quiz)
    items = [item for _, item in next(p for p in Course(course_root).masters if p.name == QUIZ).items()]
    visit(page, address)
    visit(page, address, f"{QUIZ}/{QUIZ}.ipynb")
    item_on(page, items[-1]).wait_for()
    for item in items[1:]:
        choose(page, item, item.key.correct)
    bar = page.get_by_role("region", name="Progress")
    expect(bar).to_contain_text(f"{len(items) - 1} of {len(items)} answered")
    expect(bar).to_contain_text("Due Friday, December 4, 2099")
    bar.get_by_role("button", name="Hand in", exact=True).click()
    expect(bar.get_by_role("status")).to_have_text("One item is still open.")
    bar.get_by_role("button", name="Go to the next open item").click()
    choose(page, items[0], items[0].key.correct)
    expect(bar.get_by_role("button", name="Go to the next open item")).to_be_hidden()
    bar.get_by_role("button", name="Hand in").click()
    expect(bar.get_by_role("status")).to_contain_text("It has arrived")
    for width in (1000, 600, 1100):
        page.set_viewport_size({"width": width, "height": 900})
        said, around = bar.get_by_role("status"), page.locator(".jp-NotebookPanel .ice-progress")
        wait_for(
            lambda said=said, around=around: (
                said.bounding_box()["y"] + said.bounding_box()["height"]
                <= around.bounding_box()["y"] + around.bounding_box()["height"]
            ),
            f"the whole sentence to show at {width} px",
        )
    [arrived] = (course_root / "exchange" / "ice-for-paralegals" / "inbound").iterdir()
    kept = journal.read(arrived / journal.NAME)
    assert {item.id for item in items} == {entry.item for entry in kept.entries}


def use_theme(home, theme):
    settings = home / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "themes.jupyterlab-settings").write_text(json.dumps({"theme": theme}))


def test_the_instructor_finds_the_formgrader(serve, page, course_root):
    """``make teach``: the masters are in the gradebook, the formgrader opens, a master shows its text as text."""
    address = serve("teach", TEACH="--no-browser")
    parts = urlsplit(address)
    visit(page, address)
    page.goto(f"{parts.scheme}://{parts.netloc}/formgrader?{parts.query}")
    expect(page.get_by_role("link", name=QUIZ).first).to_be_visible()
    visit(page, address, f"source/{QUIZ}/{QUIZ}.ipynb")
    expect(page.get_by_text("### BEGIN KEY").first).to_be_visible()
    assert page.locator(".ice-item").count() == 0, "a master does not start by itself"
