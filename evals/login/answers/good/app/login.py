import asyncio
import os
from datetime import UTC, datetime, timedelta
from typing import Annotated

import jwt
from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from app.db import SessionDep
from app.models import Member
from app.passwords import hasher

SECRET = os.environ["APP_SECRET"]
LIFETIME = timedelta(minutes=30)
UNKNOWN = hasher.hash("what nobody has")  # compared with, where there is no member

router = APIRouter()
oauth2 = OAuth2PasswordBearer(tokenUrl="token")


class Token(BaseModel):
    access_token: str
    token_type: str = "bearer"


class Me(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    email: str


def refusal(detail: str) -> HTTPException:
    return HTTPException(401, detail, {"WWW-Authenticate": "Bearer"})


@router.post("/token")
async def log_in(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], session: SessionDep
) -> Token:
    member = await session.scalar(select(Member).where(Member.email == form.username))
    known = member.password_hash if member else UNKNOWN
    is_right = await asyncio.to_thread(hasher.verify, form.password, known)
    if member is None or not is_right:
        raise refusal("wrong e-mail or password")
    claims = {"sub": str(member.id), "exp": datetime.now(UTC) + LIFETIME}
    return Token(access_token=jwt.encode(claims, SECRET, "HS256"))


async def current_member(token: Annotated[str, Depends(oauth2)], session: SessionDep) -> Member:
    try:
        claims = jwt.decode(token, SECRET, ["HS256"], options={"require": ["exp", "sub"]})
        member_id = int(claims["sub"])
    except (jwt.InvalidTokenError, ValueError):
        raise refusal("log in again") from None
    member = await session.get(Member, member_id) if 0 < member_id < 2**31 else None
    if member is None:
        raise refusal("log in again")
    return member


@router.get("/me", response_model=Me)
async def me(member: Annotated[Member, Depends(current_member)]) -> Member:
    return member
