"""Puts the house together: the only room that knows all the others."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import User

import handlers
from bot import content, words
from bot.clock import Clock
from bot.delivery.progress import Progress
from bot.delivery.worker import Worker
from bot.domain.base import Text
from bot.domain.moments import Calendar
from bot.domain.quiet import Quiet
from bot.schedule import Schedule
from bot.services import (
    arrivals,
    contests,
    dates,
    freshness,
    mailings,
    people,
    reports,
    rights,
    search,
    seasons,
    visits,
)
from bot.services.office import Department, Office, Sending
from bot.settings import Settings
from bot.storage import applications, deliveries, recipients, schema
from bot.storage.database import Database
from bot.storage.files import FileStore
from bot.storage.seat import Seat
from bot.telegram.commands import register_for_all
from bot.telegram.dispatcher import ALLOWED_UPDATES, BotDispatcher
from bot.telegram.pace import Pace
from bot.telegram.pictures import Pictures
from bot.telegram.receiver import Receiver
from bot.telegram.screens import Screens
from bot.telegram.session import PASSING, Session
from bot.telegram.views.guides import Steps
from bot.vault import Vault

log = structlog.get_logger(__name__)

LOCALES = Path(__file__).parent.parent / "locales"
PLACEHOLDER_BIN = "991240900000"
"""A synthetic number that belongs to nobody."""
KEEP_DELIVERIES = timedelta(days=30)
TRY_AGAIN_SECONDS = 5.0


def print_at_once(line: str) -> None:
    """Prints a line that whoever reads a pipe or a journal sees at once."""
    print(line, flush=True)


class CannotStart(Exception):
    """The bot cannot start; each line says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Read:
    """What is read from files before anything runs."""

    library: content.Library
    words: dict[str, words.Words]
    calendar: Calendar


def read(settings: Settings) -> Read:
    """Reads the content and the locales. Raises CannotStart with every fault."""
    calendar = Calendar(
        days_off=frozenset(settings.calendar.days_off), working_days=frozenset(settings.calendar.working_days)
    )
    languages = settings.words.languages
    try:
        library = content.load(settings.content.path, languages, calendar)
        catalogues = words.load(LOCALES, languages, ZoneInfo(settings.words.zone))
    except content.BadContent as error:
        raise CannotStart(str(error)) from None
    except FileNotFoundError as error:
        raise CannotStart(str(error)) from None
    faults = [
        f"config.toml: department.{name}: the text is missing in: {language}"
        for name in ("name", "hours", "address")
        for language in languages
        if language not in getattr(settings.department, name)
    ]
    if faults:
        raise CannotStart("\n".join(faults))
    return Read(library, catalogues, calendar)


def check(settings: Settings, clock: Clock) -> list[str]:
    """Everything that `bot check` looks at besides what keeps the bot from starting; a line a fault."""
    known = read(settings)
    today = clock.now().astimezone(ZoneInfo(settings.words.zone)).date()
    faults = content.not_yet(settings.content.path, known.library, today)
    return faults + words.check(LOCALES, settings.words.languages)


def warnings(settings: Settings) -> list[str]:
    """What should be seen to before the bot goes live; none of it keeps it from starting."""
    if settings.department.bin == PLACEHOLDER_BIN:
        return ["config.toml: department: name, BIN, phone, hours and address are placeholders; put in your own"]
    return []


def _department(settings: Settings) -> Department:
    section = settings.department
    return Department(
        name=Text(section.name),
        bin=section.bin,
        phone=section.phone,
        hours=Text(section.hours),
        address=Text(section.address),
        answer_days=section.answer_days,
    )


def _sending(settings: Settings) -> Sending:
    section = settings.sending
    return Sending(
        quiet=Quiet(section.quiet_from, section.quiet_until, ZoneInfo(settings.words.zone)),
        a_second=section.a_second,
        paid=section.paid,
        paid_a_second=section.paid_a_second,
        two_approve=section.two_approve,
    )


async def _vault(settings: Settings, database: Database) -> Vault:
    """The vault; new keys only where nothing is sealed yet. Raises CannotStart."""
    path = settings.storage.keys
    if not path.exists():
        if await applications.count(database):
            raise CannotStart(f"{path}: the file of keys is missing, and the database holds sealed data: restore it")
        Vault.create_file(path)
        log.info("new keys made: back them up apart from the database", path=str(path))
    try:
        return Vault.from_file(path)
    except (OSError, ValueError) as error:
        raise CannotStart(str(error)) from None


async def open_office(settings: Settings, known: Read, clock: Clock) -> Office:
    """Opens the database, upgrades it, and hands out what the services work with. Raises CannotStart."""
    database = Database(settings.database.url)
    try:
        await schema.upgrade(database)
        vault = await _vault(settings, database)
    except schema.NewerDatabase as error:
        await database.close()
        raise CannotStart(f"the database was made by a newer version of the bot ({error}): upgrade the bot") from None
    except BaseException:
        await database.close()
        raise
    office = Office(
        database=database,
        library=known.library,
        vault=vault,
        files=FileStore(settings.storage.files),
        clock=clock,
        words=known.words,
        department=_department(settings),
        sending=_sending(settings),
        calendar=known.calendar,
        owners=frozenset(settings.people.owners),
    )
    await contests.name_missing(office)
    return office


