"""Checks of `reply_markup`: what Telegram refuses, in its words, and what it stores."""

from typing import Any

from .errors import bad_request
from .links import LinkError, checked_link

Json = dict[str, Any]

_MAX_INLINE_BUTTONS = 100
_MAX_INLINE_ROW = 8
_MAX_REPLY_BUTTONS = 300
_MAX_REPLY_ROW = 12
_MAX_DATA_BYTES = 10 * 1024
_STYLES = ("danger", "success", "primary")
_SWITCHES = ("switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat")
_ACTIONS = ("callback_data", "url", "copy_text", "web_app", *_SWITCHES, "login_url", "pay", "callback_game")


def check_markup(markup: Json | None, private: bool) -> tuple[Json | None, Json | None]:
    """Split a reply_markup into (inline keyboard, reply keyboard or removal or forced reply), both checked.

    Raises ApiError as Telegram does. `private`: contact buttons are for private chats only.
    """
    if not markup:
        return None, None
    if "inline_keyboard" in markup:
        return inline_keyboard(markup), None
    if "keyboard" in markup:
        return None, _reply_keyboard(markup, private)
    if markup.get("remove_keyboard"):
        return None, {"remove_keyboard": True}
    if markup.get("force_reply"):
        _check_placeholder(markup)
        return None, {k: v for k, v in markup.items() if v is not None}
    return None, None


def inline_only(markup: Json | None) -> Json | None:
    """The inline keyboard for an edit: reply keyboards cannot be set there."""
    if not markup:
        return None
    if "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return inline_keyboard(markup)


def inline_keyboard(markup: Json) -> Json | None:
    """A checked inline keyboard as it is stored, or None when it has no button at all."""
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list):
        raise bad_request('Field "inline_keyboard" must be of type Array')
    checked = []
    size = 0
    for row in rows:
        if not isinstance(row, list):
            raise bad_request("can't parse inline keyboard: expected an Array of inline keyboard button rows")
        buttons = [_inline_button(button) for button in row]
        size += sum(len(b.get("callback_data", "").encode()) + len(b["text"].encode()) for b in buttons)
        if len(buttons) > _MAX_INLINE_ROW:
            raise bad_request("reply markup is too long")
        if buttons:
            checked.append(buttons)
    if sum(map(len, checked)) > _MAX_INLINE_BUTTONS or size > _MAX_DATA_BYTES:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": checked} if checked else None


def _broken(text: str) -> Exception:
    return bad_request(f"can't parse inline keyboard button: {text}")


def _inline_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise _broken("InlineKeyboardButton must be an Object")
    button = {k: v for k, v in button.items() if v is not None}
    _check_text(button, _broken)
    actions = [name for name in _ACTIONS if _given(button, name)]
    if not actions:
        raise _broken("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise _broken("exactly one of the optional fields must be used")
    if button.get("style", "primary") not in _STYLES:
        raise _broken("button style is invalid")
    check = _INLINE_CHECKS.get(actions[0])
    return {**button, **check(button)} if check else button


def _given(button: Json, name: str) -> bool:
    """An empty query to switch to inline mode means something; any other empty action is none."""
    return name in button and (name in _SWITCHES or button[name] not in ("", {}, False))


def _check_text(button: Json, broken: Any) -> None:
    if "text" not in button:
        raise broken('Can\'t find field "text"')
    if not isinstance(button["text"], str):
        raise broken('Field "text" must be of type String')
    if not button["text"].strip():
        raise broken("button text must be non-empty")


def _callback_data(button: Json) -> Json:
    data = button["callback_data"]
    if not isinstance(data, str):
        raise _broken('Field "callback_data" must be of type String')
    if len(data.encode()) > 64:
        raise bad_request("BUTTON_DATA_INVALID")
    return {}


def _url(button: Json) -> Json:
    address = button["url"]
    if not isinstance(address, str):
        raise _broken('Field "url" must be of type String')
    try:
        return {"url": checked_link(address)}
    except LinkError as problem:
        raise bad_request(f"inline keyboard button URL '{address}' is invalid: {problem}") from None


def _copy_text(button: Json) -> Json:
    copied = button["copy_text"]
    if not isinstance(copied, dict):
        raise _broken('Field "copy_text" must be of type Object')
    text = copied.get("text")
    if not isinstance(text, str) or not 1 <= len(text) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    return {}


def _web_app(button: Json) -> Json:
    address = str((button["web_app"] or {}).get("url", ""))
    if not address.startswith("https://"):
        raise bad_request(f"inline keyboard button Web App URL '{address}' is invalid: Only HTTPS links are allowed")
    return {}


_INLINE_CHECKS = {"callback_data": _callback_data, "url": _url, "copy_text": _copy_text, "web_app": _web_app}


def _broken_key(text: str) -> Exception:
    return bad_request(f"can't parse keyboard button: {text}")


def _reply_keyboard(markup: Json, private: bool) -> Json:
    rows = markup["keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('Field "keyboard" must be of type Array')
    checked = [[_reply_button(button, private) for button in row] for row in rows if row]
    if sum(map(len, checked)) > _MAX_REPLY_BUTTONS or any(len(row) > _MAX_REPLY_ROW for row in checked):
        raise bad_request("reply markup is too long")
    _check_placeholder(markup)
    return {**{k: v for k, v in markup.items() if v is not None}, "keyboard": checked}


def _reply_button(button: Any, private: bool) -> Json:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise _broken_key("KeyboardButton must be an Object")
    key: Json = {k: v for k, v in button.items() if v is not None}
    _check_text(key, _broken_key)
    if key.get("style", "primary") not in _STYLES:
        raise _broken_key("button style is invalid")
    if not private and key.get("request_contact"):
        raise bad_request("phone number can be requested in private chats only")
    if not private and key.get("request_location"):
        raise bad_request("location can be requested in private chats only")
    return key


def _check_placeholder(markup: Json) -> None:
    placeholder = markup.get("input_field_placeholder")
    if placeholder is not None and not (isinstance(placeholder, str) and 1 <= len(placeholder) <= 64):
        raise bad_request("INPUT_FIELD_PLACEHOLDER_INVALID")
