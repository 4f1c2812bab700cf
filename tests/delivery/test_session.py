"""The session: what it sends is what aiogram's own session would send, and its errors tell nobody's data."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import ClientDecodeError
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMessage,
    EditMessageReplyMarkup,
    EditMessageText,
    GetFile,
    GetMe,
    GetUpdates,
    SendDocument,
    SendMessage,
    SendPhoto,
    SetMyCommands,
    SetMyDescription,
    SetMyShortDescription,
    TelegramMethod,
)
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BufferedInputFile,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from aiohttp import web

from bot.local_telegram import Call, LocalTelegram
from bot.telegram.session import Session

INLINE = InlineKeyboardMarkup(
    inline_keyboard=[
        [InlineKeyboardButton(text="а", callback_data="m1:menu", style="primary")],
        [InlineKeyboardButton(text="б", copy_text=CopyTextButton(text="1414"))],
    ]
)
KEYS = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="№", request_contact=True)]], resize_keyboard=True)
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
CALLS: list[TelegramMethod[Any]] = [
    GetMe(),
    SendMessage(chat_id=1, text="<b>Қазақша</b> & 🏆", parse_mode="HTML"),
    SendMessage(chat_id=1, text="x", reply_markup=INLINE, link_preview_options=NO_PREVIEW),
    SendMessage(chat_id=1, text="x", reply_markup=KEYS),
    SendMessage(chat_id=1, text="x", reply_markup=ReplyKeyboardRemove(remove_keyboard=True)),
    EditMessageText(chat_id=1, message_id=1, text="y", parse_mode="HTML", link_preview_options=NO_PREVIEW),
    EditMessageReplyMarkup(chat_id=1, message_id=1),
    AnswerCallbackQuery(callback_query_id="1", text="тост", show_alert=True),
    AnswerCallbackQuery(callback_query_id="1", text=None, show_alert=None),
    DeleteMessage(chat_id=1, message_id=1),
    SendDocument(chat_id=1, document="file-id", caption="<i>x</i>", parse_mode="HTML", reply_markup=INLINE),
    SendPhoto(chat_id=1, photo="file-id", caption="x", parse_mode="HTML"),
    GetFile(file_id="file-id"),
    GetUpdates(offset=5, timeout=0, limit=1, allowed_updates=["message"]),
    SetMyCommands(
        commands=[BotCommand(command="menu", description="Меню")],
        scope=BotCommandScopeAllPrivateChats(),
        language_code="ru",
    ),
    SetMyCommands(commands=[BotCommand(command="menu", description="Меню")], scope=BotCommandScopeChat(chat_id=1)),
    SetMyDescription(description="Описание", language_code="kk"),
    SetMyShortDescription(short_description="Описание"),
]
DEFAULTS = [None, DefaultBotProperties(parse_mode="HTML", protect_content=True, link_preview_is_disabled=True)]


@pytest.fixture
async def sessions(telegram: LocalTelegram) -> AsyncIterator[tuple[AiohttpSession, AiohttpSession]]:
    """aiogram's own, and the project's."""
    await telegram.add_person(1, "Нина", started=True)
    server = TelegramAPIServer.from_base(telegram.url)
    pair = (AiohttpSession(api=server), Session(server))
    yield pair
    for session in pair:
        # aiogram's own close sleeps, for connections that are encrypted.
        await (await session.create_session()).close()


async def _received(telegram: LocalTelegram, bot: Bot, method: TelegramMethod[Any]) -> Call:
    """What the server got of a call, whatever it thought of it."""
    await telegram.add_fault("400", method.__api_method__)
    with pytest.raises(Exception, match="failed on demand"):
        await bot(method)
    return (await telegram.calls(method.__api_method__))[-1]


def _read(value: Any) -> Any:
    """A parameter as the Bot API understands it: in a form, everything but words is written as JSON."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


@pytest.mark.parametrize("defaults", DEFAULTS, ids=["plain", "defaults"])
@pytest.mark.parametrize("method", CALLS, ids=[f"{n}-{call.__api_method__}" for n, call in enumerate(CALLS)])
async def test_it_sends_what_aiogram_would(
    telegram: LocalTelegram,
    sessions: tuple[AiohttpSession, AiohttpSession],
    method: TelegramMethod[Any],
    defaults: DefaultBotProperties | None,
) -> None:
    theirs, ours = [await _received(telegram, Bot(telegram.token, session, defaults), method) for session in sessions]
    assert {name: _read(value) for name, value in ours.parameters.items()} == {
        name: _read(value) for name, value in theirs.parameters.items()
    }
    assert await telegram.complaints() == []


async def test_an_upload_arrives_whole(
    telegram: LocalTelegram, sessions: tuple[AiohttpSession, AiohttpSession]
) -> None:
    bot = Bot(telegram.token, sessions[1])
    content = bytes(range(256)) * 100
    sent = await bot(SendDocument(chat_id=1, document=BufferedInputFile(content, "mydata.zip"), caption="файл"))
    assert sent.document
    assert (sent.caption, sent.document.file_name, sent.document.file_size) == ("файл", "mydata.zip", len(content))
    fetched = await bot.download(sent.document.file_id)
    assert fetched
    assert fetched.read() == content


class Broken:
    """A server that answers 200 and something else than it should."""

    def __init__(self) -> None:
        self.body: Any = None
        self.url = ""

    async def handle(self, _: web.Request) -> web.Response:
        return web.Response(body=self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode())


@pytest.fixture
async def broken() -> AsyncIterator[Broken]:
    made = Broken()
    application = web.Application()
    application.router.add_post("/{anything:.*}", made.handle)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


PERSONAL = {"message_id": "семь", "text": "Образцова Анна Ивановна", "chat": {"id": 1, "type": "private"}}
INCOMPLETE = {"message_id": 1, "date": 1, "chat": {"id": 1, "first_name": "Образцова"}}
"""Without a field that aiogram requires, as an older server sends."""
DECODED: list[tuple[TelegramMethod[Any], Any]] = [
    (SendPhoto(chat_id=1, photo="id"), {"ok": True, "result": PERSONAL}),
    (SendPhoto(chat_id=1, photo="id"), {"ok": True, "result": INCOMPLETE}),
    # Of what is sent most, only the id is read.
    (SendMessage(chat_id=1, text="x"), {"ok": True, "result": {"text": "Образцова"}}),
    (SendMessage(chat_id=1, text="x"), {"ok": True, "result": None}),
    (SendMessage(chat_id=1, text="x"), {"ok": True, "Образцова": PERSONAL}),
    (SendMessage(chat_id=1, text="x"), '{"Образцова Анна'.encode()),
    (
        SendDocument(chat_id=1, document=BufferedInputFile(b"x", "x")),
        {"ok": True, "result": PERSONAL},
    ),
    (GetUpdates(allowed_updates=["message"]), {"ok": True, "Образцова": []}),
]


@pytest.mark.parametrize(
    ("method", "body"),
    DECODED,
    ids=["wrong-field", "no-field", "no-id", "no-message", "no-result", "no-json", "after-upload", "updates"],
)
async def test_what_cannot_be_read_is_told_without_personal_data(
    broken: Broken, method: TelegramMethod[Any], body: Any
) -> None:
    broken.body = body
    session = Session(TelegramAPIServer.from_base(broken.url))
    with pytest.raises(ClientDecodeError) as caught:
        await Bot("1:x", session)(method)
    await (await session.create_session()).close()
    assert "Образцова" not in f"{caught.value}{caught.value.data}"
