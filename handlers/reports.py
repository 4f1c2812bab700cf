"""That a step did not work: the taps and the words of who is at the step, and organisers who answer."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.domain import deep_links
from bot.domain.base import Refusal
from bot.domain.people import Person
from bot.services import guides
from bot.services import reports as service
from bot.services.forms import Upload
from bot.services.office import Office
from bot.storage import people
from bot.telegram.buttons import GuideTap, ReportsTap, ReportTap
from bot.telegram.filters import IsCommand, Known, Moved
from bot.telegram.screens import Screen, Screens
from bot.telegram.views import guides as guide_views
from bot.telegram.views import pages
from bot.telegram.views import reports as views
from bot.words import Words
from handlers import fallback


def setup() -> Router:
    """The router."""
    router = Router(name="reports")
    router.callback_query.register(on_report, ReportTap.filter(), Known())
    router.message.register(on_reports, IsCommand(), Command("reports"), Moved())
    router.callback_query.register(on_tap, ReportsTap.filter(), Known())
    return router


async def on_stuck(query: CallbackQuery, tap: GuideTap, office: Office, screens: Screens) -> None:
    """Asks what did not work at a step. Raises Refusal."""
    person = await people.find(office.database, query.from_user.id)
    if person is None or person.language is None:
        await fallback.ask_language(query, office, screens, deep_links.to_guide(tap.guide, tap.step))
        return
    found = await service.begin(office, person, tap.guide, tap.step)
    await screens.turn(query, views.stuck(_words(office, person), found))


async def on_report(
    query: CallbackQuery, callback_data: ReportTap, person: Person, office: Office, screens: Screens
) -> None:
    """Takes a reason; from a push, opens the report or the step in a new message. Raises Refusal."""
    words, tap = _words(office, person), callback_data
    match tap.act:
        case ".other":
            found = await service.begin(office, person, tap.guide, tap.step)
            screen = views.stuck(words, found) if found.report else views.own_words(words, found)
        case "new":
            screen = views.stuck(words, await service.begin(office, person, tap.guide, tap.step))
        case "step":
            screen = await _step(office, person, tap)
        case reason:
            reason = reason.removeprefix(".") if reason.startswith(".") else ""
            screen = views.stuck(words, await service.give_reason(office, person, tap.guide, tap.step, reason))
    if tap.act in ("new", "step"):
        await screens.answer(query)
        await screens.show(person.telegram_id, screen)
    else:
        await screens.turn(query, screen)


async def _step(office: Office, person: Person, tap: ReportTap) -> Screen:
    page = await guides.turn(office, person.telegram_id, tap.guide, tap.step, "s")
    if page is None:
        raise Refusal("refusal.old_button")
    return guide_views.step(_words(office, person), page, office.address)


async def take_words(office: Office, person: Person, text: str) -> Screen:
    """What somebody at a step typed about it; where it cannot be taken, why not, and the question once more."""
    words = _words(office, person)
    try:
        return views.stuck(words, await service.add_words(office, person, text))
    except Refusal as refusal:
        return await again(office, person, words(refusal.key, **refusal.values))


async def take_screenshot(office: Office, person: Person, message: Message, file: Upload) -> Screen:
    """The same with a picture, and the words below it."""
    words = _words(office, person)
    try:
        found = await service.add_screenshot(office, person, file, message.caption or "", message.date)
        return views.stuck(words, found)
    except Refusal as refusal:
        return await again(office, person, words(refusal.key, **refusal.values))


async def again(office: Office, person: Person, note: str) -> Screen:
    """The step of which somebody reports, below a sentence; the menu, where nothing is asked, when it is gone."""
    words = _words(office, person)
    try:
        return views.stuck(words, await service.current(office, person), note)
    except Refusal as refusal:
        await _leave(office, person)
        return pages.menu(words, words(refusal.key, **refusal.values))


# --- organisers


async def on_reports(message: Message, person: Person, office: Office, screens: Screens) -> None:
    """Shows an organiser the reports that wait. Raises Refusal for anyone else."""
    screen = views.listing(_words(office, person), await service.page(office, person, 0))
    await screens.show(person.telegram_id, screen)


async def on_tap(
    query: CallbackQuery, callback_data: ReportsTap, person: Person, office: Office, screens: Screens
) -> None:
    """An organiser's tap. Where it comes too late, says why and shows the report as it is now. Raises Refusal."""
    words, tap = _words(office, person), callback_data
    if tap.act == "file" and tap.value.isdecimal():
        await service.send_screenshot(office, person, tap.report, int(tap.value))
        await screens.answer(query, words.label("review.file_comes"))
        return
    try:
        screen = await _tapped(office, person, tap)
    except Refusal as refusal:
        if refusal.key not in LATE:
            raise
        screen = views.card(words, await service.card(office, person, tap.report))
        await _leave(office, person)
        await screens.turn(query, screen, words.label(refusal.key, **refusal.values), alert=True)
        return
    if tap.act == "new":
        await screens.answer(query)
        await screens.show(person.telegram_id, screen)
    else:
        await screens.turn(query, screen)


