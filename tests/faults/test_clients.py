"""Clients that hang up, stall, never end, or come all at once: nothing is kept of them."""

import asyncio
import contextlib
import json
import os
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from accounts import new_user, new_user_at
from http_load import answer, opened, request
from live import LiveServer, live_server
from patience import patient

pytestmark = pytest.mark.slow

PRODUCTS = "/api/v1/products"


@pytest.fixture
def server(own_postgres_url: str) -> Iterator[LiveServer]:
    """A server of one process."""
    with live_server(own_postgres_url) as server:
        yield server


def open_files(server: LiveServer) -> int:
    """Return how many files and connections the server has open."""
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))


def memory(server: LiveServer) -> int:
    """Return the resident memory of the server, in bytes."""
    pages = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def test_three_hundred_clients_that_hang_up_leave_nothing(
    server: LiveServer, idle_in_transaction: Callable[[], Awaitable[int]]
) -> None:
    async with httpx.AsyncClient(base_url=server.url, timeout=patient(30)) as client:
        headers = await new_user(client)
        await asyncio.gather(*(client.get(PRODUCTS) for _ in range(20)))
        before = open_files(server)

        async def hang_up(number: int) -> None:
            body = json.dumps({"name": f"Lamp {number}", "price": 1}).encode()
            sent = request("POST", PRODUCTS, headers | {"Content-Type": "application/json"}, body)
            _, writer = await opened(server.url)
            writer.write(sent[: random.choice([len(sent), len(sent) - 3, len(sent) // 2])])
            await writer.drain()
            await asyncio.sleep(random.uniform(0, 0.05))  # before, while and after it is answered
            writer.transport.abort()

        await asyncio.gather(*(hang_up(number) for number in range(300)))
        deadline = time.monotonic() + patient(20)
        while open_files(server) > before or await idle_in_transaction():
            assert time.monotonic() < deadline, (open_files(server), before)
            await asyncio.sleep(0.1)
    # over new connections: the server may be closing the old ones, idle for five seconds
    async with httpx.AsyncClient(base_url=server.url, timeout=patient(30)) as client:
        answers = await asyncio.gather(*(client.get(PRODUCTS) for _ in range(20)))
        assert Counter(answer.status_code for answer in answers) == {200: 20}
    assert "Traceback" not in server.log()


async def test_a_thousand_connections_at_once_are_all_answered(server: LiveServer) -> None:
    connections = [await opened(server.url) for _ in range(1000)]
    started = time.monotonic()
    for _, writer in connections:
        writer.write(request("GET", PRODUCTS, {}))
    answers = await asyncio.gather(*(answer(reader) for reader, _ in connections))
    statuses = Counter(status for status, _ in answers)
    if time.monotonic() - started < 10:  # seconds that a request waits for the pool, before 503
        assert statuses == {200: 1000}
    assert statuses.keys() <= {200, 503}
    assert statuses[200] > 500
    for _, writer in connections:
        writer.close()


async def test_stalled_clients_cost_others_nothing(server: LiveServer) -> None:
    whole = request("POST", "/api/v1/users", {"Content-Length": "100"})
    stalled = [await opened(server.url) for _ in range(300)]
    for number, (_, writer) in enumerate(stalled):
        writer.write(whole[: len(whole) // 2] if number % 2 else whole + b"{")
    async with httpx.AsyncClient(base_url=server.url, timeout=patient(5)) as client:
        waits = []
        for _ in range(50):
            started = time.monotonic()
            assert (await client.get(PRODUCTS)).status_code == 200
            waits.append(time.monotonic() - started)
    assert sorted(waits)[25] < patient(0.5)
    for _, writer in stalled:
        writer.transport.abort()


async def test_a_body_that_never_ends_is_refused_at_one_mebibyte(server: LiveServer) -> None:
    reader, writer = await opened(server.url)
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    head = request("POST", "/api/v1/users", headers)
    writer.write(head.replace(b"Content-Length: 0\r\n", b""))
    before, sent = memory(server), 0
    answered = asyncio.create_task(answer(reader))
    with contextlib.suppress(ConnectionError):  # the server hangs up
        while not answered.done() and sent < 200_000_000:
            writer.write(b"%x\r\n%b\r\n" % (65_536, b" " * 65_536))
            await writer.drain()
            sent += 65_536
            await asyncio.sleep(0)
    assert (await answered)[0] == 413
    assert memory(server) - before < 50_000_000
    writer.close()


@pytest.mark.parametrize(("http", "refused"), [("httptools", False), ("h11", True)])
async def test_headers_that_never_end_are_kept_but_by_h11(
    own_postgres_url: str, http: str, refused: bool
) -> None:
    sent = 0
    with live_server(own_postgres_url, f"--http={http}") as server:
        before = memory(server)
        _, writer = await opened(server.url)
        writer.write(b"GET / HTTP/1.1\r\nHost: test\r\n")
        with contextlib.suppress(ConnectionError):
            while sent < 40_000_000:
                writer.write(b"X%d: " % sent + b"x" * 100_000 + b"\r\n")
                await writer.drain()
                sent += 100_000
        assert (sent < 40_000_000) == refused
        assert (memory(server) - before < 10_000_000) == refused
        writer.transport.abort()


@pytest.mark.timeout(3600)
async def test_memory_and_files_are_flat_over_many_requests(server: LiveServer, times: int) -> None:
    headers = await new_user_at(server.url)

    async def ask(times: int) -> None:
        reader, writer = await opened(server.url)
        for number in range(times):
            sent = request("GET", f"{PRODUCTS}?limit={1 + number % 100}", headers)
            writer.write(sent if number % 2 else request("GET", "/api/v1/users/1", headers))
            assert (await answer(reader))[0] == 200
        writer.close()

    async def ask_all(times: int) -> tuple[int, int]:
        await asyncio.gather(*(ask(times // 20) for _ in range(20)))
        reader, writer = await opened(server.url)  # once it is answered, the others are closed
        writer.write(request("GET", PRODUCTS, headers))
        await answer(reader)
        found = memory(server), open_files(server)
        writer.close()
        return found

    await ask_all(1000)  # caches fill, the pool too
    first = await ask_all(1000)
    last = await ask_all(3000 * times)
    assert last[0] - first[0] < 3_000_000 + 750_000 * times
    assert last[1] <= first[1]
