"""What an error of a call means for what was to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiohttp import ClientConnectorError
from sqlalchemy.exc import InterfaceError, OperationalError

Meaning = Literal["wait", "blocked", "gone", "failed", "content", "same", "not_sent", "unknown"]

_OF_THE_PERSON = (
    "peer_id_invalid",
    "user_id_invalid",
    "input_user_deactivated",
    "not enough rights",
    "have no rights",
    "message to edit not found",
    "message to delete not found",
    "message can't be edited",
    "message can't be deleted",
    "message_id_invalid",
    "voice_messages_forbidden",
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an error means.

    `wait` and `not_sent`: surely not sent, try again; `unknown`: nobody can know; `gone`: the account is deleted;
    `same`: a correction that is there already; `failed`: this person cannot be sent this; `content`: nobody can.
    """

    meaning: Meaning
    reason: str
    seconds: float = 0


def verdict(error: BaseException) -> Verdict:
    """What the error of a call means. Texts are matched in small letters, by part: servers word them differently."""
    reason = str(getattr(error, "message", "") or type(error).__name__)[:64]
    if isinstance(error, OperationalError | InterfaceError):  # the database did not answer before anything was sent
        return Verdict("not_sent", reason)
    if isinstance(error, TelegramRetryAfter):
        return Verdict("wait", "429", float(error.retry_after))
    if isinstance(error, TelegramEntityTooLarge):  # aiogram counts it among the network's errors
        return Verdict("content", reason)
    if isinstance(error, TelegramForbiddenError):
        return Verdict("gone" if "deactivated" in reason.lower() else "blocked", reason)
    if isinstance(error, TelegramNetworkError):
        return Verdict("not_sent" if isinstance(error.__cause__, ClientConnectorError) else "unknown", reason)
    if isinstance(error, TelegramBadRequest) and "chat not found" in error.message.lower():
        return Verdict("blocked", reason)
    if isinstance(error, TelegramUnauthorizedError | TelegramNotFound):  # the token: the receiver ends the bot
        return Verdict("not_sent", reason)
    if isinstance(error, TelegramServerError) or not isinstance(error, TelegramAPIError):
        return Verdict("unknown", reason)
    if isinstance(error, TelegramMigrateToChat):
        return Verdict("failed", reason)
    return Verdict(_refused(reason.lower()), reason)


def _refused(reason: str) -> Meaning:
    """A refusal that is not known to be about the person is held to be about what is sent: whoever sends to many
    stops after a few of them, where the other mistake would cost each of the many."""
    if "message is not modified" in reason:
        return "same"
    return "failed" if any(known in reason for known in _OF_THE_PERSON) else "content"
