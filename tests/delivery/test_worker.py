"""The outbox: what is claimed, what each outcome marks, what a crash leaves, and how long is waited."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.methods import SendDocument
from sqlalchemy import select

from bot import app
from bot.clock import Clock
from bot.delivery.worker import ATTEMPTS, Worker
from bot.domain.people import Person
from bot.domain.pushes import RULES, Kind, State
from bot.local_telegram import LocalTelegram
from bot.services import forms, guardians, rights
from bot.services.forms import Upload
from bot.services.office import Office
from bot.storage import deliveries, files, people
from bot.storage.deliveries import Delivery
from bot.storage.seat import Seat
from bot.storage.tables import deliveries as table
from bot.telegram.uploads import SECONDS, Made
from bot.telegram.views import pushes
from tests.delivery.crowd import CONTEST, WITHIN, WORDS, applicant, office_of, office_with
from tests.delivery.processes import Place, reached
from tests.house import make_settings

TODAY = datetime(2026, 12, 1, 6, tzinfo=UTC)
PDF = b"%PDF-1.7 " + bytes(64)


@pytest.fixture
def clock() -> Clock:
    """While the contest of content/ takes applications."""
    return Clock(TODAY - Clock().now())


@dataclass
class Desk:
    """A worker that does a batch when it is told to, and what stands in its outbox."""

    telegram: LocalTelegram
    office: Office
    worker: Worker
    clock: Clock

    async def person(self, number: int = 1) -> Person:
        """Somebody who has a draft in the contest."""
        await self.telegram.add_person(number, "Нина", started=True)
        return await applicant(self.office, number, "ru")

    async def push(self, person: Person, kind: Kind, subject: int | None = None) -> None:
        """Queues a push, due now."""
        async with self.office.database.write() as connection:
            await deliveries.queue(connection, kind, person.id, subject, self.clock.now())

    async def application(self, person: Person) -> int:
        """The id of the person's application."""
        (only,) = await forms.mine(self.office, person)
        return only.application.id

    async def states(self) -> list[State]:
        """The states of all rows, in the order in which they were queued."""
        return [State(row[0]) for row in await self.office.database.read(select(table.c.state).order_by(table.c.id))]

    async def pause(self) -> float:
        """Seconds until the only row is tried again."""
        due = await deliveries.next_due(self.office.database)
        assert due
        return (due - self.clock.now()).total_seconds()

    async def file(self, person: Person, content: bytes) -> int:
        """A photo of a guardian's paper that waits to be fetched; gives its row's id."""
        sent = await self.telegram.send_document(person.telegram_id, content)
        upload = Upload(sent.extra["document"]["file_id"], "paper.pdf", len(content))
        application = await self.application(person)
        async with self.office.database.write() as connection:
            return await forms.take_file(
                self.office, connection, person, application, guardians.PAPER, upload, self.clock.now()
            )

    async def state_of(self, file_id: int) -> str:
        """The state of a file."""
        row = await files.get(self.office.database, file_id)
        assert row
        return str(row.state)


@pytest.fixture
async def desk(tmp_path: Path, migrated: Path, telegram: LocalTelegram, clock: Clock) -> AsyncIterator[Desk]:
    shutil.copy(migrated, tmp_path / "bot.sqlite3")
    settings = make_settings(tmp_path, telegram={"token": telegram.token, "api_base": telegram.url})
    bot: Bot = app.make_bot(settings)
    async with office_with(settings, clock) as office:
        yield Desk(telegram, office, Worker(bot, office, Seat(office.database), app.make_pace(office)), clock)
    # aiogram's own close sleeps, for connections that are encrypted.
    await (await bot.session.create_session()).close()  # type: ignore[attr-defined]
    assert await telegram.complaints() == []


async def test_what_is_sent_is_marked_and_not_sent_again(desk: Desk) -> None:
    nina = await desk.person()
    await desk.push(nina, Kind.GUARDIAN_AGREED, await desk.application(nina))
    assert await desk.worker.step() == 1
    assert await desk.states() == [State.SENT]
    assert await desk.worker.step() == 0
    assert len(await desk.telegram.bot_messages(1)) == 1


async def test_what_is_of_no_use_any_more_is_cancelled(desk: Desk) -> None:
    nina = await desk.person()
    await desk.push(nina, Kind.RECEIPT, await desk.application(nina))
    assert await desk.worker.step() == 1
    assert await desk.states() == [State.CANCELLED]
    assert await desk.telegram.bot_messages(1) == []


