"""The clock that everyone is handed. In the demo and the tests it can be moved ahead."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Real time plus an offset. Whoever waits is woken when the offset changes."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self._offset = offset
        self._moved = asyncio.Event()
        self._listeners: list[Callable[[], Awaitable[None]]] = []

    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    @property
    def offset(self) -> timedelta:
        """How far the clock stands ahead of real time."""
        return self._offset

    async def move(self, by: timedelta) -> None:
        """Moves the clock and wakes everyone who waits in `sleep`."""
        self._offset += by
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
        for listener in self._listeners:
            await listener()

    def on_move(self, listener: Callable[[], Awaitable[None]]) -> None:
        """Calls the listener after each move."""
        self._listeners.append(listener)

    def off_move(self, listener: Callable[[], Awaitable[None]]) -> None:
        """Does not call the listener any more."""
        self._listeners.remove(listener)

    async def sleep(self, seconds: float) -> None:
        """Waits so long in this clock's time, or until the clock is moved, whichever comes first."""
        try:
            await asyncio.wait_for(self._moved.wait(), timeout=max(seconds, 0))
        except TimeoutError:
            return
