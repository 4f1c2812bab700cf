"""One pace for everything: who waits, who goes first, what a 429 changes, and how it comes back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.clock import Clock
from bot.domain.pushes import Lane
from bot.telegram.pace import Pace

LANES = (Lane.PERSONAL, Lane.NOTICE, Lane.ANNOUNCEMENT)


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def _may(pace: Pace, chat_id: int, lane: Lane) -> bool:
    """Whether a send may leave; it is answered at once."""
    async with pace.turn(chat_id, lane) as may:
        return may


async def _let_go(pace: Pace, count: int, lane: Lane = Lane.NOTICE, seconds: float = 0.3, first: int = 1) -> int:
    """How many of so many sends, each to another chat, may leave within the time."""
    waiting = [asyncio.ensure_future(_may(pace, first + number, lane)) for number in range(count)]
    done, left = await asyncio.wait(waiting, timeout=seconds)
    pace.dismiss(lane)
    if left:
        await asyncio.wait(left)
    return len([one for one in done if one.result()])


async def test_no_more_than_the_limit_in_a_second(clock: Clock) -> None:
    assert await _let_go(Pace(clock, 30), 60, Lane.PERSONAL, 0.95) == 30


async def test_some_room_is_kept_for_replies(clock: Clock) -> None:
    pace = Pace(clock, 30)
    for number in range(10):
        pace.note(1000 + number)
    assert await _let_go(pace, 60, Lane.ANNOUNCEMENT, 0.95) == 15


async def test_it_does_not_all_leave_at_once(clock: Clock) -> None:
    assert await _let_go(Pace(clock, 1000), 500, seconds=0.1) < 200


async def test_what_is_not_answered_may_still_be_on_its_way_and_counts(clock: Clock) -> None:
    pace = Pace(clock, 30)
    answered = asyncio.Event()

    async def slow(chat_id: int) -> None:
        async with pace.turn(chat_id, Lane.PERSONAL):
            await answered.wait()

    under_way = [asyncio.ensure_future(slow(1000 + number)) for number in range(10)]
    await asyncio.sleep(1.05)
    assert await _let_go(pace, 60, Lane.PERSONAL, 0.9) == 20
    answered.set()
    await asyncio.wait(under_way)


async def test_who_gives_up_takes_no_room_for_good(clock: Clock) -> None:
    pace = Pace(clock, 10)
    pace.hold(60)
    given_up = [asyncio.ensure_future(_may(pace, 1000 + number, Lane.PERSONAL)) for number in range(3)]
    await asyncio.sleep(0)
    await clock.move(timedelta(seconds=60))
    pace._tick()  # they are let go, and are gone before they could leave
    for one in given_up:
        one.cancel()
    await asyncio.wait(given_up)
    await asyncio.sleep(1.05)
    assert await _let_go(pace, 30, Lane.PERSONAL, 0.9) == 10


async def test_the_personal_go_first(clock: Clock) -> None:
    pace = Pace(clock, 20)
    order: list[Lane] = []

    async def send(chat_id: int, lane: Lane) -> None:
        if await _may(pace, chat_id, lane):
            order.append(lane)

    many = [asyncio.ensure_future(send(number, Lane.ANNOUNCEMENT)) for number in range(30)]
    many += [asyncio.ensure_future(send(100 + number, Lane.NOTICE)) for number in range(3)]
    await asyncio.sleep(0)
    many += [asyncio.ensure_future(send(200 + number, Lane.PERSONAL)) for number in range(3)]
    await asyncio.wait(many, timeout=0.6)
    pace.stop()
    await asyncio.wait(many)
    # The first few left before the others came.
    behind = [lane for lane in order if lane is not Lane.ANNOUNCEMENT]
    assert behind == [Lane.PERSONAL] * 3 + [Lane.NOTICE] * 3
    assert order.index(Lane.PERSONAL) <= 3


async def test_one_chat_gets_one_in_a_second_and_keeps_nobody_waiting(clock: Clock) -> None:
    pace = Pace(clock, 30)
    loop = asyncio.get_running_loop()
    pace.note(1)
    started = loop.time()
    same = asyncio.ensure_future(_may(pace, 1, Lane.NOTICE))
    assert await _may(pace, 2, Lane.NOTICE)
    assert loop.time() - started < 0.5
    assert await same
    assert loop.time() - started >= 0.95


async def test_a_few_personal_ones_come_into_a_chat_together(clock: Clock) -> None:
    pace = Pace(clock, 30)
    loop = asyncio.get_running_loop()
    for _ in range(5):
        pace.note(1)  # somebody taps fast, and is answered each time
    started = loop.time()
    assert await _may(pace, 1, Lane.PERSONAL)
    assert await _may(pace, 1, Lane.PERSONAL)
    assert loop.time() - started < 0.5
    assert await _may(pace, 1, Lane.PERSONAL)
    assert loop.time() - started >= 0.95


async def test_a_429_holds_everything_and_halves_the_pace_once(clock: Clock) -> None:
    pace = Pace(clock, 40)
    pace.refused(600)
    pace.refused(600)  # of a call that was under way as well
    assert 599 < pace.held_for <= 600
    assert [await _let_go(pace, 5, lane, 0.05) for lane in LANES] == [0, 0, 0]
    await clock.move(timedelta(seconds=600))
    assert await _let_go(pace, 60, Lane.PERSONAL, 0.9) == 20


async def test_the_pace_climbs_back(clock: Clock) -> None:
    pace = Pace(clock, 40)
    pace.refused(1)
    await clock.move(timedelta(seconds=1 + 20))
    # Half of it, and two times a twentieth.
    assert await _let_go(pace, 60, Lane.PERSONAL, 0.95) == 24
    await clock.move(timedelta(minutes=2))
    await asyncio.sleep(1.05)
    assert await _let_go(pace, 80, Lane.PERSONAL, 0.99, first=100) == 40


async def test_the_pace_never_stops_for_good(clock: Clock) -> None:
    pace = Pace(clock, 10)
    for _ in range(20):
        pace.refused(1)
        await clock.move(timedelta(seconds=1))
    assert await _let_go(pace, 5, seconds=0.1) == 1


async def test_what_is_paid_for_has_a_pace_of_its_own(clock: Clock) -> None:
    pace = Pace(clock, 20, 200)
    assert not pace.is_broadcasting
    assert await _let_go(pace, 60, Lane.NOTICE, 0.85) == 17
    assert not pace.is_broadcasting
    assert 80 < await _let_go(pace, 400, Lane.ANNOUNCEMENT, 0.6, first=1000) <= 180
    assert pace.is_broadcasting
    # The free ones are used up, and nobody takes a paid one instead.
    assert await _let_go(pace, 60, Lane.PERSONAL, 0.05, first=5000) <= 20


async def test_who_waits_is_sent_away_when_the_bot_stops(clock: Clock) -> None:
    pace = Pace(clock, 5)
    pace.hold(60)
    waiting = [asyncio.ensure_future(_may(pace, number, lane)) for number, lane in enumerate(LANES)]
    await asyncio.sleep(0)
    pace.stop()
    assert await asyncio.gather(*waiting) == [False, False, False]
    assert not await _may(pace, 9, Lane.PERSONAL)
