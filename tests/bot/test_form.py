"""The form: consent, every kind of answer and of refusal, the summary, changes, publication, taking it back."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.bot.journeys import (
    BORN,
    CLOSES,
    CONTEST,
    DISTRICT,
    ERASED,
    LANGUAGES,
    NAME,
    PHONE,
    apply,
    begin,
    contest_page,
    fill,
    label,
    newcomer,
    row,
    rows,
    said,
    to_phone,
)
from tests.house import ROOT, Citizen, House

EGOV_USER = tomllib.loads((ROOT / "content" / "contests" / "egov_user.toml").read_text(encoding="utf-8"))

DATA = {
    "kk": "Тегі, аты, әкесінің аты; Туған күні; Аудан немесе қала; Телефон нөмірі",
    "ru": "Фамилия, имя, отчество; Дата рождения; Район или город; Номер телефона",
}
Refusals = list[tuple[str, str, dict[str, Any]]]
NO_NAMES: Refusals = [
    ("Анна", "refusal.name.words", {}),
    ("Анна 2", "refusal.name.letters", {}),
    ("Образцова Анна!", "refusal.name.letters", {}),
    ("Я", "refusal.name.words", {}),
    ("😀 😀", "refusal.name.letters", {}),
    ("Анна " * 30, "refusal.text.too_long", {"limit": 100, "length": 149}),
]
NO_DATES: Refusals = [
    ("вчера", "refusal.date.form", {}),
    ("05.01.90", "refusal.date.form", {}),
    ("1990", "refusal.date.form", {}),
    ("31.02.1990", "refusal.date.no_such_day", {}),
    ("29.02.1991", "refusal.date.no_such_day", {}),
    ("00.13.1990", "refusal.date.no_such_day", {}),
    ("02.12.2026", "refusal.date.future", {}),
    ("05.01.2990", "refusal.date.future", {}),
    ("05.01.1890", "refusal.date.long_ago", {}),
    ("24.09.2011", "refusal.date.too_young", {"age": 16, "day": date(2027, 9, 23)}),
]
NO_PHONES: Refusals = [
    ("нет телефона", "refusal.phone", {}),
    ("+7 701 123", "refusal.phone", {}),
    ("+7 701 123 45 67 89 10", "refusal.phone", {}),
    ("+999 701 123 45 67", "refusal.phone", {}),
]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_consent_names_every_item_and_is_written_down(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    await contest_page(nina, language)
    asked = await nina.taps(label(language, "contest.apply"))
    items = [line for line in asked.text.split("\n\n") if re.match(r"\d\. ", line)]
    assert [item[0] for item in items] == list("123456789")
    department, consent = house.settings.department, EGOV_USER["consent"]
    wanted = [department.name[language], "Нина", consent["purpose"][language]]
    wanted += [label(language, "consent.term", until=ERASED).split("</b>")[1]]
    wanted += [consent[name][language] for name in ("third_parties", "cross_border", "publication")]
    wanted += [DATA[language], "/forget"]
    for item, part in zip(items, wanted, strict=True):
        assert part.strip() in item
    assert department.bin in items[0]
    assert label(language, "consent.data.telegram") in items[7]
    assert "/mydata" in items[8]
    # Nothing is kept of somebody who does not agree.
    page = await nina.taps(label(language, "consent.disagree"))
    assert label(language, "contest.apply") in page.labels
    assert rows(house, "SELECT * FROM applications") == []
    assert said(language, "search.nothing") in (await nina.says(NAME)).text

    await begin(nina, language)
    kind, version, spoken, agreed = row(house, "SELECT kind, version, language, agreed_at FROM consents")
    assert (kind, spoken) == ("processing", language)
    assert datetime.fromisoformat(agreed).replace(tzinfo=UTC).date() == date(2026, 12, 1)
    kept = dict(rows(house, "SELECT language, text FROM consent_texts WHERE version = ?", version))
    assert set(kept) == set(LANGUAGES)
    for spoken in LANGUAGES:
        assert consent["purpose"][spoken] in kept[spoken]


async def _refused(house: House, citizen: Citizen, language: str, key: str, question: str, **values: Any) -> None:
    """The newest screen says why not, and asks the same question with its example again."""
    seen = await citizen.sees()
    assert seen.text.startswith(said(language, key, **values)), key
    assert question in seen.text
    assert label(language, "button.person") in [*seen.labels, *seen.keys]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_bad_answers_are_refused_and_the_good_ones_stay(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    telegram = house.telegram
    await begin(nina, language)
    questions = [
        {"kk": "Мысалы: Үлгібаева Сәуле Ерланқызы", "ru": "Например: Образцова Анна Ивановна"}[language],
        {"kk": "Мысалы: 05.01.1960", "ru": "Например: 05.01.1960"}[language],
        {"kk": "Қай ауданда немесе қалада тұрасыз?", "ru": "В каком районе или городе Вы живёте?"}[language],
        said(language, "form.example", example="+7 701 000 00 00"),
        said(language, "form.position", position=5, total=5),
    ]

    async def nothing_but_text(question: str) -> None:
        await telegram.send_photo(1)
        await _refused(house, nina, language, "unexpected.file", question)
        await telegram.send_document(1, b"%PDF-1.4 x")
        await _refused(house, nina, language, "unexpected.file", question)
        for send, kind in (
            (telegram.send_sticker, "sticker"),
            (telegram.send_voice, "voice"),
            (telegram.send_location, "location"),
            (telegram.send_video, "video"),
        ):
            await send(1)
            await _refused(house, nina, language, f"unexpected.{kind}", question)

    for text, key, values in NO_NAMES:
        await nina.says(text)
        await _refused(house, nina, language, key, questions[0], **values)
    await telegram.share_own_contact(1)
    await _refused(house, nina, language, "unexpected.contact", questions[0])
    await nothing_but_text(questions[0])
    assert questions[1] in (await nina.says("  образцова-Үлгі   Ә.  ")).text
    for text, key, values in NO_DATES:
        await nina.says(text)
        await _refused(house, nina, language, key, questions[1], **values)
    await nothing_but_text(questions[1])
    assert questions[2] in (await nina.says("5/1/1990")).text
    for text in ("Алматы", "район", "5"):
        await nina.says(text)
        await _refused(house, nina, language, "refusal.choice", questions[2])
    await nothing_but_text(questions[2])
    assert questions[3] in (await nina.says(DISTRICT[language].upper())).text
    for text, key, values in NO_PHONES:
        await nina.says(text)
        await _refused(house, nina, language, key, questions[3], **values)
    await telegram.send_contact(1, "+77019876543", user_id=2)
    await _refused(house, nina, language, "refusal.contact.other", questions[3])
    await telegram.send_contact(1, "+77019876543")
    await _refused(house, nina, language, "refusal.contact.other", questions[3])
    await nothing_but_text(questions[3])
    assert questions[4] in (await nina.taps(label(language, "form.send_phone"))).text
    await nina.says("да")
    await _refused(house, nina, language, "refusal.tap", questions[4])
    await nothing_but_text(questions[4])
    summary = await nina.taps(label(language, "form.publish_no"))
    for answer in ("образцова-Үлгі Ә.", BORN, DISTRICT[language], "+7 700 000 0001"):
        assert answer in summary.text
    await nina.says("да")
    await _refused(house, nina, language, "refusal.tap", BORN)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_five_thousand_characters(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    first = await begin(nina, language)
    await nina.says("щ" * 5000)
    # The app makes two messages of it; each is refused, and nothing of them is kept.
    refusals = [message.text for message in await house.telegram.bot_messages(1, after=first.message_id)]
    assert len(refusals) == 2
    for text, length in zip(refusals, (4096, 904), strict=True):
        assert text.startswith(said(language, "refusal.text.too_long", limit=100, length=length))
        assert said(language, "form.position", position=1, total=5) in text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_chat_says_that_the_number_was_taken(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    asked = await to_phone(nina, language)
    await nina.says(PHONE)
    seen = await house.telegram.bot_messages(1, after=asked.message_id)
    assert seen[0].text == said(language, "form.taken")
    assert await house.telegram.keys(1) == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_back_through_the_questions(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    await to_phone(nina, language)
    back = label(language, "button.back")
    for position, now in ((3, DISTRICT[language]), (2, BORN), (1, NAME)):
        question = await nina.taps(back)
        assert said(language, "form.position", position=position, total=5) in question.text
        assert said(language, "form.now", answer=now) in question.text
    assert back not in question.labels
    # An answer given anew leads to the first question that is still open.
    question = await nina.says("Другая Анна")
    assert said(language, "form.position", position=4, total=5) in question.text
    await nina.says(PHONE)
    question = await nina.taps(back)
    assert said(language, "form.now", answer="+7 701 123 4567") in question.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_answer_can_be_changed_at_the_summary(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    summary = await fill(nina, language)
    names = [name.removeprefix("✏️ ") for name in summary.labels if name.startswith("✏️")]
    assert len(names) == 5
    for name, typed, shown in (
        (names[0], "Другая Анна", "Другая Анна"),
        (names[1], "6 января 1991", None),
        (names[1], "06.01.1991", "06.01.1991"),
        (names[3], "87011112233", "+7 701 111 2233"),
    ):
        question = await nina.taps(f"✏️ {name}") if f"✏️ {name}" in (await nina.sees()).labels else await nina.sees()
        assert said(language, "form.now", answer="").strip() in question.text
        answer = await nina.says(typed)
        if shown is None:
            assert said(language, "refusal.date.form") in answer.text
        else:
            assert f"{name}: {shown}" in answer.text
    await nina.taps(f"✏️ {names[2]}")
    assert {"kk": "Аққайың ауданы", "ru": "Аккайынский район"}[language] in (
        await nina.taps({"kk": "Аққайың ауданы", "ru": "Аккайынский район"}[language])
    ).text
    await nina.taps(f"✏️ {names[4]}")
    changed = await nina.taps(label(language, "form.publish_yes"))
    assert f"{names[4]}: {said(language, 'form.yes')}" in changed.text
    # A question that was opened can be left as it was.
    await nina.taps(f"✏️ {names[0]}")
    unchanged = await nina.taps(label(language, "form.to_summary"))
    assert unchanged.text == changed.text


async def test_publication_is_a_consent_of_its_own(house: House) -> None:
    nina = await newcomer(house)
    await fill(nina)
    publication = "SELECT withdrawn_at IS NULL FROM consents WHERE kind = 'publish_name' ORDER BY id"
    assert rows(house, publication) == []
    await nina.taps("✏️ Публикация имени", "Да, можно публиковать")
    assert rows(house, publication) == [(1,)]
    await nina.taps("✏️ Публикация имени", "Нет, не публикуйте")
    assert rows(house, publication) == [(0,)]
    await nina.taps("✏️ Публикация имени", "Да, можно публиковать")
    assert rows(house, publication) == [(0,), (1,)]
    assert row(house, "SELECT state FROM applications") == ("draft",)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_changes_after_it_was_sent_in(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    receipt = await apply(nina, language)
    await nina.taps(label(language, "application.open"))
    summary = await nina.taps(label(language, "application.change"))
    assert said(language, "form.check_changes", closes=CLOSES) in summary.text
    name = summary.labels[0]
    await nina.taps(name)
    changed = await nina.says("Другая Анна")
    assert "Другая Анна" in changed.text
    assert label(language, "form.submit") not in changed.labels
    # The change counts at once: leaving in the middle loses nothing.
    await nina.taps(name)
    await nina.says("/cancel")
    assert row(house, "SELECT state, number FROM applications") == ("submitted", 1)
    status = await nina.says("/status")
    assert said(language, "status.submitted", closes=CLOSES) in status.text
    assert (await house.telegram.message(1, receipt.message_id)).labels == [label(language, "application.open")]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_taking_it_back_and_not(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    await apply(nina, language)
    await nina.says("/status")
    mine = await nina.taps(f"EU-0001 {CONTEST[language]}")
    asked = await nina.taps(label(language, "application.withdraw"))
    assert said(language, "withdraw.ask", contest=CONTEST[language]) == asked.text
    assert (await nina.taps(label(language, "withdraw.no"))).text == mine.text
    assert row(house, "SELECT state FROM applications") == ("submitted",)
    await nina.taps(label(language, "application.withdraw"), label(language, "withdraw.yes"))
    state, answers, identity = row(house, "SELECT state, answers, identity FROM applications")
    assert (state, answers, identity) == ("withdrawn", None, None)
    assert rows(house, "SELECT 1 FROM consents WHERE withdrawn_at IS NULL") == []
    # The new one gets a number of its own.
    receipt = await apply(nina, language)
    assert "EU-0002" in receipt.text
    status = await nina.says("/status")
    assert status.labels[:2] == [f"EU-0002 {CONTEST[language]}", f"EU-0001 {CONTEST[language]}"]


async def test_a_second_application_is_the_first(house: House) -> None:
    nina = await newcomer(house)
    await fill(nina)
    # A draft is gone on with; consent is not asked twice.
    await contest_page(nina)
    assert "Проверьте ответы." in (await nina.taps("✍️ Подать заявку")).text
    await nina.taps("📨 Отправить заявку")
    await house.telegram.wait_message(1, "✅ Заявка принята")
    await contest_page(nina)
    mine = await nina.taps("✍️ Подать заявку")
    assert "Номер: EU-0001" in mine.text
    assert row(house, "SELECT count(*) FROM applications") == (1,)
    assert row(house, "SELECT count(*) FROM consents") == (1,)
