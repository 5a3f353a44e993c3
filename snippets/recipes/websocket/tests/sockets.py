"""WebSockets of a running service."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from live import LiveServer
from patience import patient
from streams import token

PATH = "/api/v1/products/live"


@contextmanager
def socket_of(server: LiveServer, origin: str | None = None) -> Iterator[ClientConnection]:
    """Open a WebSocket; yield it logged in."""
    url = server.url.replace("http", "ws") + PATH
    headers = {"Origin": origin} if origin else {}
    with connect(url, additional_headers=headers) as socket:
        socket.send(json.dumps({"token": token(server)}))
        yield socket


def ask(socket: ClientConnection, after: str, **more: float) -> dict[str, object]:
    """Ask what is new."""
    socket.send(json.dumps({"after": after, **more}))
    answer: dict[str, object] = json.loads(socket.recv(timeout=patient(10)))
    return answer


def closing(socket: ClientConnection) -> int | None:
    """Wait for the server to close; return its code."""
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=patient(20))
    return closed.value.rcvd.code if closed.value.rcvd else None
