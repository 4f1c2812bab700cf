"""What people said at the end of guides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.feedback import Feedback, Question, Rating
from bot.storage.database import AnyRow, Database
from bot.storage.tables import guide_feedback
from bot.storage.visits import begun

_SAID = (guide_feedback.c.managed, guide_feedback.c.quality, guide_feedback.c.availability)


async def manage(database: Database, person_id: int, guide: str, managed: bool, now: datetime) -> Feedback:
    """Notes whether the person managed; the last word holds, and ratings stay. Gives all that they said."""
    insert = sqlite.insert if database.is_sqlite else postgresql.insert
    statement = (
        insert(guide_feedback)
        .values(person_id=person_id, guide=guide, managed=managed, at=now)
        .on_conflict_do_update(
            index_elements=[guide_feedback.c.person_id, guide_feedback.c.guide], set_={"managed": managed, "at": now}
        )
        .returning(*_SAID)
    )
    return _feedback((await database.run(statement))[0])


async def rate(
    database: Database, person_id: int, guide: str, question: Question, rating: Rating, now: datetime
) -> Feedback | None:
    """Notes an answer of the survey. Gives all that the person said; None: they have not said whether they managed."""
    of = (guide_feedback.c.person_id == person_id, guide_feedback.c.guide == guide)
    values: dict[str, Any] = {question: rating, "at": now}
    found = await database.run(update(guide_feedback).where(*of).values(values).returning(*_SAID))
    return _feedback(found[0]) if found else None


async def get(database: Database, person_id: int, guide: str) -> Feedback | None:
    """What the person said of the guide, or None."""
    row = await database.row(select(*_SAID).filter_by(person_id=person_id, guide=guide))
    return _feedback(row) if row else None


async def of_person(database: Database, person_id: int) -> list[tuple[str, Feedback, datetime]]:
    """What the person said: the guide's id, what, and when (UTC)."""
    statement = select(*_SAID, guide_feedback.c.guide, guide_feedback.c.at).filter_by(person_id=person_id)
    found = await database.read(statement.order_by(guide_feedback.c.at))
    return [(row.guide, _feedback(row), row.at) for row in found]


async def counts(database: Database, guide: str, since: datetime, until: datetime) -> list[tuple[Feedback, int]]:
    """What those who began the guide in that time said, with how many people said the same."""
    cohort = begun(guide, since, until).subquery()
    statement = (
        select(*_SAID, func.count())
        .join(cohort, cohort.c.person_id == guide_feedback.c.person_id)
        .where(guide_feedback.c.guide == guide)
        .group_by(*_SAID)
    )
    return [(_feedback(row), row[3]) for row in await database.read(statement)]


def _feedback(row: AnyRow) -> Feedback:
    return Feedback(bool(row[0]), row[1], row[2])
