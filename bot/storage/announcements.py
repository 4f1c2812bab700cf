"""What organisers write to many, and what became of it in figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.announcements import Announcement, Button
from bot.domain.pushes import State as Fate
from bot.storage.database import AnyRow, Database, rows
from bot.storage.tables import announcements, mailings, people, recipients

_COLUMNS = (
    announcements.c.id,
    announcements.c.texts,
    announcements.c.mode,
    announcements.c.media,
    announcements.c.file_id,
    announcements.c.buttons,
    announcements.c.updated_at,
)


def _announcement(row: AnyRow) -> Announcement:
    values = {column.name: value for column, value in zip(_COLUMNS, row, strict=True)}
    return Announcement(**{**values, "buttons": [Button(**one) for one in values["buttons"]]})


async def create(connection: AsyncConnection, author_id: int, now: datetime, of: Announcement | None = None) -> int:
    """A new empty announcement, or a copy of one; gives its id."""
    values: dict[str, Any] = {"author_id": author_id, "created_at": now, "updated_at": now, "texts": {}, "buttons": []}
    if of is not None:
        values |= {name: getattr(of, name) for name in ("texts", "mode", "media", "file_id")}
        values["buttons"] = [button.stored() for button in of.buttons]
    return int((await rows(connection, announcements.insert().values(values).returning(announcements.c.id)))[0][0])


async def get(database: Database, announcement_id: int) -> Announcement | None:
    """The announcement, or None."""
    row = await database.row(select(*_COLUMNS).where(announcements.c.id == announcement_id))
    return _announcement(row) if row else None


async def read(connection: AsyncConnection, announcement_id: int) -> Announcement:
    """The announcement inside a transaction, which holds its mailing locked."""
    return _announcement((await rows(connection, select(*_COLUMNS).where(announcements.c.id == announcement_id)))[0])


async def many(database: Database, ids: Iterable[int]) -> dict[int, Announcement]:
    """Announcements by id."""
    found = await database.read(select(*_COLUMNS).where(announcements.c.id.in_(tuple(ids))))
    return {row[0]: _announcement(row) for row in found}


async def change(connection: AsyncConnection, announcement_id: int, now: datetime, values: Mapping[str, Any]) -> None:
    """Changes columns; buttons are given as domain.announcements.Button."""
    stored = dict(values)
    if "buttons" in stored:
        stored["buttons"] = [button.stored() for button in stored["buttons"]]
    statement = update(announcements).where(announcements.c.id == announcement_id)
    await connection.execute(statement.values(**stored, updated_at=now))


async def set_progress(database: Database, mailing_id: int, message_id: int) -> None:
    """Notes which message in the author's chat shows the progress."""
    await database.run(update(mailings).where(mailings.c.id == mailing_id).values(progress_id=message_id))


async def by_language(database: Database, mailing_id: int) -> dict[str, dict[Fate, int]]:
    """How many recipients of each language came to each end; empty once the rows are folded."""
    statement = (
        select(people.c.language, recipients.c.state, func.count())
        .join(people, people.c.id == recipients.c.person_id)
        .where(recipients.c.mailing_id == mailing_id, people.c.language.is_not(None))
        .group_by(people.c.language, recipients.c.state)
        .order_by(people.c.language)
    )
    found: dict[str, dict[Fate, int]] = {}
    for language, fate, count in await database.read(statement):
        found.setdefault(language, {})[Fate(fate)] = count
    return found
