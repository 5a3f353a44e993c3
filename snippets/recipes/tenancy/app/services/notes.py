"""Notes. No query names the tenant: PostgreSQL does."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import is_our_fault
from app.core.errors import AppError
from app.models import Note


class TenantGoneError(AppError):
    """The tenant was deleted meanwhile."""

    status_code = 409
    msg = "Tenant no longer exists"


async def create_note(session: AsyncSession, tenant_id: int, words: str) -> Note:
    """Add a note; raise `TenantGoneError`. PostgreSQL refuses another tenant's."""
    note = Note(tenant_id=tenant_id, text=words)
    session.add(note)
    try:
        await session.flush()
    except IntegrityError as exc:
        if is_our_fault(exc):
            raise
        raise TenantGoneError from exc
    return note


async def list_notes(session: AsyncSession) -> Sequence[Note]:
    """Return the newest notes of the tenant."""
    return (await session.scalars(select(Note).order_by(Note.id.desc()).limit(100))).all()
