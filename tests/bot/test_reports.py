"""Whoever is stuck at a step says so; organisers see it, and answer each."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.domain.reports import MOST_OPEN, REASONS
from bot.local_telegram import LocalTelegram, Message
from tests.bot.journeys import (
    LANGUAGES,
    at_once,
    bytes_at_rest,
    content_of,
    label,
    newcomer,
    row,
    rows,
    said,
    to_phone,
)
from tests.bot.test_announcements import second
from tests.bot.test_guides import PORTAL, open_guide, place
from tests.house import OWNER, ROOT, Citizen, House, running

JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00the screen of Anna Obraztsova"
DAY = {"kk": "2026 жылғы 4 желтоқсан", "ru": "4 декабря 2026 г."}
"""Three working days from the Tuesday on which every test begins."""
WORDS = {"kk": "Батырма <сұр> болып тұр", "ru": "Кнопка <серая> и не нажимается"}
FIRST_STEP = "eGov.kz – портал «электронного правительства»."
ANSWER = {"kk": "Алдымен «Келісемін» дегенді басыңыз.", "ru": "Сначала нажмите «Согласен»."}
REPORT = "SELECT guide, step, language, reason FROM reports"


async def at_step(citizen: Citizen, language: str = "ru") -> Message:
    """At the first step of a guide."""
    return await open_guide(citizen, language, PORTAL)


async def stuck(citizen: Citizen, language: str = "ru") -> Message:
    """At the first step of a guide, which does not work."""
    await at_step(citizen, language)
    return await citizen.taps(label(language, "guide.stuck"))


QUIET = 0.25
"""Seconds in which a push that was queued has come."""


async def reported(citizen: Citizen, language: str = "ru") -> Message:
    """A report for a reason of the list, once organisers heard of it too."""
    await stuck(citizen, language)
    shown = await citizen.taps(label(language, "report.reason.sms"))
    await citizen.telegram.settled(quiet=QUIET)
    return shown


async def card(chief: Citizen, language: str = "ru", number: int = 1) -> Message:
    """An open report as organisers see it."""
    await chief.telegram.settled(quiet=QUIET)
    await chief.says("/reports")
    # A push may have come below the list by now.
    listed = next(message for message in reversed(await chief.all()) if _entry(message, number))
    await chief.taps(_entry(listed, number))
    return next(message for message in await chief.all() if message.message_id == listed.message_id)


def _entry(listed: Message, number: int) -> str:
    """The button of a report in the list; empty where there is none."""
    return next((name for name in listed.labels if name.startswith(f"№ {number} ")), "")


async def answered(chief: Citizen, language: str = "ru", text: str = "") -> Message:
    """The report of this number, answered in the organiser's own words."""
    await card(chief, language)
    await chief.taps(label(language, "reports.answer"))
    await chief.says(text or ANSWER[language])
    return await chief.taps(label(language, "reports.send"))


async def told(citizen: Citizen, language: str = "ru") -> Message:
    """The answer, once it is there."""
    return await citizen.telegram.wait_message(citizen.number, said(language, "push.report_answered_text"))


