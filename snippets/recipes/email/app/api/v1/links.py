"""Links by mail: ask for one, verify an address, choose a new password."""

from fastapi import APIRouter, Depends

from app.api.deps import SessionDep, forbid_caches
from app.api.errors import documented
from app.core.errors import TooBusyError
from app.schemas.link import LinkWanted, Reset, Verification
from app.services import links

limited = APIRouter()  # joins the router of the login
# Of tokens, which nobody can guess.
router = APIRouter(prefix="/auth", tags=["auth"], dependencies=[Depends(forbid_caches)])


@limited.post("/link", status_code=202)
async def ask_for_link(body: LinkWanted, session: SessionDep) -> None:
    """Have a link sent; the answer is the same whether there is such an account or not."""
    await links.ask_for_link(session, body.purpose, body.email)


@router.post("/verify", status_code=204, responses=documented(links.DeadLinkError))
async def verify(body: Verification, session: SessionDep) -> None:
    """Prove an address."""
    await links.verify(session, body.token)


@limited.post("/reset", status_code=204, responses=documented(links.DeadLinkError, TooBusyError))
async def reset_password(body: Reset, session: SessionDep) -> None:
    """Choose a new password, and end all sessions."""
    await links.require_reset_link(session, body.token)
    await session.commit()  # give the connection back before the slow part
    await links.reset_password(session, body.token, body.password.get_secret_value())
