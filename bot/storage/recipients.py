"""A mailing's recipients: the ledger of the worker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipient:
    """A claimed row with whom it is for. `message_id` is that of the message which a correction changes or a recall
    takes back."""

    person_id: int
    telegram_id: int
    language: str
    attempts: int
    message_id: int | None
