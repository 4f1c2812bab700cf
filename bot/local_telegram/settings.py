"""Methods about the bot itself and its chats: name, commands, menu button, files, updates, webhook."""

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

from . import media
from .api import Api, serves
from .errors import ApiError, bad_request
from .updates import Webhook
from .world import Chat, Json

_COMMAND = re.compile(r"^[a-z0-9_]{1,32}$")
_SECRET = re.compile(r"^[A-Za-z0-9_-]{1,256}$")
_LANGUAGE = re.compile(r"^[a-z]{2}$")
_SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
_TEXT_LIMITS = {"name": 64, "description": 512, "short_description": 120}
_WEBHOOK_PORTS = (443, 80, 88, 8443)
_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)


@serves("getMe")
def get_me(api: Api, _: Json) -> Json:
    """The bot."""
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return api.world.bot_user() | abilities


@serves("logOut", "close")
def log_out(_: Api, __: Json) -> bool:
    """Nothing to do on one server."""
    return True


# -- updates --------------------------------------------------------------------------------------------------


@serves("getUpdates")
async def get_updates(api: Api, p: Json) -> list[Json]:
    """Long polling."""
    return await api.queue.poll(p.get("offset", 0), p.get("limit", 100), p.get("timeout", 0), p.get("allowed_updates"))


@serves("setWebhook")
async def set_webhook(api: Api, p: Json) -> bool:
    """Send updates to an address from now on: https, or plain http on this machine."""
    url, secret = p["url"], p.get("secret_token") or ""
    _check_webhook(url, secret, p.get("max_connections"))
    if p.get("drop_pending_updates"):
        api.queue.confirm(lambda _: True)
    if p.get("allowed_updates") is not None:
        api.queue.allowed = p["allowed_updates"]
    api.queue.webhook = Webhook(url, secret, p.get("max_connections") or 40)
    api.world.mark("meta", "webhook")
    await api.use_webhook(api.start_sender)
    return True


def _check_webhook(url: str, secret: str, connections: int | None) -> None:
    if secret and not _SECRET.match(secret):
        raise bad_request("secret token contains unallowed characters")
    if connections is not None and not 1 <= connections <= 100:
        raise bad_request("max_connections must be between 1 and 100")
    parts = urlsplit(url)
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in _WEBHOOK_PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@serves("deleteWebhook")
async def delete_webhook(api: Api, p: Json) -> bool:
    """Back to polling."""
    await api.use_webhook(None)
    api.queue.webhook = None
    api.world.mark("meta", "webhook")
    if p.get("drop_pending_updates"):
        api.queue.confirm(lambda _: True)
    return True


@serves("getWebhookInfo")
def get_webhook_info(api: Api, _: Json) -> Json:
    """Where updates go, and how many wait."""
    api.queue.drop_expired()
    webhook = api.queue.webhook
    info: Json = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(api.queue.pending),
    }
    if api.queue.allowed:
        info["allowed_updates"] = api.queue.allowed
    if webhook is not None:
        info["max_connections"] = webhook.max_connections
        info["ip_address"] = "127.0.0.1"
        if webhook.last_error_date is not None:
            info["last_error_date"] = webhook.last_error_date
            info["last_error_message"] = webhook.last_error
    return info


# -- chats and files ------------------------------------------------------------------------------------------


@serves("getFile")
def get_file(api: Api, p: Json) -> Json:
    """Where a file can be fetched; bots fetch up to 20 MB."""
    file = api.world.files.get(p["file_id"])
    if file is None:
        raise bad_request("invalid file_id")
    if file.size > media.MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "file_size": file.size,
        "file_path": file.path,
    }


