"""One-time links: only a hash of their token is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database, rows
from bot.storage.tables import links


@dataclass(frozen=True, slots=True)
class Link:
    """What a token stands for."""

    kind: str
    application_id: int | None
    expires_at: datetime
    used_at: datetime | None

    def is_valid(self, now: datetime) -> bool:
        """Whether it can still be used."""
        return self.used_at is None and now <= self.expires_at


async def replace(
    connection: AsyncConnection,
    token_hash: bytes,
    kind: str,
    application_id: int | None,
    expires_at: datetime,
) -> None:
    """A new link; older ones of the same kind for the same application stop working."""
    await connection.execute(
        delete(links).where(links.c.kind == kind, links.c.application_id.is_not_distinct_from(application_id))
    )
    await connection.execute(
        links.insert().values(token_hash=token_hash, kind=kind, application_id=application_id, expires_at=expires_at)
    )


async def find(database: Database, token_hash: bytes) -> Link | None:
    """The link, or None."""
    statement = select(links.c.kind, links.c.application_id, links.c.expires_at, links.c.used_at)
    row = await database.row(statement.where(links.c.token_hash == token_hash))
    return Link(*row) if row else None


async def use_for(connection: AsyncConnection, kind: str, application_id: int, at: datetime, now: datetime) -> bool:
    """Uses up the application's link. False: it was used, or had expired `at` that moment."""
    statement = (
        update(links)
        .where(
            links.c.kind == kind,
            links.c.application_id == application_id,
            links.c.used_at.is_(None),
            links.c.expires_at >= at,
        )
        .values(used_at=now)
        .returning(links.c.token_hash)
    )
    return bool(await rows(connection, statement))


async def drop(connection: AsyncConnection, application_id: int) -> None:
    """Removes the application's links."""
    await connection.execute(delete(links).where(links.c.application_id == application_id))


async def use(connection: AsyncConnection, token_hash: bytes, now: datetime, kind: str) -> bool:
    """Uses the link up. False: there is none, somebody was first, or it expired."""
    statement = (
        update(links)
        .where(
            links.c.token_hash == token_hash,
            links.c.kind == kind,
            links.c.used_at.is_(None),
            links.c.expires_at >= now,
        )
        .values(used_at=now)
        .returning(links.c.token_hash)
    )
    return bool(await rows(connection, statement))
