"""What nobody should send to anybody is deleted, not kept, and warned of; what only looks alike is not."""

from __future__ import annotations

import pytest

from bot.local_telegram import Message
from tests.bot.journeys import (
    CONTEST,
    LANGUAGES,
    begin,
    bytes_at_rest,
    label,
    newcomer,
    row,
    said,
    to_phone,
)
from tests.bot.test_guides import PORTAL, open_guide
from tests.house import Citizen, House

TEXTS = [
    "739155",
    "739 155",
    "Код 739155",
    "739155 - код подтверждения",
    "SMS: 7391",
    "растау коды 739155",
    "пароль Qaraqat739",
    "құпиясөз: Qaraqat739",
    "Qaraqat739!",
]
FILES = ["AUTH_RSA256_5b1c7391.p12", "RSA256_739155.p12", "GOSTKNCA_739155.p12", "мой ключ.pfx"]
QUESTIONS = [
    "где взять код из смс?",
    "не приходит код от 1414",
    "код 1414 келмейді",
    "1414",
    "забыл пароль",
    "пароль от егов не подходит, что делать",
    "құпиясөзді ұмыттым",
    "sms с кодом не пришло",
    "05.01.1990",
    "1990 жыл",
    "+7 701 123 45 67",
    "87011234567",
    "EU-0001",
    "заявка EU-0001",
    "https://egov.kz/cms/ru/Services2026",
    "егов",
]


async def _warned(house: House, citizen: Citizen, sent: Message, language: str) -> Message:
    """The newest screen, of a bot that deleted the message and said so."""
    seen = await citizen.sees()
    assert seen.text.startswith(said(language, "secret.deleted")), sent.text
    assert (await house.telegram.message(1, sent.message_id)).deleted
    return seen


def _nothing_kept(house: House) -> None:
    kept = bytes_at_rest(house)
    for part in ("7391", "739 155", "Qaraqat", "AUTH_RSA", "GOSTKNCA", "мой ключ"):
        assert part.encode() not in kept, part


@pytest.mark.parametrize("language", LANGUAGES)
async def test_secrets_where_nothing_is_asked(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    for text in TEXTS:
        seen = await _warned(house, nina, await house.telegram.send_text(1, text), language)
        assert label(language, "menu.guides") in seen.labels
    for name in FILES:
        await _warned(house, nina, await house.telegram.send_document(1, b"key", name), language)
    # In a guide too, which is gone on with afterwards.
    await open_guide(nina, language, PORTAL)
    step = await nina.taps({"kk": "Тек телефон", "ru": "Только телефон"}[language])
    await _warned(house, nina, await house.telegram.send_text(1, TEXTS[0]), language)
    assert (await open_guide(nina, language, PORTAL)).text == step.text
    _nothing_kept(house)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_secrets_at_a_question(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    question = await begin(nina, language)

    async def asked_again(texts: list[str]) -> None:
        for text in texts:
            seen = await _warned(house, nina, await house.telegram.send_text(1, text), language)
            assert seen.text.endswith(question.text), text
            assert (seen.labels, seen.keys) == (question.labels, question.keys)
        sent = await house.telegram.send_document(1, b"key", FILES[0])
        assert (await _warned(house, nina, sent, language)).text.endswith(question.text)

    # What a name may not be, a date, a district, a telephone number.
    await asked_again(["739155", "Код 739155", "Qaraqat739!", "пароль Qaraqat739"])
    question = await nina.says("Образцова Анна")
    await asked_again(["739155", "Код 739155", "Qaraqat739!"])
    question = await nina.says("05.01.1990")
    await asked_again(["739155", "растау коды 739155"])
    question = await nina.taps(question.labels[0])
    await asked_again(["739155", "Qaraqat739!"])
    question = await nina.says("+7 701 123 45 67")
    await asked_again(["739155"])
    question = await nina.taps(label(language, "form.publish_no"))
    await asked_again(["739155", "739155 - код подтверждения"])
    assert row(house, "SELECT state FROM applications") == ("draft",)
    _nothing_kept(house)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_message_that_telegram_does_not_let_delete(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    await house.telegram.add_fault("400", "deleteMessage", description="Bad Request: message can't be deleted")
    seen = await nina.says("739155")
    assert seen.text.startswith(said(language, "secret.not_deleted"))
    _nothing_kept(house)


async def test_no_secret_where_nothing_is_asked(house: House) -> None:
    nina = await newcomer(house)
    taken = []
    for text in QUESTIONS:
        sent = await house.telegram.send_text(1, text)
        seen = await nina.sees()
        searched = said("ru", "search.found") in seen.text or said("ru", "search.nothing") in seen.text
        if not searched or (await house.telegram.message(1, sent.message_id)).deleted:
            taken.append(text)
    assert taken == []


async def test_no_secret_as_an_answer(house: House) -> None:
    nina = await newcomer(house)
    await to_phone(nina)
    sent = await house.telegram.send_text(1, "87011234567")
    await nina.sees()
    assert said("ru", "form.publish_label") in (await nina.taps(label("ru", "form.publish_no"))).text
    assert not (await house.telegram.message(1, sent.message_id)).deleted
    await house.telegram.send_document(1, b"%PDF-1.4", "Согласие.pdf")
    assert said("ru", "unexpected.file") in (await nina.sees()).text
    assert CONTEST["ru"] in (await nina.says("/status")).text
