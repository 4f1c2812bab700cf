"""Which steps of guides were checked too long ago, and telling the organisers once a week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from bot.domain.guides import Guide, Step
from bot.domain.moments import next_time
from bot.domain.pushes import Kind
from bot.services import people
from bot.services.office import Office
from bot.storage import deliveries, routines

MONDAY, MORNING = 0, time(9)
TELLING = "stale_steps"


def stale(office: Office) -> list[tuple[Guide, Sequence[Step]]]:
    """The guides that have steps to be checked again, with these."""
    found = [(guide, guide.stale(office.today)) for guide in office.library.guides.values()]
    return [(guide, steps) for guide, steps in found if steps]


async def tell(office: Office) -> None:
    """On Monday at nine: queues the list for every organiser, unless nothing is stale; in quiet hours for their end.

    When it was done is a row: a restart does not repeat it, and a Monday on which the bot was down is made up for when
    it is back. A new database waits for its first Monday.
    """
    now = office.clock.now()
    last = await routines.last(office.database, TELLING)
    if last is not None and _next(office, last) > now:
        return
    is_due = last is not None and bool(stale(office))
    staff = await people.staff(office) if is_due else []
    async with office.database.write() as connection:
        await routines.done(connection, TELLING, now)
        for member in staff:
            due = office.sending.quiet.over(now)
            await deliveries.queue(connection, Kind.STALE_STEPS, member.id, None, due)
    office.queued.set()


async def next_due(office: Office) -> datetime | None:
    """When `tell` has something to do next (UTC), or None."""
    last = await routines.last(office.database, TELLING)
    return _next(office, last) if last is not None else None


def _next(office: Office, last: datetime) -> datetime:
    return next_time(last, MORNING, office.sending.quiet.zone, MONDAY)
