"""What our bot finds when it starts: the project's settings and content, and people with a draft each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.processes import ROOT
from bot import app, settings
from bot.clock import Clock
from bot.domain.moments import Calendar
from bot.domain.people import Person
from bot.local_telegram import DEFAULT_TOKEN
from bot.services import contests, forms, people
from bot.services.office import Office
from bot.settings import Settings
from bot.storage import people as storage

CONTEST = "egov_user"
LANGUAGE = "ru"
FIRST_APPLICANT = 1_000_000
FIRST_OTHER = 2_000_000


def make_settings(folder: Path, url: str) -> Settings:
    """The project's config.toml with everything that is written in `folder`."""
    return settings.load(
        ROOT / "config.toml",
        telegram={"token": DEFAULT_TOKEN, "api_base": url},
        database={"url": f"sqlite+aiosqlite:///{folder}/bot.sqlite3"},
        storage={"files": folder / "files", "keys": folder / "keys.json"},
        content={"path": ROOT / "content"},
        people={"owners": (1,)},
    )


def ahead() -> timedelta:
    """How far the clocks are moved so that the contest takes applications, whatever day it is."""
    made = make_settings(Path(), "http://127.0.0.1")
    moments = app.read(made).library.contests[CONTEST].moments(Calendar(days_off=frozenset(), working_days=frozenset()))
    opens, closes = moments["applications_open"], moments["applications_close"]
    now = datetime.now(UTC)
    return timedelta(0) if opens < now < closes - timedelta(days=1) else opens + timedelta(days=1) - now


async def furnish(folder: Path, applicants: int, others: int, by: timedelta) -> None:
    """A database with people who chose a language: applicants stand at the first question of a form."""
    made = make_settings(folder, "http://127.0.0.1")
    known = app.read(made)
    office = await app.open_office(made, known, Clock(by))
    try:
        await contests.announce_due(office, known.calendar)
        async with office.database.connect() as writer:
            # For this hundredfold writing only: the bot that is measured opens the file anew, with full durability.
            await writer.exec_driver_sql("PRAGMA synchronous=OFF")
        for number in range(FIRST_APPLICANT, FIRST_APPLICANT + applicants):
            await forms.agree(office, await arrived(office, number), CONTEST, LANGUAGE)
        for number in range(FIRST_OTHER, FIRST_OTHER + others):
            await arrived(office, number)
    finally:
        await office.database.close()


async def arrived(office: Office, number: int) -> Person:
    """Somebody who chose their language."""
    await storage.arrive(office.database, number, office.clock.now())
    return await people.speak(office, number, LANGUAGE)
