"""Groups: the bot links to the private chat, and says nothing personal before others."""

from __future__ import annotations

import pytest

from bot.local_telegram import LocalTelegram
from tests.bot.journeys import LANGUAGES, begin, label, newcomer, row, rows, said
from tests.house import House

LINK = "Ботты ашу / Открыть бота"


async def _group(telegram: LocalTelegram, status: str = "member") -> int:
    """A group of two that the bot was added to."""
    await telegram.add_person(2, "Айгүл", language_code="kk")
    chat = await telegram.add_group("Көршілер", members=[1, 2])
    await telegram.add_bot_to_group(chat, by=2, status=status)
    await telegram.settled()
    return chat


async def test_added_to_a_group(house: House) -> None:
    await house.citizen(1)
    chat = await _group(house.telegram)
    said_there = await house.telegram.bot_messages(chat)
    assert [message.labels for message in said_there] == [[LINK]]
    text = said_there[0].text
    assert text == said("kk", "group.text") + "\n\n" + said("ru", "group.text")
    assert said_there[0].button(LINK).value == "https://t.me/test_bot"
    # Being shown out is no error, and nobody of the group is known now.
    await house.telegram.remove_bot_from_group(chat, by=2)
    await house.telegram.settled()
    assert rows(house, "SELECT * FROM people") == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_called_in_a_group(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    question = await begin(nina, language)
    chat = await _group(house.telegram)
    before = len(await house.telegram.bot_messages(chat))
    calls = ["/start@test_bot", "/status", "/mydata@test_bot", "@test_bot сәлем", "/start k_forged"]
    for number, text in enumerate(calls, 1):
        await house.telegram.send_text(1, text, chat=chat)
        await house.telegram.settled()
        seen = await house.telegram.bot_messages(chat)
        assert len(seen) == before + number, text
        assert seen[-1].text == said("kk", "group.text") + "\n\n" + said("ru", "group.text")
        assert seen[-1].labels == [LINK]
    # The private chat heard nothing of it, and the question still stands.
    assert (await nina.sees()).message_id == question.message_id
    assert row(house, "SELECT screen FROM people WHERE telegram_id = 1") == ("form",)
    assert rows(house, "SELECT 1 FROM people WHERE telegram_id = 2") == []
    assert said(language, "form.position", position=2, total=5) in (await nina.says("Образцова Анна")).text
    # The link leads there.
    await house.telegram.tap(1, LINK, chat=chat)
    assert said(language, "menu.greeting") in (await nina.sees()).text


async def test_an_edit_and_a_forged_button_in_a_group(house: House) -> None:
    nina = await newcomer(house)
    chat = await _group(house.telegram)
    asked = await house.telegram.send_text(1, "@test_bot привет", chat=chat)
    await house.telegram.settled()
    before = await house.telegram.bot_messages(chat)
    await house.telegram.edit_text(1, asked.message_id, "@test_bot пока", chat=chat)
    for data in ("m1:settings", "r1:confirm", "g1:portal::o", "l1:kk:", "garbage"):
        query = await house.telegram.forge_callback(1, data, message_id=before[-1].message_id, chat=chat)
        answer = await house.telegram.answer(query)
        assert answer.answered
        # The group is no private chat: nothing of one's own is shown there, or done from there.
        await house.telegram.settled()
    assert await house.telegram.bot_messages(chat) == before
    assert row(house, "SELECT language FROM people WHERE telegram_id = 1") == ("ru",)
    assert label("ru", "menu.guides") in (await nina.sees()).labels


async def test_people_who_talk_among_themselves_are_left_alone(house: House) -> None:
    await house.citizen(1)
    chat = await _group(house.telegram, "administrator")
    before = len(await house.telegram.bot_messages(chat))
    await house.telegram.send_text(1, "Кто завтра едет в город?", chat=chat)
    await house.telegram.send_photo(2, chat=chat)
    await house.telegram.settled()
    assert len(await house.telegram.bot_messages(chat)) == before
