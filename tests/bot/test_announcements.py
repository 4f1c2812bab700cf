"""Announcements, by the labels that organisers see: written, confirmed, sent, corrected, taken back, reported."""

from __future__ import annotations

import io
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.clock import Clock
from bot.local_telegram import LocalTelegram, Message
from tests.bot.journeys import (
    CONTEST,
    LANGUAGES,
    WORDS,
    at_once,
    content_of,
    contest_page,
    label,
    many,
    newcomer,
    owner,
    row,
    rows,
    said,
)
from tests.house import OWNER, ROOT, Citizen, House, running

KK, RU = "Ертең сағат 10:00-де вебинар болады, келіңіз.", "Завтра в 10:00 вебинар для всех участников."
FIRST, SECOND = 901, 902


@pytest.fixture(autouse=True)
def _no_reminders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project's content without reminders: then announcements are the only mailings, the first with number 1."""
    path = tmp_path / "content"
    shutil.copytree(ROOT / "content", path)
    file = path / "contests" / "egov_user.toml"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(line for line in lines if not line.startswith("reminders =")), encoding="utf-8")
    monkeypatch.setattr("tests.house.CONTENT", path)


async def write(author: Citizen, language: str, kk: str = KK, ru: str = RU) -> Message:
    """A new announcement with both texts; gives its screen."""
    await author.says("/announcements")
    await author.taps(label(language, "news.new"))
    await author.says(kk)
    return await author.says(ru)


async def to_all(author: Citizen, language: str) -> Message:
    """To the summary of an announcement to everyone."""
    await author.taps(label(language, "news.act.who"), label(language, "news.everyone"))
    return await author.taps(label(language, "news.act.check"))


async def send(author: Citizen, language: str, count: int) -> Message:
    """The whole way, until everyone has it."""
    await write(author, language)
    await to_all(author, language)
    await author.taps(label(language, "news.send", count=count))
    await ended(author, language)
    return await author.sees()


async def ended(author: Citizen, language: str) -> Message:
    """Waits for the word that it is done."""
    return await author.telegram.wait_message(author.number, said(language, "push.mailing_ended_text", **ENDED)[:20])


ENDED = {"number": 1, "kind": ""}


async def got(citizen: Citizen, text: str) -> Message:
    """The message with this text, once it has come."""
    return await citizen.telegram.wait_message(citizen.number, text)


async def has(citizen: Citizen, text: str) -> bool:
    """Whether a message with this text is in the chat."""
    return any(text in message.text for message in await citizen.all())


async def second(house: House, language: str = "ru", number: int = FIRST) -> Citizen:
    """Another organiser, invited by the owner."""
    boss = Citizen(house.telegram, OWNER)
    await boss.says("/organisers")
    shown = await boss.taps(label(language, "organisers.invite"))
    other = await newcomer(house, language, number, "Серик")
    await house.telegram.open_link(number, shown.button(label(language, "organisers.copy")).value)
    await house.telegram.settled()
    return other


@pytest.mark.parametrize("language", LANGUAGES)
async def test_written_seen_and_sent(house: House, language: str) -> None:
    author = await owner(house, language)
    kazakh, russian = await newcomer(house, "kk", 1, "Айгүл"), await newcomer(house, "ru", 2)
    asked = await author.says("/announcements")
    assert asked.text == said(language, "news.list_empty")
    asked = await author.taps(label(language, "news.new"))
    assert asked.text == said(language, "news.ask.text", language="Қазақша", limit=4096)
    asked = await author.says(KK)
    assert asked.text == said(language, "news.ask.text", language="Русский", limit=4096)
    board = await author.says(RU)
    assert said(language, "news.has_text", language="Русский") in board.text
    assert said(language, "news.audience", audience=label(language, "news.for_nobody")) in board.text

    await author.taps(label(language, "news.act.preview"))
    shown = [message.text for message in await author.all()]
    assert shown[-3:-1] == [KK, RU]

    await author.taps(label(language, "news.act.who"), label(language, "news.everyone"))
    found = await author.taps(label(language, "news.act.check"))
    assert said(language, "news.people", count=3) in found.text
    assert said(language, "news.begins_now") in found.text
    await author.taps(label(language, "news.send", count=3))
    assert (await got(kazakh, KK)).text == KK
    assert (await got(russian, RU)).text == RU
    assert not await has(kazakh, RU)
    end = await ended(author, language)
    assert said(language, "news.sent.announcement", sent=3, total=3) in end.text
    assert row(house, "SELECT state, total, sent FROM mailings") == ("done", 3, 3)
    assert rows(house, "SELECT act FROM journal") == [("confirm",)]
    listed = await author.says("/announcements")
    assert f"№ 1 · {label(language, 'news.state.done')} · {(KK if language == 'kk' else RU)[:24]}…" in listed.labels


