"""Choosing a language, owning the bot; contests that are announced and followed; places in guides."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.base import Refusal
from bot.domain.moments import Calendar
from bot.services import contests, guides, people
from bot.services.guides import AT, Page
from bot.services.office import Office
from bot.storage import contests as storage
from bot.storage import people as people_storage
from bot.storage.tables import links
from tests.services.rooms import CLOSES, CONTEST, OPENS, StillClock, citizen, library, with_contest


async def key(call: Any) -> str:
    with pytest.raises(Refusal) as caught:
        await call
    return caught.value.key


# --- language


async def test_a_language_is_chosen_and_the_place_stays(office: Office) -> None:
    nina = await people.speak(office, 1, "ru")
    assert (nina.telegram_id, nina.language) == (1, "ru")
    await people_storage.stand(office.database, 1, "form", 5, office.clock.now())
    again = await people.speak(office, 1, "kk")
    assert (again.id, again.language, again.screen, again.screen_id) == (nina.id, "kk", "form", 5)
    assert await key(people.speak(office, 1, "en")) == "refusal.old_button"


# --- owner


async def test_the_first_to_send_the_code_is_the_owner(office: Office) -> None:
    code = await people.owner_code(office)
    assert code is not None
    one, two = await citizen(office, 1), await citizen(office, 2)
    assert not await people.is_staff(office, one)
    assert not await people.claim_ownership(office, one, "AAAA-BBBB-CCCC")
    assert await people.claim_ownership(office, one, f"  {code.lower()} ")
    assert not await people.claim_ownership(office, two, code)
    assert await people.is_staff(office, one)
    assert not await people.is_staff(office, two)
    assert await people.owner_code(office) is None


async def test_the_code_is_not_kept(office: Office) -> None:
    code = await people.owner_code(office)
    assert code is not None
    (row,) = await office.database.read(select(links.c.token_hash))
    assert code.encode() not in row[0]
    assert len(row[0]) == 32


async def test_of_two_who_send_the_code_at_once_one_owns(office: Office) -> None:
    code = await people.owner_code(office)
    assert code is not None
    everyone = [await citizen(office, number) for number in range(1, 6)]
    done = await asyncio.gather(*(people.claim_ownership(office, one, code) for one in everyone))
    assert sorted(done) == [False] * 4 + [True]
    assert [one.id for one in await people.staff(office)] == [everyone[done.index(True)].id]


async def test_a_new_code_stops_the_old_one(office: Office) -> None:
    old, new = await people.owner_code(office), await people.owner_code(office)
    assert old is not None
    assert new is not None
    assert old != new
    nina = await citizen(office, 1)
    assert not await people.claim_ownership(office, nina, old)
    assert await people.claim_ownership(office, nina, new)


async def test_a_code_lives_a_week(office: Office, clock: StillClock) -> None:
    code = await people.owner_code(office)
    assert code is not None
    nina = await citizen(office, 1)
    clock.at += people.OWNER_CODE_LIFE
    clock.pass_by(seconds=1)
    assert not await people.claim_ownership(office, nina, code)
    clock.pass_by(seconds=-1)
    assert await people.claim_ownership(office, nina, code)


@pytest.mark.parametrize("text", ["", "привет", "AAAA-BBBB", "AAAA-BBBB-CCC0", "A" * 14, "----", "AAAA-BBBB-CCCC-DDDD"])
async def test_other_words_are_no_code(office: Office, text: str) -> None:
    await people.owner_code(office)
    assert not await people.claim_ownership(office, await citizen(office, 1), text)


async def test_owners_of_the_config_need_no_code(office: Office) -> None:
    office = replace(office, owners=frozenset({1, 77}))
    assert await people.owner_code(office) is None
    nina = await citizen(office, 1)
    assert [one.id for one in await people.staff(office)] == [nina.id]


# --- contests


async def test_dates_stay_when_the_file_changes(office: Office, clock: StillClock) -> None:
    await contests.announce_due(office, Calendar())
    contest = library().contests[CONTEST]
    moved = tuple(
        entry.model_copy(update={"at": "2027-08-01T18:00"}) if entry.id == "applications_close" else entry
        for entry in contest.dates
    )
    changed = with_contest(office, contest.model_copy(update={"dates": moved}))
    assert changed.library.contests[CONTEST].moments(Calendar())["applications_close"] != CLOSES
    clock.pass_by(days=1)
    await contests.announce_due(changed, Calendar())
    nina = await citizen(office, 1)
    announced = await contests.read(changed, nina, CONTEST)
    assert announced.moments["applications_close"] == CLOSES
    assert announced.moments == contest.moments(Calendar())


async def test_a_contest_is_announced_at_its_moment(office: Office, clock: StillClock) -> None:
    clock.at = OPENS
    clock.pass_by(seconds=-1)
    nina = await citizen(office, 1)
    await contests.announce_due(office, Calendar())
    assert await contests.all_announced(office) == []
    assert await key(contests.read(office, nina, CONTEST)) == "refusal.contest_gone"
    clock.pass_by(seconds=1)
    await contests.announce_due(office, Calendar())
    assert [one.id for one in await contests.all_announced(office)] == [CONTEST]


async def test_when_applications_are_taken(office: Office, clock: StillClock) -> None:
    await contests.announce_due(office, Calendar())
    announced = await contests.read(office, await citizen(office, 1), CONTEST)
    for at, is_open in ((OPENS, True), (CLOSES, True)):
        clock.at = at
        assert announced.is_open(clock.now()) is is_open
    clock.at = OPENS
    clock.pass_by(microseconds=-1)
    assert not announced.is_open(clock.now())
    clock.at = CLOSES
    clock.pass_by(microseconds=1)
    assert not announced.is_open(clock.now())


async def test_following_twice_is_once(office: Office) -> None:
    await contests.announce_due(office, Calendar())
    nina = await citizen(office, 1)
    assert not (await contests.read(office, nina, CONTEST)).followed
    for wanted in (True, True, False, False):
        assert (await contests.follow(office, nina, CONTEST, wanted)).followed is wanted
    assert await storage.followed(office.database, nina.id) == []
    assert await key(contests.follow(office, nina, "gone", True)) == "refusal.contest_gone"


# --- guides


async def tap(office: Office, guide: str, step: str, act: str) -> Page:
    page = await guides.turn(office, 1, guide, step, act)
    assert page is not None
    return page


async def test_on_back_again_and_resumed(office: Office) -> None:
    await citizen(office, 1)
    guide = library().guides["mgov"]
    asking = next(step for step in guide.steps if step.choices)
    first = await guides.resume(office, 1, "mgov")
    assert first is not None
    assert (first.step.id, first.position, first.previous) == (guide.first.id, 1, None)
    choice = asking.choices[0]
    page = await tap(office, "mgov", asking.id, f".{choice.id}")
    assert page.step.id == choice.next
    assert page.previous is not None
    again = await tap(office, "mgov", asking.id, f".{choice.id}")
    assert (again.step.id, again.position) == (page.step.id, page.position)
    await people_storage.stand(office.database, 1, "", None, office.clock.now())
    resumed = await guides.resume(office, 1, "mgov")
    assert resumed is not None
    assert (resumed.step.id, resumed.position, resumed.total) == (page.step.id, page.position, page.total)
    back = await tap(office, "mgov", page.previous.id, "s")
    assert back.position == page.position - 1
    restarted = await tap(office, "mgov", guide.first.id, "r")
    assert (restarted.step.id, restarted.position) == (guide.first.id, 1)
    person = await people_storage.find(office.database, 1)
    assert person is not None
    assert person.guides == {"mgov": {AT: guide.first.id}}


async def test_forged_taps_in_a_guide_move_nobody_astray(office: Office) -> None:
    await citizen(office, 1)
    guide = library().guides["portal"]
    assert await key(guides.turn(office, 1, "gone", "", "s")) == "refusal.guide_gone"
    assert await guides.turn(office, 2, "portal", "", "s") is None
    assert await guides.resume(office, 2, "portal") is None
    await tap(office, "portal", "", "s")
    for step, act in (("gone", "n"), (guide.first.id, ".gone"), (guide.first.id, "x"), ("", "n")):
        assert (await tap(office, "portal", step, act)).step.id == guide.first.id
