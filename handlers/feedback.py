"""Taps at the end of a guide: whether the person managed, and the survey."""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.domain.people import Person
from bot.services import feedback
from bot.services.office import Office
from bot.storage import people
from bot.telegram.buttons import FeedbackTap, GuideTap
from bot.telegram.filters import Known
from bot.telegram.screens import Screens
from bot.telegram.views import feedback as views
from bot.telegram.views import pages
from bot.telegram.views.guides import Steps
from handlers import guides


def setup() -> Router:
    """The router."""
    router = Router(name="feedback")
    router.callback_query.register(on_feedback, FeedbackTap.filter(), Known())
    return router


async def on_feedback(
    query: CallbackQuery, callback_data: FeedbackTap, person: Person, office: Office, screens: Screens, steps: Steps
) -> None:
    """Notes what the person says, and asks what comes next. Raises Refusal."""
    guide_id, act, value = callback_data.guide, callback_data.act, callback_data.value
    if act == "no":
        await feedback.manage(office, person, guide_id, False)
        at_the_step = GuideTap(guide=guide_id, step=value, act="x")
        await guides.on_tap(query, at_the_step, office, screens, steps)
        return
    if act == "yes":
        asked = await feedback.manage(office, person, guide_id, True)
    else:
        asked = await feedback.rate(office, person, guide_id, act, value)
    words = office.words[person.language or office.languages[0]]
    if asked:
        screen = views.question(words, guide_id, asked)
    else:
        # Below the menu nothing is asked: what is typed there must not become an answer.
        await people.stand(office.database, person.telegram_id, "", None, office.clock.now())
        screen = pages.menu(words, words("feedback.thanks"))
    await screens.turn(query, screen)
