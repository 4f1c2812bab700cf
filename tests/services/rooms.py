"""An office as the services see it: real database, vault, content and words; a clock that only the test moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import content, words
from bot.clock import Clock
from bot.domain.applications import PUBLISH_NAME
from bot.domain.base import Text
from bot.domain.contests import Contest
from bot.domain.moments import Calendar
from bot.domain.people import Person
from bot.domain.quiet import Quiet
from bot.services import contests, forms, people
from bot.services.forms import Form
from bot.services.office import Department, Office, Sending
from bot.storage import people as storage
from bot.storage.database import Database
from bot.storage.files import FileStore
from bot.vault import Vault

ROOT = Path(__file__).parent.parent.parent
LANGUAGES = ("kk", "ru")
CONTEST = "egov_user"
ADDRESS = "https://t.me/test_bot"
OPENS = datetime(2026, 11, 16, 4, tzinfo=UTC)
CLOSES = datetime(2027, 9, 10, 13, tzinfo=UTC)
RESULTS = datetime(2027, 9, 27, 10, tzinfo=UTC)
ERASED = RESULTS + timedelta(days=90)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
ANSWERS = ("Образцова Анна Ивановна", "05.01.1960", "esil", "+7 701 000 00 00")
STORED = {
    "full_name": "Образцова Анна Ивановна",
    "birth_date": "1960-01-05",
    "district": "esil",
    "phone": "+77010000000",
}


class StillClock(Clock):
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = NOW) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        """The moment at which it stands."""
        return self.at

    def pass_by(self, **span: float) -> None:
        """Moves it ahead by a timedelta's arguments."""
        self.at += timedelta(**span)


@cache
def library() -> content.Library:
    """The project's own content."""
    return content.load(ROOT / "content", LANGUAGES, Calendar())


@cache
def catalogues() -> dict[str, words.Words]:
    """The interface words in both languages."""
    return words.load(ROOT / "locales", LANGUAGES, ZoneInfo("Asia/Almaty"))


def make_office(database: Database, folder: Path, clock: Clock) -> Office:
    """An office without any owner."""
    keys = folder / "secrets" / "keys.json"
    if not keys.exists():
        Vault.create_file(keys)
    return Office(
        database=database,
        library=library(),
        vault=Vault.from_file(keys),
        files=FileStore(folder / "files"),
        clock=clock,
        words=catalogues(),
        department=Department(
            name=Text({"kk": "Департамент (қаз)", "ru": "Департамент (рус)"}),
            bin="991240900000",
            phone="+7 7152 00 00 00",
            hours=Text({"kk": "9:00–18:30 (қаз)", "ru": "9:00–18:30 (рус)"}),
            address=Text({"kk": "Петропавл (қаз)", "ru": "Петропавловск (рус)"}),
        ),
        sending=Sending(Quiet(time(21), time(9), ZoneInfo("Asia/Almaty"))),
        calendar=Calendar(),
        address=ADDRESS,
    )


async def dismissed(office: Office, organiser: Person) -> None:
    """Somebody is no organiser any more."""
    async with office.database.write() as connection:
        await storage.dismiss(connection, organiser.id)


def with_contest(office: Office, contest: Contest, revision: str = "other") -> Office:
    """The same office after an editor changed the contest's file, and a restart."""
    changed = content.Library(
        office.library.guides,
        {**office.library.contests, contest.id: contest},
        {**office.library.revisions, contest.id: revision},
    )
    return replace(office, library=changed)


async def citizen(office: Office, number: int, language: str = "ru") -> Person:
    """Somebody who chose a language."""
    await storage.arrive(office.database, number, office.clock.now())
    return await people.speak(office, number, language)


async def draft(office: Office, person: Person) -> Form:
    """A fresh draft in the announced contest."""
    await contests.announce_due(office, Calendar())
    return await forms.agree(office, person, CONTEST, person.language or "ru")


async def say(office: Office, person: Person, found: Form, raw: str, update_id: int) -> Form:
    """Types an answer to the question that stands, now."""
    current = await forms.own(office, person, found.application.id)
    return await forms.answer(office, person, current.application, raw, office.clock.now(), update_id)


async def filled(office: Office, person: Person, *, born: str = ANSWERS[1], publish: str = forms.NO) -> Form:
    """A draft with all answers."""
    found = await draft(office, person)
    for update_id, raw in enumerate((ANSWERS[0], born, *ANSWERS[2:]), 1):
        found = await say(office, person, found, raw, update_id)
    return await forms.tap(office, person, found.application.id, PUBLISH_NAME, publish, 5)


async def submitted(office: Office, person: Person) -> Form:
    """An application that is sent in."""
    found = await filled(office, person)
    return await forms.submit(office, person, found.application.id)
