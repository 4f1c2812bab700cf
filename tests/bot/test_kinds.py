"""A contest that asks for the kinds of answers that the others do not: tests/bot/content/contests/kinds.toml."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.local_telegram import Message
from tests.bot.journeys import LANGUAGES, bytes_at_rest, label, newcomer, row, said
from tests.bot.test_files import my_data
from tests.bot.test_reviews import organiser
from tests.house import Citizen, House

KINDS = {"kk": "Жауап түрлері", "ru": "Виды ответов"}
LABELS = {
    "kk": {"members": "Адам саны", "budget": "Шығын", "email": "Пошта", "film": "Фильм", "iin": "ЖСН", "bin": "БСН"},
    "ru": {
        "members": "Число участников",
        "budget": "Расходы",
        "email": "Почта",
        "film": "Фильм",
        "iin": "ИИН",
        "bin": "БИН",
    },
}
PERSON = {"kk": "Жеке адам", "ru": "Гражданин"}
ORG = {"kk": "Ұйым", "ru": "Организация"}
WHO = {"kk": "✏️ Кім", "ru": "✏️ Кто"}
FILM = 'https://example.kz/film?name="a"&part=1'


async def to_form(house: House, language: str) -> Citizen:
    """A newcomer at the first question."""
    nina = await newcomer(house, language)
    await nina.taps(label(language, "menu.contests"), KINDS[language])
    await nina.taps(label(language, "contest.apply"), label(language, "consent.agree"))
    return nina


async def card(house: House, language: str) -> tuple[Citizen, Message]:
    """An organiser who opened the application."""
    chief = await organiser(house, language)
    await chief.says("/applications")
    await chief.taps(KINDS[language], label(language, "review.find"))
    return chief, await chief.says("K-0001")


async def refused(
    citizen: Citizen, language: str, position: int, text: str, key: str, total: int = 5, **values: Any
) -> None:
    """What is typed is refused by this sentence, and the same question stands."""
    shown = await citizen.says(text)
    assert shown.text.startswith(said(language, key, **values)), text
    assert said(language, "form.position", position=position, total=total) in shown.text


async def answers(citizen: Citizen, language: str) -> Message:
    """Good answers to all questions; gives the summary."""
    for text in ("1 200", "1234567,50", "Anna@Example.KZ", FILM):
        await citizen.says(text)
    await citizen.taps(PERSON[language])
    return await citizen.says("991231 590001")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_numbers_mail_and_links(fair: House, language: str) -> None:
    nina = await to_form(fair, language)
    await refused(nina, language, 1, "десять", "refusal.number.form")
    await refused(nina, language, 1, "2,5", "refusal.number.whole")
    await refused(nina, language, 1, "1", "refusal.number.at_least", limit=2)
    # As many digits as a one-time code has: an answer all the same.
    await refused(nina, language, 1, "4821", "refusal.number.at_most", limit=Decimal(2000))
    assert "2\u00a0000" in (await nina.sees()).text
    await nina.says("1 200")
    await refused(nina, language, 2, "1,505", "refusal.number.decimals", decimals=2)
    await nina.says("1234567,50")
    await refused(nina, language, 3, "анна@mail.kz", "refusal.email")
    await nina.says("Anna@Example.KZ")
    await refused(nina, language, 4, "http://example.kz", "refusal.https")
    await refused(nina, language, 4, "youtu.be/Abc12345XYZ", "refusal.https")
    await nina.says(FILM)
    await nina.taps(PERSON[language])
    await refused(nina, language, 6, "99123159000", "refusal.twelve_digits.iin", total=6)
    await refused(nina, language, 6, "991231590002", "refusal.check_digit.iin", total=6)
    await nina.taps(label(language, "button.back"), ORG[language])
    await refused(nina, language, 6, "ТОО", "refusal.twelve_digits.bin", total=6)
    await refused(nina, language, 6, "991240900001", "refusal.check_digit.bin", total=6)
    summary = await nina.says("9912-4090-0000")
    names = LABELS[language]
    assert f"{names['members']}: 1\u00a0200\n" in summary.text
    assert f"{names['budget']}: 1\u00a0234\u00a0567,5\n" in summary.text
    assert f"{names['email']}: Anna@example.kz\n" in summary.text
    assert f"{names['film']}: {FILM}" in summary.text
    await nina.taps(f"✏️ {names['members']}")
    assert said(language, "form.now", answer="1\u00a0200") in (await nina.sees()).text
    assert f"{names['members']}: 7\n" in (await nina.says("7")).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_organiser_follows_the_link(fair: House, language: str) -> None:
    nina = await to_form(fair, language)
    await answers(nina, language)
    await nina.taps(label(language, "form.submit"))
    _, shown = await card(fair, language)
    assert f"{LABELS[language]['film']}: {FILM}" in shown.text
    links = [entity["url"] for entity in shown.entities if entity["type"] == "text_link"]
    assert links == [FILM]
    assert b"example.kz" not in bytes_at_rest(fair)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_identifier_is_whole_only_where_the_application_is_opened(fair: House, language: str) -> None:
    nina, names = await to_form(fair, language), LABELS[language]
    summary = await answers(nina, language)
    assert f"{names['iin']}: ••••••••0001" in summary.text
    question = await nina.taps(f"✏️ {names['iin']}")
    assert said(language, "form.now", answer="••••••••0001") in question.text
    await nina.taps(label(language, "form.to_summary"), label(language, "form.submit"))
    status = await nina.says("/status")
    assert "9912" not in status.text
    assert not any("991231590001" in message.text for message in await nina.all())
    assert b"991231590001" not in bytes_at_rest(fair)
    _, shown = await card(fair, language)
    assert f"{names['iin']}: 991231590001" in shown.text
    assert "991231590001" in (await my_data(nina, language)).decode()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_question_comes_and_goes_with_an_earlier_answer(fair: House, language: str) -> None:
    nina, names = await to_form(fair, language), LABELS[language]
    assert names["iin"] in (await answers(nina, language)).text
    question = await nina.taps(WHO[language])
    assert said(language, "form.position", position=5, total=6) in question.text
    # The last question is another one now, and the summary has to wait for its answer.
    question = await nina.taps(ORG[language])
    assert said(language, "form.position", position=6, total=6) in question.text
    assert label(language, "form.to_summary") not in question.labels
    summary = await nina.says("991240900000")
    assert f"{names['bin']}: ••••••••0000" in summary.text
    assert f"✏️ {names['bin']}" in summary.labels
    assert names["iin"] not in summary.text + str(summary.labels)
    # Nothing typed is lost: the first number comes back with the first answer.
    summary = await nina.taps(WHO[language], PERSON[language])
    assert f"{names['iin']}: ••••••••0001" in summary.text
    assert names["bin"] not in summary.text + str(summary.labels)
    await nina.taps(label(language, "form.submit"))
    _, shown = await card(fair, language)
    assert "991231590001" in shown.text
    assert "991240900000" not in shown.text
    assert names["bin"] not in shown.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_was_sent_in_and_has_a_new_question_is_sent_in_again(fair: House, language: str) -> None:
    nina = await to_form(fair, language)
    await answers(nina, language)
    await nina.taps(label(language, "form.submit"))
    (closes,) = row(fair, "SELECT moments ->> 'applications_close' FROM contests WHERE id = 'kinds'")
    told = said(language, "form.reopened", closes=datetime.fromisoformat(closes))
    await nina.says("/status")
    await nina.taps(f"K-0001 {KINDS[language]}", label(language, "application.change"), WHO[language])
    asked = await nina.taps(ORG[language])
    assert told in asked.text
    assert row(fair, "SELECT state FROM applications") == ("draft",)
    summary = await nina.says("991240900000")
    assert told in summary.text
    await nina.taps(label(language, "form.submit"))
    assert row(fair, "SELECT state, number FROM applications") == ("submitted", 1)
