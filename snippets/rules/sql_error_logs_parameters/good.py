"""Sign-up with a unique e-mail address, whose values stay out of the log."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pwdlib import PasswordHash
from pydantic import BaseModel, SecretStr
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"], hide_parameters=True)
sessionmaker = async_sessionmaker(engine)
passwords = PasswordHash.recommended()
app = FastAPI()


@app.exception_handler(RequestValidationError)
async def validation_error(_request: Request, exc: RequestValidationError) -> JSONResponse:
    """Say what is wrong and where, without the input."""
    detail = [{key: error[key] for key in ("type", "loc", "msg")} for error in exc.errors()]
    return JSONResponse({"detail": detail}, 422)


class SignUp(BaseModel):
    """What a client sends."""

    email: str
    password: SecretStr


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """A user."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session and commit it."""
    async with sessionmaker.begin() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.post("/users", status_code=201)
async def sign_up(data: SignUp, session: SessionDep) -> dict[str, str]:
    """Create a user."""
    password_hash = await run_in_threadpool(passwords.hash, data.password.get_secret_value())
    session.add(User(email=data.email, password_hash=password_hash))
    return {"email": data.email}
