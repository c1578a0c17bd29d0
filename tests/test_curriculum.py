"""Is the content sound? Each test names the lesson, cell, item or fact that is not.

Rules: design, sections 7 and 8.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from datetime import date

import nbformat
import pyphen
import pytest
from conftest import EXAMPLES, ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from icecourse import curriculum
from icecourse.author import minutes, pages
from icecourse.content import facts
from icecourse.curriculum import CITATION, Course, Page

COURSE = Course(ROOT)
PAGES = COURSE.lessons + COURSE.beside + COURSE.masters
LOADED = re.compile(
    r"\b(illegals?|illegal (?:aliens?|immigrants?)|criminal aliens?|invasion|invaders?|deportation machine|crackdown|"
    r"raids?|round[- ]?ups?|kidnap\w*|gestapo|law-abiding|innocent|ruthless|heartless|cruel\w*|brave|heroic|"
    r"unfortunately|sadly|obviously|of course)\b",
    re.I,
)
QUOTED = re.compile(r'"[^"\n]*"|“[^”\n]*”|\*[^*\n]+\*')
VERBS = {"tell", "say", "compute", "name", "place", "sort", "pick", "read", "route", "choose", "order", "serve", "find",
         "recognize", "protect", "build", "handle", "work", "open", "hand", "write"}  # fmt: skip
# Cells that frame a lesson and state no law of their own.
FRAME = re.compile(r"^(# |## (You will be able to|Before you start|Key points|Sources)\b|Next: )")
SYLLABLES = pyphen.Pyphen(lang="en_US")
MONTHS = [date(2000, month, 1).strftime("%B") for month in range(1, 13)]


def prose(source: str) -> str:
    """Markdown as a reader reads it: no links' addresses, tables, pictures, headings or marks."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)|<[^>]+>", "", source)
    text = re.sub(r"\(?\[([^\]]+)\]\([^)]*\)\)?", "", text)
    lines = [line for line in text.split("\n") if not line.startswith(("|", "#"))]
    return re.sub(r"[*_`>]", "", "\n".join(lines))


def reading_grade(text: str) -> float:
    """The U.S. school grade of Kincaid, Fishburne, Rogers and Chissom 1975 (Research Branch Report 8-75):
    0.39 words a sentence + 11.8 syllables a word - 15.59. Syllables are the parts that pyphen would hyphenate."""
    sentences = [part for part in re.split(r"[.!?]+(?:\s|$)", text) if part.strip()]
    words = re.findall(r"[\w'’-]+", text)
    syllables = sum(len(SYLLABLES.positions(word)) + 1 for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def markdown(page):
    return [cell for cell in page.notebook.cells if cell.cell_type == "markdown"]


def every_item():
    return [(page, cell, item) for page in PAGES for cell, item in page.items()]


ITEMS = every_item()
IDS = [f"{page.name}:{item.id}" for page, _, item in ITEMS]
each_lesson = pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda page: page.name)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
each_item = pytest.mark.parametrize(("page", "cell", "item"), ITEMS, ids=IDS)


# -- items ---------------------------------------------------------------------------------------------------


def test_every_item_has_an_id_of_its_own():
    places = {}
    for page, cell, item in ITEMS:
        assert item.id not in places, f'item "{item.id}" stands in {places[item.id]} and in {page.name}'
        assert cell.id == item.id, f'{page.name}: cell "{cell.id}" holds item "{item.id}"; give both one id'
        places[item.id] = page.name


@each_item
def test_an_item_rests_on_facts_that_exist_and_carry_it(page, cell, item):
    known = facts.load()
    assert item.key, "no key"
    for fact in item.key.facts:
        assert fact in known, f'fact "{fact}" does not exist'
    assert item.objective in curriculum.objectives(), item.objective
    used = [known[fact] for fact in item.key.facts]
    if page.role == "quiz":
        assert any(fact.how != "knowledge" for fact in used), "a graded key rests on knowledge facts alone"
        if all(fact.volatility == "fast" for fact in used):
            assert re.search(r"\b20\d\d\b", item.stem), "law that moves fast is keyed, but the stem carries no date"
    else:
        assert item.key.hint, "a practice item has a hint"
        assert "nbgrader" not in cell.metadata


