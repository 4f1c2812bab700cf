"""A mailing's recipients: the ledger of the worker.

queued --turn--> sending --turn--> sent | blocked | muted | failed | unknown | cancelled (of no use to them any more)
   ^                |
   +---given back---+

Written in SQL, lists as one JSON text: there are millions of rows, and a thousand of them change in a second. The
mailing's counters change in the transaction of the rows, by the rows that really changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.mailings import Mailing
from bot.domain.mailings import State as MailingState
from bot.domain.pushes import RULES, Kind, State
from bot.storage import mailings as storage
from bot.storage.database import Database, rows
from bot.storage.seat import Seat
from bot.storage.tables import mailings, recipients

CHUNK = 1_000
"""Rows of one transaction where there are many: it holds the writers' turn for a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A claimed row with whom it is for. `message_id` is that of the message which a correction changes or a recall
    takes back; `blocked`: nothing can be sent to them; `muted`: they do not want announcements."""

    person_id: int
    telegram_id: int
    language: str
    attempts: int
    message_id: int | None
    blocked: bool = False
    muted: bool = False


@dataclass(slots=True)
class Mark:
    """What became of a claimed row: queued again when it was surely not sent; `back` is 1 when nothing was tried."""

    person_id: int
    state: State
    message_id: int | None = None
    error: str | None = None
    back: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn found: the mailing's state (None: there is no such mailing any more), and the rows it claimed."""

    state: MailingState | None
    claimed: Sequence[Recipient]


async def next_people(database: Database, mailing: Mailing, limit: int) -> list[int]:
    """The ids of the next people whom the mailing is for, in order; they are not written down yet. As one JSON text:
    a row for each of them would cost more than finding them."""
    chunk = storage.chunk(mailing.audience, mailing.cursor, mailing.up_to or 0, limit).subquery()
    gather = func.json_group_array if database.is_sqlite else func.json_agg
    row = await database.row(select(gather(chunk.c.id)))
    found = (row[0] if row else None) or []
    return sorted(orjson.loads(found) if isinstance(found, str) else found)


async def write_down(database: Database, mailing_id: int, ids: Sequence[int]) -> bool:
    """Writes people down as recipients, and how far that has come. Safe to repeat after a crash: who is written down
    already is passed by. False: the mailing is not being expanded any more."""
    async with database.write() as connection:
        if not await rows(connection, _REACHED, {"mailing": mailing_id, "cursor": ids[-1]}):
            return False
        values = {"mailing": mailing_id, "ids": _json(ids)}
        added = (await connection.execute(_WRITE_DOWN[database.is_sqlite], values)).rowcount
        await connection.execute(_ADD_TOTAL, {"mailing": mailing_id, "added": added})
    return True


async def turn(seat: Seat, mailing: Mailing, marks: Iterable[Mark], limit: int) -> Turn:
    """Writes down what became of claimed rows, and claims up to `limit` of the next, in one transaction.

    Nothing is claimed of a mailing that is not being sent (any more). Only the seat's holder can: raises SeatLost.
    """
    async with seat.write() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        given = list(marks)
        changed: Counter[State] = Counter()
        if given:
            values = {"mailing": mailing.id, "marks": orjson.dumps(given).decode()}
            changed.update(State(row[0]) for row in await rows(connection, _MARK[is_sqlite], values))
        state = await _count(connection, mailing.id, changed)
        if state != "sending" or limit <= 0:
            return Turn(state, ())
        values = {"mailing": mailing.id, "original": mailing.of_id or 0, "limit": limit}
        claimed = [
            Recipient(row[0], row[1], row[2], row[3], row[4], bool(row[5]), bool(row[6]))
            for row in await rows(connection, _NEXT[is_sqlite], values)
        ]
        if claimed:
            ids = _json([one.person_id for one in claimed])
            await connection.execute(_CLAIM[is_sqlite], {"mailing": mailing.id, "ids": ids})
    return Turn(state, claimed)


async def _count(connection: AsyncConnection, mailing_id: int, changed: Counter[State]) -> MailingState | None:
    """Adds what became of rows to the mailing's counters; gives its state. Who has no use of it is counted out."""
    values = {name: changed[state] for name, state in _COUNTED.items()}
    gone = changed[State.CANCELLED]
    found = await rows(connection, _COUNT, {"mailing": mailing_id, "gone": gone, **values})
    state: MailingState | None = found[0][0] if found else None
    return state


