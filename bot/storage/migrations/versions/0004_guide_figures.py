"""how guides do: visits, feedback, and what is done at regular times"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guide_visits",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("guide", sa.String(length=20), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_guide_visits_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "guide", "step", name=op.f("pk_guide_visits")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_guide_visits_guide_at"), "guide_visits", ["guide", "at"], unique=False)
    op.create_table(
        "guide_feedback",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("guide", sa.String(length=20), nullable=False),
        sa.Column("managed", sa.Boolean(), nullable=False),
        sa.Column("quality", sa.String(length=8), nullable=True),
        sa.Column("availability", sa.String(length=8), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_guide_feedback_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "guide", name=op.f("pk_guide_feedback")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "routines",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_routines")),
    )


def downgrade() -> None:
    op.drop_table("routines")
    op.drop_table("guide_feedback")
    op.drop_index(op.f("ix_guide_visits_guide_at"), table_name="guide_visits")
    op.drop_table("guide_visits")
