"""Taps of organisers."""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.domain.base import Refusal
from bot.domain.people import Person
from bot.services import guardians, people
from bot.services.office import Office
from bot.telegram.buttons import OrganiserTap, PaperTap
from bot.telegram.filters import Moved
from bot.telegram.screens import Screen, Screens
from bot.telegram.views import organisers as views
from bot.telegram.views import pages


def setup() -> Router:
    """The router."""
    router = Router(name="organisers")
    router.callback_query.register(on_paper, PaperTap.filter(), Moved())
    router.callback_query.register(on_organisers, OrganiserTap.filter(), Moved())
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


async def on_organisers(
    query: CallbackQuery, callback_data: OrganiserTap, person: Person, office: Office, screens: Screens, address: str
) -> None:
    """An owner invites and removes organisers. Raises Refusal."""
    screen = await _organisers(office, person, callback_data, address)
    await screens.turn(query, screen)


async def _organisers(office: Office, person: Person, tap: OrganiserTap, address: str) -> Screen:
    words = office.words[person.language or office.languages[0]]
    match tap.act:
        case "list":
            return views.organisers(words, await people.organisers(office, person))
        case "invite":
            token, expires = await people.invite(office, person)
            return views.invitation(words, f"{address}?start=o_{token}", expires)
        case "ask":
            held = await people.organisers(office, person)
            found = next((one for one in held if one.person_id == tap.person), None)
            return views.removal(words, found) if found else views.organisers(words, held)
        case "remove":
            return views.organisers(words, await people.remove(office, person, tap.person))
    raise Refusal("refusal.old_button")
