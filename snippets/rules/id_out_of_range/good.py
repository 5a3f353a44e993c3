"""Users by id, which is what the column can hold."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Path
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine)
app = FastAPI()

UserId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """A user."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.get("/users/{user_id}")
async def get_user(user_id: UserId, session: SessionDep) -> dict[str, str]:
    """Return one user."""
    user = await session.get(User, user_id)
    if user is None:
        raise HTTPException(404)
    return {"name": user.name}
