"""Shows an author how their announcement goes: one message that is changed while it runs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from aiogram.exceptions import AiogramError, TelegramRetryAfter
from aiogram.types import InlineKeyboardMarkup
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.mailings import RUNNING, Mailing
from bot.services import announcements
from bot.services.office import Office
from bot.storage import announcements as contents
from bot.storage import mailings, people
from bot.telegram.screens import Screen, Screens
from bot.telegram.views import announcements as views

log = structlog.get_logger(__name__)

PACE = timedelta(seconds=2)
"""Between two changes of one message; a change of state is shown at once."""
NET_SECONDS = 60.0
BREATH_SECONDS = 0.2
"""Between two looks at the database, however much is queued."""
STILL_SHOWN = timedelta(hours=1)
"""How long after its end a mailing is looked at: its last figures are shown also when the bot was restarted."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the message shows, and since when (UTC)."""

    state: str
    text: str
    at: datetime


class Progress:
    """Changes the messages until it is stopped. Whatever fails is only logged: the sending must not suffer."""

    def __init__(self, screens: Screens, office: Office) -> None:
        self._screens = screens
        self._office = office
        self._shown: dict[int, _Shown] = {}
        self._patience = office.clock.now()

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop`."""
        while not stop.is_set():
            running = False
            try:
                running = await self.step()
            except (AiogramError, SQLAlchemyError) as error:
                log.warning("progress is not shown", error=type(error).__name__)
            except Exception:
                log.exception("progress is not shown")
            await self._wait(stop, PACE.total_seconds() if running else NET_SECONDS)
            await asyncio.sleep(BREATH_SECONDS)

    async def step(self) -> bool:
        """Shows what changed; gives whether something runs."""
        now = self._office.clock.now()
        found = await mailings.to_show(self._office.database, now - STILL_SHOWN)
        self._shown = {one.id: self._shown[one.id] for one in found if one.id in self._shown}
        for mailing in found:
            if now >= self._patience and self._is_due(mailing, now):
                await self._show(mailing, now)
        return any(mailing.state in RUNNING for mailing in found)

    def _is_due(self, mailing: Mailing, now: datetime) -> bool:
        shown = self._shown.get(mailing.id)
        if shown is None or shown.state != mailing.state:
            return True
        return mailing.state in RUNNING and now - shown.at >= PACE

    async def _show(self, mailing: Mailing, now: datetime) -> None:
        office = self._office
        author = await people.get(office.database, mailing.author_id or 0)
        board = await announcements.board_of(office, mailing.id)
        if author is None or board is None:
            return
        words = office.words[author.language or office.languages[0]]
        screen = views.card(office, words, announcements.seen_by(board, author))
        before = self._shown.get(mailing.id)
        self._shown[mailing.id] = _Shown(mailing.state, screen.text, now)
        if before is not None and before.text == screen.text:
            return
        try:
            await self._put(mailing, author.telegram_id, screen)
        except TelegramRetryAfter as error:
            self._shown.pop(mailing.id)
            self._patience = now + timedelta(seconds=error.retry_after)
        except AiogramError as error:
            log.info("progress is not shown", mailing=mailing.id, error=type(error).__name__)

    async def _put(self, mailing: Mailing, chat_id: int, screen: Screen) -> None:
        """Changes the message, or sends it where there is none yet. One that is gone is not sent again."""
        assert screen.keyboard is None or isinstance(screen.keyboard, InlineKeyboardMarkup)
        if mailing.progress_id is None:
            message_id = await self._screens.say(chat_id, screen, is_silent=True)
            await contents.set_progress(self._office.database, mailing.id, message_id)
        else:
            await self._screens.redraw(chat_id, mailing.progress_id, screen.text, screen.keyboard)

    async def _wait(self, stop: asyncio.Event, seconds: float) -> None:
        """Until something changes, or the clock is moved, or the time is over."""
        waiting = [
            asyncio.ensure_future(self._office.queued.wait()),
            asyncio.ensure_future(stop.wait()),
            asyncio.ensure_future(self._office.clock.sleep(seconds)),
        ]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
