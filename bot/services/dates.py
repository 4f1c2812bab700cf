"""The announced dates of a contest: moved by an organiser's act, and the reminders before the deadline."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.base import Refusal
from bot.domain.contests import FIXED_DATES
from bot.domain.mailings import Audience
from bot.domain.moments import offset
from bot.domain.people import Person
from bot.domain.pushes import Kind
from bot.services import seasons
from bot.services.office import Office
from bot.services.seasons import Season
from bot.storage import contests, mailings
from bot.storage.contests import Stored

DEADLINE = "applications_close"


@dataclass(frozen=True, slots=True)
class Move:
    """What moving a date does: `before` and `after` are all moments (UTC), `drafts` how many people with a draft are
    told. `seal` names the dates that the organiser saw."""

    season: Season
    name: str
    before: Mapping[str, datetime]
    after: Mapping[str, datetime]
    drafts: int
    seal: str

    @property
    def along(self) -> list[str]:
        """The other moments that change."""
        return [name for name, moment in self.after.items() if moment != self.before[name] and name != self.name]


def seal(stored: Stored) -> str:
    """A short name of all dates as they stand."""
    values = sorted((name, moment.isoformat()) for name, moment in stored.moments.items())
    return hashlib.sha256(repr(values).encode()).hexdigest()[:4]


def movable(found: Season, now: datetime) -> list[str]:
    """The names of the moments that an organiser can move, in the order of time."""
    names = [name for name in found.moments if _can_move(found, name, now)]
    return sorted(names, key=lambda name: found.moments[name])


def _can_move(found: Season, name: str, now: datetime) -> bool:
    fixed = name in FIXED_DATES or found.contest.label(name) is None
    if found.stored.released_at is not None and name in (DEADLINE, "results"):
        return False
    return not fixed and (found.moments[name] > now or name == DEADLINE)


async def plan(office: Office, organiser: Person, contest_id: str, name: str, to: datetime) -> Move:
    """What moving the date to that moment (UTC) would do. Raises Refusal for someone without the right, and for a
    moment that cannot be."""
    found = await seasons.season(office, organiser, contest_id)
    after = _after(office, found, found.stored, name, to)
    drafts = 0
    if after[DEADLINE] != found.moments[DEADLINE]:
        drafts = await mailings.count(office.database, _drafts(contest_id))
    return Move(found, name, found.moments, after, drafts, seal(found.stored))


async def move(office: Office, organiser: Person, contest_id: str, name: str, to: datetime, seen: str) -> Move:
    """Moves the date, and what the file counts from it. A moved deadline has new reminders, and is told at once to
    everyone with a draft.

    `seen` is the seal of the dates that the organiser saw. The second of two taps finds it done. Raises Refusal as
    `plan` does, and when somebody moved a date since.
    """
    found = await seasons.season(office, organiser, contest_id)
    now = office.clock.now()
    async with office.database.write() as connection:
        stored = await seasons.lock(connection, found.contest)
        if seal(stored) != seen:
            if stored.moments.get(name) == to:
                return Move(found, name, stored.moments, stored.moments, 0, seen)
            raise Refusal("refusal.date.changed")
        after = _after(office, found, stored, name, to)
        await contests.set_moments(connection, contest_id, after)
        await contests.change(connection, contest_id, release_at=_release_after(stored, after))
        move = Move(found, name, stored.moments, after, 0, seen)
        await _write_down(connection, organiser, move, now)
        if after[DEADLINE] != stored.moments[DEADLINE]:
            kinds = (Kind.DEADLINE_REMINDER, Kind.DEADLINE_MOVED)
            await mailings.cancel_of_contest(connection, contest_id, kinds, now)
            await _schedule(connection, contest_id, stored.reminders or (), after[DEADLINE], now)
            await seasons.begin_mailing(
                connection,
                Kind.DEADLINE_MOVED,
                contest_id,
                _drafts(contest_id),
                organiser.id,
                now,
                not_after=after[DEADLINE],
            )
    office.queued.set()
    return move


def _after(office: Office, found: Season, stored: Stored, name: str, to: datetime) -> dict[str, datetime]:
    """All moments after the move. Raises Refusal."""
    if stored.released_at is not None and name in (DEADLINE, "results"):
        raise Refusal("refusal.release.done", at=stored.released_at)
    now = office.clock.now()
    after = found.contest.moved(stored.moments, name, to, now, office.calendar)
    release_at = _release_after(stored, after)
    if release_at is not None and release_at <= after[DEADLINE]:
        raise Refusal("refusal.date.release", at=release_at)
    return after


def _release_after(stored: Stored, after: Mapping[str, datetime]) -> datetime | None:
    """An ordered release follows the announced moment of the results, if that is what it was ordered for."""
    return after["results"] if stored.release_at == stored.moments["results"] else stored.release_at


async def _write_down(connection: AsyncConnection, organiser: Person, move: Move, now: datetime) -> None:
    changed = [move.name, *move.along]
    detail = {name: [move.before[name].isoformat(), move.after[name].isoformat()] for name in changed}
    contest_id = move.season.contest.id
    values = {"name": move.name, "moved": detail}
    await mailings.write_down(connection, now, organiser.id, "date_moved", contest_id=contest_id, detail=values)


def _drafts(contest_id: str) -> Audience:
    return Audience("applicants", contest=contest_id, states=("draft",))


# -- reminders --------------------------------------------------------------------------------------------------------


async def plan_reminders(office: Office) -> None:
    """Plans the reminders of every announced contest that has none yet: its offsets are fixed then. Safe to repeat."""
    known = office.library.contests
    for contest_id in await contests.without_reminders(office.database, known.keys()):
        now = office.clock.now()
        async with office.database.write() as connection:
            stored = await contests.lock(connection, contest_id)
            if stored is None or stored.reminders is not None:
                continue
            offsets = known[contest_id].reminders
            await contests.change(connection, contest_id, reminders=list(offsets))
            await _schedule(connection, contest_id, offsets, stored.moments[DEADLINE], now)


async def _schedule(
    connection: AsyncConnection, contest_id: str, offsets: tuple[str, ...], closes: datetime, now: datetime
) -> None:
    """A scheduled mailing for each offset that is ahead; of use until the next one, or the deadline."""
    moments = sorted({closes - offset(text) for text in offsets})
    for due, until in zip(moments, [*moments, closes][1:], strict=True):
        if due > now:
            values = {
                "kind": Kind.DEADLINE_REMINDER,
                "state": "scheduled",
                "contest_id": contest_id,
                "audience": _drafts(contest_id),
                "due_at": due,
                "not_after": until,
                "created_at": now,
            }
            await mailings.create(connection, values)
