"""Who reached which step of a guide, and when first. A tap only notes it in memory (Visits); written in bunches."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from itertools import islice

import orjson
from sqlalchemy import Select, bindparam, delete, distinct, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.tables import guide_visits

MANY = 500
"""Visits of one statement: it holds the writers' turn for a few milliseconds."""

Visit = tuple[int, str, str]
"""A person's id, a guide's, a step's."""


class Visits:
    """What taps noted and nobody has written yet. `many` is set when there is enough of it for a statement.

    It is lost when the process dies: a few seconds of statistics are not worth a statement a tap.
    """

    def __init__(self) -> None:
        self._noted: dict[Visit, datetime] = {}
        self.many = asyncio.Event()

    def note(self, person_id: int, guide: str, step: str, at: datetime) -> None:
        """Notes that the person is at the step at that moment (UTC); the first time counts."""
        self._noted.setdefault((person_id, guide, step), at)
        if len(self._noted) >= MANY:
            self.many.set()

    def forget(self, person_id: int) -> None:
        """Drops what is noted of a person who is about to be erased: their id may be given again."""
        self._noted = {visit: at for visit, at in self._noted.items() if visit[0] != person_id}

    async def write_down(self, database: Database) -> None:
        """Writes all that is noted; what could not be written stays noted. Raises SQLAlchemyError."""
        self.many.clear()
        while self._noted:
            async with database.write() as connection:
                # Taken once it is this writer's turn: a person who was erased before is not in it.
                taken = dict(islice(self._noted.items(), MANY))
                await _write(connection, taken)
            for visit in taken:
                self._noted.pop(visit, None)


async def _write(connection: AsyncConnection, visits: Mapping[Visit, datetime]) -> None:
    values = [
        {"person": person_id, "guide": guide, "step": step, "at": f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"}
        for (person_id, guide, step), at in visits.items()
    ]
    statement = _WRITE[connection.dialect.name == "sqlite"]
    await connection.execute(statement, {"visits": orjson.dumps(values).decode()})


def begun(guide: str, since: datetime, until: datetime) -> Select[tuple[int]]:
    """Selects the ids of people who first came to the guide in that time (`until` itself is not in it)."""
    came = select(guide_visits.c.person_id).where(guide_visits.c.guide == guide, guide_visits.c.at < until)
    return came.group_by(guide_visits.c.person_id).having(func.min(guide_visits.c.at) >= since)


async def started(database: Database, guide: str, since: datetime, until: datetime) -> int:
    """How many people began the guide in that time."""
    row = await database.row(select(func.count()).select_from(begun(guide, since, until).subquery()))
    return int(row[0]) if row else 0


async def reached(database: Database, guide: str, since: datetime, until: datetime) -> dict[str, int]:
    """Of those who began the guide in that time: step id -> how many reached it by now."""
    cohort = begun(guide, since, until).subquery()
    statement = (
        select(guide_visits.c.step, func.count())
        .join(cohort, cohort.c.person_id == guide_visits.c.person_id)
        .where(guide_visits.c.guide == guide)
        .group_by(guide_visits.c.step)
    )
    return {row[0]: row[1] for row in await database.read(statement)}


async def finished(database: Database, guide: str, since: datetime, until: datetime, ends: Collection[str]) -> int:
    """Of those who began the guide in that time: how many reached one of the steps `ends` by now."""
    cohort = begun(guide, since, until).subquery()
    statement = (
        select(func.count(distinct(guide_visits.c.person_id)))
        .join(cohort, cohort.c.person_id == guide_visits.c.person_id)
        .where(guide_visits.c.guide == guide, guide_visits.c.step.in_(ends))
    )
    row = await database.row(statement)
    return int(row[0]) if row else 0


async def of_person(database: Database, person_id: int) -> list[tuple[str, str, datetime]]:
    """The steps that a person reached: the guide's id, the step's, and when first (UTC)."""
    statement = select(guide_visits.c.guide, guide_visits.c.step, guide_visits.c.at).filter_by(person_id=person_id)
    found = await database.read(statement.order_by(guide_visits.c.at, guide_visits.c.guide, guide_visits.c.step))
    return [(row[0], row[1], row[2]) for row in found]


async def drop_old(database: Database, before: datetime) -> None:
    """Removes visits before that moment, in small transactions. Guide by guide, so that an index finds them."""
    for (guide,) in await database.read(select(guide_visits.c.guide).distinct()):
        while await database.run(_DROP, {"of": guide, "before": before, "most": MANY}):
            pass


_KNOWN = "JOIN people ON people.id = v.person WHERE true ON CONFLICT DO NOTHING"
"""Who was erased meanwhile has no visits."""
# True: SQLite, where a moment is a text in UTC. False: PostgreSQL.
_WRITE = {
    True: text(
        "INSERT INTO guide_visits (person_id, guide, step, at) SELECT v.person, v.guide, v.step, v.at FROM ("
        "SELECT json_extract(value, '$.person') AS person, json_extract(value, '$.guide') AS guide,"
        " json_extract(value, '$.step') AS step, json_extract(value, '$.at') AS at FROM json_each(:visits)"
        f") AS v {_KNOWN}"
    ),
    False: text(
        "INSERT INTO guide_visits (person_id, guide, step, at)"
        " SELECT v.person, v.guide, v.step, CAST(v.at || '+00' AS timestamptz)"
        " FROM json_to_recordset(CAST(CAST(:visits AS text) AS json))"
        f" AS v (person bigint, guide text, step text, at text) {_KNOWN}"
    ),
}

_KEY = (guide_visits.c.person_id, guide_visits.c.guide, guide_visits.c.step)
_OLD = (guide_visits.c.guide == bindparam("of"), guide_visits.c.at < bindparam("before"))
_DROP = (
    delete(guide_visits)
    .where(tuple_(*_KEY).in_(select(*_KEY).where(*_OLD).limit(bindparam("most"))))
    .returning(guide_visits.c.person_id)
)
