"""Groups: the bot works in private and says so. Blocks and unblocks are noted."""

from __future__ import annotations

from aiogram import Bot, Router
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message

from bot.services.office import Office
from bot.storage import people
from bot.telegram.filters import InGroup
from bot.telegram.screens import Screens
from bot.telegram.views import pages

OUT = ("left", "kicked")


def setup() -> Router:
    """The router."""
    router = Router(name="groups")
    router.message.register(on_message, InGroup())
    router.edited_message.register(on_edited, InGroup())
    router.callback_query.register(on_tap, InGroup())
    router.my_chat_member.register(on_membership)
    return router


async def on_message(message: Message, office: Office, screens: Screens, address: str, bot: Bot) -> None:
    """Links to the private chat, where personal data does not stand before others. People among themselves are
    left alone."""
    if await _is_called(message, bot):
        await screens.say(message.chat.id, pages.group(office.words, address))


async def _is_called(message: Message, bot: Bot) -> bool:
    """Whether the message is a command, names the bot, or answers it."""
    text = message.text or message.caption or ""
    me = await bot.me()
    answered = message.reply_to_message.from_user if message.reply_to_message else None
    to_all = text.startswith("/") and "@" not in text.split()[0]
    return to_all or f"@{me.username}" in text or (answered is not None and answered.id == me.id)


async def on_edited() -> None:
    """Nothing to say a second time."""


async def on_tap(query: CallbackQuery, office: Office, screens: Screens) -> None:
    """A forwarded or forged button in a group."""
    words = office.words[office.languages[0]]
    await screens.answer(query, words.label("refusal.old_button"), alert=True)


async def on_membership(event: ChatMemberUpdated, office: Office, screens: Screens, address: str) -> None:
    """A person blocked the bot or let it in again; or the bot was put into a group."""
    if event.chat.type == "private":
        blocked = event.new_chat_member.status == "kicked"
        await people.set_blocked(office.database, event.from_user.id, office.clock.now() if blocked else None)
    elif event.old_chat_member.status in OUT and event.new_chat_member.status not in OUT:
        await screens.say(event.chat.id, pages.group(office.words, address))