async def settle_interrupted(database: Database, unfinished: Iterable[Mailing]) -> int:
    """At the start: rows that were being sent when the process died. Gives how many were marked unknown.

    Nobody can know whether they arrived. Kinds for which twice is better than never are queued again, unless the
    mailing was cancelled; the others are marked unknown.
    """
    unknown = 0
    for mailing in unfinished:
        ids = await _in_state(database, mailing.id, State.SENDING)
        again = RULES[mailing.kind].repeat_unknown and mailing.state != "cancelled"
        for start in range(0, len(ids), CHUNK):
            async with database.write() as connection:
                to = State.QUEUED if again else State.UNKNOWN
                moved = await _move(connection, mailing.id, ids[start : start + CHUNK], State.SENDING, to)
                await _count(connection, mailing.id, Counter({to: moved}))
                unknown += 0 if again else moved
    return unknown


async def unknown(database: Database, mailing_id: int) -> list[int]:
    """The ids of people of whom nobody knows whether they got it."""
    return await _in_state(database, mailing_id, State.UNKNOWN)


async def repeat(connection: AsyncConnection, mailing_id: int, ids: Sequence[int]) -> int:
    """Queues people again of whom nobody knows whether they got it; gives how many."""
    moved = await _move(connection, mailing_id, ids, State.UNKNOWN, State.QUEUED)
    await _count(connection, mailing_id, Counter({State.UNKNOWN: -moved}))
    return moved


async def _in_state(database: Database, mailing_id: int, state: State) -> list[int]:
    """Read outside of any transaction that writes: it looks at every row of the mailing."""
    statement = select(recipients.c.person_id).filter_by(mailing_id=mailing_id, state=state)
    return [row[0] for row in await database.read(statement)]


async def _move(connection: AsyncConnection, mailing_id: int, ids: Sequence[int], of: State, to: State) -> int:
    values = {"mailing": mailing_id, "ids": _json(ids), "of": of, "to": to}
    return len(await rows(connection, _MOVE[connection.dialect.name == "sqlite"], values))


async def reasons(database: Database, mailing_id: int) -> dict[str, int]:
    """Why sending failed -> how often."""
    statement = (
        select(recipients.c.error, func.count())
        .where(recipients.c.mailing_id == mailing_id, recipients.c.state == State.FAILED)
        .group_by(recipients.c.error)
    )
    return {row[0] or "": row[1] for row in await database.read(statement)}


async def fold(database: Database, before: datetime) -> None:
    """Of mailings that ended before that moment only counts are kept. Safe to repeat, and after a crash."""
    has_rows = select(recipients.c.person_id).where(recipients.c.mailing_id == mailings.c.id).exists()
    is_counted = mailings.c.reasons.is_not(None)
    ended = select(mailings.c.id, is_counted).where(mailings.c.ended_at < before, has_rows | ~is_counted)
    for mailing_id, counted in await database.read(ended):
        if not counted:
            why = await reasons(database, mailing_id)
            await database.run(update(mailings).where(mailings.c.id == mailing_id).values(reasons=why))
        while await database.run(_DROP, {"mailing": mailing_id, "limit": CHUNK}):
            pass


async def of_person(database: Database, person_id: int) -> list[tuple[Kind, State, datetime]]:
    """The mailings that the person got, or may have got: the kind, which of the two, and when it began."""
    statement = (
        select(mailings.c.kind, recipients.c.state, mailings.c.begun_at)
        .join(recipients, (recipients.c.mailing_id == mailings.c.id) & (recipients.c.person_id == person_id))
        .where(recipients.c.state.in_((State.SENT, State.UNKNOWN)))
        .order_by(mailings.c.id)
    )
    return [(Kind(row[0]), State(row[1]), row[2]) for row in await database.read(statement)]


async def forget(connection: AsyncConnection, person_id: int) -> None:
    """Removes the person from all mailings; who was still to get one is counted out."""
    dropped = await rows(connection, _FORGET, {"person": person_id})
    waiting = Counter(row[0] for row in dropped if row[1] in (State.QUEUED, State.SENDING))
    for mailing_id, count in waiting.items():
        await _count(connection, mailing_id, Counter({State.CANCELLED: count}))


def _json(ids: Sequence[int]) -> str:
    return orjson.dumps(ids).decode()


