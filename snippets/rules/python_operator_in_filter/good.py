"""Notes, each of which its owner alone may read."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class Note(Base):
    """A note."""

    __tablename__ = "notes"

    title: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    text: Mapped[str]
    stars: Mapped[int]
    folder: Mapped[str | None]
    is_hidden: Mapped[bool]


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.get("/owners/{owner}/notes/{title}")
async def get_note(title: str, owner: str, session: SessionDep) -> str:
    """Return the text of a note, to its owner."""
    found = await session.scalar(select(Note.text).where(Note.title == title, Note.owner == owner))
    if found is None:
        raise HTTPException(404)
    return found


@app.get("/unfiled")
async def list_unfiled(session: SessionDep) -> list[str]:
    """Return the texts of the first notes without a folder."""
    statement = select(Note.text).where(Note.folder.is_(None))
    return list(await session.scalars(statement.limit(20)))


@app.get("/visible")
async def list_visible(session: SessionDep) -> list[str]:
    """Return the texts of the first notes that are not hidden."""
    statement = select(Note.text).where(~Note.is_hidden)
    return list(await session.scalars(statement.limit(20)))


@app.get("/liked")
async def list_liked(owner: str, session: SessionDep) -> list[str]:
    """Return the texts of the first notes with stars."""
    statement = select(Note.text).where(Note.stars > 0, Note.owner == owner)
    return list(await session.scalars(statement.limit(20)))
