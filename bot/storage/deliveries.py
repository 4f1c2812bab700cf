"""The outbox: what is to be sent, claimed, and what became of it.

queued --claim--> sending --mark--> sent | blocked | failed | unknown
   ^                 |
   +-----retry-------+        queued --> cancelled (no longer of use)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.pushes import RULES, Kind, State
from bot.storage.database import Database, rows
from bot.storage.seat import Seat
from bot.storage.tables import deliveries, people


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed row with whom it is for."""

    id: int
    kind: Kind
    person_id: int
    telegram_id: int
    language: str | None
    blocked: bool
    subject_id: int | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a delivery; `due_at` is when a queued one is tried again."""

    id: int
    state: State
    due_at: datetime
    error: str | None = None


async def queue(
    connection: AsyncConnection, kind: Kind, person_id: int, subject_id: int | None, due_at: datetime
) -> None:
    """Queues a push in the transaction of the change that caused it."""
    await connection.execute(
        deliveries.insert().values(
            kind=kind, state=State.QUEUED, person_id=person_id, subject_id=subject_id, due_at=due_at
        )
    )


async def is_queued(connection: AsyncConnection, kind: Kind, person_id: int) -> bool:
    """Whether such a push is queued for the person already."""
    statement = select(deliveries.c.id).filter_by(kind=kind, person_id=person_id, state=State.QUEUED)
    return bool(await rows(connection, statement.limit(1)))


async def last_due(connection: AsyncConnection, kind: Kind, person_id: int) -> datetime | None:
    """When the newest push of the kind to the person was due, but for those cancelled; None: there was none."""
    wanted = deliveries.c.kind == kind, deliveries.c.person_id == person_id, deliveries.c.state != State.CANCELLED
    return (await rows(connection, select(func.max(deliveries.c.due_at)).where(*wanted)))[0][0]  # type: ignore[no-any-return]


async def cancel(connection: AsyncConnection, kind: Kind, subject_id: int | None) -> None:
    """Cancels what of this kind is queued about the subject (None: about none)."""
    queued = update(deliveries).filter_by(kind=kind, subject_id=subject_id, state=State.QUEUED)
    await connection.execute(queued.values(state=State.CANCELLED))


async def claim(seat: Seat, now: datetime, limit: int, busy: Collection[int] = ()) -> list[Delivery]:
    """Takes up to `limit` due rows, the oldest first, and commits that they are being sent; rows of people who are
    `busy` wait. Only the seat's holder can: raises SeatLost otherwise."""
    due = (
        select(deliveries.c.id)
        .where(deliveries.c.state == State.QUEUED, deliveries.c.due_at <= now, deliveries.c.person_id.not_in(busy))
        .order_by(deliveries.c.due_at, deliveries.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    async with seat.write() as connection:
        ids = [row[0] for row in await rows(connection, due)]
        if not ids:
            return []
        await connection.execute(
            update(deliveries)
            .where(deliveries.c.id.in_(ids))
            .values(state=State.SENDING, attempts=deliveries.c.attempts + 1)
        )
        claimed = await rows(
            connection,
            select(
                deliveries.c.id,
                deliveries.c.kind,
                deliveries.c.person_id,
                people.c.telegram_id,
                people.c.language,
                people.c.blocked_at.is_not(None),
                deliveries.c.subject_id,
                deliveries.c.attempts,
            )
            .join(people, people.c.id == deliveries.c.person_id)
            .where(deliveries.c.id.in_(ids))
            .order_by(deliveries.c.due_at, deliveries.c.id),
        )
    return [Delivery(row[0], Kind(row[1]), *row[2:]) for row in claimed]


_MARK = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("of"), deliveries.c.state == State.SENDING)
    .values(state=bindparam("to"), due_at=bindparam("due"), error=bindparam("why"))
)


async def mark(database: Database, marks: Iterable[Mark]) -> None:
    """Writes down what became of claimed rows."""
    values = [{"of": mark.id, "to": mark.state, "due": mark.due_at, "why": mark.error} for mark in marks]
    async with database.write() as connection:
        await connection.execute(_MARK, values)


async def settle_interrupted(database: Database, now: datetime) -> int:
    """At the start: rows that were being sent when the process died.

    Nobody can know whether they arrived. Kinds for which twice is better than never are queued again, the others
    are marked unknown. Gives how many were marked unknown.
    """
    again = [kind for kind, rule in RULES.items() if rule.repeat_unknown]
    sending = deliveries.c.state == State.SENDING
    async with database.write() as connection:
        await connection.execute(
            update(deliveries).where(sending, deliveries.c.kind.in_(again)).values(state=State.QUEUED, due_at=now)
        )
        statement = update(deliveries).where(sending).values(state=State.UNKNOWN).returning(deliveries.c.id)
        return len(await rows(connection, statement))


async def next_due(database: Database, busy: Collection[int] = ()) -> datetime | None:
    """When the next queued row is due, but for people who are `busy`, or None."""
    waiting = deliveries.c.state == State.QUEUED, deliveries.c.person_id.not_in(busy)
    row = await database.row(select(func.min(deliveries.c.due_at)).where(*waiting))
    return row[0] if row else None


async def of_person(database: Database, person_id: int) -> list[tuple[Kind, State, datetime]]:
    """What was sent, or is to be sent, to a person."""
    statement = select(deliveries.c.kind, deliveries.c.state, deliveries.c.due_at).filter_by(person_id=person_id)
    return [(Kind(row[0]), State(row[1]), row[2]) for row in await database.read(statement)]


async def drop_old(database: Database, before: datetime) -> None:
    """Removes rows that came to their end before that moment."""
    ended = deliveries.c.state.not_in((State.QUEUED, State.SENDING))
    await database.run(delete(deliveries).where(ended, deliveries.c.due_at < before))
