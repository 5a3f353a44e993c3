"""Notes, which only their author may change and delete."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import Field
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"], hide_parameters=True)
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """Who writes notes."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_digest: Mapped[str] = mapped_column(unique=True)


class Note(Base):
    """A note of one user."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str]


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session and commit it."""
    async with sessionmaker() as session:
        yield session
        await session.commit()


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]
BearerDep = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


async def get_user(bearer: BearerDep, session: SessionDep) -> User:
    """Return who is calling."""
    user = await session.scalar(select(User).where(User.key_digest == bearer.credentials))
    if user is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return user


UserDep = Annotated[User, Depends(get_user)]


@app.put("/notes/{note_id}", status_code=204)
async def change_note(note_id: Id, text: str, user: UserDep, session: SessionDep) -> None:
    """Change a note of the caller."""
    note = await session.get(Note, note_id)
    if note is None or note.author_id != user.id:
        raise HTTPException(404, "No such note")
    note.text = text


@app.delete("/notes/{note_id}", status_code=204)
async def delete_note(note_id: Id, user: UserDep, session: SessionDep) -> None:
    """Delete a note of the caller."""
    note = await session.get(Note, note_id)
    if note is None or note.author_id != user.id:
        raise HTTPException(404, "No such note")
    await session.delete(note)
