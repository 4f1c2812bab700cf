"""A contest's applications as organisers look for them: how many, a page of them, by number, by words of the name."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.applications import DECISIONS, Act, Application
from bot.storage.applications import as_application, whole
from bot.storage.database import Database, rows
from bot.storage.tables import applications, history, name_words
from bot.vault import Vault


async def counts(database: Database, contest_id: str) -> dict[str, int]:
    """State -> how many applications; of those withdrawn only what had been sent in."""
    seen = applications.c.number.is_not(None) | (applications.c.state != "withdrawn")
    statement = (
        select(applications.c.state, func.count())
        .where(applications.c.contest_id == contest_id, seen)
        .group_by(applications.c.state)
    )
    return {row[0]: row[1] for row in await database.read(statement)}


async def page(
    database: Database, vault: Vault, contest_id: str, state: str, before: int, limit: int
) -> list[Application]:
    """What was sent in, the greatest number first: of one state ('': of any but drafts), with numbers below `before`
    (0: from the greatest)."""
    statement = whole().where(*_listed(contest_id, state)).order_by(applications.c.number.desc()).limit(limit)
    if before:
        statement = statement.where(applications.c.number < before)
    return [as_application(row, vault) for row in await database.read(statement)]


async def page_above(database: Database, contest_id: str, state: str, number: int, size: int) -> int | None:
    """The `before` of the page of `size` that ends just above this number; None: nothing is above."""
    statement = (
        select(applications.c.number)
        .where(*_listed(contest_id, state), applications.c.number > number)
        .order_by(applications.c.number)
        .limit(size)
    )
    above = await database.read(statement)
    return above[-1][0] + 1 if above else None


def _listed(contest_id: str, state: str):  # type: ignore[no-untyped-def]  # a list of SQLAlchemy's conditions
    wanted = applications.c.state == state if state else applications.c.state != "draft"
    return [applications.c.contest_id == contest_id, applications.c.number.is_not(None), wanted]


async def by_number(database: Database, vault: Vault, contest_id: str, number: int) -> list[Application]:
    """The application with this number, if there is one."""
    statement = whole().where(applications.c.contest_id == contest_id, applications.c.number == number)
    return [as_application(row, vault) for row in await database.read(statement)]


async def by_words(
    database: Database, vault: Vault, contest_id: str, words: Collection[bytes], limit: int
) -> list[Application]:
    """What was sent in by people whose names have all these words (keyed hashes), the greatest number first."""
    named = (
        select(name_words.c.application_id)
        .where(name_words.c.word.in_(words))
        .group_by(name_words.c.application_id)
        .having(func.count() == len(words))
    )
    statement = whole().where(*_listed(contest_id, ""), applications.c.id.in_(named))
    found = await database.read(statement.order_by(applications.c.number.desc()).limit(limit))
    return [as_application(row, vault) for row in found]


async def last_decision(connection: AsyncConnection, application_id: int) -> tuple[int | None, Act] | None:
    """Who decided last, and what; None: nobody did."""
    statement = (
        select(history.c.actor_id, history.c.act)
        .where(history.c.application_id == application_id, history.c.act.in_(DECISIONS))
        .order_by(history.c.id.desc())
        .limit(1)
    )
    found = await rows(connection, statement)
    return (found[0][0], found[0][1]) if found else None
