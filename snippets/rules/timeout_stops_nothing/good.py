"""Orders that wait for a payment, and are given up after a while."""

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.types import ASGIApp, Receive, Scope, Send

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


class LimitTime:
    """Answer 504 where the endpoint takes too long."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application for so long and no longer."""
        try:
            async with asyncio.timeout(LIMIT):
                await self.app(scope, receive, send)
        except TimeoutError:
            await JSONResponse({"detail": "too slow"}, 504)(scope, receive, send)


app.add_middleware(LimitTime)


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
