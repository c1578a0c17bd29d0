"""How long a lesson takes, counted: reading at 180 words a minute, 75 seconds an item, 15 seconds an explorer's entry.

180 words a minute lie below the 238 of silent reading of English non-fiction (Brysbaert 2019, Journal of Memory and
Language 109): this text is law, and it is read to be used.
"""

import math
import re

from icecourse.author.handout import EXPLORE
from icecourse.curriculum import CITATION, Page
from icecourse.page.explorers import data

WORDS_A_MINUTE, AN_ITEM, AN_ENTRY = 180, 75 / 60, 15 / 60
STEP = 5  # minutes; a lesson says no more than that
_SAID = re.compile(r"(?m)^About \d+ minutes\.$")
_NOT_READ = re.compile(r"!\[[^\]]*\]\([^)]*\)|<[^>]+>|\]\([^)]*\)|[|#*_\[\]()>-]")  # pictures, tags, addresses, marks


def minutes(page: Page) -> float:
    """The minutes that a lesson takes; its *Sources* are not read through, nor citations word by word."""
    words = entries = 0
    for cell in page.notebook.cells:
        if cell.cell_type == "markdown" and not cell.source.startswith("## Sources"):
            words += len(_NOT_READ.sub(" ", CITATION.sub(" ", cell.source)).split())
        elif cell.source.startswith(EXPLORE):
            entries += _entries(data.load(cell.source.removeprefix(EXPLORE).strip()))
    items = sum(1 for _ in page.items())
    return words / WORDS_A_MINUTE + items * AN_ITEM + entries * AN_ENTRY


def told(page: Page, source: str) -> str:
    """A cell's source with the lesson's minutes, rounded up to five, where it says how long the lesson takes."""
    return _SAID.sub(lambda _: f"About {STEP * math.ceil(minutes(page) / STEP)} minutes.", source)


def _entries(explorer: data.Explorer) -> int:
    """How many things there are to open or to answer: a chart's views, a sorter's cards and so on."""
    return sum(len(value) for value in explorer if isinstance(value, tuple))
