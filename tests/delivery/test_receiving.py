"""Updates that are malformed, that come late or all at once, and a Telegram in trouble: nothing is lost, in order."""

from __future__ import annotations

import asyncio
import gc
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiogram import Bot, Router
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message, Update
from structlog.testing import capture_logs

from bot.clock import Clock
from bot.domain.applications import Application
from bot.local_telegram import LocalTelegram
from bot.storage import applications, people
from bot.storage.database import Database
from bot.telegram.dispatcher import BotDispatcher
from bot.telegram.receiver import Receiver
from bot.telegram.session import Session
from bot.vault import Vault
from tests.delivery.crowd import CONTEST, Step, label, the_form
from tests.house import Citizen, House, running

TODAY = datetime(2026, 12, 1, 6, tzinfo=UTC)
FORM = the_form("ru")


@pytest.fixture
def clock() -> Clock:
    """While the contest of content/ takes applications."""
    return Clock(TODAY - Clock().now())


async def _at_the_form(house: House, number: int = 1) -> Citizen:
    nina = await house.citizen(number)
    await nina.start()
    await nina.taps("Русский", label("ru", "menu.contests"), CONTEST.title["ru"])
    await nina.taps(label("ru", "contest.apply"), label("ru", "consent.agree"))
    return nina


async def _application(house: House, number: int = 1) -> Application:
    database = Database(house.settings.database.url)
    try:
        person = await people.find(database, number)
        assert person
        vault = Vault.from_file(house.settings.storage.keys)
        (only,) = await applications.of_person(database, vault, person.id)
        return only
    finally:
        await database.close()


async def test_one_malformed_update_among_six(house: House) -> None:
    crowd = [await house.citizen(number) for number in range(1, 6)]
    await house.telegram.polled()
    with capture_logs() as logged:
        await asyncio.gather(
            *(house.telegram.start_bot(citizen.number) for citizen in crowd[:3]),
            house.telegram.inject_update({"message": {"message_id": "семь", "text": "Образцова Анна Ивановна"}}),
            *(house.telegram.start_bot(citizen.number) for citizen in crowd[3:]),
        )
        for citizen in crowd:
            assert (await citizen.sees()).labels == ["Русский", "Қазақша"]
    assert await house.telegram.pending_updates() == []
    (said,) = logged
    assert (said["event"], said["log_level"]) == ("malformed update skipped", "error")
    assert "message.message_id" in said["fields"]
    assert "Образцова" not in str(logged)


async def test_a_malformed_update_alone_does_not_come_for_ever(house: House) -> None:
    polls = await house.telegram.count_calls("getUpdates")
    await house.telegram.inject_update({"callback_query": {"id": 5}})
    await house.telegram.settled()
    await house.telegram.polled()
    # One poll brought it, the next one confirmed it.
    assert await house.telegram.count_calls("getUpdates") <= polls + 2
    assert await house.telegram.pending_updates() == []


def _update(number: int, person: int, text: str) -> dict[str, Any]:
    sender = {"id": person, "is_bot": False, "first_name": "Нина"}
    chat = {"id": person, "type": "private", "first_name": "Нина"}
    return {
        "update_id": number,
        "message": {"message_id": number, "date": 1, "chat": chat, "from": sender, "text": text},
    }


class Slow:
    """A dispatcher whose only handler waits until it is let go on."""

    def __init__(self) -> None:
        self.done: list[tuple[int, str]] = []
        self.begun: list[tuple[int, str]] = []
        self.go_on = asyncio.Event()
        router = Router()
        router.message.register(self.handle)
        self.dispatcher = BotDispatcher(router)

    async def handle(self, message: Message) -> None:
        self.begun.append((message.chat.id, message.text or ""))
        await self.go_on.wait()
        await asyncio.sleep(0)
        self.done.append((message.chat.id, message.text or ""))

    async def feed(self, *updates: dict[str, Any]) -> None:
        bot = Bot("1:nobody")
        await asyncio.gather(*(self.dispatcher.feed_update(bot, Update(**update)) for update in updates))


