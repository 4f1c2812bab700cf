"""`bot run` as a process of its own, which a test really kills, and what the bot had written down by then."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.clock import Clock
from bot.domain.applications import Application
from bot.local_telegram import Fault, LocalTelegram
from bot.storage import applications, people
from bot.storage.database import Database
from bot.vault import Vault
from tests.house import OWNER, ROOT

READY = "The bot is running"
WITHIN = 60.0
"""Seconds after which a process that says nothing counts as stuck."""


@dataclass
class Place:
    """Where a bot keeps everything, and the Telegram that it talks to; outlives its processes."""

    folder: Path
    telegram: LocalTelegram
    database: str
    started: list[BotProcess] = field(default_factory=list)
    module: str = "bot"
    environment: dict[str, str] = field(default_factory=dict)

    async def start(self, unbuffered: bool = True) -> BotProcess:
        """Starts `bot run`, and waits until it says that it runs."""
        process = await self.start_another(unbuffered)
        await process.ready()
        return process

    async def start_another(self, unbuffered: bool = True) -> BotProcess:
        """Starts `bot run` where one may be at work already."""
        process = await BotProcess.start(self, unbuffered)
        self.started.append(process)
        return process

    async def applications(self, person: int) -> list[Application]:
        """The person's applications with their answers opened, the newest first."""
        database = Database(self.database)
        try:
            found = await people.find(database, person)
            vault = Vault.from_file(self.folder / "keys.json")
            return await applications.of_person(database, vault, found.id) if found else []
        finally:
            await database.close()

    async def application(self, person: int) -> Application:
        """The person's only application."""
        (only,) = await self.applications(person)
        return only

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What stands in the SQLite database."""
        connection = sqlite3.connect(self.folder / "bot.sqlite3")
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


class BotProcess:
    """A running `bot run`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.said: list[str] = []
        self._ready = asyncio.Event()
        self._heard = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, place: Place, unbuffered: bool) -> BotProcess:
        """Starts it; the caller sees to its end."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", place.module, "run", "--config", str(ROOT / "config.toml")),
            cwd=ROOT,
            env=_environment(place, unbuffered),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        return cls(process)

    async def ready(self) -> None:
        """Until it says that it runs. Fails with what it said when it ends instead."""
        async with asyncio.timeout(WITHIN):
            await self._ready.wait()
        assert any(READY in line for line in self.said), "\n".join(self.said)

    async def says(self, words: str) -> None:
        """Until a line of what it says has the words in it."""
        async with asyncio.timeout(WITHIN), self._heard:
            await self._heard.wait_for(lambda: any(words in line for line in self.said))

    async def _read(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            self.said.append(line.decode().rstrip())
            async with self._heard:
                self._heard.notify_all()
            if READY in self.said[-1]:
                self._ready.set()
        self._ready.set()

    async def kill(self) -> None:
        """kill -9."""
        await self._end(signal.SIGKILL)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Asks it to stop; gives its exit code."""
        return await self._end(number)

    def send(self, number: signal.Signals) -> None:
        """Sends a signal and does not wait."""
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Its exit code, once it has one."""
        async with asyncio.timeout(WITHIN):
            await self._reading
            return await self._process.wait()

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.returncode is None

    async def _end(self, number: signal.Signals) -> int:
        if self.runs:
            self._process.send_signal(number)
        return await self.ended()


def _environment(place: Place, unbuffered: bool) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("BOT_", "PYTHONUNBUFFERED"))}
    return own | {
        "BOT_TELEGRAM__TOKEN": place.telegram.token,
        "BOT_TELEGRAM__API_BASE": place.telegram.url,
        "BOT_DATABASE__URL": place.database,
        "BOT_STORAGE__FILES": str(place.folder / "files"),
        "BOT_STORAGE__KEYS": str(place.folder / "keys.json"),
        "BOT_CONTENT__PATH": str(place.folder / "content"),
        "BOT_PEOPLE__OWNERS": f"[{OWNER}]",
        "BOT_LOG__FORMAT": "json",
        **({"PYTHONUNBUFFERED": "1"} if unbuffered else {}),
        **place.environment,
    }


@asynccontextmanager
async def place(folder: Path, telegram: LocalTelegram, database: str = "") -> AsyncIterator[Place]:
    """A folder with the project's content in season; at the end no process of it is left."""
    in_season(folder / "content")
    made = Place(folder, telegram, database or f"sqlite+aiosqlite:///{folder}/bot.sqlite3")
    try:
        yield made
    finally:
        await telegram.clear_faults()
        for process in made.started:
            await process.kill()


def in_season(folder: Path) -> None:
    """Copies the project's content with all dates moved so that each contest was announced yesterday.

    A process has the real clock, whatever day it is when the tests run.
    """
    shutil.copytree(ROOT / "content", folder)
    for path in (folder / "contests").glob("*.toml"):
        path.write_text(_moved(path.read_text(encoding="utf-8")), encoding="utf-8")


def _moved(text: str) -> str:
    announced = min(datetime.fromisoformat(found) for found in _DATE.findall(text))
    shift = timedelta(days=(Clock().now().date() - announced.date()).days - 1)
    return _DATE.sub(lambda found: f"{datetime.fromisoformat(found[0]) + shift:%Y-%m-%dT%H:%M}", text)


_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}\b")


async def reached(faults: Iterable[Fault]) -> None:
    """Until every one of the faults holds its call."""
    await asyncio.gather(*(fault.reached(WITHIN) for fault in faults))
