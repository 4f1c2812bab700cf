"""Applications, their history, and the one statement that reads where an applicant stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.applications import EDITABLE, LIVE, Application, Guardian, State
from bot.domain.people import Person
from bot.storage.database import AnyRow, Database, rows
from bot.storage.people import COLUMNS, as_person
from bot.storage.tables import applications, contests, history, name_words, people
from bot.vault import Vault

REDELIVERY = timedelta(hours=24)
"""Telegram keeps an update that long; update ids may begin anew after a week of silence."""

_APPLICATION = (
    applications.c.id,
    applications.c.contest_id,
    applications.c.person_id,
    applications.c.state,
    applications.c.number,
    applications.c.answers,
    applications.c.question,
    applications.c.update_id,
    applications.c.guardian,
    contests.c.moments,
    applications.c.updated_at,
    applications.c.submitted_at,
    applications.c.reason,
    applications.c.note,
    applications.c.correct_by,
    applications.c.place,
)
_STANDING = (
    select(*COLUMNS, *_APPLICATION)
    .select_from(
        people.outerjoin(applications, applications.c.id == people.c.screen_id).outerjoin(
            contests, contests.c.id == applications.c.contest_id
        )
    )
    .where(people.c.telegram_id == bindparam("of"))
)
_STORE = (
    update(applications)
    .where(
        applications.c.id == bindparam("of"),
        applications.c.question == bindparam("asked"),
        applications.c.state == bindparam("was"),
        applications.c.guardian == bindparam("guardian_was"),
        applications.c.person_id == bindparam("person"),
        or_(applications.c.update_id < bindparam("update"), applications.c.updated_at < bindparam("forgotten")),
    )
    .values(
        answers=bindparam("sealed"),
        question=bindparam("next"),
        state=bindparam("becomes"),
        guardian=bindparam("guardian_is"),
        update_id=bindparam("update"),
        updated_at=bindparam("now"),
    )
    .returning(applications.c.id)
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A person and, when the next typed message is about one, the application."""

    person: Person
    application: Application | None


@dataclass(frozen=True, slots=True)
class Change:
    """What an answer changes: guarded by the question it answers, the person, what it was made from, and the update."""

    application_id: int
    person_id: int
    asked: str
    was: State
    guardian_was: Guardian
    becomes: State
    answers: Mapping[str, str]
    next: str
    guardian: Guardian
    update_id: int
    now: datetime

    def parameters(self, vault: Vault) -> dict[str, Any]:
        """The parameters of the statement."""
        return {
            "of": self.application_id,
            "asked": self.asked,
            "was": self.was,
            "person": self.person_id,
            "guardian_was": self.guardian_was,
            "becomes": self.becomes,
            "sealed": vault.seal_json(dict(self.answers)),
            "next": self.next,
            "guardian_is": self.guardian,
            "update": self.update_id,
            "forgotten": self.now - REDELIVERY,
            "now": self.now,
        }


def as_application(row: Iterable[Any], vault: Vault) -> Application:
    """The application in the columns of _APPLICATION."""
    values = list(row)
    values[5] = vault.open_json(values[5]) if values[5] else {}
    values[9] = {name: datetime.fromisoformat(moment) for name, moment in values[9].items()}
    values[13] = vault.open_text(values[13]) if values[13] else ""
    return Application(*values)


async def standing(database: Database, vault: Vault, telegram_id: int) -> Standing | None:
    """Where the person stands, in one read. None: no such person."""
    row = await database.row(_STANDING, {"of": telegram_id})
    if row is None:
        return None
    application = as_application(row[len(COLUMNS) :], vault) if row[len(COLUMNS)] is not None else None
    return Standing(as_person(row), application)


async def store_answer(database: Database, vault: Vault, change: Change) -> bool:
    """Stores an answer by itself. False: it was stored before, or the question is another by now."""
    return bool(await database.run(_STORE, change.parameters(vault)))


async def store_answer_in(connection: AsyncConnection, vault: Vault, change: Change) -> bool:
    """The same inside a transaction."""
    return bool(await rows(connection, _STORE, change.parameters(vault)))


def whole() -> Select[Any]:
    """What reads applications: its rows are for `as_application`."""
    return select(*_APPLICATION).join(contests, contests.c.id == applications.c.contest_id)


async def get(database: Database, vault: Vault, application_id: int) -> Application | None:
    """The application, or None."""
    row = await database.row(whole().where(applications.c.id == application_id))
    return as_application(row, vault) if row else None


