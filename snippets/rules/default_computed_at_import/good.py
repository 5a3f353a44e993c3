"""Notes whose times and identifiers are computed for each note."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import DateTime
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class Note(Base):
    """A note; `public_id` is what links show."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    public_id: Mapped[UUID] = mapped_column(default=uuid4)


class NoteIn(BaseModel):
    """What a client sends."""

    text: str = Field(max_length=200)
    written_at: datetime = Field(default_factory=lambda: datetime.now(UTC))


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session and commit it."""
    async with sessionmaker() as session:
        yield session
        await session.commit()


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.post("/notes", status_code=201)
async def write(data: NoteIn, session: SessionDep) -> dict[str, str]:
    """Store a note."""
    note = Note(text=data.text, written_at=data.written_at)
    session.add(note)
    await session.flush()
    return {"public_id": str(note.public_id), "written_at": note.written_at.isoformat()}
