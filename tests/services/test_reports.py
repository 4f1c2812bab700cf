"""Reports of steps that did not work, on each engine: made once, answered once, erased, and counted for good."""

from __future__ import annotations

import asyncio
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.domain.base import Refusal
from bot.domain.people import Person
from bot.domain.pushes import Kind, State
from bot.domain.reports import ALL_WORDS_LIMIT, MOST_OPEN, Report
from bot.services import arrivals, reports, rights
from bot.services import people as service_people
from bot.services.forms import Upload
from bot.services.office import Office
from bot.storage import deliveries, files, people
from bot.storage import reports as storage
from bot.storage.tables import deliveries as table
from tests.services.rooms import NOW, StillClock, citizen, dismissed

STEPS = ("device", "phone_way", "ready", "eds_have", "eds_find", "eds_apply")
PICTURE = Upload("telegram", "screen.jpg", 5)
CHIEF = 900


async def organiser(office: Office, number: int = CHIEF, name: str = "Серик") -> Person:
    """Somebody who may answer."""
    person = await citizen(office, number)
    async with office.database.write() as connection:
        sealed = office.vault.seal_text(name)
        await people.give_role(connection, person.id, "organiser", office.clock.now(), sealed)
    return person


async def at(office: Office, person: Person, step: str = "device") -> Person:
    """The person at a step that does not work for them."""
    await reports.begin(office, person, "portal", step)
    found = await people.find(office.database, person.telegram_id)
    assert found is not None
    return found


async def report(office: Office, person: Person, step: str = "device", reason: str = "sms") -> Report:
    """A report for a reason of the list."""
    found = await reports.give_reason(office, person, "portal", step, reason)
    assert found.report is not None
    return found.report


async def only(office: Office, person: Person) -> Report:
    """The person's only report."""
    (found,) = await storage.of_person(office.database, office.vault, person.id)
    return found


async def test_a_report_promises_a_working_day(office: Office, clock: StillClock) -> None:
    nina = await citizen(office, 1)
    made = await report(office, nina)
    # A Saturday: the third working day is Wednesday, until six in the evening in Kazakhstan.
    assert made.answer_by == datetime(2026, 11, 25, 13, tzinfo=UTC)
    assert made.created_at == NOW
    slow = replace(office, department=replace(office.department, answer_days=5))
    assert (await report(slow, nina, "ready")).answer_by == datetime(2026, 11, 27, 13, tzinfo=UTC)


async def test_many_messages_at_once_make_one_report(office: Office) -> None:
    nina = await at(office, await citizen(office, 1))
    texts = [f"слово {number}" for number in range(5)]
    taps = [report(office, nina) for _ in range(3)]
    await asyncio.gather(*taps, *(reports.add_words(office, nina, text) for text in texts))
    made = await only(office, nina)
    assert sorted(made.words.split("\n\n")) == texts


async def test_a_message_that_comes_again_adds_nothing(office: Office) -> None:
    nina = await at(office, await citizen(office, 1))
    for _ in range(2):
        await reports.add_words(office, nina, "нет кнопки")
        await reports.add_screenshot(office, nina, PICTURE, "вот экран", NOW)
    made = await only(office, nina)
    assert made.words == "нет кнопки\n\nвот экран"
    assert len(await files.of_report(office.database, made.id)) == 1


async def test_a_message_of_several_paragraphs_that_comes_again_adds_nothing(office: Office) -> None:
    nina = await at(office, await citizen(office, 1))
    for text in ("нет кнопки\n\nи адреса", "и адреса", "нет кнопки\n\nи адреса"):
        await reports.add_words(office, nina, text)
    assert (await only(office, nina)).words == "нет кнопки\n\nи адреса"


