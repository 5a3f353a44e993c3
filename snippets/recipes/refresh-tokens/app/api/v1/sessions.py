"""Sessions: log in, refresh, log out, change the password."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from fastapi.security import OAuth2PasswordRequestForm

from app.api.deps import CurrentUser, SessionDep, SessionmakerDep, forbid_caches
from app.api.errors import documented
from app.core.errors import NotAuthenticatedError
from app.schemas.session import PasswordChange, Refresh, TokenPair
from app.services import sessions

with_password = APIRouter()  # joins the router of the login
# Of tokens, which nobody can guess.
router = APIRouter(prefix="/auth", tags=["auth"], dependencies=[Depends(forbid_caches)])


@with_password.post("/session", responses=documented(NotAuthenticatedError))
async def start_session(
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
    session: SessionDep,
    sessionmaker: SessionmakerDep,
) -> TokenPair:
    """Exchange credentials for an access token and a refresh token."""
    return await sessions.start(session, sessionmaker, form.username, form.password)


@router.post(
    "/refresh",
    response_model=TokenPair,
    responses=documented(NotAuthenticatedError, sessions.AlreadyRefreshedError),
)
async def refresh(body: Refresh, session: SessionDep) -> TokenPair | Response:
    """Exchange a refresh token for new tokens; it works once."""
    if pair := await sessions.refresh(session, body.refresh_token):
        return pair
    # Returned, not raised: what was raised would be rolled back.
    return JSONResponse({"error": "Invalid credentials"}, 401, {"WWW-Authenticate": "Bearer"})


@router.post("/logout", status_code=204)
async def log_out(body: Refresh, session: SessionDep) -> None:
    """End the session; its access tokens work until they expire."""
    await sessions.end(session, body.refresh_token)


@with_password.post(
    "/password",
    status_code=204,
    responses=documented(NotAuthenticatedError, sessions.WrongPasswordError),
)
async def change_password(
    body: PasswordChange, session: SessionDep, sessionmaker: SessionmakerDep, user: CurrentUser
) -> None:
    """Change the password, and end all sessions."""
    old, new = body.old.get_secret_value(), body.new.get_secret_value()
    await session.commit()  # give the connection back before the slow part
    await sessions.change_password(session, sessionmaker, user.email, old, new)
