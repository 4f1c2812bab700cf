"""The life of an application: one table of transitions, and the one door that reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain.base import Refusal

State = Literal["draft", "submitted", "withdrawn"]
Act = Literal["submit", "reopen", "withdraw"]


@dataclass(frozen=True, slots=True)
class Transition:
    """An act: the states it starts from, the state it leads to, and whether only before the deadline."""

    of: frozenset[State]
    to: State
    before_deadline: bool


TRANSITIONS: dict[Act, Transition] = {
    # The applicant sends the finished draft in.
    "submit": Transition(frozenset({"draft"}), "submitted", before_deadline=True),
    # A change makes a submitted application incomplete: a guardian must agree first.
    "reopen": Transition(frozenset({"submitted"}), "draft", before_deadline=True),
    # The applicant takes it back, also by withdrawing the consent: that right has no deadline (94-V, article 24).
    "withdraw": Transition(frozenset({"draft", "submitted"}), "withdrawn", before_deadline=False),
}

Guardian = Literal["", "needed", "paper", "agreed"]
"""Whether a guardian must agree: not needed; needed; a signed paper was sent and nobody looked yet; agreed."""

PUBLISH_NAME = "~publish"
"""The question whether the name may be published: asked last, kept among the answers as yes or no."""


@dataclass(frozen=True, slots=True)
class Application:
    """An application with its contest's announced moments. Times in UTC."""

    id: int
    contest_id: str
    person_id: int | None
    state: State
    number: int | None
    answers: Mapping[str, str]
    question: str
    update_id: int
    guardian: Guardian
    moments: Mapping[str, datetime]
    updated_at: datetime
    submitted_at: datetime | None

    @property
    def closes_at(self) -> datetime:
        """The deadline of applications."""
        return self.moments["applications_close"]


LIVE: frozenset[State] = frozenset({"draft", "submitted"})
"""States that count as the one application an identity may have."""


def transition(state: State, act: Act, at: datetime, closes: datetime) -> State:
    """The state after the act. Times in UTC.

    Raises Refusal when the act is not possible in this state, or comes after the deadline.
    """
    rule = TRANSITIONS[act]
    if state not in rule.of:
        raise Refusal(f"refusal.state.{state}")
    if rule.before_deadline and at > closes:
        raise Refusal("refusal.deadline", closes=closes)
    return rule.to


def number_shown(prefix: str, number: int | None) -> str:
    """An application's number as people quote it: EU-0042; empty for a draft that has none yet."""
    return f"{prefix}-{number:04}" if number else ""
