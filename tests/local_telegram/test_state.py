"""What a restart finds again."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.local_telegram import DEFAULT_TOKEN, Control, LocalTelegram
from bot.local_telegram.powers import Powers

from .conftest import Clock
from .samples import buttons, png


async def _call(base: str, method: str, **parameters: Any) -> Any:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{base}/bot{DEFAULT_TOKEN}/{method}", json=parameters) as response,
    ):
        return (await response.json())["result"]


async def _live(url: str, telegram: Powers) -> dict[str, Any]:
    """A bit of everything; returns what is to be found again."""
    await telegram.add_person(1, "Айгүл", phone="77011234567", language_code="kk")
    await telegram.add_person(2, "Ольга", started=True)
    await telegram.add_people(10, first_id=1000)
    group = await telegram.add_group("Топ", [1, 2])
    await telegram.add_bot_to_group(group, by=1)
    await telegram.start_bot(1, "x")
    photo = await telegram.send_photo(1, png(), caption="сурет")
    await _call(url, "setMyCommands", commands=[{"command": "help", "description": "Көмек"}])
    sent = await _call(
        url, "sendMessage", chat_id=1, text="бір", reply_markup=buttons("a").model_dump(exclude_none=True)
    )
    await _call(url, "sendMessage", chat_id=1, text="екі", reply_markup={"keyboard": [["Мәзір"]]})
    gone = await _call(url, "sendMessage", chat_id=1, text="артық")
    await _call(url, "deleteMessage", chat_id=1, message_id=gone["message_id"])
    await _call(url, "editMessageText", chat_id=1, message_id=sent["message_id"], text="үш")
    await telegram.block(2)
    query = await telegram.forge_callback(1, "a", sent["message_id"])
    await _call(url, "answerCallbackQuery", callback_query_id=query, text="иә")
    updates = await telegram.pending_updates()
    await _call(url, "getUpdates", offset=updates[1]["update_id"])
    return {"photo": photo.extra["photo"][-1]["file_id"], "updates": updates[1:], "group": group}


async def _seen(telegram: Powers, group: int) -> dict[str, Any]:
    return {
        "people": await telegram.people(),
        "messages": await telegram.messages(1, deleted=True),
        "group": await telegram.messages(group),
        "keys": await telegram.keys(1),
        "commands": await telegram.commands(1),
        "pending": await telegram.pending_updates(),
        "answers": await telegram.answers(),
        "receipts": [await telegram.receipts(text) for text in ("бір", "үш", "артық", "төрт")],
        "calls": [await telegram.count_calls("sendMessage", "ok", 1), await telegram.count_calls()],
    }


async def test_everything_survives_a_stop(tmp_path: Path, clock: Clock) -> None:
    state = tmp_path / "deep" / "telegram.sqlite"
    async with LocalTelegram(clock=clock, state=state) as telegram:
        made = await _live(telegram.url, telegram)
        before = await _seen(telegram, made["group"])
    assert before["pending"] == made["updates"]
    async with LocalTelegram(clock=clock, state=state) as telegram:
        assert await _seen(telegram, made["group"]) == before
        assert [m.text for m in await telegram.messages(1)] == ["/start x", "сурет", "үш", "екі"]
        file = await _call(telegram.url, "getFile", file_id=made["photo"])
        async with aiohttp.ClientSession() as session:
            address = f"{telegram.url}/file/bot{telegram.token}/{file['file_path']}"
            async with session.get(address) as response:
                assert await response.read() == png()
        assert (await telegram.person(1005)).started
        sent = await telegram.send_text(1, "кейін")
        assert sent.message_id > before["messages"][-1].message_id
        assert (await telegram.pending_updates())[-1]["update_id"] > made["updates"][-1]["update_id"]
        assert (await _call(telegram.url, "sendMessage", chat_id=1, text="бір"))["text"] == "бір"
        assert await telegram.received(1, "бір") == 2


async def test_the_webhook_survives(tmp_path: Path, clock: Clock) -> None:
    state = tmp_path / "telegram.sqlite"
    async with LocalTelegram(clock=clock, state=state) as telegram:
        await _call(telegram.url, "setWebhook", url="https://egov.kz/x", allowed_updates=["message"])
    async with LocalTelegram(clock=clock, state=state) as telegram:
        info = await _call(telegram.url, "getWebhookInfo")
        assert (info["url"], info["allowed_updates"]) == ("https://egov.kz/x", ["message"])


class Process:
    """`python -m bot.local_telegram` with a state file."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.url = ""
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> Control:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.local_telegram", "--state", str(self.state), stdout=asyncio.subprocess.PIPE
        )
        assert self._process.stdout is not None
        self.url = (await self._process.stdout.readline()).decode().strip()
        return Control(self.url)

    async def end(self, number: signal.Signals) -> int:
        assert self._process is not None
        os.kill(self._process.pid, number)
        return await self._process.wait()


@pytest.fixture
async def process(tmp_path: Path) -> Process:
    return Process(tmp_path / "telegram.sqlite")


async def test_a_process_of_its_own(process: Process) -> None:
    async with await process.start() as control:
        made = await _live(process.url, control)
        before = await _seen(control, made["group"])
        await control.flush_state()
    assert await process.end(signal.SIGKILL) == -signal.SIGKILL
    async with await process.start() as control:
        assert await _seen(control, made["group"]) == before
        # Control goes on while the Bot API is down.
        await control.pause_listening()
        with pytest.raises(aiohttp.ClientConnectorError):
            await _call(process.url, "getMe")
        await control.resume_listening()
        assert (await _call(process.url, "getMe"))["is_bot"] is True
        fault = await control.add_fault("hold_after", "sendMessage")
        sending = asyncio.ensure_future(_call(process.url, "sendMessage", chat_id=1, text="төрт"))
        await fault.reached()
        assert await control.received(1, "төрт") == 1
        await fault.release()
        await sending
        document = await control.send_document(1, b"\x00\xff", "a.bin")
        assert document.extra["document"]["file_size"] == 2
    assert await process.end(signal.SIGTERM) == 0
