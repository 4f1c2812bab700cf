"""Rows that the storage tests begin with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.applications import Application
from bot.storage import applications, contests, people
from bot.storage.applications import Change
from bot.storage.database import Database
from bot.vault import Vault

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
DAY = timedelta(days=1)
MOMENTS = {
    "announced": NOW - 5 * DAY,
    "applications_open": NOW - 5 * DAY,
    "applications_close": NOW + 30 * DAY,
    "results": NOW + 40 * DAY,
    "erased": NOW + 90 * DAY,
}
# Keys for tests only.
VAULT = Vault(["MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="], "0" * 64)


async def person(database: Database, number: int) -> int:
    """Somebody; gives their id."""
    return (await people.arrive(database, number, NOW)).id


async def contest(database: Database, contest_id: str = "quiz") -> None:
    """An announced contest."""
    await contests.announce(database, contest_id, "r1", MOMENTS, NOW)


async def application(database: Database, number: int = 1, contest_id: str = "quiz", **more: Any) -> Application:
    """A draft of a person, in an announced contest."""
    person_id = await person(database, number)
    await contest(database, contest_id)
    values: dict[str, Any] = {
        "contest_id": contest_id,
        "person_id": person_id,
        "identity": f"{contest_id}{number}".encode(),
        "revision": "r1",
        "question": "name",
        "created_at": NOW,
        "updated_at": NOW,
    }
    async with database.write() as connection:
        made = await applications.create(connection, values | more)
    assert made is not None
    return await get(database, made)


async def get(database: Database, application_id: int) -> Application:
    """The application as it is now."""
    found = await applications.get(database, VAULT, application_id)
    assert found is not None
    return found


def change(of: Application, answers: Mapping[str, str], **more: Any) -> Change:
    """An answer to the question that stands."""
    values: dict[str, Any] = {
        "application_id": of.id,
        "person_id": of.person_id,
        "asked": of.question,
        "was": of.state,
        "guardian_was": of.guardian,
        "becomes": of.state,
        "answers": answers,
        "next": "born",
        "guardian": "",
        "update_id": 100,
        "now": NOW,
    }
    return Change(**values | more)
