"""What goes to many: sent to each once, at one pace, halted and resumed, stopped by what nobody can be sent."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiogram.methods import SendMessage, TelegramMethod
from sqlalchemy import select

from bot import app
from bot.clock import Clock
from bot.delivery.worker import Worker
from bot.domain.mailings import Audience, Counts, Mailing
from bot.domain.people import Person
from bot.domain.pushes import Kind, State
from bot.local_telegram import LocalTelegram
from bot.services import mailings as service
from bot.services.office import Office
from bot.storage import mailings, people
from bot.storage.recipients import Recipient
from bot.storage.seat import Seat
from bot.storage.tables import deliveries as deliveries_table
from bot.storage.tables import recipients as recipients_table
from bot.telegram.views.mailings import Compose
from tests.delivery.crowd import office_with
from tests.house import OWNER, make_settings

TODAY = datetime(2026, 12, 1, 6, tzinfo=UTC)
TEXT = {"ru": "Приходите на ярмарку", "kk": "Жәрмеңкеге келіңіз"}
FIRST = 1_000_001

Content = Callable[[Recipient], TelegramMethod[Any] | None]


@pytest.fixture
def clock() -> Clock:
    """By day, where no quiet hours hold."""
    return Clock(TODAY - Clock().now())


def _text(row: Recipient) -> TelegramMethod[Any] | None:
    return MESSAGES[row.language]


MESSAGES = {language: SendMessage(chat_id=0, text=text) for language, text in TEXT.items()}


@dataclass
class Post:
    """A worker that runs in the block, and what becomes of mailings."""

    telegram: LocalTelegram
    office: Office
    clock: Clock
    seat: Seat
    bot: Any
    content: Content = _text
    worker: Worker | None = None

    async def people(self, count: int) -> None:
        """So many people who started the bot; every second speaks Kazakh."""
        await self.telegram.add_people(count, FIRST, "ru")
        for number in range(FIRST, FIRST + count):
            await people.arrive(self.office.database, number, self.clock.now())
            await people.speak(self.office.database, number, "kk" if number % 2 else "ru", self.clock.now())

    async def owner(self) -> Person:
        """An owner, who has no language and so gets no mailing."""
        await self.telegram.add_person(OWNER, "Айгүл", started=True)
        return await people.arrive(self.office.database, OWNER, self.clock.now())

    async def mailing(self, kind: Kind = Kind.ANNOUNCEMENT, **more: Any) -> int:
        """A mailing to everyone, due now; gives its id."""
        values = {
            "kind": kind,
            "state": "scheduled",
            "audience": Audience("everyone"),
            "created_at": self.clock.now(),
            "due_at": self.clock.now(),
        }
        async with self.office.database.write() as connection:
            made = await mailings.create(connection, {**values, **more})
        return made

    async def get(self, mailing_id: int) -> Mailing:
        found = await mailings.get(self.office.database, mailing_id)
        assert found
        return found

    async def until(self, mailing_id: int, state: str, within: float = 20.0) -> Mailing:
        """Waits until the mailing is in the state."""

        async def there() -> Mailing | None:
            found = await self.get(mailing_id)
            return found if found.state == state else None

        return await self.telegram.wait_for(there, within, f"the state {state}")

    async def states(self, mailing_id: int) -> dict[State, int]:
        """State -> how many recipients."""
        statement = select(recipients_table.c.state).filter_by(mailing_id=mailing_id)
        found = [State(row[0]) for row in await self.office.database.read(statement)]
        return {state: found.count(state) for state in set(found)}

    async def got(self) -> dict[int, int]:
        """Who got one of the texts: chat -> how many times."""
        found: dict[int, int] = {}
        for text in TEXT.values():
            found |= await self.telegram.receipts(text)
        return found

    async def pushed(self) -> list[tuple[Kind, int]]:
        """Personal pushes: kind and subject."""
        table = deliveries_table
        return [
            (Kind(row[0]), row[1])
            for row in await self.office.database.read(select(table.c.kind, table.c.subject_id).order_by(table.c.id))
        ]

    async def compose(self, office: Office, mailing: Mailing) -> Compose:
        """As telegram.views.mailings.composer."""

        async def made(row: Recipient) -> TelegramMethod[Any] | None:
            return self.content(row)

        return made

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """A worker runs."""
        self.worker = Worker(self.bot, self.office, self.seat, app.make_pace(self.office), self.compose)
        stop = asyncio.Event()
        running = asyncio.create_task(self.worker.run(stop))
        try:
            yield
        finally:
            stop.set()
            await running


@pytest.fixture
async def post(tmp_path: Path, migrated: Path, telegram: LocalTelegram, clock: Clock) -> AsyncIterator[Post]:
    shutil.copy(migrated, tmp_path / "bot.sqlite3")
    settings = make_settings(
        tmp_path, telegram={"token": telegram.token, "api_base": telegram.url}, sending={"a_second": 1000}
    )
    bot = app.make_bot(settings)
    async with office_with(settings, clock) as office:
        yield Post(telegram, office, clock, Seat(office.database), bot)
    # aiogram's own close sleeps, for connections that are encrypted.
    await (await bot.session.create_session()).close()  # type: ignore[attr-defined]
    assert await telegram.complaints() == []


async def test_everyone_gets_it_once_in_their_language(post: Post) -> None:
    await post.people(300)
    author = await post.owner()
    mailing = await post.mailing(author_id=author.id)
    async with post.working():
        await service.begin_due(post.office)
        found = await post.until(mailing, "done")
    assert found.counts == Counts(total=300, sent=300)
    assert await post.got() == dict.fromkeys(range(FIRST, FIRST + 300), 1)
    assert set(await post.telegram.receipts(TEXT["kk"])) == set(range(FIRST, FIRST + 300, 2))
    assert (Kind.MAILING_ENDED, mailing) in await post.pushed()
