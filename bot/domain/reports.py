"""A report: that a step of a guide did not work for somebody. Every report gets an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from bot.domain.base import Refusal
from bot.domain.markup import length

Reason = Literal["looks", "sms", "error", "unclear", "other"]
"""The screen looks different; no SMS came; an error appeared; the step is not understood; something else. Stored by
these words: never give one another meaning."""
REASONS: tuple[Reason, ...] = get_args(Reason)
MOST_OPEN = 5
"""So many reports of one person wait for their answers at a time."""
MOST_SCREENSHOTS = 3
WORDS_LIMIT = 1000
"""Signs of one message; all that a person adds to one report fits into ALL_WORDS_LIMIT, and so onto one screen."""
ALL_WORDS_LIMIT = 2200
ANSWER_LIMIT = 1000
KEPT = timedelta(days=30)
"""So long words, screenshots and the answer are kept; then a report is nothing but a count."""
AGAIN = timedelta(days=1)
"""So long organisers are not told once more of reports that wait."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report with its words opened. Times in UTC; `answer_by` was promised to the person, `written_at` is when they
    added something last. `person_id` is None once the person is forgotten, or everything but the count is erased."""

    id: int
    person_id: int | None
    guide: str
    step: str
    language: str
    reason: Reason
    words: str
    created_at: datetime
    written_at: datetime
    answer_by: datetime
    answered_at: datetime | None
    answered_by: int | None
    answer: str

    @property
    def is_open(self) -> bool:
        """Whether somebody waits for an answer."""
        return self.answered_at is None and self.person_id is not None

    def is_late(self, now: datetime) -> bool:
        """Whether the answer was promised for before `now` (UTC) and has not come."""
        return self.is_open and now > self.answer_by


def with_words(words: str, more: str) -> str:
    """The words with a further message below; one that stands there already (a second delivery) changes nothing.

    Raises Refusal when it gets too long.
    """
    if f"\n\n{more}\n\n" in f"\n\n{words}\n\n":
        return words
    joined = f"{words}\n\n{more}" if words else more
    if length(joined) > ALL_WORDS_LIMIT:
        raise Refusal("refusal.report.enough")
    return joined
