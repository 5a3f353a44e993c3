"""Orders that are read by their user."""

import os
from collections.abc import AsyncIterator
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
    """Who orders."""

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(primary_key=True)


class Order(Base):
    """An order."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"), index=True)
    title: Mapped[str]


class OrderIn(BaseModel):
    """What is ordered."""

    title: str


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.post("/users/{name}/orders", status_code=201)
async def create_order(name: str, data: OrderIn, session: SessionDep) -> None:
    """Store an order."""
    session.add(Order(user_name=name, title=data.title))
    await session.commit()


@app.get("/users/{name}/orders")
async def read_orders(name: str, session: SessionDep) -> list[str]:
    """Return the first orders of a user."""
    titles = select(Order.title).where(Order.user_name == name).order_by(Order.title)
    return list(await session.scalars(titles.limit(100)))