LATE = ("refusal.report.answered_by", "refusal.report.nobody_waits", "refusal.report.answer_gone")
"""Refusals after which the report is shown as it is now."""


async def _tapped(office: Office, person: Person, tap: ReportsTap) -> Screen:
    words = _words(office, person)
    match tap.act:
        case "list" | "new":
            found = await service.page(office, person, tap.report)
            await _leave(office, person)
            return views.listing(words, found)
        case "open":
            card = await service.card(office, person, tap.report)
            await _leave(office, person)
            return views.card(words, card)
        case "answer":
            card = await service.require_open(office, person, tap.report)
            await _ask(office, person, tap.report)
            return views.ask_answer(words, card)
        case "mended":
            card = await service.require_open(office, person, tap.report)
            return await _sure(office, person, card, office.words[card.language].label("report.mended"))
        case "send":
            return await _send(office, person, tap.report)
    raise Refusal("refusal.old_button")


async def _send(office: Office, person: Person, number: int) -> Screen:
    """Sends the answer that was typed last; the second of two taps finds it sent."""
    words = _words(office, person)
    card = await service.card(office, person, number)
    typed = await people.typed(office.database, person.id)
    if typed is not None and (person.screen, person.asked) == ("desk", f"report:{number}"):
        card = await service.answer(office, person, number, office.vault.open_text(typed))
        await _leave(office, person)
    elif card.report.answered_by != person.id:
        await service.require_open(office, person, number)
        raise Refusal("refusal.report.answer_gone")
    return views.card(words, card, words("reports.sent"))


async def take_answer(office: Office, person: Person, asked: list[str], message: Message) -> Screen:
    """Keeps a typed answer until it is confirmed: `asked` is the report. Raises Refusal."""
    if not message.text:
        raise Refusal("refusal.words_wanted")
    words, number = _words(office, person), int(asked[0])
    try:
        card = await service.require_open(office, person, number)
        return await _sure(office, person, card, service.checked_answer(message.text))
    except Refusal as refusal:
        note = words(refusal.key, **refusal.values)
        if refusal.key in LATE:
            await _leave(office, person)
            return views.card(words, await service.card(office, person, number), note)
        return views.ask_answer(words, await service.card(office, person, number), note)


async def _sure(office: Office, person: Person, card: service.Card, answer: str) -> Screen:
    await _ask(office, person, card.report.id, office.vault.seal_text(answer))
    return views.sure(_words(office, person), card, answer)


async def _ask(office: Office, person: Person, number: int, typed: bytes | None = None) -> None:
    now = office.clock.now()
    await people.stand(office.database, person.telegram_id, "desk", None, now, f"report:{number}", typed)


async def _leave(office: Office, person: Person) -> None:
    await people.stand(office.database, person.telegram_id, "", None, office.clock.now())


def _words(office: Office, person: Person) -> Words:
    return office.words[person.language or office.languages[0]]
