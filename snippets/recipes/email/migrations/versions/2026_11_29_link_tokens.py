"""Tokens that were sent by mail."""

import sqlalchemy as sa
from alembic import op

revision = "link_tokens"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "link_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_link_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_link_tokens_token_hash"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_link_tokens_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_link_tokens_user_id", "link_tokens", ["user_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("link_tokens")
