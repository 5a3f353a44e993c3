"""Login."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel

from app.api.deps import SessionDep
from app.services import auth

router = APIRouter(prefix="/auth", tags=["auth"])


class Token(BaseModel):
    """What OAuth2 clients expect of a login."""

    access_token: str
    token_type: str = "bearer"


@router.post("/login")
async def log_in(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], session: SessionDep
) -> Token:
    """Change an e-mail address and a password into an access token."""
    return Token(access_token=await auth.log_in(session, form.username, form.password))
