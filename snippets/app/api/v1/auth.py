"""Login."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.security import OAuth2PasswordRequestForm

from app.api.deps import SessionmakerDep, forbid_caches
from app.api.errors import documented
from app.core.errors import NotAuthenticatedError, TooBusyError
from app.schemas.token import Token
from app.services import auth

router = APIRouter(prefix="/auth", tags=["auth"], dependencies=[Depends(forbid_caches)])


@router.post("/login", responses=documented(NotAuthenticatedError, TooBusyError))
async def log_in(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], sessionmaker: SessionmakerDep
) -> Token:
    """Exchange credentials for an access token."""
    return Token(access_token=await auth.log_in(sessionmaker, form.username, form.password))
