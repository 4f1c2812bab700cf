"""People, chats, messages, files and callback queries: everything that exists on this Telegram.

Times are whole Unix seconds (UTC), taken from the clock that the owner of the world handed in. Whoever changes
something here calls `changed`, which wakes those who wait and notes the row for the state file.
"""

import asyncio
import hashlib
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .entities import to_html

Json = dict[str, Any]

FIRST_UPDATE_ID = 700_000_001
_GROUP_BASE = -1_002_000_000_000


@dataclass(slots=True)
class Person:
    """Somebody with a Telegram account. `started`: the bot may write to them; `blocked`: they blocked the bot."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = "ru"
    phone: str = ""
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    def user(self) -> Json:
        """The Bot API's User object."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.last_name:
            user["last_name"] = self.last_name
        if self.username:
            user["username"] = self.username
        if self.language_code:
            user["language_code"] = self.language_code
        return user

    def chat(self) -> Json:
        """The Bot API's Chat object of the private chat with this person."""
        chat: Json = {"id": self.id, "first_name": self.first_name, "type": "private"}
        if self.last_name:
            chat["last_name"] = self.last_name
        if self.username:
            chat["username"] = self.username
        return chat


@dataclass(slots=True)
class Chat:
    """A private chat (its id is the person's) or a group. `keyboard` is the reply keyboard shown there now."""

    id: int
    kind: str
    title: str = ""
    members: set[int] = field(default_factory=set)
    bot_status: str = "left"
    keyboard: Json | None = None
    menu_button: Json | None = None
    pinned: list[int] = field(default_factory=list)
    next_message_id: int = 1
    messages: OrderedDict[int, "StoredMessage"] = field(default_factory=OrderedDict)


@dataclass(slots=True)
class StoredMessage:
    """One message as it looks now.

    `extra` holds what its kind brings (photo, document, contact, …) in the Bot API's own form; `keyboard` is a
    reply keyboard that came with it, which the API never echoes. A deleted message stays, marked.
    """

    id: int
    chat_id: int
    sender_id: int
    date: int
    kind: str
    text: str = ""
    entities: list[Json] | None = None
    markup: Json | None = None
    keyboard: Json | None = None
    extra: Json | None = None
    reply_to: int | None = None
    edit_date: int | None = None
    edits: int = 0
    deleted: bool = False


@dataclass(slots=True)
class StoredFile:
    """A file on the server. `content` is None when only a size was declared: it then reads as zeros."""

    id: str
    unique_id: str
    kind: str
    size: int
    path: str
    name: str | None = None
    mime_type: str | None = None
    content: bytes | None = None
    width: int = 0
    height: int = 0


@dataclass(slots=True)
class CallbackQuery:
    """A tap on an inline button, and what the bot answered to it."""

    id: str
    person_id: int
    chat_id: int
    message_id: int
    data: str
    date: int
    answered: bool = False
    text: str = ""
    show_alert: bool = False
    url: str = ""
    tapped_at: float = field(default_factory=time.monotonic)
    waited: float = 0.0


