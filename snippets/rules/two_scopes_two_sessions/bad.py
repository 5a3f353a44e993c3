"""A user and an endpoint that each open a session."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from sqlalchemy import ForeignKey
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """An account."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Note(Base):
    """A note of an account."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    owner: Mapped[User] = relationship()


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session and commit it."""
    async with sessionmaker() as session:
        yield session
        await session.commit()


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


async def get_current_user(
    x_user_id: Annotated[int, Header(ge=1, le=2**31 - 1)],
    session: Annotated[AsyncSession, Depends(get_db)],
) -> User:
    """Return the user that the gateway names."""
    user = await session.get(User, x_user_id)
    if user is None:
        raise HTTPException(401)
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


@app.post("/notes", status_code=201)
async def create_note(text: str, user: CurrentUser, session: SessionDep) -> dict[str, str]:
    """Store a note of the user's own."""
    session.add(Note(text=text, owner=user))
    await session.flush()
    return {"text": text}


@app.patch("/me")
async def rename(name: str, user: CurrentUser, session: SessionDep) -> dict[str, str]:
    """Change the user's name; 409 if another has it."""
    user.name = name
    try:
        await session.flush()
    except IntegrityError as exc:
        raise HTTPException(409, "Name already taken") from exc
    return {"name": name}
