"""The ledger of mailings on each engine: expanding, claiming and marking, what a crash leaves, folding, forgetting."""

from __future__ import annotations

from sqlalchemy import select, update

from bot.domain.mailings import Audience, Counts, Mailing
from bot.domain.pushes import Kind, State
from bot.storage import mailings, people, recipients
from bot.storage.database import Database
from bot.storage.recipients import Mark
from bot.storage.seat import Seat
from bot.storage.tables import mailings as table
from bot.storage.tables import recipients as rows_table
from tests.storage.samples import DAY, NOW, person


async def _mailing(database: Database, kind: Kind = Kind.ANNOUNCEMENT, count: int = 5, **more: object) -> Mailing:
    """A mailing that has begun, to `count` people who chose a language."""
    for number in range(1, count + 1):
        await person(database, number)
        await people.speak(database, number, "ru" if number % 2 else "kk", NOW)
    async with database.write() as connection:
        values = {"kind": kind, "state": "expanding", "audience": Audience("everyone"), "created_at": NOW}
        up_to = await mailings.greatest_person(connection)
        made = await mailings.create(connection, {**values, "begun_at": NOW, "up_to": up_to, **more})
    return await _get(database, made)


async def _get(database: Database, mailing_id: int) -> Mailing:
    found = await mailings.get(database, mailing_id)
    assert found
    return found


async def _expanded(database: Database, mailing: Mailing) -> Mailing:
    ids = await recipients.next_people(database, mailing, 100)
    assert await recipients.write_down(database, mailing.id, ids)
    async with database.write() as connection:
        assert await mailings.move(connection, mailing.id, "expanded")
    return await _get(database, mailing.id)


async def _states(database: Database, mailing: Mailing) -> list[State]:
    statement = select(rows_table.c.state).filter_by(mailing_id=mailing.id).order_by(rows_table.c.person_id)
    return [State(row[0]) for row in await database.read(statement)]


async def test_people_are_written_down_once_and_in_chunks(database: Database) -> None:
    mailing = await _mailing(database)
    await person(database, 6)  # chose no language
    await person(database, 7)
    await people.speak(database, 7, "ru", NOW)  # came after it began
    first = await recipients.next_people(database, mailing, 3)
    assert await recipients.write_down(database, mailing.id, first)
    # Killed before the next chunk: what is written down already is passed by.
    assert await recipients.write_down(database, mailing.id, first)
    mailing = await _get(database, mailing.id)
    assert (len(first), mailing.cursor, mailing.counts.total) == (3, first[-1], 3)
    rest = await recipients.next_people(database, mailing, 3)
    assert await recipients.write_down(database, mailing.id, rest)
    mailing = await _get(database, mailing.id)
    assert (len(rest), mailing.counts.total) == (2, 5)
    assert await recipients.next_people(database, mailing, 3) == []


async def test_nothing_is_written_down_of_a_paused_mailing(database: Database) -> None:
    mailing = await _mailing(database)
    ids = await recipients.next_people(database, mailing, 3)
    async with database.write() as connection:
        await mailings.move(connection, mailing.id, "pause")
    assert not await recipients.write_down(database, mailing.id, ids)
    assert await _states(database, mailing) == []


async def test_a_turn_marks_and_claims(database: Database) -> None:
    mailing = await _expanded(database, await _mailing(database))
    await people.set_blocked(database, 2, NOW)
    third = await person(database, 3)
    await people.mute(database, third, NOW)
    seat = Seat(database)
    assert await seat.try_to_take()
    turn = await recipients.turn(seat, mailing, [], 3)
    assert [(one.telegram_id, one.language, one.attempts) for one in turn.claimed] == [
        (1, "ru", 1),
        (2, "kk", 1),
        (3, "ru", 1),
    ]
    assert [(one.blocked, one.muted) for one in turn.claimed] == [(False, False), (True, False), (False, True)]
    assert await _states(database, mailing) == [State.SENDING] * 3 + [State.QUEUED] * 2
    one, two, three = (row.person_id for row in turn.claimed)
    marks = [Mark(one, State.SENT, 77), Mark(two, State.BLOCKED), Mark(three, State.QUEUED, back=1)]
    turn = await recipients.turn(seat, mailing, marks, 10)
    assert [(row.telegram_id, row.attempts) for row in turn.claimed] == [(3, 1), (4, 1), (5, 1)]
    # The same marks once more, as after a commit whose answer was lost, change nothing.
    await recipients.turn(seat, mailing, marks[:2], 0)
    assert (await _get(database, mailing.id)).counts == Counts(total=5, sent=1, blocked=1)
    ends = [State.FAILED, State.UNKNOWN, State.CANCELLED]
    marks = [Mark(row.person_id, state, error="x") for row, state in zip(turn.claimed, ends, strict=True)]
    assert not (await recipients.turn(seat, mailing, marks, 10)).claimed
    counts = (await _get(database, mailing.id)).counts
    assert (counts, counts.left) == (Counts(total=4, sent=1, blocked=1, failed=1, unknown=1), 0)
    await seat.leave()


