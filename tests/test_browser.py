"""Does it work for a person? A real Chromium against the server that ``make lab`` starts.

One walk: lesson, practice, quiz, reload, killed kernel, hand-in, grade. The browser's traffic is read all the way:
no key of a quiz may pass.
"""

import json
import shutil
import signal
import socket
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import nbformat
import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import EXAMPLES, LONG, ROOT
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import expect
from servers import serving
from test_exchange import QUIZ, rows
from test_response_feedback import RIGHT, WRONG

from icecourse.course_root import api
from icecourse.curriculum import KERNEL, Course
from icecourse.desk.layout import trust
from icecourse.item import journal
from icecourse.item.grammar import Item, is_item, open_part, parse

LESSON = "lessons/03-ero-finding-and-arresting.ipynb"
PATIENCE = 60_000  # ms; a guard against hanging, no measure

pytestmark = pytest.mark.slow(20)


@pytest.fixture
def course_root(laid_out, scratch, home):
    """The course with its quizzes handed out, and beside it ann's desk, laid out."""
    for name, place in (("course", scratch / "course"), ("desk", scratch / "desk"), ("home", home)):
        shutil.copytree(laid_out / name, place, dirs_exist_ok=True)
    return scratch / "course"


@pytest.fixture
def serve(course_root, scratch):
    """Run ``icecourse lab`` or ``icecourse teach`` in a course root of its own; gives the address with its token."""
    with ExitStack() as servers:
        yield lambda *words: servers.enter_context(
            serving([sys.executable, "-m", "icecourse", *words], course_root, scratch / f"{words[0]}.log")
        )


@pytest.fixture
def lab(serve, scratch):
    """The trainee's side: (address with token, desk)."""
    desk = scratch / "desk"
    return serve("lab", "--desk", desk, "--no-browser", "--trainee", "ann"), desk


@pytest.fixture
def page(context):
    """A window of 1100 by 900."""
    expect.set_options(timeout=PATIENCE)
    with context.new_page() as page:
        page.set_default_timeout(PATIENCE)
        yield page


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
    page.goto(address if path is None else f"{parts.scheme}://{parts.netloc}/notebooks/{path}?{parts.query}")


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
    processes = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        command = " ".join(process.info["cmdline"] or ())
        if "ipykernel_launcher" in command and (process.info["cwd"] or "").startswith(str(desk)):
            processes.append(process)
    return processes


@pytest.fixture
def made(course_root, scratch):
    """As ``lab``, but by ``make lab`` in a fresh checkout: it hands the quizzes out and lays the desk out itself."""
    desk = scratch / "desk"
    for place in (course_root / "exchange", desk):
        shutil.rmtree(place)
    options = f"LAB=--desk {desk} --no-browser --trainee ann"
    command = ["make", "-f", ROOT / "Makefile", "lab", f"VENV={sys.prefix}", options]
    with serving(command, course_root, scratch / "make.log") as address:
        yield address, desk


@pytest.mark.slow(60)
def test_from_the_first_screen_to_a_grade(made, page, course_root, nbgrader):
    address, desk = made
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
    answers = journal.read(desk / QUIZ / journal.NAME)
    assert {entry.item for entry in answers.entries} == {item.id for item in graded[:4]}
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


class Kinds(NamedTuple):
    """A quiz and a practice page with an item of every kind (CONTRIBUTING.md's examples) on a desk."""

    address: str
    quiz: str  # paths of notebooks
    practice: str
    folder: Path  # of the quiz
    items: dict[str, Item]  # by kind


@pytest.fixture
def kinds(shared_desk):
    items = {kind: parse(source) for kind, source in EXAMPLES.items()}
    paths = {}
    for role, copy in (("quiz", open_part), ("lesson", str)):
        cells = [new_markdown_cell("# Kinds", id="title"), new_code_cell("%load_ext icecourse", id="setup")]
        cells += [new_code_cell(copy(EXAMPLES[kind]), id=item.id) for kind, item in items.items()]
        cells += [
            new_markdown_cell("## A section", id="section"),
            new_code_cell("%explore detainer-window", id="explorer"),
        ]
        notebook = new_notebook(cells=cells, metadata={"icecourse": {"role": role}, "kernelspec": KERNEL})
        paths[role] = f"{shared_desk.name}-{role}/page.ipynb"
        path = shared_desk.folder / paths[role]
        path.parent.mkdir()
        nbformat.write(notebook, path)
        trust(path)
    quiz = shared_desk.folder / paths["quiz"]
    return Kinds(shared_desk.address, paths["quiz"], paths["lesson"], quiz.parent, items)


