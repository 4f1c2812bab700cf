"""What people say at the end of a guide: whether they managed, and the two questions of the survey.

The survey is annex 4 of the service's regulations: the indicators "quality" and "availability", three answers each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Question = Literal["quality", "availability"]
"""Quality: the process of the electronic service and its result. Availability: what is said about how to get it."""
Rating = Literal["yes", "partly", "no"]
"""Whether the person is satisfied."""
QUESTIONS: Sequence[Question] = get_args(Question)
RATINGS: Sequence[Rating] = get_args(Rating)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person said of a guide. A rating is None until it is given: each question can be skipped."""

    managed: bool
    quality: Rating | None = None
    availability: Rating | None = None


def following(feedback: Feedback, after: Question | None = None) -> Question | None:
    """The first question behind `after` (None: of all) that is not answered yet; None: the survey is over."""
    behind = QUESTIONS[QUESTIONS.index(after) + 1 :] if after else QUESTIONS
    return next((question for question in behind if getattr(feedback, question) is None), None)
