"""Which pictures Telegram has, on each engine."""

from __future__ import annotations

import asyncio

from bot.storage import uploads
from bot.storage.database import Database

PICTURE, OTHER = "a" * 64, "b" * 64


async def test_the_last_id_holds(database: Database) -> None:
    for telegram_id in ("old", "new"):
        await uploads.keep(database, PICTURE, telegram_id)
    assert await uploads.get(database, PICTURE) == "new"
    assert await uploads.get(database, OTHER) is None


async def test_many_who_see_a_new_picture_at_once(database: Database) -> None:
    ids = [f"id {number}" for number in range(8)]
    await asyncio.gather(*(uploads.keep(database, PICTURE, telegram_id) for telegram_id in ids))
    assert await uploads.get(database, PICTURE) in ids
