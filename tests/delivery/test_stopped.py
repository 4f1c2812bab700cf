"""SIGTERM and Ctrl-C under load, and what the process says while it runs."""

from __future__ import annotations

import asyncio
import signal

import pytest

from bot.local_telegram import Fault, LocalTelegram
from tests.delivery.crowd import WITHIN, Crowd, the_form
from tests.delivery.processes import READY, BotProcess, Place

NAME = the_form("ru")[0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
async def test_fifty_in_flight_are_finished(there: Place, number: signal.Signals) -> None:
    telegram = there.telegram
    crowd = Crowd(telegram, "ru", range(1_000_001, 1_000_051))
    await crowd.sit_down(there)
    bot = await there.start()
    held = await telegram.add_fault("hold_before", "sendMessage", times=None)
    await telegram.polled()
    await crowd.begin(NAME)
    await _hits(telegram, held, 50)
    bot.send(number)
    # What comes after the signal is not for this process any more.
    await telegram.send_text(crowd.numbers[0], "05.01.1990")
    assert bot.runs
    await telegram.clear_faults()
    assert await bot.ended() == 0
    assert [update["message"]["text"] for update in await telegram.pending_updates()] == ["05.01.1990"]
    for person in crowd.numbers:
        application = await there.application(person)
        assert (dict(application.answers), application.question) == ({"full_name": "Образцова Анна"}, "birth_date")
        assert [NAME.shows in one.text for one in await telegram.bot_messages(person)] == [True]
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
