"""Methods that change, delete or pin messages, and that answer taps."""

import time

from .api import Api, serves
from .errors import bad_request
from .markup import inline_only
from .sending import checked_caption, checked_text, deletable, input_media
from .world import Json, StoredMessage

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def _editable(api: Api, p: Json) -> StoredMessage:
    if p.get("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    if not p.get("chat_id"):
        raise bad_request("chat_id is empty")
    if not p.get("message_id"):
        raise bad_request("message identifier is not specified")
    chat_id = api.writable(p["chat_id"])
    message = api.world.find(chat_id, p["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender_id != api.world.bot_id or message.keyboard is not None:
        # Nobody edits another's message, nor one that brought a reply keyboard.
        raise bad_request("message can't be edited")
    return message


def _edit(
    api: Api, message: StoredMessage, text: str, entities: list[Json], markup: Json | None, extra: Json | None
) -> Json:
    old = (message.text, message.entities or [], message.markup, message.extra)
    if old == (text, entities, markup, extra):
        raise bad_request(_NOT_MODIFIED)
    if text and text != message.text:
        key = api.world.receipts.add(text, message.chat_id)
        api.world.mark("receipt", (key, message.chat_id))
    message.text, message.entities, message.markup, message.extra = text, entities or None, markup, extra
    message.edits += 1
    message.edit_date = api.world.now()
    api.world.touched(message)
    return api.world.render(message)


@serves("editMessageText")
def edit_message_text(api: Api, p: Json) -> Json:
    """New text; a keyboard that is not given again goes."""
    message = _editable(api, p)
    if message.kind != "text":
        raise bad_request("there is no text in the message to edit")
    if not p.get("text"):
        raise bad_request("message text is empty")
    text, entities = checked_text(api, p)
    return _edit(api, message, text, entities, inline_only(p.get("reply_markup")), message.extra)


@serves("editMessageCaption")
def edit_message_caption(api: Api, p: Json) -> Json:
    """New caption under a file."""
    message = _editable(api, p)
    if message.kind in ("text", "location", "contact", "sticker"):
        raise bad_request("there is no caption in the message to edit")
    text, entities = checked_caption(api, p)
    return _edit(api, message, text, entities, inline_only(p.get("reply_markup")), message.extra)


@serves("editMessageReplyMarkup")
def edit_message_reply_markup(api: Api, p: Json) -> Json:
    """New inline keyboard, or none."""
    message = _editable(api, p)
    markup = inline_only(p.get("reply_markup"))
    return _edit(api, message, message.text, message.entities or [], markup, message.extra)


@serves("editMessageMedia")
def edit_message_media(api: Api, p: Json) -> Json:
    """Another file; a text message may become one with a file."""
    message = _editable(api, p)
    kind, extra = input_media(api, p["media"], p.get("_uploads") or {})
    text, entities = checked_caption(api, p["media"])
    message.kind = kind
    return _edit(api, message, text, entities, inline_only(p.get("reply_markup")), extra)


@serves("deleteMessage")
def delete_message(api: Api, p: Json) -> bool:
    """Deletes one message, for both sides."""
    message = api.world.find(api.chat_id(p["chat_id"]), p["message_id"])
    if message is None:
        raise bad_request("message to delete not found")
    if not deletable(api, message):
        raise bad_request("message can't be deleted")
    message.deleted = True
    api.world.touched(message)
    return True


@serves("answerCallbackQuery")
def answer_callback_query(api: Api, p: Json) -> bool:
    """Ends the spinner on a button, with a toast or an alert if there is a text. Once, and within the window."""
    query = api.world.queries.get(p["callback_query_id"])
    if query is None or query.answered or api.world.now() - query.date > api.callback_window:
        raise bad_request(_TOO_OLD)
    text = p.get("text") or ""
    if len(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answered, query.text = True, text
    query.waited = time.monotonic() - query.tapped_at
    query.show_alert, query.url = bool(p.get("show_alert")), p.get("url") or ""
    api.world.mark("query", query.id)
    api.world.bus.tell(
        "answer",
        query=query.id,
        person=query.person_id,
        chat=query.chat_id,
        message=query.message_id,
        data=query.data,
        text=text,
        show_alert=query.show_alert,
        url=query.url,
    )
    return True


@serves("pinChatMessage")
def pin_chat_message(api: Api, p: Json) -> bool:
    """Pins a message at the top of its chat."""
    chat_id = api.writable(p["chat_id"])
    if api.world.find(chat_id, p["message_id"]) is None:
        raise bad_request("message to pin not found")
    chat = api.world.chat(chat_id)
    chat.pinned = [*(i for i in chat.pinned if i != p["message_id"]), p["message_id"]]
    _pinned(api, chat_id)
    return True


@serves("unpinChatMessage")
def unpin_chat_message(api: Api, p: Json) -> bool:
    """Unpins a message, the last pinned one when none is named."""
    chat = api.world.chat(api.writable(p["chat_id"]))
    message_id = p.get("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(message_id)
    _pinned(api, chat.id)
    return True


def _pinned(api: Api, chat_id: int) -> None:
    api.world.mark("chat", chat_id)
    api.world.bus.tell("pinned", chat=chat_id)
