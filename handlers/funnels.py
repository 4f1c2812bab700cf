"""Organisers at the figures of guides: /guidestats and its taps. Pictures and tables are made in a thread."""

from __future__ import annotations

import asyncio

from aiogram import Router
from aiogram.filters import Command
from aiogram.methods import SendDocument
from aiogram.types import BufferedInputFile, CallbackQuery, Message

from bot.domain.base import Refusal
from bot.domain.people import Person
from bot.papers import funnels as papers
from bot.services import funnels
from bot.services.office import Office
from bot.telegram.buttons import FunnelTap
from bot.telegram.filters import IsCommand, Moved
from bot.telegram.screens import Screen, Screens
from bot.telegram.views import funnels as views
from bot.words import Words


def setup() -> Router:
    """The router."""
    router = Router(name="funnels")
    router.message.register(on_command, IsCommand(), Command("guidestats"), Moved())
    router.callback_query.register(on_tap, FunnelTap.filter(), Moved())
    return router


async def on_command(message: Message, person: Person, office: Office, screens: Screens) -> None:
    """Shows an organiser the guides. Raises Refusal for anyone else."""
    await screens.show(person.telegram_id, await _guides(office, person, _words(office, person)))


async def on_tap(
    query: CallbackQuery, callback_data: FunnelTap, person: Person, office: Office, screens: Screens
) -> None:
    """Shows the list, a guide's figures as a picture, or sends them as a table. Raises Refusal."""
    words, tap = _words(office, person), callback_data
    match tap.act:
        case "list":
            screen = await _guides(office, person, words)
            await screens.turn(query, screen)
        case "stale":
            screen = views.stale(words, await funnels.stale(office, person))
            await screens.turn(query, screen)
        case "open":
            funnel = await funnels.read(office, person, tap.guide, tap.period)
            await screens.answer(query)
            content = await asyncio.to_thread(papers.picture, words, funnel, tap.period)
            await screens.picture(query, f"{tap.guide}.png", content, views.below(words, funnel, tap.period))
        case "table":
            funnel = await funnels.read(office, person, tap.guide, tap.period)
            await screens.answer(query)
            content = await asyncio.to_thread(papers.table, words, funnel, tap.period)
            file = BufferedInputFile(content, f"{tap.guide}-{tap.period}.xlsx")
            await screens.post(SendDocument(chat_id=person.telegram_id, document=file))
        case _:
            raise Refusal("refusal.old_button")


async def _guides(office: Office, person: Person, words: Words) -> Screen:
    listed, stale = await funnels.guides(office, person), await funnels.stale(office, person)
    return views.guides(words, listed, stale)


def _words(office: Office, person: Person) -> Words:
    return office.words[person.language or office.languages[0]]
