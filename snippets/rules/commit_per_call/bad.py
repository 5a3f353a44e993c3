"""Orders, for which each function commits its part."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import Field
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class Product(Base):
    """What is sold."""

    __tablename__ = "products"

    id: Mapped[int] = mapped_column(primary_key=True)
    stock: Mapped[int]


class Order(Base):
    """What somebody has bought."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int]


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


async def add_order(session: AsyncSession, product_id: int) -> Order:
    """Store an order."""
    order = Order(product_id=product_id)
    session.add(order)
    await session.commit()
    return order


async def take_one(session: AsyncSession, product_id: int) -> None:
    """Take one from the stock; 409 if there is none."""
    is_left = (Product.id == product_id, Product.stock > 0)
    taken = update(Product).where(*is_left).values(stock=Product.stock - 1).returning(Product.id)
    if await session.scalar(taken) is None:
        raise HTTPException(409, "Sold out")
    await session.commit()


@app.post("/orders", status_code=201)
async def buy(product_id: Id, session: SessionDep) -> dict[str, int]:
    """Order one of a product."""
    order = await add_order(session, product_id)
    await take_one(session, product_id)
    return {"id": order.id}