async def test_formatting_photo_buttons_and_both_languages(house: House) -> None:
    author, russian = await owner(house), await newcomer(house, "ru", 2)
    await author.says("/announcements")
    await author.taps(label("ru", "news.new"))
    await house.telegram.send_text(OWNER, "Үлкен вебинар", entities=[{"type": "bold", "offset": 0, "length": 5}])
    await author.sees()
    await author.says("Большой <i>вебинар</i> &amp; ответы")
    await author.taps(label("ru", "news.act.mode"), label("ru", "news.act.media"))
    await house.telegram.send_photo(OWNER)
    board = await author.sees()
    assert label("ru", "news.media.photo") in board.text
    assert label("ru", "news.mode.both") in board.text

    await author.taps(label("ru", "news.act.buttons"), label("ru", "news.add_link"))
    added = await author.says("Толығырақ | Подробнее | https://egov.kz/news")
    assert "https://egov.kz/news" in added.text
    await author.taps(label("ru", "news.add_deep"))
    added = await author.taps(CONTEST["ru"])
    assert "https://t.me/test_bot?start=c_egov_user" in added.text
    await author.taps(label("ru", "news.back"))
    await to_all(author, "ru")
    await author.taps(label("ru", "news.send", count=2))
    message = await got(russian, "вебинар")
    assert message.kind == "photo"
    assert message.html == "<b>Үлкен</b> вебинар\n\n— — —\n\nБольшой <i>вебинар</i> &amp; ответы"
    assert message.labels == ["Толығырақ", "Подробнее", CONTEST["kk"], CONTEST["ru"]]
    assert message.button("Подробнее").value == "https://egov.kz/news"
    sent = await house.telegram.calls("sendPhoto")
    assert len({call.parameters["photo"] for call in sent}) == 1  # by its id: never uploaded again


@pytest.mark.parametrize("language", LANGUAGES)
async def test_one_language_only(house: House, language: str) -> None:
    author = await owner(house, language)
    await author.says("/announcements")
    await author.taps(label(language, "news.new"))
    await author.says(KK)
    await author.taps(label(language, "news.back"))
    board = await author.sees()
    assert said(language, "news.no_text", language="Русский") in board.text
    await author.taps(label(language, "news.act.check"))
    assert await author.toast() == label(language, "refusal.news.no_text.ru")
    assert row(house, "SELECT state FROM mailings") == ("draft",)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_too_long(house: House, language: str) -> None:
    author = await owner(house, language)
    await author.says("/announcements")
    await author.taps(label(language, "news.new"))
    # An app cuts 4,097 signs into two messages: the rest must not become the other language's text.
    refused = await author.says("ж" * 4097)
    assert refused.text == said(language, "refusal.news.cut", length=4097, limit=4096)
    assert row(house, "SELECT texts FROM announcements") == ("{}",)
    await author.says("ж" * 4096)
    await house.move(seconds=10)
    board = await author.says("д")
    assert said(language, "news.has_text", language="Русский") in board.text
    # Nor is the beginning of a text that was cut taken for all of it when the other is there.
    await author.taps(label(language, "news.text", language="Русский"))
    refused = await author.says("д" * 5000)
    assert refused.text == said(language, "refusal.news.cut", length=5000, limit=4096)
    assert "д" not in row(house, "SELECT texts FROM announcements")[0]
    await author.says("д" * 4000)
    await house.move(seconds=10)
    assert said(language, "news.has_text", language="Русский") in (await author.says("что-то ещё")).text
    await author.taps(label(language, "news.text", language="Русский"))
    await author.says("д")
    await author.taps(label(language, "news.act.mode"))
    assert await author.toast() == label(language, "refusal.news.long.both", length=4096 + 9 + 1, limit=4096)
    await author.taps(label(language, "news.act.media"))
    await house.telegram.send_document(OWNER, size=5000)
    refused = await author.sees()
    assert refused.text == said(language, "refusal.news.long.caption", length=4096, limit=1024)
    assert row(house, "SELECT mode, media FROM announcements") == ("own", "")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_formatting_that_is_broken(house: House, language: str) -> None:
    author = await owner(house, language)
    await author.says("/announcements")
    await author.taps(label(language, "news.new"))
    refused = await author.says("Бүгін <b>вебинар")
    assert refused.text == said(language, "refusal.markup.unclosed", tag="<b>")
    refused = await author.says("Бүгін <font>вебинар</font>")
    assert refused.text == said(language, "refusal.markup.unknown", tag="<font>")
    assert row(house, "SELECT texts FROM announcements") == ("{}",)
    # Without tags, signs are only signs.
    await author.says("5 < 7 & сау болыңыз")
    assert "5 &lt; 7 &amp; сау" in row(house, "SELECT texts FROM announcements")[0]


