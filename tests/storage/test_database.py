"""The two ways into the database: transactions, locks, moments."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import bindparam, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from bot.storage import people
from bot.storage.database import Database, rows
from bot.storage.tables import contests
from bot.storage.tables import people as table
from tests.storage.samples import NOW, contest, person


async def test_no_update_is_lost_among_many(database: Database) -> None:
    await contest(database)

    async def one_more() -> None:
        async with database.write() as connection:
            statement = select(contests.c.last_number).where(contests.c.id == "quiz").with_for_update()
            number = (await rows(connection, statement))[0][0]
            await asyncio.sleep(0)
            await connection.execute(update(contests).values(last_number=number + 1))

    await asyncio.gather(*(one_more() for _ in range(60)))
    assert [row[0] for row in await database.read(select(contests.c.last_number))] == [60]


async def test_a_failure_takes_everything_back(database: Database) -> None:
    await contest(database)

    async def fail() -> None:
        async with database.write() as connection:
            await connection.execute(update(contests).values(last_number=5))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert [row[0] for row in await database.read(select(contests.c.last_number))] == [0]
    async with database.write() as connection:
        await connection.execute(update(contests).values(last_number=7))
    assert [row[0] for row in await database.read(select(contests.c.last_number))] == [7]


async def test_a_cancelled_transaction_leaves_the_way_free(database: Database) -> None:
    await contest(database)
    inside = asyncio.Event()

    async def hold() -> None:
        async with database.write() as connection:
            await connection.execute(update(contests).values(last_number=5))
            inside.set()
            await asyncio.Event().wait()

    holding = asyncio.create_task(hold())
    await inside.wait()
    holding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holding
    await database.run(update(contests).values(last_number=contests.c.last_number + 1))
    assert [row[0] for row in await database.read(select(contests.c.last_number))] == [1]


async def test_what_is_not_committed_is_not_read(database: Database) -> None:
    await contest(database)
    async with database.write() as connection:
        await connection.execute(update(contests).values(last_number=5))
        assert [row[0] for row in await database.read(select(contests.c.last_number))] == [0]
    assert [row[0] for row in await database.read(select(contests.c.last_number))] == [5]


async def test_one_statement_gives_its_rows(database: Database) -> None:
    await contest(database)
    statement = update(contests).values(last_number=bindparam("n")).returning(contests.c.last_number)
    assert [tuple(row) for row in await database.run(statement, {"n": 3})] == [(3,)]
    assert await database.run(update(contests).values(last_number=4)) == []
    assert await database.row(select(contests.c.id).where(contests.c.id == "gone")) is None


async def test_a_naive_moment_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="a moment without a zone"):
        await people.arrive(database, 1, datetime(2026, 11, 21, 9))  # noqa: DTZ001
    assert await people.count(database) == 0


async def test_a_moment_comes_back_aware_in_utc(database: Database) -> None:
    await people.arrive(database, 1, datetime(2026, 11, 21, 14, 0, 0, 123456, tzinfo=timezone(timedelta(hours=5))))
    row = await database.row(select(table.c.seen_at, table.c.blocked_at))
    assert row is not None
    assert row[0] == datetime(2026, 11, 21, 9, 0, 0, 123456, tzinfo=UTC)
    assert row[0].tzinfo is UTC
    assert row[1] is None


async def test_a_reference_to_nothing_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):
        await database.run(
            text("INSERT INTO roles (person_id, role, given_at) VALUES (77, 'owner', '2026-11-21 09:00:00+00:00')")
        )


async def test_an_error_does_not_say_what_was_stored(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught:
        await database.run(text("INSERT INTO nowhere VALUES (:name)"), {"name": "Образцова Анна"})
    assert "Образцова" not in str(caught.value)


async def test_sqlite_keeps_what_was_confirmed(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/bot.sqlite3")
    async with database.write() as connection:
        values = [
            (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    await database.close()
    assert values == ["wal", 2, 1]


async def test_a_deleted_person_takes_their_roles_along(database: Database) -> None:
    number = await person(database, 1)
    async with database.write() as connection:
        await people.give_role(connection, number, "owner", NOW)
        await people.give_role(connection, number, "owner", NOW)
    assert [one.telegram_id for one in await people.with_role(database, "owner")] == [1]
    async with database.write() as connection:
        await people.erase(connection, number)
    assert await people.with_role(database, "owner") == []
    assert (await database.read(text("SELECT count(*) FROM roles")))[0][0] == 0
