"""A newcomer's whole way, by visible labels."""

from __future__ import annotations

from tests.house import House


async def test_language_is_asked_in_both_languages(house: House) -> None:
    nina = await house.citizen(1, "Нина", "ru")
    asked = await nina.start()
    assert asked.text.index("Сәлеметсіз бе") < asked.text.index("Здравствуйте")
    assert asked.labels == ["Русский", "Қазақша"]
    assert "Главное меню" in (await nina.taps("Русский")).text
