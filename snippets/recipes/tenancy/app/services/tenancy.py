"""Makes PostgreSQL show a session the rows of one tenant."""

from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import AppError
from app.models.note import TENANT_ROLE


class NoTenantsError(AppError):
    """The database cannot keep tenants apart."""

    status_code = 501
    msg = "Tenants need PostgreSQL"


# Both end with the transaction (the third argument): a pooled connection keeps nothing of them.
_ENTER = text("SELECT set_config('app.tenant_id', :id, true), set_config('role', :role, true)")


async def enter_tenant(session: AsyncSession, tenant_id: int) -> None:
    """Narrow this and all later transactions of the session; raise `NoTenantsError` on SQLite."""
    connection = await session.connection()
    if connection.dialect.name != "postgresql":
        raise NoTenantsError
    values = {"id": str(tenant_id), "role": TENANT_ROLE}

    def on_begin(_session: object, _transaction: object, connection: Connection) -> None:
        connection.execute(_ENTER, values)

    event.listen(session.sync_session, "after_begin", on_begin)
    await session.execute(_ENTER, values)
