"""Memory: what is resident when a bot is idle, and after a crowd passed through."""

from __future__ import annotations

import asyncio

from bench import processes
from bench.cpu import Side, Street
from bench.report import Figure
from bench.script import wave

CROWD = 200
MEGABYTE = 1024 * 1024


def figure(name: str, title: str, ours: int, bare: int) -> Figure:
    """A figure of memory."""
    return Figure(name, title, "MB", ours / MEGABYTE, bare / MEGABYTE, "bare aiogram bot", ours / bare)


def idle(town: Street) -> Figure:
    """Both bots right after their start (ours has answered one person)."""
    return figure("memory_idle", "memory, idle", _rss(town.ours), _rss(town.bare))


async def crowded(town: Street, people: int) -> Figure:
    """Both bots after so many people passed through, those of the other cases among them."""
    case = next(case for case in town.cases if case.name == "guide_tap")
    acts = [*case.before, *case.measured[:1]]
    while (left := people - town.passed) > 0:
        crowd = town.people(case, min(CROWD, left))
        for act in acts:
            await asyncio.gather(wave(town.ours.control, crowd, act), wave(town.bare.control, crowd, act))
    return figure("memory_crowd", f"memory after {people:,} people", _rss(town.ours), _rss(town.bare))


def _rss(side: Side) -> int:
    return processes.rss(side.process.pid)
