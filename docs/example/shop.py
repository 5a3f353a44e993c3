"""A service that looks all right. `audit.py` finds four things; the README shows them."""

from collections.abc import AsyncIterator
from typing import Annotated

import requests
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine("postgresql+asyncpg://shop@db/shop")
new_session = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    password_hash: Mapped[str]


async def get_db() -> AsyncIterator[AsyncSession]:
    async with new_session() as session:
        yield session
        await session.commit()


Session = Annotated[AsyncSession, Depends(get_db)]


@app.get("/users/{user_id}")
async def get_user(user_id: int, session: Session):
    return await session.get(User, user_id)


@app.post("/invitations", status_code=201)
async def invite(email: str, session: Session) -> dict[str, str]:
    requests.post("https://mail.example/send", json={"to": email}, timeout=5)
    session.add(User(email=email, password_hash=""))
    return {"status": "sent"}
