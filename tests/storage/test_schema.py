"""Migrations and the tables they make, on each engine."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, delete, inspect, text

from bot.storage import files, people, schema
from bot.storage.database import Database
from bot.storage.tables import files as files_table
from bot.storage.tables import metadata
from tests.conftest import fresh_postgres
from tests.storage.samples import NOW, application


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of its own, migrated from nothing."""
    async with AsyncExitStack() as stack:
        url = f"sqlite+aiosqlite:///{tmp_path}/bot.sqlite3"
        if request.param == "postgresql":
            url = await stack.enter_async_context(fresh_postgres())
        database = Database(url)
        stack.push_async_callback(database.close)
        await schema.upgrade(database)
        yield database


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def differences(connection: Connection) -> list[Any]:
    # Of SQLite's defaults alembic takes '' for another one than ''.
    defaults = connection.dialect.name != "sqlite"
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": defaults})
    return list(compare_metadata(context, metadata))


async def seen(database: Database) -> set[str]:
    async with database.connect() as connection:
        return await connection.run_sync(tables)


async def test_up_down_up(database: Database) -> None:
    everything = {*metadata.tables, "alembic_version"}
    assert await seen(database) == everything
    await schema.upgrade(database, "base")
    assert await seen(database) == {"alembic_version"}
    await schema.upgrade(database)
    assert await seen(database) == everything
    assert (await people.arrive(database, 1, NOW)).telegram_id == 1


async def test_files_keep_their_rows_and_their_ids(database: Database) -> None:
    """The table is made anew in SQLite: what is in it stays, and an id that was given once never means another row."""
    sealed, values = {"telegram_id": b"t", "name": b"n"}, {"field": "work", "size": 1, "sent_at": NOW}
    made = await application(database)
    async with database.write() as connection:
        ids = [await files.add(connection, {"application_id": made.id, **sealed, **values}) for _ in range(3)]
        await connection.execute(delete(files_table).where(files_table.c.id == ids[-1]))
    async with database.connect() as connection:
        await connection.run_sync(lambda sync: command.downgrade(schema.alembic_config(sync), "0002"))
        await connection.commit()
    await schema.upgrade(database)
    assert await files.all_ids(database) == set(ids[:2])
    async with database.write() as connection:
        assert await files.add(connection, {"application_id": made.id, **sealed, **values}) == ids[-1] + 1


async def test_upgrading_twice_keeps_what_is_there(database: Database) -> None:
    await people.arrive(database, 1, NOW)
    await schema.upgrade(database)
    assert await people.count(database) == 1


async def test_the_migrated_tables_are_those_of_the_code(database: Database) -> None:
    async with database.connect() as connection:
        assert await connection.run_sync(differences) == []


def test_head_is_the_newest_migration() -> None:
    names = sorted(path.name for path in (schema.MIGRATIONS / "versions").glob("*.py"))
    assert names
    assert names[-1].split("_")[0] == schema.HEAD
    for name in names:
        assert re.fullmatch(r"\d{4}_[a-z_]+\.py", name)


def test_the_migrations_are_one_line() -> None:
    before: str | None = None
    for path in sorted((schema.MIGRATIONS / "versions").glob("*.py")):
        source = path.read_text()
        revision = path.name.split("_")[0]
        assert f'revision = "{revision}"' in source
        expected = f'"{before}"' if before else "None"
        assert f"down_revision = {expected}" in source
        before = revision


async def test_a_database_of_a_newer_bot_is_refused(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(schema.NewerDatabase, match="9999"):
        await schema.upgrade(database)


async def test_the_folder_of_the_database_is_made(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/deep/down/bot.sqlite3")
    await schema.upgrade(database)
    assert await people.count(database) == 0
    await database.close()
