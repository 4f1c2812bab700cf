"""Keeps everything across restarts: an SQLite file into which changed rows go a few times a second.

A process that is killed loses at most the rows of the last `_PAUSE` seconds. Each row is one JSON value; the bytes of
files are rows of their own.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from .calls import CallLog
from .updates import Pending, UpdateQueue, Webhook
from .world import CallbackQuery, Chat, Json, Person, StoredFile, StoredMessage, World

_PAUSE = 0.3
_SCHEMA = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=OFF;
CREATE TABLE IF NOT EXISTS rows (kind TEXT, key TEXT, value BLOB, PRIMARY KEY (kind, key)) WITHOUT ROWID;
"""
# The order in which rows are read: messages need their chats.
_KINDS = ("meta", "person", "chat", "message", "file", "query", "update", "receipt", "count")


class StateFile:
    """One state file, open between `open` and `close`."""

    def __init__(self, path: Path, world: World, queue: UpdateQueue, log: CallLog) -> None:
        self._path = path
        self._world = world
        self._queue = queue
        self._log = log
        self._changed: set[tuple[str, Any]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._database: sqlite3.Connection | None = None
        self._dumps: dict[str, Callable[[Any], Any]] = {
            "meta": self._dump_meta,
            "person": world.people.get,
            "chat": self._dump_chat,
            "message": self._dump_message,
            "file": self._dump_file,
            "query": world.queries.get,
            "update": self._dump_update,
            "receipt": lambda key: world.receipts.by_key(key[0]).get(key[1]),
            "count": lambda key: log.counts[key[0], key[1]][key[2]],
        }

    def open(self) -> None:
        """Read the file, which is made if need be, and note changes from now on. Raises sqlite3.Error."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(self._path)
        self._database.executescript(_SCHEMA)
        for kind in _KINDS:
            load = getattr(self, f"_load_{kind}")
            for key, value in self._database.execute("SELECT key, value FROM rows WHERE kind = ?", (kind,)):
                load(key, orjson.loads(value))
        # Rows come in the order of their text keys; chats and queues go by number.
        self._sort()
        self._world.note = self._note

    def close(self) -> None:
        """Write what is left and close the file."""
        self._world.note = None
        self.write()
        if self._database is not None:
            self._database.close()
            self._database = None

    def _note(self, kind: str, key: Any) -> None:
        self._changed.add((kind, key))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_PAUSE, self.write)

    def write(self) -> None:
        """Write what changed."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._database is None:
            return
        changed, self._changed = self._changed, set()
        with self._database:
            for kind, key in changed:
                self._write_row(self._database, kind, key)

    def _write_row(self, database: sqlite3.Connection, kind: str, key: Any) -> None:
        name = orjson.dumps(key).decode()
        value = self._dumps[kind](key)
        if value is None:
            database.execute("DELETE FROM rows WHERE kind = ? AND key = ?", (kind, name))
            return
        database.execute("REPLACE INTO rows VALUES (?, ?, ?)", (kind, name, orjson.dumps(value)))
        if kind == "file" and (content := self._world.files[key].content) is not None:
            database.execute("REPLACE INTO rows VALUES ('content', ?, ?)", (name, content))

    # -- what each kind of row holds --------------------------------------------------------------------------

    def _dump_meta(self, key: str) -> Json | list[Any]:
        world, queue = self._world, self._queue
        if key == "settings":
            return world.settings
        if key == "crowds":
            return world.crowds
        if key == "webhook":
            return {"allowed": queue.allowed, "webhook": queue.webhook}
        return {
            "message": world.next_message_id,
            "number": world.next_number,
            "update": queue.next_id,
            "stars": world.stars,
        }

    def _load_meta(self, key: str, value: Any) -> None:
        world, queue, name = self._world, self._queue, orjson.loads(key)
        if name == "settings":
            world.settings = value
        elif name == "crowds":
            world.crowds = [(first, count, language) for first, count, language in value]
        elif name == "webhook":
            queue.allowed = value["allowed"]
            queue.webhook = Webhook(**value["webhook"]) if value["webhook"] else None
        else:
            world.next_message_id, world.next_number = value["message"], value["number"]
            queue.next_id, world.stars = value["update"], value["stars"]

    def _load_person(self, _: str, value: Json) -> None:
        self._world.people[value["id"]] = Person(**value)

    def _dump_chat(self, key: int) -> Json:
        chat = self._world.chats[key]
        fields = ("id", "kind", "title", "bot_status", "keyboard", "menu_button", "pinned", "next_message_id")
        return {name: getattr(chat, name) for name in fields} | {"members": sorted(chat.members)}

    def _load_chat(self, _: str, value: Json) -> None:
        self._world.chats[value["id"]] = Chat(**(value | {"members": set(value["members"])}))

    def _dump_message(self, key: tuple[int, int]) -> StoredMessage | None:
        return self._world.chats[key[0]].messages.get(key[1])

    def _load_message(self, _: str, value: Json) -> None:
        self._world.chats[value["chat_id"]].messages[value["id"]] = StoredMessage(**value)

    def _dump_file(self, key: str) -> Json:
        file = self._world.files[key]
        names = StoredFile.__dataclass_fields__
        return {name: getattr(file, name) for name in names if name != "content"}

    def _load_file(self, key: str, value: Json) -> None:
        content = None
        if self._database is not None:
            found = self._database.execute(
                "SELECT value FROM rows WHERE kind = 'content' AND key = ?", (key,)
            ).fetchone()
            content = found[0] if found else None
        self._world.files[value["id"]] = StoredFile(**value, content=content)

    def _load_query(self, _: str, value: Json) -> None:
        self._world.queries[value["id"]] = CallbackQuery(**value)

    def _dump_update(self, key: int) -> Pending | None:
        return next((update for update in self._queue.pending if update.id == key), None)

    def _load_update(self, _: str, value: Json) -> None:
        self._queue.pending.append(Pending(**value))

    def _load_receipt(self, key: str, value: int) -> None:
        text, chat_id = orjson.loads(key)
        self._world.receipts.restore(text, chat_id, value)

    def _load_count(self, key: str, value: int) -> None:
        method, outcome, chat_id = orjson.loads(key)
        self._log.counts.setdefault((method, outcome), Counter())[chat_id] = value

    def _sort(self) -> None:
        for chat in self._world.chats.values():
            for message_id in sorted(chat.messages):
                chat.messages.move_to_end(message_id)
        for query_id in sorted(self._world.queries, key=int):
            self._world.queries.move_to_end(query_id)
        waiting = sorted(self._queue.pending, key=lambda update: update.id)
        self._queue.pending.clear()
        self._queue.pending.extend(waiting)
