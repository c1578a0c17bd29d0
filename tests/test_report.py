"""Does an instructor learn from the report what is true of the class, from nbgrader's gradebook and the journals?"""

import csv
import dataclasses
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import ROOT, once
from nbgrader.api import Gradebook
from playwright.sync_api import Error as PlaywrightError
from test_demo import answers_of

from icecourse.__main__ import main
from icecourse.course_root import api
from icecourse.curriculum import COURSE_ID, Course
from icecourse.grading import backup
from icecourse.grading.gradebook import Assignment, Cell, GradebookError, GradedSubmission
from icecourse.instructor import demo, export, privacy, pseudonyms, roster
from icecourse.instructor.report import analysis, classroom, findings, links, mastery, results
from icecourse.instructor.report.analysis import Answer
from icecourse.instructor.report.classroom import Classroom
from icecourse.instructor.report.page import html, write, write_records
from icecourse.instructor.roster import Person
from icecourse.item.grammar import parse

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A demo course, graded by the real nbgrader, and what is true of it. Tests that change it take a copy."""

    def build(folder: Path) -> demo.Simulation:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
                patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
            patch.chdir(ROOT)
            patch.setattr(demo, "FIRST_AND_LAST", ("no-diagnostic", "no-final"))  # two quizzes are enough here
            return demo.build(folder / "course", NOW, seed=8, most=2)  # a class in which some are late, and some missed

    folder, simulation = once("demo", build)
    return folder / "course", simulation


@pytest.fixture
def course(built, scratch):
    root = scratch / "course"
    shutil.copytree(built[0], root)
    return root


@pytest.fixture(scope="module")
def computed(built):
    return results.compute(built[0], NOW)


def set_up(root: Path, line: str) -> None:
    with (root / "nbgrader_config.py").open("a") as file:
        file.write(f"\n{line}\n")


# -- what is read -------------------------------------------------------------------------------------------------


def test_the_gradebook_and_the_journals_say_what_the_simulation_did(built):
    root, simulation = built
    read = {(a.trainee, a.item): a for a in classroom.read(root).answers}
    told = {(a.trainee, a.item): a for a in answers_of(simulation)}
    assert read.keys() == told.keys()
    assert len(read) == 8 * len(simulation.handed_in), "an answer, or a zero, for each item of each hand-in"
    assert all(read[key] == told[key] for key in told)


def test_late_and_missing_work_is_what_the_simulation_did(built, computed):
    _, simulation = built
    handed_in = {(w.trainee, w.assignment): w for w in simulation.handed_in}
    for standing in computed.standings:
        for name, due in simulation.due.items():
            work = handed_in.get((standing.trainee, name))
            assert (name in standing.done) == (work is not None)
            assert (name in standing.late) == (work is not None and work.at.replace(microsecond=0) > due)
            assert (name in standing.overdue) == (work is None and due < NOW)
            assert (name in standing.open) == (work is None and due >= NOW)
    assert sum(bool(s.late) for s in computed.standings) >= 3 and sum(bool(s.overdue) for s in computed.standings) >= 2


def test_scores_are_nbgraders_own(built, computed):
    with Gradebook(f"sqlite:///{built[0]}/gradebook.db", COURSE_ID) as gradebook:
        for work in computed.room.submissions:
            own = gradebook.find_submission(work.assignment, work.trainee)
            assert (work.earned, work.possible) == (own.score, own.max_score)
            assert work.late.total_seconds() == own.total_seconds_late


def test_the_report_finds_both_broken_items_in_a_real_course(built, computed):
    assert built[1].broken <= {finding.item for finding in computed.checks}


def test_damaged_submissions_are_named_and_their_answers_count(built, computed):
    damaged = {(w.trainee, w.assignment): w.damage for w in built[1].handed_in if w.damage in ("torn", "journal")}
    noted = {(w.trainee, w.assignment): w.notes for w in computed.room.submissions if w.notes}
    assert noted.keys() == damaged.keys()
    assert all(noted[key] == (("torn-lines",) if how == "torn" else ("no-journal",)) for key, how in damaged.items())


def test_what_is_handed_in_and_not_graded_waits(course):
    folder = course / "submitted" / "new-one" / "quiz-01-what-ice-is"
    folder.mkdir(parents=True)
    (course / "submitted" / "new-one" / "holiday-photos").mkdir()
    assert classroom.read(course).waiting == (("new-one", "quiz-01-what-ice-is"),)
    assert "quiz-01-what-ice-is" in html(results.compute(course), course).split("Waiting to be graded")[1][:60]


def test_without_a_gradebook_one_sentence_says_what_to_do(tmp_path):
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    with pytest.raises(GradebookError, match=r"There is no gradebook .* run make teach once, or make demo"):
        classroom.read(tmp_path)


def test_before_anything_is_graded_the_page_says_so(course_root):
    assert "Nobody has been graded yet" in html(results.compute(course_root), course_root)


# -- time and changes ----------------------------------------------------------------------------------------------


def entries(*lines):
    from icecourse.item.journal import Entry

    start = datetime(2026, 11, 20, 10, tzinfo=UTC)
    return [Entry(item, response, (start + timedelta(seconds=s)).isoformat()) for s, item, response in lines]


def test_time_runs_from_the_answer_before_and_not_over_a_break():
    kept = classroom.history(entries((0, "a", ["x"]), (40, "b", ["x"]), (2000, "c", ["x"]), (2030, "d", ["x"])), set())
    assert [kept[name][1] for name in "abcd"] == [None, 40, None, 30]


def test_changes_are_other_answers_not_clicks():
    lines = entries(
        (0, "one", ["x"]), (5, "one", ["y"]), (9, "one", ["y"]),  # one change; then only how sure
        (20, "all", ["x"]), (22, "all", ["x", "y"]), (24, "all", ["y"]),  # clicks of one answer
        (30, "one", ["x"]), (40, "all", ["x", "y"]), (42, "all", ["x"]),  # a change each, on coming back
    )  # fmt: skip
    kept = classroom.history(lines, {"one"})
    assert kept["one"][2] == 2 and kept["all"][2] == 1
    assert kept["one"][0].response == ["x"] and kept["all"][0].response == ["x"]


def test_a_clock_that_goes_backwards_or_a_time_that_is_none_gives_no_time():
    lines = entries((100, "a", ["x"]), (50, "b", ["x"]))
    lines.append(dataclasses.replace(lines[0], item="c", at="yesterday"))
    kept = classroom.history(lines, set())
    assert kept["b"][1] is None and kept["c"][1] is None


def test_what_somebodys_disk_holds_breaks_no_report(course):
    folder = course / "autograded" / "trainee-01" / "quiz-01-what-ice-is"
    name = next(iter(classroom.read(course).items))
    (folder / "answers.jsonl").unlink()
    deep = "[" * 300 + "]" * 300
    lines = [
        f'{{"item": "{name}", "response": {r}, "at": "{at}", "version": "{"<b>" * 99}", "confidence": "{c}"}}'
        for r, at, c in (
            (deep, "0001-01-01T00:00:00+23:59", "sure"),
            (deep, "9999-12-31T23:59:59-23:59", "?"),
            ('{"a": [NaN]}', "x", ""),
            ("[[1], null]", "2026-11-20", "sure"),
            ("1e999", "", "sure"),
        )
    ]
    (folder / "answers.jsonl").write_bytes("\n".join(lines).encode() + b"\n\xff\x00\n")
    computed = results.compute(course, NOW)
    page = html(computed, course) + "".join(path.read_text() for path in write_records(course, NOW))
    assert "<b>" not in page
    answer = next(a for a in computed.room.answers if (a.trainee, a.item) == ("trainee-01", name))
    assert answer.changes == 3 and answer.seconds is None
    list(export.by_item(computed.room))
    (folder / "answers.jsonl").unlink()
    (folder / "answers.jsonl").symlink_to(course / "nbgrader_config.py")
    assert ("no-file",) in [work.notes for work in classroom.read(course).submissions]


# -- findings ------------------------------------------------------------------------------------------------------


def small_room(shares, item_source, due=None) -> Classroom:
    """One assignment of one item, a trainee for each share; None where it was not handed in."""
    item = parse(item_source)
    people = tuple(Person(f"t{n}") for n in range(len(shares)))
    works = tuple(
        GradedSubmission(f"t{n}", "quiz", NOW.replace(tzinfo=None), due, share, 1.0, 0.0, False, {})
        for n, share in enumerate(shares) if share is not None
    )  # fmt: skip
    answers = tuple(
        Answer(f"t{n}", "quiz", item.id, share, 1.0, ["monday"], "sure")
        for n, share in enumerate(shares)
        if share is not None
    )
    cell = Cell("quiz", "quiz", item.id, item_source, 1.0, True)
    return Classroom(people, (Assignment("quiz", due, 1.0),), (cell,), works, answers, {item.id: item})


def test_below_twenty_trainees_nothing_is_a_finding(checkout):
    items = [(page.path.parent.name, item) for page in checkout.masters for _, item in page.items()]
    simulation = demo.simulate(items, NOW, trainees=19)
    graded = demo.as_graded(simulation)
    statistics = analysis.item_statistics(answers_of(simulation), graded)
    assert len(statistics) == len(graded)
    assert not findings.items_to_check(statistics, graded)
    assert not any(findings.remarks(row, graded[row.item]) for row in statistics)
    learned = mastery.learned(answers_of(simulation), {name: item.objective for name, item in graded.items()})
    assert {findings.conclusion(row, 0.7) for row in learned} == {"too-few"}


def test_the_page_says_where_there_are_too_few(course):
    with Gradebook(f"sqlite:///{course}/gradebook.db", COURSE_ID) as gradebook:
        for number in range(15, 41):
            gradebook.remove_student(f"trainee-{number:02}")
    page = html(results.compute(course, NOW), course)
    assert "No item was handed in by 20 trainees yet" in page and "Fewer than 20 trainees were graded" in page
    assert "check the key" not in page and "not learned</td>" not in page and "too few trainees" in page


def test_a_trainee_who_missed_a_due_date_is_spoken_to_and_one_who_did_not_is_not(item_source):
    room = small_room([1.0, None, 0.0], item_source, due=NOW.replace(tzinfo=None) - timedelta(days=1))
    standings = findings.standings(room, NOW.replace(tzinfo=None))
    assert [row.share for row in standings] == [1.0, 0.0, 0.0]
    talks = {talk.trainee: [code for code, _ in talk.reasons] for talk in findings.talks(standings, 0.7)}
    assert talks == {"t1": ["overdue"], "t2": ["below"]}
    early = findings.standings(room, NOW.replace(tzinfo=None) - timedelta(days=2))
    assert early[1].open == ("quiz",) and not early[1].overdue and math.isnan(early[1].share)


def test_an_item_to_check_is_not_held_against_a_trainee(item_source):
    room = small_room([0.0, 0.0], item_source)
    (row, _) = findings.standings(room, NOW.replace(tzinfo=None))
    assert row.sure_and_wrong and row.objectives
    (row, _) = findings.standings(room, NOW.replace(tzinfo=None), without={room.answers[0].item})
    assert not row.sure_and_wrong and not row.objectives and row.share == 0


# -- the page ------------------------------------------------------------------------------------------------------


def test_the_page_leads_with_numbers_and_says_why_an_item_is_bad(built, computed):
    page = html(computed, built[0])
    order = [
        page.index(mark) for mark in ('<dl class="ice-figures"', 'id="ice-sure"', 'id="ice-check"', "<svg", "ice-how")
    ]
    assert order == sorted(order)
    name, wrong = built[1].wrong_key
    part = page[page.index(f"<code>{name}</code>", page.index('id="ice-check"')) :]
    assert "of the best" in part[:400] and "check the key" in part[:600] and f"<code>{wrong}</code>" in part[:900]
    assert re.search(r'href="/formgrader/gradebook/[^"]+"', part) and re.search(
        r'href="/formgrader/submissions/\w+"', part
    )
    facts = links.of_key(computed.room.items[name])
    assert facts and all(fact.id in part for fact in facts)


def test_what_a_trainee_typed_or_is_called_cannot_become_markup(course):
    with Gradebook(f"sqlite:///{course}/gradebook.db", COURSE_ID) as gradebook:
        gradebook.update_or_create_student("trainee-01", last_name="<script>alert(1)</script>")
    page = html(results.compute(course, NOW), course)
    assert "<script" not in page and "&lt;script&gt;" in page


@pytest.mark.slow(10)
def test_the_page_passes_axe_in_both_themes_and_asks_for_nothing(course, browser):
    whole, record = write(course, NOW), write_records(course, NOW)[0]
    for scheme, path in (("light", whole), ("dark", whole), ("light", record)):
        page = browser.new_page(color_scheme=scheme, viewport={"width": 1100, "height": 900})
        asked, said = [], []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("console", lambda message, said=said: said.append(message.text))
        page.goto(path.as_uri())
        result = Axe().run(page)
        assert result.violations_count == 0, result.generate_report()
        assert asked == [path.as_uri()] and not said
        dark = page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor") == "rgb(28, 28, 28)"
        assert dark == (scheme == "dark")
        page.set_viewport_size({"width": 320, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.goto(whole.as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor") == "rgb(255, 255, 255)"
    folded = page.locator("details:not(.ice-screen) li").first
    assert folded.is_visible()  # what is folded away on the screen is printed


def test_every_picture_says_in_words_what_it_shows(built, computed):
    page = html(computed, built[0])
    labels = re.findall(r'<svg class="ice-chart" role="img" aria-label="([^"]+)"', page)
    assert len(labels) == 3 and all(len(label) > 40 for label in labels)
    assert not re.search(r"#0[1-5]0[1-5]0[1-5]", page)  # no stand-in colour is left


def test_gain_is_shown_where_both_assignments_were_handed_in(course):
    set_up(
        course,
        'c.ClassReport.before = "quiz-01-what-ice-is"\nc.ClassReport.after = "quiz-02-four-divisions-then-and-now"',
    )
    computed = results.compute(course, NOW)
    assert "fills itself" in html(computed, course)  # these two share no objective
    with Gradebook(f"sqlite:///{course}/gradebook.db", COURSE_ID) as gradebook:
        for cell in gradebook.db.query(__import__("nbgrader.api").api.SourceCell):
            cell.source = re.sub(r'objective\s*=\s*"[a-z0-9-]+"', 'objective = "pick-the-division"', cell.source or "")
        gradebook.db.commit()
    computed = results.compute(course, NOW)
    assert [row.objective for row in computed.gains] == ["pick-the-division"] and computed.gains[0].n > 20
    assert "Before and after: table" in html(computed, course)


# -- records -------------------------------------------------------------------------------------------------------


def test_a_record_of_completion_names_items_versions_scores_dates_and_has_a_place_to_sign(course):
    set_up(course, 'c.ClassReport.pass_mark = 0.6\nc.ClassReport.pass_mark_note = "Set by two attorneys on June 1."')
    computed = results.compute(course, NOW)
    paths = {path.stem: path.read_text() for path in write_records(course, NOW)}
    assert paths.keys() == {person.id for person in computed.room.people} | {"class"}
    standing = next(s for s in computed.standings if len(s.done) == 2 and s.share > 0.6)
    page = paths[standing.trainee]
    for answer in computed.room.answers:
        if answer.trainee == standing.trainee:
            assert f"{answer.item}</th><td>{answer.assignment}</td><td><code>{answer.version}</code>" in page
    for text in ("Completed:", "60\u00a0%", "Set by two attorneys on June 1.", "Signature of the supervising attorney",
                 "Training, not legal advice", "Not affiliated", "2026-11-"):  # fmt: skip
        assert text in page
    behind = next(s for s in computed.standings if len(s.done) == 1)
    missing = (behind.overdue + behind.open)[0]
    assert f"Not completed: not handed in yet: {missing}" in paths[behind.trainee]
    assert paths["class"].count("<tr>") == len(computed.standings) + 1


# -- the decision that README walks to -----------------------------------------------------------------------------


def test_a_corrected_key_takes_the_item_off_the_list_and_trainees_above_the_mark(course, built):
    name, wrong = built[1].wrong_key
    before = results.compute(course, NOW)
    right = next(one.item.key.correct[0] for one in built[1].asked if one.item.id == name)
    master = next(page for page in Course(course).masters for _, item in page.items() if item.id == name)
    for cell, item in master.items():
        if item.id == name:
            cell.source = cell.source.replace(f'correct = ["{wrong}"]', f'correct = ["{right}"]')
            assert parse(cell.source).key.correct == (right,)
    nbformat.write(master.notebook, master.path)
    quiz = master.path.parent.name
    interface = api(course)
    assert interface.generate_assignment(quiz, force=True)["success"]
    assert interface.autograde(quiz, "*", force=True)["success"]
    after = results.compute(course, NOW)
    assert name in {finding.item for finding in before.checks} - {finding.item for finding in after.checks}

    def passed(computed):
        return sum(standing.share >= 0.7 for standing in computed.standings)

    assert passed(after) > passed(before) and len(after.talks) < len(before.talks)


# -- in the browser, as an instructor opens it -----------------------------------------------------------------------


@pytest.mark.slow(20)
def test_from_make_report_to_the_formgrader_and_the_notebook(course, home, browser):
    def address(log: Path) -> str:
        deadline = time.time() + 120
        while time.time() < deadline:
            if match := re.search(r"http://127\.0\.0\.1:\d+\S+", log.read_text()):
                return match[0]
            time.sleep(0.2)
        pytest.fail(f"no address was printed: {log.read_text()}")

    log = course.parent / "report.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "icecourse", "report", "--no-browser"],
            cwd=course, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    try:
        with browser.new_page(viewport={"width": 1200, "height": 900}) as page:
            page.set_default_timeout(90_000)
            place = address(log)
            while True:
                try:
                    page.goto(place)
                    break
                except PlaywrightError as error:  # the address is printed before the server listens
                    assert "ERR_CONNECTION_REFUSED" in str(error)
                    time.sleep(0.2)
            assert page.locator("h1").inner_text() == "Class report"
            page.get_by_role("link", name="one such submission").first.click()
            page.wait_for_url("**/formgrader/submissions/**")
            assert page.locator("#notebook-container").first.inner_text()
            base = place.split("/files/")[0]
            page.goto(f"{base}/notebooks/instructor/class-report.ipynb?token={place.split('token=')[1]}")
            page.locator(".ice-report h1").wait_for()
            assert not page.locator(".jp-CodeCell .jp-InputArea-editor:visible").count()  # no code is shown
            box = page.locator(".ice-report").bounding_box()
            assert box["width"] > 700 and box["height"] > 3000  # whole, not in a box that scrolls
            assert page.locator(".ice-links a").first.get_attribute("href").startswith("/formgrader/gradebook/")
            result = Axe().run(page, ".ice-report")
            assert result.violations_count == 0, result.generate_report()
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(30)


# -- sharing and privacy -------------------------------------------------------------------------------------------


def test_numbers_for_names_leave_no_name_id_or_address_in_what_is_shared(course):
    set_up(course, "c.ClassReport.numbers_for_names = True")
    people = results.compute(course).room.people
    written = [write(course, NOW), *write_records(course, NOW)]
    for path in written:
        page = path.read_text() + path.name
        for person in people:
            assert person.id not in page and person.email not in page and f"{person.last}, {person.first}" not in page
        assert "formgrader" not in page.split("ice-how")[0].replace("the button in the formgrader", "")
    numbers = pseudonyms.numbers(course, [person.id for person in people])
    assert len(set(numbers.values())) == len(people) and f"Trainee {numbers['trainee-01']}" in written[0].read_text()
    assert pseudonyms.numbers(course, ["trainee-01"])["trainee-01"] == numbers["trainee-01"]


def test_a_removed_trainee_leaves_nothing_behind_and_touches_nobody_else(course):
    write(course, NOW)
    write_records(course, NOW)
    pseudonyms.numbers(course, ["trainee-03", "trainee-04"])
    for place in ("downloaded/quiz-01/archive/trainee-03+quiz-01+20261101T000000Z.zip",
                  "returned/trainee-03+quiz-01+20261101T000000Z+feedback.zip",
                  f"exchange/{COURSE_ID}/inbound/trainee-03+quiz-01+2026/answers.jsonl",
                  f"exchange/{COURSE_ID}/inbound/trainee-030+quiz-01+2026/answers.jsonl"):  # fmt: skip
        (course / place).parent.mkdir(parents=True)
        (course / place).write_text("trainee")
    set_up(course, 'c.NbGrader.logfile = "nbgrader.log"')
    (course / "nbgrader.log").write_text("[AutogradeApp | INFO] Autograding trainee-03, then trainee-030")
    before = results.compute(course, NOW)
    own = {path: path.read_bytes() for path in (course / "submitted" / "trainee-04").rglob("*") if path.is_file()}
    told = privacy.traces(course, "trainee-03")
    assert privacy.remove(course, "trainee-03") == told
    words = " ".join(trace.what for trace in told)
    for part in (
        "gradebook",
        "submitted",
        "autograded",
        "zip",
        "send back",
        "nbgrader's log",
        "exchange",
        "record of completion",
        "report",
        "number",
    ):
        assert part in words
    person = next(person for person in before.room.people if person.id == "trainee-03")
    for path in course.rglob("*"):
        inside = path.read_bytes() if path.is_file() else b""
        assert not re.search(r"trainee-03(?!\d)", str(path.relative_to(course))), path
        assert not re.search(rb"trainee-03(?!\d)", inside) and person.email.encode() not in inside, path
    after = classroom.read(course)
    assert after.answers == tuple(a for a in before.room.answers if a.trainee != "trainee-03")
    assert all(path.read_bytes() == data for path, data in own.items())
    assert (course / "exchange" / COURSE_ID / "inbound" / "trainee-030+quiz-01+2026").is_dir()
    with pytest.raises(privacy.PrivacyError, match="keeps nothing"):
        privacy.traces(course, "trainee-03")


def test_what_a_course_keeps_under_names_of_its_own_is_named_too(course_root):
    set_up(
        course_root,
        'c.CourseDirectory.course_id = "firm"\nc.CourseDirectory.submitted_directory = "taken"\n'
        'c.ZipCollectApp.downloaded_directory = "incoming"',
    )
    places = {
        course_root / "taken" / "ann",
        course_root / "incoming" / "quiz-01" / "archive" / "ann+quiz-01+20261101T000000Z.zip",
        course_root / "exchange" / "firm" / "inbound" / "ann+quiz-01+2026",
    }
    for place in places:
        place.mkdir(parents=True)
    assert {trace.path for trace in privacy.traces(course_root, "ann")} == places


def test_a_backup_that_still_holds_a_removed_trainee_is_named(course, monkeypatch, capsys):
    monkeypatch.chdir(course)
    before = backup.back_up(api(course).coursedir.db_url, course / backup.FOLDER)
    main(["remove", "trainee-05", "--yes"])
    assert f"still hold the trainee; delete each as soon as you can do without it:\n  backups/{before.name}" in (
        capsys.readouterr().out
    )
    backup.back_up(api(course).coursedir.db_url, course / backup.FOLDER)
    (course / backup.FOLDER / "torn.db").write_text("no gradebook")
    assert privacy.backups_with(course, "trainee-05") == [before, course / backup.FOLDER / "torn.db"]


@pytest.mark.parametrize("name", ["", "..", "../gradebook.db", "*", "a/b", "trainee-0?"])
def test_only_a_name_can_be_removed(course, name):
    with pytest.raises(privacy.PrivacyError, match="cannot be"):
        privacy.remove(course, name)


# -- roster --------------------------------------------------------------------------------------------------------


def test_a_roster_goes_into_the_gradebook_and_may_be_read_again(course_root, tmp_path):
    path = tmp_path / "class.csv"
    path.write_text('id,first_name,last_name,email,lms_user_id\nann,Ann,"Lee, jr.",ann@example.org,77\nben,Ben,Ode,,\n')
    done = roster.enrol(course_root, roster.read(path))
    assert done == (("ann", "ben"), (), ())
    path.write_text("\ufeffE-mail;Student ID;Surname\nann@new.org;ann;\n;ben;Ode\n;cy;Zoë\n", encoding="utf-8")
    done = roster.enrol(course_root, roster.read(path))
    assert done == (("cy",), ("ann",), ("ben",))
    people = {person.id: person for person in classroom.read(course_root).people}
    assert people["ann"] == ("ann", "Ann", "Lee, jr.", "ann@new.org", "77") and people["cy"].last == "Zoë"
    path.write_bytes("id,last_name\ndora,Müller\n".encode("cp1252"))
    assert roster.read(path)[0].last == "Müller"


BAD = """id,first_name,last_name,email
ann,Ann,Lee,ann@example.org
,Ben,Ode,ben@example.org
ANN,Ann,Again,other@example.org
c d,Cy,Dee,
eve,Eve,Fox,eve at example
fay,Fay,Gil,ANN@example.org
gil,Gil,Hu,gil@example.org,extra
"""


def test_every_bad_row_is_named_and_nothing_is_half_imported(course_root, tmp_path, monkeypatch):
    (tmp_path / "class.csv").write_text(BAD)
    monkeypatch.chdir(course_root)
    with pytest.raises(SystemExit) as told:
        main(["roster", str(tmp_path / "class.csv")])
    lines = str(told.value).splitlines()
    assert "Nothing was imported. class.csv has 6 bad rows:" in lines[0]
    assert [int(re.match(r"line (\d)", line)[1]) for line in lines[1:]] == [3, 4, 5, 6, 7, 8]
    assert '"ANN" stands in line 2 already' in lines[2] and "same person twice" in lines[5]
    assert classroom.read(course_root).people == ()


def test_a_known_id_in_other_letters_is_refused_whole(course_root, tmp_path):
    roster.enrol(course_root, [Person("ann")])
    with pytest.raises(roster.RosterError, match='in the gradebook as "ann"'):
        roster.enrol(course_root, [Person("new"), Person("Ann")])
    assert [person.id for person in classroom.read(course_root).people] == ["ann"]


def test_without_the_reports_packages_the_other_commands_work(course_root):
    needs = "This needs numpy and matplotlib, which come with the class report: run make report"
    says = {
        "roster class.csv": "1 new, 0 changed, 0 as they were.",
        "remove nobody": 'This course keeps nothing of "nobody".',
        "report": needs,
        "export": needs,
    }
    (course_root / "class.csv").write_text("id\nann\n")
    without = """
