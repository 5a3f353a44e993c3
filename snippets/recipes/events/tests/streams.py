"""A user of a running service, what they offer, and streams of it."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.db import create_tables
from app.models import Base, User
from clients import ADA
from live import LiveServer

URL = "/api/v1/events"


async def with_tables_and_ada(engine: AsyncEngine) -> None:
    """Make the tables, and the user who offers."""
    async with engine.begin() as connection:
        await create_tables(connection, Base.metadata)
        await connection.execute(
            insert(User).values(id=1, email="a", full_name="Ada", password_hash="")
        )


def token(server: LiveServer) -> str:
    """Log in; return the token."""
    form = {"username": ADA["email"], "password": ADA["password"]}
    answer = httpx.post(f"{server.url}/api/v1/auth/login", data=form)
    return str(answer.json()["access_token"])


def headers(server: LiveServer) -> dict[str, str]:
    """Log in; return the headers that say so."""
    return {"Authorization": f"Bearer {token(server)}"}


def offer(server: LiveServer, name: str) -> None:
    """Add a product."""
    product = {"name": name, "price": 1}
    httpx.post(f"{server.url}/api/v1/products", json=product, headers=headers(server))


@contextmanager
def stream(server: LiveServer, **more: str) -> Iterator[Iterator[str]]:
    """Open a stream; yield its lines."""
    with httpx.stream(
        "GET", server.url + URL, headers=headers(server) | more, timeout=20
    ) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield answer.iter_lines()


def next_event(lines: Iterator[str]) -> dict[str, str]:
    """Return the fields of the next event, without comments."""
    event: dict[str, str] = {}
    for line in lines:
        if not line and event:
            return event
        name, _, value = line.partition(": ")
        if name:
            event[name] = value
    raise AssertionError("the stream has ended")
