"""SIGTERM and Ctrl-C under load, and what the process says while it runs."""

from __future__ import annotations

import asyncio
import signal

import pytest

from bot.local_telegram import Fault, LocalTelegram
from tests.delivery.crowd import WITHIN, Crowd, the_form
from tests.delivery.processes import READY, BotProcess, Place

NAME, BORN = the_form("ru")[:2]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
async def test_fifty_in_flight_are_finished(there: Place, number: signal.Signals) -> None:
    telegram = there.telegram
    crowd = Crowd(telegram, "ru", range(1_000_001, 1_000_051))
    await crowd.sit_down(there)
    bot = await there.start()
    await crowd.do(NAME)
    # Each of them has the next question still to come when the signal arrives.
    slow = await telegram.add_fault("slow", "editMessageReplyMarkup", times=None, seconds=1)
    await telegram.polled()
    await crowd.begin(BORN)
    await _hits(telegram, slow, 50)
    bot.send(number)
    # What comes after the signal is not for this process any more.
    await telegram.send_text(crowd.numbers[0], "Есильский район")
    assert await bot.ended() == 0
    assert [update["message"]["text"] for update in await telegram.pending_updates()] == ["Есильский район"]
    answers = dict(step.stored for step in (NAME, BORN) if step.stored)
    for person in crowd.numbers:
        application = await there.application(person)
        assert (dict(application.answers), application.question) == (answers, "district")
        asked, again = await telegram.bot_messages(person)
        assert (NAME.shows in asked.text, BORN.shows in again.text) == (True, True)
    assert [line for line in bot.said if '"error"' in line or "Traceback" in line] == []


async def _hits(telegram: LocalTelegram, fault: Fault, count: int) -> None:
    async def enough() -> bool:
        return await fault.hits() >= count

    await telegram.wait_for(enough, WITHIN)


async def test_what_it_says_arrives_while_it_runs(there: Place) -> None:
    """Under systemd or docker nobody reads a terminal, and the owner's code is needed now."""
    bot = await BotProcess.start(there, unbuffered=False)
    there.started.append(bot)
    await there.telegram.polled(WITHIN)
    try:
        async with asyncio.timeout(2):
            await bot.ready()
    finally:
        await bot.stop()
    assert [line for line in bot.said if line.startswith(READY)] == [f"{READY}: https://t.me/test_bot"]
