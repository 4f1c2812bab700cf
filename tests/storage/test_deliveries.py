"""The outbox: queue, claim, mark, settle."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select

from bot.domain.pushes import Kind, State
from bot.storage import deliveries, people
from bot.storage.database import Database
from bot.storage.deliveries import Delivery, Mark
from bot.storage.seat import Seat
from bot.storage.tables import deliveries as table
from tests.storage.samples import DAY, NOW, person

MINUTE = timedelta(minutes=1)


async def queue(database: Database, person_id: int, *subjects: int, kind: Kind = Kind.RECEIPT) -> None:
    async with database.write() as connection:
        for subject in subjects:
            await deliveries.queue(connection, kind, person_id, subject, NOW)


async def states(database: Database) -> list[tuple[int, int, str | None]]:
    found = await database.read(select(table.c.subject_id, table.c.state, table.c.error).order_by(table.c.id))
    return [(row[0], row[1], row[2]) for row in found]


async def test_a_claimed_row_by_value(database: Database) -> None:
    someone = await person(database, 1)
    await people.speak(database, 1, "kk", NOW)
    await queue(database, someone, 42)
    claimed = await deliveries.claim(Seat(database), NOW, 10)
    assert claimed == [Delivery(claimed[0].id, Kind.RECEIPT, someone, 1, "kk", False, 42, 1)]
    assert await states(database) == [(42, State.SENDING, None)]
    assert await deliveries.claim(Seat(database), NOW, 10) == []


async def test_a_blocked_person_is_told_apart(database: Database) -> None:
    someone = await person(database, 1)
    await people.set_blocked(database, 1, NOW)
    await queue(database, someone, 1)
    assert [one.blocked for one in await deliveries.claim(Seat(database), NOW, 1)] == [True]


async def test_the_oldest_due_come_first_and_no_more_than_asked(database: Database) -> None:
    someone = await person(database, 1)
    async with database.write() as connection:
        for subject, due in ((1, NOW), (2, NOW - MINUTE), (3, NOW + MINUTE), (4, NOW)):
            await deliveries.queue(connection, Kind.RECEIPT, someone, subject, due)
    assert await deliveries.next_due(database) == NOW - MINUTE
    assert [one.subject_id for one in await deliveries.claim(Seat(database), NOW, 2)] == [2, 1]
    assert [one.subject_id for one in await deliveries.claim(Seat(database), NOW, 2)] == [4]
    assert await deliveries.claim(Seat(database), NOW, 2) == []
    assert await deliveries.next_due(database) == NOW + MINUTE
    assert [one.subject_id for one in await deliveries.claim(Seat(database), NOW + MINUTE, 2)] == [3]
    assert await deliveries.next_due(database) is None


async def test_two_workers_never_get_the_same_row(database: Database) -> None:
    someone = await person(database, 1)
    await queue(database, someone, *range(50))
    taken = await asyncio.gather(*(deliveries.claim(Seat(database), NOW, 7) for _ in range(10)))
    subjects = [one.subject_id for batch in taken for one in batch]
    # A worker may find rows locked and leave with fewer; nothing is taken twice, and a second round takes the rest.
    assert len(subjects) == len(set(subjects))
    while batch := await deliveries.claim(Seat(database), NOW, 7):
        subjects += [one.subject_id for one in batch]
    assert sorted(subject or 0 for subject in subjects) == list(range(50))


async def test_what_became_of_them_is_written_down(database: Database) -> None:
    someone = await person(database, 1)
    await queue(database, someone, 1, 2, 3)
    one, two, _three = await deliveries.claim(Seat(database), NOW, 3)
    later = NOW + MINUTE
    await deliveries.mark(
        database,
        [Mark(one.id, State.SENT, NOW), Mark(two.id, State.QUEUED, later, "retry after")],
    )
    assert await states(database) == [
        (1, State.SENT, None),
        (2, State.QUEUED, "retry after"),
        (3, State.SENDING, None),
    ]
    assert await deliveries.claim(Seat(database), NOW, 3) == []
    again = await deliveries.claim(Seat(database), later, 3)
    assert [(row.subject_id, row.attempts) for row in again] == [(2, 2)]


async def test_only_a_claimed_row_is_marked(database: Database) -> None:
    someone = await person(database, 1)
    await queue(database, someone, 1)
    (one,) = await deliveries.claim(Seat(database), NOW, 1)
    await deliveries.mark(database, [Mark(one.id, State.SENT, NOW)])
    await deliveries.mark(database, [Mark(one.id, State.FAILED, NOW, "late")])
    assert await states(database) == [(1, State.SENT, None)]


async def test_what_a_crash_interrupted_is_settled(database: Database) -> None:
    someone = await person(database, 1)
    await queue(database, someone, 1, kind=Kind.RECEIPT)
    await queue(database, someone, 2, kind=Kind.MY_DATA)
    await queue(database, someone, 3, kind=Kind.FETCH_FILE)
    await queue(database, someone, 4, 5, kind=Kind.MY_DATA)
    claimed = await deliveries.claim(Seat(database), NOW, 4)
    await deliveries.mark(database, [Mark(claimed[3].id, State.SENT, NOW)])
    assert await deliveries.settle_interrupted(database, NOW + MINUTE) == 1
    assert await states(database) == [
        (1, State.QUEUED, None),
        (2, State.UNKNOWN, None),
        (3, State.QUEUED, None),
        (4, State.SENT, None),
        (5, State.QUEUED, None),
    ]
    assert await deliveries.settle_interrupted(database, NOW + MINUTE) == 0
    assert [one.subject_id for one in await deliveries.claim(Seat(database), NOW, 9)] == [5]
    assert [one.subject_id for one in await deliveries.claim(Seat(database), NOW + MINUTE, 9)] == [1, 3]


async def test_what_was_sent_to_a_person(database: Database) -> None:
    someone, other = await person(database, 1), await person(database, 2)
    await queue(database, someone, 1)
    await queue(database, other, 2)
    assert await deliveries.of_person(database, someone) == [(Kind.RECEIPT, State.QUEUED, NOW)]


async def test_old_rows_that_ended_are_dropped(database: Database) -> None:
    someone = await person(database, 1)
    await queue(database, someone, *range(8))
    claimed = await deliveries.claim(Seat(database), NOW, 7)
    ends = (State.SENT, State.BLOCKED, State.FAILED, State.UNKNOWN, State.CANCELLED)
    await deliveries.mark(database, [Mark(one.id, end, NOW) for one, end in zip(claimed, ends, strict=False)])
    await deliveries.mark(database, [Mark(claimed[5].id, State.SENT, NOW + 2 * DAY)])
    await deliveries.drop_old(database, NOW + DAY)
    assert await states(database) == [(5, State.SENT, None), (6, State.SENDING, None), (7, State.QUEUED, None)]
