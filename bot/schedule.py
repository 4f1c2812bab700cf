"""APScheduler: wakes the services at the next due moment, and once a minute as a net.

Due times are rows of the database, not jobs: a job lives in memory only and holds nothing but "wake up". APScheduler
reads the real clock, so a timer is set to what is left until the moment by the clock that everyone is handed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock

log = structlog.get_logger(__name__)

NET = timedelta(minutes=1)


class Schedule:
    """Runs `work` at the moment that `next_due` names, when the clock is moved, and once a minute."""

    def __init__(
        self, clock: Clock, work: Callable[[], Awaitable[None]], next_due: Callable[[], Awaitable[datetime | None]]
    ) -> None:
        self._clock = clock
        self._work = work
        self._next_due = next_due
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Does what is due already, and begins to wait."""
        self._scheduler.start()
        self._clock.on_move(self.wake)
        await self.wake()

    async def wake(self) -> None:
        """Does what is due and sets the timer for what is due next. A failure is logged; the net tries again."""
        async with self._turn:
            await self._wake()

    async def _wake(self) -> None:
        try:
            await self._work()
        except Exception:
            log.exception("scheduled work failed")
        left = NET
        try:
            due = await self._next_due()
            left = min(NET, max(timedelta(0), due - self._clock.now())) if due else NET
        except Exception:
            log.exception("next due moment cannot be read")
        self._scheduler.add_job(
            self.wake,
            "date",
            run_date=datetime.now(UTC) + max(left, timedelta(milliseconds=50)),
            id="wake",
            replace_existing=True,
            misfire_grace_time=None,
        )

    async def stop(self) -> None:
        """Stops waiting, once what is at work is done: APScheduler would cancel it in the middle."""
        self._clock.off_move(self.wake)
        async with self._turn:
            self._scheduler.shutdown(wait=False)
