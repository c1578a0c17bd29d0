"""Does a trainee learn from the page what they chose and why, by objective, and of the key only what may be told?"""

import re
from html.parser import HTMLParser
from itertools import product
from urllib.parse import urlsplit

import pytest
from test_browser import faults, page, serve, visit  # noqa: F401
from test_grading import WORK
from trial import DUE, KEYS, NAME, SCHEME, book, release, submit

from icecourse.course_root import api
from icecourse.curriculum import objectives
from icecourse.grading.feedback import FeedbackExporter

TEXTS = {"memo": "She is held until *Tuesday* <script>alert(1)</script>.", "table": "hold = '<b>Tuesday'"}
SETTINGS = ("off", "after due date", "on")
PAST, FUTURE = DUE, "2199-01-01 00:00:00 UTC"  # nobody's clock stands in between


@pytest.fixture
def course(course_root):
    assert release(course_root)["success"]
    return course_root


def graded(course, trainee="ann", answers=(("one-right", ["sunday"]),), setting=None, due=PAST):
    """Hand in, grade and answer one trainee; the page's address on disk."""
    if not (course / "submitted" / trainee).exists():
        submit(course, trainee, answers, TEXTS, work=WORK)
        assert api(course).autograde(NAME, trainee)["success"]
    if setting:
        with (course / "nbgrader_config.py").open("a") as config:
            config.write(f"\nc.FeedbackExporter.right_answers = {setting!r}\n")
    with book(course) as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=due)
    result = api(course).generate_feedback(NAME, trainee)
    assert result["success"], result
    return course / "feedback" / trainee / NAME / f"{NAME}.html"


class Text(HTMLParser):
    """The words of a page, without its style."""

    def __init__(self, html):
        super().__init__()
        self.words, self._hidden = [], False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self._hidden = tag == "style"

    def handle_endtag(self, tag):
        self._hidden = False

    def handle_data(self, data):
        self.words += [] if self._hidden else data.split()


def words_of(path) -> str:
    return " ".join(Text(path.read_text(encoding="utf-8")).words)


def test_the_right_answer_is_given_only_where_the_instructor_allows_it(course):
    for setting, due in product(SETTINGS, (PAST, FUTURE, None)):
        said = words_of(graded(course, setting=setting, due=due))
        told = setting == "on" or (setting == "after due date" and due == PAST)
        assert "You chose: Sunday, 5 p.m. Because of sunday <b>& more</b> in one-right." in said
        for name, key in KEYS.items():
            for option in key if name != "two-right" else ():  # of several right ones, the first is told
                # Nothing right was chosen, so each of these comes from the key alone.
                assert (f"Because of {option} <b>& more</b> in {name}." in said) == told, (setting, due, name, option)
        assert ("The right answer:" in said) == told
        assert "correct =" not in said and "BEGIN KEY" not in said


def test_an_item_with_full_points_repeats_no_answer(course):
    said = words_of(graded(course, answers=[("one-right", ["tuesday"])], setting="on"))
    assert said.count("Because of tuesday <b>& more</b> in one-right.") == 1


def test_an_extension_keeps_right_answers_back_from_everybody(course):
    submit(course, "ben")
    assert api(course).autograde(NAME, "ben")["success"]
    with book(course) as gradebook:
        gradebook.grant_extension(NAME, "ben", weeks=52 * 200)
    assert "The right answer:" not in words_of(graded(course, setting="after due date"))


def test_a_course_that_sets_nothing_gives_no_right_answer():
    assert FeedbackExporter().right_answers == "off"


def test_scores_stand_by_objective_and_what_is_not_graded_is_no_zero(course):
    said = words_of(graded(course, answers=[("one-right", ["tuesday"]), ("all-of-them", ["monday"])]))
    text = objectives()["compute-detainer-window"].text
    assert f"{text} 1.33 of 5.1 points" in said
    assert "Parts that a person grades 0 of 7 points" in said
    assert "not graded yet, 3 points" in said and "Not every part has been graded yet." in said
    assert "She is held until Tuesday" in said and "hold = '<b>Tuesday'" in said
    assert "To the jail at Cedar Falls : alert(1)" in said and "days = 2 # not counted: é" in said
    assert SCHEME not in said and "Training, not legal advice." in said and "as of" in said
    for name, points in (("memo", 2.5), ("table", 0.0), ("letter", 0.0)):
        with book(course) as gradebook:
            grade = gradebook.find_grade(name, NAME, NAME, "ann")
            grade.manual_score, grade.needs_manual_grade = points, False
            gradebook.find_comment(name, NAME, NAME, "ann").manual_comment = "Name the form <i>."
            gradebook.db.commit()
    said = words_of(graded(course))
    assert "not graded yet" not in said and "Not every part" not in said
    assert "Parts that a person grades 2.5 of 7 points" in said and "Comment: Name the form <i>." in said


def test_the_page_is_one_file_that_runs_nothing(course):
    html = graded(course, setting="on").read_text(encoding="utf-8")
    assert "<script" not in html and "<b>Tuesday" not in html and "<b>& more" not in html
    assert re.findall(r'(?:src|href)="(?!https://|#)[^"]*"', html) == []
    assert not re.search(r"<(img|link|iframe|object)", html)


@pytest.mark.slow(8)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_in_both_themes_and_prints(course, page, scheme):  # noqa: F811
    page.emulate_media(color_scheme=scheme)
    page.goto(graded(course, setting="on").as_uri())
    assert faults(page, "html") == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways on a phone"
    page.emulate_media(media="print", color_scheme=scheme)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.slow(20)
def test_a_trainees_script_runs_in_no_graders_browser(course, serve, page):  # noqa: F811
    """The formgrader is a page on the instructor's own server: a script there could do all that they can."""
    evil = (
        "# Memo\n\n| a | b |\n|---|---|\n| 1 | *two* |\n\n<script>window.ran = 1</script>"
        '<img src="x" onerror="window.ran = 2"><svg onload="window.ran = 3"></svg>'
        '<a href="javascript:window.ran = 4">here</a> [there](javascript:window.ran%20=%205)'
        '<img src="https://elsewhere.invalid/pixel.png"><iframe src="/lab"></iframe><b style="position:fixed">bold</b>'
    )
    note = {"cell_type": "markdown", "metadata": {}, "source": evil, "id": "own-1"}
    submit(course, "ann", (), {"memo": evil, "table": evil}, work=[note])
    assert api(course).autograde(NAME, "ann")["success"]
    with book(course) as gradebook:
        submission = gradebook.find_submission_notebook(NAME, NAME, "ann").id
    address = urlsplit(serve("teach", "--no-browser"))
    visit(page, address.geturl())
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address.scheme}://{address.netloc}/formgrader/submissions/{submission}/?{address.query}")
    assert page.locator("td em").count() == 2, "Markdown is still Markdown"
    for link in page.get_by_text("here").all():
        link.click(force=True)
    page.wait_for_timeout(500)
    assert page.evaluate("window.ran") is None
    assert page.locator("iframe, svg[onload], [onerror]").count() == 0
    assert not [url for url in asked if "elsewhere" in url]
