"""How far people come in a guide: of those who began it in a period, how many reached each step, and what they said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.feedback import QUESTIONS, RATINGS, Feedback, Question, Rating
from bot.domain.guides import Guide, Step

PERIODS: Mapping[str, int] = {"week": 7, "month": 30, "year": 365}
"""A period's name -> its days."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How many people reached a step, how many of a hundred who began that is, and how often it did not work."""

    step: Step
    people: int
    percent: int
    stuck: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """People who began a guide in a period, and what became of them until now.

    `reached` has every step in the order of the file; `finished` reached an end. `ratings`: question -> rating ->
    people; who skipped a question is not in it. `stuck`: how many reports came in the period, whoever made them.
    """

    guide: Guide
    started: int
    reached: tuple[Reached, ...]
    finished: int
    managed: int
    not_managed: int
    stuck: int
    ratings: Mapping[Question, Mapping[Rating, int]]

    def percent(self, people: int) -> int:
        """How many of a hundred who began that is."""
        return percent(people, self.started)


def percent(part: int, whole: int) -> int:
    """How many of a hundred, rounded, a half upwards. Of nobody it is 0; only nobody is 0 and only all are 100 of
    others: who reads it would take 99.6 for "everybody"."""
    if whole <= 0 or part <= 0:
        return 0
    if part >= whole:
        return 100
    return min(max((200 * part + whole) // (2 * whole), 1), 99)


def funnel(
    guide: Guide,
    started: int,
    visits: Mapping[str, int],
    finished: int,
    feedback: Iterable[tuple[Feedback, int]],
    stuck: Mapping[str, int],
) -> Funnel:
    """Puts the counts together: `visits` and `stuck` by step id (a step that an editor removed is passed by),
    `feedback` with how many people said the same."""
    said = list(feedback)
    ratings: dict[Question, dict[Rating, int]] = {
        question: {
            rating: sum(people for one, people in said if getattr(one, question) == rating) for rating in RATINGS
        }
        for question in QUESTIONS
    }
    return Funnel(
        guide=guide,
        started=started,
        reached=tuple(
            Reached(step, visits.get(step.id, 0), percent(visits.get(step.id, 0), started), stuck.get(step.id, 0))
            for step in guide.steps
        ),
        finished=finished,
        managed=sum(people for one, people in said if one.managed),
        not_managed=sum(people for one, people in said if not one.managed),
        stuck=sum(stuck.values()),
        ratings=ratings,
    )


def ends(guide: Guide) -> list[str]:
    """The ids of the steps at which the guide ends."""
    return [step.id for step in guide.steps if step.is_end]
