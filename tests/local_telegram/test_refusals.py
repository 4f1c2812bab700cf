"""What Telegram refuses is refused, in its words."""

import io
from typing import Any

import aiohttp
import pytest

from bot.local_telegram import LocalTelegram

from .conftest import Call, Clock
from .samples import png

TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)


def _inline(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "b", **button}]]}


SEND = [
    ({"text": "x"}, "Bad Request: chat_id is empty"),
    ({"chat_id": 1}, "Bad Request: message text is empty"),
    ({"chat_id": 1, "text": ""}, "Bad Request: message text is empty"),
    ({"chat_id": 1, "text": " \n "}, "Bad Request: text must be non-empty"),
    ({"chat_id": 1, "text": "я" * 4097}, "Bad Request: message is too long"),
    ({"chat_id": 999, "text": "x"}, "Bad Request: chat not found"),
    ({"chat_id": "@nobody", "text": "x"}, "Bad Request: chat not found"),
    ({"chat_id": -100123, "text": "x"}, "Bad Request: chat not found"),
    ({"chat_id": 1, "text": "x", "parse_mode": "Wiki"}, "Bad Request: unsupported parse_mode"),
    ({"chat_id": [1], "text": "x"}, 'Bad Request: parameter "chat_id" must be of type Integer or String'),
    ({"chat_id": 1, "text": {}}, 'Bad Request: parameter "text" must be of type String'),
    (
        {"chat_id": 1, "text": "x", "disable_notification": "perhaps"},
        'Bad Request: parameter "disable_notification" must be of type Boolean',
    ),
    ({"chat_id": 1, "text": "x", "reply_markup": "{"}, "Bad Request: can't parse reply markup JSON object"),
    ({"chat_id": 1, "text": "x", "reply_markup": []}, "Bad Request: object expected as reply markup"),
    (
        {"chat_id": 1, "text": "x", "reply_parameters": {"message_id": 77}},
        "Bad Request: message to be replied not found",
    ),
    (
        {"chat_id": 1, "text": "x", "entities": [{"type": "text_link", "offset": 0, "length": 1, "url": "nothing"}]},
        "Bad Request: entity URL 'nothing' is invalid: Wrong HTTP URL",
    ),
    (
        {"chat_id": 1, "text": "x", "entities": [{"type": "bold", "offset": 0, "length": 2}]},
        "Bad Request: entity ends after the end of the text",
    ),
]

MARKUPS = [
    (_inline(callback_data="ж" * 33), "Bad Request: BUTTON_DATA_INVALID"),
    (_inline(callback_data="x" * 65), "Bad Request: BUTTON_DATA_INVALID"),
    (
        _inline(callback_data=""),
        "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    (
        {"inline_keyboard": [[{"callback_data": "x"}]]},
        "Bad Request: can't parse inline keyboard button: Can't find field \"text\"",
    ),
    (
        _inline(url="not-a-url"),
        "Bad Request: inline keyboard button URL 'not-a-url' is invalid: Wrong HTTP URL",
    ),
    (
        _inline(url="ftp://example.com"),
        "Bad Request: inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol",
    ),
    (
        _inline(url="http://localhost:8080/x"),
        "Bad Request: inline keyboard button URL 'http://localhost:8080/x' is invalid: Wrong HTTP URL",
    ),
    (
        _inline(url="https:///path"),
        "Bad Request: inline keyboard button URL 'https:///path' is invalid: URL host is empty",
    ),
    (_inline(copy_text={"text": ""}), "Bad Request: BUTTON_COPY_TEXT_INVALID"),
    (_inline(copy_text={"text": "x" * 257}), "Bad Request: BUTTON_COPY_TEXT_INVALID"),
    (
        _inline(web_app={"url": "http://egov.kz"}),
        "Bad Request: inline keyboard button Web App URL 'http://egov.kz' is invalid: Only HTTPS links are allowed",
    ),
    ({"inline_keyboard": [[{"text": "b", "callback_data": "x"}] * 9]}, "Bad Request: reply markup is too long"),
    ({"inline_keyboard": [[{"text": "b", "callback_data": "x"}]] * 101}, "Bad Request: reply markup is too long"),
    ({"keyboard": [["x"]] * 301}, "Bad Request: reply markup is too long"),
    ({"keyboard": [["x"]], "input_field_placeholder": "x" * 65}, "Bad Request: INPUT_FIELD_PLACEHOLDER_INVALID"),
]


