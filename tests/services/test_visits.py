"""Which steps people reached: noted by taps, written down in bunches, dropped when they are old."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.services import guides, rights, visits
from bot.services.office import Office
from bot.storage import people
from bot.storage import visits as storage
from bot.storage.database import Database
from tests.services.rooms import NOW, StillClock, citizen, library


@asynccontextmanager
async def statements(database: Database) -> AsyncIterator[list[str]]:
    """The statements that are carried out in the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    # In PostgreSQL the others are the same engine with other options.
    engines = [database._writer.sync_engine, database._reader.sync_engine][: 2 if database.is_sqlite else 1]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


async def test_a_tap_is_one_statement_and_its_visit_none(office: Office) -> None:
    nina = await citizen(office, 1)
    await guides.turn(office, 1, "portal", "", "s")
    async with statements(office.database) as seen:
        for act in (".pc", "n", "s"):
            assert await guides.turn(office, 1, "portal", "device", act) is not None
    assert [one.split()[0] for one in seen] == ["UPDATE"] * 3
    assert await storage.of_person(office.database, nina.id) == []
    await visits.write_down(office)
    assert [step for _, step, _ in await storage.of_person(office.database, nina.id)] == ["device", "ready"]


async def test_all_of_it_is_one_statement(office: Office) -> None:
    for number in range(1, 6):
        await citizen(office, number)
        await guides.turn(office, number, "portal", "", "s")
        await guides.turn(office, number, "mgov", "", "s")
    async with statements(office.database) as seen:
        await visits.write_down(office)
        await visits.write_down(office)
    assert [one.split()[0] for one in seen if one not in ("BEGIN IMMEDIATE", "COMMIT")] == ["INSERT"]
    assert await _count(office.database) == 10


async def test_the_first_time_counts(office: Office, clock: StillClock) -> None:
    nina = await citizen(office, 1)
    await guides.turn(office, 1, "portal", "", "s")
    await visits.write_down(office)
    clock.pass_by(days=3)
    await guides.turn(office, 1, "portal", "device", ".pc")
    await guides.turn(office, 1, "portal", "device", "s")
    await visits.write_down(office)
    later = NOW + timedelta(days=3)
    assert await storage.of_person(office.database, nina.id) == [("portal", "device", NOW), ("portal", "ready", later)]


async def test_a_moment_keeps_its_zone_and_its_fraction(office: Office, clock: StillClock) -> None:
    nina = await citizen(office, 1)
    clock.at = datetime(2026, 11, 21, 20, 0, 0, 123456, tzinfo=UTC)
    await guides.turn(office, 1, "portal", "", "s")
    await visits.write_down(office)
    assert await storage.of_person(office.database, nina.id) == [("portal", "device", clock.at)]


async def test_who_chose_no_language_saw_no_step(office: Office) -> None:
    await people.arrive(office.database, 1, NOW)
    await guides.turn(office, 1, "portal", "", "s")
    await visits.write_down(office)
    assert await _count(office.database) == 0


async def test_more_than_one_statement_takes(office: Office) -> None:
    nina = await citizen(office, 1)
    for number in range(storage.MANY + 7):
        office.visits.note(nina.id, "portal", f"step_{number}", NOW)
        assert office.visits.many.is_set() is (number + 1 >= storage.MANY)
    await visits.write_down(office)
    assert await _count(office.database) == storage.MANY + 7
    assert not office.visits.many.is_set()


async def test_what_cannot_be_written_is_written_the_next_time(office: Office) -> None:
    await citizen(office, 1)
    await guides.turn(office, 1, "portal", "", "s")
    await office.database.run(text("ALTER TABLE guide_visits RENAME TO away"))
    try:
        await visits.write_down(office)
        with pytest.raises(SQLAlchemyError):
            await office.visits.write_down(office.database)
    finally:
        await office.database.run(text("ALTER TABLE away RENAME TO guide_visits"))
    await visits.write_down(office)
    assert await _count(office.database) == 1


