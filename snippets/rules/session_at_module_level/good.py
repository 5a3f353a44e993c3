"""Orders that are stored in a session of each request."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy.exc import IntegrityError
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

    number: Mapped[str] = mapped_column(primary_key=True)


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


async def reserve_stock(number: str) -> None:
    """Ask the warehouse."""


@app.post("/orders", status_code=201)
async def create_order(number: str, session: SessionDep) -> dict[str, str]:
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