# True: SQLite. False: PostgreSQL.
_IDS = {
    True: "SELECT value FROM json_each(:ids)",
    False: "SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(CAST(:ids AS text) AS json))",
}
_MARKS = {
    # Neither flattened (LIMIT) nor looked up for each row of the mailing (mailing): SQLite takes a mailing for small.
    True: """SELECT :mailing AS mailing, json_extract(value, '$.person_id') AS person,
        json_extract(value, '$.state') AS state, json_extract(value, '$.message_id') AS message,
        json_extract(value, '$.error') AS error, json_extract(value, '$.back') AS back
        FROM json_each(:marks) LIMIT -1""",
    False: """SELECT CAST(:mailing AS bigint) AS mailing, CAST(value ->> 'person_id' AS bigint) AS person,
        CAST(value ->> 'state' AS smallint) AS state, CAST(value ->> 'message_id' AS bigint) AS message,
        value ->> 'error' AS error, CAST(value ->> 'back' AS smallint) AS back
        FROM json_array_elements(CAST(CAST(:marks AS text) AS json))""",
}
_COUNTED = {
    "sent": State.SENT,
    "blocked": State.BLOCKED,
    "muted": State.MUTED,
    "failed": State.FAILED,
    "unknown": State.UNKNOWN,
}
_REACHED = text("UPDATE mailings SET cursor = :cursor WHERE id = :mailing AND state = 'expanding' RETURNING id")
_WRITE_DOWN = {
    is_sqlite: text(
        "INSERT INTO recipients (mailing_id, person_id, state, attempts)"
        f" SELECT :mailing, ids.value, 0, 0 FROM ({ids}) AS ids WHERE true"
        " ON CONFLICT DO NOTHING"
    )
    for is_sqlite, ids in {True: _IDS[True], False: _IDS[False].replace("bigint)", "bigint) AS value", 1)}.items()
}
_ADD_TOTAL = text("UPDATE mailings SET total = total + :added WHERE id = :mailing")
_MARK = {
    is_sqlite: text(
        "UPDATE recipients SET state = m.state, message_id = coalesce(m.message, recipients.message_id),"
        f" error = m.error, attempts = recipients.attempts - m.back FROM ({marks}) AS m"
        " WHERE recipients.mailing_id = m.mailing AND recipients.person_id = m.person"
        f" AND recipients.state = {State.SENDING:d} RETURNING recipients.state"
    )
    for is_sqlite, marks in _MARKS.items()
}
_COUNT = text(
    "UPDATE mailings SET "
    + ", ".join(f"{name} = {name} + :{name}" for name in _COUNTED)
    + ", total = total - :gone WHERE id = :mailing RETURNING state"
)
_NEXT = {
    is_sqlite: text(
        "SELECT r.person_id, p.telegram_id, p.language, r.attempts + 1, o.message_id,"
        " p.blocked_at IS NOT NULL OR p.retired_at IS NOT NULL, p.muted_at IS NOT NULL"
        f" FROM recipients AS r {index} JOIN people AS p ON p.id = r.person_id"
        " LEFT JOIN recipients AS o ON o.mailing_id = :original AND o.person_id = r.person_id"
        f" WHERE r.mailing_id = :mailing AND r.state = {State.QUEUED:d} ORDER BY r.person_id LIMIT :limit {locked}"
    )
    for is_sqlite, index, locked in (
        (True, "INDEXED BY ix_recipients_queued", ""),
        (False, "", "FOR UPDATE OF r SKIP LOCKED"),
    )
}
_CLAIM = {
    is_sqlite: text(
        f"UPDATE recipients SET state = {State.SENDING:d}, attempts = attempts + 1"
        f" WHERE mailing_id = :mailing AND person_id IN ({ids})"
    )
    for is_sqlite, ids in _IDS.items()
}
_MOVE = {
    is_sqlite: text(
        "UPDATE recipients SET state = :to"
        f" WHERE mailing_id = :mailing AND state = :of AND person_id IN ({ids}) RETURNING person_id"
    )
    for is_sqlite, ids in _IDS.items()
}
_DROP = text(
    "DELETE FROM recipients WHERE mailing_id = :mailing AND person_id IN"
    " (SELECT person_id FROM recipients WHERE mailing_id = :mailing LIMIT :limit) RETURNING person_id"
)
_FORGET = text(
    "DELETE FROM recipients WHERE person_id = :person AND mailing_id IN (SELECT id FROM mailings)"
    " RETURNING mailing_id, state"
)