async def _turns() -> None:
    """Lets everything run that can."""
    for _ in range(100):
        await asyncio.sleep(0)


async def test_no_lock_is_left_after_three_thousand_people() -> None:
    slow = Slow()
    feeding = asyncio.create_task(slow.feed(*(_update(n, n, "x") for n in range(1, 3001))))
    await _turns()
    assert len(slow.dispatcher.one_at_a_time) == 3000
    slow.go_on.set()
    await feeding
    del feeding
    gc.collect()
    assert len(slow.done) == 3000
    assert len(slow.dispatcher.one_at_a_time) == 0


async def test_ten_taps_of_one_person_keep_their_order_and_do_not_race() -> None:
    slow = Slow()
    feeding = asyncio.create_task(
        slow.feed(*(_update(n, 1, str(n)) for n in range(1, 11)), *(_update(n, n, "y") for n in range(11, 14)))
    )
    await _turns()
    # Others do not wait for one person's queue.
    assert slow.begun == [(1, "1"), (11, "y"), (12, "y"), (13, "y")]
    slow.go_on.set()
    await feeding
    assert [text for person, text in slow.done if person == 1] == [str(n) for n in range(1, 11)]


class Impatient(Receiver):
    """Receives on while a handler is at work."""

    PATIENCE = 0.01


async def test_a_stop_waits_for_the_slowest_handler(telegram: LocalTelegram) -> None:
    """Also for one that the receiver did not wait for before it asked for more."""
    begun, go_on, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()
    done: list[int] = []

    async def feed(update: Update) -> None:
        begun.set()
        await go_on.wait()
        done.append(update.update_id)

    session = Session(TelegramAPIServer.from_base(telegram.url))
    receiving = asyncio.create_task(Impatient(Bot(telegram.token, session), feed, ["message"]).run(stop))
    await telegram.add_person(1, "Нина")
    await telegram.start_bot(1)
    await begun.wait()
    await telegram.polled()
    stop.set()
    assert await asyncio.wait({receiving}, timeout=0.3) == (set(), {receiving})
    go_on.set()
    await receiving
    # aiogram's own close sleeps, for connections that are encrypted.
    await (await session.create_session()).close()
    assert len(done) == 1
    assert await telegram.pending_updates() == []


async def test_answers_sent_while_the_bot_was_down_count(
    tmp_path: Path, migrated: Path, telegram: LocalTelegram, clock: Clock
) -> None:
    """Sent an hour before the deadline; the bot comes back an hour after it."""
    shutil.copy(migrated, tmp_path / "bot.sqlite3")
    async with running(tmp_path, telegram, clock) as house:
        await _at_the_form(house)
        closes = (await _application(house)).closes_at
    await clock.move(closes - clock.now() - timedelta(hours=1))
    await telegram.send_text(1, FORM[0].types)
    await clock.move(timedelta(hours=2))
    async with running(tmp_path, telegram, clock) as house:
        nina = Citizen(telegram, 1)
        await nina.sees()
        application = await _application(house)
        assert dict(application.answers) == {"full_name": "Образцова Анна"}
        # What is sent after it does not count, is kept, and is said to be late.
        late = label("ru", "form.late").partition("{")[0]
        assert late in (await nina.says(FORM[1].types)).text
        assert dict((await _application(house)).answers) == {
            "full_name": "Образцова Анна",
            "late.birth_date": FORM[1].types,
        }


async def test_a_second_poller_is_survived(house: House) -> None:
    nina = await house.citizen(1)
    await house.telegram.polled()
    address = f"{house.telegram.url}/bot{house.telegram.token}/getUpdates"
    with capture_logs() as logged:
        async with aiohttp.ClientSession() as http, http.post(address, json={"timeout": 0}) as response:
            assert response.status == 200
        await house.telegram.polled()
    assert (await nina.start()).labels == ["Русский", "Қазақша"]
    (said,) = logged
    assert (said["event"], said["error"]) == ("cannot fetch updates", "TelegramConflictError")


