"""Files that people sent: rows here, sealed contents in a folder of their own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import AnyRow, Database, rows
from bot.storage.tables import applications, files, reports


class FileStore:
    """The folder of sealed contents: one file a row, named by the row's id."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, file_id: int) -> Path:
        """Where the sealed content of a row is."""
        return self.folder / str(file_id)

    def write(self, file_id: int, sealed: bytes) -> None:
        """Stores the sealed content whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self.path(file_id).with_suffix(".part")
        part.write_bytes(sealed)
        part.replace(self.path(file_id))

    def read(self, file_id: int) -> bytes:
        """The sealed content. Raises FileNotFoundError."""
        return self.path(file_id).read_bytes()

    def stored(self) -> list[int]:
        """The ids of all contents in the folder."""
        return [int(path.name) for path in self.folder.glob("*") if path.name.isdigit()]

    def part(self) -> Path:
        """A new empty file for what is being made; what a crash leaves of it is removed at the next start."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        number, path = tempfile.mkstemp(suffix=".part", dir=self.folder)
        os.close(number)
        return Path(path)

    def nameless(self) -> IO[bytes]:
        """A new file without a name: it is gone once it is closed, or the process ends in whatever way."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return tempfile.TemporaryFile(dir=self.folder)

    def remove_parts(self) -> None:
        """Removes what a killed process left half written."""
        for path in self.folder.glob("*.part"):
            path.unlink(missing_ok=True)

    def remove(self, file_ids: list[int]) -> None:
        """Removes contents; those that are gone already are no error."""
        for file_id in file_ids:
            self.path(file_id).unlink(missing_ok=True)


async def add(connection: AsyncConnection, values: dict[str, Any]) -> int:
    """A new row that waits to be fetched; gives its id."""
    found = await rows(connection, files.insert().values(state="waiting", **values).returning(files.c.id))
    return int(found[0][0])


async def get(database: Database, file_id: int) -> AnyRow | None:
    """The row with the id, whose file it is (`person_id`), and the contest of its application, or None."""
    whose = func.coalesce(applications.c.person_id, reports.c.person_id).label("person_id")
    statement = (
        select(files, applications.c.contest_id, whose)
        .outerjoin(applications, applications.c.id == files.c.application_id)
        .outerjoin(reports, reports.c.id == files.c.report_id)
        .where(files.c.id == file_id)
    )
    return await database.row(statement)


async def of_application(database: Database, application_id: int) -> list[AnyRow]:
    """The application's files, the oldest first."""
    statement = select(files).where(files.c.application_id == application_id).order_by(files.c.id)
    return list(await database.read(statement))


async def of_report(database: Database, report_id: int) -> list[AnyRow]:
    """The report's screenshots, the oldest first."""
    return list(await database.read(_of_report(report_id)))


async def of_report_in(connection: AsyncConnection, report_id: int) -> list[AnyRow]:
    """The same inside a transaction."""
    return list(await rows(connection, _of_report(report_id)))


def _of_report(report_id: int) -> Select[Any]:
    return select(files).where(files.c.report_id == report_id).order_by(files.c.id)


async def set_state(connection: AsyncConnection, file_id: int, state: str, sha256: str | None = None) -> bool:
    """Marks a waiting file as kept or refused. False: it is not waiting (any more)."""
    statement = (
        update(files)
        .where(files.c.id == file_id, files.c.state == "waiting")
        .values(state=state, sha256=sha256)
        .returning(files.c.id)
    )
    return bool(await rows(connection, statement))


async def drop(connection: AsyncConnection, application_ids: list[int], field: str | None = None) -> list[int]:
    """Removes the rows of applications (of one field, or all); gives their ids, whose contents are to be removed."""
    statement = delete(files).where(files.c.application_id.in_(application_ids))
    if field:
        statement = statement.where(files.c.field == field)
    return [row[0] for row in await rows(connection, statement.returning(files.c.id))]


async def drop_of_reports(connection: AsyncConnection, report_ids: list[int]) -> list[int]:
    """Removes the rows of reports' screenshots; gives their ids, whose contents are to be removed."""
    statement = delete(files).where(files.c.report_id.in_(report_ids)).returning(files.c.id)
    return [row[0] for row in await rows(connection, statement)]


async def all_ids(database: Database) -> set[int]:
    """The ids of all rows."""
    return {row[0] for row in await database.read(select(files.c.id))}


async def papers_to_review(database: Database, field: str) -> list[int]:
    """The ids of guardians' papers that nobody decided on yet, the oldest first."""
    statement = (
        select(files.c.id)
        .join(applications, applications.c.id == files.c.application_id)
        .where(files.c.field == field, applications.c.guardian == "paper")
        .order_by(files.c.id)
    )
    return [row[0] for row in await database.read(statement)]
