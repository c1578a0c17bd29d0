"""Does an item of a page say what was answered, keep what is answered, and teach or hold its tongue, in any host?"""

import json

import pytest

from icecourse.item import journal
from icecourse.item.grammar import open_part, parse
from icecourse.item.journal import Entry
from icecourse.page import answers
from icecourse.page.answers import Answers, place


@pytest.fixture
def practice(item_source):
    return parse(item_source)


@pytest.fixture
def quiz(item_source):
    return parse(open_part(item_source))


def send(item, page, do, *response):
    return answers.reply(item, page, {"do": do, "n": 1, "response": list(response)})


def test_quiz_an_answer_is_on_disk_before_it_is_said_to_be(quiz, scratch):
    reply = send(quiz, Answers(scratch), "answer", "monday")
    line = json.loads((scratch / journal.NAME).read_text())
    assert line == {"item": "release-on-friday", "version": quiz.version, "response": ["monday"], "at": reply["saved"]}
    assert reply == {"n": 1, "saved": line["at"], "note": "", "also": False}


def test_quiz_nothing_tells_right_from_wrong(quiz, scratch):
    page = Answers(scratch)
    state = json.dumps(answers.state(quiz, page))
    for secret in ("correct", "rationale", "Neither Saturday", "Which days are left out", "detainer-48-hours"):
        assert secret not in state
    replies = [send(quiz, page, do, option) for do in ("answer", "check") for option in ("sunday", "tuesday")]
    assert all(reply.keys() == {"n", "saved", "note", "also"} and not reply["note"] for reply in replies)


def test_quiz_opened_again_the_saved_answer_is_marked(quiz, scratch):
    send(quiz, Answers(scratch), "answer", "monday")
    state = answers.state(quiz, Answers(scratch))
    assert state["mode"] == "quiz" and state["response"] == ["monday"] and "saved answer" in state["notice"]
    assert state["feedback"] is None


def test_an_answer_whose_option_is_gone_is_kept_and_said(quiz, scratch):
    journal.append(scratch / journal.NAME, Entry("release-on-friday", ["friday"], journal.now()))
    state = answers.state(quiz, Answers(scratch))
    assert state["response"] is None and "its option is gone" in state["notice"]
    assert len(journal.read(scratch / journal.NAME).entries) == 1


def test_a_journal_that_is_a_folder_is_said_on_the_item_until_it_is_mended(quiz, scratch):
    (scratch / journal.NAME).mkdir()
    page = Answers(scratch)
    assert "folder named answers.jsonl" in answers.state(quiz, page)["notice"]
    assert "folder named answers.jsonl" in send(quiz, page, "answer", "monday")["failed"]
    (scratch / journal.NAME).rmdir()
    assert send(quiz, page, "answer", "monday")["saved"]


def test_two_windows_keep_both_answers_and_both_say_so(quiz, scratch):
    here, there = Answers(scratch), Answers(scratch)
    answers.state(quiz, here), answers.state(quiz, there)
    assert send(quiz, here, "answer", "sunday")["also"] is False
    assert send(quiz, there, "answer", "tuesday")["also"] is True, "the later one says that there was an earlier one"
    assert here.from_elsewhere("another-item") is None, "and a look for one item hides no other's news"
    assert send(quiz, here, "look")["response"] == ["tuesday"]
    assert send(quiz, here, "look") == {"n": 1}, "said once"
    assert send(quiz, here, "answer", "monday")["also"] is False
    kept = journal.read(scratch / journal.NAME)
    assert [entry.response for entry in kept.entries] == [["sunday"], ["tuesday"], ["monday"]]


def test_a_page_reads_its_journal_once_and_then_what_is_new(quiz, practice, scratch, monkeypatch):
    for number in range(100):
        journal.append(scratch / journal.NAME, Entry(f"item-{number}", ["x"], journal.now()))
    read, loads = [], json.loads
    monkeypatch.setattr(journal.json, "loads", lambda line: read.append(line) or loads(line))
    page = Answers(scratch)
    for _ in range(20):
        answers.state(quiz, page)
    assert len(read) == 100, "not once an item"
    for option in ("sunday", "monday", "tuesday"):
        send(quiz, page, "answer", option)
        send(practice, page, "check", option)
    assert len(read) == 106, "and not again for a click"


def test_where_nothing_may_be_written_answers_stay_in_memory(quiz, scratch):
    (scratch / "nbgrader_config.py").touch()
    (scratch / "source").mkdir()
    page = Answers(scratch / "source")
    assert send(quiz, page, "answer", "monday")["saved"] == ""
    assert answers.state(quiz, page)["response"] == ["monday"]
    assert not list(scratch.rglob(journal.NAME))


