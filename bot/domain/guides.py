"""A guide: steps that lead a citizen to a result, one clear thing at a time.

A guide is routing and texts. Where a person stands in it is the id of a step and the answers given so far by
step id; the path is replayed from them, so a step that an editor inserts moves nobody back to the start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from textwrap import shorten
from typing import Literal

from pydantic import Field, model_validator

from bot.domain.base import Id, Model, Text
from bot.domain.markup import visible

Device = Literal["phone", "computer"]
FIRST_WORDS = 48
"""Signs by which a step is named in lists: ids are for machines."""


class Source(Model):
    """Where a step's facts were read: a name in every language and, where there is one, an https address."""

    name: Text
    url: str | None = None


class Choice(Model):
    """One answer to a step's question and the step it leads to. `device` tells what the person has in hand."""

    id: Id
    label: Text
    next: Id
    device: Device | None = None


class Button(Model):
    """A button beside the text: an address to open, a text to copy, or another guide. Exactly one of them.

    `step` is where in the other guide it leads; without it, to where the person stopped or to the start.
    """

    label: Text
    url: str | None = None
    copy_text: Text | None = None
    guide: Id | None = None
    step: Id | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Button:
        if sum(value is not None for value in (self.url, self.copy_text, self.guide)) != 1:
            raise ValueError("a button has exactly one of url, copy_text, guide")
        if self.step is not None and self.guide is None:
            raise ValueError("step: only together with guide")
        return self


class Step(Model):
    """One screen of a guide: a text, then either choices, or the next step, or the end.

    `device` marks a step that can be done on that device only; the check proves that nobody meets it unannounced.
    `picture` names a file in content/pictures/ for each language.
    `source` and `verified` (the day its facts were last checked) stand for the guide's own where they are absent.
    """

    id: Id
    text: Text
    next: Id | None = None
    choices: tuple[Choice, ...] = ()
    buttons: tuple[Button, ...] = ()
    device: Device | None = None
    picture: Text | None = None
    source: Source | None = None
    verified: date | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _one_way_on(self) -> Step:
        if self.next and self.choices:
            raise ValueError("a step has either next or choices, not both")
        if len({choice.id for choice in self.choices}) != len(self.choices):
            raise ValueError("two choices have the same id")
        return self

    def choice(self, choice_id: str) -> Choice | None:
        """The choice with this id, or None."""
        return next((choice for choice in self.choices if choice.id == choice_id), None)

    def targets(self) -> tuple[str, ...]:
        """The ids of the steps that can follow, in the order of the file."""
        if self.choices:
            return tuple(choice.next for choice in self.choices)
        return (self.next,) if self.next else ()

    @property
    def is_end(self) -> bool:
        """Whether the guide ends here."""
        return not self.targets()

    def first_words(self, language: str) -> str:
        """How its text begins: what it is called where steps are listed."""
        line = next(line for line in visible(self.text[language]).splitlines() if line.strip())
        return shorten(line, FIRST_WORDS, placeholder="…", break_on_hyphens=False).rstrip(":")