async def test_a_key_file_is_deleted_and_never_announced(house: House) -> None:
    author = await owner(house)
    await write(author, "ru")
    await author.taps(label("ru", "news.act.media"))
    sent = await house.telegram.send_document(OWNER, size=5000, file_name="AUTH_RSA256_0123.p12")
    assert said("ru", "secret.deleted") in (await author.sees()).text
    assert (await house.telegram.message(OWNER, sent.message_id)).deleted
    assert row(house, "SELECT media, file_id FROM announcements") == ("", None)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_past_time_and_a_time_to_come(house: House, language: str) -> None:
    author, russian = await owner(house, language), await newcomer(house, "ru", 2)
    await write(author, language)
    await author.taps(label(language, "news.act.when"), label(language, "news.at"))
    past = WORDS[language].shown(datetime(2026, 12, 1, 5, tzinfo=UTC))
    assert (await author.says("01.12.2026 10:00")).text == said(language, "refusal.moment.past", at=past)
    assert (await author.says("завтра")).text == said(language, "refusal.moment.form")
    assert (await author.says("31.02.2027 10:00")).text == said(language, "refusal.moment.form")
    shown = await author.says("01.12.2026 15:30")
    at = WORDS[language].shown(datetime(2026, 12, 1, 10, 30, tzinfo=UTC))
    assert said(language, "news.when", at=at) in shown.text
    await author.taps(label(language, "news.back"))
    found = await to_all(author, language)
    assert said(language, "news.begins", at=at) in found.text

    # What was to come is past by the time it is confirmed.
    await house.move(hours=5)
    await author.taps(label(language, "news.send", count=2))
    assert await author.toast() == label(language, "refusal.moment.past", at=at)
    await author.taps(label(language, "news.back"), label(language, "news.act.when"), label(language, "news.at"))
    await author.says("01.12.2026 18:00")
    await author.taps(label(language, "news.back"), label(language, "news.act.check"))
    shown = await author.taps(label(language, "news.send", count=2))
    due = WORDS[language].shown(datetime(2026, 12, 1, 13, tzinfo=UTC))
    assert said(language, "news.scheduled", at=due) in shown.text
    assert not await has(russian, RU)
    await house.move(hours=2, minutes=1)
    assert await got(russian, RU)


