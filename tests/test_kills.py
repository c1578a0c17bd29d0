"""Is every answer that was shown as saved on disk after a kill, and none other? Many more: kills.py."""

import pytest
from conftest import LONG
from kills import campaign

KILLS = 60 if LONG else 4


@pytest.mark.slow(15)
@pytest.mark.long_form
def test_a_killed_kernel_loses_no_answer_that_it_said_was_saved(scratch, home):
    figures = campaign(KILLS, seed=7, folder=scratch)
    assert figures.kills == KILLS and figures.shown > 0 and figures.given >= figures.on_disk >= figures.shown
    assert (figures.lost, figures.strange) == (0, 0), figures
