"""The class report: one page from nbgrader's gradebook and the journals. Numbers before pictures before tables."""

from icecourse.instructor.report.page import show

__all__ = ["show"]
