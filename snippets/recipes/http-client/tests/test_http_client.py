"""Calls of another service: how long, how many, how often."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from httpx import (
    AsyncClient,
    AsyncHTTPTransport,
    Limits,
    RemoteProtocolError,
    Response,
    Timeout,
)

from app.core.errors import AppError
from app.core.http import call, create_client
from clients import client_on, headers_of, sign_up
from patience import patient

HANG_UP = b""


def answer(status: int, body: str = '{"left": 7}', **headers: str) -> bytes:
    """Return an HTTP answer; `retry_after="1"` is a header."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", body]).encode()


class OtherService:
    """A server that gives these answers, one after the other, the last one for ever."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.requests: list[bytes] = []
        self.connections = 0
        self.pause = 0.0  # before each byte of an answer
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()  # until then nobody is answered
        self.go_on.set()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self.connections += 1
        try:
            while True:
                self.requests.append(await reader.readuntil(b"\r\n\r\n"))
                self.asked.set()
                await self.go_on.wait()
                now = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if now == HANG_UP:
                    break
                for place in range(len(now) if self.pause else 0):
                    writer.write(now[place : place + 1])
                    await writer.drain()
                    await asyncio.sleep(self.pause)
                writer.write(b"" if self.pause else now)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def other_service(*answers: bytes) -> AsyncIterator[OtherService]:
    """Start a server with these answers, on a free port."""
    service = OtherService(*answers)
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    service.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield service
    finally:
        service.go_on.set()
        server.close()


async def send(url: str, method: str = "GET", seconds: float = 5) -> Response:
    """Send one request, as the service does."""
    async with create_client(url) as client:
        return await call(client, client.build_request(method, "/"), seconds)


@pytest.mark.parametrize(
    ("method", "first", "sent"),
    [
        ("GET", answer(503), 2),
        ("GET", HANG_UP, 2),
        ("PUT", answer(502), 2),
        ("DELETE", answer(504), 2),
        ("GET", answer(429), 2),
        ("GET", answer(500), 1),  # it would fail again
        ("POST", answer(503), 1),  # it may be done already
        ("POST", HANG_UP, 1),
        ("PATCH", answer(503), 1),
    ],
)
async def test_only_what_is_safe_is_sent_again(method: str, first: bytes, sent: int) -> None:
    async with other_service(first, answer(200)) as service:
        if sent == 1:
            with pytest.raises(AppError) as caught:
                await send(service.url, method)
            assert caught.value.status_code == 502
        else:
            assert (await send(service.url, method)).json() == {"left": 7}
        assert len(service.requests) == sent


@pytest.mark.parametrize(("seconds", "connections"), [(2, 1), (4, 2)])
async def test_a_connection_that_the_server_may_be_closing_is_not_used(
    monkeypatch: pytest.MonkeyPatch, seconds: int, connections: int
) -> None:
    """Most servers close after 5 s, and a POST that meets the close is not sent again."""
    real = time.monotonic
    async with other_service(answer(200)) as service, create_client(service.url) as client:
        await call(client, client.build_request("POST", "/"))
        monkeypatch.setattr(time, "monotonic", lambda: real() + seconds)
        await call(client, client.build_request("POST", "/"))
        assert service.connections == connections


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_connection_that_is_refused_is_tried_again_by_any_method(
    method: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(AppError) as caught:
        await send("http://127.0.0.1:1", method)
    assert caught.value.status_code == 502
    assert sum("stamina.retry_scheduled" in str(line.msg) for line in caplog.records) == 2


async def test_retries_of_the_transport_only_connect_again() -> None:
    """Also for a GET: whoever sets `retries=3` has not set what they think."""
    transport = AsyncHTTPTransport(retries=3)
    async with other_service(HANG_UP, answer(503), answer(200)) as service:
        async with AsyncClient(base_url=service.url, transport=transport) as client:
            with pytest.raises(RemoteProtocolError):
                await client.get("/")
            assert (await client.get("/")).status_code == 503
        assert len(service.requests) == 2


def date_in(seconds: float) -> str:
    """Return a moment so far ahead, in whole seconds, as a header writes it."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("kind", ["seconds", "date"])
async def test_retry_after_is_waited_for(kind: str) -> None:
    pause = "1" if kind == "seconds" else date_in(2)
    async with other_service(answer(503, retry_after=pause), answer(200)) as service:
        started = time.monotonic()
        assert (await send(service.url)).status_code == 200
        assert time.monotonic() - started > 0.9


@pytest.mark.parametrize("kind", ["seconds", "date"])
async def test_for_a_long_retry_after_nobody_waits(kind: str) -> None:
    pause = "3600" if kind == "seconds" else date_in(3600)
    async with other_service(answer(503, retry_after=pause)) as service:
        started = time.monotonic()
        with pytest.raises(AppError):
            await send(service.url)
        assert time.monotonic() - started < patient(2)
        assert len(service.requests) == 1


