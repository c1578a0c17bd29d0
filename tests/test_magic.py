"""Is a cell an item in each of its three modes, in a real shell? (What an item answers is test_answers's matter.)"""

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
        name = first.removeprefix("%%item ").strip()
        with capture_output() as shown:
            value = magics.item(name, body)
        widget = magics.shown[name][1] if name in magics.shown else None
        return value, shown.outputs, widget

    return run


def press(widget, do, *response):
    replies = []
    widget.send = lambda content, buffers=None: replies.append(content)
    widget._handle_custom_msg({"do": do, "n": 1, "response": list(response)}, [])
    return replies[0]


def test_quiz_nothing_in_the_widget_tells_right_from_wrong(cell, item_source):
    _, outputs, widget = cell(open_part(item_source))
    assert len(outputs) == 2 and widget.mode == "quiz"
    press(widget, "check", "tuesday")
    state = json.dumps(widget.get_state(drop_defaults=False), default=str)
    for secret in ("correct", "rationale", "Neither Saturday", "Which days are left out", "detainer-48-hours"):
        assert secret not in state


def test_practice_what_is_said_to_an_answer_stays_in_the_widget(cell):
    """As state, for every view of it, and not a second time in the reply."""
    _, _, widget = cell()
    assert widget.mode == "practice" and widget.feedback is None
    reply = press(widget, "check", "sunday")
    assert reply["saved"] and "feedback" not in reply
    assert widget.response == ["sunday"] and widget.feedback["outcome"] == "wrong"


def test_run_again_the_same_widget_is_shown(cell, item_source):
    """A page that is reloaded runs every cell again: a view in another tab must stay alive."""
    first = cell()[2]
    press(first, "check", "sunday")
    second = cell()[2]
    assert first is second and second.response == ["sunday"] and second.feedback["outcome"] == "wrong"
    changed = cell(item_source.replace("Sunday, 5 p.m.", "Sunday, 6 p.m."))[2]
    assert changed is not first


def test_beside_an_item_stands_the_same_as_text_with_the_answer(cell, item_source):
    _, outputs, widget = cell(open_part(item_source))
    assert "application/vnd.jupyter.widget-view+json" in outputs[0].data
    assert "( ) Tuesday, 5 p.m." in outputs[1].data["text/plain"]
    with capture_output() as shown:
        press(widget, "answer", "tuesday")
    [update] = shown.outputs
    assert "(x) Tuesday, 5 p.m." in update.data["text/plain"] and "ice-text" in update.data["text/html"]


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
    assert "ask your instructor to look at it. It could not be scored." in outputs[0].data["text/html"]
    assert (
        'Item "release-on-friday" could not be scored; a person must grade it.' in caplog.text
        and "Traceback" in caplog.text
    )


def test_grading_needs_a_key(cell, monkeypatch, item_source):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    value, _, widget = cell(open_part(item_source))
    assert value is None and widget.mode == "quiz"  # CheckMaster refuses such a master at release


def test_a_fact_that_does_not_exist_is_named_with_its_line(cell, item_source):
    with pytest.raises(ItemError, match=r'line 16: there is no fact "no-such-fact"'):
        cell(item_source.replace("detainer-48-hours-excludes-weekends", "no-such-fact"))
