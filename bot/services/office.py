"""What the services work with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.content import Library
from bot.domain.base import Text
from bot.storage.database import Database
from bot.storage.files import FileStore
from bot.vault import Vault
from bot.words import Words


@dataclass(frozen=True, slots=True)
class Department:
    """Who stands behind the bot (config.toml): the operator of the personal data, and whom to call."""

    name: Text
    bin: str
    phone: str
    hours: Text
    address: Text


@dataclass(frozen=True, slots=True)
class Office:
    """Handed to every service: the database, the content, the vault, the clock, and the department's facts.

    `queued` is set whenever a push was queued: the delivery waits for it.
    """

    database: Database
    library: Library
    vault: Vault
    files: FileStore
    clock: Clock
    words: Mapping[str, Words]
    department: Department
    owners: frozenset[int] = frozenset()
    queued: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the bot, the state language first."""
        return tuple(self.words)
