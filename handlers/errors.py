"""A refusal is told to the person in their language; any other error gets an id that both sides can quote."""

from __future__ import annotations

import secrets

import structlog
from aiogram import Router
from aiogram.exceptions import TelegramForbiddenError, TelegramRetryAfter
from aiogram.filters import ExceptionTypeFilter
from aiogram.types import ErrorEvent, Update, User
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.domain.base import Refusal
from bot.services.office import Office
from bot.services.people import put_off_screen
from bot.storage import people
from bot.telegram.receiver import TryAgain
from bot.telegram.screens import Screens
from bot.telegram.session import PASSING
from bot.telegram.views import pages
from bot.words import Words

log = structlog.get_logger(__name__)

ALERT_LIMIT = 200


def setup() -> Router:
    """The router."""
    router = Router(name="errors")
    router.error.register(on_refusal, ExceptionTypeFilter(Refusal))
    router.error.register(on_blocked, ExceptionTypeFilter(TelegramForbiddenError))
    router.error.register(on_database, ExceptionTypeFilter(OperationalError, InterfaceError))
    router.error.register(on_trouble, ExceptionTypeFilter(TelegramRetryAfter, *PASSING))
    router.error.register(on_error)
    return router


async def on_refusal(event: ErrorEvent, office: Office, screens: Screens) -> None:
    """Says why not. A tap gets it as an alert; after an old button comes the menu."""
    assert isinstance(event.exception, Refusal)
    refusal, user = event.exception, _user(event.update)
    if user is None:
        return
    words = await _words(office, user)
    query = event.update.callback_query
    label = words.label(refusal.key, **refusal.values)
    if query and len(label) <= ALERT_LIMIT:
        await screens.answer(query, label, alert=True)
        if refusal.key != "refusal.old_button":
            return
        # Below the menu nothing is asked: what is typed there must not become an answer.
        await people.stand(office.database, user.id, "", None, office.clock.now())
        await screens.show(user.id, pages.menu(words))
        return
    if query:
        await screens.answer(query)
    await screens.show(user.id, pages.notice(words, words(refusal.key, **refusal.values)))


async def on_blocked(event: ErrorEvent, office: Office) -> None:
    """The person blocked the bot while it answered."""
    user = _user(event.update)
    if user:
        await people.set_blocked(office.database, user.id, office.clock.now())


async def on_database(event: ErrorEvent) -> None:
    """The database does not answer: nothing was stored, and what was typed must not be lost. Raises TryAgain."""
    raise TryAgain from event.exception


async def on_trouble(event: ErrorEvent, office: Office) -> None:
    """Telegram did not take the reply: where the person stands is sent when it does. What they typed is stored."""
    error, user = event.exception, _user(event.update)
    log.warning("reply put off", update_id=event.update.update_id, error=type(error).__name__)
    if user is not None:
        seconds = error.retry_after if isinstance(error, TelegramRetryAfter) else 0
        await put_off_screen(office, user.id, seconds)


async def on_error(event: ErrorEvent, office: Office, screens: Screens) -> None:
    """Logs the error with an id, and tells the person what to do."""
    error_id = secrets.token_hex(3).upper()
    log.error("update failed", error_id=error_id, update_id=event.update.update_id, exc_info=event.exception)
    user = _user(event.update)
    if user is None:
        return
    words = await _words(office, user)
    query = event.update.callback_query
    if query:
        await screens.answer(query)
    await screens.show(user.id, pages.notice(words, words("error.text", id=error_id)))


def _user(update: Update) -> User | None:
    """Whom to answer in private; None for what happened in a group."""
    if update.callback_query:
        return update.callback_query.from_user
    message = update.message or update.edited_message
    return message.from_user if message and message.chat.type == "private" else None


async def _words(office: Office, user: User) -> Words:
    person = await people.find(office.database, user.id)
    return office.words[(person.language if person else None) or office.languages[0]]