@pytest.mark.parametrize(("parameters", "description"), SEND)
async def test_send_message(call: Call, parameters: dict[str, Any], description: str) -> None:
    status, body = await call("sendMessage", **parameters)
    assert (status, body) == (400, {"ok": False, "error_code": 400, "description": description})


@pytest.mark.parametrize(("markup", "description"), MARKUPS)
async def test_reply_markup(call: Call, markup: dict[str, Any], description: str) -> None:
    _, body = await call("sendMessage", chat_id=1, text="x", reply_markup=markup)
    assert body["description"] == description


@pytest.mark.parametrize(
    "markup",
    [
        _inline(callback_data="ж" * 32),
        _inline(copy_text={"text": "x" * 256}),
        _inline(url="egov.kz", style="primary"),
        _inline(url="tg://user?id=1"),
        {"inline_keyboard": [[{"text": "b", "callback_data": "x"}] * 4] * 25},
        {"keyboard": [[{"text": "☎", "request_contact": True}]], "input_field_placeholder": "я" * 64},
        {"remove_keyboard": True},
        {"force_reply": True},
    ],
)
async def test_what_just_fits_is_taken(call: Call, markup: dict[str, Any]) -> None:
    status, body = await call("sendMessage", chat_id=1, text="я" * 4096, reply_markup=markup)
    assert (status, body["ok"]) == (200, True)


@pytest.mark.parametrize(
    ("method", "parameters", "description"),
    [
        ("editMessageText", {"chat_id": 1, "text": "x"}, "Bad Request: message identifier is not specified"),
        (
            "editMessageText",
            {"chat_id": 1, "message_id": 77, "text": "x"},
            "Bad Request: message to edit not found",
        ),
        ("deleteMessage", {"chat_id": 1, "message_id": 77}, "Bad Request: message to delete not found"),
        ("deleteMessages", {"chat_id": 1}, "Bad Request: message identifiers are not specified"),
        (
            "deleteMessages",
            {"chat_id": 1, "message_ids": [*range(1, 102)]},
            "Bad Request: too many message identifiers specified",
        ),
        (
            "copyMessage",
            {"chat_id": 1, "from_chat_id": 1, "message_id": 77},
            "Bad Request: message to copy not found",
        ),
        (
            "forwardMessage",
            {"chat_id": 1, "from_chat_id": 1, "message_id": 77},
            "Bad Request: message to forward not found",
        ),
        ("answerCallbackQuery", {"callback_query_id": "123"}, TOO_OLD),
        ("sendChatAction", {"chat_id": 1, "action": "dance"}, "Bad Request: wrong parameter action in request"),
        ("sendPhoto", {"chat_id": 1}, "Bad Request: there is no photo in the request"),
        (
            "sendPhoto",
            {"chat_id": 1, "photo": "nonsense"},
            "Bad Request: wrong file identifier/HTTP URL specified",
        ),
        (
            "sendPhoto",
            {"chat_id": 1, "photo": "https://egov.kz/a.png"},
            "Bad Request: failed to get HTTP URL content",
        ),
        ("getFile", {"file_id": "nonsense"}, "Bad Request: invalid file_id"),
        ("getFile", {}, "Bad Request: file_id not specified"),
        ("sendMediaGroup", {"chat_id": 1, "media": []}, "Bad Request: there are no messages to send"),
        (
            "sendMediaGroup",
            {"chat_id": 1, "media": [{"type": "photo", "media": "x"}]},
            "Bad Request: too few messages to send as an album",
        ),
        (
            "sendMediaGroup",
            {"chat_id": 1, "media": [{"type": "photo", "media": "x"}] * 11},
            "Bad Request: too many messages to send as an album",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "Help", "description": "x"}]},
            "Bad Request: BOT_COMMAND_INVALID",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "a" * 33, "description": "x"}]},
            "Bad Request: command length must not exceed 32",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "a", "description": ""}]},
            "Bad Request: command description must be non-empty",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "a", "description": "я" * 257}]},
            "Bad Request: command description length must not exceed 256",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": f"a{i}", "description": "x"} for i in range(101)]},
            "Bad Request: BOT_COMMANDS_TOO_MUCH",
        ),
        (
            "setWebhook",
            {"url": "http://egov.kz/hook"},
            "Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
        ),
        (
            "setWebhook",
            {"url": "https://egov.kz:8000/hook"},
            "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        (
            "setWebhook",
            {"url": "https://egov.kz", "secret_token": "a b"},
            "Bad Request: secret token contains unallowed characters",
        ),
    ],
)
async def test_other_methods(call: Call, method: str, parameters: dict[str, Any], description: str) -> None:
    status, body = await call(method, **parameters)
    assert (status, body["description"]) == (400, description)


