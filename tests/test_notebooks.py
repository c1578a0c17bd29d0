"""Does every page give exactly one view for each item and explorer, with no error and no warning?

``make notebooks`` runs each page in a kernel of its own, but it passes a lesson whose %%item was never registered. So
the same cells run here once more, in a shell in this process, which takes a tenth of the time.
"""

import shutil

import pytest
from conftest import ROOT
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from icecourse.curriculum import Course
from icecourse.item.grammar import is_item

COURSE = Course(ROOT)
VIEW = "application/vnd.jupyter.widget-view+json"
PAGES = COURSE.lessons + COURSE.assignments


@pytest.fixture
def shell(home):
    """A shell as a kernel begins with: nothing is registered in it."""
    InteractiveShell.clear_instance()
    yield InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    InteractiveShell.clear_instance()


def views(shell, cells) -> dict[str, int]:
    """Run cells from top to bottom; how many widget views each item and explorer cell gave, by the cell's id."""
    counted = {}
    for cell in cells:
        if cell.cell_type != "code":
            continue
        with capture_output() as shown:
            outcome = shell.run_cell(cell.source)
        outcome.raise_error()
        assert not shown.stderr, f'cell "{cell.id}": {shown.stderr}'
        if is_item(cell.source) or cell.source.startswith("%explore"):
            counted[cell.id] = sum(VIEW in output.data for output in shown.outputs)
    return counted


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_shows_each_item_once(page, shell, scratch, monkeypatch):
    folder = scratch / "page"
    shutil.copytree(page.path.parent, folder)
    monkeypatch.chdir(folder)
    asked = [c.id for c in page.notebook.cells if is_item(c.source) or c.source.startswith("%explore")]
    assert asked and views(shell, page.notebook.cells) == dict.fromkeys(asked, 1)
    assert not list(scratch.rglob("answers.jsonl")), "opening a page is no answer"


def test_a_page_whose_magic_was_never_registered_is_found(shell, scratch, monkeypatch, checkout):
    """The trap that nbval falls into: without the setup cell every item is an error that nothing notices."""
    page = checkout.assignments[0]
    without = [cell for cell in page.notebook.cells if not cell.source.startswith("%load_ext")]
    assert len(without) == len(page.notebook.cells) - 1
    monkeypatch.chdir(scratch)
    with pytest.raises(UsageError, match="Cell magic `%%item` not found"):
        views(shell, without)
