"""The user whom an access token names."""

import os
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
sessionmaker = async_sessionmaker(engine)
app = FastAPI()
unauthenticated = HTTPException(401, headers={"WWW-Authenticate": "Bearer"})


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """An account."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


async def get_current_user(
    token: Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="/login"))],
) -> User:
    """Return the caller; answer 401 to every other token."""
    try:
        claims = jwt.decode(
            token,
            os.environ["JWT_SECRET"],
            algorithms=["HS256"],
            options={"require": ["exp", "sub"]},
        )
        user_id = int(claims["sub"])
    except (jwt.InvalidTokenError, ValueError) as exc:
        raise unauthenticated from exc
    async with sessionmaker() as session:
        user = await session.get(User, user_id)
    if user is None:
        raise unauthenticated
    return user


@app.get("/me")
async def read_me(user: Annotated[User, Depends(get_current_user)]) -> str:
    """Return the caller's name."""
    return user.name
