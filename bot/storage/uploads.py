"""Which pictures Telegram has, and under which id."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.database import Database
from bot.storage.tables import uploads


async def get(database: Database, sha256: str) -> str | None:
    """Telegram's id of the picture with this content (a hash in hex), or None."""
    row = await database.row(select(uploads.c.telegram_id).filter_by(sha256=sha256))
    return row[0] if row else None


async def keep(database: Database, sha256: str, telegram_id: str) -> None:
    """Notes the id; an earlier one of the same picture is replaced."""
    insert = sqlite.insert if database.is_sqlite else postgresql.insert
    statement = insert(uploads).values(sha256=sha256, telegram_id=telegram_id)
    replaced = {"telegram_id": telegram_id}
    await database.run(statement.on_conflict_do_update(index_elements=[uploads.c.sha256], set_=replaced))
