"""How updates reach the bot: polling with offsets, and the webhook."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bot.local_telegram import LocalTelegram, NotSettled

from .conftest import Call, Clock
from .samples import buttons


async def _ids(call: Call, **parameters: Any) -> list[int]:
    _, body = await call("getUpdates", **parameters)
    return [update["update_id"] for update in body["result"]]


async def test_offset_confirms(telegram: LocalTelegram, call: Call) -> None:
    for text in "абвг":
        await telegram.send_text(1, text)
    ids = await _ids(call)
    assert ids == list(range(ids[0], ids[0] + 4))
    assert await _ids(call, limit=2) == ids[:2]
    assert await _ids(call, offset=ids[1]) == ids[1:]
    assert await _ids(call) == ids[1:]
    assert await _ids(call, offset=-2) == ids[2:]
    assert await _ids(call, offset=ids[3] + 1) == []
    await telegram.send_text(1, "д")
    assert await _ids(call) == [ids[3] + 1]


async def test_a_long_poll_wakes_at_once(telegram: LocalTelegram, call: Call) -> None:
    polling = asyncio.ensure_future(_ids(call, timeout=50))
    await telegram.polled()
    await telegram.send_text(1, "x")
    assert len(await asyncio.wait_for(polling, 2)) == 1


async def test_of_two_pollers_the_first_is_ended(telegram: LocalTelegram, call: Call) -> None:
    first = asyncio.ensure_future(call("getUpdates", timeout=50))
    await telegram.polled()
    second = asyncio.ensure_future(call("getUpdates", timeout=50))
    assert await first == (
        409,
        {
            "ok": False,
            "error_code": 409,
            "description": "Conflict: terminated by other getUpdates request; "
            "make sure that only one bot instance is running",
        },
    )
    await telegram.send_text(1, "x")
    assert len((await second)[1]["result"]) == 1


async def test_allowed_updates_are_remembered(telegram: LocalTelegram, call: Call) -> None:
    await _ids(call, allowed_updates=["callback_query"])
    await call("sendMessage", chat_id=1, text="x", reply_markup=buttons("a").model_dump(exclude_none=True))
    await telegram.send_text(1, "x")
    await telegram.tap(1, "a")
    _, body = await call("getUpdates")
    assert [set(u) - {"update_id"} for u in body["result"]] == [{"callback_query"}]
    await _ids(call, allowed_updates=[])
    await telegram.send_text(1, "y")
    assert len(await _ids(call)) == 2


async def test_updates_grow_old(telegram: LocalTelegram, call: Call, clock: Clock) -> None:
    await call("sendMessage", chat_id=1, text="x", reply_markup=buttons("a").model_dump(exclude_none=True))
    await telegram.tap(1, "a")
    await telegram.send_text(1, "x")
    clock.move(seconds=149)
    assert len(await _ids(call)) == 2
    clock.move(seconds=1)
    _, body = await call("getUpdates")
    assert [list(u)[1] for u in body["result"]] == ["message"]
    clock.move(hours=24)
    assert await _ids(call) == []


async def test_settled_waits_for_the_confirmation(telegram: LocalTelegram, call: Call) -> None:
    await telegram.settled()
    await telegram.send_text(1, "x")
    with pytest.raises(NotSettled, match="1 updates not confirmed"):
        await telegram.settled(within=0)
    [number] = await _ids(call)
    with pytest.raises(NotSettled):
        await telegram.settled(within=0)
    waiting = asyncio.ensure_future(telegram.settled())
    await _ids(call, offset=number + 1)
    await asyncio.wait_for(waiting, 2)


class Receiver:
    """A webhook that notes what comes, and answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[str, Any]] = []
        self.secrets: set[str | None] = set()
        self.under_way: dict[str, int] = defaultdict(int)
        self.most: dict[str, int] = defaultdict(int)
        self.answers: list[web.Response] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.three = asyncio.Event()
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        key = "tap" if "callback_query" in update else f"chat {update['message']['chat']['id']}"
        self.under_way[key] += 1
        self.most[key] = max(self.most[key], self.under_way[key])
        if sum(self.under_way.values()) == 3:
            self.three.set()
        await self.gate.wait()
        self.under_way[key] -= 1
        self.got.append((key, update.get("message", {}).get("text")))
        return self.answers.pop(0) if self.answers else web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_post("/hook", made.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


async def test_the_webhook_keeps_order_within_a_chat(telegram: LocalTelegram, call: Call, receiver: Receiver) -> None:
    await call("sendMessage", chat_id=1, text="x", reply_markup=buttons("a").model_dump(exclude_none=True))
    await call("setWebhook", url=receiver.url, secret_token="s3cret_-")
    receiver.gate.clear()
    for number in range(3):
        await telegram.send_text(1, str(number))
        await telegram.send_text(2, str(number))
    await telegram.tap(1, "a")
    await asyncio.wait_for(receiver.three.wait(), 5)
    receiver.gate.set()
    await telegram.settled()
    assert [text for key, text in receiver.got if key == "chat 1"] == ["0", "1", "2"]
    assert [text for key, text in receiver.got if key == "chat 2"] == ["0", "1", "2"]
    assert len(receiver.got) == 7
    assert dict(receiver.most) == {"chat 1": 1, "chat 2": 1, "tap": 1}
    assert receiver.secrets == {"s3cret_-"}


async def test_the_webhook_is_asked_again(telegram: LocalTelegram, call: Call, receiver: Receiver) -> None:
    receiver.answers = [web.Response(status=500), web.Response(status=429, headers={"Retry-After": "0"})]
    await call("setWebhook", url=receiver.url)
    await telegram.send_text(1, "x")
    await telegram.send_text(1, "y")
    await telegram.settled()
    assert [text for _, text in receiver.got] == ["x", "x", "x", "y"]
    _, info = await call("getWebhookInfo")
    assert info["result"]["last_error_message"] == "Wrong response from the webhook: 429 Too Many Requests"
    assert info["result"]["pending_update_count"] == 0


async def test_an_answer_to_the_webhook_may_be_a_call(telegram: LocalTelegram, call: Call, receiver: Receiver) -> None:
    receiver.answers = [web.json_response({"method": "sendMessage", "chat_id": 1, "text": "жауап"})]
    await call("setWebhook", url=receiver.url)
    await telegram.send_text(1, "x")
    assert (await telegram.wait_message(1)).text == "жауап"


async def test_polling_and_webhook_exclude_each_other(telegram: LocalTelegram, call: Call, receiver: Receiver) -> None:
    await call("setWebhook", url=receiver.url)
    status, body = await call("getUpdates")
    assert (status, body["description"]) == (
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    )
    receiver.gate.clear()
    await telegram.send_text(1, "x")
    await call("deleteWebhook", drop_pending_updates=True)
    receiver.gate.set()
    assert await _ids(call) == []
