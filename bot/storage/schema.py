"""Brings the database's tables to the state that this version expects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from bot.storage.database import Database

HEAD = "0004"
"""The newest migration; a test compares it with the folder."""

MIGRATIONS = Path(__file__).parent / "migrations"


class NewerDatabase(Exception):
    """The database was made by a newer version of the bot."""


async def upgrade(database: Database, to: str = "head") -> None:
    """Runs the migrations that are missing; none are when the database is current. Raises NewerDatabase."""
    async with database.connect() as connection:
        current = await connection.run_sync(_current)
        if current == HEAD and to == "head":
            return
        if current is not None and not list((MIGRATIONS / "versions").glob(f"{current}_*.py")):
            raise NewerDatabase(current)
        await connection.run_sync(_migrate, to)
        await connection.commit()


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(connection: Connection, to: str) -> None:
    from alembic import command  # a third of a second that only an upgrade needs

    config = alembic_config(connection)
    if to == "base":
        command.downgrade(config, to)
    else:
        command.upgrade(config, to)


def alembic_config(connection: Connection) -> Any:
    """Alembic's configuration on an open connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
