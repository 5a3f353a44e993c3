"""Notes, with row-level security."""

import sqlalchemy as sa
from alembic import op

revision = "notes"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLE = "service_name_tenant"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sa.ForeignKeyConstraint(["tenant_id"], ["users.id"], name="fk_notes_tenant_id_users"),
    )
    op.create_index("ix_notes_tenant_id", "notes", ["tenant_id"])
    if op.get_bind().dialect.name != "postgresql":
        return
    tables, sequences = "SELECT, INSERT, UPDATE, DELETE", "USAGE"
    for statement in (
        f"""DO $$ BEGIN CREATE ROLE {ROLE} NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
        END $$""",
        # Without CREATEROLE an administrator did both before.
        f"""DO $$ BEGIN GRANT {ROLE} TO CURRENT_USER;
        EXCEPTION WHEN insufficient_privilege THEN NULL; END $$""",
        f"GRANT {tables} ON ALL TABLES IN SCHEMA public TO {ROLE}",
        f"GRANT {sequences} ON ALL SEQUENCES IN SCHEMA public TO {ROLE}",
        # for the tables of later migrations
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {tables} ON TABLES TO {ROLE}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {sequences} ON SEQUENCES TO {ROLE}",
        "ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        """CREATE POLICY tenant ON notes
        USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::integer)""",
    ):
        op.execute(statement)


def downgrade() -> None:
    """Go back; the role stays, as other databases of the server may use it."""
    op.drop_table("notes")
    if op.get_bind().dialect.name == "postgresql":
        for what in ("TABLES", "SEQUENCES"):
            op.execute(
                f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON {what} FROM {ROLE}"
            )
            op.execute(f"REVOKE ALL ON ALL {what} IN SCHEMA public FROM {ROLE}")
