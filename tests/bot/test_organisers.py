"""Owners invite organisers by a one-time link, and remove them at once."""

from __future__ import annotations

import pytest

from bot.local_telegram import Message
from tests.bot.journeys import LANGUAGES, label, newcomer, rows, said
from tests.house import OWNER, Citizen, House

ROLES = "SELECT telegram_id, role FROM roles JOIN people ON people.id = person_id"


async def _link(owner: Citizen, language: str) -> str:
    """A new invitation's address, as the owner copies it."""
    await owner.says("/organisers")
    shown = await owner.taps(label(language, "organisers.invite"))
    return shown.button(label(language, "organisers.copy")).value


async def _opens(house: House, person: int, address: str) -> Message:
    await house.telegram.open_link(person, address)
    await house.telegram.settled()
    return await house.telegram.last_message(person)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_invited_and_removed(house: House, language: str) -> None:
    owner, nina = await newcomer(house, language, OWNER), await newcomer(house, language, 1)
    assert said(language, "organisers.none") in (await owner.says("/organisers")).text
    link = await _link(owner, language)
    assert said(language, "organisers.welcome") in (await _opens(house, 1, link)).text
    assert rows(house, ROLES) == [(1, "organiser")]
    assert "papers" in [one["command"] for one in await house.telegram.commands(1)]
    assert "organisers" not in [one["command"] for one in await house.telegram.commands(1)]
    assert "organisers" in [one["command"] for one in await house.telegram.commands(OWNER)]
    assert said(language, "review.none") == (await nina.says("/papers")).text
    assert said(language, "refusal.no_right") in (await nina.says("/organisers")).text

    name = (await house.telegram.person(1)).first_name
    assert name in (await owner.says("/organisers")).text
    asked = await owner.taps(label(language, "organisers.remove", name=name))
    assert asked.text == said(language, "organisers.remove_ask", name=name)
    left = await owner.taps(label(language, "organisers.remove_yes"))
    assert said(language, "organisers.none") in left.text
    assert rows(house, ROLES) == [(1, "former")]
    assert said(language, "refusal.no_right") in (await nina.says("/papers")).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_links_that_do_not_work(house: House, language: str) -> None:
    owner, _ = await newcomer(house, language, OWNER), await newcomer(house, language, 1)
    other = await newcomer(house, language, 2)
    first = await _link(owner, language)
    assert said(language, "refusal.staff_already") in (await _opens(house, OWNER, first)).text
    second = await _link(owner, language)
    assert said(language, "refusal.link.unknown") in (await _opens(house, 1, first)).text
    await _opens(house, 1, second)
    assert said(language, "refusal.link.used") in (await _opens(house, 2, second)).text
    third = await _link(owner, language)
    await house.move(days=2, seconds=1)
    assert said(language, "refusal.link.expired") in (await _opens(house, 2, third)).text
    assert said(language, "refusal.link.unknown") in (await other.start("o_forged")).text
    assert rows(house, ROLES) == [(1, "organiser")]


async def test_two_open_it_at_once(house: House) -> None:
    owner = await newcomer(house, "ru", OWNER)
    await newcomer(house, "ru", 1)
    await newcomer(house, "ru", 2)
    link = await _link(owner, "ru")
    await house.telegram.open_link(1, link)
    await house.telegram.open_link(2, link)
    await house.telegram.settled()
    assert len(rows(house, ROLES)) == 1


@pytest.mark.parametrize("data", ["o1:list:0", "o1:invite:0", "o1:ask:1", "o1:remove:1"])
async def test_a_stranger_has_no_such_button(house: House, data: str) -> None:
    await newcomer(house, "ru", OWNER)
    nina = await newcomer(house, "ru", 1)
    shown = await nina.sees()
    query = await house.telegram.forge_callback(1, data, message_id=shown.message_id)
    assert (await house.telegram.answer(query)).text == said("ru", "refusal.no_right")
    assert (await nina.sees()).text == shown.text
    assert rows(house, ROLES) == []


async def test_an_invitation_before_the_language(house: House) -> None:
    owner = await newcomer(house, "ru", OWNER)
    link = await _link(owner, "ru")
    await house.citizen(1)
    await _opens(house, 1, link)
    assert rows(house, ROLES) == []
    await Citizen(house.telegram, 1).taps("Русский")
    assert rows(house, ROLES) == [(1, "organiser")]
