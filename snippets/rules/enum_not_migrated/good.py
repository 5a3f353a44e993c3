"""Orders whose status has a member that the database keeps as text."""

import enum
import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import Enum
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class Status(enum.Enum):
    """What became of an order."""

    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"  # new in this release


class Order(Base):
    """An order."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[Status] = mapped_column(
        Enum(Status, native_enum=False, length=20), default=Status.OPEN
    )


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.post("/cancelled-orders", status_code=204)
async def import_cancelled_order(session: SessionDep) -> None:
    """Store an order that was cancelled elsewhere."""
    session.add(Order(status=Status.CANCELLED))
    await session.commit()
