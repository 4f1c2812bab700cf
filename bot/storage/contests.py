"""Announced contests, and who follows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import AnyRow, Database, rows
from bot.storage.tables import contests, follows


async def announce(
    database: Database, contest_id: str, revision: str, moments: Mapping[str, datetime], now: datetime
) -> None:
    """Fixes the contest's moments; a contest that is announced already keeps those it has."""
    insert = sqlite.insert if database.is_sqlite else postgresql.insert
    await database.run(
        insert(contests)
        .values(
            id=contest_id,
            revision=revision,
            moments={name: moment.isoformat() for name, moment in moments.items()},
            closes_at=moments["applications_close"],
            erase_at=moments["erased"],
            announced_at=now,
        )
        .on_conflict_do_nothing()
    )


async def moments(database: Database, contest_id: str) -> dict[str, datetime] | None:
    """The announced moments in UTC, or None for a contest that is not announced."""
    row = await database.row(select(contests.c.moments).where(contests.c.id == contest_id))
    return {name: datetime.fromisoformat(moment) for name, moment in row[0].items()} if row else None


async def announced(database: Database) -> set[str]:
    """The ids of all contests that were ever announced."""
    return {row[0] for row in await database.read(select(contests.c.id))}


async def released(database: Database, contest_id: str) -> bool:
    """Whether the results are released."""
    row = await database.row(select(contests.c.released_at).where(contests.c.id == contest_id))
    return row is not None and row[0] is not None


async def is_released(connection: AsyncConnection, contest_id: str) -> bool:
    """Whether the results are released; until the transaction ends nobody else can release them."""
    statement = select(contests.c.released_at).where(contests.c.id == contest_id).with_for_update(read=True)
    found = await rows(connection, statement)
    return bool(found) and found[0][0] is not None


async def follow(database: Database, person_id: int, contest_id: str, now: datetime) -> None:
    """Notes that the person follows the contest; twice is the same."""
    insert = sqlite.insert if database.is_sqlite else postgresql.insert
    await database.run(
        insert(follows).values(person_id=person_id, contest_id=contest_id, followed_at=now).on_conflict_do_nothing()
    )


async def unfollow(database: Database, person_id: int, contest_id: str) -> None:
    """Notes that the person does not follow the contest any more."""
    await database.run(delete(follows).filter_by(person_id=person_id, contest_id=contest_id))


async def followed(database: Database, person_id: int) -> list[AnyRow]:
    """What the person follows: contest id, since when."""
    statement = select(follows.c.contest_id, follows.c.followed_at).filter_by(person_id=person_id)
    return list(await database.read(statement))


async def to_erase(database: Database, now: datetime) -> list[str]:
    """The ids of contests whose term of keeping data is over and whose data are still here."""
    statement = select(contests.c.id).where(contests.c.erase_at <= now, contests.c.erased_at.is_(None))
    return [row[0] for row in await database.read(statement)]


async def next_erasure(database: Database) -> datetime | None:
    """The next moment at which a contest's data are to be erased, or None."""
    row = await database.row(select(func.min(contests.c.erase_at)).where(contests.c.erased_at.is_(None)))
    return row[0] if row else None


async def set_erased(database: Database, contest_id: str, now: datetime) -> None:
    """Notes that nothing personal of the contest is left."""
    await database.run(update(contests).where(contests.c.id == contest_id).values(erased_at=now))
