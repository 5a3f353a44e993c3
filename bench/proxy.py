"""A proxy on loopback that can fall silent, as a network does whose packets are dropped."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Proxy:
    """Forwards TCP, from a thread of its own; while it is silent, it keeps bytes for later."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self._target = target
        self._listening = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._speaking = asyncio.Event()
        self._ended = asyncio.Event()
        self.thread = threading.Thread(target=self._loop.run_until_complete, args=[self._run()])
        self.thread.start()
        self._listening.wait()

    def silence(self) -> None:
        """Stop forwarding; connections stay, and new ones are accepted."""
        self._loop.call_soon_threadsafe(self._speaking.clear)

    def resume(self) -> None:
        """Forward what was kept, and go on."""
        self._loop.call_soon_threadsafe(self._speaking.set)

    def end(self) -> None:
        """Close all connections."""
        self._loop.call_soon_threadsafe(self._ended.set)
        self.thread.join()
        self._loop.close()

    async def _run(self) -> None:
        self._speaking.set()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        await self._ended.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._speaking.wait()
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        await asyncio.gather(self._pipe(reader, back), self._pipe(there, writer))

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(65_536):
                await self._speaking.wait()
                writer.write(chunk)
                await writer.drain()
            await self._speaking.wait()
        writer.close()


@contextmanager
def proxied(port: int) -> Iterator[Proxy]:
    """Yield a proxy of a port of this machine."""
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.end()
