"""aiosqlite with one change of threads a statement.

aiosqlite goes to its thread for the cursor, for the statement, for the rows and for the closing. Each of these is a
turn of the event loop as well: a tap pays them all, and most when the loop is busy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import aiosqlite

_Rows = Iterable[Sequence[Any]]


def connect(*args: Any, **kwargs: Any) -> Connection:
    """A connection with the arguments of sqlite3.connect, to be awaited; what SQLAlchemy calls to make one."""
    connection = Connection(lambda: sqlite3.connect(*args, **kwargs), iter_chunk_size=1)
    connection._thread.daemon = True  # as SQLAlchemy does with a connection that it makes itself
    return connection


class Connection(aiosqlite.Connection):
    """A connection whose cursors carry a statement out as a whole."""

    def cursor(self) -> Cursor:  # type: ignore[override]
        """A cursor; making one needs no thread."""
        return Cursor(self)


class Cursor:
    """What SQLAlchemy asks of an asynchronous cursor. The rows are there as soon as a statement was carried out."""

    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Cursor:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Carries a statement out and fetches all its rows. Raises sqlite3's errors."""
        await self._connection._execute(self._carry_out, sqlite3.Cursor.execute, sql, parameters)  # type: ignore[no-untyped-call]

    async def executemany(self, sql: str, parameters: _Rows) -> None:
        """Carries a statement out for each of the parameters. Raises sqlite3's errors."""
        await self._connection._execute(self._carry_out, sqlite3.Cursor.executemany, sql, parameters)  # type: ignore[no-untyped-call]

    def _carry_out(self, execute: Any, sql: str, parameters: Any) -> None:
        cursor = self._connection._conn.cursor()
        try:
            execute(cursor, sql, parameters)
            self._rows = cursor.fetchall()
            self.description, self.rowcount = cursor.description, cursor.rowcount
            self.lastrowid = cursor.lastrowid
        finally:
            cursor.close()

    async def fetchall(self) -> list[Any]:
        """The rows of the statement."""
        return self._rows

    async def close(self) -> None:
        """Nothing is left open."""
