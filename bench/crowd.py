"""Many people and announcements to them, written straight into a database; and the ledger measured by itself."""

from __future__ import annotations

import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench import house
from bot import app
from bot.clock import Clock
from bot.delivery.mailer import FOUND_AT_ONCE
from bot.domain.mailings import Audience
from bot.domain.pushes import Kind
from bot.services import contests
from bot.storage import mailings, recipients
from bot.storage.database import Database
from bot.storage.tables import announcements

OWNER = 1
FIRST = 10_000_000
LANGUAGE = house.LANGUAGE
TEXT = (
    "<b>Портал не работает в ночь на субботу</b>\n\nС 22:00 до 6:00 на портале идут работы. Отправьте заявку заранее."
)
_MANY = text(
    "INSERT INTO people (telegram_id, language, screen, guides, asked, created_at, seen_at) "
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count) "
    "SELECT :first + i, :language, '', '{}', '', seen_at, seen_at FROM n, people WHERE telegram_id = :owner"
)


async def furnish(folder: Path, count: int, announced: int) -> timedelta:
    """A database with an owner, so many people, and so many paused announcements; gives how far the clock is ahead."""
    folder.mkdir(parents=True)  # noqa: ASYNC240  # before anything runs
    by, made = house.ahead(), house.make_settings(folder, "http://127.0.0.1")
    known = app.read(made)
    office = await app.open_office(made, known, Clock(by))
    try:
        await contests.announce_due(office, known.calendar)
        owner = await house.arrived(office, OWNER)
        now = office.clock.now()
        async with office.database.write() as connection:
            given = {"count": count, "first": FIRST, "language": LANGUAGE, "owner": OWNER}
            await connection.execute(_MANY, given)
            for _ in range(announced):
                values = {
                    "author_id": owner.id,
                    "texts": {"kk": TEXT, "ru": TEXT},
                    "created_at": now,
                    "updated_at": now,
                }
                made_id = await connection.execute(announcements.insert().values(values).returning(announcements.c.id))
                await mailings.create(
                    connection,
                    {
                        "kind": Kind.ANNOUNCEMENT,
                        "state": "paused",
                        "announcement_id": made_id.scalar_one(),
                        "author_id": owner.id,
                        # The owner is left out: they are shown the progress.
                        "audience": Audience("everyone"),
                        "cursor": owner.id,
                        "up_to": await mailings.greatest_person(connection),
                        "created_at": now,
                        "begun_at": now,
                        "due_at": now,
                    },
                )
    finally:
        await office.database.close()
    return by


@dataclass(slots=True)
class Written:
    """What writing all recipients of a mailing down took: seconds of CPU, the longest transaction (s), bytes a row."""

    cpu: float
    longest: float
    bytes_a_row: float


class Watched(Database):
    """A database that knows how long its longest transaction held the writer."""

    longest = 0.0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction, and how long it took from BEGIN to COMMIT."""
        async with super().write() as connection:
            began = time.perf_counter()
            yield connection
        self.longest = max(self.longest, time.perf_counter() - began)


async def write_down(folder: Path, mailing_id: int) -> Written:
    """Writes the recipients of a mailing down as the worker does, alone."""
    # As the bot does at its start: what is there to stay is not looked at by the collector.
    gc.collect()
    gc.freeze()
    database = Watched(f"sqlite+aiosqlite:///{folder}/bot.sqlite3")
    try:
        before = await _bytes(database)
        mailing = await mailings.get(database, mailing_id)
        assert mailing is not None
        async with database.write() as connection:
            await mailings.move(connection, mailing_id, "resume")
        database.longest, used = 0.0, time.process_time()
        while True:
            mailing = await mailings.get(database, mailing_id)
            assert mailing is not None
            ids = await recipients.next_people(database, mailing, FOUND_AT_ONCE)
            for start in range(0, len(ids), recipients.CHUNK):
                await recipients.write_down(database, mailing_id, ids[start : start + recipients.CHUNK])
            if len(ids) < FOUND_AT_ONCE:
                break
        used = time.process_time() - used
        written = await mailings.get(database, mailing_id)
        assert written is not None
        return Written(used, database.longest, (await _bytes(database) - before) / written.counts.total)
    finally:
        await database.close()


async def _bytes(database: Database) -> int:
    row = await database.row(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"))
    assert row is not None
    return int(row[0])
