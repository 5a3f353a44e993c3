"""Sessions: log in, refresh, log out, change the password."""

from typing import Annotated

from app.services.sessions import TokenPair
from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, Field

from app.api.deps import CurrentUser, SessionDep
from app.schemas.text import SecretText, Text
from app.services import sessions

router = APIRouter(prefix="/auth", tags=["auth"])


class Refresh(BaseModel):
    """A refresh token, in the body: URLs end up in logs."""

    refresh_token: Text = Field(max_length=200)


class PasswordChange(BaseModel):
    """The password, and what it shall be."""

    old: SecretText = Field(max_length=128)
    new: SecretText = Field(min_length=8, max_length=128)


@router.post("/session")
async def start_session(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], session: SessionDep
) -> TokenPair:
    """Log in."""
    return await sessions.start(session, form.username, form.password)


@router.post("/refresh", response_model=TokenPair)
async def refresh(body: Refresh, session: SessionDep) -> TokenPair | Response:
    """Change a refresh token into new tokens; it is good for one time."""
    if pair := await sessions.refresh(session, body.refresh_token):
        return pair
    # Returned, not raised: what was raised would be rolled back.
    return JSONResponse({"error": "Invalid credentials"}, 401, {"WWW-Authenticate": "Bearer"})


@router.post("/logout", status_code=204)
async def log_out(body: Refresh, session: SessionDep) -> None:
    """End the session; access tokens that are out run on until they expire."""
    await sessions.end(session, body.refresh_token)


@router.post("/password", status_code=204)
async def change_password(body: PasswordChange, session: SessionDep, user: CurrentUser) -> None:
    """Change the password, and end all sessions."""
    old, new = body.old.get_secret_value(), body.new.get_secret_value()
    await sessions.change_password(session, user, old, new)
