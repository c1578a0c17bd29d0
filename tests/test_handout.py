"""Does a handout show everything that is asked and no answer, and a key sheet every answer with its reason?"""

import re

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from conftest import EXAMPLES, ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from test_explorers import KINDS, sample
from test_items import SPANISH, SPANISH_KEY

from icecourse.__main__ import main
from icecourse.author import handout
from icecourse.author.handout import HandoutError, find, write
from icecourse.content import facts
from icecourse.content.words import LANGUAGE
from icecourse.curriculum import Course, Page
from icecourse.item.grammar import open_part, parse
from icecourse.page.explorers.data import load

COURSE = Course(ROOT)
PAGES = COURSE.lessons + COURSE.masters


def read(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def words_of(path):
    return flat(read(path).get_text(" "))


def made(page, folder, key=False):
    write(page, key, folder / "page.html")
    return folder / "page.html"


def flat(text):
    return " ".join(text.split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_handout_has_every_item_and_no_answer_and_its_key_sheet_every_answer(page, tmp_path):
    released = find(COURSE, page.name, key=False)  # of a quiz what trainees get; page is its master
    items = [item for _, item in page.items()]
    html = read(made(released, tmp_path))
    paper = flat(html.get_text(" "))
    key = words_of(made(page, tmp_path, key=True)) if items else ""
    for number, item in enumerate(items, start=1):
        assert f"Item {number}" in paper and f"Item {number}" in key, item.id
        for part in item.stem.split("\n\n"):
            assert flat(part) in paper, item.id
        for text in (*item.options.values(), *item.left.values()):
            assert flat(text) in paper, f"{item.id}: {text}"
        for why in item.key.rationale.values():
            assert flat(why) in key, f"{item.id}: {why}"
            assert flat(why) not in paper, f"{item.id}: {why}"
        for fact in item.key.facts:
            assert flat(facts.load()[fact].citation) in key, f"{item.id}: {fact}"
        assert not item.key.hint or (item.key.hint in key and item.key.hint not in paper)
    for cell in page.notebook.cells:
        if cell.source.startswith("%explore"):
            assert load(cell.source.split()[1]).title in paper
        model = re.search(r"BEGIN SOLUTION\s+(.*?)\s+### END SOLUTION", cell.source, re.S)
        if model and cell.cell_type == "markdown":
            longest = flat(max(re.split(r"[.*#()\n]", model[1]), key=len))
            assert longest in key and longest not in paper, "the model answer of a part that a person grades"
    folded = [part for part in html.find_all("details") if not part.find_parent(class_="ice-explorer")]
    assert folded == [], "a note to check oneself is an answer"
    asks_for_nothing_from_outside(html)


def asks_for_nothing_from_outside(html):
    assert html.html["lang"] == "en" and html.title.string
    parts = html.find_all(True)
    assert not {part.name for part in parts} & {"script", "link", "button", "input"}
    ids = {part["id"] for part in parts if part.get("id")}
    for part in parts:
        if part.name == "img":
            assert part["src"].startswith("data:") and part.get("alt")
        if part.name == "a" and "href" in part.attrs:
            assert part["href"].startswith("https://") or part["href"].removeprefix("#") in ids, part
    assert not re.search(r"url\(|@import", str(html.style))


def everything(folder, key):
    """A quiz with an item of every kind, an explorer of every kind, a note to check oneself and a task by hand."""
    cells = [new_markdown_cell("# Everything\n\n## A section"), new_code_cell("%load_ext icecourse")]
    cells += [new_code_cell(source if key else open_part(source)) for source in EXAMPLES.values()]
    cells += [new_code_cell(f"%explore sample-{kind}") for kind in KINDS]
    cells.append(new_markdown_cell("<details><summary>Check</summary>\n\n- The **answer**.\n\n</details>"))
    text = "### BEGIN SOLUTION\n\nModel note.\n\n### END SOLUTION" if key else "Write here."
    marks = {"solution": True, "grade": True, "points": 3, "grade_id": "note"}
    cells.append(new_markdown_cell(text, metadata={"nbgrader": marks}))
    path = folder / "everything.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"icecourse": {"role": "quiz"}}), path)
    return Page(path)


@pytest.fixture
def samples(monkeypatch):
    """``%explore sample-chart`` in a handout finds the tests' own files."""
    monkeypatch.setattr(handout, "load", lambda name: sample(name.removeprefix("sample-")))


def test_every_kind_has_its_form_on_paper(tmp_path, samples):
    page = everything(tmp_path, key=False)
    html = read(made(page, tmp_path))
    sections = {item.kind: part for (_, item), part in zip(page.items(), html.select(".item"), strict=True)}
    kinds = {kind: parse(source) for kind, source in EXAMPLES.items()}
    assert len(sections["one"].select(".box.one")) == len(kinds["one"].options)
    assert len(sections["all"].select(".box.all")) == len(kinds["all"].options)
    assert len(sections["match"].select(".blank")) == len(kinds["match"].left)
    assert len(sections["order"].select(".blank")) == len(kinds["order"].options)
    assert len(sections["entry"].select(".blank")) == 1
    if "case" in kinds:
        case = kinds["case"].case
        for scene in case.scenes.values():
            assert flat(scene.title) in flat(sections["case"].get_text(" "))
        assert len(sections["case"].select(".box")) == sum(len(scene.choices) for scene in case.scenes.values())
    assert html.select(".lines") and "Name:" in html.get_text()
    sorter = html.select_one('[data-explorer="sample-sorter"]').get_text(" ")
    assert "A. Administrative" in sorter and "________" in sorter and sample("sorter").cards[0].why not in sorter
    assert "The answer." not in html.get_text(" ")

    key = words_of(made(everything(tmp_path, key=True), tmp_path, key=True))
    assert "Graded by a person (points: 3) Model note." in key and "SOLUTION" not in key
    assert sample("sorter").cards[0].why in key and "answer" in key
    assert "Right: The Notice to Appear → The first short hearing" in key
    assert "Right: Form I-247A: Asks a jail for notice before release" in key
    assert "Right: 2026-11-10" in key and "Not right: Any other answer" in key
    assert "Who sits where" not in key, "what has no answers is not on a key sheet"


@pytest.mark.slow(8)
def test_axe_finds_nothing_on_paper(tmp_path, samples, browser):
    with browser.new_page(viewport={"width": 320, "height": 800}) as tab:
        for key in (False, True):
            tab.goto(made(everything(tmp_path, key), tmp_path, key).as_uri())
            violations = Axe().run(tab).response["violations"]
            assert [(rule["id"], part["html"][:150]) for rule in violations for part in rule["nodes"]] == []
            assert tab.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_page_is_found_by_how_its_name_begins(checkout):
    assert find(checkout, "03", key=False).name == "03-ero-finding-and-arresting"
    assert find(checkout, "quiz-03", key=True).path.parts[-3] == "source", "the master, for it has the key"
    assert find(checkout, "quiz-03", key=False).path.parts[-3] == "assignments", "what trainees get"
    for name, says in (("quiz", "several pages"), ("77", "no page")):
        with pytest.raises(HandoutError, match=says):
            find(checkout, name, key=False)


def test_a_quiz_as_trainees_have_it_has_no_key_sheet(checkout, tmp_path):
    with pytest.raises(HandoutError, match="has no key here"):
        write(checkout.assignments[0], True, tmp_path / "key.html")
    with pytest.raises(HandoutError, match="is a master"):
        write(checkout.masters[0], False, tmp_path / "key.html")
    assert not (tmp_path / "key.html").exists()


def test_paper_speaks_another_language_as_far_as_it_is_translated(tmp_path, monkeypatch, item_source):
    source = item_source.replace("### BEGIN KEY", SPANISH).replace("[rationale]", SPANISH_KEY)
    pages = {}
    for key in (False, True):
        cells = [new_markdown_cell("# Una página"), new_code_cell(source if key else open_part(source))]
        path = tmp_path / f"{key}.ipynb"
        nbformat.write(new_notebook(cells=cells), path)
        monkeypatch.setenv(LANGUAGE, "es")
        pages[key] = words_of(made(Page(path), tmp_path, key))
        assert "¿Cuándo termina la retención?" in pages[key] and "Martes, 5 p. m." in pages[key]
        assert '<html lang="es">' in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Ni el sábado" in pages[True] and "sábado" not in pages[False]
    assert "Monday, 5 p.m." in pages[False], "what is not translated stays English"


def test_the_command_writes_a_file_and_says_where(scratch, monkeypatch, capsys):
    monkeypatch.chdir(scratch)
    main(["print", "03"])
    assert "handouts/03-ero-finding-and-arresting.html is written" in capsys.readouterr().out.replace("\\", "/")
    assert (scratch / "handouts" / "03-ero-finding-and-arresting.html").is_file()
    with pytest.raises(SystemExit, match="There is no page"):
        main(["print", "77"])
