"""Users, whose table is migrated while the service runs."""

import os
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(
    os.environ["APP_DATABASE_URL"],
    connect_args={"prepared_statement_cache_size": 100},  # the default
)
sessionmaker = async_sessionmaker(engine)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """An account."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.get("/names")
async def list_names(session: SessionDep) -> Sequence[str]:
    """Return the first names."""
    return (await session.scalars(select(User.name).order_by(User.id).limit(10))).all()
