"""Does grading without a kernel write the very gradebook and pages that stock nbgrader's kernel run writes?"""

import json
import shutil

import pytest
from conftest import LONG
from oracle import KEPT, answers, key, lay_class, stock
from test_grading import honest
from trial import NAME

from icecourse.content.words import LANGUAGE


@pytest.mark.slow(10)
@pytest.mark.long_form
def test_gradebook_and_pages_are_those_of_the_kernel_run(course_root, scratch, nbgrader, monkeypatch):
    """By the command line, so that the stock command is what is tested; one item is translated.

    Stock nbgrader's answer is kept beside the tests. It is asked itself where its answer could have changed, and always
    in the long form.
    """
    monkeypatch.setenv(LANGUAGE, "es")
    lay_class(course_root)
    assert len(honest()) >= 24
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    fits, _ = kept.pop("key") == key(course_root), kept.pop("nbgrader")
    theirs = kept
    if LONG or not fits:
        theirs = stock(shutil.copytree(course_root, scratch / "kernel"), nbgrader)
    ours, printed = answers(course_root, nbgrader)

    rows, notebooks = ours["rows"], ours["notebooks"]
    assert rows.keys() == theirs["rows"].keys() == honest().keys()
    for trainee in honest():
        assert rows[trainee] == theirs["rows"][trainee], trainee
        for (cell, output), (own_cell, own_output) in zip(
            theirs["notebooks"][trainee], notebooks[trainee], strict=True
        ):
            assert ours["cells"][own_cell] == theirs["cells"][cell], trainee
            assert output == own_output or ours["outputs"][own_output] == theirs["outputs"][output], trainee
    assert ours["rows by hand"] == theirs["rows by hand"]

    # The oracle itself must tell something: every sort of row is in it.
    assert rows["all-right"]["one-right"] == [1, None, None, False, 1]
    assert rows["partly-0"]["worth-a-third"][0] == pytest.approx(0.1 / 3)
    assert rows["late-by-a-second"][f"{NAME} penalty"] == pytest.approx(5.1)
    assert rows["unanswered"]["memo comment"][0] == "No response." and rows["all-right"]["memo"][3]
    shown = [ours["outputs"][output] for _, output in notebooks["all-wrong"] if output]
    assert len(shown) == 6 and "Ni el sábado ni el domingo cuentan." in shown[0][0]["data"]["text/html"]
    by_hand = ours["rows by hand"]
    assert by_hand["memo"] == [None, 2.5, None, True, 3]
    assert by_hand["memo comment"] == [None, "Good, but name the form."]
    damaged = {"gone-option", "not-a-list", "two-where-one", "same-option-twice"}
    reported = {line.split("] ")[-1].split(",")[0] for line in printed.split("\n") if "as far as it could be" in line}
    assert reported == damaged | {name for name, work in honest().items() if not work.get("answers")}

    if not fits:
        pytest.fail(
            "Something that stock nbgrader's answer depends on has changed since it was kept. Our grading agrees with "
            f"what it says now; write {KEPT.name} anew with: python tests/oracle.py"
        )
    assert theirs == kept, f"{KEPT.name} is not what stock nbgrader says; write it anew with: python tests/oracle.py"
