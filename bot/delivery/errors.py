"""What an error of a call means for what was to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiohttp import ClientConnectorError

Meaning = Literal["wait", "blocked", "failed", "not_sent", "unknown"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an error means. `wait` and `not_sent`: surely not sent, try again; `unknown`: nobody can know."""

    meaning: Meaning
    reason: str
    seconds: float = 0


def verdict(error: BaseException) -> Verdict:
    """What the error of a call means. Texts are matched in small letters, by part: servers word them differently."""
    reason = str(getattr(error, "message", "") or type(error).__name__)[:64]
    if isinstance(error, TelegramRetryAfter):
        return Verdict("wait", "429", float(error.retry_after))
    if isinstance(error, TelegramEntityTooLarge):  # aiogram counts it among the network's errors
        return Verdict("failed", reason)
    if isinstance(error, TelegramForbiddenError):
        return Verdict("blocked", reason)
    if isinstance(error, TelegramNetworkError):
        return Verdict("not_sent" if isinstance(error.__cause__, ClientConnectorError) else "unknown", reason)
    if isinstance(error, TelegramBadRequest) and "chat not found" in error.message.lower():
        return Verdict("blocked", reason)
    if isinstance(error, TelegramUnauthorizedError):
        return Verdict("not_sent", reason)
    if isinstance(error, TelegramServerError) or not isinstance(error, TelegramAPIError):
        return Verdict("unknown", reason)
    return Verdict("failed", reason)
