"""What every error of TELEGRAM.md, section 2, means for what was to be sent, made by a session and a server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramMigrateToChat, TelegramNetworkError
from aiogram.methods import SendMessage
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from bot.delivery.errors import Meaning, Verdict, verdict
from bot.local_telegram import LocalTelegram
from bot.telegram.session import Session


@pytest.fixture
async def bot(telegram: LocalTelegram) -> AsyncIterator[Bot]:
    """A bot with the project's session; person 1 has started it."""
    await telegram.add_person(1, "Нина", started=True)
    made = Bot(telegram.token, Session(TelegramAPIServer.from_base(telegram.url)))
    yield made
    # aiogram's own close sleeps, for connections that are encrypted.
    await (await made.session.create_session()).close()  # type: ignore[attr-defined]


async def _error(bot: Bot, chat_id: int = 1) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011  # which error it is, the caller says
        await bot(SendMessage(chat_id=chat_id, text="x"))
    return caught.value


REFUSALS: list[tuple[int, str, str, Meaning]] = [
    (403, "Forbidden: bot was blocked by the user", "TelegramForbiddenError", "blocked"),
    (403, "Forbidden: user is deactivated", "TelegramForbiddenError", "gone"),
    (403, "Forbidden: bot can't initiate conversation with a user", "TelegramForbiddenError", "blocked"),
    (403, "Forbidden: the bot can't send messages to the bot", "TelegramForbiddenError", "blocked"),
    (403, "Forbidden: bot was kicked from the supergroup chat", "TelegramForbiddenError", "blocked"),
    (403, "Forbidden: bot is not a member of the channel chat", "TelegramForbiddenError", "blocked"),
    (403, "Forbidden: the group chat was deleted", "TelegramForbiddenError", "blocked"),
    (400, "Bad Request: chat not found", "TelegramBadRequest", "blocked"),
    (400, "Bad Request: private chat not found", "TelegramBadRequest", "blocked"),
    (400, "Bad Request: message is not modified: specified new message content", "TelegramBadRequest", "same"),
    (400, "Bad Request: message to edit not found", "TelegramBadRequest", "failed"),
    (400, "Bad Request: message can't be deleted", "TelegramBadRequest", "failed"),
    (400, "Bad Request: query is too old and response timeout expired", "TelegramBadRequest", "content"),
    (400, "Bad Request: can't parse entities: unsupported start tag", "TelegramBadRequest", "content"),
    (400, "Bad Request: message is too long", "TelegramBadRequest", "content"),
    (400, "Bad Request: BUTTON_DATA_INVALID", "TelegramBadRequest", "content"),
    (400, "Bad Request: wrong file identifier/HTTP URL specified", "TelegramBadRequest", "content"),
    (401, "Unauthorized", "TelegramUnauthorizedError", "not_sent"),
    (404, "Not Found", "TelegramNotFound", "not_sent"),
    (409, "Conflict: terminated by other getUpdates request", "TelegramConflictError", "content"),
    (413, "Request Entity Too Large", "TelegramEntityTooLarge", "content"),
    (500, "Internal Server Error: restart", "RestartingTelegram", "unknown"),
    (500, "Internal Server Error: sent message was immediately deleted", "TelegramServerError", "unknown"),
    (502, "Bad Gateway", "TelegramServerError", "unknown"),
]


@pytest.mark.parametrize(("status", "description", "name", "meaning"), REFUSALS, ids=[row[1] for row in REFUSALS])
async def test_a_refusal(
    telegram: LocalTelegram, bot: Bot, status: int, description: str, name: str, meaning: Meaning
) -> None:
    await telegram.add_fault("400", "sendMessage", status=status, description=description)
    error = await _error(bot)
    said = verdict(error)
    assert (type(error).__name__, said.meaning, said.seconds) == (name, meaning, 0)
    assert said.reason == description[:64]


async def test_what_the_server_says_of_people(telegram: LocalTelegram, bot: Bot) -> None:
    """The same texts, without a fault: as the server makes them itself."""
    await telegram.block(1)
    assert verdict(await _error(bot)).meaning == "blocked"
    await telegram.unblock(1)
    await telegram.deactivate(1)
    assert verdict(await _error(bot)).reason == "Forbidden: user is deactivated"
    assert verdict(await _error(bot, 404)).meaning == "blocked"


async def test_patience(telegram: LocalTelegram, bot: Bot) -> None:
    await telegram.add_fault("429", "sendMessage", retry_after=35)
    said = verdict(await _error(bot))
    assert (said.meaning, said.seconds) == ("wait", 35.0)


def test_a_group_that_became_a_supergroup() -> None:
    method = SendMessage(chat_id=-1, text="x")
    said = verdict(TelegramMigrateToChat(method=method, message="upgraded to a supergroup chat", migrate_to_chat_id=-2))
    assert said.meaning == "failed"


async def test_a_gateway_that_speaks_html(telegram: LocalTelegram, bot: Bot) -> None:
    for kind in ("5xx_html", "5xx_html_after"):
        await telegram.add_fault(kind, "sendMessage")
        error = await _error(bot)
        assert (type(error).__name__, verdict(error).meaning) == ("ClientDecodeError", "unknown")
    assert await telegram.received(1, "x") == 1


async def test_a_connection_that_is_cut(telegram: LocalTelegram, bot: Bot) -> None:
    for kind in ("cut_before", "cut_after"):
        await telegram.add_fault(kind, "sendMessage")
        error = await _error(bot)
        assert isinstance(error, TelegramNetworkError)
        assert verdict(error).meaning == "unknown"
    assert await telegram.received(1, "x") == 1


async def test_a_server_that_is_not_there(telegram: LocalTelegram, bot: Bot) -> None:
    await telegram.pause_listening()
    error = await _error(bot)
    assert isinstance(error, TelegramNetworkError)
    assert verdict(error).meaning == "not_sent"


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_a_database_that_does_not_answer_sent_nothing(kind: type[DBAPIError]) -> None:
    assert verdict(kind("SELECT", None, Exception("busy"))) == Verdict("not_sent", kind.__name__)


async def test_a_server_that_says_nothing(telegram: LocalTelegram, bot: Bot) -> None:
    held = await telegram.add_fault("hold_after", "sendMessage")
    with pytest.raises(TelegramNetworkError) as caught:
        await bot(SendMessage(chat_id=1, text="x"), request_timeout=1)
    await held.reached()
    assert verdict(caught.value).meaning == "unknown"
    await telegram.clear_faults()


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), OSError("x")])
async def test_an_error_of_another_kind_says_nothing_of_the_message(error: Exception) -> None:
    """A reason is stored beside the row: the kind of the error, never what it was about."""
    await asyncio.sleep(0)
    said = verdict(error)
    assert (said.meaning, said.reason) == ("unknown", type(error).__name__)
