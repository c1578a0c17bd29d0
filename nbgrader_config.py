"""nbgrader for this course: folders, markers, what may be released, how it grades and answers, zips."""

from pathlib import Path

from icecourse import grading

c = get_config()  # noqa: F821
root = Path(__file__).parent

c.CourseDirectory.course_id = "ice-for-paralegals"
c.CourseDirectory.root = str(root)
c.CourseDirectory.release_directory = "assignments"
c.Exchange.root = str(root / "exchange")

c.ClearHiddenTests.begin_test_delimeter = grading.BEGIN
c.ClearHiddenTests.end_test_delimeter = grading.END
c.ClearSolutions.code_stub = {"python": "# Write here."}
c.GenerateAssignment.preprocessors.insert(0, grading.CheckMaster)
c.GenerateAssignment.preprocessors.extend([grading.TellDue, grading.RefuseKeys])
c.Autograde.exporter_class = grading.ItemGrader
c.GenerateFeedback.exporter_class = grading.FeedbackExporter
c.FeedbackExporter.right_answers = "after due date"  # or "off", or "on"
c.HTMLExporter.filters = {"markdown2html": grading.clean_markdown}  # the formgrader would run a trainee's scripts

# What is handed in comes as plain files. Zips are for trainees without the exchange; nbgrader would drop the answers.
c.ExchangeFactory.collect = grading.PlainCollect
c.ZipCollectApp.extractor_plugin = grading.ZipExtractor
c.FileNameCollectorPlugin.valid_ext = [".ipynb", ".jsonl"]
c.FileNameCollectorPlugin.named_regexp = grading.ZIP_MEMBER
