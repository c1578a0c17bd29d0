"""The item on screen: one anywidget, one script, one stylesheet.

The script shows what it is told and reports what a trainee does; what is saved, right or wrong is decided in
Python. Messages of the script, each numbered so that an old reply is never taken for a new one::

    {"do": "answer", "n": 4, "response": ["tuesday"], "confidence": ""}   keep it
    {"do": "check",  "n": 5, "response": ["tuesday"], "confidence": ""}   keep it, say what it was worth (practice)
    {"do": "look",   "n": 6}                                              has another window answered it since?

Replies carry the same number: ``{"n": 4, "saved": "2026-11-24T10:00:00+00:00"}`` (empty text: kept in memory
only) or ``{"n": 4, "failed": "The disk is full: ..."}``; beside ``"saved"`` may stand ``"note"`` (an entry that
cannot be read), ``"also"`` (another window answered since) and, for a check, ``"verdict"``. The reply to a look holds
``"response"`` and ``"at"`` of such an answer, or neither. A response has the form of its kind (see scoring.score).
"""

from collections.abc import Callable

import anywidget
import traitlets

from icecourse.page import STATIC


class ItemWidget(anywidget.AnyWidget):
    """One item. ``on_message`` gets a message of the script and returns the reply to it."""

    _esm = STATIC / "item.js"
    _css = STATIC / "item.css"
    item = traitlets.Dict().tag(sync=True)  # id, kind, stem, format, left and options: [[id, text], ...] as shown
    life = traitlets.Enum(("practice", "quiz"), "quiz").tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    response = traitlets.Any(None, allow_none=True).tag(sync=True)
    confidence = traitlets.Unicode().tag(sync=True)
    verdict = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    notice = traitlets.Unicode().tag(sync=True)  # said once when the item appears

    def __init__(self, on_message: Callable[[dict], dict], **state):
        super().__init__(**state)
        self._on_message = on_message
        self.on_msg(self._answer)

    def _answer(self, _widget, message, _buffers):
        reply = self._on_message(message)
        given = reply if message["do"] == "look" else message
        if "failed" not in reply and "response" in given:
            self.response = given["response"]
            self.verdict = reply.get("verdict")
        self.send(reply)
