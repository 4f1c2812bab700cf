"""Moving an announced date: what the file counts from it moves along, what is past stays, nothing is erased later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.base import Refusal
from bot.domain.contests import Contest, in_order
from bot.domain.moments import Calendar, event_of, typed
from tests.domain.test_contests import raw

CONTEST = Contest.model_validate(raw())
KNOWN = CONTEST.moments(Calendar())
NOW = datetime(2027, 1, 20, 6, tzinfo=UTC)
"""Applications are open; the deadline is on 25 January, the stage on 1 February."""
DAY = timedelta(days=1)
ZONE = ZoneInfo("Asia/Almaty")


def moved(name: str, to: datetime, now: datetime = NOW, known: Mapping[str, datetime] = KNOWN) -> dict[str, datetime]:
    """What is another moment afterwards."""
    after = CONTEST.moved(known, name, to, now, Calendar())
    assert after.keys() == known.keys()
    return {key: moment for key, moment in after.items() if moment != known[key]}


def refused(name: str, to: datetime, now: datetime = NOW, known: Mapping[str, datetime] = KNOWN) -> str:
    with pytest.raises(Refusal) as caught:
        moved(name, to, now, known)
    return caught.value.key


def test_only_itself_where_nothing_counts_from_it() -> None:
    to = KNOWN["applications_close"] + DAY
    assert moved("applications_close", to) == {"applications_close": to}


def test_what_counts_from_it_moves_along_and_so_on() -> None:
    to = KNOWN["stage"] - DAY
    assert moved("stage", to) == {
        "stage": to,
        "stage_end": KNOWN["stage_end"] - DAY,
        "results": KNOWN["results"] - DAY,
        "erased": KNOWN["erased"] - DAY,
    }


def test_nothing_is_erased_later() -> None:
    to = KNOWN["stage"] + DAY
    assert moved("stage", to) == {
        "stage": to,
        "stage_end": KNOWN["stage_end"] + DAY,
        "results": KNOWN["results"] + DAY,
    }


def test_a_part_of_the_chain() -> None:
    to = KNOWN["results"] - timedelta(hours=2)
    assert moved("results", to) == {"results": to, "erased": KNOWN["erased"] - timedelta(hours=2)}


def test_what_is_past_stays() -> None:
    known = {**KNOWN, "stage_end": NOW - DAY, "stage": NOW - 2 * DAY, "applications_close": NOW - 3 * DAY}
    assert refused("stage", NOW + DAY, known=known) == "refusal.date.over"
    late = {**known, "results": NOW - timedelta(hours=1)}
    assert refused("results", NOW + DAY, known=late) == "refusal.date.over"


def test_a_past_link_of_the_chain_ends_it() -> None:
    known = {**KNOWN, "stage_end": NOW - timedelta(hours=1)}
    assert refused("stage", KNOWN["stage"] + DAY, known=known) == "refusal.date.order"
    known = {**KNOWN, "results": NOW - timedelta(hours=1), "applications_close": NOW - DAY, "stage": NOW + DAY}
    assert moved("stage_end", KNOWN["stage_end"] + DAY, known=known) == {"stage_end": KNOWN["stage_end"] + DAY}


def test_a_deadline_that_passed_may_be_prolonged() -> None:
    now = KNOWN["applications_close"] + DAY
    to = now + DAY
    assert moved("applications_close", to, now) == {"applications_close": to}


@pytest.mark.parametrize(
    ("name", "to", "key"),
    [
        ("announced", NOW + DAY, "refusal.date.fixed"),
        ("erased", KNOWN["erased"] - DAY, "refusal.date.fixed"),
        ("nothing", NOW + DAY, "refusal.date.fixed"),
        ("applications_open", NOW + DAY, "refusal.date.over"),
        ("applications_close", NOW, "refusal.moment.past"),
        ("applications_close", NOW - DAY, "refusal.moment.past"),
        ("applications_close", KNOWN["applications_close"], "refusal.date.same"),
        ("applications_close", KNOWN["results"] + DAY, "refusal.date.order"),
        ("results", KNOWN["applications_close"] - DAY, "refusal.date.order"),
        ("results", KNOWN["erased"] + DAY, "refusal.date.order"),
        ("stage_end", KNOWN["stage"] - DAY, "refusal.date.order"),
    ],
)
def test_what_cannot_be(name: str, to: datetime, key: str) -> None:
    assert refused(name, to) == key


@given(
    name=st.sampled_from(sorted(KNOWN)),
    days=st.integers(min_value=-40, max_value=120),
    passed=st.integers(min_value=0, max_value=60),
)
def test_whatever_is_moved_the_order_holds_and_nothing_is_erased_later(name: str, days: int, passed: int) -> None:
    now = NOW + passed * DAY
    try:
        after = CONTEST.moved(KNOWN, name, KNOWN[name] + days * DAY, now, Calendar())
    except Refusal:
        return
    assert in_order(after)
    assert after["erased"] <= KNOWN["erased"]
    changed = {key for key in after if after[key] != KNOWN[key]}
    assert all(after[key] > now for key in changed - {"erased"})
    assert all(KNOWN[key] > now for key in changed - {"applications_close"})


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("2027-09-10T18:00", None),
        ("14 days after announced", "announced"),
        ("7 working days after applications_close", "applications_close"),
        ("1 hour after stage_1_end", "stage_1_end"),
    ],
)
def test_from_what_a_moment_counts(text: str, event: str | None) -> None:
    assert event_of(text) == event


@pytest.mark.parametrize(
    "text", ["10.09.2027 18:00", "10/9/2027, 18.00", " 2027-09-10 18:00 ", "10-09-2027", "2027-09-10"]
)
def test_a_typed_moment(text: str) -> None:
    assert typed(text, ZONE) == datetime(2027, 9, 10, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "завтра", "31.02.2027 10:00", "10.09.2027 25:00", "10.09.27 18:00", "18:00", "1" * 500]
)
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(Refusal, match=r"refusal\.moment\.form"):
        typed(text, ZONE)