async def test_what_is_not_due_waits(desk: Desk) -> None:
    nina = await desk.person()
    async with desk.office.database.write() as connection:
        due = desk.clock.now() + timedelta(hours=1)
        await deliveries.queue(connection, Kind.MY_DATA, nina.id, None, due)
    assert await desk.worker.step() == 0
    await desk.clock.move(timedelta(hours=1))
    assert await desk.worker.step() == 1


async def test_a_crash_between_claim_and_mark(desk: Desk) -> None:
    """What helps when it comes twice is sent again; a copy of one's data is not, and is known to be unknown."""
    personal = [kind for kind in RULES if kind < 100]
    nina = await desk.person()
    for kind in personal:
        await desk.push(nina, kind, await desk.application(nina))
    claimed = await deliveries.claim(Seat(desk.office.database), desk.clock.now(), 100)
    assert [one.kind for one in claimed] == personal
    assert set(await desk.states()) == {State.SENDING}
    assert await deliveries.settle_interrupted(desk.office.database, desk.clock.now()) == 4
    found = dict(zip(personal, await desk.states(), strict=True))
    once = (Kind.MY_DATA, Kind.FILE_TO_VIEW, Kind.MAILING_REPORT, Kind.APPLICATIONS_TABLE)
    assert found == {kind: State.UNKNOWN if kind in once else State.QUEUED for kind in personal}


