"""A download that opens its session while it streams."""

import os
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
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


@app.get("/export")
async def export() -> StreamingResponse:
    """Stream the address of every user."""

    async def lines() -> AsyncIterator[str]:
        async with sessionmaker() as session:
            async for email in await session.stream_scalars(select(User.email)):
                yield f"{email}\n"

    return StreamingResponse(lines(), media_type="text/csv")
