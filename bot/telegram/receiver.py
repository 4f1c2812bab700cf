"""Receives updates by long polling, and confirms them only after they were handled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramNotFound, TelegramUnauthorizedError
from aiogram.methods import GetUpdates
from aiogram.types import Update

from bot.telegram.session import TIMEOUT

log = structlog.get_logger(__name__)


AGAIN = (0.5, 1, 2, 4, 8, 15, 30)
"""Seconds between the tries of an update that the database did not let through."""


class TryAgain(Exception):
    """A handler could do nothing at the moment, and did nothing: the update is to be handled once more."""


class Receiver:
    """Long polling that confirms an update only after it was handled.

    getUpdates with the next offset is what tells Telegram that the earlier updates arrived. It is called when no
    handler is at work any more (or after `PATIENCE` seconds, so that one slow handler does not stop the bot), so a
    process that is killed gets back what it had not finished; what it had is recognised by the handlers' guards.
    """

    PATIENCE = 5.0
    WAITING = 30
    BACKOFF = (0.5, 1, 2, 5, 10)

    def __init__(self, bot: Bot, feed: Callable[[Update], Awaitable[Any]], allowed: list[str]) -> None:
        self._bot = bot
        self._feed = feed
        self._allowed = allowed
        self._offset: int | None = None
        self._open: set[asyncio.Task[Any]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Receives until `stop`, then waits for the handlers and confirms what they did. Raises on a bad token."""
        stopping = asyncio.create_task(stop.wait())
        failures = 0
        try:
            while not stop.is_set():
                await self._handled(self.PATIENCE)
                fetching = asyncio.create_task(self._fetch(self.WAITING))
                await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not fetching.done():
                    fetching.cancel()
                    break
                failures = await self._take(fetching, failures, stopping)
        finally:
            stopping.cancel()
            await self._drain()

    async def _take(self, fetching: asyncio.Task[list[Update]], failures: int, stopping: asyncio.Task[Any]) -> int:
        """Starts the handlers of a batch; after a failure waits a while. Gives the number of failures in a row."""
        error = fetching.exception()
        if error is None:
            for update in fetching.result():
                self._offset = update.update_id + 1
                task = asyncio.create_task(self._handle(update))
                self._open.add(task)
                task.add_done_callback(self._open.discard)
            return 0
        if isinstance(error, TelegramUnauthorizedError | TelegramNotFound):
            raise error
        log.warning("cannot fetch updates", error=type(error).__name__, reason=str(error)[:200])
        await asyncio.wait({stopping}, timeout=self.BACKOFF[min(failures, len(self.BACKOFF) - 1)])
        return failures + 1

    async def _handle(self, update: Update) -> None:
        for pause in (*AGAIN, None):
            try:
                await self._feed(update)
                return
            except TryAgain as error:
                log.warning("update put off", update_id=update.update_id, error=type(error.__cause__).__name__)
                if pause is None:
                    log.error("update given up", update_id=update.update_id)
                    return
                await asyncio.sleep(pause)
            except Exception:
                log.exception("update failed", update_id=update.update_id)
                return

    async def _fetch(self, waiting: int, limit: int | None = None) -> list[Update]:
        call = GetUpdates(offset=self._offset, limit=limit, timeout=waiting, allowed_updates=self._allowed)
        return await self._bot(call, request_timeout=TIMEOUT + waiting)

    async def _handled(self, patience: float | None) -> None:
        if self._open:
            await asyncio.wait(self._open, timeout=patience)

    async def _drain(self) -> None:
        await self._handled(None)
        if self._offset is None:
            return
        try:
            await self._fetch(0, limit=1)
        except Exception as error:
            log.warning("cannot confirm the last updates; they come again", error=type(error).__name__)