def response_of(folder, item):
    last = journal.read(folder / journal.NAME).last(item.id)
    return last.response if last else None


def wait_for(condition, what):
    deadline = time.time() + PATIENCE / 1000
    while not condition():
        assert time.time() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


# A few of them here; all of them by ``make test-all``, for it takes minutes.
ALL = [*Course(ROOT).lessons, *Course(ROOT).beside, *(p for p in Course(ROOT).assignments if "quiz" not in p.name)]
PAGES = ALL if LONG else [p for p in ALL if p.name[:2] in ("00", "04", "12", "ca", "re")]


@pytest.mark.slow(45)
@pytest.mark.long_form
def test_every_page_opens_starts_and_shows_all_of_it(lab, page):
    """As a trainee sees it: each item and explorer, each picture, no error on the console, no amount as a formula."""
    address, desk = lab
    errors = []
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
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
    folder, items = kinds.folder, kinds.items
    visit(page, kinds.address, kinds.quiz)
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
    answers = journal.read(folder / journal.NAME)
    wait_for(
        lambda: journal.read(folder / journal.NAME).last(items["entry"].id).confidence == "fairly", "the confidence"
    )
    before = {kind: response_of(folder, item) for kind, item in items.items()}
    assert before["case"] == RIGHT["case"]
    assert before["order"][0] in items["order"].options and len(before["match"]) == 3 and len(before["all"]) == 2
    assert answers.skipped == 0

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
    folder, items = kinds.folder, kinds.items
    visit(page, kinds.address, kinds.quiz)
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
    items = kinds.items
    visit(page, kinds.address, kinds.practice)
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
    items = kinds.items
    visit(page, kinds.address, kinds.quiz)
    item_on(page, items["entry"]).wait_for()
    cells = page.locator(".jp-Notebook-cell").count()
    page.locator(".jp-Notebook-cell").first.click()
    for key in ("d", "d", "x", "m", "1", "b", "Enter", "z"):
        page.keyboard.press(key)
    item_on(page, items["one"]).locator("legend").click()
    for key in ("d", "d", "m", "1", "r"):
        page.keyboard.press(key)
    # An answer goes the way of the keys, to the kernel and back: whatever they set off has happened by then.
    choose(page, items["one"], ["sunday"])
    assert page.locator(".jp-Notebook-cell").count() == cells
    assert page.locator(".ice-item").count() == len(items)
    expect(page.get_by_role("heading", name="Kinds", exact=True)).to_be_visible()


def test_an_answer_given_while_the_kernel_is_dead_is_saved_when_it_is_back(kinds, page):
    folder, items = kinds.folder, kinds.items
    visit(page, kinds.address, kinds.quiz)
    item_on(page, items["entry"]).wait_for()
    [kernel] = kernels(folder)
    kernel.send_signal(signal.SIGKILL)
    item_on(page, items["one"]).locator("input").first.click(force=True)
    chosen = item_on(page, items["one"]).locator("input").first.get_attribute("value")
    expect(page.get_by_role("dialog")).to_be_visible()  # Jupyter says that the kernel died and comes back
    page.get_by_role("dialog").get_by_role("button", name="Ok").click()
    wait_for(lambda: response_of(folder, items["one"]) == [chosen], "the answer to be saved")
    expect(item_on(page, items["one"]).get_by_role("status")).to_contain_text("Saved at")
    assert marked(page, items["one"]) == {chosen}


class Quiz(NamedTuple):
    """A quiz of the course as it is handed out, in a folder of the test's own on a desk."""

    address: str
    path: str  # of the notebook
    folder: Path
    items: list[Item]  # with their keys


@pytest.fixture
def quiz(shared_desk, checkout):
    folder = shutil.copytree(shared_desk.folder / QUIZ, shared_desk.folder / f"{shared_desk.name}-quiz")
    items = [item for page in checkout.masters if page.name == QUIZ for _, item in page.items()]
    return Quiz(shared_desk.address, f"{folder.name}/{QUIZ}.ipynb", folder, items)


