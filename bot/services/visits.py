"""Writing down which steps of guides people reached. Taps only note it in memory: the busiest handler of the bot makes
one statement a tap, and this is none of it. A crash loses what was noted in the last seconds."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.moments import next_time
from bot.services.office import Office
from bot.storage import routines, visits

log = structlog.get_logger(__name__)

EVERY = 5.0
"""Seconds between two writings, at most."""
KEPT = timedelta(days=400)
"""Statistics look back a year."""
NIGHT = time(3)
DROPPING = "old_visits"


async def write_down(office: Office) -> None:
    """Writes what is noted. A failure is logged: it stays noted, and the next time takes it along."""
    try:
        await office.visits.write_down(office.database)
    except SQLAlchemyError:
        log.exception("visits of guides are not written down")


async def keep_writing(office: Office, stop: asyncio.Event) -> None:
    """Writes every few seconds, or as soon as there is much, until `stop`. Handlers may still be at work then: whoever
    runs this calls `write_down` once more at the very end."""
    stopping = asyncio.ensure_future(stop.wait())
    while not stop.is_set():
        many = asyncio.ensure_future(office.visits.many.wait())
        await asyncio.wait({stopping, many}, timeout=EVERY, return_when=asyncio.FIRST_COMPLETED)
        many.cancel()
        if not stop.is_set():
            await write_down(office)


async def drop_old(office: Office) -> None:
    """Once a night: drops visits that no statistics look at any more. Safe to repeat."""
    now = office.clock.now()
    last = await routines.last(office.database, DROPPING)
    if last is not None and next_time(last, NIGHT, office.sending.quiet.zone) > now:
        return
    await visits.drop_old(office.database, now - KEPT)
    async with office.database.write() as connection:
        await routines.done(connection, DROPPING, now)
