"""Whether a person managed, and the survey that follows: one question at a time, each of which can be skipped."""

from __future__ import annotations

from bot.domain.feedback import QUESTIONS, RATINGS, Question
from bot.domain.guides import Guide, Step
from bot.telegram.buttons import FeedbackTap
from bot.telegram.screens import Screen
from bot.telegram.views.keyboards import Row, keyboard, tap
from bot.telegram.views.pages import joined
from bot.words import Words


def managed(words: Words, guide: Guide, step: Step) -> Row:
    """Yes and not yet, below an end of a guide."""
    return [
        tap(words.label("feedback.yes"), _data(guide.id, "yes"), style="success"),
        tap(words.label("feedback.not_yet"), _data(guide.id, "no", step.id)),
    ]


def question(words: Words, guide_id: str, asked: Question) -> Screen:
    """A question of the survey with its three answers."""
    number = words("feedback.number", number=QUESTIONS.index(asked) + 1, total=len(QUESTIONS))
    greeting = words("feedback.glad") if asked == QUESTIONS[0] else ""
    rows = [[tap(words.label(f"feedback.rating.{rating}"), _data(guide_id, asked, rating))] for rating in RATINGS]
    rows.append([tap(words.label("feedback.skip"), _data(guide_id, asked))])
    text = joined(greeting, f"{number} <b>{words(f'feedback.question.{asked}')}</b>")
    return Screen(text, keyboard(rows, words))


def _data(guide_id: str, act: str, value: str = "") -> str:
    return FeedbackTap(guide=guide_id, act=act, value=value).pack()
