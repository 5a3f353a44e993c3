"""Orders that a worker confirms."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
jobs: asyncio.Queue[int] = asyncio.Queue()


class Base(DeclarativeBase):
    """All tables."""


class Order(Base):
    """An order."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    is_confirmed: Mapped[bool] = mapped_column(default=False)


async def confirm_orders() -> None:
    """Confirm the order of each job."""
    while True:
        order_id = await jobs.get()
        async with sessionmaker.begin() as session:
            order = await session.get(Order, order_id)
            if order is not None:
                order.is_confirmed = True
        jobs.task_done()


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Run the worker beside the service."""
    worker = asyncio.create_task(confirm_orders())
    yield
    worker.cancel()


app = FastAPI(lifespan=lifespan)


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.post("/orders", status_code=201)
async def create_order(session: SessionDep) -> dict[str, int]:
    """Store an order, and have it confirmed."""
    order = Order()
    session.add(order)
    await session.flush()
    jobs.put_nowait(order.id)
    await session.commit()
    return {"id": order.id}
