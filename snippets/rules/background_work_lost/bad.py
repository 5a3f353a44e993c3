"""Receipts that are sent by a background task."""

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI
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
    has_receipt: Mapped[bool] = mapped_column(default=False)


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


@app.post("/orders", status_code=201)
async def create_order(session: SessionDep, tasks: BackgroundTasks) -> dict[str, int]:
    """Store an order, and send its receipt after the response."""
    order = Order()
    session.add(order)
    await session.flush()
    tasks.add_task(send_receipt, order.id)
    return {"id": order.id}