def test_answers_come_along_when_their_folder_is_renamed(practice, scratch):
    (scratch / "before").mkdir()
    page = Answers(scratch / "before")
    assert send(practice, page, "answer", "tuesday")["saved"]
    (scratch / "before").rename(scratch / "after")
    assert "open the page from its new place" in send(practice, page, "answer", "monday")["failed"]
    assert answers.state(practice, Answers(scratch / "after"))["response"] == ["tuesday"]


def test_practice_teaches_by_what_was_chosen(practice, scratch):
    page = Answers(scratch)
    feedback = send(practice, page, "check", "sunday")["feedback"]
    assert feedback["outcome"] == "wrong"
    assert [rationale for *_, rationale in feedback["reasons"]] == ["This counts the weekend."]
    assert feedback["hint"] == "Which days are left out?" and feedback["sources"] == []
    feedback = send(practice, page, "check", "monday")["feedback"]  # the second wrong try: the answer and its reason
    assert feedback["reasons"][-1][1:] == ["Tuesday, 5 p.m.", "Neither Saturday nor Sunday counts."]
    assert feedback["sources"][0][0] == "8 C.F.R. § 287.7(d)" and feedback["hint"] == ""
    assert answers.state(practice, Answers(scratch))["feedback"] == feedback, "and it is there at the next opening"
    assert send(practice, page, "check", "tuesday")["feedback"]["outcome"] == "right"
    assert send(practice, page, "check", "sunday")["feedback"]["hint"], "a new round begins after a right one"


def test_practice_says_how_much_is_missing(item_source, scratch):
    source = item_source.replace('"apply"', '"apply"\nkind = "all"').replace('["tuesday"]', '["tuesday", "monday"]')
    feedback = send(parse(source), Answers(scratch), "check", "monday")["feedback"]
    assert feedback["outcome"] == "partly" and "One right option" in feedback["missed"]


def test_in_review_an_item_is_as_if_never_answered(practice, scratch):
    send(practice, Answers(scratch), "check", "tuesday")
    state = answers.unanswered(practice, Answers(scratch))
    assert state["mode"] == "practice" and state["response"] is None and state["feedback"] is None


def test_options_are_shuffled_by_trainee_and_stay_put(item_source, scratch, monkeypatch):
    source = item_source.replace(
        'tuesday = "Tuesday, 5 p.m."', 'tuesday = "T"\nwednesday = "W"\nthursday = "X"'
    ).replace('tuesday = "Neither', 'wednesday = "w"\nthursday = "x"\ntuesday = "Neither')
    orders = set()

    def options(source):
        return [option for option, _ in answers.state(parse(source), Answers(scratch))["item"]["options"]]

    for trainee in map(str, range(40)):
        monkeypatch.setenv("JUPYTERHUB_USER", trainee)
        assert options(source) == options(source)
        orders.add(tuple(options(source)))
    assert len(orders) > 20
    kept = options(source.replace("level  ", "keep_order = true\nlevel  "))
    assert kept == ["sunday", "monday", "tuesday", "wednesday", "thursday"]


@pytest.mark.parametrize("folder", ["source/q", "assignments/q", "submitted/ann/q", "autograded/ann/q", "lessons", "."])
def test_in_an_instructors_course_there_is_no_place_for_a_journal(scratch, folder):
    (scratch / "nbgrader_config.py").touch()
    (scratch / "source").mkdir()
    (scratch / folder).mkdir(parents=True, exist_ok=True)
    assert place(scratch / folder) is None


@pytest.mark.parametrize("folder", ["desk/lessons", "desk/source", "quiz-03-x"])
def test_at_a_desk_inside_a_course_answers_are_written(scratch, folder):
    """A desk has its own nbgrader_config.py; a mere "source" in the path is not enough to be a master."""
    (scratch / "nbgrader_config.py").touch()
    (scratch / "source").mkdir()
    (scratch / "desk" / ".desk").mkdir(parents=True)
    (scratch / "desk" / "nbgrader_config.py").touch()
    (scratch / folder).mkdir(parents=True, exist_ok=True)
    assert place(scratch / folder) == (scratch / folder).resolve() / journal.NAME


def test_an_opening_is_noted_for_a_lesson_at_a_desk_alone(scratch):
    for folder in ("desk/.desk", "desk/lessons", "desk/quiz-03-x", "elsewhere/lessons"):
        (scratch / folder).mkdir(parents=True)
    answers.note_opening(scratch / "desk" / "lessons", scratch / "03-x.ipynb")
    answers.note_opening(scratch / "desk" / "lessons", scratch / "notes.txt")
    answers.note_opening(scratch / "desk" / "quiz-03-x", scratch / "quiz-03-x.ipynb")
    answers.note_opening(scratch / "elsewhere" / "lessons", scratch / "03-x.ipynb")
    [noted] = scratch.rglob(answers.OPENED)
    assert [entry.item for entry in journal.read(noted).entries] == ["03-x"]
