"""What a course sets for nbgrader: folders, markers, what may be released, how it grades and answers, zips.

One function instead of a list in each course: a course that was copied last year gets this year's settings with the
package. What an instructor may want otherwise stands below the call, in the course's own file.
"""

from pathlib import Path

from traitlets.config import Config

from icecourse.curriculum import COURSE_ID
from icecourse.desk.hand_in_names import ZIP_MEMBER
from icecourse.grading.autograde import ItemGrader
from icecourse.grading.collect import PlainCollect, ZipExtractor
from icecourse.grading.feedback import FeedbackExporter, clean_markdown
from icecourse.grading.release import CheckMaster, RefuseKeys, TellDue
from icecourse.item.grammar import BEGIN, END


def configure(c: Config, root: Path) -> None:
    """Set everything that grading rests on, for the course at ``root``."""
    c.CourseDirectory.course_id = COURSE_ID
    c.CourseDirectory.root = str(root)
    c.CourseDirectory.release_directory = "assignments"
    c.Exchange.root = str(root / "exchange")

    c.ClearHiddenTests.begin_test_delimeter = BEGIN
    c.ClearHiddenTests.end_test_delimeter = END
    c.ClearSolutions.code_stub = {"python": "# Write here."}
    c.GenerateAssignment.preprocessors.insert(0, CheckMaster)
    c.GenerateAssignment.preprocessors.extend([TellDue, RefuseKeys])
    c.Autograde.exporter_class = ItemGrader
    c.GenerateFeedback.exporter_class = FeedbackExporter
    c.HTMLExporter.filters = {"markdown2html": clean_markdown}  # the formgrader would run a trainee's scripts

    # What is handed in comes as plain files. Zips are for who has no exchange; nbgrader would drop their answers.
    c.ExchangeFactory.collect = PlainCollect
    c.ZipCollectApp.extractor_plugin = ZipExtractor
    c.FileNameCollectorPlugin.valid_ext = [".ipynb", ".jsonl"]
    c.FileNameCollectorPlugin.named_regexp = ZIP_MEMBER
