"""Reading a contest, following it, and the consent that begins an application."""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.domain.base import Refusal
from bot.domain.people import Person
from bot.services import consents, contests, forms, seasons
from bot.services.office import Office
from bot.telegram.buttons import ContestTap
from bot.telegram.filters import Moved
from bot.telegram.screens import Screen, Screens
from bot.telegram.views import contests as views
from bot.telegram.views import forms as form_views
from bot.telegram.views import results
from bot.words import Words
from handlers import commands


def setup() -> Router:
    """The router."""
    router = Router(name="contests")
    router.callback_query.register(on_tap, ContestTap.filter(), Moved())
    return router


async def on_tap(
    query: CallbackQuery, callback_data: ContestTap, person: Person, office: Office, screens: Screens
) -> None:
    """Shows what the tap asks for. Raises Refusal."""
    words = office.words[person.language or office.languages[0]]
    act, contest_id = callback_data.act, callback_data.contest
    toast = None
    match act:
        case "open" | "new":
            screen = await commands.contest(office, person, contest_id)
        case "follow" | "unfollow":
            await contests.follow(office, person, contest_id, act == "follow")
            toast = words.label(f"contest.{act}_done")
            screen = await commands.contest(office, person, contest_id)
        case "apply":
            screen = await _apply(office, person, contest_id, words, query.from_user.full_name)
        case _ if act.startswith("g."):
            announced = await contests.read(office, person, contest_id)
            back = f"contest:{announced.contest.id}"
            screen = await commands.guide(office, person, act.removeprefix("g."), back)
        case _ if act.startswith("agree"):
            screen = await _agree(office, person, contest_id, act, words, query.from_user.full_name)
        case _:
            screen = await _part(office, person, contest_id, act, words)
    if act == "new":
        await screens.answer(query, toast)
        await screens.show(person.telegram_id, screen)
    else:
        await screens.turn(query, screen, toast)


async def _apply(office: Office, person: Person, contest_id: str, words: Words, name: str) -> Screen:
    """The consent; whoever agreed before goes on with their application."""
    application = await forms.begin(office, person, contest_id)
    if application is None:
        announced = await contests.read(office, person, contest_id)
        erased = announced.moments["erased"]
        wording = consents.wording(
            office, announced.contest, words.language, erased, words.label("consent.you", name=name)
        )
        version = consents.version(consents.processing_texts(office, announced.contest, erased))
        return views.consent(words, announced.contest, wording, version)
    if application.state == "draft" and office.clock.now() <= application.closes_at:
        return form_views.form(words, await forms.resume(office, person, application.id))
    return form_views.application(words, forms.form(office, application), "", office.clock.now())


async def _agree(office: Office, person: Person, contest_id: str, act: str, words: Words, name: str) -> Screen:
    """Takes the consent; where the wording or the language is another than was read, it is shown anew."""
    announced = await contests.read(office, person, contest_id)
    version = consents.version(consents.processing_texts(office, announced.contest, announced.moments["erased"]))
    if act != f"agree.{version}.{words.language}":
        return await _apply(office, person, contest_id, words, name)
    return form_views.form(words, await forms.agree(office, person, contest_id, words.language))


async def _part(office: Office, person: Person, contest_id: str, part: str, words: Words) -> Screen:
    announced = await contests.read(office, person, contest_id)
    if part == "dates":
        return views.dates(words, announced)
    if part == "results" and announced.is_released:
        return results.page(words, announced.contest, await seasons.winners(office, contest_id))
    if part == "more":
        return views.about(words, announced, [office.library.guides[one] for one in announced.contest.guides])
    screen = views.section(words, announced, part)
    if screen is None:
        raise Refusal("refusal.old_button")
    return screen
