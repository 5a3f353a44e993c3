"""A welcome mail whose task opens a session of its own."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """An account."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    is_welcomed: Mapped[bool] = mapped_column(default=False)


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session and commit it."""
    async with sessionmaker() as session:
        yield session
        await session.commit()


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


async def send_mail(address: str) -> None:
    """Hand a mail to the mail server."""


async def welcome(user_id: int) -> None:
    """Send the mail, and note that it was sent."""
    async with sessionmaker() as session:
        user = await session.get_one(User, user_id)
        await send_mail(user.email)
        user.is_welcomed = True
        await session.commit()


@app.post("/users", status_code=201)
async def create_user(email: str, session: SessionDep, tasks: BackgroundTasks) -> dict[str, int]:
    """Store a user, and welcome them after the response."""
    user = User(email=email)
    session.add(user)
    await session.flush()
    tasks.add_task(welcome, user.id)
    return {"id": user.id}