@each_item
def test_an_item_is_well_written(page, cell, item):
    texts = item.options.values()
    for text in texts:
        assert not re.search(r"\b(all|none|both) of the (above|these)\b", text, re.I), text
    assert len(set(texts)) == len(texts), "two options read the same"
    assert not re.search(r"\bnot\b", item.stem.split("\n")[-1]), "write NOT in capitals in the question, or better none"
    lengths = [len(text) for text in texts]
    assert not lengths or max(lengths) <= 2.2 * min(lengths) + 12, f"options differ too much in length: {lengths}"
    if item.kind == "all":
        assert "all that apply" not in item.stem, "the screen says so itself"
        assert 0 < len(item.key.correct) < len(item.options), "all or no options are right"
    for option, why in item.key.rationale.items():
        assert len(why.split()) >= 6, f"rationale of {option} is too short to teach"


def test_no_place_and_no_length_gives_the_key_away():
    """A solver that always picks the longest option, the shortest, or one place does no better than chance
    (one-sided binomial at 1 %, over all items of kind one)."""
    from math import comb

    ones = [item for _, _, item in ITEMS if item.kind == "one"]
    chance = sum(len(item.key.correct) / len(item.options) for item in ones) / len(ones)

    def tail(hits: int) -> float:
        return sum(comb(len(ones), k) * chance**k * (1 - chance) ** (len(ones) - k) for k in range(hits, len(ones) + 1))

    solvers = {
        "longest": lambda options: max(options, key=lambda o: len(options[o])),
        "shortest": lambda options: min(options, key=lambda o: len(options[o])),
        "first": lambda options: next(iter(options)),
        "second": lambda options: list(options)[1],
        "last": lambda options: list(options)[-1],
    }
    for name, pick in solvers.items():
        hits = sum(pick(dict(item.options)) in item.key.correct for item in ones)
        assert tail(hits) > 0.01, f"always the {name}: {hits} of {len(ones)} right, chance is {chance:.2f}"


def test_most_items_apply_and_each_quiz_has_its_mix():
    assert Counter(item.level for _, _, item in ITEMS)["apply"] >= 0.6 * len(ITEMS)
    for quiz in COURSE.masters:
        if quiz.name.startswith("quiz-"):
            items = [item for _, item in quiz.items()]
            assert len(items) == 8, f"{quiz.name} has {len(items)} items"
            assert sum(item.level == "apply" for item in items) >= 5, quiz.name
            assert any(item.kind != "one" for item in items), f"{quiz.name}: one item of another kind than one"


def test_every_objective_is_practised_and_graded():
    practised = {item.objective for page, _, item in ITEMS if page.role == "lesson"}
    graded = {item.objective for page, _, item in ITEMS if page.role == "quiz"}
    for objective in curriculum.objectives().values():
        if "01" <= objective.lesson <= "15":
            assert objective.id in practised, f"{objective.id}: no practice item"
            assert objective.id in graded, f"{objective.id}: no graded item"


def master(name: str) -> Page:
    return next(page for page in COURSE.masters if page.name == name)


def lessons_of(page: Page) -> list[str]:
    return [curriculum.objectives()[item.objective].lesson for _, item in page.items()]


