"""Failed logins."""

import sqlalchemy as sa
from alembic import op

revision = "login_failures"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "login_failures",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_login_failures"),
    )
    op.create_index("ix_login_failures_ends_at", "login_failures", ["ends_at"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("login_failures")
