"""The tables. What a person typed is stored sealed (bot.vault); rows hold ids, words of the domain and times in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
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
    # What the next message typed at the desk, or about a step, is for (domain.people.Person.asked).
    Column("asked", String(64), nullable=False, server_default=""),
    # Sealed: what an organiser typed at the desk and has not confirmed yet.
    Column("typed", LargeBinary),
    Column("blocked_at", Moment),
    # The account is deleted: nothing is sent there any more.
    Column("retired_at", Moment),
    # Announcements are not wanted.
    Column("muted_at", Moment),
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
    # Offsets of reminders before the deadline, fixed when they were planned first: ["7d", "3h"].
    Column("reminders", Json),
    # When the results are to be released, by whose order, and when they were.
    Column("release_at", Moment),
    Column("release_by", BigInteger),
    Column("released_at", Moment),
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
    # Why it was returned or declined: an id of the contest's list, and an organiser's own words, sealed.
    Column("reason", String(20), nullable=False, server_default=""),
    Column("note", LargeBinary),
    # Until when a returned application can be corrected.
    Column("correct_by", Moment),
    # An id of the contest's places: pending until the results are released.
    Column("place", String(20)),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("submitted_at", Moment),
    UniqueConstraint("contest_id", "identity"),
    UniqueConstraint("contest_id", "number"),
    Index(None, "person_id"),
    Index(None, "contest_id", "state"),
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
    Column("reason", String(20), nullable=False, server_default=""),
    Column("note", LargeBinary),
)

name_words = Table(
    "name_words",
    metadata,
    # A keyed hash of each word of an applicant's name: names are sealed, and organisers look for them.
    Column("word", LargeBinary(16), primary_key=True),
    Column("application_id", ForeignKey("applications.id", ondelete="CASCADE"), primary_key=True, index=True),
)

journal = Table(
    "journal",
    metadata,
    # What organisers did to a contest or an announcement as a whole; acts at one application stand in `history`.
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("actor_id", ForeignKey("people.id", ondelete="SET NULL")),
    Column("act", String(24), nullable=False),
    Column("contest_id", ForeignKey("contests.id"), index=True),
    Column("mailing_id", ForeignKey("mailings.id", ondelete="CASCADE"), index=True),
    Column("detail", Json, nullable=False, server_default="{}"),
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

reports = Table(
    "reports",
    metadata,
    # That a step of a guide did not work. After 30 days only what is counted is left of an answered one.
    Column("id", BigId, primary_key=True, autoincrement=True),
    # Null once the person is forgotten, or only the count is left.
    Column("person_id", ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("guide", String(20), nullable=False),
    Column("step", String(20), nullable=False),
    Column("language", String(8), nullable=False),
    # domain.reports.Reason
    Column("reason", String(16), nullable=False),
    # Sealed: the person's own words, and the organiser's.
    Column("words", LargeBinary),
    Column("created_at", Moment, nullable=False),
    # When the person added something last.
    Column("written_at", Moment, nullable=False),
    # By when the person was promised an answer.
    Column("answer_by", Moment, nullable=False),
    Column("answered_at", Moment),
    Column("answered_by", ForeignKey("people.id", ondelete="SET NULL")),
    Column("answer", LargeBinary),
    # An id that was given once never means another row.
    sqlite_autoincrement=True,
)
Index(
    "ix_reports_open",
    reports.c.id,
    sqlite_where=text("answered_at IS NULL"),
    postgresql_where=text("answered_at IS NULL"),
)

files = Table(
    "files",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    # What the file belongs to: an application, or a report.
    Column("application_id", ForeignKey("applications.id", ondelete="CASCADE"), index=True),
    Column("report_id", ForeignKey("reports.id", ondelete="CASCADE"), index=True),
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

# Pictures of content/ that Telegram has: they are sent by its id instead of being uploaded again.
uploads = Table(
    "uploads",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("telegram_id", String(256), nullable=False),
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

announcements = Table(
    "announcements",
    metadata,
    # What an organiser writes to many; public by its nature, so not sealed.
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("author_id", ForeignKey("people.id", ondelete="SET NULL")),
    # Language -> Telegram HTML.
    Column("texts", Json, nullable=False, server_default="{}"),
    # own (each in their own language) | both (Kazakh first)
    Column("mode", String(8), nullable=False, server_default="own"),
    # '' | photo | document, and Telegram's id of the file that the author sent.
    Column("media", String(8), nullable=False, server_default=""),
    Column("file_id", Text),
    # [{"label": {language: text}, "url": address}, …]
    Column("buttons", Json, nullable=False, server_default="[]"),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

mailings = Table(
    "mailings",
    metadata,
    # Something that goes to many: one row, which freezes whom it is for. See domain.mailings.
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("kind", SmallInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("contest_id", ForeignKey("contests.id"), index=True),
    Column("announcement_id", ForeignKey("announcements.id", ondelete="CASCADE"), index=True),
    # The mailing whose messages this one changes or takes back.
    Column("of_id", ForeignKey("mailings.id", ondelete="CASCADE"), index=True),
    Column("author_id", ForeignKey("people.id", ondelete="SET NULL")),
    Column("approver_id", ForeignKey("people.id", ondelete="SET NULL")),
    # domain.mailings.Audience
    Column("audience", Json, nullable=False),
    # The greatest id of a person whom it is for, and how far the recipients are written down.
    Column("up_to", BigInteger),
    Column("cursor", BigInteger, nullable=False, server_default="0"),
    Column("due_at", Moment),
    # Of no use any more after that moment.
    Column("not_after", Moment),
    Column("created_at", Moment, nullable=False),
    Column("begun_at", Moment),
    Column("ended_at", Moment),
    # How many recipients there are, and what became of them; changed in the transaction of each mark.
    Column("total", Integer, nullable=False, server_default="0"),
    Column("sent", Integer, nullable=False, server_default="0"),
    Column("blocked", Integer, nullable=False, server_default="0"),
    Column("muted", Integer, nullable=False, server_default="0"),
    Column("failed", Integer, nullable=False, server_default="0"),
    Column("unknown", Integer, nullable=False, server_default="0"),
    # Reason -> count, once the recipients' rows are folded.
    Column("reasons", Json),
    # Why it was paused, when no organiser did it.
    Column("trouble", String(128), nullable=False, server_default=""),
    # The message in the author's chat that shows the progress.
    Column("progress_id", BigInteger),
    Column("detail", Json, nullable=False, server_default="{}"),
    Index(None, "state"),
    sqlite_autoincrement=True,
)

recipients = Table(
    "recipients",
    metadata,
    # One of a mailing's people. There will be millions: at most 60 bytes a row, ids only, never a name or a text.
    # Without foreign keys, which would be looked up for each of a million rows.
    Column("mailing_id", BigId, primary_key=True, autoincrement=False),
    Column("person_id", BigId, primary_key=True, autoincrement=False),
    # domain.pushes.State
    Column("state", SmallInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("message_id", BigInteger),
    Column("error", String(64)),
    sqlite_with_rowid=False,
)
Index(
    "ix_recipients_queued",
    recipients.c.mailing_id,
    recipients.c.person_id,
    sqlite_where=text("state = 0"),
    postgresql_where=text("state = 0"),
)

guide_visits = Table(
    "guide_visits",
    metadata,
    # When a person first reached a step of a guide. Written in bunches, see services.visits.
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("guide", String(20), primary_key=True),
    Column("step", String(20), primary_key=True),
    Column("at", Moment, nullable=False),
    Index(None, "guide", "at"),
    sqlite_with_rowid=False,
)

guide_feedback = Table(
    "guide_feedback",
    metadata,
    # Whether a person managed what a guide is for, and their answers of the survey (domain.feedback.Rating).
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("guide", String(20), primary_key=True),
    Column("managed", Boolean, nullable=False),
    Column("quality", String(8)),
    Column("availability", String(8)),
    Column("at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

routines = Table(
    "routines",
    metadata,
    # What is done at regular times (services.routines), and when it was done last.
    Column("name", String(20), primary_key=True),
    Column("done_at", Moment, nullable=False),
)
