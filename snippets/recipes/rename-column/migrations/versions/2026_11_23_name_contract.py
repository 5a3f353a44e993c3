"""Third, once no process runs the old code: the old column goes."""

import sqlalchemy as sa
from alembic import op

revision = "name_contract"
down_revision = "name_constrain"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("DROP TRIGGER same_name ON users")
    op.execute("DROP FUNCTION same_name")
    op.drop_column("users", "full_name")


def downgrade() -> None:
    """Go back, while the service stands still: nothing keeps the columns equal."""
    if op.get_bind().dialect.name == "sqlite":
        return
    op.add_column("users", sa.Column("full_name", sa.String(100)))
    op.execute("UPDATE users SET full_name = display_name")
    op.alter_column("users", "full_name", nullable=False)
