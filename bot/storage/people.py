"""People: who they are to the bot and where they stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

from bot.domain.people import Person, Role, Screen
from bot.storage import recipients
from bot.storage.database import AnyRow, Database, rows
from bot.storage.tables import Json, guide_feedback, people, roles

COLUMNS = (
    people.c.id,
    people.c.telegram_id,
    people.c.language,
    people.c.screen,
    people.c.screen_id,
    people.c.guide,
    people.c.guides,
    people.c.asked,
)


class _MergedRun(ColumnElement[Any]):
    """The column `guides` with `run` merged into the guide's object, in one expression of either database."""

    inherit_cache = True
    type = Json
    # What SQLAlchemy's cache of compiled statements is keyed by: without it this one is compiled at every tap.
    _traverse_internals = [  # noqa: RUF012
        ("guide", InternalTraversal.dp_clauseelement),
        ("run", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self) -> None:
        self.guide: BindParameter[str] = bindparam("guide_id")
        self.run = bindparam("run", type_=Json)


@compiles(_MergedRun, "sqlite")
def _merged_sqlite(element: _MergedRun, compiler: SQLCompiler, **kw: Any) -> str:
    guide, run = compiler.process(element.guide, **kw), compiler.process(element.run, **kw)
    return f"json_patch(guides, json_object({guide}, json({run})))"


@compiles(_MergedRun, "postgresql")
def _merged_postgresql(element: _MergedRun, compiler: SQLCompiler, **kw: Any) -> str:
    guide, run = compiler.process(element.guide, **kw), compiler.process(element.run, **kw)
    path = f"ARRAY[CAST({guide} AS text)]"
    old = f"coalesce(guides -> CAST({guide} AS text), '{{}}'::jsonb)"
    return f"jsonb_set(guides, {path}, jsonb_strip_nulls({old} || {run}))"


_BY_TELEGRAM_ID = people.c.telegram_id == bindparam("of")

# Whoever taps or writes did not block the bot (any more).
_SEEN: dict[str, Any] = {"seen_at": bindparam("now"), "blocked_at": None, "retired_at": None}
_FIND = select(*COLUMNS).where(_BY_TELEGRAM_ID)
_HAS_MANAGED = (
    select(guide_feedback.c.person_id)
    .where(
        guide_feedback.c.person_id == people.c.id,
        guide_feedback.c.guide == bindparam("guide_id"),
        guide_feedback.c.managed.is_(True),
    )
    .exists()
)
_MOVE = (
    update(people)
    .where(_BY_TELEGRAM_ID)
    .values(
        screen="guide",
        screen_id=None,
        guide=bindparam("guide_id"),
        guides=_MergedRun(),
        **_SEEN,
    )
    .returning(*COLUMNS, _HAS_MANAGED)
)
_STAND = (
    update(people)
    .where(_BY_TELEGRAM_ID)
    .values(
        screen=bindparam("to_screen"),
        screen_id=bindparam("to_id"),
        guide=None,
        asked=bindparam("to_asked"),
        typed=bindparam("to_typed"),
        **_SEEN,
    )
    .returning(*COLUMNS)
)
_ARRIVE_VALUES: dict[str, BindParameter[Any]] = {
    "telegram_id": bindparam("of"),
    "created_at": bindparam("now"),
    "seen_at": bindparam("now"),
}
_ARRIVE = {
    name: insert(people)
    .values(**_ARRIVE_VALUES)
    .on_conflict_do_update(
        index_elements=[people.c.telegram_id],
        set_={"screen": "", "screen_id": None, "guide": None, **_SEEN},
    )
    .returning(*COLUMNS)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_SPEAK = update(people).where(_BY_TELEGRAM_ID).values(language=bindparam("to"), **_SEEN).returning(*COLUMNS)


def as_person(row: AnyRow) -> Person:
    """The person in a row that begins with COLUMNS."""
    return Person(*row[: len(COLUMNS)])


async def find(database: Database, telegram_id: int) -> Person | None:
    """The person with this Telegram id, or None."""
    row = await database.row(_FIND, {"of": telegram_id})
    return as_person(row) if row else None


async def get(database: Database, person_id: int) -> Person | None:
    """The person with this id, or None."""
    row = await database.row(select(*COLUMNS).where(people.c.id == person_id))
    return as_person(row) if row else None


async def arrive(database: Database, telegram_id: int, now: datetime) -> Person:
    """The person, made if they are new; a message of theirs says that they did not block the bot (any more)."""
    found = await database.run(_ARRIVE[database.url.get_backend_name()], {"of": telegram_id, "now": now})
    return as_person(found[0])


async def move_in_guide(
    database: Database, telegram_id: int, guide: str, run: dict[str, str | None], now: datetime
) -> tuple[Person, bool] | None:
    """Notes the step (and an answer) in the guide; nothing typed is expected any more.

    Gives the person, and whether they have said if they managed what the guide is for. None: no such person.
    """
    found = await database.run(_MOVE, {"of": telegram_id, "guide_id": guide, "run": run, "now": now})
    return (as_person(found[0]), bool(found[0][len(COLUMNS)])) if found else None


async def stand(
    database: Database,
    telegram_id: int,
    screen: Screen,
    screen_id: int | None,
    now: datetime,
    asked: str = "",
    typed: bytes | None = None,
) -> Person | None:
    """Notes what the next typed message means; `typed` (sealed) is kept until the person stands elsewhere.

    None: no such person.
    """
    values = {
        "of": telegram_id,
        "to_screen": screen,
        "to_id": screen_id,
        "now": now,
        "to_asked": asked,
        "to_typed": typed,
    }
    found = await database.run(_STAND, values)
    return as_person(found[0]) if found else None


async def typed(database: Database, person_id: int) -> bytes | None:
    """What the person typed at the desk and has not confirmed yet, sealed; None: nothing."""
    row = await database.row(select(people.c.typed).where(people.c.id == person_id))
    return row[0] if row else None


async def lock(connection: AsyncConnection, ids: Collection[int]) -> set[int]:
    """Locks people until the transaction ends, in the order in which everyone does; gives who is there (still)."""
    statement = select(people.c.id).where(people.c.id.in_(ids)).order_by(people.c.id)
    # key_share: what only refers to them, such as a push, goes on; it may hold what this transaction waits for.
    statement = statement.with_for_update(key_share=True)
    return {row[0] for row in await rows(connection, statement)}


async def stand_in(connection: AsyncConnection, person_id: int, screen: Screen, screen_id: int | None) -> None:
    """The same inside a transaction, by the person's own id."""
    await connection.execute(
        update(people).where(people.c.id == person_id).values(screen=screen, screen_id=screen_id, guide=None)
    )


async def leave(connection: AsyncConnection, screen: Screen, screen_id: int) -> None:
    """Everyone who stands there stands nowhere."""
    statement = update(people).where(people.c.screen == screen, people.c.screen_id == screen_id)
    await connection.execute(statement.values(screen="", screen_id=None))


async def speak(database: Database, telegram_id: int, language: str, now: datetime) -> Person | None:
    """Notes the language. None: no such person."""
    found = await database.run(_SPEAK, {"of": telegram_id, "to": language, "now": now})
    return as_person(found[0]) if found else None


async def set_blocked(database: Database, telegram_id: int, at: datetime | None) -> None:
    """Notes that the person blocked the bot at that moment, or (None) did not."""
    await database.run(update(people).where(people.c.telegram_id == telegram_id).values(blocked_at=at))


async def retire(database: Database, telegram_id: int, at: datetime) -> None:
    """Notes that the account is deleted: nothing is sent there until somebody writes from it again."""
    await database.run(update(people).where(people.c.telegram_id == telegram_id).values(retired_at=at))


async def mute(database: Database, person_id: int, at: datetime | None) -> None:
    """Notes that the person does not want announcements from that moment, or (None) does."""
    await database.run(update(people).where(people.c.id == person_id).values(muted_at=at))


async def is_muted(database: Database, person_id: int) -> bool:
    """Whether the person does not want announcements."""
    row = await database.row(select(people.c.muted_at).where(people.c.id == person_id))
    return row is not None and row[0] is not None


async def erase(connection: AsyncConnection, person_id: int) -> None:
    """Removes the person; what refers to them goes too or loses the reference (see the tables)."""
    await recipients.forget(connection, person_id)
    await connection.execute(delete(people).where(people.c.id == person_id))


async def give_role(
    connection: AsyncConnection, person_id: int, role: Role, now: datetime, name: bytes | None = None
) -> None:
    """Gives the role, with a sealed name; giving it twice is the same."""
    held = await rows(connection, select(roles.c.role).filter_by(person_id=person_id, role=role))
    if not held:
        values = {"person_id": person_id, "role": role, "given_at": now, "name": name}
        await connection.execute(roles.insert().values(values))


async def dismiss(connection: AsyncConnection, person_id: int) -> None:
    """An organiser becomes a former one; nothing happens to anyone else."""
    held = roles.c.person_id == person_id
    organiser = select(roles.c.person_id).where(held, roles.c.role == "organiser")
    if await rows(connection, organiser):
        await connection.execute(delete(roles).where(held, roles.c.role == "former"))
        await connection.execute(update(roles).where(held, roles.c.role == "organiser").values(role="former"))


async def holders(database: Database, *wanted: Role) -> list[tuple[int, bytes | None, datetime]]:
    """Who holds one of the roles: person id, sealed name, since when; the longest first."""
    statement = select(roles.c.person_id, roles.c.name, roles.c.given_at).where(roles.c.role.in_(wanted))
    return [(row[0], row[1], row[2]) for row in await database.read(statement.order_by(roles.c.given_at))]


async def with_role(database: Database, *wanted: Role) -> Sequence[Person]:
    """Everyone who holds one of the roles."""
    statement = select(*COLUMNS).where(people.c.id.in_(select(roles.c.person_id).where(roles.c.role.in_(wanted))))
    return [as_person(row) for row in await database.read(statement)]


async def count(database: Database) -> int:
    """How many people there are."""
    row = await database.row(select(func.count()).select_from(people))
    return int(row[0]) if row else 0
