"""From release to feedback, under nbgrader's own commands. ``settings`` turns it on for a course."""
