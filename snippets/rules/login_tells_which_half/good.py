"""A login that does not say what was wrong."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordRequestForm
from pwdlib import PasswordHash
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.concurrency import run_in_threadpool

engine = create_async_engine(os.environ["APP_DATABASE_URL"], hide_parameters=True)
sessionmaker = async_sessionmaker(engine)
app = FastAPI()
password_hash = PasswordHash.recommended()
DUMMY_HASH = password_hash.hash("nobody")


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """An account."""

    __tablename__ = "users"

    email: Mapped[str] = mapped_column(primary_key=True)
    password_hash: Mapped[str]


async def is_right(password: str, expected: str) -> bool:
    """Verify a password in a thread."""
    return await run_in_threadpool(password_hash.verify, password, expected)


@app.post("/login")
async def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> str:
    """Say who has logged in."""
    async with sessionmaker() as session:
        user = await session.scalar(select(User).where(User.email == form.username))
    if user is None:
        await is_right(form.password, DUMMY_HASH)
        raise HTTPException(401, "Wrong e-mail address or password")
    if not await is_right(form.password, user.password_hash):
        raise HTTPException(401, "Wrong e-mail address or password")
    return user.email
