"""The processes that are measured, and what the kernel knows of them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.local_telegram import Control

ROOT = Path(__file__).parent.parent
STOP_WITHIN = 20.0
START_WITHIN = 60.0
KEPT_MESSAGES = 4
"""Bodies that a chat keeps: enough for every tap, and the server's memory does not grow with the people."""


def environment(**more: str) -> dict[str, str]:
    """This process's environment without the bot's settings, and with bytecode caches as any user has them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**kept, **more}


def cpu(pid: int) -> float:
    """Seconds of CPU that all threads of a process have used so far (user and system), exact to the microsecond."""
    return time.clock_gettime((~pid << 3) | 2)  # what clock_getcpuclockid(3) gives on Linux


def rss(pid: int) -> int:
    """Bytes of a process's memory that are resident."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"process {pid} has no memory any more")


@asynccontextmanager
async def running(*command: str | Path, **more: str) -> AsyncIterator[Process]:
    """A process that is stopped at the end, by SIGTERM and if need be by SIGKILL."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdin=PIPE, stdout=PIPE, cwd=ROOT, env=environment(**more)
    )
    try:
        yield process
    finally:
        await _stop(process)


async def _stop(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_WITHIN):
            await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()


async def unless_dead(process: Process, waiting: Coroutine[Any, Any, None]) -> None:
    """Waits for something that a process is to do. Raises RuntimeError as soon as the process has ended instead."""
    ended, done = asyncio.ensure_future(process.wait()), asyncio.ensure_future(waiting)
    await asyncio.wait({ended, done}, return_when=asyncio.FIRST_COMPLETED)
    if not done.done():
        done.cancel()
        raise RuntimeError(f"the bot ended with exit code {process.returncode}: see above")
    ended.cancel()
    await done


@asynccontextmanager
async def telegram() -> AsyncIterator[Control]:
    """A Telegram on this machine in a process of its own."""
    command = (sys.executable, "-m", "bot.local_telegram", "--keep-messages", str(KEPT_MESSAGES))
    async with running(*command) as process:
        assert process.stdout
        async with asyncio.timeout(START_WITHIN):
            url = (await process.stdout.readline()).decode().strip()
        async with Control(url) as control:
            yield control


@asynccontextmanager
async def bot(module: str, control: Control, arguments: dict[str, Any]) -> AsyncIterator[Process]:
    """A bot of this folder, once it polls and its own first calls are over."""
    async with running(sys.executable, "-m", module, json.dumps({"url": control.url, **arguments})) as process:
        await unless_dead(process, control.polled(START_WITHIN))
        await control.settled(START_WITHIN, quiet=0.3)
        yield process
