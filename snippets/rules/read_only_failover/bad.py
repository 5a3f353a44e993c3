"""Sign-ups in a database that may fail over."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(
    os.environ["APP_DATABASE_URL"],
    pool_pre_ping=True,
    connect_args={"timeout": 5, "command_timeout": 10},
)
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """An account."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.post("/users", status_code=201)
async def sign_up(session: SessionDep) -> dict[str, int]:
    """Store an account."""
    user = User()
    session.add(user)
    await session.commit()
    return {"id": user.id}
