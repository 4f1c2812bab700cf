"""An office on each database engine, with a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.services.office import Office
from bot.storage.database import Database
from tests.engines import empty, shared_postgres
from tests.services.rooms import StillClock, make_office


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


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def office(database: Database, tmp_path: Path, clock: StillClock) -> Office:
    return make_office(database, tmp_path, clock)
