"""WebSockets: who may open one, what it costs while it is open, and how it ends."""

import asyncio
import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import httpx
import pytest
from starlette.types import Message
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from app.core.config import get_settings
from app.core.security import create_access_token
from clients import ADA, client_on, sign_up
from deletion import delete_all
from live import LiveServer, live_server
from patience import patient, wait_until
from postgres import running_postgres, scratch_database
from sockets import PATH, ask, closing, socket_of
from streams import offer
from test_deployment import command

pytestmark = pytest.mark.live


@contextmanager
def started(database_url: str) -> Iterator[LiveServer]:
    """Start a server with one connection to its database, and a product."""
    variables = {"APP_DATABASE_POOL_SIZE": "1", "APP_CORS_ORIGINS": "https://good.example"}
    options = command()
    limit = options[options.index("--ws-max-size") :][:2]
    with live_server(database_url, *limit, **variables) as server:
        httpx.post(f"{server.url}/api/v1/users", json=ADA)
        offer(server, "Lamp")
        yield server


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    """A PostgreSQL of these tests' own: transactions of others would hold the answers back."""
    with running_postgres() as postgres:
        yield postgres.url


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[LiveServer]:
    """A server for all tests that leave it as it was, but for more products."""
    with scratch_database(server_url) as url, started(url) as server:
        yield server


def test_it_tells_what_is_new(server: LiveServer) -> None:
    with socket_of(server) as socket:
        lamp = ask(socket, "0-0")
        assert lamp["names"] == ["Lamp"]
        assert ask(socket, str(lamp["last"])) == {"names": [], "last": lamp["last"]}
        offer(server, "Torch")
        assert ask(socket, str(lamp["last"]))["names"] == ["Torch"]


def test_a_page_of_another_origin_is_refused(server: LiveServer) -> None:
    with socket_of(server, "https://good.example") as socket:
        assert ask(socket, "0-0")
    with pytest.raises(InvalidStatus, match="403"), socket_of(server, "https://evil.example"):
        pass


@pytest.mark.parametrize(
    ("message", "code"),
    [('{"token": "x"}', 1008), ('{"token": 1}', 1007), ("{", 1007), ('{"after": 1}', 1007)],
)
def test_without_a_token_it_is_closed(server: LiveServer, message: str, code: int) -> None:
    with connect(server.url.replace("http", "ws") + PATH) as socket:
        socket.send(message)
        assert closing(socket) == code


def test_who_says_nothing_is_not_waited_for(server: LiveServer) -> None:
    with connect(server.url.replace("http", "ws") + PATH) as socket:
        asked = time.monotonic()
        assert closing(socket) == 1008
        assert 4 < time.monotonic() - asked < patient(10)


@pytest.mark.parametrize(
    "message",
    ["{", "[]", '{"after": 1}', '{"after": "x"}', '{"after": "0--1"}', '{"after": "999999999-1"}'],
)
def test_what_is_no_question_ends_it(server: LiveServer, message: str) -> None:
    with socket_of(server) as socket:
        socket.send(message)
        assert closing(socket) == 1007


def test_it_ends_with_its_user(own_postgres_url: str) -> None:
    with started(own_postgres_url) as server, socket_of(server) as socket:
        ask(socket, "0-0")
        asyncio.run(delete_all(own_postgres_url))
        socket.send(json.dumps({"after": "0-0"}))
        assert closing(socket) == 1008


def test_it_ends_with_its_token(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "jwt_exp_minutes", patient(2) / 60)
    with connect(server.url.replace("http", "ws") + PATH) as socket:
        socket.send(json.dumps({"token": create_access_token(1)}))

        def has_ended() -> bool:
            with suppress(ConnectionClosed):
                return not ask(socket, "0-0")
            return True

        wait_until(has_ended)
        assert closing(socket) == 1008


async def test_who_is_silent_is_closed_after_the_life_of_a_token(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with client_on(own_database_url, monkeypatch) as client:
        token = create_access_token((await sign_up(client))["id"])
        monkeypatch.setattr(get_settings(), "jwt_exp_minutes", 0.01)
        transport = client._transport  # noqa: SLF001
        assert isinstance(transport, httpx.ASGITransport)
        received, sent = asyncio.Queue[Message](), asyncio.Queue[Message]()
        received.put_nowait({"type": "websocket.connect"})
        login = json.dumps({"token": token})
        received.put_nowait({"type": "websocket.receive", "text": login})
        scope = {"type": "websocket", "path": PATH, "headers": [], "query_string": b"",
                 "subprotocols": [], "state": {}}  # fmt: skip
        async with asyncio.timeout(patient(20)):
            await transport.app(scope, received.get, sent.put)
        assert (await sent.get())["type"] == "websocket.accept"
        assert (await sent.get())["code"] == 1008


def test_a_database_that_is_away_is_no_bad_token() -> None:
    """Clients come back after 1013; after 1008 they ask for the password."""
    with (
        running_postgres() as postgres,
        started(postgres.url) as server,
        socket_of(server) as socket,
    ):
        ask(socket, "0-0")
        postgres.stop()
        socket.send(json.dumps({"after": "0-0"}))
        assert closing(socket) == 1013


def test_bytes_end_it(server: LiveServer) -> None:
    with connect(server.url.replace("http", "ws") + PATH) as socket:
        socket.send(b"{}")
        assert closing(socket) == 1003
    with socket_of(server) as socket:
        socket.send(b"{}")
        assert closing(socket) == 1003


def test_a_message_that_is_too_long_ends_it(server: LiveServer) -> None:
    with socket_of(server) as socket:
        socket.send("x" * 10_001)
        assert closing(socket) == 1009


def test_open_sockets_hold_no_connection_of_the_pool(server: LiveServer) -> None:
    """There is one connection, and ten sockets; a session for each socket would wait for ever."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket_of(server)) for _ in range(10)]
        for socket in sockets:
            assert ask(socket, str(ask(socket, "0-0")["last"]))["names"] == []
        assert httpx.get(f"{server.url}/api/v1/products").status_code == 200


def test_a_stop_of_the_server_ends_it_at_once(own_postgres_url: str) -> None:
    with started(own_postgres_url) as server, socket_of(server) as socket:
        ask(socket, "0-0")
        told = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert closing(socket) == 1012  # service restart: clients come back
        server.process.wait(patient(20))
        assert time.monotonic() - told < patient(5)


def test_nothing_of_this_is_an_error_in_the_log(own_postgres_url: str) -> None:
    """Nor a line of the access log, whose middleware looks at HTTP alone."""
    with started(own_postgres_url) as server:
        with connect(server.url.replace("http", "ws") + PATH):
            pass
        with socket_of(server) as socket:
            ask(socket, "0-0")
            socket.socket.close()  # gone without a word
        server.stop()
        log = server.log()
    assert "Traceback" not in log
    paths = {json.loads(line).get("path") for line in log.splitlines() if line[:1] == "{"}
    assert "/api/v1/users" in paths
    assert PATH not in paths
