"""What a test or the demo can make happen on this Telegram, and what it can read there.

`Powers` is the same in process (`LocalTelegram`) and from another process (`Control`): both only say how one named
action is carried out. Every method that cannot do what is asked raises `PowerError` with the reason.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from .kinds import FaultKind

Json = dict[str, Any]
T = TypeVar("T")
_STEP = 30.0


class PowerError(Exception):
    """What was asked cannot be done; the text says why."""


class NotSettled(PowerError, TimeoutError):
    """What was waited for did not come in time; the text says what was still open."""


@dataclass(frozen=True, slots=True)
class Person:
    """An account as it is now."""

    id: int
    first_name: str
    last_name: str | None
    username: str | None
    language_code: str | None
    phone: str
    started: bool
    blocked: bool
    deactivated: bool

    @classmethod
    def of(cls, data: Json) -> "Person":
        """From the JSON of the control side."""
        return cls(
            data["id"],
            data["first_name"],
            data.get("last_name"),
            data.get("username"),
            data.get("language_code"),
            data["phone"],
            data["started"],
            data["blocked"],
            data["deactivated"],
        )


@dataclass(frozen=True, slots=True)
class Button:
    """A button of an inline keyboard. `kind`: callback, url, copy, or the Bot API's own name of another action.

    `value` is the callback data, the address or the text to copy.
    """

    label: str
    kind: str
    value: str
    style: str | None

    @classmethod
    def of(cls, data: Json) -> "Button":
        """From an InlineKeyboardButton."""
        style = data.get("style")
        if "callback_data" in data:
            return cls(data["text"], "callback", data["callback_data"], style)
        if "url" in data:
            return cls(data["text"], "url", data["url"], style)
        if "copy_text" in data:
            return cls(data["text"], "copy", data["copy_text"]["text"], style)
        other = next((k for k in data if k not in ("text", "style", "icon_custom_emoji_id")), "none")
        return cls(data["text"], other, str(data.get(other, "")), style)


@dataclass(frozen=True, slots=True)
class Message:
    """A message as a person sees it now.

    `text` is the text or the caption, `html` the same with Telegram's tags; `date` is aware, UTC. `buttons` is the
    inline keyboard by rows; `keyboard` the reply keyboard (or removal, or forced reply) that came with the message;
    `extra` what its kind brings in the Bot API's form (`photo`, `document`, `contact`, `media_group_id`, …).
    """

    message_id: int
    chat_id: int
    sender_id: int
    from_bot: bool
    date: datetime
    kind: str
    text: str
    html: str
    entities: list[Json]
    buttons: list[list[Button]]
    keyboard: Json | None
    extra: Json
    reply_to: int | None
    edits: int
    deleted: bool

    @classmethod
    def of(cls, data: Json) -> "Message":
        """From the JSON of the control side."""
        return cls(
            data["message_id"],
            data["chat_id"],
            data["sender_id"],
            data["from_bot"],
            datetime.fromtimestamp(data["date"], UTC),
            data["kind"],
            data["text"],
            data["html"],
            data["entities"],
            [[Button.of(button) for button in row] for row in data["inline_keyboard"]],
            data["keyboard"],
            data["extra"],
            data["reply_to"],
            data["edits"],
            data["deleted"],
        )

    @property
    def labels(self) -> list[str]:
        """The labels of all inline buttons, row by row."""
        return [button.label for row in self.buttons for button in row]

    @property
    def keys(self) -> list[str]:
        """The labels of the reply keyboard that came with this message."""
        return [key["text"] for row in (self.keyboard or {}).get("keyboard", ()) for key in row]

    def button(self, label: str) -> Button:
        """The inline button with this label. Raises KeyError."""
        for row in self.buttons:
            for button in row:
                if button.label == label:
                    return button
        raise KeyError(f"{label!r} is not among {self.labels}")


@dataclass(frozen=True, slots=True)
class Answer:
    """A tap on an inline button, and what the bot answered: a toast, or an alert (`show_alert`), or nothing.

    `waited`: real seconds between them.
    """

    query_id: str
    person: int
    chat_id: int
    message_id: int
    data: str
    answered: bool
    text: str
    show_alert: bool
    url: str
    waited: float


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the Bot API. `at` is Unix time; `outcome` is "ok" or the description of the refusal."""

    at: int
    method: str
    chat_id: int | None
    parameters: Json
    outcome: str
    seconds: float


