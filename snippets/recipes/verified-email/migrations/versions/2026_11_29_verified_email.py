"""When the address of a user was proven."""

import sqlalchemy as sa
from alembic import op

revision = "verified_email"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column(
        "users", sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    """Go back."""
    op.drop_column("users", "email_verified_at")
