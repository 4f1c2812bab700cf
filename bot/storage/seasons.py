"""A contest's applications as a whole: how many are where, who has which place, and the release of the results."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.applications import TRANSITIONS, Act, Application, State
from bot.storage.applications import as_application, whole
from bot.storage.database import Database, rows
from bot.storage.tables import applications, history
from bot.vault import Vault

Counts = dict[tuple[State, str | None], int]
"""(state, place) -> how many applications."""


def _counted(contest_id: str) -> Select[tuple[State, str | None, int]]:
    columns = (applications.c.state, applications.c.place)
    return select(*columns, func.count()).where(applications.c.contest_id == contest_id).group_by(*columns)


async def counts(database: Database, contest_id: str) -> Counts:
    """How many of the contest's applications are in which state, with which place."""
    return {(row[0], row[1]): row[2] for row in await database.read(_counted(contest_id))}


async def counts_in(connection: AsyncConnection, contest_id: str) -> Counts:
    """The same inside a transaction."""
    return {(row[0], row[1]): row[2] for row in await rows(connection, _counted(contest_id))}


def _having_a_place(contest_id: str) -> ColumnElement[bool]:
    """Each decision takes a pending place away; one that was withdrawn merely does not count any more."""
    return (
        (applications.c.contest_id == contest_id)
        & applications.c.place.is_not(None)
        & applications.c.state.in_(("admitted", "placed"))
    )


async def with_places(database: Database, vault: Vault, contest_id: str) -> list[Application]:
    """Everyone who has a place, pending or released, by id."""
    statement = whole().where(_having_a_place(contest_id)).order_by(applications.c.id)
    return [as_application(row, vault) for row in await database.read(statement)]


async def with_places_in(connection: AsyncConnection, vault: Vault, contest_id: str) -> list[Application]:
    """The same inside a transaction."""
    statement = whole().where(_having_a_place(contest_id)).order_by(applications.c.id)
    return [as_application(row, vault) for row in await rows(connection, statement)]


async def admitted(database: Database, vault: Vault, contest_id: str, after: int, limit: int) -> list[Application]:
    """The contest's next admitted applications, with ids above `after`."""
    which = (applications.c.contest_id == contest_id) & (applications.c.state == "admitted")
    statement = whole().where(which, applications.c.id > after).order_by(applications.c.id).limit(limit)
    return [as_application(row, vault) for row in await database.read(statement)]


async def of_person(
    database: Database, contest_id: str, person_id: int, states: Sequence[State]
) -> tuple[int, str | None, int | None] | None:
    """The person's application in one of the states: its id, place, number; or None."""
    statement = (
        select(applications.c.id, applications.c.place, applications.c.number)
        .where(
            applications.c.person_id == person_id,
            applications.c.contest_id == contest_id,
            applications.c.state.in_(states),
        )
        .order_by(applications.c.id.desc())
    )
    row = await database.row(statement)
    return (row[0], row[1], row[2]) if row else None


async def release(connection: AsyncConnection, contest_id: str, actor_id: int | None, now: datetime) -> tuple[int, int]:
    """Admitted applications become placed or not, each with a line of its history; gives how many of each.

    Four statements, however many applications there are.
    """
    placed = await _carry_out(connection, contest_id, "place", applications.c.place.is_not(None), actor_id, now)
    passed = await _carry_out(connection, contest_id, "pass_over", applications.c.place.is_(None), actor_id, now)
    return placed, passed


async def _carry_out(
    connection: AsyncConnection,
    contest_id: str,
    act: Act,
    which: ColumnElement[bool],
    actor_id: int | None,
    now: datetime,
) -> int:
    rule, of_contest = TRANSITIONS[act], applications.c.contest_id == contest_id
    statement = update(applications).where(of_contest, applications.c.state.in_(rule.of), which)
    changed = (await connection.execute(statement.values(state=rule.to))).rowcount
    # A contest's results are released once: whoever is in that state now came there by the statement above.
    lines = select(
        applications.c.id,
        literal(now, history.c.at.type),
        literal(actor_id, history.c.actor_id.type),
        literal(act, history.c.act.type),
        applications.c.state,
        func.coalesce(applications.c.place, ""),
    ).where(of_contest, applications.c.state == rule.to)
    columns = ["application_id", "at", "actor_id", "act", "state", "reason"]
    await connection.execute(history.insert().from_select(columns, lines))
    return changed
