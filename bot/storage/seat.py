"""The seat of the one process that receives and sends. Whoever starts second waits until the first is gone.

SQLite: a lock on a file beside the database, which the system lets go when the process dies, however it dies.
PostgreSQL: an advisory lock; what is to be sent is claimed on the very connection that holds it, so a process that
lost its connection cannot claim.
"""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database, rows

ASK_AGAIN_SECONDS = 1.0
ADVISORY_KEY = 0x65476F76


class SeatLost(Exception):
    """The connection that held the seat broke: another process may have it by now."""


class Seat:
    """The seat at one database. `take` it before receiving or sending; `leave` it at the end."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._file: IO[bytes] | None = None
        self._connection: AsyncConnection | None = None
        self._pid = 0
        self._turn = asyncio.Lock()

    async def try_to_take(self) -> bool:
        """Takes the seat if it is free; whoever has it keeps it. Raises OSError, SQLAlchemyError."""
        if self._file is not None or self._connection is not None:
            return True
        if self._database.is_sqlite:
            return self._lock_file()
        return await self._lock_in_database()

    async def take(self, stop: asyncio.Event) -> bool:
        """Waits until the seat is taken. False: stopped before."""
        while not stop.is_set():
            if await self.try_to_take():
                return True
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), ASK_AGAIN_SECONDS)
        return False

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only the holder of the seat can make. Raises SeatLost."""
        if self._connection is None:
            async with self._database.write() as connection:
                yield connection
            return
        async with self._turn:
            if self._connection is None or self._connection.invalidated:
                raise SeatLost
            async with self._connection.begin():
                await self._require_lock(self._connection)
                yield self._connection

    async def leave(self) -> None:
        """Lets another process take the seat."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._connection is not None:
            # Closing the connection for good lets the lock go; back in the pool it would keep it.
            await self._connection.invalidate()
            await self._connection.close()
            self._connection = None

    def _lock_file(self) -> bool:
        file = Path(f"{self._database.url.database}.seat").open("wb")  # noqa: SIM115  # held until `leave`
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    async def _lock_in_database(self) -> bool:
        connection = await self._database.connect()
        found = await rows(connection, text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_KEY})
        self._pid = await self._backend(connection)
        await connection.commit()
        if found[0][0]:
            self._connection = connection
            return True
        await connection.close()
        return False

    async def _require_lock(self, connection: AsyncConnection) -> None:
        """Raises SeatLost after a break: SQLAlchemy connects anew by itself, without the lock."""
        try:
            is_same = await self._backend(connection) == self._pid
        except SQLAlchemyError as error:
            raise SeatLost from error
        if not is_same:
            raise SeatLost

    @staticmethod
    async def _backend(connection: AsyncConnection) -> int:
        return int((await rows(connection, text("SELECT pg_backend_pid()")))[0][0])
