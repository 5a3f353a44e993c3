"""A user with orders, who can be deleted."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """Who orders, and writes reviews."""

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(primary_key=True)
    orders: Mapped[list["Order"]] = relationship(passive_deletes=True)


class Order(Base):
    """An order."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name", ondelete="CASCADE"), index=True)


class Review(Base):
    """A review; it goes with its user."""

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name", ondelete="CASCADE"), index=True)


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.post("/users/{name}/orders", status_code=201)
async def create_order(name: str, session: SessionDep) -> None:
    """Store an order."""
    session.add(Order(user_name=name))
    await session.commit()


@app.post("/users/{name}/reviews", status_code=201)
async def create_review(name: str, session: SessionDep) -> None:
    """Store a review."""
    session.add(Review(user_name=name))
    await session.commit()


@app.delete("/users/{name}", status_code=204)
async def delete_user(name: str, session: SessionDep) -> None:
    """Delete a user; 404 if there is none."""
    user = await session.get(User, name)
    if user is None:
        raise HTTPException(404)
    await session.delete(user)
    await session.commit()
