"""The weekly list of steps to check again: on Monday at nine, once, never skipped."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot import content
from bot.domain.guides import Guide
from bot.domain.people import Person
from bot.domain.pushes import Kind
from bot.domain.quiet import Quiet
from bot.services import freshness, guides
from bot.services.office import Office, Sending
from bot.storage import deliveries
from bot.storage import people as storage
from bot.telegram.views.pushes import compose
from tests.services.rooms import StillClock, citizen, library

MONDAY = datetime(2026, 11, 23, 4, tzinfo=UTC)
"""Nine in the morning in Kazakhstan, on the first Monday behind NOW."""


def with_guides(office: Office, *, verified: date, fresh_days: int = 100) -> Office:
    """The same office with one guide of three steps, of which the first was checked on the guide's day."""
    text = {"kk": "Қадам", "ru": "Шаг"}
    guide = Guide.model_validate(
        {
            "id": "portal",
            "title": {"kk": "Нұсқаулық", "ru": "Инструкция"},
            "summary": text,
            "source": {"name": text},
            "verified": verified,
            "fresh_days": fresh_days,
            "steps": [
                {"id": "old", "text": {"kk": "<b>Ескі</b> қадам:", "ru": "<b>Старый</b> шаг:"}, "next": "new"},
                {"id": "new", "text": text, "next": "end", "verified": date(2030, 1, 1)},
                {"id": "end", "text": text, "verified": date(2030, 1, 1)},
            ],
        }
    )
    found = library()
    return replace(office, library=content.Library({"portal": guide}, found.contests, found.revisions))


async def organiser(office: Office, number: int, language: str = "ru") -> Person:
    """Somebody who is an organiser."""
    person = await citizen(office, number, language)
    async with office.database.write() as connection:
        await storage.give_role(connection, person.id, "organiser", office.clock.now())
    return person


async def told(office: Office, person: Person) -> list[datetime]:
    """When the list is or was to be sent to the person."""
    pushed = await deliveries.of_person(office.database, person.id)
    return [due for kind, _, due in pushed if kind is Kind.STALE_STEPS]


async def test_on_monday_at_nine_and_not_before(office: Office, clock: StillClock) -> None:
    office = with_guides(office, verified=date(2020, 1, 1))
    olga, nina = await organiser(office, 1), await citizen(office, 2)
    assert await freshness.next_due(office) is None
    await freshness.tell(office)
    assert await freshness.next_due(office) == MONDAY
    clock.at = MONDAY.replace(hour=3, minute=59)
    await freshness.tell(office)
    assert await told(office, olga) == []
    clock.at = MONDAY
    await freshness.tell(office)
    await freshness.tell(office)
    assert await told(office, olga) == [MONDAY]
    assert await told(office, nina) == []
    assert office.queued.is_set()
    assert await freshness.next_due(office) == MONDAY.replace(day=30)


async def test_a_monday_on_which_the_bot_was_down_is_made_up_for_once(office: Office, clock: StillClock) -> None:
    office = with_guides(office, verified=date(2020, 1, 1))
    olga = await organiser(office, 1)
    await freshness.tell(office)
    clock.at = datetime(2026, 12, 16, 6, tzinfo=UTC)
    await freshness.tell(office)
    await freshness.tell(office)
    assert await told(office, olga) == [clock.at]
    clock.at = datetime(2026, 12, 21, 4, tzinfo=UTC)
    await freshness.tell(office)
    assert len(await told(office, olga)) == 2


async def test_it_waits_for_the_end_of_quiet_hours(office: Office, clock: StillClock) -> None:
    quiet = Quiet(time(20), time(10), ZoneInfo("Asia/Almaty"))
    office = replace(with_guides(office, verified=date(2020, 1, 1)), sending=Sending(quiet))
    olga = await organiser(office, 1)
    await freshness.tell(office)
    clock.at = MONDAY
    await freshness.tell(office)
    assert await told(office, olga) == [MONDAY.replace(hour=5)]


@pytest.mark.parametrize(("verified", "is_told"), [(date(2026, 8, 15), False), (date(2026, 8, 14), True)])
async def test_nothing_stale_nothing_said(office: Office, clock: StillClock, verified: date, is_told: bool) -> None:
    """100 days before Monday 23 November is 15 August: that is fresh for the last day."""
    office = with_guides(office, verified=verified)
    olga = await organiser(office, 1)
    await freshness.tell(office)
    clock.at = MONDAY
    await freshness.tell(office)
    assert bool(await told(office, olga)) is is_told
    # The week is done, whatever becomes stale in it.
    clock.pass_by(days=2)
    await freshness.tell(office)
    assert bool(await told(office, olga)) is is_told


@pytest.mark.parametrize(("verified", "is_stale"), [(date(2026, 8, 13), False), (date(2026, 8, 12), True)])
async def test_a_stale_step_is_told_of(office: Office, verified: date, is_stale: bool) -> None:
    office = with_guides(office, verified=verified)
    await citizen(office, 1)
    page = await guides.turn(office, 1, "portal", "old", "s")
    assert page is not None
    assert page.is_stale is is_stale
    page = await guides.turn(office, 1, "portal", "new", "s")
    assert page is not None
    assert not page.is_stale


async def test_the_day_is_that_of_the_zone(office: Office, clock: StillClock) -> None:
    office = with_guides(office, verified=date(2026, 8, 13))
    await citizen(office, 1)
    for hour, is_stale in ((18, False), (19, True)):  # midnight in Kazakhstan
        clock.at = datetime(2026, 11, 21, hour, tzinfo=UTC)
        page = await guides.turn(office, 1, "portal", "old", "s")
        assert page is not None
        assert page.is_stale is is_stale


@pytest.mark.parametrize("language", ["kk", "ru"])
async def test_what_it_says(office: Office, clock: StillClock, language: str) -> None:
    office = with_guides(office, verified=date(2020, 1, 1))
    olga = await organiser(office, 1, language)
    delivery = deliveries.Delivery(1, Kind.STALE_STEPS, olga.id, 1, language, False, None, 1)
    call = await compose(office, delivery)
    words, title = office.words[language], {"kk": "Нұсқаулық", "ru": "Инструкция"}[language]
    step = {"kk": "Ескі қадам", "ru": "Старый шаг"}[language]
    line = words("stale.step", step=step, day=date(2020, 1, 1))
    assert call is not None
    assert call.text == f"{words('stale.text')}\n\n<b>{title}</b>\n{line}"  # type: ignore[attr-defined]
    # True at the moment of sending: it was checked meanwhile, or they are no organiser any more.
    assert await compose(with_guides(office, verified=date(2026, 11, 20)), delivery) is None
    async with office.database.write() as connection:
        await storage.dismiss(connection, olga.id)
    assert await compose(office, delivery) is None
