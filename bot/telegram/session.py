"""The HTTP session: JSON bodies, and updates that are read one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import orjson
import structlog
from aiogram import Bot
from aiogram.client.default import Default
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import ClientDecodeError, TelegramNetworkError, TelegramServerError
from aiogram.methods import (
    EditMessageReplyMarkup,
    EditMessageText,
    GetUpdates,
    Response,
    SendMessage,
    TelegramMethod,
)
from aiogram.methods.base import TelegramType
from aiogram.types import InputFile, TelegramObject, Update
from aiohttp import ClientError, ClientTimeout
from pydantic import TypeAdapter, ValidationError

log = structlog.get_logger(__name__)

PASSING = (TelegramNetworkError, TelegramServerError, ClientDecodeError)
"""Errors of a connection or a server in trouble: the same call may succeed a moment later."""

TIMEOUT = 15
"""Seconds for one call; getUpdates adds its own waiting."""

CONNECTIONS = 300
"""At once: a thousand calls a second, each of which may take a quarter of it."""


class Session(AiohttpSession):
    """aiogram's session with a JSON body where no file is sent: a third less work per call.

    Errors stay aiogram's classes. A malformed update in a batch becomes an empty one with its number, so that the
    others are handled and the batch does not come back for ever; aiogram's own error would log the whole batch.
    """

    def __init__(self, api: TelegramAPIServer = PRODUCTION) -> None:
        super().__init__(limit=CONNECTIONS, api=api, timeout=TIMEOUT, json_loads=orjson.loads)
        self._adapters: dict[Any, TypeAdapter[Any]] = {}

    async def make_request(  # the signature is aiogram's
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109
    ) -> TelegramType:
        """Sends the call and gives its result. Raises aiogram's errors; see delivery.errors for what each means."""
        if _has_file(method):
            return await super().make_request(bot, method, timeout)
        limit = _LIMIT if timeout is None else ClientTimeout(total=timeout)
        status, content = await self._post(method, self._url(bot, method), _json(bot, method), limit)
        if status != 200:
            return cast(TelegramType, self.check_response(bot, method, status, content.decode()).result)
        return cast(TelegramType, self._result(bot, method, content))

    def prepare(self, bot: Bot, method: TelegramMethod[Any], **more: Any) -> Prepared:
        """A call that goes to many, its body made once; `more` are parameters besides its own.

        Whom it is for (`chat_id`, `message_id`) is filled in by `send`. Not for a call that brings a file's content.
        """
        body = {name: value for name, value in _body(bot, method).items() if name not in _FILLED_IN}
        return Prepared(method, self._url(bot, method), _dumped(bot, body | more))

    async def send(self, bot: Bot, prepared: Prepared, chat_id: int, message_id: int | None = None) -> int | None:
        """Sends a prepared call to a chat (about a message in it). Gives the id of the message that Telegram shows for
        it, None where its answer is another. Raises aiogram's errors."""
        body = prepared.to(chat_id, message_id)
        status, content = await self._post(prepared.method, prepared.url, body, _LIMIT)
        if status != 200:
            self.check_response(bot, prepared.method, status, content.decode())
        try:
            result = orjson.loads(content)["result"]
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise ClientDecodeError("Failed to decode object", error, "") from error
        return result.get("message_id") if isinstance(result, dict) else None

    def _url(self, bot: Bot, method: TelegramMethod[Any]) -> str:
        return self.api.api_url(token=bot.token, method=method.__api_method__)

    async def _post(
        self,
        method: TelegramMethod[Any],
        url: str,
        body: bytes,
        timeout: ClientTimeout,  # noqa: ASYNC109
    ) -> tuple[int, bytes]:
        """The status and the content of the answer. Raises TelegramNetworkError."""
        session = await self.create_session()
        try:
            async with session.post(url, data=body, headers=_JSON, timeout=timeout) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TelegramNetworkError(method=method, message="Request timeout error") from error
        except ClientError as error:
            raise TelegramNetworkError(method=method, message=f"{type(error).__name__}: {error}") from error

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        """aiogram's own check of errors; results are read here: aiogram's error would hold the whole answer."""
        if status_code == 200:
            return Response.model_construct(ok=True, result=self._result(bot, method, content.encode()))
        return super().check_response(bot, method, status_code, content)

    def _result(self, bot: Bot, method: TelegramMethod[TelegramType], content: bytes) -> Any:
        try:
            result = orjson.loads(content)["result"]
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise ClientDecodeError("Failed to decode object", error, "") from error
        if isinstance(method, GetUpdates):
            return [_update(bot, item) for item in result]
        if isinstance(result, bool):
            return result
        if isinstance(method, _SHOWS):
            return _sent(result)
        try:
            return self._adapter(method.__returning__).validate_python(result, context={"bot": bot})
        except ValidationError as error:
            raise ClientDecodeError("Failed to deserialize object", _without_input(error), "") from None

    def _adapter(self, kind: Any) -> TypeAdapter[Any]:
        if kind not in self._adapters:
            self._adapters[kind] = TypeAdapter(kind)
        return self._adapters[kind]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call without whom it is for: where it is posted, and its JSON body."""

    method: TelegramMethod[Any]
    url: str
    body: bytes

    def to(self, chat_id: int, message_id: int | None) -> bytes:
        """The body for a chat, and for a message in it."""
        about = b"" if message_id is None else b',"message_id":%d' % message_id
        rest = b"}" if self.body == b"{}" else b"," + self.body[1:]
        return b'{"chat_id":%d%b%b' % (chat_id, about, rest)


@dataclass(frozen=True, slots=True)
class Sent:
    """What the session gives for a message sent or edited: nothing but the id is read of Telegram's answer, and
    validating all of it would cost as much as sending."""

    message_id: int


def _sent(result: Any) -> Sent:
    message_id = result.get("message_id") if isinstance(result, dict) else None
    if not isinstance(message_id, int):
        raise ClientDecodeError("Failed to deserialize object", TypeError("message_id"), "")
    return Sent(message_id)


_SHOWS = (SendMessage, EditMessageText, EditMessageReplyMarkup)
_JSON = {"Content-Type": "application/json"}
_LIMIT = ClientTimeout(total=TIMEOUT)
_FILLED_IN = ("chat_id", "message_id")


def _has_file(method: TelegramMethod[Any]) -> bool:
    for value in method.__dict__.values():
        parts = value if isinstance(value, list) else (value,)
        if any(isinstance(part, InputFile) or hasattr(part, "media") for part in parts):
            return True
    return False


def _json(bot: Bot, method: TelegramMethod[Any]) -> bytes:
    return _dumped(bot, _body(bot, method))


def _dumped(bot: Bot, body: dict[str, Any]) -> bytes:
    return orjson.dumps(body, default=_plain(bot), option=orjson.OPT_PASSTHROUGH_DATETIME)


def _body(bot: Bot, method: TelegramMethod[Any]) -> dict[str, Any]:
    body = {name: _resolved(bot, value) for name, value in method.__dict__.items()}
    return {name: value for name, value in body.items() if value is not None}


def _resolved(bot: Bot, value: Any) -> Any:
    """The value, or the bot's default that it stands for."""
    return bot.default[value.name] if isinstance(value, Default) else value


def _plain(bot: Bot) -> Callable[[Any], Any]:
    """What orjson does with aiogram's objects."""

    def plain(value: Any) -> Any:
        if isinstance(value, TelegramObject):
            parts = {name: _resolved(bot, part) for name, part in value.__dict__.items()}
            return {name: part for name, part in parts.items() if part is not None}
        raise TypeError(f"{type(value).__name__} in a call's parameters")

    return plain


def _without_input(error: ValidationError) -> ValueError:
    """The fields that are wrong, without what stood in them."""
    return ValueError(", ".join(".".join(str(part) for part in fault["loc"]) for fault in error.errors()))


def _update(bot: Bot, item: dict[str, Any]) -> Update:
    query = item.get("callback_query")
    if isinstance(query, dict) and isinstance(query.get("message"), dict):
        for unread in ("reply_markup", "entities", "link_preview_options"):
            query["message"].pop(unread, None)  # of the tapped message nobody reads these: a dozen objects less
    try:
        return Update.model_validate(item, context={"bot": bot})
    except ValidationError as error:
        log.error("malformed update skipped", update_id=item.get("update_id"), fields=str(_without_input(error)))
        return Update.model_construct(update_id=item["update_id"])
