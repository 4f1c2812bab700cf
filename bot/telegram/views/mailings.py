"""What a mailing says to each of its recipients: the call that carries it."""

from __future__ import annotations

from typing import Any

from aiogram.methods import TelegramMethod

from bot.domain.mailings import Mailing
from bot.domain.pushes import Kind
from bot.services import announcements
from bot.services.office import Office
from bot.storage.recipients import Recipient
from bot.telegram.views import announcements as news
from bot.telegram.views import reminders, results
from bot.telegram.views.calls import Compose

__all__ = ["Compose", "composer"]

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
        case Kind.DEADLINE_REMINDER | Kind.DEADLINE_MOVED:
            return await reminders.composer(office, mailing)
        case Kind.RESULT:
            return await results.one_by_one(office, mailing)
        case Kind.RESULTS_LIST:
            return await results.as_list(office, mailing)
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