async def test_a_caption_ends_at_1024(call: Call, telegram: LocalTelegram) -> None:
    sent = await telegram.send_photo(1, png())
    photo = sent.extra["photo"][-1]["file_id"]
    assert (await call("sendPhoto", chat_id=1, photo=photo, caption="я" * 1024))[0] == 200
    _, body = await call("sendPhoto", chat_id=1, photo=photo, caption="я" * 1025)
    assert body["description"] == "Bad Request: message caption is too long"


async def test_the_same_text_again_is_not_modified(call: Call) -> None:
    markup = _inline(callback_data="x")
    _, sent = await call("sendMessage", chat_id=1, text="<b>x</b>", parse_mode="HTML", reply_markup=markup)
    edit = {"chat_id": 1, "message_id": sent["result"]["message_id"], "text": "<b>x</b>", "parse_mode": "HTML"}
    assert (await call("editMessageText", **edit, reply_markup=markup))[1]["description"] == NOT_MODIFIED
    assert (await call("editMessageText", **edit))[0] == 200
    assert (await call("editMessageText", **edit))[1]["description"] == NOT_MODIFIED


async def test_what_cannot_be_edited(call: Call, telegram: LocalTelegram) -> None:
    theirs = await telegram.send_text(1, "менікі")
    _, keyed = await call("sendMessage", chat_id=1, text="x", reply_markup={"keyboard": [["y"]]})
    _, plain = await call("sendMessage", chat_id=1, text="x")
    for message_id in (theirs.message_id, keyed["result"]["message_id"]):
        _, body = await call("editMessageText", chat_id=1, message_id=message_id, text="z")
        assert body["description"] == "Bad Request: message can't be edited"
    edit = {"chat_id": 1, "message_id": plain["result"]["message_id"]}
    _, body = await call("editMessageText", **edit, text="z", reply_markup={"keyboard": [["y"]]})
    assert body["description"] == "Bad Request: inline keyboard expected"
    _, body = await call("editMessageCaption", **edit, caption="z")
    assert body["description"] == "Bad Request: there is no caption in the message to edit"


async def test_deleting_ends_after_48_hours(call: Call, clock: Clock, telegram: LocalTelegram) -> None:
    old = await telegram.send_text(1, "ескі")
    clock.move(hours=48)
    assert (await call("deleteMessage", chat_id=1, message_id=old.message_id))[0] == 200
    older = await telegram.send_text(1, "тағы ескі")
    clock.move(hours=48, seconds=1)
    _, body = await call("deleteMessage", chat_id=1, message_id=older.message_id)
    assert body["description"] == "Bad Request: message can't be deleted"
    _, again = await call("deleteMessage", chat_id=1, message_id=old.message_id)
    assert again["description"] == "Bad Request: message to delete not found"


