"""Fixtures of this folder: a fixed day in the season, and no tap without an answer."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiogram.client.session.aiohttp import AiohttpSession

from bot.clock import Clock
from bot.local_telegram import LocalTelegram
from tests.house import House, running

TODAY = datetime(2026, 12, 1, 6, tzinfo=UTC)
"""11:00 in Kazakhstan, while the contest of content/ takes applications."""
CONTENT = Path(__file__).parent / "content"


@pytest.fixture(scope="session", autouse=True)
def _no_wait_for_tls() -> Iterator[None]:
    """aiogram waits a quarter of a second when a session closes, for TLS that a Telegram on this machine has not."""

    async def close(session: AiohttpSession) -> None:
        if session._session is not None and not session._session.closed:
            await session._session.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AiohttpSession, "close", close)
        yield


@pytest.fixture
def clock() -> Clock:
    """A clock that the test moves; every test begins on the same day."""
    return Clock(TODAY - Clock().now())


@pytest.fixture
def unanswered() -> list[str]:
    """The ids of taps that a test leaves without an answer on purpose."""
    return []


@pytest.fixture(autouse=True)
async def _every_tap_is_answered(telegram: LocalTelegram, unanswered: list[str]) -> AsyncIterator[None]:
    yield
    left = [tap.data for tap in await telegram.answers() if not tap.answered and tap.query_id not in unanswered]
    assert left == []


@pytest.fixture
async def fair(tmp_path: Path, migrated: Path, telegram: LocalTelegram, clock: Clock) -> AsyncIterator[House]:
    """The whole bot with the contests of this folder, which ask for every kind of answer."""
    shutil.copy(migrated, tmp_path / "bot.sqlite3")
    async with running(tmp_path, telegram, clock, content={"path": CONTENT}) as house:
        yield house
