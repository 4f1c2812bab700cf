"""Taps in guides: the busiest handler of the bot, so it reads and writes in one statement."""

from __future__ import annotations

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.domain import deep_links
from bot.services import guides
from bot.services.office import Office
from bot.telegram.buttons import GuideTap
from bot.telegram.screens import Screens
from bot.telegram.views.guides import Steps
from handlers import fallback, reports


def setup() -> Router:
    """The router."""
    router = Router(name="guides")
    router.callback_query.register(on_tap, GuideTap.filter())
    return router


async def on_tap(query: CallbackQuery, callback_data: GuideTap, office: Office, screens: Screens, steps: Steps) -> None:
    """Shows the step that the tap leads to."""
    who, tap = query.from_user.id, callback_data
    if tap.act == "x":
        await reports.on_stuck(query, tap, office, screens)
        return
    if tap.act == "o":
        page = await guides.resume(office, who, tap.guide)
    elif tap.act.startswith(">"):
        page = await guides.jump(office, who, tap.guide, tap.step, tap.act.removeprefix(">"))
    else:
        page = await guides.turn(office, who, tap.guide, tap.step, tap.act)
    if page is None or page.person.language is None:
        await fallback.ask_language(query, office, screens, deep_links.to_guide(tap.guide, tap.step))
        return
    await screens.turn(query, steps(office.words[page.person.language], page))