class Guide(Model):
    """A whole guide. The first step in the file is where it starts.

    `keywords` are further words by which people look for it; they are searched and never shown. `order` is its place in
    the list of guides, the smallest first. `fresh_days` is how long its facts count as fresh after they were verified.
    """

    id: Id
    title: Text
    summary: Text
    keywords: Text | None = None
    source: Source
    verified: date
    fresh_days: int = Field(default=365, ge=1)
    order: int = 100
    steps: tuple[Step, ...]

    @model_validator(mode="after")
    def _index(self) -> Guide:
        if not self.steps:
            raise ValueError("a guide has at least one step")
        seen: set[str] = set()
        for step in self.steps:
            if step.id in seen:
                raise ValueError(f"two steps have the id {step.id!r}")
            seen.add(step.id)
        self.__dict__["_by_id"] = {step.id: step for step in self.steps}
        self.__dict__["_heights"] = _heights(self)
        return self

    @property
    def first(self) -> Step:
        """The step at which the guide starts."""
        return self.steps[0]

    def step(self, step_id: str | None) -> Step | None:
        """The step with this id, or None when an editor removed it."""
        by_id: dict[str | None, Step] = self.__dict__["_by_id"]
        return by_id.get(step_id)

    def height(self, step: Step) -> int:
        """The number of steps on the longest way from here to an end."""
        heights: dict[str, int] = self.__dict__["_heights"]
        return heights.get(step.id, 0)

    def source_of(self, step: Step) -> Source:
        """The source that the step shows."""
        return step.source or self.source

    def verified_on(self, step: Step) -> date:
        """The day on which the step's facts were last checked."""
        return step.verified or self.verified

    def is_stale(self, step: Step, today: date) -> bool:
        """Whether the step's facts were checked longer ago than they count as fresh."""
        return today - self.verified_on(step) > timedelta(days=self.fresh_days)

    def stale(self, today: date) -> list[Step]:
        """The steps whose facts are to be checked again, in the order of the file."""
        return [step for step in self.steps if self.is_stale(step, today)]


def _heights(guide: Guide) -> dict[str, int]:
    """The longest way to an end by step id, for every step that can be reached; a way back counts for nothing."""
    heights: dict[str, int] = {}
    open_: set[str] = set()
    stack: list[tuple[Step, bool]] = [(guide.first, False)]
    while stack:
        step, is_left = stack.pop()
        following = [guide.step(target) for target in step.targets()]
        if is_left:
            open_.discard(step.id)
            ways = [1 + heights[nxt.id] for nxt in following if nxt and nxt.id in heights and nxt.id not in open_]
            heights[step.id] = max(ways, default=0)
        elif step.id not in heights and step.id not in open_:
            open_.add(step.id)
            stack.append((step, True))
            stack += [(nxt, False) for nxt in following if nxt]
    return heights


Answers = Mapping[str, str]
"""The choices made so far: step id -> choice id."""


def walk(guide: Guide, answers: Answers) -> Iterator[Step]:
    """The steps from the start along the answers, ending at an unanswered question, the end, or a loop."""
    step: Step | None = guide.first
    seen: set[str] = set()
    while step is not None and step.id not in seen:
        seen.add(step.id)
        yield step
        step = guide.step(_following(step, answers))


def _following(step: Step, answers: Answers) -> str | None:
    if not step.choices:
        return step.next
    choice = step.choice(answers.get(step.id, ""))
    return choice.next if choice else None


def path(guide: Guide, answers: Answers, at: str | None) -> list[Step]:
    """The path taken up to the step `at`, inclusive.

    A step that was removed, or that the answers no longer lead to, gives the path as far as the answers still
    carry: the person goes on from the nearest place, never from the start.
    """
    taken: list[Step] = []
    for step in walk(guide, answers):
        taken.append(step)
        if step.id == at:
            return taken
    if guide.step(at) is not None:
        return _through(guide, answers, at) or taken
    return taken


def _through(guide: Guide, answers: Answers, at: str | None) -> list[Step] | None:
    """A way from the start to `at` that keeps as many of the answers as it can (a link straight to a step)."""
    queue: list[list[Step]] = [[guide.first]]
    seen = {guide.first.id}
    while queue:
        trail = queue.pop(0)
        if trail[-1].id == at:
            return trail
        given = _following(trail[-1], answers)
        for target in ([given] if given else []) + list(trail[-1].targets()):
            step = guide.step(target)
            if step is not None and step.id not in seen:
                seen.add(step.id)
                queue.append([*trail, step])
    return None


def length_ahead(guide: Guide, step: Step, answers: Answers) -> int:
    """How many steps follow `step` on the path: along the answers, and the longest way where none is given yet.

    So "step 3 of 7" can become "of 6" after a choice, never "of 8". A way back counts for nothing.
    """
    ahead, seen = 0, {step.id}
    while (given := guide.step(_following(step, answers))) is not None and given.id not in seen:
        seen.add(given.id)
        step, ahead = given, ahead + 1
    return ahead if given is not None else ahead + guide.height(step)
