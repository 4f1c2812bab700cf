"""Moments of a contest's file: absolute, relative, over working days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.base import Refusal
from bot.domain.moments import Calendar, next_time, parse, resolve, typed

ALMATY = ZoneInfo("Asia/Almaty")
PLAIN = Calendar()


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ALMATY).astimezone(UTC)


def after(span: str, start: str, calendar: Calendar = PLAIN) -> datetime:
    return parse(f"{span} after start", ALMATY, {"start": local(start)}, calendar)


def test_an_absolute_moment_is_local_time_of_the_zone() -> None:
    assert parse("2027-09-10T18:00", ALMATY, {}, PLAIN) == datetime(2027, 9, 10, 13, tzinfo=UTC)
    assert parse("2027-09-10T18:00", ZoneInfo("UTC"), {}, PLAIN) == datetime(2027, 9, 10, 18, tzinfo=UTC)
    assert parse("2027-09-10T18:00", ALMATY, {}, PLAIN).tzinfo is UTC


@pytest.mark.parametrize(
    ("span", "start", "expected"),
    [
        ("1 minute", "2027-09-10T18:00", "2027-09-10T18:01"),
        ("90 minutes", "2027-09-10T18:00", "2027-09-10T19:30"),
        ("36 hours", "2027-09-10T18:00", "2027-09-12T06:00"),
        ("1 day", "2027-02-28T18:00", "2027-03-01T18:00"),
        ("14 days", "2026-12-25T09:00", "2027-01-08T09:00"),
        ("2 weeks", "2026-12-25T09:00", "2027-01-08T09:00"),
        ("0 days", "2026-12-25T09:00", "2026-12-25T09:00"),
    ],
)
def test_a_span_is_counted_from_another_moment(span: str, start: str, expected: str) -> None:
    assert after(span, start) == local(expected)


def test_a_day_is_a_day_of_the_calendar_where_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2027, 3, 27, 12, tzinfo=berlin).astimezone(UTC)
    assert parse("1 day after start", berlin, {"start": start}, PLAIN).astimezone(berlin).hour == 12
    assert parse("24 hours after start", berlin, {"start": start}, PLAIN).astimezone(berlin).hour == 13


@pytest.mark.parametrize(
    ("day", "works"),
    [
        # 2026, DOMAIN.md, section 9
        ("2026-01-01", False),
        ("2026-01-02", False),
        ("2026-01-07", False),
        ("2026-03-09", False),
        ("2026-03-10", True),
        ("2026-03-24", False),
        ("2026-03-25", False),
        ("2026-03-26", True),
        ("2026-05-01", False),
        ("2026-05-07", False),
        ("2026-05-11", False),
        ("2026-05-27", False),
        ("2026-07-06", False),
        ("2026-08-31", True),
        ("2026-10-26", False),
        ("2026-12-16", False),
        ("2026-12-17", True),
        # 2027
        ("2027-01-01", False),
        ("2027-01-04", False),
        ("2027-01-05", True),
        ("2027-01-07", False),
        ("2027-03-08", False),
        ("2027-03-15", False),
        ("2027-03-22", False),
        ("2027-03-23", False),
        ("2027-03-24", False),
        ("2027-03-25", True),
        ("2027-05-03", False),
        ("2027-05-07", False),
        ("2027-05-10", False),
        ("2027-05-17", True),
        ("2027-07-06", False),
        ("2027-08-30", True),
        ("2027-10-25", False),
        ("2027-12-16", False),
        # weekends
        ("2027-09-11", False),
        ("2027-09-12", False),
        ("2027-09-13", True),
    ],
)
def test_days_off_are_those_of_the_law(day: str, works: bool) -> None:
    assert PLAIN.is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("count", "start", "expected"),
    [
        ("1 working day", "2027-09-10T18:00", "2027-09-13T18:00"),
        ("7 working days", "2027-09-10T18:00", "2027-09-21T18:00"),
        ("1 working day", "2026-12-15T10:00", "2026-12-17T10:00"),
        # New Year, the day moved to the 4th, Christmas, weekends
        ("3 working days", "2026-12-31T10:00", "2027-01-08T10:00"),
        # Nauryz and its moved day
        ("1 working day", "2027-03-19T10:00", "2027-03-25T10:00"),
        # a start on a day off counts from the next working day
        ("1 working day", "2027-09-11T18:00", "2027-09-13T18:00"),
        ("0 working days", "2027-09-11T18:00", "2027-09-11T18:00"),
    ],
)
def test_working_days_skip_days_off(count: str, start: str, expected: str) -> None:
    assert after(count, start) == local(expected)


def test_what_the_government_moved_stands_before_the_law() -> None:
    moved = Calendar(
        days_off=frozenset({date(2027, 9, 13)}), working_days=frozenset({date(2027, 9, 11), date(2027, 10, 25)})
    )
    assert after("1 working day", "2027-09-10T18:00", moved) == local("2027-09-11T18:00")
    assert after("2 working days", "2027-09-10T18:00", moved) == local("2027-09-14T18:00")
    assert moved.is_working_day(date(2027, 10, 25))


def test_the_working_day_is_that_of_the_zone() -> None:
    # Friday 23:00 UTC is Saturday in Almaty.
    start = datetime(2027, 9, 10, 23, tzinfo=UTC)
    moment = parse("1 working day after start", ALMATY, {"start": start}, PLAIN)
    assert moment.astimezone(ALMATY).date() == date(2027, 9, 13)


@given(count=st.integers(1, 60), day=st.dates(date(2026, 1, 1), date(2027, 9, 1)))
def test_the_nth_working_day_has_n_working_days_behind_it(count: int, day: date) -> None:
    start = datetime(day.year, day.month, day.day, 12, tzinfo=ALMATY).astimezone(UTC)
    end = parse(f"{count} working days after start", ALMATY, {"start": start}, PLAIN).astimezone(ALMATY).date()
    passed = [date.fromordinal(number) for number in range(day.toordinal() + 1, end.toordinal() + 1)]
    assert sum(map(PLAIN.is_working_day, passed)) == count
    assert PLAIN.is_working_day(end)


def test_moments_may_stand_in_any_order() -> None:
    known = resolve(
        {
            "erased": "90 days after results",
            "results": "2 working days after close",
            "close": "14 days after announced",
            "announced": "2027-09-01T09:00",
        },
        ALMATY,
        PLAIN,
    )
    assert known == {
        "announced": local("2027-09-01T09:00"),
        "close": local("2027-09-15T09:00"),
        "results": local("2027-09-17T09:00"),
        "erased": local("2027-12-16T09:00"),
    }


@pytest.mark.parametrize(
    ("moments", "named"),
    [
        ({"one": "1 day after two", "two": "1 day after one"}, "one"),
        ({"one": "1 day after one"}, "one"),
        ({"one": "2027-09-01T09:00", "two": "1 day after three"}, "two"),
        ({"one": "tomorrow"}, "one"),
        ({"one": "2027-09-01"}, "one"),
        ({"one": "2027-09-01T09:00+05:00"}, "one"),
        ({"one": "2027-09-01T09:00Z"}, "one"),
        ({"one": "2027-02-30T09:00"}, "one"),
        ({"one": "2027-09-01T25:00"}, "one"),
        ({"one": ""}, "one"),
        ({"one": "2027-09-01T09:00", "two": "-1 days after one"}, "two"),
        ({"one": "2027-09-01T09:00", "two": "1 month after one"}, "two"),
        ({"one": "2027-09-01T09:00", "two": "99999999999 days after one"}, "two"),
        ({"one": "2027-09-01T09:00", "two": "3000000 days after one"}, "two"),
        ({"one": "2027-09-01T09:00", "two": "999999999999 hours after one"}, "two"),
    ],
)
def test_a_moment_that_cannot_be_worked_out_is_named(moments: dict[str, str], named: str) -> None:
    with pytest.raises(ValueError, match=f"^{named}: "):
        resolve(moments, ALMATY, PLAIN)


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        parse("1 day after nowhere", ALMATY, {}, PLAIN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.09.2027 18:00", datetime(2027, 9, 10, 13, tzinfo=UTC)),
        (" 10.9.2027, 9.30 ", datetime(2027, 9, 10, 4, 30, tzinfo=UTC)),
        ("10/09/2027", datetime(2027, 9, 10, 13, tzinfo=UTC)),
        ("2027-09-10T18:00", datetime(2027, 9, 10, 13, tzinfo=UTC)),
        ("2027-09-10", datetime(2027, 9, 10, 13, tzinfo=UTC)),
    ],
)
def test_a_typed_moment(text: str, expected: datetime) -> None:
    assert typed(text, ALMATY) == expected


@pytest.mark.parametrize("text", ["", "завтра", "31.02.2027", "10.09.2027 25:00", "10.09.27", "10.09", "18:00"])
def test_what_is_no_typed_moment(text: str) -> None:
    with pytest.raises(Refusal, match=r"moment\.form"):
        typed(text, ALMATY)


@pytest.mark.parametrize(
    ("after", "weekday", "found"),
    [
        ("2026-11-21T09:00", None, "2026-11-21T22:00"),  # 14:00 in Kazakhstan: tonight at three
        ("2026-11-21T22:00", None, "2026-11-22T22:00"),  # behind, not at
        ("2026-11-21T21:59", None, "2026-11-21T22:00"),
        ("2026-11-21T09:00", 0, "2026-11-22T22:00"),  # Monday begins on Sunday evening in UTC
        ("2026-11-22T22:00", 0, "2026-11-29T22:00"),
        ("2026-11-21T09:00", 6, "2026-11-21T22:00"),
    ],
)
def test_the_next_time_it_is_three_in_the_morning(after: str, weekday: int | None, found: str) -> None:
    at = datetime.fromisoformat(after).replace(tzinfo=UTC)
    expected = datetime.fromisoformat(found).replace(tzinfo=UTC)
    assert next_time(at, time(3), ALMATY, weekday) == expected
