"""New tokens for a client that shows its refresh token."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import uuid4

import jwt
from fastapi import Body, Depends, FastAPI, HTTPException
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

KEY = os.environ["JWT_SECRET"]
engine = create_async_engine(os.environ["APP_DATABASE_URL"], hide_parameters=True)
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class Issued(Base):
    """A refresh token that was not used yet."""

    __tablename__ = "issued"

    id: Mapped[str] = mapped_column(primary_key=True)


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session and commit it."""
    async with sessionmaker() as session:
        yield session
        await session.commit()


def claims_of(token: Annotated[str, Body(embed=True)]) -> dict[str, Any]:
    """Return the claims of the refresh token that a client sends."""
    options = {"require": ["exp", "sub", "jti"]}
    try:
        return jwt.decode(token, KEY, algorithms=["HS256"], audience="refresh", options=options)
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None


def signed(user: str, audience: str, lifetime: timedelta, token_id: str) -> str:
    """Return a token for a user."""
    expires = datetime.now(UTC) + lifetime
    claims = {"sub": user, "aud": audience, "exp": expires, "jti": token_id}
    return jwt.encode(claims, KEY, "HS256")


def tokens_for(user: str, token_id: str) -> dict[str, str]:
    """Return an access token, and a refresh token for the next one."""
    return {
        "access_token": signed(user, "access", timedelta(minutes=15), uuid4().hex),
        "refresh_token": signed(user, "refresh", timedelta(days=30), token_id),
    }


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]
ClaimsDep = Annotated[dict[str, Any], Depends(claims_of)]


@app.post("/token/refresh")
async def refresh(claims: ClaimsDep, session: SessionDep) -> dict[str, str]:
    """Return new tokens for a refresh token."""
    used = delete(Issued).where(Issued.id == claims["jti"]).returning(Issued.id)
    if await session.scalar(used) is None:
        raise HTTPException(401)
    token_id = uuid4().hex
    session.add(Issued(id=token_id))
    return tokens_for(claims["sub"], token_id)