async def test_a_server_that_is_down_for_a_while(house: House) -> None:
    nina = await _at_the_form(house)
    await house.telegram.polled()
    await house.telegram.pause_listening()
    await house.telegram.send_text(1, FORM[0].types)
    await house.telegram.resume_listening()
    assert FORM[0].shows in (await nina.sees()).text
    assert dict((await _application(house)).answers) == {"full_name": "Образцова Анна"}


@pytest.mark.parametrize("fault", ["5xx_html", "5xx_json", "cut_before", "cut_after", "429", "5xx_html_after"])
async def test_a_poll_that_fails(house: House, fault: Any) -> None:
    nina = await house.citizen(1)
    # The poll under way is past the fault: it brings this, and the next one fails.
    struck = await house.telegram.add_fault(fault, "getUpdates")
    await nina.start()
    assert await struck.hits() == 1
    assert (await nina.taps("Русский")).labels[0] == label("ru", "menu.guides")
    assert await house.telegram.pending_updates() == []


async def _answered_once(house: House, nina: Citizen, step: Step) -> None:
    """The answer is stored once, and the newest message asks the next question."""
    assert step.shows in (await nina.sees()).text
    application = await _application(house)
    assert (dict(application.answers), application.question) == ({"full_name": "Образцова Анна"}, "birth_date")
    await nina.says(FORM[1].types)
    assert (await _application(house)).question == "district"


@pytest.mark.parametrize("fault", ["5xx_html", "5xx_json", "cut_before", "429"])
async def test_a_reply_that_fails_and_was_not_sent(house: House, fault: Any) -> None:
    """The person gets the next question all the same, once."""
    nina = await _at_the_form(house)
    struck = await house.telegram.add_fault(fault, "sendMessage", chat_id=1)
    await nina.says(FORM[0].types)
    assert await struck.hits() == 1
    assert len([one for one in await nina.all() if FORM[0].shows in one.text]) == 1
    await _answered_once(house, nina, FORM[0])


@pytest.mark.parametrize("fault", ["5xx_html_after", "cut_after"])
async def test_a_reply_that_fails_after_it_was_taken(house: House, fault: Any) -> None:
    """Nobody can know, so it may come twice; it is no error that the person should hear of."""
    nina = await _at_the_form(house)
    struck = await house.telegram.add_fault(fault, "sendMessage", chat_id=1)
    await nina.says(FORM[0].types)
    assert await struck.hits() == 1
    assert [FORM[0].shows in one.text for one in (await nina.all())[-2:]] == [True, True]
    await _answered_once(house, nina, FORM[0])


async def test_patience_for_longer_than_a_handler_has(house: House) -> None:
    """Telegram wants half a minute: the answer is stored, and the next word of the person brings them on."""
    nina = await _at_the_form(house)
    await house.telegram.add_fault("429", "sendMessage", chat_id=1, times=None, retry_after=30)
    await nina.says(FORM[0].types)
    await house.telegram.clear_faults()
    application = await _application(house)
    assert (dict(application.answers), application.question) == ({"full_name": "Образцова Анна"}, "birth_date")
    await nina.says(FORM[1].types)
    await house.move(seconds=31)
    assert FORM[1].shows in (await nina.sees()).text


async def test_no_silence_after_a_refused_reply(house: House) -> None:
    """However long Telegram wanted patience: the person hears of the next question without writing again."""
    nina = await _at_the_form(house)
    struck = await house.telegram.add_fault("429", "sendMessage", chat_id=1, times=None, retry_after=4)
    await nina.says(FORM[0].types)
    await struck.remove()
    await house.move(seconds=5)
    assert await house.telegram.wait_message(1, FORM[0].shows, within=5)
