"""Second, after `python -m app.backfill`: what the new column must be, checked beside requests."""

from alembic import op

revision = "name_constrain"
down_revision = "name_expand"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; what was begun and failed is begun anew."""
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_users_display_name", "users", ["display_name"])
        return
    with op.get_context().autocommit_block():  # each statement lets go of its lock at once
        op.execute("ALTER TABLE users DROP CONSTRAINT IF EXISTS display_name_set")
        op.execute(
            "ALTER TABLE users ADD CONSTRAINT display_name_set "
            "CHECK (display_name IS NOT NULL) NOT VALID"
        )
        op.execute("ALTER TABLE users VALIDATE CONSTRAINT display_name_set")  # reads every row
        op.execute("ALTER TABLE users ALTER display_name SET NOT NULL")  # reads none
        op.execute("ALTER TABLE users DROP CONSTRAINT display_name_set")
        # It waits for every older transaction, blocks nobody, and is left INVALID if it fails.
        op.execute("SET lock_timeout = 0")
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_users_display_name")
        op.create_index(
            "ix_users_display_name", "users", ["display_name"], postgresql_concurrently=True
        )
        op.execute("SET lock_timeout = '2s'")


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_users_display_name", "users")
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("users", "display_name", nullable=True)
