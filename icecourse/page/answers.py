"""What an item of a page shows and how it answers, in whichever host: a kernel's widget, or a server without a kernel.

The script shows what it is told and reports what a trainee does; what is saved, right or wrong is decided here. A host
shows ``state`` when the page is opened and hands each message of the script to ``reply``. Messages are numbered, so
that an old reply is never taken for a new one::

    {"do": "answer", "n": 4, "response": ["tuesday"], "confidence": ""}   keep it
    {"do": "check",  "n": 5, "response": ["tuesday"], "confidence": ""}   keep it, say what it was worth (practice)
    {"do": "look",   "n": 6}                                              has another window answered it since?

Replies carry the same number: ``{"n": 4, "saved": "2026-11-24T10:00:00+00:00"}`` (empty text: kept in memory
only) or ``{"n": 4, "failed": "The disk is full: ..."}``; beside ``"saved"`` stand ``"note"`` (why an entry cannot be
read, or ""), ``"also"`` (another window answered since) and, for a check, ``"feedback"``. The reply to a look holds
``"response"`` and ``"at"`` of such an answer, or neither. A response has the form of its kind (see scoring.score).

The host brings response and feedback into the state that every view of the item shows, before it hands on the reply:
a view that opens later shows them too.
"""

from contextlib import suppress
from pathlib import Path

from icecourse.content.words import words
from icecourse.item import journal, response_feedback, scoring, text_form
from icecourse.item.grammar import Item
from icecourse.item.journal import Entry, Journal, JournalError

COURSE_CONFIG = "nbgrader_config.py"
COURSE_FOLDERS = ("source", "assignments", "release", "lessons", "submitted", "autograded", "feedback")
DESK = ".desk"  # a trainee's desk keeps its own things here
OPENED = "opened.jsonl"  # in it, in a journal's form: which lessons were opened, and when


class Answers:
    """The answers to the items of one page: in the journal of its folder, or in memory where nothing may be written."""

    def __init__(self, folder: Path):
        path = place(folder)
        self._path, self._reader = path, path and journal.Reader(path)
        self._memory: tuple[Entry, ...] = ()
        self._shown: dict[str, Entry | None] = {}  # by item id: the entry that this page shows

    def journal(self) -> Journal:
        """Every answer so far, those of other windows included. Raises JournalError."""
        return self._reader.read() if self._reader else Journal(self._memory)

    def keep(self, entry: Entry) -> str:
        """Add an answer, which the page shows from then on. Raises JournalError.

        Returns the entry's time once the entry is on disk, or "" where it is kept in memory only.
        """
        if self._path:
            journal.append(self._path, entry)
        else:
            self._memory += (entry,)
        self._shown[entry.item] = entry
        return entry.at if self._path else ""

    def show(self, item_id: str) -> Entry | None:
        """The entry that counts for an item, which the page shows from then on. Raises JournalError."""
        self._shown[item_id] = self.journal().last(item_id)
        return self._shown[item_id]

    def from_elsewhere(self, item_id: str) -> Entry | None:
        """What ``show`` gives, if it is not what this page showed so far: another window has answered. Else None."""
        before = self._shown.get(item_id)
        entry = self.show(item_id)
        return entry if entry != before else None


def place(folder: Path) -> Path | None:
    """Where the journal of a notebook in ``folder`` lies; None where answers must stay in memory.

    They stay in memory in the folders of an instructor's course (the nearest folder above that holds
    nbgrader_config.py, if it holds ``source`` and is no desk): a journal in source/ would be released to everybody and
    overwrite every trainee's own at autograding.
    """
    folder = folder.resolve()
    for root in (folder, *folder.parents):
        if (root / COURSE_CONFIG).is_file():
            inside = folder.relative_to(root).parts[:1]
            course = (root / "source").is_dir() and not (root / DESK).is_dir()
            if course and (not inside or inside[0] in COURSE_FOLDERS):
                return None
            break
    return folder / journal.NAME


def note_opening(folder: Path, notebook: Path) -> None:
    """Note at a trainee's desk that a lesson was opened, for the progress page; elsewhere nothing is noted."""
    private = folder.parent / DESK
    if folder.name == "lessons" and notebook.suffix == ".ipynb" and private.is_dir():
        with suppress(JournalError):  # never a reason to stop
            journal.append(private / OPENED, Entry(notebook.stem, "opened", journal.now()))


def state(item: Item, answers: Answers) -> dict:
    """What an item shows when its page is opened, by the names that the script asks for.

    ``item``: as ``text_form.for_script`` gives it; ``mode``: "practice" or "quiz"; ``words``: text by id;
    ``response`` and ``confidence``: the last answer;
    ``feedback``: what was said to it, or None; ``notice``: a sentence that is said once, or "".
    """
    text = words("item") | words("practice")
    notice, entry, tries = "", None, Journal()
    try:
        entry, tries = answers.show(item.id), answers.journal()
    except JournalError as error:
        notice = text["unreadable"].format(why=error)
    response = entry.response if entry else None
    if entry and scoring.invalid(item, response):
        notice, response = text["gone"], None
    elif response and not item.key:
        notice = text["restored"]
    return {
        "item": text_form.for_script(item),
        "mode": "practice" if item.key else "quiz",
        "words": text,
        "response": response,
        "confidence": entry.confidence if entry else "",
        "feedback": _feedback(item, response, tries) if response else None,
        "notice": notice,
    }


def unanswered(item: Item, answers: Answers) -> dict:
    """The state of an item as if it had never been answered: for review."""
    return state(item, answers) | {"response": None, "feedback": None, "notice": ""}


def reply(item: Item, answers: Answers, message: dict) -> dict:
    """The reply to a message of an item's script: an answer is kept first, then said to be."""
    number = message["n"]
    try:
        if message["do"] == "look":
            entry = answers.from_elsewhere(item.id)
            return {"n": number} | ({"response": entry.response, "at": entry.at} if entry else {})
        response, confidence = message["response"], message.get("confidence", "")
        also = not item.key and answers.from_elsewhere(item.id) is not None
        saved = answers.keep(Entry(item.id, response, journal.now(), item.version, confidence))
        feedback = _feedback(item, response, answers.journal()) if message["do"] == "check" else None
    except JournalError as error:
        return {"n": number, "failed": str(error)}
    done = {"n": number, "saved": saved, "note": scoring.unreadable(item, response), "also": also}
    return done | ({"feedback": feedback} if feedback else {})


def _feedback(item: Item, response: object, tries: Journal) -> dict | None:
    """What practice says to the last answer; None for a quiz, and for a case that has not come to its end."""
    complete = item.key and response_feedback.is_complete(item, response)
    return response_feedback.practice(item, tries) if complete else None
