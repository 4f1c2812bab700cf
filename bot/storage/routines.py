"""What is done at regular times: when it was done last. A row, so that a restart does not repeat it and the time when
the bot was down does not skip it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.tables import routines


async def last(database: Database, name: str) -> datetime | None:
    """When it was done last (UTC), or None."""
    row = await database.row(select(routines.c.done_at).filter_by(name=name))
    return row[0] if row else None


async def done(connection: AsyncConnection, name: str, now: datetime) -> None:
    """Notes that it is done, in the transaction of what it did."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(routines).values(name=name, done_at=now)
    await connection.execute(statement.on_conflict_do_update(index_elements=[routines.c.name], set_={"done_at": now}))
