"""What a person says at the end of a guide: whether they managed, then the survey. Once a person and guide: the end
does not ask who has answered. A tap that comes twice says the same twice; an old button changes what was said."""

from __future__ import annotations

from bot.domain.base import Refusal
from bot.domain.feedback import QUESTIONS, RATINGS, Question, following
from bot.domain.people import Person
from bot.services.office import Office
from bot.storage import feedback as storage


async def manage(office: Office, person: Person, guide_id: str, managed: bool) -> Question | None:
    """Notes whether the person managed. Gives what the survey asks next; None: nothing. Raises Refusal for a guide
    that is gone."""
    _require_guide(office, guide_id)
    said = await storage.manage(office.database, person.id, guide_id, managed, office.clock.now())
    return following(said)


async def rate(office: Office, person: Person, guide_id: str, question: str, rating: str) -> Question | None:
    """Notes an answer of the survey, or ('') that it was skipped. Gives what is asked next; None: nothing.

    Raises Refusal for a guide that is gone, for what is no question or answer, and before `manage`.
    """
    _require_guide(office, guide_id)
    asked = next((one for one in QUESTIONS if one == question), None)
    given = next((one for one in RATINGS if one == rating), None)
    if asked is None or (rating and given is None):
        raise Refusal("refusal.old_button")
    if given:
        said = await storage.rate(office.database, person.id, guide_id, asked, given, office.clock.now())
    else:
        said = await storage.get(office.database, person.id, guide_id)
    if said is None:
        raise Refusal("refusal.old_button")
    return following(said, asked)


def _require_guide(office: Office, guide_id: str) -> None:
    if guide_id not in office.library.guides:
        raise Refusal("refusal.guide_gone")
