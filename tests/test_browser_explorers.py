"""Does every kind of explorer work for a person: by keyboard, in words, at any width and theme, with no kernel too?"""

import re

import nbformat
import pytest
from conftest import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import expect
from test_browser import THEMES, faults, kernels, page, pytestmark, use_theme, visit  # noqa: F401
from test_explorers import KINDS, SAMPLES, sample

from icecourse.curriculum import KERNEL
from icecourse.desk.layout import trust
from icecourse.page.explorers.text import text_form


def write(folder, cells, role):
    cells = [new_markdown_cell("# Explorers\n\n## A section", id="title"), *cells]
    metadata = {"icecourse": {"role": role}, "kernelspec": KERNEL} if role else {}
    folder.mkdir()
    nbformat.write(new_notebook(cells=cells, metadata=metadata), folder / "page.ipynb")
    trust(folder / "page.ipynb")


@pytest.fixture
def shown(shared_desk, page, request):  # noqa: F811
    """A page with an explorer of every kind, opened: ``shown("chart")`` is the one on the screen."""
    if "theme" in request.fixturenames:
        use_theme(shared_desk.home, request.getfixturevalue("theme"))
    code = (
        "from pathlib import Path; from icecourse.kernel.explorer_widget import ExplorerWidget;"
        "from icecourse.page.explorers.data import load; from icecourse.page.explorers.text import text_form;"
        f"explorer = load('sample-{{kind}}', Path({str(SAMPLES)!r})); display(ExplorerWidget(explorer));"
        "display(text_form(explorer), raw=True)"
    )
    folder = shared_desk.folder / f"{shared_desk.name}-explorers"
    write(folder, [new_code_cell(code.format(kind=kind), id=kind) for kind in KINDS], "lesson")
    visit(page, shared_desk.address, f"{folder.name}/page.ipynb")
    page.locator(".ice-live").nth(len(KINDS) - 1).wait_for()

    def explorer(kind):
        return page.locator(f'.ice-live[data-explorer="sample-{kind}"]')

    explorer.folder = folder
    return explorer


def test_every_kind_by_keyboard_alone(shown, page):  # noqa: F811
    chart = shown("chart")
    chart.get_by_role("button", name="Today").press("Enter")
    expect(chart.get_by_role("button", name="Today")).to_have_attribute("aria-pressed", "true")
    expect(chart.get_by_text("Field offices")).to_be_visible()
    expect(chart.get_by_role("heading", name="About 2018")).to_be_hidden()

    timeline = shown("timeline")
    expect(timeline.get_by_text("A court of appeals held")).to_be_hidden()
    timeline.locator("summary").nth(1).press("Enter")
    expect(timeline.get_by_text("A court of appeals held")).to_be_visible()
    timeline.get_by_role("button", name="Open all").press("Enter")
    expect(timeline.get_by_text("The form of 2017 asks")).to_be_visible()

    finder = shown("finder")
    finder.get_by_label("What happened?").focus()
    page.keyboard.press("ArrowDown")
    answer = finder.get_by_role("status")
    expect(answer).to_contain_text("Who holds it: Enforcement and Removal Operations (ERO)")
    expect(answer).to_contain_text("The firm asks the jail for the time of release.")
    expect(answer.get_by_role("link")).to_have_attribute("href", re.compile("^https://"))
    page.keyboard.press("ArrowDown")
    expect(answer).to_contain_text("Executive Office for Immigration Review (EOIR); Enforcement")

    sorter, cards = shown("sorter"), {card.text: card for card in sample("sorter").cards}
    names = sample("sorter").bins
    for turn in range(len(cards) + 1):  # the first card goes astray, and comes again
        text = sorter.locator(".ice-card").inner_text().split("\n")[-1]
        right = cards[text].bin
        chosen = right if turn else next(name for name in names if name != right)
        sorter.get_by_role("button", name=names[chosen]).press("Enter")
        told = sorter.locator(".ice-told")
        expect(told).to_be_focused()
        expect(told).to_contain_text(f"Right: {names[right]}." if turn else f"Not yet: it goes under {names[right]}")
        expect(told).to_contain_text(cards[text].why)
        sorter.get_by_role("button", name="Next card").press("Enter")
    expect(sorter.get_by_text("All 3 cards are in place.")).to_be_visible()
    expect(sorter.get_by_role("button", name="Start again")).to_be_focused()
    page.keyboard.press("Enter")
    expect(sorter.locator(".ice-card")).to_be_focused()

    document = shown("document")
    spot = document.get_by_role("button", name="Number 1 on the picture")
    spot.press("Enter")
    note = document.get_by_role("status")
    expect(note).to_contain_text("Copy it exactly into every letter.")
    expect(spot).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(note).to_be_empty()
    expect(spot).to_be_focused()

    calculator = shown("calculator")
    calculator.get_by_label("Day").focus()
    page.keyboard.type("12182026")
    expect(calculator).to_contain_text("Form I-9 inspection: Wednesday, December 23, 2026")
    expect(calculator.get_by_role("status")).to_contain_text("The attorney confirms every date.")
    expect(calculator.get_by_label("Day")).to_be_focused()
    [kernel] = kernels(shown.folder)
    kernel.suspend()  # it hangs: said in words, with the day that the dates on the screen are for
    try:
        calculator.get_by_label("Day").fill("2026-11-06")
        expect(calculator.get_by_role("status")).to_contain_text("No answer from the kernel. The dates below are for")
        expect(calculator.get_by_role("status")).to_contain_text("Friday, December 18, 2026")
    finally:
        kernel.resume()
    expect(calculator).to_contain_text("Thursday, November 12, 2026")
    expect(calculator.get_by_role("status")).not_to_contain_text("No answer")
    assert not list(shown.folder.rglob("answers.jsonl")), "nothing is recorded"


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_on_any_kind_in_any_state(shown, page, theme):  # noqa: F811
    assert page.evaluate("document.body.dataset.jpThemeLight") == str(theme.endswith("Light")).lower()
    assert faults(page, ".ice-live", rules=THEMES[theme]) == [], "fresh"
    shown("chart").get_by_role("button", name="Today").click()
    shown("timeline").get_by_role("button", name="Open all").click()
    shown("finder").get_by_label("What happened?").select_option(index=2)
    for kind in ("finder", "sorter", "document"):
        shown(kind).locator(".ice-all summary").click()
    shown("sorter").get_by_role("button", name="From a judge").click()
    shown("document").get_by_role("button", name="Number 2").click()
    shown("calculator").get_by_label("Day").fill("")
    expect(shown("calculator").get_by_role("status")).to_contain_text("Give a day")
    expect(shown("calculator").locator(".ice-deadlines")).to_be_hidden()
    assert faults(page, ".ice-live", rules=THEMES[theme]) == [], "in use"
    for width, zoom in ((640, 200), (320, 400)):  # of a window of 1280
        page.set_viewport_size({"width": width, "height": 800})
        assert faults(page, ".ice-live", rules=THEMES[theme]) == [], f"{width} px wide, as {zoom} % zoom shows it"
    wide = page.evaluate("[...document.querySelectorAll('.ice-live')].map(el => el.scrollWidth - el.clientWidth)")
    assert set(wide) == {0}, "an explorer needs to be scrolled sideways"
    small = page.evaluate(
        """[...document.querySelectorAll('.ice-live :is(button, select, input, summary)')]
           .map(el => el.getBoundingClientRect()).filter(box => box.width < 24 || box.height < 24).length"""
    )
    assert small == 0, "a target is smaller than 24 px"
    on_paper(shown, page)
    if theme.endswith("Light"):
        without_a_kernel(shown, page)


