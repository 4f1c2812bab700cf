"""The arithmetic of how far people come in a guide."""

from __future__ import annotations

import pytest

from bot.domain.feedback import Feedback
from bot.domain.funnels import ends, funnel, percent
from tests.domain.test_guides import FORK


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 0, 0),
        (5, 0, 0),
        (0, 7, 0),
        (7, 7, 100),
        (1, 2, 50),
        (1, 3, 33),
        (2, 3, 67),
        (1, 8, 13),  # 12.5: a half goes up
        (1, 1000, 1),  # somebody is not nobody
        (999, 1000, 99),  # and not everybody
    ],
)
def test_of_a_hundred(part: int, whole: int, shown: int) -> None:
    assert percent(part, whole) == shown


def test_the_ends_of_a_guide() -> None:
    assert ends(FORK) == ["end"]


def test_the_counts_are_put_together() -> None:
    visits = {"start": 40, "ask": 38, "p1": 20, "end": 10, "removed": 99}
    said = [
        (Feedback(True, "yes", "yes"), 4),
        (Feedback(True, "partly", None), 2),
        (Feedback(True), 1),
        (Feedback(False, None, "no"), 3),
    ]
    found = funnel(FORK, 40, visits, 10, said, {"ask": 3, "p1": 1, "removed": 2})
    assert [(one.step.id, one.people, one.percent) for one in found.reached] == [
        ("start", 40, 100),
        ("ask", 38, 95),
        ("p1", 20, 50),
        ("c1", 0, 0),
        ("c2", 0, 0),
        ("c3", 0, 0),
        ("end", 10, 25),
    ]
    assert (found.started, found.finished, found.managed, found.not_managed) == (40, 10, 7, 3)
    assert found.ratings == {
        "quality": {"yes": 4, "partly": 2, "no": 0},
        "availability": {"yes": 4, "partly": 0, "no": 3},
    }
    assert found.percent(found.managed) == 18
    assert (found.stuck, [one.stuck for one in found.reached]) == (6, [0, 3, 1, 0, 0, 0, 0])


def test_nobody_came() -> None:
    found = funnel(FORK, 0, {}, 0, [], {})
    assert {(one.people, one.percent) for one in found.reached} == {(0, 0)}
    assert (found.finished, found.managed, found.not_managed) == (0, 0, 0)
    assert {count for answers in found.ratings.values() for count in answers.values()} == {0}
