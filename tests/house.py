"""The whole bot in this process against the Telegram on this machine, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import app, settings
from bot.clock import Clock
from bot.local_telegram import LocalTelegram, Message
from bot.settings import Settings

ROOT = Path(__file__).parent.parent
CONTENT = ROOT / "content"
OWNER = 900


class Citizen:
    """A person at their phone: sends, taps buttons by their visible label, and reads what the chat shows."""

    def __init__(self, telegram: LocalTelegram, number: int) -> None:
        self.telegram = telegram
        self.number = number

    async def start(self, payload: str | None = None) -> Message:
        """Sends /start; gives the newest message of the bot once all is quiet."""
        await self.telegram.start_bot(self.number, payload)
        return await self.sees()

    async def says(self, text: str) -> Message:
        """Sends a text; gives the newest message of the bot."""
        await self.telegram.send_text(self.number, text)
        return await self.sees()

    async def taps(self, *labels: str) -> Message:
        """Taps buttons one after the other by their visible labels; gives the newest message of the bot."""
        for label in labels:
            if label in await self.telegram.keys(self.number):
                await self.telegram.press(self.number, label)
            else:
                await self.telegram.tap(self.number, label)
            await self.telegram.settled()
        return await self.sees()

    async def sees(self) -> Message:
        """The newest message of the bot in the chat, once all is quiet."""
        await self.telegram.settled()
        return await self.telegram.last_message(self.number)

    async def all(self) -> list[Message]:
        """All messages of the bot in the chat, once all is quiet."""
        await self.telegram.settled()
        return await self.telegram.bot_messages(self.number)

    async def toast(self) -> str:
        """The text of the newest answer to a tap."""
        await self.telegram.settled()
        return (await self.telegram.answers(self.number))[-1].text


@dataclass
class House:
    """The running bot and its Telegram."""

    telegram: LocalTelegram
    clock: Clock
    settings: Settings
    said: list[str]

    async def citizen(self, number: int, name: str = "Нина", language: str | None = "ru") -> Citizen:
        """A new person who has not spoken with the bot yet."""
        await self.telegram.add_person(number, name, language_code=language)
        return Citizen(self.telegram, number)

    async def move(self, **span: float) -> None:
        """Moves the clock ahead by a timedelta's arguments, and waits until all is quiet."""
        await self.clock.move(timedelta(**span))
        await self.telegram.settled()


def make_settings(folder: Path, **sections: dict[str, Any]) -> Settings:
    """The project's config.toml with everything that is written in `folder`."""
    values: dict[str, dict[str, Any]] = {
        "database": {"url": f"sqlite+aiosqlite:///{folder}/bot.sqlite3"},
        "storage": {"files": folder / "files", "keys": folder / "keys.json"},
        "content": {"path": CONTENT},
        "people": {"owners": (OWNER,)},
    }
    for name, section in sections.items():
        values[name] = {**values.get(name, {}), **section}
    return settings.load(ROOT / "config.toml", **values)


@asynccontextmanager
async def running(
    folder: Path, telegram: LocalTelegram, clock: Clock, **sections: dict[str, Any]
) -> AsyncIterator[House]:
    """Runs the bot until the block ends; fails when the bot made a call that Telegram would not know."""
    connection = {"token": telegram.token, "api_base": telegram.url}
    made = make_settings(folder, **{**sections, "telegram": connection})
    said: list[str] = []
    stop, ready = asyncio.Event(), asyncio.Event()

    def say(line: str) -> None:
        said.append(line)
        if line.startswith("The bot is running"):
            ready.set()

    bot = asyncio.create_task(app.run(made, stop, clock, say))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({bot, waiting}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if not ready.is_set():
            await bot
        yield House(telegram, clock, made, said)
    finally:
        waiting.cancel()
        stop.set()
        await bot
    assert await telegram.complaints() == []
