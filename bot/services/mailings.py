"""Mailings under way: pausing, going on, cancelling, sending once more to those whose fate nobody knows."""

from __future__ import annotations

from bot.domain.base import Refusal
from bot.domain.mailings import Act, Mailing, transition
from bot.domain.people import Person
from bot.services import people as staff
from bot.services.office import Office
from bot.storage import mailings


async def pause(office: Office, person: Person, mailing_id: int) -> Mailing:
    """Pauses it: nothing more is posted from this moment. Raises Refusal when it does not run."""
    mailing = await _act(office, person, mailing_id, "pause")
    office.halted.add(mailing_id)
    return mailing


async def resume(office: Office, person: Person, mailing_id: int) -> Mailing:
    """Goes on with it. Raises Refusal when it is not paused."""
    mailing = await _act(office, person, mailing_id, "resume", trouble="")
    office.halted.discard(mailing_id)
    return mailing


async def cancel(office: Office, person: Person, mailing_id: int) -> Mailing:
    """Cancels it for good. Raises Refusal when it is over."""
    mailing = await _act(office, person, mailing_id, "cancel", ended_at=office.clock.now())
    office.halted.add(mailing_id)
    return mailing


async def repeat(office: Office, person: Person, mailing_id: int) -> Mailing:
    """Sends it once more to those whose fate nobody knows. Raises Refusal when it is not over."""
    return await _act(office, person, mailing_id, "repeat")


async def _act(office: Office, person: Person, mailing_id: int, act: Act, **values: object) -> Mailing:
    if not await staff.is_staff(office, person):
        raise Refusal("refusal.no_right")
    async with office.database.write() as connection:
        mailing = await mailings.lock(connection, mailing_id)
        if mailing is None:
            raise Refusal("refusal.old_button")
        transition(mailing.state, act)
        await mailings.move(connection, mailing_id, act, **values)
        await mailings.write_down(connection, office.clock.now(), person.id, act, mailing_id=mailing_id)
    office.queued.set()
    found = await mailings.get(office.database, mailing_id)
    assert found is not None
    return found
