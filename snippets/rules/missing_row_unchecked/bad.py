"""Users that are read by name, and callers that a header names."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, Header
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """Who may log in."""

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(primary_key=True)
    city: Mapped[str]


class UserOut(BaseModel):
    """What others may know of a user."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    city: str


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


async def current_user(session: SessionDep, caller: Annotated[str, Header()]) -> User | None:
    """Return the caller."""
    return await session.scalar(select(User).where(User.name == caller))


@app.get("/users/{name}")
async def read_user(name: str, session: SessionDep) -> dict[str, str]:
    """Return where a user lives."""
    user = await session.get(User, name)
    return {"city": user.city}


@app.get("/cards/{name}", response_model=UserOut)
async def read_card(name: str, session: SessionDep) -> User | None:
    """Return what others may know of a user."""
    return await session.get(User, name)


@app.get("/me")
async def read_me(user: Annotated[User, Depends(current_user)]) -> dict[str, str]:
    """Return where the caller lives."""
    return {"home": user.city}
