"""The call that a recipient of a mailing gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram.methods import SendMessage, TelegramMethod
from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions

from bot.storage.recipients import Recipient

Compose = Callable[[Recipient], Awaitable[TelegramMethod[Any] | None]]
"""Makes the call for one recipient; None: it is of no use to them any more.

Whom it is for (`chat_id`, and `message_id` where the call has one) is filled in by the sender. So the same object can
be given for all to whom the same is said: then its body is made once. Files go by Telegram's id, never as content.
"""


def message(text: str, keyboard: InlineKeyboardMarkup) -> SendMessage:
    """A message of its own below whatever the person is at; the sender fills in whose."""
    return SendMessage(
        chat_id=0,
        text=text,
        parse_mode="HTML",
        reply_markup=keyboard,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
