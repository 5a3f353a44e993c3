"""Server-sent events: nothing is missed, nothing is held, and they end."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import create_engine, create_tables
from app.models import Base, Product, User
from app.services.new_products import products_after
from clients import ADA
from live import LiveServer, live_server
from postgres import scratch_database

URL = "/api/v1/events"


@contextmanager
def started(database_url: str) -> Iterator[LiveServer]:
    """Start a server with one connection to its database, and a user."""
    with live_server(database_url, APP_DATABASE_POOL_SIZE="1") as server:
        httpx.post(f"{server.url}/api/v1/users", json=ADA)
        yield server


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[LiveServer]:
    """A server for all tests that leave it as it was, but for more products."""
    with scratch_database(server_url) as url, started(url) as server:
        yield server


def headers(server: LiveServer) -> dict[str, str]:
    """Log in; return the headers that say so."""
    form = {"username": ADA["email"], "password": ADA["password"]}
    answer = httpx.post(f"{server.url}/api/v1/auth/login", data=form)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


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
    event = {}
    for line in lines:
        if not line and event:
            return event
        name, _, value = line.partition(": ")
        if name:
            event[name] = value
    raise AssertionError("the stream has ended")


def test_it_tells_what_is_offered_from_now_on(server: LiveServer) -> None:
    offer(server, "Old")
    with stream(server) as lines:
        for name in ("Lamp", "Torch"):
            offer(server, name)
            event = next_event(lines)
            assert (event["event"], json.loads(event["data"])) == ("product", {"name": name})


def test_who_comes_back_has_missed_nothing(server: LiveServer) -> None:
    with stream(server) as lines:
        offer(server, "Seen")
        seen = next_event(lines)["id"]
    for name in ("Missed", "Missed too"):
        offer(server, name)
    with stream(server, **{"Last-Event-ID": seen}) as lines:
        assert json.loads(next_event(lines)["data"]) == {"name": "Missed"}
        assert json.loads(next_event(lines)["data"]) == {"name": "Missed too"}


def test_without_a_token_there_is_no_stream(server: LiveServer) -> None:
    for token in ({}, {"Authorization": "Bearer x"}):
        assert httpx.get(server.url + URL, headers=token).status_code == 401


@pytest.mark.parametrize("seen", ["x", "-1", "2147483648"])
def test_an_event_id_that_is_none_is_refused(server: LiveServer, seen: str) -> None:
    more = headers(server) | {"Last-Event-ID": seen}
    assert httpx.get(server.url + URL, headers=more).status_code == 422


def test_open_streams_hold_no_connection_of_the_pool(server: LiveServer) -> None:
    """There is one connection; a session as long as the stream would keep the second waiting."""
    with ExitStack() as stack:
        streams = [stack.enter_context(stream(server)) for _ in range(20)]
        offer(server, "Lamp")
        told = [json.loads(next_event(lines)["data"]) for lines in streams]
    assert told == [{"name": "Lamp"}] * 20


def test_a_stop_of_the_server_ends_it_at_once(own_postgres_url: str) -> None:
    with started(own_postgres_url) as server, stream(server) as lines:
        offer(server, "Lamp")
        next_event(lines)
        told = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert list(lines) == []  # a clean end, not a cut
        assert server.process.wait(20) is not None
        assert time.monotonic() - told < 5
        assert "Cancel" not in server.log()


def test_who_leaves_leaves_nothing_running(own_postgres_url: str) -> None:
    with started(own_postgres_url) as server:
        with stream(server) as lines:
            offer(server, "Lamp")
            next_event(lines)
            assert "stream_ended" not in server.log()
        deadline = time.monotonic() + 20
        while "stream_ended" not in server.log():
            assert time.monotonic() < deadline
            time.sleep(0.1)


async def test_what_a_slow_transaction_offers_is_missed(own_postgres_url: str) -> None:
    """Ids are given out before the commits, which come in another order."""
    engine = create_engine(own_postgres_url, 3)
    async with engine.begin() as connection:
        await create_tables(connection, Base.metadata)
        await connection.execute(
            insert(User).values(id=1, email="a", full_name="Ada", password_hash="")
        )
    async with AsyncSession(engine) as slow, AsyncSession(engine) as fast:
        for session in (slow, fast):
            session.add(Product(name="Lamp", price=1, owner_id=1))
            await session.flush()
        await fast.commit()
        assert [product.id for product in await products_after(fast, 0)] == [2]
        await slow.commit()
        assert await products_after(fast, 2) == []
    await engine.dispose()
