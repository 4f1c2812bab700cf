"""Organisers see, find and decide on applications; applicants are told, and correct what is returned."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.local_telegram import Message
from tests.bot.journeys import (
    BORN,
    CLOSES,
    CONTEST,
    LANGUAGES,
    NAME,
    WORDS,
    YOUNG,
    apply,
    at_once,
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
)
from tests.house import OWNER, Citizen, House

STATE = "SELECT state, number, reason, correct_by FROM applications"
MASKED = "Образцова А. И."
PHONE_LABEL = {"kk": "Телефон нөмірі", "ru": "Номер телефона"}
PHONE_REASON = {"kk": "Телефон жауап бермейді", "ru": "По телефону не дозвониться"}
NOT_ELIGIBLE = {
    "kk": "Байқау шартына сай емес · 3.1-тармақ",
    "ru": "Не отвечает условиям конкурса · п. 3.1",
}


def button(sign: str = "🟢", number: int = 1) -> str:
    """The button of an application in a list."""
    return f"EU-{number:04} · {MASKED} · {sign}"


async def organiser(house: House, language: str = "ru", number: int = OWNER, name: str = "Ольга") -> Citizen:
    """An owner, or (with another number) somebody whom the owner invited."""
    chief = await newcomer(house, language, number, name)
    if number != OWNER:
        owner = Citizen(house.telegram, OWNER)
        if not rows(house, "SELECT id FROM people WHERE telegram_id = ?", OWNER):
            owner = await newcomer(house, language, OWNER, "Ольга")
        await owner.says("/organisers")
        shown = await owner.taps(label(language, "organisers.invite"))
        await house.telegram.open_link(number, shown.button(label(language, "organisers.copy")).value)
        await house.telegram.settled()
    return chief


async def card(chief: Citizen, language: str = "ru", number: int = 1) -> Message:
    """The card of an application, found by its number."""
    await chief.says("/applications")
    await chief.taps(label(language, "review.find"))
    return await chief.says(f"EU-{number:04}")


async def pushed(citizen: Citizen, language: str, kind: str) -> Message:
    """The message of this push, once it is there."""
    return await citizen.telegram.wait_message(citizen.number, said(language, f"push.{kind}_text"))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_admitted(house: House, language: str) -> None:
    chief, nina = await organiser(house, language), await newcomer(house, language)
    await apply(nina, language)
    await begin(await newcomer(house, language, 2), language)
    shown = await chief.says("/applications")
    assert f"{label(language, 'state.submitted')}: 1" in shown.text
    assert f"{label(language, 'state.draft')}: 1" in shown.text
    assert [label(language, f"season.{act}") for act in ("places", "release", "dates", "journal")] == shown.labels[3:7]
    listed = await chief.taps(f"🟢 {label(language, 'state.submitted')} · 1")
    assert button() in listed.labels
    assert NAME not in str(listed.labels)
    shown = await chief.taps(button())
    for part in (NAME, BORN, "EU-0001", "+7 701 123 4567", label(language, "state.submitted")):
        assert part in shown.text
    shown = await chief.taps(label(language, "review.do.admit"))
    assert said(language, "review.done.admitted") in shown.text
    assert label(language, "review.do.admit") not in shown.labels
    assert row(house, "SELECT state FROM applications WHERE number = 1") == ("admitted",)

    told = await pushed(nina, language, "admitted")
    assert "EU-0001" in told.text
    assert said(language, "application.next", event="", when="").split(" – ")[0] in told.text
    status = await nina.taps(label(language, "application.open"))
    assert said(language, "status.admitted") in status.text
    assert label(language, "application.withdraw") in status.labels
    assert label(language, "application.change") not in status.labels

    lines = await chief.taps(label(language, "review.history"))
    assert f"{label(language, 'act.admit')} ({label(language, 'review.owner')})" in lines.text
    assert f"{label(language, 'act.submit')} ({label(language, 'review.applicant')})" in lines.text
    await chief.taps(label(language, "review.to_card"), label(language, "review.do.reconsider"))
    assert (await pushed(nina, language, "reconsidered")).text.endswith(said(language, "decision.wait"))
    assert row(house, "SELECT state FROM applications WHERE number = 1") == ("submitted",)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_returned_and_corrected_after_the_deadline(house: House, language: str) -> None:
    chief, nina = await organiser(house, language), await newcomer(house, language)
    await apply(nina, language)
    await past(house, CLOSES)
    await card(chief, language)
    await chief.taps(label(language, "review.do.return"))
    asked = await chief.taps(PHONE_REASON[language])
    done = await chief.taps(next(one for one in asked.labels if "15.09.2027 18:00" in one))
    assert said(language, "review.done.returned") in done.text
    assert row(house, STATE)[:3] == ("returned", 1, "phone")

    told = await pushed(nina, language, "returned")
    until = {"kk": "2027 жылғы 15 қыркүйек, 18:00", "ru": "15 сентября 2027 г., 18:00"}[language]
    assert until in told.text
    assert {"kk": "Нөмірді тексеріңіз", "ru": "Проверьте номер"}[language] in told.text
    question = await nina.taps(f"✏️ {PHONE_LABEL[language]}")
    assert question.keyboard or question.buttons or "+7" in question.text
    summary = await nina.says("+7 702 765 43 21")
    assert until in summary.text
    await nina.taps(label(language, "form.submit"))
    receipt = await house.telegram.wait_message(1, "EU-0001", after=summary.message_id)
    assert said(language, "form.receipt_until", closes="")[-20:] not in receipt.text
    assert row(house, STATE) == ("submitted", 1, "", None)
    shown = await card(chief, language)
    assert "+7 702 765 4321" in shown.text
    lines = await chief.taps(label(language, "review.history"))
    assert label(language, "act.resubmit") in lines.text
    assert PHONE_REASON[language] in lines.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_own_words_and_a_typed_date(house: House, language: str) -> None:
    chief = await organiser(house, "ru")
    nina = await newcomer(house, language)
    await apply(nina, language)
    await card(chief)
    asked = await chief.taps(label("ru", "review.do.return"), label("ru", "review.own_words"))
    assert label(language, "language.own_name") in asked.text
    assert said("ru", "refusal.text.too_long", length=501, limit=500) in (await chief.says("ы" * 501)).text
    await chief.says("Позвоните <нам>")
    assert said("ru", "refusal.moment.form") in (await chief.says("завтра")).text
    past = WORDS["ru"].shown(datetime(2026, 12, 1, 5, 59, tzinfo=UTC))
    assert said("ru", "refusal.moment.past", at=past) in (await chief.says("01.12.2026 10:59")).text
    late = await chief.says("27.09.2027 15:00")
    assert said("ru", "refusal.review.after_results", results="")[:20] in late.text
    assert row(house, STATE)[0] == "submitted"
    done = await chief.says("10.12.2026")
    assert said("ru", "review.done.returned") in done.text
    told = await pushed(nina, language, "returned")
    assert "Позвоните <нам>" in told.text
    assert {"kk": "2026 жылғы 10 желтоқсан, 18:00", "ru": "10 декабря 2026 г., 18:00"}[language] in told.text
    stored = row(house, "SELECT note FROM applications")[0]
    assert "Позвоните".encode() not in stored
    status = await nina.taps(label(language, "application.open"))
    assert "Позвоните <нам>" in status.text
    shown = await nina.taps(label(language, "application.correct"))
    assert label(language, "form.submit") in shown.labels


@pytest.mark.parametrize("language", LANGUAGES)
async def test_declined(house: House, language: str) -> None:
    chief, nina = await organiser(house, language), await newcomer(house, language)
    await apply(nina, language)
    await card(chief, language)
    await chief.taps(label(language, "review.do.decline"))
    asked = await chief.taps(NOT_ELIGIBLE[language])
    assert row(house, STATE)[0] == "submitted"
    why = {"kk": "қате болса", "ru": "если это ошибка"}[language]
    assert why in asked.text.casefold()
    await chief.taps(label(language, "review.sure_yes"))
    assert row(house, STATE)[:3] == ("not_admitted", 1, "not_eligible")
    told = await pushed(nina, language, "not_admitted")
    assert why in told.text.casefold()
    assert said(language, "reason.paragraph", paragraph="3.1") in told.text
    await contest_page(nina, language)
    status = await nina.taps(label(language, "contest.apply"))
    assert said(language, "status.not_admitted") in status.text
    assert label(language, "application.withdraw") not in status.labels
    assert len(rows(house, "SELECT id FROM applications")) == 1


async def test_declined_in_own_words(house: House) -> None:
    chief, nina = await organiser(house), await newcomer(house)
    await apply(nina)
    await card(chief)
    await chief.taps(label("ru", "review.do.decline"), label("ru", "review.own_words"))
    assert "Первое" in (await chief.says("Первое")).text
    assert "Второе" in (await chief.says("Второе")).text
    await at_once(chief, label("ru", "review.sure_yes"), 3)
    assert said("ru", "review.done.not_admitted") in (await chief.sees()).text
    assert [one.text for one in await house.telegram.answers(OWNER) if one.text] == []
    told = await pushed(nina, "ru", "not_admitted")
    assert "Второе" in told.text
    assert "Первое" not in told.text


async def test_words_left_behind_decide_nothing(house: House) -> None:
    chief, nina = await organiser(house), await newcomer(house)
    await apply(nina)
    await card(chief)
    await chief.taps(label("ru", "review.do.decline"), label("ru", "review.own_words"))
    asked = await chief.says("Слова")
    data = asked.button(label("ru", "review.sure_yes")).value
    await chief.says("/menu")
    query = await house.telegram.forge_callback(OWNER, data, message_id=asked.message_id)
    await house.telegram.settled()
    assert (await house.telegram.answer(query)).text == said("ru", "refusal.review.words_gone")
    assert row(house, STATE)[0] == "submitted"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_finding(house: House, language: str) -> None:
    chief = await organiser(house, language)
    await apply(await newcomer(house, language, 1), language)
    second = await newcomer(house, language, 2)
    await apply(second, language)
    await second.says("/status")
    await second.taps(next(one for one in (await second.sees()).labels if "EU-0002" in one))
    await second.taps(label(language, "application.change"))
    field = {"kk": "Тегі, аты, әкесінің аты", "ru": "Фамилия, имя, отчество"}[language]
    await second.taps(f"✏️ {field}")
    await second.says("Үлгібаева Сәуле-Анна")

    await chief.says("/applications")
    await chief.taps(label(language, "review.find"))
    assert said(language, "review.found_none") == (await chief.says("Никого")).text
    assert "EU-0002" in (await chief.says("2")).text
    assert "EU-0001" in (await chief.says("eu 0001")).text
    assert said(language, "review.found_none") == (await chief.says("EU-0009")).text
    assert "EU-0001" in (await chief.says("анна ОБРАЗЦОВА")).text
    assert "Сәуле" in (await chief.says("улгибаева")).text
    both = await chief.says("анна")
    assert [button(number=1), "EU-0002 · Үлгібаева С. · 🟢"] == both.labels[1::-1]
    assert said(language, "review.found_none") == (await chief.says("образц")).text


async def test_drafts_are_not_shown(house: House) -> None:
    chief, nina = await organiser(house), await newcomer(house)
    await fill(nina)
    await chief.says("/applications")
    await chief.taps(label("ru", "review.find"))
    assert said("ru", "review.found_none") == (await chief.says("Образцова")).text
    number = row(house, "SELECT id FROM applications")[0]
    shown = await chief.sees()
    await house.telegram.forge_callback(OWNER, f"d1:{number}:open::0", message_id=shown.message_id)
    shown = await chief.sees()
    assert said("ru", "review.draft") in shown.text
    assert NAME not in shown.text


async def test_two_organisers_one_decision(house: House) -> None:
    chief, nina = await organiser(house), await newcomer(house)
    other = await organiser(house, number=5, name="Пётр")
    await apply(nina)
    await card(chief)
    await card(other)
    await other.taps(label("ru", "review.do.admit"))
    await chief.taps(label("ru", "review.do.decline"), NOT_ELIGIBLE["ru"], label("ru", "review.sure_yes"))
    name = (await house.telegram.person(5)).first_name
    assert await chief.toast() == said("ru", "refusal.decided_by.admitted", name=name)
    assert label("ru", "state.admitted") in (await chief.sees()).text
    assert row(house, STATE)[0] == "admitted"
    assert [one for one in await nina.all() if one.text.startswith(said("ru", "push.not_admitted_text"))] == []


async def test_changed_while_an_organiser_decides(house: House) -> None:
    chief, nina = await organiser(house), await newcomer(house)
    await apply(nina)
    await card(chief)
    await house.move(seconds=2)
    await nina.taps(label("ru", "application.change"), f"✏️ {PHONE_LABEL['ru']}")
    await nina.says("+7 702 765 43 21")
    shown = await chief.taps(label("ru", "review.do.admit"))
    assert await chief.toast() == said("ru", "refusal.review.changed")
    assert "+7 702 765 4321" in shown.text
    assert row(house, STATE)[0] == "submitted"
    await chief.taps(label("ru", "review.do.admit"))
    assert row(house, STATE)[0] == "admitted"


async def test_a_removed_organiser(house: House) -> None:
    other = await organiser(house, number=5, name="Пётр")
    owner, nina = Citizen(house.telegram, OWNER), await newcomer(house)
    await apply(nina)
    await card(other)
    await owner.says("/organisers")
    name = (await house.telegram.person(5)).first_name
    await owner.taps(label("ru", "organisers.remove", name=name), label("ru", "organisers.remove_yes"))
    await other.taps(label("ru", "review.do.admit"))
    assert await other.toast() == said("ru", "refusal.no_right")
    assert said("ru", "refusal.no_right") in (await other.says("/applications")).text
    assert row(house, STATE)[0] == "submitted"


TAPS = (
    *("open:", "history:", "file:1", "answer:phone", "admit:", "reconsider:", "return:", "decline:"),
    *("until:phone", "give:3.phone", "words:return", "sure:not_eligible", "deny:not_eligible"),
)
WAYS = ("contests::", "open:egov_user:", "list:egov_user:", "find:egov_user:")


@pytest.mark.parametrize("data", [*(f"d1:1:{tap}:0" for tap in TAPS), *(f"v1:{way}:0" for way in WAYS)])
async def test_a_stranger_has_no_such_button(house: House, data: str) -> None:
    nina = await newcomer(house)
    await apply(nina)
    before = await nina.sees()
    query = await house.telegram.forge_callback(1, data, message_id=before.message_id)
    assert (await house.telegram.answer(query)).text == said("ru", "refusal.no_right")
    assert (await nina.sees()).text == before.text
    assert row(house, STATE)[0] == "submitted"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_decision_in_the_middle_of_a_form(house: House, language: str) -> None:
    chief, nina = await organiser(house, language), await newcomer(house, language)
    await apply(nina, language)
    await nina.taps(label(language, "application.change"), f"✏️ {PHONE_LABEL[language]}")
    await card(chief, language)
    await chief.taps(label(language, "review.do.return"), PHONE_REASON[language])
    await chief.says("10.12.2026 12:30")
    assert (await pushed(nina, language, "returned")).text
    summary = await nina.says("+7 702 765 43 21")
    assert "+7 702 765 4321" in summary.text
    assert label(language, "form.submit") in summary.labels
    assert row(house, STATE)[0] == "returned"


async def test_admitted_in_the_middle_of_an_answer(house: House) -> None:
    chief, nina = await organiser(house), await newcomer(house)
    await apply(nina)
    await nina.taps(label("ru", "application.change"), f"✏️ {PHONE_LABEL['ru']}")
    await card(chief)
    await chief.taps(label("ru", "review.do.admit"))
    told = await nina.says("+7 702 765 43 21")
    assert said("ru", "form.decided") in told.text
    assert said("ru", "status.admitted") in told.text
    assert "+7 702 765 4321" not in (await card(chief)).text.split(said("ru", "mydata.late", label=""))[0]


async def test_reminded_and_too_late(house: House) -> None:
    chief, nina = await organiser(house), await newcomer(house)
    await apply(nina)
    await card(chief)
    await chief.taps(label("ru", "review.do.return"), PHONE_REASON["ru"])
    await chief.says("10.12.2026 18:00")
    await pushed(nina, "ru", "returned")
    await nina.taps(f"✏️ {PHONE_LABEL['ru']}")
    await house.move(days=8, hours=6)
    assert all(said("ru", "push.correction_reminder_text") not in one.text for one in await nina.all())
    await house.move(hours=2)
    told = await pushed(nina, "ru", "correction_reminder")
    assert "10 декабря 2026 г., 18:00" in told.text
    await house.move(days=1, minutes=1)
    late = await nina.says("+7 702 765 43 21")
    assert said("ru", "form.late", closes="")[:17] in late.text
    assert "Решение примет организатор" in late.text
    shown = await card(chief)
    assert "+7 702 765 43 21" in shown.text
    assert label("ru", "review.do.decline") in shown.labels


async def test_no_reminder_of_what_is_corrected(house: House) -> None:
    chief, nina = await organiser(house), await newcomer(house)
    await apply(nina)
    await card(chief)
    await chief.taps(label("ru", "review.do.return"), PHONE_REASON["ru"])
    await chief.says("10.12.2026 18:00")
    await pushed(nina, "ru", "returned")
    await nina.taps(label("ru", "application.correct"), label("ru", "form.submit"))
    await house.move(days=9)
    assert [one for one in await nina.all() if one.text.startswith(said("ru", "push.correction_reminder_text"))] == []


async def test_a_minor_without_a_word_of_the_guardian(house: House) -> None:
    chief, nina = await organiser(house), await newcomer(house)
    await fill(nina, "ru", YOUNG)
    await nina.taps(label("ru", "guardian.send_paper"))
    await house.telegram.send_photo(1, b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00the signed paper")
    await nina.sees()
    await nina.taps(label("ru", "form.submit"))
    shown = await card(chief)
    assert said("ru", "review.guardian.paper") in shown.text
    await chief.taps(label("ru", "review.do.admit"))
    assert await chief.toast() == said("ru", "refusal.admit.paper")
    await chief.taps(label("ru", "review.file", label=label("ru", "review.guardian_file")))
    await chief.taps(label("ru", "review.decline"))
    await card(chief)
    await chief.taps(label("ru", "review.do.admit"))
    assert await chief.toast() == said("ru", "refusal.admit.needed")
    await chief.taps(label("ru", "review.do.return"), "Нужно согласие родителя или опекуна")
    await chief.says("10.12.2026")
    await pushed(nina, "ru", "returned")
    summary = await nina.taps(label("ru", "application.correct"))
    assert label("ru", "guardian.link") in summary.labels
    assert label("ru", "form.submit") not in summary.labels


async def test_a_change_of_language_at_the_desk(house: House) -> None:
    chief, nina = await organiser(house), await newcomer(house)
    await apply(nina)
    await card(chief)
    await chief.taps(label("ru", "review.do.decline"), label("ru", "review.own_words"))
    await chief.says("/language")
    shown = await chief.taps(label("kk", "language.own_name"))
    assert said("kk", "menu.greeting") in shown.text
    assert row(house, "SELECT screen, typed FROM people WHERE telegram_id = ?", OWNER) == ("", None)
    await chief.says("Слова")
    assert row(house, STATE)[0] == "submitted"


async def test_my_data_shows_decisions_and_forgetting_erases_them(house: House) -> None:
    chief, nina = await organiser(house), await newcomer(house)
    await apply(nina)
    await card(chief)
    await chief.taps(label("ru", "review.do.decline"), label("ru", "review.own_words"))
    await chief.says("Моё слово")
    await chief.taps(label("ru", "review.sure_yes"))
    await nina.says("/mydata")
    sent = await house.telegram.wait_message(1, said("ru", "mydata.caption"))
    text = (await content_of(house.telegram, sent)).decode("utf-8-sig")
    assert f"{label('ru', 'act.decline')}\n    Моё слово" in text
    assert row(house, "SELECT count(*) FROM name_words") == (3,)
    await nina.says("/forget")
    await nina.taps(label("ru", "forget.yes"))
    assert rows(house, "SELECT word FROM name_words") == []
    assert rows(house, "SELECT note FROM history WHERE note IS NOT NULL") == []
    assert row(house, "SELECT note FROM applications") == (None,)


async def test_files_of_an_application(fair: House) -> None:
    chief = await newcomer(fair, "ru", OWNER, "Ольга")
    nina = await newcomer(fair)
    await nina.says("/menu")
    await nina.taps(label("ru", "menu.contests"), "Ярмарка проектов", label("ru", "contest.apply"))
    await nina.taps(label("ru", "consent.agree"))
    await nina.says("Сельская библиотека")
    await nina.taps("Школа")
    await fair.telegram.send_document(1, b"%PDF-1.7 " + bytes(64), file_name="work.pdf")
    await nina.sees()
    await fair.telegram.send_photo(1, b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00")
    await nina.sees()
    await nina.taps(label("ru", "form.skip"), label("ru", "form.skip"), label("ru", "form.submit"))
    await chief.says("/applications")
    shown = await chief.taps("Ярмарка проектов", label("ru", "review.all", count=1), "F-0001 · – · 🟢")
    assert "Сельская библиотека" in shown.text
    await chief.taps(label("ru", "review.file", label="Работа"))
    sent = await fair.telegram.wait_message(OWNER, "F-0001: Работа")
    assert await content_of(fair.telegram, sent) == b"%PDF-1.7 " + bytes(64)
    await chief.taps(label("ru", "review.file", label="Снимок"))
    sent = await fair.telegram.wait_message(OWNER, "F-0001: Снимок")
    assert "photo" in sent.extra
    await chief.taps(label("ru", "review.do.return"))
    assert (await screen(chief)).labels[0] == label("ru", "review.own_words")


async def test_long_answers_fit_into_the_messages(fair: House) -> None:
    chief, nina = await newcomer(fair, "ru", OWNER, "Ольга"), await newcomer(fair)
    await nina.says("/menu")
    await nina.taps(label("ru", "menu.contests"), "Ярмарка проектов", label("ru", "contest.apply"))
    await nina.taps(label("ru", "consent.agree"))
    await nina.says("Сельская библиотека")
    await nina.taps("Школа")
    await fair.telegram.send_document(1, b"%PDF-1.7 " + bytes(64))
    await nina.sees()
    await nina.taps(label("ru", "form.skip"), label("ru", "form.skip"))
    story = "Очень длинный рассказ. " * 120
    summary = await nina.says(story)
    assert "…" in summary.text
    await nina.taps(label("ru", "form.submit"))
    await chief.says("/applications")
    shown = await chief.taps("Ярмарка проектов", label("ru", "review.all", count=1), "F-0001 · – · 🟢")
    assert len(shown.text) < 3000
    whole = await chief.taps(label("ru", "review.whole", label="Пожелание"))
    assert story.strip() in whole.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_guardian_who_withdraws_after_the_decision(house: House, language: str) -> None:
    chief, nina = await organiser(house, language), await newcomer(house, language)
    await fill(nina, language, YOUNG)
    maria = await newcomer(house, language, 2, "Мария")
    await _signed(nina, maria, language)
    await nina.taps(label(language, "form.to_summary"), label(language, "form.submit"))
    await card(chief, language)
    await chief.taps(label(language, "review.do.admit"))
    await pushed(nina, language, "admitted")
    await maria.says("/forget")
    await maria.taps(label(language, "forget.yes"))
    await house.telegram.wait_message(1, said(language, "push.guardian_withdrew_text", contest=CONTEST[language]))
    status = await nina.taps(label(language, "application.open"))
    assert said(language, "guardian.lost") in status.text
    await _signed(nina, await newcomer(house, language, 3, "Мария"), language)
    status = await nina.taps(label(language, "application.open"))
    assert said(language, "status.admitted") in status.text
    assert said(language, "guardian.lost") not in status.text
    assert row(house, "SELECT state, guardian FROM applications") == ("admitted", "agreed")


async def _signed(child: Citizen, parent: Citizen, language: str) -> None:
    """A guardian agrees by the link that the applicant passes on."""
    shown = await child.taps(label(language, "guardian.link"))
    await parent.telegram.open_link(parent.number, shown.button(label(language, "guardian.copy")).value)
    await parent.sees()
    await parent.says("Иванова Мария")
    await child.telegram.wait_message(
        child.number, said(language, "push.guardian_agreed_text", contest=CONTEST[language]), after=shown.message_id
    )