def test_the_final_asks_of_every_lesson_and_ends_in_a_memo():
    final = master("final-exam")
    items = [item for _, item in final.items()]
    assert len(items) == 33 and all(item.confidence for item in items)
    assert lessons_of(final) == sorted(lessons_of(final)), "the items stand in the order of the lessons"
    asked = {(curriculum.objectives()[item.objective].lesson, item.objective) for item in items}
    several = Counter(lesson for lesson, _ in asked)
    for lesson in (f"{number:02d}" for number in range(1, 16)):
        assert several[lesson] >= 2, f"lesson {lesson}: {several[lesson]} of its objectives in the final"
    graded = [cell.metadata.get("nbgrader", {}) for cell in final.notebook.cells]
    [memo] = [mark for mark in graded if mark.get("solution")]
    assert memo["grade"] and memo["points"] == 20 and not memo["locked"]
    [released] = [page for page in COURSE.assignments if page.name == "final-exam"]
    [box] = [cell for cell in released.notebook.cells if cell.id == memo["grade_id"]]
    assert box.source == "YOUR ANSWER HERE", "what a full memo has is the instructor's"


def test_the_diagnostic_can_be_compared_with_the_final():
    diagnostic = master("diagnostic")
    items = [item for _, item in diagnostic.items()]
    assert len(items) == 12 and all(item.confidence for item in items)
    assert lessons_of(diagnostic) == sorted(lessons_of(diagnostic)), "the items stand in the order of the lessons"
    final = {item.objective for _, item in master("final-exam").items()}
    assert {item.objective for item in items} <= final, "the report compares objectives that both ask of"


def test_the_course_grades_as_many_items_as_its_masters_say():
    """A quiz of eight follows each of fifteen lessons; beside them stand the diagnostic, the final and the case."""
    graded = Counter(page.name for page in COURSE.masters for _ in page.items())
    others = {"diagnostic": 12, "final-exam": 33, "case-file": 1}
    quizzes = [n for name, n in graded.items() if name not in others]
    assert quizzes == [8] * 15 and others == {name: graded[name] for name in others}


def sentences(text: str) -> set[str]:
    return {line.strip().casefold() for line in re.split(r"(?<=[.?!])\s+", text) if line.strip()}


def test_no_item_is_a_copy_of_another():
    """A final of quiz items would ask what was said, and not what was learned."""
    once = {}
    for page, _, item in ITEMS:
        stem = " ".join(item.stem.split()).casefold()
        assert stem not in once, f"{page.name}: {item.id} has the stem of {once[stem]}"
        once[stem] = item.id
    for at, (_, _, item) in enumerate(ITEMS):
        for _, _, other in ITEMS[at + 1 :]:
            options = set(item.options.values()) & set(other.options.values())
            copied = len(options) >= 2 and sentences(item.stem) & sentences(other.stem)
            assert not copied, f"{item.id} and {other.id} share {copied} and {options}"


# -- lessons -------------------------------------------------------------------------------------------------


@each_lesson
def test_a_lesson_has_its_parts_in_order(lesson):
    cells = lesson.notebook.cells
    number = lesson.name[:2]
    heads = [line for cell in markdown(lesson) for line in cell.source.split("\n") if line.startswith("#")]
    assert heads[0].startswith(f"# {number} · ") and sum(head.startswith("# ") for head in heads) == 1
    assert len([line for line in cells[0].source.split("\n")[1:] if line.strip()]) == 1, "one sentence of purpose"
    seconds = [head.removeprefix("## ") for head in heads if head.startswith("## ")]
    frame = ["You will be able to", "Before you start", "Try it", "Key points", "Sources"]
    sections = [head for head in seconds if head not in frame]
    assert seconds == [*frame[:2], *sections, *frame[2:]]
    assert 3 <= len(sections) <= 6
    for section in sections:
        assert re.fullmatch(r"[A-Z].{20,}\.", section), f'"{section}" is not a full sentence'
    points = next(cell.source for cell in cells if cell.source.startswith("## Key points"))
    assert [line.removeprefix("- ") for line in points.split("\n") if line.startswith("- ")] == sections
    assert cells[-1].source.startswith("Next: [")
    setup = [cell for cell in cells if cell.cell_type == "code" and cell.source.startswith("%load_ext")]
    assert [cell.source for cell in setup] == ["%load_ext icecourse"]
    start = next(cell.source for cell in cells if cell.source.startswith("## Before you start"))
    assert 20 <= int(re.search(r"\b(\d+)\b[^.\n]*minutes", start)[1]) <= 45
    assert "Training, not legal advice." in start


