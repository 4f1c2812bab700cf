"""Consents: what was agreed to, by whom, when, in which language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import AnyRow, Database
from bot.storage.tables import consent_texts, consents


async def keep_texts(connection: AsyncConnection, version: str, texts: Mapping[str, str]) -> None:
    """Keeps the wording of a version in every language; a version that is there stays as it is."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    values = [{"version": version, "language": language, "text": text} for language, text in texts.items()]
    await connection.execute(insert(consent_texts).values(values).on_conflict_do_nothing())


async def agree(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    """Writes down a consent."""
    await connection.execute(consents.insert().values(**values))


async def withdraw(connection: AsyncConnection, application_id: int, now: datetime, kind: str | None = None) -> None:
    """Marks an application's consents (of one kind, or all) as withdrawn at that moment."""
    statement = update(consents).where(consents.c.application_id == application_id, consents.c.withdrawn_at.is_(None))
    if kind:
        statement = statement.where(consents.c.kind == kind)
    await connection.execute(statement.values(withdrawn_at=now))


async def of_person(database: Database, person_id: int) -> list[AnyRow]:
    """A person's consents with their wording: application, kind, version, language, name, dates, text."""
    statement = (
        select(consents, consent_texts.c.text)
        .outerjoin(
            consent_texts,
            (consent_texts.c.version == consents.c.version) & (consent_texts.c.language == consents.c.language),
        )
        .where(consents.c.person_id == person_id)
        .order_by(consents.c.id)
    )
    return list(await database.read(statement))
