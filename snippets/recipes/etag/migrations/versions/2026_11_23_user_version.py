"""Users have a version."""

import sqlalchemy as sa
from alembic import op

revision = "user_version"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("users", sa.Column("version", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    """Go back."""
    op.drop_column("users", "version")
