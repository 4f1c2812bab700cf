"""What organisers take out of a contest: the rows of its table, and its files in parts that Telegram takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
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


Key = tuple[int, int]
"""The number of an application, and the id of a file: in this order files go."""


@dataclass(frozen=True, slots=True)
class Part:
    """The files of one archive, from the first to the last, and how many bytes they have."""

    first: Key
    last: Key
    size: int


def parts(listed: Iterable[tuple[Key, int]], limit: int) -> list[Part]:
    """Files with their sizes in bytes, in order, as archives of at most `limit` bytes; a file stays whole."""
    found: list[Part] = []
    for key, size in listed:
        if found and found[-1].size + size <= limit:
            found[-1] = Part(found[-1].first, key, found[-1].size + size)
        else:
            found.append(Part(key, key, size))
    return found


def named(number: str, field: str, place: int, name: str) -> str:
    """What a file is called in an archive, in the folder of its application: EU-0001/EU-0001_work_1.pdf."""
    ending = re.search(r"\.([A-Za-z0-9]{1,5})$", name)
    return f"{number}/{number}_{field.removeprefix('~')}_{place}" + (f".{ending[1].lower()}" if ending else "")
