"""Does one cell live its three lives, in a real shell, with the answers where they belong?"""

import json
from html.parser import HTMLParser

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from icecourse.item import journal, scoring
from icecourse.item.grammar import ItemError, open_part
from icecourse.kernel.magics import CourseMagics


@pytest.fixture
def cell(scratch, monkeypatch, item_source):
    """Run an item cell in a shell whose notebook lies in ``scratch``."""
    monkeypatch.chdir(scratch)
    monkeypatch.setenv("JUPYTERHUB_USER", "ann")
    shell = InteractiveShell.instance()  # display() prints instead where there is none
    magics = CourseMagics(shell)

    def run(source=item_source):
        first, _, body = source.partition("\n")
        with capture_output() as shown:
            value = magics.item(first.removeprefix("%%item "), body)
        widget = magics._shown.get(first.removeprefix("%%item ").strip(), (None, None))[1]
        return value, shown.outputs, widget

    run.magics = magics
    return run


def press(widget, do, *response):
    replies = []
    widget.send = lambda content, buffers=None: replies.append(content)
    widget._handle_custom_msg({"do": do, "n": 1, "response": list(response)}, [])
    return replies[0]


def test_quiz_an_answer_is_on_disk_before_it_is_said_to_be(cell, scratch, item_source):
    _, outputs, widget = cell(open_part(item_source))
    assert len(outputs) == 2 and widget.life == "quiz"
    reply = press(widget, "answer", "monday")
    line = json.loads((scratch / journal.NAME).read_text())
    assert line["response"] == ["monday"] and line["item"] == "release-on-friday" and line["at"] == reply["saved"]
    assert "verdict" not in reply


def test_quiz_nothing_tells_right_from_wrong(cell, item_source):
    _, _, widget = cell(open_part(item_source))
    state = json.dumps(widget.get_state(drop_defaults=False), default=str)
    for secret in ("correct", "rationale", "Neither Saturday", "Which days are left out", "detainer-48-hours"):
        assert secret not in state
    replies = [press(widget, do, option) for do in ("answer", "check") for option in ("sunday", "tuesday")]
    assert all(reply.keys() == {"n", "saved", "note", "also"} and not reply["note"] for reply in replies)


def test_quiz_opened_again_the_saved_answer_is_marked(cell, item_source):
    _, _, widget = cell(open_part(item_source))
    press(widget, "answer", "monday")
    again = CourseMagics(cell.magics.shell)
    with capture_output():
        again.item("release-on-friday", open_part(item_source).partition("\n")[2])
    opened = again._shown["release-on-friday"][1]
    assert opened.response == ["monday"] and "saved answer" in opened.notice


def test_run_again_the_same_widget_is_shown(cell, item_source):
    """A page that is reloaded runs every cell again: a view in another tab must stay alive."""
    first, second = cell()[2], cell()[2]
    assert first is second
    changed = cell(item_source.replace("Sunday, 5 p.m.", "Sunday, 6 p.m."))[2]
    assert changed is not first


def test_an_answer_whose_option_is_gone_is_kept_and_said(cell, scratch, item_source):
    journal.append(scratch / journal.NAME, journal.Entry("release-on-friday", ["friday"], journal.now()))
    _, _, widget = cell(open_part(item_source))
    assert widget.response is None and "its option is gone" in widget.notice
    assert len(journal.read(scratch / journal.NAME).entries) == 1


def test_a_journal_that_is_a_folder_is_said_on_the_item(cell, scratch, item_source):
    (scratch / journal.NAME).mkdir()
    _, _, widget = cell(open_part(item_source))
    assert "folder named answers.jsonl" in widget.notice
    assert "folder named answers.jsonl" in press(widget, "answer", "monday")["failed"]


def test_two_kernels_on_one_notebook_keep_both_answers_and_both_say_so(cell, scratch, item_source):
    _, _, here = cell(open_part(item_source))
    elsewhere = CourseMagics(InteractiveShell.instance())
    first, _, body = open_part(item_source).partition("\n")
    with capture_output():
        elsewhere.item(first.removeprefix("%%item "), body)
    there = elsewhere._shown["release-on-friday"][1]
    assert press(here, "answer", "sunday")["also"] is False
    assert press(there, "answer", "tuesday")["also"] is True, "the later one says that there was an earlier one"
    assert not cell.magics._answers.news("another-item"), "and a look for one item hides no other's news"
    assert press(here, "look")["response"] == ["tuesday"] and here.response == ["tuesday"]
    assert "response" not in press(here, "look") and here.response == ["tuesday"], "said once"
    assert press(here, "answer", "monday")["also"] is False
    kept = journal.read(scratch / journal.NAME)
    assert [entry.response for entry in kept.entries] == [["sunday"], ["tuesday"], ["monday"]]


