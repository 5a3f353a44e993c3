"""Accounts, with hashes of their passwords that take no time."""

import hashlib
import os
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordRequestForm
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.concurrency import run_in_threadpool

engine = create_async_engine(os.environ["APP_DATABASE_URL"], hide_parameters=True)
sessionmaker = async_sessionmaker(engine)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """An account."""

    __tablename__ = "users"

    email: Mapped[str] = mapped_column(primary_key=True)
    password: Mapped[str]


def hashed(password: str) -> str:
    """Return what is stored of a password."""
    return hashlib.sha256(password.encode()).hexdigest()


def matches(password: str, stored: str) -> bool:
    """Say whether a password is the one that a hash was made of."""
    return secrets.compare_digest(hashed(password), stored)


dummy_hash = hashed("no account has this password")


async def authenticate(email: str, password: str) -> User | None:
    """Return the user if the password is right."""
    async with sessionmaker() as session:
        user = await session.scalar(select(User).where(User.email == email))
    expected = dummy_hash if user is None else user.password
    if not await run_in_threadpool(matches, password, expected):
        return None
    return user


@app.post("/users", status_code=201)
async def sign_up(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> str:
    """Create an account."""
    password = await run_in_threadpool(hashed, form.password)
    try:
        async with sessionmaker.begin() as session:
            session.add(User(email=form.username, password=password))
    except IntegrityError:
        raise HTTPException(409, "There is such an account") from None
    return form.username


@app.post("/login")
async def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> str:
    """Say who has logged in."""
    user = await authenticate(form.username, form.password)
    if user is None:
        raise HTTPException(401, "Wrong e-mail address or password")
    return user.email
