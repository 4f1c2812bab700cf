"""What the services work with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.clock import Clock
from bot.content import Library
from bot.domain.base import Text
from bot.domain.moments import Calendar
from bot.domain.quiet import Quiet
from bot.storage.database import Database
from bot.storage.files import FileStore
from bot.storage.visits import Visits
from bot.vault import Vault
from bot.words import Words


@dataclass(frozen=True, slots=True)
class Department:
    """Who stands behind the bot (config.toml): the operator of the personal data, and whom to call. `answer_days` is
    how many working days an answer to somebody whom a step did not work for takes at most."""

    name: Text
    bin: str
    phone: str
    hours: Text
    address: Text
    answer_days: int = 3


@dataclass(frozen=True, slots=True)
class Sending:
    """The pace and the manners of what is sent to many (config.toml).

    `a_second` is Telegram's limit for everything; with `paid`, announcements go at `paid_a_second` for Stars.
    `two_approve`: a second organiser approves an announcement.
    """

    quiet: Quiet
    a_second: int = 30
    paid: bool = False
    paid_a_second: int = 1000
    two_approve: bool = False

    @property
    def announcements_a_second(self) -> int:
        """The pace of announcements."""
        return self.paid_a_second if self.paid else self.a_second


@dataclass(frozen=True, slots=True)
class Office:
    """Handed to every service: the database, the content, the vault, the clock, and the department's facts.

    `queued` is set whenever a push was queued, or a mailing changed: the delivery waits for it. `address` is the bot's
    own, https://t.me/…; empty until Telegram said who the bot is. `visits` are
    the steps of guides that people reached and that nobody has written down yet.
    """

    database: Database
    library: Library
    vault: Vault
    files: FileStore
    clock: Clock
    words: Mapping[str, Words]
    department: Department
    sending: Sending
    calendar: Calendar
    owners: frozenset[int] = frozenset()
    address: str = ""
    queued: asyncio.Event = field(default_factory=asyncio.Event)
    visits: Visits = field(default_factory=Visits)

    @property
    def today(self) -> date:
        """Today in the zone of config.toml."""
        return self.clock.now().astimezone(self.sending.quiet.zone).date()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the bot, the state language first."""
        return tuple(self.words)
