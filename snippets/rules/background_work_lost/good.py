"""Receipts that are sent from a table of jobs."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine)


class Base(DeclarativeBase):
    """All tables."""


class Order(Base):
    """An order."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    has_receipt: Mapped[bool] = mapped_column(default=False)


class Job(Base):
    """A receipt that is still to be sent."""

    __tablename__ = "jobs"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session and commit it."""
    async with sessionmaker() as session:
        yield session
        await session.commit()


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


async def send_receipt(order_id: int) -> None:
    """Send the receipt of an order, and note that it was sent."""
    await asyncio.sleep(0.3)  # the mail server takes its time
    async with sessionmaker() as session:
        order = await session.get_one(Order, order_id)
        order.has_receipt = True
        await session.commit()


async def work() -> None:
    """Send what is still to be sent, for ever; several workers share the jobs."""
    while True:
        async with sessionmaker() as session:
            job = await session.scalar(select(Job).limit(1).with_for_update(skip_locked=True))
            if job is not None:
                await send_receipt(job.order_id)
                await session.delete(job)
                await session.commit()
        if job is None:
            await asyncio.sleep(0.1)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Run the worker beside the requests."""
    worker = asyncio.create_task(work())
    yield
    worker.cancel()
    await asyncio.wait([worker])


app = FastAPI(lifespan=lifespan)


@app.post("/orders", status_code=201)
async def create_order(session: SessionDep) -> dict[str, int]:
    """Store an order, and send its receipt after the response."""
    order = Order()
    session.add(order)
    await session.flush()
    session.add(Job(order_id=order.id))
    return {"id": order.id}
