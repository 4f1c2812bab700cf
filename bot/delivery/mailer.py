"""Sends what goes to many: writes down whom a mailing is for, then sends, one mailing at a time, the urgent first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiogram import Bot
from sqlalchemy.exc import SQLAlchemyError

from bot.delivery.run import Run, Stopped
from bot.domain.mailings import RUNNING, Mailing
from bot.domain.pushes import RULES, Kind
from bot.services.office import Office
from bot.storage import deliveries, mailings, recipients
from bot.storage.seat import Seat
from bot.telegram.pace import Pace
from bot.telegram.views.mailings import Compose

log = structlog.get_logger(__name__)

FOUND_AT_ONCE = 50_000
"""People whose ids are read at once; they are written down in smaller chunks."""
LOOK_SECONDS = 60.0
DATABASE_PAUSE = 1.0

MakeCompose = Callable[[Office, Mailing], Awaitable[Compose]]


class Mailer:
    """One a bot. `wake` is set when a mailing began or changed."""

    def __init__(self, bot: Bot, office: Office, seat: Seat, pace: Pace, compose: MakeCompose) -> None:
        self._bot = bot
        self._office = office
        self._seat = seat
        self._pace = pace
        self._compose = compose
        self.wake = asyncio.Event()

    async def settle(self) -> None:
        """At the start: what was being sent when the process died."""
        unfinished = await mailings.in_states(self._office.database, [*RUNNING, "paused", "cancelled"])
        unknown = await recipients.settle_interrupted(self._office.database, unfinished)
        if unknown:
            log.warning("recipients of whom nobody knows whether they got it", count=unknown)

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop`; what was posted by then is marked, what was not is given back. Raises SeatLost."""
        while not stop.is_set():
            self.wake.clear()
            try:
                mailing = await self._next()
                if mailing is None:
                    await self._wait(stop)
                elif mailing.state == "expanding":
                    await self._expand(mailing, stop)
                else:
                    await self._send(mailing, stop)
            except SQLAlchemyError:
                log.exception("the database does not answer: mailings go on when it does")
                await asyncio.sleep(DATABASE_PAUSE)

    async def _next(self) -> Mailing | None:
        """The most urgent of the mailings that run, or None; those that nobody needs any more are ended."""
        now = self._office.clock.now()
        ready = []
        for mailing in await mailings.in_states(self._office.database, RUNNING):
            if mailing.not_after is not None and now > mailing.not_after:
                await self._end_early(mailing)
            elif not self._rests(mailing):
                ready.append(mailing)
        return min(ready, key=lambda one: (RULES[one.kind].lane, one.id), default=None)

    def _rests(self, mailing: Mailing) -> bool:
        """Whether quiet hours hold the mailing."""
        return RULES[mailing.kind].quiet and self._office.sending.quiet.holds(self._office.clock.now())

    async def _wait(self, stop: asyncio.Event) -> None:
        """Until a mailing begins, quiet hours end, the clock is moved, or a minute is over."""
        now = self._office.clock.now()
        quiet_for = (self._office.sending.quiet.over(now) - now).total_seconds()
        seconds = min(LOOK_SECONDS, quiet_for) if quiet_for > 0 else LOOK_SECONDS
        waiting = [
            asyncio.ensure_future(self.wake.wait()),
            asyncio.ensure_future(stop.wait()),
            asyncio.ensure_future(self._office.clock.sleep(seconds)),
        ]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()

    async def _expand(self, mailing: Mailing, stop: asyncio.Event) -> None:
        """Writes down the next people whom the mailing is for; after the last of them it may be sent."""
        database = self._office.database
        ids = await recipients.next_people(database, mailing, FOUND_AT_ONCE)
        for start in range(0, len(ids), recipients.CHUNK):
            chunk = ids[start : start + recipients.CHUNK]
            if stop.is_set() or not await recipients.write_down(database, mailing.id, chunk):
                return
        if len(ids) < FOUND_AT_ONCE:
            async with database.write() as connection:
                await mailings.move(connection, mailing.id, "expanded", cursor=mailing.up_to or 0)

    async def _send(self, mailing: Mailing, stop: asyncio.Event) -> None:
        """Sends until the mailing is done, was stopped or must give way; then it is looked at anew."""
        try:
            compose = await self._compose(self._office, mailing)
        except Exception as error:
            log.exception("a mailing cannot be composed", mailing=mailing.id)
            await self._stop(mailing, type(error).__name__)
            return
        run = Run(self._bot, self._office, self._seat, self._pace, mailing, compose)
        work = asyncio.create_task(run.work())
        watch = asyncio.create_task(self._watch(mailing, run, stop))
        try:
            await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
            run.close()
            done = await work
        except Stopped as reason:
            await self._stop(mailing, str(reason))
            return
        finally:
            watch.cancel()
        if done:
            await self._finish(mailing)

    async def _watch(self, mailing: Mailing, run: Run, stop: asyncio.Event) -> None:
        """Ends when the mailing must stop, or was stopped, or gives way to another."""
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                waking = asyncio.ensure_future(self.wake.wait())
                await asyncio.wait({stopping, waking}, timeout=1, return_when=asyncio.FIRST_COMPLETED)
                woken = waking.done()
                waking.cancel()
                late = mailing.not_after is not None and self._office.clock.now() > mailing.not_after
                if late or self._rests(mailing):
                    return
                if woken:
                    self.wake.clear()
                    if await self._gives_way(mailing):
                        return
        finally:
            stopping.cancel()

    async def _gives_way(self, mailing: Mailing) -> bool:
        try:
            following = await self._next()
        except SQLAlchemyError:
            return False
        return following is None or following.id != mailing.id

    async def _finish(self, mailing: Mailing) -> None:
        now = self._office.clock.now()
        async with self._office.database.write() as connection:
            ended = await mailings.move(connection, mailing.id, "finish", ended_at=now)
            found = await mailings.lock(connection, mailing.id)
            if ended and found and found.counts.total and found.kind is Kind.ANNOUNCEMENT and found.author_id:
                await deliveries.queue(connection, Kind.MAILING_ENDED, found.author_id, mailing.id, now)
        log.info("mailing done", mailing=mailing.id, kind=mailing.kind.name)
        self._office.queued.set()

    async def _end_early(self, mailing: Mailing) -> None:
        """The moment after which it is of no use has passed: the rest is not sent."""
        now = self._office.clock.now()
        async with self._office.database.write() as connection:
            ended = await mailings.move(connection, mailing.id, "cancel", ended_at=now)
            if ended and mailing.kind is Kind.ANNOUNCEMENT and mailing.author_id is not None:
                await deliveries.queue(connection, Kind.MAILING_ENDED, mailing.author_id, mailing.id, now)
        log.warning("mailing cut short: its moment passed", mailing=mailing.id, kind=mailing.kind.name)
        self._office.queued.set()

    async def _stop(self, mailing: Mailing, trouble: str) -> None:
        """Pauses a mailing that cannot be sent as it is, with a word to its author."""
        now = self._office.clock.now()
        async with self._office.database.write() as connection:
            paused = await mailings.move(connection, mailing.id, "pause", trouble=trouble[:128])
            if paused and mailing.author_id is not None:
                await deliveries.queue(connection, Kind.MAILING_STOPPED, mailing.author_id, mailing.id, now)
        log.error("mailing paused", mailing=mailing.id, kind=mailing.kind.name, why=trouble)
        self._office.queued.set()
