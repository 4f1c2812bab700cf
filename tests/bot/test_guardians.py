"""A guardian's consent for an applicant of 16 or 17: by a link, or by a signed paper that the owner looks at."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from bot.local_telegram import Message
from tests.bot.journeys import (
    BORN,
    CLOSES,
    CONTEST,
    LANGUAGES,
    NAME,
    YOUNG,
    at_once,
    bytes_at_rest,
    content_of,
    fill,
    label,
    newcomer,
    owner,
    past,
    row,
    rows,
    said,
    screen,
)
from tests.house import OWNER, Citizen, House

SIGNED = """
    SELECT telegram_id, consents.language FROM consents JOIN people ON people.id = person_id
    WHERE kind = 'guardian'
"""
PAPER = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00the signed paper"


async def link_of(citizen: Citizen, language: str = "ru") -> str:
    """The link that the applicant copies for their guardian; they are at the summary again."""
    shown = await citizen.taps(label(language, "guardian.link"))
    link = shown.button(label(language, "guardian.copy")).value
    assert link in shown.text
    assert re.fullmatch(r"https://t\.me/test_bot\?start=k_[\w-]{16}", link)
    await citizen.taps(label(language, "form.to_summary"))
    return link


async def guardian(house: House, language: str = "ru", number: int = 2, name: str = "Мария") -> Citizen:
    """A grown-up who knows the bot."""
    return await newcomer(house, language, number, name)


async def opens(citizen: Citizen, link: str) -> Message:
    """Follows a link to the bot."""
    await citizen.telegram.open_link(citizen.number, link)
    return await citizen.sees()


async def sends_paper(citizen: Citizen, language: str = "ru") -> Message:
    """From the summary: sends the photo of a signed paper."""
    await citizen.taps(label(language, "guardian.send_paper"))
    await citizen.telegram.send_photo(citizen.number, PAPER)
    return await citizen.sees()


async def to_review(chief: Citizen, language: str = "ru", after: int = 0) -> Message:
    """The photo with its two buttons that the owner gets."""
    question = said(language, "review.paper", contest="", number="", applicant="").rsplit("\n", 1)[1]
    return await chief.telegram.wait_message(chief.number, question, after=after)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_agreeing_by_a_link(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    summary = await fill(nina, language, YOUNG)
    assert said(language, "guardian.needed") in summary.text
    assert label(language, "form.submit") not in summary.labels
    link = await link_of(nina, language)

    # The guardian is new here: the language first, then what they are asked.
    maria = await house.citizen(2, "Мария", language)
    await maria.telegram.open_link(2, link)
    await maria.sees()
    asked = await maria.taps(label(language, "language.own_name"))
    assert said(language, "guardian.asked", applicant=NAME, contest=CONTEST[language]) in asked.text
    assert [line[0] for line in asked.text.split("\n\n") if re.match(r"\d\. ", line)] == list("123456789")
    assert NAME in asked.text.split("\n2. ")[1].split("\n")[0]
    assert said(language, "guardian.sign") in asked.text

    for name, key in (("Мария", "refusal.name.words"), ("Мария 2", "refusal.name.letters")):
        refused = await maria.says(name)
        assert refused.text.startswith(said(language, key))
        assert said(language, "guardian.sign") in refused.text
    await house.telegram.send_photo(2, PAPER)
    assert (await maria.sees()).text.startswith(said(language, "unexpected.file"))
    thanks = await maria.says("Образцова Мария Петровна")
    assert said(language, "guardian.thanks", applicant=NAME) in thanks.text

    told = await house.telegram.wait_message(1, said(language, "push.guardian_agreed_text", contest=CONTEST[language]))
    assert told.labels == [label(language, "application.open")]
    await nina.taps(label(language, "application.open"))
    summary = await nina.taps(label(language, "application.resume"))
    assert said(language, "guardian.agreed") in summary.text
    await nina.taps(label(language, "form.submit"))
    await house.telegram.wait_message(1, "EU-0001", after=summary.message_id)
    assert row(house, "SELECT state, guardian FROM applications") == ("submitted", "agreed")
    assert rows(house, SIGNED) == [(2, language)]
    assert row(house, "SELECT name IS NULL FROM consents WHERE kind = 'guardian'") == (0,)
    assert "Мария".encode() not in bytes_at_rest(house)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_links_that_do_not_work(house: House, language: str) -> None:
    nina, maria = await newcomer(house, language), await guardian(house, language)
    await fill(nina, language, YOUNG)

    async def refused(citizen: Citizen, link: str, key: str) -> None:
        seen = await opens(citizen, link)
        assert seen.text.startswith(said(language, key))
        assert label(language, "menu.guides") in seen.labels
        # Nothing typed is taken for a signature.
        assert said(language, "search.nothing") in (await citizen.says("Образцова Мария")).text

    forged = "https://t.me/test_bot?start=k_AAAAAAAAAAAAAAAA"
    await refused(maria, forged, "refusal.link.unknown")
    await refused(maria, "https://t.me/test_bot?start=k_", "refusal.link.unknown")
    first = await link_of(nina, language)
    assert (await opens(nina, first)).text.startswith(said(language, "refusal.link.own"))
    await nina.says("/status")
    await nina.taps(CONTEST[language], label(language, "application.resume"))
    # Only the newest link works.
    second = await link_of(nina, language)
    await refused(maria, first, "refusal.link.unknown")
    # Used by somebody who was a moment faster, while the other was reading.
    other = await guardian(house, language, 3, "Пётр")
    await opens(maria, second)
    await opens(other, second)
    await maria.says("Образцова Мария")
    late = await other.says("Образцов Пётр")
    assert late.text.startswith(said(language, "refusal.link.used"))
    await refused(other, second, "refusal.link.used")
    assert rows(house, SIGNED) == [(2, language)]
    # Past the deadline.
    young = await newcomer(house, language, 4)
    await fill(young, language, YOUNG)
    third = await link_of(young, language)
    await past(house, CLOSES)
    await refused(other, third, "refusal.link.expired")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_guardian_who_does_not_agree_and_changes_their_mind(house: House, language: str) -> None:
    nina, maria = await newcomer(house, language), await guardian(house, language)
    await fill(nina, language, YOUNG)
    link = await link_of(nina, language)
    asked = await opens(maria, link)
    assert label(language, "button.person") in asked.labels
    no = await maria.taps(label(language, "guardian.disagree"))
    assert said(language, "guardian.not_agreed") in no.text
    assert said(language, "search.nothing") in (await maria.says("Образцова Мария")).text
    assert row(house, "SELECT guardian FROM applications") == ("needed",)
    await opens(maria, link)
    assert said(language, "guardian.thanks", applicant=NAME) in (await maria.says("Образцова Мария")).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_language_changes_while_a_guardian_reads(house: House, language: str) -> None:
    other = {"kk": "ru", "ru": "kk"}[language]
    nina, maria = await newcomer(house, language), await guardian(house, language)
    await fill(nina, language, YOUNG)
    await opens(maria, await link_of(nina, language))
    await maria.says("/language")
    asked = await maria.taps(label(other, "language.own_name"))
    assert said(other, "guardian.sign") in asked.text
    assert said(other, "guardian.thanks", applicant=NAME) in (await maria.says("Образцова Мария")).text
    assert rows(house, SIGNED) == [(2, other)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_guardian_who_asks_to_be_forgotten(house: House, language: str) -> None:
    nina, maria = await newcomer(house, language), await guardian(house, language)
    await fill(nina, language, YOUNG)
    used = await link_of(nina, language)
    await opens(maria, used)
    await maria.says("Образцова Мария")
    await house.telegram.wait_message(1, said(language, "push.guardian_agreed_text", contest=CONTEST[language]))
    await nina.taps(label(language, "application.open"), label(language, "application.resume"))
    await nina.taps(label(language, "form.submit"))
    await maria.says("/forget")
    await maria.taps(label(language, "forget.yes"))
    told = await house.telegram.wait_message(
        1, said(language, "push.guardian_withdrew_text", contest=CONTEST[language])
    )
    assert told.labels == [label(language, "application.open")]
    assert row(house, "SELECT guardian FROM applications") == ("needed",)
    assert rows(house, "SELECT * FROM consents WHERE kind = 'guardian'") == []
    # Another one can agree instead, and nothing typed is lost.
    mine = await nina.taps(label(language, "application.open"))
    assert said(language, "guardian.lost") in mine.text
    summary = await nina.taps(label(language, "application.change"))
    assert NAME in summary.text
    petr = await guardian(house, language, 3, "Пётр")
    assert (await opens(petr, used)).text.startswith(said(language, "refusal.link.used"))
    await opens(petr, await link_of(nina, language))
    await petr.says("Образцов Пётр")
    assert row(house, "SELECT state, guardian FROM applications") == ("submitted", "agreed")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_signed_paper_is_accepted(house: House, language: str) -> None:
    chief = await owner(house, language)
    nina = await newcomer(house, language)
    await fill(nina, language, YOUNG)
    asked = await nina.taps(label(language, "guardian.send_paper"))
    assert said(language, "guardian.paper_text", contest=CONTEST[language]) == asked.text
    # The language can be changed here as anywhere.
    for one in ({"kk": "ru", "ru": "kk"}[language], language):
        await nina.says("/language")
        asked = await nina.taps(label(one, "language.own_name"))
        assert said(one, "guardian.paper_text", contest=CONTEST[one]) == asked.text
    words = await nina.says("вот она")
    assert words.text.startswith(said(language, "refusal.file.wanted", types="JPG, PNG, PDF", limit=20))
    await house.telegram.send_document(1, b"text", "бумага.txt")
    refused = await nina.sees()
    assert refused.text.startswith(said(language, "refusal.file.type", types="JPG, PNG, PDF"))
    await house.telegram.send_photo(1, PAPER)
    summary = await nina.sees()
    assert said(language, "guardian.paper_taken") in summary.text
    # It can be sent in before anyone looked.
    assert label(language, "form.submit") in summary.labels

    review = await to_review(chief, language)
    assert NAME in review.text
    assert review.kind == "photo"
    assert review.labels == [label(language, "review.accept"), label(language, "review.decline")]
    await chief.taps(label(language, "review.accept"))
    assert await chief.toast() == label(language, "review.accepted")
    told = await house.telegram.wait_message(1, said(language, "push.paper_accepted_text", contest=CONTEST[language]))
    assert told.labels == [label(language, "application.open")]
    assert row(house, "SELECT guardian FROM applications") == ("agreed",)
    # A second look changes nothing.
    await house.telegram.forge_callback(OWNER, review.button(label(language, "review.decline")).value)
    assert await chief.toast() == label(language, "refusal.decided")
    assert row(house, "SELECT guardian FROM applications") == ("agreed",)
    # The paper is kept sealed, and its owner can have it.
    before = await nina.says("/mydata")
    sent = await house.telegram.wait_message(1, said(language, "mydata.caption"), after=before.message_id)
    with zipfile.ZipFile(io.BytesIO(await content_of(house.telegram, sent))) as archive:
        assert archive.read(archive.namelist()[1]) == PAPER
    assert b"the signed paper" not in bytes_at_rest(house)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_signed_paper_is_declined(house: House, language: str) -> None:
    chief = await owner(house, language)
    nina = await newcomer(house, language)
    await fill(nina, language, YOUNG)
    await sends_paper(nina, language)
    await nina.taps(label(language, "form.submit"))
    review = await to_review(chief, language)
    await at_once(chief, label(language, "review.decline"), 3)
    toasts = [tap.text for tap in await house.telegram.answers(OWNER) if tap.data.startswith("p1")]
    assert sorted(toasts) == sorted([label(language, "review.declined")] + [label(language, "refusal.decided")] * 2)
    told = await house.telegram.wait_message(1, said(language, "push.paper_declined_text", contest=CONTEST[language]))
    assert row(house, "SELECT guardian, state FROM applications") == ("needed", "submitted")
    # A new paper can be sent, and the owner is asked again.
    await nina.taps(label(language, "application.open"), label(language, "application.change"))
    assert said(language, "guardian.paper_taken") in (await sends_paper(nina, language)).text
    again = await to_review(chief, language, after=told.message_id)
    assert again.message_id > review.message_id
    await chief.taps(label(language, "review.accept"))
    assert row(house, "SELECT guardian FROM applications") == ("agreed",)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_paper_that_is_not_needed_any_more(house: House, language: str) -> None:
    nina, maria = await newcomer(house, language), await guardian(house, language)
    await fill(nina, language, YOUNG)
    await opens(maria, await link_of(nina, language))
    await nina.taps(label(language, "guardian.send_paper"))
    await maria.says("Образцова Мария")
    await house.telegram.wait_message(1, said(language, "push.guardian_agreed_text", contest=CONTEST[language]))
    await house.telegram.send_photo(1, PAPER)
    refused = await nina.sees()
    assert refused.text.startswith(said(language, "refusal.guardian_done"))
    assert label(language, "menu.applications") in refused.labels
    assert rows(house, "SELECT * FROM files") == []
    assert row(house, "SELECT guardian FROM applications") == ("agreed",)


async def test_the_button_of_an_older_paper_does_not_decide_on_the_newer(house: House) -> None:
    chief = await owner(house)
    nina = await newcomer(house)
    await fill(nina, "ru", YOUNG)
    await sends_paper(nina)
    first = await to_review(chief)
    await sends_paper(nina)
    second = await to_review(chief, after=first.message_id)
    await house.telegram.tap(OWNER, "✅ Принять", message_id=first.message_id)
    await house.telegram.settled()
    assert row(house, "SELECT guardian FROM applications") == ("paper",)
    await house.telegram.tap(OWNER, "Не принимать", message_id=second.message_id)
    await house.telegram.settled()
    assert row(house, "SELECT guardian FROM applications") == ("needed",)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nobody_else_decides(house: House, language: str) -> None:
    chief = await owner(house, language)
    nina, stranger = await newcomer(house, language), await newcomer(house, language, 3)
    await fill(nina, language, YOUNG)
    await sends_paper(nina, language)
    accept = (await to_review(chief, language)).button(label(language, "review.accept")).value
    for citizen in (stranger, nina):
        await house.telegram.forge_callback(citizen.number, accept)
        assert await citizen.toast() == label(language, "refusal.no_right")
    assert row(house, "SELECT guardian FROM applications") == ("paper",)
    for data in ("p1:999:yes", "p1:1:maybe"):
        await house.telegram.forge_callback(OWNER, data)
        assert await chief.toast() == label(language, "refusal.old_button")
    assert row(house, "SELECT guardian FROM applications") == ("paper",)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_papers_that_wait_can_be_asked_for(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    await fill(nina, language, YOUNG)
    await sends_paper(nina, language)
    refused = await nina.says("/papers")
    assert refused.text == said(language, "refusal.no_right")
    # The owner comes later.
    chief = await owner(house, language)
    await chief.says("/papers")
    assert said(language, "review.waiting", count=1) in [message.text for message in await chief.all()]
    await to_review(chief, language)
    await chief.taps(label(language, "review.accept"))
    assert said(language, "review.none") == (await chief.says("/papers")).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_date_of_birth_decides_who_needs_a_guardian(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    summary = await fill(nina, language, "30.11.2008")
    assert label(language, "form.submit") in summary.labels
    change = next(name for name in summary.labels if name.startswith("✏️") and name.split()[1] in ("Туған", "Дата"))
    # Eighteen tomorrow.
    await nina.taps(change)
    young = await nina.says("02.12.2008")
    assert said(language, "guardian.needed") in young.text
    assert label(language, "form.submit") not in young.labels
    # Submitting is refused to a forged or an old button as well.
    await house.telegram.forge_callback(1, "a1:1:submit:")
    assert await nina.toast() == label(language, "refusal.guardian_needed")
    await nina.taps(change)
    grown = await nina.says(BORN)
    assert said(language, "guardian.needed") not in grown.text
    await house.telegram.forge_callback(1, "a1:1:link:")
    assert await nina.toast() == label(language, "refusal.guardian_done")
    await nina.taps(label(language, "form.submit"))
    # A change after it was sent in makes it a draft again, and the person is told what is missing.
    await house.telegram.wait_message(1, "EU-0001", after=summary.message_id)
    await nina.says("/status")
    await nina.taps(f"EU-0001 {CONTEST[language]}", label(language, "application.change"), change)
    reopened = await nina.says(YOUNG)
    assert said(language, "guardian.needed") in reopened.text
    assert row(house, "SELECT state, guardian, number FROM applications") == ("draft", "needed", 1)
    assert (await screen(nina)).message_id == reopened.message_id