import sys
sys.modules.update(numpy=None, matplotlib=None)
from icecourse.__main__ import main
for words in sys.argv[1:]:
    try:
        main(words.split())
    except SystemExit as end:
        print(end.code)
    print("---")
"""
    done = subprocess.run(
        [sys.executable, "-c", without, *says], cwd=course_root, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0 and "Traceback" not in done.stdout + done.stderr, done.stderr
    for (words, sentence), said in zip(says.items(), done.stdout.split("---\n"), strict=False):
        assert sentence in said, f"{words}: {said}"
    assert done.stdout.count("---\n") == len(says)


@pytest.mark.parametrize("text", ["", "name,mail\nann,x\n", "id,first_name\n"])
def test_a_file_that_is_no_roster_is_refused(tmp_path, text):
    (tmp_path / "class.csv").write_text(text)
    with pytest.raises(roster.RosterError):
        roster.read(tmp_path / "class.csv")


# -- export and commands -------------------------------------------------------------------------------------------


def test_exports_hold_what_the_gradebook_holds(course, monkeypatch, capsys, nbgrader):
    monkeypatch.chdir(course)
    main(["export"])
    folder = course / "reports" / "export"
    nbgrader(course, "export", "--to", "own.csv")
    assert (folder / "grades.csv").read_text() == (course / "own.csv").read_text()
    rows = {path.stem: list(csv.reader(path.open(encoding="utf-8"))) for path in folder.glob("*.csv")}
    room = classroom.read(course)
    assert len(rows["by-item"]) == len(room.answers) + 1
    assert sum(float(row[5]) for row in rows["by-item"][1:]) == pytest.approx(sum(a.earned for a in room.answers))
    heading, possible, *people = rows["canvas"]
    assert heading[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"] and len(people) == 40
    assert possible[0].strip() == "Points Possible" and possible[5:] == ["8.0"] * 2
    earned = {(work.trainee, work.assignment): work.earned for work in room.submissions}
    for row in people:
        for name, score in zip(heading[5:], row[5:], strict=True):
            assert (score == "") == ((row[3], name) not in earned) and (
                not score or float(score) == earned[row[3], name]
            )
    assert "keep the last two from trainees" in capsys.readouterr().out


def test_a_typed_formula_stays_a_text(tmp_path):
    export.write_csv([("=1+1", "@x", -2.5, "plain", "-cmd")], tmp_path / "x.csv")
    assert next(csv.reader((tmp_path / "x.csv").open())) == ["'=1+1", "'@x", "-2.5", "plain", "'-cmd"]


def test_moodle_questions_become_a_notebook_of_items(course, monkeypatch, capsys):
    monkeypatch.chdir(course)
    main(["export"])
    main(["import-moodle", "reports/export/items.xml"])
    assert "16 of 16 questions are items" in capsys.readouterr().out
    assert (course / "instructor" / "imported-items.ipynb").is_file()


def test_removing_asks_first(course, monkeypatch, capsys):
    monkeypatch.chdir(course)
    with pytest.raises(SystemExit, match="nothing was removed"):
        main(["remove", "trainee-05"])
    assert (course / "submitted" / "trainee-05").is_dir() and "gradebook: the trainee" in capsys.readouterr().out
    main(["remove", "trainee-05", "--yes"])
    assert not (course / "submitted" / "trainee-05").exists()


def test_a_demo_never_overwrites_anything_else(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(demo.DemoError, match="is not a demo course"):
        demo.build(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_demo_has_the_diagnostic_the_final_and_the_first_quizzes():
    names = ["case-file", "diagnostic", "final-exam", *(f"quiz-{n:02}" for n in range(1, 14))]
    assert demo.choose(names, 5) == ["diagnostic", "quiz-01", "quiz-02", "quiz-03", "final-exam"]
    assert demo.choose(["quiz-02", "quiz-01"], 5) == ["quiz-01", "quiz-02"]
    assert len(demo.choose(names, 99)) == 16
