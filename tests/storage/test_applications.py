"""Applications: every statement by value, and the guards that let nothing be done twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.domain.applications import Application
from bot.storage import applications, people
from bot.storage.database import Database
from bot.storage.tables import applications as table
from tests.storage.samples import DAY, MOMENTS, NOW, VAULT, application, change, contest, get, person

SECOND = timedelta(seconds=1)


async def test_a_draft_by_value(database: Database) -> None:
    made = await application(database)
    assert made == Application(
        id=made.id,
        contest_id="quiz",
        person_id=made.person_id,
        state="draft",
        number=None,
        answers={},
        question="name",
        update_id=0,
        guardian="",
        moments=MOMENTS,
        updated_at=NOW,
        submitted_at=None,
    )
    assert made.closes_at == MOMENTS["applications_close"]
    assert await applications.get(database, VAULT, made.id + 1) is None
    assert await applications.count(database) == 1


async def test_an_answer_is_stored_with_the_next_question(database: Database) -> None:
    made = await application(database)
    later = NOW + SECOND
    stored = change(made, {"name": "Анна"}, guardian="needed", update_id=7, now=later)
    assert await applications.store_answer(database, VAULT, stored)
    assert await get(database, made.id) == replace(
        made, answers={"name": "Анна"}, question="born", guardian="needed", update_id=7, updated_at=later
    )


@pytest.mark.parametrize(
    "stale",
    [
        {"asked": "born"},
        {"asked": ""},
        {"was": "submitted"},
        {"was": "withdrawn"},
        {"update_id": 100},
        {"update_id": 99},
        {"update_id": 1, "now": NOW + DAY},
        {"update_id": 1, "now": NOW + DAY - SECOND},
        {"application_id": 987654},
    ],
    ids=str,
)
async def test_a_stale_answer_changes_nothing(database: Database, stale: dict[str, Any]) -> None:
    made = await application(database)
    assert await applications.store_answer(database, VAULT, change(made, {"name": "Анна"}, next="name", update_id=100))
    before = await get(database, made.id)
    late = change(before, {"name": "Нина"}, **{"update_id": 101, **stale})
    assert not await applications.store_answer(database, VAULT, late)
    assert await get(database, made.id) == before
    async with database.write() as connection:
        assert not await applications.store_answer_in(connection, VAULT, late)
    assert await get(database, made.id) == before


async def test_an_update_number_is_forgotten_after_a_day(database: Database) -> None:
    made = await application(database)
    await applications.store_answer(database, VAULT, change(made, {"name": "Анна"}, next="name", update_id=100))
    before = await get(database, made.id)
    again = change(before, {"name": "Нина"}, update_id=1, now=NOW + DAY + SECOND)
    assert await applications.store_answer(database, VAULT, again)
    assert (await get(database, made.id)).answers == {"name": "Нина"}
    assert (await get(database, made.id)).update_id == 1


async def test_the_same_answer_twice_at_once_is_stored_once(database: Database) -> None:
    made = await application(database)
    one = change(made, {"name": "Анна"})
    done = await asyncio.gather(*(applications.store_answer(database, VAULT, one) for _ in range(10)))
    assert sorted(done) == [False] * 9 + [True]


async def test_two_answers_at_once_do_not_stand_under_one_another(database: Database) -> None:
    made = await application(database)
    first = change(made, {"name": "Анна"}, update_id=1)
    second = change(made, {"name": "05.01.1960"}, update_id=2)
    done = await asyncio.gather(*(applications.store_answer(database, VAULT, one) for one in (first, second)))
    assert sorted(done) == [False, True]


async def test_answers_are_sealed(database: Database) -> None:
    made = await application(database)
    await applications.store_answer(database, VAULT, change(made, {"name": "Образцова Анна"}))
    row = await database.row(select(table.c.answers))
    assert row is not None
    assert b"name" not in row[0]
    assert VAULT.open_json(row[0]) == {"name": "Образцова Анна"}


async def test_where_a_person_stands(database: Database) -> None:
    made = await application(database)
    standing = await applications.standing(database, VAULT, 1)
    assert standing is not None
    assert (standing.person.telegram_id, standing.application) == (1, None)
    await people.stand(database, 1, "form", made.id, NOW)
    standing = await applications.standing(database, VAULT, 1)
    assert standing is not None
    assert (standing.person.screen, standing.person.screen_id) == ("form", made.id)
    assert standing.application == made
    assert await applications.standing(database, VAULT, 2) is None


async def test_an_identity_applies_once_in_a_contest(database: Database) -> None:
    made = await application(database)
    async with database.write() as connection:
        values = {"contest_id": "quiz", "identity": b"quiz1", "revision": "r1", "question": "name"}
        assert await applications.create(connection, {**values, "created_at": NOW, "updated_at": NOW}) is None
    assert await applications.count(database) == 1
    other = await application(database, contest_id="other", identity=b"quiz1")
    async with database.write() as connection:
        assert await applications.live_in(connection, VAULT, "quiz", b"quiz1") == made
        assert await applications.live_in(connection, VAULT, "other", b"quiz1") == other
        assert await applications.live_in(connection, VAULT, "quiz", b"quiz2") is None
        await applications.change(connection, made, {"state": "withdrawn", "identity": None})
        assert await applications.live_in(connection, VAULT, "quiz", b"quiz1") is None
    again = await application(database)
    assert again.id != made.id
    assert again.person_id is not None
    found = await applications.of_person(database, VAULT, again.person_id)
    assert [one.id for one in found] == [again.id, other.id, made.id]


async def test_of_ten_who_apply_at_once_with_one_identity_one_does(database: Database) -> None:
    await contest(database)
    person_id = await person(database, 1)
    values = {
        "contest_id": "quiz",
        "person_id": person_id,
        "identity": b"same",
        "revision": "r1",
        "question": "name",
        "created_at": NOW,
        "updated_at": NOW,
    }

    async def apply() -> bool:
        async with database.write() as connection:
            return await applications.create(connection, dict(values)) is not None

    assert sorted(await asyncio.gather(*(apply() for _ in range(10)))) == [False] * 9 + [True]


async def test_a_withdrawn_application_is_not_live(database: Database) -> None:
    made = await application(database)
    for state, live in (("submitted", True), ("withdrawn", False)):
        async with database.write() as connection:
            current = await applications.lock(connection, VAULT, made.id)
            assert current is not None
            assert await applications.change(connection, current, {"state": state})
            found = await applications.live_in(connection, VAULT, "quiz", b"quiz1")
        assert (found is not None) is live


async def test_a_change_is_guarded_by_the_state_that_was_read(database: Database) -> None:
    made = await application(database)
    async with database.write() as connection:
        assert await applications.change(connection, made, {"state": "submitted"})
        assert not await applications.change(connection, made, {"guardian": "agreed"})
    assert ((await get(database, made.id)).state, (await get(database, made.id)).guardian) == ("submitted", "")
    async with database.write() as connection:
        assert await applications.lock(connection, VAULT, made.id + 1) is None


async def test_a_question_is_asked_of_its_own_person(database: Database) -> None:
    made = await application(database)
    assert made.person_id is not None
    stranger = await person(database, 2)
    assert not await applications.ask(database, made.id, stranger, "phone", NOW)
    assert (await get(database, made.id)).question == "name"
    assert await applications.ask(database, made.id, made.person_id, "phone", NOW)
    assert (await get(database, made.id)).question == "phone"
    async with database.write() as connection:
        await applications.change(connection, made, {"state": "withdrawn"})
    assert not await applications.ask(database, made.id, made.person_id, "name", NOW)


async def test_twenty_numbers_at_once_are_twenty(database: Database) -> None:
    await contest(database)
    await contest(database, "other")

    async def number() -> int:
        async with database.write() as connection:
            await asyncio.sleep(0)
            return await applications.next_number(connection, "quiz")

    assert sorted(await asyncio.gather(*(number() for _ in range(20)))) == list(range(1, 21))
    async with database.write() as connection:
        assert await applications.next_number(connection, "other") == 1


async def test_a_number_stands_once_in_a_contest(database: Database) -> None:
    first, second = await application(database, 1), await application(database, 2)
    async with database.write() as connection:
        await applications.change(connection, first, {"number": 1})
    with pytest.raises(IntegrityError):
        async with database.write() as connection:
            await applications.change(connection, second, {"number": 1})


async def test_the_history_keeps_its_order(database: Database) -> None:
    made = await application(database)
    async with database.write() as connection:
        await applications.record(connection, made.id, NOW, made.person_id, "agree", "draft")
        await applications.record(connection, made.id, NOW + DAY, None, "submit", "submitted")
    assert [tuple(row) for row in await applications.history_of(database, made.id)] == [
        (NOW, made.person_id, "agree", "draft", "", None),
        (NOW + DAY, None, "submit", "submitted", "", None),
    ]
