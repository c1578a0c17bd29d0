"""Does the installed nbgrader still have what the course leans on beyond its documented interface?"""

import os

from nbgrader.exchange.default import ExchangeCollect

from icecourse.grading import nbgrader_private


def test_nbgrader_has_every_name_that_we_need():
    assert nbgrader_private.missing() == []


def test_a_name_that_a_new_nbgrader_lacks_is_named(monkeypatch):
    monkeypatch.delattr(ExchangeCollect, "_path_to_record")
    assert nbgrader_private.missing() == ["nbgrader.exchange.default.collect.ExchangeCollect._path_to_record"]


def test_the_environment_is_cleared_of_grading_alone(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    nbgrader_private.clear_environment()
    assert os.environ["NBGRADER_EXECUTION"] == "validate"
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    nbgrader_private.clear_environment()
    assert "NBGRADER_EXECUTION" not in os.environ


def test_the_time_of_a_hand_in_is_read_from_its_name():
    names = ("ann+quiz-01+2026-11-20 10:00:00 UTC", "ann+quiz-01+2026-11-20 10:00:00 UTC+c0ffee")
    assert [nbgrader_private.hand_in_time(name) for name in names] == ["2026-11-20 10:00:00 UTC"] * 2
