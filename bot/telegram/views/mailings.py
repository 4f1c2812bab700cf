"""What a mailing says to each of its recipients: the call that carries it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram.methods import TelegramMethod

from bot.domain.mailings import Mailing
from bot.domain.pushes import Kind
from bot.services import announcements
from bot.services.office import Office
from bot.storage.recipients import Recipient
from bot.telegram.views import announcements as news

Compose = Callable[[Recipient], Awaitable[TelegramMethod[Any] | None]]
"""Makes the call for one recipient; None: it is of no use to them any more.

Whom it is for (`chat_id`, and `message_id` where the call has one) is filled in by the sender. So the same object can
be given for all to whom the same is said: then its body is made once. Files go by Telegram's id, never as content.
"""


async def composer(office: Office, mailing: Mailing) -> Compose:
    """What makes the calls of this mailing. Made once a mailing, and anew after it was paused: its content may have
    been changed then. Raises ValueError for a kind that does not go to many."""
    match mailing.kind:
        case Kind.ANNOUNCEMENT | Kind.ANNOUNCEMENT_EDIT:
            return await _announcement(office, mailing)
        case Kind.ANNOUNCEMENT_RECALL:
            return _recall
    raise ValueError(f"{mailing.kind.name} does not go to many")


async def _announcement(office: Office, mailing: Mailing) -> Compose:
    board = await announcements.board_of(office, mailing.id)
    made = news.versions(board.content, office.languages) if board else {}
    is_edit = mailing.kind is Kind.ANNOUNCEMENT_EDIT

    async def compose(recipient: Recipient) -> TelegramMethod[Any] | None:
        version = made.get(recipient.language)
        if version is None:
            return None
        if not is_edit:
            return version.send(recipient.telegram_id)
        return version.edit(recipient.telegram_id, recipient.message_id) if recipient.message_id else None

    return compose


async def _recall(recipient: Recipient) -> TelegramMethod[Any] | None:
    return news.recalling(recipient.telegram_id, recipient.message_id) if recipient.message_id else None
