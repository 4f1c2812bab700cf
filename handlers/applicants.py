"""Taps of applicants: answers that buttons carry, the summary, sending in, withdrawing, the guardian."""

from __future__ import annotations

from dataclasses import replace

from aiogram import Router
from aiogram.types import CallbackQuery, Update

from bot.domain.base import Refusal
from bot.domain.people import Person
from bot.services import forms, guardians
from bot.services.office import Office
from bot.storage import people
from bot.telegram.buttons import AnswerTap, ApplicationTap
from bot.telegram.filters import Known
from bot.telegram.screens import Screen, Screens
from bot.telegram.views import forms as views
from bot.words import Words
from handlers import commands


def setup() -> Router:
    """The router."""
    router = Router(name="applicants")
    router.callback_query.register(on_answer, AnswerTap.filter(), Known())
    router.callback_query.register(on_act, ApplicationTap.filter(), Known())
    return router


async def on_answer(
    query: CallbackQuery,
    callback_data: AnswerTap,
    person: Person,
    office: Office,
    screens: Screens,
    event_update: Update,
) -> None:
    """Stores the answer that the button carries and shows what stands next. Raises Refusal."""
    tap = callback_data
    found = await forms.tap(office, person, tap.application, tap.question, tap.value, event_update.update_id)
    words = office.words[person.language or office.languages[0]]
    screen = replace(views.form(words, found), before=views.answered(words, found, tap.question))
    await screens.turn(query, screen)


async def on_act(
    query: CallbackQuery,
    callback_data: ApplicationTap,
    person: Person,
    office: Office,
    screens: Screens,
    address: str,
) -> None:
    """Does what the tap asks for. Raises Refusal."""
    words = office.words[person.language or office.languages[0]]
    tap = callback_data
    screen = await _screen(office, person, tap, words, address)
    if tap.act in ("new", "fix", "go"):
        await screens.answer(query)
        await screens.show(person.telegram_id, screen)
    else:
        await screens.turn(query, screen)


async def _screen(office: Office, person: Person, tap: ApplicationTap, words: Words, address: str) -> Screen:
    now = office.clock.now()
    match tap.act:
        case "open" | "new":
            await people.stand(office.database, person.telegram_id, "", None, now)
            return views.application(words, await forms.own(office, person, tap.application), "", now)
        case "resume" | "go":
            return views.form(words, await forms.resume(office, person, tap.application))
        case "summary" | "ask":
            return views.form(words, await forms.ask(office, person, tap.application, tap.question))
        case "fix" if tap.question == guardians.PAPER:
            return views.guardian_paper(words, await guardians.expect_paper(office, person, tap.application))
        case "fix":
            return views.form(words, await forms.ask(office, person, tap.application, tap.question))
        case "submit":
            found = await forms.submit(office, person, tap.application)
            return views.application(words, found, "", now)
        case "withdraw":
            return views.withdraw(words, await forms.own(office, person, tap.application))
        case "confirm":
            found = await forms.withdraw(office, person, tap.application)
            return views.application(words, found, "", now)
        case "guides":
            found = await forms.own(office, person, tap.application)
            return views.guides(words, found, [office.library.guides[one] for one in found.contest.guides])
        case "guide":
            found = await forms.own(office, person, tap.application)
            return await commands.guide(office, person, tap.question, f"application:{found.application.id}")
        case "link":
            return await _link(office, person, tap.application, words, address)
        case "paper":
            return views.guardian_paper(words, await guardians.expect_paper(office, person, tap.application))
    raise Refusal("refusal.old_button")


async def _link(office: Office, person: Person, application_id: int, words: Words, address: str) -> Screen:
    token = await guardians.invite(office, person, application_id)
    found = await forms.own(office, person, application_id)
    return views.guardian_link(words, found, f"{address}?start=k_{token}")
