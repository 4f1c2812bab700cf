"""Fixtures of this folder."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.local_telegram import LocalTelegram
from tests.conftest import fresh_postgres
from tests.delivery.processes import Place, place


@pytest.fixture
async def there(tmp_path: Path, migrated: Path, telegram: LocalTelegram) -> AsyncIterator[Place]:
    """A place for processes of the bot, on SQLite."""
    shutil.copy(migrated, tmp_path / "bot.sqlite3")
    async with place(tmp_path, telegram) as made:
        yield made
        assert await telegram.complaints() == []


@pytest.fixture
async def on_postgres(tmp_path: Path, telegram: LocalTelegram) -> AsyncIterator[Place]:
    """The same on PostgreSQL, where it answers."""
    async with fresh_postgres() as url, place(tmp_path, telegram, url) as made:
        yield made
        assert await telegram.complaints() == []