def test_answers_come_along_when_their_folder_is_renamed(cell, scratch, item_source, monkeypatch):
    (scratch / "before").mkdir()
    monkeypatch.chdir(scratch / "before")
    old = CourseMagics(InteractiveShell.instance())
    first, _, body = open_part(item_source).partition("\n")
    with capture_output():
        old.item(first.removeprefix("%%item "), body)
    widget = old._shown["release-on-friday"][1]
    assert press(widget, "answer", "tuesday")["saved"]
    (scratch / "before").rename(scratch / "after")
    assert "open the page from its new place" in press(widget, "answer", "monday")["failed"]
    monkeypatch.chdir(scratch / "after")
    new = CourseMagics(InteractiveShell.instance())
    with capture_output():
        new.item(first.removeprefix("%%item "), body)
    assert new._shown["release-on-friday"][1].response == ["tuesday"]


def test_beside_an_item_stands_the_same_as_text_with_the_answer(cell, item_source):
    _, outputs, widget = cell(open_part(item_source))
    assert "application/vnd.jupyter.widget-view+json" in outputs[0].data
    assert "( ) Tuesday, 5 p.m." in outputs[1].data["text/plain"]
    with capture_output() as shown:
        press(widget, "answer", "tuesday")
    [update] = shown.outputs
    assert "(x) Tuesday, 5 p.m." in update.data["text/plain"] and "ice-text" in update.data["text/html"]


def test_practice_teaches_by_what_was_chosen(cell):
    _, _, widget = cell()
    verdict = press(widget, "check", "sunday")["verdict"]
    assert verdict["outcome"] == "wrong"
    assert [reason[2] for reason in verdict["reasons"]] == ["This counts the weekend."]
    assert verdict["hint"] == "Which days are left out?" and verdict["sources"] == []
    verdict = press(widget, "check", "monday")["verdict"]  # the second wrong try: the answer, with its reason
    assert verdict["reasons"][-1][1:] == ["Tuesday, 5 p.m.", "Neither Saturday nor Sunday counts."]
    assert verdict["sources"][0][0] == "8 C.F.R. § 287.7(d)" and verdict["hint"] == ""
    assert press(widget, "check", "tuesday")["verdict"]["outcome"] == "right"
    assert press(widget, "check", "sunday")["verdict"]["hint"]  # a new round begins after a right one


def test_practice_says_how_much_is_missing(cell, item_source):
    source = item_source.replace('"apply"', '"apply"\nkind = "all"').replace('["tuesday"]', '["tuesday", "monday"]')
    _, _, widget = cell(source)
    verdict = press(widget, "check", "monday")["verdict"]
    assert verdict["outcome"] == "partly" and "One right option" in verdict["missed"]


def test_options_are_shuffled_by_trainee_and_stay_put(cell, item_source, monkeypatch):
    source = item_source.replace(
        'tuesday = "Tuesday, 5 p.m."', 'tuesday = "T"\nwednesday = "W"\nthursday = "X"'
    ).replace('tuesday = "Neither', 'wednesday = "w"\nthursday = "x"\ntuesday = "Neither')
    orders = set()
    for trainee in map(str, range(40)):
        monkeypatch.setenv("JUPYTERHUB_USER", trainee)
        shown = [cell(source)[2].item["options"] for _ in range(2)]
        assert shown[0] == shown[1]
        cell.magics._shown.clear()
        orders.add(tuple(option for option, _ in shown[0]))
    assert len(orders) > 20
    kept = cell(source.replace("level  ", "keep_order = true\nlevel  "))[2]
    assert [option for option, _ in kept.item["options"]] == ["sunday", "monday", "tuesday", "wednesday", "thursday"]


@pytest.mark.parametrize(
    ("response", "earned", "says"),
    [(["tuesday"], 1.0, "Right"), (["sunday"], 0.0, "This counts the weekend"), (None, 0.0, "No answer"),
     (["<b>x</b>"], 0.0, "could not be read")],
)  # fmt: skip
def test_grading_gives_a_plain_float_and_shows_why(cell, scratch, monkeypatch, response, earned, says):
    if response:
        journal.append(scratch / journal.NAME, journal.Entry("release-on-friday", response, journal.now()))
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    value, outputs, _ = cell()
    assert type(value) is float and value == earned
    html = outputs[0].data["text/html"]
    assert says in html and "<b>" not in html
    HTMLParser().feed(html)


@pytest.mark.parametrize("broken", ["score", "invalid"])
def test_a_fault_in_scoring_earns_nothing_and_is_reported(cell, scratch, monkeypatch, caplog, broken):
    """As the batch grader does it: neither full marks, nor the end of the page, nor silence."""
    journal.append(scratch / journal.NAME, journal.Entry("release-on-friday", ["tuesday"], journal.now()))
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setattr(scoring, broken, None)
    value, outputs, _ = cell()
    assert type(value) is float and value == 0.0
    assert "The saved answer could not be scored." in outputs[0].data["text/html"]
    assert 'Item "release-on-friday": an answer could not be scored' in caplog.text and "Traceback" in caplog.text


def test_grading_needs_a_key(cell, monkeypatch, item_source):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    value, _, widget = cell(open_part(item_source))
    assert value is None and widget.life == "quiz"  # CheckMaster refuses such a master at release


def test_a_fact_that_does_not_exist_is_named_with_its_line(cell, item_source):
    with pytest.raises(ItemError, match=r'line 16: there is no fact "no-such-fact"'):
        cell(item_source.replace("detainer-48-hours-excludes-weekends", "no-such-fact"))
