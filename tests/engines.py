"""One PostgreSQL database for many tests, emptied before each: making one costs more than what is tested."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import delete

from bot.storage import schema
from bot.storage.database import Database
from bot.storage.tables import metadata
from tests.conftest import POSTGRES


@contextmanager
def shared_postgres() -> Iterator[str | None]:
    """The URL of a database with all tables; None where no server answers."""
    name = f"bot_rooms_{os.getpid()}"
    url = POSTGRES.replace("postgresql://", "postgresql+asyncpg://").rsplit("/", 1)[0] + f"/{name}"

    async def command(*statements: str) -> None:
        connection = await asyncpg.connect(POSTGRES, timeout=2)
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    async def make() -> None:
        await command(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
        database = Database(url)
        await schema.upgrade(database)
        await database.close()

    try:
        asyncio.run(make())
    except (OSError, asyncpg.PostgresError, TimeoutError):
        yield None
        return
    try:
        yield url
    finally:
        asyncio.run(command(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@asynccontextmanager
async def empty(engine: str, folder: Path, migrated: Path, postgres: str | None) -> AsyncIterator[Database]:
    """An empty database with all tables on `engine`; skips the test where it is not there."""
    if engine == "sqlite":
        shutil.copy(migrated, folder / "bot.sqlite3")
        database = Database(f"sqlite+aiosqlite:///{folder}/bot.sqlite3")
    elif postgres is None:
        pytest.skip("no PostgreSQL answers")
    else:
        database = Database(postgres)
        async with database.write() as connection:
            for table in reversed(metadata.sorted_tables):
                await connection.execute(delete(table))
    try:
        yield database
    finally:
        await database.close()
