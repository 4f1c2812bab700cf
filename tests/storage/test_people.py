"""People in the database, on each engine."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.storage import feedback, people
from bot.storage.database import Database

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


async def test_a_step_is_merged_into_the_place_in_its_guide(database: Database) -> None:
    await people.arrive(database, 1, NOW)
    await people.move_in_guide(database, 1, "portal", {"device": "phone", "@": "app"}, NOW)
    await people.move_in_guide(database, 1, "mgov", {"@": "start"}, NOW)
    moved = await people.move_in_guide(database, 1, "portal", {"@": "install"}, NOW)
    assert moved is not None
    person, _ = moved
    assert person.guides == {"portal": {"device": "phone", "@": "install"}, "mgov": {"@": "start"}}
    assert (person.screen, person.guide) == ("guide", "portal")


async def test_a_none_takes_an_answer_away(database: Database) -> None:
    await people.arrive(database, 1, NOW)
    await people.move_in_guide(database, 1, "portal", {"device": "phone", "@": "app"}, NOW)
    moved = await people.move_in_guide(database, 1, "portal", {"device": None, "@": "device"}, NOW)
    assert moved is not None
    person, _ = moved
    assert person.guides == {"portal": {"@": "device"}}


async def test_a_step_of_nobody_is_nothing(database: Database) -> None:
    assert await people.move_in_guide(database, 5, "portal", {"@": "app"}, NOW) is None


async def test_a_step_comes_with_whether_the_person_managed_in_that_guide(database: Database) -> None:
    nina, other = await people.arrive(database, 1, NOW), await people.arrive(database, 2, NOW)
    await feedback.manage(database, nina.id, "portal", True, NOW)
    await feedback.manage(database, nina.id, "mgov", False, NOW)
    moved = [
        await people.move_in_guide(database, person.telegram_id, guide, {"@": "app"}, NOW)
        for person in (nina, other)
        for guide in ("portal", "mgov")
    ]
    assert [one[1] for one in moved if one] == [True, False, False, False]
