"""A consent is given only to the wording and in the language that were read."""

from __future__ import annotations

from tests.bot.journeys import contest_page, label, newcomer, rows, said
from tests.house import House


async def test_a_button_of_another_language_shows_the_consent_anew(house: House) -> None:
    nina = await newcomer(house, "ru")
    await contest_page(nina, "ru")
    read = await nina.taps(label("ru", "contest.apply"))
    agree = read.button(label("ru", "consent.agree")).value
    await nina.says("/language")
    await nina.taps("Қазақша")
    shown = await nina.sees()
    await house.telegram.forge_callback(1, agree, message_id=shown.message_id)
    again = await nina.sees()
    assert label("kk", "consent.agree") in again.labels
    assert rows(house, "SELECT 1 FROM consents") == []
    await nina.taps(label("kk", "consent.agree"))
    assert rows(house, "SELECT language FROM consents") == [("kk",)]
    assert said("kk", "form.position", position=1, total=5) in (await nina.sees()).text
