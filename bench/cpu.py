"""CPU per update: our whole bot and the bare one take turns at the same updates."""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench import house, processes, report
from bench.report import Figure
from bench.script import Act, Case, Recording, cases, queued, wave
from bot.local_telegram import Control

PROFILE_WITHIN = 20.0
SAMPLES = "samples.json"
BATCH = 50
"""People who act at once while a profile is taken."""


@dataclass(frozen=True, slots=True)
class Side:
    """A bot and its Telegram."""

    control: Control
    process: Process

    async def cost(self, people: Sequence[int], act: Act) -> float:
        """Seconds of CPU that the bot needs to answer what all but the first of these people do."""
        async with queued(self.control, people, act):
            used = processes.cpu(self.process.pid)
        return processes.cpu(self.process.pid) - used


class Crowd:
    """People who have not been to the bots yet."""

    def __init__(self, first: int, count: int) -> None:
        self.all = range(first, first + count)
        self.passed = 0

    def next(self, count: int) -> range:
        """So many new people. Raises ValueError where nobody is left."""
        found = self.all[self.passed : self.passed + count]
        if len(found) < count:
            raise ValueError("the bench furnished too few people")
        self.passed += count
        return found


@dataclass(slots=True)
class Street:
    """Both bots, the recorded cases, and the people."""

    ours: Side
    bare: Side
    cases: list[Case]
    applicants: Crowd
    others: Crowd

    def people(self, case: Case, count: int) -> range:
        """So many new people for a case."""
        return (self.applicants if case.by_applicants else self.others).next(count)

    @property
    def passed(self) -> int:
        """How many people have been to the bots."""
        return self.applicants.passed + self.others.passed


@asynccontextmanager
async def street(folder: Path, applicants: int, others: int) -> AsyncIterator[Street]:
    """Starts both bots, each with a Telegram of its own, and records with ours what the bare one shall show."""
    by, home, screens = house.ahead(), folder / "street", folder / "screens.json"
    home.mkdir()
    await house.furnish(home, applicants, others, by)
    crowds = Crowd(house.FIRST_APPLICANT, applicants), Crowd(house.FIRST_OTHER, others)
    given = {"folder": str(home), "ahead": by.total_seconds(), "samples": str(folder / SAMPLES)}
    async with AsyncExitStack() as stack:
        controls = [await stack.enter_async_context(_town(crowds, by)) for _ in range(2)]
        ours = Side(controls[0], await stack.enter_async_context(processes.bot("bench.whole", controls[0], given)))
        town = Street(ours, ours, cases(), *crowds)
        recording = Recording()
        for case in town.cases:
            await recording.record(ours.control, case, town.people(case, 1)[0])
        recording.write(screens)
        bare = await stack.enter_async_context(processes.bot("bench.bare", controls[1], {"screens": str(screens)}))
        town.bare = Side(controls[1], bare)
        yield town


@asynccontextmanager
async def _town(crowds: Iterable[Crowd], by: timedelta) -> AsyncIterator[Control]:
    async with processes.telegram() as control:
        for crowd in crowds:
            await control.add_people(len(crowd.all), crowd.all.start, house.LANGUAGE)
        await control.move_clock(by)
        yield control


async def measure(town: Street, case: Case, rounds: int, crowd: int) -> Figure:
    """So many rounds, after one that warms up and does not count."""
    if case.beside:
        return await _measure_beside(town, case, rounds, crowd)
    found = [await _round(town, case, town.people(case, crowd), number) for number in range(rounds + 1)][1:]
    ours, bare = [ours for ours, _ in found], [bare for _, bare in found]
    return report.figure(case.name, f"CPU per update: {case.title}", "bare aiogram handler", ours, bare, case.aim)


async def _measure_beside(town: Street, case: Case, rounds: int, crowd: int) -> Figure:
    """The same for a case of ours beside another one of ours."""
    other = next(one for one in town.cases if one.name == case.beside)
    costs: dict[str, list[float]] = {case.name: [], other.name: []}
    for number in range(rounds + 1):
        for one in (case, other) if number % 2 else (other, case):
            people = town.people(one, crowd)
            for act in one.before:
                await wave(town.ours.control, people, act)
            used = [await town.ours.cost(people, act) for act in one.measured]
            costs[one.name].append(sum(used) / (crowd - 1) / len(used))
    title = f"CPU per update: {case.title}"
    return report.figure(case.name, title, f"our {other.title}", costs[case.name][1:], costs[other.name][1:], case.aim)


async def _round(town: Street, case: Case, people: range, number: int) -> tuple[float, float]:
    """Seconds of CPU per update of ours and of the bare bot: they take turns act by act, so that noise hits both."""
    ours = bare = 0.0
    for side in (town.ours, town.bare):
        for act in case.before:
            await wave(side.control, people, act)
    for act in case.measured:
        number += 1
        if number % 2:
            ours += await town.ours.cost(people, act)
            bare += await town.bare.cost(people, act)
        else:
            bare += await town.bare.cost(people, act)
            ours += await town.ours.cost(people, act)
    updates = (len(people) - 1) * len(case.measured)
    return ours / updates, bare / updates


async def profile(town: Street, case: Case, folder: Path, crowd: int) -> tuple[Path, int]:
    """Samples our bot while it handles a crowd's updates; gives the samples' file and the number of updates."""
    people, path = town.people(case, crowd), folder / SAMPLES
    path.unlink(missing_ok=True)
    control, process = town.ours.control, town.ours.process
    for act in case.before:
        await wave(control, people, act)
    process.send_signal(signal.SIGUSR1)
    await asyncio.sleep(0.1)
    for act in case.measured:
        for start in range(0, crowd, BATCH):
            async with queued(control, people[start : start + BATCH], act):
                pass
    process.send_signal(signal.SIGUSR2)
    async with asyncio.timeout(PROFILE_WITHIN):
        while not path.exists():  # noqa: ASYNC110 (another process writes it)
            await asyncio.sleep(0.05)
    return path, len(people) * len(case.measured)
