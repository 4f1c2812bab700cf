"""What people do in more than one test, by visible labels, and how the tests look behind the chat."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from bot import words
from bot.local_telegram import LocalTelegram, Message
from tests.house import OWNER, ROOT, Citizen, House

LANGUAGES = ("kk", "ru")
WORDS = words.load(ROOT / "locales", LANGUAGES, ZoneInfo("Asia/Almaty"))
CONTEST = {"kk": "Үздік e-gov пайдаланушысы", "ru": "Лучший пользователь e-gov"}
NAME, BORN, PHONE = "Образцова Анна Ивановна", "05.01.1990", "+7 701 123 45 67"
YOUNG = "15.06.2010"
"""A date of birth of someone who is 16 today."""
CLOSES = datetime(2027, 9, 10, 13, tzinfo=UTC)
"""The deadline of the contest of content/."""
ERASED = datetime(2027, 12, 26, 10, tzinfo=UTC)
DISTRICT = {"kk": "Есіл ауданы", "ru": "Есильский район"}


def label(language: str, key: str, /, **values: Any) -> str:
    """What a button or a toast says."""
    return WORDS[language].label(key, **values)


def said(language: str, key: str, /, **values: Any) -> str:
    """What a text looks like in the chat, where its formatting is no letters."""
    return unescape(re.sub(r"<[^>]+>", "", WORDS[language](key, **values)))


async def newcomer(house: House, language: str = "ru", number: int = 1, name: str = "Нина") -> Citizen:
    """A new person who chose their language and sees the menu."""
    citizen = await house.citizen(number, name, language)
    await citizen.start()
    await citizen.taps(label(language, "language.own_name"))
    return citizen


async def contest_page(citizen: Citizen, language: str = "ru") -> Message:
    """From the menu to the contest's page."""
    await citizen.says("/menu")
    return await citizen.taps(label(language, "menu.contests"), CONTEST[language])


async def begin(citizen: Citizen, language: str = "ru") -> Message:
    """To the first question of the form."""
    await contest_page(citizen, language)
    return await citizen.taps(label(language, "contest.apply"), label(language, "consent.agree"))


async def to_phone(citizen: Citizen, language: str = "ru", born: str = BORN) -> Message:
    """To the last question that is typed."""
    await begin(citizen, language)
    await citizen.says(NAME)
    await citizen.says(born)
    return await citizen.taps(DISTRICT[language])


async def fill(citizen: Citizen, language: str = "ru", born: str = BORN) -> Message:
    """To the summary, with every question answered."""
    await to_phone(citizen, language, born)
    await citizen.says(PHONE)
    return await citizen.taps(label(language, "form.publish_no"))


async def apply(citizen: Citizen, language: str = "ru") -> Message:
    """The whole form, sent in; gives the receipt."""
    before = await fill(citizen, language)
    await citizen.taps(label(language, "form.submit"))
    return await citizen.telegram.wait_message(citizen.number, "EU-", after=before.message_id)


async def past(house: House, moment: datetime) -> None:
    """Moves the clock a minute past a moment."""
    await house.clock.move(moment - house.clock.now() + timedelta(minutes=1))
    await house.telegram.settled()


async def owner(house: House, language: str = "ru") -> Citizen:
    """The owner of the bot, who has spoken with it."""
    return await newcomer(house, language, OWNER, "Ольга")


async def screen(citizen: Citizen) -> Message:
    """The newest message that has buttons: where the person goes on, whatever was pushed after it."""
    return next(message for message in reversed(await citizen.all()) if message.buttons)


async def at_once(citizen: Citizen, name: str, times: int = 10) -> None:
    """Taps one button many times faster than the bot can answer."""
    await asyncio.gather(*(citizen.telegram.tap(citizen.number, name) for _ in range(times)))
    await citizen.telegram.settled()


def row(house: House, query: str, *values: Any) -> tuple[Any, ...]:
    """The only row that a query gives."""
    found = rows(house, query, *values)
    assert len(found) == 1, found
    return found[0]


def rows(house: House, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What stands in the database of the running bot."""
    connection = sqlite3.connect(_database(house))
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()


def many(house: House, statement: str, values: list[tuple[Any, ...]]) -> None:
    """Writes rows into the database of the running bot, such as a crowd of people."""
    connection = sqlite3.connect(_database(house), timeout=10)
    try:
        with connection:
            connection.executemany(statement, values)
    finally:
        connection.close()


def bytes_at_rest(house: House) -> bytes:
    """Every byte that the bot keeps: the database with what is not checkpointed yet, and the files."""
    folder = _database(house).parent
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def _database(house: House) -> Path:
    return Path(house.settings.database.url.removeprefix("sqlite+aiosqlite:///"))


def last_update(updates: list[dict[str, Any]], text: str) -> int:
    """The id of the newest update that brought this text."""
    return int(next(one["update_id"] for one in reversed(updates) if one.get("message", {}).get("text") == text))


async def content_of(telegram: LocalTelegram, message: Message) -> bytes:
    """What is in the document of a message, fetched as any client of the Bot API would."""
    file_id = message.extra["document"]["file_id"]
    async with aiohttp.ClientSession(telegram.url) as http:
        async with http.post(f"/bot{telegram.token}/getFile", json={"file_id": file_id}) as response:
            path = (await response.json())["result"]["file_path"]
        async with http.get(f"/file/bot{telegram.token}/{path}") as response:
            assert response.status == 200
            return await response.read()
