"""The clock that everyone is handed, and the schedule that it wakes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import Clock
from bot.schedule import Schedule
from tests.services.rooms import NOW, StillClock


async def test_a_moved_clock_wakes_everyone_who_waits() -> None:
    clock = Clock()
    assert clock.now().tzinfo is UTC
    waiting = [asyncio.create_task(clock.sleep(10_000)) for _ in range(3)]
    await asyncio.sleep(0)  # each of them begins to wait
    await clock.move(timedelta(days=2))
    await asyncio.gather(*waiting)
    assert clock.offset == timedelta(days=2)
    assert clock.now() - datetime.now(UTC) > timedelta(days=1)


async def test_listeners_hear_of_every_move_in_turn() -> None:
    clock = Clock(timedelta(hours=1))
    heard: list[str] = []

    async def one() -> None:
        heard.append(f"one {clock.offset}")

    async def two() -> None:
        heard.append(f"two {clock.offset}")

    clock.on_move(one)
    clock.on_move(two)
    await clock.move(timedelta(hours=1))
    await clock.move(timedelta(hours=1))
    assert heard == ["one 2:00:00", "two 2:00:00", "one 3:00:00", "two 3:00:00"]


async def test_no_time_is_over_at_once() -> None:
    clock = Clock()
    await clock.sleep(0)
    await clock.sleep(-5)


class Work:
    """What the schedule calls, and how often."""

    def __init__(self, failures: int = 0) -> None:
        self.times = 0
        self.asked = 0
        self.failures = failures
        self.enough = asyncio.Event()

    async def work(self) -> None:
        self.times += 1
        if self.times >= 3:
            self.enough.set()
        if self.times <= self.failures:
            raise ValueError

    async def due(self) -> datetime | None:
        self.asked += 1
        return None


async def test_the_schedule_works_at_the_start_and_when_the_clock_is_moved() -> None:
    clock, work = Clock(), Work()
    schedule = Schedule(clock, work.work, work.due)
    await schedule.start()
    assert (work.times, work.asked) == (1, 1)
    await clock.move(timedelta(days=1))
    await clock.move(timedelta(days=1))
    assert (work.times, work.asked) == (3, 3)
    await schedule.stop()


async def test_what_is_due_already_is_done_again_and_again_until_it_is_done() -> None:
    clock, work = StillClock(), Work()

    async def due() -> datetime | None:
        return NOW - timedelta(days=1)

    schedule = Schedule(clock, work.work, due)
    await schedule.start()
    await work.enough.wait()
    await schedule.stop()
    assert work.times >= 3


@pytest.mark.parametrize("failing", ["work", "due"])
async def test_a_failure_stops_nothing(failing: str) -> None:
    clock, work = Clock(), Work(failures=1 if failing == "work" else 0)

    async def due() -> datetime | None:
        work.asked += 1
        if failing == "due" and work.asked == 1:
            raise OSError
        return None

    schedule = Schedule(clock, work.work, due)
    await schedule.start()
    await clock.move(timedelta(days=1))
    assert (work.times, work.asked) == (2, 2)
    await schedule.stop()
