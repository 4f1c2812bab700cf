"""The database: SQLite by default, PostgreSQL by URL. Transactions that write take the lock at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Executable, Row, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.storage import hops

BUSY_TIMEOUT_MS = 5000

Parameters = Mapping[str, Any]
AnyRow = Row[*tuple[Any, ...]]
Rows = Sequence[AnyRow]


class Database:
    """Two ways in: `run` for one statement that commits by itself, `write` for a transaction.

    In SQLite all writes of this process go through one connection, one at a time and in turn (SQLite's own wait is
    unfair); reads run beside them. A transaction begins with BEGIN IMMEDIATE, so what it read cannot have changed
    when it writes. In PostgreSQL a row that is read to be changed is locked by the statement that reads it.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._turn = asyncio.Lock()
        if self.is_sqlite:
            _make_folder(self.url.database)
            self._writer = self._sqlite(pool_size=1, max_overflow=0)
            self._reader = self._sqlite(pool_size=2, max_overflow=0)
            self._single = self._writer
        else:
            self._writer = self._engine()
            # One statement needs no BEGIN and COMMIT of its own.
            self._single = self._reader = self._writer.execution_options(isolation_level="AUTOCOMMIT")

    def _engine(self, **options: Any) -> AsyncEngine:
        return create_async_engine(
            self.url,
            # SQLAlchemy puts parameters into its errors: what people typed must not reach a log.
            hide_parameters=True,
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
            **options,
        )

    def _sqlite(self, **options: Any) -> AsyncEngine:
        engine = self._engine(
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
            connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "async_creator_fn": hops.connect},
            **options,
        )
        event.listen(engine.sync_engine, "connect", _set_pragmas)
        return engine

    async def run(self, statement: Executable, parameters: Parameters | None = None) -> Rows:
        """Carries out one statement that writes, commits it, and gives the rows of its RETURNING."""
        async with self._turn if self.is_sqlite else nullcontext(), self._single.connect() as connection:
            return await rows(connection, statement, parameters)

    async def read(self, statement: Executable, parameters: Parameters | None = None) -> Rows:
        """Carries out one statement that only reads."""
        async with self._reader.connect() as connection:
            return await rows(connection, statement, parameters)

    async def row(self, statement: Executable, parameters: Parameters | None = None) -> AnyRow | None:
        """The first row of a statement that only reads, or None."""
        return next(iter(await self.read(statement, parameters)), None)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: commits at the end, rolls back on an exception."""
        if not self.is_sqlite:
            async with self._writer.begin() as connection:
                yield connection
            return
        async with self._turn, self._writer.connect() as connection:
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                await connection.exec_driver_sql("COMMIT")
            except BaseException:
                await connection.exec_driver_sql("ROLLBACK")
                raise

    def connect(self) -> AsyncConnection:
        """A connection for migrations, which manage their own transaction."""
        return self._writer.connect()

    async def close(self) -> None:
        """Closes every connection."""
        await self._writer.dispose()
        await self._reader.dispose()


async def rows(connection: AsyncConnection, statement: Executable, parameters: Parameters | None = None) -> Rows:
    """The rows that a statement gives, an empty list where it gives none."""
    result = await connection.execute(statement, parameters)
    return result.all() if result.returns_rows else []


def _set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # FULL: an answer that was confirmed to a person survives a power cut.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _make_folder(path: str | None) -> None:
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
