"""What the survey asks next."""

from __future__ import annotations

import pytest

from bot.domain.feedback import Feedback, Question, following


@pytest.mark.parametrize(
    ("said", "after", "asked"),
    [
        (Feedback(True), None, "quality"),
        (Feedback(True), "quality", "availability"),
        (Feedback(True), "availability", None),
        (Feedback(True, quality="no"), None, "availability"),
        (Feedback(True, quality="no"), "quality", "availability"),
        (Feedback(True, availability="yes"), None, "quality"),
        (Feedback(True, availability="yes"), "quality", None),
        (Feedback(True, "yes", "partly"), None, None),
    ],
)
def test_what_is_asked_next(said: Feedback, after: Question | None, asked: Question | None) -> None:
    assert following(said, after) == asked