async def lock(connection: AsyncConnection, vault: Vault, application_id: int) -> Application | None:
    """The application, locked until the transaction ends, or None."""
    statement = whole().where(applications.c.id == application_id).with_for_update(of=applications)
    found = await rows(connection, statement)
    return as_application(found[0], vault) if found else None


async def of_person(database: Database, vault: Vault, person_id: int) -> list[Application]:
    """All applications of a person, the newest first."""
    statement = whole().where(applications.c.person_id == person_id).order_by(applications.c.id.desc())
    return [as_application(row, vault) for row in await database.read(statement)]


async def live_in(connection: AsyncConnection, vault: Vault, contest_id: str, identity: bytes) -> Application | None:
    """The identity's application that counts in this contest, or None."""
    statement = whole().where(
        applications.c.contest_id == contest_id,
        applications.c.identity == identity,
        applications.c.state.in_(LIVE),
    )
    found = await rows(connection, statement)
    return as_application(found[0], vault) if found else None


async def create(connection: AsyncConnection, values: dict[str, Any]) -> int | None:
    """A new draft; gives its id. None: the identity has an application that counts in this contest already."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = (
        insert(applications)
        .values(state="draft", **values)
        .on_conflict_do_nothing(index_elements=[applications.c.contest_id, applications.c.identity])
    )
    found = await rows(connection, statement.returning(applications.c.id))
    return int(found[0][0]) if found else None


async def change(connection: AsyncConnection, application: Application, values: dict[str, Any]) -> bool:
    """Changes columns of an application whose state is still the one that was read. False: it is another by now."""
    statement = (
        update(applications)
        .where(applications.c.id == application.id, applications.c.state == application.state)
        .values(**values)
        .returning(applications.c.id)
    )
    return bool(await rows(connection, statement))


async def ask(database: Database, application_id: int, person_id: int, question: str, now: datetime) -> bool:
    """Makes `question` the one that stands. False: not this person's application, or it no longer counts."""
    statement = (
        update(applications)
        .where(
            applications.c.id == application_id,
            applications.c.person_id == person_id,
            applications.c.state.in_(EDITABLE),
        )
        .values(question=question)
        .returning(applications.c.id)
    )
    return bool(await database.run(statement))


async def next_number(connection: AsyncConnection, contest_id: str) -> int:
    """The contest's next number; no two transactions get the same."""
    statement = (
        update(contests)
        .where(contests.c.id == contest_id)
        .values(last_number=contests.c.last_number + 1)
        .returning(contests.c.last_number)
    )
    return int((await rows(connection, statement))[0][0])


async def record(
    connection: AsyncConnection,
    application_id: int,
    at: datetime,
    actor_id: int | None,
    act: str,
    state: State,
    reason: str = "",
    note: bytes | None = None,
) -> None:
    """Writes a line of the application's history; `note` is sealed."""
    values = {"application_id": application_id, "at": at, "actor_id": actor_id, "act": act, "state": state}
    await connection.execute(history.insert().values(**values, reason=reason, note=note))


async def history_of(database: Database, application_id: int) -> list[AnyRow]:
    """The lines of an application's history (at, actor_id, act, state, reason, sealed note), the oldest first."""
    statement = (
        select(history.c.at, history.c.actor_id, history.c.act, history.c.state, history.c.reason, history.c.note)
        .where(history.c.application_id == application_id)
        .order_by(history.c.id)
    )
    return list(await database.read(statement))


async def set_name_words(connection: AsyncConnection, application_id: int, words: Iterable[bytes]) -> None:
    """Makes these keyed hashes those by which the application is found; none: it is not found by its name."""
    await connection.execute(delete(name_words).where(name_words.c.application_id == application_id))
    values = [{"word": word, "application_id": application_id} for word in words]
    if values:
        await connection.execute(name_words.insert(), values)


async def forget_words(connection: AsyncConnection, ids: list[int]) -> None:
    """Removes what organisers wrote about applications, and the hashes by which their names are found."""
    await connection.execute(delete(name_words).where(name_words.c.application_id.in_(ids)))
    await connection.execute(update(history).where(history.c.application_id.in_(ids)).values(note=None))
    await connection.execute(update(applications).where(applications.c.id.in_(ids)).values(note=None))


async def count(database: Database) -> int:
    """How many applications there are."""
    row = await database.row(select(func.count()).select_from(applications))
    return int(row[0]) if row else 0
