"""A contest as a whole, by visible labels: places, results, moved dates, reminders, the journal."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.local_telegram import LocalTelegram, Message
from tests.bot.journeys import (
    BORN,
    CLOSES,
    CONTEST,
    DISTRICT,
    LANGUAGES,
    NAME,
    PHONE,
    WORDS,
    apply,
    begin,
    contest_page,
    label,
    newcomer,
    owner,
    past,
    row,
    rows,
    said,
    to_phone,
)
from tests.bot.test_reviews import card, organiser
from tests.house import Citizen, House, running

FIRST = {"kk": "I орын", "ru": "I место"}
SECOND = {"kk": "II орын", "ru": "II место"}
MASKED = "Образцова А. И."
RESULTS = datetime.fromisoformat("2027-09-27T10:00+00:00")
DEADLINE = {"kk": "Өтінім қабылдаудың аяқталуы", "ru": "Окончание приёма заявок"}
SCHEDULE = {"kk": "Қатысу кестесін хабарлау", "ru": "Сообщение графика участия"}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def dashboard(chief: Citizen) -> Message:
    return await chief.says("/applications")


async def opens(chief: Citizen, act: str, language: str = "ru") -> Message:
    """A screen of the dashboard: places, release, dates, journal."""
    await dashboard(chief)
    return await chief.taps(label(language, f"season.{act}"))


async def applied(house: House, number: int, language: str = "ru", publish: bool = False) -> Citizen:
    """Somebody who has sent in an application."""
    citizen = await newcomer(house, language, number)
    await to_phone(citizen, language)
    await citizen.says(PHONE)
    await citizen.taps(label(language, "form.publish_yes" if publish else "form.publish_no"))
    before = await citizen.taps(label(language, "form.submit"))
    await citizen.telegram.wait_message(number, "EU-", after=before.message_id - 1)
    return citizen


async def admit(chief: Citizen, number: int, language: str = "ru") -> None:
    await card(chief, language, number)
    await chief.taps(label(language, "review.do.admit"))


async def toast(house: House, number: int, data: str) -> str:
    """What the answer to a forged or an old button says."""
    shown = await house.telegram.last_message(number)
    query = await house.telegram.forge_callback(number, data, message_id=shown.message_id)
    return (await house.telegram.answer(query)).text


def of(language: str, key: str) -> str:
    """The longest part of a text between its placeholders."""
    text = said(language, key, **dict.fromkeys(("contest", "closes", "left", "number", "place"), "\0"))
    return max(text.split("\0"), key=len)


# -- places and results -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
async def test_places_and_the_results_now(house: House, language: str) -> None:
    chief = await owner(house, language)
    nina, petr = await applied(house, 1, language, publish=True), await applied(house, 2, language)
    fan = await newcomer(house, language, 3)
    await contest_page(fan, language)
    await fan.taps(label(language, "contest.follow"))
    await admit(chief, 1, language)
    await admit(chief, 2, language)
    await past(house, CLOSES)

    shown = await opens(chief, "places", language)
    assert said(language, "season.places_pending") in shown.text
    shown = await chief.taps(SECOND[language])
    assert said(language, "season.choose", place=SECOND[language]) in shown.text
    shown = await chief.taps(f"EU-0001 {MASKED}")
    assert said(language, "season.place_given") in shown.text
    assert f"{SECOND[language]} (1/1)\nEU-0001 {MASKED}" in shown.text
    await chief.taps(FIRST[language])
    shown = await chief.says("EU-0002")
    assert f"{FIRST[language]} (1/1)\nEU-0002 {MASKED}" in shown.text
    await chief.taps(label(language, "season.clear_place", who=f"EU-0002 {MASKED}"))
    await chief.taps(FIRST[language])
    assert said(language, "refusal.place.no_number") in (await chief.says("77")).text
    await chief.says("2")
    assert FIRST[language] not in (await nina.says("/status")).text
    assert SECOND[language] not in (await nina.says("/status")).text

    shown = await opens(chief, "release", language)
    for part in (
        said(language, "season.release_place", place=SECOND[language], count=1),
        said(language, "season.release_without", count=0),
        said(language, "season.release_told", applicants=2, followers=1),
    ):
        assert part in shown.text
    shown = await chief.taps(label(language, "season.release_now"))
    assert said(language, "season.released") in shown.text

    told = await house.telegram.wait_message(1, of(language, "season.result_place"))
    assert SECOND[language] in told.text
    assert "EU-0001" in told.text
    assert FIRST[language] in (await house.telegram.wait_message(2, of(language, "season.result_place"))).text
    listed = await house.telegram.wait_message(3, of(language, "season.results"))
    assert f"🏆 {FIRST[language]}\nEU-0002\n\n🏆 {SECOND[language]}\n{NAME}" in listed.text

    status = await nina.taps(label(language, "application.open"))
    assert said(language, "application.place", place=SECOND[language]) in status.text
    await petr.says("/menu")
    page = await fan.taps(label(language, "season.open_contest"))
    assert page.message_id > listed.message_id
    page = await fan.taps(label(language, "contest.results"))
    assert f"🏆 {FIRST[language]}\nEU-0002\n\n🏆 {SECOND[language]}\n{NAME}" in page.text

    at = row(house, "SELECT released_at FROM contests")[0]
    done = said(language, "refusal.release.done", at=datetime.fromisoformat(f"{at}+00:00"))
    await dashboard(chief)
    await chief.taps(label(language, "season.release"))
    assert await chief.toast() == done
    assert len(rows(house, "SELECT id FROM mailings WHERE kind IN (102, 103)")) == 2
    shown = await opens(chief, "journal", language)
    assert (
        f"{label(language, 'review.owner')}: {said(language, 'season.did.released', placed=2, without=0)}" in shown.text
    )


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_place_is_taken(house: House, language: str) -> None:
    chief = await owner(house, language)
    for number in (1, 2):
        await applied(house, number, language)
        await admit(chief, number, language)
    await opens(chief, "places", language)
    await chief.taps(FIRST[language], f"EU-0001 {MASKED}", FIRST[language])
    await chief.taps(f"EU-0002 {MASKED}")
    assert await chief.toast() == said(language, "refusal.place.taken", who=f"EU-0001 {MASKED}")
    assert rows(house, "SELECT number, place FROM applications ORDER BY id") == [(1, "first"), (2, None)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_results_at_their_time(house: House, language: str) -> None:
    chief = await owner(house, language)
    await applied(house, 1, language)
    await admit(chief, 1, language)
    shown = await opens(chief, "release", language)
    assert said(language, "season.release_open", closes=CLOSES) in shown.text
    assert label(language, "season.release_now") not in shown.labels
    shown = await chief.taps(label(language, "season.release_results", at="27.09.2027 15:00"))
    assert said(language, "season.release_at", at=RESULTS) in shown.text
    await house.move(seconds=(RESULTS - house.clock.now()).total_seconds() - 60)
    assert row(house, "SELECT state FROM applications") == ("admitted",)
    await past(house, RESULTS)
    told = await house.telegram.wait_message(1, of(language, "season.result_none"))
    assert said(language, "season.result_none_next") in told.text
    assert row(house, "SELECT state FROM applications") == ("not_placed",)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_typed_moment_of_the_release(house: House, language: str) -> None:
    chief = await owner(house, language)
    await opens(chief, "release", language)
    await chief.taps(label(language, "season.release_other"))
    assert said(language, "refusal.moment.form") in (await chief.says("завтра")).text
    past_moment = datetime.fromisoformat("2026-11-30T18:00+05:00")
    assert said(language, "refusal.moment.past", at=past_moment) in (await chief.says("30.11.2026 18:00")).text
    assert said(language, "refusal.release.open", closes=CLOSES) in (await chief.says("01.09.2027 18:00")).text
    shown = await chief.says("20.09.2027 12:00")
    assert said(language, "season.release_at", at=datetime.fromisoformat("2027-09-20T12:00+05:00")) in shown.text
    shown = await chief.taps(label(language, "season.release_cancel"))
    assert said(language, "season.release_cancelled") in shown.text
    assert row(house, "SELECT release_at FROM contests") == (None,)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_undecided_applications_hold_the_release(house: House, language: str) -> None:
    chief = await owner(house, language)
    await applied(house, 1, language)
    await opens(chief, "release", language)
    await chief.taps(label(language, "season.release_results", at="27.09.2027 15:00"))
    await past(house, RESULTS)
    held = said(language, "push.release_held_text", contest=CONTEST[language], count=1)
    told = await house.telegram.wait_message(chief.number, held)
    shown = await chief.taps(label(language, "season.release_open_again"))
    assert shown.message_id > told.message_id
    assert said(language, "season.release_undecided", count=1) in shown.text
    assert label(language, "season.release_now") not in shown.labels
    assert row(house, "SELECT state FROM applications") == ("submitted",)


async def test_an_old_preview_releases_nothing(house: House) -> None:
    chief = await owner(house)
    await applied(house, 1)
    await admit(chief, 1)
    await past(house, CLOSES)
    shown = await opens(chief, "release")
    old = shown.button(label("ru", "season.release_now")).value
    await opens(chief, "places")
    await chief.taps(FIRST["ru"], f"EU-0001 {MASKED}")
    assert await toast(house, chief.number, old) == said("ru", "refusal.release.changed")
    assert row(house, "SELECT state FROM applications") == ("admitted",)


# -- dates and reminders ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_reminder_in_the_middle_of_a_form(house: House, language: str) -> None:
    await apply(await newcomer(house, language, 2), language)
    nina = await newcomer(house, language)
    await begin(nina, language)
    await nina.says(NAME)
    asked = await nina.sees()
    await house.move(seconds=(CLOSES - 7 * DAY - house.clock.now()).total_seconds() + 1)
    told = await house.telegram.wait_message(1, of(language, "season.reminder"), after=asked.message_id)
    assert said(language, "season.days_left", count=7) in told.text
    assert WORDS[language].moment(CLOSES) in told.text
    shown = await nina.says(BORN)
    assert DISTRICT[language] in shown.labels
    await house.move(seconds=(CLOSES - 3 * HOUR - house.clock.now()).total_seconds() + 1)
    told = await house.telegram.wait_message(1, of(language, "season.reminder"), after=shown.message_id)
    assert said(language, "season.hours_left", count=3) in told.text
    query = await house.telegram.tap(1, label(language, "application.resume"))
    await house.telegram.answer(query)
    shown = await nina.sees()
    assert shown.message_id > told.message_id
    assert DISTRICT[language] in shown.labels
    assert not any(of(language, "season.reminder") in one.text for one in await house.telegram.bot_messages(2))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_deadline_is_moved(house: House, language: str) -> None:
    chief, nina = await owner(house, language), await newcomer(house, language)
    await to_phone(nina, language)
    shown = await opens(chief, "dates", language)
    assert f"{DEADLINE[language]}: 10.09.2027 18:00" in shown.text
    await chief.taps(f"✏️ {DEADLINE[language]}")
    assert (
        said(language, "refusal.moment.past", at=datetime.fromisoformat("2026-10-10T18:00+05:00"))
        in (await chief.says("10.10.2026 18:00")).text
    )
    assert said(language, "refusal.date.order") in (await chief.says("10.10.2027 18:00")).text
    shown = await chief.says("12.09.2027 18:00")
    for part in (
        f"{DEADLINE[language]}: 10.09.2027 18:00 → 12.09.2027 18:00",
        f"{SCHEDULE[language]}: 17.09.2027 18:00 → 19.09.2027 18:00",
        said(language, "season.date_drafts", count=1),
    ):
        assert part in shown.text
    old = shown.button(label(language, "season.date_yes")).value
    shown = await chief.taps(label(language, "season.date_yes"))
    assert said(language, "season.date_moved") in shown.text
    told = await house.telegram.wait_message(1, of(language, "season.deadline_moved"))
    assert WORDS[language].moment(CLOSES + 2 * DAY) in told.text
    # In the middle of the form: the question that stands still takes the answer.
    assert label(language, "form.publish_no") in (await nina.says(PHONE)).labels
    assert await toast(house, chief.number, old) == ""
    assert len(rows(house, "SELECT id FROM journal")) == 1

    await house.move(seconds=(CLOSES - DAY - house.clock.now()).total_seconds() + 1)
    await house.telegram.wait_message(1, of(language, "season.reminder"))
    reminded = [one.text for one in await nina.all() if of(language, "season.reminder") in one.text]
    assert [said(language, "season.days_left", count=3) in text for text in reminded] == [True]
    await house.move(seconds=(CLOSES + DAY - house.clock.now()).total_seconds() + 1)
    await house.telegram.wait_message(1, said(language, "season.hours_left", count=24))
    shown = await opens(chief, "journal", language)
    assert said(language, "season.did.date_moved") in shown.text
    assert f"{DEADLINE[language]}: 10.09.2027 18:00 → 12.09.2027 18:00" in shown.text


async def test_two_organisers_move_a_date(house: House) -> None:
    chief, olga = await owner(house), await organiser(house, number=901)
    old = []
    for one, typed in ((chief, "11.09.2027 18:00"), (olga, "12.09.2027 18:00")):
        await opens(one, "dates")
        await one.taps(f"✏️ {DEADLINE['ru']}")
        old.append((await one.says(typed)).button(label("ru", "season.date_yes")).value)
    await olga.taps(label("ru", "season.date_yes"))
    assert await toast(house, chief.number, old[0]) == said("ru", "refusal.date.changed")
    assert row(house, "SELECT closes_at FROM contests") == ("2027-09-12 13:00:00.000000",)


async def test_a_bot_that_was_down(tmp_path: Path, migrated: Path, telegram: LocalTelegram, clock: Clock) -> None:
    shutil.copy(migrated, tmp_path / "bot.sqlite3")
    async with running(tmp_path, telegram, clock) as house:
        await begin(await newcomer(house))
    await clock.move(CLOSES - 8 * HOUR - clock.now())
    async with running(tmp_path, telegram, clock) as house:
        told = await telegram.wait_message(1, of("ru", "season.reminder"))
        assert said("ru", "season.hours_left", count=8) in told.text
        state = "SELECT state FROM mailings ORDER BY due_at"

        async def done() -> bool:
            return rows(house, state) == [("cancelled",), ("done",), ("scheduled",)]

        await telegram.wait_for(done)
    await clock.move(DAY)
    async with running(tmp_path, telegram, clock) as house:
        assert rows(house, state) == [("cancelled",), ("done",), ("cancelled",)]
        assert sum(of("ru", "season.reminder") in one.text for one in await telegram.bot_messages(1)) == 1


# -- without the right, and forged ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        *("places:", "place:first.0", "set:first.1", "clear:1", "release:", "hold:", "now:abc", "at:", "results:"),
        *("cancel:", "dates:", "date:results", "mv:results.hv3hb.abcd", "journal:"),
    ],
)
async def test_a_stranger_has_no_such_button(house: House, value: str) -> None:
    await owner(house)
    await newcomer(house)
    act, _, rest = value.partition(":")
    data = f"s1:egov_user:{act}:{rest}"
    assert await toast(house, 1, data) == said("ru", "refusal.no_right")
    assert rows(house, "SELECT id FROM journal") == []


@pytest.mark.parametrize(
    "value",
    ["nothing:", "place:tenth.0", "place:first.x", "set:first", "clear:", "clear:x", "mv:results", "mv:a.b.c.d"],
)
async def test_forged_buttons_of_an_organiser(house: House, value: str) -> None:
    chief = await owner(house)
    act, _, rest = value.partition(":")
    assert await toast(house, chief.number, f"s1:egov_user:{act}:{rest}") != ""
    assert rows(house, "SELECT id FROM journal") == []


async def test_a_contest_that_is_gone(house: House) -> None:
    chief = await owner(house)
    assert await toast(house, chief.number, "s1:other:release:") == said("ru", "refusal.contest_gone")
