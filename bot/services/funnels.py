"""How guides do, for organisers: how far people come, and what they say at the end. Figures only, nobody's name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.base import Refusal
from bot.domain.funnels import PERIODS, Funnel, ends, funnel
from bot.domain.guides import Guide, Step
from bot.domain.people import Person
from bot.services import freshness, people, visits
from bot.services.office import Office
from bot.storage import feedback, reports
from bot.storage import visits as storage


async def guides(office: Office, organiser: Person) -> list[Guide]:
    """The guides whose figures can be looked at. Raises Refusal without the right."""
    await people.require_staff(office, organiser)
    return list(office.library.guides.values())


async def stale(office: Office, organiser: Person) -> list[tuple[Guide, Sequence[Step]]]:
    """The steps to be checked again, by guide. Raises Refusal without the right."""
    await people.require_staff(office, organiser)
    return freshness.stale(office)


async def read(office: Office, organiser: Person, guide_id: str, period: str) -> Funnel:
    """The figures of those who began the guide in the period that ends now. What is noted is written down before.

    Raises Refusal without the right, for a guide that is gone, and for an unknown period.
    """
    await people.require_staff(office, organiser)
    guide = office.library.guides.get(guide_id)
    if guide is None:
        raise Refusal("refusal.guide_gone")
    if period not in PERIODS:
        raise Refusal("refusal.old_button")
    # A tap of this very moment is in it.
    until = office.clock.now() + timedelta(microseconds=1)
    since = until - timedelta(days=PERIODS[period])
    await visits.write_down(office)
    of = (office.database, guide_id, since, until)
    return funnel(
        guide,
        await storage.started(*of),
        await storage.reached(*of),
        await storage.finished(*of, ends(guide)),
        await feedback.counts(*of),
        await reports.stuck(*of),
    )