async def test_who_cannot_be_written_to(call: Call, telegram: LocalTelegram) -> None:
    await telegram.add_person(3, "Жаңа")
    await telegram.add_person(4, "Топтағы")
    group = await telegram.add_group("Топ", [1, 4])
    await telegram.add_bot_to_group(group, by=1)
    await telegram.block(1)
    await telegram.deactivate(2)
    answers = {who: (await call("sendMessage", chat_id=who, text="x"))[1] for who in (1, 2, 3, 4, 7000000001)}
    assert {who: (a["error_code"], a["description"]) for who, a in answers.items()} == {
        1: (403, "Forbidden: bot was blocked by the user"),
        2: (403, "Forbidden: user is deactivated"),
        3: (400, "Bad Request: chat not found"),
        4: (403, "Forbidden: bot can't initiate conversation with a user"),
        7000000001: (403, "Forbidden: the bot can't send messages to the bot"),
    }
    await telegram.remove_bot_from_group(group, by=1)
    _, body = await call("sendMessage", chat_id=group, text="x")
    assert body["description"] == "Forbidden: bot was kicked from the supergroup chat"


async def test_a_tap_is_answered_once_and_in_time(call: Call, clock: Clock, telegram: LocalTelegram) -> None:
    await call("sendMessage", chat_id=1, text="x", reply_markup=_inline(callback_data="d"))
    first, second = await telegram.tap(1, "b"), await telegram.tap(1, "b")
    _, long = await call("answerCallbackQuery", callback_query_id=first, text="я" * 201)
    assert long["description"] == "Bad Request: MESSAGE_TOO_LONG"
    clock.move(seconds=15)
    assert (await call("answerCallbackQuery", callback_query_id=first, text="я" * 200))[1]["result"] is True
    assert (await call("answerCallbackQuery", callback_query_id=first))[1]["description"] == TOO_OLD
    clock.move(seconds=1)
    assert (await call("answerCallbackQuery", callback_query_id=second))[1]["description"] == TOO_OLD
    await telegram.set_callback_window(60)
    assert (await call("answerCallbackQuery", callback_query_id=second))[0] == 200


async def test_tokens_and_methods(http: aiohttp.ClientSession, telegram: LocalTelegram, call: Call) -> None:
    async def status(path: str) -> tuple[int, str]:
        async with http.get(telegram.url + path) as response:
            return response.status, (await response.json())["description"]

    assert await status("/bot7000000001:wrong/getMe") == (401, "Unauthorized")
    assert await status("/botnonsense/getMe") == (404, "Not Found")
    assert await status(f"/bot{telegram.token}/getThem") == (404, "Not Found: method not found")
    assert await status(f"/file/bot{telegram.token}/documents/file_9.pdf") == (404, "Not Found")
    code, body = await call("sendDice", chat_id=1)
    assert (code, body["error_code"]) == (501, 501)
    assert await telegram.complaints() == ["sendDice: this server does not serve the method"]


async def test_unknown_parameters_pass_with_a_complaint(call: Call, telegram: LocalTelegram) -> None:
    assert (await call("sendMessage", chat_id=1, text="x", reply_to_message_id=5))[0] == 200
    assert await telegram.complaints() == ["sendMessage: unknown parameter reply_to_message_id"]


async def test_upload_limits(http: aiohttp.ClientSession, telegram: LocalTelegram) -> None:
    async def upload(field: str, content: bytes) -> dict[str, Any]:
        form = aiohttp.FormData({"chat_id": "1"})
        form.add_field(field, io.BytesIO(content), filename="file.png")
        url = f"{telegram.url}/bot{telegram.token}/send{field.capitalize()}"
        async with http.post(url, data=form) as response:
            body: dict[str, Any] = await response.json()
            return body

    assert (await upload("photo", b"no picture"))["description"] == "Bad Request: IMAGE_PROCESS_FAILED"
    assert (await upload("photo", png(9_995, 6)))["description"] == "Bad Request: PHOTO_INVALID_DIMENSIONS"
    assert (await upload("document", b""))["description"] == "Bad Request: file must be non-empty"
    big = png() + bytes(10 * 1024 * 1024)
    assert (await upload("photo", big))["description"] == (
        f"Bad Request: file of size {len(big)} bytes is too big for a photo; the maximum size is 10485760 bytes"
    )
    assert (await upload("document", big))["ok"] is True
    assert await upload("document", bytes(50 * 1024 * 1024 + 1)) == {
        "ok": False,
        "error_code": 413,
        "description": "Request Entity Too Large",
    }
