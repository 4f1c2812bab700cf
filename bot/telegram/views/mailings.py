"""What a mailing says to each of its recipients: the call that carries it."""

from __future__ import annotations

from typing import Any

from aiogram.methods import DeleteMessage, TelegramMethod

from bot.domain.mailings import Mailing
from bot.domain.pushes import Kind
from bot.services import announcements
from bot.services.office import Office
from bot.storage.recipients import Recipient
from bot.telegram.views import announcements as news
from bot.telegram.views import reminders, results
from bot.telegram.views.calls import Compose

__all__ = ["Compose", "composer"]


async def composer(office: Office, mailing: Mailing) -> Compose:
    """What makes the calls of this mailing. Made once a mailing, and anew after it was paused: its content may have
    been changed then. Raises ValueError for a kind that does not go to many."""
    match mailing.kind:
        case Kind.DEADLINE_REMINDER | Kind.DEADLINE_MOVED:
            return await reminders.composer(office, mailing)
        case Kind.RESULT:
            return await results.one_by_one(office, mailing)
        case Kind.RESULTS_LIST:
            return await results.as_list(office, mailing)
        case Kind.ANNOUNCEMENT | Kind.ANNOUNCEMENT_EDIT:
            return await _announcement(office, mailing)
        case Kind.ANNOUNCEMENT_RECALL:
            return _recall
    raise ValueError(f"{mailing.kind.name} does not go to many")


async def _announcement(office: Office, mailing: Mailing) -> Compose:
    board = await announcements.board_of(office, mailing.id)
    is_edit = mailing.kind is Kind.ANNOUNCEMENT_EDIT
    calls: dict[str, TelegramMethod[Any]] = {}
    for language, version in (news.versions(board.content, office.languages) if board else {}).items():
        calls[language] = version.edit(0, 0) if is_edit else version.send(0)

    async def compose(recipient: Recipient) -> TelegramMethod[Any] | None:
        is_gone = is_edit and recipient.message_id is None
        return None if is_gone else calls.get(recipient.language)

    return compose


async def _recall(recipient: Recipient) -> TelegramMethod[Any] | None:
    return None if recipient.message_id is None else _RECALL


_RECALL = DeleteMessage(chat_id=0, message_id=0)
