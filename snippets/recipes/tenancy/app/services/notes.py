"""Notes. No query names the tenant: PostgreSQL does."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import AppError
from app.models import Note


async def create_note(session: AsyncSession, tenant_id: int, words: str) -> Note:
    """Add a note; raise `AppError` 409 if its tenant is gone. PostgreSQL refuses another's."""
    note = Note(tenant_id=tenant_id, text=words)
    session.add(note)
    try:
        await session.flush()
    except IntegrityError as exc:
        raise AppError("Tenant no longer exists", 409) from exc
    return note


async def list_notes(session: AsyncSession) -> Sequence[Note]:
    """Return the newest notes of the tenant."""
    return (await session.scalars(select(Note).order_by(Note.id.desc()).limit(100))).all()