class Bus:
    """Tells waiters and listeners that something changed; costs next to nothing while nobody listens."""

    def __init__(self) -> None:
        self.version = 0
        self._waiters: list[asyncio.Future[None]] = []
        self._listeners: list[Callable[[str, Json], None]] = []

    def subscribe(self, listener: Callable[[str, Json], None]) -> Callable[[], None]:
        """Call `listener(kind, data)` at every change. Returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, kind: str, **data: Any) -> None:
        """Something happened: raises the version and wakes everybody who waits."""
        self.version += 1
        if self._waiters:
            waiters, self._waiters = self._waiters, []
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)
        for listener in tuple(self._listeners):
            listener(kind, data)

    async def wait(self, since: int, within: float) -> int:
        """Sleep until the version differs from `since` or `within` real seconds pass. Returns the version."""
        if self.version == since:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await asyncio.wait([waiter], timeout=within)
            if not waiter.done():
                self._waiters.remove(waiter)
        return self.version


class World:
    """Everything that exists, and the numbers that Telegram gives out."""

    def __init__(self, bot_id: int, username: str, name: str, clock: Callable[[], datetime], keep: int | None) -> None:
        self.bot_id = bot_id
        self.username = username
        self.name = name
        self.clock = clock
        self.keep = keep
        self.bus = Bus()
        self.people: dict[int, Person] = {}
        self.crowds: list[tuple[int, int, str | None]] = []
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.queries: OrderedDict[str, CallbackQuery] = OrderedDict()
        self.actions: deque[tuple[int, int, str]] = deque(maxlen=1000)
        self.settings: Json = {}
        self.next_message_id = 1
        self.next_number = 1
        self.stars = 0.0
        self.complaints: list[str] = []
        self.receipts = Receipts()
        # Set by the state file: notes (table, key) of every row that changed. Without a file nothing is noted.
        self.note: Callable[[str, Any], None] | None = None

    # -- time and numbers -------------------------------------------------------------------------------------

    def now(self) -> int:
        """Unix seconds by the world's clock."""
        return int(self.clock().timestamp())

    def number(self) -> int:
        """A number never given before: files, queries and albums are made of it."""
        self.next_number += 1
        return self.next_number

    def mark(self, table: str, key: Any) -> None:
        """Note a changed row for the state file."""
        if self.note is not None:
            self.note(table, key)

    def complain(self, text: str) -> None:
        """Remember something the bot should not have done although Telegram lets it pass."""
        if text not in self.complaints:
            self.complaints.append(text)

    # -- people -----------------------------------------------------------------------------------------------

    def person(self, person_id: int) -> Person | None:
        """The person of that id. Members of a crowd come to life here, and are kept only once they change."""
        known = self.people.get(person_id)
        if known is not None:
            return known
        for first, count, language in self.crowds:
            if first <= person_id < first + count:
                return Person(person_id, f"Person {person_id}", language_code=language, started=True)
        return None

    def keep_person(self, person: Person) -> None:
        """Store a person that is new or was changed."""
        self.people[person.id] = person
        self.mark("person", person.id)
        self.bus.tell("person", person=person.id)

    def bot_user(self) -> Json:
        """The bot as a User object."""
        return {"id": self.bot_id, "is_bot": True, "first_name": self.name, "username": self.username}

    def user(self, user_id: int) -> Json | None:
        """The User object of a person or of the bot, None for strangers."""
        if user_id == self.bot_id:
            return self.bot_user()
        person = self.person(user_id)
        return person.user() if person else None

    def sender(self, user_id: int) -> Json:
        """The User object of whoever sent a message: a person that is gone is a deleted account."""
        return self.user(user_id) or {"id": user_id, "is_bot": False, "first_name": ""}

    # -- chats and messages -----------------------------------------------------------------------------------

    def chat(self, chat_id: int) -> Chat:
        """The chat of that id; the private chat with a person is made when first needed. KeyError: no such."""
        chat = self.chats.get(chat_id)
        if chat is None:
            if self.person(chat_id) is None:
                raise KeyError(chat_id)
            chat = self.chats[chat_id] = Chat(chat_id, "private")
            self.mark("chat", chat_id)
        return chat

    def new_group(self, title: str, members: Iterable[int], chat_id: int | None) -> Chat:
        """A supergroup with those people, without the bot."""
        number = chat_id if chat_id is not None else _GROUP_BASE - self.number()
        chat = self.chats[number] = Chat(number, "supergroup", title, set(members))
        self.mark("chat", number)
        return chat

    def chat_object(self, chat_id: int) -> Json:
        """The Bot API's Chat object."""
        if chat_id > 0:
            person = self.person(chat_id)
            return person.chat() if person else {"id": chat_id, "type": "private", "first_name": ""}
        chat = self.chats[chat_id]
        return {"id": chat.id, "title": chat.title, "type": chat.kind}

    def take_message_id(self, chat_id: int) -> int:
        """Private chats of the bot share one counter, a supergroup has its own."""
        if chat_id > 0:
            self.next_message_id += 1
            self.mark("meta", "numbers")
            return self.next_message_id - 1
        chat = self.chats[chat_id]
        chat.next_message_id += 1
        self.mark("chat", chat_id)
        return chat.next_message_id - 1

    def store(self, message: StoredMessage) -> None:
        """Put a new message into its chat; beyond `keep` messages the oldest bodies go."""
        if self.keep == 0:
            self.bus.tell("message", chat=message.chat_id, message=message.id)
            return
        chat = self.chat(message.chat_id)
        chat.messages[message.id] = message
        if message.keyboard is not None:
            chat.keyboard = None if message.keyboard.get("remove_keyboard") else message.keyboard
            self.mark("chat", chat.id)
        if self.keep is not None and len(chat.messages) > self.keep:
            gone, _ = chat.messages.popitem(last=False)
            self.mark("message", (chat.id, gone))
        self.touched(message)

    def touched(self, message: StoredMessage) -> None:
        """A message is new, was edited or deleted."""
        self.mark("message", (message.chat_id, message.id))
        self.bus.tell("message", chat=message.chat_id, message=message.id)

    def find(self, chat_id: int, message_id: int) -> StoredMessage | None:
        """A message that still exists, or None."""
        chat = self.chats.get(chat_id)
        message = chat.messages.get(message_id) if chat else None
        return None if message is None or message.deleted else message

    def render(self, message: StoredMessage, with_reply: bool = True) -> Json:
        """The Bot API's Message object."""
        result: Json = {
            "message_id": message.id,
            "from": self.sender(message.sender_id),
            "chat": self.chat_object(message.chat_id),
            "date": message.date,
        }
        if message.edit_date is not None:
            result["edit_date"] = message.edit_date
        if message.reply_to is not None and with_reply:
            original = self.find(message.chat_id, message.reply_to)
            if original is not None:
                result["reply_to_message"] = self.render(original, with_reply=False)
        if message.extra:
            result.update(message.extra)
        if message.text:
            caption = message.kind != "text"
            result["caption" if caption else "text"] = message.text
            if message.entities:
                result["caption_entities" if caption else "entities"] = message.entities
        if message.markup is not None:
            result["reply_markup"] = message.markup
        return result

    def view(self, message: StoredMessage) -> Json:
        """The message as a person sees it: what `Message` of the control side is made of."""
        return {
            "message_id": message.id,
            "chat_id": message.chat_id,
            "sender_id": message.sender_id,
            "from_bot": message.sender_id == self.bot_id,
            "date": message.date,
            "edit_date": message.edit_date,
            "kind": message.kind,
            "text": message.text,
            "html": to_html(message.text, message.entities or []),
            "entities": message.entities or [],
            "inline_keyboard": (message.markup or {}).get("inline_keyboard", []),
            "keyboard": message.keyboard,
            "extra": message.extra or {},
            "reply_to": message.reply_to,
            "edits": message.edits,
            "deleted": message.deleted,
        }

    # -- files ------------------------------------------------------------------------------------------------

    def add_file(self, kind: str, size: int, **details: Any) -> StoredFile:
        """A new file on the server, with a persistent id. `details` are the other fields of StoredFile."""
        number = self.number()
        seed = hashlib.blake2b(f"{self.bot_id}/{kind}/{number}".encode(), digest_size=20).hexdigest()
        file = StoredFile(
            id=f"{_FILE_PREFIXES.get(kind, 'BQACAgI')}{seed}",
            unique_id=f"AgAD{seed[:12]}",
            kind=kind,
            size=size,
            path=f"{_FILE_FOLDERS.get(kind, 'documents')}/file_{number}{_suffix(details.get('name'), kind)}",
            **details,
        )
        self.files[file.id] = file
        self.mark("file", file.id)
        return file