async def test_missed_and_set_anew(house: House) -> None:
    author, russian = await owner(house), await newcomer(house, "ru", 2)
    await write(author, "ru")
    await author.taps(label("ru", "news.act.when"), label("ru", "news.at"))
    await author.says("01.12.2026 12:00")
    await author.taps(label("ru", "news.back"))
    await to_all(author, "ru")
    await author.taps(label("ru", "news.send", count=2))
    await house.move(hours=4)
    missed = await got(author, "№ 1 не отправлено")
    assert not await has(russian, RU)
    assert missed.labels == [label("ru", "news.open")]
    board = await author.taps(label("ru", "news.open"))
    assert said("ru", "news.missed") in board.text
    await author.taps(label("ru", "news.act.check"))
    assert "Это время уже прошло" in await author.toast()
    await author.taps(label("ru", "news.act.when"), label("ru", "news.now"), label("ru", "news.back"))
    await author.taps(label("ru", "news.act.check"), label("ru", "news.send", count=2))
    assert await got(russian, RU)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_audiences(house: House, language: str) -> None:
    author = await owner(house, language)
    kazakh, follower = await newcomer(house, "kk", 1, "Айгүл"), await newcomer(house, "ru", 2)
    await contest_page(follower)
    await follower.taps(label("ru", "contest.follow"))
    title = CONTEST[language]
    await write(author, language)
    await author.taps(label(language, "news.act.check"))
    assert await author.toast() == label(language, "refusal.news.no_audience")

    await author.taps(label(language, "news.act.who"), label(language, "news.applicants", contest=title))
    shown = await author.taps("▫️ " + label(language, "state.placed"), "▫️ " + label(language, "state.draft"))
    states = ", ".join(label(language, f"state.{one}") for one in ("draft", "placed"))
    assert f"{label(language, 'news.applicants', contest=title)}: {states}" in shown.text
    await author.taps("✅ " + label(language, "state.draft"))
    await author.taps(label(language, "news.back"), label(language, "news.act.check"))
    assert await author.toast() == label(language, "refusal.news.nobody")

    await author.taps(label(language, "news.act.who"), label(language, "news.followers", contest=title))
    found = await author.taps(label(language, "news.act.check"))
    assert said(language, "news.people", count=1) in found.text
    await author.taps(label(language, "news.back"), label(language, "news.act.who"))
    await author.taps(label(language, "news.speakers", language="Қазақша"))
    await author.taps(label(language, "news.act.check"))
    count = 2 if language == "kk" else 1
    await author.taps(label(language, "news.send", count=count))
    assert await got(kazakh, KK)
    await ended(author, language)
    assert not await has(follower, RU)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_muted_blocked_and_the_report(house: House, language: str) -> None:
    author = await owner(house, language)
    muted, gone = await newcomer(house, "ru", 2), await newcomer(house, "kk", 3, "Айгүл")
    reader = await newcomer(house, "ru", 4, "Марат")
    await muted.says("/settings")
    shown = await muted.taps(label("ru", "settings.mute"))
    assert said("ru", "settings.muted") in shown.text
    await house.telegram.block(gone.number)
    await write(author, language)
    found = await to_all(author, language)
    assert said(language, "news.count.blocked", count=1) in found.text
    assert said(language, "news.count.muted", count=1) in found.text
    await author.taps(label(language, "news.send", count=4))
    assert await got(reader, RU)
    await ended(author, language)
    assert not await has(muted, RU)

    await author.says("/announcements")
    listed = await author.sees()
    await author.taps(next(one for one in listed.labels if one.startswith("№ 1")))
    shown = await author.taps(label(language, "news.act.report"))
    for name, count in (("blocked", 1), ("muted", 1), ("failed", 0)):
        assert said(language, f"news.count.{name}", count=count) in shown.text
    assert said(language, "news.report_sent", count=2) in shown.text
    await author.taps(label(language, "news.act.xlsx"))
    sheet = await got(author, said(language, "news.xlsx_caption", number=1))
    book = load_workbook(io.BytesIO(await content_of(house.telegram, sheet)))
    names = [label(language, f"xlsx.{name}") for name in ("totals", "languages", "reasons", "journal")]
    assert book.sheetnames == names
    totals = {line[0]: line[1] for line in book[names[0]].iter_rows(values_only=True)}
    assert totals[label(language, "xlsx.total")] == 4
    assert totals[label(language, "xlsx.sent")] == 2
    assert totals[label(language, "xlsx.blocked")] == 1
    assert totals[label(language, "xlsx.muted")] == 1
    assert totals[label(language, "xlsx.not_sent")] == 0
    by_language = {line[0]: line[1:] for line in book[names[1]].iter_rows(values_only=True)}
    sent = {"Қазақша": int(language == "kk"), "Русский": 2 - int(language == "kk")}
    assert by_language["Қазақша"] == (sent["Қазақша"], 1, 0, 0, 0, 0)
    assert by_language["Русский"] == (sent["Русский"], 0, 1, 0, 0, 0)
    acts = [line[1] for line in book[names[3]].iter_rows(values_only=True, min_row=2)]
    assert acts == [label(language, "news.journal.confirm")]

    await muted.says("/settings")
    shown = await muted.taps(label("ru", "settings.unmute"))
    assert said("ru", "settings.not_muted") in shown.text
    assert row(house, "SELECT count(*) FROM people WHERE muted_at IS NOT NULL") == (0,)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_corrected_and_taken_back(house: House, language: str) -> None:
    author, russian = await owner(house, language), await newcomer(house, "ru", 2)
    await send(author, language, 2)
    first = await got(russian, RU)
    await author.says("/announcements")
    await author.taps(next(one for one in (await author.sees()).labels if one.startswith("№ 1")))
    board = await author.taps(label(language, "news.act.edit"))
    assert label(language, "news.kind.announcement_edit") in board.text
    assert label(language, "news.act.media") not in board.labels
    await author.taps(label(language, "news.text", language="Русский"))
    await author.says("Вебинар перенесён на 11:00.")
    found = await author.taps(label(language, "news.act.check"))
    assert said(language, "news.people", count=2) in found.text
    await author.taps(label(language, "news.send", count=2))
    changed = await got(russian, "перенесён")
    assert changed.message_id == first.message_id
    await author.telegram.wait_message(author.number, said(language, "news.sent.announcement_edit", sent=2, total=2))
    assert rows(house, "SELECT kind, state, sent, failed FROM mailings ORDER BY id") == [
        (104, "done", 2, 0),
        (105, "done", 2, 0),
    ]

    await author.says("/announcements")
    await author.taps(next(one for one in (await author.sees()).labels if one.startswith("№ 1")))
    asked = await author.taps(label(language, "news.act.recall_ask"))
    assert said(language, "news.recall_ask", count=2) in asked.text
    await author.taps(label(language, "news.recall_yes"))
    await author.telegram.wait_message(author.number, said(language, "news.sent.announcement_recall", sent=2, total=2))
    assert not await has(russian, "перенесён")
    await author.says("/announcements")
    board = await author.taps(next(one for one in (await author.sees()).labels if one.startswith("№ 1")))
    assert said(language, "news.recalled") in board.text
    assert label(language, "news.act.edit") not in board.labels


async def test_too_old_to_take_back(house: House) -> None:
    author = await owner(house)
    await send(author, "ru", 1)
    await author.says("/announcements")
    board = await author.taps(next(one for one in (await author.sees()).labels if one.startswith("№ 1")))
    assert label("ru", "news.act.recall_ask") in board.labels
    await house.move(hours=49)
    await author.taps(label("ru", "news.act.recall_ask"))
    assert await author.toast() == label("ru", "refusal.news.too_old")
    await author.says("/announcements")
    board = await author.taps(next(one for one in (await author.sees()).labels if one.startswith("№ 1")))
    assert label("ru", "news.act.recall_ask") not in board.labels


