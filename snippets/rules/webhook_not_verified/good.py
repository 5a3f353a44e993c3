"""Orders that are paid when the payment provider says so."""

import hashlib
import hmac
import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from pydantic import BaseModel, Field
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SECRET = os.environ["APP_WEBHOOK_SECRET"].encode()
engine = create_async_engine(os.environ["APP_DATABASE_URL"], hide_parameters=True)
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class Order(Base):
    """An order of a customer."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    is_paid: Mapped[bool] = mapped_column(default=False)


class Event(BaseModel):
    """What the provider posts when a customer has paid."""

    order_id: Annotated[int, Field(ge=1, le=2**31 - 1)]


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session and commit it."""
    async with sessionmaker() as session:
        yield session
        await session.commit()


async def verify(request: Request, x_signature: Annotated[str, Header()] = "") -> None:
    """Refuse what the provider has not signed."""
    expected = hmac.new(SECRET, await request.body(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), x_signature.encode()):
        raise HTTPException(401)


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.post("/webhooks/payments", status_code=204, dependencies=[Depends(verify)])
async def receive(event: Event, session: SessionDep) -> None:
    """Note that an order is paid."""
    await session.execute(update(Order).where(Order.id == event.order_id).values(is_paid=True))
