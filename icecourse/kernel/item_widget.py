"""The item on screen in a notebook: one anywidget, one script, one stylesheet (see page/answers.py)."""

from collections.abc import Callable

import anywidget
import traitlets

from icecourse.page import STATIC


class ItemWidget(anywidget.AnyWidget):
    """One item, with the state that ``answers.state`` gives. ``reply``: takes a message of the script, answers it."""

    _esm = STATIC / "item.js"
    _css = STATIC / "item.css"
    item = traitlets.Dict().tag(sync=True)
    mode = traitlets.Enum(("practice", "quiz"), "quiz").tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    response = traitlets.Any(None, allow_none=True).tag(sync=True)
    confidence = traitlets.Unicode().tag(sync=True)
    feedback = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    notice = traitlets.Unicode().tag(sync=True)

    def __init__(self, reply: Callable[[dict], dict], **state):
        super().__init__(**state)
        self._reply = reply
        self.on_msg(self._receive)

    def _receive(self, _widget, message: dict, _buffers) -> None:
        reply = dict(self._reply(message))
        feedback = reply.pop("feedback", None)  # it goes to every view, as state, before the reply to one of them
        answered = reply if message["do"] == "look" else message
        if "failed" not in reply and "response" in answered:
            with self.hold_sync():
                self.response, self.feedback = answered["response"], feedback
        self.send(reply)
