"""Failing on demand, rate limits, and a server that is down."""

import asyncio
from datetime import timedelta

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    RestartingTelegram,
    TelegramBadRequest,
    TelegramNetworkError,
    TelegramRetryAfter,
)

from bot.local_telegram import LocalTelegram, NotSettled, PowerError

from .conftest import Call, Clock


async def test_429(telegram: LocalTelegram, bot: Bot) -> None:
    await telegram.add_fault("429", "sendMessage", retry_after=7)
    with pytest.raises(TelegramRetryAfter) as refusal:
        await bot.send_message(1, "x")
    assert refusal.value.retry_after == 7
    await bot.send_message(1, "x")
    assert await telegram.received(1, "x") == 1
    assert await telegram.count_calls("sendMessage", "retry after 7") == 1


async def test_a_refusal_of_ones_own(telegram: LocalTelegram, bot: Bot) -> None:
    await telegram.add_fault("400", chat_id=2, description="Bad Request: reply markup is too long")
    await bot.send_message(1, "x")
    with pytest.raises(TelegramBadRequest, match="reply markup is too long"):
        await bot.send_message(2, "x")


async def test_5xx(telegram: LocalTelegram, bot: Bot) -> None:
    await telegram.add_fault("5xx_json")
    with pytest.raises(RestartingTelegram):
        await bot.send_message(1, "x")
    await telegram.add_fault("5xx_html")
    with pytest.raises(ClientDecodeError):
        await bot.send_message(1, "x")
    assert await telegram.received(1, "x") == 0
    await telegram.add_fault("5xx_html_after")
    with pytest.raises(ClientDecodeError):
        await bot.send_message(1, "x")
    assert await telegram.received(1, "x") == 1


async def test_cut_connections(telegram: LocalTelegram, bot: Bot) -> None:
    await telegram.add_fault("cut_before", "sendMessage")
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(1, "x")
    assert await telegram.received(1, "x") == 0
    await telegram.add_fault("cut_after", "sendMessage")
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(1, "x")
    assert await telegram.received(1, "x") == 1


async def test_a_held_call_is_not_carried_out(telegram: LocalTelegram, bot: Bot) -> None:
    fault = await telegram.add_fault("hold_before", "sendMessage")
    sending = asyncio.ensure_future(bot.send_message(1, "x"))
    await fault.reached()
    assert await telegram.received(1, "x") == 0
    with pytest.raises(NotSettled, match="1 calls under way"):
        await telegram.settled(within=0)
    await fault.release()
    await sending
    assert await telegram.received(1, "x") == 1


async def test_a_held_answer_comes_after_the_message(telegram: LocalTelegram, bot: Bot) -> None:
    fault = await telegram.add_fault("hold_after", "sendMessage")
    sending = asyncio.ensure_future(bot.send_message(1, "x"))
    await fault.reached()
    assert (await telegram.last_message(1)).text == "x"
    assert not sending.done()
    await fault.release()
    assert (await sending).text == "x"


async def test_updates_can_be_handed_out_and_held(telegram: LocalTelegram, call: Call) -> None:
    await telegram.send_text(1, "x")
    fault = await telegram.add_fault("hold_after", "getUpdates")
    polling = asyncio.ensure_future(call("getUpdates"))
    await fault.reached()
    await fault.remove()
    assert len((await polling)[1]["result"]) == 1


async def test_a_slow_answer(telegram: LocalTelegram, bot: Bot) -> None:
    await telegram.add_fault("slow", "getMe", seconds=0.05)
    started = asyncio.get_running_loop().time()
    await bot.get_me()
    assert asyncio.get_running_loop().time() - started >= 0.05


async def test_which_calls_are_struck(telegram: LocalTelegram, call: Call) -> None:
    fault = await telegram.add_fault("400", "sendMessage", times=2, skip=1)
    codes = [(await call("sendMessage", chat_id=1, text="x"))[0] for _ in range(5)]
    assert (codes, await fault.hits()) == ([200, 400, 400, 200, 200], 2)
    endless = await telegram.add_fault("400", times=None, probability=0.5, seed=1)
    codes = [(await call("sendMessage", chat_id=1, text="x"))[0] for _ in range(40)]
    assert 10 <= codes.count(400) <= 30
    await endless.remove()
    assert (await call("sendMessage", chat_id=1, text="x"))[0] == 200
    with pytest.raises(PowerError, match="no such kind"):
        await telegram.add_fault("whatever")  # type: ignore[arg-type]


async def test_downloads_can_fail(telegram: LocalTelegram, bot: Bot) -> None:
    sent = await telegram.send_document(1, b"x")
    await telegram.add_fault("5xx_html", "file")
    with pytest.raises(aiohttp.ClientResponseError):
        await bot.download(sent.extra["document"]["file_id"])
    found = await bot.download(sent.extra["document"]["file_id"])
    assert found is not None


async def test_a_server_that_is_down_refuses_and_comes_back(
    telegram: LocalTelegram, http: aiohttp.ClientSession
) -> None:
    url = f"{telegram.url}/bot{telegram.token}/getMe"
    async with http.get(url) as response:
        assert response.status == 200
    await telegram.pause_listening()
    with pytest.raises(aiohttp.ClientConnectorError):
        await http.get(url)
    await telegram.resume_listening()
    async with http.get(url) as response:
        assert response.status == 200


async def test_the_limit_of_a_second(telegram: LocalTelegram, call: Call) -> None:
    await telegram.set_limits(per_second=3)
    answers = [await call("sendMessage", chat_id=1, text="x") for _ in range(5)]
    assert [status for status, _ in answers] == [200, 200, 200, 429, 429]
    assert answers[3][1] == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    assert (await call("sendChatAction", chat_id=1, action="typing"))[0] == 200
    await telegram.set_limits()
    assert (await call("sendMessage", chat_id=1, text="x"))[0] == 200


async def test_paid_sends_pass_the_limit_for_stars(telegram: LocalTelegram, call: Call) -> None:
    await telegram.set_limits(per_second=2)
    await telegram.set_stars(0.25)
    paid = [(await call("sendMessage", chat_id=1, text="x", allow_paid_broadcast=True))[0] for _ in range(5)]
    assert paid == [200, 200, 200, 200, 429]
    _, balance = await call("getMyStarBalance")
    assert balance["result"] == {"amount": 0, "nanostar_amount": 50_000_000}


async def test_the_limit_of_a_chat(telegram: LocalTelegram, call: Call) -> None:
    await telegram.set_limits(per_chat=0.5, chat_burst=2)
    first = [(await call("sendMessage", chat_id=1, text="x")) for _ in range(3)]
    assert [status for status, _ in first] == [200, 200, 429]
    assert first[2][1]["parameters"] == {"retry_after": 2}
    assert (await call("sendMessage", chat_id=2, text="x"))[0] == 200


async def test_who_owns_the_clock_moves_it(clock: Clock) -> None:
    async def move(delta: timedelta) -> None:
        clock.now += delta

    async with LocalTelegram(clock=clock, on_clock_move=move) as telegram:
        before = await telegram.now()
        await telegram.move_clock(timedelta(hours=2))
        assert await telegram.now() - before == timedelta(hours=2)
    async with LocalTelegram(clock=clock) as telegram:
        with pytest.raises(PowerError, match="belongs to the owner"):
            await telegram.move_clock(timedelta(hours=2))
    async with LocalTelegram() as telegram:
        before = await telegram.now()
        await telegram.move_clock(timedelta(days=1))
        assert await telegram.now() - before >= timedelta(days=1)
