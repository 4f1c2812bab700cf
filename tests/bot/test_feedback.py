"""The end of a guide: "Did you manage?", the survey, the thanks; asked once."""

from __future__ import annotations

import pytest

from bot.local_telegram import Message
from tests.bot.journeys import LANGUAGES, at_once, begin, label, newcomer, rows, said
from tests.house import Citizen, House
from tests.services.rooms import library

SHORT = {"kk": "Қысқа нұсқаулық", "ru": "Короткая инструкция"}
SAID = "SELECT guide, managed, quality, availability FROM guide_feedback"


async def at_the_end(citizen: Citizen, language: str) -> Message:
    """At the only step of the shortest guide."""
    await citizen.says("/guides")
    return await citizen.taps(SHORT[language])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_yes_and_the_survey(fair: House, language: str) -> None:
    nina = await newcomer(fair, language)
    end = await at_the_end(nina, language)
    assert said(language, "feedback.managed") in end.text
    first = await nina.taps(label(language, "feedback.yes"))
    assert first.message_id == end.message_id
    assert said(language, "feedback.question.quality") in first.text
    ratings = [label(language, f"feedback.rating.{rating}") for rating in ("yes", "partly", "no")]
    foot = [label(language, "button.menu"), label(language, "button.person")]
    assert first.labels == [*ratings, label(language, "feedback.skip"), *foot]
    second = await nina.taps(label(language, "feedback.rating.partly"))
    assert said(language, "feedback.question.availability") in second.text
    thanks = await nina.taps(label(language, "feedback.rating.yes"))
    assert said(language, "feedback.thanks") in thanks.text
    assert label(language, "menu.guides") in thanks.labels
    assert thanks.message_id == end.message_id
    assert rows(fair, SAID) == [("short", 1, "partly", "yes")]

    again = await at_the_end(nina, language)
    assert said(language, "feedback.managed") not in again.text
    assert label(language, "feedback.yes") not in again.labels
    assert label(language, "feedback.not_yet") not in again.labels


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_question_can_be_skipped(fair: House, language: str) -> None:
    nina = await newcomer(fair, language)
    await at_the_end(nina, language)
    skip = label(language, "feedback.skip")
    thanks = await nina.taps(label(language, "feedback.yes"), skip, skip)
    assert said(language, "feedback.thanks") in thanks.text
    assert rows(fair, SAID) == [("short", 1, None, None)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_not_yet_is_noted_and_leads_on(fair: House, language: str) -> None:
    nina = await newcomer(fair, language)
    end = await at_the_end(nina, language)
    shown = await nina.taps(label(language, "feedback.not_yet"))
    assert shown.message_id == end.message_id
    assert shown.text != end.text
    assert rows(fair, SAID) == [("short", 0, None, None)]
    assert said(language, "report.ask") in shown.text
    # They tried again, and are asked again.
    again = await at_the_end(nina, language)
    assert said(language, "feedback.managed") in again.text
    await nina.taps(label(language, "feedback.yes"))
    assert rows(fair, SAID) == [("short", 1, None, None)]


async def test_many_taps_at_once_are_one_answer(fair: House) -> None:
    nina = await newcomer(fair)
    end = await at_the_end(nina, "ru")
    await at_once(nina, label("ru", "feedback.yes"))
    shown = await nina.sees()
    assert said("ru", "feedback.question.quality") in shown.text
    assert shown.message_id == end.message_id
    assert rows(fair, SAID) == [("short", 1, None, None)]


async def test_a_month_old_button_works(fair: House) -> None:
    nina = await newcomer(fair)
    await at_the_end(nina, "ru")
    await fair.move(days=31)
    shown = await nina.taps(label("ru", "feedback.yes"))
    assert said("ru", "feedback.question.quality") in shown.text


async def test_the_language_changes_in_the_middle(fair: House) -> None:
    nina = await newcomer(fair, "ru")
    await at_the_end(nina, "ru")
    await nina.says("/language")
    end = await nina.taps("Қазақша")
    assert said("kk", "feedback.managed") in end.text
    await nina.taps(label("kk", "feedback.yes"))
    await nina.says("/language")
    # Where the person stands is the end of the guide, which does not ask any more.
    end = await nina.taps("Русский")
    assert "Вот и всё." in end.text
    assert said("ru", "feedback.managed") not in end.text


async def test_below_the_thanks_nothing_is_asked(house: House) -> None:
    nina = await newcomer(house)
    await begin(nina)
    # A button of a month ago, while a form waits for a name.
    for data in ("q1:portal:yes:", "q1:portal:quality:", "q1:portal:availability:"):
        await house.telegram.forge_callback(1, data)
    assert said("ru", "feedback.thanks") in (await nina.sees()).text
    assert (await nina.says("регистрация")).text == said("ru", "search.found")


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ("q1:gone:yes:", "refusal.guide_gone"),
        ("q1:short:quality:yes", "refusal.old_button"),
        ("q1:short:quality:", "refusal.old_button"),
        ("q1:short:managed:yes", "refusal.old_button"),
        ("q1:short:quality:great", "refusal.old_button"),
    ],
)
async def test_buttons_that_we_do_not_make(fair: House, data: str, key: str) -> None:
    nina = await newcomer(fair)
    await fair.telegram.forge_callback(1, data)
    assert await nina.toast() == label("ru", key)
    assert rows(fair, SAID) == []


async def test_who_chose_no_language_is_asked_for_it(fair: House) -> None:
    nina = await fair.citizen(1)
    await nina.start()
    await fair.telegram.forge_callback(1, "q1:short:yes:")
    assert (await nina.sees()).labels == ["Русский", "Қазақша"]
    assert rows(fair, SAID) == []


def test_every_end_of_every_guide_fits_into_a_button() -> None:
    for guide in library().guides.values():
        for step in guide.steps:
            assert not step.is_end or len(f"q1:{guide.id}:no:{step.id}".encode()) <= 64
