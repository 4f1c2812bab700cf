"""Moving in a guide: one statement notes the step and reads the person; that they reached it is noted in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain import guides as domain
from bot.domain.base import Refusal
from bot.domain.guides import Guide, Step
from bot.domain.people import Person
from bot.services.office import Office
from bot.storage import feedback, people

AT = "@"
"""The key under which a person's step stands among their answers; no step has such an id."""


@dataclass(frozen=True, slots=True)
class Page:
    """A step as it is to be shown: with the way that led to it and the number of steps that follow.

    `is_stale`: its facts were checked too long ago. `asks`: whether the person managed; at an end, until they said so.
    """

    person: Person
    guide: Guide
    step: Step
    previous: Step | None
    position: int
    total: int
    is_stale: bool
    asks: bool


async def turn(office: Office, telegram_id: int, guide_id: str, step_id: str, act: str) -> Page | None:
    """What a tap at a step asks for: `n` the next step, `s` this step, `.choice` an answer, `r` to start again.

    The tap names the step it stands at, so a second delivery of it, or an old button, leads to the same place.
    None: the person is not known. Raises Refusal for a guide that is gone.
    """
    guide = office.library.guides.get(guide_id)
    if guide is None:
        raise Refusal("refusal.guide_gone")
    run = _run(guide, step_id, act)
    now = office.clock.now()
    moved = await people.move_in_guide(office.database, telegram_id, guide_id, run, now)
    if moved is None:
        return None
    person, has_answered = moved
    shown = page(person, guide, office.today, has_answered)
    if person.language is not None:
        office.visits.note(person.id, guide_id, shown.step.id, now)
    return shown


async def standing(office: Office, person: Person, guide: Guide) -> Page:
    """The step where the person stands in the guide."""
    has_answered = await feedback.get(office.database, person.id, guide.id) is not None
    return page(person, guide, office.today, has_answered)


async def resume(office: Office, telegram_id: int, guide_id: str) -> Page | None:
    """The step at which the person stopped, the first one for a newcomer. None: the person is not known."""
    person = await people.find(office.database, telegram_id)
    if person is None:
        return None
    at = person.guides.get(guide_id, {}).get(AT, "")
    return await turn(office, telegram_id, guide_id, at, "s")


def _run(guide: Guide, step_id: str, act: str) -> dict[str, str | None]:
    """What is merged into the person's place in the guide; a value of None takes an answer away."""
    if act == "r":
        return {**{step.id: None for step in guide.steps if step.choices}, AT: guide.first.id}
    step = guide.step(step_id)
    if step is None:
        return {} if step_id else {AT: guide.first.id}
    if act == "n" and step.next:
        return {AT: step.next}
    choice = step.choice(act.removeprefix("."))
    if act.startswith(".") and choice:
        return {step.id: choice.id, AT: choice.next}
    return {AT: step.id}


def page(person: Person, guide: Guide, today: date, has_answered: bool) -> Page:
    """The step where the person stands in the guide. `has_answered`: they have said whether they managed."""
    run = person.guides.get(guide.id, {})
    taken = domain.path(guide, run, run.get(AT))
    step = taken[-1]
    position = len(taken)
    return Page(
        person=person,
        guide=guide,
        step=step,
        previous=taken[-2] if position > 1 else None,
        position=position,
        total=position + domain.length_ahead(guide, step, run),
        is_stale=guide.is_stale(step, today),
        asks=step.is_end and not has_answered,
    )
