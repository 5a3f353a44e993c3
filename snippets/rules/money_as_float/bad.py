"""Accounts that people pay into, and take out of."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class Account(Base):
    """An account."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    balance: Mapped[float] = mapped_column(default=0.0)


class Payment(BaseModel):
    """What is paid in or out."""

    amount: float = Field(gt=0)


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


async def locked(session: Annotated[AsyncSession, Depends(get_db)]) -> AsyncIterator[Account]:
    """Give the only account to one request at a time."""
    yield await session.get_one(Account, 1, with_for_update=True)
    await session.commit()


AccountDep = Annotated[Account, Depends(locked, scope="function")]


@app.post("/deposits", status_code=204)
async def deposit(payment: Payment, account: AccountDep) -> None:
    """Pay in."""
    account.balance += payment.amount


@app.post("/withdrawals", status_code=204)
async def withdraw(payment: Payment, account: AccountDep) -> None:
    """Take out."""
    if account.balance < payment.amount:
        raise HTTPException(409)
    account.balance -= payment.amount


@app.post("/charges")
async def charge(payment: Payment) -> dict[str, int]:
    """Return the cents that a payment provider is asked for."""
    return {"cents": int(payment.amount * 100)}
