"""Whether people managed, and the survey: on both engines."""

from __future__ import annotations

import pytest

from bot.domain.base import Refusal
from bot.domain.feedback import Feedback
from bot.services import feedback, guides, rights
from bot.services.office import Office
from bot.storage import feedback as storage
from bot.storage import people
from tests.services.rooms import citizen

GUIDE, END = "portal", "done"


async def asks(office: Office, telegram_id: int, step: str, guide: str = GUIDE) -> bool:
    """Whether the step asks if the person managed."""
    page = await guides.turn(office, telegram_id, guide, step, "s")
    assert page is not None
    return page.asks


async def stands_asked(office: Office) -> bool:
    """Whether the first person's own screen asks it."""
    person = await people.find(office.database, 1)
    assert person is not None
    return (await guides.standing(office, person, office.library.guides[GUIDE])).asks


async def test_an_end_asks_until_the_person_managed(office: Office) -> None:
    nina, other = await citizen(office, 1), await citizen(office, 2)
    assert not await asks(office, 1, "ready")
    assert await asks(office, 1, END)
    await feedback.manage(office, nina, GUIDE, False)
    assert await asks(office, 1, END)
    assert await stands_asked(office)
    await feedback.manage(office, nina, GUIDE, True)
    assert not await asks(office, 1, END)
    assert not await asks(office, 1, "help")
    assert await asks(office, 1, "linked", "mgov")
    assert await asks(office, other.telegram_id, END)
    await asks(office, 1, END)
    assert not await stands_asked(office)


async def test_the_survey_from_its_begin_to_its_end(office: Office) -> None:
    nina = await citizen(office, 1)
    assert await feedback.manage(office, nina, GUIDE, True) == "quality"
    assert await feedback.rate(office, nina, GUIDE, "quality", "partly") == "availability"
    assert await feedback.rate(office, nina, GUIDE, "availability", "yes") is None
    assert await storage.get(office.database, nina.id, GUIDE) == Feedback(True, "partly", "yes")
    # The button of an old message: what is left to be asked is nothing, and what was said stays.
    assert await feedback.manage(office, nina, GUIDE, True) is None
    assert await storage.get(office.database, nina.id, GUIDE) == Feedback(True, "partly", "yes")


async def test_each_question_can_be_skipped(office: Office) -> None:
    nina = await citizen(office, 1)
    await feedback.manage(office, nina, GUIDE, True)
    assert await feedback.rate(office, nina, GUIDE, "quality", "") == "availability"
    assert await feedback.rate(office, nina, GUIDE, "availability", "") is None
    assert await storage.get(office.database, nina.id, GUIDE) == Feedback(True)


async def test_the_last_word_holds(office: Office) -> None:
    nina = await citizen(office, 1)
    await feedback.manage(office, nina, GUIDE, False)
    assert await feedback.manage(office, nina, GUIDE, True) == "quality"
    assert await feedback.manage(office, nina, GUIDE, True) == "quality"
    await feedback.rate(office, nina, GUIDE, "quality", "yes")
    await feedback.rate(office, nina, GUIDE, "quality", "no")
    assert await storage.get(office.database, nina.id, GUIDE) == Feedback(True, "no")


@pytest.mark.parametrize(
    ("guide", "question", "rating", "key"),
    [
        ("gone", "quality", "yes", "refusal.guide_gone"),
        (GUIDE, "managed", "yes", "refusal.old_button"),
        (GUIDE, "quality", "great", "refusal.old_button"),
        ("mgov", "quality", "yes", "refusal.old_button"),
        ("mgov", "quality", "", "refusal.old_button"),
    ],
)
async def test_what_no_button_of_ours_says(office: Office, guide: str, question: str, rating: str, key: str) -> None:
    nina = await citizen(office, 1)
    await feedback.manage(office, nina, GUIDE, True)
    with pytest.raises(Refusal) as refused:
        await feedback.rate(office, nina, guide, question, rating)
    assert refused.value.key == key
    assert await storage.of_person(office.database, nina.id) == [(GUIDE, Feedback(True), office.clock.now())]


async def test_a_guide_that_is_gone(office: Office) -> None:
    with pytest.raises(Refusal) as refused:
        await feedback.manage(office, await citizen(office, 1), "gone", True)
    assert refused.value.key == "refusal.guide_gone"


@pytest.mark.parametrize("language", ["kk", "ru"])
async def test_my_data_has_it_and_forget_me_erases_it(office: Office, language: str) -> None:
    nina, other = await citizen(office, 1, language), await citizen(office, 2, language)
    words, guide = office.words[language], office.library.guides[GUIDE]
    for person in (nina, other):
        await feedback.manage(office, person, GUIDE, True)
        await feedback.rate(office, person, GUIDE, "availability", "partly")
    _, content = await rights.everything(office, nina)
    said = content.decode("utf-8-sig")
    managed = words.label("feedback.yes")
    at = office.clock.now()
    assert words.label("mydata.feedback", guide=guide.title[language], at=at, managed=managed) in said
    question, rating = words.label("feedback.question.availability"), words.label("feedback.rating.partly")
    assert words.label("mydata.rating", question=question, rating=rating) in said
    assert words.label("feedback.question.quality") not in said
    await rights.forget(office, nina)
    assert await storage.of_person(office.database, nina.id) == []
    assert await storage.get(office.database, other.id, GUIDE) == Feedback(True, None, "partly")
