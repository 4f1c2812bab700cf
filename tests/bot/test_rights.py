"""What a person can ask of their data: to see it all, to have it erased; and what is erased when its term is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.local_telegram import Message
from tests.bot.journeys import (
    CLOSES,
    CONTEST,
    DISTRICT,
    ERASED,
    LANGUAGES,
    NAME,
    apply,
    begin,
    content_of,
    contest_page,
    fill,
    label,
    newcomer,
    past,
    row,
    rows,
    said,
    screen,
    to_phone,
)
from tests.bot.test_guides import PORTAL, open_guide
from tests.house import Citizen, House


async def my_data(citizen: Citizen, language: str) -> str:
    """The text of the document that /mydata brings."""
    asked = await citizen.says("/mydata")
    assert said(language, "mydata.coming") in asked.text
    return await _read(citizen, language, asked)


async def _read(citizen: Citizen, language: str, asked: Message) -> str:
    caption = said(language, "mydata.caption")
    sent = await citizen.telegram.wait_message(citizen.number, caption, after=asked.message_id)
    assert sent.extra["document"]["file_name"] == "mydata.txt"
    return (await content_of(citizen.telegram, sent)).decode("utf-8-sig")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_all_that_is_held_comes_as_a_document(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    await open_guide(nina, language, PORTAL)
    await nina.taps({"kk": "Тек телефон", "ru": "Только телефон"}[language])
    await contest_page(nina, language)
    await nina.taps(label(language, "contest.follow"))
    await apply(nina, language)
    text = await my_data(nina, language)
    for part in (
        label(language, "mydata.telegram_id", id=1),
        label(language, "mydata.language", language=label(language, "language.own_name")),
        PORTAL[language],
        CONTEST[language],
        "EU-0001",
        label(language, "state.submitted"),
        NAME,
        "05.01.1990",
        DISTRICT[language],
        "+7 701 123 4567",
        label(language, "act.agree"),
        label(language, "act.submit"),
        label(language, "consent.kind.processing"),
        label(language, "push.receipt"),
    ):
        assert part in text, part
    # The consent stands there as it was agreed to, all nine items.
    for number in range(1, 10):
        assert f"\n  | {number}. " in text
    assert "<b>" not in text
    # The same from the settings; and nobody else's.
    other = await newcomer(house, language, 2)
    await other.taps(label(language, "menu.settings"))
    asked = await other.taps(label(language, "settings.my_data"))
    theirs = await _read(other, language, asked)
    assert label(language, "mydata.telegram_id", id=2) in theirs
    assert NAME not in theirs


@pytest.mark.parametrize("language", LANGUAGES)
async def test_being_forgotten(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    await contest_page(nina, language)
    await nina.taps(label(language, "contest.follow"))
    await apply(nina, language)
    await nina.says("/settings")
    asked = await nina.taps(label(language, "settings.forget"))
    assert said(language, "forget.ask") == asked.text
    kept = await nina.taps(label(language, "forget.no"))
    assert said(language, "settings.text") in kept.text
    assert row(house, "SELECT count(*) FROM people") == (1,)

    await nina.says("/forget")
    done = await nina.taps(label(language, "forget.yes"))
    assert done.text == said(language, "forget.done")
    assert done.buttons == []
    for table in ("people", "follows", "consents", "files", "links", "deliveries"):
        assert rows(house, f"SELECT * FROM {table}") == [], table
    left = row(house, "SELECT person_id, identity, answers, question, state, number FROM applications")
    assert left == (None, None, None, "", "withdrawn", 1)
    assert rows(house, "SELECT actor_id FROM history WHERE actor_id IS NOT NULL") == []

    # Whatever they tap or send now, they begin anew.
    await nina.taps(label(language, "application.open"))
    assert (await screen(nina)).labels[0] == label(language, "language.own_name")
    await nina.start()
    menu = await nina.taps(label(language, "language.own_name"))
    assert said(language, "menu.greeting") in menu.text
    assert said(language, "applications.none") in (await nina.says("/status")).text
    receipt = await apply(nina, language)
    assert "EU-0002" in receipt.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_answers_are_erased_when_their_term_is_over(house: House, language: str) -> None:
    nina, late = await newcomer(house, language), await newcomer(house, language, 2)
    await apply(nina, language)
    await begin(late, language)
    await past(house, ERASED - timedelta(hours=1))
    assert row(house, "SELECT answers IS NULL FROM applications WHERE number = 1") == (0,)
    await past(house, ERASED)
    held = rows(house, "SELECT person_id, identity, answers, number FROM applications ORDER BY id")
    assert held == [(None, None, None, 1), (None, None, None, None)]
    assert rows(house, "SELECT * FROM consents") == []
    assert said(language, "applications.none") in (await nina.says("/status")).text
    assert NAME not in await my_data(nina, language)
    # They are still known, with their language.
    assert row(house, "SELECT count(*) FROM people WHERE language = ?", language) == (2,)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_answer_after_the_deadline_is_kept_and_the_person_told(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    await to_phone(nina, language)
    await past(house, CLOSES)
    late = await nina.says("+7 701 765 43 21")
    assert late.text.startswith(said(language, "form.late", closes=CLOSES))
    assert await house.telegram.keys(1) == []
    assert label(language, "application.resume") not in late.labels
    text = await my_data(nina, language)
    assert "+7 701 765 43 21" in text
    # No name of a field's in a program stands there.
    assert "late." not in text
    assert label(language, "act.late_answer") in text
    # Nothing is expected any more.
    assert said(language, "search.nothing") in (await nina.says("+7 701 111 22 33")).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_right_to_withdraw_has_no_deadline(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    await apply(nina, language)
    await past(house, CLOSES)
    await nina.says("/status")
    mine = await nina.taps(f"EU-0001 {CONTEST[language]}")
    assert label(language, "application.change") not in mine.labels
    await nina.taps(label(language, "application.withdraw"), label(language, "withdraw.yes"))
    assert row(house, "SELECT state, answers FROM applications") == ("withdrawn", None)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_sending_in_after_the_deadline_is_refused(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    await fill(nina, language)
    await past(house, CLOSES)
    await nina.taps(label(language, "form.submit"))
    assert await nina.toast() == label(language, "refusal.deadline", closes=CLOSES)
    change = next(name for name in (await nina.sees()).labels if name.startswith("✏️"))
    await nina.taps(change)
    assert await nina.toast() == label(language, "refusal.deadline", closes=CLOSES)
    assert row(house, "SELECT state, number FROM applications") == ("draft", None)
    assert NAME in await my_data(nina, language)
