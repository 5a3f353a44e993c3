"""Many clients that are told of products, over server-sent events or WebSockets."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from http_load import opened, request

EVENTS, SOCKET = "/api/v1/events", "/api/v1/products/live"
AT_ONCE = 20  # clients that connect at the same time


class Clients:
    """Clients of one server, with the same login, and when they were told of what."""

    def __init__(self, url: str, path: str, headers: Mapping[str, str]) -> None:
        self._url = url
        self._headers = headers
        self._connect = self._socket if path == SOCKET else self._stream
        self.told: dict[str, list[float]] = {}
        self._reading: list[asyncio.Task[None]] = []
        self.lost = 0  # streams that ended, or could not begin

    @asynccontextmanager
    async def connected(self, number: int) -> AsyncIterator[None]:
        """Connect so many more."""
        slots = asyncio.Semaphore(AT_ONCE)

        async def one() -> None:
            async with slots:
                reading = await self._connect()
            self._reading.append(asyncio.create_task(reading))

        await asyncio.gather(*(one() for _ in range(number)))
        try:
            yield
        finally:
            for task in self._reading:
                task.cancel()
            await asyncio.gather(*self._reading, return_exceptions=True)

    async def know(self, name: str, number: int) -> list[float]:
        """Wait until so many know a product; return when each was told. Raises RuntimeError."""
        deadline = time.monotonic() + 120
        while len(told := self.told.get(name, [])) < number:
            if time.monotonic() > deadline or any(task.done() for task in self._reading):
                ended = [repr(task) for task in self._reading if task.done()]
                raise RuntimeError(f"{len(told)} know {name}; ended: {len(ended)} {ended[:1]}")
            await asyncio.sleep(0.01)
        return told

    def _tell(self, name: str) -> None:
        self.told.setdefault(name, []).append(time.perf_counter())

    async def _stream(self) -> Coroutine[None, None, None]:
        last = "0-0"
        reader, writer = await self._opened_stream(last)

        async def read() -> None:
            nonlocal last, reader, writer
            while True:
                try:
                    while line := await reader.readline():
                        if line.startswith(b"id: "):
                            last = line[4:].strip().decode()
                        elif line.startswith(b"data: "):
                            self._tell(json.loads(line[6:])["name"])
                except OSError:
                    pass
                finally:
                    writer.close()
                self.lost += 1
                reader, writer = await self._opened_stream(last)

        return read()

    async def _opened_stream(self, last: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a stream after what was seen last; come back after a second where it is refused."""
        headers = {**self._headers, "Last-Event-ID": last}
        while True:
            reader, writer = await opened(self._url)
            writer.write(request("GET", EVENTS, headers))
            with suppress(OSError, asyncio.IncompleteReadError):
                if b" 200 " in await reader.readuntil(b"\r\n\r\n"):
                    return reader, writer
            writer.close()
            self.lost += 1
            await asyncio.sleep(1)

    async def _socket(self) -> Coroutine[None, None, None]:
        last = "0-0"
        socket = await self._opened_socket()

        async def read() -> None:
            nonlocal last, socket
            while True:
                try:
                    while True:
                        await socket.send(json.dumps({"after": last, "wait": 30}))
                        answer = json.loads(await socket.recv())
                        last = answer["last"]
                        for name in answer["names"]:
                            self._tell(name)
                except ConnectionClosed:
                    self.lost += 1
                    await asyncio.sleep(1)
                finally:
                    await socket.close()
                socket = await self._opened_socket()

        return read()

    async def _opened_socket(self) -> ClientConnection:
        url = self._url.replace("http", "ws") + SOCKET
        socket = await connect(url, compression=None, open_timeout=60, ping_interval=None)
        await socket.send(json.dumps({"token": self._headers["Authorization"].split()[1]}))
        return socket
