"""The notes table, whose rows PostgreSQL shows to their tenant only."""

from sqlalchemy import Connection, ForeignKey, MetaData, String, event
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base

TENANT_ROLE = "service_name_tenant"  # because superusers see every row, whatever the policy


class Note(Base):
    """A text of one tenant. Here each account is one; else it is the account's organisation."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    text: Mapped[str] = mapped_column(String(1000))


# A setting that was never made reads as NULL, one of an ended transaction as '': no row has those.
_SECURITY = (
    f"""DO $$ BEGIN CREATE ROLE {TENANT_ROLE} NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
    END $$""",
    f"""DO $$ BEGIN GRANT {TENANT_ROLE} TO CURRENT_USER;
    EXCEPTION WHEN insufficient_privilege THEN NULL; END $$""",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {TENANT_ROLE}",
    f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {TENANT_ROLE}",
    "ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    "DROP POLICY IF EXISTS tenant ON notes",
    """CREATE POLICY tenant ON notes
    USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::integer)""",
)


@event.listens_for(Base.metadata, "after_create")
def secure(_metadata: MetaData, connection: Connection, **_options: object) -> None:
    """Set up what `create_all` does not know; migrations have their own copy."""
    if connection.dialect.name == "postgresql":
        for statement in _SECURITY:
            connection.exec_driver_sql(statement)
