"""Two processes started by mistake on one database: one works, the other says so and takes over."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

from bot.storage.database import Database
from bot.storage.seat import Seat, SeatLost
from tests.conftest import fresh_postgres
from tests.delivery.processes import Place

WAITS = "Another process works on this database"


async def _one_works_and_one_waits(there: Place) -> None:
    first = await there.start()
    second = await there.start_another()
    await second.says(WAITS)
    await there.telegram.add_person(1, "Нина", language_code="ru")
    await there.telegram.start_bot(1)
    await there.telegram.wait_message(1, "Здравствуйте")
    await first.kill()
    await second.ready()
    await there.telegram.tap(1, "Русский")
    await there.telegram.wait_message(1, "Главное меню")
    assert await second.stop() == 0


async def test_the_second_takes_over_when_the_first_dies(there: Place) -> None:
    await _one_works_and_one_waits(there)


async def test_the_same_on_postgresql(on_postgres: Place) -> None:
    await _one_works_and_one_waits(on_postgres)


async def test_whoever_waits_can_be_stopped(there: Place) -> None:
    await there.start()
    second = await there.start_another()
    await second.says(WAITS)
    assert await second.stop() == 0


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_a_seat_is_free_again_when_it_is_left(engine: str, tmp_path: Path, migrated: Path) -> None:
    if engine == "sqlite":
        await _changes_hands(f"sqlite+aiosqlite:///{migrated}")
        return
    async with fresh_postgres() as url:
        await _changes_hands(url)


async def _changes_hands(url: str) -> None:
    one, other = Database(url), Database(url)
    first, second = Seat(one), Seat(other)
    assert (await first.try_to_take(), await first.try_to_take(), await second.try_to_take()) == (True, True, False)
    await first.leave()
    assert await second.take(asyncio.Event())
    assert not await first.try_to_take()
    await second.leave()
    await one.close()
    await other.close()


async def test_who_lost_the_connection_cannot_claim() -> None:
    async with fresh_postgres() as url:
        database, other = Database(url), Database(url)
        seat = Seat(database)
        assert await seat.try_to_take()
        await _cut_off(url)
        with pytest.raises(SeatLost):
            await _write(seat)
        heir = Seat(other)
        assert await heir.try_to_take()
        with pytest.raises(SeatLost):
            await _write(seat)
        await seat.leave()
        await heir.leave()
        await database.close()
        await other.close()


async def _write(seat: Seat) -> None:
    async with seat.write() as connection:
        await connection.exec_driver_sql("SELECT 1")


async def _cut_off(url: str) -> None:
    """Ends the connection that holds the advisory lock, from the server's side."""
    admin = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
        " WHERE locktype = 'advisory' AND datname = current_database()"
    )
    await admin.close()


async def test_a_process_that_lost_its_seat_ends(on_postgres: Place) -> None:
    telegram = on_postgres.telegram
    bot = await on_postgres.start()
    await telegram.add_person(1, "Нина", language_code="ru")
    await telegram.start_bot(1)
    await telegram.wait_message(1, "Здравствуйте")
    await telegram.tap(1, "Русский")
    await telegram.wait_message(1, "Главное меню")
    await _cut_off(on_postgres.database)
    # What is to be sent cannot be claimed any more.
    await telegram.send_text(1, "/mydata")
    assert await bot.ended() == 2
    assert any("start again" in line for line in bot.said)
