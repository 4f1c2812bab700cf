"""The life of an application: one table of transitions, and the one door that reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from bot.domain.base import Refusal

State = Literal["draft", "submitted", "returned", "admitted", "not_admitted", "placed", "not_placed", "withdrawn"]
Act = Literal[
    "submit", "reopen", "withdraw", "resubmit", "return", "admit", "decline", "reconsider", "place", "pass_over"
]


@dataclass(frozen=True, slots=True)
class Transition:
    """An act: the states it starts from, the state it leads to, and whether only before the deadline."""

    of: frozenset[State]
    to: State
    before_deadline: bool


TRANSITIONS: dict[Act, Transition] = {
    # The applicant sends the finished draft in.
    "submit": Transition(frozenset({"draft"}), "submitted", before_deadline=True),
    # A change makes a submitted application incomplete: a guardian must agree first, or more is asked by then.
    "reopen": Transition(frozenset({"submitted"}), "draft", before_deadline=True),
    # The applicant sends in again what an organiser returned for correction; the deadline is the organiser's.
    "resubmit": Transition(frozenset({"returned"}), "submitted", before_deadline=True),
    # The applicant takes it back, also by withdrawing the consent: that right has no deadline (94-V, article 24).
    "withdraw": Transition(
        frozenset({"draft", "submitted", "returned", "admitted"}), "withdrawn", before_deadline=False
    ),
    # An organiser asks for a correction, with a reason and a date.
    "return": Transition(frozenset({"submitted"}), "returned", before_deadline=False),
    # An organiser lets it take part.
    "admit": Transition(frozenset({"submitted"}), "admitted", before_deadline=False),
    # An organiser does not, with a reason.
    "decline": Transition(frozenset({"submitted", "returned"}), "not_admitted", before_deadline=False),
    # An organiser takes a decision back, until the results are released.
    "reconsider": Transition(frozenset({"admitted", "not_admitted"}), "submitted", before_deadline=False),
    # The results are released: those with a place, and those without.
    "place": Transition(frozenset({"admitted"}), "placed", before_deadline=False),
    "pass_over": Transition(frozenset({"admitted"}), "not_placed", before_deadline=False),
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
    reason: str = ""
    note: str = ""
    correct_by: datetime | None = None
    place: str | None = None

    @property
    def closes_at(self) -> datetime:
        """Until when the applicant can change it and send it in: the contest's deadline, or an organiser's date."""
        if self.state == "returned" and self.correct_by is not None:
            return self.correct_by
        return self.moments["applications_close"]


LIVE: frozenset[State] = frozenset(get_args(State)) - {"withdrawn"}
"""States that count as the one application an identity may have."""
EDITABLE: frozenset[State] = frozenset({"draft", "submitted", "returned"})
"""States in which the applicant can change answers until `closes_at`."""


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


DECISIONS: frozenset[Act] = frozenset({"return", "admit", "decline", "reconsider"})
"""What an organiser decides about one application."""


def masked(name: str) -> str:
    """A name as lists show it: the family name and initials."""
    family, *others = name.split() or [""]
    return " ".join([family, *(f"{other[0].upper()}." for other in others)])


def number_shown(prefix: str, number: int | None) -> str:
    """An application's number as people quote it: EU-0042; empty for a draft that has none yet."""
    return f"{prefix}-{number:04}" if number else ""
