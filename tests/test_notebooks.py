"""Does every notebook run, and give exactly one view for each item?

nbval runs them too (make test), but it passes a lesson whose %%item was never registered.
"""

import shutil

import pytest
from conftest import ROOT
from nbclient import NotebookClient

from icecourse.curriculum import Course, Page
from icecourse.item.grammar import is_item

COURSE = Course(ROOT)
VIEW = "application/vnd.jupyter.widget-view+json"
PAGES = COURSE.lessons + COURSE.assignments


def views(page: Page, folder) -> dict[str, int]:
    """Run a notebook from top to bottom in ``folder``; how many widget views each item and explorer cell gave."""
    shutil.copytree(page.path.parent, folder, dirs_exist_ok=True)
    notebook = Page(folder / page.path.name).notebook
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    counted = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        for output in cell.outputs:
            assert output.output_type != "error", f'{page.name}: cell "{cell.id}": {output.evalue}'
            assert output.get("name") != "stderr", f'{page.name}: cell "{cell.id}": {output.text}'
        if is_item(cell.source) or cell.source.startswith("%explore"):
            counted[cell.id] = sum(VIEW in output.get("data", {}) for output in cell.outputs)
    return counted


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_runs_and_shows_each_item_once(page, scratch, home):
    counted = views(page, scratch / "run")
    assert counted and set(counted.values()) == {1}, counted
    assert not list(scratch.glob("run/answers.jsonl")), "opening a page is no answer"


def test_a_page_whose_magic_was_never_registered_is_found(scratch, home, checkout):
    """The trap that nbval falls into: without the setup cell every item is an error that nothing notices."""
    import nbformat

    page = checkout.assignments[0]
    broken = scratch / "broken" / page.path.name
    broken.parent.mkdir()
    notebook = nbformat.read(page.path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if not cell.source.startswith("%load_ext")]
    nbformat.write(notebook, broken)
    with pytest.raises(Exception, match="item"):
        assert set(views(Page(broken), scratch / "run").values()) == {1}
