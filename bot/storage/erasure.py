"""Erasing personal data: of one person, or of a contest whose term is over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.applications import TRANSITIONS
from bot.domain.pushes import Kind
from bot.storage import deliveries, files, reports
from bot.storage.applications import forget_words, record
from bot.storage.database import rows
from bot.storage.tables import applications, consents, history, links, people

BATCH = 200


async def of_person(connection: AsyncConnection, person_id: int, now: datetime) -> list[int]:
    """Empties the person's applications and reports, and removes their consents; gives the ids of files to remove."""
    ids = [row[0] for row in await rows(connection, select(applications.c.id).filter_by(person_id=person_id))]
    withdraw = TRANSITIONS["withdraw"]
    live = applications.c.id.in_(ids) & applications.c.state.in_(withdraw.of)
    await connection.execute(update(applications).where(live).values(state=withdraw.to, updated_at=now))
    await _withdraw_as_guardian(connection, person_id, now)
    await connection.execute(delete(consents).where(consents.c.person_id == person_id))
    return await _empty(connection, ids) + await reports.forget(connection, person_id)


async def _withdraw_as_guardian(connection: AsyncConnection, person_id: int, now: datetime) -> None:
    """A guardian's consent goes with the guardian: their wards need another, and are told so."""
    agreed = select(consents.c.application_id).filter_by(person_id=person_id, kind="guardian", withdrawn_at=None)
    statement = (
        update(applications)
        .where(applications.c.id.in_(agreed), applications.c.guardian == "agreed")
        .values(guardian="needed")
        .returning(applications.c.id, applications.c.person_id, applications.c.state)
    )
    for application_id, ward_id, state in await rows(connection, statement):
        await record(connection, application_id, now, None, "guardian_withdrew", state)
        if ward_id is not None:
            await deliveries.queue(connection, Kind.GUARDIAN_WITHDREW, ward_id, application_id, now)


async def batch_of_contest(connection: AsyncConnection, contest_id: str) -> tuple[int, list[int]]:
    """Empties some applications of a contest that still hold data; gives how many, and the files to remove."""
    holding = (
        select(applications.c.id)
        .where(
            applications.c.contest_id == contest_id,
            applications.c.answers.is_not(None) | applications.c.person_id.is_not(None),
        )
        .limit(BATCH)
    )
    ids = [row[0] for row in await rows(connection, holding)]
    return len(ids), await _empty(connection, ids)


async def _empty(connection: AsyncConnection, ids: list[int]) -> list[int]:
    if not ids:
        return []
    dropped = await files.drop(connection, ids)
    await connection.execute(delete(consents).where(consents.c.application_id.in_(ids)))
    await connection.execute(delete(links).where(links.c.application_id.in_(ids)))
    await connection.execute(update(history).where(history.c.application_id.in_(ids)).values(actor_id=None))
    await forget_words(connection, ids)
    # Whoever stood at one of them stands nowhere: the next thing they type is no answer any more.
    await connection.execute(
        update(people)
        .where(people.c.screen_id.in_(ids), people.c.screen.in_(("form", "guardian", "paper")))
        .values(screen="", screen_id=None)
    )
    await connection.execute(
        update(applications)
        .where(applications.c.id.in_(ids))
        .values(answers=None, identity=None, person_id=None, question="", guardian="")
    )
    return dropped