async def test_what_is_made_for_a_message_is_gone_afterwards(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Part by part: the first is marked before the second is made, and may take longer than a call without a file."""
    nina = await desk.person()
    made: list[IO[bytes]] = []
    seen, patience = list[list[State]](), list[int | None]()

    async def compose(office: Office, delivery: Delivery) -> SendDocument:
        seen.append(await desk.states())
        made.append(office.files.nameless())
        made[-1].write(b"PK")
        return SendDocument(chat_id=1, document=Made(made[-1], f"{delivery.id}.zip"))

    make_request = AiohttpSession.make_request

    async def noted(self: AiohttpSession, bot: Bot, method: Any, timeout: int | None = None) -> Any:  # noqa: ASYNC109
        patience.append(timeout)
        return await make_request(self, bot, method, timeout)

    monkeypatch.setattr(pushes, "compose", compose)
    monkeypatch.setattr(AiohttpSession, "make_request", noted)
    await desk.push(nina, Kind.FILES_ARCHIVE)
    await desk.push(nina, Kind.FILES_ARCHIVE)
    assert await desk.worker.step() == 2
    assert seen == [[State.SENDING, State.SENDING], [State.SENT, State.SENDING]]
    assert [message.extra["document"]["file_name"] for message in await desk.telegram.bot_messages(1)] == [
        "1.zip",
        "2.zip",
    ]
    assert [file.closed for file in made] == [True, True]
    assert list(desk.office.files.folder.iterdir()) == []
    assert patience == [SECONDS, SECONDS]


async def test_nothing_is_made_once_the_bot_stops(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    nina = await desk.person()
    made = []

    async def compose(office: Office, delivery: Delivery) -> None:
        made.append(delivery)

    monkeypatch.setattr(pushes, "compose", compose)
    await desk.push(nina, Kind.FILES_ARCHIVE)
    desk.worker._pace.stop()
    assert await desk.worker.step() == 1
    assert await desk.states() == [State.QUEUED]
    assert made == []


async def test_killed_between_claim_and_mark(there: Place) -> None:
    """The same with a process, which dies when Telegram has taken both messages and it does not know."""
    telegram = there.telegram
    await telegram.add_people(2, 1_000_001)
    notified, copied = 1_000_001, 1_000_002
    async with office_of(there) as office:
        one, other = await applicant(office, notified, "ru"), await applicant(office, copied, "kk")
        (found,) = await forms.mine(office, one)
        async with office.database.write() as connection:
            await deliveries.queue(connection, Kind.GUARDIAN_AGREED, one.id, found.application.id, office.clock.now())
        await rights.ask_for_all(office, other)
    held = [
        await telegram.add_fault("hold_after", "sendMessage", chat_id=notified),
        await telegram.add_fault("hold_after", "sendDocument", chat_id=copied),
    ]
    bot = await there.start()
    await reached(held)
    await bot.kill()
    await telegram.clear_faults()
    assert there.rows("SELECT kind, state FROM deliveries ORDER BY id") == [
        (Kind.GUARDIAN_AGREED, State.SENDING),
        (Kind.MY_DATA, State.SENDING),
    ]

    bot = await there.start()

    async def twice() -> bool:
        return len(await telegram.bot_messages(notified)) == 2

    await telegram.wait_for(twice, WITHIN)
    await telegram.settled(WITHIN)
    assert await bot.stop() == 0
    assert there.rows("SELECT kind, state FROM deliveries ORDER BY id") == [
        (Kind.GUARDIAN_AGREED, State.SENT),
        (Kind.MY_DATA, State.UNKNOWN),
    ]
    assert [one.kind for one in await telegram.bot_messages(copied)] == ["document"]


async def test_patience_is_kept_to_the_second(desk: Desk) -> None:
    nina = await desk.person()
    await desk.push(nina, Kind.GUARDIAN_AGREED, await desk.application(nina))
    await desk.telegram.add_fault("429", "sendMessage", retry_after=40)
    await desk.worker.step()
    assert await desk.states() == [State.QUEUED]
    assert 39 < await desk.pause() <= 40
    await desk.clock.move(timedelta(seconds=39))
    assert await desk.worker.step() == 0
    await desk.clock.move(timedelta(seconds=1))
    assert await desk.worker.step() == 1
    assert await desk.states() == [State.SENT]


async def test_nothing_is_sent_while_telegram_wants_patience(desk: Desk) -> None:
    """Telegram asks the bot to wait, not one message: a push that is queued meanwhile waits too."""
    nina = await desk.person()
    await desk.push(nina, Kind.GUARDIAN_AGREED, await desk.application(nina))
    struck = await desk.telegram.add_fault("429", "sendMessage", times=None, retry_after=600)
    stop = asyncio.Event()
    working = asyncio.create_task(desk.worker.run(stop))
    await struck.reached()
    await desk.telegram.settled()
    await rights.ask_for_all(desk.office, nina)

    try:
        await desk.telegram.settled(quiet=0.5)
        assert await desk.telegram.count_calls("sendDocument") == 0
    finally:
        stop.set()
        await working


async def test_who_blocked_the_bot_is_left_alone_until_they_come_back(desk: Desk) -> None:
    nina = await desk.person()
    subject = await desk.application(nina)
    await desk.telegram.block(1)
    await desk.push(nina, Kind.GUARDIAN_AGREED, subject)
    await desk.worker.step()
    await desk.push(nina, Kind.GUARDIAN_AGREED, subject)
    await desk.worker.step()
    assert await desk.states() == [State.BLOCKED, State.BLOCKED]
    # Only the first of the two was tried.
    assert await desk.telegram.count_calls("sendMessage") == 1
    await desk.telegram.unblock(1)
    await people.set_blocked(desk.office.database, 1, None)
    await desk.push(nina, Kind.GUARDIAN_AGREED, subject)
    await desk.worker.step()
    assert (await desk.states())[-1] == State.SENT


async def test_a_refused_push_is_not_tried_again(desk: Desk) -> None:
    nina = await desk.person()
    await desk.push(nina, Kind.GUARDIAN_AGREED, await desk.application(nina))
    await desk.telegram.add_fault("400", "sendMessage", description="Bad Request: can't parse entities: x")
    await desk.worker.step()
    assert await desk.states() == [State.FAILED]


async def test_a_lost_answer_is_unknown_for_what_must_not_come_twice(desk: Desk) -> None:
    nina = await desk.person()
    await desk.push(nina, Kind.MY_DATA)
    await desk.telegram.add_fault("cut_after", "sendDocument")
    await desk.worker.step()
    assert await desk.states() == [State.UNKNOWN]
    await desk.push(nina, Kind.GUARDIAN_AGREED, await desk.application(nina))
    await desk.telegram.add_fault("cut_after", "sendMessage")
    await desk.worker.step()
    assert (await desk.states())[-1] == State.QUEUED


async def test_pauses_grow(desk: Desk) -> None:
    nina = await desk.person()
    await desk.push(nina, Kind.GUARDIAN_AGREED, await desk.application(nina))
    await desk.telegram.pause_listening()
    pauses = []
    for _ in range(4):
        assert await desk.worker.step() == 1
        pauses.append(await desk.pause())
        await desk.clock.move(timedelta(seconds=pauses[-1]))
    assert [2**n * 0.79 < pause < 2**n * 1.21 for n, pause in enumerate(pauses, start=1)] == [True] * 4
    await desk.telegram.resume_listening()
    assert await desk.worker.step() == 1
    assert await desk.states() == [State.SENT]
    assert len(await desk.telegram.bot_messages(1)) == 1


async def test_an_outage_of_an_hour_loses_no_notice(desk: Desk) -> None:
    """Surely not sent, each time: it is sent when Telegram can be reached again, however many tries that took."""
    nina = await desk.person()
    await desk.push(nina, Kind.GUARDIAN_AGREED, await desk.application(nina))
    await desk.telegram.pause_listening()
    back = desk.clock.now() + timedelta(hours=1)
    tries = 0
    while desk.clock.now() < back and await desk.worker.step():
        tries += 1
        due = await deliveries.next_due(desk.office.database)
        await desk.clock.move((due or back) - desk.clock.now())
    await desk.telegram.resume_listening()
    await desk.clock.move(timedelta(hours=1))
    await desk.worker.step()
    assert (tries >= ATTEMPTS, await desk.states()) == (True, [State.SENT])


async def test_a_file_is_fetched_when_the_server_is_back(desk: Desk) -> None:
    nina = await desk.person()
    file_id = await desk.file(nina, PDF)
    await desk.telegram.pause_listening()
    await desk.worker.step()
    assert (await desk.states(), await desk.state_of(file_id)) == ([State.QUEUED], "waiting")
    await desk.telegram.resume_listening()
    await desk.telegram.add_fault("cut_before", "file", times=None)
    await desk.clock.move(timedelta(seconds=3))
    await desk.worker.step()
    assert (await desk.states(), await desk.state_of(file_id)) == ([State.QUEUED], "waiting")
    await desk.telegram.clear_faults()
    await desk.clock.move(timedelta(seconds=5))
    await desk.worker.step()
    assert (await desk.states(), await desk.state_of(file_id)) == ([State.SENT], "kept")
    assert desk.office.vault.open(desk.office.files.read(file_id)) == PDF


async def test_a_file_that_cannot_be_had_is_refused_in_the_end(desk: Desk) -> None:
    """Not left waiting for ever, with nobody told: the person is asked for it again."""
    nina = await desk.person()
    file_id = await desk.file(nina, PDF)
    await desk.telegram.add_fault("5xx_json", "getFile", times=None, description="Internal Server Error: x")
    for _ in range(ATTEMPTS):
        await desk.worker.step()
        await desk.clock.move(timedelta(minutes=10))
    await desk.telegram.clear_faults()
    await desk.worker.step()
    await desk.worker.step()
    assert await desk.state_of(file_id) in ("kept", "refused")


async def test_a_file_that_is_gone_is_refused_and_the_person_is_told(desk: Desk) -> None:
    nina = await desk.person()
    file_id = await desk.file(nina, PDF)
    await desk.telegram.add_fault("400", "getFile", description="Bad Request: wrong file_id")
    await desk.worker.step()
    assert await desk.state_of(file_id) == "refused"
    await desk.worker.step()
    assert await desk.states() == [State.SENT, State.SENT]
    assert "paper.pdf" in (await desk.telegram.last_message(1)).text


async def test_a_file_of_another_kind_than_its_name_is_refused(desk: Desk) -> None:
    nina = await desk.person()
    file_id = await desk.file(nina, b"MZ" + bytes(64))
    await desk.worker.step()
    assert await desk.state_of(file_id) == "refused"
    assert list(desk.office.files.stored()) == []


async def test_pushes_of_one_person_keep_their_order(desk: Desk) -> None:
    nina = await desk.person()
    subject = await desk.application(nina)
    kinds = (Kind.GUARDIAN_AGREED, Kind.GUARDIAN_WITHDREW, Kind.PAPER_ACCEPTED)
    for kind in kinds:
        await desk.push(nina, kind, subject)
    await desk.telegram.add_fault("slow", "sendMessage", seconds=0.2)
    assert await desk.worker.step() == 3
    said = [one.text for one in await desk.telegram.bot_messages(1)]
    assert said == [WORDS["ru"](f"push.{kind.name.lower()}_text", contest=CONTEST.title["ru"]) for kind in kinds]


async def test_who_gets_much_keeps_nobody_waiting(desk: Desk) -> None:
    """One chat gets one message a second; what another person waits for does not stand behind all of them."""
    nina, oleg = await desk.person(), await desk.person(2)
    for _ in range(8):
        await desk.push(nina, Kind.GUARDIAN_AGREED, await desk.application(nina))
    stop = asyncio.Event()
    working = asyncio.create_task(desk.worker.run(stop))
    await desk.telegram.wait_message(1)
    await desk.push(oleg, Kind.GUARDIAN_AGREED, await desk.application(oleg))
    desk.office.queued.set()
    await desk.telegram.wait_message(2)
    assert len(await desk.telegram.bot_messages(1)) <= 3
    stop.set()
    await working
    assert State.SENDING not in await desk.states()
