"""nbgrader for this course: folders, markers, what may be released, how it grades and answers, zips."""

from pathlib import Path

from icecourse.collect import PlainCollect, ZipExtractor
from icecourse.feedback import FeedbackExporter, clean_markdown
from icecourse.grading import ItemGrader
from icecourse.handin import ZIP_MEMBER
from icecourse.items import BEGIN, END
from icecourse.release import CheckMaster, RefuseKeys, TellDue

c = get_config()  # noqa: F821
root = Path(__file__).parent

c.CourseDirectory.course_id = "ice-for-paralegals"
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
c.FeedbackExporter.right_answers = "after due date"  # or "off", or "on"
c.HTMLExporter.filters = {"markdown2html": clean_markdown}  # the formgrader would run a trainee's scripts

# What is handed in comes as plain files. Zips are for trainees without the exchange; nbgrader would drop the answers.
c.ExchangeFactory.collect = PlainCollect
c.ZipCollectApp.extractor_plugin = ZipExtractor
c.FileNameCollectorPlugin.valid_ext = [".ipynb", ".jsonl"]
c.FileNameCollectorPlugin.named_regexp = ZIP_MEMBER
