"""Quiet hours: when they hold, when they are over, and when a long mailing ends."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.quiet import Quiet

ZONE = ZoneInfo("Asia/Almaty")
NIGHT = Quiet(time(21), time(9), ZONE)
NOON = Quiet(time(12), time(13, 30), ZONE)
NEVER = Quiet(time(9), time(9), ZONE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("quiet", "moment", "over"),
    [
        (NIGHT, "2026-12-01T20:59:59", "2026-12-01T20:59:59"),
        (NIGHT, "2026-12-01T21:00", "2026-12-02T09:00"),
        (NIGHT, "2026-12-02T00:00", "2026-12-02T09:00"),
        (NIGHT, "2026-12-02T08:59:59", "2026-12-02T09:00"),
        (NIGHT, "2026-12-02T09:00", "2026-12-02T09:00"),
        (NOON, "2026-12-01T11:59", "2026-12-01T11:59"),
        (NOON, "2026-12-01T12:00", "2026-12-01T13:30"),
        (NOON, "2026-12-01T13:30", "2026-12-01T13:30"),
        (NEVER, "2026-12-01T09:00", "2026-12-01T09:00"),
    ],
)
def test_over(quiet: Quiet, moment: str, over: str) -> None:
    assert quiet.over(at(moment)) == at(over)
    assert quiet.holds(at(moment)) is (moment != over)


@pytest.mark.parametrize(
    ("quiet", "start", "hours", "end"),
    [
        (NIGHT, "2026-12-01T10:00", 5, "2026-12-01T15:00"),
        (NIGHT, "2026-12-01T20:00", 1, "2026-12-01T21:00"),
        (NIGHT, "2026-12-01T20:00", 2, "2026-12-02T10:00"),
        (NIGHT, "2026-12-01T22:00", 1, "2026-12-02T10:00"),
        (NIGHT, "2026-12-01T20:00", 14, "2026-12-03T10:00"),
        (NEVER, "2026-12-01T20:00", 14, "2026-12-02T10:00"),
        (NOON, "2026-12-01T11:00", 2, "2026-12-01T14:30"),
    ],
)
def test_finish(quiet: Quiet, start: str, hours: int, end: str) -> None:
    assert quiet.finish(at(start), hours * 3600 * 30, 30) == at(end)


def test_nobody_takes_no_time() -> None:
    assert NIGHT.finish(at("2026-12-01T10:00"), 0, 30) == at("2026-12-01T10:00")
    assert NIGHT.finish(at("2026-12-01T10:00"), 30, 30) - at("2026-12-01T10:00") == timedelta(seconds=1)
