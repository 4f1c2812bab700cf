"""Organisers take out what they hold of a contest: its table, and its files. They are made and sent by the
delivery."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.domain.people import Person
from bot.services import exports
from bot.services.office import Office
from bot.telegram.buttons import DecisionTap, SeasonTap
from bot.telegram.filters import Known
from bot.telegram.screens import Screens
from bot.telegram.views import exports as views
from bot.words import Words


def setup() -> Router:
    """The router; it comes before that of the seasons, which takes every other tap at a contest."""
    router = Router(name="exports")
    router.callback_query.register(on_table, SeasonTap.filter(F.act == "table"), Known())
    router.callback_query.register(on_files, SeasonTap.filter(F.act == "files"), Known())
    router.callback_query.register(on_archives, SeasonTap.filter(F.act == "zip"), Known())
    router.callback_query.register(on_files_of_application, DecisionTap.filter(F.act == "zip"), Known())
    return router


async def on_table(
    query: CallbackQuery, callback_data: SeasonTap, person: Person, office: Office, screens: Screens
) -> None:
    """Orders a contest's table; the screen stays. Raises Refusal."""
    await exports.ask_for_table(office, person, callback_data.contest)
    await screens.answer(query, _words(office, person).label("export.table_comes"), alert=True)


async def on_files(
    query: CallbackQuery, callback_data: SeasonTap, person: Person, office: Office, screens: Screens
) -> None:
    """Shows how much all files of a contest are, before they are ordered. Raises Refusal."""
    screen = views.files(_words(office, person), *await exports.plan(office, person, callback_data.contest))
    await screens.answer(query)
    await screens.turn(query, screen)


async def on_archives(
    query: CallbackQuery, callback_data: SeasonTap, person: Person, office: Office, screens: Screens
) -> None:
    """Orders all files of a contest; the screen stays. Raises Refusal."""
    count = await exports.ask_for_files(office, person, callback_data.contest)
    await screens.answer(query, _words(office, person).label("files.come", parts=count), alert=True)


async def on_files_of_application(
    query: CallbackQuery, callback_data: DecisionTap, person: Person, office: Office, screens: Screens
) -> None:
    """Orders all files of an application; the screen stays. Raises Refusal."""
    await exports.ask_for_files_of(office, person, callback_data.application)
    await screens.answer(query, _words(office, person).label("review.file_comes"))


def _words(office: Office, person: Person) -> Words:
    return office.words[person.language or office.languages[0]]