_FILE_PREFIXES = {"photo": "AgACAgI", "voice": "AwACAgI", "video": "BAACAgI", "audio": "CQACAgI", "sticker": "CAACAgI"}
_FILE_FOLDERS = {"photo": "photos", "voice": "voice", "video": "videos", "audio": "music", "sticker": "stickers"}
_SUFFIXES = {"photo": ".jpg", "voice": ".oga", "video": ".mp4", "audio": ".mp3", "sticker": ".webp"}


def _suffix(name: str | None, kind: str) -> str:
    if name and "." in name:
        ending = name.rpartition(".")[2]
        if ending.isalnum() and ending.isascii():
            return f".{ending}"
    return _SUFFIXES.get(kind, "")


class Receipts:
    """How many times which chat received which text: exact for a million chats, whatever bodies are kept.

    A text is known by 64 bits of its hash. A text that one chat received once, the usual case of a personal
    text, costs one integer instead of a dictionary.
    """

    def __init__(self) -> None:
        self.counts: dict[int, int | dict[int, int]] = {}
        self._last = ("", 0)

    def key(self, text: str) -> int:
        """The 64-bit key of a text; the last text is remembered, since broadcasts repeat it."""
        if text != self._last[0]:
            digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            # Signed, because the state file's integers are.
            self._last = (text, int.from_bytes(digest, "big", signed=True))
        return self._last[1]

    def add(self, text: str, chat_id: int) -> int:
        """Count one receipt. Returns the key of the text."""
        key = self.key(text)
        held = self.counts.get(key)
        if held is None:
            self.counts[key] = chat_id
        elif isinstance(held, int):
            both = Counter((held, chat_id))
            self.counts[key] = dict(both)
        else:
            held[chat_id] = held.get(chat_id, 0) + 1
        return key

    def restore(self, key: int, chat_id: int, count: int) -> None:
        """Put back a count from the state file."""
        self.counts[key] = {**self.by_key(key), chat_id: count}

    def of(self, text: str) -> dict[int, int]:
        """Chat id -> how many times it received the text."""
        return self.by_key(self.key(text))

    def by_key(self, key: int) -> dict[int, int]:
        """Like `of`, for a key."""
        held = self.counts.get(key)
        if held is None:
            return {}
        return {held: 1} if isinstance(held, int) else held


def system_clock() -> datetime:
    """The real time, aware, in UTC."""
    return datetime.now(UTC)
