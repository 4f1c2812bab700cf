"""What goes to many: beginning it at its moment, and an organiser's hand on it while it runs."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.domain.announcements import lateness
from bot.domain.base import Refusal
from bot.domain.mailings import Act, Mailing, transition
from bot.domain.people import Person
from bot.domain.pushes import RULES, Kind
from bot.services import people
from bot.services.office import Office
from bot.storage import deliveries, mailings, recipients

log = structlog.get_logger(__name__)


async def begin_due(office: Office) -> None:
    """Begins every mailing whose moment has come: whom it is for is frozen. Safe to repeat.

    One that is of no use any more is not sent: an announcement is marked missed and its author told, others are
    cancelled. What respects quiet hours begins when they are over.
    """
    now = office.clock.now()
    for mailing in await mailings.due(office.database, now):
        if _is_late(office, mailing, now):
            await _give_up(office, mailing, now)
        elif not (RULES[mailing.kind].quiet and office.sending.quiet.holds(now)):
            async with office.database.write() as connection:
                up_to = await mailings.greatest_person(connection)
                await mailings.move(connection, mailing.id, "begin", up_to=up_to, begun_at=now)
            office.queued.set()


def _is_late(office: Office, mailing: Mailing, now: datetime) -> bool:
    """Whether the mailing is of no use any more; the wait through quiet hours makes nothing late."""
    if mailing.not_after is not None:
        return now > mailing.not_after
    rule = RULES[mailing.kind]
    late = lateness(mailing.detail) if mailing.kind is Kind.ANNOUNCEMENT else rule.late
    if late is None or mailing.due_at is None:
        return False
    due = office.sending.quiet.over(mailing.due_at) if rule.quiet else mailing.due_at
    return now > due + late


async def _give_up(office: Office, mailing: Mailing, now: datetime) -> None:
    is_announcement = mailing.kind is Kind.ANNOUNCEMENT
    async with office.database.write() as connection:
        if is_announcement:
            missed = await mailings.move(connection, mailing.id, "miss")
            if missed and mailing.author_id is not None:
                await deliveries.queue(connection, Kind.MAILING_MISSED, mailing.author_id, mailing.id, now)
        else:
            await mailings.move(connection, mailing.id, "cancel", ended_at=now)
    log.warning("mailing not sent: its moment passed", mailing=mailing.id, kind=mailing.kind.name)
    office.queued.set()


async def next_due(office: Office) -> datetime | None:
    """When `begin_due` has something to do next (UTC), or None."""
    now, quiet = office.clock.now(), office.sending.quiet
    moments = [
        quiet.over(max(mailing.due_at, now)) if RULES[mailing.kind].quiet else mailing.due_at
        for mailing in await mailings.in_states(office.database, ["scheduled"])
        if mailing.due_at is not None
    ]
    return min(moments, default=None)


async def pause(office: Office, person: Person, mailing_id: int) -> Mailing:
    """Pauses a mailing that runs: what is on its way arrives, and nothing more is posted.

    Raises Refusal for anyone but an organiser, and for a mailing that does not run.
    """
    return await _act(office, person, mailing_id, "pause")


async def resume(office: Office, person: Person, mailing_id: int) -> Mailing:
    """Lets a paused mailing go on where it stopped. Raises Refusal as `pause` does."""
    return await _act(office, person, mailing_id, "resume", trouble="")


async def cancel(office: Office, person: Person, mailing_id: int) -> Mailing:
    """Cancels a mailing, also while it runs: who did not get it by now never will. Raises Refusal as `pause` does."""
    return await _act(office, person, mailing_id, "cancel", ended_at=office.clock.now())


async def repeat(office: Office, person: Person, mailing_id: int) -> Mailing:
    """Sends a mailing that ended once more to those of whom nobody knows whether they got it.

    Raises Refusal for anyone but an organiser, for a mailing that has not ended, and where there is nobody such.
    """
    ids = await recipients.unknown(office.database, mailing_id)
    return await _act(office, person, mailing_id, "repeat", again=ids, ended_at=None)


async def _act(
    office: Office, person: Person, mailing_id: int, act: Act, again: list[int] | None = None, **values: object
) -> Mailing:
    """Carries out an organiser's act with a line in the journal; gives the mailing as it is then. Raises Refusal."""
    await people.require_staff(office, person)
    async with office.database.write() as connection:
        mailing = await mailings.lock(connection, mailing_id)
        if mailing is None:
            raise Refusal("refusal.old_button")
        transition(mailing.state, act)
        if again is not None and not await recipients.repeat(connection, mailing_id, again):
            raise Refusal("refusal.mailing.nobody_left")
        await mailings.move(connection, mailing_id, act, **values)
        await mailings.write_down(connection, office.clock.now(), person.id, act, mailing_id=mailing_id)
        changed = await mailings.lock(connection, mailing_id)
    assert changed is not None
    office.queued.set()
    return changed
