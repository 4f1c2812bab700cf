"""Moments named in a contest's file: absolute, or counted from another moment.

"2027-09-10T18:00"                        local time of the contest's zone
"14 days after announced"                 the same hour, that many calendar days later
"7 working days after applications_close" days off are skipped (law on holidays; overrides in config.toml)
"36 hours after results"                  also minutes and weeks
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from pydantic import Field

from bot.domain.base import Model, Refusal

_RELATIVE = re.compile(
    r"^(?P<count>\d{1,4}) (?P<unit>minutes?|hours?|days?|weeks?|working days?) after (?P<event>[a-z][a-z0-9_]*)$"
)
OFFSET = r"^[1-9]\d{0,2}[dhms]$"
"""How long before a moment: days, hours, minutes or seconds."""
_TYPED = re.compile(
    r"^(?:(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4})|(?P<iso>\d{4}-\d{2}-\d{2}))"
    r"(?:[,T\s]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2}))?$"
)
DAY_ENDS = time(18)
"""The hour of a typed day that names none: the end of a department's day."""
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_SPANS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}


class Calendar(Model):
    """Days off and working days that the government moved (config.toml, section calendar)."""

    days_off: frozenset[date] = Field(default=frozenset())
    working_days: frozenset[date] = Field(default=frozenset())

    def is_working_day(self, day: date) -> bool:
        """Whether people work on this day in Kazakhstan: holidays by law, overrides first."""
        if day in self.working_days:
            return True
        if day in self.days_off:
            return False
        return bool(_holidays().is_working_day(day))


@lru_cache(maxsize=1)
def _holidays():  # type: ignore[no-untyped-def]  # the class is made at run time
    import holidays  # half a second of start-up that only a contest with working days needs

    return holidays.country_holidays("KZ")


def offset(text: str) -> timedelta:
    """The span that an offset such as "3h" names."""
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


def event_of(text: str) -> str | None:
    """The name of the moment from which `text` counts; None for an absolute one."""
    match = _RELATIVE.match(text)
    return match["event"] if match else None


def parse(text: str, zone: ZoneInfo, known: Mapping[str, datetime], calendar: Calendar) -> datetime:
    """The moment that `text` names, in UTC.

    `known` are the moments already worked out, by name. Raises KeyError for a name that is not among them, and
    ValueError for a text of no known form.
    """
    match = _RELATIVE.match(text)
    if not match:
        return _absolute(text, zone)
    start = known[match["event"]].astimezone(zone)
    count, unit = int(match["count"]), match["unit"].removesuffix("s")
    if unit == "working day":
        return working_days_after(start, count, calendar).astimezone(UTC)
    if unit in ("day", "week"):
        return (start + _SPANS[unit] * count).astimezone(UTC)
    return (start.astimezone(UTC) + _SPANS[unit] * count).astimezone(UTC)


def _absolute(text: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r}: expected 2027-09-10T18:00, or such as '14 days after announced'") from None
    if moment.tzinfo is not None:
        raise ValueError("a moment is written in the contest's own zone, without an offset")
    if "T" not in text:
        raise ValueError(f"{text!r}: expected the day and the hour with a T between them: 2027-09-10T18:00")
    return moment.replace(tzinfo=zone).astimezone(UTC)


def typed(text: str, zone: ZoneInfo, otherwise: time | None = DAY_ENDS) -> datetime:
    """The moment in UTC that somebody typed in the zone's hours: "10.09.2027 18:00".

    `otherwise` is the hour where none was typed; None: it has to be. Raises Refusal for what is no such moment.
    """
    match = _TYPED.match(text.strip())
    if match is None or not (match["hour"] or otherwise):
        raise Refusal("refusal.moment.form")
    try:
        day = (
            date.fromisoformat(match["iso"])
            if match["iso"]
            else date(int(match["year"]), int(match["month"]), int(match["day"]))
        )
        hour = time(int(match["hour"]), int(match["minute"])) if match["hour"] else otherwise or DAY_ENDS
    except ValueError:
        raise Refusal("refusal.moment.form") from None
    return datetime.combine(day, hour, zone).astimezone(UTC)


def end_of_working_day(count: int, now: datetime, zone: ZoneInfo, calendar: Calendar) -> datetime:
    """The end of the count-th working day after today, in UTC."""
    day = working_days_after(now.astimezone(zone), count, calendar).date()
    return datetime.combine(day, DAY_ENDS, zone).astimezone(UTC)


def working_days_after(start: datetime, count: int, calendar: Calendar) -> datetime:
    """The same hour on the count-th working day after the day of `start`, which is not counted itself."""
    day = start
    while count:
        day += timedelta(days=1)
        count -= calendar.is_working_day(day.date())
    return day


def next_time(after: datetime, hour: time, zone: ZoneInfo, weekday: int | None = None) -> datetime:
    """The first moment (UTC) behind `after` at which it is that hour in the zone; on that day of the week where one is
    given (0: Monday)."""
    day = after.astimezone(zone).date()
    while True:
        found = datetime.combine(day, hour, zone)
        if found > after and weekday in (None, day.weekday()):
            return found.astimezone(UTC)
        day += timedelta(days=1)


def resolve(moments: Mapping[str, str], zone: ZoneInfo, calendar: Calendar) -> dict[str, datetime]:
    """All moments of a file in UTC, whatever order they stand in.

    Raises ValueError naming the moment that is of no known form, refers to an unknown one, or runs in a circle.
    """
    known: dict[str, datetime] = {}
    waiting = dict(moments)
    while waiting:
        progress = [name for name in waiting if _ready(waiting[name], known)]
        if not progress:
            name, text = next(iter(waiting.items()))
            raise ValueError(f"{name}: {text!r} refers to a moment that is not given, or to itself")
        for name in progress:
            try:
                known[name] = parse(waiting.pop(name), zone, known, calendar)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
    return known


def _ready(text: str, known: Mapping[str, datetime]) -> bool:
    event = event_of(text)
    return event is None or event in known
