"""Is every answer that was shown as saved on disk after a kill, and none other? Many more: kills.py."""

from kills import campaign


def test_a_killed_kernel_loses_no_answer_that_it_said_was_saved(scratch, home):
    figures = campaign(4, seed=7, folder=scratch)
    assert figures.kills == 4 and figures.shown > 0 and figures.given >= figures.on_disk >= figures.shown
    assert (figures.lost, figures.strange) == (0, 0), figures
