"""What no other handler expects: people who chose no language yet, and buttons of another time."""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot.services.office import Office
from bot.storage import people
from bot.telegram.screens import Screens
from bot.telegram.views import pages

LINK_LIMIT = 48
"""A start link's payload that still fits into a language button beside the language; links are ASCII."""


def setup() -> Router:
    """The router."""
    router = Router(name="fallback")
    router.callback_query.register(on_unknown_tap)
    router.message.register(on_stranger)
    router.edited_message.register(on_stranger)
    return router


async def ask_language(event: CallbackQuery | Message, office: Office, screens: Screens, payload: str = "") -> None:
    """Asks for the language in every language; the button carries on to where the person wanted to go."""
    user = event.from_user
    if user is None:
        return
    await people.arrive(office.database, user.id, office.clock.now())
    link = payload[:LINK_LIMIT].replace(":", "") if payload.isascii() else ""
    screen = pages.languages(office.words, user.language_code, link)
    if isinstance(event, CallbackQuery):
        await screens.answer(event)
    await screens.show(user.id, screen)


async def on_unknown_tap(query: CallbackQuery, office: Office, screens: Screens) -> None:
    """A button that nobody knows (any more), or a tap of someone who chose no language."""
    person = await people.find(office.database, query.from_user.id)
    if person is None or person.language is None:
        await ask_language(query, office, screens)
        return
    words = office.words[person.language]
    # Below the menu nothing is asked: what is typed there must not become an answer.
    await people.stand(office.database, person.telegram_id, "", None, office.clock.now())
    await screens.answer(query, words.label("refusal.old_button"), alert=True)
    await screens.show(person.telegram_id, pages.menu(words))


async def on_stranger(message: Message, office: Office, screens: Screens) -> None:
    """A message of someone who chose no language."""
    await ask_language(message, office, screens)
