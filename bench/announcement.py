"""An announcement: its cost and pace beside a bare loop, taps in the meantime, memory and the database at a million."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from bench import crowd, processes, report
from bench.crowd import FIRST, OWNER, TEXT
from bench.report import Figure
from bot.local_telegram import Control
from bot.telegram.buttons import GuideTap, MailingTap, PageTap

WORKERS = 100
"""Of the bare loop: as many as aiogram's session has connections."""
LIMIT = 1000
LEAST = 980
"""Of a limit of 1,000 a second, in every full second."""
TAPS_A_SECOND = 20
TAPPERS = 200
FIRST_TAPPER = 5_000_000
WITHIN = 300.0
UNLIMITED = 1_000_000
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: rounds and people a round beside the bare loop, people at the limit, the many."""

    rounds: int
    people: int
    at_limit: int
    few: int
    many: int


FULL = Size(rounds=8, people=5_000, at_limit=20_000, few=10_000, many=1_000_000)
QUICK = Size(rounds=3, people=2_000, at_limit=5_000, few=2_000, many=50_000)


@dataclass(frozen=True, slots=True)
class Town:
    """Our bot, its database, its Telegram."""

    control: Control
    process: Process
    folder: Path

    async def resume(self, mailing: int) -> None:
        """The owner lets a mailing go on."""
        await self.control.forge_callback(OWNER, MailingTap(act="resume", mailing=mailing).pack())

    async def pause(self, mailing: int) -> None:
        """The owner halts it."""
        await self.control.forge_callback(OWNER, MailingTap(act="pause", mailing=mailing).pack())

    async def until(self, mailing: int, *states: str) -> None:
        """Until the mailing is in one of the states."""
        async with asyncio.timeout(WITHIN):
            while self.row(f"SELECT state FROM mailings WHERE id = {mailing}")[0] not in states:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    def row(self, query: str) -> tuple[Any, ...]:
        """What stands in the database."""
        connection = sqlite3.connect(f"file:{self.folder}/bot.sqlite3?mode=ro", uri=True)
        try:
            found: tuple[Any, ...] = connection.execute(query).fetchone()
            return found
        finally:
            connection.close()


@asynccontextmanager
async def town(folder: Path, people: int, mailings: int, known: int, a_second: int) -> AsyncIterator[Town]:
    """Our bot with so many people and paused announcements to all of them; its Telegram knows the first `known`."""
    by = await crowd.furnish(folder, people, mailings)
    async with processes.telegram() as control:
        await control.add_person(OWNER, "Owner", started=True)
        await control.add_people(known, FIRST, crowd.LANGUAGE)
        await control.move_clock(by)
        given = {"folder": str(folder), "ahead": by.total_seconds(), "samples": "", "a_second": a_second}
        async with processes.bot("bench.whole", control, given) as process:
            yield Town(control, process, folder)


async def measure(folder: Path, quick: bool, tell: Callable[[Figure], None]) -> list[Figure]:
    """All figures; each is told as soon as it is there."""
    size = QUICK if quick else FULL
    found: list[Figure] = []
    for part in (beside_the_loop, at_the_limit, ledger, at_a_million):
        for figure in await part(folder / part.__name__, size):
            found.append(figure)
            tell(figure)
    return found


async def beside_the_loop(folder: Path, size: Size) -> list[Figure]:
    """CPU and time per message of ours and of the bare loop, turn by turn: the same people and text, no limit."""
    ours: list[tuple[float, float]] = []
    bare: list[tuple[float, float]] = []
    async with town(folder, size.people, size.rounds + 1, size.people, UNLIMITED) as ours_at:
        given = {"url": ours_at.control.url, "first": FIRST, "count": size.people, "text": TEXT, "workers": WORKERS}
        async with processes.running(sys.executable, "-m", "bench.loop", json.dumps(given)) as loop:
            for number in range(size.rounds + 1):
                rounds = [(ours, _announce(ours_at, number + 1)), (bare, _loop(loop))]
                for where, work in rounds if number % 2 else reversed(rounds):
                    where.append(await work)
    per = [
        ([cpu / size.people for cpu, _ in side[1:]], [wall / size.people for _, wall in side[1:]])
        for side in (ours, bare)
    ]
    return [
        report.figure("mailing_cpu", "announcement, CPU a message", "bare aiogram loop", per[0][0], per[1][0], 1.0),
        report.figure("mailing_time", "announcement, time a message", "bare aiogram loop", per[0][1], per[1][1], 1.0),
    ]


async def _announce(at: Town, mailing: int) -> tuple[float, float]:
    used, began = processes.cpu(at.process.pid), time.monotonic()
    await at.resume(mailing)
    await at.until(mailing, "done")
    return processes.cpu(at.process.pid) - used, time.monotonic() - began


async def _loop(process: Process) -> tuple[float, float]:
    assert process.stdin
    assert process.stdout
    used, began = processes.cpu(process.pid), time.monotonic()
    process.stdin.write(b"go\n")
    async with asyncio.timeout(WITHIN):
        await process.stdout.readline()
    return processes.cpu(process.pid) - used, time.monotonic() - began


async def at_the_limit(folder: Path, size: Size) -> list[Figure]:
    """At a strict limit: the slowest full second, no 429, and what a tap waits meanwhile beside a quiet time."""
    async with town(folder, size.at_limit, 1, size.at_limit, LIMIT) as at:
        control = at.control
        await control.set_limits(per_second=LIMIT)
        taps = await Taps.ready(control)
        idle = await taps.during(asyncio.sleep(size.at_limit / LIMIT))
        await asyncio.sleep(1.5)
        await control.sends_a_second(forget=True)
        await at.resume(1)
        busy = await taps.during(at.until(1, "done"))
        seconds = (await control.sends_a_second())[1:-1]
        refused = await control.count_calls(outcome="Too Many Requests")
        if refused:
            raise RuntimeError(f"{refused} calls were refused for their pace")
        slowest = min(seconds)
    return [
        Figure(
            "mailing_pace",
            "slowest second",
            "/s",
            slowest,
            LIMIT,
            "the limit; no 429",
            LIMIT / slowest,
            aim=LIMIT / LEAST,
        ),
        _taps("mailing_tap_p95", "tap meanwhile, p95", p95(busy), p95(idle), "a tap when idle", 1.5),
        _taps("mailing_tap_worst", "tap meanwhile, worst", max(busy), max(idle), "the worst when idle", None),
    ]


def _taps(name: str, title: str, ours: float, idle: float, against: str, aim: float | None) -> Figure:
    return Figure(name, title, "ms", 1000 * ours, 1000 * idle, against, ours / idle, aim=aim)


def p95(waited: list[float]) -> float:
    """The wait that 95 of 100 taps stay below."""
    return quantiles(waited, n=20)[-1]


class Taps:
    """People who tap at a steady pace, whatever the bot does."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._screens = [GuideTap(guide="portal", step="device", act="s").pack(), PageTap(page="menu").pack()]
        self._count = 0

    @classmethod
    async def ready(cls, control: Control) -> Taps:
        """People who see the menu."""
        await control.add_people(TAPPERS, FIRST_TAPPER, crowd.LANGUAGE)
        for number in range(FIRST_TAPPER, FIRST_TAPPER + TAPPERS):
            await control.send_text(number, "/start")
            await control.settled()
            await control.forge_callback(number, f"l1:{crowd.LANGUAGE}:")
        await control.settled(60)
        return cls(control)

    async def during(self, work: Coroutine[Any, Any, None]) -> list[float]:
        """What the taps waited, in seconds, that were made while the work went on."""
        working, queries = asyncio.ensure_future(work), []
        due = time.monotonic()
        while not working.done():
            person = FIRST_TAPPER + self._count % TAPPERS
            data = self._screens[self._count // TAPPERS % len(self._screens)]
            self._count += 1
            queries.append(await self._control.forge_callback(person, data))
            due += 1 / TAPS_A_SECOND
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        await working
        return [(await self._control.answer(query)).waited for query in queries]


async def ledger(folder: Path, size: Size) -> list[Figure]:
    """A million recipients written down: CPU, the longest hold of the writer, bytes a row."""
    await crowd.furnish(folder, size.many, 1)
    written = await crowd.write_down(folder, 1)
    rows = f"{size.many:,} queued"
    return [
        Figure("mailing_queue_cpu", f"{rows}, CPU", "s", written.cpu, 10, "10 s", written.cpu / 10, aim=1.0),
        Figure(
            "mailing_lock",
            f"{rows}, longest lock",
            "ms",
            1000 * written.longest,
            20,
            "20 ms",
            written.longest / 0.02,
            aim=1.0,
        ),
        Figure(
            "mailing_row",
            f"{rows}, bytes a row",
            "B",
            written.bytes_a_row,
            60,
            "60 bytes",
            written.bytes_a_row / 60,
            aim=1.0,
        ),
    ]


async def at_a_million(folder: Path, size: Size) -> list[Figure]:
    """Memory while an announcement to a million goes out, beside one to few; the worst tap, expansion included."""
    few, _ = await _part_of(folder / "few", size.few, size.few)
    many, waited = await _part_of(folder / "many", size.many, size.few)
    return [
        Figure(
            "mailing_memory", f"memory, {size.many:,} recipients", "MB", many, few, f"{size.few:,}", many / few, aim=1.1
        ),
        _taps(
            "mailing_tap_expansion", "tap while all are queued, worst", max(waited), p95(waited), "p95 of these", None
        ),
    ]


async def _part_of(folder: Path, people: int, sent: int) -> tuple[float, list[float]]:
    """Megabytes of the bot when so many of the people were sent to, and what taps waited."""
    async with town(folder, people, 1, sent, LIMIT) as at:
        taps = await Taps.ready(at.control)

        async def first_ones() -> None:
            await at.resume(1)
            async with asyncio.timeout(WITHIN):
                while at.row("SELECT sent FROM mailings WHERE id = 1")[0] < sent * 0.9:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)

        waited = await taps.during(first_ones())
        memory = processes.rss(at.process.pid) / MEGABYTE
        await at.pause(1)
    return memory, waited
