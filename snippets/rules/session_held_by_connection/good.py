"""A WebSocket that opens a session whenever it tells how many users there are."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, WebSocket
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(
    os.environ["APP_DATABASE_URL"], pool_size=2, max_overflow=0, pool_timeout=1
)
sessionmaker = async_sessionmaker(engine)
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


SessionDep = Annotated[AsyncSession, Depends(get_db)]


async def count_users(session: AsyncSession) -> int:
    """Return how many users there are."""
    return await session.scalar(select(func.count()).select_from(User)) or 0


@app.get("/users/count")
async def read_count(session: SessionDep) -> int:
    """Return how many users there are."""
    return await count_users(session)


@app.websocket("/users/count")
async def tell_count(websocket: WebSocket) -> None:
    """Tell how many users there are, whenever the client asks."""
    await websocket.accept()
    async for _ in websocket.iter_text():
        async with sessionmaker() as session:
            count = await count_users(session)
        await websocket.send_json(count)
