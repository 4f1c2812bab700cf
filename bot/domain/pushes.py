"""Everything the bot sends without being asked at that moment: one table, and the states of a delivery."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """What is pushed. The numbers are stored: never reuse one."""

    FETCH_FILE = 1
    FILE_REFUSED = 2
    GUARDIAN_AGREED = 3
    PAPER_TO_REVIEW = 4
    PAPER_ACCEPTED = 5
    PAPER_DECLINED = 6
    MY_DATA = 7
    GUARDIAN_WITHDREW = 8
    RECEIPT = 9
    SCREEN = 10


class State(IntEnum):
    """queued -> sending -> sent | blocked | failed | unknown, or cancelled. The numbers are stored."""

    QUEUED = 0
    SENDING = 1
    SENT = 2
    BLOCKED = 3
    FAILED = 4
    UNKNOWN = 5
    CANCELLED = 6


@dataclass(frozen=True, slots=True)
class Rule:
    """`repeat_unknown`: whether it is sent again when nobody can know if it arrived (a crash between send and mark)."""

    repeat_unknown: bool


RULES: dict[Kind, Rule] = {
    # Fetching and personal notices: twice is better than never.
    Kind.FETCH_FILE: Rule(repeat_unknown=True),
    Kind.FILE_REFUSED: Rule(repeat_unknown=True),
    Kind.GUARDIAN_AGREED: Rule(repeat_unknown=True),
    Kind.PAPER_TO_REVIEW: Rule(repeat_unknown=True),
    Kind.PAPER_ACCEPTED: Rule(repeat_unknown=True),
    Kind.PAPER_DECLINED: Rule(repeat_unknown=True),
    Kind.GUARDIAN_WITHDREW: Rule(repeat_unknown=True),
    Kind.RECEIPT: Rule(repeat_unknown=True),
    # A reply that could not be sent at once: where the person stands.
    Kind.SCREEN: Rule(repeat_unknown=True),
    # Whoever did not get it asks again; a second copy of one's data in the chat helps nobody.
    Kind.MY_DATA: Rule(repeat_unknown=False),
}
