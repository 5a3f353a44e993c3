"""Server-sent events: nothing is missed, nothing is held, and they end."""

import asyncio
import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal

import httpx
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import get_settings
from app.core.db import create_engine
from app.core.security import create_access_token
from app.models import Product
from app.models.commit_order import CurrentTransaction, FirstOpenTransaction
from app.services.new_products import Position, last_position, position_of, products_after
from clients import ADA
from deletion import delete_all
from live import LiveServer, live_server
from patience import patient, wait_until
from postgres import running_postgres, scratch_database
from streams import URL, headers, next_event, offer, stream, with_tables_and_ada

pytestmark = pytest.mark.live


@contextmanager
def started(database_url: str) -> Iterator[LiveServer]:
    """Start a server with one connection to its database, and a user."""
    with live_server(database_url, APP_DATABASE_POOL_SIZE="1") as server:
        httpx.post(f"{server.url}/api/v1/users", json=ADA)
        yield server


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    """A PostgreSQL of these tests' own: transactions of others would hold the events back."""
    with running_postgres() as postgres:
        yield postgres.url


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[LiveServer]:
    """A server for all tests that leave it as it was, but for more products."""
    with scratch_database(server_url) as url, started(url) as server:
        yield server


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


def test_who_asks_with_head_gets_no_stream(server: LiveServer) -> None:
    url = server.url + URL
    with httpx.Client(headers=headers(server), timeout=patient(5)) as client:
        ended = server.log().count("stream_ended")
        for _ in range(2):  # over one connection
            assert client.head(url).headers["content-type"].startswith("text/event-stream")
        wait_until(lambda: server.log().count("stream_ended") >= ended + 2)


def test_a_page_of_another_origin_may_come_back(server: LiveServer) -> None:
    preflight = {"Origin": "https://x.example", "Access-Control-Request-Method": "GET"}
    answer = httpx.options(
        server.url + URL, headers=preflight | {"Access-Control-Request-Headers": "Last-Event-ID"}
    )
    assert "Last-Event-ID" in answer.headers["access-control-allow-headers"]


def test_an_event_id_of_another_cluster_is_refused(server: LiveServer) -> None:
    """A dump was restored: transactions count from the start, and nothing would follow the id."""
    offer(server, "Lamp")
    with stream(server, **{"Last-Event-ID": "0-0"}) as lines:
        transaction = int(next_event(lines)["id"].partition("-")[0])
    seen = {"Last-Event-ID": f"{transaction + 10**9}-1"}
    answer = httpx.get(server.url + URL, headers=headers(server) | seen)
    assert (answer.status_code, answer.json()) == (422, {"error": "Bad Last-Event-ID"})


@pytest.mark.parametrize("seen", [
    "x", "1", "1-", "-1", "0--1", "1-2147483648", "9223372036854775808-1", "1-1-1", "1.5-1",
])  # fmt: skip
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
        assert server.process.wait(patient(20)) is not None
        assert time.monotonic() - told < patient(5)
        assert "Cancel" not in server.log()


def test_it_ends_with_its_user(own_postgres_url: str) -> None:
    with started(own_postgres_url) as server, stream(server) as lines:
        offer(server, "Lamp")
        next_event(lines)
        asyncio.run(delete_all(own_postgres_url))
        assert "event: product" not in list(lines)
        assert "Traceback" not in server.log()


def test_it_ends_with_its_token(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "jwt_exp_minutes", patient(2) / 60)
    with stream(server, Authorization=f"Bearer {create_access_token(1)}") as lines:
        assert "event: product" not in list(lines)


def test_who_leaves_leaves_nothing_running(own_postgres_url: str) -> None:
    with started(own_postgres_url) as server:
        with stream(server) as lines:
            offer(server, "Lamp")
            next_event(lines)
            assert "stream_ended" not in server.log()
        wait_until(lambda: "stream_ended" in server.log())


async def offered(session: AsyncSession, *names: str) -> None:
    """Add products, and do not commit."""
    session.add_all(Product(name=name, price=Decimal(1), owner_id=1) for name in names)
    await session.flush()


