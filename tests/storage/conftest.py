"""An empty database on each engine, made once and emptied before each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.storage.database import Database
from tests.engines import empty, shared_postgres


@pytest.fixture(scope="package")
def postgres() -> Iterator[str | None]:
    with shared_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(
    request: pytest.FixtureRequest, tmp_path: Path, migrated: Path, postgres: str | None
) -> AsyncIterator[Database]:
    async with empty(request.param, tmp_path, migrated, postgres) as database:
        yield database
