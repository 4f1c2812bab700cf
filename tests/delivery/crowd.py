"""Many applicants who go through the contest's form together, by visible labels."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from zoneinfo import ZoneInfo

from bot import app, content, words
from bot.clock import Clock
from bot.domain.applications import PUBLISH_NAME
from bot.domain.base import Text
from bot.domain.fields import ChoiceField
from bot.domain.moments import Calendar
from bot.domain.people import Person
from bot.local_telegram import LocalTelegram, Message
from bot.services import contests, forms
from bot.services.office import Office
from bot.settings import Settings
from bot.storage import people
from tests.delivery.processes import Place
from tests.house import ROOT, make_settings

LANGUAGES = ("kk", "ru")
WORDS = words.load(ROOT / "locales", LANGUAGES, ZoneInfo("Asia/Almaty"))
LIBRARY = content.load(ROOT / "content", LANGUAGES, Calendar())
CONTEST = LIBRARY.contests["egov_user"]
WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Step:
    """What an applicant does at one point of the way: types, or taps.

    `stored` is the answer that it leaves in the application, by question; `shows` is what the bot asks next.
    """

    name: str
    types: str = ""
    taps: str = ""
    stored: tuple[str, str] | None = None
    shows: str = ""


def label(language: str, key: str) -> str:
    """What a button says."""
    return WORDS[language].label(key)


def before_the_form(language: str) -> list[Step]:
    """From the first word to the first question."""
    return [
        Step("start", types="/start"),
        Step("language", taps=label(language, "language.own_name")),
        Step("contests", taps=label(language, "menu.contests")),
        Step("contest", taps=CONTEST.title[language]),
        Step("apply", taps=label(language, "contest.apply")),
        Step("agree", taps=label(language, "consent.agree")),
    ]


def asks(language: str, field: str) -> str:
    """What the form's question looks like in the chat."""
    found = CONTEST.field(field)
    assert found
    return shown(found.question, language)


def shown(text: Text, language: str) -> str:
    """The first line of a text as it looks in the chat, where formatting is no letters."""
    return unescape(re.sub(r"<[^>]+>", "", text[language].strip().splitlines()[0]))


def option(language: str, field: str, chosen: str) -> str:
    """What the button of an option says."""
    found = CONTEST.field(field)
    assert isinstance(found, ChoiceField)
    return next(one.label[language] for one in found.options if one.id == chosen)


def the_form(language: str) -> list[Step]:
    """Every question of the form, and sending it in."""
    publish = CONTEST.consent.publish_name
    assert publish
    return [
        Step(
            "full_name",
            types="Образцова Анна",
            stored=("full_name", "Образцова Анна"),
            shows=asks(language, "birth_date"),
        ),
        Step("birth_date", types="05.01.1990", stored=("birth_date", "1990-01-05"), shows=asks(language, "district")),
        Step(
            "district",
            taps=option(language, "district", "esil"),
            stored=("district", "esil"),
            shows=asks(language, "phone"),
        ),
        Step("phone", types="8 701 123 45 67", stored=("phone", "+77011234567"), shows=shown(publish, language)),
        Step(
            "publish_name",
            taps=label(language, "form.publish_no"),
            stored=(PUBLISH_NAME, "no"),
            shows=label(language, "form.submit"),
        ),
        Step("submit", taps=label(language, "form.submit"), shows=label(language, "application.withdraw")),
    ]


class Crowd:
    """People with one language who do the same thing in one moment."""

    def __init__(self, telegram: LocalTelegram, language: str, numbers: Sequence[int]) -> None:
        self.telegram = telegram
        self.language = language
        self.numbers = list(numbers)

    async def come(self) -> None:
        """All of them get Telegram, and go to the first question of the form."""
        for number in self.numbers:
            await self.telegram.add_person(number, f"Ж{number}", language_code=self.language)
        for step in before_the_form(self.language):
            await self.do(step)

    async def sit_down(self, there: Place) -> None:
        """All of them stand at the first question of the form, without the bot's help: before it runs."""
        await self.telegram.add_people(len(self.numbers), self.numbers[0], self.language)
        async with office_of(there) as office:
            for number in self.numbers:
                await applicant(office, number, self.language)

    async def do(self, step: Step, numbers: Sequence[int] | None = None) -> None:
        """Everybody (or some of them) does the step at once; waits until the bot is done with it."""
        await self.begin(step, numbers)
        await self.telegram.settled(WITHIN)

    async def begin(self, step: Step, numbers: Sequence[int] | None = None) -> None:
        """The same without waiting."""
        await asyncio.gather(*(act(self.telegram, number, step) for number in numbers or self.numbers))


@asynccontextmanager
async def office_of(there: Place) -> AsyncIterator[Office]:
    """What the services work with, on the database of a bot that does not run."""
    settings = make_settings(there.folder, content={"path": there.folder / "content"}, database={"url": there.database})
    async with office_with(settings, Clock()) as office:
        yield office


@asynccontextmanager
async def office_with(settings: Settings, clock: Clock) -> AsyncIterator[Office]:
    """What the services work with, with the contest announced."""
    known = app.read(settings)
    office = await app.open_office(settings, known, clock)
    try:
        await contests.announce_due(office, known.calendar)
        yield office
    finally:
        await office.database.close()


async def applicant(office: Office, number: int, language: str) -> Person:
    """Somebody who has agreed, and stands at the first question."""
    now = office.clock.now()
    await people.arrive(office.database, number, now)
    person = await people.speak(office.database, number, language, now)
    assert person
    await forms.agree(office, person, CONTEST.id, language)
    return person


async def act(telegram: LocalTelegram, number: int, step: Step) -> None:
    """One person does the step."""
    if step.taps:
        await telegram.tap(number, step.taps)
    else:
        await telegram.send_text(number, step.types)


async def screens(telegram: LocalTelegram, number: int, words: str) -> list[Message]:
    """The messages of the bot that show these words, in the text or on a button."""
    return [one for one in await telegram.bot_messages(number) if words in one.text or words in one.labels]
