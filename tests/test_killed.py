"""Does a class that was killed while it was graded, and graded again, end as if nothing had happened?"""

import pytest
from conftest import LONG
from kill_grading import campaign, class_of

TRIALS = 120 if LONG else 16


@pytest.mark.slow(25)
@pytest.mark.long_form
def test_killed_anywhere_and_started_again_it_ends_the_same(course_root):
    """The short form of kill_grading.py, which comes to every line."""
    class_of(course_root)
    assert campaign(course_root, TRIALS, seed=98) >= TRIALS
