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
BACK = "<"
"""The key under which stands where a person came from into the guide: `guide:<id>:<step>`, `contest:<id>` or
`application:<id>`."""


@dataclass(frozen=True, slots=True)
class Page:
    """A step as it is to be shown: with the way that led to it and the number of steps that follow.

    `back` is where the person came from into the guide (see BACK), empty where they opened it themselves. `is_stale`:
    its facts were checked too long ago. `asks`: whether the person managed; at an end, until they did.
    """

    person: Person
    guide: Guide
    step: Step
    previous: Step | None
    position: int
    total: int
    back: str
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
    return await _moved(office, telegram_id, guide, _run(guide, step_id, act))


async def _moved(office: Office, telegram_id: int, guide: Guide, run: dict[str, str | None]) -> Page | None:
    now = office.clock.now()
    moved = await people.move_in_guide(office.database, telegram_id, guide.id, run, now)
    if moved is None:
        return None
    person, has_managed = moved
    shown = page(person, guide, office.today, has_managed)
    if person.language is not None:
        office.visits.note(person.id, guide.id, shown.step.id, now)
    return shown


async def standing(office: Office, person: Person, guide: Guide) -> Page:
    """The step where the person stands in the guide."""
    said = await feedback.get(office.database, person.id, guide.id)
    return page(person, guide, office.today, said is not None and said.managed)


async def resume(office: Office, telegram_id: int, guide_id: str, back: str = "") -> Page | None:
    """The step at which the person stopped, the first one for a newcomer; `back` is where they come from (see BACK).

    None: the person is not known. Raises Refusal for a guide that is gone.
    """
    person = await people.find(office.database, telegram_id)
    if person is None:
        return None
    return await _enter(office, person, guide_id, None, back or None)


async def jump(office: Office, telegram_id: int, guide_id: str, step_id: str, target: str) -> Page | None:
    """What the button of a step leads to: another guide, from which there is a way back to this step, unless an editor
    removed it.

    None: the person is not known. Raises Refusal for a guide that is gone.
    """
    person = await people.find(office.database, telegram_id)
    if person is None:
        return None
    guide = office.library.guides.get(guide_id)
    step = guide.step(step_id) if guide else None
    at = next((one.step for one in step.buttons if one.guide == target), None) if step else None
    back: str | None = f"guide:{guide_id}:{step_id}" if step else None
    if person.guides.get(guide_id, {}).get(BACK, "").startswith(f"guide:{target}:"):
        # They came from there: two guides that lead into each other are no way back for ever.
        back = person.guides.get(target, {}).get(BACK)
    return await _enter(office, person, target, at, back)


async def _enter(office: Office, person: Person, guide_id: str, step_id: str | None, back: str | None) -> Page | None:
    guide = office.library.guides.get(guide_id)
    if guide is None:
        raise Refusal("refusal.guide_gone")
    at = step_id or person.guides.get(guide_id, {}).get(AT) or guide.first.id
    return await _moved(office, person.telegram_id, guide, {AT: at, BACK: back})


async def land(office: Office, telegram_id: int, guide_id: str, step_id: str) -> Page | None:
    """The step that a link names; where the person stopped when it names none, or one that is gone.

    None: the person is not known. Raises Refusal for a guide that is gone.
    """
    person = await people.find(office.database, telegram_id)
    if person is None:
        return None
    guide = office.library.guides.get(guide_id)
    step = guide.step(step_id) if guide else None
    return await _enter(office, person, guide_id, step.id if step else None, None)


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


def page(person: Person, guide: Guide, today: date, has_managed: bool) -> Page:
    """The step where the person stands in the guide. `has_managed`: they said that they did."""
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
        back=run.get(BACK, ""),
        is_stale=guide.is_stale(step, today),
        asks=step.is_end and not has_managed,
    )
