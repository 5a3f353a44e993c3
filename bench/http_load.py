"""Requests over plain sockets: a client that costs little, so that the server is what is measured.

It knows of HTTP/1.1 what uvicorn answers with: a status, `Content-Length`, and a body.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit


async def opened(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a connection to the server of a URL."""
    parts = urlsplit(url)
    return await asyncio.open_connection(parts.hostname, parts.port)


def request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """Return a request as it is sent; the headers may name another `Content-Length`."""
    all_headers = {"Host": "test", "Content-Length": str(len(body)), **headers}
    lines = [f"{name}: {value}" for name, value in all_headers.items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode() + body


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read an answer; return its status and body. Raises IncompleteReadError where it is cut."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return int(head.split(b" ", 2)[1]), await reader.readexactly(length)


async def load(
    url: str, requests: Iterator[bytes], clients: int, seconds: float, expected: int
) -> list[float]:
    """Let clients send requests for so long; return the seconds that each took.

    Raises RuntimeError for an answer with another status than the expected one.
    """
    taken: list[float] = []
    end = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await opened(url)
        while (started := time.perf_counter()) < end:
            writer.write(next(requests))
            status, body = await answer(reader)
            if status != expected:
                raise RuntimeError(f"{url}: {status} {body[:300]!r}, not {expected}")
            taken.append(time.perf_counter() - started)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(client() for _ in range(clients)))
    return taken


def p50_p99(seconds: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile, in milliseconds."""
    ordered = sorted(seconds)
    p50, p99 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.99))
    return p50, p99