@each_lesson
def test_objectives_stand_word_for_word(lesson):
    cell = next(cell for cell in markdown(lesson) if cell.source.startswith("## You will be able to"))
    bullets = [line.removeprefix("- ") for line in cell.source.split("\n") if line.startswith("- ")]
    assert bullets == [o.text for o in curriculum.objectives().values() if o.lesson == lesson.name[:2]]


def test_an_objective_opens_with_a_verb_one_can_observe():
    for objective in curriculum.objectives().values():
        assert objective.text.split()[0].lower() in VERBS, objective.id


@each_page
def test_every_citation_is_its_facts_own(page):
    """Mend with: make citations."""
    for cell in markdown(page):
        where = f'{page.name}: cell "{cell.id}"'
        for _, _, name in CITATION.findall(cell.source):
            assert name in facts.load(), f'{where}: fact "{name}" does not exist'
        assert pages.cited(cell.source) == cell.source, f"{where}: run make citations"


def test_generated_pages_are_fresh():
    """Mend with: make citations."""
    for name, page in pages.generated(COURSE).items():
        assert Page(ROOT / "lessons" / name).notebook == page, f"{name}: run make citations"


@each_lesson
def test_sources_are_exactly_the_facts_of_the_lesson(lesson):
    """Mend with: make citations."""
    [table] = [cell.source for cell in markdown(lesson) if cell.source.startswith("## Sources")]
    assert table == pages.sources(lesson), f"{lesson.name}: run make citations"


@each_lesson
def test_every_cell_that_states_law_cites_it(lesson):
    section = ""
    for cell in markdown(lesson):
        if cell.source.startswith("#"):
            section = cell.source.split("\n")[0]
        if FRAME.match(cell.source) or section in ("## Key points", "## Sources"):
            continue
        body = "\n".join(line for line in cell.source.split("\n") if not line.startswith("#"))
        stated = re.search(
            r"\b(must|may|can|has to|lets|allows?|requires?|asks?|counts?|decides?|signs?|issues?|arrests?)\b",
            prose(body),
        )
        case = "**The case.**" in body or section == "## Try it"
        assert not stated or case or CITATION.search(body), (
            f'{lesson.name}: cell "{cell.id}" states law without a citation'
        )


@each_lesson
def test_an_as_of_date_is_its_facts_own(lesson):
    for cell in markdown(lesson):
        for line in cell.source.split("\n"):
            used = [facts.load()[name] for _, _, name in CITATION.findall(line)]
            dates = re.findall(r"As of (?:(\w+) (?:\d+, )?)?(20\d\d)", line)
            for month, year in dates:
                stamp = f"{year}-{MONTHS.index(month) + 1:02d}" if month else year
                stated = [fact.as_of for fact in used]
                assert any(fact.startswith(stamp) for fact in stated), (
                    f'{lesson.name}: cell "{cell.id}": {stamp}, facts say {stated}'
                )
            for fact in used:
                where = f'{lesson.name}: cell "{cell.id}": {fact.id}'
                assert fact.volatility != "fast" or dates, f"{where} moves fast; say As of ..."
                assert fact.how != "knowledge" or "confirm with the attorney" in cell.source, (
                    f"{where}: confirm with the attorney"
                )


@each_lesson
def test_a_lesson_reads_easily(lesson):
    for cell in markdown(lesson):
        words = len(prose(cell.source).split())
        assert words <= 120 or cell.source.startswith("## Sources"), (
            f'{lesson.name}: cell "{cell.id}" has {words} words'
        )
    text = "\n".join(prose(cell.source) for cell in markdown(lesson) if not FRAME.match(cell.source))
    grade = reading_grade(text)
    assert grade <= 11, f"{lesson.name} reads at grade {grade:.1f}"