async def names_after(session: AsyncSession, position: Position) -> list[str]:
    """Return what is new; begin a new transaction, which sees it."""
    await session.rollback()
    return [product.name for product in await products_after(session, position)]


async def test_what_a_slow_transaction_offers_is_held_back_not_missed(
    own_postgres_url: str,
) -> None:
    """Ids are given out before the commits, which come in another order."""
    engine = create_engine(own_postgres_url, 3)
    await with_tables_and_ada(engine)
    async with (
        AsyncSession(engine) as slow,
        AsyncSession(engine) as fast,
        AsyncSession(engine) as reader,
    ):
        await offered(fast, "Old")
        await fast.commit()
        start = await last_position(reader)
        # Its number is lower than that of the transaction whose product has the lower id.
        await slow.execute(text("SELECT pg_current_xact_id()"))
        await offered(fast, "Fast")
        await offered(slow, "Slow")
        await fast.commit()
        assert await names_after(reader, start) == []
        assert await last_position(reader) == start
        await slow.commit()
        assert await names_after(reader, start) == ["Slow", "Fast"]
        slow_one = (await reader.scalars(select(Product).where(Product.name == "Slow"))).one()
        assert await names_after(reader, position_of(slow_one)) == ["Fast"]
    await engine.dispose()


async def test_who_writes_in_another_database_of_the_cluster_holds_all_back(
    own_postgres_url: str, server_url: str
) -> None:
    engine, elsewhere = create_engine(own_postgres_url, 2), create_engine(server_url, 1)
    await with_tables_and_ada(engine)
    async with AsyncSession(engine) as session, elsewhere.connect() as writer:
        await writer.execute(text("SELECT pg_current_xact_id()"))
        await offered(session, "Lamp")
        await session.commit()
        assert await names_after(session, Position()) == []
        await writer.rollback()
        assert await names_after(session, Position()) == ["Lamp"]
    for each in (engine, elsewhere):
        await each.dispose()


async def test_rows_of_the_release_before_come_first_and_are_told_to_nobody_who_listens(
    own_postgres_url: str,
) -> None:
    engine = create_engine(own_postgres_url, 1)
    await with_tables_and_ada(engine)
    async with AsyncSession(engine) as session:
        await offered(session, "New")
        await session.commit()
        start = await last_position(session)
        values = "(name, price, owner_id, created_at) VALUES ('Old', 1, 1, now())"
        await session.execute(text(f"INSERT INTO products {values}"))
        await session.commit()
        assert await names_after(session, start) == []
        assert await names_after(session, Position()) == ["Old", "New"]
    await engine.dispose()


async def test_rows_of_a_dump_that_was_restored_wait_for_their_transactions(
    own_postgres_url: str,
) -> None:
    engine = create_engine(own_postgres_url, 1)
    await with_tables_and_ada(engine)
    async with AsyncSession(engine) as session:
        await offered(session, "Old")
        await session.execute(update(Product).values(transaction_id=10**9))  # of another cluster
        await session.commit()
        await offered(session, "New")
        await session.commit()
        assert await names_after(session, Position()) == ["New"]
        await session.execute(update(Product).values(transaction_id=0))
        await session.commit()
        assert await names_after(session, Position()) == ["Old", "New"]
    await engine.dispose()


def test_elsewhere_the_order_is_that_of_the_ids() -> None:
    """Every row is below the first open transaction, whatever is still open."""
    for dialect in (sqlite.dialect(), mysql.dialect()):
        assert str(CurrentTransaction().compile(dialect=dialect)) == "0"
        assert str(FirstOpenTransaction().compile(dialect=dialect)) == "1"


async def test_of_several_products_of_one_transaction_none_is_missed(own_database_url: str) -> None:
    engine = create_engine(own_database_url, 1)
    await with_tables_and_ada(engine)
    names = [f"Lamp {number}" for number in range(150)]
    async with AsyncSession(engine) as session:
        position = await last_position(session)
        await offered(session, *names)
        await session.commit()
        told: list[str] = []
        while found := await products_after(session, position):
            told += [product.name for product in found]
            position = Position.decode(position_of(found[-1]).encode())
        assert told == names
        assert await last_position(session) == position
    await engine.dispose()
