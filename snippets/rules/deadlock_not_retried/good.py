"""Money that is moved between accounts, and again after a deadlock."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import Field
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ATTEMPTS = 3
DEADLOCK = "40P01"
engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class Account(Base):
    """An account."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    balance: Mapped[int] = mapped_column(default=100)


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]
AccountId = Annotated[int, Field(ge=1, lt=2**31)]


async def add(session: AsyncSession, account_id: int, amount: int) -> None:
    """Change the balance of an account."""
    change = update(Account).where(Account.id == account_id)
    await session.execute(change.values(balance=Account.balance + amount))


async def move(session: AsyncSession, source: int, target: int) -> None:
    """Move one coin."""
    await add(session, source, -1)
    await add(session, target, 1)
    await session.commit()


@app.post("/accounts/{source}/coins", status_code=204)
async def move_coin(session: SessionDep, source: AccountId, target: AccountId) -> None:
    """Move a coin from one account to another."""
    for attempt in range(ATTEMPTS):
        try:
            await move(session, source, target)
            break
        except DBAPIError as error:
            await session.rollback()
            if getattr(error.orig, "sqlstate", None) != DEADLOCK or attempt == ATTEMPTS - 1:
                raise
