"""Orders that wait for a payment, but not for long."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

LIMIT = 0.1
engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
payment = asyncio.Event()
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class Order(Base):
    """An order."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)


@app.middleware("http")
async def limit_time(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Answer 504 where the endpoint takes too long."""
    try:
        async with asyncio.timeout(LIMIT):
            return await call_next(request)
    except TimeoutError:
        return JSONResponse({"detail": "too slow"}, 504)


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.post("/orders", status_code=201)
async def create_order(session: SessionDep) -> dict[str, int]:
    """Store an order once it is paid."""
    await payment.wait()
    order = Order()
    session.add(order)
    await session.commit()
    return {"id": order.id}