async def pushes(house: House, kind: int = 24) -> list[tuple[int, int]]:
    """Whom a kind of push is for, and its state, in the order in which they were queued."""
    return rows(house, "SELECT p.telegram_id, d.state FROM deliveries d JOIN people p ON p.id = d.person_id"
                " WHERE d.kind = ? ORDER BY d.id", kind)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_reason_and_its_answer(house: House, language: str) -> None:
    chief, nina = await newcomer(house, "ru", OWNER, "Ольга"), await newcomer(house, language)
    step = await at_step(nina, language)
    asked = await nina.taps(label(language, "guide.stuck"))
    assert asked.message_id == step.message_id
    assert asked.labels[:-2] == [
        *(label(language, f"report.reason.{reason}") for reason in REASONS),
        label(language, "report.back"),
    ]
    assert said(language, "report.cover") in asked.text
    done = await nina.taps(label(language, "report.reason.sms"))
    assert said(language, "report.made") in done.text
    assert said(language, "report.promise", day=DAY[language]) in done.text
    assert row(house, REPORT) == ("portal", "device", language, "sms")
    assert (await nina.taps(label(language, "report.back"))).text == step.text

    news = await house.telegram.wait_message(OWNER, said("ru", "push.new_reports_text", count=1))
    listed = await chief.taps(label("ru", "reports.open_list"))
    assert listed.message_id > news.message_id
    assert PORTAL["ru"] in listed.text
    assert label("ru", "report.reason.sms") in listed.text
    shown = await chief.taps(f"№ 1 · {PORTAL['ru'][:30]} · {label('ru', 'reports.age_hours')}")
    own_name = label(language, "language.own_name")
    for part in (PORTAL["ru"], FIRST_STEP, label("ru", "report.reason.sms"), own_name, DAY["ru"]):
        assert part in shown.text
    asked = await chief.taps(label("ru", "reports.answer"))
    assert own_name in asked.text
    sure = await chief.says(ANSWER[language])
    assert ANSWER[language] in sure.text
    assert await pushes(house, 25) == []
    done = await chief.taps(label("ru", "reports.send"))
    assert said("ru", "reports.sent") in done.text
    assert label("ru", "reports.answer") not in done.labels

    answer = await told(nina, language)
    assert ANSWER[language] in answer.text
    assert PORTAL[language] in answer.text
    again = await nina.taps(label(language, "report.to_step"))
    assert again.message_id > answer.message_id
    assert again.text == step.text
    assert said("ru", "reports.none") in (await chief.says("/reports")).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_own_words_and_more_of_them(house: House, language: str) -> None:
    chief, nina = await newcomer(house, language, OWNER, "Ольга"), await newcomer(house, language)
    await stuck(nina, language)
    asked = await nina.taps(label(language, "report.reason.other"))
    assert said(language, "report.own_words") in asked.text
    assert rows(house, REPORT) == []
    done = await nina.says(WORDS[language])
    assert said(language, "report.made") in done.text
    assert row(house, REPORT) == ("portal", "device", language, "other")
    assert WORDS[language].encode() not in bytes_at_rest(house)
    # A second tap at the same step says that it is there, and takes more words.
    await nina.taps(label(language, "report.back"))
    again = await nina.taps(label(language, "guide.stuck"))
    assert said(language, "report.again") in again.text
    assert DAY[language] in again.text
    assert label(language, "report.reason.sms") not in again.labels
    assert said(language, "report.added") in (await nina.says("iPhone 12")).text
    shown = await card(chief, language)
    assert f"{WORDS[language]}\n\niPhone 12" in shown.text
    assert said(language, "refusal.text.too_long", length=1001, limit=1000) in (await nina.says("ы" * 1001)).text
    assert row(house, "SELECT count(*) FROM reports") == (1,)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_screenshot(house: House, language: str) -> None:
    chief, nina = await newcomer(house, language, OWNER, "Ольга"), await newcomer(house, language)
    await stuck(nina, language)
    await house.telegram.send_photo(1, JPG, caption=WORDS[language])
    assert said(language, "report.made") in (await nina.sees()).text
    await house.telegram.send_document(1, JPG, "screen.png")
    assert said(language, "report.added") in (await nina.sees()).text
    shown = await card(chief, language)
    assert WORDS[language] in shown.text
    await chief.taps(label(language, "reports.screenshot", number=1))
    sent = await house.telegram.wait_message(OWNER, said(language, "reports.screenshot_of", number=1))
    assert "photo" in sent.extra
    await house.telegram.send_document(1, JPG, "screen.pdf")
    assert said(language, "refusal.file.type", types="JPG, PNG") in (await nina.sees()).text
    await house.telegram.send_photo(1, JPG)
    await nina.sees()
    await house.telegram.send_photo(1, JPG)
    assert said(language, "refusal.report.screenshots", count=3) in (await nina.sees()).text
    # All of it comes with /mydata, after the files were fetched.
    with zipfile.ZipFile(io.BytesIO(await my_data(nina, language))) as archive:
        text, *pictures = (archive.read(name) for name in archive.namelist())
    assert pictures == [JPG] * 3
    assert WORDS[language] in text.decode("utf-8-sig")
    assert b"Obraztsova" not in bytes_at_rest(house)
    assert rows(house, "SELECT state, application_id, report_id FROM files") == [("kept", None, 1)] * 3


