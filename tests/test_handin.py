"""Does what a trainee hands in arrive whole, by the exchange or as a zip, and is a refusal one plain sentence?"""

import zipfile

import pytest
from test_exchange import QUIZ, answer, rows

from icecourse.course_root import api
from icecourse.curriculum import COURSE_ID, Course
from icecourse.desk.hand_in import FOLDER, HandInError, hand_in
from icecourse.desk.layout import Desk
from icecourse.instructor.opening import hand_out
from icecourse.item import journal, scoring


@pytest.fixture
def items(course_root):
    return [item for page in Course(course_root).masters if page.name == QUIZ for _, item in page.items()]


@pytest.fixture
def desk(course_root, scratch, request):
    """A desk with quiz 03 answered; with an exchange if the test asks for one."""
    course = Course(course_root)
    exchange = None
    if getattr(request, "param", "") == "exchange":
        hand_out(course)
        exchange = course_root / "exchange"
    made = Desk(scratch / "desk", exchange)
    made.lay_out(course, lambda: "ann.lee")
    for page in course.masters:
        if page.name == QUIZ:
            for _, item in page.items():
                answer(made.folder / QUIZ, item, list(item.key.correct))
    return made


@pytest.mark.parametrize("desk", ["exchange"], indirect=True)
def test_with_an_exchange_it_arrives_there(desk, course_root):
    receipt = hand_in(desk.folder, QUIZ)
    assert receipt.channel == "exchange"
    [arrived] = (course_root / "exchange" / COURSE_ID / "inbound").iterdir()
    assert arrived.name.startswith(f"ann.lee+{QUIZ}+")
    assert (arrived / journal.NAME).read_bytes() == (desk.folder / QUIZ / journal.NAME).read_bytes()


@pytest.mark.parametrize("desk", ["exchange"], indirect=True)
def test_the_last_of_two_hand_ins_counts(desk, course_root, items):
    hand_in(desk.folder, QUIZ)
    wrong = next(option for option in items[0].options if option not in items[0].key.correct)
    answer(desk.folder / QUIZ, items[0], [wrong])
    hand_in(desk.folder, QUIZ)
    assert api(course_root).collect(QUIZ)["success"]
    kept = journal.read(course_root / "submitted" / "ann.lee" / QUIZ / journal.NAME)
    assert kept.last(items[0].id).response == [wrong]


def test_without_an_exchange_a_zip_goes_through_zip_collect_to_the_grade(desk, course_root, items, nbgrader):
    """The trap: nbgrader's zip_collect drops answers.jsonl unless told, and everybody gets 0."""
    receipt = hand_in(desk.folder, QUIZ)
    assert receipt.channel == "zip" and receipt.path.startswith(f"{FOLDER}/ann.lee+{QUIZ}+")
    archive = course_root / "downloaded" / QUIZ / "archive"
    archive.mkdir(parents=True)
    sent = desk.folder / receipt.path
    assert set(zipfile.ZipFile(sent).namelist()) == {f"{QUIZ}.ipynb", journal.NAME}
    (archive / sent.name).write_bytes(sent.read_bytes())
    assert api(course_root).generate_assignment(QUIZ, force=True)["success"]
    nbgrader(course_root, "zip_collect", QUIZ)
    assert api(course_root).autograde(QUIZ, "*")["success"]
    expected = {("ann.lee", item.id): scoring.score(item, list(item.key.correct)).earned for item in items}
    assert {key: row[0] for key, row in rows(course_root).items()} == expected
    assert (course_root / "submitted" / "ann.lee" / QUIZ / "timestamp.txt").read_text().startswith(receipt.at[:10])


@pytest.mark.parametrize("name", ["no-such-quiz", "..", "../course", "lessons/x", ""])
def test_what_is_no_quiz_is_refused(desk, name):
    with pytest.raises(HandInError, match="no quiz folder"):
        hand_in(desk.folder, name)


def test_a_link_is_never_followed(desk, scratch):
    (scratch / "secret").mkdir()
    (desk.folder / "linked").symlink_to(scratch / "secret")
    with pytest.raises(HandInError, match="no quiz folder"):
        hand_in(desk.folder, "linked")
    (scratch / "secret" / "file").write_text("x")
    (desk.folder / QUIZ / journal.NAME).unlink()
    (desk.folder / QUIZ / journal.NAME).symlink_to(scratch / "secret" / "file")
    assert zipfile.ZipFile(desk.folder / hand_in(desk.folder, QUIZ).path).namelist() == [f"{QUIZ}.ipynb"]


def test_an_empty_folder_says_so(desk):
    (desk.folder / "quiz-99-empty").mkdir()
    with pytest.raises(HandInError, match="holds neither the quiz nor answers"):
        hand_in(desk.folder, "quiz-99-empty")


@pytest.mark.parametrize("desk", ["exchange"], indirect=True)
def test_a_quiz_without_its_notebook_is_refused_by_the_exchange(desk):
    (desk.folder / QUIZ / f"{QUIZ}.ipynb").rename(desk.folder / QUIZ / "renamed.ipynb")
    with pytest.raises(HandInError, match=r"The exchange did not take it .*missing notebooks"):
        hand_in(desk.folder, QUIZ)
