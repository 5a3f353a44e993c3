"""Notes of a tenant."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.deps import CurrentUser, SessionDep
from app.api.errors import documented
from app.core.errors import NotAuthenticatedError
from app.models import Note
from app.schemas.note import NoteCreate, NoteOut
from app.services import notes
from app.services.tenancy import NoTenantsError, enter_tenant

router = APIRouter(prefix="/notes", tags=["notes"])
ERRORS = documented(NotAuthenticatedError, NoTenantsError)


async def get_tenant_session(session: SessionDep, user: CurrentUser) -> AsyncSession:
    """Return the session of the request, narrowed to the caller's tenant."""
    await enter_tenant(session, user.id)
    return session


TenantSessionDep = Annotated[AsyncSession, Depends(get_tenant_session)]


@router.post(
    "",
    response_model=NoteOut,
    status_code=201,
    responses=ERRORS | documented(notes.TenantGoneError),
)
async def create_note(data: NoteCreate, session: TenantSessionDep, user: CurrentUser) -> Note:
    """Create a note."""
    return await notes.create_note(session, user.id, data.text)


@router.get("", response_model=list[NoteOut], responses=ERRORS)
async def list_notes(session: TenantSessionDep) -> Sequence[Note]:
    """List the notes of the tenant, newest first."""
    return await notes.list_notes(session)
