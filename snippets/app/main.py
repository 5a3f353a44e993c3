"""The application and what wraps it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.api import health, v1
from app.api.errors import add_exception_handlers
from app.api.middleware import HttpMiddleware, answer_errors, answer_head, log_request
from app.core import metrics
from app.core.config import get_settings
from app.core.db import create_engine, create_sessionmaker, create_tables
from app.core.logging import configure_logging
from app.models import Base
from app.schemas.error import Error


class State(TypedDict):
    """What requests find in `request.state`."""

    sessionmaker: async_sessionmaker[AsyncSession]
    health_engine: AsyncEngine


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
    """Connect before the first request, or fail to start; disconnect after the last."""
    settings = get_settings()
    url = settings.database_url.get_secret_value()
    engine = create_engine(url, settings.database_pool_size)
    health_engine = create_engine(url, 1).execution_options(isolation_level="AUTOCOMMIT")
    try:
        async with engine.begin() as connection:  # connects, or raises
            if settings.create_tables:
                await create_tables(connection, Base.metadata)
        yield {
            "sessionmaker": create_sessionmaker(engine),
            "health_engine": health_engine,
        }
    finally:
        await engine.dispose()
        await health_engine.dispose()


def add_middleware(app: FastAPI) -> None:
    """Wrap every request; what is added last is outermost."""
    app.add_middleware(HttpMiddleware, handle=answer_head)
    app.add_middleware(HttpMiddleware, handle=answer_errors)
    metrics.instrument(app)
    if origins := get_settings().cors_origins:
        add_cors(app, origins)
    app.add_middleware(HttpMiddleware, handle=log_request)


def add_cors(app: FastAPI, origins: Sequence[str]) -> None:
    """Let pages of these origins ask, and read the answers."""
    app.add_middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_credentials=True,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=[
            "Authorization",
            "Content-Type",
            "X-Request-ID",
        ],
        expose_headers=[
            "Retry-After",
            "X-Request-ID",
        ],
    )


def create_app() -> FastAPI:
    """Build the application from the settings; exit where one is bad."""
    get_settings()
    configure_logging()
    app = FastAPI(
        title="My API",
        lifespan=lifespan,
        redirect_slashes=False,  # behind a proxy the redirect names the wrong host
        # FastAPI documents a 422 of another shape, and none of the other errors.
        responses={"default": {"model": Error, "description": "An error"}},
    )
    app.include_router(health.router)
    app.include_router(v1.router)
    add_exception_handlers(app)
    add_middleware(app)
    return app


app = create_app()