class Fault:
    """A rule of failure that is in force."""

    def __init__(self, powers: "Powers", fault_id: int) -> None:
        self._powers = powers
        self.id = fault_id

    async def reached(self, within: float = 10.0) -> None:
        """Wait until a call is struck: for the `hold` kinds, until it is held. Raises NotSettled."""
        await self._powers.perform("fault_reached", fault_id=self.id, within=within)

    async def release(self) -> None:
        """Let the held calls go on, and those that the rule strikes later."""
        await self._powers.perform("fault_release", fault_id=self.id)

    async def remove(self) -> None:
        """End the rule; what it holds goes on."""
        await self._powers.perform("fault_remove", fault_id=self.id)

    async def hits(self) -> int:
        """How many calls it struck."""
        return int(await self._powers.perform("fault_hits", fault_id=self.id))


class Powers(ABC):
    """Everything that can be done to this Telegram, apart from starting and stopping it."""

    @abstractmethod
    async def perform(self, action: str, **arguments: Any) -> Any:
        """Carry out a named action. Arguments and result are JSON values, and bytes as arguments."""

    async def _message(self, action: str, **arguments: Any) -> Message:
        return Message.of(await self.perform(action, **arguments))

    # -- accounts and groups ----------------------------------------------------------------------------------

    async def add_person(
        self,
        id: int,
        first_name: str,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = "ru",
        phone: str | None = None,
        started: bool = False,
    ) -> Person:
        """A new account, or new details of one. `started`: they have written to the bot before."""
        data = await self.perform(
            "add_person",
            id=id,
            first_name=first_name,
            last_name=last_name,
            username=username,
            language_code=language_code,
            phone=phone,
            started=started,
        )
        return Person.of(data)

    async def add_people(self, count: int, first_id: int = 1_000_000, language_code: str | None = "kk") -> None:
        """A crowd with ids `first_id`…, all of whom have started the bot. Costs nothing until they act."""
        await self.perform("add_people", count=count, first_id=first_id, language_code=language_code)

    async def people(self) -> list[Person]:
        """Everybody but the crowds."""
        return [Person.of(data) for data in await self.perform("people")]

    async def person(self, person: int) -> Person:
        """One account."""
        return Person.of(await self.perform("person", person=person))

    async def set_language(self, person: int, language_code: str | None) -> None:
        """The person changes the language of their app."""
        await self.perform("set_language", person=person, language_code=language_code)

    async def block(self, person: int) -> None:
        """The person blocks the bot: my_chat_member, and 403 from then on."""
        await self.perform("block", person=person)

    async def unblock(self, person: int) -> None:
        """The person unblocks the bot: my_chat_member."""
        await self.perform("unblock", person=person)

    async def deactivate(self, person: int) -> None:
        """The person deletes their account: 403 `user is deactivated` from then on."""
        await self.perform("deactivate", person=person)

    async def add_group(self, title: str, members: Sequence[int], id: int | None = None) -> int:
        """A supergroup without the bot. Returns its chat id."""
        return int(await self.perform("add_group", title=title, members=list(members), id=id))

    async def add_bot_to_group(self, chat: int, by: int, status: str = "member") -> None:
        """Somebody adds the bot, as `member` (privacy mode on) or `administrator`."""
        await self.perform("add_bot_to_group", chat=chat, by=by, status=status)

    async def remove_bot_from_group(self, chat: int, by: int) -> None:
        """Somebody removes the bot."""
        await self.perform("remove_bot_from_group", chat=chat, by=by)

    # -- what people do ---------------------------------------------------------------------------------------

    async def send_text(
        self,
        person: int,
        text: str,
        chat: int | None = None,
        reply_to: int | None = None,
        entities: list[Json] | None = None,
    ) -> Message:
        """The person writes, to the bot or in a group (`chat`). A text above 4096 becomes several messages; `entities`
        are what they formatted in their app."""
        return await self._message(
            "send_text", person=person, text=text, chat=chat, reply_to=reply_to, entities=entities
        )

    async def start_bot(self, person: int, payload: str | None = None) -> Message:
        """START, or a link with a payload; unblocks the bot if need be."""
        return await self._message("start_bot", person=person, payload=payload)

    async def open_link(self, person: int, url: str) -> Message:
        """The person follows `https://t.me/<bot>?start=…` (or its tg:// form)."""
        return await self._message("open_link", person=person, url=url)

    async def send_contact(
        self,
        person: int,
        phone_number: str,
        first_name: str = "Contact",
        last_name: str | None = None,
        user_id: int | None = None,
        chat: int | None = None,
    ) -> Message:
        """The person shares somebody's contact; `user_id` None: it has no account."""
        return await self._message(
            "send_contact",
            person=person,
            phone_number=phone_number,
            first_name=first_name,
            last_name=last_name,
            user_id=user_id,
            chat=chat,
        )

    async def share_own_contact(self, person: int) -> Message:
        """The person shares their own number (`phone` of add_person)."""
        return await self._message("share_own_contact", person=person)

    async def send_location(self, person: int, latitude: float = 51.1282, longitude: float = 71.4304) -> Message:
        """The person sends a place."""
        return await self._message("send_location", person=person, latitude=latitude, longitude=longitude)

    async def _file(self, person: int, kind: str, content: bytes | None, **rest: Any) -> Message:
        given: Json = {"size": None, "file_name": None, "mime_type": None, "caption": "", "chat": None, "details": {}}
        return await self._message("send_file", person=person, kind=kind, content=content, **(given | rest))

    async def send_document(
        self,
        person: int,
        content: bytes | None = None,
        file_name: str | None = "document.pdf",
        mime_type: str | None = "application/pdf",
        caption: str = "",
        size: int | None = None,
        chat: int | None = None,
    ) -> Message:
        """The person sends a file. `size` without `content` declares one of that size, e.g. 25 MB, at no cost."""
        return await self._file(
            person,
            "document",
            content,
            size=size,
            file_name=file_name,
            mime_type=mime_type,
            caption=caption,
            chat=chat,
        )

    async def send_photo(
        self,
        person: int,
        content: bytes | None = None,
        caption: str = "",
        size: int | None = None,
        width: int | None = None,
        height: int | None = None,
        chat: int | None = None,
    ) -> Message:
        """The person sends a photo; without `content` a size of 120,000 bytes is declared."""
        declared = size if size is not None or content is not None else 120_000
        details = {"width": width, "height": height}
        return await self._file(person, "photo", content, size=declared, caption=caption, chat=chat, details=details)

    async def send_video(self, person: int, content: bytes | None = None, size: int = 1_000_000) -> Message:
        """The person sends a video."""
        return await self._file(
            person, "video", content, size=_size(content, size), file_name="video.mp4", mime_type="video/mp4"
        )

    async def send_audio(self, person: int, content: bytes | None = None, size: int = 500_000) -> Message:
        """The person sends a piece of music."""
        return await self._file(
            person, "audio", content, size=_size(content, size), file_name="audio.mp3", mime_type="audio/mpeg"
        )

    async def send_voice(self, person: int, content: bytes | None = None, size: int = 20_000) -> Message:
        """The person sends a voice message."""
        return await self._file(person, "voice", content, size=_size(content, size), mime_type="audio/ogg")

    async def send_sticker(self, person: int, emoji: str = "👍") -> Message:
        """The person sends a sticker."""
        return await self._file(person, "sticker", None, size=12_000, details={"emoji": emoji})

    async def send_album(self, person: int, items: Sequence[Json]) -> list[Message]:
        """Several files as one album: `{"kind": "photo"|"document"|…, "content" or "size", "file_name", "caption"}`."""
        sent = await self.perform("send_album", person=person, items=[dict(item) for item in items])
        return [Message.of(data) for data in sent]

    async def edit_text(self, person: int, message_id: int, text: str, chat: int | None = None) -> Message:
        """The person edits a message of theirs: edited_message."""
        return await self._message("edit_text", person=person, message_id=message_id, text=text, chat=chat)

    async def delete_message(self, person: int, message_id: int, chat: int | None = None) -> None:
        """The person deletes a message of theirs; bots are not told."""
        await self.perform("delete_message", person=person, message_id=message_id, chat=chat)

    async def clear_chat(self, person: int) -> None:
        """The person deletes the chat; bots are not told."""
        await self.perform("clear_chat", person=person)

    async def tap(
        self,
        person: int,
        label: str | None = None,
        *,
        data: str | None = None,
        message_id: int | None = None,
        chat: int | None = None,
    ) -> str:
        """The person taps an inline button by its visible label, in the newest message that has it.

        Returns the id of the callback query; "" for a button that is a link to the bot, which is followed.
        """
        return str(await self.perform("tap", person=person, label=label, data=data, message_id=message_id, chat=chat))

    async def press(self, person: int, label: str, chat: int | None = None) -> Message:
        """The person presses a key of the reply keyboard: text, or own contact, or place."""
        return await self._message("press", person=person, label=label, chat=chat)

    async def forge_callback(
        self,
        person: int,
        data: str,
        message_id: int | None = None,
        chat: int | None = None,
        inaccessible: bool = False,
    ) -> str:
        """A tap that no button offered. `inaccessible`: on a message the bot can no longer see (date 0)."""
        return str(
            await self.perform(
                "forge_callback",
                person=person,
                data=data,
                message_id=message_id,
                chat=chat,
                inaccessible=inaccessible,
            )
        )

    async def inject_update(self, update: Json) -> int:
        """Any JSON as an update; returns its id."""
        return int(await self.perform("inject_update", update=update))

    async def redeliver(self, update_id: int, as_update_id: int | None = None) -> int:
        """One of the last 1,000 updates again, also when it was confirmed; returns its id."""
        return int(await self.perform("redeliver", update_id=update_id, as_update_id=as_update_id))

    async def flush_state(self) -> None:
        """Write the state file now, as happens by itself a few times a second: before a kill in a test."""
        await self.perform("flush_state")

    # -- reading ----------------------------------------------------------------------------------------------

    async def messages(
        self, chat: int, after: int = 0, limit: int | None = None, deleted: bool = False
    ) -> list[Message]:
        """The chat as it looks now, oldest first. `deleted`: with the messages that are gone, marked."""
        found = [Message.of(d) for d in await self.perform("messages", chat=chat, after=after, limit=limit)]
        return found if deleted else [m for m in found if not m.deleted]

    async def bot_messages(self, chat: int, after: int = 0) -> list[Message]:
        """What the bot wrote there and did not delete, oldest first."""
        return [m for m in await self.messages(chat, after) if m.from_bot]

    async def last_message(self, chat: int) -> Message:
        """The newest message of the bot. Raises PowerError if there is none."""
        found = await self.bot_messages(chat)
        if not found:
            raise PowerError(f"the bot has written nothing in chat {chat}")
        return found[-1]

    async def message(self, chat: int, message_id: int) -> Message:
        """One message, also a deleted one. Raises PowerError."""
        for message in await self.messages(chat, message_id - 1, deleted=True):
            if message.message_id == message_id:
                return message
        raise PowerError(f"chat {chat} has no message {message_id}")

    async def chat_keyboard(self, chat: int) -> Json | None:
        """The reply keyboard that the chat shows now, as the Bot API writes it."""
        keyboard: Json | None = await self.perform("chat_keyboard", chat=chat)
        return keyboard

    async def keys(self, chat: int) -> list[str]:
        """The labels of the reply keyboard that the chat shows now."""
        keyboard = await self.chat_keyboard(chat) or {}
        return [key["text"] for row in keyboard.get("keyboard", ()) for key in row]

    async def commands(self, person: int, chat: int | None = None) -> list[Json]:
        """What the person's command menu lists: `{"command": …, "description": …}`."""
        found: list[Json] = await self.perform("commands", person=person, chat=chat)
        return found

    async def answers(self, person: int | None = None) -> list[Answer]:
        """All taps and their answers, oldest first."""
        return [Answer(**data) for data in await self.perform("answers", person=person)]

    async def answer(self, query_id: str, within: float = 10.0) -> Answer:
        """The answer to a tap, waited for. Raises NotSettled."""

        async def answered() -> Answer | None:
            found = Answer(**await self.perform("answer", query_id=query_id))
            return found if found.answered else None

        return await self.wait_for(answered, within, f"an answer to query {query_id}")

    async def chat_actions(self, chat: int) -> list[str]:
        """`typing` and the like, the last ones, oldest first."""
        return [data["action"] for data in await self.perform("chat_actions", chat=chat)]

    async def calls(self, method: str | None = None, chat_id: int | None = None, limit: int = 100) -> list[Call]:
        """The last calls of the Bot API, oldest first (a bounded log)."""
        found = await self.perform("calls", method=method, chat_id=chat_id, limit=limit)
        return [Call(**data) for data in found]

    async def count_calls(
        self, method: str | None = None, outcome: str | None = None, chat_id: int | None = None
    ) -> int:
        """How many calls there were since the beginning, exactly. `outcome`: "ok" or part of a description."""
        return int(await self.perform("count_calls", method=method, outcome=outcome, chat_id=chat_id))

    async def sends_a_second(self, forget: bool = False) -> list[int]:
        """How many messages the bot sent in each second since the first one. `forget`: counts anew from now on."""
        found: list[int] = await self.perform("sends_a_second", forget=forget)
        return found

    async def received(self, chat: int, text: str) -> int:
        """How many times the chat got exactly this text (after parsing), exact whatever is kept."""
        return int(await self.perform("received", chat=chat, text=text))

    async def receipts(self, text: str) -> dict[int, int]:
        """Who got exactly this text: chat id -> how many times."""
        return dict(await self.perform("receipts", text=text))

    async def complaints(self) -> list[str]:
        """Unknown parameters, methods that are not served: what a test asserts to be empty."""
        found: list[str] = await self.perform("complaints")
        return found

    async def pending_updates(self) -> list[Json]:
        """Updates that the bot has not confirmed."""
        found: list[Json] = await self.perform("pending_updates")
        return found

    async def update_history(self) -> list[Json]:
        """The last 1,000 updates, oldest first, confirmed or not."""
        found: list[Json] = await self.perform("update_history")
        return found

    # -- waiting ----------------------------------------------------------------------------------------------

    async def settled(self, within: float = 10.0, quiet: float = 0.0) -> None:
        """Wait until the bot has confirmed all updates and no call is under way.

        `quiet`: and then nothing happened for so many real seconds, for a bot that works on in the background.
        Raises NotSettled.
        """
        await self.perform("settled", within=within, quiet=quiet)

    async def polled(self, within: float = 10.0) -> None:
        """Wait until a bot waits in getUpdates, as one does that has started. Raises NotSettled."""

        async def waits() -> bool:
            return bool(await self.perform("is_polled"))

        await self.wait_for(waits, within, "a bot that polls")

    async def wait_for(self, check: Callable[[], Awaitable[T | None]], within: float = 10.0, what: str = "it") -> T:
        """Repeat `check` after every change on the server until it gives something true. Raises NotSettled."""
        end = time.monotonic() + within
        version = int(await self.perform("version"))
        while True:
            found = await check()
            if found:
                return found
            left = end - time.monotonic()
            if left <= 0:
                raise NotSettled(f"{what} did not come within {within} s")
            version = int(await self.perform("wait_change", since=version, within=min(left, _STEP)))

    async def wait_message(self, chat: int, containing: str = "", after: int = 0, within: float = 10.0) -> Message:
        """The oldest message of the bot with an id above `after` whose text contains the words, waited for."""

        async def written() -> Message | None:
            found = await self.bot_messages(chat, after)
            return next((m for m in found if containing in m.text), None)

        return await self.wait_for(written, within, f"a message with {containing!r} in chat {chat}")

    # -- failing, pace, time ----------------------------------------------------------------------------------

    async def add_fault(
        self,
        kind: FaultKind,
        method: str | None = None,
        chat_id: int | None = None,
        *,
        times: int | None = 1,
        skip: int = 0,
        probability: float = 1.0,
        seed: int = 0,
        retry_after: int = 1,
        seconds: float = 1.0,
        status: int | None = None,
        description: str = "",
    ) -> Fault:
        """A rule of failure for the next `times` calls (None: for ever) after the first `skip`.

        Kinds: `429` (retry_after), `400` (description, status), `5xx_json` (description, status), `5xx_html` (502)
        are answered without carrying out the call, `5xx_html_after` after it; `slow` waits `seconds` before;
        `hold_before` and `hold_after` hold the call before or its answer after it was carried out, until `release`;
        `cut_before` and `cut_after` cut the connection without an answer. `method` "getUpdates" and "file"
        (downloads) can fail too.
        """
        fault_id = await self.perform(
            "add_fault",
            kind=kind,
            method=method,
            chat_id=chat_id,
            times=times,
            skip=skip,
            probability=probability,
            seed=seed,
            retry_after=retry_after,
            seconds=seconds,
            status=status,
            description=description,
        )
        return Fault(self, int(fault_id))

    async def clear_faults(self) -> None:
        """End all rules; what they hold goes on."""
        await self.perform("clear_faults")

    async def pause_listening(self) -> None:
        """The server is down: connections are cut, new ones refused on the same port. Control goes on."""
        await self.perform("pause_listening")

    async def resume_listening(self) -> None:
        """The server is up again."""
        await self.perform("resume_listening")

    async def set_limits(
        self,
        per_second: int | None = None,
        per_chat: float | None = None,
        chat_burst: int = 3,
        paid_per_second: int = 1000,
    ) -> None:
        """Rate limits of sends by real time; None: none. Above `per_second` only paid sends pass, for Stars."""
        await self.perform(
            "set_limits",
            per_second=per_second,
            per_chat=per_chat,
            chat_burst=chat_burst,
            paid_per_second=paid_per_second,
        )

    async def set_stars(self, amount: float) -> None:
        """The bot's balance of Stars."""
        await self.perform("set_stars", amount=amount)

    async def set_callback_window(self, seconds: int) -> None:
        """How long after a tap it may be answered, by the server's clock (15 s at first)."""
        await self.perform("set_callback_window", seconds=seconds)

    async def now(self) -> datetime:
        """The server's time, aware, UTC."""
        return datetime.fromtimestamp(float(await self.perform("now")), UTC)

    async def move_clock(self, delta: timedelta) -> None:
        """Move the clock: by the owner's callback if there is one, else the server's own."""
        await self.perform("move_clock", seconds=delta.total_seconds())


def _size(content: bytes | None, size: int) -> int:
    return len(content) if content is not None else size
