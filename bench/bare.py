"""The baseline: aiogram as its documentation shows it, making the calls that our bot makes, and nothing else.

Stock Dispatcher, stock session, `start_polling`, no database, no languages. It is handed the screens that our bot
was seen to show, and builds each anew from aiogram's types for every update.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Any

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command, CommandStart
from aiogram.types import (
    CallbackQuery,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
)

from bot.local_telegram import DEFAULT_TOKEN

Screens = dict[str, dict[str, Any]]


def keyboard(screen: dict[str, Any]) -> InlineKeyboardMarkup | None:
    """The buttons of a recorded screen."""
    if not screen["rows"]:
        return None
    return InlineKeyboardMarkup(inline_keyboard=[[_button(one) for one in row] for row in screen["rows"]])


def _button(one: dict[str, Any]) -> InlineKeyboardButton:
    text, value = one["label"], one["value"]
    if one["kind"] == "url":
        return InlineKeyboardButton(text=text, url=value)
    if one["kind"] == "copy":
        return InlineKeyboardButton(text=text, copy_text=CopyTextButton(text=value))
    return InlineKeyboardButton(text=text, callback_data=value, style=one["style"])


class Shown:
    """Sends and edits, and takes the buttons of the screen before away, as our bot does."""

    def __init__(self, screens: Screens) -> None:
        self._screens = screens
        self._last: dict[int, int] = {}

    async def new(self, message: Message, bot: Bot) -> None:
        """A new message for a typed one."""
        screen = self._screens[message.text or ""]
        last = self._last.pop(message.chat.id, None)
        if last is not None:
            await bot.edit_message_reply_markup(chat_id=message.chat.id, message_id=last)
        sent = await message.answer(
            screen["html"],
            parse_mode="HTML",
            reply_markup=keyboard(screen),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        self._last[message.chat.id] = sent.message_id

    async def turn(self, query: CallbackQuery) -> None:
        """The tapped message becomes another screen."""
        screen = self._screens[query.data or ""]
        await query.answer()
        assert isinstance(query.message, Message)
        await query.message.edit_text(
            screen["html"],
            parse_mode="HTML",
            reply_markup=keyboard(screen),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        self._last[query.message.chat.id] = query.message.message_id


def setup(screens: Screens) -> Router:
    """A handler for each kind of update."""
    router, shown = Router(), Shown(screens)
    router.message.register(shown.new, CommandStart())
    router.message.register(shown.new, Command("status"))
    router.callback_query.register(shown.turn, F.data.startswith("g1:"))
    router.message.register(shown.new, F.text)
    return router


async def _serve(given: dict[str, Any], screens: Screens) -> None:
    bot = Bot(DEFAULT_TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(given["url"])))
    dispatcher = Dispatcher()
    dispatcher.include_router(setup(screens))
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    arguments = json.loads(sys.argv[1])
    asyncio.run(_serve(arguments, json.loads(Path(arguments["screens"]).read_text())))
