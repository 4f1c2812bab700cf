"""What the chat page is served, and who may ask for it."""

import asyncio
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import bot.local_telegram
from bot.local_telegram import LocalTelegram, Powers

from .conftest import Call, Clock
from .samples import png

ASSETS = Path(bot.local_telegram.__file__).parent / "assets"


class Stream:
    """A browser that follows the page's events until all wanted kinds have come."""

    def __init__(self, http: aiohttp.ClientSession, url: str, *wanted: str) -> None:
        self._opened = asyncio.Event()
        self._task = asyncio.ensure_future(self._follow(http, url, set(wanted)))

    async def opened(self) -> None:
        await asyncio.wait_for(self._opened.wait(), 5)

    async def events(self) -> dict[str, dict[str, Any]]:
        return await asyncio.wait_for(self._task, 5)

    async def _follow(self, http: aiohttp.ClientSession, url: str, wanted: set[str]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        async with http.get(f"{url}/page/events") as response:
            async for line in response.content:
                self._opened.set()
                if line.startswith(b"data: "):
                    event = json.loads(line[6:])
                    found[event["kind"]] = event
                if found.keys() >= wanted:
                    break
        return found


async def test_the_page_and_its_parts(http: aiohttp.ClientSession, telegram: LocalTelegram) -> None:
    async with http.get(f"{telegram.url}/") as response:
        page = await response.text()
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")
    for address in re.findall(r'(?:src|href)="(/[^"]+)"', page):
        async with http.get(telegram.url + address) as response:
            assert response.status == 200, address
    async with http.get(f"{telegram.url}/page/../server.py") as response:
        assert response.status == 404


def test_nothing_comes_from_elsewhere_and_nothing_becomes_html() -> None:
    for path in ASSETS.glob("*.*"):
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "innerHTML" not in text, path
        assert "insertAdjacentHTML" not in text, path
        assert not re.search(r"(src|href|url\(|import|from)[=( ]*[\"']?https?://", text), path


def test_both_languages_have_every_word() -> None:
    text = (ASSETS / "words.js").read_text("utf-8")
    kk, ru = (set(re.findall(r"(\w+): [\"\[]", part)) for part in text[: text.index("};")].split("ru: {", 1))
    assert kk == ru
    assert len(kk) > 50


async def test_what_a_chat_shows(http: aiohttp.ClientSession, telegram: LocalTelegram, call: Call) -> None:
    await call("setMyCommands", commands=[{"command": "help", "description": "Көмек"}])
    await call("sendMessage", chat_id=1, text="<script>alert(1)</script>")
    await telegram.send_text(1, "сәлем")
    async with http.get(f"{telegram.url}/page/state") as response:
        state = await response.json()
    assert [(p["id"], p["received"]) for p in state["people"]] == [(1, [1]), (2, [])]
    assert (state["clock_moves"], state["bot"]["username"]) == (False, "local_bot")
    async with http.get(f"{telegram.url}/page/chat?person=1") as response:
        chat = await response.json()
    assert [(m["text"], m["sender_name"]) for m in chat["messages"]] == [
        ("<script>alert(1)</script>", "Bot"),
        ("сәлем", "Айгүл"),
    ]
    assert [c["command"] for c in chat["commands"]] == ["help"]
    async with http.get(f"{telegram.url}/page/chat?person=9") as response:
        assert response.status == 404


async def test_the_stream(http: aiohttp.ClientSession, telegram: LocalTelegram, call: Call) -> None:
    stream = Stream(http, telegram.url, "message", "answer", "action")
    await stream.opened()
    await call("sendMessage", chat_id=1, text="x")
    query = await telegram.forge_callback(1, "d", 1)
    await call("answerCallbackQuery", callback_query_id=query, text="иә", show_alert=True)
    await call("sendChatAction", chat_id=1, action="typing")
    events = await stream.events()
    assert events["message"]["message"]["text"] == "x"
    assert (events["answer"]["text"], events["answer"]["show_alert"]) == ("иә", True)


async def test_files_are_shown_only_if_they_are_pictures(http: aiohttp.ClientSession, telegram: LocalTelegram) -> None:
    picture = await telegram.send_photo(1, png())
    page = await telegram.send_document(1, b"<html><script>alert(1)</script>", "x.html", "text/html")
    async with http.get(f"{telegram.url}/page/file/{picture.extra['photo'][-1]['file_id']}") as response:
        assert response.content_type == "image/png"
    async with http.get(f"{telegram.url}/page/file/{page.extra['document']['file_id']}") as response:
        assert response.content_type == "application/octet-stream"
        assert response.headers["Content-Disposition"] == "attachment"
    async with http.get(f"{telegram.url}/page/file/nothing") as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:1"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example:80"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_a_page_elsewhere_drives_nothing(
    http: aiohttp.ClientSession, telegram: LocalTelegram, headers: dict[str, str], status: int
) -> None:
    async with http.post(f"{telegram.url}/control/people", json={}, headers=headers) as response:
        assert response.status == status
    own = {"Origin": telegram.url}
    async with http.post(f"{telegram.url}/control/people", json={}, headers=own) as response:
        assert response.status == 200


async def test_what_control_answers_to_nonsense(http: aiohttp.ClientSession, telegram: LocalTelegram) -> None:
    for name, body, status in (
        ("nothing", "{}", 404),
        ("__class__", "{}", 404),
        ("person", "{}", 400),
        ("person", '{"person": 9}', 400),
        ("person", "{", 400),
        ("settled", '{"within": 0, "quiet": 0}', 200),
    ):
        async with http.post(f"{telegram.url}/control/{name}", data=body) as response:
            assert response.status == status, (name, body)
    async with http.get(f"{telegram.url}/control/people") as response:
        assert response.status == 404


async def test_the_clock_is_told(http: aiohttp.ClientSession, clock: Clock) -> None:
    async def move(delta: timedelta) -> None:
        clock.now += delta

    async with LocalTelegram(clock=clock, on_clock_move=move) as telegram:
        async with http.get(f"{telegram.url}/page/state") as response:
            assert (await response.json())["clock_moves"] is True
        stream = Stream(http, telegram.url, "clock")
        await stream.opened()
        await telegram.move_clock(timedelta(hours=1))
        assert (await stream.events())["clock"] == {"kind": "clock", "now": clock.now.timestamp()}


def test_every_power_is_an_action() -> None:
    """A power that names an action which the server does not have would fail only when used."""
    source = Path(Powers.perform.__code__.co_filename).read_text("utf-8")
    named = set(re.findall(r'(?:perform|_message)\(\s*"(\w+)"', source))
    assert len(named) > 50
    assert named <= LocalTelegram()._actions.keys()
