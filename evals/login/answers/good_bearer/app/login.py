import os
import time
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from jose import JWTError, jwt
from sqlalchemy import select

from app.db import SessionDep
from app.models import Member
from app.passwords import hasher

router = APIRouter(tags=["login"])
bearer = HTTPBearer(auto_error=False)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def secret() -> str:
    return os.environ["APP_SECRET"]


@cache
def decoy() -> str:
    return hasher.hash("decoy")


def matches(password: str, member: Member | None) -> bool:
    return hasher.verify(password, member.password_hash if member else decoy())


@router.post("/token")
async def token(
    username: Annotated[str, Form(max_length=254)],
    password: Annotated[str, Form(max_length=200)],
    session: SessionDep,
) -> dict[str, str]:
    found = await session.execute(select(Member).filter_by(email=username))
    member = found.scalar_one_or_none()
    if not await run_in_threadpool(matches, password, member) or member is None:
        raise HTTPException(401, "Incorrect username or password")
    claims = {"sub": f"{member.id}", "exp": int(time.time()) + 30 * 60}
    return {"access_token": jwt.encode(claims, secret()), "token_type": "Bearer"}


@router.get("/me")
async def show_me(credentials: Credentials, session: SessionDep) -> dict[str, Any]:
    no = HTTPException(401, "Not authenticated", headers={"WWW-Authenticate": "Bearer"})
    if credentials is None:
        raise no
    options = {"require_exp": True, "require_sub": True}
    try:
        claims = jwt.decode(credentials.credentials, secret(), "HS256", options)
    except JWTError:
        raise no from None
    number = claims["sub"]
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise no
    if (member := await session.get(Member, int(number))) is None:
        raise no
    return {"id": member.id, "email": member.email}
