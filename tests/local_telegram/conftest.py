"""A server with a clock that only the test moves, an aiogram bot that talks to it, and plain calls."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bot.local_telegram import LocalTelegram

Call = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram(clock=clock, webhook_pause=0.02) as server:
        await server.add_person(1, "Айгүл", "Сәрсенова", username="aigul", language_code="kk", started=True)
        await server.add_person(2, "Ольга", language_code="ru", started=True)
        yield server


@pytest.fixture
async def bot(telegram: LocalTelegram) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(telegram.url))
    yield Bot(telegram.token, session)
    # aiogram's own close sleeps a quarter of a second, for connections that are encrypted.
    await (await session.create_session()).close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def call(telegram: LocalTelegram, http: aiohttp.ClientSession) -> Call:
    """`await call("sendMessage", chat_id=1, text="x")` gives the HTTP status and the body."""

    async def post(method: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
        async with http.post(f"{telegram.url}/bot{telegram.token}/{method}", json=parameters) as response:
            return response.status, await response.json()

    return post