async def crowd(house: House, count: int) -> None:
    """People who chose Russian, without a chat of theirs being played."""
    await house.telegram.add_people(count, 10_000, "ru")
    values = [(10_000 + number, "ru", "2026-11-01", "2026-11-01") for number in range(count)]
    many(house, "INSERT INTO people (telegram_id, language, created_at, seen_at) VALUES (?, ?, ?, ?)", values)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_many_people(house: House, language: str) -> None:
    author = await owner(house, language)
    await crowd(house, 600)
    await write(author, language)
    found = await to_all(author, language)
    assert said(language, "news.many", limit=500) in found.text
    assert label(language, "news.send", count=601) not in found.labels
    data = found.button(label(language, "news.type_count")).value
    asked = await author.taps(label(language, "news.type_count"))
    assert asked.text == said(language, "news.ask.count")
    assert (await author.says("600")).text == said(language, "refusal.news.count", count=601)
    forged = data.replace("count", "send")
    query = await house.telegram.forge_callback(OWNER, forged, message_id=asked.message_id)
    assert (await house.telegram.answer(query)).text == label(language, "refusal.news.count", count=601)
    assert row(house, "SELECT state FROM mailings") == ("draft",)

    await author.says("/announcements")
    await author.taps(next(one for one in (await author.sees()).labels if one.startswith("№ 1")))
    await author.taps(label(language, "news.act.check"), label(language, "news.type_count"))
    shown = await author.says("6 01")
    assert label(language, "news.state.scheduled") in shown.text
    assert label(language, "news.act.cancel") in shown.labels
    shown = await author.taps(label(language, "news.act.cancel"))
    assert label(language, "news.state.cancelled") in shown.text
    assert said(language, "news.never_begun") in shown.text
    await house.move(minutes=2)
    assert not await has(Citizen(house.telegram, 10_000), RU)
    assert rows(house, "SELECT act FROM journal") == [("confirm",), ("cancel",)]
    # Nothing has to be typed again.
    board = await author.taps(label(language, "news.act.copy"))
    assert said(language, "news.has_text", language="Русский") in board.text
    assert said(language, "news.audience", audience=label(language, "news.for_nobody")) in board.text
    assert rows(house, "SELECT id, state FROM mailings") == [(1, "cancelled"), (2, "draft")]


@pytest.fixture
async def fast(tmp_path: Path, migrated: Path, telegram: LocalTelegram, clock: Clock) -> AsyncIterator[House]:
    """The bot at ten times the pace."""
    shutil.copy(migrated, tmp_path / "bot.sqlite3")
    async with running(tmp_path, telegram, clock, sending={"a_second": 300}) as house:
        yield house


async def test_many_people_after_a_minute(fast: House) -> None:
    house, author = fast, await owner(fast)
    await crowd(house, 600)
    await write(author, "ru")
    await to_all(author, "ru")
    await author.taps(label("ru", "news.type_count"))
    await author.says("601")
    assert row(house, "SELECT state FROM mailings") == ("scheduled",)
    await house.move(seconds=61)
    progress = await author.telegram.wait_message(OWNER, "из 601")
    assert label("ru", "news.act.pause") in progress.labels
    await author.taps(label("ru", "news.act.pause"))
    paused = await author.telegram.wait_message(OWNER, label("ru", "news.state.paused"))
    assert paused.message_id == progress.message_id
    assert label("ru", "news.act.resume") in paused.labels
    done = row(house, "SELECT sent FROM mailings")[0]
    assert 0 < done < 601

    # The rest gets the corrected text, and whoever has the old one gets it corrected.
    board = await author.taps(label("ru", "news.act.edit"))
    assert board.message_id != progress.message_id
    await author.taps(label("ru", "news.text", language="Русский"))
    await author.says("Вебинар перенесён.")
    found = await author.taps(label("ru", "news.act.check"))
    sent = row(house, "SELECT sent FROM mailings WHERE id = 1")[0]
    assert said("ru", "news.people", count=sent) in found.text
    await author.taps(label("ru", "news.send", count=sent))
    await author.telegram.wait_message(OWNER, said("ru", "news.sent.announcement_edit", sent=sent, total=sent))
    board = await author.says("/announcements")
    board = await author.taps(next(one for one in board.labels if one.startswith("№ 1 ")))
    await author.taps(label("ru", "news.act.resume"))
    assert await got(Citizen(house.telegram, 10_599), "перенесён")
    await author.telegram.wait_message(OWNER, "№ 1 завершена")
    texts = {(await house.telegram.last_message(10_000 + one)).text for one in (0, 300, 599)}
    assert texts == {"Вебинар перенесён."}
    assert row(house, "SELECT state, sent, failed, unknown FROM mailings WHERE id = 1") == ("done", 601, 0, 0)


@pytest.fixture
async def careful(tmp_path: Path, migrated: Path, telegram: LocalTelegram, clock: Clock) -> AsyncIterator[House]:
    """The bot where a second organiser has to agree."""
    shutil.copy(migrated, tmp_path / "bot.sqlite3")
    async with running(tmp_path, telegram, clock, sending={"two_approve": True}) as house:
        yield house


