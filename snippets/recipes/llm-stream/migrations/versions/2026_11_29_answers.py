"""Answers of the model."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import LONGTEXT

revision = "answers"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    long_text = sa.Text().with_variant(LONGTEXT(), "mysql", "mariadb")
    op.create_table(
        "answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("prompt", long_text, nullable=False),
        sa.Column("text", long_text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_answers_owner_id_users"),
    )
    op.create_index("ix_answers_owner_id", "answers", ["owner_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("answers")
