"""What goes to many: one mailing, the one table of its transitions, and whom it is for.

draft --confirm--> scheduled --begin--> expanding --expanded--> sending --finish--> done
draft --ask--> awaiting --approve--> scheduled
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.domain.base import Refusal
from bot.domain.pushes import Kind

State = Literal["draft", "awaiting", "scheduled", "missed", "expanding", "sending", "paused", "done", "cancelled"]
Act = Literal[
    "ask", "refuse", "approve", "confirm", "begin", "miss", "expanded", "pause", "resume", "finish", "cancel", "repeat"
]


@dataclass(frozen=True, slots=True)
class Transition:
    """An act: the states it starts from and the state it leads to."""

    of: frozenset[State]
    to: State


TRANSITIONS: dict[Act, Transition] = {
    # The author is done, and a second organiser has to agree.
    "ask": Transition(frozenset({"draft", "missed"}), "awaiting"),
    "refuse": Transition(frozenset({"awaiting"}), "draft"),
    "approve": Transition(frozenset({"awaiting"}), "scheduled"),
    # The author is done, and nobody else has to agree; one that was missed can be set anew.
    "confirm": Transition(frozenset({"draft", "missed"}), "scheduled"),
    # Its moment has come: the people whom it is for are frozen and written down.
    "begin": Transition(frozenset({"scheduled"}), "expanding"),
    # Its moment passed while the bot was down, and it is of no use any more.
    "miss": Transition(frozenset({"scheduled"}), "missed"),
    "expanded": Transition(frozenset({"expanding"}), "sending"),
    "pause": Transition(frozenset({"expanding", "sending"}), "paused"),
    # Back to writing recipients down: what is written already is passed by.
    "resume": Transition(frozenset({"paused"}), "expanding"),
    "finish": Transition(frozenset({"sending"}), "done"),
    "cancel": Transition(
        frozenset({"draft", "awaiting", "scheduled", "missed", "expanding", "sending", "paused"}), "cancelled"
    ),
    # An organiser lets those whose fate nobody knows be sent to once more.
    "repeat": Transition(frozenset({"done"}), "expanding"),
}

RUNNING: frozenset[State] = frozenset({"expanding", "sending"})
"""States in which the worker is at it."""


EDITABLE: frozenset[State] = frozenset({"draft", "missed"})
"""States in which what an organiser writes can be changed; it has to be confirmed after that."""

BY_HAND = (Kind.ANNOUNCEMENT, Kind.ANNOUNCEMENT_EDIT, Kind.ANNOUNCEMENT_RECALL)
"""What an organiser makes by hand."""


def transition(state: State, act: Act) -> State:
    """The state after the act. Raises Refusal when the act is not possible in this state."""
    rule = TRANSITIONS[act]
    if state not in rule.of:
        raise Refusal(f"refusal.mailing.{state}")
    return rule.to


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a mailing is for. `of`: everyone who chose a language; who speaks `language`; who follows the contest;
    its applicants in one of `states`; whoever got the mailing `mailing`."""

    of: Literal["everyone", "language", "followers", "applicants", "recipients"]
    language: str = ""
    contest: str = ""
    states: tuple[str, ...] = ()
    mailing: int = 0

    def stored(self) -> dict[str, Any]:
        """As it stands in the database."""
        found: dict[str, Any] = {"of": self.of}
        found |= {name: value for name in ("language", "contest", "mailing") if (value := getattr(self, name))}
        return found | ({"states": list(self.states)} if self.states else {})

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Audience:
        """From the database."""
        return cls(**{**stored, "states": tuple(stored.get("states", ()))})


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a mailing's recipients."""

    total: int = 0
    sent: int = 0
    blocked: int = 0
    muted: int = 0
    failed: int = 0
    unknown: int = 0

    @property
    def left(self) -> int:
        """How many are still to be sent to; of a cancelled mailing, how many never were."""
        return self.total - self.sent - self.blocked - self.muted - self.failed - self.unknown


@dataclass(frozen=True, slots=True)
class Mailing:
    """Something that goes to many. Times in UTC."""

    id: int
    kind: Kind
    state: State
    contest_id: str | None
    announcement_id: int | None
    of_id: int | None
    author_id: int | None
    approver_id: int | None
    audience: Audience
    up_to: int | None
    cursor: int
    due_at: datetime | None
    not_after: datetime | None
    begun_at: datetime | None
    ended_at: datetime | None
    counts: Counts
    reasons: Mapping[str, int] | None
    trouble: str
    progress_id: int | None
    detail: Mapping[str, Any] = field(default_factory=dict)
