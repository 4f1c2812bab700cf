"""What people do on this Telegram: write, tap, send files, block the bot, join groups.

Every public method is a power that `Powers` offers by the same name, in process or over HTTP: arguments and
results are JSON values (and bytes). A ValueError says what cannot be done, as a person could not do it either.
"""

import re
from urllib.parse import parse_qs, urlsplit

from . import media
from .api import Api
from .entities import formatted, found_entities
from .errors import ApiError
from .settings import commands_for, member
from .world import CallbackQuery, Chat, Json, Person, StoredMessage

_PAYLOAD = re.compile(r"^[A-Za-z0-9_-]{0,64}$")
_COMMAND = re.compile(r"^/[A-Za-z0-9_]+(@\w+)?")
_REMEMBERED_QUERIES = 10_000
_FIRST_QUERY = 4_000_000_000_000_000_000


class People:
    """The hands of everybody who has an account here."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._world = api.world

    # -- accounts ---------------------------------------------------------------------------------------------

    def add_person(
        self,
        id: int,
        first_name: str,
        last_name: str | None,
        username: str | None,
        language_code: str | None,
        phone: str | None,
        started: bool,
    ) -> Json:
        """A new account, or new details for one that exists: its chat and standing stay."""
        if id <= 0:
            raise ValueError("a person's id is above zero")
        old = self._world.people.get(id)
        person = Person(id, first_name, last_name, username, language_code, phone or _phone(id), started)
        if old is not None:
            person.started = old.started or started
            person.blocked, person.deactivated = old.blocked, old.deactivated
        self._world.keep_person(person)
        return _person(person)

    def add_people(self, count: int, first_id: int, language_code: str | None) -> None:
        """A crowd that has started the bot; costs nothing until somebody of it does something."""
        crowd = (first_id, count, language_code)
        if crowd not in self._world.crowds:
            self._world.crowds.append(crowd)
            self._world.mark("meta", "crowds")

    def people(self) -> list[Json]:
        """Everybody but the crowds."""
        return [_person(person) for person in self._world.people.values()]

    def person(self, person: int) -> Json:
        """One person."""
        return _person(self._person(person))

    def set_language(self, person: int, language_code: str | None) -> None:
        """The person changes the language of their Telegram app."""
        somebody = self._person(person)
        somebody.language_code = language_code
        self._world.keep_person(somebody)

    def _person(self, person_id: int) -> Person:
        person = self._world.person(person_id)
        if person is None:
            raise ValueError(f"there is no person {person_id}")
        return person

    def _acting(self, person_id: int) -> Person:
        person = self._person(person_id)
        if person.deactivated:
            raise ValueError(f"person {person_id} has deleted their account")
        return person

    def block(self, person: int) -> None:
        """The person blocks the bot, which hears of it."""
        self._standing(person, blocked=True)

    def unblock(self, person: int) -> None:
        """The person unblocks the bot, which hears of it."""
        self._standing(person, blocked=False)

    def _standing(self, person_id: int, blocked: bool) -> None:
        person = self._acting(person_id)
        if person.blocked == blocked:
            return
        person.blocked = blocked
        self._world.keep_person(person)
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        self._bot_membership(person_id, person, before, after)

    def deactivate(self, person: int) -> None:
        """The person deletes their account; the bot learns it only when it writes."""
        somebody = self._person(person)
        somebody.deactivated = True
        self._world.keep_person(somebody)

    # -- groups -----------------------------------------------------------------------------------------------

    def add_group(self, title: str, members: list[int], id: int | None) -> int:
        """A group of people, without the bot. Returns its chat id."""
        for person in members:
            self._person(person)
        if id is not None and id >= 0:
            raise ValueError("a group's id is below zero")
        return self._world.new_group(title, members, id).id

    def add_bot_to_group(self, chat: int, by: int, status: str) -> None:
        """Somebody adds the bot (status `member` or `administrator`): my_chat_member and a service message."""
        group, before = self._group(chat), self._group(chat).bot_status
        person = self._member(group, by)
        group.bot_status = status
        self._world.mark("chat", chat)
        self._bot_membership(chat, person, before, status)
        bot = self._world.bot_user()
        self._write(person, "service", extra={"new_chat_members": [bot]}, chat_id=chat)

    def remove_bot_from_group(self, chat: int, by: int) -> None:
        """Somebody removes the bot from the group: my_chat_member with `kicked`."""
        group, before = self._group(chat), self._group(chat).bot_status
        group.bot_status = "kicked"
        self._world.mark("chat", chat)
        self._bot_membership(chat, self._member(group, by), before, "kicked")

    def _group(self, chat_id: int) -> Chat:
        group = self._world.chats.get(chat_id)
        if group is None or chat_id > 0:
            raise ValueError(f"there is no group {chat_id}")
        return group

    def _member(self, group: Chat, person_id: int) -> Person:
        if person_id not in group.members:
            raise ValueError(f"person {person_id} is not in the group {group.id}")
        return self._acting(person_id)

    def _bot_membership(self, chat_id: int, person: Person, before: str, after: str) -> None:
        bot = self._world.bot_user()
        change = {
            "chat": self._world.chat_object(chat_id),
            "from": person.user(),
            "date": self._world.now(),
            "old_chat_member": member(bot, before),
            "new_chat_member": member(bot, after),
        }
        self._api.queue.add("my_chat_member", change, f"member:{chat_id}")

    # -- writing ----------------------------------------------------------------------------------------------

    def send_text(
        self,
        person: int,
        text: str,
        chat: int | None,
        reply_to: int | None,
        entities: list[Json] | None = None,
    ) -> Json:
        """The person writes; commands, addresses and the like get their entities, besides those that they formatted."""
        if entities:
            text, entities = self._formatted(text, entities)
        else:
            text = text.strip()
        if not text:
            raise ValueError("an empty text cannot be sent")
        if len(text) > 4096:
            # An app splits what is too long into several messages; the last one is returned.
            self.send_text(person, text[:4096], chat, reply_to, None)
            return self.send_text(person, text[4096:], chat, None, None)
        somebody = self._acting(person)
        return self._write(somebody, "text", text=text, chat_id=chat, reply_to=reply_to, entities=entities)

    def _formatted(self, text: str, entities: list[Json]) -> tuple[str, list[Json]]:
        """A text that was formatted in the person's app, with the entities that Telegram finds besides."""
        if len(text) > 4096:
            raise ValueError("a formatted text has at most 4096 signs here")
        try:
            return formatted(text, None, entities, self._world.user)
        except ApiError as problem:
            raise ValueError(problem.description) from None

    def start_bot(self, person: int, payload: str | None) -> Json:
        """The person taps START, or follows a link with a payload. A bot that was blocked is unblocked."""
        if payload and not _PAYLOAD.match(payload):
            raise ValueError("a payload is at most 64 of A-Z a-z 0-9 _ -")
        if self._acting(person).blocked:
            self.unblock(person)
        return self.send_text(person, f"/start {payload}" if payload else "/start", None, None, None)

    def open_link(self, person: int, url: str) -> Json:
        """The person follows a link to the bot: https://t.me/<bot>?start=x or tg://resolve?domain=<bot>&start=x."""
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.scheme == "tg":
            name = query.get("domain", "")
        elif parts.hostname in ("t.me", "telegram.me"):
            name = parts.path.strip("/")
        else:
            raise ValueError(f"{url} does not lead to a chat")
        if name.lower() != self._world.username.lower():
            raise ValueError(f"{url} does not lead to this bot")
        return self.start_bot(person, query.get("start"))

    def send_contact(
        self,
        person: int,
        phone_number: str,
        first_name: str,
        last_name: str | None,
        user_id: int | None,
        chat: int | None,
    ) -> Json:
        """The person shares a contact: anybody's, with or without that person's account."""
        contact: Json = {"phone_number": phone_number, "first_name": first_name}
        if last_name:
            contact["last_name"] = last_name
        if user_id is not None:
            contact["user_id"] = user_id
        return self._write(self._acting(person), "contact", extra={"contact": contact}, chat_id=chat)

    def share_own_contact(self, person: int) -> Json:
        """The person shares their own phone number."""
        own = self._acting(person)
        return self.send_contact(person, own.phone or _phone(own.id), own.first_name, own.last_name, own.id, None)

    def send_location(self, person: int, latitude: float, longitude: float) -> Json:
        """The person sends a point on the map."""
        extra = {"location": {"latitude": latitude, "longitude": longitude}}
        return self._write(self._acting(person), "location", extra=extra)

    def send_file(
        self,
        person: int,
        kind: str,
        content: bytes | None,
        size: int | None,
        file_name: str | None,
        mime_type: str | None,
        caption: str,
        chat: int | None,
        details: Json,
    ) -> Json:
        """The person sends a photo, document, video, audio, voice or sticker; `size` alone declares one."""
        somebody = self._acting(person)
        extra = self._file(kind, content, size, file_name, mime_type, details)
        return self._write(somebody, kind, text=caption, extra=extra, chat_id=chat)

    def send_album(self, person: int, items: list[Json]) -> list[Json]:
        """The person sends several files as one album. Items are the arguments of `send_file`."""
        somebody = self._acting(person)
        album = str(13_000_000_000_000 + self._world.number())
        sent = []
        for item in items:
            given = {**item}
            caption = given.pop("caption", "")
            kind = given.pop("kind", "photo")
            file = self._file(
                kind,
                given.pop("content", None),
                given.pop("size", None),
                given.pop("file_name", None),
                given.pop("mime_type", None),
                given,
            )
            extra = {"media_group_id": album, **file}
            sent.append(self._write(somebody, kind, text=caption, extra=extra))
        return sent

    def _file(
        self,
        kind: str,
        content: bytes | None,
        size: int | None,
        name: str | None,
        mime_type: str | None,
        details: Json,
    ) -> Json:
        if kind not in media.KINDS:
            raise ValueError(f"there is no kind of file {kind}")
        if content is None and size is None:
            raise ValueError("a file needs its content or a size")
        width, height = (media.image_size(content or b"") or (0, 0)) if kind == "photo" else (0, 0)
        file = self._world.add_file(
            kind,
            size if size is not None else len(content or b""),
            name=name,
            mime_type=mime_type,
            content=content,
            width=details.get("width") or width,
            height=details.get("height") or height,
        )
        return media.shown(self._world, file, details)

    def _write(
        self,
        person: Person,
        kind: str,
        *,
        text: str = "",
        extra: Json | None = None,
        chat_id: int | None = None,
        reply_to: int | None = None,
        entities: list[Json] | None = None,
    ) -> Json:
        chat_id = chat_id if chat_id is not None else person.id
        if chat_id < 0:
            self._member(self._group(chat_id), person.id)
        elif chat_id != person.id:
            raise ValueError("people write to the bot here, not to each other")
        else:
            self._begin(person)
        world = self._world
        message = StoredMessage(
            world.take_message_id(chat_id),
            chat_id,
            person.id,
            world.now(),
            kind,
            text,
            entities or found_entities(text) or None,
            None,
            None,
            extra,
            reply_to,
        )
        world.store(message)
        if chat_id > 0 or self._bot_hears(message):
            self._api.queue.add("message", world.render(message), f"chat:{chat_id}")
        return world.view(message)

    def _begin(self, person: Person) -> None:
        if person.blocked:
            raise ValueError(f"person {person.id} has blocked the bot")
        if not person.started:
            person.started = True
            self._world.keep_person(person)

    def _bot_hears(self, message: StoredMessage) -> bool:
        """Privacy mode: of a group the bot gets commands, mentions, replies to it and service messages."""
        group = self._world.chats[message.chat_id]
        if group.bot_status not in ("member", "administrator"):
            return False
        if group.bot_status == "administrator" or message.kind == "service":
            return True
        command = _COMMAND.match(message.text)
        if command:
            return command.group(1) in (None, f"@{self._world.username}")
        if f"@{self._world.username}".lower() in message.text.lower():
            return True
        original = self._world.find(message.chat_id, message.reply_to or 0)
        return original is not None and original.sender_id == self._world.bot_id

    def edit_text(self, person: int, message_id: int, text: str, chat: int | None) -> Json:
        """The person edits a message of theirs (its caption, if it has a file)."""
        message = self._own(person, chat, message_id)
        message.text, message.entities = text.strip(), found_entities(text.strip()) or None
        message.edits += 1
        message.edit_date = self._world.now()
        self._world.touched(message)
        if message.chat_id > 0 or self._bot_hears(message):
            self._api.queue.add("edited_message", self._world.render(message), f"chat:{message.chat_id}")
        return self._world.view(message)

    def delete_message(self, person: int, message_id: int, chat: int | None) -> None:
        """The person deletes a message of theirs; bots are not told."""
        message = self._own(person, chat, message_id)
        message.deleted = True
        self._world.touched(message)

    def clear_chat(self, person: int) -> None:
        """The person deletes the chat with the bot; bots are not told."""
        chat = self._world.chat(person)
        for message in list(chat.messages.values()):
            message.deleted = True
            self._world.touched(message)
        chat.keyboard = None
        self._world.mark("chat", person)

    def _own(self, person_id: int, chat_id: int | None, message_id: int) -> StoredMessage:
        message = self._world.find(chat_id if chat_id is not None else person_id, message_id)
        if message is None or message.sender_id != person_id:
            raise ValueError(f"person {person_id} has no message {message_id}")
        return message

    # -- buttons ----------------------------------------------------------------------------------------------

    def tap(self, person: int, label: str | None, data: str | None, message_id: int | None, chat: int | None) -> str:
        """The person taps an inline button: the newest that has the label (or the data). Returns the query's id."""
        self._acting(person)
        chat_id = chat if chat is not None else person
        message, button = self._button(chat_id, label, data, message_id)
        if "url" in button:
            self.open_link(person, button["url"])
            return ""
        if "callback_data" not in button:
            raise ValueError(f"a tap on {button['text']!r} sends nothing to the bot")
        return self._query(person, chat_id, message.id, button["callback_data"], message)

    def _button(
        self, chat_id: int, label: str | None, data: str | None, message_id: int | None
    ) -> tuple[StoredMessage, Json]:
        seen: list[str] = []
        for message in reversed(self._world.chat(chat_id).messages.values()):
            if message.deleted or message.markup is None or message_id not in (None, message.id):
                continue
            for button in (b for row in message.markup["inline_keyboard"] for b in row):
                seen.append(button["text"])
                if label in (None, button["text"]) and data in (None, button.get("callback_data")):
                    return message, button
        wanted = label if label is not None else data
        raise ValueError(f"chat {chat_id} has no button {wanted!r}; it has {', '.join(map(repr, seen[:30])) or 'none'}")

    def press(self, person: int, label: str, chat: int | None) -> Json:
        """The person presses a button of the reply keyboard: its text, their contact or their place is sent."""
        chat_id = chat if chat is not None else person
        keyboard = self._world.chat(chat_id).keyboard or {}
        buttons = {b["text"]: b for row in keyboard.get("keyboard", ()) for b in row}
        button = buttons.get(label)
        if button is None:
            raise ValueError(f"chat {chat_id} has no key {label!r}; it has {', '.join(map(repr, buttons)) or 'none'}")
        if button.get("request_contact"):
            return self.share_own_contact(person)
        if button.get("request_location"):
            return self.send_location(person, 51.1282, 71.4304)
        return self.send_text(person, label, chat, None, None)

    def forge_callback(
        self, person: int, data: str, message_id: int | None, chat: int | None, inaccessible: bool
    ) -> str:
        """A tap that no button offered: any data, on any message, also one that is not there (date 0)."""
        self._acting(person)
        chat_id = chat if chat is not None else person
        held = self._world.chat(chat_id).messages
        target = message_id if message_id is not None else next(reversed(held), 1)
        message = None if inaccessible else self._world.find(chat_id, target)
        return self._query(person, chat_id, target, data, message)

    def _query(self, person_id: int, chat_id: int, message_id: int, data: str, message: StoredMessage | None) -> str:
        world = self._world
        query = CallbackQuery(
            str(_FIRST_QUERY + world.number() * 7919), person_id, chat_id, message_id, data, world.now()
        )
        world.queries[query.id] = query
        world.mark("query", query.id)
        if len(world.queries) > _REMEMBERED_QUERIES:
            gone, _ = world.queries.popitem(last=False)
            world.mark("query", gone)
        missing = {"chat": world.chat_object(chat_id), "message_id": message_id, "date": 0}
        content = {
            "id": query.id,
            "from": world.sender(person_id),
            "message": world.render(message) if message is not None else missing,
            "chat_instance": str(chat_id * 31 + 7),
            "data": data,
        }
        self._api.queue.add("callback_query", content, f"user:{person_id}")
        return query.id

    # -- raw updates ------------------------------------------------------------------------------------------

    def inject_update(self, update: Json) -> int:
        """Any JSON as an update, also such as no library can read. Gets an update_id unless it has one."""
        return self._api.queue.put({"update_id": self._api.queue.next_id, **update}, "injected")

    def redeliver(self, update_id: int, as_update_id: int | None) -> int:
        """An update again that was given out before, under its own or another id, even to a poller past it."""
        past = next((u for u in reversed(self._api.queue.history) if u["update_id"] == update_id), None)
        if past is None:
            raise ValueError(f"update {update_id} is not among the last ones")
        again = {**past, "update_id": as_update_id if as_update_id is not None else update_id}
        number = self._api.queue.put(again, "injected")
        self._api.queue.pending[-1].again = True
        return number

    def pending_updates(self) -> list[Json]:
        """What the bot has not confirmed."""
        self._api.queue.drop_expired()
        return [update.update for update in self._api.queue.pending]

    def update_history(self) -> list[Json]:
        """The last updates that were put into the queue, oldest first."""
        return list(self._api.queue.history)

    # -- reading ----------------------------------------------------------------------------------------------

    def messages(self, chat: int, after: int, limit: int | None) -> list[Json]:
        """A chat's messages as they look now, oldest first, the deleted ones marked; the last `limit` of them."""
        held = self._world.chats.get(chat)
        found = [m for m in held.messages.values() if m.id > after] if held else []
        return [self._world.view(m) for m in (found[-limit:] if limit else found)]

    def chat_keyboard(self, chat: int) -> Json | None:
        """The reply keyboard (or forced reply) that the chat shows now."""
        held = self._world.chats.get(chat)
        return held.keyboard if held else None

    def commands(self, person: int, chat: int | None) -> list[Json]:
        """The commands that the person's menu lists."""
        somebody = self._person(person)
        where = self._world.chat(chat if chat is not None else person)
        return commands_for(self._api, person, somebody.language_code, where)

    def answers(self, person: int | None) -> list[Json]:
        """Taps and how the bot answered them, oldest first."""
        return [_answer(q) for q in self._world.queries.values() if person in (None, q.person_id)]

    def answer(self, query_id: str) -> Json:
        """One tap."""
        query = self._world.queries.get(query_id)
        if query is None:
            raise ValueError(f"there is no query {query_id}")
        return _answer(query)

    def chat_actions(self, chat: int) -> list[Json]:
        """`typing` and the like, the last ones."""
        return [{"at": at, "action": action} for at, where, action in self._world.actions if where == chat]

    def received(self, chat: int, text: str) -> int:
        """How many times the chat received exactly this text (after parsing), as a message or by an edit."""
        return self._world.receipts.of(text).get(chat, 0)

    def receipts(self, text: str) -> list[list[int]]:
        """Who received exactly this text, how many times: pairs of chat id and count."""
        return [[chat, count] for chat, count in self._world.receipts.of(text).items()]

    def complaints(self) -> list[str]:
        """What Telegram would let pass but the bot should not do: unknown parameters, methods not served."""
        return list(self._world.complaints)

    def set_stars(self, amount: float) -> None:
        """How many Stars the bot has."""
        self._world.stars = amount
        self._world.mark("meta", "numbers")


def _phone(person_id: int) -> str:
    """A number that belongs to nobody: 7 700 and seven digits."""
    return f"+7700{person_id % 10_000_000:07d}"


def _person(person: Person) -> Json:
    return person.user() | {
        "phone": person.phone or _phone(person.id),
        "started": person.started,
        "blocked": person.blocked,
        "deactivated": person.deactivated,
    }


def _answer(query: CallbackQuery) -> Json:
    return {
        "query_id": query.id,
        "person": query.person_id,
        "chat_id": query.chat_id,
        "message_id": query.message_id,
        "data": query.data,
        "answered": query.answered,
        "text": query.text,
        "show_alert": query.show_alert,
        "url": query.url,
        "waited": round(query.waited, 6),
    }
