"""Does the course's order name assignments that exist, and is a broken order refused with its line?"""

import pytest

from icecourse.content import order
from icecourse.content.table import DataError
from icecourse.course_root import ClassReport
from icecourse.curriculum import assignments_after


def test_every_assignment_follows_one_lesson_and_is_one(checkout):
    names = [name for lesson in checkout.lessons for name in assignments_after(lesson)]
    assert sorted(names) == sorted(page.name for page in checkout.masters)
    assert (names[0], names[-1]) == ("diagnostic", "final-exam")


def test_the_report_compares_the_first_with_the_last_and_the_last_is_held_back():
    assert (ClassReport().before, ClassReport().after) == ("diagnostic", "final-exam")
    assert order.load().held_back == ("final-exam",)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('before = "a"', "", '^order.toml: the field "before" is missing; add it'),
        ('01 = ["c"]', "01 = []", r"^order\.toml, line 5: 01 must be a list"),
        ('after = "b"', 'after = "b"\nbetween = "c"', '^order.toml, line 3: "between" is not a field here'),
    ],
)
def test_a_broken_order_is_refused(tmp_path, old, new, says):
    source = 'before = "a"\nafter = "b"\nheld_back = ["b"]\n[follows]\n01 = ["c"]\n'
    (tmp_path / "order.toml").write_text(source.replace(old, new))
    with pytest.raises(DataError, match=says):
        order.load(tmp_path / "order.toml")
