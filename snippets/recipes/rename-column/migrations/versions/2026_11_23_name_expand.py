"""First: a second column, kept equal to the first by the database."""

import sqlalchemy as sa
from alembic import op

revision = "name_expand"
down_revision = "0001"
branch_labels = None
depends_on = None

# Old code writes full_name only, new code display_name only; each reads what the other wrote.
SAME_NAME = """
CREATE FUNCTION same_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.display_name := coalesce(NEW.display_name, NEW.full_name);
        NEW.full_name := coalesce(NEW.full_name, NEW.display_name);
    ELSIF NEW.full_name IS DISTINCT FROM OLD.full_name THEN
        NEW.display_name := NEW.full_name;
    ELSIF NEW.display_name IS DISTINCT FROM OLD.display_name THEN
        NEW.full_name := NEW.display_name;
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    """Go forward."""
    if op.get_bind().dialect.name == "sqlite":  # for tests: nobody else is there
        op.execute("ALTER TABLE users RENAME COLUMN full_name TO display_name")
        return
    op.add_column("users", sa.Column("display_name", sa.String(100)))
    op.execute(SAME_NAME)
    op.execute(
        "CREATE TRIGGER same_name BEFORE INSERT OR UPDATE ON users "
        "FOR EACH ROW EXECUTE FUNCTION same_name()"
    )


def downgrade() -> None:
    """Go back."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("ALTER TABLE users RENAME COLUMN display_name TO full_name")
        return
    op.execute("DROP TRIGGER IF EXISTS same_name ON users")
    op.execute("DROP FUNCTION IF EXISTS same_name")
    op.drop_column("users", "display_name")
