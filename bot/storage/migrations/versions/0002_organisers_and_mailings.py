"""organisers' decisions, mailings"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recipients",
        sa.Column(
            "mailing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("mailing_id", "person_id", name=op.f("pk_recipients")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_recipients_queued",
        "recipients",
        ["mailing_id", "person_id"],
        unique=False,
        sqlite_where=sa.text("state = 0"),
        postgresql_where=sa.text("state = 0"),
    )
    op.create_table(
        "announcements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("texts", sa.JSON().with_variant(JSONB(), "postgresql"), server_default="{}", nullable=False),
        sa.Column("mode", sa.String(length=8), server_default="own", nullable=False),
        sa.Column("media", sa.String(length=8), server_default="", nullable=False),
        sa.Column("file_id", sa.Text(), nullable=True),
        sa.Column("buttons", sa.JSON().with_variant(JSONB(), "postgresql"), server_default="[]", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name=op.f("fk_announcements_author_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mailings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("contest_id", sa.String(length=20), nullable=True),
        sa.Column("announcement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("of_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approver_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("audience", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("up_to", sa.BigInteger(), nullable=True),
        sa.Column("cursor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("blocked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("muted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unknown", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reasons", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True),
        sa.Column("trouble", sa.String(length=128), server_default="", nullable=False),
        sa.Column("progress_id", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.JSON().with_variant(JSONB(), "postgresql"), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcements.id"], name=op.f("fk_mailings_announcement_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["approver_id"], ["people.id"], name=op.f("fk_mailings_approver_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_mailings_author_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_mailings_contest_id")),
        sa.ForeignKeyConstraint(["of_id"], ["mailings.id"], name=op.f("fk_mailings_of_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailings")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mailings_announcement_id"), "mailings", ["announcement_id"], unique=False)
    op.create_index(op.f("ix_mailings_contest_id"), "mailings", ["contest_id"], unique=False)
    op.create_index(op.f("ix_mailings_of_id"), "mailings", ["of_id"], unique=False)
    op.create_index(op.f("ix_mailings_state"), "mailings", ["state"], unique=False)
    op.create_table(
        "name_words",
        sa.Column("word", sa.LargeBinary(length=16), nullable=False),
        sa.Column("application_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_name_words_application_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("word", "application_id", name=op.f("pk_name_words")),
    )
    op.create_index(op.f("ix_name_words_application_id"), "name_words", ["application_id"], unique=False)
    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("act", sa.String(length=24), nullable=False),
        sa.Column("contest_id", sa.String(length=20), nullable=True),
        sa.Column("mailing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("detail", sa.JSON().with_variant(JSONB(), "postgresql"), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name=op.f("fk_journal_actor_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_journal_contest_id")),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailings.id"], name=op.f("fk_journal_mailing_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    op.create_index(op.f("ix_journal_contest_id"), "journal", ["contest_id"], unique=False)
    op.create_index(op.f("ix_journal_mailing_id"), "journal", ["mailing_id"], unique=False)
    op.add_column("applications", sa.Column("reason", sa.String(length=20), server_default="", nullable=False))
    op.add_column("applications", sa.Column("note", sa.LargeBinary(), nullable=True))
    op.add_column("applications", sa.Column("correct_by", sa.DateTime(timezone=True), nullable=True))
    op.add_column("applications", sa.Column("place", sa.String(length=20), nullable=True))
    op.create_index(op.f("ix_applications_contest_id_state"), "applications", ["contest_id", "state"], unique=False)
    op.add_column("contests", sa.Column("reminders", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=True))
    op.add_column("contests", sa.Column("release_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contests", sa.Column("release_by", sa.BigInteger(), nullable=True))
    op.add_column("contests", sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("history", sa.Column("reason", sa.String(length=20), server_default="", nullable=False))
    op.add_column("history", sa.Column("note", sa.LargeBinary(), nullable=True))
    op.add_column("people", sa.Column("asked", sa.String(length=64), server_default="", nullable=False))
    op.add_column("people", sa.Column("typed", sa.LargeBinary(), nullable=True))
    op.add_column("people", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("people", sa.Column("muted_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("people", "muted_at")
    op.drop_column("people", "retired_at")
    op.drop_column("people", "typed")
    op.drop_column("people", "asked")
    op.drop_column("history", "note")
    op.drop_column("history", "reason")
    op.drop_column("contests", "released_at")
    op.drop_column("contests", "release_by")
    op.drop_column("contests", "release_at")
    op.drop_column("contests", "reminders")
    op.drop_index(op.f("ix_applications_contest_id_state"), table_name="applications")
    op.drop_column("applications", "place")
    op.drop_column("applications", "correct_by")
    op.drop_column("applications", "note")
    op.drop_column("applications", "reason")
    op.drop_index(op.f("ix_journal_mailing_id"), table_name="journal")
    op.drop_index(op.f("ix_journal_contest_id"), table_name="journal")
    op.drop_table("journal")
    op.drop_index(op.f("ix_name_words_application_id"), table_name="name_words")
    op.drop_table("name_words")
    op.drop_index(op.f("ix_mailings_state"), table_name="mailings")
    op.drop_index(op.f("ix_mailings_of_id"), table_name="mailings")
    op.drop_index(op.f("ix_mailings_contest_id"), table_name="mailings")
    op.drop_index(op.f("ix_mailings_announcement_id"), table_name="mailings")
    op.drop_table("mailings")
    op.drop_table("announcements")
    op.drop_index(
        "ix_recipients_queued",
        table_name="recipients",
        sqlite_where=sa.text("state = 0"),
        postgresql_where=sa.text("state = 0"),
    )
    op.drop_table("recipients")
