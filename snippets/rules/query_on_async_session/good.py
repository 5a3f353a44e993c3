"""Members, found by their name and listed by their city."""

import os
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine)
app = FastAPI()


class MemberOut(BaseModel):
    """What a client gets."""

    name: str
    city: str


class Base(DeclarativeBase):
    """All tables."""


class Member(Base):
    """A member."""

    __tablename__ = "members"

    name: Mapped[str] = mapped_column(primary_key=True)
    city: Mapped[str]


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.get("/members/{name}", response_model=MemberOut)
async def get_member(name: str, session: SessionDep) -> Member:
    """Return a member."""
    member = await session.scalar(select(Member).where(Member.name == name))
    if member is None:
        raise HTTPException(404)
    return member


@app.get("/cities/{city}", response_model=list[MemberOut])
async def list_members(city: str, session: SessionDep) -> Sequence[Any]:
    """Return the first members of a city."""
    members = await session.scalars(select(Member).where(Member.city == city).limit(20))
    return members.all()


@app.put("/members/{name}", status_code=204)
async def add_member(name: str, city: str, session: SessionDep) -> None:
    """Add a member."""
    session.add(Member(name=name, city=city))
    await session.commit()


@app.get("/count")
async def count_members(session: SessionDep) -> int:
    """Return how many members there are."""
    found = await session.execute(text("SELECT count(*) FROM members"))
    return found.scalar_one()