@pytest.mark.parametrize("language", LANGUAGES)
async def test_two_agree(careful: House, language: str) -> None:
    author, reader = await owner(careful, language), await newcomer(careful, "ru", 2)
    await write(author, language)
    await to_all(author, language)
    await author.taps(label(language, "news.ask_second"))
    assert await author.toast() == label(language, "refusal.news.nobody_approves")

    other = await second(careful, language)
    await author.says("/announcements")
    await author.taps(next(one for one in (await author.sees()).labels if one.startswith("№ 1")))
    await author.taps(label(language, "news.act.check"))
    shown = await author.taps(label(language, "news.ask_second"))
    assert said(language, "news.awaiting") in shown.text
    assert label(language, "news.act.approve") not in shown.labels
    wanted = await got(other, said(language, "push.approval_wanted_text", number=1))
    approve = wanted.button(label(language, "news.act.approve")).value
    query = await careful.telegram.forge_callback(OWNER, approve, message_id=shown.message_id)
    assert (await careful.telegram.answer(query)).text == label(language, "refusal.news.own")

    await other.taps(label(language, "news.act.preview"))
    assert await has(other, RU)
    assert await has(other, KK)
    await other.taps(label(language, "news.act.refuse"))
    told = await got(author, said(language, "push.approval_refused_text", number=1, kind="")[:30])
    assert row(careful, "SELECT state FROM mailings") == ("draft",)
    assert not await has(reader, RU)

    # The content changes: a yes to what was seen before is none.
    await author.taps(label(language, "news.open"), label(language, "news.text", language="Русский"))
    assert (await author.sees()).message_id > told.message_id
    await author.says("Вебинар в 12:00.")
    await author.taps(label(language, "news.act.check"), label(language, "news.ask_second"))
    await careful.telegram.settled()
    query = await careful.telegram.forge_callback(FIRST, approve, message_id=wanted.message_id)
    assert (await careful.telegram.answer(query)).text == label(language, "refusal.news.changed")
    assert row(careful, "SELECT state FROM mailings") == ("awaiting",)
    await careful.telegram.wait_message(FIRST, said(language, "push.approval_wanted_text", number=1), wanted.message_id)
    await other.taps(label(language, "news.act.approve"))
    assert await got(reader, "Вебинар в 12:00.")
    acts = [one[0] for one in rows(careful, "SELECT act FROM journal ORDER BY id")]
    assert acts == ["ask", "refuse", "ask", "approve"]


async def test_two_decide_at_once(careful: House) -> None:
    author, reader = await owner(careful), await newcomer(careful, "ru", 2)
    one, two = await second(careful), await second(careful, number=SECOND)
    await write(author, "ru")
    await to_all(author, "ru")
    await author.taps(label("ru", "news.ask_second"))
    await got(one, "ждёт Вашего одобрения")
    await got(two, "ждёт Вашего одобрения")
    await careful.telegram.tap(FIRST, label("ru", "news.act.approve"))
    await careful.telegram.tap(SECOND, label("ru", "news.act.approve"))
    await careful.telegram.settled()
    assert await got(reader, RU)
    assert rows(careful, "SELECT act FROM journal") == [("ask",), ("approve",)]
    said_to = {await one.toast(), await two.toast()}
    assert "" in said_to
    assert len(said_to) == 2


@pytest.mark.parametrize("act", ["list:0", "new:0", "open:1", "text:1:ru", "everyone:1", "check:1", "send:1:3"])
async def test_a_citizen_has_no_such_button(house: House, act: str) -> None:
    author, nina = await owner(house), await newcomer(house, "ru", 1)
    await write(author, "ru")
    parts = (act + "::").split(":")
    shown = await nina.sees()
    data = f"n1:{parts[0]}:{parts[1]}:{parts[2]}"
    query = await house.telegram.forge_callback(1, data, message_id=shown.message_id)
    assert (await house.telegram.answer(query)).text == said("ru", "refusal.no_right")
    assert said("ru", "refusal.no_right") in (await nina.says("/announcements")).text
    assert rows(house, "SELECT state FROM mailings") == [("draft",)]


@pytest.mark.parametrize(
    "act",
    ["preview:1", "approve:1:2", "refuse:1", "pause:1", "cancel:1", "repeat:1", "edit:1", "recall:1", "xlsx:1"],
)
async def test_nor_for_what_was_sent(house: House, act: str) -> None:
    author, nina = await owner(house), await newcomer(house, "ru", 1)
    await send(author, "ru", 2)
    parts = (act + "::").split(":")
    shown = await nina.sees()
    data = f"n1:{parts[0]}:{parts[1]}:{parts[2]}"
    query = await house.telegram.forge_callback(1, data, message_id=shown.message_id)
    assert (await house.telegram.answer(query)).text == said("ru", "refusal.no_right")
    assert rows(house, "SELECT state FROM mailings") == [("done",)]


async def test_an_organiser_who_was_removed(house: House) -> None:
    await owner(house)
    other = await second(house)
    await write(other, "ru")
    await to_all(other, "ru")
    await other.taps(label("ru", "news.back"), label("ru", "news.text", language="Русский"))
    boss = Citizen(house.telegram, OWNER)
    await boss.says("/organisers")
    await boss.taps(label("ru", "organisers.remove", name="Серик"), label("ru", "organisers.remove_yes"))
    shown = await other.sees()
    assert (await other.says("Другой текст")).text == said("ru", "refusal.no_right")
    query = await house.telegram.forge_callback(FIRST, "n1:send:1:2", message_id=shown.message_id)
    assert (await house.telegram.answer(query)).text == said("ru", "refusal.no_right")
    assert "Другой" not in row(house, "SELECT texts FROM announcements")[0]


