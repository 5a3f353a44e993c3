"""Orders that are stored in one session."""

import os

from fastapi import FastAPI, HTTPException
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
session = async_sessionmaker(engine)()
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class Order(Base):
    """An order."""

    __tablename__ = "orders"

    number: Mapped[str] = mapped_column(primary_key=True)


async def reserve_stock(number: str) -> None:
    """Ask the warehouse."""


@app.post("/orders", status_code=201)
async def create_order(number: str) -> dict[str, str]:
    """Store an order; 409 if there is one of that number."""
    session.add(Order(number=number))
    try:
        await session.flush()
    except IntegrityError as exc:
        await session.rollback()
        raise HTTPException(409, "Order already exists") from exc
    await reserve_stock(number)
    await session.commit()
    return {"number": number}
