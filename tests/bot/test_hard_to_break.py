"""What people and networks do to a bot: fast fingers, old and forged buttons, outages, blocks, errors."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.clock import Clock
from bot.local_telegram import LocalTelegram
from bot.services import contests, forms
from tests.bot.journeys import (
    CLOSES,
    CONTEST,
    DISTRICT,
    LANGUAGES,
    NAME,
    PHONE,
    apply,
    at_once,
    begin,
    contest_page,
    fill,
    label,
    last_update,
    newcomer,
    past,
    row,
    rows,
    said,
    screen,
    to_phone,
)
from tests.bot.test_guides import PORTAL, open_guide, place
from tests.house import House, running


async def test_ten_fast_taps_do_a_thing_once(house: House) -> None:
    nina = await newcomer(house)
    await at_once(nina, "📖 Инструкции")
    assert PORTAL["ru"] in (await nina.sees()).labels
    await open_guide(nina, "ru", PORTAL)
    await nina.taps("Компьютер или ноутбук")
    await at_once(nina, "Далее →")
    assert place(await nina.sees())[0] == 3

    await contest_page(nina)
    await at_once(nina, "🔔 Следить за конкурсом")
    assert row(house, "SELECT count(*) FROM follows") == (1,)
    await nina.taps("✍️ Подать заявку")
    await at_once(nina, "✅ Согласен / согласна")
    assert row(house, "SELECT count(*) FROM applications") == (1,)
    assert row(house, "SELECT count(*) FROM consents") == (1,)
    await nina.says(NAME)
    await nina.says("05.01.1990")
    await at_once(nina, DISTRICT["ru"])
    await nina.sees()
    assert (await house.telegram.keys(1))[0] == "📱 Отправить мой номер"
    await nina.says(PHONE)
    await at_once(nina, "Да, можно публиковать")
    assert row(house, "SELECT count(*) FROM consents WHERE kind = 'publish_name'") == (1,)
    await at_once(nina, "📨 Отправить заявку")
    assert rows(house, "SELECT state, number FROM applications") == [("submitted", 1)]
    assert row(house, "SELECT count(*) FROM history WHERE act = 'submit'") == (1,)
    # And nobody is told off for a double tap.
    assert {tap.text for tap in await house.telegram.answers(1) if ":submit:" in tap.data} == {""}
    asked = await nina.says("/mydata")
    await house.telegram.wait_message(1, said("ru", "mydata.caption"), after=asked.message_id)
    first_line = said("ru", "form.receipt").split("\n")[0]
    assert sum(message.text.startswith(first_line) for message in await nina.all()) == 1

    await nina.says("/status")
    await nina.taps(f"EU-0001 {CONTEST['ru']}", "Отозвать заявку и согласие")
    await at_once(nina, "Да, отозвать")
    assert row(house, "SELECT count(*) FROM history WHERE act = 'withdraw'") == (1,)
    await nina.says("/forget")
    await at_once(nina, "🗑 Да, удалить всё")
    assert rows(house, "SELECT id FROM people WHERE language IS NOT NULL") == []


async def test_two_answers_typed_at_once_answer_two_questions(house: House) -> None:
    nina = await newcomer(house)
    await begin(nina)
    await house.telegram.send_text(1, NAME)
    await house.telegram.send_text(1, "05.01.1990")
    await nina.sees()
    summary = await nina.taps(DISTRICT["ru"], "📱 Отправить мой номер", "Нет, не публикуйте")
    assert NAME in summary.text
    assert "05.01.1990" in summary.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_buttons_of_a_month_ago(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    step = await open_guide(nina, language, PORTAL)
    await house.move(days=31)
    assert place(await nina.taps(step.labels[0]))[0] == 2
    # A message that Telegram does not show the bot any more: the screen comes anew.
    for data, text in (
        ("m1:guides", said(language, "guides.text")),
        ("g1:portal::o", PORTAL[language]),
        ("c1:egov_user:open", CONTEST[language]),
    ):
        before = await nina.sees()
        await house.telegram.forge_callback(1, data, message_id=3, inaccessible=True)
        seen = await nina.sees()
        assert seen.message_id > before.message_id
        assert text in seen.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_buttons_of_a_form_that_is_finished(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    await begin(nina, language)
    await nina.says(NAME)
    choice = (await nina.says("05.01.1990")).button(DISTRICT[language]).value
    other = choice.replace("esil", "petropavl")
    await nina.taps(DISTRICT[language])
    await nina.says(PHONE)
    summary = await nina.taps(label(language, "form.publish_no"))
    await nina.taps(label(language, "form.submit"))
    await house.telegram.wait_message(1, "EU-0001", after=summary.message_id)
    submit = summary.button(label(language, "form.submit")).value
    sealed = row(house, "SELECT answers, number FROM applications")
    for data in (choice, other, submit):
        await house.telegram.forge_callback(1, data)
        await house.telegram.settled()
        assert row(house, "SELECT answers, number FROM applications") == sealed
    # Taken back: the person reads so, whatever old button they find.
    await nina.says("/status")
    await nina.taps(f"EU-0001 {CONTEST[language]}", label(language, "application.withdraw"))
    await nina.taps(label(language, "withdraw.yes"))
    withdrawn = label(language, "refusal.state.withdrawn")
    for data in (submit, "a1:1:summary:", "a1:1:ask:phone", "a1:1:resume:"):
        await house.telegram.forge_callback(1, data)
        assert await nina.toast() == withdrawn, data
    await house.telegram.forge_callback(1, choice)
    await house.telegram.forge_callback(1, "a1:1:confirm:")
    await house.telegram.settled()
    assert row(house, "SELECT state, answers FROM applications") == ("withdrawn", None)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nobody_reaches_into_the_application_of_another(house: House, language: str) -> None:
    nina, eve = await newcomer(house, language), await newcomer(house, language, 2, "Ева")
    await fill(nina, language)
    everything = "SELECT state, question, answers, guardian, person_id FROM applications"
    before = row(house, everything)
    acts = ("open", "new", "resume", "summary", "submit", "withdraw", "confirm", "link", "paper")
    for data in [f"a1:1:{act}:" for act in acts] + ["a1:1:ask:phone", "f1:1:phone:x", "f1:1:district:esil", "f1:1::"]:
        await house.telegram.forge_callback(2, data)
        assert await eve.toast() == label(language, "refusal.old_button"), data
        assert (await eve.sees()).labels[0] == label(language, "menu.guides")
    await eve.says("Ева Чужая")
    assert row(house, everything) == before
    assert not any(NAME in message.text for message in await eve.all())
    assert NAME not in (await eve.says("/status")).text


GARBAGE = [
    "garbage",
    "a1",
    "a1:1",
    "a1:x:open:",
    "a1:1:open:phone:more",
    "a1:1:nothing:",
    "a1:999:open:",
    "a1:-1:open:",
    "a1:99999999999999999999:open:",
    "a0:1:open:",
    "a2:1:open:",
    "f1:1:nothing:x",
    "f1:99999999999999999999:phone:x",
    "m1:nothing",
    "m9:menu",
    "c1:egov_user:nothing",
    "l1:xx:",
    "r1:nothing",
    "p1:1:nothing",
    "p1:99999999999999999999:yes",
    ":::::",
    "😀" * 16,
]
GONE = {
    "c1:nothing:open": "refusal.contest_gone",
    "c1:nothing:agree": "refusal.contest_gone",
    "g1:nothing:x:n": "refusal.guide_gone",
    "p1:1:yes": "refusal.no_right",
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_forged_buttons(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    wrong = []
    for data in GARBAGE:
        await house.telegram.forge_callback(1, data)
        told = (await nina.toast(), said(language, "menu.text") in (await nina.sees()).text)
        if told != (label(language, "refusal.old_button"), True):
            wrong.append(data)
    assert wrong == []
    for data, key in GONE.items():
        await house.telegram.forge_callback(1, data)
        assert await nina.toast() == label(language, key)
    # A step that an editor removed leads to the nearest place, not to the start of everything.
    await open_guide(nina, language, PORTAL)
    step = await nina.taps({"kk": "Тек телефон", "ru": "Только телефон"}[language])
    await house.telegram.forge_callback(1, "g1:portal:removed:n", message_id=step.message_id)
    assert (await nina.sees()).text == step.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_forged_links(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    for payload, key in {
        "x": "refusal.link.unknown",
        "-" * 64: "refusal.link.unknown",
        "k_" + "A" * 62: "refusal.link.unknown",
        "k_owner": "refusal.link.unknown",
        "g_": "refusal.guide_gone",
        "g_portal_x": "refusal.guide_gone",
        "c_": "refusal.contest_gone",
        "c_egov_user_x": "refusal.contest_gone",
    }.items():
        seen = await nina.start(payload)
        assert seen.text.startswith(said(language, key)), payload
        assert said(language, "menu.text") in seen.text
    # The longest link that somebody new can open, and a forged one.
    for number, payload in ((2, "g_" + "a" * 62), (3, "k_" + "A" * 16)):
        eve = await house.citizen(number, "Ева", language)
        await eve.start(payload)
        assert said(language, "menu.text") in (await eve.taps(label(language, "language.own_name"))).text


async def test_a_link_that_a_newcomer_types(house: House) -> None:
    nina = await house.citizen(1)
    assert said("ru", "language.ask") in (await nina.says(f"/start {'ж' * 60}")).text
    assert said("ru", "menu.text") in (await nina.taps(label("ru", "language.own_name"))).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_edited_message_changes_no_answer(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    await begin(nina, language)
    typed = await house.telegram.send_text(1, NAME)
    question = await nina.sees()
    await house.telegram.edit_text(1, typed.message_id, "Чужая Ева")
    seen = await nina.sees()
    assert seen.text == said(language, "unexpected.edited") + "\n\n" + question.text
    await nina.says("05.01.1990")
    await nina.taps(DISTRICT[language])
    await nina.says(PHONE)
    assert NAME in (await nina.taps(label(language, "form.publish_no"))).text


async def test_an_update_that_comes_again_does_not_answer_the_next_question(fair: House) -> None:
    nina = await newcomer(fair)
    await nina.taps("🏆 Конкурсы", "Ярмарка проектов", "✍️ Подать заявку", "✅ Согласен / согласна")
    question = await nina.says("Сельская библиотека")
    typed = last_update(await fair.telegram.update_history(), "Сельская библиотека")
    await fair.telegram.redeliver(typed)
    again = await nina.sees()
    assert again.text == question.text
    question = await nina.taps("Школа")
    tapped = max(one["update_id"] for one in await fair.telegram.update_history() if "callback_query" in one)
    await fair.telegram.redeliver(tapped)
    await fair.telegram.redeliver(typed)
    assert (await nina.sees()).text == question.text
    await fair.telegram.send_document(1, b"%PDF-1.7", "Работа.pdf")
    await nina.sees()
    await nina.taps("Пропустить", "Пропустить")
    await nina.says("Больше книг")
    # A question that was opened anew is not answered by what came for another one before.
    await nina.taps("✏️ Проект")
    await fair.telegram.redeliver(last_update(await fair.telegram.update_history(), "Больше книг"))
    assert "Сейчас записано: Сельская библиотека" in (await nina.sees()).text
    summary = await nina.taps("К ответам")
    assert "Проект: Сельская библиотека" in summary.text
    assert "Пожелание: Больше книг" in summary.text


async def test_nobody_is_told_that_what_was_kept_was_not(fair: House) -> None:
    """A file and a contact come again after a crash: the person reads where they stand, and nothing untrue."""
    nina = await newcomer(fair)
    await nina.taps("🏆 Конкурсы", "Ярмарка проектов", "✍️ Подать заявку", "✅ Согласен / согласна")
    await nina.says("Сельская библиотека")
    await nina.taps("Школа")
    await fair.telegram.send_document(1, b"%PDF-1.7", "Работа.pdf")
    await nina.sees()
    question = await nina.taps("Пропустить")
    await fair.telegram.redeliver(_last_with(await fair.telegram.update_history(), "document"))
    assert (await nina.sees()).text == question.text
    assert row(fair, "SELECT count(*) FROM files") == (1,)
    question = await nina.taps("📱 Отправить мой номер")
    await fair.telegram.redeliver(_last_with(await fair.telegram.update_history(), "contact"))
    assert (await nina.sees()).text == question.text


def _last_with(updates: list[dict[str, Any]], kind: str) -> int:
    """The id of the newest update whose message is of a kind."""
    return max(int(one["update_id"]) for one in updates if kind in one.get("message", {}))


async def test_a_malformed_update_among_good_ones(house: House) -> None:
    nina = await newcomer(house)
    await begin(nina)
    for update in (
        {"message": {"message_id": "x", "chat": None}},
        {"message": {"date": 0}},
        {"callback_query": {"id": 1}},
        {"something_new": {"of": "tomorrow"}},
        {},
    ):
        await house.telegram.inject_update(update)
    await house.telegram.send_text(1, NAME)
    await house.telegram.inject_update({"message": []})
    await house.telegram.send_text(1, "05.01.1990")
    assert DISTRICT["ru"] in (await nina.sees()).labels


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_person_who_blocks_the_bot_and_comes_back(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    await begin(nina, language)
    await nina.says(NAME)
    await house.telegram.block(1)
    await house.telegram.settled()
    assert row(house, "SELECT blocked_at IS NULL FROM people") == (0,)
    await house.telegram.unblock(1)
    await house.telegram.settled()
    assert row(house, "SELECT blocked_at IS NULL FROM people") == (1,)
    # While the bot is about to answer.
    held = await house.telegram.add_fault("hold_before", "sendMessage", chat_id=1)
    await house.telegram.send_text(1, "05.01.1990")
    await held.reached()
    await house.telegram.block(1)
    await held.release()
    await house.telegram.settled()
    assert row(house, "SELECT blocked_at IS NULL FROM people") == (0,)
    await nina.start()
    assert row(house, "SELECT blocked_at IS NULL FROM people") == (1,)
    await nina.taps(label(language, "menu.applications"), CONTEST[language])
    assert DISTRICT[language] in (await nina.taps(label(language, "application.resume"))).labels


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the bot logs, as it stands in the log."""
    stream, configured = io.StringIO(), structlog.get_config()
    structlog.configure(**{**configured, "logger_factory": structlog.PrintLoggerFactory(stream)})
    yield stream
    structlog.configure(**configured)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_error_has_a_number_and_no_personal_data(
    log: io.StringIO, monkeypatch: pytest.MonkeyPatch, house: House, language: str
) -> None:
    nina = await newcomer(house, language)
    await begin(nina, language)

    async def fails(*_: object) -> None:
        raise RuntimeError(f"cannot store {NAME}")

    with monkeypatch.context() as patched:
        patched.setattr(forms, "answer", fails)
        seen = await nina.says(NAME)
    number = seen.text.rsplit(" ", 1)[1].rstrip(".")
    assert re.fullmatch(r"[0-9A-F]{6}", number)
    assert seen.text == said(language, "error.text", id=number)
    assert label(language, "button.person") in seen.labels
    logged = log.getvalue()
    assert number in logged
    assert "RuntimeError" in logged
    for part in ("Образцова", json.dumps("Образцова")[1:-1]):
        assert part not in logged

    # A tap is answered all the same.
    await contest_page(nina, language)
    with monkeypatch.context() as patched:
        patched.setattr(contests, "follow", fails)
        await nina.taps(label(language, "contest.follow"))
    assert (await house.telegram.answers(1))[-1].answered
    assert said(language, "error.text", id="").strip() in (await nina.sees()).text
    # Nothing typed before was lost, and all goes on.
    await nina.says("/status")
    await nina.taps(CONTEST[language], label(language, "application.resume"))
    assert said(language, "form.position", position=2, total=5) in (await nina.says(NAME)).text


