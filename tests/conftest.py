"""Fixtures that more than one folder uses."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from bot import logs
from bot.clock import Clock
from bot.local_telegram import LocalTelegram
from bot.storage import schema
from bot.storage.database import Database
from tests.house import House, running

POSTGRES = os.environ.get("TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


@pytest.fixture(scope="session", autouse=True)
def _logs() -> None:
    logs.configure("json", "WARNING")


@pytest.fixture
def clock() -> Clock:
    """A clock that the test moves."""
    return Clock()


@pytest.fixture
async def telegram(clock: Clock) -> AsyncIterator[LocalTelegram]:
    """A Telegram on this machine without anyone in it."""
    async with LocalTelegram(clock=clock.now, on_clock_move=clock.move, username="test_bot") as telegram:
        yield telegram


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables: migrating costs more than copying."""
    path = tmp_path_factory.mktemp("template") / "bot.sqlite3"

    async def make() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await schema.upgrade(database)
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture
async def house(tmp_path: Path, migrated: Path, telegram: LocalTelegram, clock: Clock) -> AsyncIterator[House]:
    """The whole bot with the project's own content, on SQLite."""
    shutil.copy(migrated, tmp_path / "bot.sqlite3")
    async with running(tmp_path, telegram, clock) as house:
        yield house


@asynccontextmanager
async def fresh_postgres() -> AsyncIterator[str]:
    """The URL of an empty PostgreSQL database of its own; skips the test where no server answers."""
    try:
        connection = await asyncpg.connect(POSTGRES, timeout=2)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        pytest.skip("no PostgreSQL answers")
    name = f"bot_test_{os.getpid()}"
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {name}")
    try:
        yield POSTGRES.replace("postgresql://", "postgresql+asyncpg://").rsplit("/", 1)[0] + f"/{name}"
    finally:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path, migrated: Path) -> AsyncIterator[Database]:
    """An empty database with all tables, on each engine that is there."""
    async with AsyncExitStack() as stack:
        if request.param == "sqlite":
            shutil.copy(migrated, tmp_path / "bot.sqlite3")
            url = f"sqlite+aiosqlite:///{tmp_path}/bot.sqlite3"
        else:
            url = await stack.enter_async_context(fresh_postgres())
        database = Database(url)
        stack.push_async_callback(database.close)
        await schema.upgrade(database)
        yield database
