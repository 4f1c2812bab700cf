"""Mailings: what goes to many, whom it is for, and what became of it. The worker's ledger is in storage/recipients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.mailings import BY_HAND, RUNNING, TRANSITIONS, Act, Audience, Counts, Mailing, State
from bot.domain.pushes import Kind
from bot.domain.pushes import State as Fate
from bot.storage.database import AnyRow, Database, rows
from bot.storage.tables import applications, follows, journal, mailings, people, recipients

_COUNTS = ("total", "sent", "blocked", "muted", "failed", "unknown")
_COLUMNS = (
    mailings.c.id,
    mailings.c.kind,
    mailings.c.state,
    mailings.c.contest_id,
    mailings.c.announcement_id,
    mailings.c.of_id,
    mailings.c.author_id,
    mailings.c.approver_id,
    mailings.c.audience,
    mailings.c.up_to,
    mailings.c.cursor,
    mailings.c.due_at,
    mailings.c.not_after,
    mailings.c.begun_at,
    mailings.c.ended_at,
    mailings.c.reasons,
    mailings.c.trouble,
    mailings.c.progress_id,
    mailings.c.detail,
    *(mailings.c[name] for name in _COUNTS),
)


def as_mailing(row: AnyRow) -> Mailing:
    """The mailing in the columns of _COLUMNS."""
    values = {column.name: value for column, value in zip(_COLUMNS, row, strict=True)}
    counts = Counts(**{name: values.pop(name) for name in _COUNTS})
    values["kind"] = Kind(values["kind"])
    values["audience"] = Audience.read(values["audience"])
    return Mailing(counts=counts, **values)


def members(audience: Audience) -> ColumnElement[bool]:
    """The condition on a row of `people` by which it belongs to the audience."""
    reachable = people.c.language.is_not(None) & people.c.retired_at.is_(None)
    match audience.of:
        case "everyone":
            return reachable
        case "language":
            return reachable & (people.c.language == audience.language)
        case "followers":
            of = select(follows.c.person_id).where(follows.c.contest_id == audience.contest)
        case "applicants":
            of = select(applications.c.person_id).where(
                applications.c.contest_id == audience.contest,
                applications.c.state.in_(audience.states),
                applications.c.person_id.is_not(None),
            )
        case "recipients":
            of = select(recipients.c.person_id).where(
                recipients.c.mailing_id == audience.mailing, recipients.c.state == Fate.SENT
            )
    return reachable & people.c.id.in_(of)


async def create(connection: AsyncConnection, values: Mapping[str, Any]) -> int:
    """A new mailing; gives its id. `audience` is given as domain.mailings.Audience."""
    stored = {**values, "audience": values["audience"].stored()}
    return int((await rows(connection, mailings.insert().values(**stored).returning(mailings.c.id)))[0][0])


async def get(database: Database, mailing_id: int) -> Mailing | None:
    """The mailing, or None."""
    row = await database.row(select(*_COLUMNS).where(mailings.c.id == mailing_id))
    return as_mailing(row) if row else None


async def lock(connection: AsyncConnection, mailing_id: int) -> Mailing | None:
    """The mailing, locked until the transaction ends, or None."""
    found = await rows(connection, select(*_COLUMNS).where(mailings.c.id == mailing_id).with_for_update())
    return as_mailing(found[0]) if found else None


async def in_states(database: Database, states: Iterable[State]) -> list[Mailing]:
    """All mailings in one of the states, the oldest first."""
    statement = select(*_COLUMNS).where(mailings.c.state.in_(tuple(states))).order_by(mailings.c.id)
    return [as_mailing(row) for row in await database.read(statement)]


async def recent(database: Database, kinds: Iterable[Kind], before: int | None, limit: int) -> list[Mailing]:
    """Mailings of these kinds, the newest first, with ids below `before`."""
    statement = select(*_COLUMNS).where(mailings.c.kind.in_(tuple(kinds))).order_by(mailings.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(mailings.c.id < before)
    return [as_mailing(row) for row in await database.read(statement)]


async def made_of(database: Database, mailing_id: int, kind: Kind) -> list[Mailing]:
    """The corrections or the recalls of a mailing that were not cancelled, the newest first."""
    statement = (
        select(*_COLUMNS)
        .where(mailings.c.of_id == mailing_id, mailings.c.kind == kind, mailings.c.state != "cancelled")
        .order_by(mailings.c.id.desc())
    )
    return [as_mailing(row) for row in await database.read(statement)]


async def shows_progress(database: Database, person_id: int, message_id: int) -> bool:
    """Whether the message in this author's chat is one that shows a progress."""
    statement = select(mailings.c.id).where(mailings.c.author_id == person_id, mailings.c.progress_id == message_id)
    return await database.row(statement.limit(1)) is not None


