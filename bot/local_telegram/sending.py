"""Methods that put new messages into chats."""

from itertools import pairwise
from typing import Any

from . import media
from .api import Api, serves
from .entities import formatted
from .errors import bad_request
from .markup import check_markup
from .parameters import attached
from .world import Json, StoredMessage

_MAX_TEXT = 4096
_MAX_CAPTION = 1024
_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
_GROUPED = ("photo", "video", "audio", "document")


def checked_text(api: Api, p: Json) -> tuple[str, list[Json]]:
    """`text` with its formatting. Raises for an empty or too long one."""
    text, entities = formatted(p["text"], p.get("parse_mode"), p.get("entities"), api.world.user)
    if not text:
        raise bad_request("text must be non-empty" if p["text"] else "message text is empty")
    if len(text) > _MAX_TEXT:
        raise bad_request("message is too long")
    return text, entities


def checked_caption(api: Api, p: Json) -> tuple[str, list[Json]]:
    """`caption` with its formatting, which may be empty."""
    given = p.get("caption") or ""
    if not given:
        return "", []
    text, entities = formatted(given, p.get("parse_mode"), p.get("caption_entities"), api.world.user)
    if len(text) > _MAX_CAPTION:
        raise bad_request("message caption is too long")
    return text, entities


def _reply_to(api: Api, p: Json, chat_id: int) -> int | None:
    reply = p.get("reply_parameters")
    if not reply:
        return None
    message_id = reply.get("message_id")
    if not isinstance(message_id, int):
        raise bad_request("can't parse reply parameters: Can't find field \"message_id\"")
    if api.world.find(chat_id, message_id) is None:
        if reply.get("allow_sending_without_reply"):
            return None
        raise bad_request("message to be replied not found")
    return message_id


def post(api: Api, p: Json, kind: str, text: str, entities: list[Json], extra: Json | None) -> StoredMessage:
    """Check everything that all sending methods share, and put the message into the chat. Raises ApiError."""
    world = api.world
    chat_id = api.writable(p["chat_id"])
    markup, keyboard = check_markup(p.get("reply_markup"), chat_id > 0)
    reply_to = _reply_to(api, p, chat_id)
    if api.limits.active:
        world.stars -= api.limits.check(chat_id, bool(p.get("allow_paid_broadcast")), world.stars)
    message = StoredMessage(
        world.take_message_id(chat_id),
        chat_id,
        world.bot_id,
        world.now(),
        kind,
        text,
        entities or None,
        markup,
        keyboard,
        extra,
        reply_to,
    )
    key = world.receipts.add(text, chat_id)
    world.mark("receipt", (key, chat_id))
    world.store(message)
    return message


@serves("sendMessage")
def send_message(api: Api, p: Json) -> Json:
    """Text."""
    text, entities = checked_text(api, p)
    return api.world.render(post(api, p, "text", text, entities, None))


def _send_file(kind: str) -> None:
    @serves(f"send{kind.capitalize()}")
    def send(api: Api, p: Json) -> Json:
        api.writable(p["chat_id"])
        text, entities = checked_caption(api, p)
        file = media.accept(api.world, kind, p[kind])
        extra = media.shown(api.world, file, p)
        return api.world.render(post(api, p, kind, text, entities, extra))


for _kind in media.KINDS:
    _send_file(_kind)


@serves("sendLocation")
def send_location(api: Api, p: Json) -> Json:
    """A point on the map."""
    if not (-90 <= p["latitude"] <= 90 and -180 <= p["longitude"] <= 180):
        raise bad_request("wrong location specified")
    extra = {"location": {"latitude": p["latitude"], "longitude": p["longitude"]}}
    return api.world.render(post(api, p, "location", "", [], extra))


@serves("sendContact")
def send_contact(api: Api, p: Json) -> Json:
    """A phone number with a name."""
    contact = {k: p[k] for k in ("phone_number", "first_name", "last_name", "vcard") if p.get(k)}
    return api.world.render(post(api, p, "contact", "", [], {"contact": contact}))


@serves("sendMediaGroup")
def send_media_group(api: Api, p: Json) -> list[Json]:
    """An album of 2 to 10 files, each a message of its own."""
    items = p["media"]
    if not items:
        raise bad_request("there are no messages to send")
    if len(items) > 10:
        raise bad_request("too many messages to send as an album")
    if len(items) < 2:
        raise bad_request("too few messages to send as an album")
    api.writable(p["chat_id"])
    checked = [_album_item(api, item, p.get("_uploads") or {}) for item in items]
    if len({kind for kind, *_ in checked} & {"audio", "document"}) and len({k for k, *_ in checked}) > 1:
        raise bad_request("Can't use the media of the specified type in the album")
    album = str(13_000_000_000_000 + api.world.number())
    sent = [
        post(api, p, kind, text, entities, {"media_group_id": album, **extra})
        for kind, text, entities, extra in checked
    ]
    return [api.world.render(message) for message in sent]


