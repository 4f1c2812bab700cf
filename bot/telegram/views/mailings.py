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
NOBODY = 0
"""In place of what the sender fills in."""


async def composer(office: Office, mailing: Mailing) -> Compose:
    """What makes the calls of this mailing. Made once a mailing, and anew after it was paused: its content may have
    been changed then. Raises ValueError for a kind that does not go to many."""
    match mailing.kind:
        case Kind.ANNOUNCEMENT | Kind.ANNOUNCEMENT_EDIT:
            return await _announcement(office, mailing)
        case Kind.ANNOUNCEMENT_RECALL:
            return _recall()
    raise ValueError(f"{mailing.kind.name} does not go to many")


async def _announcement(office: Office, mailing: Mailing) -> Compose:
    board = await announcements.board_of(office, mailing.id)
    made = news.versions(board.content, office.languages) if board else {}
    is_edit = mailing.kind is Kind.ANNOUNCEMENT_EDIT
    calls: dict[str, TelegramMethod[Any]] = {
        language: version.edit(NOBODY, NOBODY) if is_edit else version.send(NOBODY)
        for language, version in made.items()
    }

    async def compose(recipient: Recipient) -> TelegramMethod[Any] | None:
        return calls.get(recipient.language) if recipient.message_id or not is_edit else None

    return compose


def _recall() -> Compose:
    call = news.recalling(NOBODY, NOBODY)

    async def compose(recipient: Recipient) -> TelegramMethod[Any] | None:
        return call if recipient.message_id else None

    return compose
