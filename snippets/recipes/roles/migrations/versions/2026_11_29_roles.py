"""The role of a user."""

import sqlalchemy as sa
from alembic import op

revision = "roles"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("users", sa.Column("role", sa.String(20), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("users", "role")
