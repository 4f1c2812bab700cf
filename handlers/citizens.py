"""Taps on the menu's pages, the choice of a language, and the rights over one's data."""

from __future__ import annotations

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery

from bot.domain.base import Refusal
from bot.domain.people import Person
from bot.services import guardians, people, rights
from bot.services.office import Office
from bot.telegram.buttons import LanguageTap, PageTap, RightsTap
from bot.telegram.commands import register_for
from bot.telegram.filters import Known, Moved
from bot.telegram.screens import Screen, Screens
from bot.telegram.views import pages
from bot.telegram.views.where import where
from handlers import commands


def setup() -> Router:
    """The router."""
    router = Router(name="citizens")
    router.callback_query.register(on_language, LanguageTap.filter())
    router.callback_query.register(on_person, PageTap.filter(F.page == "person"), Known())
    router.callback_query.register(on_languages, PageTap.filter(F.page == "language"), Known())
    router.callback_query.register(on_disagree, PageTap.filter(F.page == "disagree"), Known())
    router.callback_query.register(on_page, PageTap.filter(), Moved())
    router.callback_query.register(on_rights, RightsTap.filter(), Moved())
    return router


async def on_language(
    query: CallbackQuery, callback_data: LanguageTap, office: Office, screens: Screens, bot: Bot
) -> None:
    """Takes the language, and goes on where the person stood or wanted to go."""
    person = await people.speak(office, query.from_user.id, callback_data.language)
    if callback_data.link:
        screen = await commands.opened(office, person, callback_data.link, query.from_user.full_name)
    else:
        screen = await where(office, person)
    await screens.turn(query, screen)
    await register_for(bot, office, person)


async def on_person(query: CallbackQuery, person: Person, office: Office, screens: Screens) -> None:
    """Says whom to call, in a message of its own: the screen that the person is at stays as it is."""
    await screens.answer(query)
    words = office.words[person.language or office.languages[0]]
    await screens.say(person.telegram_id, pages.person(words, office.department))


async def on_languages(query: CallbackQuery, person: Person, office: Office, screens: Screens) -> None:
    """Asks for the language anew."""
    await screens.turn(query, pages.languages(office.words, person.language))


async def on_disagree(query: CallbackQuery, person: Person, office: Office, screens: Screens) -> None:
    """A guardian does not agree."""
    words = office.words[person.language or office.languages[0]]
    if person.screen == "guardian":
        await guardians.decline(office, person)
    await screens.turn(query, pages.menu(words, words("guardian.not_agreed")))


async def on_page(
    query: CallbackQuery, callback_data: PageTap, person: Person, office: Office, screens: Screens
) -> None:
    """Opens a page of the menu. Raises Refusal for one that is not there."""
    screen = await commands.page(office, person, callback_data.page)
    if screen is None:
        raise Refusal("refusal.old_button")
    await screens.turn(query, screen)


async def on_rights(
    query: CallbackQuery, callback_data: RightsTap, person: Person, office: Office, screens: Screens
) -> None:
    """All my data; forget me."""
    words = office.words[person.language or office.languages[0]]
    match callback_data.act:
        case "all":
            await rights.ask_for_all(office, person)
            screen = pages.notice(words, words("mydata.coming"))
        case "forget":
            screen = pages.forget(words)
        case "confirm":
            await rights.forget(office, person)
            screen = Screen(words("forget.done"))
        case _:
            raise Refusal("refusal.old_button")
    await screens.turn(query, screen)
