"""Announcements on each engine: who confirms what they saw, who agrees, what is made of what was sent."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from bot.domain.base import Refusal
from bot.domain.mailings import Audience
from bot.domain.people import Person
from bot.domain.pushes import Kind, State
from bot.services import announcements as service
from bot.services import mailings as running
from bot.services.announcements import Board
from bot.services.office import Office
from bot.storage import deliveries, mailings, people
from bot.storage.tables import mailings as table
from bot.storage.tables import recipients
from tests.services.rooms import CONTEST, StillClock, citizen, submitted


async def key(call: Any) -> str:
    with pytest.raises(Refusal) as caught:
        await call
    return caught.value.key


async def organiser(office: Office, number: int = 900) -> Person:
    person = await citizen(office, number)
    async with office.database.write() as connection:
        await people.give_role(connection, person.id, "organiser", office.clock.now())
    return person


async def ready(office: Office, author: Person, audience: Audience | None = None) -> Board:
    """A draft that only has to be confirmed."""
    number = (await service.new(office, author)).mailing.id
    for language, text in (("kk", "Сәлем"), ("ru", "Привет")):
        await service.write_text(office, author, number, language, text, office.clock.now())
    await service.set_audience(office, author, number, audience or Audience("everyone"))
    return (await service.summary(office, author, number)).board


async def sent(office: Office, board: Board, states: dict[int, State]) -> None:
    """What the sender would have done."""
    number = board.mailing.id
    async with office.database.write() as connection:
        rows = [
            {
                "mailing_id": number,
                "person_id": person_id,
                "state": state,
                "attempts": 1,
                "message_id": 7,
                "error": "USER_IS_ODD" if state is State.FAILED else None,
            }
            for person_id, state in states.items()
        ]
        await connection.execute(insert(recipients), rows)
        counts = {name: list(states.values()).count(State[name.upper()]) for name in ("sent", "failed", "unknown")}
        values = {"state": "done", "ended_at": office.clock.now(), "total": len(states), **counts}
        await connection.execute(update(table).where(table.c.id == number).values(**values))


async def test_one_of_many_confirmations_counts(office: Office) -> None:
    author, other = await organiser(office), await organiser(office, 901)
    board = await ready(office, author)
    number, edition = board.mailing.id, board.edition
    calls = [service.confirm(office, one, number, edition) for one in (author, other, author, other)]
    done = await asyncio.gather(*calls, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Board", "Refusal", "Refusal", "Refusal"]
    lines = await mailings.journal_of(office.database, mailing_id=number)
    assert [line.act for line in lines] == ["confirm"]
    found = await mailings.get(office.database, number)
    assert found is not None
    assert (found.state, found.author_id, found.begun_at) == ("expanding", lines[0].actor_id, office.clock.now())


async def test_only_what_was_seen_is_confirmed(office: Office) -> None:
    author, other = await organiser(office), await organiser(office, 901)
    board = await ready(office, author)
    number = board.mailing.id
    await service.write_text(office, other, number, "ru", "Другое", office.clock.now())
    assert await key(service.confirm(office, author, number, board.edition)) == "refusal.news.changed"
    await service.summary(office, other, number)
    assert await key(service.confirm(office, author, number, board.edition)) == "refusal.news.changed"
    seen = (await service.summary(office, author, number)).board
    assert (await service.confirm(office, author, number, seen.edition)).mailing.state == "expanding"
    assert await key(service.write_text(office, other, number, "ru", "!", office.clock.now())) == (
        "refusal.mailing.expanding"
    )


async def test_what_is_to_be_read_before(office: Office, clock: StillClock) -> None:
    author = await organiser(office)
    await citizen(office, 1)
    muted, blocked = await citizen(office, 2), await citizen(office, 3, "kk")
    await people.mute(office.database, muted.id, clock.now())
    await people.set_blocked(office.database, blocked.telegram_id, clock.now())
    board = await ready(office, author)
    found = await service.summary(office, author, board.mailing.id)
    assert (found.count, found.blocked, found.muted) == (4, 1, 1)
    assert (found.begins, found.seconds) == (clock.now(), 2 / 30)
    # At night it waits for the morning, 9:00 in Kazakhstan.
    clock.pass_by(hours=12)
    found = await service.summary(office, author, board.mailing.id)
    assert found.begins.hour == 4
    assert found.ends - found.begins == timedelta(seconds=2 / 30)


async def test_an_audience_by_states(office: Office) -> None:
    author, applicant = await organiser(office), await citizen(office, 1)
    await submitted(office, applicant)
    board = await ready(office, author)
    number = board.mailing.id
    await service.set_audience(office, author, number, Audience("applicants", contest=CONTEST))
    assert await key(service.summary(office, author, number)) == "refusal.news.nobody"
    await service.toggle_state(office, author, number, "submitted")
    board = await service.toggle_state(office, author, number, "draft")
    assert board.mailing.audience.states == ("draft", "submitted")
    assert (await service.summary(office, author, number)).count == 1
    assert await key(service.set_audience(office, author, number, Audience("followers", contest="gone"))) == (
        "refusal.contest_gone"
    )
    assert await key(service.set_audience(office, author, number, Audience("recipients", mailing=1))) == (
        "refusal.old_button"
    )


async def test_one_of_two_who_agree_at_once(office: Office) -> None:
    office = replace(office, sending=replace(office.sending, two_approve=True))
    author = await organiser(office)
    board = await ready(office, author)
    number = board.mailing.id
    assert await key(service.confirm(office, author, number, board.edition)) == "refusal.news.nobody_approves"
    one, two = await organiser(office, 901), await organiser(office, 902)
    await service.confirm(office, author, number, board.edition)
    wanted = [
        kind for person in (author, one, two) for kind, _, _ in await deliveries.of_person(office.database, person.id)
    ]
    assert wanted == [Kind.APPROVAL_WANTED] * 2
    assert await key(service.approve(office, author, number, board.edition)) == "refusal.news.own"
    assert await key(service.approve(office, one, number, board.edition - 1)) == "refusal.news.changed"
    calls = [service.approve(office, one, number, board.edition), service.refuse(office, two, number)]
    done = await asyncio.gather(*calls, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Board", "Refusal"]
    acts = [line.act for line in await mailings.journal_of(office.database, mailing_id=number)]
    assert acts in (["ask", "approve"], ["ask", "refuse"])


async def test_a_moment_that_passed_before_anyone_agreed(office: Office, clock: StillClock) -> None:
    office = replace(office, sending=replace(office.sending, two_approve=True))
    author, other = await organiser(office), await organiser(office, 901)
    number = (await ready(office, author)).mailing.id
    clock.pass_by(seconds=1)
    board = await service.set_due(office, author, number, clock.now().replace(hour=12))
    await service.summary(office, author, number)
    await service.confirm(office, author, number, board.edition)
    clock.pass_by(hours=5)
    assert await key(service.approve(office, other, number, board.edition)) == "refusal.moment.past"
    assert (await service.refuse(office, author, number)).mailing.state == "draft"
    assert await deliveries.of_person(office.database, author.id) == []


async def test_what_is_made_of_what_was_sent(office: Office, clock: StillClock) -> None:
    author, reader, third = await organiser(office), await citizen(office, 1), await citizen(office, 2, "kk")
    board = await ready(office, author)
    number = board.mailing.id
    assert await key(service.begin_edit(office, author, number)) == "refusal.mailing.draft"
    await service.confirm(office, author, number, board.edition)
    assert await key(service.begin_edit(office, author, number)) == "refusal.news.running"
    assert await key(service.recall(office, author, number)) == "refusal.news.running"
    await sent(office, board, {author.id: State.SENT, reader.id: State.FAILED, third.id: State.UNKNOWN})

    report = await service.report(office, author, number)
    assert report.reasons == {"USER_IS_ODD": 1}
    assert report.languages == {"kk": {State.UNKNOWN: 1}, "ru": {State.SENT: 1, State.FAILED: 1}}

    edit = await service.begin_edit(office, author, number)
    assert (await service.begin_edit(office, author, number)).mailing.id == edit.mailing.id
    assert edit.content.texts == board.content.texts
    assert await key(service.set_media(office, author, edit.mailing.id, "photo", "x")) == "refusal.news.file_stays"
    edit = await service.write_text(office, author, edit.mailing.id, "ru", "Поправка", clock.now())
    found = await service.summary(office, author, edit.mailing.id)
    assert found.count == 1
    assert (await service.read(office, author, number)).content.texts["ru"] == "Привет"
    await service.confirm(office, author, edit.mailing.id, edit.edition)
    assert (await service.read(office, author, number)).content.texts["ru"] == "Поправка"

    calls = [service.recall(office, author, number) for _ in range(3)]
    done = await asyncio.gather(*calls, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Board", "Refusal", "Refusal"]
    assert await key(service.begin_edit(office, author, number)) == "refusal.news.recalled"
    (recalled,) = await mailings.made_of(office.database, number, Kind.ANNOUNCEMENT_RECALL)
    assert (recalled.state, recalled.audience) == ("expanding", Audience("recipients", mailing=number))
    shown = await mailings.to_show(office.database, clock.now())
    assert [one.id for one in shown] == [number, edit.mailing.id, recalled.id]


async def test_a_correction_of_what_runs_again_waits(office: Office, clock: StillClock) -> None:
    author = await organiser(office)
    board = await ready(office, author)
    number = board.mailing.id
    await service.confirm(office, author, number, board.edition)
    await running.pause(office, author, number)
    edit = await service.begin_edit(office, author, number)
    edit = await service.write_text(office, author, edit.mailing.id, "ru", "Поправка", clock.now())
    # Nobody has it yet: the correction is for those who are still to get it.
    assert (await service.summary(office, author, edit.mailing.id)).count == 0
    await running.resume(office, author, number)
    assert await key(service.confirm(office, author, edit.mailing.id, edit.edition)) == "refusal.news.nobody"
    async with office.database.write() as connection:
        got = {"mailing_id": number, "person_id": author.id, "state": State.SENT, "attempts": 1}
        await connection.execute(insert(recipients).values(got))
    assert await key(service.confirm(office, author, edit.mailing.id, edit.edition)) == "refusal.news.running"
    assert (await service.read(office, author, number)).content.texts["ru"] == "Привет"
    await running.pause(office, author, number)
    await service.confirm(office, author, edit.mailing.id, edit.edition)
    assert (await service.read(office, author, number)).content.texts["ru"] == "Поправка"


async def test_nobody_else_may(office: Office) -> None:
    author, nina = await organiser(office), await citizen(office, 1)
    number = (await ready(office, author)).mailing.id
    for call in (
        service.recent(office, nina, 0),
        service.new(office, nina),
        service.read(office, nina, number),
        service.write_text(office, nina, number, "ru", "!", office.clock.now()),
        service.summary(office, nina, number),
        service.confirm(office, nina, number, 3),
        service.approve(office, nina, number, 3),
        service.refuse(office, nina, number),
        service.begin_edit(office, nina, number),
        service.recall(office, nina, number),
        service.report(office, nina, number),
        service.ask_for_file(office, nina, number),
    ):
        assert await key(call) == "refusal.no_right"
