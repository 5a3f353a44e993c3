"""One reader in each process: nothing is missed or told twice, and no client costs another."""

import asyncio
import json
import random
import signal
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from decimal import Decimal

import httpx
import pytest
from asgi_lifespan import LifespanManager
from sqlalchemy import event, insert, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from starlette.types import Message
from websockets.exceptions import ConnectionClosed

from app.api import slow_clients
from app.core.config import get_settings
from app.core.db import create_engine, create_sessionmaker
from app.core.security import create_access_token
from app.main import app
from app.models import Base, Product
from app.services import auth
from app.services import feed as feeds
from app.services import followers as following
from app.services.feed import running_feed
from app.services.followers import Follower
from app.services.new_products import Position, position_of, products_after
from clients import ADA
from deletion import delete_all
from live import LiveServer, live_server
from patience import patient, wait_until
from postgres import running_postgres
from sockets import ask, closing, socket_of
from streams import URL, next_event, offer, stream, with_tables_and_ada

SECONDS = 60  # to wait for what comes at once
CUT_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    """A PostgreSQL of these tests' own: transactions of others would hold the events back."""
    with running_postgres() as postgres:
        yield postgres.url


@pytest.fixture
async def engine(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[AsyncEngine]:
    """A database with a user, which is also that of the settings."""
    monkeypatch.setenv("APP_DATABASE_URL", own_database_url)
    get_settings.cache_clear()
    engine = create_engine(own_database_url, 5)
    await with_tables_and_ada(engine)
    yield engine
    await engine.dispose()
    get_settings.cache_clear()


async def commit(engine: AsyncEngine, *names: str) -> None:
    """Add products."""
    async with AsyncSession(engine) as session:
        session.add_all(Product(name=name, price=Decimal(1), owner_id=1) for name in names)
        await session.commit()


@asynccontextmanager
async def followed(engine: AsyncEngine) -> AsyncIterator[Follower]:
    """Run a reader; yield a client of it."""
    async with running_feed(asyncio.Event()) as feed:
        yield Follower(feed, create_sessionmaker(engine), create_access_token(1))


async def names_after(follower: Follower, count: int) -> list[str]:
    """Follow from the beginning; return the names of so many products."""
    position, names = Position(), list[str]()
    while len(names) < count:
        for product in await follower.after(position, SECONDS):
            position = position_of(product)
            names.append(product.name)
    return names


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """Yield the questions for products that this engine will have sent."""
    asked: list[str] = []

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def on_execute(*arguments: object) -> None:
        asked.extend([str(arguments[2])] * ("FROM products" in str(arguments[2])))

    yield asked
    event.remove(engine.sync_engine, "before_cursor_execute", on_execute)


async def test_a_commit_rings_and_is_told_at_once(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "SECONDS_BETWEEN_LOOKS", 1000)
    async with followed(engine) as follower:
        waiting = asyncio.create_task(names_after(follower, 1))
        await asyncio.sleep(0.1)
        await commit(engine, "Lamp")
        async with asyncio.timeout(patient(20)):
            assert await waiting == ["Lamp"]


async def test_what_rings_no_bell_is_told_a_little_later(engine: AsyncEngine) -> None:
    async with followed(engine) as follower:
        async with engine.begin() as connection:
            lamp = insert(Product).values(name="Lamp", price=Decimal(1), owner_id=1)
            await connection.execute(lamp)
        async with asyncio.timeout(patient(20)):
            assert await names_after(follower, 1) == ["Lamp"]


async def test_a_rollback_rings_nothing(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung = asyncio.Event()
    with feeds.after_commits(rung.set):
        async with AsyncSession(engine) as session:
            session.add(Product(name="Lamp", price=Decimal(1), owner_id=1))
            await session.flush()
            await session.rollback()
        assert not rung.is_set()
        await commit(engine, "Lamp")
        assert rung.is_set()


async def test_many_clients_ask_the_database_as_one(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each for itself would ask fifty times, each second and for each event."""
    # None waits only until the moment when its token is asked about, which is a random one.
    monkeypatch.setattr(following, "SECONDS_BETWEEN_CHECKS", 1e9)
    clients, start = 50, Position()
    await commit(engine, "Old")
    async with AsyncSession(engine) as session:
        start = position_of((await products_after(session, start))[0])
    with statements(engine) as asked:
        async with running_feed(asyncio.Event()) as feed:
            sessionmaker, token = create_sessionmaker(engine), create_access_token(1)
            followers = [Follower(feed, sessionmaker, token) for _ in range(clients)]
            waiting = [asyncio.create_task(each.after(start, SECONDS)) for each in followers]
            await commit(engine, "Lamp")
            told = await asyncio.gather(*waiting)
        assert [[product.name for product in found] for found in told] == [["Lamp"]] * clients
        assert asked == []  # the reader has a connection of its own

        async def asks_for_itself() -> None:  # the bad way
            async with sessionmaker() as session:
                await products_after(session, start)

        await asyncio.gather(*(asks_for_itself() for _ in range(clients)))
        assert len(asked) == clients


async def test_a_client_that_does_not_read_costs_a_place_not_a_queue(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "KEPT", 5)
    names = [f"Lamp {number}" for number in range(250)]
    queue: asyncio.Queue[str] = asyncio.Queue()  # the bad way: one for each client
    async with running_feed(asyncio.Event()) as feed, asyncio.timeout(patient(30)):
        slow = Follower(feed, create_sessionmaker(engine), create_access_token(1))
        for number in range(0, 250, 50):
            await commit(engine, *names[number : number + 50])
            for name in names[number : number + 50]:
                queue.put_nowait(name)
        position = Position()
        while position.product_id < len(names):
            position = position_of((await feed.after(position, SECONDS))[-1])
        kept = await feed.after(Position(), 0)
        assert (queue.qsize(), len(kept)) == (250, 5)
        assert await names_after(slow, 250) == names  # most of it from the table


async def test_an_event_does_not_let_all_ask_about_their_logins_at_once(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def get_token_user(_session: AsyncSession, token: str) -> None:
        asked.append(token)

    monkeypatch.setattr(auth, "get_token_user", get_token_user)
    await commit(engine, "Lamp")
    async with running_feed(asyncio.Event()) as feed:
        sessionmaker = create_sessionmaker(engine)
        followers = [Follower(feed, sessionmaker, f"{number}") for number in range(200)]
        for follower in followers:
            await follower.after(Position(), 0)
        assert len(asked) < 100
        monkeypatch.setattr(following, "SECONDS_BETWEEN_CHECKS", 0)  # but each does, at its moment
        await Follower(feed, sessionmaker, "mine").after(Position(), 0)
        assert asked[-1:] == ["mine"]


async def test_who_comes_from_before_all_that_is_left_waits(
    engine: AsyncEngine, own_database_url: str
) -> None:
    """What this client saw last is deleted, with all that followed: no endless question."""
    if "postgresql" not in own_database_url:
        pytest.skip("SQLite gives new rows the ids of deleted ones")
    await commit(engine, "Old")
    async with followed(engine) as follower:
        async with engine.begin() as connection:
            await connection.execute(text("DELETE FROM products"))
        with statements(engine) as asked:
            waiting = asyncio.create_task(names_after(follower, 1))
            await asyncio.sleep(0.3)
            await commit(engine, "New")
            async with asyncio.timeout(patient(20)):
                assert await waiting == ["New"]
        assert len(asked) == 1


async def test_a_reader_that_starts_before_the_tables_are_made_reads_once_they_are(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "SECONDS_BETWEEN_LOOKS", 0.01)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
    async with followed(engine) as follower:
        await with_tables_and_ada(engine)
        await commit(engine, "Lamp")
        async with asyncio.timeout(patient(20)):
            assert await names_after(follower, 1) == ["Lamp"]


async def test_who_waits_does_not_hold_up_the_shutdown(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "SECONDS_BETWEEN_CHECKS", 1000)
    stopping = asyncio.Event()
    async with running_feed(stopping) as feed:
        follower = Follower(feed, create_sessionmaker(engine), create_access_token(1))
        waiting = asyncio.create_task(follower.after(Position(), 1000))
        await asyncio.sleep(0.1)
        stopping.set()
        async with asyncio.timeout(patient(20)):
            assert await waiting == []


@contextmanager
def two_servers(database_url: str, module: str = "app.main:app") -> Iterator[list[LiveServer]]:
    """Start two processes of the service; sign up."""
    with ExitStack() as stack:
        servers = [stack.enter_context(live_server(database_url, module=module)) for _ in range(2)]
        httpx.post(f"{servers[0].url}/api/v1/users", json=ADA)
        yield servers


async def write_in_any_order(database_url: str, names: list[str]) -> None:
    """Add each product in a transaction of its own, four at a time, some slower than others."""
    engine = create_engine(database_url, 4)

    async def write(mine: list[str]) -> None:
        for name in mine:
            async with engine.begin() as connection:
                product = insert(Product).values(name=name, price=Decimal(1), owner_id=1)
                await connection.execute(product)
                await asyncio.sleep(random.uniform(0, 0.02))

    await asyncio.gather(*(write(names[start::4]) for start in range(4)))
    await engine.dispose()


@pytest.mark.live
def test_who_comes_back_to_any_process_has_missed_nothing_and_is_told_nothing_twice(
    own_postgres_url: str,
) -> None:
    names = [f"Lamp {number}" for number in range(200)]
    told: list[str] = []
    with two_servers(own_postgres_url) as servers:
        last = "0-0"
        writer = threading.Thread(
            target=asyncio.run, args=[write_in_any_order(own_postgres_url, names)]
        )
        writer.start()
        while len(told) < len(names):
            most = min(random.randint(1, 60), len(names) - len(told))
            with stream(random.choice(servers), **{"Last-Event-ID": last}) as lines:
                for _ in range(most):
                    found = next_event(lines)
                    last = found["id"]
                    told.append(json.loads(found["data"])["name"])
        writer.join()
    assert sorted(told) == sorted(names)


@pytest.mark.live
def test_a_socket_waits_for_what_another_process_adds(own_postgres_url: str) -> None:
    with two_servers(own_postgres_url) as (one, other), socket_of(other) as asking:
        assert ask(asking, "0-0", wait=0.1) == {"names": [], "last": "0-0"}
        asking.send(json.dumps({"after": "0-0", "wait": 30}))
        offer(one, "Lamp")
        lamp = json.loads(asking.recv(timeout=patient(20)))
        assert lamp["names"] == ["Lamp"]
        other.process.kill()
        offer(one, "Torch")
        with socket_of(one) as back:  # with the position that the other gave
            assert ask(back, lamp["last"], wait=30)["names"] == ["Torch"]


@pytest.mark.live
def test_a_socket_that_waits_ends_with_its_user(own_postgres_url: str) -> None:
    servers = two_servers(own_postgres_url, "checks_app:app")
    with servers as (one, _), socket_of(one) as socket:
        ask(socket, "0-0", wait=0.1)
        asyncio.run(delete_all(own_postgres_url))

        def has_ended() -> bool:
            with suppress(ConnectionClosed):
                return not ask(socket, "0-0", wait=1)
            return True

        wait_until(has_ended)
        assert closing(socket) == 1008


@pytest.mark.live
def test_a_stop_of_the_server_ends_what_waits(own_postgres_url: str) -> None:
    with two_servers(own_postgres_url) as (one, _), socket_of(one) as socket:
        ask(socket, "0-0")
        socket.send(json.dumps({"after": "0-0", "wait": 30}))
        told = time.monotonic()
        one.process.send_signal(signal.SIGTERM)
        assert closing(socket) == 1012
        one.process.wait(patient(20))
        assert time.monotonic() - told < patient(5)
        assert "Traceback" not in one.log()


async def test_who_does_not_read_is_cut(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stream waits in `yield`, where it can neither ask about its login nor end."""
    monkeypatch.setattr(slow_clients, "SECONDS_TO_READ", 0.5)
    await commit(engine, *(f"Lamp {number}" for number in range(10)))
    authorization = f"Bearer {create_access_token(1)}".encode()
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()  # it does not leave
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()  # its buffers are full

    scope = {
        "type": "http", "method": "GET", "path": URL, "raw_path": URL.encode(),
        "query_string": b"", "http_version": "1.1", "scheme": "http", "root_path": "",
        "client": ("test", 1), "server": ("test", 80),
        "headers": [(b"authorization", authorization), (b"last-event-id", b"0-0")],
    }  # fmt: skip
    async with LifespanManager(app, startup_timeout=patient(30)) as manager:
        async with asyncio.timeout(patient(20)) as limit:
            with suppress(Exception):  # the answer has begun: the server closes the connection
                await manager.app(scope, receive, send)
        assert not limit.expired()
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert b"Lamp 0" in sent[1]["body"]


async def test_a_reader_whose_connection_is_cut_goes_on(
    engine: AsyncEngine, own_database_url: str
) -> None:
    if "postgresql" not in own_database_url:
        pytest.skip("SQLite has no connections to cut")
    async with followed(engine) as follower:
        async with engine.begin() as connection:
            await connection.execute(text(CUT_OTHERS))
        await commit(engine, "Lamp")
        async with asyncio.timeout(patient(20)):
            assert await names_after(follower, 1) == ["Lamp"]
