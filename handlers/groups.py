"""Groups: the bot works in private and says so. Blocks and unblocks are noted."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.filters import JOIN_TRANSITION, ChatMemberUpdatedFilter
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message

from bot.services.office import Office
from bot.storage import people
from bot.telegram.screens import Screens
from bot.telegram.views import pages


def setup() -> Router:
    """The router."""
    router = Router(name="groups")
    router.message.register(on_message, F.chat.type != "private")
    router.edited_message.register(on_edited, F.chat.type != "private")
    router.callback_query.register(on_tap, F.message.chat.type.in_({"group", "supergroup", "channel"}))
    router.my_chat_member.register(on_member, F.chat.type == "private")
    router.my_chat_member.register(on_added, ChatMemberUpdatedFilter(JOIN_TRANSITION))
    router.my_chat_member.register(on_edited)
    return router


async def on_message(message: Message, office: Office, screens: Screens, address: str) -> None:
    """Links to the private chat, where personal data does not stand before others."""
    if message.from_user and message.from_user.is_bot:
        return
    await screens.say(message.chat.id, pages.group(office.words, address))


async def on_edited() -> None:
    """Nothing to say a second time."""


async def on_tap(query: CallbackQuery, office: Office, screens: Screens) -> None:
    """A forwarded or forged button in a group."""
    words = office.words[office.languages[0]]
    await screens.answer(query, words.label("refusal.old_button"), alert=True)


async def on_member(event: ChatMemberUpdated, office: Office) -> None:
    """A person blocked the bot, or let it in again."""
    blocked = event.new_chat_member.status == "kicked"
    await people.set_blocked(office.database, event.from_user.id, office.clock.now() if blocked else None)


async def on_added(event: ChatMemberUpdated, office: Office, screens: Screens, address: str) -> None:
    """The bot was put into a group."""
    await screens.say(event.chat.id, pages.group(office.words, address))
