"""Which pictures Telegram has, and under which id."""

from __future__ import annotations

from sqlalchemy import delete, select

from bot.storage.database import Database
from bot.storage.tables import uploads


async def get(database: Database, sha256: str) -> str | None:
    """Telegram's id of the picture with this content (a hash in hex), or None."""
    row = await database.row(select(uploads.c.telegram_id).filter_by(sha256=sha256))
    return row[0] if row else None


async def keep(database: Database, sha256: str, telegram_id: str) -> None:
    """Notes the id; an earlier one of the same picture is replaced."""
    async with database.write() as connection:
        await connection.execute(delete(uploads).filter_by(sha256=sha256))
        await connection.execute(uploads.insert().values(sha256=sha256, telegram_id=telegram_id))
