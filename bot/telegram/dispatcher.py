"""aiogram's dispatcher as this bot needs it: no FSM, and one update of a person at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakValueDictionary

from aiogram import Dispatcher, Router
from aiogram.types import TelegramObject, Update

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class OneAtATime:
    """A lock per person around the whole update, so that two fast taps do not race; forgotten when nobody holds it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Waits until the person's earlier updates are done; they come in the order in which they arrived."""
        user = data.get("event_from_user")
        if user is None:
            return await handler(event, data)
        lock = self._locks.get(user.id)
        if lock is None:
            lock = self._locks[user.id] = asyncio.Lock()
        async with lock:
            return await handler(event, data)

    def __len__(self) -> int:
        return len(self._locks)


class BotDispatcher(Dispatcher):
    """Passes empty updates by: a malformed one was replaced by its number alone."""

    def __init__(self, router: Router, **data: Any) -> None:
        super().__init__(disable_fsm=True, **data)
        self.one_at_a_time = OneAtATime()
        self.update.outer_middleware(self.one_at_a_time)
        self.include_router(router)

    async def _listen_update(self, update: Update, **kwargs: Any) -> Any:
        if not (update.message or update.callback_query or update.edited_message or update.my_chat_member):
            return None
        return await super()._listen_update(update, **kwargs)


ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