async def test_nothing_is_claimed_of_a_mailing_that_is_not_sent(database: Database) -> None:
    mailing = await _expanded(database, await _mailing(database))
    seat = Seat(database)
    assert await seat.try_to_take()
    (row,) = (await recipients.turn(seat, mailing, [], 1)).claimed
    async with database.write() as connection:
        await mailings.move(connection, mailing.id, "pause")
    turn = await recipients.turn(seat, mailing, [Mark(row.person_id, State.SENT, 7)], 5)
    assert (turn.state, list(turn.claimed)) == ("paused", [])
    assert (await _get(database, mailing.id)).counts.sent == 1
    await seat.leave()


async def test_what_a_crash_leaves(database: Database) -> None:
    """An announcement is not repeated, and known to be unknown; a notice is repeated, unless it was cancelled."""
    once = await _expanded(database, await _mailing(database))
    again = await _expanded(database, await _mailing(database, Kind.RESULT))
    cancelled = await _expanded(database, await _mailing(database, Kind.RESULT))
    seat = Seat(database)
    assert await seat.try_to_take()
    for mailing in (once, again, cancelled):
        await recipients.turn(seat, mailing, [], 2)
    await database.run(update(table).where(table.c.id == cancelled.id).values(state="cancelled"))
    found = await mailings.in_states(database, ["sending", "cancelled"])
    assert await recipients.settle_interrupted(database, found) == 4
    assert [(await _states(database, one))[:3] for one in (once, again, cancelled)] == [
        [State.UNKNOWN, State.UNKNOWN, State.QUEUED],
        [State.QUEUED, State.QUEUED, State.QUEUED],
        [State.UNKNOWN, State.UNKNOWN, State.QUEUED],
    ]
    assert [(await _get(database, one.id)).counts.unknown for one in (once, again, cancelled)] == [2, 0, 2]
    async with database.write() as connection:
        assert await recipients.repeat(connection, once.id, await recipients.unknown(database, once.id)) == 2
    assert (await _get(database, once.id)).counts == Counts(total=5)
    await seat.leave()


async def test_a_correction_finds_the_message(database: Database) -> None:
    seat = Seat(database)
    assert await seat.try_to_take()
    mailing = await _expanded(database, await _mailing(database))
    claimed = (await recipients.turn(seat, mailing, [], 2)).claimed
    await recipients.turn(seat, mailing, [Mark(row.person_id, State.SENT, 100 + row.telegram_id) for row in claimed], 0)
    audience = Audience("recipients", mailing=mailing.id)
    edit = await _expanded(
        database, await _mailing(database, Kind.ANNOUNCEMENT_EDIT, audience=audience, of_id=mailing.id)
    )
    found = (await recipients.turn(seat, edit, [], 10)).claimed
    assert [(row.telegram_id, row.message_id) for row in found] == [(1, 101), (2, 102)]
    await seat.leave()


async def test_only_counts_are_kept_in_the_end(database: Database) -> None:
    mailing = await _expanded(database, await _mailing(database))
    seat = Seat(database)
    assert await seat.try_to_take()
    claimed = (await recipients.turn(seat, mailing, [], 5)).claimed
    marks = [Mark(row.person_id, State.FAILED, error="why" if row.telegram_id > 1 else "because") for row in claimed]
    await recipients.turn(seat, mailing, marks, 0)
    async with database.write() as connection:
        await mailings.move(connection, mailing.id, "finish", ended_at=NOW)
    await recipients.fold(database, NOW)
    assert len(await _states(database, mailing)) == 5
    for _ in range(2):
        await recipients.fold(database, NOW + DAY)
        assert await _states(database, mailing) == []
        assert (await _get(database, mailing.id)).reasons == {"because": 1, "why": 4}
    assert (await _get(database, mailing.id)).counts == Counts(total=5, failed=5)
    await seat.leave()


async def test_who_is_forgotten_leaves_every_mailing(database: Database) -> None:
    mailing = await _expanded(database, await _mailing(database))
    seat = Seat(database)
    assert await seat.try_to_take()
    one, two = (await recipients.turn(seat, mailing, [], 2)).claimed
    await recipients.turn(seat, mailing, [Mark(one.person_id, State.SENT, 7)], 0)
    assert await recipients.of_person(database, one.person_id) == [(Kind.ANNOUNCEMENT, State.SENT, NOW)]
    async with database.write() as connection:
        await people.erase(connection, one.person_id)
        await people.erase(connection, two.person_id)
    # What was on its way to the second is not counted any more.
    await recipients.turn(seat, mailing, [Mark(two.person_id, State.SENT, 8)], 0)
    assert (await _get(database, mailing.id)).counts == Counts(total=4, sent=1)
    assert len(await _states(database, mailing)) == 3
    await seat.leave()