async def test_an_organiser_who_is_erased_meanwhile_costs_nobody_their_words(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    chief, nina = await organiser(office), await at(office, await citizen(office, 1))
    known = await service_people.staff(office)
    await rights.forget(office, chief)

    async def staff(_: Office) -> list[Person]:
        return known

    monkeypatch.setattr(service_people, "staff", staff)
    await reports.add_words(office, nina, "нет кнопки")
    assert (await only(office, nina)).words == "нет кнопки"


async def test_an_answer_and_further_words_do_not_wait_for_each_other(office: Office) -> None:
    if office.database.is_sqlite:
        pytest.skip("its writers take turns")
    chief, nina = await organiser(office), await citizen(office, 1)
    made = await report(office, nina)
    async with office.database.write() as connection:
        # As far as further words come before they want the report, which the answer holds.
        await people.lock(connection, {nina.id})
        await asyncio.wait_for(reports.answer(office, chief, made.id, "Готово"), 5)
    assert (await only(office, nina)).answer == "Готово"


async def test_words_have_an_end(office: Office) -> None:
    nina = await at(office, await citizen(office, 1))
    for sign in "аб":
        await reports.add_words(office, nina, sign * 1000)
    with pytest.raises(Refusal) as refused:
        await reports.add_words(office, nina, "в" * (ALL_WORDS_LIMIT - 2000))
    assert refused.value.key == "refusal.report.enough"
    assert (await only(office, nina)).words == f"{'а' * 1000}\n\n{'б' * 1000}"


async def test_so_many_wait_at_a_time(office: Office) -> None:
    chief, nina = await organiser(office), await citizen(office, 1)
    made = [await report(office, nina, step) for step in STEPS[:MOST_OPEN]]
    for attempt in (
        reports.give_reason(office, nina, "portal", STEPS[-1], "sms"),
        reports.begin(office, nina, "portal", STEPS[-1]),
    ):
        with pytest.raises(Refusal) as refused:
            await attempt
        assert (refused.value.key, refused.value.values) == ("refusal.report.most", {"count": MOST_OPEN})
    await reports.answer(office, chief, made[0].id, "Готово")
    assert (await report(office, nina, STEPS[-1])).step == STEPS[-1]


async def test_many_reports_at_once_keep_to_the_limit(office: Office) -> None:
    nina = await citizen(office, 1)
    steps = [step.id for step in office.library.guides["portal"].steps][: MOST_OPEN + 3]
    found = await asyncio.gather(*(report(office, nina, step) for step in steps), return_exceptions=True)
    assert sum(isinstance(one, Refusal) for one in found) == 3
    assert len(await storage.of_person(office.database, office.vault, nina.id)) == MOST_OPEN


@pytest.mark.parametrize(
    ("guide", "step", "reason", "key"),
    [
        ("gone", "device", "sms", "refusal.guide_gone"),
        ("portal", "gone", "sms", "refusal.report.step_gone"),
        ("portal", "device", "forged", "refusal.old_button"),
    ],
)
async def test_what_cannot_be_reported(office: Office, guide: str, step: str, reason: str, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        await reports.give_reason(office, await citizen(office, 1), guide, step, reason)
    assert refused.value.key == key


async def test_ten_answers_at_once_are_one(office: Office) -> None:
    chief, other = await organiser(office), await organiser(office, 901, "Айгүл")
    nina = await citizen(office, 1)
    made = await report(office, nina)
    answers = [reports.answer(office, who, made.id, f"{who.id}") for who in (chief, other) * 5]
    found = await asyncio.gather(*answers, return_exceptions=True)
    now = await only(office, nina)
    assert now.answered_by in (chief.id, other.id)
    assert now.answer == f"{now.answered_by}"
    name = {chief.id: "Серик", other.id: "Айгүл"}[now.answered_by]
    refused = [one for one in found if isinstance(one, Refusal)]
    assert [(one.key, one.values) for one in refused] == [("refusal.report.answered_by", {"name": name})] * 5
    told = [kind for kind, _, _ in await deliveries.of_person(office.database, nina.id)]
    assert told == [Kind.REPORT_ANSWERED]


async def test_who_has_no_right(office: Office) -> None:
    chief, nina = await organiser(office), await citizen(office, 1)
    made = await report(office, nina)
    await dismissed(office, chief)
    for person in (nina, chief):
        for attempt in (
            reports.page(office, person, 0),
            reports.card(office, person, made.id),
            reports.answer(office, person, made.id, "Ответ"),
            reports.send_screenshot(office, person, made.id, 1),
        ):
            with pytest.raises(Refusal) as refused:
                await attempt
            assert refused.value.key == "refusal.no_right"
    assert (await only(office, nina)).is_open


async def test_first_reports_at_once_are_told_once(office: Office) -> None:
    chief = await organiser(office)
    citizens = [await citizen(office, number) for number in range(1, 6)]
    await asyncio.gather(*(report(office, one) for one in citizens))
    queued = await deliveries.of_person(office.database, chief.id)
    assert [(kind, state) for kind, state, _ in queued] == [(Kind.NEW_REPORTS, State.QUEUED)]


async def test_the_pace_of_telling_organisers(office: Office, clock: StillClock) -> None:
    chief, nina = await organiser(office), await citizen(office, 1)
    first = await report(office, nina)
    assert await _due(office, chief) == [NOW]
    await _sent(office)
    clock.pass_by(hours=2)
    await report(office, nina, "ready")
    await report(office, nina, "eds_have")
    assert await _due(office, chief) == [NOW, NOW + timedelta(days=1)]
    for one in (first.id, first.id + 1, first.id + 2):
        await reports.answer(office, chief, one, "Готово")
    await report(office, nina)
    assert await _due(office, chief) == [NOW, clock.now()]


async def _due(office: Office, person: Person) -> list[datetime]:
    held = await deliveries.of_person(office.database, person.id)
    return [at for kind, state, at in held if kind is Kind.NEW_REPORTS and state is not State.CANCELLED]


async def _sent(office: Office) -> None:
    """Everything that is due was sent."""
    await office.database.run(update(table).values(state=State.SENT))


async def test_at_night_nobody_is_told(office: Office, clock: StillClock) -> None:
    chief, nina = await organiser(office), await citizen(office, 1)
    clock.pass_by(hours=12)  # two in the morning
    made = await report(office, nina)
    await reports.answer(office, chief, made.id, "Ответ")
    morning = datetime(2026, 11, 22, 4, tzinfo=UTC)
    assert await _due(office, chief) == [morning]
    assert [at for _, _, at in await deliveries.of_person(office.database, nina.id)] == [morning]


async def test_pages(office: Office) -> None:
    chief = await organiser(office)
    made = [(await report(office, await citizen(office, number))).id for number in range(1, reports.PAGE * 2 + 2)]
    first = await reports.page(office, chief, 0)
    assert [entry.report.id for entry in first.entries] == made[: reports.PAGE]
    assert (first.total, first.before) == (len(made), None)
    second = await reports.page(office, chief, first.after or 0)
    last = await reports.page(office, chief, second.after or 0)
    assert [entry.report.id for entry in last.entries] == made[-1:]
    assert last.after is None
    back = await reports.page(office, chief, last.before or 0)
    assert [entry.report.id for entry in back.entries] == made[reports.PAGE : -1]
    assert (await reports.page(office, chief, back.before or 0)).entries == first.entries
    # Where all were answered meanwhile, the first page is shown.
    await reports.answer(office, chief, made[-1], "Готово")
    assert (await reports.page(office, chief, second.after or 0)).entries == first.entries


async def test_thirty_days(office: Office, clock: StillClock) -> None:
    chief, nina, oleg = await organiser(office), await citizen(office, 1), await citizen(office, 2)
    waiting = await _with_picture(office, oleg)
    answered = await _with_picture(office, nina)
    clock.pass_by(days=20)
    await reports.answer(office, chief, answered.id, "Готово")
    clock.pass_by(days=10, seconds=-1)
    await reports.erase_old(office)
    assert (await only(office, nina)).words == "Слова"
    clock.pass_by(seconds=2)
    await reports.erase_old(office)
    for person, left in ((nina, "Готово"), (oleg, "")):
        now = await only(office, person)
        assert (now.words, now.answer, now.person_id) == ("", left, person.id)
        assert await files.of_report(office.database, now.id) == []
    assert office.files.stored() == []
    assert (await only(office, oleg)).is_open
    clock.pass_by(days=20)
    await reports.erase_old(office)
    assert await storage.of_person(office.database, office.vault, nina.id) == []
    bare = await storage.get(office.database, office.vault, answered.id)
    assert bare is not None
    assert (bare.guide, bare.step, bare.language, bare.reason) == ("portal", "device", "ru", "other")
    assert (bare.person_id, bare.words, bare.answer, bare.answered_by) == (None, "", "", None)
    assert (await only(office, oleg)).id == waiting.id


async def _with_picture(office: Office, person: Person) -> Report:
    standing = await at(office, person)
    await reports.add_screenshot(office, standing, PICTURE, "Слова", office.clock.now())
    made = await only(office, person)
    (row,) = await files.of_report(office.database, made.id)
    await arrivals.keep(office, row.id, b"\xff\xd8\xff", "0" * 64)
    return made


async def test_the_counts_stay(office: Office, clock: StillClock) -> None:
    chief, nina, oleg = await organiser(office), await citizen(office, 1), await citizen(office, 2)
    made = await report(office, nina)
    await reports.answer(office, chief, made.id, "Готово")
    await report(office, nina)
    await report(office, oleg, "ready", "unclear")
    clock.pass_by(days=1)
    await report(office, oleg, "device", "looks")
    of = (office.database, "portal")
    expected = {"device": 2, "ready": 1}
    assert await storage.stuck(*of, NOW, clock.now()) == expected
    assert await storage.stuck(*of, clock.now(), clock.now() + timedelta(1)) == {"device": 1}
    assert await storage.stuck(office.database, "mgov", NOW, clock.now()) == {}
    await rights.forget(office, nina)
    clock.pass_by(days=60)
    await reports.erase_old(office)
    assert await storage.stuck(*of, NOW, NOW + timedelta(days=1)) == expected


async def test_all_of_it_is_shown_and_forgotten(office: Office) -> None:
    chief, nina = await organiser(office), await citizen(office, 1)
    made = await _with_picture(office, nina)
    await reports.answer(office, chief, made.id, "Нажмите «Согласен»")
    name, content = await rights.everything(office, nina)
    assert name == "mydata.zip"
    said = rights_text(content)
    words = office.words["ru"]
    for part in ("Слова", "Нажмите «Согласен»", words.label("report.reason.other"), "screen.jpg"):
        assert part in said
    await rights.forget(office, nina)
    assert office.files.stored() == []
    bare = await storage.get(office.database, office.vault, made.id)
    assert bare is not None
    assert (bare.person_id, bare.words, bare.answer, bare.reason) == (None, "", "", "other")


def rights_text(content: bytes) -> str:
    """The text in the archive that /mydata brings."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("mydata.txt").decode("utf-8-sig")


async def test_a_forgotten_organiser_leaves_the_answer(office: Office) -> None:
    chief, nina = await organiser(office), await citizen(office, 1)
    made = await report(office, nina)
    await reports.answer(office, chief, made.id, "Готово")
    await rights.forget(office, chief)
    now = await only(office, nina)
    assert (now.answer, now.answered_by) == ("Готово", None)
    other = await organiser(office, 901)
    with pytest.raises(Refusal) as refused:
        await reports.answer(office, other, made.id, "Ещё раз")
    assert refused.value.values == {"name": "–"}


async def test_a_picture_refused_after_the_person_is_forgotten(office: Office) -> None:
    nina = await at(office, await citizen(office, 1))
    await reports.add_screenshot(office, nina, PICTURE, "", NOW)
    (row,) = await files.of_report(office.database, (await only(office, nina)).id)
    await rights.forget(office, nina)
    await arrivals.refuse(office, row.id)
    await arrivals.keep(office, row.id, b"late", "0" * 64)
    assert office.files.stored() == []