async def is_recalled(connection: AsyncConnection, mailing_id: int) -> bool:
    """Whether a mailing is being taken back, or was, inside the transaction that locked it."""
    statement = select(mailings.c.id).where(
        mailings.c.of_id == mailing_id, mailings.c.kind == Kind.ANNOUNCEMENT_RECALL, mailings.c.state != "cancelled"
    )
    return bool(await rows(connection, statement.limit(1)))


async def to_show(database: Database, ended_since: datetime) -> list[Mailing]:
    """Announcements whose progress their author watches: those that run or are paused, and those that ended since."""
    under_way = mailings.c.state.in_((*RUNNING, "paused"))
    ended = mailings.c.state.in_(("done", "cancelled")) & (mailings.c.ended_at >= ended_since)
    statement = select(*_COLUMNS).where(
        mailings.c.kind.in_(BY_HAND),
        mailings.c.author_id.is_not(None),
        mailings.c.begun_at.is_not(None),
        under_way | ended,
    )
    return [as_mailing(row) for row in await database.read(statement.order_by(mailings.c.id))]


async def move(connection: AsyncConnection, mailing_id: int, act: Act, **values: Any) -> bool:
    """Carries out an act of domain.mailings.TRANSITIONS, with other columns. False: it is in another state by now."""
    rule = TRANSITIONS[act]
    statement = (
        update(mailings)
        .where(mailings.c.id == mailing_id, mailings.c.state.in_(rule.of))
        .values(state=rule.to, **values)
        .returning(mailings.c.id)
    )
    return bool(await rows(connection, statement))


async def change(connection: AsyncConnection, mailing_id: int, **values: Any) -> None:
    """Changes columns that are no state."""
    await connection.execute(update(mailings).where(mailings.c.id == mailing_id).values(**values))


async def cancel_of_contest(connection: AsyncConnection, contest_id: str, kinds: Iterable[Kind], now: datetime) -> None:
    """Cancels the contest's mailings of these kinds that did not begin or are under way."""
    rule = TRANSITIONS["cancel"]
    statement = update(mailings).where(
        mailings.c.contest_id == contest_id, mailings.c.kind.in_(tuple(kinds)), mailings.c.state.in_(rule.of)
    )
    await connection.execute(statement.values(state=rule.to, ended_at=now))


async def due(database: Database, now: datetime) -> list[Mailing]:
    """Scheduled mailings whose moment has come, the earliest first."""
    statement = (
        select(*_COLUMNS)
        .where(mailings.c.state == "scheduled", mailings.c.due_at <= now)
        .order_by(mailings.c.due_at, mailings.c.id)
    )
    return [as_mailing(row) for row in await database.read(statement)]


async def greatest_person(connection: AsyncConnection) -> int:
    """The greatest id of a person at this moment; 0 where there is nobody."""
    return int((await rows(connection, select(func.coalesce(func.max(people.c.id), 0))))[0][0])


async def count(database: Database, audience: Audience) -> int:
    """How many people the audience has now, those who blocked the bot or muted announcements included."""
    row = await database.row(select(func.count()).select_from(people).where(members(audience)))
    return int(row[0]) if row else 0


async def reach(database: Database, audience: Audience) -> tuple[int, int]:
    """How many of the audience blocked the bot, and how many others muted announcements."""
    blocked, muted = people.c.blocked_at.is_not(None), people.c.muted_at.is_not(None)
    statement = select(
        func.count().filter(blocked),
        func.count().filter(muted & ~blocked),
    ).where(members(audience))
    row = await database.row(statement)
    return (int(row[0]), int(row[1])) if row else (0, 0)


def chunk(audience: Audience, cursor: int, up_to: int, limit: int) -> Select[Any]:
    """The ids of the audience's next people."""
    return (
        select(people.c.id)
        .where(people.c.id > cursor, people.c.id <= up_to, members(audience))
        .order_by(people.c.id)
        .limit(limit)
    )


async def write_down(
    connection: AsyncConnection,
    at: datetime,
    actor_id: int | None,
    act: str,
    contest_id: str | None = None,
    mailing_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Writes a line of the journal: what an organiser did to a contest or an announcement; gives its id."""
    values = {"at": at, "actor_id": actor_id, "act": act, "contest_id": contest_id, "mailing_id": mailing_id}
    statement = journal.insert().values(**values, detail=dict(detail or {})).returning(journal.c.id)
    return int((await rows(connection, statement))[0][0])


async def journal_of(database: Database, **subject: Any) -> list[AnyRow]:
    """The lines of a contest (contest_id=…) or of an announcement (mailing_id=…), the oldest first: id, at, actor_id,
    act, detail."""
    statement = select(journal.c.id, journal.c.at, journal.c.actor_id, journal.c.act, journal.c.detail)
    return list(await database.read(statement.filter_by(**subject).order_by(journal.c.id)))


async def journal_line(database: Database, line_id: int) -> AnyRow | None:
    """One line: its contest_id and detail; or None."""
    return await database.row(select(journal.c.contest_id, journal.c.detail).where(journal.c.id == line_id))