def test_the_reading_grade_is_kincaids():
    """Counted by hand: 12 words, 2 sentences and 12 syllables; 5 words, 1 sentence and 12 syllables."""
    assert reading_grade("The cat sat on the mat. The dog ran to the barn.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    longer = "The attorney confirms every regulation."
    assert reading_grade(longer) == pytest.approx(0.39 * 5 + 11.8 * 12 / 5 - 15.59)


@each_page
def test_a_dollar_sign_is_no_formula(page):
    """The trap: Jupyter sets whatever stands between two dollar signs of a cell as mathematics."""
    for cell in markdown(page):
        assert not re.search(r"(?<!\\)\$", cell.source), f'{page.name}: cell "{cell.id}": write \\$'


@each_page
def test_words_are_neutral(page):
    for cell in page.notebook.cells:
        text = QUOTED.sub("", prose(cell.source)) if cell.cell_type == "markdown" else cell.source
        hit = LOADED.search(text)
        assert not hit, f'{page.name}: cell "{cell.id}" says "{hit[0]}"'


@each_page
def test_weekdays_are_right(page):
    for cell in page.notebook.cells:
        for day, month, number, year in re.findall(r"(\w+day), (\w+) (\d+), (20\d\d)", cell.source):
            real = date(int(year), MONTHS.index(month) + 1, int(number))
            assert real.strftime("%A") == day, f'{page.name}: cell "{cell.id}": {real} is a {real:%A}'


def test_the_running_case_is_the_same_everywhere():
    case = tomllib.loads((ROOT / "icecourse" / "content" / "running_case.toml").read_text(encoding="utf-8"))
    numbers = {person.get("a-number") for person in case["people"].values()} - {None}
    assert all(number.startswith("A000-000-") for number in numbers), "an A-number that could exist"
    names = {person["name"] for person in case["people"].values()}
    family = {name.split()[1] for name in names}
    for page in PAGES:
        for cell in page.notebook.cells:
            where = f'{page.name}: cell "{cell.id}"'
            for number in re.findall(r"\bA\d{3}-?\d{3}-?\d{3}\b", cell.source):
                assert number in numbers, f"{where}: {number} is nobody of the running case"
            for first, last in re.findall(r"\b([A-Z][a-z]+) (Marin|Rivas|Okafor)\b", cell.source):
                known = names | {case["firm"]["attorney"]}
                plain = first in ("Mr", "Ms", "Mrs", "The", "Attorney")
                assert f"{first} {last}" in known or plain, f"{where}: {first} {last} is nobody of the running case"
    assert family == {"Marin", "Rivas"}


# -- notebooks as files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES + COURSE.assignments, ids=lambda page: page.path.parent.name + "/" + page.name)
def test_a_notebook_is_committed_clean(page):
    raw = page.path.read_text(encoding="utf-8")
    assert page.role in ("lesson", "quiz", "page") and "widgets" not in page.notebook.metadata
    for cell in page.notebook.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None, cell.id
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cell.id), f'cell id "{cell.id}" was not written by hand'
        assert not re.fullmatch(r"[0-9a-f]{8,}", cell.id), f'cell id "{cell.id}" was not written by hand'
    assert raw.endswith("\n") and "\r" not in raw


def test_stripping_outputs_leaves_every_notebook_as_it_is(tmp_path):
    """The trap: nbstripout renumbers cell ids, and with them everything that names a cell, unless told to keep them."""
    hook = next(
        line for line in (ROOT / ".pre-commit-config.yaml").read_text().split("\n") if "entry: nbstripout" in line
    )
    copies = [shutil.copyfile(page.path, tmp_path / f"{n}.ipynb") for n, page in enumerate(PAGES)]
    subprocess.run([sys.executable, "-m", *hook.split(": ")[1].split(), *copies], check=True)
    for page, copy in zip(PAGES, copies, strict=True):
        assert copy.read_text(encoding="utf-8") == page.path.read_text(encoding="utf-8"), page.name


