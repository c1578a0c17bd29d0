"""From release to feedback, under nbgrader's own commands: what ``nbgrader_config.py`` of a course names."""

from icecourse.desk.names import ZIP_MEMBER
from icecourse.grading.autograde import ItemGrader
from icecourse.grading.collect import PlainCollect, ZipExtractor
from icecourse.grading.feedback import FeedbackExporter, clean_markdown
from icecourse.grading.release import CheckMaster, RefuseKeys, TellDue
from icecourse.item.grammar import BEGIN, END

__all__ = [
    "BEGIN",
    "END",
    "ZIP_MEMBER",
    "CheckMaster",
    "FeedbackExporter",
    "ItemGrader",
    "PlainCollect",
    "RefuseKeys",
    "TellDue",
    "ZipExtractor",
    "clean_markdown",
]
