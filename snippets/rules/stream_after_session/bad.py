"""A download that reads from the request's session."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(
    os.environ["APP_DATABASE_URL"], pool_size=5, max_overflow=0, pool_timeout=1
)
sessionmaker = async_sessionmaker(engine)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """An account."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.get("/export")
async def export(session: SessionDep) -> StreamingResponse:
    """Stream the address of every user."""

    async def lines() -> AsyncIterator[str]:
        async for email in await session.stream_scalars(select(User.email)):
            yield f"{email}\n"

    return StreamingResponse(lines(), media_type="text/csv")
