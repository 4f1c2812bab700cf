"""What a mailing says to each of its recipients: the call that carries it."""

from __future__ import annotations

from bot.domain.mailings import Mailing
from bot.domain.pushes import Kind
from bot.services.office import Office
from bot.telegram.views import reminders, results
from bot.telegram.views.calls import Compose

__all__ = ["Compose", "composer"]


async def composer(office: Office, mailing: Mailing) -> Compose:
    """What makes the calls of this mailing. Made once a mailing, and anew after it was paused: its content may have
    been changed then. Raises ValueError for a kind that does not go to many."""
    match mailing.kind:
        case Kind.DEADLINE_REMINDER | Kind.DEADLINE_MOVED:
            return await reminders.composer(office, mailing)
        case Kind.RESULT:
            return await results.one_by_one(office, mailing)
        case Kind.RESULTS_LIST:
            return await results.as_list(office, mailing)
    raise ValueError(f"{mailing.kind.name} does not go to many")