async def test_confirmed_ten_times_at_once_and_a_month_later(house: House) -> None:
    author, reader = await owner(house), await newcomer(house, "ru", 2)
    await write(author, "ru")
    found = await to_all(author, "ru")
    data = found.button(label("ru", "news.send", count=2)).value
    await at_once(author, label("ru", "news.send", count=2))
    assert await got(reader, RU)
    await ended(author, "ru")
    await house.move(days=31)
    query = await house.telegram.forge_callback(OWNER, data, message_id=found.message_id)
    assert (await house.telegram.answer(query)).text == label("ru", "refusal.mailing.done")
    assert [message.text for message in await reader.all()].count(RU) == 1
    assert rows(house, "SELECT act FROM journal") == [("confirm",)]


async def test_what_was_changed_is_confirmed_anew(house: House) -> None:
    author = await owner(house)
    await write(author, "ru")
    found = await to_all(author, "ru")
    data = found.button(label("ru", "news.send", count=1)).value
    await author.taps(label("ru", "news.back"), label("ru", "news.act.mode"))
    query = await house.telegram.forge_callback(OWNER, data, message_id=found.message_id)
    assert (await house.telegram.answer(query)).text == label("ru", "refusal.news.changed")
    assert row(house, "SELECT state FROM mailings") == ("draft",)
    for forged in ("n1:send:1:x", "n1:send:999:1", "n1:text:1:de", "n1:late:1:9h", "n1:state:1:gone", "n1:nothing:1:"):
        query = await house.telegram.forge_callback(OWNER, forged, message_id=found.message_id)
        assert (await house.telegram.answer(query)).text == label("ru", "refusal.old_button"), forged


async def test_buttons_that_are_refused(house: House) -> None:
    author = await owner(house)
    await write(author, "ru")
    await author.taps(label("ru", "news.act.buttons"), label("ru", "news.add_link"))
    for typed, key, values in (
        ("Подробнее | https://egov.kz", "refusal.news.button", {}),
        ("Толық | Подробнее | http://egov.kz", "refusal.news.button_url", {}),
        ("Толық | Подробнее | javascript:alert", "refusal.news.button_url", {}),
        (f"Толық | {'п' * 41} | https://egov.kz", "refusal.news.button_label", {"limit": 40}),
    ):
        assert (await author.says(typed)).text == said("ru", key, **values)
    await author.says("Толық | Подробнее | https://egov.kz")
    await author.taps(label("ru", "news.add_link"))
    assert (await author.says("Толық | Ещё | https://egov.kz")).text == said("ru", "refusal.news.button_twice")
    for number in range(3):
        await author.says(f"Толық | Ещё | https://egov.kz/{number}")
        await author.says("/announcements")
        await author.taps(next(one for one in (await author.sees()).labels if one.startswith("№ 1")))
        shown = await author.taps(label("ru", "news.act.buttons"))
        if number < 2:
            await author.taps(label("ru", "news.add_link"))
    assert label("ru", "news.add_link") not in shown.labels
    shown = await author.taps(label("ru", "news.clear_buttons"))
    assert label("ru", "news.add_link") in shown.labels
    assert row(house, "SELECT buttons FROM announcements") == ("[]",)


async def test_not_an_album_not_a_sticker(house: House) -> None:
    author = await owner(house)
    await author.says("/announcements")
    await author.taps(label("ru", "news.new"))
    await house.telegram.send_photo(OWNER)
    assert (await author.sees()).text == said("ru", "refusal.news.type")
    await author.says(KK)
    await author.says(RU)
    await author.taps(label("ru", "news.act.media"))
    assert (await author.says("текст")).text == said("ru", "refusal.news.send_file")
    await house.telegram.send_album(OWNER, [{"kind": "photo", "size": 9}, {"kind": "photo", "size": 9}])
    assert (await author.sees()).text == said("ru", "refusal.news.album")
    await house.telegram.send_document(OWNER, size=5000)
    board = await author.sees()
    assert said("ru", "news.file", file=label("ru", "news.media.document")) in board.text
    board = await author.taps(label("ru", "news.act.media"), label("ru", "news.no_media"))
    assert said("ru", "news.file", file=label("ru", "news.media.none")) in board.text


