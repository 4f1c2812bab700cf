"""The commands that Telegram lists beside the message field, per language and role, and the bot's description."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat

from bot.domain.people import Person
from bot.services import people
from bot.services.office import Office
from bot.words import Words

log = structlog.get_logger(__name__)

STAFF_COMMANDS = ("applications", "papers", "reports", "announcements", "guidestats")
OWNER_COMMANDS = ("organisers",)
COMMANDS = ("menu", "guides", "contests", "status", "language", "settings", "help", "cancel", "mydata", "forget")


def commands(words: Words, names: Iterable[str] = COMMANDS) -> list[BotCommand]:
    """The commands in one language."""
    return [BotCommand(command=name, description=words.label(f"command.{name}")) for name in names]


async def register_for_all(bot: Bot, office: Office, stop: asyncio.Event) -> None:
    """Registers the commands and descriptions in every language, until `stop`; the first stands for all others.

    Failing is no error: the bot works without.
    """
    scope = BotCommandScopeAllPrivateChats()
    try:
        for language, words in [("", office.words[office.languages[0]]), *office.words.items()]:
            await bot.set_my_commands(commands(words), scope=scope, language_code=language)
            await bot.set_my_description(words.label("bot.description"), language_code=language)
            await bot.set_my_short_description(words.label("bot.short_description"), language_code=language)
            if stop.is_set():
                return
        for member in await people.staff(office):
            await register_for(bot, office, member)
    except AiogramError as error:
        log.warning("commands are not registered", error=type(error).__name__)


async def register_for(bot: Bot, office: Office, person: Person) -> None:
    """Registers the commands of a chat: of the person's role, in the language that they chose, whatever their
    Telegram speaks."""
    words = office.words[person.language or office.languages[0]]
    names = [*COMMANDS]
    names += STAFF_COMMANDS if await people.is_staff(office, person) else ()
    names += OWNER_COMMANDS if await people.is_owner(office, person) else ()
    try:
        await bot.set_my_commands(commands(words, names), scope=BotCommandScopeChat(chat_id=person.telegram_id))
    except AiogramError as error:
        log.warning("commands are not registered", error=type(error).__name__)
