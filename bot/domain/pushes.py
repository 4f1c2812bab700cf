"""Everything the bot sends without being asked at that moment: one table, and the states of a delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum


class Kind(IntEnum):
    """What is pushed. The numbers are stored: never reuse one. From 100 on a kind goes to many, as a mailing."""

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
    ADMITTED = 11
    RETURNED = 12
    NOT_ADMITTED = 13
    RECONSIDERED = 14
    CORRECTION_REMINDER = 15
    FILE_TO_VIEW = 16
    RELEASE_HELD = 17
    APPROVAL_WANTED = 18
    APPROVAL_REFUSED = 19
    MAILING_STOPPED = 20
    MAILING_MISSED = 21
    MAILING_ENDED = 22
    MAILING_REPORT = 23
    NEW_REPORTS = 24
    REPORT_ANSWERED = 25
    STALE_STEPS = 30
    APPLICATIONS_TABLE = 40
    FILES_ARCHIVE = 41

    DEADLINE_REMINDER = 100
    DEADLINE_MOVED = 101
    RESULT = 102
    RESULTS_LIST = 103
    ANNOUNCEMENT = 104
    ANNOUNCEMENT_EDIT = 105
    ANNOUNCEMENT_RECALL = 106


class State(IntEnum):
    """queued -> sending -> sent | blocked | muted | failed | unknown, or cancelled. The numbers are stored."""

    QUEUED = 0
    SENDING = 1
    SENT = 2
    BLOCKED = 3
    FAILED = 4
    UNKNOWN = 5
    CANCELLED = 6
    MUTED = 7


class Lane(IntEnum):
    """Who goes first. Replies to taps come before all of these."""

    PERSONAL = 0
    NOTICE = 1
    ANNOUNCEMENT = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """How a kind is sent.

    `repeat_unknown`: whether it is sent again when nobody can know if it arrived (a crash between send and mark).
    `mutable`: whether who muted announcements is left out. `quiet`: whether it waits while quiet hours last. `late`:
    how long after its moment it may still begin; None: always (its own end, such as a deadline, still holds).
    """

    lane: Lane
    repeat_unknown: bool
    mutable: bool = False
    quiet: bool = False
    late: timedelta | None = None


_PERSONAL = Rule(Lane.PERSONAL, repeat_unknown=True)
"""Twice is better than never."""
_ONCE = Rule(Lane.PERSONAL, repeat_unknown=False)
"""Whoever did not get it asks again; a second copy helps nobody."""

RULES: dict[Kind, Rule] = {
    Kind.FETCH_FILE: _PERSONAL,
    Kind.FILE_REFUSED: _PERSONAL,
    Kind.GUARDIAN_AGREED: _PERSONAL,
    Kind.PAPER_TO_REVIEW: _PERSONAL,
    Kind.PAPER_ACCEPTED: _PERSONAL,
    Kind.PAPER_DECLINED: _PERSONAL,
    Kind.GUARDIAN_WITHDREW: _PERSONAL,
    Kind.RECEIPT: _PERSONAL,
    # A reply that could not be sent at once: where the person stands.
    Kind.SCREEN: _PERSONAL,
    Kind.MY_DATA: _ONCE,
    # Decisions: an applicant waits for them, so they go out at once, by night too.
    Kind.ADMITTED: _PERSONAL,
    Kind.RETURNED: _PERSONAL,
    Kind.NOT_ADMITTED: _PERSONAL,
    Kind.RECONSIDERED: _PERSONAL,
    Kind.CORRECTION_REMINDER: _PERSONAL,
    # Not urgent: at night it waits.
    Kind.REPORT_ANSWERED: Rule(Lane.PERSONAL, repeat_unknown=True, quiet=True),
    # To organisers.
    Kind.NEW_REPORTS: Rule(Lane.PERSONAL, repeat_unknown=True, quiet=True),
    Kind.FILE_TO_VIEW: _ONCE,
    Kind.RELEASE_HELD: _PERSONAL,
    Kind.APPROVAL_WANTED: _PERSONAL,
    Kind.APPROVAL_REFUSED: _PERSONAL,
    Kind.MAILING_STOPPED: _PERSONAL,
    Kind.MAILING_MISSED: _PERSONAL,
    Kind.MAILING_ENDED: _PERSONAL,
    Kind.MAILING_REPORT: _ONCE,
    Kind.STALE_STEPS: _PERSONAL,
    Kind.APPLICATIONS_TABLE: _ONCE,
    # Without one of its parts the others are of little use.
    Kind.FILES_ARCHIVE: _PERSONAL,
    # To many. A reminder is of use until the next one, or the deadline: that moment stands in its row.
    Kind.DEADLINE_REMINDER: Rule(Lane.NOTICE, repeat_unknown=True, quiet=True),
    Kind.DEADLINE_MOVED: Rule(Lane.NOTICE, repeat_unknown=True),
    Kind.RESULT: Rule(Lane.NOTICE, repeat_unknown=True),
    Kind.RESULTS_LIST: Rule(Lane.NOTICE, repeat_unknown=False, quiet=True),
    Kind.ANNOUNCEMENT: Rule(Lane.ANNOUNCEMENT, repeat_unknown=False, mutable=True, quiet=True, late=timedelta(hours=2)),
    # A correction goes to whoever got the announcement; the chat makes no sound, and twice changes nothing.
    Kind.ANNOUNCEMENT_EDIT: Rule(Lane.ANNOUNCEMENT, repeat_unknown=True),
    Kind.ANNOUNCEMENT_RECALL: Rule(Lane.ANNOUNCEMENT, repeat_unknown=True),
}
