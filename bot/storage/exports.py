"""What leaves as a file: a contest's applications and their history read page by page, and who asked for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.applications import whole
from bot.storage.database import AnyRow, Database, Rows, rows
from bot.storage.tables import applications, files, history, journal


def _sent_in(contest_id: str) -> list[ColumnElement[bool]]:
    """What was sent in, as the lists of organisers show it."""
    return [
        applications.c.contest_id == contest_id,
        applications.c.number.is_not(None),
        applications.c.state != "draft",
    ]


async def sent_in(database: Database, contest_id: str, after: int, limit: int) -> Rows:
    """The next applications that were sent in, with numbers above `after`: rows for `as_application`, still sealed."""
    statement = whole().where(*_sent_in(contest_id), applications.c.number > after)
    return await database.read(statement.order_by(applications.c.number).limit(limit))


async def decided(database: Database, ids: Collection[int], acts: Collection[str]) -> dict[tuple[int, str], datetime]:
    """Application id, act -> when (UTC) it was done last."""
    statement = (
        select(history.c.application_id, history.c.act, func.max(history.c.at))
        .where(history.c.application_id.in_(ids), history.c.act.in_(acts))
        .group_by(history.c.application_id, history.c.act)
    )
    return {(row[0], row[1]): row[2] for row in await database.read(statement)}


async def counted(database: Database, ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Application id -> field id -> how many files were sent for it, but for those refused."""
    statement = (
        select(files.c.application_id, files.c.field, func.count())
        .where(files.c.application_id.in_(ids), files.c.state != "refused")
        .group_by(files.c.application_id, files.c.field)
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for row in await database.read(statement):
        found[row[0]][row[1]] = row[2]
    return found


async def events(database: Database, contest_id: str, after: int, limit: int) -> Rows:
    """The next lines of the history of what was sent in, with ids above `after`: id, number, at, actor_id, whether the
    applicant did it, act, reason, sealed note."""
    own = (history.c.actor_id == applications.c.person_id).label("own")
    statement = (
        select(
            history.c.id,
            applications.c.number,
            history.c.at,
            history.c.actor_id,
            own,
            history.c.act,
            history.c.reason,
            history.c.note,
        )
        .join(applications, applications.c.id == history.c.application_id)
        .where(*_sent_in(contest_id), history.c.id > after)
    )
    return await database.read(statement.order_by(history.c.id).limit(limit))


async def sizes(database: Database, contest_id: str, number: int | None = None) -> list[tuple[tuple[int, int], int]]:
    """The files of what was sent in (of one application, or all) in order: number and file id, bytes."""
    statement = select(applications.c.number, files.c.id, files.c.size).join_from(files, applications)
    statement = statement.where(*_sent_in(contest_id)).order_by(applications.c.number, files.c.id)
    if number is not None:
        statement = statement.where(applications.c.number == number)
    return [((row[0], row[1]), row[2]) for row in await database.read(statement)]


async def files_between(database: Database, contest_id: str, first: int, last: int) -> Rows:
    """All files of the applications with these numbers in order: number, id, field, sealed name, size, state."""
    statement = (
        select(applications.c.number, files.c.id, files.c.field, files.c.name, files.c.size, files.c.state)
        .join_from(files, applications)
        .where(*_sent_in(contest_id), applications.c.number.between(first, last))
    )
    return await database.read(statement.order_by(applications.c.number, files.c.id))


async def asked(connection: AsyncConnection, contest_id: str, actor_id: int, act: str, since: datetime) -> list[AnyRow]:
    """The lines of the journal (detail) by which the person asked for such a file of the contest after `since`."""
    statement = select(journal.c.detail).where(
        journal.c.contest_id == contest_id,
        journal.c.actor_id == actor_id,
        journal.c.act == act,
        journal.c.at > since,
    )
    return list(await rows(connection, statement))


async def line(database: Database, line_id: int) -> AnyRow | None:
    """A line of the journal by which something was asked for: contest_id, actor_id, at, detail; or None."""
    statement = select(journal.c.contest_id, journal.c.actor_id, journal.c.at, journal.c.detail)
    return await database.row(statement.where(journal.c.id == line_id))
