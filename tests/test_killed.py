"""Does a class that was killed while it was graded, and graded again, end as if nothing had happened?"""

from kill_grading import campaign, class_of


def test_killed_anywhere_and_started_again_it_ends_the_same(course_root):
    """The short form of kill_grading.py, which comes to every line."""
    class_of(course_root)
    assert campaign(course_root, 16, seed=98) >= 16
