"""Users may read themselves and their own invoices."""

import os
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Path
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine)
app = FastAPI()

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
ViewerId = Annotated[int, Header(alias="X-User-Id", description="set by the gateway")]


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """An account."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Invoice(Base):
    """What a user owes."""

    __tablename__ = "invoices"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    amount: Mapped[int]


@app.get("/users/{user_id}")
async def read_user(user_id: Id, viewer_id: ViewerId) -> str:
    """Return one's own name."""
    if user_id != viewer_id:
        raise HTTPException(403)
    async with sessionmaker() as session:
        user = await session.get(User, user_id)
    if user is None:
        raise HTTPException(404)
    return user.name


@app.get("/invoices/{invoice_id}")
async def read_invoice(invoice_id: Id, viewer_id: ViewerId) -> int:
    """Return the amount of one's own invoice."""
    async with sessionmaker() as session:
        invoice = await session.get(Invoice, invoice_id)
    if invoice is None or invoice.user_id != viewer_id:
        raise HTTPException(404)
    return invoice.amount
