"""The relay of this web worker, and how it sends each topic."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.config import get_settings
from app.core.db import create_engine, create_sessionmaker
from app.core.web_relay import Leased, Send, relay
from app.services.outbox import first_time
from app.services.welcome import welcome


def senders(sessionmaker: async_sessionmaker[AsyncSession]) -> dict[str, Send]:
    """Return what sends each topic: the call of a webhook, say. Other topics stay for others."""

    async def send_welcome(message: Leased) -> None:
        async with sessionmaker.begin() as session:
            if await first_time(session, message.id):
                # Not **payload: messages may carry more, a trace say, or what a newer version adds.
                await welcome(session, message.payload["user_id"])

    return {"welcome": send_welcome}


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Relay while the worker serves, over a connection or two that requests cannot take."""
    settings = get_settings()
    if not settings.web_relay:
        yield
        return
    engine = create_engine(settings.database_url.get_secret_value(), pool_size=2)
    sessionmaker = create_sessionmaker(engine)
    task = asyncio.create_task(relay(sessionmaker, senders(sessionmaker)))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await engine.dispose()


outbox_relay = APIRouter(lifespan=lifespan)