def on_paper(shown, page):  # noqa: F811
    """Ctrl+P prints the page itself: unrolled, the text forms, nothing of Jupyter and nothing to press."""
    page.set_viewport_size({"width": 1000, "height": 800})
    page.evaluate("window.print = () => { window.printed = true; }")
    page.keyboard.press("Control+p")
    page.wait_for_function("window.printed")
    page.emulate_media(media="print")
    for kind in KINDS:
        expect(page.locator(f'.ice-text [data-explorer="sample-{kind}"]')).to_be_visible()
        expect(shown(kind)).to_be_hidden()
    expect(page.get_by_text("The attorney confirms every date.").locator("visible=true")).to_have_count(1)
    expect(page.locator(".jp-Toolbar").locator("visible=true")).to_have_count(0)
    assert page.evaluate("document.scrollingElement.scrollHeight") > 2000, "the page is not unrolled"
    ink = page.locator(".ice-text p").first.evaluate("el => getComputedStyle(el).color")
    assert ink == "rgb(0, 0, 0)", "paper is white in every theme"
    page.emulate_media(media="screen")


def without_a_kernel(shown, page):  # noqa: F811
    """Saved on another day and opened with no kernel, every kind is text, and no dead widget says so."""
    cells = []
    for kind in KINDS:
        view = {"application/vnd.jupyter.widget-view+json": {"model_id": "gone", "version_major": 2}, "text/plain": ""}
        outputs = [new_output("display_data", data) for data in (view, text_form(sample(kind)))]
        cells.append(new_code_cell("1", id=kind, outputs=outputs))
    saved = shown.folder.with_name(shown.folder.name.replace("explorers", "saved"))
    write(saved, cells, role="")
    page.goto(page.url.replace(shown.folder.name, saved.name))
    for kind in KINDS:
        expect(page.locator(f'.ice-text [data-explorer="sample-{kind}"]')).to_be_visible()
    empty = page.get_by_text(re.compile("(Loading|Error displaying) widget"))
    expect(empty).to_have_count(len(KINDS))
    expect(empty.locator("visible=true")).to_have_count(0)
    expect(page.get_by_text("The attorney confirms every date.")).to_be_visible()


def test_script_and_stylesheets_are_small_and_ask_nobody_else():
    static = ROOT / "icecourse" / "page" / "static"
    text = "".join(path.read_text(encoding="utf-8") for path in static.iterdir())
    assert len(text.encode()) < 40_000
    assert "http" not in text and "innerHTML" not in text and "import " not in text