async def test_a_draft_is_dropped_and_an_empty_one_is_taken_up(house: House) -> None:
    author = await owner(house)
    await author.says("/announcements")
    await author.taps(label("ru", "news.new"), label("ru", "news.back"), label("ru", "news.to_list"))
    await author.taps(label("ru", "news.new"))
    assert rows(house, "SELECT id, state FROM mailings") == [(1, "draft")]
    await author.taps(label("ru", "news.back"), label("ru", "news.act.drop"))
    shown = await author.taps(label("ru", "news.stop_yes"))
    assert label("ru", "news.state.cancelled") in shown.text
    assert rows(house, "SELECT id, state FROM mailings") == [(1, "cancelled")]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_telegram_does_not_take_is_paused_and_told(house: House, language: str) -> None:
    author = await owner(house, language)
    for number in range(1, 6):
        await newcomer(house, "ru", number)
        await house.telegram.add_fault("400", "sendMessage", number, times=None, description="BUTTON_URL_INVALID")
    await write(author, language)
    await to_all(author, language)
    await author.taps(label(language, "news.send", count=6))
    told = await got(author, "BUTTON_URL_INVALID")
    assert row(house, "SELECT state FROM mailings") == ("paused",)
    assert label(language, "news.open") in (await author.sees()).labels or "BUTTON_URL_INVALID" in told.text
    await house.telegram.clear_faults()
    await author.says("/announcements")
    board = await author.taps(next(one for one in (await author.sees()).labels if one.startswith("№ 1")))
    assert "BUTTON_URL_INVALID" in board.text
    await author.taps(label(language, "news.act.resume"))
    await ended(author, language)
    assert await got(Citizen(house.telegram, 5), RU)


async def test_those_of_whom_nobody_knows(house: House) -> None:
    author, reader = await owner(house), await newcomer(house, "ru", 2)
    await house.telegram.add_fault("cut_after", "sendMessage", 2)
    await send(author, "ru", 2)
    assert row(house, "SELECT sent, unknown FROM mailings") == (1, 1)
    await author.says("/announcements")
    await author.taps(next(one for one in (await author.sees()).labels if one.startswith("№ 1")))
    shown = await author.taps(label("ru", "news.act.report"))
    assert said("ru", "news.count.unknown", count=1) in shown.text
    await author.taps(label("ru", "news.repeat", count=1))
    first = await got(reader, RU)
    assert await house.telegram.wait_message(2, RU, after=first.message_id)
    await house.telegram.wait_for(lambda: _is_done(house), 10, "the end")
    assert row(house, "SELECT sent, unknown FROM mailings") == (2, 0)


async def _is_shown(house: House) -> bool:
    return row(house, "SELECT progress_id FROM mailings") != (None,)


async def _is_done(house: House) -> bool:
    return row(house, "SELECT state FROM mailings") == ("done",)


async def test_a_progress_that_cannot_be_shown_disturbs_nothing(house: House) -> None:
    author = await owner(house)
    await crowd(house, 60)
    await write(author, "ru")
    await to_all(author, "ru")
    await house.telegram.add_fault("400", "editMessageText", OWNER, times=None, description="message to edit not found")
    await author.taps(label("ru", "news.send", count=61))
    await ended(author, "ru")
    assert row(house, "SELECT state, sent, failed FROM mailings") == ("done", 61, 0)


async def test_a_restart_loses_nothing(tmp_path: Path, migrated: Path, telegram: LocalTelegram, clock: Clock) -> None:
    shutil.copy(migrated, tmp_path / "bot.sqlite3")
    async with running(tmp_path, telegram, clock) as house:
        author, reader = await owner(house), await newcomer(house, "ru", 2)
        await author.says("/announcements")
        await author.taps(label("ru", "news.new"))
        await author.says(KK)
    async with running(tmp_path, telegram, clock) as house:
        board = await author.says(RU)
        assert said("ru", "news.has_text", language="Русский") in board.text
        await to_all(author, "ru")
    async with running(tmp_path, telegram, clock) as house:
        await author.taps(label("ru", "news.send", count=2))
        assert await got(reader, RU)
        await ended(author, "ru")
        await house.telegram.wait_for(lambda: _is_shown(house), 10, "the progress")
        shown = row(house, "SELECT progress_id FROM mailings")[0]
    async with running(tmp_path, telegram, clock) as house:
        await author.says("/menu")
        assert row(house, "SELECT progress_id FROM mailings") == (shown,)
        progress = [one for one in await author.all() if one.message_id == shown]
        assert said("ru", "news.sent.announcement", sent=2, total=2) in progress[0].text
        assert label("ru", "news.act.report") in progress[0].labels


async def test_the_list_in_pages(house: House) -> None:
    author = await owner(house)
    for number in range(10):
        await write(author, "ru", ru=f"Объявление {number}")
    shown = await author.says("/announcements")
    assert [one.split()[1] for one in shown.labels if one.startswith("№")] == [str(n) for n in range(10, 2, -1)]
    shown = await author.taps(label("ru", "news.older"))
    assert [one.split()[1] for one in shown.labels if one.startswith("№")] == ["2", "1"]


async def test_my_data_says_whether_announcements_come(house: House) -> None:
    nina = await newcomer(house, "ru", 1)
    await nina.says("/mydata")
    sheet = await house.telegram.wait_message(1, said("ru", "mydata.caption")[:20])
    assert label("ru", "mydata.not_muted") in (await content_of(house.telegram, sheet)).decode("utf-8-sig")
    await nina.says("/settings")
    await nina.taps(label("ru", "settings.mute"))
    await nina.says("/mydata")
    sheet = await house.telegram.wait_message(1, said("ru", "mydata.caption")[:20], after=sheet.message_id)
    assert label("ru", "mydata.muted") in (await content_of(house.telegram, sheet)).decode("utf-8-sig")
    assert "/settings" in (await nina.says("/help")).text
