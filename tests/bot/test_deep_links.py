"""Links to a guide, to a step of it and to a contest; and the button that passes them on."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from bot.local_telegram import Message
from tests.bot.journeys import CONTEST, LANGUAGES, contest_page, label, newcomer, said
from tests.house import Citizen, House

TITLE = {"kk": "Екі жол", "ru": "Две дороги"}
QUESTION = {"kk": "Қайда барамыз?", "ru": "Куда идём?"}
LEFT = {"kk": "Солға", "ru": "Налево"}
LEFT_WAY = {"kk": "Сол жол.", "ru": "Левая дорога."}
RIGHT_WAY = {"kk": "Оң жол.", "ru": "Правая дорога."}
RIGHT_END = {"kk": "Оң жақтасыз.", "ru": "Вы справа."}

both_languages = pytest.mark.parametrize("language", LANGUAGES)


async def arrives(house: House, start: str, language: str, number: int = 1) -> tuple[Citizen, Message]:
    """A newcomer who opens a link: chooses the language, and sees where the link leads."""
    citizen = await house.citizen(number, "Нина", language)
    asked = await citizen.start(start)
    assert said(language, "language.ask") in asked.text
    return citizen, await citizen.taps(label(language, "language.own_name"))


@both_languages
async def test_a_newcomer_chooses_the_language_and_lands_at_the_step(fair: House, language: str) -> None:
    nina, landed = await arrives(fair, "g_forked-right_way", language)
    assert RIGHT_WAY[language] in landed.text
    assert TITLE[language] in landed.text
    assert said(language, "guide.step_gone") not in landed.text
    # It has a way behind it and a way ahead, and this is where the person stands from now on.
    assert RIGHT_END[language] in (await nina.taps(label(language, "button.next"))).text
    await nina.taps(label(language, "button.back"))
    assert QUESTION[language] in (await nina.taps(label(language, "button.back"))).text
    await nina.taps(LEFT[language])
    assert LEFT_WAY[language] in (await nina.start("g_forked")).text


@both_languages
async def test_somebody_who_stands_elsewhere_is_led_to_the_step(fair: House, language: str) -> None:
    nina = await newcomer(fair, language)
    await nina.start("g_forked")
    await nina.taps(LEFT[language])
    assert RIGHT_WAY[language] in (await nina.start("g_forked-right_way")).text
    assert RIGHT_WAY[language] in (await nina.start("g_forked")).text


@both_languages
async def test_a_step_that_is_gone(fair: House, language: str) -> None:
    nina, landed = await arrives(fair, "g_forked-gone", language)
    assert landed.text.startswith(said(language, "guide.step_gone"))
    assert QUESTION[language] in landed.text
    # Whoever was in the guide goes on from there.
    await nina.taps(LEFT[language])
    again = await nina.start("g_forked-gone")
    assert again.text.startswith(said(language, "guide.step_gone"))
    assert LEFT_WAY[language] in again.text
    assert said(language, "guide.step_gone") not in (await nina.start("g_forked")).text


@both_languages
@pytest.mark.parametrize("start", ["g_gone-where", "g_-", "g_", "g_gone"])
async def test_a_guide_that_is_gone(fair: House, start: str, language: str) -> None:
    _, landed = await arrives(fair, start, language)
    assert said(language, "refusal.guide_gone") in landed.text
    assert label(language, "menu.guides") in landed.labels


async def test_a_forgotten_persons_old_button_asks_for_the_language_and_leads_back(fair: House) -> None:
    nina = await newcomer(fair)
    old = (await nina.start("g_forked-right_way")).button(label("ru", "button.next"))
    await nina.says("/forget")
    await nina.taps(label("ru", "forget.yes"))
    await nina.telegram.forge_callback(nina.number, str(old.value))
    assert said("ru", "language.ask") in (await nina.sees()).text
    assert RIGHT_WAY["ru"] in (await nina.taps(label("ru", "language.own_name"))).text


def passed_on(message: Message, language: str) -> tuple[str, str]:
    """What Telegram is asked to send by a screen's button: the address, and the text below it."""
    parts = urlsplit(str(message.button(label(language, "button.share")).value))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "t.me", "/share/url")
    query = parse_qs(parts.query, strict_parsing=True)
    return query["url"][0], query["text"][0]


@both_languages
async def test_a_guide_is_passed_on_from_its_first_step_and_its_ends(fair: House, language: str) -> None:
    nina = await newcomer(fair, language)
    steps = [await nina.start("g_forked"), await nina.taps(LEFT[language])]
    steps.append(await nina.taps(label(language, "button.next")))
    assert [label(language, "button.share") in step.labels for step in steps] == [True, False, True]
    for step in (steps[0], steps[2]):
        assert passed_on(step, language) == (
            "https://t.me/test_bot?start=g_forked",
            label(language, "guide.share_text", title=TITLE[language]),
        )


@both_languages
async def test_a_step_keeps_its_share_button_where_it_is_drawn_anew(fair: House, language: str) -> None:
    # After a change of language, and by a tap: not only where a link opens it.
    nina = await newcomer(fair, language)
    await nina.start("g_short")
    await nina.says("/language")
    again = await nina.taps(label(language, "language.own_name"))
    assert passed_on(again, language)[0] == "https://t.me/test_bot?start=g_short"
    await nina.says("/guides")
    tapped = await nina.taps(TITLE[language])
    assert passed_on(tapped, language)[0] == "https://t.me/test_bot?start=g_forked"


@both_languages
async def test_a_contest_is_passed_on_from_its_page(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    address, text = passed_on(await contest_page(nina, language), language)
    assert text == label(language, "contest.share_text", title=CONTEST[language])
    assert address == "https://t.me/test_bot?start=c_egov_user"
    _, landed = await arrives(house, address.partition("?start=")[2], language, 2)
    assert CONTEST[language] in landed.text
