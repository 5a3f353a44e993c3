"""No connection of the pool is held while the carrier is asked.

No request waits for the carrier for ever. What it says is still kept.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from httpx import AsyncClient
from sqlalchemy import event
from sqlalchemy.pool import Pool

from evals.tools import served
from patience import patient

MANY = 30


class Carrier:
    """A carrier that is silent until it is set `answering`, and counts who asks."""

    def __init__(self) -> None:
        self.answering = asyncio.Event()
        self.asked = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer each request of a connection."""
        while head := await reader.readuntil(b"\r\n\r\n"):
            self.asked += 1
            await self.answering.wait()
            path = head.split()[1].decode()
            body = json.dumps({"place": f"Graz {path.rpartition('/')[2]}"}).encode()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
            writer.write(b"content-length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()


@pytest.fixture
def carrier() -> Carrier:
    """A carrier that is silent."""
    return Carrier()


@asynccontextmanager
async def service(carrier: Carrier, url: str) -> AsyncIterator[AsyncClient]:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await carrier.answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with served(DATABASE_URL=url, CARRIER_URL=f"http://127.0.0.1:{port}") as client:
            yield client
    finally:
        carrier.answering.set()
        server.close()


async def until(condition: Callable[[], object], seconds: float = 20) -> bool:
    async def wait() -> None:
        while not condition():  # noqa: ASYNC110 -- a count, which tells nobody
            await asyncio.sleep(0.01)

    try:
        await asyncio.wait_for(wait(), patient(seconds))
    except TimeoutError:
        return False
    return True


async def parcels(client: AsyncClient, number: int) -> list[int]:
    answers = [await client.post("/parcels", json={"code": f"A{n}"}) for n in range(number)]
    return [answer.json()["id"] for answer in answers]


@asynccontextmanager
async def waiting(carrier: Carrier, client: AsyncClient, number: int) -> AsyncIterator[None]:
    """Let so many requests be asked of a silent carrier."""
    ids = await parcels(client, number)
    requests = [asyncio.create_task(client.post(f"/parcels/{one}/refresh")) for one in ids]
    try:
        await until(lambda: carrier.asked == number or any(task.done() for task in requests))
        yield
    finally:
        carrier.answering.set()
        await asyncio.wait(requests, timeout=patient(20))
        for task in requests:
            task.cancel()
        await asyncio.gather(*requests, return_exceptions=True)


async def test_listing(carrier: Carrier, sqlite_url: str) -> None:
    """While many requests wait for the carrier, the list is still answered."""
    async with service(carrier, sqlite_url) as client, waiting(carrier, client, MANY):
        response = await client.get("/parcels")
        assert response.status_code == 200, f"GET /parcels answers {response.status_code}"


async def test_no_connection_held(carrier: Carrier, sqlite_url: str) -> None:
    """A request that waits for the carrier holds no connection."""
    held: set[int] = set()
    out = lambda _dbapi, record, _proxy: held.add(id(record))  # noqa: E731
    back = lambda _dbapi, record: held.discard(id(record))  # noqa: E731
    event.listen(Pool, "checkout", out)
    event.listen(Pool, "checkin", back)
    try:
        async with service(carrier, sqlite_url) as client, waiting(carrier, client, 1):
            assert not held, "it holds one"
    finally:
        event.remove(Pool, "checkout", out)
        event.remove(Pool, "checkin", back)


async def test_kept(carrier: Carrier, sqlite_url: str) -> None:
    """What the carrier says is answered, and kept."""
    carrier.answering.set()
    async with service(carrier, sqlite_url) as client:
        ids = await parcels(client, 3)
        answers = [await client.post(f"/parcels/{one}/refresh") for one in ids]
        codes = [answer.status_code for answer in answers]
        assert codes == [200] * 3, f"it answers {codes}"
        places = {one["id"]: one["place"] for one in (await client.get("/parcels")).json()}
        assert places == {one: f"Graz A{n}" for n, one in enumerate(ids)}, f"kept: {places}"
        missing = await client.post("/parcels/999/refresh")
        assert missing.status_code == 404, f"an unknown parcel answers {missing.status_code}"


async def test_time_limit(
    carrier: Carrier, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request does not wait for a silent carrier for ever."""
    loop = asyncio.get_running_loop()
    real, ahead = loop.time, 0.0
    async with service(carrier, sqlite_url) as client:
        [parcel] = await parcels(client, 1)
        monkeypatch.setattr(loop, "time", lambda: real() + ahead)
        request = asyncio.create_task(client.post(f"/parcels/{parcel}/refresh"))
        assert await until(lambda: carrier.asked), "the carrier was not asked"
        for _ in range(300):  # five minutes, of which this takes none
            ahead += 1
            for _ in range(5):
                await asyncio.sleep(0)
            if request.done():
                break
        try:
            assert request.done(), "after five minutes it still waits"
        finally:
            carrier.answering.set()
            request.cancel()
            await asyncio.gather(request, return_exceptions=True)


def test_pool(answer: Path) -> None:
    """The pool is as small as it was."""
    text = "\n".join(file.read_text() for file in answer.rglob("app/**/*.py"))
    sizes = [int(n) for n in re.findall(r"(?:pool_size|max_overflow)\D{0,20}?(-?\d+)", text)]
    assert sum(sizes) <= 5, f"pool_size and max_overflow are {sizes} now"
    assert "NullPool" not in text, "a pool that is none opens a connection for each request"
    assert all(size >= 0 for size in sizes), "the pool has no limit"
