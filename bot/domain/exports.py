"""What organisers take out of a contest: the rows of its table, and its files in parts that Telegram takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.applications import Application


@dataclass(frozen=True, slots=True)
class Entry:
    """An application that was sent in; `decided_at` (UTC) is when the decision that stands was made; `files`: field id
    -> how many files answer it."""

    application: Application
    decided_at: datetime | None
    files: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Event:
    """A line of an application's history; `at` in UTC. `who` is a name, or empty for nobody known; `reason` an id of
    the contest's list; `note` an organiser's own words."""

    number: int
    at: datetime
    who: str
    act: str
    reason: str
    note: str
