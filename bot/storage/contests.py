"""Announced contests, and who follows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import AnyRow, Database, rows
from bot.storage.tables import contests, follows


@dataclass(frozen=True, slots=True)
class Stored:
    """An announced contest as the database fixes it. Times in UTC. `reminders` is None until they were planned;
    `release_at` is when the results are to be released, by whose order; `released_at` when they were."""

    id: str
    moments: Mapping[str, datetime]
    reminders: tuple[str, ...] | None
    release_at: datetime | None
    release_by: int | None
    released_at: datetime | None


_STORED = select(
    contests.c.id,
    contests.c.moments,
    contests.c.reminders,
    contests.c.release_at,
    contests.c.release_by,
    contests.c.released_at,
)


def _as_stored(row: AnyRow) -> Stored:
    moments = {name: datetime.fromisoformat(moment) for name, moment in row[1].items()}
    return Stored(row[0], moments, tuple(row[2]) if row[2] is not None else None, *row[3:])


async def get(database: Database, contest_id: str) -> Stored | None:
    """The contest as it was announced, or None."""
    row = await database.row(_STORED.where(contests.c.id == contest_id))
    return _as_stored(row) if row else None


async def lock(connection: AsyncConnection, contest_id: str) -> Stored | None:
    """The same, locked until the transaction ends."""
    found = await rows(connection, _STORED.where(contests.c.id == contest_id).with_for_update())
    return _as_stored(found[0]) if found else None


async def change(connection: AsyncConnection, contest_id: str, **values: Any) -> None:
    """Changes columns of an announced contest."""
    await connection.execute(update(contests).where(contests.c.id == contest_id).values(**values))


async def set_moments(connection: AsyncConnection, contest_id: str, moments: Mapping[str, datetime]) -> None:
    """Fixes other moments (UTC) than those that were announced."""
    stored = {name: moment.isoformat() for name, moment in moments.items()}
    closes, erased = moments["applications_close"], moments["erased"]
    await change(connection, contest_id, moments=stored, closes_at=closes, erase_at=erased)


async def without_reminders(database: Database, known: Collection[str]) -> list[str]:
    """The ids among `known` of announced contests whose reminders are not planned yet."""
    statement = select(contests.c.id).where(contests.c.reminders.is_(None), contests.c.id.in_(known))
    return [row[0] for row in await database.read(statement)]


async def to_release(database: Database, known: Collection[str], now: datetime) -> list[Stored]:
    """The contests among `known` whose results are to be released by that moment."""
    statement = _STORED.where(contests.c.release_at <= now, contests.c.id.in_(known))
    return [_as_stored(row) for row in await database.read(statement)]


async def next_release(database: Database, known: Collection[str]) -> datetime | None:
    """When the results of one of the contests among `known` are to be released next (UTC), or None."""
    row = await database.row(select(func.min(contests.c.release_at)).where(contests.c.id.in_(known)))
    return row[0] if row else None


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


async def announced(database: Database) -> set[str]:
    """The ids of all contests that were ever announced."""
    return {row[0] for row in await database.read(select(contests.c.id))}


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