def test_a_page_from_elsewhere_waits_for_start(quiz, page):
    """A notebook that this computer did not sign does not run by itself; one press starts it."""
    signed = quiz.folder / f"{QUIZ}.ipynb"
    foreign = quiz.folder / "elsewhere.ipynb"
    text = signed.read_text(encoding="utf-8")
    foreign.write_text(text.replace("# Quiz", "# The quiz", 1), encoding="utf-8")
    assert foreign.read_text(encoding="utf-8") != text
    visit(page, quiz.address, f"{quiz.folder.name}/elsewhere.ipynb")
    start = page.get_by_role("region", name="Start").get_by_role("button", name="Start")
    start.wait_for()
    with page.context.new_page() as other:  # by the time that a page of ours has started, this one would have too
        visit(other, quiz.address, quiz.path)
        other.locator(".ice-item").first.wait_for()
    assert page.locator(".ice-item").count() == 0
    start.click()
    page.locator(".ice-item").first.wait_for()


def test_a_saved_page_reopened_without_a_kernel_shows_its_answers_as_text(quiz, page):
    item = quiz.items[0]
    chosen = list(item.options)[:1]
    journal.append(quiz.folder / journal.NAME, journal.Entry(item.id, chosen, journal.now(), item.version))
    saved = nbformat.read(quiz.folder / f"{QUIZ}.ipynb", as_version=4)
    NotebookClient(saved, timeout=120, resources={"metadata": {"path": str(quiz.folder)}}).execute()
    nbformat.write(saved, quiz.folder / f"{QUIZ}.ipynb")  # not signed on this computer: it does not start by itself
    visit(page, quiz.address, quiz.path)
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


def test_two_windows_with_two_kernels_keep_both_answers_and_both_say_so(lab, serve, page, browser, course_root):
    address, desk = lab
    [item, *_] = [
        item for _, item in next(p for p in Course(course_root).masters if p.name == QUIZ).items() if item.kind == "one"
    ]
    first, second = list(item.options)[:2]
    visit(page, address, f"{QUIZ}/{QUIZ}.ipynb")
    item_on(page, item).wait_for()
    with browser.new_page() as other:
        other.set_default_timeout(PATIENCE)
        visit(other, serve("lab", "--desk", desk, "--no-browser"), f"{QUIZ}/{QUIZ}.ipynb")
        item_on(other, item).wait_for()
        choose(page, item, [first])
        choose(other, item, [second])
        expect(item_on(other, item).get_by_role("status")).to_contain_text("Also answered in another window.")
        page.bring_to_front()
        page.evaluate("window.dispatchEvent(new Event('focus'))")  # a browser without a screen does not always send it
        expect(item_on(page, item).get_by_role("status")).to_contain_text("Also answered in another window.")
        assert marked(page, item) == {second}
    responses = [entry.response for entry in journal.read(desk / QUIZ / journal.NAME).entries if entry.item == item.id]
    assert responses == [[first], [second]]


def test_a_quiz_by_keyboard_alone(quiz, page):
    item = quiz.items[0]
    visit(page, quiz.address, quiz.path)
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
    wait_for(lambda: response_of(quiz.folder, item) != list(first), "the second answer")
    last = response_of(quiz.folder, item)
    assert set(last) == marked(page, item) and boxes.nth(1).get_attribute("value") in last


def test_without_a_kernel_an_item_says_that_it_is_not_saved(quiz, page):
    """Within three seconds, in words, with what to press; the choice stays on the screen."""
    item = quiz.items[0]
    visit(page, quiz.address, quiz.path)
    item_on(page, item).wait_for()
    [kernel] = kernels(quiz.folder)
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
    assert journal.read(quiz.folder / journal.NAME).last(item.id).response == [option]


def test_a_full_disk_is_said_on_the_item(quiz, page):
    item = quiz.items[0]
    visit(page, quiz.address, quiz.path)
    item_on(page, item).wait_for()
    (quiz.folder / journal.NAME).mkdir()
    option = next(iter(item.options))
    item_on(page, item).locator(f'input[value="{option}"]').click()
    status = item_on(page, item).get_by_role("status")
    expect(status).to_contain_text("Not saved. There is a folder named answers.jsonl")
    (quiz.folder / journal.NAME).rmdir()
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


def faults(page, *places, rules=()):
    """What axe finds on our own elements (JupyterLab's are not ours), by rule and element. No ``rules``: all."""
    around = {"include": [[place] for place in places if page.locator(place).count()]}
    answer = Axe().run(page, around, {"runOnly": list(rules)} if rules else None).response
    return [(rule["id"], part["html"][:150]) for rule in answer["violations"] for part in rule["nodes"]]