async def test_what_cannot_be_written_keeps_nobodys_data_from_them(office: Office) -> None:
    nina = await citizen(office, 1)
    await guides.turn(office, 1, "portal", "", "s")

    async def busy(*_: object) -> None:
        raise OperationalError("INSERT", None, Exception("busy"))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(storage, "_write", busy)
        assert (await rights.everything(office, nina))[0] == "mydata.txt"
    step = library().guides["portal"].first.first_words("ru")
    assert step in (await rights.everything(office, nina))[1].decode("utf-8-sig")


async def test_written_as_soon_as_there_is_much(office: Office) -> None:
    nina = await citizen(office, 1)
    stop = asyncio.Event()
    writing = asyncio.create_task(visits.keep_writing(office, stop))
    for number in range(storage.MANY):
        office.visits.note(nina.id, "portal", f"step_{number}", NOW)
    async with asyncio.timeout(visits.EVERY / 2):
        while await _count(office.database) < storage.MANY:
            pass
    stop.set()
    await writing


@pytest.mark.parametrize("language", ["kk", "ru"])
async def test_my_data_has_the_last_tap_too(office: Office, language: str) -> None:
    nina = await citizen(office, 1, language)
    await guides.turn(office, 1, "portal", "", "s")
    _, content = await rights.everything(office, nina)
    guide = office.library.guides["portal"]
    step = guide.first.first_words(language)
    line = office.words[language].label("mydata.visit", guide=guide.title[language], step=step, at=NOW)
    assert line in content.decode("utf-8-sig")


async def test_forget_me_erases_what_is_written_and_what_is_not_yet(office: Office) -> None:
    other, nina = await citizen(office, 2), await citizen(office, 1)
    for number in (1, 2):
        await guides.turn(office, number, "portal", "", "s")
    await visits.write_down(office)
    for number in (1, 2):
        await guides.turn(office, number, "portal", "device", ".pc")
    await rights.forget(office, nina)
    # SQLite gives the number again: nobody inherits somebody's way.
    again = await citizen(office, 3)
    assert not office.database.is_sqlite or again.id == nina.id
    await visits.write_down(office)
    assert await storage.of_person(office.database, nina.id) == []
    assert await storage.of_person(office.database, again.id) == []
    assert len(await storage.of_person(office.database, other.id)) == 2


async def test_one_who_is_gone_keeps_nobody_elses_from_being_written(office: Office) -> None:
    nina, other = await citizen(office, 1), await citizen(office, 2)
    await rights.forget(office, nina)
    office.visits.note(nina.id, "portal", "device", NOW)
    office.visits.note(other.id, "portal", "device", NOW)
    await visits.write_down(office)
    assert await _count(office.database) == 1


async def test_old_visits_are_dropped_once_a_night(office: Office, clock: StillClock) -> None:
    nina = await citizen(office, 1)
    await visits.drop_old(office)
    for days in (0, 100):
        office.visits.note(nina.id, "portal", f"day_{days}", NOW + timedelta(days=days))
        office.visits.note(nina.id, "mgov", f"day_{days}", NOW + timedelta(days=days))
    await visits.write_down(office)
    # From 14:00 in Kazakhstan to a minute before three: the night has not come yet, whatever is old by then.
    clock.at = NOW + timedelta(hours=12, minutes=59)
    await office.database.run(
        text("UPDATE guide_visits SET at = :at WHERE step = 'day_0'").bindparams(
            at="2020-01-01 00:00:00.000000" if office.database.is_sqlite else datetime(2020, 1, 1, tzinfo=UTC)
        )
    )
    await visits.drop_old(office)
    assert await _count(office.database) == 4
    clock.pass_by(minutes=1)
    await visits.drop_old(office)
    assert await _count(office.database) == 2
    clock.at = NOW + timedelta(days=500)
    await visits.drop_old(office)
    assert [step for _, step, _ in await storage.of_person(office.database, nina.id)] == ["day_100", "day_100"]
    clock.pass_by(days=1)
    await visits.drop_old(office)
    assert await _count(office.database) == 0


async def _count(database: Database) -> int:
    row = await database.row(text("SELECT count(*) FROM guide_visits"))
    assert row is not None
    return int(row[0])
