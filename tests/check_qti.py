"""Does a QTI 3 player that was not written here show and score our items as we do? ``make check-qti`` (needs npm).

``python check_qti.py PLAYER``: the script of @citolab/qti-components. Each item of the course and of CONTRIBUTING.md is
loaded into Chromium; every response below is given to the player, and its SCORE held against ours.
"""

import sys
from pathlib import Path

from conftest import CHROMIUM, EXAMPLES, ROOT
from playwright.sync_api import Page, sync_playwright
from test_qti import as_qti, responses

from icecourse.curriculum import Course
from icecourse.interchange import qti
from icecourse.item.grammar import Item, parse
from icecourse.item.scoring import score

ROUNDING = 6e-4  # the player rounds to three places
LOAD = """async xml => {
  const item = await QtiComponents.qtiTransformItem().parse(xml);
  const player = document.createElement("qti-item"), place = document.createElement("item-container");
  document.body.replaceChildren(player);
  player.append(place);
  const there = "qti-assessment-item-connected";
  const ready = new Promise(done => document.addEventListener(there, event => done(event.detail), { once: true }));
  place.itemDoc = item.htmlDoc();
  window.item = await ready;
  await window.item.updateComplete;
  await new Promise(done => setTimeout(done, 30));
  return window.item.innerText;
}"""
SCORE = """async response => {
  item.resetResponses();
  item.updateOutcomeVariable("SCORE", "0");
  item.updateResponseVariable("RESPONSE", response);
  item.processResponse();
  return Number(item.getOutcome("SCORE").value);
}"""
CLICK = """async names => {
  for (const name of names) item.querySelector(`qti-simple-choice[identifier="${name}"]`).click();
  await new Promise(done => setTimeout(done, 20));
  item.processResponse();
  return Number(item.getOutcome("SCORE").value);
}"""


def check(page: Page, item: Item) -> tuple[int, list[str]]:
    """How many responses were compared, and how the player differs."""
    shown = page.evaluate(LOAD, qti.document(item))
    faults = [f"{item.id}: the player does not show {text!r}" for text in item.options.values() if text not in shown]
    count = 0
    for response in responses(item):
        ours = score(item, response)
        if item.kind == "order" and ours.outcome == "partly":
            continue  # said in qti.loss
        theirs = page.evaluate(SCORE, as_qti(item, response))
        count += 1
        if abs(theirs - ours.earned) > ROUNDING:
            faults.append(f"{item.id}: {response} is {theirs} to the player, {ours.earned} to us")
        if item.kind in ("one", "all") and count <= 6:
            page.evaluate(LOAD, qti.document(item))
            clicked = page.evaluate(CLICK, [qti.identifier(option) for option in response])
            if abs(clicked - ours.earned) > ROUNDING:
                faults.append(f"{item.id}: clicking {response} gives {clicked}, {ours.earned} to us")
    return count, faults


def main(player: Path) -> None:
    course = Course(ROOT)
    items = {item.id: item for page in (*course.masters, *course.lessons) for _, item in page.items()}
    items |= {item.id: item for item in map(parse, EXAMPLES.values())}
    items = {name: item for name, item in items.items() if item.kind in qti.WRITERS}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content("<!doctype html><title>QTI</title>")
        page.add_script_tag(content=player.read_text(encoding="utf-8"))
        results = [check(page, item) for item in items.values()]
        browser.close()
    for fault in (fault for _, faults in results for fault in faults):
        print(fault)
    compared, faults = sum(count for count, _ in results), sum(len(faults) for _, faults in results)
    print(f"{len(items)} items, {compared} responses compared, {faults} differences")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
