"""A dashboard that reads two tables at once, each task in its own session."""

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class Order(Base):
    """An order."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)


class Event(Base):
    """What happened to an order."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session and commit it."""
    async with sessionmaker() as session:
        yield session
        await session.commit()


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


async def count(model: type[Base]) -> int | None:
    """Return how many rows there are."""
    async with sessionmaker() as session:
        return await session.scalar(select(func.count()).select_from(model))


async def add(session: AsyncSession, row: Base) -> None:
    """Store a row."""
    session.add(row)
    await session.flush()


@app.get("/dashboard")
async def dashboard() -> dict[str, int | None]:
    """Return the numbers of the front page."""
    orders, events = await asyncio.gather(count(Order), count(Event))
    return {"orders": orders, "events": events}


@app.post("/orders", status_code=201)
async def create_order(session: SessionDep) -> dict[str, str]:
    """Store an order and what happened to it."""
    await add(session, Order())
    await add(session, Event(name="created"))
    return {"status": "created"}
