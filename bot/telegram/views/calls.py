"""The call that a recipient of a mailing gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram.methods import TelegramMethod

from bot.storage.recipients import Recipient

Compose = Callable[[Recipient], Awaitable[TelegramMethod[Any] | None]]
"""Makes the call for one recipient; None: it is of no use to them any more.

Whom it is for (`chat_id`, and `message_id` where the call has one) is filled in by the sender. So the same object can
be given for all to whom the same is said: then its body is made once. Files go by Telegram's id, never as content.
"""
NOBODY = 0
"""In place of whom a call is for, until the sender fills it in."""