async def my_data(citizen: Citizen, language: str = "ru") -> bytes:
    """The document that /mydata brings."""
    before = await citizen.says("/mydata")
    caption = said(language, "mydata.caption")
    sent = await citizen.telegram.wait_message(citizen.number, caption, after=before.message_id)
    return await content_of(citizen.telegram, sent)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_picture_that_is_none(house: House, language: str) -> None:
    chief, nina = await newcomer(house, language, OWNER, "Ольга"), await newcomer(house, language)
    await stuck(nina, language)
    await house.telegram.send_document(1, b"MZ no picture", "screen.jpg")
    refused = await house.telegram.wait_message(1, said(language, "report.screenshot_refused", types="JPG, PNG"))
    assert refused.labels == [label(language, "report.send_another")]
    assert list(house.settings.storage.files.glob("*")) == []
    asked = await nina.taps(label(language, "report.send_another"))
    assert asked.message_id > refused.message_id
    await house.telegram.send_photo(1, JPG)
    await my_data(nina, language)
    shown = await card(chief, language)
    assert [name for name in shown.labels if name.startswith("📎")] == [label(language, "reports.screenshot", number=1)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("how", ["text", "caption", "key"])
async def test_a_secret_is_no_report(house: House, language: str, how: str) -> None:
    nina = await newcomer(house, language)
    await stuck(nina, language)
    if how == "text":
        await nina.says("Код 739155")
    elif how == "caption":
        await house.telegram.send_photo(1, JPG, caption="Код 739155")
    else:
        await house.telegram.send_document(1, b"key", "RSA256_0a1b2c3d4e.p12")
    seen = await nina.sees()
    assert seen.text.startswith(said(language, "secret.deleted"))
    assert label(language, "report.reason.sms") in seen.labels
    assert rows(house, REPORT) == []
    assert rows(house, "SELECT id FROM files") == []


async def test_going_back_reports_nothing_and_moves_nobody(house: House) -> None:
    nina = await newcomer(house)
    await at_step(nina)
    before = await nina.taps("Компьютер или ноутбук")
    await nina.taps(label("ru", "guide.stuck"))
    await house.telegram.send_voice(1)
    asked = await nina.sees()
    assert asked.text.startswith(said("ru", "unexpected.voice"))
    assert label("ru", "report.reason.looks") in asked.labels
    back = await nina.taps(label("ru", "report.back"))
    assert (back.text, back.labels) == (before.text, before.labels)
    assert said("ru", "search.nothing") in (await nina.says("абракадабра")).text
    assert (await at_step(nina)).text == before.text
    assert rows(house, REPORT) == []


async def test_the_language_changes_at_a_report(house: House) -> None:
    nina = await newcomer(house, "ru")
    await stuck(nina)
    await nina.says("/language")
    asked = await nina.taps(label("kk", "language.own_name"))
    assert said("kk", "report.ask") in asked.text
    assert said("kk", "report.made") in (await nina.says(WORDS["kk"])).text
    assert row(house, REPORT) == ("portal", "device", "kk", "other")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_answer_in_the_middle_of_a_form(house: House, language: str) -> None:
    chief, nina = await newcomer(house, language, OWNER, "Ольга"), await newcomer(house, language)
    await reported(nina, language)
    await to_phone(nina, language)
    await answered(chief, language)
    assert ANSWER[language] in (await told(nina, language)).text
    publication = await nina.says("+7 701 123 45 67")
    assert label(language, "form.publish_no") in publication.labels


async def test_a_restart_on_both_sides(tmp_path: Path, telegram: LocalTelegram, clock: Clock) -> None:
    async with running(tmp_path, telegram, clock) as house:
        chief, nina = await newcomer(house, "ru", OWNER, "Ольга"), await newcomer(house)
        await reported(nina)
        await card(chief)
        await chief.taps(label("ru", "reports.answer"))
        await chief.says(ANSWER["ru"])
    async with running(tmp_path, telegram, clock) as house:
        assert said("ru", "report.added") in (await nina.says(WORDS["ru"])).text
        done = await chief.taps(label("ru", "reports.send"))
        assert WORDS["ru"] in done.text
        assert ANSWER["ru"] in (await told(nina)).text


async def test_fast_taps_make_one_report_and_one_answer(house: House) -> None:
    chief, nina = await newcomer(house, "ru", OWNER, "Ольга"), await newcomer(house)
    await stuck(nina)
    await at_once(nina, label("ru", "report.reason.sms"))
    assert row(house, REPORT) == ("portal", "device", "ru", "sms")
    await card(chief)
    await chief.taps(label("ru", "reports.mended"))
    await at_once(chief, label("ru", "reports.send"))
    assert label("ru", "report.mended") in (await told(nina)).text
    assert len(await pushes(house, 25)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_answer_of_the_list_is_in_the_readers_language(house: House, language: str) -> None:
    other = {"kk": "ru", "ru": "kk"}[language]
    chief, nina = await newcomer(house, other, OWNER, "Ольга"), await newcomer(house, language)
    await reported(nina, language)
    await card(chief, other)
    sure = await chief.taps(label(other, "reports.mended"))
    assert label(language, "report.mended") in sure.text
    await chief.taps(label(other, "reports.send"))
    assert label(language, "report.mended") in (await told(nina, language)).text


async def test_two_organisers_one_answer(house: House) -> None:
    chief, nina = await newcomer(house, "ru", OWNER, "Ольга"), await newcomer(house)
    other = await second(house)
    await reported(nina)
    for organiser, text in ((chief, "Первый ответ"), (other, "Второй ответ")):
        await card(organiser)
        await organiser.taps(label("ru", "reports.answer"))
        await organiser.says(text)
    await other.taps(label("ru", "reports.send"))
    await chief.taps(label("ru", "reports.send"))
    assert await chief.toast() == label("ru", "refusal.report.answered_by", name="Серик")
    shown = await chief.sees()
    assert "Второй ответ" in shown.text
    assert label("ru", "reports.answer") not in shown.labels
    assert "Второй ответ" in (await told(nina)).text
    assert len(await pushes(house, 25)) == 1
    # What the first typed is no answer to anything any more.
    assert said("ru", "search.nothing") in (await chief.says("абракадабра")).text


async def test_a_late_word_at_the_desk(house: House) -> None:
    chief, nina = await newcomer(house, "ru", OWNER, "Ольга"), await newcomer(house)
    other = await second(house)
    await reported(nina)
    await card(chief)
    await chief.taps(label("ru", "reports.answer"))
    await answered(other)
    late = await chief.says("Поздний ответ")
    assert late.text.startswith(said("ru", "refusal.report.answered_by", name="Серик"))
    assert row(house, "SELECT count(*) FROM reports WHERE answered_at IS NOT NULL") == (1,)


TAPS = ("list:0:", "new:0:", "open:1:", "answer:1:", "mended:1:", "send:1:", "file:1:1")


@pytest.mark.parametrize("data", [f"y1:{tap}" for tap in TAPS])
async def test_a_stranger_has_no_such_button(house: House, data: str) -> None:
    nina = await newcomer(house)
    await stuck(nina)
    await house.telegram.send_photo(1, JPG, caption=WORDS["ru"])
    before = await nina.sees()
    query = await house.telegram.forge_callback(1, data, message_id=before.message_id)
    assert (await house.telegram.answer(query)).text == said("ru", "refusal.no_right")
    assert (await nina.sees()).text == before.text
    assert said("ru", "refusal.no_right") in (await nina.says("/reports")).text
    assert row(house, "SELECT answered_at FROM reports") == (None,)


async def test_who_is_an_organiser_no_more(house: House) -> None:
    owner, nina = await newcomer(house, "ru", OWNER, "Ольга"), await newcomer(house)
    other = await second(house)
    await reported(nina)
    await card(other)
    await other.taps(label("ru", "reports.answer"))
    await owner.says("/organisers")
    await owner.taps(label("ru", "organisers.remove", name="Серик"), label("ru", "organisers.remove_yes"))
    assert said("ru", "refusal.no_right") in (await other.says("Ответ")).text
    assert row(house, "SELECT answered_at FROM reports") == (None,)


@pytest.mark.parametrize("gone", ["guide", "step"])
async def test_a_report_outlives_its_step(tmp_path: Path, telegram: LocalTelegram, clock: Clock, gone: str) -> None:
    content = tmp_path / "content"
    shutil.copytree(ROOT / "tests/bot/content", content)
    short = (content / "guides" / "short.toml").read_text(encoding="utf-8")
    file = content / "guides" / "brief.toml"
    file.write_text(short.replace('id = "short"', 'id = "brief"').replace("Короткая", "Краткая"), encoding="utf-8")
    async with running(tmp_path, telegram, clock, content={"path": content}) as house:
        chief, nina = await newcomer(house, "ru", OWNER, "Ольга"), await newcomer(house)
        await nina.says("/guides")
        await nina.taps("Краткая инструкция", label("ru", "feedback.not_yet"))
        await nina.says(WORDS["ru"])
    if gone == "guide":
        file.unlink()
    else:
        file.write_text(file.read_text(encoding="utf-8").replace('"only"', '"renamed"'), encoding="utf-8")
    async with running(tmp_path, telegram, clock, content={"path": content}) as house:
        refusal = "refusal.guide_gone" if gone == "guide" else "refusal.report.step_gone"
        assert said("ru", refusal) in (await nina.says("ещё слово")).text
        # Nothing is asked any more: words are searched for again.
        assert said("ru", "search.nothing") in (await nina.says("ещё слово")).text
        await house.telegram.forge_callback(1, "g1:brief:only:x")
        assert await nina.toast() == label("ru", refusal)
        shown = await card(chief)
        assert WORDS["ru"] in shown.text
        assert said("ru", "reports.step_gone", step="only") in shown.text
        await answered(chief)
        answer = await told(nina)
        if gone == "guide":
            assert answer.labels == []
        else:
            assert "Вот и всё." in (await nina.taps(label("ru", "report.to_step"))).text


async def test_what_was_written_is_erased_after_thirty_days(house: House) -> None:
    chief, nina = await newcomer(house, "ru", OWNER, "Ольга"), await newcomer(house)
    late = await newcomer(house, "kk", 2, "Айгүл")
    for citizen, language in ((nina, "ru"), (late, "kk")):
        await stuck(citizen, language)
        await house.telegram.send_photo(citizen.number, JPG, caption=WORDS[language])
        await citizen.sees()
    await my_data(late, "kk")
    await answered(chief)
    await told(nina)
    await house.move(days=29, hours=23)
    assert row(house, "SELECT count(*) FROM reports WHERE words IS NOT NULL") == (2,)
    await house.move(hours=2)
    kept = "SELECT person_id IS NULL, guide, step, reason, words, answer, answered_by FROM reports ORDER BY id"
    assert rows(house, kept) == [
        (1, "portal", "device", "other", None, None, None),
        (0, "portal", "device", "other", None, None, None),
    ]
    assert rows(house, "SELECT id FROM files") == []
    assert list(house.settings.storage.files.glob("*")) == []
    # Whoever still waits is still answered, and what they add now is kept.
    assert said("kk", "report.late") in (await stuck(late, "kk")).text
    await late.says("Әлі күтіп жүрмін")
    shown = await card(chief, number=2)
    assert "⏰" in shown.text
    assert "Әлі күтіп жүрмін" in shown.text


async def test_being_forgotten(house: House) -> None:
    chief, nina = await newcomer(house, "ru", OWNER, "Ольга"), await newcomer(house)
    await stuck(nina)
    await house.telegram.send_photo(1, JPG, caption=WORDS["ru"])
    await nina.sees()
    await card(chief)
    await nina.says("/forget")
    await nina.taps(label("ru", "forget.yes"))
    assert row(house, "SELECT person_id, words, reason FROM reports") == (None, None, "other")
    assert rows(house, "SELECT id FROM files") == []
    await chief.taps(label("ru", "reports.answer"))
    assert await chief.toast() == label("ru", "refusal.report.nobody_waits")
    assert said("ru", "reports.none") in (await chief.says("/reports")).text


async def test_nobody_floods_the_organisers(house: House) -> None:
    chief, nina = await newcomer(house, "ru", OWNER, "Ольга"), await newcomer(house)
    steps = ("device", "phone_way", "ready", "eds_have", "eds_find", "eds_apply")
    for step in steps:
        await house.telegram.forge_callback(1, f"x1:portal:{step}:.unclear")
        await nina.sees()
    assert await nina.toast() == label("ru", "refusal.report.most", count=MOST_OPEN)
    assert row(house, "SELECT count(*) FROM reports") == (MOST_OPEN,)
    shown = await chief.says("/reports")
    assert said("ru", "reports.list", count=MOST_OPEN).split("\n")[0] in shown.text
    # What they reported already can be added to.
    await stuck(nina)
    assert said("ru", "report.added") in (await nina.says(WORDS["ru"])).text


async def test_pages_of_reports(house: House) -> None:
    chief = await newcomer(house, "ru", OWNER, "Ольга")
    for number in range(1, 11):
        await reported(await newcomer(house, "kk", number, "Айгүл"), "kk")
    first = await chief.says("/reports")
    assert [name.split(" · ")[0] for name in first.labels if name.startswith("№")] == [f"№ {n}" for n in range(1, 9)]
    last = await chief.taps(label("ru", "reports.newer"))
    assert [name.split(" · ")[0] for name in last.labels if name.startswith("№")] == ["№ 9", "№ 10"]
    assert label("ru", "reports.newer") not in last.labels
    assert (await chief.taps(label("ru", "reports.older"))).labels == first.labels


async def test_organisers_hear_of_it_at_once_and_then_once_a_day(house: House) -> None:
    chief = await newcomer(house, "ru", OWNER, "Ольга")
    one, two, three = [await newcomer(house, "ru", number) for number in (1, 2, 3)]
    await reported(one)
    await house.telegram.wait_message(OWNER, said("ru", "push.new_reports_text", count=1))
    await reported(two)
    await reported(three)
    assert await pushes(house) == [(OWNER, 2), (OWNER, 0)]
    await house.move(hours=23)
    assert await pushes(house) == [(OWNER, 2), (OWNER, 0)]
    await house.move(hours=1, minutes=1)
    await house.telegram.wait_message(OWNER, said("ru", "push.new_reports_text", count=3))
    for number in (1, 2, 3):
        await card(chief, number=number)
        await chief.taps(label("ru", "reports.mended"), label("ru", "reports.send"))
    await told(three)
    # None is open: the next one is told at once.
    await reported(one)
    sent = await house.telegram.bot_messages(OWNER)
    await house.telegram.wait_message(OWNER, said("ru", "push.new_reports_text", count=1), after=sent[0].message_id + 1)


async def test_the_night_holds_both(house: House) -> None:
    chief, nina = await newcomer(house, "ru", OWNER, "Ольга"), await newcomer(house)
    await house.move(hours=12)  # 23:00
    await reported(nina)
    await answered(chief)
    assert await pushes(house) == [(OWNER, 0)]
    assert await pushes(house, 25) == [(1, 0)]
    await house.move(hours=10, minutes=1)
    assert ANSWER["ru"] in (await told(nina)).text
    # Nothing is open any more: the word to the organisers is of no use.
    await house.telegram.settled(quiet=0.2)
    assert await pushes(house) == [(OWNER, 6)]


async def test_who_blocked_the_bot_is_answered_all_the_same(house: House) -> None:
    chief, nina = await newcomer(house, "ru", OWNER, "Ольга"), await newcomer(house)
    await reported(nina)
    await house.telegram.block(1)
    done = await answered(chief)
    assert said("ru", "reports.sent") in done.text
    await house.telegram.settled(quiet=0.2)
    assert await pushes(house, 25) == [(1, 3)]


async def test_somebody_without_a_language_is_asked_for_it(house: House) -> None:
    nina = await house.citizen(1)
    await nina.start()
    await house.telegram.forge_callback(1, "g1:portal:device:x")
    asked = await nina.sees()
    assert label("ru", "language.own_name") in asked.labels
    step = await nina.taps(label("ru", "language.own_name"))
    assert place(step)[0] == 1


async def test_the_longest_report_and_answer_fit(house: House) -> None:
    chief, nina = await newcomer(house, "ru", OWNER, "Ольга"), await newcomer(house)
    await stuck(nina)
    for sign in "аб":
        await nina.says(f"<{sign * 998}>")
    await nina.says("в" * 190)
    done = await answered(chief, "ru", f"<{'г' * 998}>")
    assert f"<{'г' * 998}>" in done.text
    assert "в" * 190 in done.text
    assert f"<{'г' * 998}>" in (await told(nina)).text


async def test_the_days_of_an_answer_stand_in_the_settings(
    tmp_path: Path, telegram: LocalTelegram, clock: Clock
) -> None:
    async with running(tmp_path, telegram, clock, department={"answer_days": 1}) as house:
        nina = await newcomer(house)
        assert said("ru", "report.promise", day="2 декабря 2026 г.") in (await reported(nina)).text
