"""Reports of steps that did not work: rows that hold a person's words for a while, and count for good."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.reports import Report
from bot.storage import files
from bot.storage.database import Database, rows
from bot.storage.tables import files as screenshots
from bot.storage.tables import reports
from bot.vault import Vault

_COLUMNS = (
    reports.c.id,
    reports.c.person_id,
    reports.c.guide,
    reports.c.step,
    reports.c.language,
    reports.c.reason,
    reports.c.words,
    reports.c.created_at,
    reports.c.written_at,
    reports.c.answer_by,
    reports.c.answered_at,
    reports.c.answered_by,
    reports.c.answer,
)
_IS_OPEN = reports.c.answered_at.is_(None) & reports.c.person_id.is_not(None)


def _as_report(row: Iterable[Any], vault: Vault) -> Report:
    values = list(row)
    values[6] = vault.open_text(values[6]) if values[6] else ""
    values[12] = vault.open_text(values[12]) if values[12] else ""
    return Report(*values)


async def add(connection: AsyncConnection, values: dict[str, Any]) -> int:
    """A new open report; gives its id."""
    return int((await rows(connection, reports.insert().values(**values).returning(reports.c.id)))[0][0])


async def get(database: Database, vault: Vault, report_id: int) -> Report | None:
    """The report, or None."""
    row = await database.row(select(*_COLUMNS).where(reports.c.id == report_id))
    return _as_report(row, vault) if row else None


async def lock(connection: AsyncConnection, vault: Vault, report_id: int) -> Report | None:
    """The report, locked until the transaction ends, or None."""
    found = await rows(connection, select(*_COLUMNS).where(reports.c.id == report_id).with_for_update())
    return _as_report(found[0], vault) if found else None


async def lock_open_of(connection: AsyncConnection, vault: Vault, person_id: int) -> list[Report]:
    """The person's open reports, the oldest first, locked until the transaction ends."""
    statement = select(*_COLUMNS).where(reports.c.person_id == person_id, _IS_OPEN).order_by(reports.c.id)
    return [_as_report(row, vault) for row in await rows(connection, statement.with_for_update())]


async def of_person(database: Database, vault: Vault, person_id: int) -> list[Report]:
    """All reports that are still a person's, the oldest first."""
    statement = select(*_COLUMNS).where(reports.c.person_id == person_id).order_by(reports.c.id)
    return [_as_report(row, vault) for row in await database.read(statement)]


async def page(database: Database, vault: Vault, after: int, limit: int) -> list[Report]:
    """Open reports with ids above `after`, the oldest first."""
    statement = select(*_COLUMNS).where(_IS_OPEN, reports.c.id > after).order_by(reports.c.id).limit(limit)
    return [_as_report(row, vault) for row in await database.read(statement)]


async def page_before(database: Database, report_id: int, size: int) -> int | None:
    """The `after` of the page of `size` that ends just before this report; None: nothing is before it."""
    statement = select(reports.c.id).where(_IS_OPEN, reports.c.id < report_id).order_by(reports.c.id.desc())
    before = await database.read(statement.limit(size))
    return before[-1][0] - 1 if before else None


async def count_open(database: Database) -> int:
    """How many reports wait for an answer."""
    row = await database.row(select(func.count()).where(_IS_OPEN))
    return int(row[0]) if row else 0


async def is_only_open(connection: AsyncConnection, report_id: int) -> bool:
    """Whether no other report waits for an answer."""
    return not await rows(connection, select(reports.c.id).where(_IS_OPEN, reports.c.id != report_id).limit(1))


async def change(connection: AsyncConnection, report_id: int, values: dict[str, Any]) -> None:
    """Changes columns of a report that is locked."""
    await connection.execute(update(reports).where(reports.c.id == report_id).values(**values))


async def answer(connection: AsyncConnection, report_id: int, by: int, sealed: bytes, now: datetime) -> int | None:
    """Answers an open report; gives whom to tell. None: somebody was first, or nobody waits any more."""
    statement = (
        update(reports)
        .where(reports.c.id == report_id, _IS_OPEN)
        .values(answered_at=now, answered_by=by, answer=sealed)
        .returning(reports.c.person_id)
    )
    found = await rows(connection, statement)
    return int(found[0][0]) if found else None


async def forget(connection: AsyncConnection, person_id: int) -> list[int]:
    """Leaves nothing but the count of a person's reports; gives the ids of files to remove."""
    return await _empty(connection, [row[0] for row in await rows(connection, _ids(reports.c.person_id == person_id))])


async def erase_old(database: Database, before: datetime) -> list[int]:
    """Erases words and screenshots of before that moment (UTC), and all but the count of what was answered before it.

    Gives the ids of files to remove. Safe to repeat.
    """
    done = await database.read(_ids(reports.c.answered_at < before, reports.c.person_id.is_not(None)))
    # Whoever still waits is still answered: only what they wrote goes.
    holds = or_(reports.c.words.is_not(None), reports.c.id.in_(select(screenshots.c.report_id)))
    written = await database.read(_ids(reports.c.written_at < before, holds))
    if not done and not written:
        return []
    async with database.write() as connection:
        ids = [row[0] for row in written]
        await connection.execute(update(reports).where(reports.c.id.in_(ids)).values(words=None))
        return await files.drop_of_reports(connection, ids) + await _empty(connection, [row[0] for row in done])


async def _empty(connection: AsyncConnection, ids: list[int]) -> list[int]:
    nothing = {"person_id": None, "words": None, "answer": None, "answered_by": None}
    await connection.execute(update(reports).where(reports.c.id.in_(ids)).values(**nothing))
    return await files.drop_of_reports(connection, ids)


def _ids(*conditions: ColumnElement[bool]) -> Select[tuple[int]]:
    return select(reports.c.id).where(*conditions)


async def stuck(database: Database, guide: str, since: datetime, until: datetime) -> dict[str, int]:
    """Step of a guide -> how many reports were made from `since` to before `until` (UTC), answered or not."""
    statement = (
        select(reports.c.step, func.count())
        .where(reports.c.guide == guide, reports.c.created_at >= since, reports.c.created_at < until)
        .group_by(reports.c.step)
    )
    return {row[0]: row[1] for row in await database.read(statement)}