async def test_what_was_sent_while_the_bot_was_down(
    tmp_path: Path, telegram: LocalTelegram, clock: Clock, unanswered: list[str]
) -> None:
    async with running(tmp_path, telegram, clock) as house:
        nina = await newcomer(house)
        await begin(nina)
    await telegram.send_text(1, NAME)
    await telegram.send_text(1, "05.01.1990")
    async with running(tmp_path, telegram, clock):
        question = await nina.sees()
        assert DISTRICT["ru"] in question.labels
    # A tap on which Telegram does not wait any more: the screen comes all the same.
    unanswered.append(await telegram.tap(1, DISTRICT["ru"]))
    await clock.move(timedelta(seconds=60))
    async with running(tmp_path, telegram, clock):
        assert said("ru", "form.position", position=4, total=5) in (await nina.sees()).text


async def test_an_answer_in_time_counts_though_the_bot_was_down_at_the_deadline(
    tmp_path: Path, telegram: LocalTelegram, clock: Clock
) -> None:
    async with running(tmp_path, telegram, clock) as house:
        nina, late = await newcomer(house), await newcomer(house, number=2)
        await to_phone(nina)
        await to_phone(late)
        await clock.move(CLOSES - clock.now() - timedelta(minutes=5))
    await telegram.send_text(1, "+7 701 111 22 33")
    await clock.move(timedelta(minutes=10))
    await telegram.send_text(2, "+7 701 444 55 66")
    async with running(tmp_path, telegram, clock) as house:
        assert said("ru", "form.late", closes=CLOSES) not in (await nina.sees()).text
        assert said("ru", "form.late", closes=CLOSES) in (await late.sees()).text
        status = await nina.says("/status")
        assert said("ru", "status.draft_closed", closes=CLOSES) in status.text
        history = "SELECT telegram_id FROM history JOIN people ON people.id = actor_id WHERE act = 'late_answer'"
        assert rows(house, history) == [(2,)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_tap_after_the_deadline(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    await begin(nina, language)
    await nina.says(NAME)
    await nina.says("05.01.1990")
    await past(house, CLOSES)
    await nina.taps(DISTRICT[language])
    assert await nina.toast() == label(language, "refusal.deadline", closes=CLOSES)
    answers = await house.telegram.answers(1)
    assert answers[-1].show_alert


async def test_what_is_pushed_does_not_take_the_screen_away(house: House) -> None:
    nina = await newcomer(house)
    receipt = await apply(nina)
    assert receipt.labels == ["📄 Открыть заявку"]
    menu = await nina.says("/menu")
    await house.telegram.tap(1, "📄 Открыть заявку", message_id=receipt.message_id)
    opened = await screen(nina)
    assert opened.message_id > menu.message_id
    assert (await house.telegram.message(1, receipt.message_id)).text == receipt.text
    assert (await house.telegram.message(1, receipt.message_id)).labels == receipt.labels
