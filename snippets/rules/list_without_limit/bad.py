"""A list of all orders."""

import os
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import ForeignKey, select
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


class Order(Base):
    """An order."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class OrderRead(BaseModel):
    """What clients see of an order."""

    id: int


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.post("/users/{user_id}/orders", status_code=201)
async def create_order(user_id: int, session: SessionDep) -> dict[str, int]:
    """Store an order."""
    order = Order(user_id=user_id)
    session.add(order)
    await session.commit()
    return {"id": order.id}


@app.get("/orders", response_model=list[OrderRead])
async def list_orders(session: SessionDep) -> Sequence[Order]:
    """Return the orders."""
    return (await session.scalars(select(Order).order_by(Order.id))).all()
