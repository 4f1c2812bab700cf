"""Organisers at the applications: pages, finding, decisions, and what comes between a look and a decision."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.domain.applications import PUBLISH_NAME, Act
from bot.domain.base import Refusal
from bot.domain.people import Person
from bot.domain.pushes import Kind, State
from bot.services import forms, guardians, reviews, rights
from bot.services import people as staff
from bot.services.forms import Form, Upload
from bot.services.office import Office
from bot.storage import applications, people, tables
from bot.storage.deliveries import Delivery
from bot.telegram.views.pushes import compose
from tests.services.rooms import (
    ANSWERS,
    CLOSES,
    CONTEST,
    RESULTS,
    StillClock,
    citizen,
    dismissed,
    draft,
    filled,
    say,
    submitted,
)

DAY = timedelta(days=1)


async def organiser(office: Office, number: int, name: str = "Пётр", language: str = "ru") -> Person:
    """An organiser."""
    person = await citizen(office, number, language)
    async with office.database.write() as connection:
        await people.give_role(connection, person.id, "organiser", office.clock.now(), office.vault.seal_text(name))
    return person


async def of_name(office: Office, number: int, name: str) -> Form:
    """A sent application of somebody with this name."""
    person = await citizen(office, number)
    found = await draft(office, person)
    for update_id, raw in enumerate((name, *ANSWERS[1:]), 1):
        found = await say(office, person, found, raw, update_id)
    await forms.tap(office, person, found.application.id, PUBLISH_NAME, forms.NO, 5)
    return await forms.submit(office, person, found.application.id)


async def decide(office: Office, person: Person, number: int, act: Act, **more: Any) -> reviews.Card:
    """A decision on what the organiser sees right now."""
    card = await reviews.card(office, person, number)
    return await reviews.decide(office, person, number, card.seen, reviews.Decision(act, **more))


async def pushes(office: Office) -> list[tuple[Kind, State]]:
    """Decisions in the outbox, in their order."""
    told = select(tables.deliveries.c.kind, tables.deliveries.c.state).order_by(tables.deliveries.c.id)
    found = [(Kind(row[0]), State(row[1])) for row in await office.database.read(told)]
    return [one for one in found if Kind.ADMITTED <= one[0] <= Kind.CORRECTION_REMINDER]


async def state_of(office: Office, number: int) -> str:
    """The state of an application."""
    found = await applications.get(office.database, office.vault, number)
    assert found is not None
    return found.state


async def test_pages_go_by_number_whatever_comes_meanwhile(office: Office) -> None:
    chief = await organiser(office, 900)
    for number in range(1, 19):
        await of_name(office, number, "Образцов Иван")
    first = await reviews.page(office, chief, CONTEST, "", 0)
    assert [one.number for one in first.applications] == list(range(18, 10, -1))
    assert (first.newer, first.older) == (None, 11)
    await of_name(office, 19, "Образцов Иван")
    second = await reviews.page(office, chief, CONTEST, "", 11)
    assert [one.number for one in second.applications] == list(range(10, 2, -1))
    assert (second.newer, second.older) == (19, 3)
    newest = await reviews.page(office, chief, CONTEST, "", second.newer or 0)
    assert [one.number for one in newest.applications] == list(range(18, 10, -1))
    last = await reviews.page(office, chief, CONTEST, "submitted", 3)
    assert ([one.number for one in last.applications], last.older) == ([2, 1], None)
    assert (await reviews.page(office, chief, CONTEST, "admitted", 0)).applications == []
    assert (await reviews.dashboard(office, chief, CONTEST)).counts == {"submitted": 19}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("2", [2]),
        ("EU-0002", [2]),
        ("eu 2", [2]),
        ("EU–0002", [2]),
        ("EU-0009", []),
        ("999999999", []),
        ("9999999999", []),
        ("Анна", [3, 1]),
        ("  ивановна   ОБРАЗЦОВА ", [1]),
        ("семенова", [2]),
        ("Семёнова", [2]),
        ("улгибаева", [3]),
        ("ҮЛГІБАЕВА сәуле анна", [3]),
        ("Образ", []),
        ("Анна Семенова", []),
        ("%", []),
        ("!!", []),
    ],
)
async def test_finding(office: Office, asked: str, expected: list[int]) -> None:
    chief = await organiser(office, 900)
    for number, name in enumerate(("Образцова Анна Ивановна", "Семёнова Пётра", "Үлгібаева Сәуле-Анна"), 1):
        await of_name(office, number, name)
    found = await reviews.find(office, chief, CONTEST, asked)
    assert [one.number for one in found.applications] == expected


async def test_names_are_not_readable_and_go_with_the_application(office: Office) -> None:
    chief, nina = await organiser(office, 900), await citizen(office, 1)
    sent = await submitted(office, nina)
    stored = [row.word for row in await office.database.read(select(tables.name_words))]
    assert {len(word) for word in stored} == {16}
    assert len(stored) == 3
    await forms.ask(office, nina, sent.application.id, "full_name")
    await say(office, nina, sent, "Новая Анна", 9)
    assert [one.number for one in (await reviews.find(office, chief, CONTEST, "новая")).applications] == [1]
    assert (await reviews.find(office, chief, CONTEST, "образцова")).applications == []
    await decide(office, chief, sent.application.id, "return", note="Позвоните", until=office.clock.now() + DAY)
    await forms.withdraw(office, nina, sent.application.id)
    assert await office.database.read(select(tables.name_words)) == []
    assert {row[0] for row in await office.database.read(select(tables.history.c.note))} == {None}
    now = await applications.get(office.database, office.vault, sent.application.id)
    assert now is not None
    assert (now.reason, now.note, now.correct_by) == ("", "", None)


async def test_erasing_removes_words_and_notes(office: Office) -> None:
    chief, nina = await organiser(office, 900), await citizen(office, 1)
    sent = await submitted(office, nina)
    await decide(office, chief, sent.application.id, "decline", note="Не подходит")
    await rights.forget(office, nina)
    assert await office.database.read(select(tables.name_words)) == []
    assert {row[0] for row in await office.database.read(select(tables.history.c.note))} == {None}
    assert [row[0] for row in await office.database.read(select(tables.applications.c.note))] == [None]
    with pytest.raises(Refusal, match="old_button"):
        await decide(office, chief, sent.application.id, "reconsider")


async def test_two_organisers_at_once(office: Office) -> None:
    one, two = await organiser(office, 900, "Пётр"), await organiser(office, 901, "Сауле")
    sent = await submitted(office, await citizen(office, 1))
    done = await asyncio.gather(
        decide(office, one, sent.application.id, "admit"),
        decide(office, two, sent.application.id, "decline", reason="not_eligible"),
        return_exceptions=True,
    )
    (refusal,) = [result for result in done if isinstance(result, Refusal)]
    admitted = not isinstance(done[0], Refusal)
    assert refusal.key == f"refusal.decided_by.{'admitted' if admitted else 'not_admitted'}"
    assert refusal.values["name"] == ("Пётр" if admitted else "Сауле")
    assert len(await pushes(office)) == 1
    lines = await applications.history_of(office.database, sent.application.id)
    assert [line.act for line in lines if line.act in ("admit", "decline")] == ["admit" if admitted else "decline"]


async def test_a_double_tap_decides_once(office: Office) -> None:
    chief = await organiser(office, 900)
    sent = await submitted(office, await citizen(office, 1))
    seen = (await reviews.card(office, chief, sent.application.id)).seen
    await asyncio.gather(
        *(reviews.decide(office, chief, sent.application.id, seen, reviews.Decision("admit")) for _ in range(5))
    )
    assert await pushes(office) == [(Kind.ADMITTED, State.QUEUED)]


async def test_an_answer_between_the_look_and_the_decision(office: Office, clock: StillClock) -> None:
    chief, nina = await organiser(office, 900), await citizen(office, 1)
    sent = await submitted(office, nina)
    seen = (await reviews.card(office, chief, sent.application.id)).seen
    clock.pass_by(milliseconds=5)
    await forms.ask(office, nina, sent.application.id, "phone")
    await say(office, nina, sent, "+7 701 000 00 01", 9)
    with pytest.raises(Refusal, match=r"review\.changed"):
        await reviews.decide(office, chief, sent.application.id, seen, reviews.Decision("admit"))
    assert await state_of(office, sent.application.id) == "submitted"
    await decide(office, chief, sent.application.id, "admit")


async def test_a_decision_between_read_and_store(office: Office) -> None:
    chief, nina = await organiser(office, 900), await citizen(office, 1)
    sent = await submitted(office, nina)
    number = sent.application.id
    await forms.ask(office, nina, number, "phone")
    stale = (await forms.own(office, nina, number)).application
    await decide(office, chief, number, "admit")
    told = await forms.answer(office, nina, stale, "+7 701 000 00 01", office.clock.now(), 50)
    assert told.note == "decided"
    now = await applications.get(office.database, office.vault, number)
    assert now is not None
    assert (now.state, now.answers["phone"]) == ("admitted", "+77010000000")
    assert now.answers["late.phone"] == "+77010000001"


async def test_what_is_returned_between_read_and_store_is_answered(office: Office) -> None:
    chief, nina = await organiser(office, 900), await citizen(office, 1)
    sent = await submitted(office, nina)
    number = sent.application.id
    await forms.ask(office, nina, number, "phone")
    stale = (await forms.own(office, nina, number)).application
    await decide(office, chief, number, "return", reason="phone", until=office.clock.now() + DAY)
    await forms.answer(office, nina, stale, "+7 701 000 00 01", office.clock.now(), 50)
    now = await applications.get(office.database, office.vault, number)
    assert now is not None
    assert (now.state, now.answers["phone"]) == ("returned", "+77010000001")


@pytest.mark.parametrize(
    ("act", "more", "key"),
    [
        ("return", {"reason": "phone", "until": None}, "refusal.old_button"),
        ("return", {"reason": "phone", "until": timedelta(0)}, "refusal.moment.past"),
        ("return", {"reason": "phone", "until": RESULTS}, "refusal.review.after_results"),
        ("return", {"reason": "not_eligible", "until": DAY}, "refusal.old_button"),
        ("return", {"reason": "nothing", "until": DAY}, "refusal.old_button"),
        ("return", {"until": DAY}, "refusal.text.empty"),
        ("decline", {"note": "ы" * 501}, "refusal.text.too_long"),
        ("decline", {"reason": "phone"}, "refusal.old_button"),
        ("reconsider", {}, "refusal.state.submitted"),
        ("submit", {}, "refusal.old_button"),
        ("place", {}, "refusal.old_button"),
    ],
)
async def test_what_cannot_be_decided(office: Office, act: Act, more: dict[str, Any], key: str) -> None:
    chief = await organiser(office, 900)
    sent = await submitted(office, await citizen(office, 1))
    if isinstance(more.get("until"), timedelta):
        more = {**more, "until": office.clock.now() + more["until"]}
    with pytest.raises(Refusal) as caught:
        await decide(office, chief, sent.application.id, act, **more)
    assert caught.value.key == key
    assert await state_of(office, sent.application.id) == "submitted"
    assert await pushes(office) == []


async def test_nothing_is_decided_once_the_results_are_released(office: Office) -> None:
    chief = await organiser(office, 900)
    sent = await submitted(office, await citizen(office, 1))
    await decide(office, chief, sent.application.id, "decline", reason="not_eligible")
    await office.database.run(update(tables.contests).values(released_at=office.clock.now()))
    with pytest.raises(Refusal, match=r"review\.released"):
        await decide(office, chief, sent.application.id, "reconsider")


async def test_a_pending_place_goes_when_a_decision_is_taken_back(office: Office) -> None:
    chief = await organiser(office, 900)
    sent = await submitted(office, await citizen(office, 1))
    await decide(office, chief, sent.application.id, "admit")
    await office.database.run(update(tables.applications).values(place="first"))
    await decide(office, chief, sent.application.id, "reconsider")
    now = await applications.get(office.database, office.vault, sent.application.id)
    assert now is not None
    assert (now.state, now.place) == ("submitted", None)


async def test_one_reminder_of_the_last_date(office: Office, clock: StillClock) -> None:
    chief, nina = await organiser(office, 900), await citizen(office, 1)
    sent = await submitted(office, nina)
    number = sent.application.id
    await decide(office, chief, number, "return", reason="phone", until=clock.now() + 5 * DAY)
    await forms.submit(office, nina, number)
    await decide(office, chief, number, "return", reason="phone", until=clock.now() + 7 * DAY)
    reminders = [state for kind, state in await pushes(office) if kind is Kind.CORRECTION_REMINDER]
    assert reminders == [State.CANCELLED, State.QUEUED]
    await forms.submit(office, nina, number)
    await decide(office, chief, number, "return", reason="phone", until=clock.now() + DAY)
    assert State.QUEUED not in [state for kind, state in await pushes(office) if kind is Kind.CORRECTION_REMINDER]


async def test_the_history_names_an_organiser_who_was_removed(office: Office) -> None:
    owner, chief = await citizen(office, 899), await organiser(office, 900)
    async with office.database.write() as connection:
        await people.give_role(connection, owner.id, "owner", office.clock.now())
    sent = await submitted(office, await citizen(office, 1))
    await decide(office, chief, sent.application.id, "admit")
    _, lines = await reviews.history(office, owner, sent.application.id)
    assert [(line.act, line.who) for line in lines][-1] == ("admit", "Пётр")
    await staff.remove(office, owner, chief.id)
    await staff.remove(office, owner, chief.id)
    _, lines = await reviews.history(office, owner, sent.application.id)
    assert [(line.act, line.who) for line in lines][-1] == ("admit", "Пётр")
    for ask in (
        reviews.card(office, chief, sent.application.id),
        reviews.history(office, chief, sent.application.id),
        reviews.dashboard(office, chief, CONTEST),
        reviews.page(office, chief, CONTEST, "", 0),
        reviews.find(office, chief, CONTEST, "1"),
        reviews.send_file(office, chief, sent.application.id, 1),
        reviews.decide(office, chief, sent.application.id, 0, reviews.Decision("reconsider")),
    ):
        with pytest.raises(Refusal, match="no_right"):
            await ask


async def test_working_days_that_are_offered(office: Office, clock: StillClock) -> None:
    chief = await organiser(office, 900)
    sent = await submitted(office, await citizen(office, 1))
    form = (await reviews.card(office, chief, sent.application.id)).form
    clock.at = datetime(2027, 9, 17, 9, tzinfo=UTC)
    assert reviews.days_offered(office, form) == {
        3: datetime(2027, 9, 22, 13, tzinfo=UTC),
        5: datetime(2027, 9, 24, 13, tzinfo=UTC),
    }


async def test_what_does_not_hold_any_more_is_not_told(office: Office, clock: StillClock) -> None:
    chief, nina = await organiser(office, 900), await citizen(office, 1)
    sent = await submitted(office, nina)
    number = sent.application.id

    async def told(kind: Kind) -> bool:
        delivery = Delivery(1, kind, nina.id, nina.telegram_id, "ru", False, number, 0)
        return await compose(office, delivery) is not None

    decisions = (Kind.ADMITTED, Kind.RETURNED, Kind.NOT_ADMITTED)
    assert [await told(kind) for kind in decisions] == [False, False, False]
    await decide(office, chief, number, "admit")
    assert [await told(kind) for kind in decisions] == [True, False, False]
    assert not await told(Kind.RECONSIDERED)
    await decide(office, chief, number, "reconsider")
    assert [await told(kind) for kind in decisions] == [False, False, False]
    assert await told(Kind.RECONSIDERED)
    await decide(office, chief, number, "return", reason="phone", until=clock.now() + 3 * DAY)
    assert await told(Kind.RETURNED)
    assert not await told(Kind.CORRECTION_REMINDER)
    clock.pass_by(days=2)
    assert await told(Kind.CORRECTION_REMINDER)
    clock.pass_by(days=1)
    assert not await told(Kind.CORRECTION_REMINDER)
    await forms.withdraw(office, nina, number)
    assert [await told(kind) for kind in decisions] == [False, False, False]


async def test_a_file_goes_to_organisers_only(office: Office) -> None:
    chief, nina = await organiser(office, 900), await citizen(office, 1)
    sent = await submitted(office, nina)
    async with office.database.write() as connection:
        upload = Upload("telegram", "paper.jpg", 5)
        number = sent.application.id
        file = await forms.take_file(office, connection, nina, number, "work", upload, office.clock.now())
    await reviews.send_file(office, chief, number, file)
    delivery = Delivery(1, Kind.FILE_TO_VIEW, chief.id, chief.telegram_id, "ru", False, file, 0)
    assert await compose(office, delivery) is not None
    await dismissed(office, chief)
    assert await compose(office, delivery) is None


async def test_who_was_not_admitted_agrees_to_nothing_new(office: Office) -> None:
    chief, nina = await organiser(office, 900), await citizen(office, 1)
    sent = await submitted(office, nina)
    await decide(office, chief, sent.application.id, "decline", reason="not_eligible")
    assert await forms.begin(office, nina, CONTEST) is not None
    again = await forms.agree(office, nina, CONTEST, "ru")
    assert (again.application.id, again.application.state) == (sent.application.id, "not_admitted")
    standing = await people.find(office.database, 1)
    assert standing is not None
    assert standing.screen == ""
    for act in (forms.submit, forms.withdraw):
        with pytest.raises(Refusal, match="not_admitted"):
            await act(office, nina, sent.application.id)
    with pytest.raises(Refusal, match="not_admitted"):
        await forms.ask(office, nina, sent.application.id, "phone")


async def test_the_admitted_can_withdraw(office: Office) -> None:
    chief, nina = await organiser(office, 900), await citizen(office, 1)
    sent = await submitted(office, nina)
    await decide(office, chief, sent.application.id, "admit")
    await forms.withdraw(office, nina, sent.application.id)
    assert await state_of(office, sent.application.id) == "withdrawn"
    with pytest.raises(Refusal, match=r"state\.withdrawn"):
        await decide(office, chief, sent.application.id, "reconsider")


async def test_a_minor_corrects_after_the_deadline(office: Office, clock: StillClock) -> None:
    chief, nina, maria = await organiser(office, 900), await citizen(office, 1), await citizen(office, 2)
    found = await filled(office, nina, born="05.01.2010")
    number = found.application.id
    token = await guardians.invite(office, nina, number)
    await guardians.open_link(office, maria, token)
    await _sign(office, 2)
    await forms.submit(office, nina, number)
    await rights.forget(office, maria)
    clock.at = CLOSES + DAY
    with pytest.raises(Refusal, match=r"admit\.needed"):
        await decide(office, chief, number, "admit")
    with pytest.raises(Refusal, match="deadline"):
        await guardians.invite(office, nina, number)
    await decide(office, chief, number, "return", reason="guardian", until=clock.now() + 5 * DAY)
    with pytest.raises(Refusal, match="guardian_needed"):
        await forms.submit(office, nina, number)
    clock.pass_by(days=1)
    other = await citizen(office, 3)
    await guardians.open_link(office, other, await guardians.invite(office, nina, number))
    await _sign(office, 3)
    assert (await forms.submit(office, nina, number)).application.number == 1
    await decide(office, chief, number, "admit")


async def _sign(office: Office, guardian: int) -> None:
    standing = await applications.standing(office.database, office.vault, guardian)
    assert standing is not None
    assert standing.application is not None
    await guardians.sign(office, standing.person, standing.application, "Иванов Иван", office.clock.now())
