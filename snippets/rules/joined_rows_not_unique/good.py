"""Orders with their lines."""

import os
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class Order(Base):
    """An order."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    lines: Mapped[list["Line"]] = relationship()


class Line(Base):
    """A part of an order."""

    __tablename__ = "lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)


class LineOut(BaseModel):
    """A part of an order, as clients see it."""

    model_config = ConfigDict(from_attributes=True)

    id: int


class OrderOut(BaseModel):
    """An order, as clients see it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    lines: list[LineOut]


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.get("/orders", response_model=list[OrderOut])
async def list_orders(session: SessionDep) -> Sequence[Order]:
    """List the newest orders."""
    statement = select(Order).options(joinedload(Order.lines)).order_by(Order.id.desc()).limit(20)
    return (await session.scalars(statement)).unique().all()