@each_page
def test_links_between_pages_and_pictures_lead_somewhere(page):
    for cell in markdown(page):
        for alt, address in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", cell.source):
            picture = page.path.parent / address
            if page.role == "quiz" and address.startswith("../lessons/"):
                picture = ROOT / address.removeprefix("../")  # on a desk every assignment lies beside lessons/
            assert picture.is_file(), f'{page.name}: cell "{cell.id}": {address}'
            assert len(alt.split()) >= 8, f"{page.name}: {address} needs a text that says what the picture says"
        for address in re.findall(r"(?<!!)\[[^\]]+\]\(([^)\s#]+\.ipynb)\)", cell.source):
            target = page.path.parent / address
            master = ROOT / "source" / address.removeprefix("../")
            assert target.is_file() or master.is_file(), f'{page.name}: cell "{cell.id}": {address}'


@each_lesson
def test_a_citation_stands_once_for_consecutive_sentences_of_one_fact(lesson):
    """A link after each sentence makes a wall: the last sentence of a run carries it."""
    for cell in markdown(lesson):
        if cell.source.startswith("## Sources"):
            continue
        lines = [line for line in cell.source.split("\n") if line and not line.startswith("|")]
        named = [{name for _, _, name in CITATION.findall(line)} for line in lines]
        for line, here, following in zip(lines, named, named[1:], strict=False):
            assert not here & following, (
                f'{lesson.name}: cell "{cell.id}" cites {here & following} twice in a row: {line}'
            )


@each_lesson
def test_a_lesson_warns_where_it_matters_and_not_everywhere(lesson):
    warnings = sum(cell.source.count("Check before you rely") for cell in markdown(lesson))
    assert warnings <= (3 if lesson.name.startswith("00") else 2), "lesson 00 explains the words; elsewhere twice"


def test_the_course_has_its_seventeen_lessons_and_practice_in_each():
    practice = {page.name[:2]: sum(1 for _ in page.items()) for page in COURSE.lessons}
    assert list(practice) == [f"{number:02d}" for number in range(17)]
    assert practice.pop("07") == 6 and set(practice.values()) == {8}, practice


@each_lesson
def test_a_lesson_says_how_long_it_takes_as_counted(lesson):
    """Mend with: make citations."""
    [said] = [cell.source for cell in markdown(lesson) if cell.source.startswith("## Before you start")]
    assert minutes.told(lesson, said) == said, f"{lesson.name}: counted {minutes.minutes(lesson):.1f} minutes"


def test_minutes_are_counted_from_words_items_and_entries(tmp_path):
    cells = [new_markdown_cell("word " * 180), new_markdown_cell("## Sources\n" + "word " * 900)]
    cells += [new_code_cell(source) for source in EXAMPLES.values()]  # six items
    nbformat.write(new_notebook(cells=cells), tmp_path / "lesson.ipynb")
    assert minutes.minutes(Page(tmp_path / "lesson.ipynb")) == 1 + 6 * 1.25


@pytest.mark.parametrize(
    ("assignment", "task", "answer"),
    [("final-exam", "memo-task", "memo-to-the-attorney"), ("case-file", "hand-over-task", "hand-over-note")],
)
def test_a_model_answer_keeps_to_the_length_that_is_asked_for(assignment, task, answer):
    text = {cell.id: cell.source for cell in master(assignment).notebook.cells}
    fewest, most = map(int, re.search(r"(\d+) to (\d+) words", text[task]).groups())
    body = re.sub(r"(?m)^(### (BEGIN|END) SOLUTION|\*\*Your note\*\*|\*[^*].*\*)$", "", text[answer])
    assert fewest <= len(re.sub(r"[*#]", "", body).split()) <= most
