"""An import that rolls back after each address that is there already."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class Reader(Base):
    """Who gets the newsletter."""

    __tablename__ = "readers"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)


class Import(BaseModel):
    """The addresses of a file."""

    emails: list[Annotated[str, Field(max_length=254)]] = Field(max_length=100)


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session and commit it."""
    async with sessionmaker() as session:
        yield session
        await session.commit()


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.post("/readers/import", status_code=201)
async def import_readers(data: Import, session: SessionDep) -> dict[str, int]:
    """Store the addresses that are new; return how many."""
    added = 0
    for email in data.emails:
        try:
            session.add(Reader(email=email))
            await session.flush()
            added += 1
        except IntegrityError:
            await session.rollback()
    return {"added": added}
