"""Organisers take out what they hold of a contest: its table. It is made and sent by the delivery."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.domain.people import Person
from bot.services import exports
from bot.services.office import Office
from bot.telegram.buttons import SeasonTap
from bot.telegram.filters import Known
from bot.telegram.screens import Screens
from bot.words import Words


def setup() -> Router:
    """The router; it comes before that of the seasons, which takes every other tap at a contest."""
    router = Router(name="exports")
    router.callback_query.register(on_table, SeasonTap.filter(F.act == "table"), Known())
    return router


async def on_table(
    query: CallbackQuery, callback_data: SeasonTap, person: Person, office: Office, screens: Screens
) -> None:
    """Orders a contest's table; the screen stays. Raises Refusal."""
    await exports.ask_for_table(office, person, callback_data.contest)
    await screens.answer(query, _words(office, person).label("export.table_comes"), alert=True)


def _words(office: Office, person: Person) -> Words:
    return office.words[person.language or office.languages[0]]
