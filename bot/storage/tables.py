"""The tables. What a person typed is stored sealed (bot.vault); rows hold ids, words of the domain and times in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect

BigId = BigInteger().with_variant(Integer, "sqlite")
"""A growing key: SQLite numbers only an INTEGER by itself."""

Json = JSON().with_variant(JSONB, "postgresql")


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC: SQLite drops the offset, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuses a naive datetime: its zone would be guessed."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The moment in UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

people = Table(
    "people",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("telegram_id", BigInteger, nullable=False, unique=True),
    Column("language", String(8)),
    # Where the person stands: a word of domain.people.Screen, the application or the guide that it is about.
    Column("screen", String(16), nullable=False, server_default=""),
    Column("screen_id", BigInteger),
    Column("guide", String(20)),
    # Guide id -> {"at": step id, step id: choice id, …}: where the person stands in each guide.
    Column("guides", Json, nullable=False, server_default="{}"),
    Column("blocked_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

roles = Table(
    "roles",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("role", String(16), primary_key=True),
    Column("given_at", Moment, nullable=False),
    # Sealed: by which name the owner knows whom to remove.
    Column("name", LargeBinary),
)

contests = Table(
    "contests",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("revision", String(16), nullable=False),
    # Moment id -> ISO time in UTC, fixed when the contest was announced.
    Column("moments", Json, nullable=False),
    Column("closes_at", Moment, nullable=False),
    Column("erase_at", Moment, nullable=False),
    Column("erased_at", Moment),
    Column("announced_at", Moment, nullable=False),
    Column("last_number", Integer, nullable=False, server_default="0"),
)

follows = Table(
    "follows",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("contest_id", ForeignKey("contests.id"), primary_key=True),
    Column("followed_at", Moment, nullable=False),
)

applications = Table(
    "applications",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("contest_id", ForeignKey("contests.id"), nullable=False),
    # Null once the person asked to be forgotten, or the contest's term is over.
    Column("person_id", ForeignKey("people.id", ondelete="SET NULL")),
    # Keyed hash of what may apply once; null when the application no longer counts.
    Column("identity", LargeBinary(32)),
    Column("state", String(16), nullable=False),
    Column("number", Integer),
    Column("revision", String(16), nullable=False),
    # Sealed JSON: field id -> stored value.
    Column("answers", LargeBinary),
    # The field that is being asked, or '' for the summary.
    Column("question", String(20), nullable=False),
    # The update that last changed the answers: Telegram may deliver it once more.
    Column("update_id", BigInteger, nullable=False, server_default="0"),
    # '' not needed | needed | paper (sent, not yet looked at) | agreed
    Column("guardian", String(8), nullable=False, server_default=""),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("submitted_at", Moment),
    UniqueConstraint("contest_id", "identity"),
    UniqueConstraint("contest_id", "number"),
    Index(None, "person_id"),
    # An id that was given once never means another row.
    sqlite_autoincrement=True,
)

history = Table(
    "history",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("application_id", ForeignKey("applications.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("actor_id", ForeignKey("people.id", ondelete="SET NULL")),
    Column("act", String(24), nullable=False),
    Column("state", String(16), nullable=False),
)

consent_texts = Table(
    "consent_texts",
    metadata,
    Column("version", String(16), primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("text", Text, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    # Who agreed: the applicant or the guardian.
    Column("person_id", ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("application_id", ForeignKey("applications.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("version", String(16), nullable=False),
    Column("language", String(8), nullable=False),
    # Sealed full name of a guardian; an applicant's stands in the answers.
    Column("name", LargeBinary),
    Column("agreed_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
)

files = Table(
    "files",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("application_id", ForeignKey("applications.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("field", String(20), nullable=False),
    Column("telegram_id", LargeBinary, nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    # waiting (at Telegram) | kept (sealed here) | refused (its content is not what its name said)
    Column("state", String(8), nullable=False),
    Column("sha256", String(64)),
    Column("sent_at", Moment, nullable=False),
    # An id that was given once never means another row.
    sqlite_autoincrement=True,
)

links = Table(
    "links",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("application_id", ForeignKey("applications.id", ondelete="CASCADE"), index=True),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    # Numbers of domain.pushes: there will be millions of rows.
    Column("kind", SmallInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("subject_id", BigInteger),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("due_at", Moment, nullable=False),
    Column("error", String(64)),
)
Index(
    "ix_deliveries_queued",
    deliveries.c.due_at,
    sqlite_where=text("state = 0"),
    postgresql_where=text("state = 0"),
)
