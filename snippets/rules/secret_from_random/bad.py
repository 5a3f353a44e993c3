"""Passwords, reset by a token that can be computed."""

import hashlib
import os
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Body, Depends, FastAPI, HTTPException
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

LIFETIME = timedelta(minutes=30)
engine = create_async_engine(os.environ["APP_DATABASE_URL"], hide_parameters=True)
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class PasswordReset(Base):
    """A reset that somebody asked for."""

    __tablename__ = "password_resets"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int]
    expires: Mapped[float]


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session and commit it."""
    async with sessionmaker() as session:
        yield session
        await session.commit()


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


def send(user_id: int, token: str) -> None:
    """Send a token to a user by mail, which is left out here."""


def now() -> float:
    """Return the time, in seconds."""
    return datetime.now(UTC).timestamp()


def digest(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@app.post("/resets", status_code=202)
async def ask(user_id: Annotated[int, Body(embed=True)], session: SessionDep) -> None:
    """Send a token to a user."""
    token = f"{random.getrandbits(128):032x}"
    expires = now() + LIFETIME.total_seconds()
    session.add(PasswordReset(token_hash=digest(token), user_id=user_id, expires=expires))
    send(user_id, token)


@app.post("/passwords")
async def choose(token: Annotated[str, Body(embed=True)], session: SessionDep) -> dict[str, int]:
    """Say whose password is changed by a token."""
    spent = delete(PasswordReset).where(
        PasswordReset.token_hash == digest(token), PasswordReset.expires > now()
    )
    user_id = await session.scalar(spent.returning(PasswordReset.user_id))
    if user_id is None:
        raise HTTPException(403, "No such token")
    return {"user": user_id}
