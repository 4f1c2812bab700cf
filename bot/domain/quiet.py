"""Quiet hours: when nobody is written to without need, and when a long mailing ends because of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `start` to `end` in `zone`, over midnight where `end` is the earlier one; the same twice: never."""

    start: time
    end: time
    zone: ZoneInfo

    def holds(self, at: datetime) -> bool:
        """Whether the moment (UTC) is in quiet hours; their last moment is not."""
        if self.start == self.end:
            return False
        hour = at.astimezone(self.zone).time()
        if self.start < self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end

    def over(self, at: datetime) -> datetime:
        """The first moment (UTC) from `at` on that is not in quiet hours."""
        return self._next(at, self.end) if self.holds(at) else at

    def finish(self, start: datetime, count: int, a_second: float) -> datetime:
        """When a mailing to `count` people that begins at `start` (UTC) ends, with the nights that it waits through."""
        at, left = self.over(start), timedelta(seconds=count / a_second)
        while self.start != self.end:
            night = self._next(at, self.start)
            if at + left <= night:
                break
            left -= night - at
            at = self.over(night)
        return at + left

    def _next(self, at: datetime, hour: time) -> datetime:
        """The next moment (UTC) after `at` at which it is that hour."""
        local = at.astimezone(self.zone)
        found = local.replace(hour=hour.hour, minute=hour.minute, second=hour.second, microsecond=0)
        return (found if found > local else found + timedelta(days=1)).astimezone(UTC)
