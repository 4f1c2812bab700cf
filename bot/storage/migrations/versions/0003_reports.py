"""reports of steps that did not work, with their screenshots"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("answered_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("person_id", BIG_ID, nullable=True),
        sa.Column("guide", sa.String(length=20), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", BIG_ID, nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_reports_person_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["people.id"], name=op.f("fk_reports_answered_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_reports_person_id"), "reports", ["person_id"], unique=False)
    op.create_index("ix_reports_open", "reports", ["id"], unique=False, sqlite_where=OPEN, postgresql_where=OPEN)
    last = _last_file_id()
    with op.batch_alter_table("files", table_kwargs={"sqlite_autoincrement": True}) as files:
        files.alter_column("application_id", existing_type=BIG_ID, nullable=True)
        files.add_column(sa.Column("report_id", BIG_ID, nullable=True))
        files.create_foreign_key(op.f("fk_files_report_id"), "reports", ["report_id"], ["id"], ondelete="CASCADE")
        files.create_index(op.f("ix_files_report_id"), ["report_id"], unique=False)
    _keep_last_file_id(last)


def downgrade() -> None:
    op.execute("DELETE FROM files WHERE application_id IS NULL")
    last = _last_file_id()
    with op.batch_alter_table("files", table_kwargs={"sqlite_autoincrement": True}) as files:
        files.drop_index(op.f("ix_files_report_id"))
        files.drop_constraint(op.f("fk_files_report_id"), type_="foreignkey")
        files.drop_column("report_id")
        files.alter_column("application_id", existing_type=BIG_ID, nullable=False)
    _keep_last_file_id(last)
    op.drop_index("ix_reports_open", table_name="reports", sqlite_where=OPEN, postgresql_where=OPEN)
    op.drop_index(op.f("ix_reports_person_id"), table_name="reports")
    op.drop_table("reports")


def _last_file_id() -> int:
    """The last id that SQLite gave a file: the table is made anew, and an id never means another row."""
    if op.get_bind().dialect.name != "sqlite":
        return 0
    return op.get_bind().execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'files'")).scalar() or 0


def _keep_last_file_id(last: int) -> None:
    if last:
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'files'")
        op.execute(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('files', {last})")
