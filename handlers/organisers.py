"""Taps of organisers."""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.domain.base import Refusal
from bot.domain.people import Person
from bot.services import guardians
from bot.services.office import Office
from bot.telegram.buttons import PaperTap
from bot.telegram.filters import Known
from bot.telegram.screens import Screens
from bot.telegram.views import pages


def setup() -> Router:
    """The router."""
    router = Router(name="organisers")
    router.callback_query.register(on_paper, PaperTap.filter(), Known())
    return router


async def on_paper(
    query: CallbackQuery, callback_data: PaperTap, person: Person, office: Office, screens: Screens
) -> None:
    """Accepts or declines a guardian's signed paper. Raises Refusal."""
    if callback_data.act not in ("yes", "no"):
        raise Refusal("refusal.old_button")
    accepted = callback_data.act == "yes"
    await guardians.review(office, person, callback_data.file, accepted)
    words = office.words[person.language or office.languages[0]]
    key = "review.accepted" if accepted else "review.declined"
    await screens.answer(query, words.label(key))
    await screens.show(person.telegram_id, pages.notice(words, words(key)))
