"""Does the widget send what it is told and keep its state in step? (What it looks like is test_browser's matter.)"""

import json
import re
from pathlib import Path

import pytest
from conftest import EXAMPLES

from icecourse.item.grammar import parse
from icecourse.kernel.item_widget import ItemWidget
from icecourse.page import STATIC, answers
from icecourse.page.answers import Answers


def build(reply, **state):
    sent = []
    widget = ItemWidget(lambda message: reply | {"n": message["n"]}, item={"id": "a", "options": []}, **state)
    widget.send = lambda content, buffers=None: sent.append(content)
    return widget, sent


def test_a_saved_answer_becomes_the_state_that_every_view_shows():
    widget, sent = build({"saved": "2026-11-24T10:00:00+00:00"})
    widget._handle_custom_msg({"do": "answer", "n": 7, "response": ["x"]}, [])
    assert widget.response == ["x"]
    assert sent == [{"saved": "2026-11-24T10:00:00+00:00", "n": 7}]


def test_an_answer_that_could_not_be_saved_does_not():
    widget, sent = build({"failed": "The disk is full."}, response=["old"])
    widget._handle_custom_msg({"do": "answer", "n": 1, "response": ["x"]}, [])
    assert widget.response == ["old"]
    assert sent[0]["failed"] == "The disk is full."


def test_feedback_becomes_state_with_its_answer_and_is_no_part_of_the_reply():
    widget, sent = build({"saved": "", "feedback": {"outcome": "right"}})
    widget._handle_custom_msg({"do": "check", "n": 2, "response": ["x"]}, [])
    assert (widget.response, widget.feedback) == (["x"], {"outcome": "right"})
    assert sent == [{"saved": "", "n": 2}]


def test_a_look_brings_in_the_answer_of_another_window_and_changes_nothing_without_one():
    widget, _ = build({"response": ["y"], "at": "2026-11-24T10:00:00+00:00"}, response=["old"])
    widget._handle_custom_msg({"do": "look", "n": 3}, [])
    assert widget.response == ["y"]
    widget, sent = build({}, response=["old"])
    widget._handle_custom_msg({"do": "look", "n": 4}, [])
    assert widget.response == ["old"] and sent == [{"n": 4}]


@pytest.mark.parametrize("kind", EXAMPLES)
def test_an_item_brings_every_word_that_its_script_asks_for(kind, scratch):
    shown = answers.state(parse(EXAMPLES[kind]), Answers(scratch))
    script = (STATIC / "item.js").read_text(encoding="utf-8")
    asked = set(re.findall(r'\bsay\("([^"]+)"', script))
    assert {"saving", "elsewhere", "hint", "the-end"} <= asked  # the script was read
    asked |= {f"choose-{kind}", "group-practice", "group-quiz", "sure", "fairly", "guess"}
    asked |= {f"type-{shown['item']['format']}"} if kind == "entry" else set()
    asked |= {"right", "partly", "wrong", "saved", "cleared"}
    assert asked <= shown["words"].keys()


def test_the_extension_names_the_file_that_is_there():
    folder = Path(__file__).parents[1] / "icecourse" / "desk" / "labextension"
    package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    assert (folder / package["jupyterlab"]["_build"]["load"]).is_file()