THEMES = {"JupyterLab Light": (), "JupyterLab Dark": ("color-contrast",)}  # rules; in the dark only colors can differ


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_on_any_kind_in_any_state(kinds, page, shared_desk, theme):
    use_theme(shared_desk.home, theme)
    folder, items = kinds.folder, kinds.items
    ours = (".ice-item", ".ice-bar", ".ice-live")
    visit(page, kinds.address, kinds.quiz)
    item_on(page, items["entry"]).wait_for()
    page.locator(".ice-live").wait_for()
    assert page.evaluate("document.body.dataset.jpThemeLight") == str(theme.endswith("Light")).lower()
    assert faults(page, *ours, rules=THEMES[theme]) == [], "fresh"
    for kind, item in items.items():
        give(page, item, WRONG[kind])
        expect(item_on(page, item).get_by_role("status")).to_contain_text("Saved at")
    assert faults(page, *ours, rules=THEMES[theme]) == [], "answered"
    for width, zoom in ((640, 200), (320, 400)):  # of a window of 1280
        page.set_viewport_size({"width": width, "height": 800})
        assert faults(page, *ours, rules=THEMES[theme]) == [], f"{width} px wide, as {zoom} % zoom shows it"
    wide = page.evaluate("[...document.querySelectorAll('.ice-item')].map(el => el.scrollWidth - el.clientWidth)")
    assert set(wide) == {0}, "an item needs to be scrolled sideways"
    small = page.evaluate(
        """[...document.querySelectorAll('.ice-item button, .ice-item label, .ice-item select, .ice-bar button')]
           .filter(el => el.offsetParent)
           .map(el => el.getBoundingClientRect()).filter(box => box.width < 24 || box.height < 24).length"""
    )
    assert small == 0, "a target is smaller than 24 px"
    page.set_viewport_size({"width": 1100, "height": 900})
    [kernel] = kernels(folder)
    kernel.suspend()
    try:
        unsaved = {kind: item for kind, item in items.items() if kind != "case"}  # the case has come to its end
        for kind, item in unsaved.items():
            give(page, item, RIGHT[kind])
        for item in unsaved.values():
            expect(item_on(page, item).get_by_role("status")).to_contain_text("Not saved.")
        assert faults(page, *ours, rules=THEMES[theme]) == [], "not saved"
    finally:
        kernel.resume()
    for item in unsaved.values():
        expect(item_on(page, item).get_by_role("status")).to_contain_text("Saved at")


@pytest.mark.slow(30)
def test_axe_finds_nothing_on_practice_in_any_state(kinds, page):
    items = kinds.items
    visit(page, kinds.address, kinds.practice)
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
        assert faults(page, ".ice-item", ".ice-bar", ".ice-live") == [], outcome
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
        status, around = bar.get_by_role("status"), page.locator(".jp-NotebookPanel .ice-progress")
        wait_for(
            lambda status=status, around=around: (
                status.bounding_box()["y"] + status.bounding_box()["height"]
                <= around.bounding_box()["y"] + around.bounding_box()["height"]
            ),
            f"the whole sentence to show at {width} px",
        )
    [arrived] = (course_root / "exchange" / "ice-for-paralegals" / "inbound").iterdir()
    answers = journal.read(arrived / journal.NAME)
    assert {item.id for item in items} == {entry.item for entry in answers.entries}


def use_theme(home, theme):
    settings = home / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "themes.jupyterlab-settings").write_text(json.dumps({"theme": theme}))


def test_the_instructor_finds_the_formgrader(serve, page, course_root):
    """``icecourse teach``: the masters are in the gradebook, the formgrader opens, a master shows its text as text."""
    address = serve("teach", "--no-browser")
    parts = urlsplit(address)
    visit(page, address)
    page.goto(f"{parts.scheme}://{parts.netloc}/formgrader?{parts.query}")
    expect(page.get_by_role("link", name=QUIZ).first).to_be_visible()
    visit(page, address, f"source/{QUIZ}/{QUIZ}.ipynb")
    expect(page.get_by_text("### BEGIN KEY").first).to_be_visible()
    assert page.locator(".ice-item").count() == 0, "a master does not start by itself"
