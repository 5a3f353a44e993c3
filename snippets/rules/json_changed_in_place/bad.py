"""Settings of an account that are changed inside their JSON column."""

import os
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from pydantic import Field
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class Account(Base):
    """An account, with what its owner chose."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session and commit it."""
    async with sessionmaker() as session:
        yield session
        await session.commit()


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


async def get_account(account_id: int, session: AsyncSession) -> Account:
    """Return an account; 404 if there is none."""
    account = await session.get(Account, account_id)
    if account is None:
        raise HTTPException(404, "No such account")
    return account


@app.get("/accounts/{account_id}/options")
async def read_options(account_id: Id, session: SessionDep) -> dict[str, Any]:
    """Return all options."""
    account = await get_account(account_id, session)
    return account.options


@app.put("/accounts/{account_id}/options/{key}")
async def set_option(account_id: Id, key: str, value: str, session: SessionDep) -> dict[str, Any]:
    """Set one option."""
    account = await get_account(account_id, session)
    account.options[key] = value
    return account.options
