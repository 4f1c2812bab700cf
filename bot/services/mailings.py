"""What goes to many: beginning it at its moment."""

from __future__ import annotations

from datetime import datetime

from bot.domain.mailings import Mailing
from bot.domain.pushes import RULES
from bot.services.office import Office
from bot.storage import mailings


async def begin_due(office: Office) -> None:
    """Begins every mailing whose moment has come: whom it is for is frozen. One that is of no use any more is
    cancelled; what respects quiet hours begins when they are over. Safe to repeat."""
    now = office.clock.now()
    for mailing in await mailings.due(office.database, now):
        if mailing.not_after is not None and now > mailing.not_after:
            async with office.database.write() as connection:
                await mailings.move(connection, mailing.id, "cancel", ended_at=now)
        elif not (RULES[mailing.kind].quiet and office.sending.quiet.holds(now)):
            async with office.database.write() as connection:
                up_to = await mailings.greatest_person(connection)
                await mailings.move(connection, mailing.id, "begin", up_to=up_to, begun_at=now)
            office.queued.set()


async def next_due(office: Office) -> datetime | None:
    """When `begin_due` has something to do next (UTC), or None."""
    scheduled = await mailings.in_states(office.database, ["scheduled"])
    return min((moment for one in scheduled if (moment := _begins(office, one))), default=None)


def _begins(office: Office, mailing: Mailing) -> datetime | None:
    if mailing.due_at is None or not RULES[mailing.kind].quiet:
        return mailing.due_at
    return office.sending.quiet.over(max(mailing.due_at, office.clock.now()))
