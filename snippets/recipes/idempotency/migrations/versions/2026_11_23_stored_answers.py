"""Answers that are given again."""

import sqlalchemy as sa
from alembic import op

revision = "stored_answers"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "stored_answers",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "key", name="pk_stored_answers"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_stored_answers_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_stored_answers_created_at", "stored_answers", ["created_at"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("stored_answers")