async def test_a_retry_after_that_nobody_understands_is_no_obstacle() -> None:
    async with other_service(answer(503, retry_after="soon"), answer(200)) as service:
        assert (await send(service.url)).status_code == 200


async def test_an_answer_that_drips_ends_when_the_time_is_over() -> None:
    async with other_service(answer(200)) as service:
        service.pause = 0.2
        started = time.monotonic()
        with pytest.raises(AppError) as caught:
            await send(service.url, seconds=1)
        assert caught.value.status_code == 504
        assert time.monotonic() - started < patient(3)


async def test_a_timeout_of_httpx_is_for_each_step() -> None:
    """An answer takes five times as long as `timeout=` says."""
    async with other_service(answer(200, "x" * 30)) as service, AsyncClient(timeout=0.4) as client:
        service.pause = 0.03
        started = time.monotonic()
        assert (await client.get(service.url)).status_code == 200
        assert time.monotonic() - started > 1.6


async def test_a_service_that_does_not_answer_is_given_up() -> None:
    async with other_service(answer(200)) as service:
        service.go_on.clear()
        started = time.monotonic()
        with pytest.raises(AppError) as caught:
            await send(service.url, "POST", seconds=10)
        assert caught.value.status_code == 504
        assert time.monotonic() - started < patient(5)


async def test_limits_of_a_client_are_ignored_beside_a_transport() -> None:
    """Whoever gives both has the transport's own."""
    only_one = Limits(max_connections=1)
    transport = AsyncHTTPTransport()
    async with other_service(answer(200)) as service:
        service.go_on.clear()
        async with AsyncClient(transport=transport, limits=only_one) as client:
            requests = [asyncio.create_task(client.get(service.url)) for _ in range(3)]
            async with asyncio.timeout(patient(10)):
                while len(service.requests) < 3:  # noqa: ASYNC110 -- no event of ours
                    await asyncio.sleep(0.01)
            service.go_on.set()
            await asyncio.gather(*requests)


async def test_a_crowd_shares_few_connections() -> None:
    """However long each waits for its turn."""
    seconds = patient(30)
    async with other_service(answer(200)) as service, create_client(service.url) as client:
        client.timeout = Timeout(seconds)
        requests = [client.build_request("GET", "/") for _ in range(60)]
        answers = await asyncio.gather(*(call(client, request, seconds) for request in requests))
        assert {answer.status_code for answer in answers} == {200}
        assert service.connections <= 20


async def test_a_request_holds_no_connection_to_the_database_while_it_waits(
    own_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with other_service(answer(200)) as service:
        variables = {"APP_STOCK_URL": service.url, "APP_DATABASE_POOL_SIZE": "1"}
        async with client_on(own_postgres_url, monkeypatch, **variables) as client:
            await offer_a_lamp(client)
            service.go_on.clear()
            waiting = asyncio.create_task(client.get("/api/v1/products/1/stock"))
            async with asyncio.timeout(patient(10)):
                await service.asked.wait()
            assert (await client.get("/api/v1/products")).status_code == 200
            assert not waiting.done()
            service.go_on.set()
            assert (await waiting).json() == {"left": 7}


async def offer_a_lamp(client: AsyncClient) -> None:
    """Offer product 1."""
    await sign_up(client)
    product = {"name": "Lamp", "price": "5"}
    response = await client.post("/api/v1/products", json=product, headers=await headers_of(client))
    assert (response.status_code, response.json()["id"]) == (201, 1)


async def test_what_the_other_service_says_is_checked(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {
        answer(200): (200, {"left": 7}),
        answer(404, "{}"): (200, {"left": 0}),
        answer(200, '{"left": -1}'): (502, {"error": "Another service failed"}),
        answer(200, "<html>"): (502, {"error": "Another service failed"}),
        answer(400, '{"secret": 1}'): (502, {"error": "Another service failed"}),
        answer(302, location="/elsewhere"): (502, {"error": "Another service failed"}),
        answer(500, '{"secret": 1}'): (502, {"error": "Another service failed"}),
    }
    async with (
        other_service(*answers) as service,
        client_on(own_database_url, monkeypatch, APP_STOCK_URL=service.url) as client,
    ):
        await offer_a_lamp(client)
        for expected in answers.values():
            response = await client.get("/api/v1/products/1/stock")
            assert (response.status_code, response.json()) == expected
        assert service.connections == 1
        assert (await client.get("/api/v1/products/2/stock")).status_code == 404
        assert len(service.requests) == len(answers)