def _album_item(api: Api, item: Any, uploads: Any) -> tuple[str, str, list[Json], Json]:
    kind, extra = input_media(api, item, uploads)
    if kind not in _GROUPED:
        raise bad_request("Can't use the media of the specified type in the album")
    text, entities = checked_caption(api, item)
    return kind, text, entities, extra


def input_media(api: Api, item: Any, uploads: Any) -> tuple[str, Json]:
    """Kind and shown file of an InputMedia object. Raises ApiError."""
    if not isinstance(item, dict):
        raise bad_request("can't parse InputMedia: expected an Object")
    kind = item.get("type")
    if kind not in _GROUPED:
        raise bad_request("can't parse InputMedia: type is not supported")
    if not isinstance(item.get("media"), str) or not item["media"]:
        raise bad_request("can't parse InputMedia: media not found")
    file = media.accept(api.world, kind, attached(item["media"], uploads))
    return kind, media.shown(api.world, file, item)


def _source(api: Api, p: Json, message_id: int, what: str) -> StoredMessage:
    message = api.world.find(api.chat_id(p["from_chat_id"]), message_id)
    if message is None:
        raise bad_request(f"message to {what} not found")
    return message


def _copy(api: Api, p: Json, message_id: int) -> Json:
    source = _source(api, p, message_id, "copy")
    text, entities = source.text, source.entities or []
    if source.kind != "text" and "caption" in p:
        text, entities = checked_caption(api, p)
    extra = {k: v for k, v in (source.extra or {}).items() if k not in ("media_group_id", "forward_origin")}
    return {"message_id": post(api, p, source.kind, text, entities, extra or None).id}


def _forward(api: Api, p: Json, message_id: int) -> StoredMessage:
    source = _source(api, p, message_id, "forward")
    origin = {"type": "user", "sender_user": api.world.sender(source.sender_id), "date": source.date}
    extra = {"forward_origin": origin, **(source.extra or {})}
    extra.pop("media_group_id", None)
    return post(api, p, source.kind, source.text, source.entities or [], extra)


@serves("copyMessage")
def copy_message(api: Api, p: Json) -> Json:
    """The content of a message again, without its origin; gives only the id."""
    return _copy(api, p, p["message_id"])


@serves("forwardMessage")
def forward_message(api: Api, p: Json) -> Json:
    """A message again, with its origin."""
    return api.world.render(_forward(api, p, p["message_id"]))


def _ids(p: Json) -> list[int]:
    ids: list[int] = p["message_ids"]
    if not ids:
        raise bad_request("message identifiers are not specified")
    if len(ids) > 100:
        raise bad_request("too many message identifiers specified")
    if any(i <= 0 for i in ids):
        raise bad_request("invalid message identifier specified")
    return ids


def _existing(api: Api, p: Json) -> list[int]:
    """For copies and forwards: strictly growing ids, of which those that do not exist are passed over."""
    ids = _ids(p)
    if any(a >= b for a, b in pairwise(ids)):
        raise bad_request("message identifiers must be in a strictly increasing order")
    source = api.chat_id(p["from_chat_id"])
    found = [i for i in ids if api.world.find(source, i) is not None]
    if not found:
        raise bad_request("there are no messages to forward")
    return found


@serves("copyMessages")
def copy_messages(api: Api, p: Json) -> list[Json]:
    """Several copies at once."""
    return [_copy(api, p, i) for i in _existing(api, p)]


@serves("forwardMessages")
def forward_messages(api: Api, p: Json) -> list[Json]:
    """Several forwards at once; gives only the ids."""
    return [{"message_id": _forward(api, p, i).id} for i in _existing(api, p)]


@serves("deleteMessages")
def delete_messages(api: Api, p: Json) -> bool:
    """Deletes what can be deleted and passes over the rest."""
    chat_id = api.chat_id(p["chat_id"])
    for message_id in _ids(p):
        message = api.world.find(chat_id, message_id)
        if message is not None and deletable(api, message):
            message.deleted = True
            api.world.touched(message)
    return True


def deletable(api: Api, message: StoredMessage) -> bool:
    """For 48 hours: the bot's own messages, and in private chats the person's too."""
    if api.world.now() - message.date > 48 * 3600:
        return False
    if message.sender_id == api.world.bot_id or message.chat_id > 0:
        return True
    return api.world.chats[message.chat_id].bot_status == "administrator"


@serves("sendChatAction")
def send_chat_action(api: Api, p: Json) -> bool:
    """`typing` and the like."""
    chat_id = api.writable(p["chat_id"])
    if p["action"] not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    api.world.actions.append((api.world.now(), chat_id, p["action"]))
    api.world.bus.tell("action", chat=chat_id, action=p["action"])
    return True
