"""Contests: announcing them, reading them, following them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.domain.base import Refusal
from bot.domain.contests import Contest
from bot.domain.moments import Calendar
from bot.domain.people import Person
from bot.services.office import Office
from bot.storage import contests

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Announced:
    """A contest with its announced moments (UTC), whether the person follows it, and whether its results are out."""

    contest: Contest
    moments: Mapping[str, datetime]
    followed: bool
    is_released: bool = False

    def is_open(self, now: datetime) -> bool:
        """Whether applications are taken at this moment."""
        return self.moments["applications_open"] <= now <= self.moments["applications_close"]


async def announce_due(office: Office, calendar: Calendar) -> None:
    """Announces every contest whose moment has come: from then on its dates are those in the database.

    Safe to repeat.
    """
    for contest in office.library.contests.values():
        moments = contest.moments(calendar)
        if moments["announced"] <= office.clock.now():
            revision = office.library.revisions[contest.id]
            await contests.announce(office.database, contest.id, revision, moments, office.clock.now())


async def next_announcement(office: Office, calendar: Calendar) -> datetime | None:
    """When the next contest is to be announced (UTC), or None."""
    moments = [contest.moments(calendar)["announced"] for contest in office.library.contests.values()]
    return min((moment for moment in moments if moment > office.clock.now()), default=None)


async def name_missing(office: Office) -> None:
    """Names announced contests whose file is gone in the log: applicants cannot see them any more."""
    for missing in await contests.announced(office.database) - office.library.contests.keys():
        log.warning("announced contest has no file", contest=missing)


async def all_announced(office: Office) -> list[Contest]:
    """The announced contests that have a file, in the files' order."""
    known = await contests.announced(office.database)
    return [contest for contest in office.library.contests.values() if contest.id in known]


async def read(office: Office, person: Person, contest_id: str) -> Announced:
    """A contest for this person. Raises Refusal for one that is gone or not announced."""
    contest = office.library.contests.get(contest_id)
    stored = await contests.get(office.database, contest_id)
    if contest is None or stored is None:
        raise Refusal("refusal.contest_gone")
    followed = contest_id in {row[0] for row in await contests.followed(office.database, person.id)}
    return Announced(contest, stored.moments, followed, stored.released_at is not None)


async def follow(office: Office, person: Person, contest_id: str, wanted: bool) -> Announced:
    """Follows the contest, or stops following it; doing it twice is the same. Raises Refusal as `read` does."""
    await read(office, person, contest_id)
    if wanted:
        await contests.follow(office.database, person.id, contest_id, office.clock.now())
    else:
        await contests.unfollow(office.database, person.id, contest_id)
    return await read(office, person, contest_id)