def make_bot(settings: Settings) -> Bot:
    """The bot's connection to Telegram, or to any Bot API server."""
    server = TelegramAPIServer.from_base(settings.telegram.api_base)
    return Bot(settings.telegram.token.get_secret_value(), session=Session(server))


async def username(settings: Settings) -> str:
    """What Telegram calls the bot. Raises aiogram's errors."""
    async with make_bot(settings) as bot:
        return (await bot.me()).username or ""


def make_pace(office: Office) -> Pace:
    """The one pace of everything that is sent."""
    sending = office.sending
    return Pace(office.clock, sending.a_second, sending.paid_a_second if sending.paid else None)


async def run(
    settings: Settings, stop: asyncio.Event, clock: Clock | None = None, say: Callable[[str], None] = print_at_once
) -> None:
    """Runs the bot until `stop`: receives, sends what is due, wakes the services. Raises CannotStart.

    At the end the handlers at work finish, what they did is confirmed to Telegram, and the connections close.
    """
    clock = clock or Clock()
    async with AsyncExitStack() as stack:
        known = read(settings)
        office = await open_office(settings, known, clock)
        stack.push_async_callback(office.database.close)
        # After the last handler: what its tap noted is written, too.
        stack.push_async_callback(visits.write_down, office)
        bot = make_bot(settings)
        stack.push_async_callback(bot.session.close)
        seat = Seat(office.database)
        stack.push_async_callback(seat.leave)
        if not await seat.try_to_take():
            say("Another process works on this database: this one waits and takes over when the other is gone.")
        if not await seat.take(stop):
            return
        await arrivals.sweep(office)
        me = await _introduce(bot, stop)
        if me is None:
            return
        code = await people.owner_code(office)
        if code:
            say(f"This bot has no owner yet. The first person to send it this code becomes the owner: /owner {code}")
        address = f"https://t.me/{me.username}"
        office = replace(office, address=address)
        pace = make_pace(office)
        screens = Screens(bot, pace, Pictures(office.database, settings.content.path / "pictures"))
        dispatcher = BotDispatcher(
            handlers.setup(),
            office=office,
            screens=screens,
            steps=Steps(address),
            index=search.build(office.library),
            address=address,
        )
        schedule = Schedule(clock, lambda: _due(office, known), lambda: _next_due(office, known))
        receiver = Receiver(bot, lambda update: dispatcher.feed_update(bot, update), ALLOWED_UPDATES)
        await schedule.start()
        stack.push_async_callback(schedule.stop)
        gc.freeze()
        say(f"The bot is running: {address}")
        worker = Worker(bot, office, seat, pace)
        await _until_stopped(
            stop,
            receiver.run(stop),
            worker.run(stop),
            visits.keep_writing(office, stop),
            Progress(screens, office).run(stop),
            register_for_all(bot, office, stop),
        )


async def _introduce(bot: Bot, stop: asyncio.Event) -> User | None:
    """Asks Telegram who the bot is, until it answers; None when the bot is stopped before. Raises on a bad token."""
    while not stop.is_set():
        try:
            return await bot.me()
        except PASSING as error:
            log.warning("Telegram cannot be reached; trying again", error=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), TRY_AGAIN_SECONDS)
    return None


async def _until_stopped(stop: asyncio.Event, *works: Coroutine[Any, Any, None]) -> None:
    """Runs all until `stop`; the first that fails stops the others, and its error is raised."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        stop.set()
        await asyncio.wait(tasks)


async def _due(office: Office, known: Read) -> None:
    await contests.announce_due(office, known.calendar)
    await dates.plan_reminders(office)
    await seasons.release_due(office)
    await mailings.begin_due(office)
    await rights.erase_expired(office)
    await reports.erase_old(office)
    await freshness.tell(office)
    await visits.drop_old(office)
    await deliveries.drop_old(office.database, office.clock.now() - KEEP_DELIVERIES)
    await recipients.fold(office.database, office.clock.now() - KEEP_DELIVERIES)


async def _next_due(office: Office, known: Read) -> datetime | None:
    moments = [
        await contests.next_announcement(office, known.calendar),
        await seasons.next_release(office),
        await mailings.next_due(office),
        await rights.next_erasure(office),
        await freshness.next_due(office),
    ]
    return min((moment for moment in moments if moment is not None), default=None)


async def migrate(settings: Settings) -> None:
    """Brings the database up to date. Raises CannotStart."""
    database = Database(settings.database.url)
    try:
        await schema.upgrade(database)
    except schema.NewerDatabase as error:
        raise CannotStart(f"the database was made by a newer version of the bot ({error})") from None
    finally:
        await database.close()
