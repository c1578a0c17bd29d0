"""Does the widget send what it is told and keep its state in step? (What it looks like is test_browser's matter.)"""

import json
from pathlib import Path

from icecourse.kernel.item_widget import STATIC, ItemWidget


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


def test_script_and_stylesheet_are_small_and_ask_nobody_else():
    files = [STATIC / "item.js", STATIC / "item.css"]
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    assert len(text.encode()) < 40_000
    assert "http" not in text and "innerHTML" not in text and "import " not in text


def test_the_extension_names_the_file_that_is_there():
    folder = Path(__file__).parents[1] / "icecourse" / "desk" / "labextension"
    package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    assert (folder / package["jupyterlab"]["_build"]["load"]).is_file()
