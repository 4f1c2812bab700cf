"""Start-up: `bot run` from exec to its first getUpdates, beside `python -c "import aiogram"`."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from bench import processes, report
from bench.report import Figure
from bot.local_telegram import DEFAULT_TOKEN, Control

BASELINE = "import aiogram; print(flush=True); input()"
AIM = 1.25


async def measure(folder: Path, rounds: int) -> list[Figure]:
    """CPU and wall time of so many starts; the one before them fills the bytecode caches, makes the database."""
    ours, bare = [], []
    async with processes.telegram() as control:
        for number in range(rounds + 1):
            if number % 2:
                ours.append(await _bot(folder, control))
                bare.append(await _baseline())
            else:
                bare.append(await _baseline())
                ours.append(await _bot(folder, control))
    used = [cpu for cpu, _ in ours[1:]], [cpu for cpu, _ in bare[1:]]
    took = [wall for _, wall in ours[1:]], [wall for _, wall in bare[1:]]
    return [
        report.figure("startup_cpu", "start-up, CPU", "import aiogram", *used, AIM),
        report.figure("startup_wall", "start-up, wall", "import aiogram", *took, AIM),
    ]


async def _bot(folder: Path, control: Control) -> tuple[float, float]:
    """Seconds of CPU and of wall time until the bot waits for updates."""
    given = {
        "BOT_TELEGRAM__TOKEN": DEFAULT_TOKEN,
        "BOT_TELEGRAM__API_BASE": control.url,
        "BOT_DATABASE__URL": f"sqlite+aiosqlite:///{folder}/bot.sqlite3",
        "BOT_STORAGE__FILES": f"{folder}/files",
        "BOT_STORAGE__KEYS": f"{folder}/keys.json",
        "BOT_PEOPLE__OWNERS": "[1]",
    }
    first = await control.add_fault("hold_before", "getUpdates")
    started = time.monotonic()
    async with processes.running(Path(sys.executable).parent / "bot", "run", **given) as process:
        await processes.unless_dead(process, first.reached(processes.START_WITHIN))
        used, wall = processes.cpu(process.pid), time.monotonic() - started
        await first.remove()
    return used, wall


async def _baseline() -> tuple[float, float]:
    """The same of an interpreter that imports aiogram; both are read before the interpreter takes itself down."""
    started = time.monotonic()
    async with processes.running(sys.executable, "-c", BASELINE) as process:
        assert process.stdout
        async with asyncio.timeout(processes.START_WITHIN):
            await process.stdout.readline()
        return processes.cpu(process.pid), time.monotonic() - started
