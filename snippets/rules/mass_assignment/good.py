"""Accounts that their owners edit."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """An account."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    is_admin: Mapped[bool] = mapped_column(default=False)


class UserPatch(BaseModel):
    """What to change."""

    name: str | None = None


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session and commit it."""
    async with sessionmaker() as session:
        yield session
        await session.commit()


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


async def get_user(session: SessionDep) -> User:
    """Return the caller, who is always the first user here."""
    user = await session.get(User, 1)
    if user is None:
        raise HTTPException(401)
    return user


@app.patch("/me")
async def edit_me(
    patch: UserPatch, user: Annotated[User, Depends(get_user)], session: SessionDep
) -> dict[str, str | bool]:
    """Change the caller."""
    for name, value in patch.model_dump(exclude_unset=True).items():
        setattr(user, name, value)
    await session.flush()
    return {"name": user.name, "is_admin": user.is_admin}