@serves("getChat")
def get_chat(api: Api, p: Json) -> Json:
    """Everything about a chat."""
    chat_id = api.chat_id(p["chat_id"])
    gifts = ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"]
    return api.world.chat_object(chat_id) | {
        "accent_color_id": abs(chat_id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


@serves("getChatMember")
def get_chat_member(api: Api, p: Json) -> Json:
    """How somebody stands in a chat."""
    chat = api.world.chats.get(chat_id := api.chat_id(p["chat_id"])) or Chat(chat_id, "private")
    user = api.world.user(p["user_id"])
    if user is None:
        raise bad_request("invalid user_id specified")
    if user["id"] == api.world.bot_id and chat_id < 0:
        return member(user, chat.bot_status)
    inside = user["id"] in chat.members or (chat_id > 0 and user["id"] in (chat_id, api.world.bot_id))
    return member(user, "member" if inside else "left")


def member(user: Json, status: str) -> Json:
    """A ChatMember object."""
    if status == "kicked":
        return {"status": status, "user": user, "until_date": 0}
    if status == "administrator":
        granted = ("can_manage_chat", "can_delete_messages", "can_invite_users")
        return {"status": status, "user": user} | {right: right in granted for right in _RIGHTS}
    return {"status": status, "user": user}


@serves("getChatMemberCount")
def get_chat_member_count(api: Api, p: Json) -> int:
    """How many are in a chat, the bot included."""
    chat_id = api.chat_id(p["chat_id"])
    if chat_id > 0:
        return 2
    chat = api.world.chats[chat_id]
    return len(chat.members) + (chat.bot_status in ("member", "administrator"))


@serves("getMyStarBalance")
def get_my_star_balance(api: Api, _: Json) -> Json:
    """Whole Stars and the rest in billionths."""
    billionths = round(api.world.stars * 1_000_000_000)
    return {"amount": billionths // 1_000_000_000, "nanostar_amount": billionths % 1_000_000_000}


# -- commands, names, menu button -----------------------------------------------------------------------------


def _language(p: Json) -> str:
    code: str = p.get("language_code") or ""
    if code and not _LANGUAGE.match(code):
        raise bad_request("invalid language code specified")
    return code


def _scope_key(api: Api, p: Json) -> str:
    scope = p.get("scope") or {"type": "default"}
    fields = _SCOPES.get(scope.get("type", ""))
    if fields is None:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    parts = [scope["type"]]
    for name in fields:
        if name not in scope:
            raise bad_request(f"can't parse BotCommandScope: Can't find field \"{name}\"")
        parts.append(str(scope[name]))
    if "chat_id" in fields:
        api.chat_id(scope["chat_id"] if isinstance(scope["chat_id"], int) else str(scope["chat_id"]))
    return ":".join([*parts, _language(p)])


def _commands(api: Api) -> dict[str, list[Json]]:
    commands: dict[str, list[Json]] = api.world.settings.setdefault("commands", {})
    return commands


def _settings_changed(api: Api) -> None:
    api.world.mark("meta", "settings")
    api.world.bus.tell("settings")


@serves("setMyCommands")
def set_my_commands(api: Api, p: Json) -> bool:
    """The list of commands for a scope and a language."""
    commands = [_checked_command(command) for command in p["commands"]]
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    _commands(api)[_scope_key(api, p)] = commands
    _settings_changed(api)
    return True


def _checked_command(command: Any) -> Json:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name, description = (str(command.get(k) or "").strip() for k in ("command", "description"))
    name = name.removeprefix("/")
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > 32:
        raise bad_request("command length must not exceed 32")
    if not _COMMAND.match(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > 256:
        raise bad_request("command description length must not exceed 256")
    return {"command": name, "description": description}


@serves("getMyCommands")
def get_my_commands(api: Api, p: Json) -> list[Json]:
    """The list that was set for exactly this scope and language."""
    return _commands(api).get(_scope_key(api, p), [])


@serves("deleteMyCommands")
def delete_my_commands(api: Api, p: Json) -> bool:
    """Forget the list for exactly this scope and language."""
    _commands(api).pop(_scope_key(api, p), None)
    _settings_changed(api)
    return True


def commands_for(api: Api, person_id: int, language: str | None, chat: Chat) -> list[Json]:
    """The list that a person sees in a chat: the narrowest scope first, their language before none."""
    scopes = [f"chat_member:{chat.id}:{person_id}", f"chat:{chat.id}"]
    scopes += ["all_private_chats" if chat.id > 0 else "all_group_chats", "default"]
    if chat.id > 0:
        scopes.pop(0)
    lists = _commands(api)
    for scope in scopes:
        for code in (language or "", ""):
            if lists.get(f"{scope}:{code}"):
                return lists[f"{scope}:{code}"]
    return []


def _text_setting(field: str, set_method: str, get_method: str) -> None:
    @serves(set_method)
    def set_text(api: Api, p: Json) -> bool:
        text = p.get(field) or ""
        if len(text) > _TEXT_LIMITS[field]:
            raise bad_request(f"bot {field.replace('_', ' ')} is too long")
        api.world.settings.setdefault(field, {})[_language(p)] = text
        _settings_changed(api)
        return True

    @serves(get_method)
    def get_text(api: Api, p: Json) -> Json:
        texts = api.world.settings.get(field, {})
        fallback = api.world.name if field == "name" else ""
        return {field: texts.get(_language(p)) or texts.get("") or fallback}


_text_setting("name", "setMyName", "getMyName")
_text_setting("description", "setMyDescription", "getMyDescription")
_text_setting("short_description", "setMyShortDescription", "getMyShortDescription")


@serves("setChatMenuButton")
def set_chat_menu_button(api: Api, p: Json) -> bool:
    """The button beside the text field, of one private chat or of all."""
    button = p.get("menu_button") or {"type": "default"}
    if button.get("type") not in ("commands", "web_app", "default"):
        raise bad_request("can't parse menu button: Unsupported type specified")
    if "chat_id" in p:
        chat = api.world.chat(api.chat_id(p["chat_id"]))
        chat.menu_button = button
        api.world.mark("chat", chat.id)
    else:
        api.world.settings["menu_button"] = button
    _settings_changed(api)
    return True


@serves("getChatMenuButton")
def get_chat_menu_button(api: Api, p: Json) -> Json:
    """The button of a private chat, or the one for all."""
    common: Json = api.world.settings.get("menu_button") or {"type": "commands"}
    if "chat_id" not in p:
        return common
    own = api.world.chat(api.chat_id(p["chat_id"])).menu_button
    return own or common


@serves("leaveChat")
def leave_chat(api: Api, p: Json) -> bool:
    """The bot leaves a group."""
    chat = api.world.chats[api.writable(p["chat_id"])]
    if chat.id > 0:
        raise ApiError(400, "Bad Request: chat is not a group")
    chat.bot_status = "left"
    api.world.mark("chat", chat.id)
    return True
