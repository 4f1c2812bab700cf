"""The one who sends what is due to one person: claims a batch and commits, calls outside any transaction, marks and
commits. What goes to many runs beside it (mailer.py), at the same pace."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

import structlog
from aiogram import Bot
from sqlalchemy.exc import SQLAlchemyError

from bot.delivery.errors import Verdict, verdict
from bot.delivery.fetching import fetch
from bot.delivery.mailer import Mailer, MakeCompose
from bot.domain.pushes import RULES, Kind, Lane, State
from bot.services import arrivals
from bot.services.office import Office
from bot.storage import deliveries, people
from bot.storage.deliveries import Delivery, Mark
from bot.storage.seat import Seat
from bot.telegram.pace import MESSAGES, Pace
from bot.telegram.uploads import closing_file, seconds
from bot.telegram.views import mailings, pushes

log = structlog.get_logger(__name__)

BATCH = 25
MOST_AT_ONCE = 50
"""People to whom something is under way."""
ATTEMPTS = 8
"""Tries of what may have arrived; what surely did not is tried until it does."""
NET_SECONDS = 60.0
DATABASE_PAUSE = 1.0


class Worker:
    """Sends what is due until it is stopped; sleeps until something is queued or due."""

    def __init__(
        self, bot: Bot, office: Office, seat: Seat, pace: Pace, compose: MakeCompose = mailings.composer
    ) -> None:
        self._bot = bot
        self._office = office
        self._seat = seat
        self._pace = pace
        self._queued = asyncio.Event()
        self._busy: set[int] = set()
        self._taken = 0
        self._mailer = Mailer(bot, office, seat, pace, compose)

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop`; what was claimed by then is finished and marked."""
        unknown = await deliveries.settle_interrupted(self._office.database, self._office.clock.now())
        if unknown:
            log.warning("deliveries whose fate nobody knows", count=unknown)
        await self._mailer.settle()
        works = [
            asyncio.create_task(work) for work in (self._personal(stop), self._mailer.run(stop), self._listen(stop))
        ]
        try:
            await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.set()
            self._pace.stop()
            await asyncio.wait(works)
        for work in works:
            work.result()

    async def _listen(self, stop: asyncio.Event) -> None:
        """Tells both that something was queued or changed."""
        stopping = asyncio.ensure_future(stop.wait())
        while not stop.is_set():
            waiting = asyncio.ensure_future(self._office.queued.wait())
            await asyncio.wait({stopping, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            self._office.queued.clear()
            self._queued.set()
            self._mailer.wake.set()
        self._pace.stop()

    async def _personal(self, stop: asyncio.Event) -> None:
        working: set[asyncio.Task[None]] = set()
        try:
            while not stop.is_set():
                await self._personal_turn(stop, working)
        finally:
            self._pace.stop()
            await asyncio.gather(*working)

    async def _personal_turn(self, stop: asyncio.Event, working: set[asyncio.Task[None]]) -> None:
        self._queued.clear()
        try:
            begun = await self._begin()
            working |= set(begun)
            for task in begun:
                task.add_done_callback(working.discard)
            if len(begun) < BATCH:
                await self._wait(stop)
        except SQLAlchemyError:
            log.exception("the database does not answer: sending goes on when it does")
            await asyncio.sleep(DATABASE_PAUSE)

    async def step(self) -> int:
        """Sends one batch of what is due; gives how many rows it took."""
        before = self._taken
        await asyncio.gather(*await self._begin())
        return self._taken - before

    async def _begin(self) -> list[asyncio.Task[None]]:
        """Claims a batch of what is due and begins to send it, each person's in turn. Who has something under way
        is passed by: whoever gets much, or a slow file, keeps nobody waiting."""
        if self._pace.held_for > 0 or len(self._busy) >= MOST_AT_ONCE:
            return []
        by_person: dict[int, list[Delivery]] = defaultdict(list)
        for delivery in await deliveries.claim(self._seat, self._office.clock.now(), BATCH, self._busy):
            by_person[delivery.person_id].append(delivery)
            self._taken += 1
        self._busy |= by_person.keys()
        return [asyncio.create_task(self._in_turn(person, batch)) for person, batch in by_person.items()]

    async def _mark(self, marks: list[Mark]) -> None:
        """Writes down what became of the batch, however long the database is busy: else it would be sent again."""
        while True:
            try:
                await deliveries.mark(self._office.database, marks)
                return
            except SQLAlchemyError:
                log.exception("what was sent cannot be marked yet", count=len(marks))
                await asyncio.sleep(DATABASE_PAUSE)

    async def _in_turn(self, person_id: int, batch: Iterable[Delivery]) -> None:
        for delivery in batch:
            await self._mark([await self._marked(delivery)])
        self._busy.discard(person_id)
        self._queued.set()

    async def _marked(self, delivery: Delivery) -> Mark:
        """What became of the delivery; one whose failure cannot be dealt with now must not take the batch with it."""
        try:
            return await self._carry_out(delivery)
        except Exception:
            log.exception("delivery put off", delivery=delivery.id)
            return Mark(delivery.id, State.QUEUED, self._office.clock.now() + timedelta(seconds=NET_SECONDS))

    async def _carry_out(self, delivery: Delivery) -> Mark:
        now = self._office.clock.now()
        if delivery.blocked and delivery.kind is not Kind.FETCH_FILE:
            return Mark(delivery.id, State.BLOCKED, now)
        try:
            if delivery.kind is Kind.FETCH_FILE:
                await fetch(self._bot, self._office, delivery.subject_id or 0)
            else:
                if self._pace.is_stopped:
                    return Mark(delivery.id, State.QUEUED, now)
                call = await pushes.compose(self._office, delivery)
                if call is None:
                    return Mark(delivery.id, State.CANCELLED, now)
                with closing_file(call):
                    async with self._pace.turn(delivery.telegram_id, Lane.PERSONAL) as may:
                        if not may:
                            return Mark(delivery.id, State.QUEUED, now)
                        if self._pace.is_broadcasting and isinstance(call, MESSAGES):
                            call.allow_paid_broadcast = True
                        await self._bot(call, request_timeout=seconds(call))
        except Exception as error:
            return await self._failed(delivery, verdict(error))
        return Mark(delivery.id, State.SENT, now)

    async def _failed(self, delivery: Delivery, said: Verdict) -> Mark:
        now = self._office.clock.now()
        log.warning(
            "delivery failed", delivery=delivery.id, kind=delivery.kind.name, means=said.meaning, why=said.reason
        )
        if delivery.kind is Kind.FETCH_FILE and said.meaning in ("blocked", "gone", "failed", "content"):
            await arrivals.refuse(self._office, delivery.subject_id or 0)
            return Mark(delivery.id, State.FAILED, now, said.reason)
        if said.meaning == "gone":
            with suppress(SQLAlchemyError):
                await people.retire(self._office.database, delivery.telegram_id, now)
            return Mark(delivery.id, State.BLOCKED, now, said.reason)
        if said.meaning == "blocked":
            with suppress(SQLAlchemyError):  # the mark matters more: the next push finds the block again
                await people.set_blocked(self._office.database, delivery.telegram_id, now)
            return Mark(delivery.id, State.BLOCKED, now, said.reason)
        if said.meaning in ("failed", "content", "same"):
            return Mark(delivery.id, State.FAILED, now, said.reason)
        if said.meaning == "unknown" and not RULES[delivery.kind].repeat_unknown:
            return Mark(delivery.id, State.UNKNOWN, now, said.reason)
        if said.meaning == "unknown" and delivery.attempts >= ATTEMPTS:
            if delivery.kind is Kind.FETCH_FILE:
                await arrivals.refuse(self._office, delivery.subject_id or 0)
            return Mark(delivery.id, State.UNKNOWN, now, said.reason)
        if said.meaning == "wait":
            self._pace.refused(said.seconds)
        pause = said.seconds or min(300.0, 2.0 ** min(delivery.attempts, 9)) * random.uniform(0.8, 1.2)
        return Mark(delivery.id, State.QUEUED, now + timedelta(seconds=pause), said.reason)

    async def _wait(self, stop: asyncio.Event) -> None:
        """Until something is queued, or due, or the clock is moved, or a minute is over."""
        due = await deliveries.next_due(self._office.database, self._busy)
        seconds = NET_SECONDS
        if due is not None and len(self._busy) < MOST_AT_ONCE:
            seconds = min(seconds, (due - self._office.clock.now()).total_seconds())
        seconds = max(seconds, self._pace.held_for)
        waiting = [
            asyncio.ensure_future(self._queued.wait()),
            asyncio.ensure_future(stop.wait()),
            asyncio.ensure_future(self._office.clock.sleep(seconds)),
        ]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
