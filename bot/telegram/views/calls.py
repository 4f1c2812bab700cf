"""The call that a recipient of a mailing gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram.methods import SendMessage, TelegramMethod
from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions

from bot.storage.recipients import Recipient

Compose = Callable[[Recipient], Awaitable[TelegramMethod[Any] | None]]
"""Makes the call for one recipient; None: it is of no use to them any more."""


def message(recipient: Recipient, text: str, keyboard: InlineKeyboardMarkup) -> SendMessage:
    """A message of its own below whatever the person is at."""
    return SendMessage(
        chat_id=recipient.telegram_id,
        text=text,
        parse_mode="HTML",
        reply_markup=keyboard,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
