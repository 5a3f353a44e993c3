"""A login by an OpenID provider, which opens the account of a verified address."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
from fastapi import Depends, FastAPI, HTTPException, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["APP_DATABASE_URL"], hide_parameters=True)
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """Open a client of the provider."""
    async with httpx.AsyncClient(base_url=os.environ["APP_ISSUER"], timeout=5) as client:
        yield {"provider": client}


app = FastAPI(lifespan=lifespan)


class Base(DeclarativeBase):
    """All tables."""


class User(Base):
    """Who has an account."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session and commit it."""
    async with sessionmaker() as session:
        yield session
        await session.commit()


async def get_provider(request: Request) -> Any:
    """Return the client of the provider."""
    return request.state.provider


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]
ProviderDep = Annotated[httpx.AsyncClient, Depends(get_provider)]


async def get_claims(provider: httpx.AsyncClient, code: str) -> Any:
    """Return what the provider says of whom it sent here with a code."""
    answer = await provider.post("/token", data={"code": code})
    bearer = f"Bearer {answer.raise_for_status().json()['access_token']}"
    response = await provider.get("/userinfo", headers={"Authorization": bearer})
    return response.raise_for_status().json()


@app.post("/login")
async def log_in(code: str, provider: ProviderDep, session: SessionDep) -> dict[str, int]:
    """Say whose account it is."""
    claims = await get_claims(provider, code)
    if claims.get("email_verified") not in (True, "true"):
        raise HTTPException(403, "Verify your address at the login provider first")
    user = await session.scalar(select(User).where(User.email == claims["email"]))
    if user is None:
        raise HTTPException(403, "No account has this address")
    return {"user": user.id}
